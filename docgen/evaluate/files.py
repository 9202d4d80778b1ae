"""Evidence files on their way to a run's artifacts: canonical JSON and a Parquet twin, never pickle."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from docgen.errors import UsageError
from docgen.model.canonical import Json, canonical, parse
from docgen.model.codec import unstructure
from docgen.model.formats import DataRef, EvidenceFile, Row


def run_of(run_id: str | None) -> str:
    """Return the run to log to: the one given, or the active one.

    Raises:
        UsageError: there is no run.
    """
    import mlflow

    active = mlflow.active_run()
    run = run_id or (active.info.run_id if active else None)
    if run is None:
        raise UsageError("there is no active MLflow run to log evidence to", hint="call it inside mlflow.start_run()")
    return str(run)


def refuse_mixing(files: Mapping[str, tuple[EvidenceFile, tuple[Row, ...]]], split: str, run: str) -> None:
    """Refuse evidence of a split of which the run already holds evidence on other data.

    Raises:
        UsageError: the data differ.
    """
    from mlflow import MlflowClient

    client = MlflowClient()
    wanted = next((found for record, _ in files.values() if (found := getattr(record, "dataset", None))), None)
    for item in client.list_artifacts(run, f"docgen/{split}"):
        if wanted is None or not item.path.endswith(".json"):
            continue
        with tempfile.TemporaryDirectory(prefix="docgen-") as name:
            data = Path(client.download_artifacts(run, item.path, name)).read_bytes()
        content = parse(data, where=item.path)
        held = content.get("dataset") if isinstance(content, dict) else None
        if isinstance(held, dict) and _other(held, wanted, split):
            raise UsageError(
                f"the run already holds {item.path} on {held.get('name')!r} ({held.get('rows')} rows), "
                f"got {wanted.name!r} ({wanted.rows} rows): evidence of different data is never mixed",
                hint="name another split, such as split='external_<site>', or log to a run of its own",
            )


def _other(held: Mapping[str, Json], wanted: DataRef, split: str) -> bool:
    """Whether two references name different data: by digest where both have one, else by rows and given names."""
    if held.get("sha256") is not None and wanted.sha256 is not None:
        return held.get("sha256") != wanted.sha256
    given = {held.get("name"), wanted.name} - {split}
    return held.get("rows") != wanted.rows or len(given) > 1


def log_files(files: Mapping[str, tuple[EvidenceFile, tuple[Row, ...]]], *, run_id: str | None = None) -> str:
    """Log evidence files to a run and return the run's id.

    Args:
        files: artifact path without suffix -> the record, and the rows of its Parquet twin (none: no twin).
        run_id: the run; the active one by default.

    Raises:
        UsageError: there is no run.
    """
    import mlflow

    run = run_of(run_id)
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
