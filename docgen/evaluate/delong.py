"""AUROC with DeLong's interval, and the test of two models on the same rows.

The variance is that of DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837-845. Placements are computed from
midranks, O(n log n), after Sun and Xu, IEEE Signal Processing Letters 21 (2014) 1389-1393.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docgen.evaluate.intervals import Method, within
from docgen.model.evidence import Interval, Quantity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ONE_CLASS = "cannot be estimated because only one class is in the data"
TOO_FEW = "DeLong's variance needs two rows of each class"
NO_SPREAD = "DeLong's variance is 0, since the score keeps the classes wholly apart or is the same for every row"
ALIKE = "DeLong's variance of the difference is 0, since both scores rank the rows alike"
NAME = "DeLong"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Areas:
    """AUROC of one or more scores on the same rows."""

    values: Floats
    """(n_scores,)."""
    covariance: Floats | None
    """(n_scores, n_scores); None when a class has fewer than two rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """How far two areas on the same rows lie apart."""

    difference: float
    interval: Interval | str
    """Or why there is none."""
    z: float | None
    p: float | None
    """Two-sided."""


def areas(truth: Floats, scores: Floats) -> Areas:
    """Return the areas of scores and their covariance; ties count one half.

    Args:
        truth: (n_rows,), 0 or 1, both of them present.
        scores: (n_scores, n_rows), larger for the positive class.
    """
    import numpy as np
    from scipy.stats import rankdata

    of_positive, of_negative = [], []
    positive = truth == 1
    m, n = int(positive.sum()), int((~positive).sum())
    for score in scores:
        everyone = rankdata(score)
        of_positive.append((everyone[positive] - rankdata(score[positive])) / n)
        of_negative.append(1 - (everyone[~positive] - rankdata(score[~positive])) / m)
    above, below = np.array(of_positive), np.array(of_negative)
    covariance = np.atleast_2d(np.cov(above)) / m + np.atleast_2d(np.cov(below)) / n if min(m, n) > 1 else None
    return Areas(values=above.mean(axis=1), covariance=covariance)


def auroc(truth: Floats, score: Floats, method: Method, *, title: str = "AUROC") -> Quantity:
    """Return AUROC with its interval, cut at 0 and 1.

    Args:
        truth: (n_rows,), 0 or 1.
        score: (n_rows,).
        method: its level is used.
        title: for people.
    """
    import numpy as np

    events = int(truth.sum())
    if events in {0, len(truth)}:
        return Quantity(
            value=None, special="undefined", unit="fraction", n=len(truth), events=events, title=title, note=ONE_CLASS
        )
    found = areas(truth, score[np.newaxis])
    value = float(found.values[0])
    quantity = Quantity(value=value, unit="fraction", n=len(truth), events=events, higher_is_better=True, title=title)
    variance = None if found.covariance is None else float(found.covariance[0, 0])
    return within(quantity, _interval(value, variance, method.level, 0.0))


def paired(truth: Floats, first: Floats, second: Floats, method: Method) -> Paired:
    """Compare two scores on the same rows: second minus first.

    Args:
        truth: (n_rows,), 0 or 1, both of them present.
        first: (n_rows,).
        second: (n_rows,).
        method: its level is used.
    """
    import numpy as np
    from scipy.stats import norm

    found = areas(truth, np.stack([first, second]))
    difference = float(found.values[1] - found.values[0])
    if found.covariance is None:
        return Paired(difference=difference, interval=TOO_FEW, z=None, p=None)
    change = np.array([-1.0, 1.0])
    variance = float(change @ found.covariance @ change)
    interval = _interval(difference, variance, method.level, -1.0, flat=ALIKE)
    if isinstance(interval, str):
        return Paired(difference=difference, interval=interval, z=None, p=None)
    z = difference / variance**0.5
    return Paired(difference=difference, interval=interval, z=z, p=float(2 * norm.sf(abs(z))))


def _interval(
    value: float, variance: float | None, level: float, least: float, *, flat: str = NO_SPREAD
) -> Interval | str:
    from scipy.stats import norm

    if variance is None:
        return TOO_FEW
    if variance <= 1e-18:
        return flat
    half = float(norm.ppf((1 + level) / 2)) * variance**0.5
    return Interval(low=max(least, value - half), high=min(1.0, value + half), level=level, method=NAME)
