"""Runs that watch a model version in use: each is one point in time, its metrics are points of series.

| tag of the run | says |
|---|---|
| `docgen.monitoring` | `models:/<name>/<version>`: the version that the run watches |
| `docgen.monitoring.time` | end of what was watched, ISO 8601; without it, the start of the run |
| `docgen.monitoring.n` | rows that were watched |
| `docgen.monitoring.cadence_days` | a new point is due every so many days |

A metric whose key begins with `performance/`, `drift/`, `fairness/` or `data_quality/` is shown under that heading. A
metric with steps is a history of its own: each step is a point, at the time at which it was logged. JSON files of such
a run are read as monitoring, and win over metrics of the same name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from docgen.errors import SourceError
from docgen.model.canonical import sha256
from docgen.model.evidence import Attribute, Evidence, Provenance, Scalar, Table
from docgen.model.monitoring import kind_of, moment, row, series_id, table
from docgen.sources.evidence_files.feeds import FEED, feed_gap, read_feed
from docgen.sources.evidence_files.source import Source
from docgen.sources.mlflow_.artifacts import Artifacts, Listed
from docgen.sources.mlflow_.logged_files import LoggedFiles
from docgen.sources.mlflow_.reading import Found
from docgen.sources.mlflow_.records import Store, StoreMetric, StoreRun

TAG = "docgen.monitoring"

MAX_RUNS = 1_000
"""Newest runs that are read."""

MAX_LISTED = 60
"""Newest runs whose files are read as well, for each costs a question."""

_NOT_FINITE = {"nan": "not a number", "+inf": "infinite", "-inf": "minus infinite"}


def read_monitoring_runs(store: Store, files: LoggedFiles, found: Found, subject: str) -> None:
    """Read the runs that watch a model version into what was found: parts of series, gaps and findings."""
    runs = store.tagged(TAG, subject, limit=MAX_RUNS + 1)
    if len(runs) > MAX_RUNS:
        found.note("monitoring_cut", "there are more monitoring runs than are read; the newest were read")
    runs = runs[-MAX_RUNS:]
    unfinished = [run for run in runs if run.status in {"FAILED", "KILLED"}]
    if unfinished:
        found.note("monitoring_run_failed", "monitoring runs that did not finish were left out")
    good = [run for run in runs if run not in unfinished]
    if len(good) > MAX_LISTED:
        text = "files were read of the newest monitoring runs only; of older ones, the metrics"
        found.note("monitoring_files_cut", text, severity="info")
    for position, run in enumerate(good):
        time = _time(run, found)
        if time is None:
            continue
        listed = position >= len(good) - MAX_LISTED
        parts = tuple(_file_parts(files, run, time, found)) if listed else ()
        taken = {part.id for part in parts}
        found.series += [*parts, *(part for part in _metric_parts(store, run, time) if part.id not in taken)]


def _time(run: StoreRun, found: Found) -> str | None:
    """Return the time that a run stands for."""
    tagged = run.tag(f"{TAG}.time")
    time = moment(tagged) if tagged else run.started
    if time is None:
        text = f"the time of monitoring run {run.run_id} is {tagged!r}, expected ISO 8601; the run was left out"
        found.note("monitoring_without_time", text)
    return time


def _metric_parts(store: Store, run: StoreRun, time: str) -> Iterator[Evidence]:
    for item in run.metrics:
        if item.key.startswith("system/"):
            continue
        name = series_id("other", item.key)
        if item.step > 0:
            rows = tuple(_row(point, point.time, run, None) for point in store.history(run, item.key))
        else:
            rows = (_row(item, time, run, _whole(run, "n")),)
        attributes: dict[str, Scalar] = {"kind": kind_of(name), "cadence_days": _whole(run, "cadence_days")}
        provenance = Provenance(system="mlflow", uri=f"runs:/{run.run_id}", run_id=run.run_id, key=item.key)
        yield Evidence(id=name, value=table(rows, {**attributes, "system": "MLflow"}), provenance=provenance)


def _row(point: StoreMetric, time: str, run: StoreRun, n: int | None) -> tuple[Scalar, ...]:
    note = _NOT_FINITE.get((point.special or "").partition(" ")[0], "")
    return row(time=moment(time), value=point.value, n=n, note=note, source=f"runs:/{run.run_id}")


def _whole(run: StoreRun, name: str) -> int | None:
    """Return the whole number in a tag; None for none, or for what is none."""
    text = run.tag(f"{TAG}.{name}").strip()
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) <= 15 and int(text) > 0 else None


def _file_parts(files: LoggedFiles, run: StoreRun, time: str, found: Found) -> Iterator[Evidence]:
    try:
        artifacts = files.artifacts_of(run)
        listed = artifacts.listing()
    except SourceError as err:
        found.note("monitoring_files_unreachable", f"files of monitoring run {run.run_id}: {err.message}")
        return
    for item in listed:
        if not item.path.lower().endswith(FEED):
            continue
        for part in _read(artifacts, item, run, time, files.reading.limits.file_bytes):
            if part.missing:
                found.put_unreadable(part)
            else:
                yield _declared(part, _whole(run, "cadence_days"))


def _declared(part: Evidence, cadence: int | None) -> Evidence:
    """Return a part of a series with the cadence of its run, unless it declares its own."""
    series = part.value
    if cadence is None or not isinstance(series, Table) or series.attribute("cadence_days") is not None:
        return part
    attributes = (*series.attributes, Attribute(key="cadence_days", value=cadence))
    return replace(part, value=replace(series, attributes=attributes))


def _read(artifacts: Artifacts, item: Listed, run: StoreRun, time: str, limit: int) -> tuple[Evidence, ...]:
    try:
        data = artifacts.read(item.path, limit)
    except SourceError as err:
        return (feed_gap(f"runs:/{run.run_id}/{item.path}", err.message),)
    return read_feed(Source(path=item.path, data=data, sha256=sha256(data), run_id=run.run_id, time=time))
