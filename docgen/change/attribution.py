"""Which modification of a plan each element of a change belongs to, and whether it stays within its bounds. Pure."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

from docgen.model.candidate import Candidate
from docgen.model.change import ChangeKind, Changes, Element
from docgen.model.decision import Attribution
from docgen.model.plan import Modification, ParamBound, Part, Plan

PARTS: dict[ChangeKind, Part] = {
    "parameter": "hyperparameters",
    "preprocessing": "preprocessing",
    "architecture": "architecture",
    "threshold": "threshold",
    "input": "inputs",
    "output": "outputs",
    "environment": "environment",
    "dataset": "data",
    "code": "code",
    "artifact": "weights",
}
"""The part of the function that a kind of change belongs to."""

UNCOMMITTED = "uncommitted"
"""Name of the code element that says that a work tree was not clean."""


def attribute(plan: Plan, candidate: Candidate, changes: Changes) -> tuple[Attribution, ...]:
    """Return for each element that a plan must cover the one modification that it belongs to.

    Args:
        plan: what may change.
        candidate: which modifications it makes, and whose element is whose where several allow it.
        changes: since the last implemented version.
    """
    named = {item.element: item.modification for item in candidate.attribution}
    return tuple(_one(plan, candidate, item, named.get(item.key)) for item in changes.scope)


def _one(plan: Plan, candidate: Candidate, element: Element, named: str | None) -> Attribution:
    allowing = [item.id for item in plan.modifications if allows(plan, item, candidate, element)]
    made = [name for name in allowing if name in candidate.modifications]
    if element.state == "unknown" or element.key == f"code:{UNCOMMITTED}":
        return _unknown(element, f"{element.note}, so nobody can say what changed")
    if not allowing:
        return Attribution(element=element.key, modification=None, outcome="fails", why="no modification allows it")
    if named in made or (named is None and len(made) == 1):
        return Attribution(element=element.key, modification=named or made[0], outcome="holds")
    if named is not None:
        return _unknown(element, f"it is given to {named}, which does not allow it or is not made")
    several = f"several modifications allow it: {', '.join(made)}"
    none = f"{', '.join(allowing)} would allow it, and the candidate does not say that it makes it"
    return _unknown(element, several if made else none)


def _unknown(element: Element, why: str) -> Attribution:
    return Attribution(element=element.key, modification=None, outcome="unknown", why=why)


def allows(plan: Plan, modification: Modification, candidate: Candidate, element: Element) -> bool:
    """Whether a modification speaks of an element at all; its bounds are another question."""
    allowed = modification.allowed
    if element.kind == "dataset" and element.name == plan.data.test:
        refreshed = candidate.refresh
        planned = {modification.test_set.sha256} - {""}
        if refreshed and refreshed.rule and refreshed.rule == modification.test_set.refresh_rule:
            planned.add(refreshed.sha256)
        return element.after in planned
    by_kind: dict[ChangeKind, Callable[[], bool]] = {
        "parameter": lambda: any(item.name == element.name for item in allowed.params),
        "threshold": lambda: allowed.threshold is not None,
        "input": lambda: element.name in allowed.inputs,
        "environment": lambda: element.name in allowed.packages,
        "dataset": lambda: element.name in allowed.datasets,
        "code": lambda: any(fnmatchcase(element.name, pattern) for pattern in allowed.code_paths),
    }
    return by_kind.get(element.kind, lambda: PARTS[element.kind] in allowed.parts)()


def outside(modification: Modification, element: Element) -> str | None:
    """Return how an attributed element leaves the bounds of its modification, or None; '?' before what is unknown."""
    allowed = modification.allowed
    if element.kind == "threshold" and allowed.threshold is not None:
        bound = ParamBound(name="", at_least=allowed.threshold.at_least, at_most=allowed.threshold.at_most)
        return _bounds(bound, element)
    if element.kind == "parameter":
        found = [item for item in allowed.params if item.name == element.name]
        return _bounds(found[0], element) if found else None
    return None


def _bounds(bound: ParamBound, element: Element) -> str | None:
    value = element.after
    if bound.equals:
        known = ", ".join(bound.equals)
        return None if str(value) in bound.equals else f"{element.key} is {value}, expected one of {known}"
    if bound.at_least is None and bound.at_most is None:
        return f"?{element.key}: the plan gives it no bounds"
    number = _number(value)
    if number is None:
        return f"?{element.key} is {value!r}, which is no number"
    low, high = bound.at_least, bound.at_most
    if (low is not None and number < low) or (high is not None and number > high):
        return f"{element.key} is {value}, expected {'' if low is None else low} to {'' if high is None else high}"
    return None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None
