"""AUROC of groups: how well the score ranks the rows of each, against a reference group.

Areas need the rows, where everything else about groups rests on counts. They are shown where the counts of a group's
cases and errors are: nobody can work an area back to a row of a group of that size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docgen.evaluate.comparisons import REFERENCE, SUPPRESSED
from docgen.evaluate.delong import NAME, areas, auroc
from docgen.evaluate.intervals import Method
from docgen.model.formats import Comparison, ComparisonRow, GroupMetric, GroupRow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from docgen.evaluate.groups import Axis
    from docgen.evaluate.protection import Group

    Bits = NDArray[np.bool_]
    Floats = NDArray[np.float64]

KEY, TITLE = "roc_auc", "AUROC"
ONE_CLASS = "undefined: only one class in the group"
UNPAIRED = f"normal approximation, variances by {NAME}"


def members(group: Group, axes: Sequence[Axis]) -> Bits:
    """Return which rows belong to a group, (n_rows,).

    Args:
        group: its parts are names on the axes.
        axes: those of the group's view, in its order.
    """
    import numpy as np

    found: Bits = np.ones(len(axes[0].codes), dtype=bool)
    for axis, name in zip(axes, group.parts, strict=True):
        found &= axis.codes == axis.groups.index(name)
    return found


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
    method: Method
    """Its level is used."""


def area_table(
    ranked: Ranked, axes: Sequence[Axis], groups: Sequence[Group], feature: str, reference: str
) -> tuple[GroupMetric, Comparison]:
    """Return the area of each group of a feature or intersection, and each held against the reference group.

    Args:
        ranked: all rows.
        axes: the features, in the order of the groups' parts.
        groups: all of them.
        feature: what the groups are of.
        reference: the group that the others are compared with.
    """
    rows, spread = [], []
    for group in groups:
        mine = members(group, axes)
        rows.append(_area(ranked, group, mine))
        spread.append(_variance(ranked, mine) if rows[-1].value is not None else None)
    base = next((place for place, row in enumerate(rows) if row.group == reference and row.n is not None), None)
    table = GroupMetric(metric=KEY, title=TITLE, feature=feature, reference=reference, rows=tuple(rows), method=NAME)
    compared = Comparison(
        metric=KEY,
        title=TITLE,
        feature=feature,
        reference=reference,
        rows=tuple(_against(rows, spread, place, base, ranked.method) for place in range(len(rows))),
        difference_method=UNPAIRED,
        ratio_method="",
    )
    return table, compared


def _area(ranked: Ranked, group: Group, mine: Bits) -> GroupRow:
    """Return the area of one group with DeLong's interval."""
    if group.step < ranked.step:
        return GroupRow(group=group.name, value=None, low=None, high=None, n=None, events=None, note=SUPPRESSED)
    found = auroc(ranked.truth[mine], ranked.score[mine], ranked.method)
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
    rows: Sequence[GroupRow], spread: Sequence[float | None], place: int, base: int | None, method: Method
) -> ComparisonRow:
    """Return a group's area minus the reference group's: different rows, so that their variances add up."""
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
        if one is not None and other is not None:
            half = float(norm.ppf((1 + method.level) / 2)) * (one + other) ** 0.5
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
