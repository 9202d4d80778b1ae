"""The qualification of an installed docgen: steps that were run, and what they mean for each requirement on records.

A row is green only by what this very run showed; what is the user's is never green from software alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

QUALIFICATION_FORMAT = 1
"""Version of `qualification.json`; raise it with every change of shape and note it in the changelog."""

Part = Literal["iq", "oq"]
"""Installation or operational qualification."""

Outcome = Literal["passed", "failed", "not_shown", "noted"]
"""Of a step. `not_shown`: it could not be judged here, and `got` says why; `noted`: a fact, held against nothing."""

BASIS = "IQ-FILES"
"""The step that every row rests on: without it nobody knows whose code was run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a step found."""

    outcome: Outcome
    got: str
    details: tuple[str, ...] = ()
    """Line by line: what was looked at, or each thing at fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """One step of a run."""

    id: str
    part: Part
    title: str
    shows: str
    """What it shows when it passes."""
    expected: str
    got: str
    outcome: Outcome
    details: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    """Ids of the requirements and features that it serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part11Row:
    """One requirement of 21 CFR Part 11."""

    id: str
    section: str
    title: str
    paraphrase: str
    owner: Literal["product", "shared", "customer"]
    how: str = ""
    """What docgen does for it."""
    tests: tuple[str, ...] = ()
    """Of docgen's own suite, as pytest names them."""
    steps: tuple[str, ...] = ()
    """Of a qualification, that show it on the user's own machine."""
    unshown: str = ""
    """What of it these steps do not show, and docgen's own tests alone do."""
    gap: str = ""
    """What is open on docgen's side."""
    yours: str = ""
    """What stays with the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A feature of docgen, as computer software assurance looks at it (FDA, 2026-02-03)."""

    id: str
    feature: str
    intended_use: str
    risk: Literal["high", "not high", "low"]
    """Process risk, scored beforehand."""
    why: str
    """The reason for the score."""
    assurance: str
    """How docgen's makers test it."""
    steps: tuple[str, ...]
    tests: tuple[str, ...]
    yours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowState:
    """What one run says of a requirement."""

    row: Part11Row
    state: str
    green: bool = False
    """The software alone answers it, and in this run did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureState:
    """What one run says of a feature, which is never green: score, performance and conclusion are the user's."""

    feature: Feature
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """One run."""

    format: int = QUALIFICATION_FORMAT
    docgen: str
    """Its version."""
    python: str
    platform: str
    at: str
    """ISO 8601 UTC."""
    parts: tuple[Part, ...]
    steps: tuple[StepResult, ...]
    part11: tuple[RowState, ...] = ()
    features: tuple[FeatureState, ...] = ()
    limits: tuple[str, ...] = ()
    """What the run cannot show, and what is known to be open."""

    def named(self, outcome: Outcome) -> tuple[str, ...]:
        """Return the id of each step that had this outcome, in order."""
        return tuple(step.id for step in self.steps if step.outcome == outcome)

    @property
    def passed(self) -> bool:
        """Whether every step that judges anything passed."""
        return bool(self.steps) and not self.named("failed") and not self.named("not_shown")


def row_state(row: Part11Row, outcomes: Mapping[str, Outcome]) -> RowState:
    """Return what a run says of a requirement.

    Args:
        row: of the catalogue.
        outcomes: id of each step that was run -> its outcome.
    """
    if row.owner == "customer":
        return RowState(row=row, state=f"yours: {row.yours}")
    software = _software(row.steps, outcomes, _rest(row))
    if row.owner == "shared":
        return RowState(row=row, state=f"software part {software}; yours: {row.yours}")
    rest = f"; yours: {row.yours}" if row.yours else ""
    return RowState(row=row, state=f"{software}{rest}", green=software == "passed")


def feature_state(feature: Feature, outcomes: Mapping[str, Outcome]) -> FeatureState:
    """Return what a run says of a feature."""
    software = _software(feature.steps, outcomes, "")
    return FeatureState(feature=feature, state=f"software part {software}; yours: {feature.yours}")


def _rest(row: Part11Row) -> str:
    """Return what keeps a row from being whole although its steps passed."""
    shown = f"; by docgen's own tests alone: {row.unshown.rstrip('.')}" if row.unshown else ""
    return shown + (f"; open: {row.gap.rstrip('.')}" if row.gap else "")


def _software(steps: tuple[str, ...], outcomes: Mapping[str, Outcome], rest: str) -> str:
    """Return how the steps went, in words; `passed` alone is whole."""
    if not steps:
        return f"not covered by this run{rest}"
    needed = (BASIS, *steps)
    for word, names in _troubles(needed, outcomes):
        if names:
            return f"{word}: {', '.join(names)}{rest}"
    return f"passed{rest}"


def _troubles(needed: tuple[str, ...], outcomes: Mapping[str, Outcome]) -> Iterator[tuple[str, list[str]]]:
    yield "failed", [name for name in needed if outcomes.get(name) == "failed"]
    yield "not run", [name for name in needed if name not in outcomes]
    yield "not shown", [name for name in needed if outcomes[name] != "passed"]
