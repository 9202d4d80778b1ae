"""What git remembers of a folder that is only ever added to."""

from __future__ import annotations

from pathlib import Path

from docgen.sources.git_ import Repository


def added_below(folder: Path) -> tuple[str, ...]:
    """Return the name of every file that a commit of the current history ever added directly below `folder`, sorted.

    Empty where the folder is in no repository, or git is not installed: git is one witness more, not a condition.
    """
    existing = next((item for item in (folder, *folder.parents) if item.is_dir()), None)
    if existing is None:
        return ()
    repository = Repository(existing)
    inside = str(folder.resolve().relative_to(existing.resolve())) or "."
    out = repository.run(
        "log", "--format=", "--no-renames", "--diff-filter=A", "--name-only", "-z", "-m", "HEAD", "--", inside
    )
    names = {path.rpartition("/")[2] for path in (out or "").replace("\n", "\0").split("\0") if path}
    return tuple(sorted(names))


def absent(folder: Path, shas: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of these commits that the repository around a folder does not hold: all where there is none."""
    repository = Repository(folder) if folder.is_dir() else None
    return tuple(sha for sha in shas if repository is None or not repository.has(sha))


def people_of(folder: Path, sha: str, before: str | None) -> tuple[str, ...]:
    """Return name and e-mail address of every author and committer of a commit, sorted.

    Args:
        folder: a folder inside the repository.
        sha: the commit that the model was trained from.
        before: that of the version before; the commits since then count too. None: the commit alone.
    """
    if not folder.is_dir():
        return ()
    repository = Repository(folder)
    if not repository.has(sha):
        return ()
    since = before is not None and before != sha and repository.has(before)
    commits = (f"{before}..{sha}",) if since else ("-1", sha)
    out = repository.run("log", "-z", "--format=%an%n%ae%n%cn%n%ce", *commits, "--") or ""
    return tuple(sorted({text for text in out.replace("\0", "\n").split("\n") if text.strip()}))
