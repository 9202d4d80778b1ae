"""Evidence of docgen's monitoring files: one part of a series for each series in the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from docgen.model import formats
from docgen.model.evidence import Evidence
from docgen.model.monitoring import moment, row, series_id, table
from docgen.sources.evidence_files.source import Source, fact

MAX_SERIES = 500
MAX_POINTS = 10_000
"""In one file; more is no summary."""


def monitoring(record: formats.MonitoringFile, source: Source) -> Iterator[Evidence]:
    """Yield the part of each series that a file holds; `docgen.model.monitoring.whole` puts parts together."""
    for position, item in enumerate(record.series):
        rows = (
            row(
                time=moment(point.time),
                value=point.value,
                low=point.low,
                high=point.high,
                n=point.n,
                amber=point.amber if point.amber is not None else item.amber,
                red=point.red if point.red is not None else item.red,
                state=point.state,
                note=point.note,
                source=source.uri,
                sha256=source.sha256,
            )
            for point in item.points
        )
        attributes = {
            "title": item.title,
            "kind": item.kind,
            "feature": item.feature,
            "unit": item.unit,
            "worse": item.worse,
            "amber": item.amber,
            "red": item.red,
            "limits_source": item.limits_source,
            "level": item.level,
            "method": item.method,
            "cadence_days": record.cadence_days if item.cadence_days is None else item.cadence_days,
            "system": record.system,
            "reference": record.reference.name if record.reference else None,
            "model": record.model,
        }
        yield fact(source, series_id(item.kind, item.key), table(rows, attributes), f"/series/{position}")


def faults(record: formats.MonitoringFile) -> Iterator[tuple[str, str]]:
    """Yield (JSON path, what is at fault) of a file whose parts have their shapes."""
    names = Counter(series_id(item.kind, item.key) for item in record.series)
    if len(record.series) > MAX_SERIES:
        yield "$.series", f"{len(record.series)} series, expected at most {MAX_SERIES}"
    if record.cadence_days is not None and record.cadence_days < 1:
        yield "$.cadence_days", f"got {record.cadence_days}, expected 1 or more"
    for number, item in enumerate(record.series):
        where = f"$.series[{number}]"
        if not item.key:
            yield f"{where}.key", "expected a name"
        if names[series_id(item.kind, item.key)] > 1:
            yield f"{where}.key", f"{item.key!r} stands twice"
        if item.cadence_days is not None and item.cadence_days < 1:
            yield f"{where}.cadence_days", f"got {item.cadence_days}, expected 1 or more"
        yield from _limit_faults(item, where)
        yield from _point_faults(item, f"{where}.points")


def _point_faults(item: formats.MonitoringSeries, where: str) -> Iterator[tuple[str, str]]:
    if len(item.points) > MAX_POINTS:
        yield where, f"{len(item.points)} points, expected at most {MAX_POINTS}"
    for place, point in enumerate(item.points):
        if moment(point.time) is None:
            yield f"{where}[{place}].time", f"got {point.time!r}, expected ISO 8601 such as 2026-01-31"
        if (point.low is None) != (point.high is None) or (point.low or 0.0) > (point.high or 0.0):
            yield f"{where}[{place}]", "expected both ends of an interval, low not above high"


def _limit_faults(item: formats.MonitoringSeries, where: str) -> Iterator[tuple[str, str]]:
    given = [(where, item.amber, item.red)]
    given += [(f"{where}.points[{n}]", point.amber, point.red) for n, point in enumerate(item.points)]
    for place, amber, red in given:
        if item.worse is None and (amber is not None or red is not None):
            yield f"{where}.worse", "there are limits, and nothing says whether a value above or below is beyond them"
            return
        if amber is not None and red is not None and (amber > red if item.worse == "high" else amber < red):
            yield f"{place}.red", f"red {red:g} lies before amber {amber:g}, where values are worse when {item.worse}"
