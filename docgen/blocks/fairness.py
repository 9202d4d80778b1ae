"""How the model treats groups: rates by group with intervals, and how far they lie apart."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.assessment.select import JOIN, parts
from docgen.blocks.values import cell, full, gap_wanting, missing_box, splits
from docgen.model.document import Absent, Block, Dossier, Figure, Grid, Heading, Line, Mark, Plot, Shown, Words
from docgen.model.evidence import Evidence, Quantity, Scalar, Table


def fairness(dossier: Dossier, options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return group metrics and disparities; `kind` is `unitary` (single features) or `intersectional`."""
    crossed = options.get("kind") == "intersectional"
    every = dossier.snapshot.of_kind("fairness")
    mine = tuple(item for item in every if not item.missing and (JOIN in (parts(item.id).feature or "")) is crossed)
    blocks: list[Block] = [] if crossed else [box for item in every if (box := missing_box(item))]
    number = 0
    for split in splits(mine):
        for feature in sorted({parts(item.id).feature or "" for item in mine if parts(item.id).split == split}):
            items = tuple(
                item for item in mine if parts(item.id).split == split and (parts(item.id).feature or "") == feature
            )
            number += 1
            blocks += _feature(items, feature, split, f"{'crossed' if crossed else 'group'}-{number}")
    wanted = "rates by intersection of sensitive features" if crossed else "rates by sensitive feature"
    return tuple(blocks) or (gap_wanting(dossier, wanted, "fairness"),)


def _feature(items: tuple[Evidence, ...], feature: str, split: str | None, stem: str) -> list[Block]:
    blocks: list[Block] = [
        Heading(text="By", value=Shown(value=feature + (f" on {split}" if split else ""), evidence=items[0].id))
    ]
    for number, item in enumerate(items, 1):
        if isinstance(item.value, Table):
            blocks += _groups(item, item.value, f"{stem}-{number}")
    rows: list[tuple[Line, ...]] = []
    for item in items:
        if isinstance(item.value, Quantity):
            name = item.value.title or parts(item.id).name.replace("_", " ").replace(".", " ")
            rows.append((
                (Shown(value=name, evidence=item.id),),
                full(item.value, item.id),
                (Shown(value=item.value.note, evidence=item.id),) if item.value.note else (),
            ))  # fmt: skip
    if rows:
        blocks.append(
            Grid(
                caption="How far the groups lie apart",
                columns=("Measure", "Value", "How it was formed"),
                rows=tuple(rows),
                numeric=(1,),
            )
        )
    return blocks


def _groups(item: Evidence, table: Table, name: str) -> list[Block]:
    title = str(table.attribute("metric_title") or parts(item.id).name)
    index = {column.key: position for position, column in enumerate(table.columns)}
    marks = tuple(
        Mark(
            label=str(row[index["group"]]),
            value=float(value),
            low=_float(row[index["low"]]),
            high=_float(row[index["high"]]),
            emphasis=row[index["group"]] == table.attribute("reference"),
        )
        for row in table.rows
        if isinstance(value := row[index["value"]], (int, float)) and not isinstance(value, bool)
    )
    blocks: list[Block] = []
    if len(marks) > 1:
        low, high = min(marks, key=lambda mark: mark.value), max(marks, key=lambda mark: mark.value)
        alt = (
            f"Dot plot of {title} for {len(marks)} groups; lowest for {low.label}, highest for {high.label}; "
            "values in the table below."
        )
        blocks.append(
            Figure(
                name=f"fairness-{name}",
                plot=Plot(kind="dots", x_title=title, marks=marks),
                caption=(Shown(value=title, evidence=item.id), Words(text=" by group, with intervals")),
                alt=alt,
                evidence=(item.id,),
            )
        )
    columns = [column for column in table.columns if column.key != "note"]
    rows = tuple(_row(item, table, row) for row in table.rows)
    blocks.append(
        Grid(
            caption="Rates by group",
            columns=(
                (Words(text="Group ("), Shown(value=title, evidence=item.id), Words(text=")")),
                *(column.title for column in columns[1:]),
            ),
            rows=rows,
            numeric=tuple(range(1, len(columns))),
            notes=tuple(_notes(item, table)),
        )
    )
    return blocks


def _row(item: Evidence, table: Table, row: tuple[Scalar, ...]) -> tuple[Line, ...]:
    cells: list[Line] = []
    note = next((value for value, column in zip(row, table.columns, strict=True) if column.key == "note"), "")
    for value, column in zip(row, table.columns, strict=True):
        if column.key == "note":
            continue
        if column.key == "group" and note:
            line = cell(str(value), column, item.id)
            cells.append((*line, Words(text=" ("), Shown(value=note, evidence=item.id), Words(text=")")))
        elif value is None and column.key == "value":
            cells.append((Absent(wanted="value", reason="undefined"),))
        else:
            cells.append(cell(value, column, item.id))
    return tuple(cells)


def _notes(item: Evidence, table: Table) -> list[Line]:
    lines: list[Line] = []
    level, reference, smallest = (table.attribute(key) for key in ("level", "reference", "min_group_size"))
    if level is not None:
        lines.append(
            (
                Words(text="Intervals: "),
                Shown(value=level, evidence=item.id, format="percent"),
                Words(text=", "),
                Shown(value=table.attribute("method"), evidence=item.id),
                Words(text="."),
            )
        )
    if reference:
        lines.append(
            (Words(text="Reference (largest) group: "), Shown(value=reference, evidence=item.id), Words(text="."))
        )
    if smallest is not None:
        lines.append(
            (
                Words(text="Groups below "),
                Shown(value=smallest, evidence=item.id, format="count"),
                Words(text=" rows are called small and left out of the comparison."),
            )
        )
    return lines


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
