"""How well the model predicts: one table and one plot for each split, never mixed."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.assessment.select import parts
from docgen.blocks.values import cell, gap_wanting, interval, missing_box, name_of, of_split, quantity, splits
from docgen.model.document import (
    Block,
    Curve,
    Dossier,
    Figure,
    Grid,
    Heading,
    Line,
    Mark,
    Paragraph,
    Plot,
    Shown,
    Words,
)
from docgen.model.evidence import Evidence, Quantity, Table


def performance(dossier: Dossier, options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return every metric, split by split: held-out data first, training last."""
    found = tuple(item for item in dossier.snapshot.of_kind("metric") if not item.missing)
    wanted = options.get("split")
    blocks: list[Block] = [box for item in dossier.snapshot.of_kind("metric") if (box := missing_box(item))]
    for number, split in enumerate(splits(found), 1):
        if wanted in {None, split}:
            blocks += _split(of_split(found, split), split, number)
    return tuple(blocks) or (gap_wanting(dossier, "performance measures", "metric"),)


def _split(items: tuple[Evidence, ...], split: str | None, number: int) -> list[Block]:
    blocks: list[Block] = []
    if split is None:
        blocks += [
            Heading(text="Data not recorded"),
            Paragraph(line=(Words(text="MLflow does not say on which data these values were computed."),)),
        ]
    else:
        blocks.append(Heading(text="On the data named", value=Shown(value=split, evidence=items[0].id)))
    figure = _figure(items, number)
    blocks += [figure] if figure else []
    rows = tuple(_row(item) for item in items if isinstance(item.value, Quantity))
    columns = ("Measure", "Value", "Interval", "n", "Events")
    blocks.append(
        Grid(caption="Measures", columns=columns, rows=rows, numeric=(1, 2, 3, 4), notes=tuple(_methods(items)))
    )
    return blocks


def _row(item: Evidence) -> tuple[Line, ...]:
    value = item.value
    assert isinstance(value, Quantity)  # noqa: S101  # the caller chose them
    count: Line = (Shown(value=value.n, evidence=item.id, format="count"),) if value.n is not None else ()
    events: Line = (Shown(value=value.events, evidence=item.id, format="count"),) if value.events is not None else ()
    return name_of(item), quantity(value, item.id), interval(value, item.id), count, events


def _methods(items: tuple[Evidence, ...]) -> list[Line]:
    """Return how the intervals were formed, each way once."""
    ways: dict[tuple[float, str], str] = {}
    for item in items:
        if isinstance(item.value, Quantity) and item.value.interval:
            ways.setdefault((item.value.interval.level, item.value.interval.method), item.id)
    return [
        (
            Words(text="Intervals: "),
            Shown(value=level, evidence=name, format="percent"),
            Words(text=", "),
            Shown(value=method, evidence=name),
            Words(text="."),
        )
        for (level, method), name in ways.items()
    ]


def _figure(items: tuple[Evidence, ...], number: int) -> Figure | None:
    """Return measures between 0 and 1 that have an interval, on a common axis."""
    marks = tuple(
        Mark(
            label=value.title or parts(item.id).name,
            value=value.value,
            low=value.interval.low,
            high=value.interval.high,
        )
        for item in items
        if isinstance(value := item.value, Quantity)
        and value.value is not None
        and value.interval
        and value.unit == "fraction"
    )
    if len(marks) < 2:
        return None
    plot = Plot(kind="dots", x_title="Value with confidence interval", marks=marks)
    return Figure(
        name=f"performance-{number}",
        plot=plot,
        caption="Measures with their intervals",
        alt=f"Dot plot of {len(marks)} measures with confidence intervals; the table that follows gives the values.",
        evidence=tuple(item.id for item in items),
    )


def confusion(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return counts by actual and predicted label."""
    blocks: list[Block] = []
    found = tuple(item for item in dossier.snapshot.of_kind("table") if parts(item.id).name == "confusion")
    for split in splits(found):
        for item in of_split(found, split):
            if isinstance(item.value, Table):
                table = item.value
                blocks.append(Heading(text="On the data named", value=Shown(value=split, evidence=item.id)))
                rows = tuple(
                    tuple(cell(value, column, item.id) for value, column in zip(row, table.columns, strict=True))
                    for row in table.rows
                )
                heads = tuple(
                    (Words(text="predicted "), Shown(value=column.title, evidence=item.id))
                    for column in table.columns[1:]
                )
                notes: tuple[Line, ...] = ()
                threshold = table.attribute("threshold")
                if threshold is not None:
                    notes = (
                        (
                            Words(text="A score of at least "),
                            Shown(value=threshold, evidence=item.id, format="number"),
                            Words(text=" counts as positive."),
                        ),
                    )
                blocks.append(
                    Grid(
                        caption="Confusion matrix",
                        columns=("Actual", *heads),
                        rows=rows,
                        numeric=tuple(range(1, len(heads) + 1)),
                        notes=notes,
                    )
                )
    return tuple(blocks) or (gap_wanting(dossier, "counts by actual and predicted label", "table"),)


def calibration(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return calibration curve, table and summary for each split."""
    blocks: list[Block] = [box for item in dossier.snapshot.of_kind("calibration") if (box := missing_box(item))]
    found = tuple(item for item in dossier.snapshot.of_kind("calibration") if not item.missing)
    for number, split in enumerate(splits(found), 1):
        mine = of_split(found, split)
        if mine and split is not None:
            blocks.append(Heading(text="On the data named", value=Shown(value=split, evidence=mine[0].id)))
        for item in mine:
            if isinstance(item.value, Table):
                blocks += _curve(item, item.value, number)
        rows = tuple(_row(item) for item in mine if isinstance(item.value, Quantity))
        notes = tuple(
            (Shown(value=item.value.note, evidence=item.id), Words(text="."))
            for item in mine
            if isinstance(item.value, Quantity) and item.value.note
        )
        if rows:
            blocks.append(
                Grid(
                    caption="Calibration summary",
                    columns=("Measure", "Value", "Interval", "n", "Events"),
                    rows=rows,
                    numeric=(1, 2, 3, 4),
                    notes=notes,
                )
            )
    return tuple(blocks) or (gap_wanting(dossier, "calibration", "calibration"),)


def _curve(item: Evidence, table: Table, number: int) -> list[Block]:
    keys = ("predicted", "observed", "low", "high")
    index = [table.index(key) for key in keys]
    points = [[float(value) for i in index if isinstance(value := row[i], (int, float))] for row in table.rows]
    whole = [point for point in points if len(point) == len(keys)]
    x, y, low, high = (tuple(point[i] for point in whole) for i in range(4))
    curve = Curve(name="observed", x=x, y=y, low=low, high=high)
    plot = Plot(kind="calibration", x_title="Mean predicted probability", y_title="Observed rate", curves=(curve,))
    alt = f"Calibration curve of {len(whole)} bins against the diagonal; the table that follows gives the values."
    rows = tuple(
        tuple(cell(value, column, item.id) for value, column in zip(row, table.columns, strict=True))
        for row in table.rows
    )
    notes: tuple[Line, ...] = ()
    rule, level = table.attribute("bins"), table.attribute("level")
    if rule and level is not None:
        notes = (
            (
                Words(text="Bins: "),
                Shown(value=rule, evidence=item.id),
                Words(text=". Intervals: "),
                Shown(value=level, evidence=item.id, format="percent"),
                Words(text=", "),
                Shown(value=table.attribute("method"), evidence=item.id),
                Words(text="."),
            ),
        )
    return [
        Figure(name=f"calibration-{number}", plot=plot, caption="Calibration", alt=alt, evidence=(item.id,)),
        Grid(
            caption="Calibration by bin",
            columns=tuple(column.title for column in table.columns),
            rows=rows,
            numeric=tuple(range(len(table.columns))),
            notes=notes,
        ),
    ]
