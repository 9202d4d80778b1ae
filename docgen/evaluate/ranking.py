"""How well a score ranks: AUROC, Gini, PR-AUC, Kolmogorov-Smirnov, the ROC curve and the lift table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from docgen.evaluate.delong import ONE_CLASS, auroc
from docgen.evaluate.intervals import newcombe, noted
from docgen.evaluate.resample import Measure, Resampling, estimates, weigh
from docgen.evaluate.shares import parts_by_rank, share_intervals
from docgen.model.evidence import Quantity
from docgen.model.formats import LiftRow, Named, RocPoint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from docgen.evaluate.resample import Weighted

    Floats = NDArray[np.float64]

KS = "Kolmogorov-Smirnov distance"

PARTS = 10
"""Parts of the lift table."""

POINTS = 101
"""Points of a ROC curve that are kept at most: more cannot be told apart in print."""


class _ByClass:
    """Rows of both classes in ascending order of the score, and how they lie among each other."""

    def __init__(self, truth: Floats, score: Floats) -> None:
        self.positive, self.negative = (_places(truth == label, score) for label in (1, 0))
        mine, others = score[self.positive], score[self.negative]
        self.lower_negatives = np.searchsorted(others, mine, side="left")
        """(n_positive,): how many negative rows score lower than each positive row."""
        self.not_higher_negatives = np.searchsorted(others, mine, side="right")
        self.lower_positives = np.searchsorted(mine, mine, side="left")


def _places(members: NDArray[np.bool_], score: Floats) -> NDArray[np.intp] | slice:
    """Return the places of some rows by score; a slice where they lie so already, which costs no copy."""
    (places,) = np.nonzero(members)
    ordered = places[np.argsort(score[places], kind="stable")]
    if len(ordered) and np.array_equal(ordered, np.arange(ordered[0], ordered[0] + len(ordered))):
        return slice(int(ordered[0]), int(ordered[0]) + len(ordered))
    return ordered


def _taken(weights: Floats, places: NDArray[np.intp] | slice) -> Floats:
    """Return weights at some places, each draw's side by side in memory, as fancy indexing would not leave them."""
    return weights[:, places] if isinstance(places, slice) else weights.take(places, axis=1)


def _so_far(weights: Floats) -> Floats:
    """Return the weight before each place, and of all, (draws, places + 1)."""
    total = np.zeros((weights.shape[0], weights.shape[1] + 1))
    np.cumsum(weights, axis=1, out=total[:, 1:])
    return total


def weighted_auroc(truth: Floats, score: Floats, at: NDArray[np.intp] | None = None) -> Weighted:
    """Return AUROC as a function of row weights (draws, n_rows); ties count one half (Mann-Whitney).

    Args:
        truth: (n_rows,), 0 or 1.
        score: (n_rows,).
        at: (n_rows,), which of the weights a row has, as where they are those of clusters; its own when None.
    """
    rows = _ByClass(truth, score)
    tied = not np.array_equal(rows.lower_negatives, rows.not_higher_negatives)
    positives, negatives = (places if at is None else at[places] for places in (rows.positive, rows.negative))

    def statistic(weights: Floats) -> Floats:
        positive, negative = _taken(weights, positives), _so_far(_taken(weights, negatives))
        below = _taken(negative, rows.lower_negatives)
        if tied:
            below = (below + _taken(negative, rows.not_higher_negatives)) / 2
        with np.errstate(invalid="ignore", divide="ignore"):
            won = np.einsum("dr,dr->d", positive, below)
            return np.asarray(won / (positive.sum(axis=1) * negative[:, -1]))

    return statistic


def average_precision(truth: Floats, score: Floats) -> Weighted:
    """Return average precision (the step-wise area under precision and recall) as a function of row weights."""
    rows = _ByClass(truth, score)

    def statistic(weights: Floats) -> Floats:
        positive = _taken(weights, rows.positive)
        before, negative = _so_far(positive), _so_far(_taken(weights, rows.negative))
        found = before[:, -1:] - _taken(before, rows.lower_positives)
        shown = found + negative[:, -1:] - _taken(negative, rows.lower_negatives)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((positive * found / np.maximum(shown, 1)).sum(axis=1) / before[:, -1])

    return statistic


def ranking(truth: Floats, score: Floats, how: Resampling, more: tuple[Measure, ...] = ()) -> tuple[Named, ...]:
    """Return AUROC, Gini coefficient, PR-AUC and Kolmogorov-Smirnov distance, then more measures of the same draws.

    AUROC has DeLong's interval and the distance that of two shares; a bootstrap where rows are clustered.

    Args:
        truth: (n_rows,), 0 or 1.
        score: (n_rows,), larger for the positive class.
        how: of the intervals.
        more: measures to take on the way.
    """
    cut = _largest_gap(truth, score)
    measures = (
        Measure(
            key="pr_auc",
            title="PR-AUC (average precision)",
            statistic=average_precision(truth, score),
            better=True,
            undefined="cannot be estimated because there are no positive cases",
        ),
        *more,
    )
    if how.clusters is not None:
        area = Measure(
            key="roc_auc", title="AUROC", statistic=weighted_auroc(truth, score), better=True, undefined=ONE_CLASS
        )
        gap = Measure(key="ks", title=KS, statistic=cut.statistic(truth, score), better=True, undefined=ONE_CLASS)
        measures = (area, gap, *measures)
    found = {item.key: item.quantity for item in estimates(measures, how, events=int(truth.sum()))}
    if how.clusters is None:
        found = {"roc_auc": auroc(truth, score, how.method), "ks": cut.quantity(truth, how), **found}
    if found["ks"].value is not None:
        found["ks"] = noted(found["ks"], f"largest at a score of {cut.score:.6g}, which the interval takes as given")
    ordered = {"roc_auc": found["roc_auc"], "gini": _gini(found["roc_auc"]), **found}
    return tuple(Named(key=key, quantity=quantity) for key, quantity in ordered.items())


def _gini(area: Quantity) -> Quantity:
    """Return 2 AUROC - 1, with the interval of the area stretched alike."""
    interval = area.interval
    if area.value is None:
        return replace(area, title="Gini coefficient")
    return replace(
        area,
        title="Gini coefficient",
        value=2 * area.value - 1,
        interval=interval and replace(interval, low=2 * interval.low - 1, high=2 * interval.high - 1),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """The score at which the shares of the classes lie furthest apart."""

    score: float
    hits: int
    """Positive rows at or above it."""
    wrong: int
    """Negative rows at or above it."""
    positives: int
    negatives: int

    @property
    def turned(self) -> bool:
        """Whether the negative class has the larger share: the score ranks the wrong way round."""
        return self.hits * self.negatives < self.wrong * self.positives

    def quantity(self, truth: Floats, how: Resampling) -> Quantity:
        """Return the distance with the interval of the difference of the two shares, cut at 0."""
        empty = Quantity(
            value=None, special="undefined", unit="fraction", n=len(truth), events=self.positives, title=KS
        )
        if not self.positives or not self.negatives:
            return noted(empty, ONE_CLASS)
        counts, sizes = (self.hits, self.wrong), (self.positives, self.negatives)
        if self.turned:
            counts, sizes = counts[::-1], sizes[::-1]
        found = newcombe(counts, sizes, how.method.level)
        value = counts[0] / sizes[0] - counts[1] / sizes[1]
        interval = replace(found, low=max(0.0, found.low))
        return replace(empty, value=value, special=None, interval=interval, higher_is_better=True)

    def statistic(self, truth: Floats, score: Floats) -> Weighted:
        """Return the distance at this score as a function of row weights."""
        above, sign = (score >= self.score).astype(float), -1.0 if self.turned else 1.0

        def statistic(weights: Floats) -> Floats:
            with np.errstate(invalid="ignore", divide="ignore"):
                hit = weigh(weights, truth * above) / weigh(weights, truth)
                wrong = weigh(weights, (1 - truth) * above) / weigh(weights, 1 - truth)
            return np.asarray(sign * (hit - wrong))

        return statistic


def _largest_gap(truth: Floats, score: Floats) -> _Cut:
    positives = int(truth.sum())
    negatives = len(truth) - positives
    cuts, inverse = np.unique(score, return_inverse=True)
    hits = np.bincount(inverse, weights=truth)[::-1].cumsum()[::-1]
    wrong = np.bincount(inverse, weights=1 - truth)[::-1].cumsum()[::-1]
    best = int(np.argmax(np.abs(hits * negatives - wrong * positives)))
    return _Cut(
        score=float(cuts[best]),
        hits=int(hits[best]),
        wrong=int(wrong[best]),
        positives=positives,
        negatives=negatives,
    )


def roc_points(truth: Floats, score: Floats) -> tuple[RocPoint, ...]:
    """Return at most `POINTS` points of the ROC curve, both ends among them; none when a class is absent."""
    from sklearn.metrics import roc_curve

    if len(np.unique(truth)) < 2:
        return ()
    false, true, _ = roc_curve(truth, score)
    way = false + true
    nearest = np.searchsorted(way, np.linspace(0, 2, POINTS)).clip(0, len(way) - 1)
    keep = np.unique(np.r_[0, nearest, len(way) - 1])
    return tuple(RocPoint(false_positive_rate=float(false[i]), true_positive_rate=float(true[i])) for i in keep)


def lift_table(truth: Floats, score: Floats, how: Resampling) -> tuple[LiftRow, ...]:
    """Return observed rate, lift and gain by tenths of the rows, highest scores first; none when a class is absent.

    Rows of the same score stay in one part, so that parts may be of unequal size; empty ones are left out.
    """
    if len(np.unique(truth)) < 2:
        return ()
    return tuple(_lift_rows(truth, parts_by_rank(-score, PARTS), score, how))


def _lift_rows(truth: Floats, part: NDArray[np.intp], score: Floats, how: Resampling) -> Iterator[LiftRow]:
    rows, events = len(truth), truth.sum()
    seen = hits = 0
    found = share_intervals(truth, part, PARTS, how)
    for number in range(PARTS):
        members = part == number
        n, positive = int(members.sum()), int(truth[members].sum())
        if n == 0:
            continue
        seen, hits = seen + n, hits + positive
        interval = found[number]
        yield LiftRow(
            part=number + 1,
            n=n,
            events=positive,
            score=float(score[members].mean()),
            observed=positive / n,
            low=None if isinstance(interval, str) else interval.low,
            high=None if isinstance(interval, str) else interval.high,
            lift=float(positive / n / (events / rows)),
            rows_so_far=seen / rows,
            gain=float(hits / events),
            lift_so_far=float(hits / seen / (events / rows)),
        )
