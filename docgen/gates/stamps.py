"""Which entries of a ledger an authority has seen, and when at the latest.

A time stamp is over one entry, whose bytes hold the SHA-256 of those before it: it covers all of them. Whether the
authority's answer is genuine is proved elsewhere (`docgen.bundle.time_stamps`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from docgen.model.canonical import Digest
from docgen.model.days import moment
from docgen.model.ledger import Entry, SignOff, TimeStamp

TOLERANCE_SECONDS = 300
"""So far clocks may be from the authority's. A constant, so that the same ledger holds wherever it is proved."""


def stamps_of(entries: Iterable[Entry]) -> tuple[tuple[Entry, TimeStamp], ...]:
    """Return every time stamp, in order."""
    return tuple((entry, entry.details) for entry in entries if isinstance(entry.details, TimeStamp))


def covering(entries: Iterable[Entry]) -> dict[Digest, Entry]:
    """Return SHA-256 of each entry that is covered -> the earliest time stamp that covers it."""
    read = {entry.digest(): entry for entry in entries}
    found: dict[Digest, Entry] = {}
    for entry, stamp in sorted(stamps_of(read.values()), key=lambda item: (item[1].time, item[0].file)):
        todo = [stamp.entry]
        while todo:
            digest = todo.pop()
            if digest in read and digest not in found:
                found[digest] = entry
                todo += read[digest].previous
    return found


def times_of(entries: Iterable[Entry]) -> dict[Digest, str]:
    """Return SHA-256 of each entry that is covered -> the time by which the authority had seen it."""
    covered = covering(entries)
    return {digest: entry.details.time for digest, entry in covered.items() if isinstance(entry.details, TimeStamp)}


def unstamped(entries: Collection[Entry]) -> tuple[Entry, ...]:
    """Return the entries that no time stamp covers; time stamps themselves need none."""
    covered = covering(entries)
    return tuple(
        entry for entry in entries if not isinstance(entry.details, TimeStamp) and entry.digest() not in covered
    )


def stamp_notes(entries: Collection[Entry]) -> Iterator[str]:
    """Yield where an entry's own time and the authority's disagree, in words."""
    seen = times_of(entries)
    for entry in entries:
        time = seen.get(entry.digest())
        if time is None or isinstance(entry.details, TimeStamp):
            continue
        if ahead := claims_later(entry.at, time):
            yield f"{entry.file[:19]}: {ahead}"
        elif isinstance(entry.details, SignOff) and (late := _seconds(entry.at, time)) > TOLERANCE_SECONDS:
            yield f"{entry.file[:19]}: was time-stamped {late} s after the time that its signer states"


def claims_later(at: str, time: str) -> str | None:
    """Return in words that an entry says a later time than that at which the authority saw it, or None."""
    if _seconds(time, at) <= TOLERANCE_SECONDS:
        return None
    return f"it says that it was made on {at}, and the time stamping authority had seen it on {time}"


def _seconds(before: str, after: str) -> int:
    return int((moment(after) - moment(before)).total_seconds())
