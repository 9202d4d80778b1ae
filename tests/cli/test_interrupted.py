"""Ctrl-C at several moments: exit code 130, one line, nothing half-written, and an older dossier as it was."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.commands import Place, said, tree

LINE = "docgen: interrupted; nothing was left half-written\n"
IMPORTS = re.compile(r"^import time: .*\n", re.MULTILINE)


def interrupt(
    cwd: Path,
    *arguments: str,
    when: str,
    after: float = 0.0,
    python: tuple[str, ...] = (),
    number: signal.Signals = signal.SIGINT,
) -> tuple[int, str, str, float]:
    """Start docgen, send a signal some seconds after a line with `when`; return code, output, errors, seconds to end."""
    temporary = cwd.parent / "tmp"
    temporary.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, *python, "-m", "docgen", *arguments],
        cwd=cwd,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    seen = ""
    for line in process.stderr:
        seen += line
        if when in line:
            break
    else:
        pytest.fail(f"{when!r} was never said:\n{seen}")
    time.sleep(after)
    start = time.monotonic()
    process.send_signal(number)
    out, errors = process.communicate(timeout=60)
    assert not list(temporary.iterdir()), "a temporary file was left"
    return process.returncode, out, seen + errors, time.monotonic() - start


def held(done: tuple[int, str, str, float]) -> None:
    code, out, errors, seconds = done
    assert code == 130, errors
    assert said(IMPORTS.sub("", errors)) == LINE
    assert seconds < 10
    if out:
        assert json.loads(out)["error"]["code"] == 130


@pytest.mark.parametrize("module", ["argparse", "docgen.errors", "docgen.cli.console", "docgen.config", "sqlalchemy"])
def test_while_docgen_is_being_loaded(place: Place, module: str) -> None:
    before = tree(place.folder)
    python = ("-X", "importtime")
    held(interrupt(place.folder, "collect", "models:/churn/1", when=f" {module}\n", python=python))
    assert tree(place.folder) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_while_a_store_is_read(place: Place, number: signal.Signals) -> None:
    before = tree(place.folder)
    done = interrupt(
        place.folder, "collect", "models:/churn/2", "--format", "json", when="reading churn version 2", number=number
    )
    held(done)
    assert json.loads(done[1])["error"]["message"] == "interrupted; nothing was left half-written"
    assert tree(place.folder) == before
    assert place.docgen("collect", "models:/churn/2").returncode == 0


def test_while_a_private_copy_of_a_database_is_read(place: Place) -> None:
    (place.folder / "mlflow.db-journal").write_bytes(b"x" * 8)
    before = tree(place.folder)
    held(interrupt(place.folder, "collect", "models:/churn/2", when="reading churn version 2"))
    assert tree(place.folder) == before


def test_while_a_server_keeps_docgen_waiting(place: Place) -> None:
    before = tree(place.folder)
    with socket.create_server(("127.0.0.1", 0)) as server:
        uri = f"http://127.0.0.1:{server.getsockname()[1]}"
        done = interrupt(place.folder, "collect", "models:/churn/2", "--tracking-uri", uri, when="opening", after=4.0)
    held(done)
    assert done[3] < 3, "the user waited for the server's deadline"
    assert tree(place.folder) == before


@pytest.mark.parametrize(
    ("when", "after"),
    [
        ("opening", 0.0),
        ("to compare with", 0.0),
        ("rendering HTML", 0.0),
        ("rendering HTML", 0.4),
        ("rendering HTML", 0.9),
        ("rendering PDF", 0.0),
        ("rendering PDF", 0.3),
    ],
)
def test_while_a_dossier_is_built(built: Place, when: str, after: float) -> None:
    before = tree(built.folder)
    done = interrupt(built.folder, "build", "models:/churn/2", "--force", when=when, after=after)
    assert tree(built.folder) == before
    if done[0] == 1 and "rendering PDF" in done[2]:
        pytest.skip("this machine had finished before the signal came")
    held(done)


def test_what_was_interrupted_can_be_done_again(built: Place) -> None:
    before = tree(built.folder / "dossiers")
    held(interrupt(built.folder, "build", "models:/churn/1", "--no-pdf", when="rendering HTML"))
    assert tree(built.folder / "dossiers") == before
    assert built.docgen("build", "models:/churn/1", "--no-pdf").returncode == 1
    assert built.docgen("verify").returncode == 0


@pytest.fixture(scope="module")
def built(sqlite_made, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place with a dossier of version 2 in it."""
    from support.commands import make_place

    folder = tmp_path_factory.mktemp("built") / "place"
    folder.mkdir()
    place = make_place(folder, sqlite_made.folder, sqlite_made.ids)
    assert place.docgen("build", "models:/churn/2").returncode == 1
    return place


def test_while_the_demo_trains(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    held(interrupt(work, "demo", "demo", when="]", after=2.0))
    time.sleep(1.0)
    assert {path.name for path in (work / "demo").iterdir()} == {"docgen.toml", "findings.yaml", "narratives"}
    held(interrupt(work, "demo", "demo", when="]"))  # an interrupted demo may begin again
