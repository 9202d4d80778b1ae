"""Confidence intervals of rates and of what is made of two rates: closed forms, through statsmodels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from docgen.model.evidence import Interval, Quantity

Proportion = Literal["wilson", "clopper-pearson"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How intervals are formed."""

    level: float = 0.95
    draws: int = 1000
    seed: int = 0
    proportion: Proportion = "wilson"
    """Of rates. Clopper-Pearson never covers less than its level, and is wider for it."""

    @property
    def bootstrap(self) -> str:
        """The bootstrap's name in evidence."""
        return f"bootstrap percentile, {self.draws} draws, seed {self.seed}"


def wilson(events: int, n: int, level: float) -> Interval:
    """Return the Wilson score interval of a rate (Wilson 1927; Newcombe 1998, method 3).

    Args:
        events: rows in the numerator.
        n: rows in the denominator, 1 or more.
        level: 0 to 1.
    """
    return _of_rate(events, n, level, "wilson")


def clopper_pearson(events: int, n: int, level: float) -> Interval:
    """Return the exact interval of a rate (Clopper and Pearson 1934). Arguments as in `wilson`."""
    return _of_rate(events, n, level, "clopper-pearson")


def proportion(events: int, n: int, method: Method) -> Interval:
    """Return the interval of a rate by the method that was chosen."""
    return _of_rate(events, n, method.level, method.proportion)


def _of_rate(events: int, n: int, level: float, name: Proportion) -> Interval:
    from statsmodels.stats.proportion import proportion_confint

    known = {"wilson": "wilson", "clopper-pearson": "beta"}
    low, high = proportion_confint(events, n, alpha=1 - level, method=known[name])
    return _around(events / n, float(low), float(high), level, name, span=(0.0, 1.0))


def newcombe(events: tuple[int, int], n: tuple[int, int], level: float) -> Interval:
    """Return the interval of the difference of two independent rates, first minus second (Newcombe 1998, method 10).

    Args:
        events: numerators.
        n: denominators, 1 or more each.
        level: 0 to 1.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        events[0], n[0], events[1], n[1], method="newcomb", compare="diff", alpha=1 - level
    )
    difference = events[0] / n[0] - events[1] / n[1]
    return _around(difference, float(low), float(high), level, "newcombe", span=(-1.0, 1.0))


def rate_ratio(events: tuple[int, int], n: tuple[int, int], level: float) -> Interval | None:
    """Return the interval of the ratio of two independent rates, first by second (Katz et al. 1978, logarithmic).

    Returns:
        The interval; None when a rate is 0, where the logarithm has no value.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    if 0 in events:
        return None
    low, high = confint_proportions_2indep(
        events[0], n[0], events[1], n[1], method="log", compare="ratio", alpha=1 - level
    )
    ratio = (events[0] / n[0]) / (events[1] / n[1])
    return _around(ratio, float(low), float(high), level, "log ratio", span=(0.0, float("inf")))


def _around(value: float, low: float, high: float, level: float, method: str, *, span: tuple[float, float]) -> Interval:
    """Return an interval that holds its estimate and stays in its span, which rounding can miss by one digit."""
    return Interval(low=max(span[0], min(low, value)), high=min(span[1], max(high, value)), level=level, method=method)


def rate(events: int, n: int, method: Method, *, title: str, undefined: str, better: bool | None = True) -> Quantity:
    """Return events / n with its interval; undefined, never 0, when n is 0."""
    if n == 0:
        return Quantity(value=None, special="undefined", unit="fraction", n=0, events=0, title=title, note=undefined)
    return Quantity(
        value=events / n,
        unit="fraction",
        n=n,
        events=events,
        interval=proportion(events, n, method),
        higher_is_better=better,
        title=title,
    )


def noted(quantity: Quantity, *notes: str) -> Quantity:
    """Return a quantity with remarks added to those it has."""
    return replace(quantity, note="; ".join(text for text in (quantity.note, *notes) if text))


def within(quantity: Quantity, found: Interval | str) -> Quantity:
    """Return a quantity with its interval, or with the reason why it has none."""
    if isinstance(found, str):
        return noted(quantity, f"no interval: {found}")
    return replace(quantity, interval=found)
