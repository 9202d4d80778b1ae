"""The whole life of a model, as the documentation walks it: on a database and on a tracking server."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.generated import ROOT
from support.stores import serve, train

TRAIN = ROOT / "tests" / "support" / "train_life.py"


def script() -> str:
    text = (ROOT / "docs" / "approvals.md").read_text("utf-8").partition("## The whole life, as a script")[2]
    (found,) = re.findall(r"```bash\n(.*?)```", text, re.DOTALL)
    return found


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    train(folder, TRAIN, f"sqlite:///{folder / 'mlflow.db'}", (folder / "mlruns").as_uri())
    return folder


@pytest.fixture(params=["database", "server"])
def store(request: pytest.FixtureRequest, trained: Path, tmp_path: Path) -> Iterator[str]:
    (tmp_path / "store").mkdir()
    if request.param == "server":
        with serve(trained, tmp_path / "store") as uri:
            yield uri
    else:
        shutil.copy(trained / "mlflow.db", tmp_path / "store")
        yield f"sqlite:///{tmp_path / 'store' / 'mlflow.db'}"


def test_the_script_of_the_documentation_walks_the_whole_life(store: str, tmp_path: Path) -> None:
    home = tmp_path / "project"
    home.mkdir()
    word = f'docgen() {{ {sys.executable} -m docgen "$@"; }}; python() {{ {sys.executable} "$@"; }}\n'
    quiet = {"MLFLOW_TRACKING_URI": store, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    done = subprocess.run(
        ["bash", "-c", word + script()], cwd=home, env={**os.environ, **quiet}, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    kinds = re.findall(r"^  \d{6} \S+ (\w+(?: off)?) +models:/screening/(\d) by", done.stdout, re.MULTILINE)
    approved = ["waiver", "sign off", "sign off", "export", "release"]
    assert kinds == [*((kind, "1") for kind in approved), *((kind, "2") for kind in approved), ("rollback", "1")]
    assert "models:/screening/3 was never released" in done.stderr
    assert " put it; it is on version 3 now\n" in (home / "check.txt").read_text("utf-8")
    told = re.findall(r"^\S+Z  version (\d) +(\w+(?: off)?) +\S", done.stdout, re.MULTILINE)
    assert [kind for _, kind in told].count("capture") >= 3
    assert told[-1] == ("1", "rollback")
    assert [version for version, kind in told if kind == "release"] == ["1", "2"]
    assert "10 gates: as of" in done.stdout
    page = (home / "approvals" / "history-screening.html").read_text("utf-8")
    (opened,) = re.findall(r'sealed as \w+ <a href="\.\./(sealed/screening-1-\w+\.zip)">open</a>', page)
    assert (home / opened).is_file()
    (record,) = re.findall(r'<a href="(records/screening/\d{6}-rollback\.html)">open</a>', page)
    assert (home / "approvals" / record).is_file()
    links = re.findall(r'<a href="(ledger/screening/[^"]+|\.\./dossiers/[^"]+)">', page)
    assert len(links) == 11 + 3
    assert all((home / "approvals" / link).is_file() for link in links)
    if store.startswith("sqlite"):
        with sqlite3.connect(store.removeprefix("sqlite:///")) as database:
            assert database.execute("SELECT version FROM registered_model_aliases").fetchall() == [(1,)]
        database.close()

    (archive,) = (home / "empty").glob("*.zip")
    shutil.copy(archive, tmp_path / "alone.zip")
    nothing = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    (tmp_path / "elsewhere").mkdir()
    command = [sys.executable, "-m", "docgen", "verify", "../alone.zip"]
    done = subprocess.run(command, cwd=tmp_path / "elsewhere", env=nothing, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (
        "Head of Validation as validator at validation, Regulatory Officer as regulatory_officer at officer"
        in done.stdout
    )
