"""Metrics that `mlflow.models.evaluate` logged of slices, in a real store, become groups that are compared."""

from __future__ import annotations

import subprocess
import sys

import pytest

from docgen.config import Config, MlflowConfig
from docgen.model.evidence import Table
from docgen.model.snapshot import Snapshot
from docgen.pipeline import collect

SCRIPT = """
import sys, numpy as np, pandas as pd, mlflow
from sklearn.linear_model import LogisticRegression
mlflow.set_tracking_uri(sys.argv[1])
experiment = mlflow.create_experiment("e", artifact_location=sys.argv[2])
draw = np.random.default_rng(0)
frame = pd.DataFrame({"x": draw.normal(size=300), "sex": draw.choice(["F", "M"], 300)})
frame["y"] = (frame["x"] + draw.normal(size=300) > 0).astype(int)
model = LogisticRegression().fit(frame[["x"]], frame["y"])
quiet = {"log_model_explainability": False, "log_explainer": False}
with mlflow.start_run(experiment_id=experiment) as run:
    info = mlflow.sklearn.log_model(model, name="model", registered_model_name="m", input_example=frame[["x"]].head(3))
    for sex, part in frame.groupby("sex"):
        data = mlflow.data.from_pandas(part[["x", "y"]], name=f"test sex={sex}", targets="y")
        mlflow.models.evaluate(info.model_uri, data, model_type="classifier", evaluators=["default"],
                               evaluator_config={"default": quiet})
        mlflow.models.evaluate(info.model_uri, part[["x", "y"]], targets="y", model_type="classifier",
                               evaluators=["default"], evaluator_config={"default": {**quiet, "metric_prefix": f"gender:{sex}/"}})
    mlflow.log_metric("lone:slice/accuracy", 0.5)
print({sex: float((model.predict(part[["x"]]) == part["y"]).mean()) for sex, part in frame.groupby("sex")})
print(frame.groupby("sex").size().to_dict())
"""


@pytest.fixture(scope="module")
def sliced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Snapshot, dict[str, float], dict[str, int]]:
    folder = tmp_path_factory.mktemp("sliced")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, uri, (folder / "artifacts").as_uri()],
        cwd=folder, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    accuracy, sizes = (eval(line) for line in done.stdout.strip().splitlines()[-2:])
    config = Config(root=folder, mlflow=MlflowConfig(tracking_uri=uri))
    return collect("models:/m/1", config=config).snapshot, accuracy, sizes


def rows(snapshot: Snapshot, name: str) -> dict[str, tuple[object, object]]:
    item = snapshot.find(name)
    assert item is not None, [found.id for found in snapshot.of_kind("fairness")]
    assert isinstance(item.value, Table)
    value, n = item.value.index("value"), item.value.index("n")
    return {str(row[0]): (row[value], row[n]) for row in item.value.rows}


def test_slices_named_by_prefix_are_groups_with_their_sizes(sliced) -> None:
    snapshot, accuracy, sizes = sliced
    found = rows(snapshot, "fairness:accuracy_score/gender")
    assert found == {sex: (pytest.approx(accuracy[sex]), sizes[sex]) for sex in ("F", "M")}
    assert all(n is None for _, n in rows(snapshot, "fairness:recall_score/gender").values())


def test_slices_named_by_data_set_are_groups_of_their_split(sliced) -> None:
    snapshot, accuracy, sizes = sliced
    found = rows(snapshot, "fairness:accuracy_score/sex@test")
    assert found == {sex: (pytest.approx(accuracy[sex]), sizes[sex]) for sex in ("F", "M")}


def test_a_slice_without_another_is_no_comparison(sliced) -> None:
    snapshot, _, _ = sliced
    assert not [item.id for item in snapshot.of_kind("fairness") if "lone" in item.id]
    assert snapshot.find("metric:lone:slice/accuracy") is not None
