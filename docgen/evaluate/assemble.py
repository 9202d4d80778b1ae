"""From labels, scores and groups to the evidence files of one split."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from docgen.errors import UsageError
from docgen.evaluate.contenders import Contender, read_pair
from docgen.evaluate.inputs import (
    Inputs,
    called_of,
    labels_of,
    places_of,
    positive_of,
    read_inputs,
    resampling,
    row_order,
)
from docgen.evaluate.outcomes import Outcomes
from docgen.evaluate.resample import Resampling
from docgen.evaluate.settings import TRAINING, Settings
from docgen.model.evidence import Quantity
from docgen.model.formats import (
    CalibrationFile,
    DataRef,
    EvidenceFile,
    FairnessFile,
    Named,
    PerformanceFile,
    Row,
    path_of,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from docgen.evaluate.performance import Performance

    Floats = NDArray[np.float64]

Files = dict[str, tuple[EvidenceFile, tuple[Row, ...]]]


def evidence_files(
    *,
    y_true: Any,  # noqa: ANN401  # array-likes of several kinds
    y_score: Any = None,  # noqa: ANN401
    y_pred: Any = None,  # noqa: ANN401
    groups: Any = None,  # noqa: ANN401
    sensitive_features: Any = None,  # noqa: ANN401
    model: Any = None,  # noqa: ANN401
    frame: Any = None,  # noqa: ANN401
    background: Any = None,  # noqa: ANN401
    periods: Any = None,  # noqa: ANN401
    settings: Settings,
) -> Files:
    """Return the evidence files of one split, by artifact path without suffix. Arguments as in `log_evidence`."""
    import pandas as pd

    from docgen.evaluate.code import code_state
    from docgen.evaluate.explain import Subject, explain
    from docgen.evaluate.fairness import rows_of
    from docgen.evaluate.groups import axes_of

    data = read_inputs(
        y_true=y_true,
        y_score=y_score,
        y_pred=y_pred,
        groups=groups,
        frame=frame,
        settings=settings,
    )
    dataset = dataset_of(data, settings)
    base = f"docgen/{settings.split}"
    files, outcomes = _FILES[data.task](data, dataset, settings)
    if sensitive_features is not None:
        fair = _fairness(outcomes, sensitive_features, periods, data, dataset, settings)
        files[f"{base}/fairness"] = (fair, rows_of(fair))
    if settings.explain and model is not None and data.frame is not None:
        subject = Subject(
            model=model,
            frame=data.frame,
            background=pd.DataFrame(background) if background is not None else None,
            truth=data.truth,
            outcomes=outcomes,
            axes=axes_of(sensitive_features, len(data.truth)) if sensitive_features is not None else (),
        )
        explanation = explain(subject, settings, dataset=dataset)
        files[f"{base}/explanations"] = (explanation, tuple(asdict(item) for item in explanation.features))
    if (code := code_state()) is not None:
        files["docgen/code"] = (code, ())
    return files


def comparison_files(
    *,
    y_true: Any,  # noqa: ANN401
    champion: Contender,
    challenger: Contender,
    keys: Any = None,  # noqa: ANN401
    groups: Any = None,  # noqa: ANN401
    frame: Any = None,  # noqa: ANN401
    against: str = "",
    settings: Settings,
) -> Files:
    """Return the file of a comparison, by artifact path without suffix. Arguments as in `log_comparison`."""
    from docgen.evaluate.challenge import compare

    if not re.fullmatch("[a-z0-9_]*", against):
        raise UsageError(f"against is {against!r}, expected a name of a-z, 0-9 and _")
    pair = read_pair(
        y_true=y_true,
        champion=champion,
        challenger=challenger,
        keys=keys,
        groups=groups,
        frame=frame,
        settings=settings,
    )
    dataset = dataset_of(pair.champion, settings)
    record = compare(pair, champion, challenger, dataset, settings, against=against)
    rows: tuple[Row, ...] = tuple(
        {
            "key": item.key,
            "champion": item.champion.value,
            "challenger": item.challenger.value,
            **_flat(item.difference),
            "p": item.p,
        }
        for item in record.measures
    )
    return {path_of(record).removesuffix(".json"): (record, rows)}


def dataset_of(data: Inputs, settings: Settings) -> DataRef:
    """Return what was evaluated, with the digest of inputs and target where the inputs are known."""
    from docgen.evaluate.digest import frame_digest

    digest = None if data.frame is None else frame_digest(data.frame.assign(**{"docgen target": data.truth}))
    return DataRef(name=settings.dataset_name or settings.split, rows=len(data.truth), sha256=digest)


def _fairness(
    outcomes: Outcomes,
    sensitive: Any,  # noqa: ANN401
    periods: Any,  # noqa: ANN401
    data: Inputs,
    dataset: DataRef,
    settings: Settings,
) -> FairnessFile:
    from docgen.evaluate.fairness import choices_of, fairness

    if outcomes.predicted is None:
        raise UsageError(
            "sensitive_features: groups are compared by predictions, and a score that only ranks makes none",
            hint="pass y_pred too",
        )
    choices = choices_of(outcomes, settings)
    how = Resampling(method=settings.method, rows=len(data.truth), clusters=data.clusters)
    return fairness(outcomes, sensitive, choices, how, split=settings.split, dataset=dataset, periods=periods)


def _binary(data: Inputs, dataset: DataRef, settings: Settings) -> tuple[Files, Outcomes]:
    from docgen.evaluate.performance import binary

    positive = positive_of(data.truth, data.classes, settings.positive_label)
    actual = (data.truth == positive).astype(float)
    called = called_of(data, positive, settings)
    labels = labels_of(data, positive)
    order = row_order(data.clusters, called, data.score, actual)
    how = resampling(data.clusters, order, settings)
    score = None if data.score is None else data.score[order]
    found = binary(
        actual[order],
        score,
        None if called is None else called[order],
        how,
        labels=labels,
        probability=settings.score_kind == "probability",
    )
    files = _performance_file(data, found, dataset, settings, how, positive=str(positive))
    if score is not None and settings.score_kind == "probability":
        files |= _calibration_file(actual[order], score, dataset, settings, how)
    return files, Outcomes(task="binary", truth=actual, predicted=called, labels=labels, score=data.score)


def _multiclass(data: Inputs, dataset: DataRef, settings: Settings) -> tuple[Files, Outcomes]:

    from docgen.evaluate.multiclass import multiclass

    truth, predicted = places_of(data)
    columns = () if data.score is None else tuple(data.score.T)
    order = row_order(data.clusters, *columns, predicted, truth)
    how = resampling(data.clusters, order, settings)
    score = None if data.score is None else data.score[order]
    labels = tuple(str(label) for label in data.classes)
    found = multiclass(truth[order], predicted[order], score, labels, how)
    outcomes = Outcomes(task="multiclass", truth=truth, predicted=predicted, labels=labels)
    files = _performance_file(data, found, dataset, settings, how)
    if score is not None and settings.score_kind == "probability":
        files |= _classes_file(truth[order], score, labels, dataset, settings, how)
    return files, outcomes


def _regression(data: Inputs, dataset: DataRef, settings: Settings) -> tuple[Files, Outcomes]:
    import numpy as np

    from docgen.evaluate.performance import Performance
    from docgen.evaluate.regression import regression

    predicted = np.asarray(data.predicted, dtype=float)
    order = row_order(data.clusters, predicted, data.truth)
    how = resampling(data.clusters, order, settings)
    metrics, residuals = regression(data.truth[order], predicted[order], how, unit=settings.unit)
    found = Performance(metrics=metrics, residuals=residuals)
    outcomes = Outcomes(task="regression", truth=data.truth, predicted=predicted)
    return _performance_file(data, found, dataset, settings, how), outcomes


_FILES = {"binary": _binary, "multiclass": _multiclass, "regression": _regression}


def _performance_file(
    data: Inputs, found: Performance, dataset: DataRef, settings: Settings, how: Resampling, *, positive: str = ""
) -> Files:
    from docgen.evaluate.shares import method_name

    by_threshold = data.task == "binary" and data.predicted is None and settings.score_kind == "probability"
    record = PerformanceFile(
        task=data.task,
        split=settings.split,
        dataset=dataset,
        positive_label=positive or None,
        threshold=settings.threshold if by_threshold else None,
        metrics=found.metrics,
        confusion=found.confusion,
        roc=found.roc,
        lift=found.lift,
        residuals=found.residuals,
        interval=method_name(how),
        level=settings.level,
        clusters=how.clusters.count if how.clusters else None,
        cluster_key=how.clusters.name if how.clusters else "",
    )
    return {f"docgen/{settings.split}/performance": (record, _rows(found.metrics))}


def _calibration_file(actual: Floats, score: Floats, dataset: DataRef, settings: Settings, how: Resampling) -> Files:
    from docgen.evaluate.calibration import calibration, rule_of
    from docgen.evaluate.shares import method_name

    fitted_here = settings.split in TRAINING
    found = calibration(actual, score, how, bins=settings.bins, rule=settings.bin_rule, fitted_here=fitted_here)
    record = CalibrationFile(
        split=settings.split,
        dataset=dataset,
        rule=rule_of(settings.bin_rule, settings.bins),
        level=settings.level,
        method=method_name(how),
        bins=found.bins,
        summary=found.summary,
    )
    return {f"docgen/{settings.split}/calibration": (record, tuple(asdict(item) for item in found.bins))}


def _classes_file(
    truth: NDArray[np.intp],
    score: Floats,
    labels: tuple[str, ...],
    dataset: DataRef,
    settings: Settings,
    how: Resampling,
) -> Files:
    """Return the calibration of several classes; the rows of its Parquet twin name the class, none for the top one."""
    from docgen.evaluate.calibration import rule_of
    from docgen.evaluate.class_calibration import several_classes
    from docgen.evaluate.shares import method_name

    found = several_classes(truth, score, labels, how, bins=settings.bins, rule=settings.bin_rule)
    record = CalibrationFile(
        task="multiclass",
        split=settings.split,
        dataset=dataset,
        rule=rule_of(settings.bin_rule, settings.bins),
        level=settings.level,
        method=method_name(how),
        bins=found.bins,
        summary=found.summary,
        classes=found.classes,
        left_out=found.left_out,
    )
    curves = ((None, found.bins), *((one.label, one.bins) for one in found.classes))
    rows = tuple({"label": label, **asdict(item)} for label, bins in curves for item in bins)
    return {f"docgen/{settings.split}/calibration": (record, rows)}


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
