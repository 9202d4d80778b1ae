"""Runs that watch a model version, in a real store: tags, metrics, steps and files become series."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from docgen.config import Config, MlflowConfig
from docgen.model.evidence import Missing, Table
from docgen.model.monitoring import PLACE
from docgen.pipeline import collect
from docgen.sources.mlflow_.collect import CollectedFacts, collect_mlflow
from docgen.sources.mlflow_.open_ import open_store, parse_model_uri
from docgen.sources.mlflow_.reading import Reading

SAVED = Path(__file__).parents[2] / "data" / "evidently"
SCRIPT = """
import json, sys
import numpy as np
import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric
import docgen

uri, artifacts, saved = sys.argv[1:]
mlflow.set_tracking_uri(uri)
client = MlflowClient()
experiment = client.create_experiment("models", artifact_location=artifacts)
client.create_registered_model("credit")
with mlflow.start_run(experiment_id=experiment) as run:
    mlflow.log_text("x", "model/weights.txt")
client.create_model_version("credit", f"runs:/{run.info.run_id}/model", run.info.run_id)
watch = {"docgen.monitoring": "models:/credit/1", "docgen.monitoring.n": "1200", "docgen.monitoring.cadence_days": "31"}


def month(day, **tags):
    return mlflow.start_run(experiment_id=experiment, tags={**watch, "docgen.monitoring.time": day, **tags})


draw = np.random.default_rng(7)
for number, day in enumerate(["2026-01-31", "2026-02-28", "2026-03-31"]):
    with month(day):
        mlflow.log_metrics({"drift/psi_score": 0.02 * (number + 1), "override_rate": 0.1})
        truth = draw.integers(0, 2, 200)
        score = np.clip(0.5 * truth + draw.normal(0.25, 0.2, 200), 0, 1)
        docgen.log_evidence(y_true=truth, y_score=score, split="production", draws=50)
        mlflow.log_metric("performance/roc_auc", 0.123)
with month("2026-04-30"):
    mlflow.log_artifact(f"{saved}/report_0_7_21.json", "evidently")
    mlflow.log_dict({"rows": 3}, "notes.json")
    mlflow.log_text("{", "broken.json")
    mlflow.log_metrics({"override_rate": float("nan")})
with month("soon"):
    mlflow.log_metric("override_rate", 9.0)
with month("2026-05-31") as failed:
    mlflow.log_metric("override_rate", 9.0)
client.set_terminated(failed.info.run_id, "FAILED")
with mlflow.start_run(experiment_id=experiment, tags={"docgen.monitoring": "models:/credit/1"}) as long:
    pass
client.log_batch(long.info.run_id, [Metric("volume", 900.0 + step, 1_767_225_600_000 + step * 86_400_000, step) for step in range(1, 4)])
print(json.dumps({"failed": failed.info.run_id}))
"""


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("watched")
    (folder / "watch.py").write_text(SCRIPT, "utf-8")
    arguments = [f"sqlite:///{folder / 'mlflow.db'}", (folder / "artifacts").as_uri(), str(SAVED)]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "watch.py", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def series_of(folder: Path) -> tuple[dict[str, Table | Missing], dict[str, str]]:
    """Series and gaps by name, and the messages of findings by code."""
    config = Config(root=folder, mlflow=MlflowConfig(tracking_uri="sqlite:///mlflow.db"))
    snapshot = collect("models:/credit/1", config=config).snapshot
    found = {item.id.removeprefix("monitoring:"): item.value for item in snapshot.of_kind("monitoring")}
    return found, {item.code: item.message for item in snapshot.findings}  # type: ignore[return-value]


def cells(series: Table | Missing, key: str) -> list[object]:
    assert isinstance(series, Table)
    return [each[PLACE[key]] for each in series.rows]


def test_each_run_is_a_point_and_says_where_it_was_read(watched: Path) -> None:
    found, codes = series_of(watched)
    drift = found["drift/psi_score"]
    assert cells(drift, "time") == ["2026-01-31", "2026-02-28", "2026-03-31"]
    assert cells(drift, "value") == [0.02, 0.04, 0.06]
    assert cells(drift, "n") == [1200] * 3
    assert len({str(source) for source in cells(drift, "source")}) == 3
    assert drift.attribute("cadence_days") == 31  # type: ignore[union-attr]
    assert drift.attribute("last_seen") == "2026-03-31"  # type: ignore[union-attr]
    assert "alias_without_history" not in codes


def test_what_log_evidence_logged_in_such_a_run_wins_over_a_plain_metric(watched: Path) -> None:
    found, _ = series_of(watched)
    auc = found["performance/roc_auc"]
    assert cells(auc, "n") == [200] * 3
    assert all(isinstance(low, float) and low > 0.5 for low in cells(auc, "low"))
    assert 0.123 not in cells(auc, "value")
    assert auc.attribute("title") == "AUROC"  # type: ignore[union-attr]


def test_a_report_among_the_files_is_read_and_a_broken_one_is_a_gap(watched: Path) -> None:
    found, codes = series_of(watched)
    assert cells(found["drift/debt_ratio/K-S p_value"], "time") == ["2026-04-30"]
    (gap,) = [name for name in found if name.startswith("file ")]
    assert gap.endswith("/broken.json")
    assert isinstance(found[gap], Missing)
    assert "artifact_unreadable" in codes


def test_what_is_no_point_is_said(watched: Path) -> None:
    found, codes = series_of(watched)
    assert cells(found["override_rate"], "value") == [0.1, 0.1, 0.1, None]
    assert cells(found["override_rate"], "note")[-1] == "not a number"
    assert "'soon', expected ISO 8601" in codes["monitoring_without_time"]
    assert "monitoring_run_failed" in codes
    assert "monitoring_without_value" in codes


def test_a_run_with_steps_is_a_series_of_its_own(watched: Path) -> None:
    found, _ = series_of(watched)
    assert cells(found["volume"], "value") == [901.0, 902.0, 903.0]
    assert cells(found["volume"], "time") == ["2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z"]


def test_a_folder_of_reports_adds_to_what_the_runs_say(watched: Path, tmp_path: Path) -> None:
    config = Config(root=tmp_path, mlflow=MlflowConfig(tracking_uri=f"sqlite:///{watched / 'mlflow.db'}"))
    folder = tmp_path / "monitoring" / "credit" / "1"
    folder.mkdir(parents=True)
    late = json.loads((SAVED / "report_0_7_21.json").read_text("utf-8"))
    (folder / "2026-05-31.json").write_text(json.dumps(late), "utf-8")
    snapshot = collect("models:/credit/1", config=config).snapshot
    drift = snapshot.find("monitoring:drift/debt_ratio/K-S p_value")
    assert drift is not None
    assert cells(drift.value, "time") == ["2026-04-30", "2026-05-31"]  # type: ignore[arg-type]
    assert (drift.provenance.uri, drift.provenance.time) == ("models:/credit/1", "2026-05-31")


def facts(uri: str) -> CollectedFacts:
    store = open_store(uri, timeout_seconds=30, retries=0)
    try:
        return collect_mlflow(store, parse_model_uri("models:/churn/1"), Reading(tracking_uri=uri))
    finally:
        store.close()


@pytest.mark.parametrize("made", ["files_made", "served_made"])
def test_every_kind_of_store_gives_the_same_series(made: str, sqlite_made, request) -> None:
    def told(uri: str) -> list[tuple[str, tuple[object, ...]]]:
        return [(item.id, item.value.rows[0][: PLACE["source"]]) for item in facts(uri).series]  # type: ignore[union-attr]

    wanted = told(sqlite_made.uri)
    assert [cells[:2] for _, cells in wanted] == [
        ("2026-01-01T00:00:00Z", 0.9),
        ("2026-02-01T00:00:00Z", 0.89),
        ("2026-04-04T00:00:00Z", 0.87),
    ]
    assert told(request.getfixturevalue(made).uri) == wanted
