"""The log of refusals: one line a refusal in docgen's store, on this machine alone, and never larger than two files.

It is a trace for whoever watches, and no proof: who may write to the store may change it.
"""

from __future__ import annotations

import os
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from docgen.errors import DocgenError
from docgen.model.canonical import canonical, parse
from docgen.model.codec import structure, unstructure
from docgen.model.refusal import Refusal
from docgen.store.files import sync_folder
from docgen.store.locks import held

FOLDER, LOG, OLDER = "refusals", "log.jsonl", "log.1.jsonl"
MAX_LOG = 1 << 20
"""Bytes of one file; a full one becomes the older one, whose lines are then forgotten."""
MAX_TEXT = 1000
"""Characters of one field."""
WAIT_SECONDS = 2.0
"""How long a refusal waits for another one to be noted."""


def note_refusal(store: Path, refusal: Refusal) -> bool:
    """Add a refusal to the log, and return whether it is there: a refusal stands, also where it cannot be noted.

    Args:
        store: docgen's store; where there is none, none is made.
        refusal: what was refused; texts that are too long are cut.
    """
    folder = store / FOLDER
    try:
        if not store.is_dir():
            return False
        line = canonical(unstructure(_cut(refusal))) + b"\n"
        with held(folder, WAIT_SECONDS):
            _make_room(folder, len(line))
            _append(folder / LOG, line)
    except (OSError, DocgenError):
        return False
    return True


def _cut(refusal: Refusal) -> Refusal:
    """Return a refusal whose texts have an end, and hold no halves of characters."""
    texts = {item.name: getattr(refusal, item.name) for item in fields(refusal)}
    plain: dict[str, Any] = {
        name: text[:MAX_TEXT].encode("utf-8", "backslashreplace").decode("utf-8")
        for name, text in texts.items()
        if isinstance(text, str)
    }
    return replace(refusal, **plain)


def _make_room(folder: Path, more: int) -> None:
    log = folder / LOG
    if log.exists() and log.stat().st_size + more > MAX_LOG:
        log.replace(folder / OLDER)
        sync_folder(folder)


def _append(log: Path, line: bytes) -> None:
    """Write a line behind what is there; one that was torn when its writer died is ended first."""
    descriptor = os.open(log, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o644)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, (b"\n" if torn else b"") + line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_refusals(store: Path) -> tuple[tuple[Refusal, ...], int]:
    """Return the refusals that the log still holds, oldest first, and how many lines of it cannot be read."""
    found: list[Refusal] = []
    bad = 0
    for name in (OLDER, LOG):
        path = store / FOLDER / name
        for line in path.read_bytes().split(b"\n") if path.is_file() else ():
            try:
                found += (structure(parse(line, where=name), Refusal, where=name),) if line else ()
            except DocgenError:
                bad += 1
    return tuple(found), bad
