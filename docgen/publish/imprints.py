"""The imprint that a PDF of docgen's carries, read back from a file that may come from anybody."""

from __future__ import annotations

import logging
from pathlib import Path

from docgen.errors import IntegrityError, SourceError, UnsafeError
from docgen.model.canonical import canonical, parse
from docgen.model.codec import structure
from docgen.model.imprint import IMPRINT_FORMAT, IMPRINT_NAME, Imprint

MAX_PDF = 256 << 20
"""Bytes; a dossier's PDF has a few million."""
MAX_IMPRINT = 64 << 10
"""Bytes; an imprint has some two thousand."""


def read_imprint(path: Path) -> tuple[bytes, Imprint]:
    """Return the bytes of a PDF and the imprint attached to it.

    Raises:
        SourceError: it cannot be read.
        UnsafeError: it, or what is attached to it, is larger than docgen makes any.
        IntegrityError: it is damaged, or has no imprint, more than one, or one that docgen did not write.
    """
    try:
        if path.stat().st_size > MAX_PDF:
            raise UnsafeError(f"{path}: larger than {MAX_PDF} bytes", hint="name a PDF of a dossier")
        data = path.read_bytes()
    except OSError as err:
        raise SourceError(f"{path}: {(err.strerror or str(err)).lower()}", hint="name a PDF of a dossier") from err
    found = _attached(path)
    if len(found) != 1:
        raise IntegrityError(
            f"{path}: {len(found)} files {IMPRINT_NAME!r} are attached, expected one",
            hint="name a PDF of a dossier: docgen build makes them",
        )
    if len(found[0]) > MAX_IMPRINT:
        raise UnsafeError(
            f"{path}: its {IMPRINT_NAME} is larger than {MAX_IMPRINT} bytes", hint="no dossier has such a PDF"
        )
    return data, _imprint(found[0], f"{path}, {IMPRINT_NAME}")


def _attached(path: Path) -> tuple[bytes, ...]:
    """Return the content of every attached file that has the name of an imprint."""
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it cannot read is told below, once
    try:
        reader = PdfReader(path)
        return tuple(item.content for item in reader.attachment_list if item.name == IMPRINT_NAME)
    except Exception as err:  # pypdf raises many kinds on damaged files; all mean the same here
        raise IntegrityError(f"{path}: cannot be read as a PDF: {err}", hint="get it again from its maker") from err


def _imprint(data: bytes, where: str) -> Imprint:
    try:
        content = parse(data, where=where)
        found = structure(content, Imprint, where=where)
    except IntegrityError as err:
        raise IntegrityError(err.message, hint="it was changed, or is of a newer release: try that") from err
    if found.format != IMPRINT_FORMAT or canonical(content) != data:
        raise IntegrityError(
            f"{where}: is not canonical JSON of format {IMPRINT_FORMAT}",
            hint="it was changed, or is of a newer release: try that",
        )
    return found
