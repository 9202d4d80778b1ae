"""Whether a ledger is whole: each entry unchanged, in its place, chained to all that came before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from docgen.errors import IntegrityError
from docgen.gates.stamps import covering, stamp_notes
from docgen.model.canonical import Digest, sha256
from docgen.model.days import moment
from docgen.model.ledger import NAME, Details, Entry, TimeStamp, read_entry

Name = str
"""Name of an entry's file."""

WAIT_SECONDS = 60
"""A writer notes its time, then may wait for others: as long as that an older time is no clock that went back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A ledger as it was read."""

    entries: tuple[Entry, ...] = ()
    """By sequence number, then by file name: the order in which all of them can be read."""
    heads: tuple[Digest, ...] = ()
    """The entries without a successor, sorted. Two or more: written side by side, and not joined yet."""
    faults: tuple[str, ...] = ()
    """Each thing that is not as it was written, the first broken entry first; empty when the ledger is whole."""
    notes: tuple[str, ...] = ()
    """What a reader should know and is no fault: forks, and a clock that went back."""

    def recording(self, details: Details) -> Entry | None:
        """Return the first entry that records just this; None where none does."""
        return next((entry for entry in self.entries if entry.details == details), None)


def chain(files: Mapping[Name, bytes], *, wanted: Mapping[str, str] | None = None) -> Chain:
    """Read a ledger and prove it.

    Args:
        files: file name -> bytes of every file of the ledger.
        wanted: file name or SHA-256 of entries that must be there -> where it is known from; a ledger whose last
            entries were cut off cannot tell so by itself.
    """
    read: dict[Digest, Entry] = {}
    found: list[tuple[str, str]] = []
    for name in sorted(files):
        try:
            entry = _read(name, files[name])
        except IntegrityError as err:
            found.append((name, err.message))
        else:
            read[Digest(sha256(files[name]))] = entry
    entries = tuple(sorted(read.values(), key=lambda item: item.file))
    found += ((entry.file, fault) for entry in entries for fault in _link_faults(entry, read))
    for key, source in (wanted or {}).items():
        if key not in files and key not in read:
            found.append((key, f"{key}: is {source}, and not in the ledger: it was removed"))
    taken = {digest for entry in entries for digest in entry.previous}
    return Chain(
        entries=entries,
        heads=tuple(sorted(set(read) - taken)),
        faults=tuple(text for _, text in sorted(found)),
        notes=(*_notes(entries, read), *stamp_notes(entries)),
    )


def _read(name: Name, data: bytes) -> Entry:
    """Return the entry of a file whose name tells the truth about it."""
    shape = NAME.fullmatch(name)
    if shape is None:
        raise IntegrityError(f"{name}: is no name of an entry, expected <sequence>-<SHA-256>.json")
    if (digest := sha256(data)) != shape[2]:
        raise IntegrityError(f"{name}: was edited: its bytes have SHA-256 {digest}")
    entry = read_entry(data, where=name)
    if entry.file != name:
        raise IntegrityError(f"{name}: was moved: the entry is number {entry.sequence}, its name says {shape[1]}")
    return entry


def _link_faults(entry: Entry, read: Mapping[Digest, Entry]) -> Iterator[str]:
    lost = [digest for digest in entry.previous if digest not in read]
    yield from (f"{entry.file}: the entry before it, {digest[:12]}, is missing or broken" for digest in lost)
    if list(entry.previous) != sorted(set(entry.previous)):
        yield f"{entry.file}: names the entries before it out of order or twice"
    if not lost:
        expected = 1 + max((read[digest].sequence for digest in entry.previous), default=0)
        if entry.sequence != expected:
            yield f"{entry.file}: is number {entry.sequence}, expected {expected} after the entries that it names"
    if isinstance(entry.details, TimeStamp) and entry.details.entry not in read:
        yield f"{entry.file}: the entry that it stamps, {entry.details.entry[:12]}, is missing or broken"


def _notes(entries: tuple[Entry, ...], read: Mapping[Digest, Entry]) -> Iterator[str]:
    followers: dict[str, list[str]] = {}
    for entry in entries:
        for before in [read[digest].file[:19] for digest in entry.previous if digest in read] or ["the beginning"]:
            followers.setdefault(before, []).append(entry.file[:19])
    for before, names in followers.items():
        if len(names) > 1:
            yield f"fork: {' and '.join(names)} were written side by side after {before}"
    for entry in entries:
        latest = max((read[digest].at for digest in entry.previous if digest in read), default=entry.at)
        seconds = int((moment(latest) - moment(entry.at)).total_seconds())
        if seconds > WAIT_SECONDS:
            yield f"{entry.file[:19]}: the clock went back {seconds} s; the order is that of the numbers"


def extract(found: Chain, kinds: tuple[type, ...]) -> tuple[Entry, ...]:
    """Return the entries of these kinds with all that they rest on, in order: a ledger that is whole by itself.

    The earliest time stamp that covers each of them is kept too.
    """
    by_digest = {entry.digest(): entry for entry in found.entries}
    covered = covering(found.entries)
    todo = [entry for entry in found.entries if isinstance(entry.details, kinds)]
    todo += [covered[digest] for entry in todo if (digest := entry.digest()) in covered]
    kept: dict[str, Entry] = {}
    while todo:
        entry = todo.pop()
        if entry.file not in kept:
            kept[entry.file] = entry
            todo += (by_digest[digest] for digest in entry.previous)
    return tuple(kept[name] for name in sorted(kept))
