"""Calibration of several classes against published examples and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from docgen.evaluate.assemble import evidence_files
from docgen.evaluate.class_calibration import SeveralClasses, several_classes
from docgen.evaluate.intervals import Method
from docgen.evaluate.resample import Clusters, Resampling
from docgen.evaluate.settings import Settings
from docgen.model.canonical import canonical, sha256
from docgen.model.codec import unstructure
from docgen.model.evidence import Quantity, Table
from docgen.model.formats import CalibrationFile, path_of
from docgen.sources.evidence_files import read
from docgen.sources.evidence_files.source import Source

LABELS = ("low", "mid", "high")


def sample(rows: int, seed: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Places in the labels, drawn from the probabilities of each row, and these."""
    generator = np.random.default_rng(seed)
    margins = generator.normal([0.8, 0.0, -0.4], 1.2, (rows, 3))
    score = np.exp(margins) / np.exp(margins).sum(axis=1, keepdims=True)
    return (score.cumsum(axis=1) < generator.random((rows, 1))).sum(axis=1).clip(0, 2), score


def how(rows: int, clusters: Clusters | None = None) -> Resampling:
    return Resampling(method=Method(draws=200, seed=1), rows=rows, clusters=clusters)


def of_class(found: SeveralClasses, label: str) -> dict[str, Quantity]:
    (one,) = [one for one in found.classes if one.label == label]
    return {item.key: item.quantity for item in one.summary}


def test_errors_of_the_most_probable_class_are_those_of_torchmetrics_documentation() -> None:
    """torchmetrics, MulticlassCalibrationError, example with 3 bins: l1 .2000, l2 .2082, max .2333."""
    score = np.array([[0.25, 0.20, 0.55], [0.55, 0.05, 0.40], [0.10, 0.30, 0.60], [0.90, 0.05, 0.05]])
    found = several_classes(np.array([0, 1, 2, 0]), score, LABELS, how(4), bins=3)
    errors = {item.key: item.quantity.value for item in found.summary if item.key != "brier_sum"}
    assert errors == {
        "top_label_ece": pytest.approx(0.2000, abs=5e-5),
        "top_label_rms_error": pytest.approx(0.2082, abs=5e-5),
        "top_label_max_error": pytest.approx(0.2333, abs=5e-5),
    }


def test_curve_and_brier_score_of_each_class_are_those_of_scikit_learn() -> None:
    truth, score = sample(800)
    found = several_classes(truth, score, LABELS, how(800), bins=8)
    for place, label in enumerate(LABELS):
        mine, own = (truth == place).astype(int), score[:, place]
        observed, predicted = calibration_curve(mine, own, n_bins=8)
        bins = found.classes[place].bins
        assert [row.observed for row in bins] == pytest.approx(observed)
        assert [row.predicted for row in bins] == pytest.approx(predicted)
        here = of_class(found, label)
        assert set(here) == {"brier", "ece", "slope", "intercept"}
        assert here["brier"].value == pytest.approx(brier_score_loss(mine, own))
        sizes = np.array([row.n for row in bins])
        assert here["ece"].value == pytest.approx(float(sizes @ np.abs(observed - predicted) / 800))
        assert "8 bins of equal width" in here["ece"].note
        for key in ("brier", "slope", "intercept"):
            interval = here[key].interval
            assert interval is not None, key
            assert interval.low < here[key].value < interval.high
        assert {(item.n, item.events) for item in here.values()} == {(800, int(mine.sum()))}
    whole = next(item.quantity for item in found.summary if item.key == "brier_sum")
    assert whole.value == pytest.approx(sum(of_class(found, label)["brier"].value for label in LABELS))


def test_probabilities_that_are_true_have_a_slope_of_about_one() -> None:
    truth, score = sample(5000)
    for label in LABELS:
        here = of_class(several_classes(truth, score, LABELS, how(5000)), label)
        assert here["slope"].value == pytest.approx(1, abs=0.1)
        assert here["intercept"].value == pytest.approx(0, abs=0.1)


def test_a_class_without_a_row_has_a_curve_and_says_what_it_lacks() -> None:
    truth, score = sample(300)
    here = of_class(several_classes(np.where(truth == 2, 1, truth), score, LABELS, how(300)), "high")
    assert here["brier"].value is not None
    assert here["slope"].note == "cannot be estimated because only one class is in the data"


def test_clusters_are_drawn_whole_for_every_class() -> None:
    truth, score = sample(300)
    clusters = Clusters(codes=np.arange(300) // 3, count=100, name="patient")
    found = several_classes(truth, score, LABELS, how(300, clusters))
    methods = {item.quantity.interval.method for one in found.classes for item in one.summary if item.quantity.interval}
    assert methods == {
        "cluster bootstrap percentile, 100 clusters by patient, 200 draws, seed 1",
        "Wald, robust, 100 clusters by patient",
    }


def test_the_file_is_read_as_evidence_of_each_class() -> None:
    truth, score = sample(400)
    names = np.array(["low", "mid/day", "high"])[truth]
    files = evidence_files(y_true=names, y_score=score, settings=Settings(classes=("low", "mid/day", "high"), draws=50))
    record, rows = files["docgen/test/calibration"]
    assert isinstance(record, CalibrationFile)
    assert record.task == "multiclass"
    assert {row["label"] for row in rows} == {None, "low", "mid/day", "high"}
    data = canonical(unstructure(record))
    source = Source(path=path_of(record), data=data, sha256=sha256(data), run_id="0" * 32, time=None)
    found = {str(item.id): item.value for item in read(source)}
    curve = found["calibration:curve@test"]
    assert isinstance(curve, Table)
    assert (curve.attribute("of"), curve.attribute("bins")) == ("the most probable class", "10 bins of equal width")
    assert found["calibration:curve/mid_day@test"].attribute("of") == "mid/day"  # type: ignore[union-attr]
    assert found["calibration:brier/mid_day@test"].title == "Brier score of mid/day against the rest"  # type: ignore[union-attr]
    assert "calibration:top_label_ece@test" in found


def test_more_classes_than_anybody_reads_are_left_out_in_words() -> None:
    draw = np.random.default_rng(0)
    score = draw.dirichlet(np.ones(12), 300)
    found = several_classes(draw.integers(0, 12, 300), score, tuple(f"l{i}" for i in range(12)), how(300))
    assert found.classes == ()
    assert found.left_out == "there are 12 labels; calibration of each is formed for at most 10"
    assert [item.key for item in found.summary][1:] == ["top_label_ece", "top_label_rms_error", "top_label_max_error"]
