"""A server that is down, slow, broken or hostile: one clear error in time, and nothing of this machine handed out."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pytest

from docgen.errors import SourceError, UnsafeError
from docgen.sources.mlflow_.asking import Patience
from docgen.sources.mlflow_.collect import CollectedFacts, collect_mlflow
from docgen.sources.mlflow_.open_ import open_store, parse_model_uri
from docgen.sources.mlflow_.reading import Reading

RUN = "a" * 32
API = "/api/2.0/mlflow"
NOT_FOUND = {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "not there"}


def collect(uri: str, model: str = "models:/churn/1", *, seconds: int = 1, retries: int = 0) -> CollectedFacts:
    store = open_store(uri, timeout_seconds=seconds, retries=retries)
    patience = Patience(timeout_seconds=seconds, retries=retries)
    return collect_mlflow(store, parse_model_uri(model), Reading(tracking_uri=uri, patience=patience))


def serve_model(hostile: Any, artifact_uri: str) -> None:
    """Answer like a server that has model churn with one version and one run."""
    version = {"name": "churn", "version": "1", "run_id": RUN, "source": f"runs:/{RUN}/model", "status": "READY"}
    run = {
        "info": {
            "run_id": RUN, "run_uuid": RUN, "experiment_id": "1", "status": "FINISHED", "artifact_uri": artifact_uri,
            "lifecycle_stage": "active", "start_time": 1, "end_time": 2,
        },
        "data": {}, "inputs": {}, "outputs": {},
    }  # fmt: skip
    hostile.json(f"{API}/registered-models/get", {"registered_model": {"name": "churn"}})
    hostile.json(f"{API}/model-versions/get", {"model_version": version})
    hostile.json(f"{API}/model-versions/search", {"model_versions": [version]})
    hostile.json(f"{API}/runs/get", {"run": run})
    hostile.json(f"{API}/runs/search", {"runs": []})
    hostile.json(f"{API}/experiments/get", {"experiment": {"experiment_id": "1", "name": "x"}})


def failure(uri: str, **options: Any) -> str:
    with pytest.raises(SourceError) as caught:
        collect(uri, **options)
    assert caught.value.hint
    assert "\n" not in caught.value.message
    return caught.value.message


def test_a_server_that_is_down_is_said_at_once() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    start = time.monotonic()
    assert "refuses connections" in failure(f"http://127.0.0.1:{port}")
    assert time.monotonic() - start < 15


def test_a_server_that_hangs_is_given_up_after_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        start = time.monotonic()
        said = failure(f"http://127.0.0.1:{server.getsockname()[1]}")
        assert "does not answer in time" in said
        assert time.monotonic() - start < 20, "the client's own defaults wait for minutes"


def test_a_server_that_drips_is_given_up_too() -> None:
    stop = threading.Event()

    def drip(server: socket.socket) -> None:
        link, _ = server.accept()
        link.recv(65536)
        link.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
        while not stop.wait(0.2):
            try:
                link.sendall(b" ")
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=drip, args=(server,), daemon=True).start()
        start = time.monotonic()
        said = failure(f"http://127.0.0.1:{server.getsockname()[1]}")
        stop.set()
        assert "127.0.0.1" in said
        assert time.monotonic() - start < 25


@pytest.mark.parametrize(
    ("status", "kind", "body", "says"),
    [
        (500, "application/json", b"{}", "an error of its own (500)"),
        (503, "text/plain", b"later", "is not ready (503)"),
        (401, "text/plain", b"who?", "wants a log-in (401)"),
        (403, "text/plain", b"no", "does not let this user read (403)"),
        (302, "text/html", b"", "redirects"),
        (200, "text/html", b"<html>log in here</html>", "web page"),
        (200, "application/json", b'{"registered_model": {', "cut short or no JSON"),
    ],
)
def test_each_kind_of_broken_answer_has_words_of_its_own(
    hostile: Any, status: int, kind: str, body: bytes, says: str
) -> None:
    hostile.answers["*"] = (status, kind, body)
    assert says in failure(hostile.uri)


def test_retries_are_counted_and_credentials_never_shown(hostile: Any) -> None:
    hostile.answers["*"] = (500, "application/json", b"{}")
    with_secret = hostile.uri.replace("http://", "http://user:secret@")
    said = failure(with_secret, retries=1)
    assert "secret" not in said
    assert "2 tries" in said


def test_a_server_may_not_name_a_folder_of_this_machine(hostile: Any) -> None:
    for place in ("file:///etc", "/etc", "file:/root"):
        serve_model(hostile, place)
        with pytest.raises(UnsafeError, match="names the local folder"):
            collect(hostile.uri)


@pytest.mark.parametrize(
    "place", ["s3://other/x", "mlflow-artifacts://elsewhere/x", "http://127.0.0.1:9/x", "hdfs://x/y"]
)
def test_a_server_may_not_send_docgen_elsewhere(hostile: Any, place: str) -> None:
    serve_model(hostile, place)
    with pytest.raises(UnsafeError, match="may not send docgen there"):
        collect(hostile.uri)


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "a/../../b", "..\\x", "C:\\x"])
def test_artifact_names_that_lead_out_are_refused(hostile: Any, path: str) -> None:
    serve_model(hostile, f"mlflow-artifacts:/1/{RUN}/artifacts")
    hostile.json("/api/2.0/mlflow-artifacts/artifacts", {"files": [{"path": path, "is_dir": False, "file_size": 5}]})
    with pytest.raises(UnsafeError, match="leads out of"):
        collect(hostile.uri)


def test_a_listing_without_end_is_stopped(hostile: Any) -> None:
    serve_model(hostile, f"mlflow-artifacts:/1/{RUN}/artifacts")
    hostile.json("/api/2.0/mlflow-artifacts/artifacts", {"files": [{"path": "deeper", "is_dir": True}]})
    with pytest.raises(UnsafeError, match=r"deeper than \d+ folders"):
        collect(hostile.uri, seconds=5)


def test_pages_without_end_are_stopped(hostile: Any) -> None:
    hostile.json(f"{API}/registered-models/get", NOT_FOUND, 404)
    hostile.json(f"{API}/registered-models/search", {"registered_models": [{"name": "x"}], "next_page_token": "again"})
    assert "repeats a page token" in failure(hostile.uri)


def test_an_artifact_larger_than_it_said_is_cut_off(hostile: Any) -> None:
    serve_model(hostile, f"mlflow-artifacts:/1/{RUN}/artifacts")
    name = "docgen/test/performance.json"
    listing = {"files": [{"path": "performance.json", "is_dir": False, "file_size": 5}]}
    folders = {"docgen": "test", "docgen/test": None, None: "docgen"}

    def answer(path: str) -> tuple[int, str, bytes]:
        import json
        from urllib.parse import parse_qs, urlsplit

        at = parse_qs(urlsplit(path).query).get("path", [""])[0]
        inner = folders.get(at.rpartition("artifacts")[2].strip("/") or None)
        body = {"files": [{"path": inner, "is_dir": True}]} if inner else listing
        return 200, "application/json", json.dumps(body).encode()

    hostile.answers["/api/2.0/mlflow-artifacts/artifacts"] = answer
    large = b"x" * (65 * 1024 * 1024)
    hostile.answers["*"] = lambda path: (
        (200, "application/octet-stream", large) if name in path else (404, "text/plain", b"")
    )
    with pytest.raises(UnsafeError, match="larger than"):
        collect(hostile.uri, seconds=10)


def test_a_model_named_with_both_quotes_is_said_to_be_beyond_the_filters(hostile: Any) -> None:
    serve_model(hostile, f"mlflow-artifacts:/1/{RUN}/artifacts")
    hostile.json("/api/2.0/mlflow-artifacts/artifacts", {"files": []})
    assert "no way to quote" in failure(hostile.uri, model="""models:/a'b"c/1""")
