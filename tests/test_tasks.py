"""Dossiers of models of other kinds than the demo's: each number traced, what does not apply said, nothing invented."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from docgen.config import Config
from docgen.model.evidence import Quantity
from docgen.pipeline import build, collect
from support.dossiers import check_pages, page, snapshot_of
from support.stores import train

SCRIPT = Path(__file__).parent / "support" / "train_tasks.py"


@dataclass(frozen=True)
class Store:
    """A folder with an MLflow database, its artifacts and the dossiers made of it."""

    folder: Path

    @property
    def config(self) -> Config:
        return Config(root=self.folder)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("tasks")
    train(folder, SCRIPT, f"sqlite:///{folder / 'mlflow.db'}", (folder / "artifacts").as_uri())
    return Store(folder=folder)


def dossier(store: Store, name: str) -> Path:
    snapshot = collect(f"models:/{name}/1", config=store.config).snapshot
    report = build(snapshot, config=store.config, pdf=False)
    assert report.warnings == ()
    check_pages(report.folder, store.config)
    return report.folder


def said(folder: Path) -> str:
    return " ".join(page(folder, "performance").select_one("article").get_text(" ", strip=True).split())  # type: ignore[union-attr]


def test_a_regression_is_shown_by_its_errors_and_residuals(store: Store) -> None:
    folder = dossier(store, "progression")
    text = said(folder)
    for words in (
        "Kind of model regression",
        "Residuals on the data named test",
        "Residuals by tenths of the predictions",
        "Quantiles of the residuals",
        "Heteroscedasticity (Breusch-Pagan p-value)",
        "body mass index alone",
        "It does not apply: the model predicts a number.",
        "points",
    ):
        assert words in text, words
    images = [str(image["alt"]) for image in page(folder, "performance").select("article img")]
    assert any(alt.startswith("Mean residual with its interval in 10 parts") for alt in images)
    gaps = page(folder, "index").select_one("table.docgen-gaps")
    assert gaps is not None
    assert "MC-MET-04" not in gaps.get_text()
    assert "MC-MET-05" not in gaps.get_text()


def test_several_classes_are_shown_class_by_class_with_their_clusters(store: Store) -> None:
    folder = dossier(store, "species")
    text = said(folder)
    for words in (
        "On the data named external_field-2",
        "Kind of model multiclass",
        "Clusters of rows 25",
        "Clustered by plot",
        "cluster bootstrap percentile, 25 clusters by plot, 200 draws, seed 0",
        "AUROC of versicolor against the rest",
        "Recall of virginica",
        "predicted setosa",
        "It does not apply: the model predicts one of several classes.",
        "Calibration of the most probable class",
        "Expected calibration error of the most probable class",
        "Calibration of versicolor",
        "Brier score of versicolor against the rest",
        "Calibration slope of versicolor",
        "10 bins of equal width",
    ):
        assert words in text, words
    gaps = page(folder, "index").select_one("table.docgen-gaps")
    assert gaps is not None
    assert "MC-MET-04" not in gaps.get_text()


def test_what_cannot_be_estimated_stands_there_in_words(store: Store) -> None:
    folder = dossier(store, "bare")
    text = said(folder)
    for words in (
        "On the data named out_of_time",
        "Positive label yes",
        "cannot be estimated because only one class is in the data",
        "cannot be estimated because there are no positive cases",
        "undefined",
    ):
        assert words in text, words
    assert "nan" not in text.lower().split()
    undefined = [
        item.value
        for item in snapshot_of(folder).of_kind("metric")
        if isinstance(item.value, Quantity) and item.value.value is None
    ]
    assert len(undefined) >= 6
    assert all(value.note for value in undefined)


def test_groups_that_define_little_have_a_reason_in_place_of_each_number(store: Store) -> None:
    folder = dossier(store, "odd-groups")
    text = " ".join(page(folder, "fairness").select_one("article").get_text(" ", strip=True).split())  # type: ignore[union-attr]
    for words in (
        "not stated",
        "small: fewer than 30 rows",
        "undefined: no positive cases in the group",
        "undefined: no negative cases in the group",
        "undefined: only one class in the group",
        "undefined: a group of one row has no spread",
        "reference group: undefined: no positive cases in the group",
        "fewer than two groups are shown, large enough and defined",
        "sex & same",
        "of AUROC , DeLong and, of its differences, normal approximation, variances by DeLong",
    ):
        assert words in text, words
    assert not {"nan", "inf", "none.", "null"} & set(text.lower().split())


def test_groups_and_attributions_that_somebody_measured_by_hand_are_shown_with_what_they_lack(store: Store) -> None:
    folder = dossier(store, "by-hand")
    fairness, explanations = (
        " ".join(page(folder, name).select_one("article").get_text(" ", strip=True).split())  # type: ignore[union-attr]
        for name in ("fairness", "explanations")
    )
    for words in ("female", "male", "other", "Another tool made these figures: small groups stand here as its file"):
        assert words in fairness, words
    for words in ("income", "debt", "mlflow.shap", "No permutation importances were logged."):
        assert words in explanations, words
    for text in (fairness, explanations):
        assert "nan" not in text.lower().split()
    gaps = page(folder, "index").select_one("table.docgen-gaps")
    assert gaps is not None
    asked = set(gaps.get_text(" ").split())
    assert "MC-EXP-01" not in asked
    assert {"MC-MET-03", "MC-QUA-01", "MC-QUA-03", "MC-EXP-02"} <= asked  # no file of theirs says on which data
