"""`dossier.json`: all that the documents about one model version are made from, in one file."""

from __future__ import annotations

from docgen.errors import IntegrityError
from docgen.model.canonical import canonical, parse
from docgen.model.codec import structure, unstructure
from docgen.model.document import Dossier

DOSSIER_FORMAT = 1
"""Version of `dossier.json`; it is made anew at each build, so older ones are refused, not read: build again."""


def dump_dossier(dossier: Dossier) -> bytes:
    """Return a dossier as canonical JSON."""
    return canonical({"format": DOSSIER_FORMAT, "dossier": unstructure(dossier)})


def load_dossier(data: bytes, *, where: str) -> Dossier:
    """Return the dossier that these bytes hold.

    Raises:
        IntegrityError: of another format or shape.
    """
    content = parse(data, where=where)
    if not isinstance(content, dict) or content.get("format") != DOSSIER_FORMAT:
        raise IntegrityError(f"{where}: not a dossier of format {DOSSIER_FORMAT}", hint="build it again: docgen build")
    return structure(content.get("dossier"), Dossier, where=where)
