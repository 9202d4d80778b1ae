"""Metrics by group of sensitive features, through Fairlearn on counted cells.

Fairlearn's `MetricFrame` costs about 10 microseconds per row and metric; fed with one row per cell (group x truth x
prediction) and the counts as weights it gives the same numbers at once. What it returns as 0.0 because a denominator is
empty is undefined here, never 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING

from docgen.errors import UsageError
from docgen.evaluate.intervals import Method, wilson
from docgen.model.evidence import Quantity
from docgen.model.formats import Disparity, GroupMetric, GroupRow

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

JOIN = " & "
NOT_STATED = "not stated"
"""The group of rows whose sensitive feature is missing: shown, never dropped."""

TITLES = {
    "selection_rate": "Selection rate",
    "true_positive_rate": "True positive rate",
    "false_positive_rate": "False positive rate",
    "accuracy": "Accuracy",
}

_UNDEFINED = {
    "true_positive_rate": "undefined: no positive cases in the group",
    "false_positive_rate": "undefined: no negative cases in the group",
}


def with_intersections(features: pd.DataFrame) -> dict[str, pd.Series]:
    """Return name -> group of each row, for every feature and every pair of features.

    Args:
        features: (n_rows, n_features), any type; missing values form a group of their own.
    """
    named = {
        str(column): features[column].astype(object).where(features[column].notna(), NOT_STATED).astype(str)
        for column in features
    }
    pairs = {JOIN.join(pair): named[pair[0]].str.cat(named[pair[1]], sep=JOIN) for pair in combinations(named, 2)}
    return {**named, **pairs}


def fairness(
    truth: Floats, predicted: Floats, groups: Mapping[str, pd.Series], method: Method, *, min_group_size: int = 30
) -> tuple[tuple[GroupMetric, ...], tuple[Disparity, ...]]:
    """Return group metrics and disparities for each feature.

    A disparity looks at groups whose rate is defined and rests on at least `min_group_size` rows; its note says how
    many were left out.

    Args:
        truth: (n_rows,), 0 or 1.
        predicted: (n_rows,), 0 or 1.
        groups: feature -> (n_rows,) group names.
        method: its level is used for the Wilson intervals.
        min_group_size: rows below which a group is called small.

    Raises:
        UsageError: a feature of another length.
    """
    tables: list[GroupMetric] = []
    gaps: list[Disparity] = []
    for feature, group in groups.items():
        if len(group) != len(truth):
            raise UsageError(f"sensitive feature {feature!r} has {len(group)} rows, expected {len(truth)} as in y_true")
        cells = _cells(truth, predicted, group)
        rates = _rates(cells)
        mine = tuple(_table(metric, feature, cells, rates, method, min_group_size) for metric in TITLES)
        tables.extend(mine)
        gaps.extend(_disparities(mine, feature, len(truth), min_group_size))
    return tuple(tables), tuple(gaps)


def _cells(truth: Floats, predicted: Floats, group: pd.Series) -> pd.DataFrame:
    """Return one row per (group, y, p) with its count n."""
    import pandas as pd

    frame = pd.DataFrame({"group": group.to_numpy(), "y": truth.astype(int), "p": predicted.astype(int)})
    return frame.groupby(["group", "y", "p"]).size().rename("n").reset_index()


def _rates(cells: pd.DataFrame) -> pd.DataFrame:
    """Return Fairlearn's group metrics, (groups, metrics)."""
    from fairlearn import metrics as fair
    from sklearn.metrics import accuracy_score

    functions = {
        "selection_rate": fair.selection_rate,
        "true_positive_rate": fair.true_positive_rate,
        "false_positive_rate": fair.false_positive_rate,
        "accuracy": accuracy_score,
    }
    weights = {name: {"sample_weight": cells["n"]} for name in functions}
    frame = fair.MetricFrame(
        metrics=functions,
        y_true=cells["y"],
        y_pred=cells["p"],
        sensitive_features=cells["group"],
        sample_params=weights,
    )
    by_group: pd.DataFrame = frame.by_group
    return by_group


def _counts(metric: str, cells: pd.DataFrame, group: str) -> tuple[int, int]:
    """Return (events, n) of a rate in a group: its numerator and denominator."""
    mine = cells[cells["group"] == group]
    y, p, n = mine["y"], mine["p"], mine["n"]
    match metric:
        case "selection_rate":
            return int(n[p == 1].sum()), int(n.sum())
        case "true_positive_rate":
            return int(n[(y == 1) & (p == 1)].sum()), int(n[y == 1].sum())
        case "false_positive_rate":
            return int(n[(y == 0) & (p == 1)].sum()), int(n[y == 0].sum())
        case _:
            return int(n[y == p].sum()), int(n.sum())


def _table(
    metric: str, feature: str, cells: pd.DataFrame, rates: pd.DataFrame, method: Method, smallest: int
) -> GroupMetric:
    sizes = cells.groupby("group")["n"].sum()
    rows: list[GroupRow] = []
    for group in sorted(sizes.index):
        events, n = _counts(metric, cells, group)
        if n == 0:
            rows.append(GroupRow(group=group, value=None, low=None, high=None, n=0, events=0, note=_UNDEFINED[metric]))
            continue
        interval = wilson(events, n, method.level)
        note = f"small: fewer than {smallest} rows" if n < smallest else ""
        value = float(rates.loc[group, metric])
        rows.append(
            GroupRow(group=group, value=value, low=interval.low, high=interval.high, n=n, events=events, note=note)
        )
    reference = str(sizes.sort_index().idxmax())
    return GroupMetric(metric=metric, title=TITLES[metric], feature=feature, reference=reference, rows=tuple(rows))


def _disparities(tables: tuple[GroupMetric, ...], feature: str, rows: int, smallest: int) -> Iterator[Disparity]:
    differences: dict[str, float] = {}
    for table in tables:
        used = [row for row in table.rows if row.value is not None and row.n >= smallest]
        values = [row.value for row in used if row.value is not None]
        left_out = len(table.rows) - len(used)
        note = f"; {left_out} small or undefined groups left out" if left_out else ""
        n = sum(row.n for row in used)
        if len(values) < 2:
            why = "fewer than two groups are large enough and defined"
            empty = Quantity(value=None, special="undefined", unit="fraction", n=n, note=why)
            yield Disparity(key=f"{table.metric}.difference", feature=feature, quantity=empty)
            yield Disparity(key=f"{table.metric}.ratio", feature=feature, quantity=empty)
            continue
        differences[table.metric] = max(values) - min(values)
        title = f"{table.title} difference"
        difference = Quantity(
            value=differences[table.metric],
            unit="fraction",
            n=n,
            higher_is_better=False,
            title=title,
            note=f"max - min{note}",
        )
        yield Disparity(key=f"{table.metric}.difference", feature=feature, quantity=difference)
        title = f"{table.title} ratio"
        ratio = (
            Quantity(
                value=min(values) / max(values),
                unit="ratio",
                n=n,
                higher_is_better=True,
                title=title,
                note=f"min / max{note}",
            )
            if max(values) > 0
            else Quantity(value=None, special="undefined", unit="ratio", n=n, title=title, note="the largest rate is 0")
        )
        yield Disparity(key=f"{table.metric}.ratio", feature=feature, quantity=ratio)
    pair = [differences.get(name) for name in ("true_positive_rate", "false_positive_rate")]
    if pair[0] is not None and pair[1] is not None:
        worst = Quantity(
            value=max(pair[0], pair[1]),
            unit="fraction",
            n=rows,
            higher_is_better=False,
            title="Equalized odds difference",
            note="the larger of the true and false positive rate differences",
        )
        yield Disparity(key="equalized_odds.difference", feature=feature, quantity=worst)
