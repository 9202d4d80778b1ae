"""Do predicted probabilities mean what they say: observed rates in bins of equal width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from docgen.evaluate.intervals import Method, wilson
from docgen.model.evidence import Quantity
from docgen.model.formats import Bin, Named

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def calibration(
    truth: Floats, score: Floats, method: Method, *, bins: int = 10
) -> tuple[tuple[Bin, ...], tuple[Named, ...]]:
    """Return the calibration curve and the expected calibration error.

    ECE = sum over bins of n_bin / n * |observed - mean predicted| (Naeini et al. 2015), of the probability of the
    positive class. A bin holds scores from its lower edge up to, not including, its upper one; the last one includes 1.

    Args:
        truth: (n_rows,), 0 or 1.
        score: (n_rows,), probability of 1.
        method: its level is used for the Wilson intervals.
        bins: number of bins of equal width on 0 to 1.
    """
    place = np.minimum((score * bins).astype(int), bins - 1)
    rows: list[Bin] = []
    for number in range(bins):
        members = place == number
        n = int(members.sum())
        if n == 0:
            continue
        events = int(truth[members].sum())
        interval = wilson(events, n, method.level)
        rows.append(
            Bin(
                low_edge=number / bins,
                high_edge=(number + 1) / bins,
                n=n,
                predicted=float(score[members].mean()),
                observed=events / n,
                low=interval.low,
                high=interval.high,
            )
        )
    ece = sum(row.n / len(truth) * abs(row.observed - row.predicted) for row in rows)
    quantity = Quantity(
        value=float(ece),
        unit="fraction",
        n=len(truth),
        events=int(truth.sum()),
        higher_is_better=False,
        title="Expected calibration error",
        note=f"{bins} bins of equal width, weighted by rows; it depends on the bins",
    )
    return tuple(rows), (Named(key="ece", quantity=quantity),)
