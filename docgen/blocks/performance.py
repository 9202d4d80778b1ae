"""How well the model predicts: what was evaluated, one table and one plot for each split, never mixed."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.assessment.select import parts
from docgen.blocks.origin import headed
from docgen.blocks.tables import measures
from docgen.blocks.values import cell, gap_wanting, missing_box, of_split, splits
from docgen.model.document import (
    Block,
    Dossier,
    Facts,
    Figure,
    Grid,
    Heading,
    Line,
    Mark,
    Paragraph,
    Plot,
    Shown,
    ValueFormat,
    Words,
)
from docgen.model.evidence import Evidence, Quantity, Table, evidence_id

EVALUATED: dict[str, tuple[str, ValueFormat]] = {
    "task": ("Kind of model", "text"),
    "data": ("Data", "text"),
    "rows": ("Rows", "count"),
    "sha256": ("SHA-256 of inputs and target", "digest"),
    "positive_label": ("Positive label", "text"),
    "threshold": ("Threshold (positive at or above)", "number"),
    "clusters": ("Clusters of rows", "count"),
    "cluster_key": ("Clustered by", "text"),
}
"""Item of `table:evaluation@<split>` -> our word for it, and how its value looks."""


ORDER = (
    *("roc_auc", "gini", "ks", "pr_auc", "brier", "log_loss"),
    *("prevalence", "selection_rate", "sensitivity", "specificity", "ppv", "npv", "lr_positive", "lr_negative"),
    *("accuracy", "balanced_accuracy", "f1", "mcc"),
    *("rmse", "mae", "bias", "r2"),
    *("brier_sum", "slope", "intercept", "ece", "rms_error", "max_error", "hosmer_lemeshow", "hosmer_lemeshow_p"),
    *("top_label_ece", "top_label_rms_error", "top_label_max_error"),
)
"""Keys of docgen's own measures in reading order; others follow by name."""


def performance(dossier: Dossier, options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return every metric, split by split: held-out data first, training last."""
    found = tuple(item for item in dossier.snapshot.of_kind("metric") if not item.missing)
    wanted = options.get("split")
    blocks: list[Block] = [box for item in dossier.snapshot.of_kind("metric") if (box := missing_box(item))]
    for number, split in enumerate(splits(found), 1):
        if wanted in {None, split}:
            items = tuple(sorted(of_split(found, split), key=lambda item: place_of(parts(item.id).name)))
            blocks += _split(dossier, items, split, number)
    return tuple(blocks) or (gap_wanting(dossier, "performance measures", "metric"),)


def place_of(key: str) -> int:
    """Return the place of a measure in reading order."""
    return ORDER.index(key) if key in ORDER else len(ORDER)


def _split(dossier: Dossier, items: tuple[Evidence, ...], split: str | None, number: int) -> list[Block]:
    blocks: list[Block] = []
    if split is None:
        blocks += [
            Heading(text="Data not recorded"),
            Paragraph(line=(Words(text="MLflow does not say on which data these values were computed."),)),
        ]
    else:
        blocks += headed("On the data named", split, items)
        blocks += _evaluated(dossier.snapshot.find(evidence_id("table", "evaluation", split)))
    figure = _figure(items, number)
    blocks += [figure] if figure else []
    return [*blocks, measures(items, "Measures")]


def _evaluated(item: Evidence | None) -> list[Block]:
    """Return on what the measures were computed, where an evaluation says so."""
    if item is None or not isinstance(item.value, Table):
        return []
    rows: list[tuple[str, Line]] = []
    for key, value in item.value.rows:
        words, form = EVALUATED[str(key)]
        rows.append((words, (Shown(value=value, evidence=item.id, format=form),)))
    return [Facts(rows=tuple(rows), caption="What was evaluated")]


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


def other_task(dossier: Dossier, *allowed: str) -> Paragraph | None:
    """Return a paragraph that says why a section is empty where every evaluation is of another kind of model."""
    tasks = {
        str(value)
        for item in dossier.snapshot.of_kind("table")
        if parts(item.id).name == "evaluation" and isinstance(item.value, Table)
        for key, value in item.value.rows
        if key == "task"
    }
    if not tasks or tasks & set(allowed):
        return None
    what = {"regression": "a number", "multiclass": "one of several classes"}
    kinds = " or ".join(what.get(task, "one of two classes") for task in sorted(tasks))
    return Paragraph(line=(Words(text=f"It does not apply: the model predicts {kinds}."),))


def confusion(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return counts by actual and predicted label."""
    found = tuple(item for item in dossier.snapshot.of_kind("table") if parts(item.id).name == "confusion")
    blocks: list[Block] = []
    for split in splits(found):
        for item in of_split(found, split):
            if isinstance(item.value, Table):
                blocks += headed("On the data named", split, (item,))
                blocks.append(_counts(item, item.value))
    empty = other_task(dossier, "binary", "multiclass")
    return tuple(blocks) or (empty or gap_wanting(dossier, "counts by actual and predicted label", "table"),)


def _counts(item: Evidence, table: Table) -> Grid:
    rows = tuple(
        tuple(cell(value, column, item.id) for value, column in zip(row, table.columns, strict=True))
        for row in table.rows
    )
    heads = tuple(
        (Words(text="predicted "), Shown(value=column.title, evidence=item.id)) for column in table.columns[1:]
    )
    threshold = table.attribute("threshold")
    notes: tuple[Line, ...] = ()
    if threshold is not None:
        notes = (
            (
                Words(text="A score of at least "),
                Shown(value=threshold, evidence=item.id, format="number"),
                Words(text=" counts as positive."),
            ),
        )
    return Grid(
        caption="Confusion matrix",
        columns=("Actual", *heads),
        rows=rows,
        numeric=tuple(range(1, len(heads) + 1)),
        notes=notes,
    )
