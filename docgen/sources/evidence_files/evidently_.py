"""Reports and test suites that Evidently saved as JSON, of 0.7 and of 0.4 to 0.6, read as data, without Evidently.

What is read of 0.7: `snapshot.json()` or `save_json()`, and `dumps()`; of 0.4 to 0.6: `json()` and `save_json()` of
`Report` and `TestSuite`. Each value becomes one point of a series; thresholds in a report are limits of that point.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeGuard

from docgen.model.canonical import Json, parse
from docgen.model.evidence import Evidence, EvidenceId
from docgen.model.monitoring import moment, row, series_id, table
from docgen.sources.evidence_files.source import Source, fact

EVIDENTLY = re.compile(r"(?:^|/)(?:evidently/[^/]+|[^/]*evidently[^/]*)\.json$", re.IGNORECASE)

MAX_READINGS = 5_000
"""Values of one report."""

Record = dict[str, Json]

_PERFORMANCE = frozenset({
    "Accuracy", "Precision", "Recall", "F1Score", "TPR", "TNR", "FPR", "FNR", "RocAuc", "LogLoss", "F1ByLabel",
    "PrecisionByLabel", "RecallByLabel", "RocAucByLabel", "MeanError", "MAE", "RMSE", "MAPE", "R2Score", "AbsMaxError",
})  # fmt: skip
"""Metrics of 0.7 that say how well a model predicts."""

_QUALITY = re.compile(r"Row|Column|Missing|Duplicat|Constant|Empty|OutRange|InRange|OutList|InList|Unique|Category")
"""What stands in the names of 0.7's metrics of the data alone."""

_LEGACY = {
    "ClassificationQualityMetric": "performance",
    "RegressionQualityMetric": "performance",
    "DatasetMissingValuesMetric": "data_quality",
    "DatasetSummaryMetric": "data_quality",
}
"""Metrics of 0.4 to 0.6 whose numbers stand below `current`."""

_GROUPS = {"classification": "performance", "regression": "performance", "data_drift": "drift"}
"""Groups of tests of 0.4 to 0.6; others are about the quality of the data."""

_STATES = {"SUCCESS": "within", "WARNING": "amber", "FAIL": "red"}
_ORDER = ("red", "amber", "within")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One number of a report."""

    kind: str
    key: str
    value: float | None
    """None: the report holds NaN, infinity or nothing."""
    feature: str = ""
    method: str = ""
    worse: Literal["high", "low"] | None = None
    limit: float | None = None
    state: str | None = None


def evidently(source: Source) -> Iterator[Evidence]:
    """Read a report or test suite of Evidently saved as JSON: a point of each series, at the report's own time if any.

    Raises:
        ValueError: another shape, or no time.
    """
    content = parse(source.data, where=source.path, keep_nan=True)
    if not isinstance(content, dict) or not looks_like(content):
        raise ValueError("expected metrics or tests, as json() of an Evidently report or test suite writes them")
    stamp = content.get("timestamp")
    time = (moment(stamp) if isinstance(stamp, str) else None) or source.time
    if time is None:
        raise ValueError("nothing says when it was made: log it to a run, or put the date into the file's name")
    found: dict[EvidenceId, Value] = {}
    for value in _values(content):
        found.setdefault(series_id(value.kind, value.key), value)
        if len(found) > MAX_READINGS:
            raise ValueError(f"more than {MAX_READINGS} values, which is no summary")
    if not found:
        raise ValueError("none of its metrics and tests is a number that docgen knows how to read")
    for name, value in found.items():
        cells = row(
            time=time,
            value=value.value,
            red=value.limit,
            state=value.state if value.value is not None else None,
            note="" if value.value is not None else "not a number",
            source=source.uri,
            sha256=source.sha256,
        )
        attributes = {
            "kind": value.kind,
            "feature": value.feature,
            "method": value.method,
            "worse": value.worse,
            "limits_source": "the thresholds in Evidently's reports" if value.limit is not None else "",
            "system": "Evidently",
        }
        yield fact(source, name, table((cells,), attributes))


def looks_like(content: Json) -> bool:
    """Whether a file's content may be a report or test suite of Evidently."""
    if not isinstance(content, dict) or "format" in content:
        return False
    lists = [content.get(key) for key in ("metrics", "tests") if key in content]
    listed = bool(lists) and all(isinstance(item, list) and len(item) == len(_records(item)) for item in lists)
    return listed or isinstance(content.get("metric_results"), dict)


def _values(content: Record) -> Iterator[Value]:
    if isinstance(content.get("metric_results"), dict):
        yield from _snapshot(content)
        return
    metrics, tests = _records(content.get("metrics")), _records(content.get("tests"))
    if any("metric" in item for item in metrics) or any("parameters" in item for item in tests):
        for item in metrics:
            yield from _legacy_metric(str(item.get("metric")), _record(item.get("result")))
        for item in tests:
            yield from _legacy_test(item)
        failed = _number(_record(content.get("summary")).get("failed_tests"))
        if failed is not None:
            yield Value(kind="data_quality", key="failed_tests", value=failed)
        return
    states = _test_states(tests)
    for item in metrics:
        name = str(item.get("metric_name") or item.get("metric_id") or "")
        settings = _record(item.get("config")) or _settings(name)
        yield from _metric(_class(settings, name), settings, item.get("value"), states.get(str(item.get("id"))))


def _snapshot(content: Record) -> Iterator[Value]:
    """Yield the values of what `dumps()` of 0.7 writes."""
    for item in _records(list(_record(content["metric_results"]).values())):
        settings = _record(_record(_record(item.get("metric_value_location")).get("metric")).get("params"))
        state = _worst(str(test.get("status")) for test in _records(item.get("tests")))
        yield from _metric(_class(settings, ""), settings, _simple(item), state)


def _simple(item: Record) -> Json:
    """Return a result of `dumps()` as `json()` writes it."""
    for keys in (("count", "share"), ("mean", "std")):
        if all(isinstance(item.get(key), dict) for key in keys):
            return {key: _record(item[key]).get("value") for key in keys}
    for key in ("values", "shares"):
        if isinstance(item.get(key), dict):
            return {label: _record(each).get("value") for label, each in _record(item[key]).items()}
    return item.get("value")


def _metric(name: str, settings: Record, value: Json, state: str | None) -> Iterator[Value]:
    """Yield the values of one metric of 0.7."""
    column = str(settings.get("column") or "")
    if name == "ValueDrift":
        method, limit = str(settings.get("method") or ""), _number(settings.get("threshold"))
        found = _drift(column, method, _number(value), limit if method else None)
        yield replace(found, state=state or found.state)
    elif name == "DriftedColumnsCount":
        share = _number(_record(value).get("share"))
        limit = _number(settings.get("drift_share"))
        yield Value(kind="drift", key="share_of_drifted_columns", value=share, worse="high", limit=limit, state=state)
    elif name:
        kind = "performance" if name in _PERFORMANCE else "data_quality" if _QUALITY.search(name) else "other"
        key = f"{name}/{column}" if column else name
        for part, number in _numbers(value):
            yield Value(kind=kind, key=f"{key}/{part}" if part else key, value=number, feature=column, state=state)


def _numbers(value: Json) -> Iterator[tuple[str, float | None]]:
    """Yield (part, number) of a metric's value: a number, a mean, a count with its share, or one for each label."""
    if isinstance(value, dict):
        if set(value) == {"mean", "std"}:
            yield "", _number(value["mean"])
            return
        inner = value["shares"] if set(value) == {"counts", "shares"} else value
        yield from ((part, _number(number)) for part, number in _record(inner).items())
    elif _is_number(value):
        yield "", _number(value)


def _legacy_metric(name: str, result: Record) -> Iterator[Value]:
    if name == "DatasetDriftMetric":
        yield Value(
            kind="drift",
            key="share_of_drifted_columns",
            value=_number(result.get("share_of_drifted_columns")),
            worse="high",
            limit=_number(result.get("drift_share")),
            state=_detected(result.get("dataset_drift")),
        )
    elif name == "DataDriftTable":
        for column, item in _record(result.get("drift_by_columns")).items():
            yield _legacy_drift(column, _record(item))
    elif name == "ColumnDriftMetric":
        yield _legacy_drift(str(result.get("column_name")), result)
    elif name in _LEGACY:
        for key, number in _record(result.get("current")).items():
            if _is_number(number):
                yield Value(kind=_LEGACY[name], key=key, value=_number(number))


def _legacy_drift(column: str, item: Record) -> Value:
    method, limit = str(item.get("stattest_name") or ""), _number(item.get("stattest_threshold"))
    found = _drift(column, method, _number(item.get("drift_score")), limit)
    return replace(found, state=_detected(item.get("drift_detected")) or found.state)


def _legacy_test(item: Record) -> Iterator[Value]:
    settings, state = _record(item.get("parameters")), _STATES.get(str(item.get("status")))
    for column, feature in _record(settings.get("features")).items():
        inner = _record(feature)
        method, limit = str(inner.get("stattest") or ""), _number(inner.get("threshold"))
        found = _drift(column, method, _number(inner.get("score")), limit)
        yield replace(found, state=_detected(inner.get("detected")))
    if "score" in settings and "stattest" in settings:
        column, method = str(settings.get("column_name") or ""), str(settings["stattest"])
        found = _drift(column, method, _number(settings["score"]), _number(settings.get("threshold")))
        yield replace(found, state=state)
    elif _number(settings.get("value")) is not None:
        worse, limit = _condition(_record(settings.get("condition")))
        yield Value(
            kind=_GROUPS.get(str(item.get("group")), "data_quality"),
            key=str(item.get("name")),
            value=_number(settings["value"]),
            worse=worse,
            limit=limit,
            state=state,
        )


def _condition(condition: Record) -> tuple[Literal["high", "low"] | None, float | None]:
    """Return on which side of which number a test fails; a condition of another kind gives no limit."""
    for keys, worse in ((("lt", "lte"), "high"), (("gt", "gte"), "low")):
        for key in keys:
            if len(condition) == 1 and _number(condition.get(key)) is not None:
                return worse, _number(condition[key])  # type: ignore[return-value]  # a literal
    return None, None


def _drift(column: str, method: str, score: float | None, limit: float | None) -> Value:
    """Return a drift score; those of tests are p-values, which are worse when low, all others are distances."""
    return Value(
        kind="drift",
        key=f"{column}/{method}" if method else column,
        value=score,
        feature=column,
        method=method,
        worse=None if limit is None else "low" if "p_value" in method else "high",
        limit=limit,
    )


def _test_states(tests: tuple[Record, ...]) -> dict[str, str]:
    """Return the worst state of the tests of each metric of 0.7, by the metric's id."""
    found: dict[str, list[str]] = {}
    for test in tests:
        found.setdefault(str(_record(test.get("metric_config")).get("metric_id")), []).append(str(test.get("status")))
    worst = {metric: _worst(iter(statuses)) for metric, statuses in found.items()}
    return {metric: state for metric, state in worst.items() if state is not None}


def _worst(statuses: Iterator[str]) -> str | None:
    states = {_STATES.get(status) for status in statuses}
    return next((state for state in _ORDER if state in states), None)


def _class(settings: Record, name: str) -> str:
    """Return the class of a metric: the end of `evidently:metric_v2:ValueDrift`, or what stands before `(`."""
    kind = settings.get("type")
    return kind.rpartition(":")[2] if isinstance(kind, str) else name.partition("(")[0]


def _settings(name: str) -> Record:
    """Return the settings in a name such as `ValueDrift(column=age,method=psi,threshold=0.1)`."""
    inner = name.partition("(")[2].removesuffix(")")
    pairs = [part.partition("=") for part in re.split(r",(?=\w+=)", inner) if "=" in part]
    found: Record = {key: value for key, _, value in pairs}
    for key in ("threshold", "drift_share"):
        if isinstance(text := found.get(key), str):
            found[key] = float(text) if re.fullmatch(r"\d+(\.\d+)?(e-?\d+)?", text) else None
    return found


def _detected(flag: Json) -> str | None:
    return {True: "red", False: "within"}[flag] if isinstance(flag, bool) else None


def _number(value: Json) -> float | None:
    """Return a finite number, or None."""
    return float(value) if _is_number(value) and math.isfinite(value) else None


def _is_number(value: Json) -> TypeGuard[float]:
    """Whether something is a number, be it NaN or infinite."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _record(value: Json) -> Record:
    return value if isinstance(value, dict) else {}


def _records(value: Json) -> tuple[Record, ...]:
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()
