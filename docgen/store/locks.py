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
    make_folder(folder)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(descriptor, folder, time.monotonic() + seconds)
        yield
    finally:
        os.close(descriptor)


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
