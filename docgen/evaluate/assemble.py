"""From labels, scores and groups to the evidence files of one split."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from docgen.errors import UsageError
from docgen.evaluate.intervals import Method
from docgen.evaluate.outcomes import Outcomes
from docgen.evaluate.settings import Settings
from docgen.model.evidence import Quantity
from docgen.model.formats import (
    CalibrationFile,
    DataRef,
    EvidenceFile,
    Named,
    PerformanceFile,
    Row,
    Task,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Files = dict[str, tuple[EvidenceFile, tuple[Row, ...]]]


def evidence_files(
    *,
    y_true: Any,  # noqa: ANN401
    y_score: Any = None,  # noqa: ANN401
    y_pred: Any = None,  # noqa: ANN401
    sensitive_features: Any = None,  # noqa: ANN401
    model: Any = None,  # noqa: ANN401
    frame: Any = None,  # noqa: ANN401
    background: Any = None,  # noqa: ANN401
    periods: Any = None,  # noqa: ANN401
    settings: Settings,
) -> Files:
    """Return the evidence files of one split, by artifact path without suffix. Arguments as in `log_evidence`."""
    import numpy as np
    import pandas as pd

    from docgen.evaluate.code import code_state
    from docgen.evaluate.data import frame_digest
    from docgen.evaluate.explain import explain
    from docgen.evaluate.fairness import choices_of, fairness, rows_of

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
        files, outcomes = _binary(truth, y_score, y_pred, dataset, method, settings)
    else:
        files, outcomes = _other(task, truth, y_pred, dataset, method, settings)
    if sensitive_features is not None:
        choices = choices_of(outcomes, settings)
        fair = fairness(
            outcomes,
            sensitive_features,
            choices,
            method,
            split=settings.split,
            dataset=dataset,
            periods=periods,
        )
        files[f"{base}/fairness"] = (fair, rows_of(fair))
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
    dataset: DataRef,
    method: Method,
    settings: Settings,
) -> tuple[Files, Outcomes]:
    import numpy as np

    from docgen.evaluate.calibration import calibration
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
    names = _names(truth, positive)
    return files, Outcomes(task="binary", truth=actual, predicted=called, labels=names, score=score)


def _names(truth: NDArray[Any], positive: object) -> tuple[str, str]:
    """Return the names of the negative and the positive label."""
    import numpy as np

    others = [str(label) for label in np.unique(truth) if label != positive]
    return others[0] if others else f"not {positive}", str(positive)


def _other(
    task: Task,
    truth: NDArray[Any],
    y_pred: Any,  # noqa: ANN401  # array-likes of several kinds
    dataset: DataRef,
    method: Method,
    settings: Settings,
) -> tuple[Files, Outcomes]:
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
    files: Files = {f"docgen/{settings.split}/performance": (performance, _rows(metrics))}
    if task == "regression":
        outcomes = Outcomes(task=task, truth=truth.astype(float), predicted=predicted.astype(float))
    else:
        labels, codes = np.unique(np.concatenate([truth, predicted]).astype(str), return_inverse=True)
        outcomes = Outcomes(
            task=task, truth=codes[: len(truth)], predicted=codes[len(truth) :], labels=tuple(labels.tolist())
        )
    return files, outcomes


def _positive(truth: NDArray[Any], wanted: object) -> Any:  # noqa: ANN401  # a label of any type
    import numpy as np

    labels = np.unique(truth)
    if wanted is None:
        return labels[-1] if len(labels) > 1 else labels.dtype.type(1) if labels.dtype.kind in "biuf" else labels[-1]
    if len(labels) > 1 and wanted not in labels.tolist():
        raise UsageError(f"positive_label is {wanted!r}, expected one of {labels.tolist()!r}")
    return wanted


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
