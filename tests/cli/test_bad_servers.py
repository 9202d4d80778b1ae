"""A tracking server that is down, slow, broken or behind a log-in: one clear message in time, and nothing written."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from support.commands import Place, refused, run_docgen, tree

QUICK = "timeout_seconds = 1\nretries = 0"
RUN = "0123456789abcdef0123456789abcdef"


def asked(place: Place, uri: str, *, code: int = 9, model: str = "models:/churn/1") -> dict[str, object]:
    place.configure(QUICK)
    start = time.monotonic()
    error = place.refuses(code, "collect", model, "--tracking-uri", uri)
    assert time.monotonic() - start < 60, "the client's own defaults wait for minutes"
    assert "\n" not in error["message"]
    assert "secret" not in str(error)
    return error


def test_a_server_that_is_down(place: Place) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    error = asked(place, f"http://user:secret@127.0.0.1:{port}")
    assert f"the MLflow server 'http://127.0.0.1:{port}' refuses connections" in str(error["message"])
    assert "start the server" in str(error["hint"])


def test_a_server_that_hangs(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        error = asked(place, f"http://127.0.0.1:{server.getsockname()[1]}")
    assert "does not answer in time" in str(error["message"])
    assert "timeout_seconds" in str(error["hint"])


@pytest.mark.parametrize(
    ("status", "kind", "body", "says", "then"),
    [
        (500, "application/json", b"{}", "an error of its own (500)", "server's log"),
        (200, "text/html", b"<!doctype html><title>Log in</title>", "answers with a web page", "not a page before it"),
        (302, "text/html", b"", "often a log-in page", "not a page before it"),
        (401, "text/plain", b"who?", "wants a log-in (401)", "MLFLOW_TRACKING_TOKEN"),
        (200, "application/json", b'{"registered_model": {', "cut short or no JSON", "check the address"),
    ],
)
def test_a_server_that_answers_something_else(
    place: Place, hostile, status: int, kind: str, body: bytes, says: str, then: str
) -> None:
    hostile.answers = {"*": (status, kind, body)}
    error = asked(place, hostile.uri)
    assert says in str(error["message"])
    assert then in str(error["hint"])


def test_a_server_that_names_a_folder_of_this_machine(place: Place, hostile) -> None:
    api, run = "/api/2.0/mlflow", {"run_id": RUN, "run_uuid": RUN, "experiment_id": "1", "status": "FINISHED"}
    hostile.json(f"{api}/runs/get", {"run": {"info": {**run, "artifact_uri": "file:///etc"}, "data": {}}})
    hostile.json(f"{api}/runs/search", {"runs": []})
    hostile.json(f"{api}/experiments/get", {"experiment": {"experiment_id": "1", "name": "x"}})
    error = asked(place, hostile.uri, code=11, model=f"runs:/{RUN}")
    assert "names the local folder 'file:///etc', which is not followed" in str(error["message"])


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("models:/chrun/1", "did you mean 'churn'?"),
        ("models:/churn@chmapion", "did you mean 'champion'?"),
    ],
)
def test_what_a_real_server_does_not_hold(served_made, tmp_path: Path, model: str, says: str) -> None:
    done = run_docgen("collect", model, "--format", "json", cwd=tmp_path, env={"MLFLOW_TRACKING_URI": served_made.uri})
    assert says in refused(done, 9)["message"]
    assert tree(tmp_path) == {}


def test_a_server_that_dies_halfway(place: Place, hostile) -> None:
    """The version is there, the run behind it is not to be had: no snapshot of half the facts."""
    version = {"name": "churn", "version": "1", "run_id": RUN, "source": f"runs:/{RUN}/model", "status": "READY"}
    hostile.json("/api/2.0/mlflow/registered-models/get", {"registered_model": {"name": "churn"}})
    hostile.json("/api/2.0/mlflow/model-versions/get", {"model_version": version})
    hostile.answers["*"] = (503, "text/plain", b"going down")
    error = asked(place, hostile.uri)
    assert f"is not ready (503) (asked for run '{RUN}'" in str(error["message"])
