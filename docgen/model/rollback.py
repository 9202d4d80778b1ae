"""The record of a rollback: what was restored, why, by whom, and the evidence then and now."""

from __future__ import annotations

from dataclasses import dataclass

from docgen.model.approvals import GateState, Signature
from docgen.model.canonical import Digest
from docgen.model.evidence import EvidenceId, Quantity
from docgen.model.ledger import Entry, Rollback, Waiver
from docgen.model.snapshot import Snapshot
from docgen.model.standing import without_standing

RECORD_FORMAT = 2
"""Version of the record's JSON; records are written once, so older ones are read by people alone.

Format 1 told neither of gates that were closed on the day nor of waivers.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure of the restored version, beside that of the version that was left."""

    evidence: EvidenceId
    restored: float | None
    """As it was when the version was approved."""
    now: float | None
    """As the newest snapshot of the restored version holds it; None where there is none, or it holds none."""
    left: float | None
    """Of the version that was left."""
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackRecord:
    """One rollback."""

    format: int = RECORD_FORMAT
    model: str
    alias: str
    restored: str
    """Version."""
    left: str | None
    """Version; None where the alias was on none."""
    reason: str
    by: str
    at: str
    entry: str
    """File of the ledger's entry."""
    manifest: Digest
    archive: Digest
    """SHA-256 of the sealed dossier that was proved for it."""
    captured_then: str
    captured_now: str | None
    """Of the newest snapshot; None where it is the approved one, or there is none."""
    changed: tuple[EvidenceId, ...]
    """Evidence of the restored version that is not as it was approved."""
    signatures: tuple[Signature, ...]
    closed: tuple[str, ...]
    """Why a gate of the restored version was closed on the day of the rollback; empty when all were open."""
    waivers: tuple[Waiver, ...]
    """Those on which its open gates rest."""
    measures: tuple[Measure, ...]


def measures(then: Snapshot, now: Snapshot | None, left: Snapshot | None) -> tuple[Measure, ...]:
    """Return each measure of the approved snapshot, beside the newest one of the same version and that of another."""
    found = []
    for item in then.of_kind("metric"):
        if isinstance(item.value, Quantity):
            others = [_value(snapshot, item.id) for snapshot in (now, left)]
            found.append(
                Measure(
                    evidence=item.id, restored=item.value.value, now=others[0], left=others[1], unit=item.value.unit
                )
            )
    return tuple(found)


def changed(before: Snapshot, after: Snapshot) -> tuple[EvidenceId, ...]:
    """Return the id of each piece of evidence whose value is not the same in both snapshots, in order.

    Where the version stands in the registry is left out: the release itself changed that.
    """
    lasting = map(without_standing, (before, after))
    old, new = ({item.id: item.value for item in snapshot.evidence} for snapshot in lasting)
    return tuple(name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name))


def _value(snapshot: Snapshot | None, name: EvidenceId) -> float | None:
    item = snapshot.find(name) if snapshot else None
    return item.value.value if item and isinstance(item.value, Quantity) else None


def record_name(entry: Entry) -> str:
    """Return the name of the files of a rollback's record, without their suffix."""
    return f"{entry.sequence:06d}-rollback"


def compose(
    entry: Entry, archive: Digest, signatures: tuple[Signature, ...], states: tuple[GateState, ...],
    waivers: tuple[Waiver, ...], then: Snapshot, now: Snapshot | None, left: Snapshot | None,
) -> RollbackRecord:  # fmt: skip
    """Return the record of a rollback's entry.

    Args:
        entry: of the ledger; its details are a `Rollback`.
        archive: SHA-256 of the sealed dossier of the restored version.
        signatures: on that dossier.
        states: of its gates on the day.
        waivers: of it that hold on the day.
        then: its snapshot.
        now: the newest snapshot of the same version; None where there is none.
        left: the newest snapshot of the version that was left; None where there is none.
    """
    details = entry.details
    assert isinstance(details, Rollback)  # noqa: S101  # the caller picked it by this
    fresh = now if now is not None and now.digest() != then.digest() else None
    return RollbackRecord(
        model=then.subject.name,
        alias=details.alias,
        restored=entry.version,
        left=details.before,
        reason=details.reason,
        by=entry.by,
        at=entry.at,
        entry=entry.file,
        manifest=details.manifest,
        archive=archive,
        captured_then=then.captured_at,
        captured_now=fresh.captured_at if fresh else None,
        changed=changed(then, fresh) if fresh else (),
        signatures=signatures,
        closed=tuple(f"{state.title}: {reason.why}" for state in states for reason in state.closed),
        waivers=waivers,
        measures=measures(then, now, left),
    )
