"""One writer at a time in a folder: a lock that the system releases when a process dies."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from docgen.errors import StorageError
from docgen.store.files import make_folder

LOCK_SECONDS = 30.0


@contextlib.contextmanager
def held(folder: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold a folder against other writers on this machine; branches of a repository join without it.

    Raises:
        StorageError: another process holds it longer than `seconds`.
    """
    until = time.monotonic() + seconds
    while True:
        make_folder(folder)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _lock(descriptor, folder, until)
            if _is_there(descriptor, folder):
                yield
                return
        finally:
            os.close(descriptor)


def in_use(folder: Path) -> bool:
    """Whether a process of this machine holds a folder that is there."""
    try:
        with held(folder, 0.0):
            return False
    except StorageError:
        return True


def _is_there(descriptor: int, folder: Path) -> bool:
    """Whether what was locked is still the folder of this name: whoever held it before may have removed it."""
    try:
        return os.path.samestat(os.fstat(descriptor), folder.stat())
    except FileNotFoundError:
        return False


def _lock(descriptor: int, folder: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as err:
            if err.errno not in {errno.EAGAIN, errno.EACCES}:
                raise
            if time.monotonic() > until:
                raise StorageError(
                    f"{str(folder)!r} is held by another process", hint="wait for it to end, then run again"
                ) from err
            time.sleep(0.02)
        else:
            return
