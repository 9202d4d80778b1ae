"""Criteria are decided by the bound of the interval; a simulation shows why."""

from __future__ import annotations

import numpy as np
import pytest

from docgen.change.criteria import fault, passes, unstated
from docgen.evaluate.intervals import Method, newcombe, proportion
from docgen.model.evidence import Interval, Quantity
from docgen.model.plan import Criterion


def criterion(kind: str, **more) -> Criterion:
    return Criterion(id="C1", metric="sensitivity", kind=kind, role="primary", level=0.95, **more)


def between(low: float, high: float) -> Interval:
    return Interval(low=low, high=high, level=0.95, method="test")


@pytest.mark.parametrize(
    ("one", "low", "high", "passed"),
    [
        (criterion("performance_goal", bound=0.9), 0.9, 0.95, False),
        (criterion("performance_goal", bound=0.9), 0.901, 0.95, True),
        (criterion("performance_goal", bound=0.1, lower_is_better=True), 0.05, 0.1, False),
        (criterion("performance_goal", bound=0.1, lower_is_better=True), 0.05, 0.099, True),
        (criterion("guardrail_floor", bound=0.9), 0.9, 0.95, True),
        (criterion("guardrail_floor", bound=0.9), 0.899, 0.95, False),
        (criterion("superiority", against=("original",)), 0.0, 0.1, False),
        (criterion("superiority", against=("original",)), 0.001, 0.1, True),
        (criterion("superiority", against=("original",), lower_is_better=True), -0.1, -0.001, True),
        (criterion("non_inferiority", against=("last",), margin=0.05), -0.05, 0.1, False),
        (criterion("non_inferiority", against=("last",), margin=0.05), -0.049, 0.1, True),
        (criterion("non_inferiority", against=("last",), margin=0.05, lower_is_better=True), -0.1, 0.049, True),
        (criterion("non_inferiority", against=("last",), margin=0.05, lower_is_better=True), -0.1, 0.051, False),
        (criterion("equivalence", against=("last",), margin=0.05), -0.049, 0.049, True),
        (criterion("equivalence", against=("last",), margin=0.05), -0.049, 0.05, False),
    ],
)
def test_a_criterion_is_decided_by_the_end_of_the_interval(one: Criterion, low, high, passed) -> None:
    assert passes(one, between(low, high)).passed is passed


def test_what_the_plan_leaves_open_is_never_taken_for_zero() -> None:
    assert unstated(criterion("non_inferiority", against=("last",))) == "the plan names no margin"
    assert unstated(criterion("non_inferiority", margin=0.1)) == "the plan names no comparator"
    assert unstated(criterion("guardrail_floor")) == "the plan names no bound"
    assert unstated(Criterion(id="C", metric="m", kind="superiority", role="primary")) == "the plan names no level"


@pytest.mark.parametrize(
    ("quantity", "why"),
    [
        (None, "not logged"),
        (Quantity(value=None, special="undefined", note="no positives"), "no positives"),
        (Quantity(value=0.9, n=10), "no interval"),
        (Quantity(value=0.9, interval=between(0.8, 1.0)), "how many rows"),
        (Quantity(value=0.9, n=9, interval=Interval(low=0.8, high=1, level=0.9, method="wilson")), "level 0.9"),
    ],
)
def test_a_measure_without_interval_n_or_the_right_level_decides_nothing(quantity, why: str) -> None:
    assert why in fault(quantity, criterion("guardrail_floor", bound=0.5))


def test_at_the_margin_the_interval_rule_passes_as_often_as_it_says_and_the_point_rule_every_other_time() -> None:
    """A true loss of exactly the margin, 4,000 trials: nominal is 2.5 % on one side."""
    rng = np.random.default_rng(20260301)
    n, before, margin, trials = 400, 0.90, 0.05, 4000
    one = criterion("non_inferiority", against=("original",), margin=margin)
    old, new = rng.binomial(n, before, trials), rng.binomial(n, before - margin, trials)
    by_interval = sum(
        passes(one, newcombe((int(a), int(b)), (n, n), 0.95)).passed for a, b in zip(new, old, strict=True)
    )
    by_point = int(((new - old) / n > -margin).sum())
    assert 0.015 < by_interval / trials < 0.035
    assert 0.40 < by_point / trials < 0.60


def test_ten_tries_on_one_margin_inflate_false_passes() -> None:
    """Why uses of a test set are counted: the best of ten candidates passes far more often than one does."""
    rng = np.random.default_rng(7)
    n, goal, trials = 400, 0.85, 1500
    one = criterion("performance_goal", bound=goal)
    found = rng.binomial(n, goal, (trials, 10))
    passed = np.vectorize(lambda k: passes(one, proportion(int(k), n, Method())).passed)(found)
    assert passed[:, 0].mean() < 0.04
    assert passed.any(axis=1).mean() > 0.12
