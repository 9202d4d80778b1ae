"""Decisions at a threshold: rates with Wilson or Clopper-Pearson intervals, and what is made of several rates.

Everything is a function of four counts, so its bootstrap draws counts and never rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from docgen.evaluate.intervals import noted, rate, rate_ratio, within
from docgen.evaluate.resample import Resampling
from docgen.model.evidence import Quantity
from docgen.model.formats import Confusion, Named

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

TN, FP, FN, TP = range(4)
"""Places of the counts: twice the truth plus the prediction."""

NO_POSITIVE = "cannot be estimated because there are no positive cases"
NO_NEGATIVE = "cannot be estimated because there are no negative cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share of the rows of some cells."""

    key: str
    title: str
    events: tuple[int, ...]
    """Cells of the numerator."""
    of: tuple[int, ...]
    """Cells of the denominator."""
    undefined: str
    better: bool | None = True


RATES = (
    Rate(key="accuracy", title="Accuracy", events=(TN, TP), of=(TN, FP, FN, TP), undefined="no rows"),
    Rate(key="sensitivity", title="Sensitivity (recall)", events=(TP,), of=(FN, TP), undefined=NO_POSITIVE),
    Rate(key="specificity", title="Specificity", events=(TN,), of=(TN, FP), undefined=NO_NEGATIVE),
    Rate(
        key="ppv",
        title="Positive predictive value (precision)",
        events=(TP,),
        of=(FP, TP),
        undefined="cannot be estimated because nothing was predicted positive",
    ),
    Rate(
        key="npv",
        title="Negative predictive value",
        events=(TN,),
        of=(TN, FN),
        undefined="cannot be estimated because nothing was predicted negative",
    ),
    Rate(
        key="selection_rate",
        title="Selection rate",
        events=(FP, TP),
        of=(TN, FP, FN, TP),
        undefined="no rows",
        better=None,
    ),
    Rate(key="prevalence", title="Prevalence", events=(FN, TP), of=(TN, FP, FN, TP), undefined="no rows", better=None),
)


def f1(cells: Floats) -> Floats:
    """Return F1 = 2TP / (2TP + FP + FN) of counts (..., 4)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(2 * cells[..., TP] / (2 * cells[..., TP] + cells[..., FP] + cells[..., FN]))


def balanced_accuracy(cells: Floats) -> Floats:
    """Return the mean of sensitivity and specificity of counts (..., 4)."""
    tn, fp, fn, tp = (cells[..., place] for place in range(4))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((tp / (tp + fn) + tn / (tn + fp)) / 2)


def mcc(cells: Floats) -> Floats:
    """Return Matthews' correlation coefficient of counts (..., 4) (Matthews 1975)."""
    tn, fp, fn, tp = (cells[..., place] for place in range(4))
    with np.errstate(invalid="ignore", divide="ignore"):
        below = np.sqrt((tp + fp) * (tp + fn)) * np.sqrt((tn + fp) * (tn + fn))
        return np.asarray((tp * tn - fp * fn) / below)


COMPOSITES: tuple[tuple[str, str, Callable[[Floats], Floats], str], ...] = (
    ("f1", "F1", f1, "cannot be estimated because there is neither a positive case nor a positive prediction"),
    (
        "balanced_accuracy",
        "Balanced accuracy",
        balanced_accuracy,
        "cannot be estimated because only one class is in the data",
    ),
    (
        "mcc",
        "Matthews correlation coefficient",
        mcc,
        "cannot be estimated because only one class is in the data or among the predictions",
    ),
)


def at_threshold(
    truth: Floats, predicted: Floats, how: Resampling, labels: tuple[str, str] = ("0", "1")
) -> tuple[tuple[Named, ...], Confusion]:
    """Return measures of yes-or-no predictions and the counts they are made of.

    Args:
        truth: (n_rows,), 0 or 1.
        predicted: (n_rows,), 0 or 1.
        how: of the intervals.
        labels: what 0 and 1 are called.
    """
    codes = (2 * truth + predicted).astype(np.intp)
    cells: Ints = np.bincount(codes, minlength=4)
    drawn = how.of_counts(codes, 4)
    tn, fp, fn, tp = (int(count) for count in cells)
    named = [Named(key=item.key, quantity=_rate(item, cells, drawn, how)) for item in RATES]
    for key, title, function, undefined in COMPOSITES:
        value = float(function(cells.astype(float)))
        quantity = Quantity(value=None, special="undefined", unit="fraction", title=title, note=undefined)
        if np.isfinite(value):
            found = Quantity(value=value, unit="fraction", higher_is_better=True, title=title)
            quantity = within(found, how.interval(function(drawn), value))
        named.append(Named(key=key, quantity=replace(quantity, n=len(truth), events=tp + fn)))
    named += [
        Named(key=key, quantity=_likelihood_ratio(title, places, cells, drawn, how))
        for key, title, places in (
            ("lr_positive", "Positive likelihood ratio", (TP, FP)),
            ("lr_negative", "Negative likelihood ratio", (FN, TN)),
        )
    ]
    return tuple(named), Confusion(labels=labels, counts=((tn, fp), (fn, tp)))


def _rate(item: Rate, cells: Ints, drawn: Floats, how: Resampling) -> Quantity:
    events, of = int(cells[list(item.events)].sum()), int(cells[list(item.of)].sum())
    quantity = rate(events, of, how.method, title=item.title, undefined=item.undefined, better=item.better)
    if how.clusters is not None and quantity.value is not None:
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = drawn[:, item.events].sum(axis=1) / drawn[:, item.of].sum(axis=1)
        quantity = within(replace(quantity, interval=None), how.interval(shares, quantity.value))
    if item.key in {"ppv", "npv"} and of:
        positive, rows = int(cells[FN] + cells[TP]), int(cells.sum())
        return noted(quantity, f"depends on the prevalence, here {positive} positive of {rows} rows")
    return quantity


def _likelihood_ratio(title: str, places: tuple[int, int], cells: Ints, drawn: Floats, how: Resampling) -> Quantity:
    """Return the share of one kind of prediction among positive cases by its share among negative ones."""
    positive, negative = int(cells[FN] + cells[TP]), int(cells[TN] + cells[FP])
    counts = int(cells[places[0]]), int(cells[places[1]])
    quantity = Quantity(value=None, special="undefined", unit="ratio", n=positive + negative, events=positive)
    quantity = replace(quantity, title=title)
    if not positive or not negative:
        return noted(quantity, NO_NEGATIVE if positive else NO_POSITIVE)
    if counts[1] == 0:
        return noted(quantity, "cannot be estimated because no negative case was predicted so")
    value = (counts[0] / positive) / (counts[1] / negative)
    found = replace(quantity, value=value, special=None, higher_is_better=places[0] == TP)
    if how.clusters is None:
        interval = rate_ratio(counts, (positive, negative), how.method.level)
        return within(found, interval or "no positive case was predicted so, and the logarithm of 0 has no value")
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = (drawn[:, places[0]] / (drawn[:, FN] + drawn[:, TP])) / (
            drawn[:, places[1]] / (drawn[:, TN] + drawn[:, FP])
        )
    return within(found, how.interval(ratios, value))
