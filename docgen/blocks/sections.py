"""What belongs into one section of a document: the texts that people wrote for it, and the rows that it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from docgen.blocks.values import missing_box, slots_of
from docgen.errors import UsageError
from docgen.model.assessment import CheckResult, Layer, RequirementResult, Verdict
from docgen.model.document import Badge, Block, Dossier, Grid, Heading, Inline, Line, Link, Paragraph, Prose, Words
from docgen.model.evidence import Narrative
from docgen.model.regime import NarrativeSlot, Regime

LAYERS = {
    "regime": "the instrument",
    "overlay": "a legal overlay",
    "policy": "the firm's policy",
    "own": "a requirement of the firm's own",
}
"""Whose line decided, in words."""


def narratives(dossier: Dossier, options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return what people wrote for a section, and a table of what they have not.

    A text that no applicable row asks for any more, because those rows are met otherwise or do not apply, is no gap.

    Raises:
        UsageError: no section was named.
    """
    section = _section(options, "narratives")
    blocks: list[Block] = []
    gaps: list[tuple[Line, ...]] = []
    for slot in _slots(dossier, section):
        found = dossier.snapshot.find(f"narrative:{slot.slot}")
        if found is not None and isinstance(found.value, Narrative):
            value = found.value
            blocks.append(Heading(text=slot.title))
            blocks.append(Prose(slot=slot.slot, markdown=value.text, author_role=value.author_role, date=value.date))
        elif (users := _wanting(dossier, slot.slot)) is not None:
            box = missing_box(found) if found is not None else None
            boilerplate = found is not None and box is not None and box.why == "boilerplate"
            why = "only the scaffold's own words are there" if boilerplate else "nobody has written it"
            links: list[Inline] = []
            for user in users:
                links += [Link(label=f"need:{user}", text=user), Words(text=" ")]
            supply = f"write narratives/{slot.slot}.md: {' '.join(slot.prompt.split())}"
            gaps.append(
                ((Words(text=slot.title),), (Words(text=why),), (Words(text=slot.author_role),), (Words(text=supply),),
                 tuple(links))
            )  # fmt: skip
    if gaps:
        columns = ("Wanted", "Why it is open", "From", "How to supply it", "Asked for by")
        blocks.append(Grid(caption="Still to be written", columns=columns, rows=tuple(gaps), style="gaps"))
    return tuple(blocks)


def _section(options: Mapping[str, str], block: str) -> str:
    section = options.get("section")
    if not section:
        raise UsageError(f"block {block!r} needs the option section")
    return section


def _slots(dossier: Dossier, section: str) -> Iterator[NarrativeSlot]:
    seen: set[str] = set()
    for regime in dossier.regimes:
        for slot in regime.narratives:
            if slot.section == section and slot.slot not in seen:
                seen.add(slot.slot)
                yield slot


def _wanting(dossier: Dossier, slot: str) -> tuple[str, ...] | None:
    """Return the open rows that ask for a text; None when rows ask for it and none of them is open."""
    asking: list[RequirementResult] = []
    for regime, results in _rows(dossier):
        asking += [results[row.id] for row in regime.requirements if slot in slots_of(row.check)]
    still = tuple(result.requirement for result in asking if result.verdict.is_open)
    return still if still or not asking else None


def _rows(dossier: Dossier) -> Iterator[tuple[Regime, dict[str, RequirementResult]]]:
    for regime, assessment in zip(dossier.regimes, dossier.assessments, strict=True):
        yield regime, {result.requirement: result for result in assessment.results}


def rows(dossier: Dossier, options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the rows that a section answers, each with its verdict, why, and how to supply what is missing.

    Raises:
        UsageError: no section was named.
    """
    section = _section(options, "rows")
    found: list[tuple[Line, ...]] = []
    for regime, results in _rows(dossier):
        found += [row_line(regime, results[row.id], row.title) for row in regime.requirements if row.page == section]
    return (table("What the guidance says here, and how the model stands", tuple(found)),) if found else (nothing(),)


def nothing() -> Paragraph:
    """Return that the instrument has no row for a section."""
    return Paragraph(line=(Words(text="The instrument has no row of its own for this section."),))


def table(caption: str, found: tuple[tuple[Line, ...], ...]) -> Grid:
    """Return rows as `row_line` gives them as a table."""
    columns = ("Row", "Subject", "Verdict", "Why, and whose line decided", "Still wanted, and from whom")
    return Grid(caption=caption, columns=columns, rows=found)


def row_line(regime: Regime, result: RequirementResult, title: str) -> tuple[Line, ...]:
    """Return one row of a section."""
    gaps = result.gaps[:1] if result.verdict.is_open else ()
    wanted = tuple(Words(text=f"{gap.owner}: {gap.supply}") for gap in gaps)
    return (
        (Link(label=f"need:{result.requirement}", text=result.requirement),),
        (Words(text=title),),
        (Badge(verdict=result.verdict),),
        (Words(text=f"{_why(result)} ({decided_by(regime, result)})"),),
        wanted,
    )


def _why(result: RequirementResult) -> str:
    gaps = dict.fromkeys(gap.why for gap in result.gaps) if result.verdict.is_open else {}
    return "; ".join(gaps) or result.reason


def decided_by(regime: Regime, result: RequirementResult) -> str:
    """Return whose lines decided a row: those of its checks that have its verdict."""
    wanted = {Verdict.AWAITING_ATTESTATION: Verdict.MET}.get(result.verdict, result.verdict)
    deciding: list[CheckResult] = [check for check in result.checks if check.verdict in {result.verdict, wanted}]
    own: Layer = "overlay" if regime.kind == "overlay" else "regime"
    layers = tuple(dict.fromkeys(check.layer for check in deciding)) or (own,)
    return " and ".join(LAYERS[layer] for layer in layers)
