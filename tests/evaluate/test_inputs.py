"""What a caller may pass, and that everything wrong with it is named at once."""

from __future__ import annotations

from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from docgen.errors import ExitCode, ProblemsError, UsageError
from docgen.evaluate.assemble import evidence_files
from docgen.evaluate.settings import settings_of
from docgen.model.canonical import canonical
from docgen.model.codec import unstructure
from docgen.model.formats import CalibrationFile, FairnessFile, PerformanceFile

TRUTH, SCORE = [0, 1, 1, 0, 1, 0], [0.2, 0.7, 0.4, 0.3, 0.9, 0.6]


def files(options: dict[str, object] | None = None, **given: object) -> dict[str, object]:
    chosen = settings_of({"draws": 30, **(options or {})})
    return {path: record for path, (record, _) in evidence_files(settings=chosen, **given).items()}  # type: ignore[arg-type]


def performance(options: dict[str, object] | None = None, split: str = "test", **given: object) -> PerformanceFile:
    found = files(options, **given)[f"docgen/{split}/performance"]
    assert isinstance(found, PerformanceFile)
    return found


def values(record: PerformanceFile) -> dict[str, float | None]:
    return {item.key: item.quantity.value for item in record.metrics}


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ({"y_true": TRUTH}, "neither y_score nor y_pred"),
        ({"y_true": [], "y_score": []}, r"y_true has shape \(0,\)"),
        ({"y_true": [[0, 1], [1, 0]], "y_score": [0.1, 0.2]}, r"y_true has shape \(2, 2\)"),
        ({"y_true": [0, 1, None], "y_score": [0.1, 0.2, 0.3]}, "y_true: 1 of 3 values are missing"),
        ({"y_true": pd.Series([0, "a", 1], dtype=object), "y_pred": [0, 1, 1]}, "values of several types"),
        ({"y_true": ["a", "b", "c"], "y_pred": [0, 1, 2]}, "share no label"),
        ({"y_true": TRUTH, "y_score": SCORE[:4]}, "y_score has 4 rows, expected 6"),
        ({"y_true": TRUTH, "y_score": [*SCORE[:5], float("nan")]}, "y_score: 1 of 6 values are not finite"),
        ({"y_true": TRUTH, "y_score": [*SCORE[:5], float("inf")]}, "y_score: 1 of 6 values are not finite"),
        ({"y_true": TRUTH, "y_score": ["a"] * 6}, "y_score holds values that are no numbers"),
        ({"y_true": TRUTH, "y_score": [*SCORE[:5], 1.5]}, "runs from 0.2 to 1.5, expected probabilities"),
        ({"y_true": TRUTH, "y_pred": TRUTH[:3]}, "y_pred has 3 rows, expected 6"),
        ({"y_true": TRUTH, "y_pred": ["yes", "no"] * 3}, "y_pred and y_true hold the labels"),
        ({"y_true": TRUTH, "y_score": SCORE, "groups": ["a", None, "b", "b", "c", "c"]}, "groups: 1 of 6"),
        ({"y_true": TRUTH, "y_score": SCORE, "groups": ["a"] * 6}, "every row has the same key"),
        ({"y_true": TRUTH, "y_score": SCORE, "groups": ["a", "b"]}, "groups has 2 rows, expected 6"),
        ({"y_true": TRUTH, "y_score": SCORE, "frame": {"x": [1, 2]}}, "X has 2 rows, expected 6"),
        ({"y_true": [0, 1, 2, 1, 0, 2], "y_score": SCORE}, "expected a column of probabilities for each class"),
        ({"y_true": [0, 1, 2, 1], "y_score": [[0.5, 0.5, 0.5]] * 4}, "do not sum to 1"),
        ({"y_true": [0, 1, 2, 1], "y_score": [[0.25] * 4] * 4}, "4 columns, y_true 3 labels"),
        ({"y_true": [0.5, 1.5, 2.5], "y_score": [0.1, 0.2, 0.3]}, "expected predictions for a regression"),
        ({"y_true": [0.5, 1.5, 2.5], "y_pred": [1.0, float("inf"), 2.0]}, "y_pred: 1 of 3 values are not finite"),
    ],
)
def test_what_does_not_fit_is_named(given_: dict[str, object], words: str) -> None:
    with pytest.raises(ProblemsError, match=words) as caught:
        files(**given_)
    assert caught.value.code is ExitCode.USAGE


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(ProblemsError) as caught:
        files(y_true=TRUTH, y_score=SCORE[:5], y_pred=TRUTH[:4], groups=["a"], frame={"x": [1]})
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"thresold": 0.5}, "did you mean 'threshold'"),
        ({"threshold": 1.5}, "threshold is 1.5"),
        ({"threshold": True}, "threshold is True"),
        ({"level": 95}, "level is 95"),
        ({"draws": 0}, "draws is 0"),
        ({"bins": 2.5}, "bins is 2.5"),
        ({"seed": -1}, "seed is -1"),
        ({"interval": "wald"}, "expected one of wilson, clopper-pearson"),
        ({"bin_rule": "even"}, "expected one of uniform, quantile"),
        ({"score_kind": "margin"}, "expected one of probability, ranking"),
        ({"task": "ranking"}, "expected one of binary, multiclass, regression"),
        ({"split": "../x"}, "split is '../x'"),
        ({"split": ""}, "split is ''"),
        ({"split": "tests"}, "did you mean 'test'"),
        ({"split": "out-of-time"}, "did you mean 'out_of_time'"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(options: dict[str, object], words: str) -> None:
    with pytest.raises(ProblemsError, match=words):
        settings_of(options)


def test_several_options_are_named_at_once() -> None:
    with pytest.raises(ProblemsError) as caught:
        settings_of({"nonsense": 1, "draws": "many", "level": 2, "split": "Test"})
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize(
    "split", ["train", "validation", "test", "out_of_time", "external_site-4", "holdout", "training"]
)
def test_splits_are_named_and_kept_apart(split: str) -> None:
    assert set(files({"split": split}, y_true=TRUTH, y_score=SCORE)) >= {f"docgen/{split}/performance"}
    assert performance({"split": split}, split=split, y_true=TRUTH, y_score=SCORE).split == split


def test_a_matrix_of_two_columns_is_read_by_its_labels() -> None:
    matrix = np.column_stack([1 - np.array(SCORE), SCORE])
    plain = performance(y_true=TRUTH, y_score=SCORE)
    assert performance(y_true=TRUTH, y_score=matrix).metrics == plain.metrics
    turned = performance({"classes": [1, 0]}, y_true=TRUTH, y_score=matrix[:, ::-1])
    assert turned.metrics == plain.metrics


def test_one_column_of_a_frame_is_one_dimension() -> None:
    frame = pd.DataFrame({"y": TRUTH, "p": SCORE})
    plain = performance(y_true=TRUTH, y_score=SCORE)
    assert performance(y_true=frame[["y"]], y_score=frame[["p"]]).metrics == plain.metrics


def test_text_labels_keep_their_names() -> None:
    words = ["good" if label else "bad" for label in TRUTH]
    record = performance({"positive_label": "bad"}, y_true=words, y_score=[1 - value for value in SCORE])
    assert record.positive_label == "bad"
    assert record.confusion is not None
    assert record.confusion.labels == ("good", "bad")
    assert values(record)["roc_auc"] == values(performance(y_true=TRUTH, y_score=SCORE))["roc_auc"]


def test_a_ranking_is_ranked_and_not_called() -> None:
    found = files({"score_kind": "ranking"}, y_true=TRUTH, y_score=[300, 720, 410, 380, 810, 660])
    assert "docgen/test/calibration" not in found
    record = found["docgen/test/performance"]
    assert isinstance(record, PerformanceFile)
    assert set(values(record)) == {"roc_auc", "gini", "pr_auc", "ks"}
    assert record.threshold is None
    assert record.confusion is None
    called = performance({"score_kind": "ranking"}, y_true=TRUTH, y_score=[3, 7, 4, 3, 8, 6], y_pred=TRUTH)
    assert values(called)["accuracy"] == 1.0


def test_groups_of_a_mere_ranking_cannot_be_compared() -> None:
    with pytest.raises(UsageError, match="a score that only ranks makes none"):
        files({"score_kind": "ranking"}, y_true=TRUTH, y_score=SCORE, sensitive_features={"sex": ["a", "b"] * 3})


def test_the_intervals_of_groups_know_the_clusters() -> None:
    found = files(
        {"min_group_size": 1, "suppress_below": 1},
        y_true=TRUTH,
        y_score=SCORE,
        groups=["p", "p", "q", "q", "r", "r"],
        sensitive_features={"sex": ["a", "b"] * 3},
    )["docgen/test/fairness"]
    assert isinstance(found, FairnessFile)
    assert found.method == "cluster bootstrap percentile, 3 clusters by the key given, 30 draws, seed 0"


def test_three_classes_and_numbers_are_told_from_the_labels() -> None:
    record = performance(y_true=["a", "b", "c", "a", "b", "c"], y_pred=["a", "b", "c", "b", "b", "a"])
    assert record.task == "multiclass"
    record = performance({"unit": "EUR"}, y_true=[1.5, 2.5, 4.0, 8.0], y_pred=[1, 3, 4, 7])
    assert record.task == "regression"
    assert record.residuals is not None
    assert record.residuals.unit == "EUR"


def test_scores_of_several_classes_are_predictions_too() -> None:
    score = [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.3, 0.4, 0.3]]
    record = performance(y_true=["x", "y", "z", "x"], y_score=score)
    assert record.confusion is not None
    assert record.confusion.counts == ((1, 1, 0), (0, 1, 0), (0, 0, 1))
    unseen = performance({"classes": ["w", "x", "y"]}, y_true=["x", "y", "x", "y"], y_score=score)
    assert unseen.confusion is not None
    assert unseen.confusion.labels == ("w", "x", "y")


def test_clusters_are_named_in_the_file_and_in_every_method() -> None:
    keys = pd.Series(["p1", "p1", "p2", "p2", "p3", "p3"] * 20, name="patient")
    record = performance(y_true=TRUTH * 20, y_score=SCORE * 20, groups=keys)
    assert (record.clusters, record.cluster_key) == (3, "patient")
    assert record.interval.startswith("cluster bootstrap percentile, 3 clusters by patient")


ALIKE = [
    *((False, score, key) for score, key in ((0, 0), (0, 0), (0, 0), (0, 3), (0, 4), (13, 1), (19, 4))),
    *((True, score, key) for score, key in ((3, 0), (3, 1), (3, 4), (5, 0), (8, 0), (13, 0), (14, 0))),
    *[(True, 12, 0)] * 4,
]
"""Rows of several clusters that are alike in all but their cluster: sums of floats differ by their order."""


@settings(max_examples=25, deadline=None)
@example(ALIKE, Random(8), True)  # an order, no secret
@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 20), st.integers(0, 4)), min_size=4, max_size=60),
    st.randoms(use_true_random=False),
    st.booleans(),
)
def test_the_order_of_the_rows_does_not_change_one_byte(
    rows: list[tuple[bool, int, int]], random: object, clustered: bool
) -> None:
    """Not even of a seeded bootstrap: rows are put in an order of their own first."""
    clustered = clustered and len({row[2] for row in rows}) > 1

    def record(given_: list[tuple[bool, int, int]]) -> bytes:
        truth, score, key = zip(*given_, strict=True)
        groups = [f"k{name}" for name in key] if clustered else None
        found = files(y_true=np.array(truth, int), y_score=np.array(score) / 20, groups=groups)
        kept = [found["docgen/test/performance"], found["docgen/test/calibration"]]
        assert isinstance(kept[1], CalibrationFile)
        return b"".join(canonical(unstructure(item)) for item in kept)

    shuffled = rows.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert record(rows) == record(shuffled)
