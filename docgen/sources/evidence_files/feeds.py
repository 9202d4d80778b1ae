"""Files that a monitoring system left in a run or folder of its own: what they are is told by what is in them.

docgen's other evidence files count too: what `docgen.log_evidence` or `docgen.log_shift` logged in such a run is one
point in time of each measure, with its interval and n.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from docgen.errors import DocgenError
from docgen.model import formats
from docgen.model.canonical import parse
from docgen.model.evidence import Evidence, Missing, Provenance, Quantity, Scalar, Table, evidence_id
from docgen.model.monitoring import moment, row, series_id, table
from docgen.sources.evidence_files.evidently_ import evidently, looks_like
from docgen.sources.evidence_files.own import read_own
from docgen.sources.evidence_files.source import Source, fact

FEED = ".json"
"""How the names of such files end."""

_KINDS = {"metric": "performance", "calibration": "performance", "fairness": "fairness"}
"""Kind of evidence -> what a series of it watches."""


def read_feed(source: Source) -> tuple[Evidence, ...]:
    """Return the parts of series in a file, or the gap of one that cannot be read; nothing of another file."""
    try:
        content = parse(source.data, where=source.path, keep_nan=True)
        if looks_like(content):
            return tuple(evidently(source))
        name = content.get("format") if isinstance(content, dict) else None
        if name == "docgen.monitoring":
            return tuple(read_own(source))
        if isinstance(name, str) and name in formats.FILES:
            return tuple(_points(read_own(source), source))
    except (DocgenError, ValueError, RecursionError) as err:
        return (feed_gap(source.uri, err.message if isinstance(err, DocgenError) else str(err), source),)
    return ()


def date_in(path: str) -> str | None:
    """Return the last ISO date in a path: `churn/3/2026-01-31/drift.json`, `churn/3/drift-2026-01-31.json`."""
    found = re.findall(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)", path)
    return moment(found[-1]) if found else None


def feed_gap(uri: str, reason: str, source: Source | None = None) -> Evidence:
    """Return the gap that a file leaves which is there but cannot be read."""
    value = Missing(
        wanted="the monitoring in a file",
        reason="unreadable",
        detail=reason[:500],
        supply="write it again; docgen evidence validate tells every fault",
    )
    run = source.run_id if source else ""
    provenance = Provenance(
        system="mlflow" if uri.startswith("runs:/") else "file",
        uri=uri,
        run_id=run or None,
        sha256=source.sha256 if source else None,
    )
    return Evidence(id=evidence_id("monitoring", f"file {uri}"), value=value, provenance=provenance)


def _points(facts: Iterable[Evidence], source: Source) -> Iterator[Evidence]:
    """Yield each measure of an evidence file as one point of its series."""
    for item in facts:
        if isinstance(item.value, Quantity) and item.kind in _KINDS:
            key = item.id.partition(":")[2].rpartition("@")[0]
            yield _measure(source, _KINDS[item.kind], key, item.value)
        elif isinstance(item.value, Table) and item.kind == "shift":
            yield from _shifts(source, item.value)


def _measure(source: Source, kind: str, key: str, value: Quantity) -> Evidence:
    interval = value.interval
    cells: dict[str, Scalar] = {
        "value": value.value,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "n": value.n,
        "note": value.note if value.value is None else "",
    }
    attributes: dict[str, Scalar] = {
        "title": value.title,
        "kind": kind,
        "feature": key.partition("/")[2],
        "unit": value.unit,
        "worse": {True: "low", False: "high", None: None}[value.higher_is_better],
        "level": interval.level if interval else None,
        "method": interval.method if interval else "",
    }
    return _point(source, kind, key, cells, attributes)


def _shifts(source: Source, shifts: Table) -> Iterator[Evidence]:
    """Yield the stability index of each column, without the interval, which is that of the shift beyond chance."""
    for each in shifts.rows:
        named = {column.key: cell for column, cell in zip(shifts.columns, each, strict=True)}
        cells = {
            "value": named["index"],
            "n": named["n_current"],
            "note": named["note"],
        }
        attributes: dict[str, Scalar] = {
            "title": "Stability index",
            "kind": "drift",
            "feature": named["column"],
            "unit": "nats",
            "worse": "high",
            "method": shifts.attribute("rule"),
            "reference": shifts.attribute("reference"),
        }
        yield _point(source, "drift", f"stability/{named['column']}", cells, attributes)


def _point(source: Source, kind: str, key: str, cells: dict[str, Scalar], attributes: dict[str, Scalar]) -> Evidence:
    if source.time is None:
        raise ValueError("nothing says when it was made: put the date into the name of the file or of its folder")
    time = moment(source.time)
    found = row(time=time, source=source.uri, sha256=source.sha256, **cells)
    return fact(source, series_id(kind, key), table((found,), {**attributes, "system": "docgen"}))
