"""Inputs changed on purpose: one column shifted, scaled, set or emptied, in copies of the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from docgen.errors import Problem
from docgen.evaluate.digest import is_number
from docgen.evaluate.settings import near_or_known
from docgen.model.evidence import Scalar
from docgen.model.formats import ChangedInput, ChangeKind

if TYPE_CHECKING:
    import pandas as pd

SMALL = 0.1
"""Of a standard deviation: what `one_at_a_time` shifts an input by."""

EXTREMES = (0.05, 0.95)
"""Quantiles that `one_at_a_time` sets an input to."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to one input before the model is asked again: `Change("income", "scale", 0.8)`."""

    feature: str
    kind: ChangeKind
    amount: Scalar
    """`shift`: what is added; `scale`: the factor; `quantile`: 0 to 1, every row gets the value at that quantile of the
    rows; `value`: what every row gets; `missing`: the share of rows, drawn at random, that loses its value."""


def one_at_a_time(frame: pd.DataFrame, columns: Sequence[str] | None = None) -> tuple[Change, ...]:
    """Return changes of each number among the inputs: a tenth of its standard deviation up and down, and its extremes.

    Args:
        frame: (n_rows, n_features).
        columns: the inputs; every column of numbers by default. One that does not vary is left out.
    """
    found: list[Change] = []
    for name in list(frame.columns) if columns is None else columns:
        if not is_number(frame[name]) or not (spread := float(frame[name].astype(float).std())) > 0:
            continue
        step = float(f"{SMALL * spread:.3g}")
        found += [Change(name, "shift", -step), Change(name, "shift", step)]
        found += [Change(name, "quantile", share) for share in EXTREMES]
    return tuple(found)


def changed(frame: pd.DataFrame, changes: Sequence[Change], seed: int) -> tuple[pd.DataFrame, tuple[ChangedInput, ...]]:
    """Return the rows after some changes, and what each of them did.

    Args:
        frame: (n_rows, n_features); it is left as it is.
        changes: each of another column.
        seed: of the rows that lose a value.
    """
    after = frame.copy()
    done = []
    for change in changes:
        before = frame[change.feature]
        after[change.feature] = _column(before, change, seed)
        done.append(_told(change, before, after[change.feature]))
    return after, tuple(done)


def _column(before: pd.Series, change: Change, seed: int) -> pd.Series:
    import numpy as np
    import pandas as pd

    amount = change.amount
    if change.kind == "missing":
        rows = np.random.default_rng(seed).permutation(len(before))[: round(float(str(amount)) * len(before))]
        lost = np.zeros(len(before), dtype=bool)
        lost[rows] = True
        return before.mask(lost)
    if change.kind == "value":
        return pd.Series([amount] * len(before), index=before.index)
    numbers = before.astype(float)
    by = float(str(amount))
    if change.kind == "quantile":
        return pd.Series(float(numbers.quantile(by, interpolation="nearest")), index=before.index)
    return numbers + by if change.kind == "shift" else numbers * by


def _told(change: Change, before: pd.Series, after: pd.Series) -> ChangedInput:
    """Return what a change did to a column."""
    differs = (before != after) & ~(before.isna() & after.isna())
    outside = None
    if is_number(before) and is_number(after):
        numbers = after.astype(float)
        outside = int(((numbers < before.min()) | (numbers > before.max())).sum())
    return ChangedInput(
        feature=change.feature, kind=change.kind, amount=change.amount, rows=int(differs.sum()), outside=outside
    )


def faults(
    frame: pd.DataFrame, changes: Sequence[Change], scenarios: Mapping[str, Sequence[Change]]
) -> Iterator[Problem]:
    """Yield what is wrong with changes and scenarios."""
    for change in changes:
        yield from _faults(frame, change, "changes")
    for name, several in scenarios.items():
        if not name.strip() or "/" in name or "@" in name:
            yield Problem(f"scenarios: {name!r} is no name, expected words without '/' and '@'")
        if len({change.feature for change in several}) < max(len(several), 1):
            yield Problem(f"scenario {name!r} changes no input, or one of them twice")
        for change in several:
            yield from _faults(frame, change, f"scenario {name!r}")


def _faults(frame: pd.DataFrame, change: Change, where: str) -> Iterator[Problem]:
    there = [str(column) for column in frame.columns]
    if change.feature not in there:
        yield Problem(f"{where}: no column {change.feature!r} ({near_or_known(change.feature, there)})")
        return
    if change.kind not in get_args(ChangeKind):
        yield Problem(f"{where}: kind is {change.kind!r}, expected one of {', '.join(get_args(ChangeKind))}")
        return
    if change.kind == "value":
        return
    amount = change.amount
    if isinstance(amount, bool) or not isinstance(amount, (int, float)) or amount != amount or abs(amount) > 1e300:  # noqa: PLR0124  # not a number
        yield Problem(f"{where}: {change.feature} {change.kind} is {amount!r}, expected a finite number")
    elif change.kind in {"quantile", "missing"} and not 0 <= amount <= 1:
        yield Problem(f"{where}: {change.feature} {change.kind} is {amount!r}, expected 0 to 1")
    if change.kind != "missing" and not is_number(frame[change.feature]):
        yield Problem(f"{where}: {change.feature} holds no numbers, expected kind value or missing")
