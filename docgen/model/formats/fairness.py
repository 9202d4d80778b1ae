"""`docgen/<split>/fairness.json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.evidence import Quantity
from docgen.model.formats.common import EVIDENCE_VERSION, DataRef


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
