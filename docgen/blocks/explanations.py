"""What drives the predictions: global attributions with unit, background and interval."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.assessment.select import parts
from docgen.blocks.values import cell, gap_wanting, missing_box, of_split, splits
from docgen.model.document import Block, Dossier, Facts, Figure, Grid, Heading, Line, Mark, Plot, Shown, ValueFormat
from docgen.model.evidence import Evidence, Table

_FACTS: tuple[tuple[str, str, ValueFormat], ...] = (
    ("explainer", "Explainer", "text"),
    ("unit", "Unit", "text"),
    ("output", "Output explained", "text"),
    ("n", "Rows explained", "count"),
    ("background_rows", "Background rows", "count"),
    ("background_choice", "Background chosen", "text"),
    ("background_sha256", "Background SHA-256", "digest"),
    ("seed", "Seed", "text"),
    ("level", "Level of the intervals", "percent"),
    ("method", "Intervals", "text"),
    ("names", "Feature names", "text"),
    ("column", "Column of the file", "text"),
)


def explanations(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return global attributions, split by split."""
    every = dossier.snapshot.of_kind("explanation")
    blocks: list[Block] = [box for item in every if (box := missing_box(item))]
    found = tuple(item for item in every if isinstance(item.value, Table))
    for number, split in enumerate(splits(found), 1):
        for part, item in enumerate(of_split(found, split), 1):
            if isinstance(item.value, Table):
                blocks += _one(item, item.value, f"{number}-{part}")
    return tuple(blocks) or (gap_wanting(dossier, "what drives the predictions", "explanation"),)


def _one(item: Evidence, table: Table, name: str) -> list[Block]:
    split = parts(item.id).split
    marks = tuple(
        Mark(label=str(row[0]), value=float(row[1]), low=_float(row[2]), high=_float(row[3]))
        for row in table.rows
        if isinstance(row[1], (int, float))
    )
    unit = table.attribute("unit")
    blocks: list[Block] = []
    if split is not None:
        blocks.append(Heading(text="On the data named", value=Shown(value=split, evidence=item.id)))
    if marks:
        title = f"Mean |SHAP|{f', {unit}' if unit else ''}"
        alt = (
            f"Bars of mean absolute SHAP value for {len(marks)} features; the largest is {marks[0].label}; "
            "values in the table below."
        )
        blocks.append(
            Figure(
                name=f"explanation-{name}",
                plot=Plot(kind="bars", x_title=title, marks=marks),
                caption="Global attributions",
                alt=alt,
                evidence=(item.id,),
            )
        )
    rows = tuple(
        tuple(cell(value, column, item.id) for value, column in zip(row, table.columns, strict=True))
        for row in table.rows
    )
    blocks.append(
        Grid(
            caption="Global attributions",
            columns=tuple(column.title for column in table.columns),
            rows=rows,
            numeric=(1, 2, 3, 4),
        )
    )
    facts: list[tuple[str, Line]] = [
        (label, (Shown(value=value, evidence=item.id, format=form),))
        for key, label, form in _FACTS
        if (value := table.attribute(key)) not in {None, ""}
    ]
    blocks.append(Facts(rows=tuple(facts), caption="How it was computed"))
    return blocks


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
