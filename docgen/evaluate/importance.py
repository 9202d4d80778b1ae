"""What stands beside the attributions: permutation importance, and interactions where trees give them."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from docgen.evaluate.attributions import Attributions, Estimator, is_tree
from docgen.evaluate.settings import Settings
from docgen.model.formats import InteractionRow, Interactions, Permutation, PermutationRow, Task

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

LISTED = 10
"""Interactions that are listed."""

INTERACTION_ROWS = 50
MAX_STEPS = 500_000
"""Tree nodes times features for which interactions are computed; a random forest has more and would take minutes."""

LeftOut = tuple[tuple[str, str], ...]
"""(what, why) of what was not computed."""

SCORING: dict[Task, str] = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "r2"}


def permutation(
    model: Estimator,
    frame: pd.DataFrame,
    truth: NDArray[Any],
    task: Task,
    settings: Settings,
) -> tuple[Permutation | None, LeftOut]:
    """Return by how much the score drops when a column of held-out rows is shuffled (Breiman 2001; scikit-learn).

    Args:
        model: a fitted estimator or pipeline.
        frame: (n_rows, n_features).
        truth: (n_rows,).
        task: tells the scoring.
        settings: rows, repeats, seed.
    """
    import numpy as np
    from sklearn.inspection import permutation_importance
    from sklearn.metrics import get_scorer

    chosen = np.sort(np.random.default_rng(settings.seed).permutation(len(frame))[: settings.permutation_rows])
    rows, labels = frame.iloc[chosen], truth[chosen]
    scoring = SCORING[task]
    if task == "binary" and (len(np.unique(labels)) < 2 or not _scores(model)):
        scoring = "accuracy"
    if task == "regression" and len(rows) < 2:
        return None, (("permutation importance", "one row has no R2"),)
    try:
        found = permutation_importance(
            model, rows, labels, scoring=scoring, n_repeats=settings.permutation_repeats, random_state=settings.seed
        )
        baseline = float(get_scorer(scoring)(model, rows, labels))
    except Exception as err:  # noqa: BLE001  # whatever a model that is no scikit-learn estimator raises
        return None, (("permutation importance", f"scikit-learn cannot score the model: {str(err)[:200]}"),)
    drops = [
        PermutationRow(feature=str(name), drop=float(mean), sd=float(sd))
        for name, mean, sd in zip(frame.columns, found.importances_mean, found.importances_std, strict=True)
    ]
    if not all(np.isfinite([row.drop, row.sd]).all() for row in drops):
        return None, (("permutation importance", "the score is undefined for shuffled rows"),)
    return Permutation(
        scoring=scoring,
        baseline=baseline,
        n=len(rows),
        repeats=settings.permutation_repeats,
        seed=settings.seed,
        rows=tuple(sorted(drops, key=lambda row: (-row.drop, row.feature))),
    ), ()


def _scores(model: Estimator) -> bool:
    return hasattr(model, "predict_proba") or hasattr(model, "decision_function")


def interactions(model: Estimator, found: Attributions) -> tuple[Interactions | None, LeftOut]:
    """Return the strongest SHAP interactions (Lundberg et al. 2020), for trees that are small enough.

    Args:
        model: as it was explained.
        found: its attributions.
    """
    import numpy as np
    import shap

    final = model.steps[-1][1] if getattr(model, "steps", None) else model  # type: ignore[attr-defined]  # a pipeline
    if not is_tree(final) or not found.explainer.startswith("TreeExplainer"):
        return None, (("interactions", "they are computed for trees only, where they are exact and cheap"),)
    try:
        explainer = shap.TreeExplainer(final, feature_perturbation="tree_path_dependent")
        steps = int(explainer.model.features.size) * len(found.names)
        if steps > MAX_STEPS:
            return None, (
                ("interactions", f"the trees are too many or too deep: {steps:,} steps a row, at most {MAX_STEPS:,}"),
            )
        values = np.asarray(explainer.shap_interaction_values(found.seen.head(INTERACTION_ROWS)), dtype=float)
    except Exception as err:  # noqa: BLE001  # SHAP raises whatever its explainers meet
        return None, (("interactions", f"SHAP gives none for this model: {str(err)[:200]}"),)
    if values.ndim == 4:
        values = values[..., -1]
    size = np.abs(values).mean(axis=0)
    pairs = [
        InteractionRow(first=found.names[a], second=found.names[b], mean_abs=float(size[a, b] + size[b, a]))
        for a, b in combinations(range(len(found.names)), 2)
    ]
    strongest = sorted(pairs, key=lambda row: (-row.mean_abs, row.first, row.second))[:LISTED]
    return Interactions(n=len(values), pairs=len(pairs), rows=tuple(strongest)), ()
