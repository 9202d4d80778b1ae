"""Do the probabilities of several classes mean what they say: each against the rest, and the most probable one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from docgen.evaluate.calibration import BinRule, curve, edges_of, errors_of, recalibration, rule_of
from docgen.evaluate.measures import MAX_CLASSES, label_keys
from docgen.evaluate.resample import Measure, Resampling, estimates, mean_of
from docgen.model.formats import Bin, ClassCalibration, Named

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Codes = NDArray[np.intp]

KEPT = ("ece", "slope", "intercept")
"""What is said of the curve of each class; its Brier score stands before them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveralClasses:
    """What one split says of the probabilities of several classes."""

    bins: tuple[Bin, ...]
    """Of the most probable class: how probable it was said to be, and how often it was right."""
    summary: tuple[Named, ...]
    classes: tuple[ClassCalibration, ...]
    left_out: str
    """Why there is nothing of each class; empty: there is."""


def several_classes(
    truth: Codes, score: Floats, labels: tuple[str, ...], how: Resampling, *, bins: int = 10, rule: BinRule = "uniform"
) -> SeveralClasses:
    """Return the calibration of the most probable class (Guo et al. 2017), and of each class against the rest.

    Args:
        truth: (n_rows,), places in `labels`.
        score: (n_rows, n_labels), probabilities.
        labels: every class, as text.
        how: of the intervals.
        bins: number of bins of each curve.
        rule: bins of equal width, or of equally many rows.
    """
    confidence, right = score.max(axis=1), (score.argmax(axis=1) == truth).astype(float)
    top = curve(right, confidence, how, edges_of(confidence, rule, bins))
    many = len(labels) > MAX_CLASSES
    reason = f"there are {len(labels)} labels; calibration of each is formed for at most {MAX_CLASSES}"
    scores = _brier(truth, score, () if many else labels, how)
    return SeveralClasses(
        bins=top,
        summary=(scores[0], *(_top(item) for item in errors_of(top, int(right.sum()), rule_of(rule, bins)))),
        classes=tuple(
            _of_class(truth, score, place, labels, how, scores[place + 1], bins, rule)
            for place in range(0 if many else len(labels))
        ),
        left_out=reason if many else "",
    )


def _top(item: Named) -> Named:
    """Return an error as that of the most probable class; `ece` is that of a positive label elsewhere."""
    title = f"{item.quantity.title} of the most probable class"
    return Named(key=f"top_label_{item.key}", quantity=replace(item.quantity, title=title))


def _brier(truth: Codes, score: Floats, labels: tuple[str, ...], how: Resampling) -> tuple[Named, ...]:
    """Return the Brier score over all classes, then that of each class against the rest, from one set of draws.

    The first is the sum over classes, 0 to 2, as Brier defined it (Monthly Weather Review 78 (1950) 1-3).
    """
    happened = np.eye(score.shape[1])[truth]
    squares = (score - happened) ** 2
    whole = Measure(
        key="brier_sum",
        title="Brier score, sum over classes (0 to 2)",
        statistic=mean_of(squares.sum(axis=1)),
        better=False,
        unit="",
    )
    each = tuple(
        Measure(
            key=f"brier {place}",
            title=f"Brier score of {label} against the rest",
            statistic=mean_of(squares[:, place]),
            better=False,
        )
        for place, label in enumerate(labels)
    )
    return estimates((whole, *each), how)


def _of_class(
    truth: Codes,
    score: Floats,
    place: int,
    labels: tuple[str, ...],
    how: Resampling,
    brier: Named,
    bins: int,
    rule: BinRule,
) -> ClassCalibration:
    """Return curve and summary of one class, whose rows count as cases against those of all other classes."""
    mine, own, label = (truth == place).astype(float), score[:, place], labels[place]
    rows = curve(mine, own, how, edges_of(own, rule, bins))
    events = int(mine.sum())
    found = {item.key: item for item in (*errors_of(rows, events, rule_of(rule, bins)), *recalibration(mine, own, how))}
    rest = [
        Named(key=key, quantity=replace(found[key].quantity, title=f"{found[key].quantity.title} of {label}"))
        for key in KEPT
    ]
    first = Named(key="brier", quantity=replace(brier.quantity, events=events))
    return ClassCalibration(label=label, key=label_keys(labels)[place], bins=rows, summary=(first, *rest))
