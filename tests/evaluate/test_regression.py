"""Measures of a regression against scikit-learn and statsmodels, and what its residuals say."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from statsmodels.stats.diagnostic import het_breuschpagan

from docgen.evaluate.intervals import Method
from docgen.evaluate.regression import regression
from docgen.evaluate.resample import Clusters, Resampling
from docgen.model.evidence import Quantity


def how(truth: np.ndarray, clusters: Clusters | None = None) -> Resampling:
    return Resampling(method=Method(draws=300, seed=2), rows=len(truth), clusters=clusters)


def found(truth: np.ndarray, predicted: np.ndarray, **options: object) -> dict[str, Quantity]:
    named, _ = regression(truth, predicted, how(truth), **options)  # type: ignore[arg-type]
    return {item.key: item.quantity for item in named}


def sample(rows: int = 500, seed: int = 1, *, fanning: bool = False) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    predicted = generator.uniform(1, 10, rows)
    return predicted + generator.normal(0.5, 1, rows) * (predicted / 3 if fanning else 1), predicted


def test_measures_are_those_of_scikit_learn() -> None:
    truth, predicted = sample()
    here = found(truth, predicted, unit="EUR")
    wanted = {
        "rmse": metrics.root_mean_squared_error(truth, predicted),
        "mae": metrics.mean_absolute_error(truth, predicted),
        "r2": metrics.r2_score(truth, predicted),
        "bias": float((predicted - truth).mean()),
    }
    for key, value in wanted.items():
        assert here[key].value == pytest.approx(value, rel=1e-12), key
        interval = here[key].interval
        assert interval is not None, key
        assert interval.low < value < interval.high, key
    assert {here[key].unit for key in ("rmse", "mae", "bias")} == {"EUR"}
    assert here["bias"].value < 0  # what is observed lies above the prediction


def test_r2_keeps_its_digits_far_from_zero() -> None:
    truth, predicted = sample()
    assert found(truth + 1e8, predicted + 1e8)["r2"].value == pytest.approx(
        found(truth, predicted)["r2"].value, rel=1e-6
    )


def test_residuals_that_fan_out_are_told_from_those_that_do_not() -> None:
    level, fanning = found(*sample()), found(*sample(fanning=True))
    assert (level["heteroscedasticity_p"].value or 0) > 0.01
    assert (fanning["heteroscedasticity_p"].value or 1) < 1e-6
    truth, predicted = sample(fanning=True)
    _, p, _, _ = het_breuschpagan(truth - predicted, sm.add_constant(predicted))
    assert fanning["heteroscedasticity_p"].value == pytest.approx(p, rel=1e-6)


def test_residuals_by_tenths_of_the_predictions_add_up() -> None:
    truth, predicted = sample()
    _, residuals = regression(truth, predicted, how(truth))
    assert [row.part for row in residuals.parts] == list(range(1, 11))
    assert sum(row.n for row in residuals.parts) == 500
    mean = sum(row.n * row.residual for row in residuals.parts) / 500
    assert mean == pytest.approx((truth - predicted).mean())
    first = residuals.parts[0]
    members = predicted <= np.sort(predicted)[first.n - 1]
    assert first.spread == pytest.approx((truth - predicted)[members].std(ddof=1))
    assert first.low is not None
    assert first.high is not None
    assert first.low < first.residual < first.high
    assert [item.share for item in residuals.quantiles] == [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
    assert residuals.quantiles[3].value == pytest.approx(np.median(truth - predicted))


@pytest.mark.parametrize(
    ("truth", "predicted", "key", "why"),
    [
        ([2.0] * 9, range(9), "r2", "the target is constant"),
        (range(9), [1.0] * 9, "heteroscedasticity_p", "do not vary"),
        ([1.0], [2.0], "heteroscedasticity_p", "do not vary"),
    ],
)
def test_what_cannot_be_estimated_says_why(truth: object, predicted: object, key: str, why: str) -> None:
    quantity = found(np.array(truth, float), np.array(predicted, float))[key]
    assert (quantity.value, quantity.special) == (None, "undefined")
    assert quantity.note.startswith("cannot be estimated because")
    assert why in quantity.note


def test_clustered_rows_have_cluster_intervals() -> None:
    truth, predicted = (np.repeat(values, 5) for values in sample(200))
    clusters = Clusters(codes=np.repeat(np.arange(200), 5), count=200, name="site")
    named, residuals = regression(truth, predicted, how(truth, clusters))
    apart = found(truth, predicted)
    for item in named[:4]:
        interval, narrow = item.quantity.interval, apart[item.key].interval
        assert interval is not None
        assert narrow is not None
        assert interval.method.startswith("cluster bootstrap percentile, 200 clusters by site")
        assert interval.high - interval.low > 1.6 * (narrow.high - narrow.low), item.key
    assert residuals.method.startswith("cluster bootstrap")
    assert residuals.parts[4].low is not None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=1, max_size=40))
def test_on_any_data_every_number_is_finite_or_says_why_not(pairs: list[tuple[int, int]]) -> None:
    truth, predicted = (np.array(values, float) for values in zip(*pairs, strict=True))
    named, residuals = regression(truth, predicted, how(truth))
    for item in named:
        value = item.quantity.value
        assert (value is None and item.quantity.note) or np.isfinite(value), item.key
        if item.quantity.interval is not None:
            assert item.quantity.interval.low <= value <= item.quantity.interval.high, item.key
    for row in residuals.parts:
        assert row.low is None or row.low <= row.residual <= (row.high or 0)
