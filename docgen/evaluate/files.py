"""Evidence files on their way to a run's artifacts: canonical JSON and a Parquet twin, never pickle."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from docgen.errors import UsageError
from docgen.model.canonical import canonical
from docgen.model.codec import unstructure
from docgen.model.formats import EvidenceFile, Row


def log_files(files: Mapping[str, tuple[EvidenceFile, tuple[Row, ...]]], *, run_id: str | None = None) -> str:
    """Log evidence files to a run and return the run's id.

    Args:
        files: artifact path without suffix -> the record, and the rows of its Parquet twin (none: no twin).
        run_id: the run; the active one by default.

    Raises:
        UsageError: there is no run.
    """
    import mlflow

    active = mlflow.active_run()
    run = run_id or (active.info.run_id if active else None)
    if run is None:
        raise UsageError("there is no active MLflow run to log evidence to", hint="call it inside mlflow.start_run()")
    with tempfile.TemporaryDirectory(prefix="docgen-") as name:
        for path, (record, rows) in files.items():
            target = Path(name) / f"{path}.json"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(canonical(unstructure(record)))
            if rows:
                import pandas as pd

                pd.DataFrame(list(rows)).to_parquet(target.with_suffix(".parquet"), index=False)
        mlflow.MlflowClient().log_artifacts(run, name)
    return run
