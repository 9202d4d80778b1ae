"""`docgen/<split>/explanations.json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.canonical import Digest
from docgen.model.formats.common import EVIDENCE_VERSION, DataRef


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
