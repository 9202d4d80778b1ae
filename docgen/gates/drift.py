"""Whether the registry is as the ledger left it: an alias that was moved behind docgen's back is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from docgen.model.canonical import Digest
from docgen.model.evidence import VersionFacts
from docgen.model.ledger import Entry, Release, Rollback
from docgen.model.snapshot import Snapshot


def recorded_aliases(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Return alias -> the entry that moved it last; of moves on branches that knew nothing of each other, the later."""
    moves: dict[Digest, Entry] = {}
    carried: dict[Digest, dict[str, frozenset[Digest]]] = {}  # entry -> alias -> last moves on the branches up to it
    followed: set[Digest] = set()
    for entry in sorted(entries, key=lambda entry: entry.sequence):
        digest, own = entry.digest(), entry.details
        before = [carried[parent] for parent in entry.previous if parent in carried]
        known = {alias: frozenset().union(*(one.get(alias, ()) for one in before)) for one in before for alias in one}
        if isinstance(own, (Release, Rollback)):
            followed |= known.get(own.alias, frozenset())
            known[own.alias] = frozenset({digest})
            moves[digest] = entry
        carried[digest] = known
    last = sorted(
        (entry for digest, entry in moves.items() if digest not in followed), key=lambda entry: (entry.at, entry.file)
    )
    return {entry.details.alias: entry for entry in last if isinstance(entry.details, (Release, Rollback))}


def drift(
    recorded: Mapping[str, Entry], snapshot: Snapshot, holders: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Return each alias that is not where the ledger says, as far as the snapshot of one version tells, in words.

    Args:
        recorded: alias -> the entry that moved it last.
        snapshot: of one version.
        holders: alias -> the version that has it now; None where the registry was not asked.
    """
    facts = snapshot.find(f"version:{snapshot.subject.version}")
    if facts is None or not isinstance(facts.value, VersionFacts):
        return ()
    holds, own = set(facts.value.aliases), snapshot.subject.version
    found = []
    for alias in sorted(recorded):
        entry = recorded[alias]
        when = f"{entry.kind} {entry.file[:19]} of {entry.at}"
        if entry.version == own and alias not in holds:
            there = f"is on version {holders[alias]}" if holders and alias in holders else "is on no version"
            now = f"; it {there} now" if holders is not None else ""
            found.append(f"alias {alias!r} is not on version {own}, where {when} put it{now}")
        elif entry.version != own and alias in holds:
            found.append(f"alias {alias!r} is on version {own}, and {when} put it on version {entry.version}")
    return tuple(found)
