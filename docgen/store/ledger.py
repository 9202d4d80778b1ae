"""The ledger on disk: a folder of entries in the user's repository, one file each, only ever added to.

An entry is acknowledged when `append` returns: its file was synced, renamed into place, and the folder synced. Writers
wait for each other by a lock on the folder itself, which the system releases when a process dies.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from docgen.errors import IntegrityError, StorageError
from docgen.gates.chain import Chain, chain
from docgen.model.ledger import Details, Entry
from docgen.store.files import READ_ONLY, remove_leftovers, slug, storage, uninterrupted, write_atomic
from docgen.store.locks import held

MAX_ENTRY = 1 << 20
"""Bytes of one entry; a larger file is none of ours."""
MAX_ENTRIES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The ledger of one registered model."""

    folder: Path

    @classmethod
    def of(cls, root: Path, model: str) -> Ledger:
        """Return the ledger of a registered model below the folder of all ledgers.

        Args:
            root: the folder of all ledgers.
            model: the name in the registry.
        """
        return cls(folder=root / slug(model))

    def files(self) -> dict[str, bytes]:
        """Return file name -> bytes of every file, those that a killed writer left aside.

        Raises:
            IntegrityError: a file cannot be read, is no file, or is larger than an entry can be.
        """
        if not self.folder.exists():
            return {}
        try:
            names = sorted(entry.name for entry in os.scandir(self.folder) if not entry.name.startswith("."))
            if len(names) > MAX_ENTRIES:
                raise IntegrityError(f"ledger {str(self.folder)!r}: {len(names)} files, expected at most {MAX_ENTRIES}")
            return {name: _bytes(self.folder / name) for name in names}
        except OSError as err:
            raise IntegrityError(f"ledger {str(self.folder)!r}: {(err.strerror or str(err)).lower()}") from err

    def read(self, *, wanted: dict[str, str] | None = None) -> Chain:
        """Return the ledger, proved as far as it can be; its faults are told in it."""
        return chain(self.files(), wanted=wanted)

    def sound(self) -> Chain:
        """Return the ledger.

        Raises:
            IntegrityError: it is not whole.
        """
        return self.whole(self.read())

    def whole(self, found: Chain) -> Chain:
        """Return the ledger as it was read.

        Raises:
            IntegrityError: it is not whole.
        """
        if found.faults:
            raise IntegrityError(
                f"ledger {str(self.folder)!r} is broken: {found.faults[0]}",
                hint="restore the entry from git: docgen ledger verify lists every fault",
            )
        return found

    def append(
        self,
        details: Details,
        *,
        subject: str,
        by: str,
        now: datetime,
        unless: Callable[[Chain], Entry | None] | None = None,
        followed: Callable[[Entry], Details | None] | None = None,
    ) -> Entry:
        """Add an entry after all that are there, and return it once it is safe on disk.

        Args:
            details: what to record.
            subject: the model version it is about.
            by: who does so.
            now: the time; order does not depend on it.
            unless: looks for an entry that says the same already; asked while no other writer can add one.
            followed: makes of the entry what is recorded right after it, by the same, or None; asked before either is
                written, so that nothing is written where it raises.

        Raises:
            IntegrityError: the ledger is not whole; nothing is written.
            StorageError: it cannot be written, or another writer holds the ledger too long; nothing is claimed.
        """
        with storage(self.folder), held(self.folder):
            remove_leftovers(self.folder)
            there = self.sound()
            if unless is not None and (same := unless(there)) is not None:
                return same
            entry = Entry(
                sequence=1 + max((item.sequence for item in there.entries), default=0),
                previous=there.heads,
                at=f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                by=by,
                subject=subject,
                details=details,
            )
            second = followed(entry) if followed else None
            both = [entry]
            if second is not None:
                both.append(replace(entry, sequence=entry.sequence + 1, previous=(entry.digest(),), details=second))
            self._write(both)
        return entry

    def _write(self, entries: list[Entry]) -> None:
        """Write entries that are acknowledged together: all of them, or none."""
        with uninterrupted():
            try:
                for entry in entries:
                    write_atomic(self.folder / entry.file, entry.to_bytes(), mode=READ_ONLY)
            except StorageError:
                for entry in reversed(entries):
                    (self.folder / entry.file).unlink(missing_ok=True)
                raise


def _bytes(path: Path) -> bytes:
    """Return the bytes of an entry's file; links, pipes and large files are refused before they are read."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as stream:
        data = stream.read(MAX_ENTRY + 1)
    if len(data) > MAX_ENTRY:
        raise IntegrityError(f"{str(path)!r}: larger than {MAX_ENTRY} bytes, so it is no entry of a ledger")
    return data
