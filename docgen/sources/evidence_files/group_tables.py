"""What readers of other fairness results share: tables of groups, and what to say when nothing was measured."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from docgen.model.evidence import Attribute, EvidenceId, Quantity, Scalar, Table, evidence_id
from docgen.model.layouts import GROUP_COLUMNS

VACUOUS = "vacuous: every group has 0, which libraries also write when there was nothing to measure"
VACUOUS_GAP = "vacuous: every number of the file is 0, as when there was nothing to compare"
NO_VALUE = "undefined: the file has no value"

COUNTS = frozenset({"count", "n", "size", "support", "example_count", "group_size"})
"""What group sizes are called."""

_OF_ALL_ROWS = re.compile(
    r"(?:selection_rate|accuracy(?:_score)?|zero_one_loss|mean_prediction|mean_(?:absolute|squared)_error)$"
)
"""Measures whose denominator is the whole group."""

_WORDS = re.compile(
    r"fairness|fairlearn|by_?group|metric_?frame|aif_?360|aequitas|disparit(?:y|ies)|bias|metrics?|explainers?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One metric by group, as a file has it."""

    metric: str
    groups: tuple[tuple[str, float | None], ...]


def fairness_id(metric: str, feature: str, split: str | None = None) -> EvidenceId:
    """Return the id of somebody else's metric; `/` and `@`, which have a meaning in ids, do not stay in their names."""
    plain = [text.replace("/", ".").replace("@", " at ") for text in (metric, feature)]
    return evidence_id("fairness", "/".join(plain), split)


def group_table(measured: Measured, sizes: Mapping[str, float | None], **attributes: Scalar) -> Table:
    """Return a metric by group, without intervals; a metric that is 0 in every group has no value at all."""
    values = [value for _, value in measured.groups]
    empty = vacuous(values)
    rows = tuple(
        (
            group,
            None if empty else value,
            None,
            None,
            _size(measured.metric, sizes.get(group)),
            None,
            _note(value, empty=empty),
        )
        for group, value in measured.groups
    )
    told = {"metric_title": measured.metric, **attributes}
    return Table(
        columns=GROUP_COLUMNS,
        rows=rows,
        attributes=tuple(Attribute(key=key, value=value) for key, value in told.items()),
    )


def vacuous(values: Sequence[float | None]) -> bool:
    """Whether no value is another than 0."""
    return bool(values) and all(value in {None, 0.0} for value in values) and any(value == 0.0 for value in values)


def named_gap(value: float | None, *, empty: bool, title: str, note: str, n: int | None = None) -> Quantity:
    """Return a number that compares groups; without its value where nothing was measured."""
    if value is None or empty:
        why = VACUOUS_GAP if empty else NO_VALUE
        return Quantity(value=None, special="undefined", n=n, title=title, note=why)
    return Quantity(value=value, n=n, title=title, note=note)


def feature_of(stem: str) -> str:
    """Return what a file's name says of the feature: `fairness_by_group_sex` is about `sex`; else the name itself."""
    left = _WORDS.sub("", stem.lower()).strip("_-. ")
    return re.sub(r"[_-]{2,}", "_", left) or stem


def _note(value: float | None, *, empty: bool) -> str:
    return VACUOUS if empty else NO_VALUE if value is None else ""


def _size(metric: str, size: float | None) -> int | None:
    return int(size) if size is not None and size == int(size) and _OF_ALL_ROWS.search(metric) else None


def without_counts(measured: Iterable[Measured]) -> tuple[tuple[Measured, ...], dict[str, float | None]]:
    """Return the metrics, and apart from them the size of each group where one of them is that."""
    every = tuple(measured)
    sizes = next((dict(one.groups) for one in every if one.metric.lower() in COUNTS), {})
    kept = tuple(one for one in every if one.metric.lower() not in COUNTS)
    return kept or every, sizes
