"""Files of older versions, lifted to today's content one version at a time."""

from __future__ import annotations

from collections.abc import Callable

from docgen.errors import IntegrityError
from docgen.model.canonical import Json
from docgen.model.formats import EVIDENCE_VERSION


def lifted(content: dict[str, Json], *, where: str) -> dict[str, Json]:
    """Return the content of an evidence file as today's version holds it.

    Raises:
        IntegrityError: the file names a version that does not exist.
    """
    version = content.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or not 1 <= version <= EVIDENCE_VERSION:
        known = ", ".join(str(number) for number in range(1, EVIDENCE_VERSION + 1))
        raise IntegrityError(f"{where}: version {version!r} of {content.get('format')} is not known (known: {known})")
    for number in range(version, EVIDENCE_VERSION):
        content = _LIFT[number](content)
    return content


def _from_1(content: dict[str, Json]) -> dict[str, Json]:
    """Version 2 only added fields that may be absent."""
    return {**content, "version": 2}


_LIFT: dict[int, Callable[[dict[str, Json]], dict[str, Json]]] = {1: _from_1}
