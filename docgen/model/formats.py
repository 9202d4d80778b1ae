"""docgen's own evidence files, as records: written at training time, read when a model version is collected.

Each file is canonical JSON below `docgen/` among the run's artifacts, begins with `format` and `version`, and has a
Parquet twin of its rows for people with notebooks. `docs/evidence-formats.md` shows one of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.canonical import Digest
from docgen.model.evidence import DataColumn, Quantity, Scalar

EVIDENCE_VERSION = 1
"""Version of all evidence files.

To change one: raise the number, keep the reader of the old number in `docgen/sources/mlflow_/readers.py`, add a file of
the old version to the tests, and describe both in `docs/evidence-formats.md`.
"""

Task = Literal["binary", "multiclass", "regression"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRef:
    """The data an evaluation used."""

    name: str
    rows: int
    sha256: Digest | None = None
    """Over the full content, as `docgen.evaluate.frame_digest` computes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A quantity with its key."""

    key: str
    quantity: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """Counts by actual (row) and predicted (column) label."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceFile:
    """`docgen/<split>/performance.json`."""

    format: Literal["docgen.performance"] = "docgen.performance"
    version: int = EVIDENCE_VERSION
    task: Task
    split: str
    dataset: DataRef
    positive_label: str | None = None
    threshold: float | None = None
    """A score at or above it counts as positive."""
    metrics: tuple[Named, ...]
    confusion: Confusion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One bin of a calibration curve."""

    low_edge: float
    high_edge: float
    n: int
    predicted: float
    observed: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationFile:
    """`docgen/<split>/calibration.json`; empty bins are left out."""

    format: Literal["docgen.calibration"] = "docgen.calibration"
    version: int = EVIDENCE_VERSION
    split: str
    dataset: DataRef
    rule: str
    """How the bins were cut."""
    level: float
    method: str
    bins: tuple[Bin, ...]
    summary: tuple[Named, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """A metric in one group; `value` is None with a note when it is undefined there."""

    group: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    """Rows in the rate's denominator."""
    events: int | None
    """Rows in its numerator."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMetric:
    """A metric by the groups of one feature or intersection."""

    metric: str
    title: str
    feature: str
    reference: str
    """The largest group: differences to it are what most readers look at first."""
    rows: tuple[GroupRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disparity:
    """How far the groups lie apart: `selection_rate.difference`, `selection_rate.ratio`, ..."""

    key: str
    feature: str
    quantity: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessFile:
    """`docgen/<split>/fairness.json`."""

    format: Literal["docgen.fairness"] = "docgen.fairness"
    version: int = EVIDENCE_VERSION
    split: str
    dataset: DataRef
    level: float
    method: str
    min_group_size: int
    groups: tuple[GroupMetric, ...]
    disparities: tuple[Disparity, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRow:
    """A feature's global attribution."""

    feature: str
    mean_abs: float
    low: float
    high: float
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationFile:
    """`docgen/<split>/explanations.json`: averages only, never values of single rows."""

    format: Literal["docgen.explanations"] = "docgen.explanations"
    version: int = EVIDENCE_VERSION
    split: str
    dataset: DataRef
    explainer: str
    unit: str
    """`log-odds`, `probability`, or the target's unit."""
    output: str
    """Which output was explained: a class label, or empty."""
    n: int
    background_rows: int
    background_sha256: Digest
    background_choice: str
    seed: int
    level: float
    method: str
    features: tuple[FeatureRow, ...]
    """Largest mean |SHAP| first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFile:
    """`docgen/datasets/<context>.json`: a manifest of one data set."""

    format: Literal["docgen.dataset"] = "docgen.dataset"
    version: int = EVIDENCE_VERSION
    name: str
    context: str
    rows: int
    columns: tuple[DataColumn, ...]
    sha256: Digest
    target: str = ""
    target_rate: float | None = None
    source: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFile:
    """`docgen/code.json`: the work tree at training time, with what MLflow's own tags leave out."""

    format: Literal["docgen.code"] = "docgen.code"
    version: int = EVIDENCE_VERSION
    commit: str
    branch: str | None
    dirty: bool
    remote: str | None


EvidenceFile = PerformanceFile | CalibrationFile | FairnessFile | ExplanationFile | DatasetFile | CodeFile

FILES: dict[str, type[EvidenceFile]] = {
    "docgen.performance": PerformanceFile,
    "docgen.calibration": CalibrationFile,
    "docgen.fairness": FairnessFile,
    "docgen.explanations": ExplanationFile,
    "docgen.dataset": DatasetFile,
    "docgen.code": CodeFile,
}
"""`format` -> record."""

Row = dict[str, Scalar]
"""A row of a Parquet twin."""
