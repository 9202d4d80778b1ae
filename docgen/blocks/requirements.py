"""Requirements and evidence, both ways: what each requirement rests on, and what each piece of evidence is used for."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.blocks.values import text
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
from docgen.model.evidence import Evidence, EvidenceId


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
                ("Section", (Words(text=f"{row.section}; owner: {row.owner}; weight: {row.severity}"),)),
            ]
            for check in result.checks:
                line: list[Inline] = [Badge(verdict=check.verdict), Words(text=f" {check.title}")]
                if check.layer == "policy":
                    line.append(Words(text=f" (policy: {assessment.policy_title}; {check.source})"))
                elif check.source:
                    line.append(Words(text=f" ({check.source})"))
                line.append(Words(text=": "))
                line += _links(check.evidence)
                facts.append((f"Check {check.id}", tuple(line)))
            blocks.append(Facts(rows=tuple(facts)))
    return tuple(blocks)


def _links(names: tuple[EvidenceId, ...], most: int = 12) -> list[Inline]:
    """Return links to evidence; a long list is cut, and says so."""
    line: list[Inline] = []
    for name in names[:most]:
        line += [Link(label=f"evidence:{name}", text=name), Words(text=" ")]
    if len(names) > most:
        line.append(Words(text="and "))
        line.append(Link(label="section:evidence", text="more in the list of evidence"))
    return line or [Absent(wanted="evidence", reason="none")]


def matrix(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return requirement -> check -> evidence -> run, one row for each check."""
    rows: list[tuple[Line, ...]] = []
    snapshot = dossier.snapshot
    for assessment in dossier.assessments:
        for result in assessment.results:
            for check in result.checks:
                runs = sorted(
                    {
                        item.provenance.run_id
                        for name in check.evidence
                        if (item := snapshot.find(name)) and item.provenance.run_id
                    }
                )
                shown: list[Inline] = []
                for run in runs:
                    shown += [Shown(value=run, evidence=f"run:{run}", format="digest"), Words(text=" ")]
                rows.append((
                    (Link(label=f"need:{result.requirement}", text=result.requirement),),
                    (Badge(verdict=check.verdict),),
                    (Words(text=check.title),),
                    tuple(_links(check.evidence, most=4)),
                    tuple(shown) or (Absent(wanted="run", reason="none"),),
                ))  # fmt: skip
    return (
        Grid(caption="Trace matrix", columns=("Requirement", "Verdict", "Check", "Evidence", "Run"), rows=tuple(rows)),
    )


def findings(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return what was odd at collection."""
    order = {"serious": 0, "warning": 1, "info": 2}
    found = sorted(dossier.snapshot.findings, key=lambda item: order[item.severity])
    rows = tuple(
        (
            (Words(text=item.severity),),
            (Shown(value=item.message, evidence=f"finding:{item.code}"),),
            tuple(_links(item.evidence, most=3)) if item.evidence else (),
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
        ),
    )


def _row(item: Evidence, users: tuple[str, ...]) -> tuple[Line, ...]:
    source = item.provenance
    links: list[Inline] = []
    for user in users:
        links += [Link(label=f"need:{user}", text=user), Words(text=" ")]
    state: tuple[Inline, ...] = (Words(text=" "), Absent(wanted="value", reason="missing")) if item.missing else ()
    return (
        (Shown(value=item.id, evidence=item.id, format="code"), *state),
        text(source.uri + (f" {source.key}" if source.key else ""), item.id, "code"),
        (Shown(value=source.time, evidence=item.id, format="time"),) if source.time else (),
        (Shown(value=source.sha256, evidence=item.id, format="digest"),) if source.sha256 else (),
        tuple(links),
    )
