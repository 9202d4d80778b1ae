"""Champion versus challenger against published examples and second implementations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from MLstatkit import Delong_test
from scipy.stats import binomtest, chi2
from sklearn import metrics
from statsmodels.stats.contingency_tables import mcnemar

from docgen.errors import ProblemsError, UsageError
from docgen.evaluate.assemble import comparison_files
from docgen.evaluate.contenders import Contender
from docgen.evaluate.settings import settings_of
from docgen.model.canonical import canonical
from docgen.model.codec import unstructure
from docgen.model.formats import ComparedMeasure, ComparisonFile


def compared(
    truth: object, first: Contender, second: Contender, options: dict[str, object] | None = None, **more: object
) -> ComparisonFile:
    chosen = settings_of({"draws": 200, **(options or {})})
    ((record, _),) = comparison_files(
        y_true=truth,
        champion=first,
        challenger=second,
        settings=chosen,
        **more,  # type: ignore[arg-type]
    ).values()
    assert isinstance(record, ComparisonFile)
    return record


def by_key(record: ComparisonFile) -> dict[str, ComparedMeasure]:
    return {item.key: item for item in record.measures}


def sample(rows: int = 500, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A truth, a weaker and a stronger probability."""
    draw = np.random.default_rng(seed)
    signal, noise = draw.normal(size=rows), draw.normal(size=rows)
    truth = (draw.random(rows) < 1 / (1 + np.exp(1 - 1.5 * signal))).astype(int)
    return truth, 1 / (1 + np.exp(1 - 0.8 * signal - 0.8 * noise)), 1 / (1 + np.exp(1 - 1.4 * signal))


def decisions_of(table: list[list[int]]) -> tuple[list[int], list[int], list[int]]:
    """Truth and two predictions whose right and wrong decisions are these counts."""
    (both, first), (second, neither) = table
    counts = [both, first, second, neither]
    return [1] * sum(counts), np.repeat([1, 1, 0, 0], counts).tolist(), np.repeat([1, 0, 1, 0], counts).tolist()


def test_mcnemars_test_is_that_of_the_published_example() -> None:
    """Aoki, Gunma University, McNemar's test of [[48, 28], [35, 53]]: corrected chi-squared .5714, p .4497."""
    truth, first, second = decisions_of([[48, 28], [35, 53]])
    found = compared(truth, Contender(name="a", pred=first), Contender(name="b", pred=second), {"positive_label": 1})
    assert found.decisions is not None
    assert (found.decisions.champion_only, found.decisions.challenger_only) == (28, 35)
    assert found.decisions.p == pytest.approx(0.449692, abs=5e-7)
    assert found.decisions.method == "chi-squared with continuity correction"


@pytest.mark.parametrize(
    ("options", "statistic", "p"),
    [
        ({"exact": False, "correction": False}, 0.777778, 0.377822),
        ({"exact": False, "correction": True}, 0.571429, 0.449692),
        ({"exact": True}, 28, 0.449963),
    ],
    ids=["uncorrected", "corrected", "exact"],
)
def test_the_counts_give_every_form_of_the_published_test(options: dict[str, bool], statistic: float, p: float) -> None:
    """Aoki, Gunma University, the same example: .7778 p .3778; corrected .5714 p .4497; exact p .45."""
    truth, first, second = decisions_of([[48, 28], [35, 53]])
    counts = compared(truth, Contender(name="a", pred=first), Contender(name="b", pred=second)).decisions
    assert counts is not None
    table = [[counts.both, counts.champion_only], [counts.challenger_only, counts.neither]]
    found = mcnemar(table, **options)
    assert (found.statistic, found.pvalue) == (pytest.approx(statistic, abs=5e-7), pytest.approx(p, abs=5e-7))
    by_hand = binomtest(28, 63).pvalue if options["exact"] else chi2.sf(found.statistic, 1)  # a second implementation
    assert found.pvalue == pytest.approx(by_hand, rel=1e-9)


def test_few_discordant_rows_are_tested_exactly() -> None:
    truth, first, second = decisions_of([[48, 4], [11, 53]])
    found = compared(truth, Contender(name="a", pred=first), Contender(name="b", pred=second)).decisions
    assert found is not None
    assert found.method == "exact"
    assert found.p == pytest.approx(binomtest(4, 15).pvalue, rel=1e-9)


def test_models_that_are_right_on_the_same_rows_cannot_be_tested() -> None:
    truth, first, _ = decisions_of([[10, 5], [0, 5]])
    found = compared(truth, Contender(name="a", pred=first), Contender(name="b", pred=first)).decisions
    assert found is not None
    assert found.p is None
    assert found.note == "cannot be estimated because both models are right on the same rows"


def test_the_difference_of_areas_is_delongs() -> None:
    truth, first, second = sample()
    item = by_key(compared(truth, Contender(name="a", score=first), Contender(name="b", score=second)))["roc_auc"]
    z, p, _, _, area_a, area_b, _ = Delong_test(truth, first, second)
    assert item.difference.value == pytest.approx(area_b - area_a, abs=1e-12)
    assert item.p == pytest.approx(p, rel=1e-9)
    assert item.test == "DeLong"
    half = (area_b - area_a) / z * 1.959963984540054
    assert item.difference.interval is not None
    assert item.difference.interval.low == pytest.approx(area_b - area_a - half, rel=1e-9)
    assert (item.champion.value, item.challenger.value) == (pytest.approx(area_a), pytest.approx(area_b))


def test_every_difference_is_challenger_minus_champion_with_a_paired_interval() -> None:
    truth, first, second = sample()
    found = by_key(compared(truth, Contender(name="a", score=first), Contender(name="b", score=second)))
    called = first >= 0.5, second >= 0.5
    wanted = {
        "pr_auc": [metrics.average_precision_score(truth, score) for score in (first, second)],
        "brier": [metrics.brier_score_loss(truth, score) for score in (first, second)],
        "log_loss": [metrics.log_loss(truth, score) for score in (first, second)],
        "accuracy": [metrics.accuracy_score(truth, one) for one in called],
        "sensitivity": [metrics.recall_score(truth, one) for one in called],
        "specificity": [metrics.recall_score(truth, one, pos_label=0) for one in called],
        "ppv": [metrics.precision_score(truth, one) for one in called],
        "f1": [metrics.f1_score(truth, one) for one in called],
        "mcc": [metrics.matthews_corrcoef(truth, one) for one in called],
        "balanced_accuracy": [metrics.balanced_accuracy_score(truth, one) for one in called],
    }
    for key, (before, after) in wanted.items():
        difference = found[key].difference
        assert difference.value == pytest.approx(after - before, abs=1e-12), key
        assert difference.interval is not None, key
        assert difference.interval.low <= after - before <= difference.interval.high, key
    assert "prevalence" not in found
    assert found["brier"].difference.higher_is_better is False


def test_a_paired_interval_is_narrower_than_that_of_other_rows() -> None:
    truth, _, score = sample(2000)
    near = np.clip(score + np.random.default_rng(0).normal(0, 0.01, 2000), 0.001, 0.999)
    item = by_key(compared(truth, Contender(name="a", score=score), Contender(name="b", score=near)))["brier"]
    assert item.difference.interval is not None
    assert item.champion.interval is not None
    paired, alone = (one.interval.high - one.interval.low for one in (item.difference, item.champion))  # type: ignore[union-attr]
    assert paired < alone / 5


def test_each_model_may_have_its_own_threshold() -> None:
    truth, first, second = sample()
    record = compared(
        truth, Contender(name="a", score=first, threshold=0.3), Contender(name="b", score=second), {"threshold": 0.6}
    )
    assert (record.champion.threshold, record.challenger.threshold) == (0.3, 0.6)
    item = by_key(record)["selection_rate"]
    assert item.champion.value == pytest.approx((first >= 0.3).mean())
    assert item.challenger.value == pytest.approx((second >= 0.6).mean())


def test_clustered_rows_are_drawn_as_clusters_and_not_tested_as_rows() -> None:
    truth, first, second = sample(600)
    groups = pd.Series(np.arange(600) // 6, name="patient")
    record = compared(truth, Contender(name="a", score=first), Contender(name="b", score=second), groups=groups)
    assert (record.clusters, record.cluster_key) == (100, "patient")
    for item in record.measures:
        assert item.p is None, item.key
        assert item.difference.interval is not None, item.key
        assert item.difference.interval.method.startswith("cluster bootstrap percentile, 100 clusters"), item.key
    assert record.decisions is not None
    assert record.decisions.p is None
    assert "independent" in record.decisions.note


def test_regressions_are_compared_by_their_errors() -> None:
    draw = np.random.default_rng(1)
    truth = draw.normal(size=300)
    first, second = truth + draw.normal(0, 1, 300), truth + draw.normal(0, 0.5, 300)
    record = compared(truth, Contender(name="a", pred=first), Contender(name="b", pred=second), {"unit": "kg"})
    item = by_key(record)["rmse"]
    wanted = metrics.root_mean_squared_error(truth, second) - metrics.root_mean_squared_error(truth, first)
    assert item.difference.value == pytest.approx(wanted)
    assert item.difference.unit == "kg"
    assert item.difference.interval is not None
    assert item.difference.interval.high < 0
    assert record.decisions is None


def test_models_of_several_classes_are_compared_by_their_decisions() -> None:
    draw = np.random.default_rng(1)
    truth = draw.integers(0, 3, 300)
    first = np.where(draw.random(300) < 0.5, truth, draw.integers(0, 3, 300))
    second = np.where(draw.random(300) < 0.8, truth, draw.integers(0, 3, 300))
    record = compared(truth, Contender(name="a", pred=first), Contender(name="b", pred=second))
    item = by_key(record)["accuracy"]
    assert item.difference.value == pytest.approx((second == truth).mean() - (first == truth).mean())
    assert record.decisions is not None
    assert record.decisions.champion_only == int(((first == truth) & (second != truth)).sum())


KEYS = ["r1", "r2", "r3", "r4"]
TRUTH, SCORE = [0, 1, 0, 1], [0.2, 0.8, 0.4, 0.6]


@pytest.mark.parametrize(
    ("first", "second", "more", "words"),
    [
        ({"keys": KEYS}, {"keys": ["r1", "r3", "r2", "r4"]}, {}, "challenger differs from champion in 2 of 4 rows"),
        ({"keys": KEYS}, {"keys": KEYS}, {"keys": KEYS[::-1]}, "champion differs from y_true in 4 of 4 rows"),
        ({"keys": KEYS}, {}, {}, "only champion has keys"),
        ({"keys": KEYS}, {"keys": KEYS[:3]}, {}, "challenger has 3, champion has 4"),
        ({"keys": ["r1"] * 4}, {"keys": ["r1"] * 4}, {}, "3 of 4 stand more than once"),
        ({"score": SCORE[:3]}, {}, {}, "champion: y_score has 3 rows, expected 4"),
        ({}, {"score": [0.1, 0.2, float("nan"), 0.4]}, {}, "challenger: y_score: 1 of 4 values are not finite"),
    ],
)
def test_rows_that_are_not_the_same_are_refused(
    first: dict[str, object], second: dict[str, object], more: dict[str, object], words: str
) -> None:
    one, other = (Contender(**{"name": "m", "score": SCORE, **given_}) for given_ in (first, second))  # type: ignore[arg-type]
    with pytest.raises(ProblemsError, match=words):
        compared(TRUTH, one, other, **more)


def test_the_index_of_pandas_objects_is_their_key() -> None:
    truth, score = pd.Series(TRUTH, index=KEYS), pd.Series(SCORE, index=KEYS)
    record = compared(truth, Contender(name="a", score=score), Contender(name="b", score=score))
    assert record.keys_sha256 is not None
    with pytest.raises(ProblemsError, match=r"differs from y_true in 2 of 4 rows, the first at row 1: 'r3'"):
        compared(truth, Contender(name="a", score=score), Contender(name="b", score=score.iloc[[0, 2, 1, 3]]))
    in_order = compared(TRUTH, Contender(name="a", score=SCORE), Contender(name="b", score=SCORE))
    assert in_order.keys_sha256 is None


def test_one_class_says_why_nothing_can_be_said() -> None:
    record = compared(
        [1] * 6, Contender(name="a", score=[0.5] * 6), Contender(name="b", score=[0.1 * n for n in range(1, 7)])
    )
    item = by_key(record)["roc_auc"]
    assert item.difference.value is None
    assert item.difference.note.startswith("cannot be estimated because only one class")
    assert by_key(record)["specificity"].difference.value is None


def test_a_strange_name_of_the_other_model_is_refused() -> None:
    with pytest.raises(UsageError, match=r"against is '../x'"):
        compared(TRUTH, Contender(name="a", score=SCORE), Contender(name="b", score=SCORE), against="../x")


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 10), st.integers(0, 10)), min_size=1, max_size=40),
    st.randoms(use_true_random=False),
)
def test_order_does_not_matter_and_turning_the_roles_turns_the_sign(
    rows: list[tuple[bool, int, int]], random: object
) -> None:
    def record(given_: list[tuple[bool, int, int]], *, turned: bool = False) -> ComparisonFile:
        truth, first, second = (np.array(column, float) for column in zip(*given_, strict=True))
        one, other = Contender(name="a", score=first / 10), Contender(name="b", score=second / 10)
        return compared(truth.astype(int), *((other, one) if turned else (one, other)), {"draws": 20})

    shuffled = rows.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    here = record(rows)
    assert canonical(unstructure(here)) == canonical(unstructure(record(shuffled)))
    there = by_key(record(rows, turned=True))
    for item in here.measures:
        value, other = item.difference.value, there[item.key].difference.value
        assert (value is None) is (other is None)
        if value is not None:
            assert value == pytest.approx(-(other or 0.0), abs=1e-12)
            interval = item.difference.interval
            assert interval is None or interval.low <= value <= interval.high
        else:
            assert item.difference.note
