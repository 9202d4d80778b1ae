"""Three versions of a small model, tracked and registered as `screening`: `train_life.py <tracking URI>`."""

from __future__ import annotations

import sys

import mlflow
import numpy as np

import docgen

uri = sys.argv[1]
mlflow.set_tracking_uri(uri)
client = mlflow.MlflowClient(uri)
client.create_registered_model("screening")
experiment = mlflow.create_experiment("screening", artifact_location=sys.argv[2] if len(sys.argv) > 2 else None)
for seed in (1, 2, 3):
    chance = np.random.default_rng(seed)
    truth = chance.integers(0, 2, 400)
    score = np.clip(truth * 0.3 + chance.random(400) * 0.7, 0, 1)
    with mlflow.start_run(experiment_id=experiment) as run:
        mlflow.log_param("seed", seed)
        docgen.log_evidence(y_true=truth, y_score=score, split="test")
    client.create_model_version("screening", source=f"runs:/{run.info.run_id}/model", run_id=run.info.run_id)
