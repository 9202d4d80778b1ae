"""Train tiny models into an MLflow store; run as a program so that nothing of MLflow's global state stays behind.

Arguments: tracking URI and, if it is not the store's own choice, the folder for artifacts. Prints one JSON object with the ids that it made.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
from pathlib import Path

import mlflow
import mlflow.sklearn
import numpy as np
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Metric, RunStatus
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

warnings.filterwarnings("ignore")
logging.getLogger("mlflow").setLevel(logging.ERROR)
FEATURES = ["mean radius", "mean texture", "mean smoothness", "mean symmetry"]
COMMIT = "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432"


def data() -> tuple[pd.DataFrame, pd.DataFrame]:
    bunch = load_breast_cancer(as_frame=True)
    frame = bunch.frame[[*FEATURES, "target"]].astype({"target": "int64"})
    return train_test_split(frame, test_size=0.3, random_state=7)


def train_version(client: MlflowClient, c: float, *, steps: int, experiment: str, parent: str | None = None) -> str:
    train, test = data()
    tags = {"mlflow.source.git.commit": COMMIT, "mlflow.source.git.branch": "main", "mlflow.user": "someone"}
    if parent:
        tags["mlflow.parentRunId"] = parent
    with mlflow.start_run(experiment_id=experiment, run_name=f"logistic C={c}", tags=tags) as run:
        run_id = run.info.run_id
        model = LogisticRegression(C=c, max_iter=500).fit(train[FEATURES], train["target"])
        mlflow.log_params({"C": c, "features": ",".join(FEATURES)})
        mlflow.set_tag("free text", "<b>bold</b> {{ 7*7 }}\n=====\n.. include:: /etc/passwd")
        train_data = mlflow.data.from_pandas(train, source="applications.csv", name="cancer-train", targets="target")
        test_data = mlflow.data.from_pandas(test, source="applications.csv", name="cancer-test", targets="target")
        mlflow.log_input(train_data, context="training")
        mlflow.log_input(test_data, context="test")
        for step in range(steps):
            mlflow.log_metric("train_loss", 1.0 / (step + 1), step=step)
        predictions = model.predict(train[FEATURES])
        info = mlflow.sklearn.log_model(
            model,
            name="model",
            signature=mlflow.models.infer_signature(train[FEATURES], predictions),
            pip_requirements=["scikit-learn", "mlflow"],
        )
        accuracy = float(model.score(test[FEATURES], test["target"]))
        mlflow.log_metric("accuracy", accuracy, dataset=test_data, model_id=info.model_id)
        mlflow.log_metric("seconds", 1.25)
        mlflow.log_text("not much\n", "notes/readme.txt")
        mlflow.log_dict({"rows": len(train)}, "notes/data.json")
        client.log_batch(run_id, [Metric("bad_loss", float("nan"), 1, 0), Metric("endless", float("inf"), 1, 0)])
        client.log_batch(
            run_id, [Metric("twice", 0.5, 1_700_000_000_000, 3), Metric("twice", 0.75, 1_700_000_001_000, 3)]
        )
    client.create_model_version("churn", f"models:/{info.model_id}", run_id)
    return run_id


def monitor(client: MlflowClient, artifacts: str | None) -> None:
    """Runs in two experiments that watch version 1, one that watches version 2, and deleted ones."""
    days = 86_400_000
    now = 1_767_225_600_000  # 2026-01-01
    watch = client.create_experiment("watch", artifact_location=artifacts)
    more = client.create_experiment("watch too", artifact_location=artifacts)
    left = client.create_experiment("left", artifact_location=artifacts)
    for number, (experiment, version) in enumerate(
        [(watch, "1"), (more, "1"), (watch, "2"), (watch, "1"), (watch, "1"), (left, "1")]
    ):
        tags = {"docgen.monitoring": f"models:/churn/{version}"}
        run = client.create_run(experiment, start_time=now + number * 31 * days, tags=tags, run_name=f"month {number}")
        client.log_metric(run.info.run_id, "performance/roc_auc", 0.9 - number / 100)
        client.set_terminated(run.info.run_id, end_time=now + number * 31 * days + 60_000)
        if number == 4:
            client.delete_run(run.info.run_id)
    client.delete_experiment(left)


def make(uri: str, artifacts: str | None) -> dict[str, str]:
    mlflow.set_tracking_uri(uri)
    client = MlflowClient()
    client.create_registered_model("churn", tags={"owner": "risk team"}, description="Who leaves.\n\n# not a heading")
    experiment = client.create_experiment("churn models", artifact_location=artifacts)
    parent = client.create_run(experiment, run_name="search").info.run_id
    client.set_terminated(parent)
    first = train_version(client, 0.1, steps=3, experiment=experiment)
    second = train_version(client, 1.0, steps=5, experiment=experiment, parent=parent)
    failed = client.create_run(experiment, run_name="crashed").info.run_id
    client.set_terminated(failed, RunStatus.to_string(RunStatus.FAILED))
    client.create_model_version("churn", f"runs:/{failed}/model", failed)
    gone = client.create_run(experiment, run_name="gone").info.run_id
    client.create_model_version("churn", f"runs:/{gone}/model", gone)
    client.delete_run(gone)
    monitor(client, artifacts)
    client.update_model_version("churn", "2", "Less regularised.")
    client.set_model_version_tag("churn", "2", "validation_status", "pending")
    client.set_registered_model_alias("churn", "champion", "1")
    client.set_registered_model_alias("churn", "challenger", "2")
    if uri.startswith("sqlite"):
        client.register_prompt("greeting", "Hello {{ name }}")
    client.create_registered_model("empty")
    return {
        "first": first,
        "second": second,
        "parent": parent,
        "failed": failed,
        "gone": gone,
        "experiment": experiment,
    }


if __name__ == "__main__":
    np.random.seed(7)  # noqa: NPY002  # scikit-learn and MLflow draw from the global one
    print(json.dumps(make(sys.argv[1], Path(sys.argv[2]).as_uri() if len(sys.argv) > 2 else None)))  # noqa: T201
