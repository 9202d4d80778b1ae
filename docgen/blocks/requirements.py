"""Requirements and evidence, both ways: what each requirement rests on, and what each piece of evidence is used for."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.blocks.policy import held
from docgen.blocks.sections import LAYERS
from docgen.blocks.trace import links
from docgen.blocks.values import text
from docgen.model.assessment import Assessment, CheckResult
from docgen.model.document import (
    Absent,
    Badge,
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
    Target,
    Words,
)
from docgen.model.evidence import Evidence
from docgen.model.regime import Requirement

_DECIDES = {"machine": "a rule", "mixed": "a rule and a person", "human": "a person"}
_KNOWN = {
    "read": "its text or a close copy was read",
    "secondary": "from commentators",
    "recalled": "from memory, to be held against the text",
}


def requirements(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return each requirement with its verdict, the checks behind it and the evidence behind those."""
    blocks: list[Block] = []
    for regime, assessment in zip(dossier.regimes, dossier.assessments, strict=True):
        results = {result.requirement: result for result in assessment.results}
        for row in regime.requirements:
            result = results[row.id]
            blocks.append(Heading(text=f"{row.id} {row.title}", anchor=f"need:{row.id}"))
            facts: list[tuple[str, Line]] = [
                ("Verdict", (Badge(verdict=result.verdict), Words(text=f" {result.reason}"))),
                ("Asks for", (Words(text=row.paraphrase),)),
                ("Section", (Words(text=_section(row)),)),
            ]
            facts += [(f"Check {check.id}", _check(dossier, check, assessment)) for check in result.checks]
            if result.gaps:
                wanted = f"{result.gaps[0].owner}: {result.gaps[0].supply}"
                facts.append(("Still wanted, and from whom", (Words(text=wanted),)))
            blocks.append(Facts(rows=tuple(facts)))
    return tuple(blocks)


def _section(row: Requirement) -> str:
    parts = [row.section, f"owner: {row.owner}", f"weight: {row.severity}", f"decided by: {_DECIDES[row.decidable]}"]
    if row.scope == "program":
        parts.append("answered once for the firm")
    if row.strength:
        parts.append(f"wording: {row.strength}")
    if row.basis:
        parts.append(f"known: {_KNOWN[row.basis]}")
    return "; ".join(parts)


def _check(dossier: Dossier, check: CheckResult, assessment: Assessment) -> Line:
    """Return a check with whose line it is, its inequality and source, the value with interval and n, the evidence."""
    line: list[Inline] = [Badge(verdict=check.verdict), Words(text=f" {check.title}")]
    whose = assessment.policy_title or LAYERS["policy"] if check.layer == "policy" else LAYERS[check.layer]
    line.append(Words(text=f" ({whose}{f'; {check.source}' if check.source else ''}): {check.reason}. "))
    if check.inequality and (value := held(dossier, check)):
        line += [Words(text="Value: "), *value, Words(text=f"; {check.outcome}. " if check.outcome else ". ")]
    return (*line, *links(check.evidence))


def findings(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return what was odd at collection."""
    order = {"serious": 0, "warning": 1, "info": 2}
    found = sorted(dossier.snapshot.findings, key=lambda item: order[item.severity])
    rows = tuple(
        (
            (Words(text=item.severity),),
            (Shown(value=item.message, evidence=f"finding:{item.code}"),),
            tuple(links(item.evidence, most=3)) if item.evidence else (),
        )
        for item in found
    )
    if not rows:
        return (Paragraph(line=(Words(text="Nothing odd was found at collection."),)),)
    return (Grid(caption="Findings at collection", columns=("Weight", "Finding", "Evidence"), rows=rows),)


def evidence(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return all evidence with its provenance and the requirements that use it."""
    used: dict[str, list[str]] = {}
    for assessment in dossier.assessments:
        for result in assessment.results:
            for check in result.checks:
                for name in check.evidence:
                    used.setdefault(name, []).append(result.requirement)
    rows = tuple(_row(item, tuple(dict.fromkeys(used.get(item.id, ())))) for item in dossier.snapshot.evidence)
    columns = ("Evidence", "Read from", "Recorded", "SHA-256 of the bytes", "Used by")
    lead = "Every piece of evidence, where it was read, and which requirements use it."
    return (
        Paragraph(line=(Target(label="section:evidence"), Words(text=lead))),
        Grid(
            caption="All evidence",
            columns=columns,
            rows=rows,
            anchors=tuple(f"evidence:{item.id}" for item in dossier.snapshot.evidence),
            across=True,
        ),
    )


def _row(item: Evidence, users: tuple[str, ...]) -> tuple[Line, ...]:
    source = item.provenance
    links: list[Inline] = []
    for user in users:
        links += [*((Words(text=", "),) if links else ()), Link(label=f"need:{user}", text=user)]
    state: tuple[Inline, ...] = (Words(text=" "), Absent(wanted="value", reason="missing")) if item.missing else ()
    return (
        (Shown(value=item.id, evidence=item.id, format="code"), *state),
        text(source.uri + (f" {source.key}" if source.key else ""), item.id, "code"),
        (Shown(value=source.time, evidence=item.id, format="time"),) if source.time else (),
        (Shown(value=source.sha256, evidence=item.id, format="digest"),) if source.sha256 else (),
        tuple(links),
    )
