"""Writing a file so that a reader sees the old bytes or the new ones, never a mixture, whatever happens in between."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from docgen.errors import StorageError

READ_ONLY = 0o444
"""Mode of files whose bytes are promised never to change."""


def write_atomic(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write `data` to `path`: a temporary file beside it, synced, then renamed, then the folder synced.

    Raises:
        StorageError: disk full, no permission, not a folder, ...; `path` is as it was before.
    """
    with storage(path), uninterrupted():
        make_folder(path.parent)
        temporary = path.parent / f".{path.name[:80]}.{secrets.token_hex(6)}.tmp"
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.chmod(mode)
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are not there, so that they too survive a power loss."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        sync_folder(path.parent)


def remove_leftovers(*folders: Path) -> None:
    """Remove what writers that were killed left in folders, where no other writer is at work.

    Nothing was ever acknowledged under such a name.
    """
    for folder in folders:
        for path in folder.glob(".*.tmp"):
            path.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` survive a power loss (a no-op where folders cannot be opened)."""
    flags = getattr(os, "O_DIRECTORY", None)
    if flags is None:
        return
    descriptor = os.open(folder, os.O_RDONLY | flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Keep Ctrl-C and SIGTERM waiting while a few files change their names: between two of them nothing is whole.

    Other threads than the main one never get signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []

    def hold(number: int, _frame: FrameType | None) -> None:
        held.append(number)

    before = {number: signal.signal(number, hold) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        for first in held[:1]:
            signal.raise_signal(first)


@contextlib.contextmanager
def storage(path: Path) -> Iterator[None]:
    """Turn an `OSError` into one clear `StorageError` that names `path`."""
    try:
        yield
    except OSError as err:
        reason = (err.strerror or str(err)).lower()
        raise StorageError(
            f"cannot write {str(path)!r}: {reason}",
            hint="free some space or choose another folder in docgen.toml ([dossier] store, output), then run again",
        ) from err


def slug(text: str) -> str:
    """Return a file name for `text`: itself when it is harmless, else its harmless part and 8 digits of its SHA-256.

    Two different texts never share a name, also on file systems that ignore case.
    """
    safe = re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-.")[:60]
    if safe == text and safe not in {"", "con", "prn", "aux", "nul"}:
        return safe
    return f"{safe or 'x'}-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
