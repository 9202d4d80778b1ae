"""Calibration against the published examples and other implementations."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from docgen.evaluate.calibration import BinRule, calibration, calibration_error, hosmer_lemeshow
from docgen.evaluate.intervals import Method
from docgen.evaluate.resample import Clusters, Resampling
from docgen.model.evidence import Quantity


def how(truth: np.ndarray, clusters: Clusters | None = None) -> Resampling:
    return Resampling(method=Method(draws=100), rows=len(truth), clusters=clusters)


def sample(rows: int = 3000, seed: int = 4) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    score = generator.beta(2, 5, rows)
    return (generator.random(rows) < score).astype(float), score


def summary(truth: np.ndarray, score: np.ndarray, **options: object) -> dict[str, Quantity]:
    found = calibration(truth, score, options.pop("how", None) or how(truth), **options)  # type: ignore[arg-type]
    return {item.key: item.quantity for item in found.summary}


DOCS_TRUTH = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1], float)
DOCS_SCORE = np.array([0.1, 0.2, 0.3, 0.4, 0.65, 0.7, 0.8, 0.9, 1.0])


def test_the_curve_is_that_of_scikit_learns_documentation() -> None:
    """sklearn.calibration.calibration_curve, example with 3 bins: (0, .5, 1) and (.2, .525, .85)."""
    bins = calibration(DOCS_TRUTH, DOCS_SCORE, how(DOCS_TRUTH), bins=3).bins
    assert [row.observed for row in bins] == pytest.approx([0, 0.5, 1])
    assert [row.predicted for row in bins] == pytest.approx([0.2, 0.525, 0.85])


@pytest.mark.parametrize("rule", ["uniform", "quantile"])
def test_the_curve_is_that_of_scikit_learn(rule: BinRule) -> None:
    truth, score = sample()
    bins = calibration(truth, score, how(truth), bins=12, rule=rule).bins
    observed, predicted = calibration_curve(truth, score, n_bins=12, strategy=rule)
    assert [row.observed for row in bins] == pytest.approx(observed)
    assert [row.predicted for row in bins] == pytest.approx(predicted)
    assert sum(row.n for row in bins) == len(truth)
    assert all(row.low is not None and row.high is not None and row.low <= row.observed <= row.high for row in bins)


@pytest.mark.parametrize(("norm", "wanted"), [("l1", 0.29), ("l2", 0.2918), ("max", 0.3167)])
def test_errors_are_those_of_torchmetrics_documentation(norm: str, wanted: float) -> None:
    """torchmetrics, BinaryCalibrationError, example with 2 bins; netcal 1.4.0 gives the same 0.29."""
    truth, score = np.array([0.0, 0, 1, 1, 1]), np.array([0.25, 0.25, 0.55, 0.75, 0.75])
    bins = calibration(truth, score, how(truth), bins=2).bins
    assert calibration_error(bins, norm) == pytest.approx(wanted, abs=5e-5)  # type: ignore[arg-type]


def spector() -> tuple[np.ndarray, np.ndarray]:
    """Spector and Mazzeo 1980, as statsmodels ships it, with the probabilities of a logistic fit; ascending."""
    data = sm.datasets.spector.load_pandas()
    fit = sm.Logit(data.endog, sm.add_constant(data.exog)).fit(disp=False)
    order = np.argsort(fit.predict())
    return data.endog.to_numpy()[order], fit.predict()[order]


def test_hosmer_and_lemeshow_are_those_of_stata() -> None:
    """Stata 14, `estat gof, group(5)` on Spector's data, in statsmodels' own tests: 1.630883318257913, df 3, p .6524."""
    truth, score = spector()
    group = np.repeat(np.arange(5), [7, 6, 7, 6, 6])
    found = hosmer_lemeshow(truth, score, group, 3)
    assert found is not None
    assert found == pytest.approx((1.630883318257913, 0.6524), abs=5e-5)


def test_data_the_model_was_not_fitted_to_keep_all_degrees_of_freedom() -> None:
    truth, score = sample()
    here, fitted = summary(truth, score), summary(truth, score, fitted_here=True)
    assert here["hosmer_lemeshow"].value == fitted["hosmer_lemeshow"].value
    assert "10 groups, 10 degrees of freedom" in here["hosmer_lemeshow"].note
    assert "10 groups, 8 degrees of freedom" in fitted["hosmer_lemeshow"].note
    assert "nearly always rejects many" in here["hosmer_lemeshow_p"].note


def test_slope_and_intercept_are_those_of_a_logistic_regression() -> None:
    truth, score = sample()
    odds = np.log(score / (1 - score))
    here = summary(truth, score)
    fit = sm.Logit(truth, sm.add_constant(odds)).fit(disp=False)
    assert here["slope"].value == pytest.approx(fit.params[1], rel=1e-6)
    assert here["slope"].interval is not None
    assert (here["slope"].interval.low, here["slope"].interval.high) == pytest.approx(fit.conf_int()[1], rel=1e-5)
    alone = sm.Logit(truth, np.ones(len(truth)), offset=odds).fit(disp=False)
    assert here["intercept"].value == pytest.approx(alone.params[0], abs=1e-7)


def test_a_model_that_is_too_bold_has_a_slope_below_one() -> None:
    truth, score = sample()
    bold = 1 / (1 + np.exp(-2 * np.log(score / (1 - score)) - 1))
    here = summary(truth, bold)
    assert here["slope"].value == pytest.approx(0.5, abs=0.06)
    assert (here["intercept"].value or 0) < -0.1


@pytest.mark.parametrize(
    ("truth", "score", "key", "why"),
    [
        ([0, 0, 0, 0], [0.1, 0.2, 0.3, 0.4], "slope", "only one class"),
        ([0, 1, 0, 1], [0.0, 0.2, 0.3, 1.0], "slope", "2 scores are exactly 0 or 1"),
        ([0, 1, 0, 1], [0.3, 0.3, 0.3, 0.3], "slope", "every score is the same"),
        ([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9], "slope", "separated"),
        ([0, 1, 0, 1], [0.0, 0.0, 0.0, 0.0], "hosmer_lemeshow", "expects no case"),
    ],
)
def test_what_cannot_be_estimated_says_why(truth: list[int], score: list[float], key: str, why: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        quantity = summary(np.array(truth, float), np.array(score))[key]
    assert (quantity.value, quantity.special) == (None, "undefined")
    assert quantity.note.startswith("cannot be estimated because")
    assert why in quantity.note


def test_clusters_are_respected() -> None:
    truth, score = (np.repeat(values, 4) for values in sample(500))
    clusters = Clusters(codes=np.repeat(np.arange(500), 4), count=500, name="patient")
    apart, together = summary(truth, score), summary(truth, score, how=how(truth, clusters))
    for key in ("slope", "intercept"):
        here, there = apart[key].interval, together[key].interval
        assert here is not None
        assert there is not None
        assert there.method == "Wald, robust, 500 clusters by patient"
        assert (there.high - there.low) == pytest.approx(2 * (here.high - here.low), rel=0.2)
    assert together["hosmer_lemeshow"].value == apart["hosmer_lemeshow"].value
    p = together["hosmer_lemeshow_p"]
    assert (p.value, p.special) == (None, "undefined")
    assert p.note.endswith("takes rows as independent, and these form 500 clusters by patient")
    bins = calibration(truth, score, how(truth, clusters)).bins
    assert any(row.low is not None for row in bins)


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    rows = draw(st.integers(1, 60))
    truth = np.array(draw(st.lists(st.booleans(), min_size=rows, max_size=rows)), float)
    return truth, np.array(draw(st.lists(st.integers(0, 20), min_size=rows, max_size=rows))) / 20


@settings(max_examples=60, deadline=None)
@given(cases(), st.sampled_from(["uniform", "quantile"]))
def test_on_any_data_every_number_is_finite_and_every_row_is_in_a_bin(
    case: tuple[np.ndarray, np.ndarray], rule: BinRule
) -> None:
    truth, score = case
    found = calibration(truth, score, how(truth), rule=rule)
    assert sum(row.n for row in found.bins) == len(truth)
    for row in found.bins:
        assert row.low is not None
        assert row.high is not None
        assert row.low <= row.observed <= row.high
    for item in found.summary:
        value = item.quantity.value
        assert (value is None and item.quantity.note) or np.isfinite(value), item.key
        if item.quantity.interval is not None:
            assert item.quantity.interval.low <= value <= item.quantity.interval.high
