"""Champion versus challenger on identical rows: paired differences with intervals, and who decided rightly.

AUROC is compared by DeLong's paired test, measures of counts by drawing rows by truth and both predictions, anything
else by drawing the same rows for both models; decisions by McNemar's test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from docgen.evaluate.classification import COMPOSITES, RATES
from docgen.evaluate.contenders import Contender, Pair, with_threshold
from docgen.evaluate.delong import paired
from docgen.evaluate.inputs import called_of, labels_of, places_of, positive_of, resampling, row_order
from docgen.evaluate.intervals import noted, within
from docgen.evaluate.performance import binary, probability_measures
from docgen.evaluate.ranking import average_precision, weighted_auroc
from docgen.evaluate.resample import Measure, Resampling, bootstrap, mean_of
from docgen.model.evidence import Interval, Quantity
from docgen.model.formats import ComparedMeasure, ComparisonFile, DataRef, Decisions, Named, Side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from docgen.evaluate.resample import Weighted
    from docgen.evaluate.settings import Settings

    Floats = NDArray[np.float64]
    Codes = NDArray[np.intp]

FEW = 25
"""Discordant rows below which McNemar's test is exact: the chi-squared approximation wants that many (Agresti, An
Introduction to Categorical Data Analysis, section 8.1)."""

Found = tuple[tuple[ComparedMeasure, ...], Decisions | None]


def compare(
    pair: Pair, champion: Contender, challenger: Contender, dataset: DataRef, settings: Settings, *, against: str = ""
) -> ComparisonFile:
    """Return the comparison of two models.

    Args:
        pair: their outputs, checked.
        champion: its name and threshold.
        challenger: its name and threshold.
        dataset: the rows.
        settings: of both evaluations.
        against: what kind of champion this is, where there are several.
    """
    each = with_threshold(settings, champion), with_threshold(settings, challenger)
    measures, decisions = _COMPARE[pair.champion.task](pair, each)
    clusters = pair.champion.clusters
    return ComparisonFile(
        task=pair.champion.task,
        split=settings.split,
        against=against,
        dataset=dataset,
        champion=_side(pair.champion.predicted, champion, each[0], pair.champion.task),
        challenger=_side(pair.challenger.predicted, challenger, each[1], pair.challenger.task),
        keys_sha256=pair.keys_sha256,
        positive_label=_positive(pair, settings),
        clusters=clusters.count if clusters else None,
        cluster_key=clusters.name if clusters else "",
        measures=measures,
        decisions=decisions,
    )


def _side(predicted: Any, one: Contender, settings: Settings, task: str) -> Side:  # noqa: ANN401
    by_threshold = task == "binary" and predicted is None and settings.score_kind == "probability"
    return Side(name=one.name, threshold=settings.threshold if by_threshold else None)


def _positive(pair: Pair, settings: Settings) -> str | None:
    if pair.champion.task != "binary":
        return None
    return str(positive_of(pair.champion.truth, pair.champion.classes, settings.positive_label))


def _binary(pair: Pair, each: tuple[Settings, Settings]) -> Found:
    data = pair.champion, pair.challenger
    positive = positive_of(data[0].truth, data[0].classes, each[0].positive_label)
    actual = (data[0].truth == positive).astype(float)
    called = [called_of(one, positive, settings) for one, settings in zip(data, each, strict=True)]
    order = row_order(data[0].clusters, *called, *(one.score for one in data), actual)
    how = resampling(data[0].clusters, order, each[0])
    truth = actual[order]
    scores = [None if one.score is None else one.score[order] for one in data]
    decided = [None if one is None else one[order] for one in called]
    probability = each[0].score_kind == "probability"
    alone = [
        binary(truth, score, one, how, labels=labels_of(data[0], positive), probability=probability).metrics
        for score, one in zip(scores, decided, strict=True)
    ]
    found: dict[str, Interval | str] = {}
    tests: dict[str, tuple[float | None, str]] = {}
    if scores[0] is not None and scores[1] is not None:
        functions = [_of_score(truth, score, how, probability=probability) for score in scores if score is not None]
        found |= _by_rows(alone, functions[0], functions[1], how)
        if how.clusters is None and 0 < truth.sum() < len(truth):
            test = paired(truth, scores[0], scores[1], how.method)
            found["roc_auc"], tests["roc_auc"] = test.interval, (test.p, "DeLong")
    decisions = None
    if decided[0] is not None and decided[1] is not None:
        found |= _by_counts(alone, truth, decided[0], decided[1], how)
        decisions = _decisions(decided[0] == truth, decided[1] == truth, how)
    return tuple(_measures(alone, found, tests)), decisions


def _of_score(truth: Floats, score: Floats, how: Resampling, *, probability: bool) -> dict[str, Weighted]:
    """Return the measures of a score as functions of row weights; AUROC only where DeLong's test cannot serve."""
    functions = {"pr_auc": average_precision(truth, score)}
    if how.clusters is not None:
        functions["roc_auc"] = weighted_auroc(truth, score)
    if probability:
        functions |= {item.key: item.statistic for item in probability_measures(truth, score)}
    return functions


def _by_rows(
    alone: list[tuple[Named, ...]], first: dict[str, Weighted], second: dict[str, Weighted], how: Resampling
) -> dict[str, Interval | str]:
    """Return the interval of each difference, second minus first, drawing the same rows for both."""
    values = _differences(alone)
    keys = [key for key in first if key in second and key in values]
    return bootstrap({key: _minus(first[key], second[key]) for key in keys}, {key: values[key] for key in keys}, how)


def _minus(first: Weighted, second: Weighted) -> Weighted:
    def statistic(weights: Floats) -> Floats:
        return np.asarray(second(weights) - first(weights))

    return statistic


def _by_counts(
    alone: list[tuple[Named, ...]], truth: Floats, first: Floats, second: Floats, how: Resampling
) -> dict[str, Interval | str]:
    """Return the interval of each difference of decisions, drawing rows by truth and both predictions."""
    codes = (4 * truth + 2 * first + second).astype(np.intp)
    drawn = how.of_counts(codes, 8).reshape(-1, 2, 2, 2)  # truth, first, second
    cells = [drawn.sum(axis=axis).reshape(-1, 4) for axis in (3, 2)]
    values = _differences(alone)
    found: dict[str, Interval | str] = {}
    for key, function in _DECIDED.items():
        if key in values:
            with np.errstate(invalid="ignore", divide="ignore"):
                found[key] = how.interval(function(cells[1]) - function(cells[0]), values[key])
    return found


def _share(events: tuple[int, ...], of: tuple[int, ...]) -> Callable[[Floats], Floats]:
    def function(cells: Floats) -> Floats:
        return np.asarray(cells[..., events].sum(axis=-1) / cells[..., of].sum(axis=-1))

    return function


_DECIDED: dict[str, Callable[[Floats], Floats]] = {
    **{item.key: _share(item.events, item.of) for item in RATES if item.key != "prevalence"},
    **{key: function for key, _, function, _ in COMPOSITES},
}
"""Measures of four counts; the prevalence is the same for both models."""


def _multiclass(pair: Pair, each: tuple[Settings, Settings]) -> Found:
    from docgen.evaluate.multiclass import log_loss, multiclass

    data = pair.champion, pair.challenger
    labels = tuple(dict.fromkeys(str(label) for one in data for label in one.classes))
    truth = places_of(data[0])[0]
    predicted = [np.array([labels.index(str(one.classes[place])) for place in places_of(one)[1]]) for one in data]
    columns = [column for one in data if one.score is not None for column in one.score.T]
    order = row_order(data[0].clusters, *columns, *predicted, truth)
    how = resampling(data[0].clusters, order, each[0])
    mine, called = truth[order], [one[order] for one in predicted]
    scores = [one.score[order] if one.score is not None and len(one.classes) == len(labels) else None for one in data]
    alone = [multiclass(mine, one, score, labels, how).metrics for one, score in zip(called, scores, strict=True)]
    functions: list[dict[str, Weighted]] = []
    for one, score in zip(called, scores, strict=True):
        right = {"accuracy": mean_of((one == mine).astype(float))}
        functions.append(right if score is None else {**right, "log_loss": log_loss(mine, score).statistic})
    found = _by_rows(alone, functions[0], functions[1], how)
    return tuple(_measures(alone, found, {})), _decisions(called[0] == mine, called[1] == mine, how)


def _regression(pair: Pair, each: tuple[Settings, Settings]) -> Found:
    from docgen.evaluate.regression import error_measures, regression

    predicted = [np.asarray(one.predicted, dtype=float) for one in (pair.champion, pair.challenger)]
    truth = pair.champion.truth
    order = row_order(pair.champion.clusters, *predicted, truth)
    how = resampling(pair.champion.clusters, order, each[0])
    unit = each[0].unit
    alone = [regression(truth[order], one[order], how, unit=unit)[0] for one in predicted]
    measures: list[tuple[Measure, ...]] = [error_measures(truth[order], one[order], unit) for one in predicted]
    functions = [{item.key: item.statistic for item in several} for several in measures]
    return tuple(_measures(alone, _by_rows(alone, functions[0], functions[1], how), {})), None


_COMPARE: dict[str, Callable[[Pair, tuple[Settings, Settings]], Found]] = {
    "binary": _binary,
    "multiclass": _multiclass,
    "regression": _regression,
}


def _differences(alone: list[tuple[Named, ...]]) -> dict[str, float]:
    """Return challenger minus champion of each measure that both models have."""
    first, second = ({item.key: item.quantity.value for item in several} for several in alone)
    return {
        key: after - before
        for key, before in first.items()
        if before is not None and (after := second.get(key)) is not None
    }


def _measures(
    alone: list[tuple[Named, ...]],
    found: dict[str, Interval | str],
    tests: dict[str, tuple[float | None, str]],
) -> Iterator[ComparedMeasure]:
    """Yield each measure that was compared, in the order of the evaluation."""
    values = _differences(alone)
    after = {item.key: item.quantity for item in alone[1]}
    for item in alone[0]:
        if item.key not in after or (item.key not in found and item.key in values):
            continue  # one model has no such measure, or it is not compared
        champion, challenger = item.quantity, after[item.key]
        p, test = tests.get(item.key, (None, ""))
        yield ComparedMeasure(
            key=item.key,
            champion=champion,
            challenger=challenger,
            difference=_difference(champion, challenger, found.get(item.key)),
            p=p,
            test=test if p is not None else "",
        )


def _difference(champion: Quantity, challenger: Quantity, found: Interval | str | None) -> Quantity:
    quantity = replace(
        champion,
        value=None,
        special="undefined",
        interval=None,
        note="",
        events=None,
        title=f"{champion.title} difference",
    )
    if champion.value is None or challenger.value is None or found is None:
        why = champion.note if champion.value is None else challenger.note
        return noted(quantity, why or "cannot be estimated because one of the models has no such value")
    return within(replace(quantity, value=challenger.value - champion.value, special=None), found)


def _decisions(first: NDArray[np.bool_], second: NDArray[np.bool_], how: Resampling) -> Decisions:
    """Return who decided rightly, and McNemar's test (McNemar 1947) through statsmodels.

    Args:
        first: (n_rows,), whether the champion was right.
        second: (n_rows,), whether the challenger was.
        how: rows that are clustered are not independent, and the test is not made.
    """
    from statsmodels.stats.contingency_tables import mcnemar

    counts = [int(both.sum()) for both in (first & second, first & ~second, ~first & second, ~first & ~second)]
    discordant = counts[1] + counts[2]
    exact = discordant < FEW
    p, note = None, ""
    if how.clusters is not None:
        note = "cannot be estimated because the test takes rows as independent, and these form clusters"
    elif not discordant:
        note = "cannot be estimated because both models are right on the same rows"
    else:
        p = float(mcnemar([counts[:2], counts[2:]], exact=exact).pvalue)
    return Decisions(
        both=counts[0],
        champion_only=counts[1],
        challenger_only=counts[2],
        neither=counts[3],
        p=p,
        method="exact" if exact else "chi-squared with continuity correction",
        note=note,
    )
