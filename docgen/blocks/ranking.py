"""How well the score ranks: ROC curve, lift and gain of each split."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.assessment.select import parts
from docgen.blocks.origin import headed
from docgen.blocks.performance import other_task
from docgen.blocks.tables import formed, grid, numbers
from docgen.blocks.values import gap_wanting, of_split, splits
from docgen.model.document import Block, Curve, Dossier, Figure, Plot
from docgen.model.evidence import Evidence, Table

STEPS = 10
"""Rows of the ROC table: one for each tenth of the false positive rate; the figure has every point."""


def ranking(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return ROC curve and lift table for each split."""
    found = tuple(item for item in dossier.snapshot.of_kind("table") if parts(item.id).name in {"roc", "lift"})
    blocks: list[Block] = []
    for number, split in enumerate(splits(found), 1):
        mine = of_split(found, split)
        blocks += headed("On the data named", split, mine)
        for name, make in (("roc", _roc), ("lift", _lift)):
            for item in mine:
                if parts(item.id).name == name and isinstance(item.value, Table):
                    blocks += make(item, item.value, number)
    return tuple(blocks) or (other_task(dossier, "binary") or gap_wanting(dossier, "ROC curve and lift", "table"),)


def _roc(item: Evidence, table: Table, number: int) -> list[Block]:
    x, y = numbers(table, "false_positive_rate", "true_positive_rate")
    plot = Plot(
        kind="roc",
        x_title="False positive rate (1 - specificity)",
        y_title="True positive rate (sensitivity)",
        curves=(Curve(name="score", x=x, y=y),),
    )
    alt = f"ROC curve of {len(x)} points above the diagonal of chance; the table that follows gives some of them."
    if any(above < along for along, above in zip(x, y, strict=True)):
        alt = f"ROC curve of {len(x)} points, in part below the diagonal of chance; the table that follows gives some."
    return [
        Figure(name=f"roc-{number}", plot=plot, caption="ROC curve", alt=alt, evidence=(item.id,)),
        grid(item, _thinned(table), "Points of the ROC curve"),
    ]


def _thinned(table: Table) -> Table:
    """Return the last point in each tenth of the false positive rate, so that all of both ends is there."""
    place = table.index("false_positive_rate")
    kept = {int(float(row[place] or 0) * STEPS): row for row in table.rows}
    return Table(columns=table.columns, rows=(table.rows[0], *(row for row in kept.values() if row != table.rows[0])))


def _lift(item: Evidence, table: Table, number: int) -> list[Block]:
    rows, gain = numbers(table, "rows_so_far", "gain")
    plot = Plot(
        kind="roc",
        x_title="Share of rows, highest scores first",
        y_title="Share of events found",
        curves=(Curve(name="score", x=(0.0, *rows), y=(0.0, *gain)),),
    )
    alt = f"Gain curve over {len(rows)} parts of the rows against the diagonal of chance; values in the table below."
    return [
        Figure(name=f"gain-{number}", plot=plot, caption="Gain: events found", alt=alt, evidence=(item.id,)),
        grid(item, table, "Lift and gain by tenths of the rows, highest scores first", notes=formed(item, table)),
    ]
