"""The register of findings: what people found wrong, who mends it by when, and how each ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from docgen.assessment.findings import recorded
from docgen.blocks.values import text
from docgen.model.document import (
    Absent,
    Block,
    Dossier,
    Facts,
    Grid,
    Heading,
    Inline,
    Line,
    Link,
    Paragraph,
    Shown,
    Words,
)
from docgen.model.findings import KIND, SCALE, FindingRecord, in_order

COLUMNS = ("Finding", "Title", "Severity", "Status", "Owner", "Found", "Due", "Days open", "Requirements")


def register(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the findings about the model, overdue and open ones first, then each with its whole story."""
    as_of = date.fromisoformat(dossier.assessments[0].as_of)
    scale = tuple(level.name for level in dossier.policy.severities) or SCALE
    records = in_order(recorded(dossier.snapshot), as_of, scale)
    if not records:
        how = (
            " Findings are kept in a file that docgen.toml names under [dossier], findings; docgen findings adds to it."
        )
        return (Paragraph(line=(Words(text="No finding about this model is recorded."), Words(text=how))),)
    overdue = sum(record.overdue(as_of) for record in records)
    lead: tuple[Inline, ...] = (
        Words(text=f"As of {as_of.isoformat()}: "),
        Shown(value=sum(record.is_open for record in records), evidence="assessment:findings/open", format="count"),
        Words(text=" open, of which "),
        Shown(value=overdue, evidence="assessment:findings/overdue", format="count"),
        Words(text=" overdue, of "),
        Shown(value=len(records), evidence="assessment:findings/all", format="count"),
        Words(text=" recorded."),
    )
    grid = Grid(
        caption="Findings, open ones first",
        columns=COLUMNS,
        rows=tuple(_row(dossier, record, as_of) for record in records),
        numeric=(7,),
    )
    stories = [block for record in records for block in _story(dossier, record)]
    return (Paragraph(line=lead), grid, *stories)


def _row(dossier: Dossier, record: FindingRecord, as_of: date) -> tuple[Line, ...]:
    name = f"{KIND}:{record.id}"
    status: Line = (Shown(value=record.status.replace("_", " "), evidence=name),)
    if record.overdue(as_of):
        status = (*status, Words(text=" "), Words(text="overdue", strong=True))
    return (
        (Shown(value=record.id, evidence=name), Words(text=" "), Link(label=f"record:{record.id}", text="more")),
        text(record.title, name) if record.title else text(record.condition, name),
        text(record.severity, name),
        status,
        text(record.owner, name),
        text(record.found_on, name, "date"),
        text(record.due_on, name, "date"),
        (Shown(value=record.age(as_of), evidence=f"assessment:findings/{record.id}/days", format="count"),),
        _criteria(dossier, record),
    )


def _criteria(dossier: Dossier, record: FindingRecord) -> Line:
    """Return the requirements; those of this dossier as links."""
    here = {f"{regime.id}/{row.id}": row.id for regime in dossier.regimes for row in regime.requirements}
    line: list[Inline] = []
    for name in record.criteria:
        link = Link(label=f"need:{here[name]}", text=name) if name in here else None
        line += [link or Shown(value=name, evidence=f"{KIND}:{record.id}", format="code"), Words(text=" ")]
    return tuple(line)


def _story(dossier: Dossier, record: FindingRecord) -> tuple[Block, ...]:
    name = f"{KIND}:{record.id}"
    told = (
        ("Condition", record.condition),
        ("Cause", record.cause),
        ("Effect", record.effect),
        ("Recommendation", record.recommendation),
    )
    rows: list[tuple[str, Line]] = [(label, text(value, name)) for label, value in told if value]
    rows.insert(1, ("Criteria", _criteria(dossier, record)))
    if record.closed_by:
        ended = (*text(record.closed_by, name), Words(text=", "), *text(record.closed_on, name, "date"))
        rows.append(("Ended by", ended))
    if record.closure_evidence:
        rows.append(("Closure evidence", _closure(dossier, record)))
    for entry in record.history:
        step = (
            Shown(value=entry.status.replace("_", " "), evidence=name),
            Words(text=", by the "),
            Shown(value=entry.by, evidence=name),
            *((Words(text=": "), Shown(value=entry.reason, evidence=name)) if entry.reason else ()),
        )
        rows.append(("History", (Shown(value=entry.on, evidence=name, format="date"), Words(text=" "), *step)))
    return (
        Heading(text="Finding", value=Shown(value=record.id, evidence=name), anchor=f"record:{record.id}"),
        Facts(rows=tuple(rows)),
    )


def _closure(dossier: Dossier, record: FindingRecord) -> Line:
    """Return the evidence that shows a finding mended; what this snapshot does not hold is no link."""
    line: list[Inline] = []
    for item in record.closure_evidence:
        if dossier.snapshot.find(item) is not None:
            line += [Link(label=f"evidence:{item}", text=item), Words(text=" ")]
        else:
            line += [Shown(value=item, evidence=f"{KIND}:{record.id}", format="code"), Words(text=" ")]
            line += [Absent(wanted=item, reason="not in this snapshot"), Words(text=" ")]
    return tuple(line)
