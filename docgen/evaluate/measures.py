"""What is measured of a group: rates of counted cells, or means of summed numbers, with their intervals."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docgen.evaluate.intervals import Method, proportion
from docgen.evaluate.suppression import Steps

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bits = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

MAX_CLASSES = 10
"""Classes that are broken down one by one; of more, only the accuracy is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Rows in some cells divided by rows in some more cells."""

    key: str
    title: str
    hits: Bits
    """(n_cells,), the numerator."""
    base: Bits
    """(n_cells,), the denominator."""
    step: int
    """The step of suppression from which it may be shown."""
    undefined: str = ""
    """Why it is undefined when the denominator is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """The mean of a number over the rows of a group."""

    key: str
    title: str
    column: int
    """Position of the number's sum; that of its squares follows."""
    offset: float = 0.0
    """What was taken off the number before it was summed."""
    step: int = 1


Measure = Rate | Mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A measure in one group; `value` is None where it is undefined, for the reason in `note`."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    events: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Mean and variance (denominator n - 1) of a number in a group; None for fewer than two rows."""

    n: int
    mean: float
    variance: float | None


def estimate(measure: Measure, counts: Integers, sums: Floats, method: Method) -> Estimate:
    """Return a measure of one group with its interval: Wilson's for rates, Student's t for means.

    Args:
        measure: what to measure.
        counts: (n_cells,).
        sums: (n_sums,).
        method: its level is used.
    """
    if isinstance(measure, Rate):
        hits, base = int(counts[measure.hits].sum()), int(counts[measure.base].sum())
        if base == 0:
            return Estimate(value=None, low=None, high=None, n=0, events=0, note=measure.undefined)
        found = proportion(hits, base, method)
        return Estimate(value=hits / base, low=found.low, high=found.high, n=base, events=hits)
    return _mean(moments(measure, counts, sums), method)


def moments(measure: Mean, counts: Integers, sums: Floats) -> Moments:
    """Return mean and variance of a number in a group of at least one row."""
    n = int(counts.sum())
    total, squares = float(sums[measure.column]), float(sums[measure.column + 1])
    variance = max(squares - total * total / n, 0.0) / (n - 1) if n > 1 else None
    return Moments(n=n, mean=measure.offset + total / n, variance=variance)


def _mean(found: Moments, method: Method) -> Estimate:
    from scipy.stats import t

    if found.variance is None:
        return Estimate(value=found.mean, low=None, high=None, n=found.n, note="one row: no interval")
    half = float(t.ppf((1 + method.level) / 2, found.n - 1)) * math.sqrt(found.variance / found.n)
    return Estimate(value=found.mean, low=found.mean - half, high=found.mean + half, n=found.n)


def binary() -> tuple[tuple[Rate, ...], Steps]:
    """Return the rates of a binary classifier; the cells are 2 * truth + prediction."""
    import numpy as np

    every = np.ones(4, dtype=bool)
    actual, called = np.array([0, 0, 1, 1], dtype=bool), np.array([0, 1, 0, 1], dtype=bool)
    right = actual == called
    rates = (
        Rate(key="selection_rate", title="Selection rate", hits=called, base=every, step=2),
        Rate(key="base_rate", title="Observed rate", hits=actual, base=every, step=3),
        Rate(
            key="true_positive_rate",
            title="True positive rate",
            hits=actual & called,
            base=actual,
            step=3,
            undefined="undefined: no positive cases in the group",
        ),
        Rate(
            key="false_positive_rate",
            title="False positive rate",
            hits=~actual & called,
            base=~actual,
            step=3,
            undefined="undefined: no negative cases in the group",
        ),
        Rate(
            key="positive_predictive_value",
            title="Positive predictive value",
            hits=actual & called,
            base=called,
            step=3,
            undefined="undefined: no positive predictions in the group",
        ),
        Rate(key="accuracy", title="Accuracy", hits=right, base=every, step=3),
    )
    size = every[None, :]
    sides = np.stack([called, ~called])
    cells = np.eye(4, dtype=bool)
    return rates, Steps(shows=(size, np.vstack([size, sides]), cells), guards=(size, sides, cells))


def multiclass(labels: Sequence[str]) -> tuple[tuple[Rate, ...], Steps]:
    """Return the rates of a classifier of several labels; the cells are n_labels * truth + prediction.

    With more than `MAX_CLASSES` labels there is the accuracy only, and two cells: wrong and right.
    """
    import numpy as np

    if len(labels) > MAX_CLASSES:
        every, right = np.ones(2, dtype=bool), np.array([0, 1], dtype=bool)
        size, cells = every[None, :], np.eye(2, dtype=bool)
        steps = Steps(shows=(size, cells), guards=(size, cells))
        return (Rate(key="accuracy", title="Accuracy", hits=right, base=every, step=2),), steps
    place = np.arange(len(labels) ** 2)
    actual = np.stack([place // len(labels) == label for label in range(len(labels))])
    called = np.stack([place % len(labels) == label for label in range(len(labels))])
    every, hit = np.ones(len(place), dtype=bool), actual & called
    rates = [Rate(key="accuracy", title="Accuracy", hits=hit.any(axis=0), base=every, step=3)]
    for position, (label, key) in enumerate(zip(labels, label_keys(labels), strict=True)):
        rates += [
            Rate(
                key=f"selection_rate[{key}]",
                title=f"Selection rate of {label}",
                hits=called[position],
                base=every,
                step=2,
            ),
            Rate(
                key=f"true_positive_rate[{key}]",
                title=f"True positive rate of {label}",
                hits=hit[position],
                base=actual[position],
                step=3,
                undefined="undefined: no such cases in the group",
            ),
        ]
    size = every[None, :]
    shows = (size, np.vstack([size, called]), np.vstack([called, actual, hit]))
    guards = (size, called, np.vstack([hit, actual & ~called, ~actual & called]))
    return tuple(rates), Steps(shows=shows, guards=guards)


def label_keys(labels: Sequence[str]) -> tuple[str, ...]:
    """Return labels as they may stand in an id, where `/` and `@` have a meaning; numbered where two become one."""
    plain = [re.sub(r"[^\w .-]", "_", label) for label in labels]
    return tuple(key if plain.count(key) == 1 else f"{key} {number}" for number, key in enumerate(plain, 1))


def regression(centre: float) -> tuple[tuple[Mean, ...], Steps]:
    """Return the means of a regressor; the sums are of error, its square, |error|, its square, prediction, its square.

    Args:
        centre: what was taken off the predictions before they were summed, so that their squares keep their digits.
    """
    import numpy as np

    size = np.ones((1, 1), dtype=bool)
    means = (
        Mean(key="mean_error", title="Mean error (prediction minus outcome)", column=0),
        Mean(key="mean_absolute_error", title="Mean absolute error", column=2),
        Mean(key="mean_prediction", title="Mean prediction", column=4, offset=centre),
    )
    return means, Steps(shows=(size,), guards=(size,))
