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
class RocPoint:
    """A point of a ROC curve."""

    false_positive_rate: float
    """1 - specificity, 0 to 1."""
    true_positive_rate: float
    """Sensitivity, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftRow:
    """A tenth of the rows in order of their score, 1 for the highest; equal scores stay together."""

    part: int
    """1 to 10."""
    n: int
    """Rows."""
    events: int
    """Positive rows."""
    score: float
    """Mean score."""
    observed: float
    """Rate of positive rows, 0 to 1."""
    low: float | None
    """Of the rate's interval."""
    high: float | None
    """Of the rate's interval."""
    lift: float
    """The rate by that of all rows."""
    rows_so_far: float
    """Share of all rows in this part and those above, 0 to 1."""
    gain: float
    """Share of all positive rows in this part and those above, 0 to 1."""
    lift_so_far: float
    """Lift of this part and those above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidualRow:
    """A tenth of the rows in order of their prediction, 1 for the lowest; residual = observed - predicted."""

    part: int
    """1 to 10."""
    n: int
    """Rows."""
    predicted: float
    """Mean prediction, in the target's unit."""
    observed: float
    """Mean of what was observed."""
    residual: float
    """Mean residual."""
    low: float | None
    """Of the mean residual's interval."""
    high: float | None
    """Of the mean residual's interval."""
    spread: float | None
    """Standard deviation of the residuals; None for a single row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidualQuantile:
    """A quantile of the residuals."""

    share: float
    """Share of the rows at or below it, 0 to 1."""
    value: float
    """In the target's unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Residuals:
    """How the residuals of a regression are spread."""

    unit: str
    """Of the target."""
    method: str
    """Of the intervals."""
    level: float
    """Of the intervals."""
    parts: tuple[ResidualRow, ...]
    """By prediction."""
    quantiles: tuple[ResidualQuantile, ...]
    """Ascending; neither the smallest nor the largest residual, which would be single rows."""


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
    """A score at or above it counts as positive; None when predictions were given, or the score only ranks."""
    metrics: tuple[Named, ...]
    """Every measure, with its interval or why there is none."""
    confusion: Confusion | None = None
    """Of classifiers."""
    roc: tuple[RocPoint, ...] = ()
    """The ROC curve, thinned; of binary classifiers with a score."""
    lift: tuple[LiftRow, ...] = ()
    """Tenths of the rows, highest scores first; of binary classifiers with a score."""
    residuals: Residuals | None = None
    """Of regressions."""
    interval: str = ""
    """How the intervals of parts of the data are formed: `wilson`, `clopper-pearson` or a bootstrap."""
    level: float | None = None
    """Of the intervals of parts of the data."""
    clusters: int | None = None
    """How many clusters the rows form, where they belong together; every interval then respects them."""
    cluster_key: str = ""
    """What the clusters are named by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One bin of a calibration curve."""

    low_edge: float
    high_edge: float
    n: int
    predicted: float
    observed: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCalibration:
    """Calibration of one of several classes: its rows against those of all others."""

    label: str
    """The class."""
    key: str
    """The class as it stands in ids, where `/` and `@` have a meaning."""
    bins: tuple[Bin, ...]
    """Of its probability."""
    summary: tuple[Named, ...]
    """`brier`, `ece`, `slope`, `intercept`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationFile:
    """`docgen/<split>/calibration.json`; empty bins are left out.

    Of several classes, `bins` and `summary` are about the most probable one: how probable it was said to be, and how
    often it was right.
    """

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
    task: Task = "binary"
    """`binary`, or `multiclass`."""
    classes: tuple[ClassCalibration, ...] = ()
    """Each class of a `multiclass` model."""
    left_out: str = ""
    """Why there is nothing of each class; empty: there is, or the task is binary."""
