"""Adverse impact ratios and standardized score differences of groups, and groups over time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from docgen.blocks.fairness import (
    BY_PERIOD,
    IMPACT,
    SCORES,
    SUPPRESSED,
    cells,
    features,
    group_name,
    number,
    rows_shown,
    suppression_note,
    title_of,
    value_with_interval,
)
from docgen.blocks.values import cell
from docgen.model.document import (
    Absent,
    Block,
    Curve,
    Dossier,
    Figure,
    Grid,
    Line,
    Mark,
    Panel,
    Paragraph,
    Plot,
    Shown,
    Words,
)
from docgen.model.evidence import Evidence, Scalar, Table

MAX_SIDE_BY_SIDE = 6
"""Groups that have a column each; more stand below each other."""


def adverse_impact(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return adverse impact ratios with the four-fifths rule, exact tests and their adjustment."""
    blocks: list[Block] = []
    for number_, feature in enumerate(features(dossier), 1):
        for _, item, table in feature.tables(IMPACT):
            blocks += [*feature.heading, *_impact_figure(item, table, number_), _impact(item, table)]
    return tuple(blocks) or _nothing("adverse impact ratios")


def _nothing(what: str) -> tuple[Block, ...]:
    return (Paragraph(line=(Absent(wanted=what, reason=f"No {what} were logged."),)),)


def _impact_figure(item: Evidence, table: Table, position: int) -> Iterator[Figure]:
    rows = [cells(table, row) for row in table.rows]
    marks = tuple(
        Mark(label=str(by["group"]), value=value, low=number(by["low"]), high=number(by["high"]))
        for by in rows
        if (value := number(by["ratio"])) is not None
    )
    if marks:
        lowest = min(marks, key=lambda mark: mark.value)
        yield Figure(
            name=f"impact-{position}",
            plot=Plot(kind="dots", x_title="Ratio; the broken line is four fifths", marks=marks, reference=0.8),
            caption="Adverse impact ratios with their intervals",
            alt=f"Dots of adverse impact ratios against the line at four fifths; lowest for {lowest.label}. "
            "The table below gives the values.",
            evidence=(item.id,),
        )


def _impact(item: Evidence, table: Table) -> Grid:
    rows = []
    for row in table.rows:
        by = cells(table, row)
        count = {column.key: cell(by[column.key], column, item.id) for column in table.columns}
        hidden = by["note"] == SUPPRESSED
        rest = ("selected", "n", "rate")
        ratio = (
            (Words(text="reference"),)
            if by["note"] == "reference"
            else value_with_interval(by, "ratio", item.id, note=not str(by["note"]).startswith("small"))
        )
        rows.append((
            group_name(by, item.id),
            *(() if hidden else count[key] for key in rest),
            ratio,
            *(count[key] if by[key] is not None else () for key in ("four_fifths", "p", "p_holm", "p_bh")),
        ))  # fmt: skip
    return Grid(
        caption="Adverse impact ratios",
        columns=(
            "Group",
            "Favourable",
            "Rows",
            "Rate",
            "Ratio",
            "Four fifths reached",
            "Fisher p",
            "Holm",
            "Benjamini-Hochberg",
        ),
        rows=tuple(rows),
        numeric=(1, 2, 3, 4, 6, 7, 8),
        notes=tuple(_impact_notes(item, table)),
    )


def _impact_notes(item: Evidence, table: Table) -> Iterator[Line]:
    def told(key: str) -> Shown:
        return Shown(value=table.attribute(key), evidence=item.id, format="percent" if key == "level" else "text")

    yield (
        Words(text="Favourable prediction: "),
        told("favourable"),
        Words(text=". Each group's rate of it is divided by that of "),
        told("reference"),
        Words(text=" ("),
        told("reference_rule"),
        Words(text="). Intervals: "),
        told("level"),
        Words(text=", "),
        told("method"),
        Words(text="."),
    )
    yield (
        Words(
            text="Four fifths is decided in whole numbers. It is a rule of thumb of the Uniform Guidelines on employee "
            "selection; a ratio says little without its interval and the test beside it."
        ),
    )
    if table.attribute("untested"):
        yield (told("untested"), Words(text="."))
    if table.attribute("family"):
        yield (
            Words(text="Fisher's exact test against the reference group. Adjusted as one family: "),
            told("family"),
            Words(text=". An adjusted p that is not small does not show equal treatment."),
        )
    yield from suppression_note(item, table)


def score_gaps(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return standardized mean differences of scores, both denominators named."""
    blocks: list[Block] = []
    for feature in features(dossier):
        for _, item, table in feature.tables(SCORES):
            blocks += [*feature.heading, _scores(item, table)]
    return tuple(blocks) or _nothing("standardized mean differences")


def _scores(item: Evidence, table: Table) -> Grid:
    rows = []
    for row in table.rows:
        by = cells(table, row)
        count = {column.key: cell(by[column.key], column, item.id) for column in table.columns}
        hidden = by["note"] == SUPPRESSED
        smd = (
            (Words(text="reference"),)
            if by["note"] == "reference"
            else value_with_interval(by, "smd", item.id, note=True)
        )
        rows.append((
            group_name(by, item.id),
            *(() if hidden else count[key] for key in ("n", "mean", "sd")),
            smd,
            count["smd_all_rows"] if by["smd_all_rows"] is not None else (),
        ))  # fmt: skip
    level: Line = (Shown(value=table.attribute("level"), evidence=item.id, format="percent"),)
    return Grid(
        caption="Standardized mean differences of scores",
        columns=("Group", "Rows", "Mean", "SD", "SMD by the two groups' SD", "SMD by the SD of all rows"),
        rows=tuple(rows),
        numeric=(1, 2, 3, 4, 5),
        notes=(
            (
                Words(text="Group minus "),
                Shown(value=table.attribute("reference"), evidence=item.id),
                Words(text=", of the "),
                Shown(value=table.attribute("of"), evidence=item.id),
                Words(text=", in standard deviations: the root of the mean of both groups' variances, or all rows'."),
            ),
            (
                Words(text="Intervals: "),
                *level,
                Words(text=", "),
                Shown(value=table.attribute("method"), evidence=item.id),
                Words(text="."),
            ),
            *suppression_note(item, table),
        ),
    )


def over_time(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return measures by period and group as curves and tables."""
    blocks: list[Block] = []
    for position, feature in enumerate(features(dossier), 1):
        tables = feature.tables(BY_PERIOD)
        if tables:
            blocks += [*feature.heading, *_curves(tables, position), _periods(tables)]
    return tuple(blocks) or _nothing("measures by period")


Tables = tuple[tuple[str, Evidence, Table], ...]


def _curves(tables: Tables, position: int) -> Iterator[Figure]:
    periods = tuple(sorted({str(row[0]) for _, _, table in tables for row in table.rows}))
    panels = tuple(
        Panel(title=title_of(name, table), curves=tuple(_lines(table, periods))) for name, _, table in tables
    )
    if len(periods) > 1 and any(panel.curves for panel in panels):
        yield Figure(
            name=f"over-time-{position}",
            plot=Plot(kind="periods", x_title="", panels=panels, rows=periods),
            caption="Measures by period and group, with their intervals",
            alt=f"Curves over {len(periods)} periods, one for each group, of: "
            f"{', '.join(panel.title for panel in panels)}. The table below gives the values.",
            evidence=tuple(item.id for _, item, _ in tables),
        )


def _lines(table: Table, periods: tuple[str, ...]) -> Iterator[Curve]:
    rows = [cells(table, row) for row in table.rows]
    for group in sorted({str(by["group"]) for by in rows}):
        points = [
            (
                float(periods.index(str(by["period"]))),
                value,
                _or(number(by["low"]), value),
                _or(number(by["high"]), value),
            )
            for by in rows
            if by["group"] == group and (value := number(by["value"])) is not None
        ]
        if points:
            x, y, low, high = (tuple(point[i] for point in points) for i in range(4))
            yield Curve(name=group, x=x, y=y, low=low, high=high)


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def _periods(tables: Tables) -> Grid:
    """Return a row for each measure and period, with a column for each group; long when there are many groups."""
    groups = sorted({str(row[1]) for _, _, table in tables for row in table.rows})
    wide = len(groups) <= MAX_SIDE_BY_SIDE
    heads: tuple[str | Line, ...] = (
        tuple((Shown(value=group, evidence=tables[0][1].id),) for group in groups)
        if wide
        else ("Group", "Value", "Rows")
    )
    rows: list[tuple[Line, ...]] = []
    for name, item, table in tables:
        found = [cells(table, row) for row in table.rows]
        for period in sorted({str(by["period"]) for by in found}):
            start: tuple[Line, Line] = (
                (Shown(value=title_of(name, table), evidence=item.id),),
                (Shown(value=period, evidence=item.id),),
            )
            mine = {str(by["group"]): by for by in found if by["period"] == period}
            if wide:
                rows.append((*start, *(_timed(mine.get(group), item.id) for group in groups)))
            else:
                rows += [
                    (*start, group_name(by, item.id), _timed(by, item.id), rows_shown(by["n"], item.id))
                    for by in mine.values()
                ]
    _, item, table = tables[0]
    return Grid(
        caption="Measures by period",
        columns=("Measure", "Period", *heads),
        rows=tuple(rows),
        numeric=tuple(range(2, 2 + len(groups))) if wide else (3, 4),
        notes=tuple(suppression_note(item, table)),
    )


def _timed(by: Mapping[str, Scalar] | None, evidence: str) -> Line:
    if by is None:
        return (Absent(wanted="value", reason="no rows"),)
    return value_with_interval(by, "value", evidence, note=True)
