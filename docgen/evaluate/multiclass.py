"""How well a classifier of three or more classes predicts: by class, and over classes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from docgen.evaluate.delong import auroc
from docgen.evaluate.intervals import rate, within
from docgen.evaluate.performance import Performance
from docgen.evaluate.ranking import weighted_auroc
from docgen.evaluate.resample import Measure, Resampling, estimates, mean_of
from docgen.model.evidence import Quantity
from docgen.model.formats import Confusion, Named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from docgen.evaluate.resample import Weighted

    Floats = NDArray[np.float64]
    Codes = NDArray[np.intp]


def multiclass(
    truth: Codes, predicted: Codes, score: Floats | None, labels: tuple[str, ...], how: Resampling
) -> Performance:
    """Evaluate a classifier by its labels, and by its scores where they are given.

    Args:
        truth: (n_rows,), places in `labels`.
        predicted: (n_rows,), places in `labels`.
        score: (n_rows, n_labels), probabilities; None when there are predictions only.
        labels: every class, as text.
        how: of the intervals.
    """
    kinds = len(labels)
    codes = truth * kinds + predicted
    cells = np.bincount(codes, minlength=kinds * kinds).reshape(kinds, kinds)
    drawn = how.of_counts(codes, kinds * kinds).reshape(-1, kinds, kinds)
    named = [
        Named(key="accuracy", quantity=_share("Accuracy", cells, drawn, np.eye(kinds), how, "no rows")),
        Named(key="f1_macro", quantity=_composite("F1, mean over classes", f1_macro, cells, drawn, how)),
        Named(
            key="balanced_accuracy",
            quantity=_composite("Balanced accuracy (mean recall)", balanced_accuracy, cells, drawn, how),
        ),
    ]
    if score is not None:
        named += _of_scores(truth, score, labels, how)
    for place, label in enumerate(labels):
        named += _of_class(place, label, cells, drawn, how)
    counts = tuple(tuple(int(count) for count in row) for row in cells)
    return Performance(metrics=tuple(named), confusion=Confusion(labels=labels, counts=counts))


def f1_macro(cells: Floats) -> Floats:
    """Return the mean over classes of F1, of counts (..., k, k); classes that nobody has or predicts are left out."""
    hits = np.diagonal(cells, axis1=-2, axis2=-1)
    both = cells.sum(axis=-1) + cells.sum(axis=-2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.nanmean(np.where(both > 0, 2 * hits / both, np.nan), axis=-1))


def balanced_accuracy(cells: Floats) -> Floats:
    """Return the mean over classes of recall, of counts (..., k, k); classes without a case are left out."""
    hits, sizes = np.diagonal(cells, axis1=-2, axis2=-1), cells.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.nanmean(np.where(sizes > 0, hits / sizes, np.nan), axis=-1))


def _composite(title: str, function: Weighted, cells: NDArray[np.int64], drawn: Floats, how: Resampling) -> Quantity:
    value = float(function(cells.astype(float)))
    quantity = Quantity(value=value, unit="fraction", n=int(cells.sum()), higher_is_better=True, title=title)
    return within(quantity, how.interval(function(drawn), value))


def _of_class(place: int, label: str, cells: NDArray[np.int64], drawn: Floats, how: Resampling) -> Iterator[Named]:
    for key, title, along, undefined in (
        ("recall", "Recall of", 0, "cannot be estimated because no row is of this class"),
        ("precision", "Precision of", 1, "cannot be estimated because this class was never predicted"),
    ):
        hit = np.zeros(cells.shape)
        hit[place, place] = 1
        of = np.zeros(cells.shape)
        of[(place, slice(None)) if along == 0 else (slice(None), place)] = 1
        yield Named(key=f"{key}_{label}", quantity=_share(f"{title} {label}", cells, drawn, hit, how, undefined, of))


def _share(
    title: str,
    cells: NDArray[np.int64],
    drawn: Floats,
    hit: Floats,
    how: Resampling,
    undefined: str,
    of: Floats | None = None,
) -> Quantity:
    """Return the share of some cells in others (in all), with its interval."""
    below = np.ones(cells.shape) if of is None else of
    quantity = rate(int((cells * hit).sum()), int((cells * below).sum()), how.method, title=title, undefined=undefined)
    if how.clusters is None or quantity.value is None:
        return quantity
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = (drawn * hit).sum(axis=(1, 2)) / (drawn * below).sum(axis=(1, 2))
    return within(replace(quantity, interval=None), how.interval(shares, quantity.value))


def log_loss(truth: Codes, score: Floats) -> Measure:
    """Return the log loss of probabilities (n_rows, n_classes)."""
    own = score[np.arange(len(truth)), truth]
    with np.errstate(divide="ignore"):
        surprise = -np.log(own)
    return Measure(
        key="log_loss",
        title="Log loss",
        statistic=mean_of(surprise),
        better=False,
        unit="nats",
        undefined=f"infinite: {int((own == 0).sum())} rows had probability 0 for what happened",
    )


def _of_scores(truth: Codes, score: Floats, labels: tuple[str, ...], how: Resampling) -> list[Named]:
    """Return log loss and AUROC of each class against the rest, and their mean."""
    here = [(truth == place).astype(float) for place in range(len(labels))]
    split = [place for place, mine in enumerate(here) if 0 < mine.sum() < len(truth)]
    curves = {place: weighted_auroc(here[place], score[:, place]) for place in split}

    def mean_area(weights: Floats) -> Floats:
        if len(curves) < len(labels):
            return np.full(len(weights), np.nan)
        return np.asarray(np.mean([curve(weights) for curve in curves.values()], axis=0))

    measures = [
        Measure(
            key="roc_auc_macro",
            title="AUROC, each class against the rest, mean over classes",
            statistic=mean_area,
            better=True,
            undefined="cannot be estimated because a class has no row",
        ),
        log_loss(truth, score),
    ]
    single = [(f"roc_auc_{label}", f"AUROC of {label} against the rest", place) for place, label in enumerate(labels)]
    if how.clusters is not None:
        measures += [
            Measure(key=key, title=title, statistic=curves[place], better=True)
            for key, title, place in single
            if place in curves
        ]
    found = list(estimates(tuple(measures), how))
    done = {item.key for item in found}
    return found + [
        Named(key=key, quantity=auroc(here[place], score[:, place], how.method, title=title))
        for key, title, place in single
        if key not in done
    ]
