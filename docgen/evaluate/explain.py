"""Which features drive the predictions: mean |SHAP| per feature with a bootstrap interval, never values of single rows.

The explainer follows the kind of model: exact for linear models and trees, permutation with a budget for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from docgen.errors import UsageError
from docgen.evaluate.data import frame_digest
from docgen.evaluate.intervals import Method
from docgen.evaluate.resample import Resampling, bootstrap, mean_of
from docgen.model.evidence import Interval
from docgen.model.formats import DataRef, ExplanationFile, FeatureRow

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SLOW_ROWS = 100
"""Rows that a permutation explainer is given at most."""


class Estimator(Protocol):
    """What scikit-learn calls an estimator."""

    def predict(self, X: Any) -> Any:  # noqa: ANN401, N803  # scikit-learn's own names
        """Return predictions (n_rows,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attributions:
    values: Floats
    """(n_rows, n_features)."""
    names: tuple[str, ...]
    explainer: str
    unit: str
    output: str


def explain(
    model: Estimator,
    frame: pd.DataFrame,
    background: pd.DataFrame | None,
    *,
    split: str,
    dataset: DataRef,
    method: Method,
    rows: int = 200,
    background_rows: int = 100,
) -> ExplanationFile:
    """Return global attributions of a model.

    Args:
        model: a fitted scikit-learn estimator or pipeline, or one that behaves like it.
        frame: (n_rows, n_features), the rows to explain are drawn from it.
        background: (n_rows, n_features), what attributions are measured against; drawn from `frame` when None.
        split: of `frame`.
        dataset: what `frame` is.
        method: level, draws and seed.
        rows: how many rows to explain at most.
        background_rows: how many background rows to use at most.

    Raises:
        UsageError: SHAP cannot explain this model.
    """
    import numpy as np

    pool, origin = (frame, f"the {split} data") if background is None else (background, "the background data given")
    used = pool.sample(n=min(background_rows, len(pool)), random_state=method.seed)
    shown = frame.sample(n=min(rows, len(frame)), random_state=method.seed)
    found = _attributions(model, shown, used, method.seed)
    sizes = dict(zip(found.names, np.abs(found.values).T, strict=True))  # an array of ours
    means = {name: float(size.mean()) for name, size in sizes.items()}
    how = Resampling(method=method, rows=len(found.values))
    intervals = bootstrap({name: mean_of(size) for name, size in sizes.items()}, means, how)
    features = []
    for position, (name, mean_abs) in enumerate(means.items()):
        interval = intervals[name]
        low, high = (interval.low, interval.high) if isinstance(interval, Interval) else (mean_abs, mean_abs)
        mean = float(found.values[:, position].mean())  # noqa: PD011  # an array of ours
        features.append(FeatureRow(feature=name, mean_abs=mean_abs, low=low, high=high, mean=mean))
    return ExplanationFile(
        split=split,
        dataset=dataset,
        explainer=found.explainer,
        unit=found.unit,
        output=found.output,
        n=len(found.values),
        background_rows=len(used),
        background_sha256=frame_digest(used),
        background_choice=f"rows drawn at random from {origin}, seed {method.seed}",
        seed=method.seed,
        level=method.level,
        method=method.bootstrap,
        features=tuple(sorted(features, key=lambda item: (-item.mean_abs, item.feature))),
    )


def _attributions(model: Estimator, frame: pd.DataFrame, background: pd.DataFrame, seed: int) -> _Attributions:
    import shap

    final, shown, used = _unwrap(model, frame, background)
    names = tuple(str(name) for name in shown.columns)
    classes = getattr(final, "classes_", None)
    output = "" if classes is None else str(classes[-1])
    try:
        if hasattr(final, "coef_"):
            values = shap.LinearExplainer(final, used).shap_values(shown)
            unit = "log-odds" if classes is not None else "target"
            return _Attributions(
                values=_two(values), names=names, explainer="LinearExplainer", unit=unit, output=output
            )
        if _is_tree(final):
            values = shap.TreeExplainer(final).shap_values(shown)
            unit = "target" if classes is None else "probability" if getattr(values, "ndim", 2) == 3 else "log-odds"
            return _Attributions(values=_two(values), names=names, explainer="TreeExplainer", unit=unit, output=output)
        return _permutation(model, frame, background, seed, output)
    except Exception as err:  # SHAP raises whatever its explainers meet
        raise UsageError(
            f"SHAP cannot explain {type(final).__name__}: {err}",
            hint="pass explain=False, or log attributions of your own",
        ) from err


def _permutation(
    model: Estimator, frame: pd.DataFrame, background: pd.DataFrame, seed: int, output: str
) -> _Attributions:
    import shap

    probability = getattr(model, "predict_proba", None)
    function = model.predict if probability is None else lambda data: probability(data)[:, -1]
    explainer = shap.PermutationExplainer(function, background, seed=seed)
    names = tuple(str(name) for name in frame.columns)
    values = explainer(frame.head(SLOW_ROWS)).values  # noqa: PD011  # shap's own
    unit = "probability" if probability is not None else "target"
    return _Attributions(values=_two(values), names=names, explainer="PermutationExplainer", unit=unit, output=output)


def _unwrap(model: Estimator, frame: pd.DataFrame, background: pd.DataFrame) -> tuple[Any, pd.DataFrame, pd.DataFrame]:
    """Return the last step of a pipeline and the data as that step sees them; a plain model is its own last step."""
    import pandas as pd

    steps = getattr(model, "steps", None)
    if not steps or len(steps) < 2:
        return (steps[-1][1] if steps else model), frame, background
    before = model[:-1]  # type: ignore[index]  # a pipeline can be sliced
    names = before.get_feature_names_out()

    def through(data: pd.DataFrame) -> pd.DataFrame:
        seen = before.transform(data)
        return pd.DataFrame(seen.toarray() if hasattr(seen, "toarray") else seen, columns=names, index=data.index)

    return steps[-1][1], through(frame), through(background)


def _is_tree(model: object) -> bool:
    home = type(model).__module__.split(".")
    return (
        hasattr(model, "tree_") or home[0] in {"xgboost", "lightgbm", "catboost"} or home[:2] == ["sklearn", "ensemble"]
    )


def _two(values: Any) -> Floats:  # noqa: ANN401  # an array or, in some explainers, a list of arrays
    """Return attributions of the last output as (n_rows, n_features)."""
    import numpy as np

    array = np.asarray(values[-1] if isinstance(values, list) else values, dtype=float)
    return array[:, :, -1] if array.ndim == 3 else array
