"""Train on scikit-learn's breast-cancer data, log evidence, and print what other libraries say of the same rows.

Arguments: tracking URI, folder for artifacts. Patients are not described in these data; the groups are of the images.
"""

from __future__ import annotations

import json
import secrets
import sys
import warnings
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, selection_rate, true_positive_rate
from sklearn import metrics
from sklearn.calibration import calibration_curve
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import docgen

warnings.filterwarnings("ignore")
FEATURES = ["mean radius", "mean texture", "mean smoothness", "mean concavity", "worst area", "worst symmetry"]
THRESHOLD, CURVE_BINS = 0.4, 5


def data() -> tuple[pd.DataFrame, pd.DataFrame]:
    frame, benign = load_breast_cancer(return_X_y=True, as_frame=True)
    frame = frame[FEATURES].assign(diagnosis=np.where(benign == 1, "benign", "malignant"))
    train, test = train_test_split(frame, test_size=0.4, random_state=3, stratify=frame["diagnosis"])
    return train.reset_index(drop=True), test.reset_index(drop=True)


def groups_of(frame: pd.DataFrame) -> pd.DataFrame:
    """What a reader of images would ask: does it work for small nuclei, and for rough ones?"""
    return pd.DataFrame({
        "nuclei": np.where(frame["mean radius"] < 14, "small", "large"),
        "texture": pd.cut(frame["mean texture"], [0, 17, 21, 100], labels=["fine", "medium", "coarse"]).astype(str),
    })  # fmt: skip


def main(uri: str, artifacts: str) -> None:
    mlflow.set_tracking_uri(uri)
    experiment = mlflow.create_experiment("breast cancer", artifact_location=Path(artifacts).as_uri())
    train, test = data()
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    with mlflow.start_run(experiment_id=experiment, run_name="logistic regression"):
        model.fit(train[FEATURES], train["diagnosis"])
        mlflow.sklearn.log_model(
            model, name="model", registered_model_name="breast-cancer", input_example=train[FEATURES].head(3),
            pip_requirements=["scikit-learn", "mlflow"],
        )  # fmt: skip
        for name, frame in (("train", train), ("test", test)):
            docgen.log_dataset(
                frame, name=f"images-{name}", context=name, target="diagnosis", licence="CC BY 4.0",
                source="scikit-learn, load_breast_cancer (Wolberg, Street and Mangasarian 1995)",
            )  # fmt: skip
        docgen.log_overlap(train, test, key="mean radius", salt=secrets.token_bytes(32))
        score = model.predict_proba(test[FEATURES])[:, 1]
        docgen.log_evidence(
            y_true=test["diagnosis"], y_score=score, positive_label="malignant", threshold=THRESHOLD,
            sensitive_features=groups_of(test), suppress_below=11, model=model, X=test[FEATURES],
            background=train[FEATURES], split="test", dataset_name="images-test", bins=CURVE_BINS, draws=300, seed=1,
            explain_rows=1000, background_rows=1000,
        )  # fmt: skip
    sys.stdout.write(json.dumps(said_elsewhere(model, train, test, score)) + "\n")


def said_elsewhere(
    model: object, train: pd.DataFrame, test: pd.DataFrame, score: np.ndarray
) -> dict[str, float | list[float] | dict[str, float]]:
    """The same figures by scikit-learn and Fairlearn on the rows, and SHAP values by their definition."""
    truth, called = (test["diagnosis"] == "malignant").astype(int), (score >= THRESHOLD).astype(int)
    by_nuclei = MetricFrame(
        metrics={"selection_rate": selection_rate, "true_positive_rate": true_positive_rate},
        y_true=truth, y_pred=called, sensitive_features=groups_of(test)["nuclei"],
    )  # fmt: skip
    observed, predicted = calibration_curve(truth, score, n_bins=CURVE_BINS)
    scaler, logistic = model[0], model[1]  # type: ignore[index]
    apart = scaler.transform(test[FEATURES]) - scaler.transform(train[FEATURES]).mean(axis=0)
    return {
        "roc_auc": metrics.roc_auc_score(truth, score),
        "pr_auc": metrics.average_precision_score(truth, score),
        "brier": metrics.brier_score_loss(truth, score),
        "sensitivity": metrics.recall_score(truth, called),
        "mcc": metrics.matthews_corrcoef(truth, called),
        "observed": observed.tolist(),
        "predicted": predicted.tolist(),
        "selection_rate": by_nuclei.by_group["selection_rate"].to_dict(),
        "true_positive_rate": by_nuclei.by_group["true_positive_rate"].to_dict(),
        "true_positive_rate.difference": float(by_nuclei.difference()["true_positive_rate"]),
        "attributions": dict(zip(FEATURES, np.abs(apart * logistic.coef_[0]).mean(axis=0).tolist(), strict=True)),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
