"""How the model treats groups: rates by feature and intersection, compared, over time, with small groups protected.

Rows are counted once into cells (group x truth x prediction); all but AUROC rests on the cells, so that long data cost
no more than short ones. A rate whose denominator is empty is undefined here, where Fairlearn returns 0.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from docgen.errors import UsageError
from docgen.evaluate.comparisons import LOG, SUPPRESSED, adjusted, adverse_impact, compared, score_gap
from docgen.evaluate.disparities import disparities, largest_gap, lowest_impact
from docgen.evaluate.group_areas import Ranked, area_table
from docgen.evaluate.groups import JOIN, Axis, axes_of, period_axis
from docgen.evaluate.intervals import Method
from docgen.evaluate.measures import MAX_CLASSES, Mean, Measure, estimate
from docgen.evaluate.outcomes import Outcomes, counting, selection
from docgen.evaluate.protection import Group, Shown
from docgen.evaluate.protection import protected as protect_groups
from docgen.evaluate.settings import Settings
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

    feature: str
    groups: tuple[Group, ...]
    reference: str
    """Declared, else the largest group that is shown; empty when none is."""
    declared: str | None


def fairness(
    outcomes: Outcomes,
    sensitive: Any,  # noqa: ANN401  # array-likes of several kinds
    choices: Choices,
    method: Method,
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
        method: level, draws and seed.
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
    views = [_view(shown, choices.references) for shown in protected.views]
    chosen = selection(outcomes, choices.favourable)
    tables = [tuple(_table(measure, one, choices, method) for measure in counted.measures) for one in views]
    impacts, tests = adjusted([
        adverse_impact(chosen, one.feature, one.groups, one.declared, choices.min_group_size, method)
        for one in views
        if chosen
    ])  # fmt: skip
    ranked = _ranked(outcomes, axes, views, choices, method, step=len(counted.steps.shows))
    gaps = tuple(
        score_gap(counted.score, one.feature, one.groups, one.reference, counted.spread, method)
        for one in views
        if counted.score
    )
    return FairnessFile(
        split=split,
        dataset=dataset,
        task=outcomes.task,
        level=method.level,
        method="student t" if outcomes.task == "regression" else method.proportion,
        min_group_size=choices.min_group_size,
        suppress_below=choices.suppress_below,
        favourable=choices.favourable if chosen else "",
        groups=(*(table for several in tables for table in several), *(table for table, _ in ranked)),
        disparities=(
            *(gap for several in tables for gap in disparities(several, choices.min_group_size, method)),
            *(lowest_impact(impact, choices.min_group_size, method.level, LOG) for impact in impacts),
            *(largest_gap(gap, choices.min_group_size, method.level) for gap in gaps),
        ),
        comparisons=(
            *(
                compared(measure, one.feature, one.groups, one.reference, method)
                for one in views
                for measure in counted.measures
            ),
            *(against for _, against in ranked),
        ),
        adverse_impact=impacts,
        family=f"{FAMILY}: {tests}" if tests else "",
        score_gaps=gaps,
        periods=tuple(
            _by_period(measure, one, choices, method) for one in protected.timed for measure in counted.measures
        ),
        left_out=(*protected.left_out, *_left_out_labels(outcomes)),
    )


def as_if_independent(record: FairnessFile, clusters: int) -> FairnessFile:
    """Return the file with every method named for what it is where rows form clusters: too sure of itself."""
    words = f", as if the rows of the {clusters} clusters were independent"

    def told(method: str) -> str:
        return method + words if method else ""

    return replace(
        record,
        method=told(record.method),
        family=told(record.family),
        groups=tuple(replace(table, method=told(table.method)) for table in record.groups),
        periods=tuple(replace(table, method=told(table.method)) for table in record.periods),
        comparisons=tuple(
            replace(one, difference_method=told(one.difference_method), ratio_method=told(one.ratio_method))
            for one in record.comparisons
        ),
        score_gaps=tuple(replace(gap, method=told(gap.method)) for gap in record.score_gaps),
        disparities=tuple(
            replace(gap, quantity=replace(gap.quantity, interval=replace(interval, method=told(interval.method))))
            if (interval := gap.quantity.interval)
            else gap
            for gap in record.disparities
        ),
    )


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
    return _View(feature=feature, groups=shown.groups, reference=reference, declared=declared)


def _ranked(
    outcomes: Outcomes, axes: Sequence[Axis], views: Sequence[_View], choices: Choices, method: Method, *, step: int
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
        method=method,
    )
    by_name = {axis.name: axis for axis in axes}
    return tuple(
        area_table(ranked, [by_name[name] for name in one.feature.split(JOIN)], one.groups, one.feature, one.reference)
        for one in views
    )


def _table(measure: Measure, view: _View, choices: Choices, method: Method) -> GroupMetric:
    return GroupMetric(
        metric=measure.key,
        title=measure.title,
        feature=view.feature,
        reference=view.reference,
        rows=tuple(_row(measure, group, choices, method) for group in view.groups),
        unit=_unit(measure),
    )


def _row(measure: Measure, group: Group, choices: Choices, method: Method) -> GroupRow:
    return GroupRow(group=group.name, **_values(measure, group, choices, method))


def _by_period(measure: Measure, shown: Shown, choices: Choices, method: Method) -> PeriodMetric:
    rows = [
        PeriodRow(period=group.parts[-1], group=group.parts[0], **_values(measure, group, choices, method))
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


def _values(measure: Measure, group: Group, choices: Choices, method: Method) -> dict[str, Any]:
    """Return the fields that rows of groups and rows of periods share."""
    if group.step < measure.step:
        return {"value": None, "low": None, "high": None, "n": None, "events": None, "note": SUPPRESSED}
    found = estimate(measure, group.counts, group.sums, method)
    small = f"small: fewer than {choices.min_group_size} rows" if found.n < choices.min_group_size else ""
    return {**asdict(found), "note": found.note or small}


def _left_out_labels(outcomes: Outcomes) -> tuple[LeftOut, ...]:
    if outcomes.task != "multiclass" or len(outcomes.labels) <= MAX_CLASSES:
        return ()
    reason = f"there are {len(outcomes.labels)} labels; rates of each label are formed for at most {MAX_CLASSES}"
    return (LeftOut(feature="rates of each label", reason=reason),)
