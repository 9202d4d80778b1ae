"""`docgen/<split>/explanations.json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.canonical import Digest
from docgen.model.formats.common import EVIDENCE_VERSION, DataRef
from docgen.model.formats.fairness import LeftOut


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRow:
    """A feature's global attribution."""

    feature: str
    """As the explained model sees it: after the steps of a pipeline."""
    mean_abs: float
    """Mean absolute SHAP value over the explained rows."""
    low: float
    """Lower end of its interval."""
    high: float
    """Upper end of its interval."""
    mean: float
    """Mean SHAP value, with its sign."""
    direction: float | None = None
    """Spearman's rank correlation of the feature's values with its SHAP values; None where either is constant or the
    feature is no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAttributionRow:
    """A feature's attribution in one group."""

    group: str
    """The group."""
    feature: str
    """The feature."""
    mean_abs: float | None
    """Mean absolute SHAP value over the group's explained rows; None when suppressed."""
    n: int | None
    """The group's explained rows."""
    note: str = ""
    """`suppressed`, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAttributions:
    """Attributions by the groups of a sensitive feature."""

    feature: str
    """The sensitive feature."""
    rows: tuple[GroupAttributionRow, ...]
    """By group; in each group the features that are largest over all rows come first."""
    suppress_below: int
    """Groups of fewer explained rows are suppressed, and what would give them away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StabilityRow:
    """How the ranking of the features comes out with another seed: another background, the same rows."""

    seed: int
    """The other seed."""
    n: int
    """Rows that were explained again."""
    spearman: float | None
    """Rank correlation of the mean absolute SHAP values with those of the first seed, on the same rows."""
    top_shared: int
    """How many of the leading features are the same, of `top`."""
    top: int
    """How many leading features were compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionRow:
    """How much two features act together rather than each on its own."""

    first: str
    """One feature."""
    second: str
    """The other."""
    mean_abs: float
    """Mean over rows of the absolute SHAP interaction value of the pair, both halves together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interactions:
    """The strongest interactions, as trees give them exactly."""

    n: int
    """Rows."""
    pairs: int
    """How many pairs there are; only the strongest are listed."""
    rows: tuple[InteractionRow, ...]
    """Strongest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermutationRow:
    """By how much the score drops when a column is shuffled."""

    feature: str
    """A column of the model's input."""
    drop: float
    """Mean drop over the repeats; negative when the shuffled column scored better."""
    sd: float
    """Standard deviation over the repeats: of the shuffling only, not of the sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permutation:
    """Permutation importance on rows that the model was not trained on."""

    scoring: str
    """Name of scikit-learn's scorer."""
    baseline: float
    """The score before shuffling."""
    n: int
    """Rows."""
    repeats: int
    """How often each column was shuffled."""
    seed: int
    """Of the shuffling."""
    rows: tuple[PermutationRow, ...]
    """Largest drop first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRow:
    """The reason that is given for a feature, and how often it is among the principal reasons."""

    feature: str
    """As the explained model sees it."""
    reason: str | None
    """What an applicant is told; None when nobody wrote it."""
    events: int | None
    """Explained adverse decisions in which the feature is among the principal reasons; None when suppressed."""
    share: float | None
    """`events` divided by the number of explained adverse decisions."""
    note: str = ""
    """`suppressed`, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCodes:
    """Reasons for adverse action, as far as the explained rows show which are given; no row's own reasons."""

    adverse: str
    """The prediction that is adverse: it is the other one than the favourable."""
    top: int
    """How many principal reasons are given at most."""
    n: int
    """Explained adverse decisions."""
    principal: int
    """Reasons that these decisions have, together."""
    with_reason: int | None
    """Those of them that have a text; None when it would give a suppressed count away."""
    rows: tuple[ReasonRow, ...]
    """Features that are ever among the principal reasons or have a text: most frequent first, suppressed ones last."""
    suppress_below: int
    """Counts below it are suppressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationFile:
    """`docgen/<split>/explanations.json`: averages only, never values of single rows."""

    format: Literal["docgen.explanations"] = "docgen.explanations"
    version: int = EVIDENCE_VERSION
    split: str
    """train, validation, test, ..."""
    dataset: DataRef
    """The data whose rows were explained."""
    explainer: str
    """Name of SHAP's explainer."""
    unit: str
    """`log-odds`, `probability`, `margin`, or the target's unit."""
    output: str
    """Which output was explained: a class label, or empty."""
    n: int
    """Rows that were explained."""
    background_rows: int
    """Rows of the background; 0 when the explainer used none."""
    background_sha256: Digest | None
    """Over the full content of the background."""
    background_choice: str
    """How the background was chosen."""
    seed: int
    """Of every draw."""
    level: float
    """Confidence level of the intervals, 0 to 1."""
    method: str
    """How the intervals were formed."""
    features: tuple[FeatureRow, ...]
    """Largest mean |SHAP| first."""
    rows_asked: int | None = None
    """Rows that were to be explained; more than `n` when the budget cut them."""
    budget: str = ""
    """Why fewer rows were explained than asked for; empty when all were."""
    additivity_error: float | None = None
    """Largest absolute difference, over the explained rows, of the base value and all SHAP values together to the
    model's output; None when the model does not give that output."""
    additivity_tolerance: float | None = None
    """The error up to which additivity is said to hold."""
    by_group: tuple[GroupAttributions, ...] = ()
    """Attributions by group."""
    stability: tuple[StabilityRow, ...] = ()
    """The ranking with other seeds."""
    interactions: Interactions | None = None
    """Interactions, where trees give them at little cost."""
    permutation: Permutation | None = None
    """Permutation importance."""
    reasons: ReasonCodes | None = None
    """Reasons for adverse action."""
    left_out: tuple[LeftOut, ...] = ()
    """What was asked for and not computed, and why."""
