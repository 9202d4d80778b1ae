"""How far groups lie apart in one number, each way of measuring it under its own name.

Fairlearn's differences and ratios are unsigned: largest minus smallest, smallest divided by largest, whichever groups
these are. What a group has against its reference group is in `docgen.evaluate.comparisons`. Intervals are bootstraps:
of rows within each group, or of whole clusters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from docgen.evaluate.comparisons import largest
from docgen.evaluate.intervals import within
from docgen.evaluate.resample import Resampling
from docgen.model.evidence import Interval, Quantity
from docgen.model.formats import AdverseImpact, Disparity, GroupMetric, GroupRow, ScoreGap

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Redrawn = Mapping[tuple[str, str], "Floats"]
"""(metric, group) -> the metric in each draw of whole clusters, (draws,); empty where rows form none."""

TOO_FEW = "fewer than two groups are shown, large enough and defined"
NAMES = {
    "selection_rate": "Demographic parity",
    "true_positive_rate": "Equal opportunity",
}
"""What differences and ratios of these rates are called in the literature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Used:
    """The groups of a metric that a disparity looks at."""

    rows: tuple[GroupRow, ...]
    left_out: int
    metric: str

    @property
    def values(self) -> list[float]:
        return [row.value for row in self.rows if row.value is not None]

    @property
    def n(self) -> int:
        return sum(row.n or 0 for row in self.rows)

    @property
    def note(self) -> str:
        return f"; {self.left_out} small, undefined or suppressed groups left out" if self.left_out else ""

    def drawn(self, how: Resampling, redrawn: Redrawn, stream: int) -> _Draws:
        """Return bootstrap draws: rows resampled within each group's denominator, or whole clusters."""
        import numpy as np

        if how.clusters is not None:
            draws = np.stack([redrawn[self.metric, row.group] for row in self.rows], axis=1)
        else:
            generator = np.random.default_rng([how.method.seed, stream])
            n = np.array([row.n for row in self.rows])
            draws = generator.binomial(n, np.array(self.values), size=(how.method.draws, len(n))) / n
        smallest, largest = int(np.argmin(self.values)), int(np.argmax(self.values))
        return _Draws(
            smallest=draws.min(axis=1),
            largest=draws.max(axis=1),
            low=draws[:, smallest],
            high=draws[:, largest],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Draws:
    """What the groups of a metric give in each draw, (draws,) each.

    How far apart the extreme groups of a draw lie, whichever these are, is never less than how far apart those lie
    that are extreme in the data, and is too much where groups are about equal: each draw has extremes by chance alone.
    An interval therefore reaches from what the draws say of the data's own two, which may change places, to what they
    say of the extremes of each draw. It holds the estimate, and reaches equality where that cannot be ruled out.
    """

    smallest: Floats
    """Of each draw."""
    largest: Floats
    """Of each draw."""
    low: Floats
    """The group that is smallest in the data."""
    high: Floats
    """The group that is largest in the data."""

    @property
    def differences(self) -> tuple[Floats, Floats]:
        """Between the data's own two groups, 0 where they change places; and between the extremes of each draw."""
        import numpy as np

        return np.maximum(self.high - self.low, 0), self.largest - self.smallest

    @property
    def ratios(self) -> tuple[Floats, Floats]:
        """Of the extremes of each draw; and of the data's own two groups, 1 where they change places."""
        import numpy as np

        with np.errstate(invalid="ignore", divide="ignore"):
            own = np.where(self.low > self.high, 1.0, self.low / self.high)
            return np.asarray(self.smallest / self.largest), own


def disparities(tables: Sequence[GroupMetric], smallest: int, how: Resampling, redrawn: Redrawn) -> Iterator[Disparity]:
    """Yield the disparities of one feature.

    Args:
        tables: its metrics by group.
        smallest: rows below which a group is left out.
        how: level, draws and seed of the bootstrap intervals; means have them where rows form clusters.
        redrawn: the metrics in each draw of whole clusters.
    """
    used = {table.metric: _used(table, smallest) for table in tables}
    for stream, table in enumerate(tables):
        if table.metric == "base_rate":
            continue  # how often the outcome occurs is no property of the model
        mine = used[table.metric]
        drawable = table.unit == "fraction" or how.clusters is not None
        draws = mine.drawn(how, redrawn, stream) if drawable and len(mine.values) > 1 else None
        name = NAMES.get(table.metric)
        alias = f" ({name.lower()})" if name else ""
        yield _gap(table, mine, draws, how, alias)
        if table.unit == "fraction":
            yield _ratio(table, mine, draws, how, alias)
    pair = [used.get(name) for name in ("true_positive_rate", "false_positive_rate")]
    if tables and pair[0] is not None and pair[1] is not None:
        yield from _equalized_odds(tables[0].feature, pair[0], pair[1], how, redrawn)


def _used(table: GroupMetric, smallest: int) -> _Used:
    rows = tuple(row for row in table.rows if row.value is not None and (row.n or 0) >= smallest)
    return _Used(rows=rows, left_out=len(table.rows) - len(rows), metric=table.metric)


def _apart(table: GroupMetric, used: _Used) -> tuple[float, float]:
    """Return Fairlearn's difference and ratio of a rate; for means the same difference, and no ratio.

    `MetricFrame` costs about 10 microseconds per row. Given two rows for each group, in and out of the rate's
    numerator, with their counts as weights, it returns what it would of all rows.
    """
    if table.unit != "fraction":
        return max(used.values) - min(used.values), 0.0
    from fairlearn.metrics import MetricFrame, selection_rate

    names = [row.group for row in used.rows for _ in (1, 0)]
    hit = [inside for _ in used.rows for inside in (1, 0)]
    weights = [count for row in used.rows for count in (row.events or 0, (row.n or 0) - (row.events or 0))]
    frame = MetricFrame(
        metrics=selection_rate,
        y_true=hit,
        y_pred=hit,
        sensitive_features=names,
        sample_params={"sample_weight": weights},
    )
    return float(frame.difference()), float(frame.ratio())


def _gap(table: GroupMetric, used: _Used, draws: _Draws | None, how: Resampling, alias: str) -> Disparity:
    quantity = _quantity(
        used,
        title=f"{table.title} difference{alias}",
        note=f"largest minus smallest group{used.note}",
        unit=table.unit,
        value=_apart(table, used)[0] if len(used.values) > 1 else None,
        interval=None if draws is None else _interval(*draws.differences, how=how),
        higher_is_better=False,
    )
    return Disparity(key=f"{table.metric}.difference", feature=table.feature, quantity=quantity)


def _ratio(table: GroupMetric, used: _Used, draws: _Draws | None, how: Resampling, alias: str) -> Disparity:
    values = used.values
    largest_is_0 = len(values) > 1 and max(values) == 0
    quantity = _quantity(
        used,
        title=f"{table.title} ratio{alias}",
        note="undefined: the largest rate is 0"
        if largest_is_0
        else f"smallest divided by largest group, which is no adverse impact ratio{used.note}",
        unit="ratio",
        value=None if len(values) < 2 or largest_is_0 else _apart(table, used)[1],
        interval=None if draws is None else _interval(*draws.ratios, how=how),
        higher_is_better=True,
    )
    return Disparity(key=f"{table.metric}.ratio", feature=table.feature, quantity=quantity)


def _equalized_odds(
    feature: str, positive: _Used, negative: _Used, how: Resampling, redrawn: Redrawn
) -> Iterator[Disparity]:
    import numpy as np

    there = len(positive.values) > 1 and len(negative.values) > 1
    gaps = [max(used.values) - min(used.values) for used in (positive, negative)] if there else []
    drawn = [used.drawn(how, redrawn, 100 + i).differences for i, used in enumerate((positive, negative)) if there]
    ways: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
        ("difference", "worst case: the larger of the two differences", lambda pair: np.max(pair, axis=0)),
        ("mean_difference", "mean of the two differences", lambda pair: np.mean(pair, axis=0)),
    )
    for key, words, combine in ways:
        quantity = _quantity(
            positive,
            title=f"Equalized odds difference ({words.partition(':')[0]})",
            note=f"{words} of true and false positive rates, each largest minus smallest group{positive.note}",
            unit="fraction",
            value=float(combine(gaps)) if there else None,
            interval=_interval(*map(combine, zip(*drawn, strict=True)), how=how) if drawn else None,
            higher_is_better=False,
            n=positive.n + negative.n,
        )
        yield Disparity(key=f"equalized_odds.{key}", feature=feature, quantity=quantity)


def _quantity(
    used: _Used,
    *,
    title: str,
    note: str,
    unit: str,
    value: float | None,
    interval: Interval | str | None,
    higher_is_better: bool,
    n: int | None = None,
) -> Quantity:
    few = len(used.values) < 2
    quantity = Quantity(
        value=value,
        special=None if value is not None else "undefined",
        unit=unit,
        n=used.n if n is None else n,
        higher_is_better=higher_is_better,
        title=title,
        note=TOO_FEW + used.note if few else note,
    )
    return quantity if value is None or interval is None else within(quantity, interval)


def _interval(low: Floats, high: Floats, *, how: Resampling) -> Interval | str:
    """Return the interval from the lower percentile of some draws to the upper one of others, or why there is none.

    Args:
        low: (draws,).
        high: (draws,), each at least as large as that of `low`.
        how: level and name.
    """
    import numpy as np

    if not np.isfinite([low, high]).all():
        return "the measure is undefined in some draws of the bootstrap"
    if np.ptp(low) == 0 and np.ptp(high) == 0:
        return "every draw of the bootstrap gives the same value"
    tail = (1 - how.method.level) / 2
    return Interval(
        low=float(np.quantile(low, tail)),
        high=float(np.quantile(high, 1 - tail)),
        level=how.method.level,
        method=f"{how.name}, within groups" if how.clusters is None else how.name,
    )


def lowest_impact(impact: AdverseImpact, smallest: int, level: float) -> Disparity:
    """Return the lowest adverse impact ratio among groups of at least `smallest` rows."""
    rows = [row for row in impact.rows if row.ratio is not None and (row.n or 0) >= smallest]
    worst = min(rows, key=lambda row: (row.ratio or 0.0, row.group), default=None)
    title = "Adverse impact ratio, lowest"
    if worst is None or worst.ratio is None:
        empty = Quantity(value=None, special="undefined", unit="ratio", title=title, note=TOO_FEW)
        return Disparity(key="selection_rate.air", feature=impact.feature, quantity=empty)
    base = next((row.n or 0 for row in impact.rows if row.group == impact.reference), 0)
    interval = (
        Interval(low=worst.low, high=worst.high, level=level, method=impact.method)
        if worst.low is not None and worst.high is not None
        else None
    )
    quantity = Quantity(
        value=worst.ratio,
        unit="ratio",
        n=(worst.n or 0) + base,
        interval=interval,
        higher_is_better=True,
        title=title,
        note=f"favourable rate of {worst.group} divided by that of {impact.reference} ({impact.reference_rule})",
    )
    return Disparity(key="selection_rate.air", feature=impact.feature, quantity=quantity)


def largest_gap(gap: ScoreGap, smallest: int, level: float) -> Disparity:
    """Return the standardized mean difference furthest from 0, without its sign, among large enough groups."""
    rows = {row.group: row for row in gap.rows if row.smd is not None and (row.n or 0) >= smallest}
    worst = largest((name, row.smd) for name, row in rows.items() if row.smd is not None)
    title = "Standardized mean difference, largest"
    if worst is None:
        empty = Quantity(value=None, special="undefined", unit="sd", title=title, note=TOO_FEW)
        return Disparity(key=f"{gap.of}.smd", feature=gap.feature, quantity=empty)
    row = rows[worst[0]]
    quantity = Quantity(
        value=abs(worst[1]),
        unit="sd",
        n=(row.n or 0) + next((other.n or 0 for other in gap.rows if other.group == gap.reference), 0),
        interval=_unsigned(row.low, row.high, level, gap.method),
        higher_is_better=False,
        title=title,
        note=f"{worst[0]} is {'above' if worst[1] > 0 else 'below'} {gap.reference}, without the sign; "
        "denominator: root of the mean of the two groups' variances",
    )
    return Disparity(key=f"{gap.of}.smd", feature=gap.feature, quantity=quantity)


def _unsigned(low: float | None, high: float | None, level: float, method: str) -> Interval | None:
    """Return the interval of a number without its sign; None where it has none."""
    if low is None or high is None:
        return None
    near, far = sorted((abs(low), abs(high)))
    return Interval(low=0.0 if low < 0 < high else near, high=far, level=level, method=method)
