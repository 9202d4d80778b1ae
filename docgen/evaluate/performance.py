"""How well a binary model predicts: ranking, probabilities, and decisions at a threshold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from docgen.evaluate.classification import at_threshold
from docgen.evaluate.ranking import lift_table, ranking, roc_points
from docgen.evaluate.resample import Measure, Resampling, mean_of
from docgen.model.formats import Confusion, LiftRow, Named, Residuals, RocPoint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """What one split says of a model."""

    metrics: tuple[Named, ...]
    confusion: Confusion | None = None
    roc: tuple[RocPoint, ...] = ()
    lift: tuple[LiftRow, ...] = ()
    residuals: Residuals | None = None


def binary(
    truth: Floats,
    score: Floats | None,
    predicted: Floats | None,
    how: Resampling,
    *,
    labels: tuple[str, str] = ("0", "1"),
    probability: bool = True,
) -> Performance:
    """Evaluate a binary classifier.

    Args:
        truth: (n_rows,), 0 or 1.
        score: (n_rows,), larger for the positive class; None when there are predictions only.
        predicted: (n_rows,), 0 or 1; None when the score has no threshold.
        how: of the intervals.
        labels: what 0 and 1 are called.
        probability: whether the score is a probability from 0 to 1, and no mere ranking.
    """
    found = Performance(metrics=())
    if score is not None:
        more = probability_measures(truth, score) if probability else ()
        found = Performance(
            metrics=ranking(truth, score, how, more),
            roc=roc_points(truth, score),
            lift=lift_table(truth, score, how),
        )
    if predicted is not None:
        decisions, confusion = at_threshold(truth, predicted, how, labels)
        found = replace(found, metrics=(*found.metrics, *decisions), confusion=confusion)
    return found


def probability_measures(truth: Floats, score: Floats) -> tuple[Measure, ...]:
    """Return Brier score and log loss of probabilities (n_rows,) of 1."""
    happened = np.where(truth == 1, score, 1 - score)
    with np.errstate(divide="ignore"):
        surprise = -np.log(happened)
    impossible = int((happened == 0).sum())
    return (
        Measure(key="brier", title="Brier score", statistic=mean_of((score - truth) ** 2), better=False),
        Measure(
            key="log_loss",
            title="Log loss",
            statistic=mean_of(surprise),
            better=False,
            unit="nats",
            undefined=f"infinite: {impossible} rows had probability 0 for what happened",
        ),
    )
