"""The demo's folder: an MLflow store with two trained versions, narratives as people write them, a docgen.toml."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from docgen.config import CONFIG_NAME
from docgen.errors import SourceError, StorageError
from docgen.resources import templates_dir
from docgen.store.files import storage

MODEL = "credit-default"
VERSIONS = ("1", "2")
DATABASE = "mlflow.db"
CONFIG = """\
# Everything the demo needs; every key is explained in the README under Configuration.
[mlflow]
tracking_uri = "sqlite:///mlflow.db"

[dossier]
regimes = ["model_card"]
findings = "findings.yaml"
"""
_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "PYTHONWARNINGS": "ignore"}


def make_demo(folder: Path, *, step: Callable[[str], None]) -> None:
    """Train and track both versions into `folder`, unless an earlier demo did; add what else is missing.

    Raises:
        StorageError: the folder holds something else, or cannot be written.
        SourceError: training failed.
    """
    database = folder / DATABASE
    with storage(folder):
        if folder.exists() and any(folder.iterdir()) and not _is_demo(folder):
            raise StorageError(f"{str(folder)!r} holds something else", hint="name a new folder: docgen demo <folder>")
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / CONFIG_NAME, CONFIG.encode())
        for source in sorted((Path(__file__).parent / "narratives").glob("*.md")):
            _write(folder / "narratives" / source.name, source.read_bytes())
        _write(folder / "findings.yaml", (templates_dir() / "findings" / "example.yaml").read_bytes())
    if database.exists():
        step("the models of the earlier demo are there; training is left out")
        return
    _train(folder, step)


def _is_demo(folder: Path) -> bool:
    """Whether an earlier demo began here; it may have been interrupted."""
    config = folder / CONFIG_NAME
    return (folder / DATABASE).exists() or (config.is_file() and config.read_bytes() == CONFIG.encode())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_bytes(data)


def _train(folder: Path, step: Callable[[str], None]) -> None:
    """Train in a process of its own; the database appears under its name only when all is in it."""
    work, artifacts = folder / ".training", folder / "artifacts"
    shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(artifacts, ignore_errors=True)
    scratch = work / "tmp"  # goes with the folder, whatever training leaves in it
    with storage(work):
        scratch.mkdir(parents=True)
    uri = f"sqlite:///{(work / DATABASE).absolute()}"
    command = [sys.executable, "-m", "docgen.demo", uri, str(artifacts.absolute())]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    environment = {**kept, **_QUIET, "TMPDIR": str(scratch.absolute())}
    with (work / "log.txt").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder)
        try:
            with process:
                for line in process.stdout or ():
                    step(line.rstrip())
        except KeyboardInterrupt:
            process.kill()
            process.wait()
            shutil.rmtree(work, ignore_errors=True)
            shutil.rmtree(artifacts, ignore_errors=True)
            raise
        if process.returncode != 0:
            log.seek(0)
            last = (log.read().strip().splitlines() or ["no message"])[-1]
            raise SourceError(f"training of the demo failed: {last}", hint=f"the whole log is {work / 'log.txt'}")
    with storage(folder):
        (work / DATABASE).replace(folder / DATABASE)
        shutil.rmtree(work)
