"""Evidence of docgen's performance and calibration files."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.model import formats
from docgen.model.evidence import Attribute, Column, Evidence, Scalar, Table, evidence_id
from docgen.model.layouts import CALIBRATION_COLUMNS, CONFUSION_COLUMNS
from docgen.sources.evidence_files.source import Source, fact


def performance(record: formats.PerformanceFile, source: Source) -> Iterator[Evidence]:
    """Yield metrics and the confusion counts."""
    for position, item in enumerate(record.metrics):
        yield fact(source, evidence_id("metric", item.key, record.split), item.quantity, f"/metrics/{position}")
    if record.confusion is not None:
        labels = record.confusion.labels
        columns = (*CONFUSION_COLUMNS, *(Column(key=label, title=label, kind="count", unit="rows") for label in labels))
        rows: tuple[tuple[Scalar, ...], ...] = tuple(
            (label, *counts) for label, counts in zip(labels, record.confusion.counts, strict=True)
        )
        attributes = (
            Attribute(key="threshold", value=record.threshold),
            Attribute(key="positive_label", value=record.positive_label),
        )
        table = Table(columns=columns, rows=rows, attributes=attributes)
        yield fact(source, evidence_id("table", "confusion", record.split), table, "/confusion")


def calibration(record: formats.CalibrationFile, source: Source) -> Iterator[Evidence]:
    """Yield the calibration curve and its summary."""
    rows = tuple((b.low_edge, b.high_edge, b.n, b.predicted, b.observed, b.low, b.high) for b in record.bins)
    attributes = (
        Attribute(key="bins", value=record.rule),
        Attribute(key="level", value=record.level),
        Attribute(key="method", value=record.method),
    )
    table = Table(columns=CALIBRATION_COLUMNS, rows=rows, attributes=attributes)
    yield fact(source, evidence_id("calibration", "curve", record.split), table, "/bins")
    for position, item in enumerate(record.summary):
        yield fact(source, evidence_id("calibration", item.key, record.split), item.quantity, f"/summary/{position}")
