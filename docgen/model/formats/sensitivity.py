"""`docgen/<split>/sensitivity.json`: how the output answers when inputs change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.evidence import Quantity, Scalar
from docgen.model.formats.common import EVIDENCE_VERSION, DataRef, Task

ChangeKind = Literal["shift", "scale", "quantile", "value", "missing"]

ResponseGroup = Literal["shock", "range", "missing", "joint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedInput:
    """What was done to one input, in all rows or in some."""

    feature: str
    """The input."""
    kind: ChangeKind
    """`shift`: the amount is added; `scale`: it is the factor; `quantile`: every row gets the value at that quantile of
    the rows themselves; `value`: every row gets the amount; `missing`: so large a share of the rows loses its value."""
    amount: Scalar
    """How much, in the input's own unit where it is added."""
    rows: int
    """Rows whose value differs from before."""
    outside: int | None = None
    """Rows whose value lies beyond every value that the rows had before; None: it is no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """How the output of the same rows answers to one change, or to several made together."""

    name: str
    """The input, or the name of the scenario."""
    group: ResponseGroup
    """`shock`: one input shifted or scaled; `range`: one input at a quantile or a value; `missing`: one input without
    values; `joint`: a scenario, in which several inputs change together."""
    changes: tuple[ChangedInput, ...]
    """What was changed: one input, or those of the scenario."""
    mean: Quantity
    """Mean change of the score over all rows, after minus before."""
    mean_absolute: float | None = None
    """Mean size of the change, without its sign."""
    largest: float | None = None
    """Size of the largest change in any row."""
    flips: Quantity | None = None
    """Share of rows that are decided otherwise; None: the model decides nothing."""
    raised: int | None = None
    """Rows among them that are positive only after the change; of binary models."""
    metric: Quantity | None = None
    """Change of the measure, after minus before, with the interval of the paired difference."""
    note: str = ""
    """Why there is no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityFile:
    """`docgen/<split>/sensitivity.json`: what the model says of the same rows after their inputs were changed."""

    format: Literal["docgen.sensitivity"] = "docgen.sensitivity"
    version: int = EVIDENCE_VERSION
    task: Task
    """Of the model."""
    split: str
    """Of the rows."""
    dataset: DataRef
    """The rows as they were before."""
    output: str
    """What the score is: the probability of which label, or the prediction."""
    unit: str = ""
    """Of the score."""
    positive_label: str | None = None
    """Of binary models."""
    threshold: float | None = None
    """A score at or above it is a positive decision; None where nothing is decided by a threshold."""
    metric: str
    """Key of the measure whose change is told, as in `performance.json`."""
    before: Quantity
    """The measure before any change."""
    seed: int
    """Of the draws, and of the rows that lose a value."""
    level: float
    """Confidence level of all intervals."""
    clusters: int | None = None
    """How many clusters the rows form, where they belong together."""
    cluster_key: str = ""
    """What the clusters are named by."""
    responses: tuple[Response, ...]
    """One for each change and each scenario."""
