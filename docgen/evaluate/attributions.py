"""SHAP values of rows: which explainer serves which model, against which background, in which unit.

Explainers are tried from the exact to the slow, and one is taken only if its values add up to the model's own output:
SHAP's interventional trees, for one, miss that of scikit-learn's histogram boosting by far. The output that they add
up to also tells the unit.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from docgen.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

TOLERANCE = 1e-4
"""Share of the largest output by which values may fail to add up: trees are computed in single precision."""

ROUNDS = 10
"""Orders of the features in which the permutation explainer walks through each row, SHAP's default."""


class Estimator(Protocol):
    """What scikit-learn calls an estimator."""

    def predict(self, X: Any) -> Any:  # noqa: ANN401, N803  # scikit-learn's own names
        """Return predictions (n_rows,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be explained."""

    label: object = None
    """The class whose output is explained; the model's last one when None."""
    unit: str = "target"
    """What a regression predicts."""
    seed: int = 0
    budget: int = 5_000_000
    """Predictions that a slow explainer may ask the model for."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attributions:
    """SHAP values of some rows."""

    phi: Floats
    """(n_rows, n_features), the SHAP values."""
    base: Floats
    """(n_rows,): what the values are added to."""
    seen: pd.DataFrame
    """(n_rows, n_features): the rows as the explained step sees them."""
    explainer: str
    unit: str
    output: str
    """The class that was explained, or empty."""
    error: float | None
    """Largest absolute difference to the model's output; None when the model does not give it."""
    tolerance: float
    uses_background: bool
    budget: str = ""
    """Why fewer rows than given were explained."""

    @property
    def additive(self) -> bool:
        """Whether the values add up to the model's output."""
        return self.error is not None and self.error <= self.tolerance

    @property
    def names(self) -> tuple[str, ...]:
        """The features, in the order of the columns."""
        return tuple(str(name) for name in self.seen.columns)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Model:
    """A model taken apart: the last step, and the data as that step sees them."""

    whole: Any
    final: Any
    rows: pd.DataFrame
    seen: pd.DataFrame
    background: pd.DataFrame
    seen_background: pd.DataFrame
    place: int
    """Position of the explained class; 0 for a regression."""
    classes: tuple[Any, ...]
    question: Question


def attributions(model: Estimator, rows: pd.DataFrame, background: pd.DataFrame, question: Question) -> Attributions:
    """Return the SHAP values of rows.

    Args:
        model: a fitted scikit-learn estimator or pipeline, or one that behaves like it.
        rows: (n_rows, n_features), what to explain.
        background: (n_background, n_features), what attributions are measured against.
        question: which output, how much it may cost.

    Raises:
        UsageError: SHAP cannot explain this model, or the label is none of its classes.
    """
    parts = _apart(model, rows, background, question)
    best: Attributions | None = None
    reasons = []
    for explain in _candidates(parts):
        try:
            with contextlib.redirect_stderr(io.StringIO()):  # progress bars
                found = explain(parts)
        except Exception as err:  # noqa: BLE001  # SHAP raises whatever its explainers meet
            reasons.append(str(err))
            continue
        if found.additive:
            return found
        best = best if best is not None and (best.error is not None or found.error is None) else found
    if best is None:
        raise UsageError(
            f"SHAP cannot explain {type(parts.final).__name__}: {'; '.join(dict.fromkeys(reasons))[:500]}",
            hint="pass explain=False, or log attributions of your own",
        )
    return best


def _apart(model: Any, rows: pd.DataFrame, background: pd.DataFrame, question: Question) -> _Model:  # noqa: ANN401
    final, seen, seen_background = _unwrap(model, rows, background)
    classes = tuple(getattr(final, "classes_", ()))
    names = [str(label) for label in classes]
    if question.label is not None and classes and str(question.label) not in names:
        raise UsageError(
            f"explain_label is {question.label!r}, expected one of the model's classes: {', '.join(names)}"
        )
    place = (names.index(str(question.label)) if question.label is not None else len(names) - 1) if classes else 0
    return _Model(
        whole=model,
        final=final,
        rows=rows,
        seen=seen,
        background=background,
        seen_background=seen_background,
        place=place,
        classes=classes,
        question=question,
    )


def _unwrap(model: Any, rows: pd.DataFrame, background: pd.DataFrame) -> tuple[Any, pd.DataFrame, pd.DataFrame]:  # noqa: ANN401
    """Return the last step of a pipeline and the data as that step sees them; a plain model is its own last step."""
    import pandas as pd

    steps = getattr(model, "steps", None)
    if not steps or len(steps) < 2:
        return (steps[-1][1] if steps else model), rows, background
    before = model[:-1]
    names = before.get_feature_names_out()

    def through(data: pd.DataFrame) -> pd.DataFrame:
        seen = before.transform(data)
        return pd.DataFrame(seen.toarray() if hasattr(seen, "toarray") else seen, columns=names, index=data.index)

    return steps[-1][1], through(rows), through(background)


def is_tree(model: object) -> bool:
    """Whether SHAP's tree explainer is worth trying."""
    home = type(model).__module__.split(".")
    return (
        hasattr(model, "tree_") or home[0] in {"xgboost", "lightgbm", "catboost"} or home[:2] == ["sklearn", "ensemble"]
    )


def _candidates(parts: _Model) -> Iterator[Callable[[_Model], Attributions]]:
    if hasattr(parts.final, "coef_"):
        yield _linear
    if is_tree(parts.final):
        yield _trees
        yield _trees_alone
    yield _permutation


def _linear(parts: _Model) -> Attributions:
    import shap

    explainer = shap.LinearExplainer(parts.final, _masker(parts.seen_background))
    return _made(parts, explainer(parts.seen), "LinearExplainer", uses_background=True)


def _trees(parts: _Model) -> Attributions:
    import shap

    explainer = shap.TreeExplainer(parts.final, data=parts.seen_background, feature_perturbation="interventional")
    found = explainer(parts.seen, check_additivity=False)
    return _made(parts, found, "TreeExplainer, interventional", uses_background=True)


def _trees_alone(parts: _Model) -> Attributions:
    import shap

    explainer = shap.TreeExplainer(parts.final, feature_perturbation="tree_path_dependent")
    found = explainer(parts.seen, check_additivity=False)
    return _made(parts, found, "TreeExplainer, tree path dependent", uses_background=False)


def _permutation(parts: _Model) -> Attributions:
    """Explain the whole model by its predictions, as many rows as the budget allows."""
    import pandas as pd
    import shap

    columns = parts.rows.columns
    evaluations = ROUNDS * (2 * len(columns) + 1)
    each = evaluations * len(parts.background)
    allowed = max(1, parts.question.budget // each)
    rows = parts.rows.head(allowed)
    budget = ""
    if len(rows) < len(parts.rows):
        budget = f"each row takes {each:,} predictions, of which {parts.question.budget:,} were allowed"

    def predict(data: Any) -> Floats:  # noqa: ANN401  # an array or a frame, as SHAP has it
        return _output(parts, pd.DataFrame(data, columns=columns).astype(parts.rows.dtypes.to_dict()))

    explainer = shap.PermutationExplainer(predict, _masker(parts.background), seed=parts.question.seed)
    found = explainer(rows, max_evals=evaluations, silent=True)
    return _made(parts, found, "PermutationExplainer", uses_background=True, seen=rows, budget=budget)


def _output(parts: _Model, frame: pd.DataFrame) -> Floats:
    """Return what the whole model says: the probability of the class, else its margin, else its prediction."""
    import numpy as np

    if hasattr(parts.whole, "predict_proba"):
        shares: Floats = np.asarray(parts.whole.predict_proba(frame), dtype=float)[:, parts.place]
        return shares
    margins = _margins(parts, frame) if parts.classes else None
    return np.asarray(parts.whole.predict(frame), dtype=float) if margins is None else margins


def _masker(background: pd.DataFrame) -> Any:  # noqa: ANN401
    """Return the background as SHAP takes it: all of it, where SHAP by itself would draw 100 rows."""
    import shap

    return shap.maskers.Independent(background, max_samples=len(background))


def _made(
    parts: _Model,
    found: Any,  # noqa: ANN401  # shap.Explanation
    name: str,
    *,
    uses_background: bool,
    seen: pd.DataFrame | None = None,
    budget: str = "",
) -> Attributions:
    """Return an explanation of the chosen output, with its unit and whether it adds up."""
    import numpy as np

    values, base = np.asarray(found.values, dtype=float), np.asarray(found.base_values, dtype=float)
    if values.ndim == 3:
        values, base = values[:, :, parts.place], np.broadcast_to(base, (len(values), values.shape[2]))[:, parts.place]
    elif len(parts.classes) == 2 and parts.place == 0 and name != "PermutationExplainer":
        values, base = -values, -base
    base = np.broadcast_to(base.reshape(-1) if base.ndim else base, (len(values),))
    rows = parts.rows.head(len(values))
    unit, error, tolerance = _unit(parts, rows, values.sum(axis=1) + base)
    return Attributions(
        phi=values,
        base=base,
        seen=parts.seen.head(len(values)) if seen is None else seen,
        explainer=name,
        unit=unit,
        output=str(parts.classes[parts.place]) if parts.classes else "",
        error=error,
        tolerance=tolerance,
        uses_background=uses_background,
        budget=budget,
    )


def _unit(parts: _Model, rows: pd.DataFrame, total: Floats) -> tuple[str, float | None, float]:
    """Return unit, error and tolerance of the first output that the values add up to, else of the closest one."""
    import numpy as np

    best: tuple[str, float | None, float] = ("not known", None, TOLERANCE)
    for unit, output in _outputs(parts, rows):
        error, tolerance = float(np.abs(total - output).max()), TOLERANCE * max(float(np.abs(output).max()), 1.0)
        if error <= tolerance:
            return unit, error, tolerance
        if np.isfinite(error) and (best[1] is None or error < best[1]):
            best = (unit, error, tolerance)
    return best


def _outputs(parts: _Model, rows: pd.DataFrame) -> Iterator[tuple[str, Floats]]:
    """Yield (unit, output) of everything that the model says of rows."""
    import numpy as np

    if not parts.classes:
        predicted = np.asarray(parts.whole.predict(rows), dtype=float)
        yield parts.question.unit, predicted
        if (predicted > 0).all():
            yield f"log of {parts.question.unit}", np.log(predicted)
        return
    if hasattr(parts.whole, "predict_proba"):
        shares = np.asarray(parts.whole.predict_proba(rows), dtype=float)[:, parts.place]
        yield "probability", shares
        if len(parts.classes) == 2:
            with np.errstate(divide="ignore"):
                yield "log-odds", np.log(shares) - np.log1p(-shares)
    margins = _margins(parts, rows)
    if margins is not None:
        yield "margin", margins


def _margins(parts: _Model, rows: pd.DataFrame) -> Floats | None:
    """Return the raw margin of the explained class, where the model gives it."""
    import numpy as np

    home = type(parts.final).__module__.split(".")[0]
    seen = parts.seen.head(len(rows))  # asked for only where rows are those that are explained
    if hasattr(parts.whole, "decision_function"):
        found = np.asarray(parts.whole.decision_function(rows), dtype=float)
    elif home == "lightgbm":
        found = np.asarray(parts.final.predict(seen, raw_score=True), dtype=float)
    elif home == "xgboost":
        found = np.asarray(parts.final.predict(seen, output_margin=True), dtype=float)
    else:
        return None
    if found.ndim == 2:
        column: Floats = found[:, parts.place]
        return column
    return found if parts.place else -found
