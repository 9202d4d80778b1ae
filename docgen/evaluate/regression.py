"""How well a regression predicts: errors with intervals, and how its residuals are spread.

A residual is observed - predicted throughout; the bias is its negative mean, positive where predictions are too high.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from docgen.evaluate.intervals import noted
from docgen.evaluate.resample import Measure, Resampling, estimates, mean_of, weigh
from docgen.evaluate.shares import parts_by_rank
from docgen.model.evidence import Interval, Quantity
from docgen.model.formats import Named, ResidualQuantile, ResidualRow, Residuals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from docgen.evaluate.resample import Weighted

    Floats = NDArray[np.float64]

PARTS = 10
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
"""The extremes are left out: they are values of single rows."""


def regression(
    truth: Floats, predicted: Floats, how: Resampling, *, unit: str = ""
) -> tuple[tuple[Named, ...], Residuals]:
    """Evaluate a regression.

    Args:
        truth: (n_rows,).
        predicted: (n_rows,).
        how: of the intervals.
        unit: of the target.
    """
    named = estimates(error_measures(truth, predicted, unit), how)
    return (*named, _heteroscedasticity(predicted, truth - predicted)), _residuals(truth, predicted, how, unit)


def error_measures(truth: Floats, predicted: Floats, unit: str = "") -> tuple[Measure, ...]:
    """Return RMSE, MAE, bias and R2 of predictions (n_rows,)."""
    error = predicted - truth
    return (
        Measure(key="rmse", title="RMSE", statistic=mean_of(error**2, root=True), unit=unit, better=False),
        Measure(key="mae", title="MAE", statistic=mean_of(np.abs(error)), unit=unit, better=False),
        Measure(
            key="bias",
            title="Bias (mean of predicted - observed)",
            statistic=mean_of(error),
            unit=unit,
            better=None,
        ),
        Measure(
            key="r2",
            title="R2",
            statistic=_r2(truth, error),
            better=True,
            undefined="cannot be estimated because the target is constant",
        ),
    )


def _r2(truth: Floats, error: Floats) -> Weighted:
    centred = truth - truth.mean()  # keeps the digits of a target far from 0
    least = 1e-28 * np.abs(truth).max() ** 2  # what rounding leaves of a constant

    def statistic(weights: Floats) -> Floats:
        total = weights.sum(axis=1)
        spread = weigh(weights, centred**2) - weigh(weights, centred) ** 2 / total
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(spread > least * total, 1 - weigh(weights, error**2) / spread, np.nan))

    return statistic


def _heteroscedasticity(predicted: Floats, residual: Floats) -> Named:
    """Return the p-value of Breusch and Pagan's test, in Koenker's form, of the residuals' spread on the prediction."""
    from statsmodels.stats.diagnostic import het_breuschpagan

    quantity = Quantity(
        value=None,
        special="undefined",
        n=len(residual),
        title="Heteroscedasticity (Breusch-Pagan p-value)",
    )
    p = float("nan")
    if len(residual) > 2 and np.ptp(predicted) > 0 and np.ptp(residual) > 0:
        standard = (predicted - predicted.mean()) / predicted.std()
        _, p, _, _ = het_breuschpagan(residual, np.column_stack([np.ones(len(standard)), standard]), robust=True)
    if not np.isfinite(p):
        why = "cannot be estimated because the predictions or the residuals do not vary"
        return Named(key="heteroscedasticity_p", quantity=noted(quantity, why))
    said = "small where the spread of the residuals changes with the prediction; with many rows it nearly always is"
    found = Quantity(value=float(p), n=quantity.n, title=quantity.title, note=said)
    return Named(key="heteroscedasticity_p", quantity=found)


def _residuals(truth: Floats, predicted: Floats, how: Resampling, unit: str) -> Residuals:
    residual = truth - predicted
    part = parts_by_rank(predicted, PARTS)
    rows = []
    for number in np.unique(part):
        members = part == number
        found = _mean_interval(residual, members, how)
        rows.append(
            ResidualRow(
                part=int(number) + 1,
                n=int(members.sum()),
                predicted=float(predicted[members].mean()),
                observed=float(truth[members].mean()),
                residual=float(residual[members].mean()),
                low=found.low if found else None,
                high=found.high if found else None,
                spread=float(residual[members].std(ddof=1)) if members.sum() > 1 else None,
            )
        )
    quantiles = np.quantile(residual, QUANTILES)
    return Residuals(
        unit=unit,
        method="Student's t" if how.clusters is None else how.name,
        level=how.method.level,
        parts=tuple(rows),
        quantiles=tuple(
            ResidualQuantile(share=share, value=float(value)) for share, value in zip(QUANTILES, quantiles, strict=True)
        ),
    )


def _mean_interval(values: Floats, members: NDArray[np.bool_], how: Resampling) -> Interval | None:
    """Return the interval of a mean: Student's t, or a bootstrap of whole clusters."""
    from scipy.stats import sem, t

    mine = values[members]
    if how.clusters is not None:
        codes, count = how.clusters.codes, how.clusters.count
        sums = np.bincount(codes, weights=np.where(members, values, 0.0), minlength=count).astype(float)
        sizes = np.bincount(codes[members], minlength=count).astype(float)
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn = np.concatenate([weigh(part, sums) / weigh(part, sizes) for part in how.of_clusters()])
        found = how.interval(drawn, float(mine.mean()))
        return None if isinstance(found, str) else found
    if len(mine) < 2 or np.ptp(mine) == 0:
        return None
    low, high = t.interval(how.method.level, len(mine) - 1, loc=mine.mean(), scale=sem(mine))
    return Interval(low=float(low), high=float(high), level=how.method.level, method="Student's t")
