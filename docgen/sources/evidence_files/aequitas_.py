"""What Aequitas users save: crosstabs of groups as CSV, with disparities and their significance if there are any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from docgen.model.evidence import Attribute, Evidence, Scalar, Table
from docgen.model.layouts import COMPARISON_COLUMNS, GROUP_COLUMNS
from docgen.sources.evidence_files.group_tables import NO_VALUE, VACUOUS, fairness_id, vacuous
from docgen.sources.evidence_files.source import Source, fact
from docgen.sources.evidence_files.tables import number

HEAD = {"attribute_name", "attribute_value"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Metric:
    """One of Aequitas' columns, under docgen's name."""

    name: str
    title: str
    events: tuple[str, ...]
    """Columns that add up to the numerator."""
    n: str
    """Column of the denominator."""


METRICS = {
    "pprev": _Metric(name="selection_rate", title="Selection rate", events=("pp",), n="group_size"),
    "prev": _Metric(name="base_rate", title="Observed rate", events=("group_label_pos",), n="group_size"),
    "tpr": _Metric(name="true_positive_rate", title="True positive rate", events=("tp",), n="group_label_pos"),
    "fpr": _Metric(name="false_positive_rate", title="False positive rate", events=("fp",), n="group_label_neg"),
    "fnr": _Metric(name="false_negative_rate", title="False negative rate", events=("fn",), n="group_label_pos"),
    "tnr": _Metric(name="true_negative_rate", title="True negative rate", events=("tn",), n="group_label_neg"),
    "precision": _Metric(name="positive_predictive_value", title="Positive predictive value", events=("tp",), n="pp"),
    "npv": _Metric(name="negative_predictive_value", title="Negative predictive value", events=("tn",), n="pn"),
    "fdr": _Metric(name="false_discovery_rate", title="False discovery rate", events=("fp",), n="pp"),
    "for": _Metric(name="false_omission_rate", title="False omission rate", events=("fn",), n="pn"),
    "accuracy": _Metric(name="accuracy", title="Accuracy", events=("tp", "tn"), n="group_size"),
    "ppr": _Metric(name="share_of_selected", title="Share of all that are selected", events=("pp",), n="k"),
}
"""Aequitas' column -> what it is (`aequitas.group.Group.get_crosstabs`, 1.1)."""

Row = dict[str, str]


def crosstab(source: Source, header: list[str], body: list[list[str]]) -> Iterator[Evidence]:
    """Yield metrics by group with their counts, and disparities to the reference group.

    Raises:
        ValueError: several models or thresholds, whose groups cannot stand in one table, or no known column.
    """
    rows = [dict(zip(header, row, strict=True)) for row in body]
    for column in ("model_id", "score_threshold"):
        if len(values := {row.get(column) for row in rows}) > 1:
            raise ValueError(f"expected one {column}, got {len(values)}: save the crosstabs of each on its own")
    known = [column for column in METRICS if column in header]
    if not known:
        raise ValueError(f"expected columns of Aequitas' metrics such as {', '.join(list(METRICS)[:4])}, got none")
    for attribute in dict.fromkeys(row["attribute_name"] for row in rows):
        mine = [row for row in rows if row["attribute_name"] == attribute]
        for column in known:
            name = METRICS[column].name
            yield fact(source, fairness_id(name, attribute), _groups(column, mine), column)
            if f"{column}_disparity" in header:
                found = fairness_id(f"{name}.to_reference", attribute)
                yield fact(source, found, _disparities(column, mine), f"{column}_disparity")


def _reference(column: str, rows: list[Row]) -> str:
    return next((value for row in rows if (value := row.get(f"{column}_ref_group_value", ""))), "")


def _groups(column: str, rows: list[Row]) -> Table:
    metric = METRICS[column]
    empty = vacuous([number(row[column]) for row in rows])
    found: list[tuple[Scalar, ...]] = []
    for row in rows:
        value, n = number(row[column]), _whole(row.get(metric.n, ""))
        events = [_whole(row.get(part, "")) for part in metric.events]
        told = None if None in events else sum(part for part in events if part is not None)
        reason = f"undefined: {metric.n} is 0" if n == 0 else VACUOUS if empty and n is None else NO_VALUE
        measured = value is not None and n != 0 and not (empty and n is None)
        found.append(
            (row["attribute_value"], value if measured else None, None, None, n, told, "" if measured else reason)
        )
    attributes = (
        Attribute(key="metric_title", value=metric.title),
        Attribute(key="reference", value=_reference(column, rows)),
    )
    return Table(columns=GROUP_COLUMNS, rows=tuple(found), attributes=attributes)


def _disparities(column: str, rows: list[Row]) -> Table:
    reference = _reference(column, rows)
    found: list[tuple[Scalar, ...]] = []
    for row in rows:
        ratio = number(row[f"{column}_disparity"])
        note = "reference" if row["attribute_value"] == reference else _significance(row.get(f"{column}_significance"))
        n = _whole(row.get(METRICS[column].n, ""))
        values: tuple[Scalar, ...] = (None, None, None, None if note == "reference" else ratio, None, None, n)
        found.append((row["attribute_value"], *values, note or ("" if ratio is not None else NO_VALUE)))
    attributes = (
        Attribute(key="metric_title", value=METRICS[column].title),
        Attribute(key="reference", value=reference),
        Attribute(key="ratio_method", value="group divided by reference, without intervals (Aequitas)"),
    )
    return Table(columns=COMPARISON_COLUMNS, rows=tuple(found), attributes=attributes)


def _significance(text: str | None) -> str:
    """Return what Aequitas' mask says: whether the test against the reference group was significant at its alpha."""
    return {"True": "significant, as Aequitas tested it", "False": "not significant, as Aequitas tested it"}.get(
        text or "", f"p = {text}, as Aequitas tested it" if number(text or "") is not None else ""
    )


def _whole(text: str) -> int | None:
    value = number(text)
    return int(value) if value is not None and value == int(value) else None
