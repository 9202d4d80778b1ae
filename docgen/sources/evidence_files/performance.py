"""Evidence of docgen's performance and calibration files."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.model import formats
from docgen.model.evidence import Attribute, Column, Evidence, Missing, Scalar, Table, evidence_id
from docgen.model.layouts import (
    CALIBRATION_COLUMNS,
    CONFUSION_COLUMNS,
    LIFT_COLUMNS,
    RESIDUAL_COLUMNS,
    RESIDUAL_QUANTILE_COLUMNS,
    ROC_COLUMNS,
)
from docgen.sources.evidence_files.source import Source, fact, stated

MOST_PROBABLE = "the most probable class"


def performance(record: formats.PerformanceFile, source: Source) -> Iterator[Evidence]:
    """Yield what was evaluated, the measures, and the tables behind them."""
    yield fact(source, evidence_id("table", "evaluation", record.split), _evaluation(record))
    for position, item in enumerate(record.metrics):
        yield fact(source, evidence_id("metric", item.key, record.split), item.quantity, f"/metrics/{position}")
    for name, table, key in _tables(record):
        yield fact(source, evidence_id("table", name, record.split), table, key)


def _evaluation(record: formats.PerformanceFile) -> Table:
    return stated(
        ("task", record.task),
        ("data", record.dataset.name),
        ("rows", record.dataset.rows),
        ("sha256", record.dataset.sha256),
        ("positive_label", record.positive_label),
        ("threshold", record.threshold),
        ("clusters", record.clusters),
        ("cluster_key", record.cluster_key or None),
    )


def _tables(record: formats.PerformanceFile) -> Iterator[tuple[str, Table, str]]:
    """Yield name, table and JSON pointer of each table that the file holds."""
    formed = (Attribute(key="level", value=record.level), Attribute(key="method", value=record.interval))
    if record.confusion is not None:
        yield "confusion", _confusion(record, record.confusion), "/confusion"
    if record.roc:
        yield "roc", Table(columns=ROC_COLUMNS, rows=_rows(record.roc, ROC_COLUMNS)), "/roc"
    if record.lift:
        rows = _rows(record.lift, LIFT_COLUMNS)
        yield "lift", Table(columns=LIFT_COLUMNS, rows=rows, attributes=formed), "/lift"
    if (found := record.residuals) is not None:
        unit = Attribute(key="unit", value=found.unit)
        how = (unit, Attribute(key="level", value=found.level), Attribute(key="method", value=found.method))
        rows = _rows(found.parts, RESIDUAL_COLUMNS)
        yield "residuals", Table(columns=RESIDUAL_COLUMNS, rows=rows, attributes=how), "/residuals/parts"
        columns = RESIDUAL_QUANTILE_COLUMNS
        quantiles = Table(columns=columns, rows=_rows(found.quantiles, columns), attributes=(unit,))
        yield "residual_quantiles", quantiles, "/residuals/quantiles"


def _confusion(record: formats.PerformanceFile, counts: formats.Confusion) -> Table:
    labels = counts.labels
    columns = (*CONFUSION_COLUMNS, *(Column(key=label, title=label, kind="count", unit="rows") for label in labels))
    rows: tuple[tuple[Scalar, ...], ...] = tuple(
        (label, *row) for label, row in zip(labels, counts.counts, strict=True)
    )
    attributes = (
        Attribute(key="threshold", value=record.threshold),
        Attribute(key="positive_label", value=record.positive_label),
    )
    return Table(columns=columns, rows=rows, attributes=attributes)


def _rows(records: tuple[object, ...], columns: tuple[Column, ...]) -> tuple[tuple[Scalar, ...], ...]:
    """Return records as rows; their fields are named as the columns are."""
    return tuple(tuple(getattr(record, column.key) for column in columns) for record in records)


def calibration(record: formats.CalibrationFile, source: Source) -> Iterator[Evidence]:
    """Yield the calibration curve and its summary, and those of each of several classes."""
    of = MOST_PROBABLE if record.task == "multiclass" else None
    yield fact(source, evidence_id("calibration", "curve", record.split), _bins(record, record.bins, of), "/bins")
    for position, item in enumerate(record.summary):
        yield fact(source, evidence_id("calibration", item.key, record.split), item.quantity, f"/summary/{position}")
    for place, one in enumerate(record.classes):
        name = evidence_id("calibration", f"curve/{one.key}", record.split)
        yield fact(source, name, _bins(record, one.bins, one.label), f"/classes/{place}/bins")
        for position, item in enumerate(one.summary):
            name = evidence_id("calibration", f"{item.key}/{one.key}", record.split)
            yield fact(source, name, item.quantity, f"/classes/{place}/summary/{position}")
    if record.left_out:
        gap = Missing(wanted="calibration of each class", reason="not_logged", detail=record.left_out)
        yield fact(source, evidence_id("calibration", "left_out/classes", record.split), gap, "/left_out")


def _bins(record: formats.CalibrationFile, bins: tuple[formats.Bin, ...], of: str | None) -> Table:
    attributes: dict[str, Scalar] = {"bins": record.rule, "level": record.level, "method": record.method}
    if of is not None:
        attributes["of"] = of
    return Table(
        columns=CALIBRATION_COLUMNS,
        rows=_rows(bins, CALIBRATION_COLUMNS),
        attributes=tuple(Attribute(key=key, value=value) for key, value in attributes.items()),
    )
