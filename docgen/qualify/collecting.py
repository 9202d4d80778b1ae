"""Operational qualification: an MLflow store of known content is read to the last digit, and is left as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docgen.config import Config, MlflowConfig
from docgen.model.canonical import parse, sha256
from docgen.model.evidence import Evidence, Quantity, Text
from docgen.model.qualification import Found
from docgen.model.snapshot import Snapshot
from docgen.pipeline import collect, verify
from docgen.qualify.bench import Bench, Step, judged
from docgen.resources import formats_dir
from docgen.store.files import write_atomic

URI = "models:/golden/1"
_RUN = "0123456789abcdef0123456789abcdef"
_AREA = "0.30000000000000004"
"""A number that any rounding on the way would change."""
_TIME = 1_767_225_600_000
EXAMPLE = formats_dir() / "examples" / "docgen.performance.json"
"""A file as training code logs it."""
_CAPTURED = datetime(2026, 3, 2, tzinfo=UTC)


def lay_out_store(root: Path) -> Path:
    """Write a folder of MLflow runs with one run, one version and one evidence file; return where the run lies."""
    run = root / "1" / _RUN
    files = {
        root / "1" / "meta.yaml": f"artifact_location: {(root / '1').as_uri()}\nexperiment_id: '1'\n"
        "lifecycle_stage: active\nname: golden\n",
        run / "meta.yaml": f"artifact_uri: {(run / 'artifacts').as_uri()}\nend_time: {_TIME}\nexperiment_id: '1'\n"
        f"lifecycle_stage: active\nrun_id: {_RUN}\nrun_name: golden\nstart_time: {_TIME}\nstatus: 3\n",
        run / "params" / "depth": "3",
        run / "metrics" / "area": f"{_TIME} {_AREA} 0\n",
        run / "tags" / "mlflow.user": "ml-engineer",
        root / "models" / "golden" / "meta.yaml": f"creation_timestamp: {_TIME}\nname: golden\n",
        root / "models" / "golden" / "version-1" / "meta.yaml": f"creation_timestamp: {_TIME}\n"
        f"current_stage: None\nlast_updated_timestamp: {_TIME}\nname: golden\nrun_id: {_RUN}\n"
        f"source: runs:/{_RUN}/model\nstatus: READY\nversion: 1\n",
    }
    for path, text in files.items():
        write_atomic(path, text.encode())
    write_atomic(run / "artifacts" / "docgen" / "test" / "performance.json", EXAMPLE.read_bytes())
    return run


def _tree(root: Path) -> dict[str, str]:
    return {str(path): sha256(path.read_bytes()) for path in sorted(root.rglob("*")) if path.is_file()}


def _collect(bench: Bench) -> Found:
    root = bench.work / "collect"
    run = lay_out_store(root / "mlruns")
    config = Config(root=root, mlflow=MlflowConfig(tracking_uri="mlruns"))
    before = _tree(root / "mlruns")
    first = collect(URI, config=config, now=_CAPTURED)
    again = collect(URI, config=config, now=_CAPTURED)
    faults = list(_content(first.snapshot))
    if again.new or again.digest != first.digest:
        faults.append("read again, the same store gave another snapshot")
    if _tree(root / "mlruns") != before:
        faults.append("the store that was read was changed")
    write_atomic(run / "params" / "depth", b"4")
    later = collect(URI, config=config, now=_CAPTURED.replace(hour=1))
    if not later.new or later.digest == first.digest:
        faults.append("a changed parameter gave no new snapshot")
    report = verify(config=config)
    faults += report.faults
    if report.snapshots != 2:
        faults.append(f"{report.snapshots} snapshots are kept, expected the first one and the changed one")
    count = len(first.snapshot.evidence)
    return judged(
        tuple(faults), f"{count} pieces of evidence, read twice, are the same; a change became a second snapshot"
    )


def _content(snapshot: Snapshot) -> tuple[str, ...]:
    """Return what is not as it was laid out."""
    found: dict[str, Evidence] = {item.id: item for item in snapshot.evidence}
    example: Any = parse(EXAMPLE.read_bytes(), where=EXAMPLE.name)
    (first, *_), split = example["metrics"], example["split"]
    logged = f"metric:{first['key']}@{split}"
    wanted = {"metric:area": float(_AREA), "param:depth": "3", logged: first["quantity"]["value"]}
    return tuple(f"{name}: got {got!r}, expected {value!r}" for name, value in wanted.items()
                 if (got := _plain(found.get(name))) != value)  # fmt: skip


def _plain(item: Evidence | None) -> object:
    """Return the value of evidence, without its unit."""
    value = item.value if item else None
    return value.value if isinstance(value, Quantity) else value.text if isinstance(value, Text) else value


STEPS = (
    Step(
        id="OQ-COLLECT",
        title="Reading MLflow",
        shows="what MLflow holds arrives to the last digit, and MLflow's store is left as it was",
        expected="known parameters, metrics and evidence are read, twice the same; a change is a second snapshot",
        run=_collect,
    ),
)
"""One step."""
