"""`docgen/<split>/performance.json` and `calibration.json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.formats.common import EVIDENCE_VERSION, DataRef, Named, Task


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
