"""Measures of a binary model against scikit-learn, scipy and published examples, and what holds for any data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp
from sklearn import metrics

from docgen.evaluate.intervals import Method
from docgen.evaluate.performance import Performance, binary
from docgen.evaluate.resample import Clusters, Resampling
from docgen.model.evidence import Quantity


def how(truth: np.ndarray, *, clusters: Clusters | None = None, **options: object) -> Resampling:
    method = Method(**{"draws": 200, "seed": 1, **options})  # type: ignore[arg-type]
    return Resampling(method=method, rows=len(truth), clusters=clusters)


def found(performance: Performance) -> dict[str, Quantity]:
    return {item.key: item.quantity for item in performance.metrics}


def sample(rows: int = 400, seed: int = 2) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    margin = generator.normal(-1, 1.2, rows)
    score = 1 / (1 + np.exp(-margin))
    return (generator.random(rows) < score).astype(float), score.round(3)


def test_measures_are_those_of_scikit_learn_and_scipy() -> None:
    truth, score = sample()
    called = (score >= 0.4).astype(float)
    here = found(binary(truth, score, called, how(truth)))
    wanted = {
        "roc_auc": metrics.roc_auc_score(truth, score),
        "gini": 2 * metrics.roc_auc_score(truth, score) - 1,
        "pr_auc": metrics.average_precision_score(truth, score),
        "ks": ks_2samp(score[truth == 1], score[truth == 0]).statistic,
        "brier": metrics.brier_score_loss(truth, score),
        "log_loss": metrics.log_loss(truth, score),
        "accuracy": metrics.accuracy_score(truth, called),
        "sensitivity": metrics.recall_score(truth, called),
        "specificity": metrics.recall_score(truth, called, pos_label=0),
        "ppv": metrics.precision_score(truth, called),
        "npv": metrics.precision_score(truth, called, pos_label=0),
        "f1": metrics.f1_score(truth, called),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, called),
        "mcc": metrics.matthews_corrcoef(truth, called),
        "lr_positive": metrics.class_likelihood_ratios(truth, called)[0],
        "lr_negative": metrics.class_likelihood_ratios(truth, called)[1],
        "prevalence": truth.mean(),
        "selection_rate": called.mean(),
    }
    assert set(here) == set(wanted)
    for key, value in wanted.items():
        assert here[key].value == pytest.approx(value, abs=1e-12), key
        assert here[key].interval is not None, key


def test_the_brier_score_is_that_of_scikit_learns_documentation() -> None:
    """sklearn.metrics.brier_score_loss, example: [0, 1, 1, 0] and [.1, .9, .8, .3] give 0.0375."""
    truth = np.array([0.0, 1, 1, 0])
    here = found(binary(truth, np.array([0.1, 0.9, 0.8, 0.3]), None, how(truth)))
    assert here["brier"].value == pytest.approx(0.0375, abs=1e-15)


def counts(tp: int, fn: int, fp: int, tn: int) -> dict[str, Quantity]:
    truth = np.repeat([1.0, 1, 0, 0], [tp, fn, fp, tn])
    return found(binary(truth, None, np.repeat([1.0, 0, 1, 0], [tp, fn, fp, tn]), how(truth)))


def test_the_example_of_the_fda_is_reproduced() -> None:
    """FDA, AI-Enabled Device Software Functions, draft of January 2025, appendix F: 4200 of 5000, 16600 of 20000."""
    here = counts(4200, 800, 3400, 16600)
    wanted = {
        "sensitivity": (84.0, 83.0, 85.0),
        "specificity": (83.0, 82.5, 83.5),
        "ppv": (55.3, 54.1, 56.4),
        "npv": (95.4, 95.1, 95.7),
        "prevalence": (20.0, 19.5, 20.5),
    }
    for key, (value, low, high) in wanted.items():
        quantity = here[key]
        assert quantity.value is not None
        assert quantity.interval is not None
        assert 100 * quantity.value == pytest.approx(value, abs=0.05), key
        assert 100 * quantity.interval.low == pytest.approx(low, abs=0.06), key
        assert 100 * quantity.interval.high == pytest.approx(high, abs=0.06), key
    ratio = here["lr_positive"]
    assert ratio.interval is not None
    assert (round(ratio.value or 0, 1), round(ratio.interval.low, 1), round(ratio.interval.high, 1)) == (4.9, 4.8, 5.1)


def test_predictive_values_are_shown_with_the_prevalence_they_rest_on() -> None:
    here = counts(40, 10, 20, 130)
    for key in ("ppv", "npv"):
        assert here[key].note == "depends on the prevalence, here 50 positive of 200 rows"


def test_the_chosen_interval_of_rates_is_used() -> None:
    truth, score = sample()
    exact = found(binary(truth, score, (score > 0.5).astype(float), how(truth, proportion="clopper-pearson")))
    assert exact["sensitivity"].interval is not None
    assert exact["sensitivity"].interval.method == "clopper-pearson"


def test_a_score_that_only_ranks_has_no_brier_score() -> None:
    truth, score = sample()
    here = found(binary(truth, 600 + 50 * score, None, how(truth), probability=False))
    assert set(here) == {"roc_auc", "gini", "pr_auc", "ks"}


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_a_split_of_one_class_is_undefined_in_words_and_never_a_number(label: float) -> None:
    truth, score = np.full(30, label), np.linspace(0.1, 0.9, 30)
    result = binary(truth, score, (score > 0.5).astype(float), how(truth))
    here = found(result)
    assert result.roc == ()
    assert result.lift == ()
    for key in ("roc_auc", "gini", "ks", "lr_positive", "mcc", "balanced_accuracy"):
        assert here[key].value is None, key
        assert here[key].special == "undefined", key
        assert here[key].note.startswith("cannot be estimated because"), key
    missing = "specificity" if label else "sensitivity"
    assert here[missing].note.startswith("cannot be estimated because there are no")
    assert here["brier"].value is not None


def test_a_constant_score_is_chance_without_an_interval() -> None:
    truth = np.array([0.0, 1] * 20)
    here = found(binary(truth, np.full(40, 0.3), np.zeros(40), how(truth)))
    assert here["roc_auc"].value == 0.5
    assert here["roc_auc"].interval is None
    assert "same for every row" in here["roc_auc"].note
    assert here["ks"].value == 0.0
    assert here["pr_auc"].value == pytest.approx(0.5)  # the prevalence, which has an interval


def test_a_probability_of_zero_for_what_happened_makes_the_log_loss_infinite_in_words() -> None:
    truth = np.array([0.0, 1, 1, 0])
    here = found(binary(truth, np.array([0.0, 0.0, 0.9, 0.2]), None, how(truth)))
    assert here["log_loss"].value is None
    assert here["log_loss"].note == "infinite: 1 rows had probability 0 for what happened"


def test_lift_and_gain_add_up() -> None:
    truth, score = sample(1000)
    rows = binary(truth, score, None, how(truth)).lift
    assert len(rows) == 10
    assert sum(row.n for row in rows) == 1000
    assert sum(row.events for row in rows) == truth.sum()
    assert rows[-1].gain == rows[-1].rows_so_far == rows[-1].lift_so_far == 1.0
    top = rows[0]
    cut = np.sort(score)[-top.n]
    assert top.observed == pytest.approx(truth[score >= cut].mean())
    assert top.lift == pytest.approx(top.observed / truth.mean())
    assert [row.score for row in rows] == sorted((row.score for row in rows), reverse=True)


def test_equal_scores_stay_in_one_tenth() -> None:
    truth = np.tile([0.0, 1], 50)
    rows = binary(truth, np.repeat([0.2, 0.6], [70, 30]), None, how(truth)).lift
    assert [(row.part, row.n) for row in rows] == [(2, 30), (7, 70)]


def test_the_roc_curve_is_thinned_but_keeps_its_ends_and_its_area() -> None:
    truth, score = sample(5000)
    points = binary(truth, score, None, how(truth)).roc
    x, y = [p.false_positive_rate for p in points], [p.true_positive_rate for p in points]
    assert len(points) <= 101
    assert (x[0], y[0], x[-1], y[-1]) == (0.0, 0.0, 1.0, 1.0)
    assert metrics.auc(x, y) == pytest.approx(metrics.roc_auc_score(truth, score), abs=1e-3)


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    rows = draw(st.integers(1, 40))
    truth = np.array(draw(st.lists(st.booleans(), min_size=rows, max_size=rows)), float)
    return truth, np.array(draw(st.lists(st.integers(0, 10), min_size=rows, max_size=rows))) / 10


@settings(max_examples=60, deadline=None)
@given(cases(), st.sampled_from(["wilson", "clopper-pearson"]))
def test_on_any_data_a_measure_is_a_number_in_its_interval_or_says_why_not(
    case: tuple[np.ndarray, np.ndarray], proportion: str
) -> None:
    truth, score = case
    result = binary(truth, score, (score >= 0.5).astype(float), how(truth, draws=20, proportion=proportion))
    for key, quantity in found(result).items():
        if quantity.value is None:
            assert quantity.special == "undefined", key
            assert quantity.note, key
            continue
        assert np.isfinite(quantity.value), key
        if quantity.interval is None:
            assert "no interval: " in quantity.note, key
        else:
            assert quantity.interval.low <= quantity.value <= quantity.interval.high, key
            assert np.isfinite([quantity.interval.low, quantity.interval.high]).all(), key


@settings(max_examples=40, deadline=None)
@given(cases())
def test_the_turned_score_has_the_complementary_area_and_the_same_distance(case: tuple[np.ndarray, np.ndarray]) -> None:
    truth, score = case
    here = found(binary(truth, score, None, how(truth, draws=5)))
    there = found(binary(truth, 1 - score, None, how(truth, draws=5)))
    if here["roc_auc"].value is not None and there["roc_auc"].value is not None:
        assert here["roc_auc"].value == pytest.approx(1 - there["roc_auc"].value, abs=1e-12)
        assert here["gini"].value == pytest.approx(-(there["gini"].value or 0), abs=1e-12)
        assert here["ks"].value == pytest.approx(there["ks"].value, abs=1e-12)


def test_clustered_rows_have_cluster_intervals_everywhere() -> None:
    truth, score = sample(600)
    codes = np.arange(600) // 5
    clusters = Clusters(codes=codes, count=120, name="patient")
    result = binary(truth, score, (score >= 0.4).astype(float), how(truth, clusters=clusters))
    for key, quantity in found(result).items():
        assert quantity.interval is not None, key
        assert quantity.interval.method == "cluster bootstrap percentile, 120 clusters by patient, 200 draws, seed 1", (
            key
        )
    assert all(row.low is not None and row.low <= row.observed for row in result.lift)


def test_clusters_of_one_row_give_about_the_intervals_of_rows() -> None:
    truth, score = sample(1500)
    alone = Clusters(codes=np.arange(1500), count=1500, name="row")
    called = (score >= 0.4).astype(float)
    as_clusters = found(binary(truth, score, called, how(truth, clusters=alone, draws=2000)))
    as_rows = found(binary(truth, score, called, how(truth, draws=2000)))
    for key in ("roc_auc", "gini", "sensitivity", "specificity", "brier", "lr_positive", "ks"):
        here, there = as_clusters[key].interval, as_rows[key].interval
        assert here is not None
        assert there is not None
        assert (here.high - here.low) == pytest.approx(there.high - there.low, rel=0.15), key
