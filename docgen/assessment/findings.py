"""Recorded findings of a snapshot, and which of them close a gate. Pure."""

from __future__ import annotations

from datetime import date

from docgen.model.evidence import EvidenceId
from docgen.model.findings import KIND, FindingRecord
from docgen.model.policy import Policy
from docgen.model.regime import Regime
from docgen.model.snapshot import Snapshot


def recorded(snapshot: Snapshot) -> tuple[FindingRecord, ...]:
    """Return the findings of the register, as the snapshot holds them."""
    return tuple(item.value for item in snapshot.of_kind(KIND) if isinstance(item.value, FindingRecord))


def closing(snapshot: Snapshot, regime: Regime, policy: Policy, as_of: date) -> tuple[EvidenceId, ...]:
    """Return the overdue findings against a regime whose severity closes the gate, as the policy says."""
    if policy.findings is None:
        return ()
    grave = {name.casefold() for name in policy.findings.overdue_closes_gate}
    return tuple(
        EvidenceId(f"{KIND}:{record.id}")
        for record in recorded(snapshot)
        if record.overdue(as_of)
        and record.severity.casefold() in grave
        and any(name.startswith(f"{regime.id}/") for name in record.criteria)
    )
