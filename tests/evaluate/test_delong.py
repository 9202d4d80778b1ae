"""AUROC and DeLong's method against pROC's published values and a second implementation."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from MLstatkit import Delong_test
from scipy.stats import mannwhitneyu
from sklearn.metrics import roc_auc_score

from docgen.evaluate.delong import areas, auroc, paired
from docgen.evaluate.intervals import Method

METHOD = Method()
RANKS = Path(__file__).parents[1] / "data" / "proc_ranks.csv"
"""The order of three scores of 113 patients with aneurysmal subarachnoid haemorrhage (Turck et al., Intensive Care
Medicine 36, 2010), for which pROC (Robin et al., BMC Bioinformatics 12, 2011) publishes its results; `outcome` 1 is
poor. Areas and their variances depend on nothing but the order: no measured value is kept."""


def ranked(name: str) -> tuple[np.ndarray, np.ndarray]:
    with RANKS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return np.array([float(row["outcome"]) for row in rows]), np.array([float(row[name]) for row in rows])


PROC = {
    "wfns": (0.823678861788618, 0.00146991470882363),
    "s100b": (0.731368563685637, 0.00266868245717244),
    "ndka": (0.611957994579946, 0.0031908105493913),
}
"""Area and DeLong's variance in pROC's own tests (tests/testthat/test-auc.R and test-var.R)."""


@pytest.mark.parametrize(("name", "wanted"), PROC.items())
def test_area_and_variance_are_those_of_proc(name: str, wanted: tuple[float, float]) -> None:
    truth, score = ranked(name)
    found = areas(truth, score[np.newaxis])
    assert found.values[0] == pytest.approx(wanted[0], rel=1e-13)
    assert found.covariance is not None
    assert found.covariance[0, 0] == pytest.approx(wanted[1], rel=1e-12)


def test_the_interval_is_that_of_proc() -> None:
    """pROC's tests/testthat/test-ci-auc.R: ndka .501244999271703 to .722670989888189."""
    quantity = auroc(*ranked("ndka"), METHOD)
    assert quantity.interval is not None
    assert quantity.interval.low == pytest.approx(0.501244999271703, rel=1e-13)
    assert quantity.interval.high == pytest.approx(0.722670989888189, rel=1e-13)
    assert (quantity.n, quantity.events) == (113, 41)


def test_the_covariance_is_that_of_proc() -> None:
    """pROC's tests/testthat/test-cov.R: cov(s100b, wfns) .00119615567376754."""
    truth, _ = ranked("wfns")
    found = areas(truth, np.stack([ranked("s100b")[1], ranked("wfns")[1]]))
    assert found.covariance is not None
    assert found.covariance[0, 1] == pytest.approx(0.00119615567376754, rel=1e-12)


def test_the_paired_test_is_that_of_proc() -> None:
    """pROC's tests/testthat/test-roc.test.R: wfns against s100b, Z 2.20898359144091, p .0271757822291882."""
    truth, wfns = ranked("wfns")
    found = paired(truth, ranked("s100b")[1], wfns, METHOD)
    assert found.z == pytest.approx(2.20898359144091, rel=1e-12)
    assert found.p == pytest.approx(0.0271757822291882, rel=1e-12)
    assert found.difference == pytest.approx(0.823678861788618 - 0.731368563685637, rel=1e-12)


def test_a_second_implementation_gives_procs_values_too() -> None:
    """MLstatkit's Z is that of the second area less the first, pROC's the other way round."""
    truth, wfns = ranked("wfns")
    s100b = ranked("s100b")[1]
    z, p, *_ = Delong_test(truth, wfns, s100b)
    assert (-z, p) == (pytest.approx(2.20898359144091, rel=1e-12), pytest.approx(0.0271757822291882, rel=1e-12))
    for name, (area, _) in PROC.items():
        score = ranked(name)[1]
        u = mannwhitneyu(score[truth == 1], score[truth == 0]).statistic
        assert roc_auc_score(truth, score) == pytest.approx(area, abs=1e-15)
        assert u / (41 * 72) == pytest.approx(area, abs=1e-15)


def cases() -> st.SearchStrategy[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Two coarse scores of the same rows, with many ties, of both classes at least twice."""

    @st.composite
    def make(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        rows = draw(st.integers(4, 60))
        more = draw(st.lists(st.booleans(), min_size=rows - 4, max_size=rows - 4))
        truth = np.array([0.0, 0.0, 1.0, 1.0, *map(float, more)])
        grid = st.lists(st.integers(0, 20), min_size=rows, max_size=rows)
        return truth, np.array(draw(grid)) / 20, np.array(draw(grid)) / 20

    return make()


@given(cases())
def test_a_second_implementation_agrees(case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    truth, first, second = case
    found = paired(truth, first, second, METHOD)
    if found.z is None:
        return
    z, p, *_ = Delong_test(truth, first, second)
    assert found.z == pytest.approx(z, rel=1e-8)
    assert found.p == pytest.approx(p, rel=1e-6, abs=1e-12)


@given(cases())
def test_the_area_is_that_of_two_other_definitions(case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    truth, score, _ = case
    value = areas(truth, score[np.newaxis]).values[0]
    assert value == pytest.approx(roc_auc_score(truth, score), abs=1e-12)
    u = mannwhitneyu(score[truth == 1], score[truth == 0]).statistic
    assert value == pytest.approx(u / (truth.sum() * (1 - truth).sum()), abs=1e-12)


@given(cases(), st.randoms(use_true_random=False))
def test_order_does_not_matter_and_the_turned_score_has_the_complement(
    case: tuple[np.ndarray, np.ndarray, np.ndarray], random: object
) -> None:
    truth, score, _ = case
    order = np.arange(len(truth))
    random.shuffle(order)  # type: ignore[attr-defined]
    here, there = auroc(truth, score, METHOD), auroc(truth[order], score[order], METHOD)
    turned = auroc(truth, 1 - score, METHOD)
    assert here.value == pytest.approx(there.value, abs=1e-12)
    assert here.value == pytest.approx(1 - turned.value, abs=1e-12)
    if here.interval is not None:
        assert here.interval.low <= here.value <= here.interval.high
        assert turned.interval is not None
        assert turned.interval.high == pytest.approx(1 - here.interval.low, abs=1e-9)


@pytest.mark.parametrize(
    ("truth", "score", "value", "why"),
    [
        ([0, 0, 0], [0.1, 0.2, 0.3], None, "only one class"),
        ([1, 1], [0.1, 0.2], None, "only one class"),
        ([0, 1, 1], [0.1, 0.2, 0.3], 1.0, "two rows of each class"),
        ([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], 1.0, "wholly apart"),
        ([0, 0, 1, 1], [0.5, 0.5, 0.5, 0.5], 0.5, "same for every row"),
    ],
)
def test_an_interval_that_cannot_be_had_says_why(
    truth: list[float], score: list[float], value: float | None, why: str
) -> None:
    quantity = auroc(np.array(truth, float), np.array(score), METHOD)
    assert quantity.value == value
    assert quantity.interval is None
    assert why in quantity.note
    assert (quantity.special == "undefined") is (value is None)
