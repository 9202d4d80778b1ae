"""How the model treats groups: rates by feature and intersection, compared, over time, with small groups protected.

Rows are counted once into cells (group x truth x prediction); all but AUROC rests on the cells, so that long data cost
no more than short ones. A rate whose denominator is empty is undefined here, where Fairlearn returns 0.0. Where rows
form clusters, every interval is a bootstrap of these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from docgen.errors import UsageError
from docgen.evaluate.comparisons import SUPPRESSED, adjusted, adverse_impact, compared, ends, no_interval, score_gap
from docgen.evaluate.disparities import disparities, largest_gap, lowest_impact
from docgen.evaluate.group_areas import Ranked, area_draws, area_table
from docgen.evaluate.groups import JOIN, Axis, axes_of, period_axis
from docgen.evaluate.measures import MAX_CLASSES, Estimate, Mean, Measure, estimate
from docgen.evaluate.outcomes import Outcomes, counting, selection
from docgen.evaluate.protection import Group, Shown
from docgen.evaluate.protection import protected as protect_groups
from docgen.evaluate.redraw import redrawn, values_of
from docgen.evaluate.resample import Resampling
from docgen.evaluate.settings import Settings
from docgen.model.evidence import Interval
from docgen.model.formats import (
    Comparison,
    DataRef,
    FairnessFile,
    GroupMetric,
    GroupRow,
    LeftOut,
    PeriodMetric,
    PeriodRow,
    Row,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FAMILY = "Fisher tests of every group against its reference, all features and intersections of this split"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """How groups are to be compared."""

    min_group_size: int = 30
    suppress_below: int = 5
    references: Mapping[str, str] = field(default_factory=dict)
    """Feature or intersection -> its reference group."""
    favourable: str = ""
    """The label whose prediction counts as being selected; empty: no adverse impact ratios."""


def choices_of(outcomes: Outcomes, settings: Settings) -> Choices:
    """Return the choices that the settings make for a task.

    Raises:
        UsageError: the favourable label is none of the task's.
    """
    wanted = settings.favourable_label
    if wanted is None:
        favourable = outcomes.labels[-1] if outcomes.task == "binary" else ""
    else:
        favourable = str(wanted)
        if favourable not in outcomes.labels:
            there = ", ".join(outcomes.labels) or f"none, the task is {outcomes.task}"
            raise UsageError(f"favourable_label is {wanted!r}, expected one of the labels (there: {there})")
    return Choices(
        min_group_size=settings.min_group_size,
        suppress_below=settings.suppress_below,
        references=settings.reference_groups,
        favourable=favourable,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """The groups of a feature or intersection, and the one that they are compared with."""

    shown: Shown
    reference: str
    """Declared, else the largest group that is shown; empty when none is."""
    declared: str | None

    @property
    def feature(self) -> str:
        return JOIN.join(self.shown.features)

    @property
    def groups(self) -> tuple[Group, ...]:
        return self.shown.groups


def fairness(
    outcomes: Outcomes,
    sensitive: Any,  # noqa: ANN401  # array-likes of several kinds
    choices: Choices,
    how: Resampling,
    *,
    split: str,
    dataset: DataRef,
    periods: Any = None,  # noqa: ANN401
) -> FairnessFile:
    """Return everything about the groups of one split.

    Args:
        outcomes: truth, predictions and scores.
        sensitive: (n_rows, n_features); each feature and each pair of features is looked at.
        choices: reference groups, sizes, the favourable prediction.
        how: level, draws, seed and clusters of the intervals.
        split: of the rows.
        dataset: what the rows are.
        periods: (n_rows,) or None; the metrics of each feature are then also given by period.

    Raises:
        UsageError: the features or periods do not fit the rows, or a reference group is not there.
    """
    axes = axes_of(sensitive, len(outcomes.truth))
    _check_references(choices.references, axes)
    times = period_axis(periods, len(outcomes.truth)) if periods is not None else None
    counted = counting(outcomes)
    protected = protect_groups(axes, times, counted, choices.suppress_below)
    drawn = redrawn((*protected.views, *protected.timed), counted, how)
    views = [_view(shown, choices.references) for shown in drawn[: len(protected.views)]]
    chosen = selection(outcomes, choices.favourable)
    tables = [tuple(_table(measure, one, choices, how) for measure in counted.measures) for one in views]
    impacts, tests = adjusted([
        adverse_impact(chosen, one.feature, one.groups, one.declared, choices.min_group_size, how)
        for one in views
        if chosen
    ])  # fmt: skip
    ranked = _ranked(outcomes, views, choices, how, step=len(counted.steps.shows))
    gaps = tuple(
        score_gap(counted.score, one.feature, one.groups, one.reference, counted.spread, how)
        for one in views
        if counted.score
    )
    return FairnessFile(
        split=split,
        dataset=dataset,
        task=outcomes.task,
        level=how.method.level,
        method=_method(outcomes, how),
        min_group_size=choices.min_group_size,
        suppress_below=choices.suppress_below,
        favourable=choices.favourable if chosen else "",
        groups=(*(table for several in tables for table in several), *(table for table, _ in ranked)),
        disparities=(
            *(
                gap
                for one, several in zip(views, tables, strict=True)
                for gap in disparities(several, choices.min_group_size, how, _redraws(one, counted.measures))
            ),
            *(lowest_impact(impact, choices.min_group_size, how.method.level) for impact in impacts),
            *(largest_gap(gap, choices.min_group_size, how.method.level) for gap in gaps),
        ),
        comparisons=(
            *(
                compared(measure, one.feature, one.groups, one.reference, how)
                for one in views
                for measure in counted.measures
            ),
            *(against for _, against in ranked),
        ),
        adverse_impact=impacts,
        family=f"{FAMILY}: {tests}" if tests else "",
        untested=_untested(how) if impacts else "",
        score_gaps=gaps,
        periods=tuple(
            _by_period(measure, one, choices, how)
            for one in drawn[len(protected.views) :]
            for measure in counted.measures
        ),
        left_out=(*protected.left_out, *_left_out_labels(outcomes)),
    )


def _method(outcomes: Outcomes, how: Resampling) -> str:
    if how.clusters is not None:
        return how.name
    return "student t" if outcomes.task == "regression" else how.method.proportion


def _untested(how: Resampling) -> str:
    if how.clusters is None:
        return ""
    who = f"{how.clusters.count} clusters by {how.clusters.name}"
    return f"not tested: Fisher's exact test takes rows as independent, and these form {who}"


def _redraws(view: _View, measures: Sequence[Measure]) -> dict[tuple[str, str], Floats]:
    """Return each measure of each group in each draw of whole clusters; nothing without them."""
    return {
        (measure.key, group.name): values_of(measure, group)
        for measure in measures
        for group in view.groups
        if group.drawn is not None
    }


def rows_of(record: FairnessFile) -> tuple[Row, ...]:
    """Return the rows of the file's Parquet twin."""
    return tuple(
        {"metric": table.metric, "feature": table.feature, **asdict(row)}
        for table in record.groups
        for row in table.rows
    )


def _check_references(references: Mapping[str, str], axes: Sequence[Axis]) -> None:
    """Refuse reference groups that are not there, all at once; those of intersections are looked up later."""
    known = {axis.name: axis.groups for axis in axes}
    problems = []
    for feature, group in references.items():
        names = feature.split(JOIN)
        strange = [name for name in names if name not in known]
        if strange:
            problems.append(f"no feature {strange[0]!r} (there: {', '.join(known)})")
        elif len(names) == 1 and group not in known[feature]:
            problems.append(f"{feature!r} has no group {group!r} (there: {', '.join(known[feature])})")
    if problems:
        raise UsageError(f"reference_groups: {'; '.join(problems)}", hint="name a group as the data spell it")


def _view(shown: Shown, references: Mapping[str, str]) -> _View:
    """Return the groups with their reference: of an intersection that of its features, unless it has its own."""
    feature = JOIN.join(shown.features)
    wanted = references.get(feature) or JOIN.join(references.get(name, "") for name in shown.features)
    declared = wanted if any(group.name == wanted for group in shown.groups) else None
    largest = max((group for group in shown.groups if group.step), key=lambda group: group.rows, default=None)
    reference = declared or (largest.name if largest else "")
    return _View(shown=shown, reference=reference, declared=declared)


def _ranked(
    outcomes: Outcomes, views: Sequence[_View], choices: Choices, how: Resampling, *, step: int
) -> tuple[tuple[GroupMetric, Comparison], ...]:
    """Return the areas of the groups of each view; none where there is no score of a positive label."""
    import numpy as np

    if outcomes.task != "binary" or outcomes.score is None:
        return ()
    ranked = Ranked(
        truth=np.asarray(outcomes.truth, dtype=float),
        score=outcomes.score,
        step=step,
        smallest=choices.min_group_size,
        how=how,
    )
    draws = area_draws(ranked, [one.shown for one in views])
    return tuple(area_table(ranked, one.shown, one.reference, drawn) for one, drawn in zip(views, draws, strict=True))


def _table(measure: Measure, view: _View, choices: Choices, how: Resampling) -> GroupMetric:
    return GroupMetric(
        metric=measure.key,
        title=measure.title,
        feature=view.feature,
        reference=view.reference,
        rows=tuple(_row(measure, group, choices, how) for group in view.groups),
        unit=_unit(measure),
    )


def _row(measure: Measure, group: Group, choices: Choices, how: Resampling) -> GroupRow:
    return GroupRow(group=group.name, **_values(measure, group, choices, how))


def _by_period(measure: Measure, shown: Shown, choices: Choices, how: Resampling) -> PeriodMetric:
    rows = [
        PeriodRow(period=group.parts[-1], group=group.parts[0], **_values(measure, group, choices, how))
        for group in shown.groups
    ]
    return PeriodMetric(
        metric=measure.key,
        title=measure.title,
        feature=shown.features[0],
        rows=tuple(sorted(rows, key=lambda row: (row.period, row.group))),
        unit=_unit(measure),
    )


def _unit(measure: Measure) -> str:
    return "" if isinstance(measure, Mean) else "fraction"


def _values(measure: Measure, group: Group, choices: Choices, how: Resampling) -> dict[str, Any]:
    """Return the fields that rows of groups and rows of periods share."""
    if group.step < measure.step:
        return {"value": None, "low": None, "high": None, "n": None, "events": None, "note": SUPPRESSED}
    found = estimate(measure, group.counts, group.sums, how.method)
    if how.clusters is not None and found.value is not None:
        found = _of_clusters(found, how.interval(values_of(measure, group), found.value))
    small = f"small: fewer than {choices.min_group_size} rows" if found.n < choices.min_group_size else ""
    note = found.note if found.value is None else "; ".join(text for text in (small, found.note) if text)
    return {**asdict(found), "note": note}


def _of_clusters(found: Estimate, interval: Interval | str) -> Estimate:
    low, high = ends(interval)
    return replace(found, low=low, high=high, note=no_interval(interval if isinstance(interval, str) else ""))


def _left_out_labels(outcomes: Outcomes) -> tuple[LeftOut, ...]:
    if outcomes.task != "multiclass" or len(outcomes.labels) <= MAX_CLASSES:
        return ()
    reason = f"there are {len(outcomes.labels)} labels; rates of each label are formed for at most {MAX_CLASSES}"
    return (LeftOut(feature="rates of each label", reason=reason),)
