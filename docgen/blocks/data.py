"""Which data went in: names, digests that prove and labels that do not, columns."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.blocks.values import gap_wanting, missing_box, text
from docgen.model.document import Absent, Block, Dossier, Facts, Grid, Heading, Line, Shown
from docgen.model.evidence import Dataset, Evidence


def datasets(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return each data set with its identity and columns."""
    blocks: list[Block] = []
    for item in dossier.snapshot.of_kind("dataset"):
        if (box := missing_box(item)) is not None:
            blocks.append(box)
        elif isinstance(item.value, Dataset):
            blocks += _one(item, item.value)
    return tuple(blocks) or (gap_wanting(dossier, "the data sets", "dataset"),)


def _one(item: Evidence, value: Dataset) -> list[Block]:
    name = item.id
    proof: Line = (
        (Shown(value=value.sha256, evidence=name, format="digest"),)
        if value.sha256
        else (Absent(wanted="SHA-256", reason="not logged: the data cannot be proved"),)
    )
    rows: list[tuple[str, Line]] = [
        ("Name", text(value.name, name)),
        ("Context", text(value.context, name)),
        (
            "Rows",
            (Shown(value=value.rows, evidence=name, format="count"),)
            if value.rows is not None
            else (Absent(wanted="rows"),),
        ),
        ("SHA-256 of the content", proof),
        ("MLflow's label (no proof)", text(value.label_digest, name, "code")),
        ("Source", text(value.source, name)),
        ("Licence", text(value.licence, name)),
        ("Target", text(value.target, name, "code")),
    ]
    if value.target_rate is not None:
        rows.append(("Rate of the target", (Shown(value=value.target_rate, evidence=name, format="number"),)))
    blocks: list[Block] = [
        Heading(text="Data set", value=Shown(value=value.context or value.name, evidence=name)),
        Facts(rows=tuple(rows), caption="Identity of the data set"),
    ]
    if value.columns:
        columns = tuple(
            (
                (Shown(value=column.name, evidence=name, format="code"),),
                text(column.type, name),
                (Shown(value=column.missing, evidence=name, format="count"),)
                if column.missing is not None
                else (Absent(wanted="count"),),
            )
            for column in value.columns
        )
        blocks.append(Grid(caption="Columns", columns=("Column", "Type", "Missing values"), rows=columns, numeric=(2,)))
    return blocks
