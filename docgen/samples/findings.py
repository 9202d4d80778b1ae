"""Sample findings of a register."""

from __future__ import annotations

from docgen.model.canonical import sha256
from docgen.model.evidence import Evidence, EvidenceId, Provenance
from docgen.model.findings import KIND, FindingRecord, HistoryEntry


def recorded_findings() -> tuple[Evidence, ...]:
    """Return one finding that is open and overdue, and one that is closed."""
    open_ = FindingRecord(
        id="F-1",
        title="No test out of time",
        condition="The model was tested on the months that it was trained on.",
        criteria=("model_card/MC-MET-03",),
        severity="high",
        owner="model developer",
        found_on="2026-01-12",
        due_on="2026-02-28",
        recommendation="Evaluate on later months.",
        history=(HistoryEntry(on="2026-01-12", status="open", by="validator"),),
    )
    closed = FindingRecord(
        id="F-2",
        condition="Few rows stand behind one group.",
        criteria=("model_card/MC-QUA-01", "house/H-1"),
        severity="low",
        owner="fairness reviewer",
        found_on="2026-01-12",
        due_on="2026-03-31",
        status="closed",
        closure_evidence=("dataset:test",),
        closed_by="head of validation",
        closed_on="2026-02-20",
        history=(HistoryEntry(on="2026-02-20", status="closed", by="head of validation", reason="Tested again."),),
    )
    where = Provenance(system="file", uri="findings.yaml", sha256=sha256(b"findings"))
    return tuple(Evidence(id=EvidenceId(f"{KIND}:{item.id}"), value=item, provenance=where) for item in (open_, closed))
