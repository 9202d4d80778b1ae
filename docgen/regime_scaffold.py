"""A new regime's folder, laid out so that it lints and renders before a word of it is changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from string import Template

from docgen.errors import UsageError
from docgen.regime_lint import REGIME_ID
from docgen.resources import templates_dir
from docgen.store.files import write_atomic


def new_regime(folder: Path, *, today: date) -> tuple[Path, ...]:
    """Write the files of a new regime and return their paths.

    Args:
        folder: does not exist yet, or is empty; its name becomes the regime's id.
        today: stands as the day on which the regime was compared with its instrument.

    Raises:
        UsageError: the name cannot be an id, or the folder holds something.
        StorageError: it cannot be written.
    """
    name = folder.resolve().name
    if not REGIME_ID.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be a regime's id, expected a-z, 0-9 and _", hint="docgen regime new regimes/house_rules"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{str(folder)!r} holds something already", hint="name a new folder")
    words = {
        "id": name,
        "title": name.replace("_", " ").capitalize(),
        "prefix": name.upper().replace("_", "-").strip("-"),
        "today": today.isoformat(),
    }
    source = templates_dir() / "new_regime"
    written = []
    for path in sorted(source.rglob("*")):
        if path.is_file():
            target = folder / path.relative_to(source)
            write_atomic(target, Template(path.read_text("utf-8")).substitute(words).encode())
            written.append(target)
    return tuple(written)
