"""What Fairlearn users save: `MetricFrame.by_group`, `overall`, `difference()` and `ratio()` as CSV or JSON.

Text such as `('female', 30)`, as pandas writes the groups of several features, is taken apart by a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from docgen.model.canonical import Json
from docgen.model.evidence import Evidence
from docgen.sources.evidence_files.group_tables import (
    Measured,
    fairness_id,
    feature_of,
    group_table,
    named_gap,
    vacuous,
    without_counts,
)
from docgen.sources.evidence_files.source import Source, fact
from docgen.sources.evidence_files.tables import number

JOIN = " & "
NOT_NAMED = "feature not named"
_TUPLE = re.compile(r"\((.*)\)", re.DOTALL)
_PART = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,'"]+))\s*(?:,|$)""")
_METRIC = re.compile(
    r"rate|accuracy|precision|recall|count|score|auc|error|loss|ratio|difference|prediction|mean|f1|brier|sensitivity"
    r"|specificity|[tf][pn]r|[pn]pv",
    re.IGNORECASE,
)
"""What metrics are called, to tell them from groups where a file does not."""

_KNOWN = {
    "demographic_parity_difference": "selection_rate.difference",
    "demographic_parity_ratio": "selection_rate.ratio",
    "equalized_odds_difference": "equalized_odds.difference",
    "equalized_odds_ratio": "equalized_odds.ratio",
    "equal_opportunity_difference": "true_positive_rate.difference",
    "equal_opportunity_ratio": "true_positive_rate.ratio",
}
"""Fairlearn's functions that compare groups, and how docgen names what they return."""

_FORMED = {
    "difference": "largest minus smallest group, as Fairlearn's difference() forms it unless told otherwise",
    "ratio": "smallest divided by largest group, as Fairlearn's ratio() forms it unless told otherwise",
    "overall": "over all groups together",
}


def frame_csv(source: Source, header: list[str], body: list[list[str]]) -> Iterator[Evidence]:
    """Yield evidence of a CSV that `to_csv` wrote of a MetricFrame's parts."""
    if header[0] == "" and len(header) == 2 and all(number(row[1]) is not None or row[1] == "" for row in body):
        yield from numbers(source, {row[0]: number(row[1]) for row in body})
        return
    labels = _labels(header, body)
    if labels is None:
        raise ValueError("expected columns of group names and of numbers, as MetricFrame.by_group.to_csv() writes them")
    names = [header[i] or "group" for i in range(labels)]
    groups = [JOIN.join(row[:labels]) for row in body]
    measured = tuple(
        Measured(metric=header[i], groups=tuple(zip(groups, (number(row[i]) for row in body), strict=True)))
        for i in range(labels, len(header))
    )
    yield from _tables(source, JOIN.join(names), measured)


def _labels(header: list[str], body: list[list[str]]) -> int | None:
    """Return how many leading columns name the groups: all that hold text, and as many as tell the rows apart."""
    texts = [any(row[i] != "" and number(row[i]) is None for row in body) for i in range(len(header))]
    least = max((i + 1 for i, text in enumerate(texts) if text), default=1)
    for labels in range(least, len(header)):
        if len({tuple(row[:labels]) for row in body}) == len(body):
            return labels
    return None


def frame_json(source: Source, content: Json) -> Iterator[Evidence]:
    """Yield evidence of JSON that `to_json` wrote of a MetricFrame's parts, in any of its orientations."""
    if isinstance(content, dict) and {"columns", "index", "data"} <= content.keys():
        content = _split_oriented(content)
    if isinstance(content, dict) and {"schema", "data"} <= content.keys():
        content = content["data"]
    if isinstance(content, list):
        header, body = _records(content)
        yield from frame_csv(source, header, body)
    elif isinstance(content, dict) and content and all(_plain(value) for value in content.values()):
        yield from numbers(source, {key: _number(value) for key, value in content.items()})
    elif isinstance(content, dict) and content and all(isinstance(value, dict) for value in content.values()):
        yield from _nested(source, {key: value for key, value in content.items() if isinstance(value, dict)})
    else:
        raise ValueError("expected {metric: {group: value}} as MetricFrame.by_group.to_json() writes it")


def _nested(source: Source, content: Mapping[str, dict[str, Json]]) -> Iterator[Evidence]:
    inner = next(iter(content.values()))
    if any(_METRIC.search(key) for key in inner) and not any(_METRIC.search(key) for key in content):
        content = {metric: {group: row.get(metric) for group, row in content.items()} for metric in inner}
    measured = tuple(
        Measured(
            metric=metric, groups=tuple((JOIN.join(_parts(group)), _number(value)) for group, value in groups.items())
        )
        for metric, groups in content.items()
    )
    depth = max((len(_parts(group)) for groups in content.values() for group in groups), default=1)
    stem = feature_of(PurePosixPath(source.path).stem)
    feature = stem if depth == 1 else JOIN.join(f"{stem}, feature {place}" for place in range(1, depth + 1))
    yield from _tables(source, feature, measured)


def _tables(source: Source, feature: str, measured: tuple[Measured, ...]) -> Iterator[Evidence]:
    kept, sizes = without_counts(measured)
    for one in kept:
        yield fact(source, fairness_id(one.metric, feature), group_table(one, sizes), one.metric)


def numbers(source: Source, found: Mapping[str, float | None]) -> Iterator[Evidence]:
    """Yield evidence of one number for each metric; the file's name says how they were formed, or theirs do."""
    stem = PurePosixPath(source.path).stem
    way = next((way for way in _FORMED if way in stem.lower()), "")
    feature = (feature_of(re.sub(way, "", stem.lower())) if way else feature_of(stem)) or NOT_NAMED
    empty = way != "overall" and vacuous(tuple(found.values()))
    for metric, value in found.items():
        known = _KNOWN.get(metric)
        name = known or (f"{metric}.{way}" if way else metric)
        kind = name.rpartition(".")[2]
        note = _FORMED.get(kind, "as the file names it; how it was formed is not recorded")
        quantity = named_gap(value, empty=empty, title=metric.replace("_", " "), note=note)
        yield fact(source, fairness_id(name, feature), quantity, metric)


def _parts(group: str) -> tuple[str, ...]:
    inside = _TUPLE.fullmatch(group)
    if inside is None:
        return (group,)
    found = tuple(
        next(text for text in match.groups("") if text).strip()
        for match in _PART.finditer(inside[1])
        if any(match.groups(""))
    )
    return found or (group,)


def _split_oriented(content: Mapping[str, Json]) -> Json:
    columns, index, data = (content[key] for key in ("columns", "index", "data"))
    if not (isinstance(columns, list) and isinstance(index, list) and isinstance(data, list)):
        raise ValueError("expected lists of columns, index and data")  # noqa: TRY004  # of somebody's file
    rows: list[Json] = []
    for group, values in zip(index, data, strict=True):
        if not isinstance(values, list):
            raise ValueError("expected a list of values for each group")  # noqa: TRY004
        names = group if isinstance(group, list) else [group]
        row: dict[str, Json] = {f"feature {place}": str(name) for place, name in enumerate(names, 1)}
        rows.append(row | dict(zip((str(column) for column in columns), values, strict=True)))
    return rows


def _records(content: list[Json]) -> tuple[list[str], list[list[str]]]:
    rows = [row for row in content if isinstance(row, dict)]
    if not rows or len(rows) != len(content) or any(row.keys() != rows[0].keys() for row in rows):
        raise ValueError("expected a list of records with the same keys, as to_json(orient='records') writes them")
    header = list(rows[0])
    return header, [["" if value is None else str(value) for value in row.values()] for row in rows]


def _plain(value: Json) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _number(value: Json) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
