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
