"""Two models on identical rows: what was passed, checked and put in one order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from docgen.errors import Problem, ProblemsError
from docgen.evaluate.inputs import Inputs, read_inputs
from docgen.evaluate.settings import Settings
from docgen.model.canonical import Digest, canonical, sha256

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contender:
    """One of two models that are compared: its name and what it said of each row."""

    name: str
    """What the model is called, such as `models:/churn/3`."""
    score: Any = None
    """(n_rows,) or (n_rows, n_classes), as `y_score` of `log_evidence`."""
    pred: Any = None
    """(n_rows,), as `y_pred` of `log_evidence`."""
    keys: Any = None
    """(n_rows,), the key of each row; those of both models, and of the truth where given, must be equal in order."""
    threshold: float | None = None
    """Of this model; that of the options when None."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pair:
    """Both models' outputs, in the caller's order."""

    champion: Inputs
    challenger: Inputs
    keys_sha256: Digest | None


def read_pair(
    *,
    y_true: Any,  # noqa: ANN401  # array-likes of several kinds
    champion: Contender,
    challenger: Contender,
    keys: Any,  # noqa: ANN401
    groups: Any,  # noqa: ANN401
    frame: Any,  # noqa: ANN401
    settings: Settings,
) -> Pair:
    """Return what was passed, checked.

    Raises:
        ProblemsError: something does not fit, or the rows are not the same; everything is named.
    """
    problems: list[Problem] = []
    sides: list[Inputs] = []
    for role, one in (("champion", champion), ("challenger", challenger)):
        try:
            given = {"y_true": y_true, "y_score": one.score, "y_pred": one.pred, "groups": groups, "frame": frame}
            sides.append(read_inputs(**given, settings=settings))
        except ProblemsError as err:
            problems += [Problem(f"{role}: {text}") for text in err.problems]
    found = _keys(y_true, champion, challenger, keys, problems)
    if not problems:
        problems += _unlike(*sides)
    if problems:
        raise ProblemsError("the models to compare", tuple(problems), hint="score both models on the same rows")
    return Pair(champion=sides[0], challenger=sides[1], keys_sha256=found)


def _unlike(champion: Inputs, challenger: Inputs) -> tuple[Problem, ...]:
    """Return in what the models cannot be compared."""
    if champion.task != challenger.task:
        return (Problem(f"the champion is a {champion.task} model, the challenger a {challenger.task} model"),)
    return ()


def _keys(
    y_true: Any,  # noqa: ANN401
    champion: Contender,
    challenger: Contender,
    keys: Any,  # noqa: ANN401
    problems: list[Problem],
) -> Digest | None:
    """Return the digest of the row keys, or None when there are none; note what differs.

    The index of a pandas Series or DataFrame is its key where no keys are given and the truth has an index too.
    """
    named = {"y_true": keys, "champion": champion.keys, "challenger": challenger.keys}
    if all(value is None for value in named.values()):
        named = {"y_true": _index(y_true), "champion": _said(champion), "challenger": _said(challenger)}
        if named["y_true"] is None:
            return None
    known = {name: np.asarray(value).astype(str) for name, value in named.items() if value is not None}
    if len(known) < 2:
        if keys is not None or champion.keys is not None or challenger.keys is not None:
            problems.append(Problem(f"only {', '.join(known)} has keys, expected those of both models"))
        return None
    first, *others = known
    for name in others:
        problems.extend(_differing(first, known[first], name, known[name]))
    repeated = len(known[first]) - len(np.unique(known[first]))
    if repeated:
        problems.append(Problem(f"keys: {repeated} of {len(known[first])} stand more than once"))
    return sha256(canonical(known[first].tolist()))


def _index(given: Any) -> Any:  # noqa: ANN401
    """Return the index of a pandas object, or None."""
    import pandas as pd

    return given.index if isinstance(given, (pd.Series, pd.DataFrame)) else None


def _said(one: Contender) -> Any:  # noqa: ANN401
    return _index(one.score) if _index(one.score) is not None else _index(one.pred)


def _differing(first: str, one: NDArray[Any], second: str, other: NDArray[Any]) -> tuple[Problem, ...]:
    if len(one) != len(other):
        return (Problem(f"keys: {second} has {len(other)}, {first} has {len(one)}"),)
    (places,) = np.nonzero(one != other)
    if not len(places):
        return ()
    at = int(places[0])
    told = f"the first at row {at}: {str(other[at])!r}, expected {str(one[at])!r}"
    return (Problem(f"keys: {second} differs from {first} in {len(places)} of {len(one)} rows, {told}"),)


def with_threshold(settings: Settings, one: Contender) -> Settings:
    """Return the settings with the threshold of one model."""
    return settings if one.threshold is None else replace(settings, threshold=one.threshold)
