"""The work tree at training time: MLflow tags a run with the commit, but leaves no trace of uncommitted changes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from io import BufferedReader
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit, urlunsplit

from docgen.model.canonical import Digest
from docgen.model.formats import ChangedFile, CodeFile

MAX_CHANGES = 200
"""Changed files that are told one by one; the totals count all of them."""

_DIFF = ("diff", "--no-ext-diff", "--no-textconv")


def code_state(folder: Path | None = None) -> CodeFile | None:
    """Return commit, branch and uncommitted changes of the work tree around the running script; None outside git.

    Args:
        folder: where to look; that of the main script by default.
    """
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    where = folder or (Path(main).resolve().parent if main else Path.cwd())
    commit = _git(where, "rev-parse", "HEAD")
    if commit is None:
        return None
    branch = _git(where, "symbolic-ref", "--short", "HEAD")
    changes = _git(where, "status", "--porcelain", "--untracked-files=no", "--ignore-submodules=none")
    others = _git(where, "ls-files", "--others", "--exclude-standard", "-z", "--full-name", ":/")
    remote = _git(where, "config", "--get", "remote.origin.url")
    rows = _numstat(where) if changes else ()
    return CodeFile(
        commit=commit,
        branch=branch,
        dirty=bool(changes),
        remote=_clean(remote) if remote else None,
        changes=rows[:MAX_CHANGES],
        changed_files=len(rows),
        lines_added=sum(row.added or 0 for row in rows),
        lines_removed=sum(row.removed or 0 for row in rows),
        untracked=None if others is None else others.count("\0"),
        diff_sha256=_diff_digest(where) if changes else None,
    )


def _numstat(folder: Path) -> tuple[ChangedFile, ...]:
    """Return the changed files, the largest changes first."""
    out = _git(folder, *_DIFF, "--numstat", "-z", "--no-renames", "HEAD") or ""
    rows = (entry.split("\t", 2) for entry in out.split("\0") if entry)
    found = [ChangedFile(path=path, added=_count(added), removed=_count(removed)) for added, removed, path in rows]
    return tuple(sorted(found, key=lambda row: (-(row.added or 0) - (row.removed or 0), row.path)))


def _count(text: str) -> int | None:
    return int(text) if text.isdigit() else None


def _git(folder: Path, *words: str) -> str | None:
    """Return the standard output of git, or None when it says no."""
    try:
        done = subprocess.run(_command(folder, words), capture_output=True, check=False, timeout=60, env=_environment())
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None


def _diff_digest(folder: Path) -> Digest | None:
    """Return the SHA-256 of the whole patch, which may be larger than memory."""
    command = _command(folder, (*_DIFF, "--binary", "HEAD"))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()) as process:
        digest = hashlib.file_digest(cast("BufferedReader", process.stdout), "sha256").hexdigest()
    return Digest(digest) if process.returncode == 0 else None


def _command(folder: Path, words: tuple[str, ...]) -> list[str]:
    """Return a call of git that runs nothing the repository configures."""
    return ["git", "-c", "core.fsmonitor=false", "-C", str(folder), *words]


def _environment() -> dict[str, str]:
    return {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}


def _clean(url: str) -> str:
    if "://" not in url:
        return url.rpartition("@")[2]
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
