"""Groups against a reference group: differences and ratios, adverse impact, standardized mean differences.

Each with its own name and interval: Newcombe's hybrid score interval for differences of rates (Newcombe 1998, method
10), the log method for ratios (Katz et al. 1978), Welch's for differences of means. Where rows form clusters, each is
a bootstrap of these, and no test is made that takes rows as independent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from docgen.evaluate.intervals import newcombe, rate_ratio
from docgen.evaluate.measures import Estimate, Mean, Measure, Moments, Rate, estimate, moments
from docgen.evaluate.protection import Group
from docgen.evaluate.redraw import moments_of, values_of
from docgen.evaluate.resample import Resampling
from docgen.model.evidence import Interval
from docgen.model.formats import AdverseImpact, Comparison, ComparisonRow, ImpactRow, ScoreGap, ScoreRow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SUPPRESSED = "suppressed"
REFERENCE = "reference"

NEWCOMBE, LOG = "newcombe", "log ratio"
WELCH = "welch t"
HEDGES = "normal approximation (hedges and olkin)"


def compared(measure: Measure, feature: str, groups: Sequence[Group], reference: str, how: Resampling) -> Comparison:
    """Return a measure of each group held against the reference group."""
    base = next((group for group in groups if group.name == reference and group.step >= measure.step), None)
    return Comparison(
        metric=measure.key,
        title=measure.title,
        feature=feature,
        reference=reference,
        rows=tuple(_against(measure, group, base, how) for group in groups),
        difference_method=how.name if how.clusters else NEWCOMBE if isinstance(measure, Rate) else WELCH,
        ratio_method=ratio_method(how) if isinstance(measure, Rate) else "",
    )


def ratio_method(how: Resampling) -> str:
    """Return how the intervals of ratios of rates are formed."""
    return LOG if how.clusters is None else how.name


def _against(measure: Measure, group: Group, base: Group | None, how: Resampling) -> ComparisonRow:
    def row(note: str, n: int | None = None) -> ComparisonRow:
        return ComparisonRow(
            group=group.name,
            difference=None,
            difference_low=None,
            difference_high=None,
            ratio=None,
            ratio_low=None,
            ratio_high=None,
            n=n,
            note=note,
        )

    if group.step < measure.step:
        return row(SUPPRESSED)
    mine = estimate(measure, group.counts, group.sums, how.method)
    if base is None:
        return row("the reference group is not shown", mine.n)
    if group is base:
        return row(REFERENCE, mine.n)
    theirs = estimate(measure, base.counts, base.sums, how.method)
    if mine.value is None or theirs.value is None:
        return row(mine.note or f"reference group: {theirs.note}", mine.n)
    found = replace(row("", mine.n), difference=mine.value - theirs.value)
    if isinstance(measure, Rate):
        note = "" if theirs.value else "no ratio: the reference group has 0"
        found = replace(found, ratio=mine.value / theirs.value if theirs.value else None, note=note)
    if how.clusters is not None:
        return _of_clusters(found, values_of(measure, group), values_of(measure, base), how)
    return _of_rows(found, measure, group, base, how)


def _of_rows(row: ComparisonRow, measure: Measure, group: Group, base: Group, how: Resampling) -> ComparisonRow:
    """Return a group held against the reference with intervals of rows that are independent."""
    if isinstance(measure, Mean):
        low, high = _welch(
            moments(measure, group.counts, group.sums), moments(measure, base.counts, base.sums), how.method.level
        )
        return replace(row, difference_low=low, difference_high=high)
    one, other = (_pair(estimate(measure, each.counts, each.sums, how.method)) for each in (group, base))
    apart = newcombe((one[0], other[0]), (one[1], other[1]), how.method.level)
    ratio_low, ratio_high = _ratio(one, other, how.method.level)
    return replace(
        row, difference_low=apart.low, difference_high=apart.high, ratio_low=ratio_low, ratio_high=ratio_high
    )


def _of_clusters(row: ComparisonRow, mine: Floats, theirs: Floats, how: Resampling) -> ComparisonRow:
    """Return a group held against the reference with intervals of draws, (draws,) each, or the reason for none."""
    apart = how.interval(mine - theirs, row.difference or 0.0)
    ratio = None if row.ratio is None else how.interval(divided(mine, theirs), row.ratio)
    why = next((found for found in (apart, ratio) if isinstance(found, str)), "")
    (low, high), (ratio_low, ratio_high) = ends(apart), ends(ratio)
    return replace(
        row,
        difference_low=low,
        difference_high=high,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        note=row.note or no_interval(why),
    )


def divided(one: Floats, other: Floats) -> Floats:
    """Return ratios, not finite where the denominator is 0."""
    import numpy as np

    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(one / other)


def ends(found: Interval | str | None) -> tuple[float | None, float | None]:
    """Return the ends of an interval; None where there is none."""
    return (found.low, found.high) if isinstance(found, Interval) else (None, None)


def no_interval(why: str) -> str:
    """Return the note of a number without an interval; empty where it has one."""
    return f"no interval: {why}" if why else ""


def _pair(found: Estimate) -> tuple[int, int]:
    return found.events or 0, found.n


def _ratio(one: tuple[int, int], other: tuple[int, int], level: float) -> tuple[float | None, float | None]:
    """Return the ends of the ratio's interval; None where a count is 0."""
    found = rate_ratio((one[0], other[0]), (one[1], other[1]), level)
    return ends(found)


def _welch(one: Moments, other: Moments, level: float) -> tuple[float | None, float | None]:
    from scipy.stats import t

    if one.variance is None or other.variance is None:
        return None, None
    parts = (one.variance / one.n, other.variance / other.n)
    if sum(parts) == 0:
        return one.mean - other.mean, one.mean - other.mean
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (one.n - 1) + parts[1] ** 2 / (other.n - 1))
    half = float(t.ppf((1 + level) / 2, freedom)) * math.sqrt(sum(parts))
    return one.mean - other.mean - half, one.mean - other.mean + half


def four_fifths(one: tuple[int, int], reference: tuple[int, int]) -> bool:
    """Return whether a selection rate is at least 4/5 of the reference's (29 CFR 1607.4(D)), in whole numbers.

    In floating point 0.8 * 0.5 and 0.4 need not be equal; 5 * k * n_ref >= 4 * k_ref * n has no such border.
    """
    return 5 * one[0] * reference[1] >= 4 * reference[0] * one[1]


def adverse_impact(
    selection: Rate, feature: str, groups: Sequence[Group], declared: str | None, smallest: int, how: Resampling
) -> AdverseImpact:
    """Return the adverse impact ratio of each group: its selection rate divided by the reference group's.

    Args:
        selection: the rate of the favourable prediction.
        feature: what the groups are of.
        groups: all of them.
        declared: the reference group; else the one with the highest rate among those of at least `smallest` rows.
        smallest: rows below which a group is called small.
        how: of the intervals; clustered rows are not tested.
    """
    shown = [group for group in groups if group.step >= selection.step]
    rates = {group.name: estimate(selection, group.counts, group.sums, how.method) for group in shown}
    by_name = {group.name: group for group in shown}
    large = [group.name for group in shown if group.rows >= smallest]
    reference = declared or max(large, key=lambda name: (rates[name].value or 0.0, rates[name].n), default="")
    rows = []
    for group in groups:
        found = rates.get(group.name)
        note = f"small: fewer than {smallest} rows" if found and group.rows < smallest else ""
        row = _impact(group.name, found, rates.get(reference), reference, note)
        rows.append(row if row.ratio is None else _with_interval(row, selection, group, by_name[reference], how))
    rule = "declared" if declared else "highest rate"
    return AdverseImpact(
        feature=feature, reference=reference, reference_rule=rule, rows=tuple(rows), method=ratio_method(how)
    )


def _impact(name: str, mine: Estimate | None, base: Estimate | None, reference: str, note: str) -> ImpactRow:
    """Return a group's ratio, without interval and test."""
    row = ImpactRow(
        group=name,
        selected=mine.events if mine else None,
        n=mine.n if mine else None,
        rate=mine.value if mine else None,
        ratio=None,
        low=None,
        high=None,
        four_fifths=None,
        p=None,
        p_holm=None,
        p_bh=None,
        note=note,
    )
    if mine is None:
        return replace(row, note=SUPPRESSED)
    if name == reference:
        return replace(row, note=REFERENCE)
    if base is None:
        return replace(row, note="the reference group is not shown" if reference else "no group is large enough")
    if not base.value:
        return replace(row, note="no ratio: nobody is selected in the reference group")
    return replace(row, ratio=(mine.value or 0.0) / base.value, four_fifths=four_fifths(_pair(mine), _pair(base)))


def _with_interval(row: ImpactRow, selection: Rate, group: Group, base: Group, how: Resampling) -> ImpactRow:
    """Return a ratio with its interval, and with Fisher's test of rows that are independent."""
    from scipy.stats import fisher_exact

    if how.clusters is not None:
        found = how.interval(divided(values_of(selection, group), values_of(selection, base)), row.ratio or 0.0)
        low, high = ends(found)
        why = no_interval(found if isinstance(found, str) else "")
        return replace(row, low=low, high=high, note="; ".join(text for text in (row.note, why) if text))
    pair, other = (_pair(estimate(selection, each.counts, each.sums, how.method)) for each in (group, base))
    low, high = _ratio(pair, other, how.method.level)
    table = [[pair[0], pair[1] - pair[0]], [other[0], other[1] - other[0]]]
    return replace(row, low=low, high=high, p=float(fisher_exact(table).pvalue))


def adjusted(impacts: Sequence[AdverseImpact]) -> tuple[tuple[AdverseImpact, ...], int]:
    """Return adverse impact with p-values adjusted over all of its tests as one family, and how many these are."""
    from statsmodels.stats.multitest import multipletests

    found = [row.p for impact in impacts for row in impact.rows if row.p is not None]
    if not found:
        return tuple(impacts), 0
    holm = iter(multipletests(found, method="holm")[1].tolist())
    bh = iter(multipletests(found, method="fdr_bh")[1].tolist())
    done = [
        replace(
            impact,
            rows=tuple(row if row.p is None else replace(row, p_holm=next(holm), p_bh=next(bh)) for row in impact.rows),
        )
        for impact in impacts
    ]
    return tuple(done), len(found)


def score_gap(
    score: Mean, feature: str, groups: Sequence[Group], reference: str, spread: float, how: Resampling
) -> ScoreGap:
    """Return the standardized mean difference of each group's scores to the reference group's.

    Args:
        score: the mean of the scores.
        feature: what the groups are of.
        groups: all of them.
        reference: the reference group.
        spread: the standard deviation of the scores of all rows.
        how: of the intervals.
    """
    base = next((group for group in groups if group.name == reference and group.step >= 1), None)
    theirs = moments(score, base.counts, base.sums) if base else None
    rows = tuple(_standardized(score, group, base, theirs, spread, how) for group in groups)
    method = HEDGES if how.clusters is None else how.name
    return ScoreGap(feature=feature, reference=reference, of=score.key, rows=rows, method=method)


def _standardized(
    score: Mean, group: Group, base: Group | None, theirs: Moments | None, spread: float, how: Resampling
) -> ScoreRow:
    row = ScoreRow(
        group=group.name, n=None, mean=None, sd=None, smd=None, low=None, high=None, smd_all_rows=None, note=SUPPRESSED
    )
    if group.step < 1:
        return row
    mine = moments(score, group.counts, group.sums)
    row = replace(
        row, n=mine.n, mean=mine.mean, sd=None if mine.variance is None else math.sqrt(mine.variance), note=""
    )
    if theirs is None or base is None:
        return replace(row, note="the reference group is not shown")
    if group is base:
        return replace(row, note=REFERENCE)
    if mine.variance is None or theirs.variance is None:
        return replace(row, note="undefined: a group of one row has no spread")
    pooled = math.sqrt((mine.variance + theirs.variance) / 2)
    if pooled == 0 or spread == 0:
        return replace(row, note="undefined: the scores do not vary")
    smd = (mine.mean - theirs.mean) / pooled
    row = replace(row, smd=smd, smd_all_rows=(mine.mean - theirs.mean) / spread)
    low, high = _hedges(smd, mine.n, theirs.n, how.method.level)
    return replace(row, low=low, high=high) if how.clusters is None else _smd_of_clusters(row, score, group, base, how)


def _smd_of_clusters(row: ScoreRow, score: Mean, group: Group, base: Group, how: Resampling) -> ScoreRow:
    (mean, variance), (mean_of_base, variance_of_base) = moments_of(score, group), moments_of(score, base)
    found = how.interval(divided(mean - mean_of_base, ((variance + variance_of_base) / 2) ** 0.5), row.smd or 0.0)
    low, high = ends(found)
    return replace(row, low=low, high=high, note=no_interval(found if isinstance(found, str) else ""))


def _hedges(smd: float, one: int, other: int, level: float) -> tuple[float, float]:
    """Return the large-sample interval of a standardized mean difference (Hedges and Olkin 1985, chapter 5)."""
    from scipy.stats import norm

    error = math.sqrt((one + other) / (one * other) + smd * smd / (2 * (one + other)))
    half = float(norm.ppf((1 + level) / 2)) * error
    return smd - half, smd + half


def largest(values: Iterable[tuple[str, float]]) -> tuple[str, float] | None:
    """Return the (group, value) that lies furthest from 0; the first by name of several."""
    return max(sorted(values), key=lambda item: abs(item[1]), default=None)
