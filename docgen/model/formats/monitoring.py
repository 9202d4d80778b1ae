"""`docgen/monitoring.json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.formats.common import EVIDENCE_VERSION, DataRef

MonitoringKind = Literal["performance", "drift", "fairness", "data_quality", "other"]
MonitoringState = Literal["within", "amber", "red"]
Worse = Literal["high", "low"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringPoint:
    """A series at one point in time."""

    time: str
    """End of what was watched, ISO 8601: a day, or a time with its zone (UTC where none is given)."""
    value: float | None
    """None, with a note, where it could not be told."""
    low: float | None = None
    """Lower end of the value's interval."""
    high: float | None = None
    """Upper end of the value's interval."""
    n: int | None = None
    """Rows that the value rests on."""
    amber: float | None = None
    """The amber limit in force then; None: that of the series."""
    red: float | None = None
    """The red limit in force then; None: that of the series."""
    state: MonitoringState | None = None
    """What the monitoring system said of the value; None: the limits say."""
    note: str = ""
    """Why there is no value, or what to beware of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringSeries:
    """A measure over time."""

    key: str
    """Stable name: `roc_auc`, `psi/income`, `selection_rate.ratio/sex`. Files with the same key add to one series."""
    title: str = ""
    """Name for people."""
    kind: MonitoringKind = "other"
    """What it watches; the evidence is `monitoring:<kind>/<key>`, or `monitoring:<key>` for `other`."""
    feature: str = ""
    """The column or sensitive feature that it is about."""
    unit: str = ""
    """`fraction` (0 to 1), `nats`, `rows`, ..."""
    worse: Worse | None = None
    """The side on which limits lie: a value above them (`high`) or below them (`low`) is beyond."""
    amber: float | None = None
    """A value beyond it is amber; one that equals it is not. There is no default."""
    red: float | None = None
    """A value beyond it is red; one that equals it is not. There is no default."""
    limits_source: str = ""
    """Where the limits come from: document, section, table."""
    level: float | None = None
    """Confidence level of the intervals, 0 to 1."""
    method: str = ""
    """How values and intervals are computed: bins, test, bootstrap."""
    cadence_days: int | None = None
    """A new point is due every so many days; None: as the file says."""
    points: tuple[MonitoringPoint, ...]
    """In any order; points are put in order of time. Without points, the limits hold for points from elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringFile:
    """`docgen/monitoring.json`: what a monitoring system saw of a model version in use."""

    format: Literal["docgen.monitoring"] = "docgen.monitoring"
    version: int = EVIDENCE_VERSION
    model: str = ""
    """`models:/<name>/<version>`; wanted where neither a run nor a folder says which version was watched."""
    system: str = ""
    """The system that wrote the file, in words."""
    reference: DataRef | None = None
    """The data that drift is measured against."""
    cadence_days: int | None = None
    """A new point of every series is due every so many days; a feed that is older is stale."""
    series: tuple[MonitoringSeries, ...]
    """Each key once."""
