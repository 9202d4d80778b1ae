"""Train the stand-in device: an authorized baseline and eight candidates. Runs inside the example's own repository."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

MODEL = "lesion-triage"
INPUTS = ("mean texture", "mean smoothness", "mean concavity", "mean area", "worst texture")
TARGET, PATIENT, BAND = "malignant", "patient", "texture_band"
POOL = 249
"""Rows for training; all others are the sequestered test data."""
SALT = b"not-a-secret: the patients are made up"
SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one version is made."""

    title: str
    rows: int = POOL
    c: float = 1.0
    forest: bool = False
    compared: bool = True


RECIPES = (
    Recipe(title="authorized baseline", rows=60),
    Recipe(title="re-trained with more data", c=4.0),
    Recipe(title="registered again"),
    Recipe(title="random forest", forest=True),
    Recipe(title="re-trained, truth found otherwise", c=3.5),
    Recipe(title="re-trained, too strongly bounded", c=0.01),
    Recipe(title="re-trained, not compared", c=4.5, compared=False),
    Recipe(title="re-trained, for another use", c=5.0),
    Recipe(title="re-trained, with a new hazard", c=3.0),
)
"""Version 1, 2, ...; version 3 is version 1 under another number."""
AGAIN = 3


def measurements() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return training and test data: measurements, whether malignant, a made-up patient, and a texture band."""
    from sklearn.datasets import load_breast_cancer

    frame = load_breast_cancer(as_frame=True).frame
    frame[TARGET] = 1 - frame.pop("target")
    frame = frame.sample(frac=1, random_state=SEED).reset_index(drop=True)[[*INPUTS, TARGET]]
    frame[PATIENT] = [f"P{number:04d}" for number in range(len(frame))]
    middle = frame["mean texture"].median()
    frame[BAND] = ["coarse" if value > middle else "fine" for value in frame["mean texture"]]
    return frame.iloc[:POOL], frame.iloc[POOL:].reset_index(drop=True)


def train(tracking_uri: str, artifacts: Path) -> None:
    """Train, evaluate and register every version."""
    import mlflow

    mlflow.set_tracking_uri(tracking_uri)
    client = mlflow.MlflowClient()
    mlflow.set_experiment(experiment_id=client.create_experiment(MODEL, artifact_location=artifacts.as_uri()))
    pool, test = measurements()
    baseline: Any = None
    first = ""
    for version, recipe in enumerate(RECIPES, 1):
        print(f"version {version}: {recipe.title}", flush=True)  # noqa: T201  # the parent reads it
        if version == AGAIN:
            mlflow.register_model(first, MODEL)
            continue
        with mlflow.start_run(run_name=recipe.title):
            model, uri = _track(recipe, pool.iloc[: recipe.rows], test)
            first = first or uri
            if baseline is not None and recipe.compared:
                _compare(baseline, model, test, version)
            baseline = baseline or model
    for alias in ("authorized_original", "last_implemented"):
        client.set_registered_model_alias(MODEL, alias, "1")
    client.set_registered_model_tag(MODEL, "owner", "device software")
    client.set_registered_model_tag(MODEL, "product_code", "none")


def _track(recipe: Recipe, pool: pd.DataFrame, test: pd.DataFrame) -> tuple[Any, str]:
    import mlflow
    from mlflow.models import infer_signature
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    import docgen

    inputs = list(INPUTS)
    estimator: Any = RandomForestClassifier(n_estimators=60, random_state=SEED)
    model = estimator if recipe.forest else make_pipeline(StandardScaler(), LogisticRegression(C=recipe.c))
    model.fit(pool[inputs], pool[TARGET])
    mlflow.log_params({
        "architecture": "random forest" if recipe.forest else "logistic regression",
        "preprocessing.scaler": "none" if recipe.forest else "standard",
        "C": "none" if recipe.forest else recipe.c,
    })  # fmt: skip
    for data, context in ((pool, "train"), (test, "test")):
        docgen.log_dataset(data, name=f"lesions-{context}", context=context, target=TARGET)
    docgen.log_overlap(pool, test, key=PATIENT, salt=SALT)
    info = mlflow.sklearn.log_model(
        model,
        name="model",
        signature=infer_signature(pool[inputs], model.predict(pool[inputs].head())),
        registered_model_name=MODEL,
        pip_requirements=["mlflow", "scikit-learn", "pandas"],
        skops_trusted_types=["sklearn.tree._tree.Tree"],
    )
    docgen.log_evidence(
        y_true=test[TARGET],
        y_score=model.predict_proba(test[inputs])[:, 1],
        X=test[inputs],
        sensitive_features=test[[BAND]],
        split="test",
        seed=SEED,
        dataset_name="lesions-test",
        suppress_below=1,  # the data are public; for real patients leave it as it is
    )
    return model, info.model_uri


def _compare(baseline: Any, model: Any, test: pd.DataFrame, version: int) -> None:  # noqa: ANN401
    """Hold a candidate against the original and the last implemented version, which are one here."""
    import docgen
    from docgen.evaluate import Contender

    before, after = (
        Contender(
            name=f"models:/{MODEL}/{number}", score=one.predict_proba(test[list(INPUTS)])[:, 1], keys=test[PATIENT]
        )
        for number, one in ((1, baseline), (version, model))
    )
    for against in ("original", "last"):
        docgen.log_comparison(
            y_true=test[TARGET],
            champion=before,
            challenger=after,
            keys=test[PATIENT],
            X=test[list(INPUTS)],
            against=against,
            split="test",
            seed=SEED,
            dataset_name="lesions-test",
        )


if __name__ == "__main__":
    train(sys.argv[1], Path(sys.argv[2]))
