"""The front page: what this is, how it stands, and the gaps before anything else."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.blocks.values import text
from docgen.model.assessment import Assessment, Verdict
from docgen.model.document import (
    Badge,
    Block,
    Bullets,
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


def title(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return one line: model, version, capture."""
    subject = dossier.snapshot.subject
    line: Line = (Words(text="Model "), Shown(value=subject.name, evidence="snapshot:name"))
    if subject.version:
        line = (*line, Words(text=", version "), Shown(value=subject.version, evidence="snapshot:version"))
    line = (
        *line,
        Words(text=", as captured on "),
        Shown(value=dossier.snapshot.captured_at, evidence="snapshot:captured_at", format="time"),
        Words(text="."),
    )
    return (Paragraph(line=line),)


def verdicts(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return how many requirements have which verdict, and whether the gate is open."""
    blocks: list[Block] = []
    for regime, assessment in zip(dossier.regimes, dossier.assessments, strict=True):
        rows = tuple(
            (
                (Badge(verdict=verdict),),
                (
                    Shown(
                        value=assessment.count(verdict),
                        evidence=f"assessment:{regime.id}/{verdict.value}",
                        format="count",
                    ),
                ),
            )
            for verdict in Verdict
            if assessment.count(verdict)
        )
        blocks.append(
            Grid(
                caption=f"{regime.title}: requirements by verdict",
                columns=("Verdict", "Requirements"),
                rows=rows,
                numeric=(1,),
                style="verdicts",
            )
        )
        open_rows = any(result.verdict.is_open for result in assessment.results) or not assessment.results
        state = "Requirements are open: the gate is closed." if open_rows else "No requirement is open."
        line: Line = (
            Words(text=state, strong=True),
            *_overdue(assessment),
            Words(text=f" Assessed as of {assessment.as_of} against {regime.instrument}."),
        )
        if regime.status == "superseded":
            line = (*line, Words(text=" This instrument has been superseded.", strong=True))
        if assessment.stale_regime:
            day = regime.checked_on
            stale = f" The regime's data were last compared with the instrument on {day}: they are out of date."
            line = (*line, Words(text=stale, strong=True))
        blocks.append(Paragraph(line=line))
    return tuple(blocks)


def _overdue(assessment: Assessment) -> Line:
    """Return the overdue findings that close the gate."""
    if not assessment.overdue:
        return ()
    names: list[Inline] = []
    for name in assessment.overdue:
        names += [Words(text=" "), Shown(value=name, evidence=name, format="code")]
    state = Words(text=" Findings are overdue that close the gate by the firm's policy:", strong=True)
    return (state, *names, Words(text="."))


def gaps(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return every gap: what is wanted, why it is open, from whom, how to supply it."""
    rows = tuple(
        (
            (Link(label=f"need:{gap.requirement}", text=gap.requirement),),
            (Words(text=gap.wanted),),
            (Words(text=gap.why),),
            (Words(text=gap.owner),),
            (Words(text=gap.supply),),
        )
        for assessment in dossier.assessments
        for gap in assessment.gaps
    )
    if not rows:
        return (Paragraph(line=(Words(text="No gap: every requirement is met, waived or not applicable."),)),)
    columns = ("Requirement", "Wanted", "Why it is open", "From", "How to supply it")
    return (Grid(caption="Gaps", columns=columns, rows=rows, style="gaps"),)


def document_control(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return what identifies this document."""
    snapshot = dossier.snapshot
    rows: list[tuple[str, Line]] = [
        ("Model", text(snapshot.subject.name, "snapshot:name")),
        ("Version", text(snapshot.subject.version, "snapshot:version")),
        ("Address", text(snapshot.subject.uri, "snapshot:uri", "code")),
        ("Captured", text(snapshot.captured_at, "snapshot:captured_at", "time")),
        ("Read from", text(snapshot.origin.uri, "snapshot:origin", "code")),
        ("Snapshot", text(snapshot.digest(), "snapshot:digest", "digest")),
    ]
    for regime, assessment in zip(dossier.regimes, dossier.assessments, strict=True):
        rows.append(
            ("Regime", (Words(text=f"{regime.title}: {regime.instrument} ({regime.status.replace('_', ' ')})"),))
        )
        rows.append(("Regime data", text(regime.digest, f"assessment:{regime.id}/regime", "digest")))
        rows.append(("Regime checked", (Words(text=regime.checked_on),)))
        rows.append(("Policy", (Words(text=assessment.policy_title or "none: no bound of the firm is applied"),)))
        rows.append(("Assessed as of", (Words(text=assessment.as_of),)))
        rows.append(("Note", (Words(text=regime.disclaimer),)))
    rows.append(
        ("Made with", (Words(text="docgen "), Shown(value=snapshot.captured_with, evidence="snapshot:captured_with")))
    )
    return (Facts(rows=tuple(rows), caption="Document control"),)


def downloads(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the files of the dossier."""
    if not dossier.files:
        return ()
    return (Heading(text="Downloads"), Bullets(items=tuple((link,) for link in dossier.files)))
