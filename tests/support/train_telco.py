"""Train on the telecom sample as somebody does who knows MLflow and has never heard of docgen.

Arguments: tracking URI, folder for artifacts, the CSV file. Autologging, one registered model, MLflow's default evaluator.
"""

from __future__ import annotations

import logging
import sys
import warnings
from pathlib import Path

import mlflow
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

warnings.filterwarnings("ignore")
logging.getLogger("mlflow").setLevel(logging.ERROR)
FEATURES = ["SeniorCitizen", "tenure", "MonthlyCharges", "PaperlessBilling", "Contract"]


def data(path: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = pd.read_csv(path)
    frame["PaperlessBilling"] = (frame["PaperlessBilling"] == "Yes").astype(float)
    frame["Contract"] = frame["Contract"].map({"Month-to-month": 0.0, "One year": 1.0, "Two year": 2.0})
    frame["Churn"] = (frame["Churn"] == "Yes").astype(int)
    frame = frame[[*FEATURES, "Churn"]].astype(dict.fromkeys(FEATURES, float))
    return train_test_split(frame, test_size=400, train_size=3000, random_state=11, stratify=frame["Churn"])


def main(uri: str, artifacts: str, path: str) -> None:
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment(experiment_id=mlflow.create_experiment("telco", artifact_location=Path(artifacts).as_uri()))
    mlflow.sklearn.autolog(log_models=False)
    train, test = data(path)
    with mlflow.start_run(run_name="churn baseline"):
        model = LogisticRegression(max_iter=500).fit(train[FEATURES], train["Churn"])
        info = mlflow.sklearn.log_model(
            model,
            name="model",
            registered_model_name="telco-churn",
            input_example=train[FEATURES].head(3),
            pip_requirements=["scikit-learn", "mlflow"],
        )
        mlflow.models.evaluate(info.model_uri, test, targets="Churn", model_type="classifier", evaluators="default")


if __name__ == "__main__":
    main(*sys.argv[1:])
