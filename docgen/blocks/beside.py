"""What stands beside the attributions: other seeds, permutation importance, interactions, adverse action reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from docgen.assessment.select import parts
from docgen.blocks.explanations import nothing, tables
from docgen.blocks.fairness import SUPPRESSED, cells, number, rows_shown, suppression_note
from docgen.blocks.origin import headed
from docgen.blocks.values import cell
from docgen.model.document import (
    Absent,
    Block,
    Dossier,
    Facts,
    Figure,
    Grid,
    Line,
    Mark,
    Plot,
    Shown,
    ValueFormat,
    Words,
)
from docgen.model.evidence import Evidence, Quantity, Scalar, Table

_MEASURED: tuple[tuple[str, str, ValueFormat], ...] = (
    ("scoring", "Scoring", "code"),
    ("baseline", "Score before", "number"),
    ("n", "Rows", "count"),
    ("repeats", "Repeats", "count"),
    ("seed", "Seed", "text"),
)


def stability(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return how the ranking of the features comes out with other seeds."""
    blocks: list[Block] = []
    for item, table in tables(dossier, "stability"):
        note: Line = (
            Words(text="Against seed "),
            Shown(value=table.attribute("seed"), evidence=item.id),
            Words(text=", on the same rows with other backgrounds: Spearman's correlation of the mean |SHAP|."),
        )
        blocks += [*_heading(item), _plain(item, table, "The ranking of the features with other seeds", (note,))]
    return tuple(blocks) or nothing("comparisons of the ranking between seeds")


def permutation(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return permutation importance with its scoring."""
    blocks: list[Block] = []
    for place, (item, table) in enumerate(tables(dossier, "permutation"), 1):
        marks = tuple(
            Mark(label=str(row[0]), value=value) for row in table.rows if (value := number(row[1])) is not None
        )
        blocks += _heading(item)
        if marks:
            blocks.append(
                Figure(
                    name=f"permutation-{place}",
                    plot=Plot(kind="dots", x_title="Drop of the score when shuffled", marks=marks, reference=0.0),
                    caption="Permutation importance",
                    alt=f"Dots of the drop of the score for {len(marks)} columns; the largest is {marks[0].label}. "
                    "The table below gives the values.",
                    evidence=(item.id,),
                )
            )
        note: Line = (
            Words(text="Columns that say the same share their importance: each can be shuffled at little loss."),
        )
        blocks += [
            _plain(item, table, "Permutation importance", (note,)),
            Facts(
                caption="How it was measured",
                rows=tuple(
                    (label, (Shown(value=table.attribute(key), evidence=item.id, format=form),))
                    for key, label, form in _MEASURED
                ),
            ),
        ]
    return tuple(blocks) or nothing("permutation importances")


def interactions(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the strongest interactions."""
    blocks: list[Block] = []
    for item, table in tables(dossier, "interactions"):
        note: Line = (
            Words(text="The strongest of "),
            Shown(value=table.attribute("pairs"), evidence=item.id, format="count"),
            Words(text=" pairs, over "),
            Shown(value=table.attribute("n"), evidence=item.id, format="count"),
            Words(text=" rows, in "),
            Shown(value=table.attribute("unit"), evidence=item.id),
            Words(text="."),
        )
        blocks += [*_heading(item), _plain(item, table, "Interactions of features", (note,))]
    return tuple(blocks) or nothing("interactions")


def reason_codes(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the reasons for adverse action and how often each is principal; features without one stand out."""
    blocks: list[Block] = []
    for item, table in tables(dossier, "reason_codes"):
        rows = tuple(_reason(item, table, row) for row in table.rows)
        blocks += [
            *_heading(item),
            Grid(
                caption="Reasons for adverse action",
                columns=("Feature", "Reason", "Decisions with it", "Share"),
                rows=rows,
                numeric=(2, 3),
                notes=tuple(_reason_notes(dossier, item, table)),
            ),
        ]
    return tuple(blocks) or nothing("reasons for adverse action")


def _reason(item: Evidence, table: Table, row: tuple[Scalar, ...]) -> tuple[Line, ...]:
    by = cells(table, row)
    reason, share = by["reason"], by["share"]
    return (
        (Shown(value=by["feature"], evidence=item.id),),
        (Shown(value=reason, evidence=item.id),) if reason else (Absent(wanted="reason", reason="no reason written"),),
        (Absent(wanted="count", reason=SUPPRESSED),) if by["note"] == SUPPRESSED else rows_shown(by["events"], item.id),
        () if share is None else (Shown(value=share, evidence=item.id, format="percent"),),
    )


def _reason_notes(dossier: Dossier, item: Evidence, table: Table) -> Iterator[Line]:
    def told(key: str, form: ValueFormat = "count") -> Shown:
        return Shown(value=table.attribute(key), evidence=item.id, format=form)

    yield (
        Words(text="Over "),
        told("n"),
        Words(text=" explained rows with the adverse prediction "),
        told("adverse", "text"),
        Words(text="; principal reasons are the at most "),
        told("top"),
        Words(text=" largest contributions towards it. A notice gives the reasons of the decision itself."),
    )
    coverage = dossier.snapshot.find(item.id.replace(":reason_codes", ":reason_coverage"))
    if coverage is not None and isinstance(coverage.value, Quantity) and coverage.value.value is not None:
        yield (
            Words(text="Principal reasons that have a text: "),
            Shown(value=coverage.value.value, evidence=coverage.id, format="percent"),
            Words(text="."),
        )
    yield from suppression_note(item, table)


def _heading(item: Evidence) -> Iterator[Block]:
    split = parts(item.id).split
    if split is not None:
        yield from headed("On the data named", split, (item,))


def _plain(item: Evidence, table: Table, caption: str, notes: tuple[Line, ...]) -> Grid:
    return Grid(
        caption=caption,
        columns=tuple(column.title for column in table.columns),
        rows=tuple(
            tuple(cell(value, column, item.id) for value, column in zip(row, table.columns, strict=True))
            for row in table.rows
        ),
        numeric=tuple(place for place, column in enumerate(table.columns) if column.kind != "text"),
        notes=notes,
    )
