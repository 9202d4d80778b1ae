"""The same measures on each part of the data, side by side: in sample, held out, out of time."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.assessment.select import parts
from docgen.blocks.values import full, gap_wanting, name_of, of_split, splits
from docgen.model.document import Absent, Block, Dossier, Grid, Line, Shown
from docgen.model.evidence import Evidence, Quantity


def compared(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return each measure side by side: in sample, held out, out of time, each with its interval and n."""
    found = tuple(item for item in dossier.snapshot.of_kind("metric") if isinstance(item.value, Quantity))
    named = sorted((split for split in splits(found) if split is not None), key=_stage)
    if not named:
        return (gap_wanting(dossier, "measures on data that are named", "metric"),)
    table = {split: {parts(item.id).name: item for item in of_split(found, split)} for split in named}
    keys = dict.fromkeys(key for split in named for key, item in table[split].items() if _has_interval(item))
    heads = ((Shown(value=split, evidence=next(iter(table[split].values())).id),) for split in named)
    rows = tuple(_compared(key, [table[split].get(key) for split in named]) for key in keys)
    return (
        Grid(
            caption="Measures on each part of the data",
            columns=("Measure", *heads),
            rows=rows,
            numeric=tuple(range(1, len(named) + 1)),
        ),
    )


def _stage(split: str) -> int:
    """Return where a split stands in time: training first, then held out, then out of time."""
    order = {"train": 0, "training": 0, "out_of_time": 2, "outcomes": 3}
    return order.get(split, 1)


def _has_interval(item: Evidence) -> bool:
    return isinstance(item.value, Quantity) and (item.value.interval is not None or item.value.n is not None)


def _compared(key: str, items: list[Evidence | None]) -> tuple[Line, ...]:
    cells: list[Line] = [
        full(item.value, item.id) if item is not None and isinstance(item.value, Quantity) else (Absent(wanted=key),)
        for item in items
    ]
    first = next(item for item in items if item is not None)
    return (name_of(first), *cells)
