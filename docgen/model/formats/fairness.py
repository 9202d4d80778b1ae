"""`docgen/<split>/fairness.json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.evidence import Quantity
from docgen.model.formats.common import EVIDENCE_VERSION, DataRef, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """A metric in one group; `value` is None with a note when it is undefined or suppressed there."""

    group: str
    """The group's name; `not stated` for rows whose sensitive feature is missing."""
    value: float | None
    """The metric in the group."""
    low: float | None
    """Lower end of the interval."""
    high: float | None
    """Upper end of the interval."""
    n: int | None
    """Rows in the rate's denominator, or in the group; None when suppressed."""
    events: int | None
    """Rows in its numerator; positive cases of an AUROC."""
    note: str = ""
    """`suppressed`, `small: ...` or why there is no value, or no interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMetric:
    """A metric by the groups of one feature or intersection."""

    metric: str
    """`selection_rate`, `true_positive_rate`, `roc_auc`, `mean_error`, ...; `selection_rate[<label>]` of one of several
    labels."""
    title: str
    """The metric's name for people."""
    feature: str
    """`sex`, or `sex & age_band` for an intersection."""
    reference: str
    """The group that others are compared with: declared, else the largest that is shown; empty when none is."""
    rows: tuple[GroupRow, ...]
    """One for each group, in the order of their names."""
    unit: str = "fraction"
    """`fraction` (0 to 1), or the target's unit for regression."""
    method: str = ""
    """How the intervals were formed; empty: as the file says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disparity:
    """How far the groups lie apart: `selection_rate.difference`, `selection_rate.ratio`, ..."""

    key: str
    """The metric and how it was formed."""
    feature: str
    """Feature or intersection."""
    quantity: Quantity
    """The number; its note says how it was formed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRow:
    """A group held against the reference group: group minus reference, group divided by reference."""

    group: str
    """The group."""
    difference: float | None
    """Group minus reference; negative means lower than the reference."""
    difference_low: float | None
    """Lower end of its interval."""
    difference_high: float | None
    """Upper end of its interval."""
    ratio: float | None
    """Group divided by reference; None where the reference has 0, or for means."""
    ratio_low: float | None
    """Lower end of its interval; None where a count is 0, since the log method is undefined there."""
    ratio_high: float | None
    """Upper end of its interval."""
    n: int | None
    """Rows in the group's denominator."""
    note: str = ""
    """`reference`, `suppressed`, or why there is no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A metric of every group against the reference group."""

    metric: str
    """As in `GroupMetric`."""
    title: str
    """The metric's name for people."""
    feature: str
    """Feature or intersection."""
    reference: str
    """The reference group."""
    rows: tuple[ComparisonRow, ...]
    """One for each group."""
    difference_method: str
    """How the intervals of differences were formed."""
    ratio_method: str
    """How the intervals of ratios were formed; empty: no ratios."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactRow:
    """The adverse impact ratio of a group."""

    group: str
    """The group."""
    selected: int | None
    """Rows with the favourable prediction."""
    n: int | None
    """Rows in the group."""
    rate: float | None
    """`selected / n`."""
    ratio: float | None
    """The group's rate divided by that of the reference group."""
    low: float | None
    """Lower end of the ratio's interval (log method)."""
    high: float | None
    """Upper end of the ratio's interval."""
    four_fifths: bool | None
    """Whether the ratio is at least 4/5, decided in whole numbers: 5 * selected * n_ref >= 4 * selected_ref * n."""
    p: float | None
    """Two-sided p of Fisher's exact test against the reference group."""
    p_holm: float | None
    """Adjusted by Holm over the file's family of tests."""
    p_bh: float | None
    """Adjusted by Benjamini and Hochberg over the file's family of tests."""
    note: str = ""
    """`reference`, `suppressed`, `small: ...`, or why there is no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseImpact:
    """Adverse impact ratios of the groups of a feature."""

    feature: str
    """Feature or intersection."""
    reference: str
    """The group that the others' rates are divided by."""
    reference_rule: str
    """`declared`, or `highest rate`."""
    rows: tuple[ImpactRow, ...]
    """One for each group."""
    method: str = "log ratio"
    """How the intervals of the ratios were formed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """The scores of a group against those of the reference group, in standard deviations."""

    group: str
    """The group."""
    n: int | None
    """Rows in the group."""
    mean: float | None
    """Mean score."""
    sd: float | None
    """Standard deviation of the scores, denominator n - 1."""
    smd: float | None
    """(mean - reference mean) / sqrt((variance + reference variance) / 2): Austin's denominator."""
    low: float | None
    """Lower end of the interval of `smd`."""
    high: float | None
    """Upper end of the interval of `smd`."""
    smd_all_rows: float | None
    """The same difference divided by the standard deviation of all rows, as fair-lending reviews do."""
    note: str = ""
    """`reference`, `suppressed`, or why there is no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreGap:
    """Standardized mean differences of the scores of the groups of a feature."""

    feature: str
    """Feature or intersection."""
    reference: str
    """The reference group."""
    of: str
    """What was compared: `score` or `prediction`."""
    rows: tuple[ScoreRow, ...]
    """One for each group."""
    method: str
    """How the intervals were formed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodRow:
    """A metric of one group in one period."""

    period: str
    """As given, or a month such as 2026-03."""
    group: str
    """The group."""
    value: float | None
    """The metric."""
    low: float | None
    """Lower end of the interval."""
    high: float | None
    """Upper end of the interval."""
    n: int | None
    """Rows in the denominator."""
    events: int | None
    """Rows in the numerator."""
    note: str = ""
    """`suppressed`, `small: ...`, or why there is no value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodMetric:
    """A metric by period and group of one feature."""

    metric: str
    """As in `GroupMetric`."""
    title: str
    """The metric's name for people."""
    feature: str
    """The feature."""
    rows: tuple[PeriodRow, ...]
    """By period, then by group; combinations without rows are left out."""
    unit: str = "fraction"
    """As in `GroupMetric`."""
    method: str = ""
    """As in `GroupMetric`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something that was asked for and not computed."""

    feature: str
    """What it would have been about."""
    reason: str
    """Why not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessFile:
    """`docgen/<split>/fairness.json`: counts and rates of groups, never rows."""

    format: Literal["docgen.fairness"] = "docgen.fairness"
    version: int = EVIDENCE_VERSION
    split: str
    """train, validation, test, ..."""
    dataset: DataRef
    """The data that were evaluated."""
    level: float
    """Confidence level of all intervals, 0 to 1."""
    method: str
    """How intervals of rates were formed."""
    min_group_size: int
    """Groups with fewer rows are called small and left out of disparities."""
    groups: tuple[GroupMetric, ...]
    """Metrics by group."""
    disparities: tuple[Disparity, ...]
    """How far the groups lie apart, each way of measuring it named."""
    task: Task = "binary"
    """What kind of predictions were compared."""
    suppress_below: int = 1
    """Counts from 1 to this number less one are suppressed, and what would give them away; 1: nothing is."""
    favourable: str = ""
    """The prediction that counts as being selected for adverse impact ratios; empty: none were formed."""
    comparisons: tuple[Comparison, ...] = ()
    """Each group against the reference group."""
    adverse_impact: tuple[AdverseImpact, ...] = ()
    """Adverse impact ratios."""
    family: str = ""
    """Which tests the adjusted p-values belong together with."""
    untested: str = ""
    """Why no tests were made, as where rows form clusters; empty: they were, where there are ratios."""
    score_gaps: tuple[ScoreGap, ...] = ()
    """Standardized mean differences of scores."""
    periods: tuple[PeriodMetric, ...] = ()
    """Metrics by period and group."""
    left_out: tuple[LeftOut, ...] = ()
    """What was asked for and not computed, and why."""
