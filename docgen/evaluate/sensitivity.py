"""How a model answers when its inputs change: one at a time, at their extremes, without values, and in scenarios.

The model is asked twice about the same rows, so every change is a paired difference: its mean has a bootstrap of the
rows, the share of decisions that flip the interval of a rate, the measure that of a comparison on identical rows. One
input is moved while the others stay (Saltelli et al., Global Sensitivity Analysis, 2008, section 1.2: a local measure
that sees no interaction); what moves together is a scenario. Rows may leave the span of the data, which is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from docgen.errors import Problem, ProblemsError, UsageError
from docgen.evaluate.assemble import dataset_of
from docgen.evaluate.challenge import compare
from docgen.evaluate.contenders import Contender, Pair
from docgen.evaluate.files import log_files, refuse_mixing, run_of
from docgen.evaluate.inputs import (
    Inputs,
    called_of,
    places_of,
    positive_of,
    read_inputs,
    resampling,
    row_order,
    task_of,
)
from docgen.evaluate.intervals import within
from docgen.evaluate.perturb import Change, changed, faults, one_at_a_time
from docgen.evaluate.resample import bootstrap, mean_of
from docgen.evaluate.settings import Settings, settings_of
from docgen.evaluate.shares import share_intervals
from docgen.model.evidence import Quantity
from docgen.model.formats import ComparedMeasure, Response, ResponseGroup, Row, SensitivityFile, path_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bits = NDArray[np.bool_]
    Predict = Callable[[pd.DataFrame], Any]

METRIC = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "rmse"}
"""Task -> the measure whose change is told, where none is asked for."""

GROUPS: dict[str, ResponseGroup] = {
    "shift": "shock",
    "scale": "shock",
    "quantile": "range",
    "value": "range",
    "missing": "missing",
}
MEAN, FLIPS = "Mean change of the score", "Decisions that flip"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """The model, its rows, and what it says of them unchanged."""

    predict: Predict
    frame: pd.DataFrame
    y_true: Any
    groups: Any
    before: Inputs
    settings: Settings

    def again(self, frame: pd.DataFrame) -> Inputs:
        """Return what the model says of changed rows.

        Raises:
            ProblemsError: it says nothing that can be measured.
        """
        return _inputs(self.predict(frame), self.y_true, self.groups, frame, self.settings)


def sensitivity(
    frame: pd.DataFrame,
    predict: Predict,
    *,
    y_true: Any,  # noqa: ANN401  # anything array-like
    changes: Sequence[Change] | None = None,
    scenarios: Mapping[str, Sequence[Change]] | None = None,
    metric: str = "",
    groups: Any = None,  # noqa: ANN401
    settings: Settings,
) -> SensitivityFile:
    """Return how a model answers to changed inputs. Arguments as in `log_sensitivity`.

    Raises:
        ProblemsError: a change cannot be made of these rows, or the model gives no scores for them as they are.
        UsageError: the measure is none of the task's.
    """
    alone = one_at_a_time(frame) if changes is None else tuple(changes)
    together = scenarios or {}
    problems = tuple(faults(frame, alone, together))
    if not alone and not together:
        problems = (Problem("there is nothing to change, expected changes or scenarios"),)
    if problems:
        raise ProblemsError("the changes to be made", problems)
    before = _inputs(predict(frame), y_true, groups, frame, settings)
    settings = replace(settings, task=before.task)
    asked = Asked(predict=predict, frame=frame, y_true=y_true, groups=groups, before=before, settings=settings)
    same = _measure(asked, before, metric or METRIC[before.task])
    jobs: list[tuple[str, ResponseGroup, tuple[Change, ...]]] = [
        (change.feature, GROUPS[change.kind], (change,)) for change in alone
    ]
    jobs += [(name, "joint", tuple(several)) for name, several in together.items()]
    by_threshold = before.task == "binary" and settings.score_kind == "probability"
    positive = positive_of(before.truth, before.classes, settings.positive_label) if before.task == "binary" else None
    return SensitivityFile(
        task=before.task,
        split=settings.split,
        dataset=dataset_of(before, settings),
        output=_OUTPUT[before.task].format(label=positive),
        unit=settings.unit,
        positive_label=None if positive is None else str(positive),
        threshold=settings.threshold if by_threshold else None,
        metric=same.key,
        before=same.champion,
        seed=settings.seed,
        level=settings.level,
        clusters=before.clusters.count if before.clusters else None,
        cluster_key=before.clusters.name if before.clusters else "",
        responses=tuple(_response(asked, same.key, *job) for job in jobs),
    )


_OUTPUT = {
    "binary": "score of label {label}",
    "multiclass": "score of the label that was predicted before",
    "regression": "prediction",
}


def _inputs(output: Any, y_true: Any, groups: Any, frame: pd.DataFrame, settings: Settings) -> Inputs:  # noqa: ANN401
    """Return an output beside the truth, checked; a regression's is a prediction, any other's a score."""
    task = settings.task or task_of(np.asarray(y_true), np.asarray(output))
    said = {"y_score": None, "y_pred": output} if task == "regression" else {"y_score": output, "y_pred": None}
    return read_inputs(y_true=y_true, **said, groups=groups, frame=frame, settings=replace(settings, task=task))


def _response(asked: Asked, metric: str, name: str, group: ResponseGroup, changes: tuple[Change, ...]) -> Response:
    """Return how the model answers to some changes made together; a model that gives no answer says why."""
    frame, done = changed(asked.frame, changes, asked.settings.seed)
    unit = asked.settings.unit
    empty = Quantity(value=None, special="undefined", unit=unit, n=len(frame), title=MEAN)
    try:
        after = asked.again(frame)
    except Exception as err:  # noqa: BLE001  # whatever somebody's model raises when a value is not there
        told = "; ".join(err.problems) if isinstance(err, ProblemsError) else f"{type(err).__name__}: {err}"
        first_line = told.partition("\n")[0][:200].rstrip(".")
        return Response(name=name, group=group, changes=done, mean=empty, note=f"no answer: {first_line}")
    first, second = _scores(asked.before, asked.before), _scores(after, asked.before)
    moved = second - first
    decided = _decided(asked.before, asked.settings), _decided(after, asked.settings)
    flips, raised = (None, None)
    if decided[0] is not None and decided[1] is not None:
        flips = _flips(asked, decided[0] != decided[1])
        if after.task == "binary":
            raised = int((decided[1] > decided[0]).sum())
    return Response(
        name=name,
        group=group,
        changes=done,
        mean=_mean(asked, moved, first, empty),
        mean_absolute=float(np.abs(moved).mean()),
        largest=float(np.abs(moved).max()),
        flips=flips,
        raised=raised,
        metric=_measure(asked, after, metric).difference,
    )


def _scores(data: Inputs, before: Inputs) -> Floats:
    """Return one number of each row: the score, the prediction, or the score of the label that was predicted before."""
    if data.score is None:
        return np.asarray(data.predicted, dtype=float)
    if data.score.ndim == 1:
        return data.score
    return np.asarray(data.score[np.arange(len(data.score)), places_of(before)[1]])


def _decided(data: Inputs, settings: Settings) -> NDArray[Any] | None:
    """Return the decision of each row, or None where the model decides nothing."""
    if data.task == "regression":
        return None
    if data.task == "multiclass":
        return places_of(data)[1]
    return called_of(data, positive_of(data.truth, data.classes, settings.positive_label), settings)


def _mean(asked: Asked, moved: Floats, first: Floats, empty: Quantity) -> Quantity:
    order = row_order(asked.before.clusters, first, moved)
    how = resampling(asked.before.clusters, order, asked.settings)
    value = float(moved.mean())
    found = bootstrap({"mean": mean_of(moved[order])}, {"mean": value}, how)["mean"]
    return within(replace(empty, value=value, special=None), found)


def _flips(asked: Asked, flipped: Bits) -> Quantity:
    order = row_order(asked.before.clusters, flipped)
    how = resampling(asked.before.clusters, order, asked.settings)
    (found,) = share_intervals(flipped[order].astype(float), np.zeros(len(flipped), dtype=np.intp), 1, how)
    quantity = Quantity(
        value=float(flipped.mean()),
        unit="fraction",
        n=len(flipped),
        events=int(flipped.sum()),
        higher_is_better=False,
        title=FLIPS,
    )
    return within(quantity, found)


def _measure(asked: Asked, after: Inputs, metric: str) -> ComparedMeasure:
    """Return the measure before and after, compared on identical rows.

    Raises:
        UsageError: the task has no such measure.
    """
    pair = Pair(champion=asked.before, challenger=after, keys_sha256=None)
    sides = Contender(name="before"), Contender(name="after")
    found = compare(pair, *sides, dataset_of(asked.before, asked.settings), asked.settings)
    for item in found.measures:
        if item.key == metric:
            return item
    known = ", ".join(item.key for item in found.measures)
    raise UsageError(f"metric is {metric!r}, expected one of {known}")


def log_sensitivity(
    frame: pd.DataFrame,
    predict: Predict,
    *,
    y_true: Any,  # noqa: ANN401  # anything array-like
    changes: Sequence[Change] | None = None,
    scenarios: Mapping[str, Sequence[Change]] | None = None,
    metric: str = "",
    groups: Any = None,  # noqa: ANN401
    run_id: str | None = None,
    **options: Any,  # noqa: ANN401  # fields of Settings
) -> tuple[Response, ...]:
    """Change inputs of a split, ask the model again, and log to an MLflow run how it answers.

    Args:
        frame: (n_rows, n_features), the rows as the model takes them.
        predict: frame -> (n_rows,) scores of the positive label, (n_rows, n_classes) scores of each label, or
            (n_rows,) predictions of a regression. Any model that can be asked will do, a vendor's too.
        y_true: (n_rows,), labels or, for regression, numbers.
        changes: of one input each; by default those of `docgen.evaluate.one_at_a_time(frame)`. `()`: none.
        scenarios: name -> changes that are made together.
        metric: key of the measure whose change is told; AUROC, accuracy or RMSE by default, by the task.
        groups: (n_rows,), keys of rows that belong together.
        run_id: the run; the active one by default.
        options: any field of `Settings`, such as `split="test"` and `threshold=0.3`.

    Returns:
        How the model answers, change by change.

    Raises:
        UsageError: there is no run, a change cannot be made of these rows, the measure is none of the task's, or the
            run already holds evidence of the split on other data.
    """
    run = run_of(run_id)
    record = sensitivity(
        frame,
        predict,
        y_true=y_true,
        changes=changes,
        scenarios=scenarios,
        metric=metric,
        groups=groups,
        settings=settings_of(options),
    )
    files = {path_of(record).removesuffix(".json"): (record, tuple(_rows(record)))}
    refuse_mixing(files, record.split, run)
    log_files(files, run_id=run)
    return record.responses


def _rows(record: SensitivityFile) -> Iterator[Row]:
    for item in record.responses:
        yield {
            "name": item.name,
            "group": item.group,
            "changes": "; ".join(f"{one.feature} {one.kind} {one.amount}" for one in item.changes),
            "mean": item.mean.value,
            "mean_absolute": item.mean_absolute,
            "largest": item.largest,
            "flips": item.flips.value if item.flips else None,
            "metric": item.metric.value if item.metric else None,
            "note": item.note,
        }
