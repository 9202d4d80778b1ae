"""Train models that docgen's demo does not show.

A regression, several classes, predictions of another system alone, and groups and attributions measured by hand.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import shap
from fairlearn.metrics import MetricFrame, count, selection_rate
from mlflow.models import infer_signature
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score

import docgen


def regression() -> None:
    frame, target = load_diabetes(return_X_y=True, as_frame=True)
    train, test = frame.iloc[::2], frame.iloc[1::2].reset_index(drop=True)
    truth = target.iloc[1::2].reset_index(drop=True)
    model = LinearRegression().fit(train, target.iloc[::2])
    smaller = LinearRegression().fit(train[["bmi"]], target.iloc[::2])
    register(model, "progression", test)
    docgen.log_evidence(y_true=truth, y_pred=model.predict(test), X=test, split="test", unit="points", draws=200)
    docgen.log_comparison(
        y_true=truth,
        champion=docgen.Contender(name="body mass index alone", pred=smaller.predict(test[["bmi"]])),
        challenger=docgen.Contender(name="models:/progression/1", pred=model.predict(test)),
        X=test,
        split="test",
        unit="points",
        draws=200,
    )


def several_classes() -> None:
    frame, target = load_iris(return_X_y=True, as_frame=True)
    names = target.map({0: "setosa", 1: "versicolor", 2: "virginica"})
    train, test = frame.iloc[::2], frame.iloc[1::2].reset_index(drop=True)
    truth = names.iloc[1::2].reset_index(drop=True)
    model = LogisticRegression(max_iter=2000).fit(train, names.iloc[::2])
    register(model, "species", test)
    plots = pd.Series(np.arange(75) // 3, name="plot")
    docgen.log_evidence(
        y_true=truth, y_score=model.predict_proba(test), X=test, groups=plots, split="external_field-2", draws=200
    )


def scored_elsewhere() -> None:
    """Hardly anything is defined: one class, one score."""
    train = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0]})
    register(LogisticRegression().fit(train, [0, 1, 0, 1]), "bare", train)
    table = pd.DataFrame({"outcome": ["no"] * 12, "score": [0.5] * 12})
    docgen.log_predictions(table, truth="outcome", score="score", positive_label="yes", split="out_of_time", draws=50)


def odd_groups() -> None:
    """Groups that define little: values missing, a group of one, one with one class, and the same score for all."""
    draw = np.random.default_rng(5)
    sex = pd.Series([*["female"] * 60, *["male"] * 59, "alone", *[None] * 40], name="sex")
    truth = draw.integers(0, 2, 160)
    truth[60:119] = 0
    truth[119] = 1
    score = np.where(sex == "female", 0.7, np.where(sex == "male", 0.4, draw.random(160)))
    frame = pd.DataFrame({"x": score})
    register(LogisticRegression().fit(frame, truth), "odd-groups", frame)
    docgen.log_evidence(
        y_true=truth,
        y_score=score,
        sensitive_features=pd.DataFrame({"sex": sex, "same": "all"}),
        reference_groups={"sex": "male"},
        suppress_below=1,
        explain=False,
        draws=50,
    )


def by_hand() -> None:
    """Fairlearn and SHAP as people use them who have never heard of docgen: a CSV and an array among the artifacts."""
    draw = np.random.default_rng(4)
    frame = pd.DataFrame({"income": draw.normal(size=300), "debt": draw.normal(size=300)})
    truth = (frame["debt"] - frame["income"] + draw.normal(size=300) > 0).astype(int)
    model = LogisticRegression().fit(frame, truth)
    register(model, "by-hand", frame)
    rates = MetricFrame(
        metrics={"selection_rate": selection_rate, "accuracy": accuracy_score, "count": count},
        y_true=truth,
        y_pred=model.predict(frame),
        sensitive_features=pd.Series(np.repeat(["female", "male", "other"], [150, 147, 3]), name="sex"),
    )
    values = np.asarray(shap.LinearExplainer(model, frame).shap_values(frame))
    with tempfile.TemporaryDirectory() as folder:
        rates.by_group.to_csv(Path(folder) / "fairlearn_by_group.csv")
        np.save(Path(folder) / "shap_values.npy", values)
        sizes = pd.Series(np.abs(values).mean(axis=0), index=frame.columns, name="importance")
        sizes.to_csv(Path(folder) / "shap_importance.csv", index_label="feature")
        mlflow.log_artifacts(folder, "reports")


def register(model: object, name: str, test: pd.DataFrame) -> None:
    signature = infer_signature(test, model.predict(test))  # type: ignore[attr-defined]
    mlflow.sklearn.log_model(model, name="model", signature=signature, registered_model_name=name)


def main() -> None:
    uri, artifacts = sys.argv[1:]
    mlflow.set_tracking_uri(uri)
    experiment = mlflow.create_experiment("tasks", artifact_location=artifacts)
    for train in (regression, several_classes, scored_elsewhere, odd_groups, by_hand):
        with mlflow.start_run(experiment_id=experiment, run_name=train.__name__):
            train()


if __name__ == "__main__":
    main()
