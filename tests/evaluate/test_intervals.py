"""Intervals of rates against the published examples and scipy's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from scipy.stats.contingency import relative_risk
from statsmodels.stats.proportion import confint_proportions_2indep

from docgen.evaluate.intervals import Method, clopper_pearson, newcombe, rate, rate_ratio, wilson

NEWCOMBE_ONE = [
    ((81, 263), (0.2553, 0.3662), (0.2527, 0.3676)),
    ((15, 148), (0.0624, 0.1605), (0.0578, 0.1617)),
    ((0, 20), (0.0, 0.1611), (0.0, 0.1684)),
    ((1, 29), (0.0061, 0.1718), (0.0009, 0.1776)),
]
"""Newcombe, Statistics in Medicine 17 (1998) 857-872, table I: counts, Wilson, Clopper-Pearson."""

FDA = [
    ((44, 51), (74.3, 93.2)),
    ((168, 169), (96.7, 99.9)),
    ((40, 44), (78.8, 96.4)),
    ((171, 176), (93.5, 98.8)),
    ((211, 220), (92.4, 97.8)),
]
"""FDA, Statistical Guidance on Reporting Results from Studies Evaluating Diagnostic Tests (2007): counts, percent."""


@pytest.mark.parametrize(("counts", "by_score", "exact"), NEWCOMBE_ONE)
def test_rates_have_the_intervals_that_newcombe_printed(
    counts: tuple[int, int], by_score: tuple[float, float], exact: tuple[float, float]
) -> None:
    for found, wanted in ((wilson(*counts, 0.95), by_score), (clopper_pearson(*counts, 0.95), exact)):
        assert (round(found.low, 4), round(found.high, 4)) == wanted


@pytest.mark.parametrize(("counts", "percent"), FDA)
def test_rates_have_the_intervals_that_the_fda_printed(counts: tuple[int, int], percent: tuple[float, float]) -> None:
    found = wilson(*counts, 0.95)
    assert (round(100 * found.low, 1), round(100 * found.high, 1)) == percent


def test_the_difference_has_the_interval_that_newcombe_printed() -> None:
    """Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, 56/70 against 48/80, method 10."""
    found = newcombe((56, 48), (70, 80), 0.95)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


def test_the_difference_has_not_walds_interval() -> None:
    """The same table, method 1: Wald's interval is .0575 to .3425. statsmodels' default is neither."""
    low, high = confint_proportions_2indep(56, 70, 48, 80, method="wald")
    assert (round(low, 4), round(high, 4)) == (0.0575, 0.3425)
    found = newcombe((56, 48), (70, 80), 0.95)
    assert (found.low, found.high) != pytest.approx((low, high), abs=5e-3)


def test_the_ratio_has_the_interval_of_scipys_documentation() -> None:
    """scipy.stats.contingency.relative_risk: 27/122 against 44/487 is 2.4495156, 1.5836991 to 3.7886786."""
    found = rate_ratio((27, 44), (122, 487), 0.95)
    risk = relative_risk(27, 122, 44, 487)
    other = risk.confidence_interval(0.95)
    assert found is not None
    assert risk.relative_risk == pytest.approx(2.4495156, abs=5e-8)
    assert (found.low, found.high) == pytest.approx((1.5836991, 3.7886786), abs=1e-7)
    assert (found.low, found.high) == pytest.approx((other.low, other.high), rel=1e-12)


def test_a_ratio_with_a_rate_of_zero_has_no_interval() -> None:
    assert rate_ratio((0, 4), (10, 10), 0.95) is None
    assert rate_ratio((4, 0), (10, 10), 0.95) is None


@given(st.integers(1, 5000), st.data(), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_scipy_agrees_and_every_interval_holds_its_estimate(n: int, data: st.DataObject, level: float) -> None:
    events = data.draw(st.integers(0, n))
    other = binomtest(events, n)
    for found, name in ((wilson(events, n, level), "wilson"), (clopper_pearson(events, n, level), "exact")):
        wanted = other.proportion_ci(confidence_level=level, method=name)
        assert found.low == pytest.approx(wanted.low, abs=1e-9)
        assert found.high == pytest.approx(wanted.high, abs=1e-9)
        assert 0 <= found.low <= events / n <= found.high <= 1


@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_a_difference_turned_round_has_the_turned_interval(first: int, second: int, data: st.DataObject) -> None:
    a, b = data.draw(st.integers(0, first)), data.draw(st.integers(0, second))
    here, there = newcombe((a, b), (first, second), 0.95), newcombe((b, a), (second, first), 0.95)
    assert here.low == pytest.approx(-there.high, abs=1e-12)
    assert -1 <= here.low <= a / first - b / second <= here.high <= 1


def test_a_rate_over_nothing_is_undefined_never_zero() -> None:
    quantity = rate(0, 0, Method(), title="Sensitivity", undefined="no positive cases")
    assert (quantity.value, quantity.special, quantity.n, quantity.note) == (None, "undefined", 0, "no positive cases")


def test_the_chosen_method_is_used_and_named() -> None:
    exact = rate(81, 263, Method(proportion="clopper-pearson"), title="Rate", undefined="").interval
    assert exact == clopper_pearson(81, 263, 0.95)
    assert exact.method == "clopper-pearson"
