"""The work tree at training time: MLflow tags a run with the commit, but leaves no trace of uncommitted changes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from docgen.model.formats import CodeFile


def code_state(folder: Path | None = None) -> CodeFile | None:
    """Return commit, branch and dirty flag of the work tree around the running script; None outside git.

    Args:
        folder: where to look; that of the main script by default.
    """
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    where = folder or (Path(main).resolve().parent if main else Path.cwd())
    commit = _git(where, "rev-parse", "HEAD")
    if commit is None:
        return None
    branch = _git(where, "symbolic-ref", "--short", "HEAD")
    changes = _git(where, "status", "--porcelain", "--untracked-files=no")
    remote = _git(where, "config", "--get", "remote.origin.url")
    return CodeFile(commit=commit, branch=branch, dirty=bool(changes), remote=_clean(remote) if remote else None)


def _git(folder: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-c", "core.fsmonitor=false", "-C", str(folder), *words],
            capture_output=True,
            check=False,
            timeout=15,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None


def _clean(url: str) -> str:
    if "://" not in url:
        return url.rpartition("@")[2]
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
