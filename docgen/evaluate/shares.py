"""Rates in the parts of a split, such as bins of a score, each with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docgen.evaluate.intervals import proportion
from docgen.evaluate.resample import Resampling
from docgen.model.evidence import Interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Codes = NDArray[np.intp]


def parts_by_rank(values: Floats, parts: int) -> Codes:
    """Return the part of each row, 0 for the smallest values, so that parts hold equally many rows.

    Rows of one value stay in one part, that of the middle one of them: what is said of a part then does not depend on
    the order of the rows. Parts may be empty.

    Args:
        values: (n_rows,).
        parts: how many.
    """
    import numpy as np

    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / len(values)
    return np.minimum((middle * parts).astype(np.intp), parts - 1)[inverse]


def share_intervals(truth: Floats, part: Codes, parts: int, how: Resampling) -> tuple[Interval | str, ...]:
    """Return the interval of the rate of positive rows in each part, or why it has none.

    Args:
        truth: (n_rows,), 0 or 1.
        part: (n_rows,), 0 to parts - 1.
        parts: how many.
        how: Wilson or Clopper-Pearson, by its method; a bootstrap of whole clusters where rows are clustered.
    """
    import numpy as np

    codes = 2 * part + truth.astype(np.intp)
    counts = np.bincount(codes, minlength=2 * parts).reshape(parts, 2)
    if how.clusters is None:
        return tuple(proportion(int(row[1]), int(row.sum()), how.method) if row.sum() else "no rows" for row in counts)
    drawn = how.of_counts(codes, 2 * parts).reshape(-1, parts, 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        rates, values = drawn[..., 1] / drawn.sum(axis=2), counts[:, 1] / counts.sum(axis=1)
    return tuple(
        how.interval(rates[:, number], float(values[number])) if counts[number].sum() else "no rows"
        for number in range(parts)
    )


def method_name(how: Resampling) -> str:
    """Return how `share_intervals` forms its intervals."""
    return how.method.proportion if how.clusters is None else how.name
