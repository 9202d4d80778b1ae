"""Which features drive the predictions: averages of SHAP values over rows, never values of single rows.

Beside the averages stand what they rest on (background, unit, whether the values add up), whether they hold for groups
and for other seeds, how features act together, and what scikit-learn's permutation importance says of the same model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from docgen.evaluate.attributions import Attributions, Estimator, Question, attributions
from docgen.evaluate.groups import Axis
from docgen.evaluate.importance import interactions, permutation
from docgen.evaluate.intervals import Method
from docgen.evaluate.protection import sizes_shown
from docgen.evaluate.reasons import reason_codes
from docgen.evaluate.resample import Resampling, bootstrap, mean_of
from docgen.evaluate.settings import TRAINING, Settings
from docgen.model.evidence import Interval
from docgen.model.formats import (
    DataRef,
    ExplanationFile,
    FeatureRow,
    GroupAttributionRow,
    GroupAttributions,
    LeftOut,
    StabilityRow,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from docgen.evaluate.outcomes import Outcomes

    Floats = NDArray[np.float64]

STABILITY_ROWS = 100
"""Rows that are explained again with other seeds, at most."""

TOP = 5
"""Leading features that are compared between seeds."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subject:
    """A model and rows of one split."""

    model: Estimator
    frame: pd.DataFrame
    """(n_rows, n_features), with positions as its index."""
    background: pd.DataFrame | None
    """(n_background, n_features), what attributions are measured against; drawn from `frame` when None."""
    truth: NDArray[Any]
    """(n_rows,), labels as the model knows them, or numbers."""
    outcomes: Outcomes
    axes: tuple[Axis, ...] = ()
    """The sensitive features of the rows."""


def explain(subject: Subject, settings: Settings, *, dataset: DataRef) -> ExplanationFile:
    """Return global attributions of a model and what else is asked for.

    Raises:
        UsageError: SHAP cannot explain this model, or an option names something that is not there.
    """
    from docgen.evaluate.digest import frame_digest

    method, left_out = settings.method, list[LeftOut]()
    rows = subject.frame.sample(n=min(settings.explain_rows, len(subject.frame)), random_state=method.seed)
    used = _background(subject, settings, method.seed)
    question = _question(subject.outcomes, settings)
    found = attributions(subject.model, rows, used, question)
    origin = f"the {settings.split} data" if subject.background is None else "the background data given"
    crossed, why_not = interactions(subject.model, found)
    permuted, why_not_permuted = _permutation(subject, settings)
    left_out += [LeftOut(feature=what, reason=why) for what, why in (*why_not, *why_not_permuted)]
    reasons, without = reason_codes(found, subject.outcomes, settings)
    left_out += [LeftOut(feature="reasons for adverse action", reason=why) for why in without]
    again = _stability(subject, settings, found, rows, question)
    if settings.explain_seeds > 1 and not again:
        left_out.append(LeftOut(feature="stability across seeds", reason=f"no seed enters {found.explainer}"))
    return ExplanationFile(
        split=settings.split,
        dataset=dataset,
        explainer=found.explainer,
        unit=found.unit,
        output=found.output,
        n=len(found.phi),
        background_rows=len(used) if found.uses_background else 0,
        background_sha256=frame_digest(used) if found.uses_background else None,
        background_choice=f"rows drawn at random from {origin}, seed {method.seed}"
        if found.uses_background
        else "none given: the trees keep how many training rows went which way",
        seed=method.seed,
        level=method.level,
        method=method.bootstrap,
        features=_features(found, method),
        rows_asked=len(rows),
        budget=found.budget,
        additivity_error=found.error,
        additivity_tolerance=found.tolerance,
        by_group=tuple(_by_group(found, axis, settings.suppress_below) for axis in subject.axes),
        stability=again,
        interactions=crossed,
        permutation=permuted,
        reasons=reasons,
        left_out=tuple(left_out),
    )


def explain_rows(
    model: Estimator, rows: pd.DataFrame, background: pd.DataFrame, *, label: object = None, seed: int = 0
) -> pd.DataFrame:
    """Return the SHAP values of single rows, for the person who must explain a decision; they are never logged.

    Args:
        model: a fitted estimator or pipeline.
        rows: (n_rows, n_features).
        background: (n_background, n_features), the one whose digest the evidence names.
        label: the class whose output is explained; the model's last one when None.
        seed: of the permutation explainer.

    Returns:
        (n_rows, n_features + 1), with the column `base value` last.

    Raises:
        UsageError: SHAP cannot explain this model.
    """
    import pandas as pd

    budget = 10**12  # whoever asks for rows wants them all
    found = attributions(model, rows, background, Question(label=label, seed=seed, budget=budget))
    return pd.DataFrame(found.phi, columns=found.names, index=found.seen.index).assign(**{"base value": found.base})


def _question(outcomes: Outcomes, settings: Settings) -> Question:
    """Return what to explain: the label asked for, else the positive one of a binary task."""
    label = settings.explain_label
    if label is None and outcomes.task == "binary":
        label = outcomes.labels[-1]
    unit = settings.unit or "target"
    return Question(label=label, unit=unit, seed=settings.seed, budget=settings.explain_budget)


def _background(subject: Subject, settings: Settings, seed: int) -> pd.DataFrame:
    pool = subject.frame if subject.background is None else subject.background
    return pool.sample(n=min(settings.background_rows, len(pool)), random_state=seed)


def _features(found: Attributions, method: Method) -> tuple[FeatureRow, ...]:
    """Return each feature with interval and direction, largest first."""
    import numpy as np

    sizes = dict(zip(found.names, np.abs(found.phi).T, strict=True))
    means = {name: float(size.mean()) for name, size in sizes.items()}
    how = Resampling(method=method, rows=len(found.phi))
    intervals = bootstrap({name: mean_of(size) for name, size in sizes.items()}, means, how)
    rows = []
    for position, (name, mean_abs) in enumerate(means.items()):
        interval = intervals[name]
        low, high = (interval.low, interval.high) if isinstance(interval, Interval) else (mean_abs, mean_abs)
        column = found.phi[:, position]
        direction = _direction(found.seen.iloc[:, position], column)
        mean = float(column.mean())
        rows.append(FeatureRow(feature=name, mean_abs=mean_abs, low=low, high=high, mean=mean, direction=direction))
    return tuple(sorted(rows, key=lambda row: (-row.mean_abs, row.feature)))


def _direction(values: pd.Series, column: Floats) -> float | None:
    """Return Spearman's rank correlation of a feature's values with its attributions, or None where it has none."""
    import pandas as pd
    from scipy.stats import spearmanr

    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=float("nan"))
    there = ~pd.isna(numbers)
    if there.sum() < 3 or len(set(numbers[there])) < 2 or len(set(column[there])) < 2:
        return None
    return float(spearmanr(numbers[there], column[there]).statistic)


def _by_group(found: Attributions, axis: Axis, k: int) -> GroupAttributions:
    """Return attributions by the groups of a sensitive feature; groups of too few explained rows are suppressed."""
    import numpy as np

    codes = axis.codes[found.seen.index.to_numpy()]
    sizes = np.bincount(codes, minlength=len(axis.groups))
    shown = sizes_shown(sizes, k)
    size = np.abs(found.phi)
    order = sorted(range(len(found.names)), key=lambda place: (-size[:, place].mean(), found.names[place]))
    rows = []
    for code, group in enumerate(axis.groups):
        if sizes[code] == 0:
            continue
        means = size[codes == code].mean(axis=0)
        rows += [
            GroupAttributionRow(
                group=group,
                feature=found.names[place],
                mean_abs=float(means[place]) if shown[code] else None,
                n=int(sizes[code]) if shown[code] else None,
                note="" if shown[code] else "suppressed",
            )
            for place in order
        ]
    return GroupAttributions(feature=axis.name, rows=tuple(rows), suppress_below=k)


def _stability(
    subject: Subject, settings: Settings, found: Attributions, rows: pd.DataFrame, question: Question
) -> tuple[StabilityRow, ...]:
    """Return how the ranking of the features comes out with other backgrounds and seeds, on the same rows."""
    import numpy as np
    from scipy.stats import spearmanr

    if not found.uses_background:
        return ()
    some = rows.head(min(STABILITY_ROWS, len(found.phi)))
    first = np.abs(found.phi[: len(some)]).mean(axis=0)
    made = []
    for seed in range(settings.seed + 1, settings.seed + settings.explain_seeds):
        other = attributions(subject.model, some, _background(subject, settings, seed), replace(question, seed=seed))
        size = np.abs(other.phi).mean(axis=0)
        varied = len(set(first)) > 1 and len(set(size)) > 1
        made.append(
            StabilityRow(
                seed=seed,
                n=len(other.phi),
                spearman=float(spearmanr(first, size).statistic) if varied else None,
                top_shared=len(set(_leading(first)) & set(_leading(size))),
                top=min(TOP, len(first)),
            )
        )
    return tuple(made)


def _leading(sizes: Floats) -> Sequence[int]:
    return sorted(range(len(sizes)), key=lambda place: (-sizes[place], place))[:TOP]


def _permutation(subject: Subject, settings: Settings) -> tuple[Any, tuple[tuple[str, str], ...]]:
    if settings.permutation_repeats == 0:
        return None, ()
    if settings.split in TRAINING:
        return None, (("permutation importance", "these are training rows; it is measured on rows held out"),)
    return permutation(subject.model, subject.frame, subject.truth, subject.outcomes.task, settings)
