"""What a caller passed, made into arrays that fit together, or one error that names everything that does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from docgen.errors import Problem, ProblemsError
from docgen.evaluate.resample import Clusters, Resampling
from docgen.evaluate.settings import Settings
from docgen.model.formats import Task

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inputs:
    """Arrays of one length, in the caller's order."""

    task: Task
    truth: NDArray[Any]
    """(n_rows,): labels as given, or numbers of a regression."""
    score: Floats | None
    """(n_rows,), or (n_rows, n_classes) of a multiclass model."""
    predicted: NDArray[Any] | None
    """(n_rows,)."""
    classes: tuple[Any, ...]
    """Every label, in the order of the columns of a score matrix; empty for a regression."""
    clusters: Clusters | None
    frame: pd.DataFrame | None


def read_inputs(
    *,
    y_true: Any,  # noqa: ANN401  # array-likes of several kinds
    y_score: Any,  # noqa: ANN401
    y_pred: Any,  # noqa: ANN401
    groups: Any,  # noqa: ANN401
    frame: Any,  # noqa: ANN401
    settings: Settings,
) -> Inputs:
    """Return what was passed, checked.

    Raises:
        ProblemsError: something is missing, of another length or shape, or holds values that no measure can use.
    """
    import pandas as pd

    problems: list[Problem] = []
    truth = _column(y_true, "y_true", None, problems)
    rows = len(truth) if truth is not None else None
    predicted = None if y_pred is None else _column(y_pred, "y_pred", rows, problems)
    score = None if y_score is None else _numbers(y_score, "y_score", rows, problems)
    clusters = None if groups is None else _clusters(groups, rows, problems)
    data = None if frame is None else pd.DataFrame(frame).reset_index(drop=True)
    if data is not None and rows is not None and len(data) != rows:
        problems.append(Problem(f"X has {len(data)} rows, expected {rows} as in y_true"))
    if y_score is None and y_pred is None:
        problems.append(Problem("got neither y_score nor y_pred, expected at least one of them"))
    if truth is None:
        raise _error(problems)
    task = settings.task or task_of(truth, score)
    classes = () if task == "regression" else _classes(truth, predicted, score, task, settings, problems)
    if task == "regression":
        truth, predicted = _of_regression(truth, predicted, problems)
        score = None
    elif score is not None and settings.score_kind == "probability":
        problems.extend(_not_probabilities(score))
    if problems:
        raise _error(problems)
    if task == "binary" and score is not None and score.ndim == 2:
        score = score[:, classes.index(positive_of(truth, classes, settings.positive_label))]
    return Inputs(
        task=task,
        truth=truth,
        score=score,
        predicted=predicted,
        classes=classes,
        clusters=clusters,
        frame=data,
    )


def _error(problems: list[Problem]) -> ProblemsError:
    return ProblemsError("the data to evaluate", tuple(problems), hint="mend or drop these rows first")


def positive_of(truth: NDArray[Any], classes: tuple[Any, ...], wanted: object) -> Any:  # noqa: ANN401  # a label
    """Return the label that counts as 1: the wanted one, else the larger of two, else 1."""
    if wanted is not None:
        return wanted
    labels = np.unique(np.asarray(classes)) if len(classes) == 2 else np.unique(truth)
    if len(labels) > 1 or labels.dtype.kind not in "biuf":
        return labels.tolist()[-1]
    return labels.dtype.type(1).item()


def labels_of(data: Inputs, positive: Any) -> tuple[str, str]:  # noqa: ANN401
    """Return the names of the negative and the positive label."""
    return next((str(label) for label in data.classes if label != positive), f"not {positive}"), str(positive)


def called_of(data: Inputs, positive: Any, settings: Settings) -> Floats | None:  # noqa: ANN401
    """Return the predictions as 0 or 1: as given, else by the threshold; a ranking has no threshold of its own."""
    if data.predicted is not None:
        return np.asarray(data.predicted == positive, dtype=float)
    if data.score is None or settings.score_kind == "ranking":
        return None
    return (data.score >= settings.threshold).astype(float)


def places_of(data: Inputs) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return truth and prediction as places in the classes; the most probable class where there are only scores."""
    place = {label: number for number, label in enumerate(data.classes)}
    truth = np.array([place[label] for label in data.truth.tolist()])
    if data.predicted is not None:
        return truth, np.array([place[label] for label in data.predicted.tolist()])
    return truth, np.argmax(np.asarray(data.score), axis=1)


def row_order(clusters: Clusters | None, *keys: NDArray[Any] | None) -> NDArray[np.intp]:
    """Return an order of rows that depends on their values alone; the last key counts first.

    Clusters count last: rows alike in all else are drawn with their own cluster, and sums of floats keep their order.
    """
    codes = None if clusters is None else clusters.codes
    return np.lexsort([key for key in (codes, *keys) if key is not None])


def resampling(clusters: Clusters | None, order: NDArray[np.intp], settings: Settings) -> Resampling:
    """Return how rows are drawn again, for rows put in order."""
    ordered = clusters and Clusters(codes=clusters.codes[order], count=clusters.count, name=clusters.name)
    return Resampling(method=settings.method, rows=len(order), clusters=ordered)


def _column(given: Any, name: str, rows: int | None, problems: list[Problem]) -> NDArray[Any] | None:  # noqa: ANN401
    """Return an array (n_rows,) without missing values, or None with what is wrong noted."""
    import pandas as pd

    array = np.asarray(given)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1 or len(array) == 0:
        problems.append(Problem(f"{name} has shape {array.shape}, expected one dimension and at least one row"))
        return None
    if rows is not None and len(array) != rows:
        problems.append(Problem(f"{name} has {len(array)} rows, expected {rows} as in y_true"))
        return None
    absent = pd.isna(array)
    if absent.any():
        problems.append(Problem(f"{name}: {int(absent.sum())} of {len(array)} values are missing"))
        return None
    try:
        np.unique(array)
    except TypeError:
        problems.append(Problem(f"{name} holds values of several types, which have no order"))
        return None
    return array


def _numbers(given: Any, name: str, rows: int | None, problems: list[Problem]) -> Floats | None:  # noqa: ANN401
    """Return finite numbers, (n_rows,) or (n_rows, n_columns), or None with what is wrong noted."""
    try:
        array = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        problems.append(Problem(f"{name} holds values that are no numbers"))
        return None
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim not in {1, 2} or array.size == 0:
        problems.append(Problem(f"{name} has shape {array.shape}, expected (rows,) or (rows, classes)"))
        return None
    if rows is not None and len(array) != rows:
        problems.append(Problem(f"{name} has {len(array)} rows, expected {rows} as in y_true"))
        return None
    bad = int((~np.isfinite(array)).sum())
    if bad:
        problems.append(Problem(f"{name}: {bad} of {array.size} values are not finite"))
        return None
    return array


def _not_probabilities(score: Floats) -> tuple[Problem, ...]:
    if score.min() < 0 or score.max() > 1:
        return (
            Problem(
                f"y_score runs from {score.min():g} to {score.max():g}, expected probabilities from 0 to 1 "
                "(pass predict_proba, or score_kind='ranking' for scores that only rank)"
            ),
        )
    if score.ndim == 2 and not np.allclose(score.sum(axis=1), 1, atol=1e-3):
        return (Problem("y_score: rows of the score matrix do not sum to 1"),)
    return ()


def _of_regression(
    truth: NDArray[Any], predicted: NDArray[Any] | None, problems: list[Problem]
) -> tuple[NDArray[Any], NDArray[Any] | None]:
    if predicted is None:
        problems.append(Problem("got no y_pred, expected predictions for a regression model"))
        return truth, None
    numbers = [_numbers(array, name, None, problems) for name, array in (("y_true", truth), ("y_pred", predicted))]
    return (truth, predicted) if numbers[0] is None or numbers[1] is None else (numbers[0], numbers[1])


def task_of(truth: NDArray[Any], score: NDArray[Any] | None) -> Task:
    """Return the task that truth (n_rows,) and score tell: several columns of scores or labels, two labels, numbers."""
    if score is not None and score.ndim == 2 and score.shape[1] > 2:
        return "multiclass"
    if len(np.unique(truth)) <= 2:
        return "binary"
    return "regression" if truth.dtype.kind == "f" else "multiclass"


def _classes(
    truth: NDArray[Any],
    predicted: NDArray[Any] | None,
    score: Floats | None,
    task: Task,
    settings: Settings,
    problems: list[Problem],
) -> tuple[Any, ...]:
    """Return every label, in the order of the columns of the score matrix where there is one."""
    labels = np.unique(truth).tolist()
    called = [] if predicted is None else np.unique(predicted).tolist()
    classes = tuple(settings.classes) or tuple(labels)
    unknown = [label for label in labels if label not in classes]
    if unknown:
        problems.append(Problem(f"y_true holds labels {unknown!r} that classes={list(classes)!r} does not name"))
    if score is not None and score.ndim == 2 and score.shape[1] != len(classes):
        problems.append(
            Problem(
                f"y_score has {score.shape[1]} columns, y_true {len(classes)} labels; classes=[...] names the label of "
                "each column"
            )
        )
    if task == "binary":
        problems.extend(_not_two(labels, called, settings.positive_label))
        return classes
    if score is not None and score.ndim == 1:
        problems.append(Problem("y_score has one dimension, expected a column of probabilities for each class"))
    more = [label for label in called if label not in classes]
    if more and score is not None:
        problems.append(Problem(f"y_pred holds labels {more!r} that y_score has no column for"))
    if called and len(more) == len(called):
        problems.append(Problem(f"y_pred and y_true share no label: {called!r} and {labels!r}"))
    return (*classes, *more)


def _not_two(labels: list[Any], called: list[Any], positive: object) -> Iterator[Problem]:
    """Yield what is wrong with the labels of a binary model."""
    both = sorted({*labels, *called}, key=str)
    if len(labels) > 2:
        yield Problem(f"y_true has {len(labels)} labels, expected two of a binary model")
    elif len(both) > 2:
        yield Problem(f"y_pred and y_true hold the labels {both!r}, expected two of a binary model")
    if positive is not None and len(labels) > 1 and positive not in labels:
        yield Problem(f"positive_label is {positive!r}, expected one of {labels!r}")


def _clusters(given: Any, rows: int | None, problems: list[Problem]) -> Clusters | None:  # noqa: ANN401
    """Return the clusters that keys form; keys are compared as text."""
    import pandas as pd

    keys = _column(given, "groups", rows, problems)
    if keys is None:
        return None
    found, codes = np.unique(keys.astype(str), return_inverse=True)
    if len(found) < 2:
        problems.append(Problem("groups: every row has the same key, expected two clusters or more"))
        return None
    name = str(given.name) if isinstance(given, pd.Series) and given.name is not None else "the key given"
    return Clusters(codes=codes, count=len(found), name=name)
