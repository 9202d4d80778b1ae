"""What git remembers of a folder that is only ever added to."""

from __future__ import annotations

from pathlib import Path

from docgen.sources.git_ import Repository


def added_below(folder: Path) -> tuple[str, ...]:
    """Return the name of every file that a commit of the current history ever added directly below `folder`, sorted.

    Empty where the folder is in no repository: git is one witness more, not a condition.

    Raises:
        SourceError: git is not installed, or does not answer in time.
    """
    existing = _existing(folder)
    if existing is None:
        return ()
    repository = Repository(existing)
    inside = str(folder.resolve().relative_to(existing.resolve())) or "."
    out = repository.run(
        "log", "--format=", "--no-renames", "--diff-filter=A", "--name-only", "-z", "-m", "HEAD", "--", inside
    )
    names = {path.rpartition("/")[2] for path in (out or "").replace("\n", "\0").split("\0") if path}
    return tuple(sorted(names))


def forgets(folder: Path) -> str:
    """Return why git does not know every file that was ever added below `folder`, in words; empty where it does.

    Raises:
        SourceError: git is not installed, or does not answer in time.
    """
    existing = _existing(folder)
    shallow = Repository(existing).run("rev-parse", "--is-shallow-repository") if existing else None
    if shallow is None:
        return "it lies in no git repository"
    if shallow.strip() == "true":
        return "the repository is a shallow clone"
    return "" if added_below(folder) else "none of its entries was ever committed"


def _existing(folder: Path) -> Path | None:
    """Return the folder, or the nearest around it that is there."""
    return next((item for item in (folder, *folder.parents) if item.is_dir()), None)


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
