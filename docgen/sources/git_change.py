"""Git, for decisions on changes: which files differ, since when a plan's criteria stand, what descends from what."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from docgen.model.change import CodeChange, CodePath
from docgen.model.evidence import Commit
from docgen.model.snapshot import Snapshot
from docgen.sources.git_ import Repository

MAX_COMMITS = 400
"""Commits of a plan's file that are looked at."""

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")


def commit_of(snapshot: Snapshot) -> str | None:
    """Return the commit of a version's training code, as its run names it."""
    item = snapshot.find("commit:head")
    value = item.value if item else None
    return value.sha if isinstance(value, Commit) and _SHA.fullmatch(value.sha) else None


def code_change(folder: Path, before: Snapshot, after: Snapshot) -> CodeChange:
    """Return which files differ between the commits of two versions, or why git cannot tell.

    Raises:
        SourceError: git is not installed, or does not answer in time.
    """
    shas = commit_of(before), commit_of(after)
    if shas[0] is None or shas[1] is None:
        return CodeChange(fault="a version's run names no commit")
    repository = Repository(folder)
    for snapshot, sha in zip((before, after), shas, strict=True):
        if not repository.has(sha):  # type: ignore[arg-type]  # both are there
            return CodeChange(fault=f"the commit {sha} of {snapshot.subject.uri} {_gone(repository)}")
    rows = repository.numstat(shas[0], shas[1])
    return CodeChange(paths=tuple(CodePath(path=path, added=more, removed=less) for path, more, less in sorted(rows)))


def _gone(repository: Repository) -> str:
    shallow = (repository.run("rev-parse", "--is-shallow-repository") or "").strip() == "true"
    return "is not in the repository, which is a shallow clone" if shallow else "is not in the repository"


def descends(folder: Path, tag: str, snapshot: Snapshot) -> tuple[bool | None, str]:
    """Return whether a version's commit descends from a tag, or None and why git cannot tell.

    Raises:
        SourceError: git is not installed, or does not answer in time.
    """
    sha = commit_of(snapshot)
    if not tag:
        return None, "the plan names no pipeline_tag"
    if sha is None:
        return None, "the run names no commit"
    repository = Repository(folder)
    reference = f"refs/tags/{tag}^{{commit}}"
    if not _TAG.fullmatch(tag) or ".." in tag or repository.run("rev-parse", "--verify", "--quiet", reference) is None:
        return None, f"the repository has no tag {tag!r}"
    if not repository.has(sha):
        return None, f"the commit {sha} {_gone(repository)}"
    return repository.run("merge-base", "--is-ancestor", reference, sha) is not None, ""


def standing_since(path: Path, stands: Callable[[str], bool]) -> tuple[str | None, str]:
    """Return since which commit a file has said what it says now (ISO 8601 UTC), or None and why git cannot tell.

    Args:
        path: the file.
        stands: whether an earlier text says the same.

    Raises:
        SourceError: git is not installed, or does not answer in time.
    """
    repository = Repository(path.parent)
    found: str | None = None
    listed = repository.run("log", f"--max-count={MAX_COMMITS}", "--format=%H %cI", "--", f"./{path.name}")
    if listed is None:
        return None, f"{path.name} lies in no git repository"
    for line in listed.splitlines():
        sha, _, moment = line.partition(" ")
        text = repository.run("cat-file", "blob", f"{sha}:./{path.name}")
        if text is None or not stands(text):
            break
        found = f"{datetime.fromisoformat(moment).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return found, "" if found else f"{path.name} was not committed with these criteria"
