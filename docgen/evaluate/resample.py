"""The bootstrap: rows are drawn again, or whole clusters where rows belong together.

A statistic is a function of row weights, so that one set of draws serves every measure of a split.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docgen.evaluate.intervals import Method, within
from docgen.model.evidence import Interval, Quantity
from docgen.model.formats import Named

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Codes = NDArray[np.intp]
    Weighted = Callable[[Floats], Floats]

CHUNK = 200_000
"""Weights held at once: few enough for a processor's cache, however long the data are."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clusters:
    """Rows that belong together, such as the visits of one patient: drawn together or not at all."""

    codes: Codes
    """(n_rows,), 0 to count - 1, numbered in the order of the keys."""
    count: int
    name: str
    """What the key is called."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resampling:
    """How the rows of one split are drawn again."""

    method: Method
    rows: int
    """All rows alike: the number of cases varies from draw to draw, as it would from sample to sample. Drawing within
    classes instead makes intervals of measures that rest on the prevalence, such as the Brier score, too narrow."""
    clusters: Clusters | None = None

    @property
    def name(self) -> str:
        """The method's name in evidence."""
        if self.clusters is None:
            return self.method.bootstrap
        who = f"{self.clusters.count} clusters by {self.clusters.name}"
        return f"cluster bootstrap percentile, {who}, {self.method.draws} draws, seed {self.method.seed}"

    def weights(self) -> Iterator[Floats]:
        """Yield how often each row was drawn, (some draws, n_rows) at a time."""
        import numpy as np

        if self.clusters is not None:
            for drawn in self.of_clusters():
                yield drawn.take(self.clusters.codes, axis=1)
            return
        generator = np.random.default_rng(self.method.seed)
        for count in self._chunks():
            yield _drawn(generator, self.rows, count).astype(float)

    def of_clusters(self) -> Iterator[Floats]:
        """Yield how often each cluster was drawn, (some draws, clusters) at a time."""
        import numpy as np

        if self.clusters is None:
            raise TypeError("these rows have no clusters")
        generator = np.random.default_rng(self.method.seed)
        for count in self._chunks():
            yield _drawn(generator, self.clusters.count, count).astype(float)

    def of_counts(self, codes: Codes, kinds: int) -> Floats:
        """Return how often each kind of row was drawn, (draws, kinds): what measures of counts need.

        Without clusters this is one multinomial draw: the same distribution as drawing row by row.

        Args:
            codes: (n_rows,), 0 to kinds - 1.
            kinds: how many.
        """
        import numpy as np

        if self.clusters is not None:
            cells = np.bincount(self.clusters.codes * kinds + codes, minlength=self.clusters.count * kinds)
            table = cells.reshape(self.clusters.count, kinds).astype(float)
            return np.concatenate([np.einsum("dc,ck->dk", drawn, table) for drawn in self.of_clusters()])
        generator = np.random.default_rng(self.method.seed)
        counts = np.bincount(codes, minlength=kinds)
        return generator.multinomial(self.rows, counts / self.rows, size=self.method.draws).astype(float)

    def interval(self, drawn: Floats, value: float) -> Interval | str:
        """Return the percentile interval of the drawn values of a measure, or why there is none.

        Args:
            drawn: (draws,).
            value: the measure of the data themselves.
        """
        import numpy as np

        if not np.isfinite(drawn).all():
            return "the measure is undefined in some draws of the bootstrap"
        if np.ptp(drawn) <= 1e-12 * max(1.0, abs(value)):
            return "every draw of the bootstrap gives the same value"
        tail = (1 - self.method.level) / 2
        low, high = (float(edge) for edge in np.quantile(drawn, [tail, 1 - tail]))
        if not low <= value <= high:
            return "the bootstrap is biased here, the estimate lies outside its percentiles"
        return Interval(low=low, high=high, level=self.method.level, method=self.name)

    def _chunks(self) -> Iterator[int]:
        step = max(1, CHUNK // self.rows)
        for start in range(0, self.method.draws, step):
            yield min(step, self.method.draws - start)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measure:
    """A measure of row weights, with what a reader must know of it."""

    key: str
    title: str
    statistic: Weighted
    """Row weights (draws, n_rows) -> values (draws,); not finite where it is undefined."""
    better: bool | None
    """Whether higher is better; None: neither."""
    unit: str = "fraction"
    undefined: str = ""
    """Why it may be undefined on the data."""


def estimates(measures: tuple[Measure, ...], how: Resampling, *, events: int | None = None) -> tuple[Named, ...]:
    """Return measures with their bootstrap intervals, from one set of draws; undefined where the data say so."""
    import numpy as np

    whole = np.ones((1, how.rows))
    values = {item.key: float(item.statistic(whole)[0]) for item in measures}
    defined = {item.key: item.statistic for item in measures if np.isfinite(values[item.key])}
    found = bootstrap(defined, values, how)
    named = []
    for item in measures:
        empty = Quantity(
            value=None,
            special="undefined",
            unit=item.unit,
            n=how.rows,
            events=events,
            title=item.title,
            note=item.undefined,
        )
        quantity = (
            within(
                Quantity(
                    value=values[item.key],
                    unit=item.unit,
                    n=how.rows,
                    events=events,
                    higher_is_better=item.better,
                    title=item.title,
                ),
                found[item.key],
            )
            if item.key in defined
            else empty
        )
        named.append(Named(key=item.key, quantity=quantity))
    return tuple(named)


def bootstrap(
    statistics: Mapping[str, Weighted], values: Mapping[str, float], how: Resampling
) -> dict[str, Interval | str]:
    """Return the interval of each statistic, or why it has none, from one set of draws.

    Args:
        statistics: key -> row weights (draws, n_rows) -> values (draws,).
        values: key -> the statistic of the data themselves.
        how: level, draws, seed; rows or clusters.
    """
    import numpy as np

    drawn: dict[str, list[Floats]] = {key: [] for key in statistics}
    for weights in how.weights() if statistics else ():
        for key, statistic in statistics.items():
            drawn[key].append(statistic(weights))
    return {key: how.interval(np.concatenate(parts), values[key]) for key, parts in drawn.items()}


def weigh(weights: Floats, values: Floats) -> Floats:
    """Return the sum of values in each draw: (draws, n_rows) by (n_rows,) is (draws,).

    Not `@`: the threads of a linear algebra library cost more than they save here, and sum in an order of their own.
    """
    import numpy as np

    return np.asarray(np.einsum("dr,r->d", weights, values))


def mean_of(values: Floats, *, root: bool = False) -> Weighted:
    """Return the weighted mean of values (or its square root) as a function of row weights."""
    import numpy as np

    def statistic(weights: Floats) -> Floats:
        mean = weigh(weights, values) / weights.sum(axis=1)
        return np.sqrt(mean) if root else np.asarray(mean)

    return statistic


def _drawn(generator: np.random.Generator, size: int, draws: int) -> Codes:
    """Return how often each of `size` units is drawn in `size` draws with replacement, (draws, size)."""
    import numpy as np

    picked = generator.integers(0, size, (draws, size)) + size * np.arange(draws)[:, None]
    return np.bincount(picked.ravel(), minlength=draws * size).reshape(draws, size)
