"""Snapshots from bytes, of this format and of every older one."""

from __future__ import annotations

from collections.abc import Callable

from docgen.errors import IntegrityError
from docgen.model.canonical import Json, canonical, parse
from docgen.model.codec import structure
from docgen.model.snapshot import SNAPSHOT_FORMAT, Snapshot


def read_snapshot(data: bytes, *, where: str) -> Snapshot:
    """Return the snapshot that these bytes hold.

    Raises:
        IntegrityError: not canonical JSON, of another shape, or of a format that this docgen does not know.
    """
    content = parse(data, where=where)
    number = content.get("format") if isinstance(content, dict) else None
    reader = _READERS.get(number) if isinstance(number, int) else None
    if reader is None:
        known = ", ".join(str(key) for key in sorted(_READERS))
        raise IntegrityError(
            f"{where}: snapshot format {number!r} is not known (known: {known})",
            hint="use the docgen that wrote it, or a newer one",
        )
    if canonical(content) != data:
        raise IntegrityError(f"{where}: the bytes are not canonical JSON, so they were edited after they were written")
    return reader(content, where)


def _read_1(content: Json, where: str) -> Snapshot:
    return structure(content, Snapshot, where=where)


_READERS: dict[int, Callable[[Json, str], Snapshot]] = {SNAPSHOT_FORMAT: _read_1}
