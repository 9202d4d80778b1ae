"""The bootstrap against a published example, against drawing rows one by one, and against scipy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.stats import bootstrap as scipy_bootstrap
from scipy.stats import norm

from docgen.evaluate.intervals import Method
from docgen.evaluate.resample import Clusters, Measure, Resampling, bootstrap, estimates, mean_of, weigh
from docgen.model.evidence import Interval

if TYPE_CHECKING:
    from docgen.evaluate.resample import Weighted

SPATIAL_A = np.array(
    [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41], float
)
"""Efron and Tibshirani, An Introduction to the Bootstrap (1993), table 14.1, test A of 26 children."""


def variance_of(values: np.ndarray):
    def statistic(weights: np.ndarray) -> np.ndarray:
        total = weights.sum(axis=1)
        return weigh(weights, values**2) / total - (weigh(weights, values) / total) ** 2

    return statistic


def rows(n: int, *, clusters: Clusters | None = None, draws: int = 1000) -> Resampling:
    return Resampling(method=Method(draws=draws, seed=3), rows=n, clusters=clusters)


def test_the_percentile_interval_is_that_of_the_book() -> None:
    """Efron and Tibshirani 1993, table 14.2: the variance 171.5 has the 90% percentile interval 100.8 to 233.9."""
    how = Resampling(method=Method(level=0.9, draws=20_000, seed=1), rows=26)
    statistic = variance_of(SPATIAL_A)
    value = float(statistic(np.ones((1, 26)))[0])
    assert value == pytest.approx(171.534, abs=5e-4)
    found = bootstrap({"a": statistic}, {"a": value}, how)["a"]
    assert isinstance(found, Interval)
    assert found.low == pytest.approx(100.8, rel=0.04)
    assert found.high == pytest.approx(233.9, rel=0.04)


def test_scipy_gives_the_same_and_the_books_corrected_interval() -> None:
    """Efron and Tibshirani 1993, table 14.2: percentile 100.8 to 233.9, BCa 115.8 to 259.6; 4% for the drawing.

    Ours is the percentile interval: BCa is not defined for degenerate data, and takes one more pass for each row.
    """
    wanted = {"percentile": (100.8, 233.9), "BCa": (115.8, 259.6)}
    for method, edges in wanted.items():
        found = scipy_bootstrap(
            (SPATIAL_A,),
            np.var,
            confidence_level=0.9,
            n_resamples=20_000,
            method=method,
            rng=np.random.default_rng(4),
        ).confidence_interval
        assert (found.low, found.high) == pytest.approx(edges, rel=0.04), method


def corrected(values: np.ndarray, statistic: Weighted, how: Resampling) -> tuple[float, float]:
    """The BCa interval by its published formula (Efron and Tibshirani 1993, equations 14.9 to 14.15)."""
    whole = np.ones((1, len(values)))
    value = statistic(whole)[0]
    drawn = np.concatenate([statistic(weights) for weights in how.weights()])
    bias = norm.ppf((drawn < value).mean())
    without = statistic(1 - np.eye(len(values)))
    apart = without.mean() - without
    acceleration = (apart**3).sum() / (6 * (apart**2).sum() ** 1.5)
    ends = bias + norm.ppf([(1 - how.method.level) / 2, (1 + how.method.level) / 2])
    low, high = np.quantile(drawn, norm.cdf(bias + ends / (1 - acceleration * ends)))
    return float(low), float(high)


def test_the_corrected_interval_by_its_formula_is_that_of_the_book_and_of_scipy() -> None:
    """Efron and Tibshirani 1993, table 14.2: BCa 115.8 to 259.6."""
    how = Resampling(method=Method(level=0.9, draws=20_000, seed=1), rows=26)
    found = corrected(SPATIAL_A, variance_of(SPATIAL_A), how)
    assert found == pytest.approx((115.8, 259.6), rel=0.04)
    other = scipy_bootstrap(
        (SPATIAL_A,), np.var, confidence_level=0.9, n_resamples=20_000, method="BCa", rng=np.random.default_rng(4)
    ).confidence_interval
    assert found == pytest.approx((other.low, other.high), rel=0.02)


LAW_SCHOOLS = np.array(
    [
        (576, 3.39), (635, 3.30), (558, 2.81), (578, 3.03), (666, 3.44), (580, 3.07), (555, 3.00), (661, 3.43),
        (651, 3.36), (605, 3.13), (653, 3.12), (575, 2.74), (545, 2.76), (572, 2.88), (594, 2.96),
    ]
)  # fmt: skip
"""Efron and Tibshirani 1993, table 3.1: LSAT and GPA of 15 law schools."""


def test_a_statistic_of_two_columns_is_that_of_the_book() -> None:
    """Efron and Tibshirani 1993, section 3.3: the correlation of the 15 law schools is .776."""
    x, y = LAW_SCHOOLS.T

    def correlation(weights: np.ndarray) -> np.ndarray:
        total = weights.sum(axis=1)
        mean_x, mean_y = weigh(weights, x) / total, weigh(weights, y) / total
        across = weigh(weights, x * y) / total - mean_x * mean_y
        spread = (weigh(weights, x**2) / total - mean_x**2) * (weigh(weights, y**2) / total - mean_y**2)
        return across / np.sqrt(spread)

    value = float(correlation(np.ones((1, 15)))[0])
    assert value == pytest.approx(0.776374, abs=5e-7)
    assert value == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-9)
    how = Resampling(method=Method(draws=5000, seed=2), rows=15)
    found = bootstrap({"r": correlation}, {"r": value}, how)["r"]
    other = scipy_bootstrap(
        (x, y),
        lambda a, b: np.corrcoef(a, b)[0, 1],
        paired=True,
        vectorized=False,
        n_resamples=5000,
        method="percentile",
        rng=np.random.default_rng(2),
    ).confidence_interval
    assert isinstance(found, Interval)
    assert (found.low, found.high) == pytest.approx((other.low, other.high), abs=0.03)


def test_scipy_agrees() -> None:
    values = np.random.default_rng(5).gamma(2.0, size=150)
    found = bootstrap({"a": mean_of(values)}, {"a": float(values.mean())}, rows(150, draws=20_000))["a"]
    other = scipy_bootstrap(
        (values,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(2)
    ).confidence_interval
    assert isinstance(found, Interval)
    assert (found.low, found.high) == pytest.approx((other.low, other.high), rel=0.01)


def test_counts_are_drawn_as_if_row_by_row() -> None:
    codes = np.random.default_rng(0).integers(0, 3, 400)
    how = rows(400, draws=4000)
    by_count, by_row = how.of_counts(codes, 3), np.concatenate(list(how.weights())) @ np.eye(3)[codes]
    assert set(by_count.sum(axis=1)) == set(by_row.sum(axis=1)) == {400.0}
    assert by_count.mean(axis=0) == pytest.approx(by_row.mean(axis=0), rel=0.02)
    assert np.cov(by_count.T) == pytest.approx(np.cov(by_row.T), rel=0.15, abs=3)


def test_clusters_are_drawn_whole() -> None:
    codes = np.array([0, 0, 0, 1, 2, 2])
    how = rows(6, clusters=Clusters(codes=codes, count=3, name="patient"))
    drawn = np.concatenate(list(how.weights()))
    assert (drawn[:, 0] == drawn[:, 2]).all()
    assert (drawn[:, 4] == drawn[:, 5]).all()
    assert set(drawn[:, [0, 3, 4]].sum(axis=1)) == {3.0}
    counts = how.of_counts(np.array([0, 1, 0, 1, 0, 0]), 2)
    assert counts[:, 0] == pytest.approx(drawn[:, [0, 2, 4, 5]].sum(axis=1))
    assert how.name == "cluster bootstrap percentile, 3 clusters by patient, 1000 draws, seed 3"


def test_rows_that_repeat_each_other_need_clusters_to_be_honest() -> None:
    """Each of 60 patients gives the same row ten times: as rows the interval is far too narrow, as clusters it is not."""
    generator = np.random.default_rng(8)
    patients = generator.normal(size=60)
    values, codes = np.repeat(patients, 10), np.repeat(np.arange(60), 10)
    value = {"a": float(values.mean())}
    apart = bootstrap({"a": mean_of(values)}, value, rows(600))["a"]
    together = bootstrap({"a": mean_of(values)}, value, rows(600, clusters=Clusters(codes=codes, count=60, name="id")))[
        "a"
    ]
    alone = bootstrap({"a": mean_of(patients)}, value, rows(60))["a"]
    assert isinstance(apart, Interval)
    assert isinstance(together, Interval)
    assert isinstance(alone, Interval)
    assert (together.high - together.low) == pytest.approx(alone.high - alone.low, rel=0.1)
    assert (together.high - together.low) > 2.5 * (apart.high - apart.low)


@pytest.mark.parametrize(
    ("drawn", "value", "why"),
    [
        ([0.5, np.nan, 0.6], 0.5, "undefined in some draws"),
        ([1.0, 1.0, 1.0], 1.0, "same value"),
        ([0.6, 0.7, 0.8], 0.2, "biased"),
    ],
)
def test_an_interval_that_cannot_be_had_says_why(drawn: list[float], value: float, why: str) -> None:
    found = rows(3).interval(np.array(drawn), value)
    assert isinstance(found, str)
    assert why in found


def test_a_measure_that_the_data_do_not_define_is_undefined_and_the_rest_is_not() -> None:
    def nothing(weights: np.ndarray) -> np.ndarray:
        return np.full(len(weights), np.nan)

    measures = (
        Measure(key="none", title="None", statistic=nothing, better=True, undefined="cannot be estimated because"),
        Measure(key="mean", title="Mean", statistic=mean_of(np.arange(20.0)), better=None, unit="days"),
    )
    none, mean = estimates(measures, rows(20))
    assert (none.quantity.value, none.quantity.special, none.quantity.note) == (
        None,
        "undefined",
        "cannot be estimated because",
    )
    assert mean.quantity.interval is not None
    assert mean.quantity.interval.low < 9.5 < mean.quantity.interval.high


def test_the_same_seed_gives_the_same_interval_whatever_is_drawn_beside_it() -> None:
    values = np.random.default_rng(1).normal(size=50)
    alone = bootstrap({"a": mean_of(values)}, {"a": float(values.mean())}, rows(50))["a"]
    beside = bootstrap(
        {"b": mean_of(values**2), "a": mean_of(values)}, {"b": 1.0, "a": float(values.mean())}, rows(50)
    )["a"]
    assert alone == beside
