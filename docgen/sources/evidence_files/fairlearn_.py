"""Group metrics as Fairlearn users log them: a `MetricFrame` saved as CSV or JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from docgen.model.canonical import Json, parse
from docgen.model.evidence import Attribute, Evidence, Table, evidence_id
from docgen.model.layouts import GROUP_COLUMNS
from docgen.sources.evidence_files.source import Source, fact
from docgen.sources.evidence_files.tables import number, read_csv

GROUP_TABLE = re.compile(
    r"(?:^|/)[^/]*(?:fairness|fairlearn|by_group|metric_?frame)[^/]*\.(?:csv|json)$", re.IGNORECASE
)

Groups = dict[str, list[tuple[str, float | None]]]


def group_table(source: Source) -> Iterator[Evidence]:
    """Read `MetricFrame.by_group` saved by `to_csv` or `to_json`: metrics by group, without n and intervals."""
    feature, metrics = _group_json(source) if source.path.lower().endswith(".json") else _group_csv(source)
    for metric, groups in metrics.items():
        rows = tuple((group, value, None, None, None, None, "") for group, value in groups)
        if all(value in {None, 0.0} for _, value in groups):
            rows = tuple(
                (group, None, None, None, None, None, "nothing was measured: every group has 0") for group, _ in groups
            )
        table = Table(columns=GROUP_COLUMNS, rows=rows, attributes=(Attribute(key="metric_title", value=metric),))
        yield fact(source, evidence_id("fairness", f"{metric}/{feature}"), table, metric)


def _group_json(source: Source) -> tuple[str, Groups]:
    content: Json = parse(source.data, where=source.path)
    if not isinstance(content, dict) or not all(isinstance(groups, dict) for groups in content.values()):
        raise ValueError("expected {metric: {group: value}} as MetricFrame.by_group.to_json() writes it")
    metrics: Groups = {}
    for metric, groups in content.items():
        if isinstance(groups, dict):
            metrics[metric] = [
                (group, float(value) if isinstance(value, (int, float)) else None) for group, value in groups.items()
            ]
    return PurePosixPath(source.path).stem, metrics


def _group_csv(source: Source) -> tuple[str, Groups]:
    header, body = read_csv(source)
    numeric = [
        i for i in range(len(header)) if body and all(number(row[i]) is not None or row[i] == "" for row in body)
    ]
    labels = [i for i in range(len(header)) if i not in numeric] or [0]
    metrics = [i for i in numeric if i not in labels]
    if not metrics:
        raise ValueError("expected columns of group names and of numbers, as MetricFrame.by_group.to_csv() writes them")
    feature = " & ".join(header[i] or "group" for i in labels)
    return feature, {header[i]: [(" & ".join(row[k] for k in labels), number(row[i])) for row in body] for i in metrics}
