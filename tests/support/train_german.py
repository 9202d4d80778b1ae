"""Train on the German credit data as a bank's modelling team would, with evidence for a validation report.

Arguments: tracking URI, folder for artifacts, the data file. One run and one registered version: a scorecard, tested on
held-out rows, held against a challenger on the same rows, with two sensitive features that are no inputs.
"""

from __future__ import annotations

import logging
import sys
import warnings
from pathlib import Path

import mlflow
import pandas as pd
from mlflow.models import infer_signature
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from docgen.evaluate import (
    Change,
    Contender,
    log_comparison,
    log_dataset,
    log_evidence,
    log_overlap,
    log_sensitivity,
    log_shift,
    one_at_a_time,
)

warnings.filterwarnings("ignore")
logging.getLogger("mlflow").setLevel(logging.ERROR)

MODEL, TARGET, THRESHOLD, SEED = "german-credit", "default", 0.3, 11
NUMBERS = ["DURATION_MONTHS", "AMOUNT", "INSTALLMENT_RATE", "PRESENT_RESIDENCE_SINCE", "NUMBER_OF_CREDIT_CARDS"]
ORDERED = ["STATUS_ACCOUNT", "CREDIT_HISTORY", "BONDS", "EMPLOYMENT", "PROPERTY", "HOUSING", "JOB"]
"""Categories whose codes rise with what they stand for (german_credit.doc); the last digit is taken."""

SCENARIOS = {
    "longer and larger loans": [Change("DURATION_MONTHS", "scale", 1.5), Change("AMOUNT", "scale", 1.5)],
    "savings spent, work lost": [Change("BONDS", "value", 1.0), Change("EMPLOYMENT", "shift", -1.0)],
}

TAGS = {
    "ai_class": "ml", "vendor": "false", "purpose_class": "financial_risk", "exposure": "low", "is_model": "true",
    "inherent_risk": "medium", "risk_tier": "medium", "owner": "consumer lending", "developer": "credit modelling",
    "validator": "model validation", "validated_on": "2026-01-31", "first_use_on": "2026-02-15",
    "next_validation_on": "2027-12-01", "early_use": "false", "new_use": "false", "expert_judgement": "false",
    "external_validator": "false", "approved_uses": "instalment loans", "jurisdiction": "us-ny", "reviewed_on": "2026-02-01",
}  # fmt: skip


def data(path: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return inputs with the target, and the sensitive features beside them."""
    raw = pd.read_csv(path, sep=" ")
    frame = raw[NUMBERS].astype(float)
    for name in ORDERED:
        frame[name] = raw[name].str[-1].astype(float)
    frame[TARGET] = 1 - raw["CLASSIFICATION"]
    sex = raw["PERSONAL_STATUS_AND_SEX"].isin(["A92", "A95"]).map({True: "female", False: "male"})
    age = (raw["AGE"] <= 25).map({True: "25 or younger", False: "26 or older"})
    return frame, pd.DataFrame({"sex": sex, "age_band": age})


def main(uri: str, artifacts: str, path: str) -> None:
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment(experiment_id=mlflow.create_experiment(MODEL, artifact_location=Path(artifacts).as_uri()))
    frame, people = data(path)
    train, held = train_test_split(frame, test_size=400, random_state=SEED, stratify=frame[TARGET])
    holdout, test = train_test_split(held, test_size=150, random_state=SEED, stratify=held[TARGET])
    splits = {"train": train, "test": test, "holdout": holdout}
    inputs = [*NUMBERS, *ORDERED]
    with mlflow.start_run(run_name="scorecard"):
        mlflow.log_params({"C": 0.5, "scaler": "standard", "seed": SEED})
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.5)).fit(train[inputs], train[TARGET])
        challenger = GradientBoostingClassifier(n_estimators=60, max_depth=2, random_state=SEED)
        challenger.fit(train[inputs], train[TARGET])
        mlflow.log_metric("exposure_amount", float(frame["AMOUNT"].sum()))
        scored = {}
        for split, rows in splits.items():
            source = "Statlog German Credit, UCI repository"
            log_dataset(rows, name=f"german-{split}", context=split, target=TARGET, source=source, licence="CC BY 4.0")
            scored[split] = rows.assign(score=model.predict_proba(rows[inputs])[:, 1])
            log_evidence(
                y_true=rows[TARGET],
                y_score=scored[split]["score"],
                X=rows[inputs],
                model=model if split == "holdout" else None,
                background=train[inputs] if split == "holdout" else None,
                sensitive_features=None if split == "train" else people.loc[rows.index],
                favourable_label=0,
                reference_groups={"sex": "male", "age_band": "26 or older"},
                split=split,
                threshold=THRESHOLD,
                seed=SEED,
                dataset_name=f"german-{split}",
            )
        log_overlap(train, holdout, names=("train", "holdout"))
        log_shift(scored["train"], scored["holdout"], names=("train", "holdout"), score="score", target=TARGET)
        rerun = make_pipeline(StandardScaler(), LogisticRegression(C=0.5, solver="newton-cholesky"))
        rerun.fit(train[inputs], train[TARGET])
        log_comparison(
            y_true=holdout[TARGET],
            champion=Contender(name="developer", score=scored["holdout"]["score"], keys=holdout.index),
            challenger=Contender(
                name="validator", score=rerun.predict_proba(holdout[inputs])[:, 1], keys=holdout.index
            ),
            X=holdout[inputs],
            against="replication",
            split="holdout",
            threshold=THRESHOLD,
            seed=SEED,
            dataset_name="german-holdout",
        )
        log_comparison(
            y_true=holdout[TARGET],
            champion=Contender(name="scorecard", score=scored["holdout"]["score"], keys=holdout.index),
            challenger=Contender(
                name="boosting", score=challenger.predict_proba(holdout[inputs])[:, 1], keys=holdout.index
            ),
            X=holdout[inputs],
            split="holdout",
            threshold=THRESHOLD,
            seed=SEED,
            dataset_name="german-holdout",
        )
        log_sensitivity(
            holdout[inputs],
            lambda changed: model.predict_proba(changed)[:, 1],
            y_true=holdout[TARGET],
            changes=(*one_at_a_time(holdout[inputs]), Change("AMOUNT", "missing", 0.1)),
            scenarios=SCENARIOS,
            metric="brier",
            split="holdout",
            threshold=THRESHOLD,
            seed=SEED,
            dataset_name="german-holdout",
        )
        mlflow.sklearn.log_model(
            model,
            name="model",
            registered_model_name=MODEL,
            signature=infer_signature(train[inputs], model.predict(train[inputs].head())),
            pip_requirements=["scikit-learn", "mlflow"],
        )
    client = mlflow.MlflowClient()
    for key, text in TAGS.items():
        client.set_model_version_tag(MODEL, "1", key, text)


if __name__ == "__main__":
    main(*sys.argv[1:])
