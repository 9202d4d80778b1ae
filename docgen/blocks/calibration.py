"""Do the probabilities mean what they say: curve, bins and summary of each split."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.assessment.select import parts
from docgen.blocks.performance import other_task, place_of
from docgen.blocks.tables import curve, formed, grid, measures
from docgen.blocks.values import gap_wanting, missing_box, of_split, splits
from docgen.model.document import Block, Dossier, Figure, Heading, Line, Plot, Shown, Words
from docgen.model.evidence import Evidence, Quantity, Table


def calibration(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return calibration curve, table and summary for each split."""
    blocks: list[Block] = [box for item in dossier.snapshot.of_kind("calibration") if (box := missing_box(item))]
    found = tuple(item for item in dossier.snapshot.of_kind("calibration") if not item.missing)
    for number, split in enumerate(splits(found), 1):
        mine = tuple(sorted(of_split(found, split), key=lambda item: place_of(parts(item.id).name)))
        if mine and split is not None:
            blocks.append(Heading(text="On the data named", value=Shown(value=split, evidence=mine[0].id)))
        for item in mine:
            if isinstance(item.value, Table):
                blocks += _curve(item, item.value, number)
        if any(isinstance(item.value, Quantity) for item in mine):
            blocks.append(measures(mine, "Calibration summary"))
    return tuple(blocks) or (
        other_task(dossier, "binary", "multiclass") or gap_wanting(dossier, "calibration", "calibration"),
    )


def _curve(item: Evidence, table: Table, number: int) -> list[Block]:
    line = curve(table, "predicted", "observed")
    plot = Plot(kind="calibration", x_title="Mean predicted probability", y_title="Observed rate", curves=(line,))
    alt = f"Calibration curve of {len(line.x)} bins against the diagonal; the table that follows gives the values."
    rule = table.attribute("bins")
    notes: tuple[Line, ...] = formed(item, table)
    if rule:
        notes = ((Words(text="Bins: "), Shown(value=rule, evidence=item.id), Words(text=".")), *notes)
    return [
        Figure(name=f"calibration-{number}", plot=plot, caption="Calibration", alt=alt, evidence=(item.id,)),
        grid(item, table, "Calibration by bin", notes=notes),
    ]
