"""`docgen/<split>/comparison.json`, and `comparison-<against>.json` where there are several champions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.canonical import Digest
from docgen.model.evidence import Quantity
from docgen.model.formats.common import EVIDENCE_VERSION, DataRef, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two models."""

    name: str
    """What the model is called, such as `models:/churn/3`."""
    threshold: float | None = None
    """A score at or above it counted as positive; None when predictions were given, or the score only ranks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedMeasure:
    """A measure of both models, and how far they lie apart."""

    key: str
    """As in `performance.json`."""
    champion: Quantity
    """Of the champion, with its own interval."""
    challenger: Quantity
    """Of the challenger, with its own interval."""
    difference: Quantity
    """Challenger minus champion, with the interval of the paired difference."""
    p: float | None = None
    """Two-sided p-value, where there is a test."""
    test: str = ""
    """The test that gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """Which model decided rightly, row by row, and McNemar's test of it."""

    both: int
    """Rows that both decided rightly."""
    champion_only: int
    """Rows that only the champion decided rightly."""
    challenger_only: int
    """Rows that only the challenger decided rightly."""
    neither: int
    """Rows that neither decided rightly."""
    p: float | None
    """Two-sided; None with a note where the test cannot be made."""
    method: str
    """Exact, or chi-squared with continuity correction."""
    note: str = ""
    """Why there is no p-value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonFile:
    """`docgen/<split>/comparison<-against>.json`: champion and challenger on identical rows."""

    format: Literal["docgen.comparison"] = "docgen.comparison"
    version: int = EVIDENCE_VERSION
    task: Task
    """Of both models."""
    split: str
    """Of the rows."""
    against: str = ""
    """What kind of champion this is, where a challenger is held against several: `original`, `last`, ..."""
    dataset: DataRef
    """The rows."""
    champion: Side
    """The model in use."""
    challenger: Side
    """The model that would replace it."""
    keys_sha256: Digest | None = None
    """Over the keys of the rows, which were found equal; None when no keys were given and rows were paired in order."""
    positive_label: str | None = None
    """Of binary models."""
    clusters: int | None = None
    """How many clusters the rows form, where they belong together."""
    cluster_key: str = ""
    """What the clusters are named by."""
    measures: tuple[ComparedMeasure, ...]
    """Every measure that both models have."""
    decisions: Decisions | None = None
    """Of classifiers that decide."""
