"""Log evidence of a model to an MLflow run: what a training script calls, and what the evaluator plug-in calls."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docgen.errors import Problem, ProblemsError
from docgen.evaluate.assemble import comparison_files, evidence_files
from docgen.evaluate.contenders import Contender
from docgen.evaluate.files import log_files, refuse_mixing, run_of
from docgen.evaluate.settings import Settings, near_or_known, settings_of
from docgen.model.formats import ComparedMeasure, ComparisonFile, Named, PerformanceFile

if TYPE_CHECKING:
    import pandas as pd


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
        UsageError: there is no run, an option is unknown, the arrays do not fit together, or the run already holds
            evidence of the split on other data.
    """
    chosen = settings or settings_of(options)
    run = run_of(run_id)
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
    refuse_mixing(files, chosen.split, run)
    log_files(files, run_id=run)
    performance = files[f"docgen/{chosen.split}/performance"][0]
    return performance.metrics if isinstance(performance, PerformanceFile) else ()


def log_predictions(
    predictions: pd.DataFrame | str | Path,
    *,
    truth: str,
    score: str | Sequence[str] | None = None,
    pred: str | None = None,
    groups: str | None = None,
    sensitive_features: Sequence[str] = (),
    periods: str | None = None,
    run_id: str | None = None,
    **options: Any,  # noqa: ANN401  # fields of Settings
) -> tuple[Named, ...]:
    """Log the evidence of a model that was scored elsewhere, from a table of its predictions.

    Args:
        predictions: one row for each case: a DataFrame, or the path of a CSV file with a header.
        truth: the column of labels or, for regression, of numbers.
        score: the column of probabilities, or one for each class in the order of `classes` (the columns' own names when
            `classes` is not given).
        pred: the column of predictions.
        groups: the column whose equal values mark rows that belong together.
        sensitive_features: columns by whose values groups are compared.
        periods: the column of times or names of periods.
        run_id: the run; the active one by default.
        options: any field of `Settings`, such as `split="test"`.

    Returns:
        The performance measures that were logged.

    Raises:
        UsageError: a column is not there, or anything that `log_evidence` refuses.
    """
    import pandas as pd

    path = None if isinstance(predictions, pd.DataFrame) else Path(predictions)
    table = predictions if isinstance(predictions, pd.DataFrame) else _read(Path(predictions))
    several = score is not None and not isinstance(score, str)
    columns = list(score) if score is not None and not isinstance(score, str) else [score] if score else []
    wanted = [truth, *columns, *sensitive_features, *(name for name in (pred, groups, periods) if name)]
    there = [str(name) for name in table.columns]
    absent = [Problem(f"no column {name!r} ({near_or_known(name, there)})") for name in wanted if name not in there]
    if absent:
        raise ProblemsError("the table of predictions", tuple(absent))
    options.setdefault("dataset_name", path.stem if path else "")
    if several:
        options.setdefault("classes", _classes(table[truth], columns))
    return log_evidence(
        y_true=table[truth],
        y_score=(table[columns] if several else table[columns[0]]) if columns else None,
        y_pred=table[pred] if pred else None,
        groups=table[groups] if groups else None,
        sensitive_features=table[list(sensitive_features)] if sensitive_features else None,
        X=table,
        periods=table[periods] if periods else None,
        run_id=run_id,
        **options,
    )


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as err:
        problem = Problem(f"{str(path)!r} cannot be read as CSV: {err}")
        raise ProblemsError("the table of predictions", (problem,)) from err


def _classes(truth: pd.Series, columns: list[str]) -> tuple[Any, ...]:
    """Return the label of each score column: the label that is spelt like it, else its own name."""
    spelt = {str(label): label for label in truth.unique()}
    return tuple(spelt.get(name, name) for name in columns)


def log_comparison(
    *,
    y_true: Any,  # noqa: ANN401  # anything array-like
    champion: Contender,
    challenger: Contender,
    keys: Any = None,  # noqa: ANN401
    groups: Any = None,  # noqa: ANN401
    X: Any = None,  # noqa: ANN401, N803  # scikit-learn's name
    against: str = "",
    run_id: str | None = None,
    **options: Any,  # noqa: ANN401  # fields of Settings
) -> tuple[ComparedMeasure, ...]:
    """Compare a challenger with a champion on identical rows and log it to an MLflow run.

    AUROC is compared by DeLong's paired test, decisions by McNemar's, every other measure by drawing the same rows for
    both. Differences are challenger minus champion.

    Args:
        y_true: (n_rows,), labels or, for regression, numbers.
        champion: what the model in use said of each row.
        challenger: what the model that would replace it said of each row.
        keys: (n_rows,), the key of each row of `y_true`. Where keys are known they must be equal in order; the index of
            a pandas object is its key where none are given.
        groups: (n_rows,), keys of rows that belong together.
        X: (n_rows, n_features), the rows; their digest is logged.
        against: what kind of champion this is, where a challenger is held against several: `original`, `last`, ...
            `replication` where a validator's own run (the challenger) is held against the developer's.
        run_id: the run; the active one by default.
        options: any field of `Settings`, such as `split="test"`.

    Returns:
        The measures that were compared.

    Raises:
        UsageError: the rows differ, or anything that `log_evidence` refuses.
    """
    chosen = settings_of(options)
    run = run_of(run_id)
    files = comparison_files(
        y_true=y_true,
        champion=champion,
        challenger=challenger,
        keys=keys,
        groups=groups,
        frame=X,
        against=against,
        settings=chosen,
    )
    refuse_mixing(files, chosen.split, run)
    log_files(files, run_id=run)
    ((record, _),) = files.values()
    return record.measures if isinstance(record, ComparisonFile) else ()
