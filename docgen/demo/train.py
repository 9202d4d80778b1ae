"""Train two versions of the demo's credit model and track them in MLflow, as a team would."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docgen.demo.data import ENTITY, FEATURES, SENSITIVE, SOURCE, TARGET, TIME, applications
from docgen.demo.monitor import watch

if TYPE_CHECKING:
    import pandas as pd

MODEL = "credit-default"
EXPERIMENT = "credit-default"
THRESHOLD = 0.25
"""Applications at or above it get a second look."""


REASONS = {
    "debt_ratio": "Debt is high in relation to income",
    "utilisation": "Much of the credit limits is in use",
    "late_payments": "Late payments in the past",
    "income": "Income is low for the amount of credit",
    "tenure_months": "The time with the present employer is short",
    "loan_amount": "The amount asked for is high in relation to income",
}
"""What an applicant is told of each input when it speaks for a second look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What the demo registered."""

    name: str
    versions: tuple[str, ...]


def train_demo(tracking_uri: str, artifacts: Path, *, seed: int = 7, step: Callable[[str], None]) -> Trained:
    """Train, evaluate and register version 1 (logistic regression) and version 2 (gradient boosting); watch version 1.

    Call it in a process of its own: MLflow keeps the tracking URI in the environment.

    Args:
        tracking_uri: `sqlite:///...`
        artifacts: the folder for artifacts.
        seed: of data and models.
        step: told what is being done.
    """
    import mlflow

    mlflow.set_tracking_uri(tracking_uri)
    client = mlflow.MlflowClient()
    mlflow.set_experiment(experiment_id=client.create_experiment(EXPERIMENT, artifact_location=artifacts.as_uri()))
    frame = applications(seed=seed)
    train, test = frame.iloc[:4200], frame.iloc[4200:].reset_index(drop=True)
    step(f"training on {len(train)} synthetic applications, testing on {len(test)}")
    models = _models(seed)
    champion: Any = None
    for version, (title, model, params) in enumerate(models, 1):
        step(f"version {version}: {title}")
        with mlflow.start_run(run_name=title):
            _track(model, params, train, test, seed)
            if champion is not None:
                _challenge(champion, model, test, seed)
        for key, value in (
            ("validation_status", "approved" if champion is None else "pending"),
            ("state_of_use", "in use" if champion is None else "not in use"),
        ):
            client.set_model_version_tag(MODEL, str(version), key, value)
        champion = model
        text = f"{title.capitalize()} for the probability that a credit application ends in default. Synthetic data."
        client.update_model_version(MODEL, str(version), description=text)
    client.set_registered_model_tag(MODEL, "owner", "credit risk modelling")
    client.set_registered_model_alias(MODEL, "champion", "1")
    client.set_registered_model_alias(MODEL, "challenger", "2")
    step("six months of monitoring of version 1")
    watch(
        models[0][1],
        train,
        subject=f"models:/{MODEL}/1",
        folder=artifacts.parent / "monitoring" / MODEL / "1",
        threshold=THRESHOLD,
        seed=seed,
        today=datetime.now(UTC).date(),
    )
    return Trained(name=MODEL, versions=("1", "2"))


def _challenge(champion: Any, challenger: Any, test: pd.DataFrame, seed: int) -> None:  # noqa: ANN401
    """Compare the new model with the one before it on the same test rows."""
    from docgen.evaluate import Contender, log_comparison

    inputs = list(FEATURES)
    before, after = (
        Contender(name=f"models:/{MODEL}/{version}", score=model.predict_proba(test[inputs])[:, 1], keys=test.index)
        for version, model in ((1, champion), (2, challenger))
    )
    log_comparison(
        y_true=test[TARGET],
        champion=before,
        challenger=after,
        X=test[inputs],
        split="test",
        threshold=THRESHOLD,
        seed=seed,
        dataset_name="applications-test",
    )


def _models(seed: int) -> tuple[tuple[str, Any, dict[str, object]], ...]:
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    boosting: dict[str, Any] = {
        "n_estimators": 80,
        "learning_rate": 0.08,
        "max_depth": 3,
        "subsample": 0.8,
        "random_state": seed,
    }
    return (
        (
            "logistic regression",
            make_pipeline(StandardScaler(), LogisticRegression(C=1.0)),
            {"C": 1.0, "scaler": "standard"},
        ),
        ("gradient boosting", GradientBoostingClassifier(**boosting), boosting),
    )


def _track(model: Any, params: dict[str, object], train: pd.DataFrame, test: pd.DataFrame, seed: int) -> None:  # noqa: ANN401
    """Fit, log and evaluate one model inside the active run."""
    import mlflow
    from mlflow.models import infer_signature

    from docgen.evaluate import log_dataset, log_evidence, log_overlap, log_shift

    inputs = list(FEATURES)
    mlflow.log_params(params)
    model.fit(train[inputs], train[TARGET])
    for number, loss in enumerate(getattr(model, "train_score_", ()), 1):
        mlflow.log_metric("train_loss", float(loss), step=number)
    for name, data, context in (("applications-train", train, "train"), ("applications-test", test, "test")):
        log_dataset(
            data,
            name=name,
            context=context,
            target=TARGET,
            time=TIME,
            source=SOURCE,
            licence="none needed: synthetic",
        )
    log_overlap(train, test, key=ENTITY, salt=secrets.token_bytes(32))
    scored = [data.assign(score=model.predict_proba(data[inputs])[:, 1]) for data in (train, test)]
    log_shift(scored[0], scored[1], score="score", target=TARGET)
    signature = infer_signature(train[inputs], model.predict(train[inputs].head()))
    info = mlflow.sklearn.log_model(
        model,
        name="model",
        signature=signature,
        registered_model_name=MODEL,
        pip_requirements=["mlflow", "scikit-learn", "pandas"],
        skops_trusted_types=[
            "sklearn.tree._tree.Tree",
            "sklearn._loss.link.LogitLink",
            "sklearn._loss.loss.HalfBinomialLoss",
        ],
    )
    evaluate: Any = mlflow.models.evaluate
    frame_of: Any = mlflow.data.from_pandas  # type: ignore[attr-defined]  # put there at run time
    evaluate(
        info.model_uri,
        frame_of(test[[*inputs, TARGET]], name="applications-test-inputs", targets=TARGET),
        model_type="classifier",
        evaluators=["default", "docgen"],
        evaluator_config={
            "default": {"log_model_explainability": False, "log_explainer": False},
            "docgen": {
                "sensitive_features": test[list(SENSITIVE)],
                "reference_groups": {"sex": "male", "age_band": "30 to 59"},
                "favourable_label": 0,
                "periods": test[TIME].dt.to_period("Q").astype(str),  # a month has too few of most groups
                "reason_codes": REASONS,
                "background": train[inputs],
                "split": "test",
                "threshold": THRESHOLD,
                "seed": seed,
                "dataset_name": "applications-test",
            },
        },
    )
    log_evidence(
        y_true=train[TARGET],
        y_score=model.predict_proba(train[inputs])[:, 1],
        X=train[inputs],
        split="train",
        threshold=THRESHOLD,
        seed=seed,
        dataset_name="applications-train",
    )
