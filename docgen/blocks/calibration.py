"""Do the probabilities mean what they say: curve, bins and summary of each split, and of each of several classes."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.assessment.select import parts
from docgen.blocks.origin import headed
from docgen.blocks.performance import other_task, place_of
from docgen.blocks.tables import curve, formed, grid, measures
from docgen.blocks.values import gap_wanting, missing_box, of_split, splits
from docgen.model.document import Block, Dossier, Figure, Heading, Line, Plot, Shown, Words
from docgen.model.evidence import Evidence, Quantity, Table


def calibration(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return calibration curve, table and summary for each split; of several classes, of each one too."""
    blocks: list[Block] = [box for item in dossier.snapshot.of_kind("calibration") if (box := missing_box(item))]
    found = tuple(item for item in dossier.snapshot.of_kind("calibration") if not item.missing)
    for number, split in enumerate(splits(found), 1):
        every = tuple(sorted(of_split(found, split), key=lambda item: place_of(_key(item))))
        mine = tuple(item for item in every if not _class(item))
        if every and split is not None:
            blocks += headed("On the data named", split, every)
        blocks += _curves_and_summary(mine, f"calibration-{number}")
        for place, name in enumerate(sorted({name for item in every if (name := _class(item))}), 1):
            one = tuple(item for item in every if _class(item) == name)
            blocks += _curves_and_summary(one, f"calibration-{number}-{place}")
    return tuple(blocks) or (
        other_task(dossier, "binary", "multiclass") or gap_wanting(dossier, "calibration", "calibration"),
    )


def _key(item: Evidence) -> str:
    """Return the key of a measure: `ece` of `calibration:ece/setosa@test`."""
    return parts(item.id).name.partition("/")[0]


def _class(item: Evidence) -> str:
    """Return the class that evidence is about; empty where it is about the whole split."""
    return parts(item.id).name.partition("/")[2]


def _curves_and_summary(items: tuple[Evidence, ...], stem: str) -> list[Block]:
    blocks: list[Block] = []
    for item in items:
        if isinstance(item.value, Table):
            blocks += _curve(item, item.value, stem)
    if any(isinstance(item.value, Quantity) for item in items):
        blocks.append(measures(items, "Calibration summary"))
    return blocks


def _curve(item: Evidence, table: Table, stem: str) -> list[Block]:
    line, of = curve(table, "predicted", "observed"), table.attribute("of")
    plot = Plot(kind="calibration", x_title="Mean predicted probability", y_title="Observed rate", curves=(line,))
    alt = f"Calibration curve of {len(line.x)} bins against the diagonal; the table that follows gives the values."
    rule = table.attribute("bins")
    notes: tuple[Line, ...] = formed(item, table)
    if rule:
        notes = ((Words(text="Bins: "), Shown(value=rule, evidence=item.id), Words(text=".")), *notes)
    heading = (Heading(text="Calibration of", value=Shown(value=of, evidence=item.id)),) if of else ()
    return [
        *heading,
        Figure(name=stem, plot=plot, caption="Calibration", alt=alt, evidence=(item.id,)),
        grid(item, table, "Calibration by bin", notes=notes),
    ]
