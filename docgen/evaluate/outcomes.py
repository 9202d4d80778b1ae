"""From truths and predictions to the cells that rows are counted into, for each kind of task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from docgen.evaluate.measures import MAX_CLASSES, Mean, Measure, Rate, binary, multiclass, regression
from docgen.evaluate.suppression import Steps
from docgen.model.formats import Task

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What happened and what the model said, of the rows of one split."""

    task: Task
    truth: Any
    """(n_rows,): positions in `labels`, or numbers for regression."""
    predicted: Any
    """(n_rows,), as `truth`."""
    labels: tuple[str, ...] = ()
    """Names of the classes; of a binary task the positive one is last."""
    score: Floats | None = None
    """(n_rows,), score of the positive label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """What rows are counted into, and what is made of the counts."""

    cells: Integers
    """(n_rows,), the cell of each row."""
    n_cells: int
    numbers: tuple[Floats, ...]
    """(n_rows,) each: what is summed along; a number and its square stand next to each other."""
    measures: tuple[Measure, ...]
    steps: Steps
    score: Mean | None = None
    """The mean of the scores, or of the predictions of a regression."""
    spread: float = 0.0
    """Standard deviation of the scores of all rows."""


def counting(outcomes: Outcomes) -> Counting:
    """Return how the rows of a split are counted."""
    import numpy as np

    if outcomes.task == "regression":
        return _regression(outcomes.truth, outcomes.predicted)
    classes = len(outcomes.labels)
    truth, predicted = np.asarray(outcomes.truth, dtype=np.int64), np.asarray(outcomes.predicted, dtype=np.int64)
    if outcomes.task == "multiclass":
        measures, steps = multiclass(outcomes.labels)
        known = classes <= MAX_CLASSES
        cells = truth * classes + predicted if known else (truth == predicted).astype(np.int64)
        return Counting(cells=cells, n_cells=classes**2 if known else 2, numbers=(), measures=measures, steps=steps)
    measures, steps = binary()
    cells = truth * 2 + predicted
    if outcomes.score is None:
        return Counting(cells=cells, n_cells=4, numbers=(), measures=measures, steps=steps)
    centre = float(outcomes.score.mean())
    return Counting(
        cells=cells,
        n_cells=4,
        numbers=_with_square(outcomes.score - centre),
        measures=measures,
        steps=steps,
        score=Mean(key="score", title="Mean score", column=0, offset=centre),
        spread=_spread(outcomes.score),
    )


def _regression(truth: Floats, predicted: Floats) -> Counting:
    import numpy as np

    error, centre = predicted - truth, float(predicted.mean())
    measures, steps = regression(centre)
    return Counting(
        cells=np.zeros(len(truth), dtype=np.int64),
        n_cells=1,
        numbers=(*_with_square(error), *_with_square(np.abs(error)), *_with_square(predicted - centre)),
        measures=measures,
        steps=steps,
        score=Mean(key="prediction", title="Mean prediction", column=4, offset=centre),
        spread=_spread(predicted),
    )


def _with_square(numbers: Floats) -> tuple[Floats, Floats]:
    return numbers, numbers * numbers


def _spread(numbers: Floats) -> float:
    return float(numbers.std(ddof=1)) if len(numbers) > 1 else 0.0


def selection(outcomes: Outcomes, favourable: str) -> Rate | None:
    """Return the rate of one prediction, or None where predictions of a label are not counted."""
    import numpy as np

    classes = len(outcomes.labels)
    if favourable not in outcomes.labels or classes > MAX_CLASSES:
        return None
    called = np.arange(classes**2) % classes == outcomes.labels.index(favourable)
    every = np.ones(classes**2, dtype=bool)
    return Rate(key="selection_rate", title=f"Rate of {favourable}", hits=called, base=every, step=2)
