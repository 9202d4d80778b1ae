"""docgen's commands as a user runs them, and what every failure of theirs promises."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PROGRESS = re.compile(r"^\[ *\d+\.\ds\] .*\n", re.MULTILINE)


def run_docgen(
    *arguments: str, cwd: Path, env: dict[str, str] | None = None, prefix: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own; `prefix` is a program that starts it."""
    return subprocess.run(
        [*prefix, sys.executable, "-m", "docgen", *arguments],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=600,
    )


def tree(folder: Path) -> dict[str, str]:
    """Every file, folder and byte below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in sorted(folder.rglob("*"))
    }


def untouched(folder: Path) -> dict[str, str]:
    """The same without the log of refusals, which is written when all else stays as it is."""
    return {path: digest for path, digest in tree(folder).items() if not path.startswith(".docgen/refusals")}


def said(stderr: str) -> str:
    """What stands on standard error without the progress."""
    return _PROGRESS.sub("", stderr)


def refused(done: subprocess.CompletedProcess[str], code: int) -> dict[str, Any]:
    """The error object of a command run with `--format json`: one clear message, the same for people and machines."""
    assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    error = json.loads(done.stdout)["error"]
    assert set(error) == {"code", "message", "hint", "problems"}
    assert error["code"] == code
    assert error["hint"], "the next step is not said"
    assert not error["message"].endswith(".")
    assert said(done.stderr) == f"docgen: {error['message']}\n  next: {error['hint']}\n"
    return error


@dataclass(frozen=True)
class Place:
    """A folder with a `docgen.toml` and an MLflow store of its own."""

    folder: Path
    ids: dict[str, str]

    def docgen(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return run_docgen(*arguments, cwd=self.folder, **options)

    def refuses(self, code: int, *arguments: str, **options: Any) -> dict[str, Any]:
        """Run a command that must fail with `code` and write nothing; return what it says."""
        before = tree(self.folder)
        error = refused(self.docgen(*arguments, "--format", "json", **options), code)
        assert tree(self.folder) == before, "something was written"
        return error

    def configure(self, mlflow: str = "", dossier: str = "") -> None:
        """Write `docgen.toml` with further lines."""
        (self.folder / "docgen.toml").write_text(f"{self._mlflow}{mlflow}\n[dossier]\n{dossier}\n", "utf-8")

    @property
    def _mlflow(self) -> str:
        before = (self.folder / "origin.txt").read_text("utf-8")
        return f'[mlflow]\nartifact_roots = {{ "{before}" = "mlruns" }}\n'

    def artifact(self, owner: str, path: str) -> Path:
        """Return where an artifact of a run (by its name in `ids`) or of its logged model lies."""
        if owner in self.ids:
            (found,) = (self.folder / "mlruns").glob(f"**/{self.ids[owner]}/artifacts")
        else:
            (found,) = (self.folder / "mlruns").glob(f"**/{owner}/artifacts")
        return found / path


def make_place(folder: Path, store: Path, ids: dict[str, str]) -> Place:
    """Copy an SQLite store with its artifacts into a folder of its own."""
    shutil.copy(store / "mlflow.db", folder / "mlflow.db")
    shutil.copytree(store / "mlruns", folder / "mlruns")
    (folder / "origin.txt").write_text((store / "mlruns").as_uri(), "utf-8")
    place = Place(folder=folder, ids=ids)
    place.configure()
    return place
