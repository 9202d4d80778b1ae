"""Monitoring series as tables: parts of one series put together and in order, judged against limits, held against time.

Limits are the monitoring system's or the firm's; there are none by default. A value that equals a limit is not beyond.
A part without points says what limits hold for points that have none of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Literal

from docgen.model.evidence import Attribute, Evidence, EvidenceId, Missing, Provenance, Scalar, Table, evidence_id
from docgen.model.layouts import MONITORING_COLUMNS
from docgen.model.snapshot import Finding

KINDS = ("performance", "drift", "fairness", "data_quality")
"""What a series may watch; the first part of its name, and of its evidence id."""

MAX_POINTS = 2_000
"""Points of a series that are kept, the newest."""

LIMITING = ("worse", "amber", "red", "limits_source", "cadence_days")
"""What a part without points says of a series."""

PLACE = {column.key: position for position, column in enumerate(MONITORING_COLUMNS)}

Row = tuple[Scalar, ...]


def series_id(kind: str, key: str) -> EvidenceId:
    """Return the evidence id of a series."""
    return evidence_id("monitoring", f"{kind}/{key}" if kind in KINDS else key)


def kind_of(name: str) -> str:
    """Return what the series with this evidence id watches; `other` where its name does not say."""
    first = name.partition(":")[2].partition("/")[0]
    return first if first in KINDS else "other"


def moment(text: str) -> str | None:
    """Return a time of ISO 8601 as a day or in UTC to the second, or None when it is none; no zone means UTC."""
    try:
        if len(text) == len("2026-01-31"):
            return date.fromisoformat(text).isoformat()
        found = datetime.fromisoformat(text)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return f"{found:%Y-%m-%dT%H:%M:%SZ}"


def row(**cells: Scalar) -> Row:
    """Return a row of a series; what is not named is None, the note empty."""
    return tuple({"note": "", **cells}.get(column.key) for column in MONITORING_COLUMNS)


def table(rows: Iterable[Row], attributes: Mapping[str, Scalar]) -> Table:
    """Return a series, or a part of one, with those attributes that say something."""
    return Table(
        columns=MONITORING_COLUMNS,
        rows=tuple(rows),
        attributes=tuple(
            Attribute(key=key, value=value) for key, value in attributes.items() if value is not None and value != ""
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a value is held against."""

    worse: str
    """`high`: a value above a limit is beyond it; `low`: one below."""
    amber: float | None
    red: float | None

    def state(self, value: float) -> str | None:
        """Return within, amber or red; None where there is no limit."""
        if self.amber is None and self.red is None:
            return None
        for limit, name in ((self.red, "red"), (self.amber, "amber")):
            if limit is not None and (value > limit if self.worse == "high" else value < limit):
                return name
        return "within"


def limits_of(series: Table, cells: Row) -> Limits | None:
    """Return the limits that stand in a row; None where the series does not say on which side they lie."""
    worse = series.attribute("worse")
    if worse not in {"high", "low"}:
        return None
    amber, red = _number(cells[PLACE["amber"]]), _number(cells[PLACE["red"]])
    return Limits(worse=str(worse), amber=amber, red=red)


def whole(parts: Iterable[Evidence], *, subject: str) -> tuple[tuple[Evidence, ...], tuple[Finding, ...]]:
    """Put the parts of each series together: in order of time, each time once, judged and counted.

    Args:
        parts: tables of one or more series, as the sources give them.
        subject: `models:/<name>/<version>`; parts that speak of another model version are left out.

    Returns:
        One table for each series, a gap for one that has limits and no point, and what was odd.
    """
    series: dict[EvidenceId, list[Evidence]] = {}
    findings: list[Finding] = []
    for part in parts:
        about = part.value.attribute("model") if isinstance(part.value, Table) else None
        if about is not None and about != subject:
            message = f"{part.provenance.uri} speaks of {about}, another model version, and was left out"
            findings.append(Finding(code="monitoring_of_another_version", message=message, severity="info"))
        else:
            series.setdefault(part.id, []).append(part)
    found = [_one(name, items, subject) for name, items in sorted(series.items())]
    findings += [finding for _, more in found for finding in more]
    return tuple(item for item, _ in found), tuple(dict.fromkeys(findings))


def last_seen(series: Table) -> str | None:
    """Return the time of the last point."""
    text = series.attribute("last_seen")
    return text if isinstance(text, str) else None


def overdue(series: Table, as_of: date) -> int | None:
    """Return by how many days the next point is late on a day: 0 or less is in time.

    None: the series does not declare how often a point is due, or its last point lies ahead.
    """
    seen, cadence = last_seen(series), series.attribute("cadence_days")
    if seen is None or not isinstance(cadence, int):
        return None
    age = (as_of - date.fromisoformat(seen[:10])).days
    return age - cadence if age >= 0 else None


def _one(name: EvidenceId, parts: list[Evidence], subject: str) -> tuple[Evidence, list[Finding]]:
    tables = [part.value for part in parts if isinstance(part.value, Table)]
    attributes: dict[str, Scalar] = {}
    for item in tables:
        said = {each.key: each.value for each in item.attributes if each.key != "model"}
        attributes |= said if item.rows else {key: said[key] for key in LIMITING if key in said}
    attributes["limits_file"] = next((part.provenance.uri for part in reversed(parts) if _only_limits(part)), None)
    cadences = [int(each) for item in tables if isinstance(each := item.attribute("cadence_days"), int)]
    attributes["cadence_days"] = min(cadences, default=None)
    rows = [each for item in tables for each in item.rows]
    if not rows:
        return _unmeasured(name, parts[-1].provenance), []
    ordered = sorted(rows, key=lambda each: str(each[PLACE["time"]]))
    kept = tuple(_judged(each, table((), attributes)) for each in _latest(ordered))[-MAX_POINTS:]
    states = [each[PLACE["state"]] for each in kept]
    attributes |= {
        "first_seen": kept[0][PLACE["time"]],
        "last_seen": kept[-1][PLACE["time"]],
        "points": len(kept),
        "ambers": states.count("amber"),
        "reds": states.count("red"),
    }
    measured = [part.provenance for part in parts if not _only_limits(part)]
    provenance = _provenance(measured, subject, attributes["last_seen"])
    evidence = Evidence(id=name, value=table(kept, attributes), provenance=provenance)
    return evidence, list(_oddities(name, tables, rows, ordered, kept))


def _only_limits(part: Evidence) -> bool:
    return isinstance(part.value, Table) and not part.value.rows


def _unmeasured(name: EvidenceId, place: Provenance) -> Evidence:
    """Return the gap of a series that somebody declared and nobody measures."""
    value = Missing(
        wanted="points of a series that has limits",
        reason="not_logged",
        supply="log the measure under this key in the runs or files that monitor the version",
    )
    return Evidence(id=name, value=value, provenance=place)


def _latest(ordered: list[Row]) -> Iterator[Row]:
    """Yield for each time the row that was read last."""
    last: dict[Scalar, Row] = {}
    for each in ordered:
        last[each[PLACE["time"]]] = each
    yield from last.values()


def _judged(cells: Row, series: Table) -> Row:
    """Return a row with its limits, those of the series where it has none; and with its state.

    The state is what the system said, else what the limits say, else None.
    """
    if cells[PLACE["amber"]] is None and cells[PLACE["red"]] is None:
        cells = _with(cells, amber=series.attribute("amber"), red=series.attribute("red"))
    value = _number(cells[PLACE["value"]])
    limits = limits_of(series, cells)
    if cells[PLACE["state"]] is not None or value is None or limits is None:
        return cells
    return _with(cells, state=limits.state(value))


def _with(cells: Row, **changes: Scalar) -> Row:
    return tuple(changes.get(key, cells[place]) for key, place in PLACE.items())


def _provenance(parts: list[Provenance], subject: str, seen: Scalar) -> Provenance:
    """Return the place of a series: the one it was read from, or the model version, for each row names its own."""
    first = parts[0]
    when = seen if isinstance(seen, str) else None
    if all(part.uri == first.uri for part in parts):
        return replace(first, time=when)
    return Provenance(system=first.system, uri=subject, key="docgen.monitoring", time=when)


def _oddities(
    name: EvidenceId, tables: list[Table], rows: list[Row], ordered: list[Row], kept: tuple[Row, ...]
) -> Iterator[Finding]:
    def note(code: str, message: str, *, severity: Literal["info", "warning"] = "warning") -> Finding:
        return Finding(code=code, message=message, evidence=(name,), severity=severity)

    times = [[str(each[0]) for each in item.rows] for item in tables]
    if any(item != sorted(item) for item in times):
        message = "points were not in order of time; they are shown in order"
        yield note("monitoring_out_of_order", message, severity="info")
    at = PLACE["value"]
    if any(left[0] == right[0] and left[: at + 1] != right[: at + 1] for left, right in pairwise(ordered)):
        yield note("monitoring_several_values", "a point in time has several values; the one read last is shown")
    elif len({each[0] for each in rows}) < len(rows):
        message = "points were given more than once with the same value; each is shown once"
        yield note("monitoring_doubled", message, severity="info")
    if any(each[at] is None for each in kept):
        yield note("monitoring_without_value", "a point has no value; it is shown as a gap")
    if len({each[0] for each in rows}) > len(kept):
        yield note("monitoring_cut", "the series is longer than is kept; its newest points are shown")
    for key in ("unit", "worse", "method", "feature"):
        if len({each for item in tables if (each := item.attribute(key)) is not None}) > 1:
            message = f"parts of the series disagree on its {key}; the one read last is shown"
            yield note("monitoring_contradicts", message)


def _number(value: Scalar) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
