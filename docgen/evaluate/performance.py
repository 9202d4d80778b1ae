"""How well a model predicts: binary, multiclass and regression, each number with n and an interval.

Rates have Wilson intervals; AUROC, PR-AUC, F1, Brier score and errors a bootstrap over rows within classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from docgen.errors import UsageError
from docgen.evaluate.intervals import Method, bootstrap, rate
from docgen.model.evidence import Quantity
from docgen.model.formats import Confusion, Named

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Weighted = Callable[[Floats], Floats]


def check_scores(score: Floats, rows: int) -> None:
    """Refuse scores that no statistic below can use.

    Raises:
        UsageError: another length, not finite, or outside 0 to 1.
    """
    if len(score) != rows:
        raise UsageError(f"y_score has {len(score)} rows, expected {rows} as in y_true")
    if not np.isfinite(score).all():
        bad = int((~np.isfinite(score)).sum())
        raise UsageError(f"y_score: {bad} of {rows} values are not finite", hint="drop or repair these rows first")
    if score.min(initial=0) < 0 or score.max(initial=1) > 1:
        span = f"{score.min():g} to {score.max():g}"
        raise UsageError(
            f"y_score runs from {span}, expected probabilities from 0 to 1", hint="pass predict_proba, not margins"
        )


def auroc(truth: Floats, score: Floats) -> Weighted:
    """Return AUROC as a function of row weights (draws, rows); ties count one half (Mann-Whitney)."""
    inverse = np.unique(score, return_inverse=True)[1]

    def statistic(weights: Floats) -> Floats:
        positive = _by_group(weights * truth, inverse)
        negative = _by_group(weights * (1 - truth), inverse)
        below = np.cumsum(negative, axis=1) - negative
        with np.errstate(invalid="ignore", divide="ignore"):
            area = (positive * (below + negative / 2)).sum(axis=1)
            return np.asarray(area / (positive.sum(axis=1) * negative.sum(axis=1)))

    return statistic


def average_precision(truth: Floats, score: Floats) -> Weighted:
    """Return average precision (the step-wise area under precision and recall) as a function of row weights."""
    inverse = np.unique(-score, return_inverse=True)[1]

    def statistic(weights: Floats) -> Floats:
        positive = _by_group(weights * truth, inverse)
        everyone = _by_group(weights, inverse)
        found, shown = np.cumsum(positive, axis=1), np.cumsum(everyone, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            precision = np.where(shown > 0, found / shown, 0)
            return np.asarray((positive * precision).sum(axis=1) / positive.sum(axis=1))

    return statistic


def mean_of(values: Floats, *, root: bool = False) -> Weighted:
    """Return the weighted mean of values (or its square root) as a function of row weights."""

    def statistic(weights: Floats) -> Floats:
        mean = weights @ values / weights.sum(axis=1)
        return np.sqrt(mean) if root else np.asarray(mean)

    return statistic


def f1(truth: Floats, predicted: Floats) -> Weighted:
    """Return F1 = 2TP / (2TP + FP + FN) as a function of row weights."""
    hit, wrong = truth * predicted, np.abs(truth - predicted)

    def statistic(weights: Floats) -> Floats:
        hits = 2 * (weights @ hit)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(hits / (hits + weights @ wrong))

    return statistic


def _by_group(weights: Floats, inverse: NDArray[np.intp]) -> Floats:
    """Sum columns of (draws, rows) into groups in ascending order of group number."""
    order = np.argsort(inverse, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(inverse[order]) > 0])
    return np.asarray(np.add.reduceat(weights[:, order], starts, axis=1))


def estimate(
    statistic: Weighted,
    strata: Floats,
    method: Method,
    *,
    title: str,
    unit: str = "fraction",
    better: bool,
    events: int | None = None,
    undefined: str = "",
) -> Quantity:
    """Return a statistic with its bootstrap interval; undefined when the data do not define it."""
    value = float(statistic(np.ones((1, len(strata))))[0])
    if not np.isfinite(value):
        return Quantity(
            value=None, special="undefined", unit=unit, n=len(strata), events=events, title=title, note=undefined
        )
    interval = bootstrap(statistic, strata, method)
    return Quantity(
        value=value, unit=unit, n=len(strata), events=events, interval=interval, higher_is_better=better, title=title
    )


def binary(
    truth: Floats, score: Floats | None, predicted: Floats, method: Method
) -> tuple[tuple[Named, ...], Confusion]:
    """Evaluate a binary classifier.

    Args:
        truth: (n_rows,), 0 or 1.
        score: (n_rows,), probability of 1; None when there are labels only.
        predicted: (n_rows,), 0 or 1.
        method: of the intervals.

    Raises:
        UsageError: scores that cannot be used.
    """
    rows = len(truth)
    tp, fp = int((truth * predicted).sum()), int(((1 - truth) * predicted).sum())
    fn, tn = int((truth * (1 - predicted)).sum()), int(((1 - truth) * (1 - predicted)).sum())
    named: list[Named] = []
    if score is not None:
        check_scores(score, rows)
        named.extend(_ranking(truth, score, method))
    one_class = "only one class is in the data"
    no_positive, no_negative = "no positive cases", "no negative cases"
    nothing = "nothing was predicted "
    shares = (
        ("accuracy", "Accuracy", tp + tn, rows, "no rows", True),
        ("sensitivity", "Sensitivity (recall)", tp, tp + fn, no_positive, True),
        ("specificity", "Specificity", tn, tn + fp, no_negative, True),
        ("ppv", "Positive predictive value (precision)", tp, tp + fp, f"{nothing}positive", True),
        ("npv", "Negative predictive value", tn, tn + fn, f"{nothing}negative", True),
        ("selection_rate", "Selection rate", tp + fp, rows, "no rows", None),
        ("prevalence", "Prevalence", tp + fn, rows, "no rows", None),
    )
    for key, title, events, of, undefined, better in shares:
        share = rate(events, of, method, title=title, undefined=undefined, better=better)
        named.append(Named(key=key, quantity=share))
    score_f1 = estimate(
        f1(truth, predicted), truth, method, title="F1", better=True, events=tp + fn, undefined=one_class
    )
    named.append(Named(key="f1", quantity=score_f1))
    return tuple(named), Confusion(labels=("0", "1"), counts=((tn, fp), (fn, tp)))


def _ranking(truth: Floats, score: Floats, method: Method) -> Iterator[Named]:
    events = int(truth.sum())
    one_class = "only one class is in the data"
    for key, title, statistic, better in (
        ("roc_auc", "AUROC", auroc(truth, score), True),
        ("pr_auc", "PR-AUC (average precision)", average_precision(truth, score), True),
        ("brier", "Brier score", mean_of((score - truth) ** 2), False),
    ):
        quantity = estimate(statistic, truth, method, title=title, better=better, events=events, undefined=one_class)
        yield Named(key=key, quantity=quantity)


def multiclass(
    truth: NDArray[np.str_], predicted: NDArray[np.str_], method: Method
) -> tuple[tuple[Named, ...], Confusion]:
    """Evaluate a classifier of three or more classes by its labels.

    Args:
        truth: (n_rows,), labels as text.
        predicted: (n_rows,), labels as text.
        method: of the intervals.
    """
    labels = sorted({*truth.tolist(), *predicted.tolist()})
    codes = np.searchsorted(np.array(labels), truth).astype(float)
    named = [
        Named(
            key="accuracy",
            quantity=rate(int((truth == predicted).sum()), len(truth), method, title="Accuracy", undefined="no rows"),
        )
    ]
    per_class = [f1((truth == label).astype(float), (predicted == label).astype(float)) for label in labels]

    def macro(weights: Floats) -> Floats:
        with np.errstate(invalid="ignore"):
            return np.asarray(np.mean([np.nan_to_num(one(weights)) for one in per_class], axis=0))

    named.append(
        Named(key="f1_macro", quantity=estimate(macro, codes, method, title="F1, mean over classes", better=True))
    )
    for label in labels:
        actual, called = truth == label, predicted == label
        hits = int((actual & called).sum())
        recall = rate(hits, int(actual.sum()), method, title=f"Recall of {label}", undefined="no case of this class")
        precision = rate(hits, int(called.sum()), method, title=f"Precision of {label}", undefined="never predicted")
        named += [Named(key=f"recall_{label}", quantity=recall), Named(key=f"precision_{label}", quantity=precision)]
    counts = tuple(tuple(int(((truth == a) & (predicted == p)).sum()) for p in labels) for a in labels)
    return tuple(named), Confusion(labels=tuple(labels), counts=counts)


def regression(truth: Floats, predicted: Floats, method: Method, *, unit: str = "") -> tuple[Named, ...]:
    """Evaluate a regression: RMSE, MAE, mean error and R2.

    Args:
        truth: (n_rows,).
        predicted: (n_rows,).
        method: of the intervals.
        unit: of the target.

    Raises:
        UsageError: predictions that are not finite.
    """
    if not np.isfinite(predicted).all() or not np.isfinite(truth).all():
        raise UsageError("y_true and y_pred hold values that are not finite", hint="drop or repair these rows first")
    error = predicted - truth
    whole = np.zeros(len(truth))

    def r2(weights: Floats) -> Floats:
        total = weights.sum(axis=1)
        mean = weights @ truth / total
        spread = weights @ truth**2 - total * mean**2
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(spread > 0, 1 - weights @ error**2 / spread, np.nan))

    constant = "the target is constant"
    return (
        Named(
            key="rmse",
            quantity=estimate(mean_of(error**2, root=True), whole, method, title="RMSE", unit=unit, better=False),
        ),
        Named(
            key="mae", quantity=estimate(mean_of(np.abs(error)), whole, method, title="MAE", unit=unit, better=False)
        ),
        Named(
            key="r2", quantity=estimate(r2, whole, method, title="R2", unit="fraction", better=True, undefined=constant)
        ),
    )
