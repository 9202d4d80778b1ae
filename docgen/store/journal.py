"""The journal on disk: one small file a model, there only while an alias of it moves."""

from __future__ import annotations

from pathlib import Path

from docgen.errors import IntegrityError, StorageError
from docgen.model.canonical import parse
from docgen.model.codec import structure
from docgen.model.journal import JOURNAL_FORMAT, Move
from docgen.store.files import slug


def journal_of(store: Path, model: str) -> Path:
    """Return where the journal of a model lies while an alias of it moves.

    Args:
        store: docgen's store.
        model: name in the registry.
    """
    return store / "journal" / f"{slug(model)}.json"


def pending(path: Path) -> Move | None:
    """Return what was interrupted, or None.

    Raises:
        IntegrityError: the journal was changed.
        StorageError: it cannot be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as err:
        raise StorageError(f"{path}: {(err.strerror or str(err)).lower()}", hint="correct the permissions") from err
    content = parse(data, where=str(path))
    if not isinstance(content, dict) or content.get("format") != JOURNAL_FORMAT:
        raise IntegrityError(f"{path}: not a journal of format {JOURNAL_FORMAT}", hint="use the docgen that wrote it")
    return structure(content, Move, where=str(path))
