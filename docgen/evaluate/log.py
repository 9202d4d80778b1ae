"""Log evidence of a model to an MLflow run: what a training script calls, and what the evaluator plug-in calls."""

from __future__ import annotations

from typing import Any

from docgen.evaluate.assemble import evidence_files
from docgen.evaluate.files import log_files
from docgen.evaluate.settings import Settings, settings_of
from docgen.model.formats import Named, PerformanceFile


def log_evidence(
    *,
    y_true: Any,  # noqa: ANN401  # anything array-like
    y_score: Any = None,  # noqa: ANN401
    y_pred: Any = None,  # noqa: ANN401
    groups: Any = None,  # noqa: ANN401
    sensitive_features: Any = None,  # noqa: ANN401
    model: Any = None,  # noqa: ANN401
    X: Any = None,  # noqa: ANN401, N803  # scikit-learn's name
    background: Any = None,  # noqa: ANN401
    periods: Any = None,  # noqa: ANN401
    run_id: str | None = None,
    settings: Settings | None = None,
    **options: Any,  # noqa: ANN401  # fields of Settings
) -> tuple[Named, ...]:
    """Compute performance, calibration, fairness and explanations on one split and log them to an MLflow run.

    Args:
        y_true: (n_rows,), labels or, for regression, numbers.
        y_score: (n_rows,), probability of the positive label from 0 to 1, wanted for AUROC and calibration; or
            (n_rows, n_classes), a column of probabilities for each class.
        y_pred: (n_rows,), predictions; from `y_score` when not given.
        groups: (n_rows,), keys of rows that belong together, such as a patient's several visits; every interval then
            is a bootstrap of whole clusters.
        sensitive_features: (n_rows, n_features), a DataFrame, Series or mapping; groups and their pairs are compared.
        model: a fitted estimator; with `X` its global attributions are logged.
        X: (n_rows, n_features), the rows that were predicted.
        background: (n_rows, n_features), background of the attributions; best taken from the training data.
        periods: (n_rows,), times (taken by month) or names of periods; the groups are then also compared over time.
        run_id: the run; the active one by default.
        settings: a record of options, instead of:
        options: any field of `Settings`, such as `split="test"`.

    Returns:
        The performance measures that were logged.

    Raises:
        UsageError: there is no run, an option is unknown, or the arrays do not fit together.
    """
    chosen = settings or settings_of(options)
    files = evidence_files(
        y_true=y_true,
        y_score=y_score,
        y_pred=y_pred,
        groups=groups,
        sensitive_features=sensitive_features,
        model=model,
        frame=X,
        background=background,
        periods=periods,
        settings=chosen,
    )
    log_files(files, run_id=run_id)
    performance = files[f"docgen/{chosen.split}/performance"][0]
    return performance.metrics if isinstance(performance, PerformanceFile) else ()
