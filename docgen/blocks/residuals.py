"""How the residuals of a regression are spread: by prediction, and by their size."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.assessment.select import parts
from docgen.blocks.origin import headed
from docgen.blocks.tables import curve, formed, grid
from docgen.blocks.values import of_split, splits
from docgen.model.document import Block, Dossier, Figure, Plot
from docgen.model.evidence import Evidence, Table


def residuals(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the residuals of each split; nothing for a model that has none, which is no gap."""
    names = {"residuals", "residual_quantiles"}
    found = tuple(item for item in dossier.snapshot.of_kind("table") if parts(item.id).name in names)
    blocks: list[Block] = []
    for number, split in enumerate(splits(found), 1):
        mine = of_split(found, split)
        blocks += headed("Residuals on the data named", split, mine)
        for item in reversed(mine):  # by prediction first
            if isinstance(item.value, Table):
                blocks += _by_part(item, item.value, number) if parts(item.id).name == "residuals" else _sizes(item)
    return tuple(blocks)


def _by_part(item: Evidence, table: Table, number: int) -> list[Block]:
    points = curve(table, "predicted", "residual")
    unit = str(table.attribute("unit") or "")
    plot = Plot(
        kind="points",
        x_title=f"Mean prediction ({unit})" if unit else "Mean prediction",
        y_title="Mean residual (observed - predicted)",
        curves=(points,),
        reference=0.0,
    )
    alt = f"Mean residual with its interval in {len(points.x)} parts of the predictions, around 0; values in the table."
    caption = "Mean residuals by prediction, with intervals"
    return [
        Figure(name=f"residuals-{number}", plot=plot, caption=caption, alt=alt, evidence=(item.id,)),
        grid(item, table, "Residuals by tenths of the predictions", notes=formed(item, table)),
    ]


def _sizes(item: Evidence) -> list[Block]:
    return [grid(item, item.value, "Quantiles of the residuals")] if isinstance(item.value, Table) else []
