"""Evidence logged to real MLflow runs and read back, by function, from tables, and through `mlflow.models.evaluate`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression

import docgen
from docgen.errors import ProblemsError, UsageError
from docgen.model.canonical import sha256
from docgen.model.evidence import Evidence, Quantity, Table
from docgen.sources.evidence_files import Source, read, wanted


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    """An MLflow store of its own with a run open in it; the folder of the run's artifacts."""
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'mlflow.db'}")
    experiment = mlflow.create_experiment("tests", artifact_location=(tmp_path / "artifacts").as_uri())
    with mlflow.start_run(experiment_id=experiment) as run:
        yield tmp_path / "artifacts" / run.info.run_id / "artifacts"
    mlflow.set_tracking_uri(None)


def evidence(store: Path) -> dict[str, Evidence]:
    """What docgen's readers find in the run."""
    found: dict[str, Evidence] = {}
    for path in sorted(store.rglob("*.json")):
        name = path.relative_to(store).as_posix()
        if wanted(name):
            source = Source(
                path=name, data=path.read_bytes(), sha256=sha256(path.read_bytes()), run_id="0" * 32, time=None
            )
            found |= {item.id: item for item in read(source)}
    assert not [item.id for item in found.values() if item.missing]
    return found


def quantity(item: Evidence) -> Quantity:
    assert isinstance(item.value, Quantity)
    return item.value


def items(item: Evidence) -> dict[str, object]:
    assert isinstance(item.value, Table)
    return dict(item.value.rows)  # type: ignore[arg-type]


def cancer() -> tuple[pd.DataFrame, pd.Series, LogisticRegression]:
    """The bundled breast cancer data: the second half, its target, and a model of the first half."""
    frame, target = load_breast_cancer(return_X_y=True, as_frame=True)
    frame = frame.iloc[:, :5]
    model = LogisticRegression(max_iter=5000).fit(frame.iloc[::2], target.iloc[::2])
    return frame.iloc[1::2].reset_index(drop=True), target.iloc[1::2].reset_index(drop=True), model


def test_what_is_logged_is_what_is_read(store: Path) -> None:
    frame, target, model = cancer()
    metrics = docgen.log_evidence(
        y_true=target, y_score=model.predict_proba(frame)[:, 1], X=frame, split="test", draws=50, dataset_name="holdout"
    )
    found = evidence(store)
    for item in metrics:
        assert found[f"metric:{item.key}@test"].value == item.quantity
    assert items(found["table:evaluation@test"]) | {"sha256": ""} == {
        "task": "binary",
        "data": "holdout",
        "rows": 284,
        "sha256": "",
        "positive_label": "1",
        "threshold": 0.5,
    }
    assert {"table:roc@test", "table:lift@test", "table:confusion@test", "calibration:curve@test"} <= set(found)
    assert pd.read_parquet(store / "docgen" / "test" / "performance.parquet")["key"].tolist() == [
        m.key for m in metrics
    ]


def test_a_matrix_of_scores_from_scikit_learn_can_be_passed_as_it_is(store: Path) -> None:
    frame, target = load_iris(return_X_y=True, as_frame=True)
    model = LogisticRegression(max_iter=2000).fit(frame, target)
    docgen.log_evidence(y_true=target, y_score=model.predict_proba(frame), split="train", draws=50)
    found = evidence(store)
    assert quantity(found["metric:roc_auc_macro@train"]).interval is not None
    assert {"metric:recall_0@train", "metric:precision_2@train", "metric:roc_auc_1@train"} <= set(found)


def test_data_of_one_split_are_never_mixed(store: Path) -> None:
    frame, target, model = cancer()
    score = model.predict_proba(frame)[:, 1]
    docgen.log_evidence(y_true=target, y_score=score, split="test", draws=20)
    docgen.log_evidence(y_true=target, y_score=score, split="test", draws=20)  # the same again is no other data
    with pytest.raises(UsageError, match=r"already holds docgen/test/calibration.json on 'test' \(284 rows\)"):
        docgen.log_evidence(y_true=target[:200], y_score=score[:200], split="test", draws=20)
    docgen.log_evidence(y_true=target[:200], y_score=score[:200], split="external_site-2", draws=20)
    assert items(evidence(store)["table:evaluation@external_site-2"])["rows"] == 200


def test_data_of_one_size_and_another_content_are_not_mixed_either(store: Path) -> None:
    frame, target, model = cancer()
    score = model.predict_proba(frame)[:, 1]
    docgen.log_evidence(y_true=target, y_score=score, X=frame, split="test", draws=20)
    with pytest.raises(UsageError, match="never mixed"):
        docgen.log_evidence(y_true=target, y_score=score, X=frame + 1, split="test", draws=20)


def test_without_a_run_nothing_is_computed(tmp_path: Path) -> None:
    assert mlflow.active_run() is None
    with pytest.raises(UsageError, match="no active MLflow run"):
        docgen.log_evidence(y_true=[0, 1], y_score=[0.1, 0.9])


def test_predictions_of_a_model_scored_elsewhere_are_enough(store: Path, tmp_path: Path) -> None:
    """A CSV file as SAS or R write it: labels in words, a key, a group."""
    draw = np.random.default_rng(4)
    score = draw.random(300).round(4)
    table = pd.DataFrame({
        "id": np.arange(300) // 2,
        "outcome": np.where(draw.random(300) < score, "bad", "good"),
        "p_bad": score,
        "region": draw.choice(["north", "south"], 300),
    })  # fmt: skip
    table.to_csv(tmp_path / "scored in sas.csv", index=False)
    docgen.log_predictions(
        tmp_path / "scored in sas.csv",
        truth="outcome",
        score="p_bad",
        groups="id",
        sensitive_features=["region"],
        positive_label="bad",
        split="out_of_time",
        draws=50,
    )
    found = evidence(store)
    said = items(found["table:evaluation@out_of_time"])
    assert (said["data"], said["positive_label"], said["clusters"], said["cluster_key"]) == (
        "scored in sas",
        "bad",
        150,
        "id",
    )
    assert said["sha256"]
    assert "fairness:selection_rate/region@out_of_time" in found
    interval = quantity(found["metric:roc_auc@out_of_time"]).interval
    assert interval is not None
    assert "150 clusters by id" in interval.method


def test_a_column_of_scores_for_each_class_names_its_class(store: Path) -> None:
    draw = np.random.default_rng(4)
    scores = draw.dirichlet([1, 1, 1], 90)
    table = pd.DataFrame(scores, columns=["3", "1", "2"])
    table["grade"] = np.array([3, 1, 2])[scores.argmax(axis=1)]
    docgen.log_predictions(table, truth="grade", score=["3", "1", "2"], split="test", draws=20)
    assert quantity(evidence(store)["metric:accuracy@test"]).value == 1.0


def test_columns_that_are_not_there_are_named_at_once(store: Path, tmp_path: Path) -> None:
    table = pd.DataFrame({"outcome": [0, 1], "score": [0.1, 0.2]})
    with pytest.raises(ProblemsError, match="did you mean 'score'") as caught:
        docgen.log_predictions(table, truth="outcom", score="scor", groups="patient")
    assert len(caught.value.problems) == 3
    with pytest.raises(ProblemsError, match="cannot be read as CSV"):
        docgen.log_predictions(tmp_path / "none.csv", truth="outcome", score="score")


def test_a_comparison_is_logged_and_read(store: Path) -> None:
    frame, target, model = cancer()
    smaller = LogisticRegression(max_iter=5000).fit(frame[["mean texture"]], target)
    champion = docgen.Contender(name="models:/cancer/1", score=smaller.predict_proba(frame[["mean texture"]])[:, 1])
    challenger = docgen.Contender(name="models:/cancer/2", score=model.predict_proba(frame)[:, 1])
    both = {"y_true": target, "champion": champion, "challenger": challenger, "draws": 50, "split": "test"}
    compared = docgen.log_comparison(**both)  # type: ignore[arg-type]
    docgen.log_comparison(**both, against="original")  # type: ignore[arg-type]
    found = evidence(store)
    auroc = next(item for item in compared if item.key == "roc_auc")
    for prefix in ("comparison:", "comparison:original/"):
        assert found[f"{prefix}roc_auc@test"].value == auroc.difference
        assert found[f"{prefix}roc_auc.champion@test"].value == auroc.champion
        assert quantity(found[f"{prefix}roc_auc.p@test"]).value == auroc.p
        assert items(found[f"{prefix}models@test"])["challenger"] == "models:/cancer/2"
        assert quantity(found[f"{prefix}mcnemar@test"]).value is not None
    assert (store / "docgen" / "test" / "comparison-original.json").is_file()


def test_the_evaluator_takes_several_classes_with_their_scores(store: Path) -> None:
    frame, target = load_iris(return_X_y=True, as_frame=True)
    model = RandomForestClassifier(n_estimators=10, random_state=0).fit(frame, target)
    info = mlflow.sklearn.log_model(model, name="model", serialization_format="cloudpickle")
    data = frame.assign(target=target, plot=np.arange(150) // 3)
    signature = list(frame.columns)
    mlflow.models.evaluate(
        info.model_uri,
        data[[*signature, "target"]],
        targets="target",
        model_type="classifier",
        evaluators=["docgen"],
        evaluator_config={"docgen": {"split": "train", "draws": 20, "explain": False, "groups": data["plot"]}},
    )
    found = evidence(store)
    assert quantity(found["metric:log_loss@train"]).n == 150
    assert items(found["table:evaluation@train"])["clusters"] == 50


def test_a_call_that_names_no_evaluator_and_speaks_to_mlflows_own_is_left_to_it(store: Path) -> None:
    frame, target = load_iris(return_X_y=True, as_frame=True)
    frame, target = frame[target < 2], target[target < 2]
    info = mlflow.sklearn.log_model(LogisticRegression().fit(frame, target), name="model")
    mlflow.models.evaluate(
        info.model_uri,
        frame.assign(target=target),
        targets="target",
        model_type="classifier",
        evaluator_config={"log_model_explainability": False},
    )
    assert not [name for name in evidence(store) if name.startswith("metric:")]


def test_the_evaluator_takes_regressions(store: Path) -> None:
    frame, target = load_diabetes(return_X_y=True, as_frame=True)
    info = mlflow.sklearn.log_model(LinearRegression().fit(frame, target), name="model")
    mlflow.models.evaluate(
        info.model_uri,
        frame.assign(target=target),
        targets="target",
        model_type="regressor",
        evaluators=["docgen"],
        evaluator_config={"docgen": {"split": "train", "draws": 20, "explain": False, "unit": "points"}},
    )
    found = evidence(store)
    assert quantity(found["metric:rmse@train"]).unit == "points"
    assert quantity(found["metric:heteroscedasticity_p@train"]).value is not None
    assert {"table:residuals@train", "table:residual_quantiles@train"} <= set(found)


def test_no_file_holds_a_number_that_is_none(store: Path) -> None:
    """Not even of data that define hardly anything: JSON has no NaN, and docgen writes none."""
    docgen.log_evidence(y_true=[0, 0, 0], y_score=[0.5, 0.5, 0.5], split="test", draws=20)
    docgen.log_evidence(y_true=[1.5, 1.5, 1.5], y_pred=[1.0, 1.0, 1.0], split="validation", task="regression", draws=20)
    for path in store.rglob("*.json"):
        json.loads(path.read_text("utf-8"), parse_constant=lambda text: pytest.fail(f"{text} in a file"))
    assert quantity(evidence(store)["metric:roc_auc@test"]).special == "undefined"
