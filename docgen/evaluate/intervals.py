"""Confidence intervals: Wilson for rates, seeded bootstrap for the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docgen.model.evidence import Interval, Quantity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How intervals are formed."""

    level: float = 0.95
    draws: int = 1000
    seed: int = 0

    @property
    def bootstrap(self) -> str:
        """The bootstrap's name in evidence."""
        return f"bootstrap percentile, {self.draws} draws, seed {self.seed}"


CHUNK = 4_000_000
"""Weights held at once; keeps the bootstrap of long data in memory."""


def wilson(events: int, n: int, level: float) -> Interval:
    """Return the Wilson score interval of a rate (Wilson 1927; scipy's `binomtest`)."""
    from scipy.stats import binomtest

    found = binomtest(events, n).proportion_ci(confidence_level=level, method="wilson")
    return Interval(low=float(found.low), high=float(found.high), level=level, method="wilson")


def rate(events: int, n: int, method: Method, *, title: str, undefined: str, better: bool | None = True) -> Quantity:
    """Return events / n with its Wilson interval; undefined, never 0, when n is 0."""
    if n == 0:
        return Quantity(value=None, special="undefined", unit="fraction", n=0, events=0, title=title, note=undefined)
    return Quantity(
        value=events / n,
        unit="fraction",
        n=n,
        events=events,
        interval=wilson(events, n, method.level),
        higher_is_better=better,
        title=title,
    )


def bootstrap(statistic: Callable[[Floats], Floats], strata: Floats, method: Method) -> Interval | None:
    """Return the percentile bootstrap interval of a statistic of row weights, resampling within strata.

    Args:
        statistic: row weights (draws, n_rows) -> values (draws,).
        strata: (n_rows,), rows of one value are resampled among themselves, so that no draw loses a class.
        method: level, draws, seed.

    Returns:
        The interval, or None when the statistic is undefined in some draw.
    """
    import numpy as np

    generator = np.random.default_rng(method.seed)
    rows = len(strata)
    step = max(1, CHUNK // max(rows, 1))
    values = []
    for start in range(0, method.draws, step):
        count = min(step, method.draws - start)
        weights = np.zeros((count, rows))
        for stratum in np.unique(strata):
            (members,) = np.nonzero(strata == stratum)
            weights[:, members] = generator.multinomial(
                len(members), np.full(len(members), 1 / len(members)), size=count
            )
        values.append(statistic(weights))
    drawn = np.concatenate(values)
    if not np.isfinite(drawn).all():
        return None
    tail = (1 - method.level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Interval(low=float(low), high=float(high), level=method.level, method=method.bootstrap)
