"""What is still wrong: a draft finding for each open row, by severity, and the register that people keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from docgen.model.assessment import Assessment, RequirementResult, Verdict
from docgen.model.document import Absent, Badge, Block, Dossier, Grid, Line, Link, Paragraph, Shown, Words
from docgen.model.regime import Regime, Requirement, Severity

SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")
_DRAFTED = (Verdict.NOT_MET, Verdict.NOT_ASSESSED)
"""A row that only awaits a person's word is no finding yet."""


def drafts(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return a draft finding for each row that is not met or could not be assessed, the gravest first."""
    found = [item for severity in SEVERITIES for item in _open(dossier, _DRAFTED) if item[1].severity == severity]
    if not found:
        return (Paragraph(line=(Words(text="No row gives rise to a draft finding."),)),)
    rows = tuple(_draft(dossier, regime, row, result) for regime, row, result in found)
    columns = ("Criterion", "Severity", "Condition", "Owner", "Recommendation", "Due")
    note: Line = (Words(text="Drafts are proposed by the assessment; a person adopts, merges or dismisses each."),)
    return (Grid(caption="Draft findings", columns=columns, rows=rows, notes=(note,)),)


def _open(dossier: Dossier, verdicts: tuple[Verdict, ...]) -> Iterator[tuple[Regime, Requirement, RequirementResult]]:
    for regime, assessment in zip(dossier.regimes, dossier.assessments, strict=True):
        results = {result.requirement: result for result in assessment.results}
        for row in regime.requirements:
            if results[row.id].verdict in verdicts:
                yield regime, row, results[row.id]


def awaiting(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the rows whose machine part holds, or that no machine can decide: a person's word is wanted."""
    rows = tuple(
        (
            (Link(label=f"need:{row.id}", text=row.id),),
            (Words(text=row.title),),
            (Words(text=row.owner),),
            (Words(text="; ".join(gap.why for gap in result.gaps)),),
        )
        for regime, row, result in _open(dossier, (Verdict.AWAITING_ATTESTATION,))
    )
    if not rows:
        return (Paragraph(line=(Words(text="No row waits for a person's word alone."),)),)
    return (Grid(caption="Awaiting attestation", columns=("Row", "Subject", "From", "What is missing"), rows=rows),)


def _draft(dossier: Dossier, regime: Regime, row: Requirement, result: RequirementResult) -> tuple[Line, ...]:
    why = "; ".join(gap.why for gap in result.gaps) or result.reason
    return (
        (Link(label=f"need:{row.id}", text=row.id), Words(text=" "), Badge(verdict=result.verdict)),
        (Words(text=row.severity),),
        (Words(text=f"{row.title}: {why}"),),
        (Words(text=row.owner),),
        (Words(text=row.supply),),
        _due(dossier, regime, row),
    )


def _due(dossier: Dossier, regime: Regime, row: Requirement) -> Line:
    levels = {level.name.casefold(): level for level in dossier.policy.severities}
    level = levels.get(row.severity)
    if level is None or not level.remediation_days:
        return (Absent(wanted="due date", reason="the policy gives no days"),)
    position = [item.id for item in dossier.regimes].index(regime.id)
    day = date.fromisoformat(dossier.assessments[position].as_of) + timedelta(days=level.remediation_days)
    return (Shown(value=day.isoformat(), evidence=f"assessment:{regime.id}/{row.id}/due", format="date"),)


def summary(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return how many rows of each weight stand how."""
    blocks: list[Block] = []
    for regime, assessment in zip(dossier.regimes, dossier.assessments, strict=True):
        rows = tuple(_weight(regime, assessment, severity) for severity in SEVERITIES)
        heads: tuple[str | Line, ...] = ("Weight", *((Badge(verdict=verdict),) for verdict in Verdict))
        blocks.append(
            Grid(
                caption="Rows by weight and verdict",
                columns=heads,
                rows=rows,
                numeric=tuple(range(1, len(heads))),
                notes=((Words(text="Weights are docgen's reporting default, not a supervisory rating."),),),
            )
        )
    return tuple(blocks)


def _weight(regime: Regime, assessment: Assessment, severity: Severity) -> tuple[Line, ...]:
    mine = {row.id for row in regime.requirements if row.severity == severity}
    verdicts = [result.verdict for result in assessment.results if result.requirement in mine]
    base = f"assessment:{regime.id}/weight/{severity}"
    counts = (
        (Shown(value=verdicts.count(verdict), evidence=f"{base}/{verdict.value}", format="count"),)
        for verdict in Verdict
    )
    return ((Words(text=severity),), *counts)
