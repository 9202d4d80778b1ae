"""The trace, both ways: clause -> row -> check -> evidence -> run, file, commit; and what leads nowhere."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.blocks.policy import held
from docgen.blocks.sections import LAYERS
from docgen.model.assessment import CheckResult, RequirementResult
from docgen.model.document import Absent, Badge, Block, Dossier, Grid, Inline, Line, Link, Paragraph, Shown, Words
from docgen.model.evidence import Commit, EvidenceId, Missing
from docgen.model.regime import Requirement
from docgen.model.snapshot import Snapshot

COLUMNS = ("Clause", "Row", "Verdict", "Check, and whose line it is", "Evidence", "Read from: run and file")


def links(names: tuple[EvidenceId, ...], most: int = 12) -> list[Inline]:
    """Return links to evidence; a long list is cut, and says so."""
    line: list[Inline] = []
    for name in names[:most]:
        line += [*((Words(text=", "),) if line else ()), Link(label=f"evidence:{name}", text=name)]
    if len(names) > most:
        line.append(Words(text=" and "))
        line.append(Link(label="section:evidence", text="more in the list of evidence"))
    return line or [Absent(wanted="evidence", reason="none")]


def matrix(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return one line for each check of each row; a row without checks has its line too."""
    rows: list[tuple[Line, ...]] = []
    for regime, assessment in zip(dossier.regimes, dossier.assessments, strict=True):
        requirements = {row.id: row for row in regime.requirements}
        for result in assessment.results:
            row = requirements[result.requirement]
            rows += [_check(dossier, row, check) for check in result.checks] or [_bare(row, result)]
    return (
        Grid(
            caption="Trace matrix",
            columns=COLUMNS,
            rows=tuple(rows),
            notes=tuple(_commit(dossier)),
            style="matrix",
            across=True,
        ),
    )


def _bare(row: Requirement, result: RequirementResult) -> tuple[Line, ...]:
    none: Line = (Absent(wanted="evidence", reason="none"),)
    return (*_start(row), (Badge(verdict=result.verdict),), (Words(text=result.reason),), none, none)


def _start(row: Requirement) -> tuple[Line, Line]:
    return (Words(text=row.section),), (Link(label=f"need:{row.id}", text=row.id),)


def _check(dossier: Dossier, row: Requirement, check: CheckResult) -> tuple[Line, ...]:
    origins = _origins(dossier.snapshot, check.evidence)
    line: list[Inline] = [Words(text=check.title)]
    if value := held(dossier, check) if check.inequality else ():
        line += [Words(text=": "), *value]
    if check.outcome:
        line.append(Words(text=f", {check.outcome}"))
    line.append(Words(text=f" ({LAYERS[check.layer]}{f', {check.source}' if check.source else ''})"))
    return (
        *_start(row),
        (Badge(verdict=check.verdict),),
        tuple(line),
        tuple(links(check.evidence, most=4)),
        origins or (Absent(wanted="run", reason="none"),),
    )


def _origins(snapshot: Snapshot, names: tuple[EvidenceId, ...], most: int = 3) -> Line:
    """Return the runs that gave some evidence, and some of the files it was read from."""
    found = [item for name in names if (item := snapshot.find(name)) is not None]
    runs = sorted({item.provenance.run_id for item in found if item.provenance.run_id})
    files = {item.provenance.uri: item.id for item in found if item.provenance.sha256}
    shown: list[Inline] = [Shown(value=run, evidence=f"run:{run}", format="digest") for run in runs]
    shown += [Shown(value=_file(uri), evidence=name, format="code") for uri, name in sorted(files.items())[:most]]
    return tuple(item for one in shown for item in (Words(text=", "), one))[1:]


def _file(uri: str) -> str:
    """Return the path below the run, or the whole address of what belongs to no run."""
    path = uri.removeprefix("runs:/").partition("/")[2]
    return path if uri.startswith("runs:/") and path else uri


def _commit(dossier: Dossier) -> list[Line]:
    head = dossier.snapshot.find("commit:head")
    if head is None or not isinstance(head.value, Commit):
        return []
    commit = Shown(value=head.value.sha, evidence=head.id, format="code")
    return [(Words(text="The run that trained the model was made from commit "), commit, Words(text="."))]


def coverage(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the rows that rest on no evidence, and the evidence that no row uses."""
    bare: list[tuple[Line, ...]] = []
    used: set[str] = set()
    for regime, assessment in zip(dossier.regimes, dossier.assessments, strict=True):
        titles = {row.id: row.title for row in regime.requirements}
        for result in assessment.results:
            evidence = [name for check in result.checks for name in check.evidence if _there(dossier, name)]
            used.update(evidence)
            if not evidence:
                row = (Link(label=f"need:{result.requirement}", text=result.requirement),)
                bare.append((row, (Words(text=titles[result.requirement]),), (Badge(verdict=result.verdict),)))
    orphans: dict[str, list[EvidenceId]] = {}
    for item in dossier.snapshot.evidence:
        if item.id not in used and not isinstance(item.value, Missing):
            orphans.setdefault(item.kind, []).append(item.id)
    lines = tuple(
        ((Words(text=kind.replace("_", " ")),), tuple(links(tuple(names)))) for kind, names in orphans.items()
    )
    blocks: list[Block] = []
    blocks.append(
        Grid(caption="Rows that rest on no evidence", columns=("Row", "Subject", "Verdict"), rows=tuple(bare))
        if bare
        else Paragraph(line=(Words(text="Every row rests on some evidence."),))
    )
    blocks.append(
        Grid(caption="Evidence that no row uses", columns=("Kind", "Evidence"), rows=lines)
        if lines
        else Paragraph(line=(Words(text="Every piece of evidence is used by some row."),))
    )
    return tuple(blocks)


def _there(dossier: Dossier, name: str) -> bool:
    found = dossier.snapshot.find(name)
    return found is not None and not found.missing
