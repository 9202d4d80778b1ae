"""The bootstrap against a published example, against drawing rows one by one, and against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap as scipy_bootstrap

from docgen.evaluate.intervals import Method
from docgen.evaluate.resample import Clusters, Measure, Resampling, bootstrap, estimates, mean_of, weigh
from docgen.model.evidence import Interval

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
