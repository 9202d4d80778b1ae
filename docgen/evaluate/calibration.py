"""Do predicted probabilities mean what they say: the curve, its errors, slope and intercept, Hosmer-Lemeshow."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from docgen.evaluate.resample import Clusters, Resampling
from docgen.evaluate.shares import parts_by_rank, share_intervals
from docgen.model.evidence import Interval, Quantity
from docgen.model.formats import Bin, Named

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Codes = NDArray[np.intp]

BinRule = Literal["uniform", "quantile"]
Norm = Literal["l1", "l2", "max"]
ERRORS: tuple[tuple[str, str, Norm], ...] = (
    ("ece", "Expected calibration error", "l1"),
    ("rms_error", "Root mean square calibration error", "l2"),
    ("max_error", "Maximum calibration error", "max"),
)
ONE_CLASS = "cannot be estimated because only one class is in the data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What one split says of the probabilities."""

    bins: tuple[Bin, ...]
    """Empty ones are left out."""
    summary: tuple[Named, ...]


def rule_of(rule: BinRule, bins: int) -> str:
    """Return the rule of the bins in words."""
    return f"{bins} bins of equal width" if rule == "uniform" else f"{bins} bins of equally many rows"


def edges_of(score: Floats, rule: BinRule, bins: int) -> Floats:
    """Return the edges of bins, ascending, (bins + 1,), cut as by scikit-learn's `calibration_curve`."""
    if rule == "uniform":
        return np.arange(bins + 1) / bins
    return np.asarray(np.percentile(score, np.linspace(0.0, 1.0, bins + 1) * 100), dtype=float)


def calibration(
    truth: Floats,
    score: Floats,
    how: Resampling,
    *,
    bins: int = 10,
    rule: BinRule = "uniform",
    fitted_here: bool = False,
) -> Calibration:
    """Return the calibration curve and its summary.

    Args:
        truth: (n_rows,), 0 or 1.
        score: (n_rows,), probability of 1.
        how: of the intervals.
        bins: number of bins, of the curve and of Hosmer and Lemeshow's groups.
        rule: bins of equal width, or of equally many rows.
        fitted_here: whether the model was fitted to these rows, which costs the test two degrees of freedom.
    """
    rows = curve(truth, score, how, edges_of(score, rule, bins))
    return Calibration(
        bins=rows,
        summary=(
            *errors_of(rows, int(truth.sum()), rule_of(rule, bins)),
            *recalibration(truth, score, how),
            *_goodness(truth, score, bins, how.clusters, fitted_here=fitted_here),
        ),
    )


def errors_of(rows: tuple[Bin, ...], events: int, rule: str) -> tuple[Named, ...]:
    """Return the errors of a curve, without intervals.

    Args:
        rows: bins that hold rows.
        events: rows in which what was predicted happened.
        rule: of the bins, in words.
    """
    words = f"{rule}, which it depends on; no interval, since a bootstrap would be biased upwards"
    return tuple(
        Named(
            key=key,
            quantity=Quantity(
                value=calibration_error(rows, norm),
                unit="fraction",
                n=sum(row.n for row in rows),
                events=events,
                higher_is_better=False,
                title=title,
                note=words,
            ),
        )
        for key, title, norm in ERRORS
    )


def curve(truth: Floats, score: Floats, how: Resampling, edges: Floats) -> tuple[Bin, ...]:
    """Return the bins that hold rows; one holds scores above its lower edge and up to its upper one."""
    place = np.searchsorted(edges[1:-1], score)
    found = share_intervals(truth, place, len(edges) - 1, how)
    rows = []
    for number, interval in enumerate(found):
        members = place == number
        n = int(members.sum())
        if n == 0:
            continue
        rows.append(
            Bin(
                low_edge=float(edges[number]),
                high_edge=float(edges[number + 1]),
                n=n,
                predicted=float(score[members].mean()),
                observed=int(truth[members].sum()) / n,
                low=interval.low if isinstance(interval, Interval) else None,
                high=interval.high if isinstance(interval, Interval) else None,
            )
        )
    return tuple(rows)


def calibration_error(rows: tuple[Bin, ...], norm: Norm = "l1") -> float:
    """Return how far the observed rates of bins lie from the mean predictions, weighted by rows.

    l1: sum of n_bin / n * |gap|, the expected calibration error (Naeini, Cooper and Hauskrecht 2015), here of the
    probability of the positive class; l2: the root of the weighted squares; max: the largest gap.

    Args:
        rows: bins that hold rows.
        norm: how the gaps are put together.
    """
    gaps = np.abs([row.observed - row.predicted for row in rows])
    weights = np.array([row.n for row in rows]) / sum(row.n for row in rows)
    if norm == "max":
        return float(gaps.max())
    return float(weights @ gaps) if norm == "l1" else float(np.sqrt(weights @ gaps**2))


def recalibration(truth: Floats, score: Floats, how: Resampling) -> tuple[Named, ...]:
    """Return slope and intercept of a logistic recalibration (Cox 1958; Van Calster et al. 2019).

    The intercept is that with the slope held at 1: calibration in the large. 0 and 1 are ideal.
    """
    at_the_ends = int(((score <= 0) | (score >= 1)).sum())
    if truth.min() == truth.max():
        why = ONE_CLASS
    elif at_the_ends:
        why = f"cannot be estimated because {at_the_ends} scores are exactly 0 or 1, where the log-odds are infinite"
    elif score.min() == score.max():
        why = "cannot be estimated because every score is the same"
    else:
        why = ""
    fits = {} if why else _fits(truth, np.log(score / (1 - score)), how)
    named = []
    for key, title, unit in (
        ("slope", "Calibration slope", "ratio"),
        ("intercept", "Calibration intercept", "log-odds"),
    ):
        fit = fits.get(key)
        quantity = Quantity(
            value=fit[0] if fit else None,
            special=None if fit else "undefined",
            unit=unit,
            n=len(truth),
            events=int(truth.sum()),
            interval=fit[1] if fit else None,
            title=title,
            note="" if fit else why or "cannot be estimated because the fit finds no end: the classes are separated",
        )
        named.append(Named(key=key, quantity=quantity))
    return tuple(named)


def _fits(truth: Floats, log_odds: Floats, how: Resampling) -> dict[str, tuple[float, Interval]]:
    """Fit slope and intercept; what does not converge is left out."""
    rows = len(truth)
    both, alone = np.column_stack([np.ones(rows), log_odds]), np.ones((rows, 1))
    wanted = {"slope": (both, None, 1), "intercept": (alone, log_odds, 0)}
    found = {key: _fit(truth, *parts, how) for key, parts in wanted.items()}
    return {key: fit for key, fit in found.items() if fit is not None}


def _fit(
    truth: Floats, design: Floats, offset: Floats | None, place: int, how: Resampling
) -> tuple[float, Interval] | None:
    """Return a coefficient of a logistic regression with its Wald interval, robust against clusters."""
    from statsmodels.genmod import families
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationWarning

    robust = {} if how.clusters is None else {"cov_type": "cluster", "cov_kwds": {"groups": how.clusters.codes}}
    name = "Wald" if how.clusters is None else f"Wald, robust, {how.clusters.count} clusters by {how.clusters.name}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            warnings.simplefilter("error", PerfectSeparationWarning)
            fit = GLM(truth, design, offset=offset, family=families.Binomial()).fit(**robust)
    except (ConvergenceWarning, PerfectSeparationWarning, np.linalg.LinAlgError):
        return None
    low, high = fit.conf_int(alpha=1 - how.method.level)[place]
    value, edges = float(fit.params[place]), (float(low), float(high))
    if not np.isfinite([value, *edges]).all():
        return None
    return value, Interval(low=edges[0], high=edges[1], level=how.method.level, method=name)


def _goodness(
    truth: Floats, score: Floats, groups: int, clusters: Clusters | None, *, fitted_here: bool
) -> tuple[Named, ...]:
    """Return Hosmer and Lemeshow's statistic and p-value over groups of equally many rows, equal scores together.

    The test takes rows as independent; where they form clusters its note says so, and no p-value is given.
    """
    group = parts_by_rank(score, groups)
    used = len(np.unique(group))
    freedom = used - 2 if fitted_here else used
    found = None if freedom < 1 else hosmer_lemeshow(truth, score, group, freedom)
    if found is None:
        why = "cannot be estimated because there are too few groups, or one that expects no case or only cases"
        values: tuple[float | None, float | None] = (None, None)
    else:
        why = (
            f"{used} groups, {freedom} degrees of freedom; it hardly ever rejects few rows and nearly always rejects "
            "many: read the curve first"
        )
        values = found
    apart = why
    if found is not None and clusters is not None:
        values = (found[0], None)
        apart = (
            "cannot be estimated because the test takes rows as independent, and these form "
            f"{clusters.count} clusters by {clusters.name}"
        )
    return tuple(
        Named(
            key=key,
            quantity=Quantity(
                value=value,
                special="undefined" if value is None else None,
                n=len(truth),
                events=int(truth.sum()),
                title=title,
                note=note,
            ),
        )
        for key, title, value, note in (
            ("hosmer_lemeshow", "Hosmer-Lemeshow chi-squared", values[0], why),
            ("hosmer_lemeshow_p", "Hosmer-Lemeshow p-value", values[1], apart),
        )
    )


def hosmer_lemeshow(truth: Floats, score: Floats, group: Codes, freedom: int) -> tuple[float, float] | None:
    """Return Hosmer and Lemeshow's chi-squared and its p-value; None when a group expects no case or only cases.

    Degrees of freedom are groups - 2 on the rows that the model was fitted to, and as many as groups on any others
    (Hosmer, Lemeshow and Sturdivant 2013, section 5.2.2; Stata's `estat gof, outsample`).

    Args:
        truth: (n_rows,), 0 or 1.
        score: (n_rows,), probability of 1.
        group: (n_rows,), 0 and up.
        freedom: degrees of freedom.
    """
    from statsmodels.stats.diagnostic_gen import test_chisquare_binning

    sizes = np.bincount(group)
    held = sizes > 0
    observed, expected = (np.bincount(group, weights=values)[held] for values in (truth, score))
    rest = sizes[held]
    if (expected <= 0).any() or (expected >= rest).any():
        return None
    result = test_chisquare_binning(
        np.column_stack([rest - observed, observed]),
        np.column_stack([rest - expected, expected]),
        bins=len(rest),
        df=freedom,
    )
    return float(result.statistic), float(result.pvalue)
