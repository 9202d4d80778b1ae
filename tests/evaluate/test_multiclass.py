"""Measures of a classifier of several classes against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from docgen.evaluate.intervals import Method
from docgen.evaluate.multiclass import multiclass
from docgen.evaluate.resample import Clusters, Resampling
from docgen.model.evidence import Quantity

LABELS = ("low", "mid", "high")


def sample(rows: int = 500, seed: int = 6) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    margins = generator.normal([0.8, 0.0, -0.4], 1.2, (rows, 3))
    score = np.exp(margins) / np.exp(margins).sum(axis=1, keepdims=True)
    truth = (score.cumsum(axis=1) < generator.random((rows, 1))).sum(axis=1).clip(0, 2)
    return truth, score.argmax(axis=1), score


def how(rows: int, clusters: Clusters | None = None) -> Resampling:
    return Resampling(method=Method(draws=100, seed=1), rows=rows, clusters=clusters)


def found(
    truth: np.ndarray, predicted: np.ndarray, score: np.ndarray | None, clusters: Clusters | None = None
) -> dict[str, Quantity]:
    result = multiclass(truth, predicted, score, LABELS, how(len(truth), clusters))
    return {item.key: item.quantity for item in result.metrics}


def test_measures_are_those_of_scikit_learn() -> None:
    truth, predicted, score = sample()
    here = found(truth, predicted, score)
    recall = metrics.recall_score(truth, predicted, average=None)
    precision = metrics.precision_score(truth, predicted, average=None)
    areas = [metrics.roc_auc_score(truth == place, score[:, place]) for place in range(3)]
    wanted = {
        "accuracy": metrics.accuracy_score(truth, predicted),
        "f1_macro": metrics.f1_score(truth, predicted, average="macro"),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, predicted),
        "log_loss": metrics.log_loss(truth, score),
        "roc_auc_macro": metrics.roc_auc_score(truth, score, multi_class="ovr", average="macro"),
        **{f"recall_{label}": recall[place] for place, label in enumerate(LABELS)},
        **{f"precision_{label}": precision[place] for place, label in enumerate(LABELS)},
        **{f"roc_auc_{label}": areas[place] for place, label in enumerate(LABELS)},
    }
    assert set(here) == set(wanted)
    for key, value in wanted.items():
        assert here[key].value == pytest.approx(value, abs=1e-12), key
        interval = here[key].interval
        assert interval is not None, key
        assert interval.low < value < interval.high, key
    assert here["roc_auc_low"].interval.method == "DeLong"  # type: ignore[union-attr]


def test_the_confusion_counts_are_those_of_scikit_learn() -> None:
    truth, predicted, _ = sample()
    result = multiclass(truth, predicted, None, LABELS, how(len(truth)))
    assert result.confusion is not None
    assert result.confusion.labels == LABELS
    assert np.array(result.confusion.counts).tolist() == metrics.confusion_matrix(truth, predicted).tolist()


def test_a_class_that_nobody_has_or_predicts_is_undefined_in_words() -> None:
    truth, predicted, score = sample()
    here = found(np.minimum(truth, 1), np.minimum(predicted, 1), score)
    assert here["recall_high"].note == "cannot be estimated because no row is of this class"
    assert here["precision_high"].note == "cannot be estimated because this class was never predicted"
    assert here["roc_auc_macro"].note == "cannot be estimated because a class has no row"
    assert here["roc_auc_high"].special == "undefined"
    assert here["roc_auc_high"].note.startswith("cannot be estimated because")
    assert here["f1_macro"].value == pytest.approx(
        metrics.f1_score(np.minimum(truth, 1), np.minimum(predicted, 1), average="macro")
    )


def test_a_certain_mistake_makes_the_log_loss_infinite_in_words() -> None:
    truth, predicted, score = sample(30)
    score[0] = np.eye(3)[(truth[0] + 1) % 3]
    quantity = found(truth, predicted, score)["log_loss"]
    assert quantity.value is None
    assert quantity.note == "infinite: 1 rows had probability 0 for what happened"


def test_clustered_rows_have_cluster_intervals_everywhere() -> None:
    truth, predicted, score = sample(600)
    clusters = Clusters(codes=np.arange(600) // 4, count=150, name="patient")
    for key, quantity in found(truth, predicted, score, clusters).items():
        assert quantity.interval is not None, key
        assert quantity.interval.method.startswith("cluster bootstrap percentile, 150 clusters by patient"), key
