"""The example's folder: a git repository with a plan, a training script and statements, and an MLflow store."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from docgen.config import CONFIG_NAME
from docgen.demo.device.fit import TARGET, measurements
from docgen.demo.device.stated import EXPECTED, as_yaml, candidate
from docgen.errors import SourceError, StorageError
from docgen.evaluate.data import describe_frame
from docgen.model.canonical import sha256
from docgen.plans import parse_plan
from docgen.store.files import storage, write_atomic

DATABASE = "mlflow.db"
PLAN = "pccp"
CONFIG = f"""\
# A stand-in device under a change plan; every key is explained in the README under Configuration.
[mlflow]
tracking_uri = "sqlite:///{DATABASE}"

[dossier]
regimes = ["fda_pccp"]
change_plan = "{PLAN}"
"""
_TEAM = ("-c", "user.name=device team", "-c", "user.email=device-team@example.com", "-c", "commit.gpgsign=false")
_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "PYTHONWARNINGS": "ignore"}


def make_device(folder: Path, *, step: Callable[[str], None]) -> None:
    """Lay out the example in a new folder and train its versions.

    Raises:
        StorageError: the folder holds something, or cannot be written.
        SourceError: git or the training failed.
    """
    with storage(folder):
        if folder.exists() and any(folder.iterdir()):
            raise StorageError(
                f"{str(folder)!r} holds something", hint="name a new folder: docgen demo --device <folder>"
            )
        folder.mkdir(parents=True, exist_ok=True)
    step("writing the plan, the training script and what is stated about each candidate")
    for name, text in _files().items():
        write_atomic(folder / name, text.encode("utf-8"))
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "add", "--all")
    _git(folder, *_TEAM, "commit", "--quiet", "--message", "Plan, training pipeline and candidates")
    _git(folder, "tag", "pipeline-1")
    _train(folder, step)


def _files() -> dict[str, str]:
    """Return path -> text of everything that the team keeps in its repository."""
    here = Path(__file__).parent
    narrative = (here / "narratives" / "intended_use.md").read_text("utf-8")
    return {
        CONFIG_NAME: CONFIG,
        "narratives/intended_use.md": narrative,
        "train/fit.py": (here / "fit.py").read_text("utf-8"),
        ".gitignore": f"{DATABASE}*\nartifacts/\n.docgen/\ndossiers/\n",
        f"{PLAN}/plan.yaml": _plan((here / "plan.yaml").read_text("utf-8"), narrative),
        f"{PLAN}/implemented.jsonl": "",
        **{f"{PLAN}/candidates/{version}.yaml": as_yaml(candidate(version)) for version in EXPECTED},
    }


def _plan(text: str, narrative: str) -> str:
    """Return the plan with the digests of its test data, of the intended use and of itself."""
    _, test = measurements()
    manifest = describe_frame(test, name="lesions-test", context="test", target=TARGET, profile=False)
    text = text.replace("@TEST@", manifest.sha256 or "")
    text = text.replace("@INTENDED_USE@", sha256(_body(narrative)))
    return text.replace("@PLAN@", parse_plan(text.replace("@PLAN@", ""), "plan.yaml").sha256)


def _body(narrative: str) -> bytes:
    """Return what a person wrote, without the front matter, as a snapshot holds it."""
    return (narrative.split("---\n", 2)[2].strip() + "\n").encode("utf-8")


def _git(folder: Path, *words: str) -> None:
    try:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=False)
    except FileNotFoundError as err:
        raise SourceError("git is not installed, got no program 'git'", hint="install git") from err
    if done.returncode != 0:
        raise SourceError(f"git {words[0]} failed in {str(folder)!r}: {done.stderr.strip()}")


def _train(folder: Path, step: Callable[[str], None]) -> None:
    """Run the team's script in a process of its own: MLflow keeps the tracking URI in the environment."""
    work = folder / "artifacts"
    uri = f"sqlite:///{(folder / DATABASE).absolute()}"
    command = [sys.executable, str((folder / "train" / "fit.py").absolute()), uri, str(work.absolute())]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    kept |= _QUIET | {"PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        command, env=kept, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder
    ) as process:
        try:
            for line in process.stdout or ():
                step(line.rstrip())
            told = process.stderr.read() if process.stderr else ""
        except KeyboardInterrupt:
            process.kill()
            shutil.rmtree(work, ignore_errors=True)
            raise
    if process.returncode != 0:
        last = (told.strip().splitlines() or ["no message"])[-1]
        raise SourceError(f"training of the example failed: {last}", hint="remove its folder and run it again")
