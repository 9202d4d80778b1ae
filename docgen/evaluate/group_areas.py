"""AUROC of groups: how well the score ranks the rows of each, against a reference group.

Areas need the rows, where everything else about groups rests on counts. They are shown where the counts of a group's
cases and errors are: nobody can work an area back to a row of a group of that size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from docgen.evaluate.comparisons import REFERENCE, SUPPRESSED, ends, no_interval
from docgen.evaluate.delong import NAME, areas, auroc
from docgen.evaluate.groups import JOIN
from docgen.evaluate.intervals import within
from docgen.evaluate.ranking import weighted_auroc
from docgen.evaluate.resample import Resampling
from docgen.model.formats import Comparison, ComparisonRow, GroupMetric, GroupRow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from docgen.evaluate.protection import Group, Shown

    Bits = NDArray[np.bool_]
    Floats = NDArray[np.float64]

KEY, TITLE = "roc_auc", "AUROC"
ONE_CLASS = "undefined: only one class in the group"
UNPAIRED = f"normal approximation, variances by {NAME}"

Draws = dict[str, "Floats"]
"""Group -> its area in each draw of whole clusters, (draws,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranked:
    """The rows whose ranking is measured, and how."""

    truth: Floats
    """(n_rows,), 0 or 1."""
    score: Floats
    """(n_rows,), larger for the positive label."""
    step: int
    """Of suppression, from which a group's area may be shown."""
    smallest: int
    """Rows below which a group is called small."""
    how: Resampling
    """Of the intervals."""

    @property
    def clustered(self) -> bool:
        """Whether intervals are bootstraps of clusters, and not DeLong's."""
        return self.how.clusters is not None


def area_draws(ranked: Ranked, every: Sequence[Shown]) -> tuple[Draws, ...]:
    """Return the areas of groups in each draw of whole clusters, for each feature or intersection; none without them.

    Args:
        ranked: all rows.
        every: the groups.
    """
    import numpy as np

    clusters = ranked.how.clusters
    if clusters is None:
        return tuple({} for _ in every)
    curves = {
        (number, group.name): weighted_auroc(ranked.truth[mine], ranked.score[mine], clusters.codes[mine])
        for number, shown in enumerate(every)
        for place, group in enumerate(shown.groups)
        if group.step >= ranked.step and np.ptp(ranked.truth[mine := shown.member == place]) > 0
    }
    drawn: dict[tuple[int, str], list[Floats]] = {key: [] for key in curves}
    for weights in ranked.how.of_clusters():
        for key, curve in curves.items():
            drawn[key].append(curve(weights))
    found: tuple[Draws, ...] = tuple({} for _ in every)
    for (number, name), parts in drawn.items():
        found[number][name] = np.concatenate(parts)
    return found


def area_table(ranked: Ranked, shown: Shown, reference: str, draws: Draws) -> tuple[GroupMetric, Comparison]:
    """Return the area of each group of a feature or intersection, and each held against the reference group.

    Args:
        ranked: all rows.
        shown: the groups.
        reference: the group that the others are compared with.
        draws: where rows form clusters.
    """
    feature, method = JOIN.join(shown.features), ranked.how.name if ranked.clustered else NAME
    rows, spread = [], []
    for place, group in enumerate(shown.groups):
        mine = shown.member == place
        rows.append(_area(ranked, group, mine, draws))
        spread.append(None if rows[-1].value is None or ranked.clustered else _variance(ranked, mine))
    base = next((place for place, row in enumerate(rows) if row.group == reference and row.n is not None), None)
    table = GroupMetric(metric=KEY, title=TITLE, feature=feature, reference=reference, rows=tuple(rows), method=method)
    compared = Comparison(
        metric=KEY,
        title=TITLE,
        feature=feature,
        reference=reference,
        rows=tuple(_against(rows, spread, place, base, ranked.how, draws) for place in range(len(rows))),
        difference_method=method if ranked.clustered else UNPAIRED,
        ratio_method="",
    )
    return table, compared


def _area(ranked: Ranked, group: Group, mine: Bits, draws: Draws) -> GroupRow:
    """Return the area of one group with DeLong's interval, or that of its draws."""
    if group.step < ranked.step:
        return GroupRow(group=group.name, value=None, low=None, high=None, n=None, events=None, note=SUPPRESSED)
    found = auroc(ranked.truth[mine], ranked.score[mine], ranked.how.method)
    if ranked.clustered and found.value is not None:
        plain = replace(found, interval=None, note="")
        found = within(plain, ranked.how.interval(draws[group.name], found.value))
    small = f"small: fewer than {ranked.smallest} rows" if group.rows < ranked.smallest else ""
    return GroupRow(
        group=group.name,
        value=found.value,
        low=found.interval.low if found.interval else None,
        high=found.interval.high if found.interval else None,
        n=found.n,
        events=found.events,
        note=ONE_CLASS if found.value is None else found.note or small,
    )


def _variance(ranked: Ranked, mine: Bits) -> float | None:
    """Return DeLong's variance of a group's area; None where it has none, or 0, which no sample can show."""
    covariance = areas(ranked.truth[mine], ranked.score[mine][None]).covariance
    return None if covariance is None or covariance[0, 0] <= 1e-18 else float(covariance[0, 0])


def _against(
    rows: Sequence[GroupRow],
    spread: Sequence[float | None],
    place: int,
    base: int | None,
    how: Resampling,
    draws: Draws,
) -> ComparisonRow:
    """Return a group's area minus the reference group's: different rows, so that their variances add up.

    Where rows form clusters they may share some, and both areas come from the same draws.
    """
    from scipy.stats import norm

    mine = rows[place]
    difference = low = high = None
    note = ""
    if mine.n is None:
        note = SUPPRESSED
    elif base is None:
        note = "the reference group is not shown"
    elif place == base:
        note = REFERENCE
    elif mine.value is None or rows[base].value is None:
        note = mine.note if mine.value is None else f"reference group: {rows[base].note}"
    else:
        difference = mine.value - (rows[base].value or 0.0)
        one, other = spread[place], spread[base]
        if draws:
            found = how.interval(draws[mine.group] - draws[rows[base].group], difference)
            low, high = ends(found)
            note = no_interval(found if isinstance(found, str) else "")
        elif one is not None and other is not None:
            half = float(norm.ppf((1 + how.method.level) / 2)) * (one + other) ** 0.5
            low, high = max(-1.0, difference - half), min(1.0, difference + half)
    return ComparisonRow(
        group=mine.group,
        difference=difference,
        difference_low=low,
        difference_high=high,
        ratio=None,
        ratio_low=None,
        ratio_high=None,
        n=mine.n,
        note=note,
    )
