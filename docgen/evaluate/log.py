"""From labels, scores and groups to logged evidence: the plain function, and what the evaluator plug-in calls."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from docgen.errors import UsageError
from docgen.evaluate.files import log_files
from docgen.evaluate.intervals import Method
from docgen.model.evidence import Quantity
from docgen.model.formats import (
    CalibrationFile,
    DataRef,
    EvidenceFile,
    FairnessFile,
    Named,
    PerformanceFile,
    Row,
    Task,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Files = dict[str, tuple[EvidenceFile, tuple[Row, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What to compute and how; the same keys as `evaluator_config["docgen"]`."""

    split: str = "test"
    """train, validation, test, out_of_time, ... : evidence of different splits is never mixed."""
    task: Task | None = None
    """binary, multiclass or regression; told from the labels when None."""
    positive_label: object = None
    """The label that counts as 1; the larger one of two when None."""
    threshold: float = 0.5
    """A score at or above it is a positive prediction, when there are no predictions."""
    level: float = 0.95
    draws: int = 1000
    seed: int = 0
    bins: int = 10
    min_group_size: int = 30
    explain: bool = True
    explain_rows: int = 200
    background_rows: int = 100
    dataset_name: str = ""


def log_evidence(
    *,
    y_true: Any,  # noqa: ANN401  # anything array-like
    y_score: Any = None,  # noqa: ANN401
    y_pred: Any = None,  # noqa: ANN401
    sensitive_features: Any = None,  # noqa: ANN401
    model: Any = None,  # noqa: ANN401
    X: Any = None,  # noqa: ANN401, N803  # scikit-learn's name
    background: Any = None,  # noqa: ANN401
    run_id: str | None = None,
    settings: Settings | None = None,
    **options: Any,  # noqa: ANN401  # fields of Settings
) -> tuple[Named, ...]:
    """Compute performance, calibration, fairness and explanations on one split and log them to an MLflow run.

    Args:
        y_true: (n_rows,), labels or, for regression, numbers.
        y_score: (n_rows,), probability of the positive label from 0 to 1; wanted for AUROC and calibration.
        y_pred: (n_rows,), predictions; from `y_score` and `threshold` when not given.
        sensitive_features: (n_rows, n_features), a DataFrame, Series or mapping; groups and their pairs are compared.
        model: a fitted estimator; with `X` its global attributions are logged.
        X: (n_rows, n_features), the rows that were predicted.
        background: (n_rows, n_features), background of the attributions; best taken from the training data.
        run_id: the run; the active one by default.
        settings: a record of options, instead of:
        options: any field of `Settings`, such as `split="test"`.

    Returns:
        The performance measures that were logged.

    Raises:
        UsageError: there is no run, an option is unknown, or the arrays do not fit together.
    """
    chosen = settings or _settings(options)
    files = evidence_files(
        y_true=y_true,
        y_score=y_score,
        y_pred=y_pred,
        sensitive_features=sensitive_features,
        model=model,
        frame=X,
        background=background,
        settings=chosen,
    )
    log_files(files, run_id=run_id)
    performance = files[f"docgen/{chosen.split}/performance"][0]
    return performance.metrics if isinstance(performance, PerformanceFile) else ()


def _settings(options: dict[str, Any]) -> Settings:
    import difflib

    known = sorted(Settings.__slots__)
    for name in options:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            advice = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
            raise UsageError(f"docgen's evaluator: unknown option {name!r} ({advice})")
    chosen = Settings(**options)
    for name in ("threshold", "level"):
        value = getattr(chosen, name)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
            raise UsageError(f"docgen's evaluator: {name} is {value!r}, expected a number between 0 and 1")
    for name in ("draws", "bins", "explain_rows", "background_rows", "min_group_size"):
        value = getattr(chosen, name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise UsageError(f"docgen's evaluator: {name} is {value!r}, expected a whole number of 1 or more")
    if (
        not isinstance(chosen.split, str)  # type: ignore[redundant-expr]  # it comes from a user's dictionary
        or not chosen.split
        or set(chosen.split) - set("abcdefghijklmnopqrstuvwxyz0123456789_-")
    ):
        raise UsageError(f"docgen's evaluator: split is {chosen.split!r}, expected a name of a-z, 0-9, _ and -")
    return chosen


def evidence_files(
    *,
    y_true: Any,  # noqa: ANN401
    y_score: Any = None,  # noqa: ANN401
    y_pred: Any = None,  # noqa: ANN401
    sensitive_features: Any = None,  # noqa: ANN401
    model: Any = None,  # noqa: ANN401
    frame: Any = None,  # noqa: ANN401
    background: Any = None,  # noqa: ANN401
    settings: Settings,
) -> Files:
    """Return the evidence files of one split, by artifact path without suffix. Arguments as in `log_evidence`."""
    import numpy as np
    import pandas as pd

    from docgen.evaluate.code import code_state
    from docgen.evaluate.data import frame_digest
    from docgen.evaluate.explain import explain

    method = Method(level=settings.level, draws=settings.draws, seed=settings.seed)
    truth = np.asarray(y_true)
    if truth.ndim != 1 or len(truth) == 0:
        raise UsageError(f"y_true has shape {truth.shape}, expected one dimension and at least one row")
    if pd.isna(truth).any():
        raise UsageError(
            f"y_true: {int(pd.isna(truth).sum())} of {len(truth)} labels are missing", hint="drop these rows first"
        )
    rows = pd.DataFrame(frame).reset_index(drop=True) if frame is not None else None
    digest = frame_digest(rows.assign(**{"docgen target": truth})) if rows is not None else None
    dataset = DataRef(name=settings.dataset_name or settings.split, rows=len(truth), sha256=digest)
    task = settings.task or _task(truth)
    base = f"docgen/{settings.split}"
    if task == "binary":
        files = _binary(truth, y_score, y_pred, sensitive_features, dataset, method, settings)
    else:
        files = _other(task, truth, y_pred, dataset, method, settings)
    if settings.explain and model is not None and rows is not None:
        given = pd.DataFrame(background) if background is not None else None
        explanation = explain(
            model,
            rows,
            given,
            split=settings.split,
            dataset=dataset,
            method=method,
            rows=settings.explain_rows,
            background_rows=settings.background_rows,
        )
        files[f"{base}/explanations"] = (explanation, tuple(asdict(item) for item in explanation.features))
    if (code := code_state()) is not None:
        files["docgen/code"] = (code, ())
    return files


def _task(truth: NDArray[Any]) -> Task:
    import numpy as np

    labels = np.unique(truth)
    if len(labels) <= 2:
        return "binary"
    return "regression" if truth.dtype.kind == "f" else "multiclass"


def _binary(
    truth: NDArray[Any],
    y_score: Any,  # noqa: ANN401  # array-likes of several kinds
    y_pred: Any,  # noqa: ANN401
    sensitive: Any,  # noqa: ANN401
    dataset: DataRef,
    method: Method,
    settings: Settings,
) -> Files:
    import numpy as np

    from docgen.evaluate.calibration import calibration
    from docgen.evaluate.fairness import fairness, with_intersections
    from docgen.evaluate.performance import binary, check_scores

    positive = _positive(truth, settings.positive_label)
    actual = (truth == positive).astype(float)
    score = None if y_score is None else np.asarray(y_score, dtype=float)
    if score is not None:
        check_scores(score, len(truth))
    if y_pred is None and score is None:
        raise UsageError("got neither y_score nor y_pred, expected at least one of them")
    calls: Any = (np.asarray(y_pred) == positive) if y_pred is not None else (score >= settings.threshold)  # type: ignore[operator]  # one of the two is there
    predicted: NDArray[Any] = np.asarray(calls)
    if len(predicted) != len(truth):
        raise UsageError(f"y_pred has {len(predicted)} rows, expected {len(truth)} as in y_true")
    called = predicted.astype(float)
    metrics, confusion = binary(actual, score, called, method)
    base = f"docgen/{settings.split}"
    performance = PerformanceFile(
        task="binary",
        split=settings.split,
        dataset=dataset,
        positive_label=str(positive),
        threshold=settings.threshold if y_pred is None else None,
        metrics=metrics,
        confusion=confusion,
    )
    files: Files = {f"{base}/performance": (performance, _rows(metrics))}
    if score is not None:
        bins, summary = calibration(actual, score, method, bins=settings.bins)
        curve = CalibrationFile(
            split=settings.split,
            dataset=dataset,
            rule=f"{settings.bins} bins of equal width",
            level=method.level,
            method="wilson",
            bins=bins,
            summary=summary,
        )
        files[f"{base}/calibration"] = (curve, tuple(asdict(item) for item in bins))
    if sensitive is not None:
        groups = with_intersections(_frame(sensitive))
        tables, gaps = fairness(actual, called, groups, method, min_group_size=settings.min_group_size)
        fair = FairnessFile(
            split=settings.split,
            dataset=dataset,
            level=method.level,
            method="wilson",
            min_group_size=settings.min_group_size,
            groups=tables,
            disparities=gaps,
        )
        flat = tuple(
            {"metric": table.metric, "feature": table.feature, **asdict(row)} for table in tables for row in table.rows
        )
        files[f"{base}/fairness"] = (fair, flat)
    return files


def _other(task: Task, truth: NDArray[Any], y_pred: Any, dataset: DataRef, method: Method, settings: Settings) -> Files:  # noqa: ANN401
    import numpy as np

    from docgen.evaluate.performance import multiclass, regression

    if y_pred is None:
        raise UsageError(f"got no y_pred, expected predictions for a {task} model")
    predicted = np.asarray(y_pred)
    if len(predicted) != len(truth):
        raise UsageError(f"y_pred has {len(predicted)} rows, expected {len(truth)} as in y_true")
    confusion = None
    if task == "multiclass":
        metrics, confusion = multiclass(truth.astype(str), predicted.astype(str), method)
    else:
        metrics = regression(truth.astype(float), predicted.astype(float), method)
    performance = PerformanceFile(
        task=task, split=settings.split, dataset=dataset, metrics=metrics, confusion=confusion
    )
    return {f"docgen/{settings.split}/performance": (performance, _rows(metrics))}


def _positive(truth: NDArray[Any], wanted: object) -> Any:  # noqa: ANN401  # a label of any type
    import numpy as np

    labels = np.unique(truth)
    if wanted is None:
        return labels[-1] if len(labels) > 1 else labels.dtype.type(1) if labels.dtype.kind in "biuf" else labels[-1]
    if len(labels) > 1 and wanted not in labels.tolist():
        raise UsageError(f"positive_label is {wanted!r}, expected one of {labels.tolist()!r}")
    return wanted


def _frame(sensitive: Any) -> pd.DataFrame:  # noqa: ANN401  # array-likes of several kinds
    import pandas as pd

    if isinstance(sensitive, pd.Series):
        return sensitive.to_frame("group" if sensitive.name is None else sensitive.name).reset_index(drop=True)
    if isinstance(sensitive, (pd.DataFrame, dict)):
        return pd.DataFrame(sensitive).reset_index(drop=True)
    raise UsageError(
        f"sensitive_features is a {type(sensitive).__name__}, expected a DataFrame, a Series or a mapping of columns"
    )


def _rows(metrics: tuple[Named, ...]) -> tuple[Row, ...]:
    return tuple({"key": item.key, **_flat(item.quantity)} for item in metrics)


def _flat(quantity: Quantity) -> Row:
    interval = quantity.interval
    return {
        "value": quantity.value,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "n": quantity.n,
        "events": quantity.events,
        "note": quantity.note,
    }
