"""The history of a model: what was captured, approved, released and rolled back, in one line of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from docgen.model.canonical import Digest
from docgen.model.ledger import (
    ChangeDecision,
    Details,
    Entry,
    Export,
    FindingChange,
    Release,
    Rollback,
    SignOff,
    TimeStamp,
    Verification,
    Waiver,
)
from docgen.model.rollback import record_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a model."""

    at: str
    """ISO 8601 UTC, by the clock of whoever wrote it."""
    version: str
    """Empty where it is about every version."""
    kind: str
    """`capture`, or the kind of a ledger's entry."""
    what: str
    by: str
    sha256: Digest
    """Of the snapshot or of the ledger's entry: its permanent name."""
    about: str | None = None
    """SHA-256 of the archive that it tells of, or the name of the record of a rollback."""


def captured(at: str, version: str, snapshot: Digest) -> Event:
    """Return the event of a snapshot."""
    what = f"evidence captured as snapshot {snapshot[:12]}"
    return Event(at=at, version=version, kind="capture", what=what, by="docgen collect", sha256=snapshot)


def history(entries: Iterable[Entry], captures: Iterable[Event]) -> tuple[Event, ...]:
    """Return every event, oldest first; what the ledger holds stays in the ledger's order among itself.

    A clock that went back moves no entry before the one it follows: an entry counts as no earlier than those before it.
    """
    found: list[tuple[str, int, Event]] = []
    latest = ""
    for place, entry in enumerate(entries, start=1):
        latest = max(latest, entry.at)
        event = Event(
            at=entry.at,
            version=entry.version,
            kind=entry.kind,
            what=_words(entry.details),
            by=entry.by,
            sha256=entry.digest(),
            about=_about(entry),
        )
        found.append((latest, place, event))
    found += [(event.at, 0, event) for event in captures]
    return tuple(event for *_, event in sorted(found, key=lambda item: (item[0], item[1], item[2].version)))


def _about(entry: Entry) -> str | None:
    match entry.details:
        case Export() | Verification():
            return entry.details.archive
        case Rollback():
            return record_name(entry)
    return None


def _words(details: Details) -> str:
    """Return what an entry says, in words."""
    match details:
        case SignOff():
            text = f"signed at {details.gate} as {details.role}: {details.meaning}; dossier {details.manifest[:12]}"
        case Waiver():
            text = (
                f"{details.requirement} waived until {details.until}, {details.owner} answers for it: {details.reason}"
            )
        case FindingChange():
            was = f", {details.before} before" if details.before else ""
            text = (
                f"finding {details.finding} is {details.status}{was}{f': {details.reason}' if details.reason else ''}"
            )
        case ChangeDecision():
            text = f"change decided, {details.decision}: {details.reason}"
        case Release():
            text = f"alias {details.alias} moved from {_held(details.before)}; dossier {details.manifest[:12]}"
        case Rollback():
            text = f"alias {details.alias} moved back from {_held(details.before)}: {details.reason}"
        case Export():
            text = f"dossier {details.manifest[:12]} sealed as {details.archive[:12]}"
        case Verification():
            text = f"archive {details.archive[:12]} verified: {details.outcome}"
        case TimeStamp():
            text = f"entry {details.entry[:12]}, and all before it, time-stamped: {details.time}"
    return text


def _held(before: str | None) -> str:
    return f"version {before}" if before else "no version"
