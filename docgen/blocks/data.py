"""Which data went in: names, digests that prove and labels that do not, columns and what is in them."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.blocks.origin import headed
from docgen.blocks.values import cell, gap_wanting, interval, missing_box, text
from docgen.model.document import Absent, Block, Dossier, Facts, Grid, Inline, Line, Shown, Words
from docgen.model.evidence import Column, Dataset, Evidence, Quantity, Scalar, Table

MAX_ROWS = 200
"""Rows of a table of columns or values that a page shows; the snapshot holds all of them."""


def datasets(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return each data set with its identity, columns and profile."""
    blocks: list[Block] = []
    for item in dossier.snapshot.of_kind("dataset"):
        if (box := missing_box(item)) is not None:
            blocks.append(box)
        elif isinstance(item.value, Dataset):
            blocks += [
                *headed("Data set", item.value.context or item.value.name, (item,)),
                Facts(rows=_identity(item.value, item.id), caption="Identity of the data set"),
                *_columns(dossier, item, item.value),
            ]
    return tuple(blocks) or (gap_wanting(dossier, "the data sets", "dataset"),)


def _identity(value: Dataset, name: str) -> tuple[tuple[str, Line], ...]:
    proof: Line = (
        (Shown(value=value.sha256, evidence=name, format="digest"),)
        if value.sha256
        else (Absent(wanted="SHA-256", reason="not logged: the data cannot be proved"),)
    )
    rows: Line = (
        (Shown(value=value.rows, evidence=name, format="count"),)
        if value.rows is not None
        else (Absent(wanted="rows"),)
    )
    return (
        ("Name", text(value.name, name)),
        ("Context", text(value.context, name)),
        ("Rows", rows),
        ("SHA-256 of the content", proof),
        ("MLflow's label (no proof)", text(value.label_digest, name, "code")),
        ("Source", text(value.source, name)),
        ("Licence", text(value.licence, name)),
        ("Target", text(value.target, name, "code")),
        *([("Rate of the target", _rate(value, name))] if value.target_rate is not None else []),
        ("Time span", _span(value, name)),
    )


def _rate(value: Dataset, name: str) -> Line:
    """Return `0.22 (95% CI 0.19 to 0.25, 396 of 1,800 rows)` with what there is."""
    line: list[Inline] = [Shown(value=value.target_rate, evidence=name, format="number")]
    if value.target_interval is not None and value.target_n is not None:
        line += [
            Words(text=" ("),
            Shown(value=value.target_interval.level, evidence=name, format="percent"),
            Words(text=" CI "),
            *interval(Quantity(value=value.target_rate, interval=value.target_interval), name),
            Words(text=", "),
            Shown(value=value.target_events, evidence=name, format="count"),
            Words(text=" of "),
            Shown(value=value.target_n, evidence=name, format="count"),
            Words(text=" rows)"),
        ]
    return tuple(line)


def _span(value: Dataset, name: str) -> Line:
    if not value.time_column:
        return (Absent(wanted="time column", reason="no column of times was named"),)
    column = Shown(value=value.time_column, evidence=name, format="code")
    if value.time_first is None or value.time_last is None:
        return (column, Words(text=": "), Absent(wanted="span", reason="too few rows to tell"))
    return (
        column,
        Words(text=": "),
        Shown(value=value.time_first, evidence=name),
        Words(text=" to "),
        Shown(value=value.time_last, evidence=name),
    )


def _columns(dossier: Dossier, item: Evidence, value: Dataset) -> list[Block]:
    context = item.id.partition(":")[2]
    profile, levels = dossier.snapshot.find(f"profile:{context}"), dossier.snapshot.find(f"profile:{context}/levels")
    if profile is None or not isinstance(profile.value, Table):
        return [_plain(item, value)] if value.columns else []
    table = profile.value
    blocks: list[Block] = [_kinds(item, value, profile, table)]
    blocks += [grid for sort in ("number", "time") if (grid := _figures(profile, table, sort)) is not None]
    if levels is not None and isinstance(levels.value, Table):
        blocks.append(_common(levels, levels.value))
    return blocks


def _plain(item: Evidence, value: Dataset) -> Grid:
    """Return names, types and missing values of columns without a profile."""
    rows = tuple(
        (
            (Shown(value=column.name, evidence=item.id, format="code"),),
            text(column.type, item.id),
            (Shown(value=column.missing, evidence=item.id, format="count"),)
            if column.missing is not None
            else (Absent(wanted="count"),),
        )
        for column in value.columns[:MAX_ROWS]
    )
    return Grid(
        caption="Columns",
        columns=("Column", "Type", "Missing values"),
        rows=rows,
        numeric=(2,),
        notes=_cut(len(value.columns)),
    )


def _kinds(item: Evidence, value: Dataset, profile: Evidence, table: Table) -> Grid:
    types = {column.name: column.type for column in value.columns}
    keys = ("n", "missing", "infinite", "distinct")
    wanted = [key for key in keys if key != "infinite" or any(row[table.index(key)] for row in table.rows)]
    rows = tuple(
        (
            (Shown(value=row[table.index("name")], evidence=profile.id, format="code"),),
            text(types.get(str(row[table.index("name")])), item.id),
            *(_cell(table, row, key, profile) for key in wanted),
        )
        for row in table.rows[:MAX_ROWS]
    )
    titles = tuple(table.columns[table.index(key)].title for key in wanted)
    return Grid(
        caption="Columns",
        columns=("Column", "Type", *titles),
        rows=rows,
        numeric=tuple(range(2, 2 + len(wanted))),
        notes=_cut(len(table.rows)),
    )


_FIGURES = {
    "number": (
        "Numbers",
        ("name", "mean", "deviation", "low", "lower_quartile", "median", "upper_quartile", "high"),
    ),
    "time": ("Times", ("name", "first", "last")),
}


def _figures(item: Evidence, table: Table, sort: str) -> Grid | None:
    """Return the figures of the columns of one sort; what too few rows hold is told as such."""
    caption, keys = _FIGURES[sort]
    found = [row for row in table.rows if row[table.index("sort")] == sort]
    if not found:
        return None
    return Grid(
        caption=caption,
        columns=tuple(table.columns[table.index(key)].title for key in keys),
        rows=tuple(tuple(_cell(table, row, key, item) for key in keys) for row in found[:MAX_ROWS]),
        numeric=tuple(range(1, len(keys))) if sort == "number" else (),
        notes=(*_rule(item, table), *_cut(len(found))),
    )


def _cell(table: Table, row: tuple[Scalar, ...], key: str, item: Evidence) -> Line:
    value, column = row[table.index(key)], table.columns[table.index(key)]
    if key == "name":
        return (Shown(value=value, evidence=item.id, format="code"),)
    if value is None:
        return (Absent(wanted=column.title, reason="too few rows"),)
    line = cell(value, column, item.id)
    if key in {"low", "high"}:
        return (*line, Words(text=" "), Shown(value=row[table.index(f"{key}_is")], evidence=item.id))
    return line


def _rule(item: Evidence, table: Table) -> tuple[Line, ...]:
    least = table.attribute("suppress_below")
    if least is None:
        return ()
    figure = Shown(value=least, evidence=item.id, format="count")
    return ((Words(text="No figure rests on fewer rows than "), figure, Words(text=", so that none points at a row.")),)


def _common(item: Evidence, table: Table) -> Grid:
    name, value, merged = (table.index(key) for key in ("column", "value", "merged"))
    shown: list[Column] = [table.columns[table.index(key)] for key in ("n", "share")]
    rows = tuple(
        (
            (Shown(value=row[name], evidence=item.id, format="code"),),
            _level(row[value], row[merged], item),
            *(cell(row[table.index(column.key)], column, item.id) for column in shown),
        )
        for row in table.rows[:MAX_ROWS]
    )
    return Grid(
        caption="Common values",
        columns=("Column", "Value", *(column.title for column in shown)),
        rows=rows,
        numeric=(2, 3),
        notes=(*_rule(item, table), *_cut(len(table.rows))),
    )


def _level(value: Scalar, merged: Scalar, item: Evidence) -> Line:
    if merged is not None:
        return (Shown(value=merged, evidence=item.id, format="count"), Words(text=" other values together"))
    return (Shown(value=value, evidence=item.id) if value else Words(text="empty text"),)


def _cut(rows: int) -> tuple[Line, ...]:
    """Say that a page does not show all rows of a table."""
    if rows <= MAX_ROWS:
        return ()
    more = Shown(value=rows - MAX_ROWS, evidence="snapshot:evidence", format="count")
    return ((more, Words(text=" more rows stand in the snapshot.")),)
