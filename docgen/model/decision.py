"""The decision table of a regime for changes, as data; and what a decision is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.canonical import Digest
from docgen.model.change import Changes
from docgen.model.evidence import Quantity

DETERMINATION_FORMAT = 1
"""Version of the determination's file. To change it: raise the number, keep reading the old one, add tests."""

UNKNOWN = "unknown"
Outcome = Literal["holds", "fails", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A question with a few answers."""

    name: str
    """What it is called."""
    values: tuple[str, ...]
    """The clean answer first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the table; the first that matches decides."""

    id: str
    """`R0`, `R1`, ..."""
    when: tuple[tuple[str, str], ...]
    """Axis -> answer, all of them; the axis `any` means that some axis has this answer."""
    verdict: str
    """What it decides."""
    meaning: str
    """What that means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """A flag on top of a verdict."""

    id: str
    """Stable name."""
    state: str
    """Of the version."""
    verdict_not: tuple[str, ...]
    """Verdicts that do not raise it."""
    flag: str
    """What it is called."""
    actions: tuple[str, ...]
    """What is to be done, with its clocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """One check that feeds an axis."""

    id: str
    """`K01`, `K02`, ..."""
    axis: str
    """The axis it feeds."""
    fact: str
    """What is to be so."""
    by: Literal["machine", "mixed", "human"]
    """Who can say so."""
    fail: str
    """The axis' answer when it is not so."""
    missing: str
    """The axis' answer when nobody can say."""
    supply: str
    """How to supply what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question about a device modification that a person answers."""

    id: str
    """`Q1`, ..."""
    ask: str
    """The question."""
    yes: str
    """What follows."""
    no: str
    """What follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A published scenario with the outcome that is expected."""

    id: str
    """Its number."""
    text: str
    """What happens."""
    set: tuple[tuple[str, str], ...]
    """Axes that differ from the clean answer."""
    fda: Literal["within", "new_submission"]
    """The published outcome."""
    expect: str
    """The verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable:
    """The whole table."""

    name: str
    """What it is called."""
    basis: str
    """The documents it follows."""
    axes: tuple[Axis, ...]
    """In order."""
    rules: tuple[Rule, ...]
    """The first that matches decides."""
    overlays: tuple[Overlay, ...]
    """Flags."""
    exit_codes: tuple[tuple[str, int], ...]
    """Verdict -> exit code."""
    checks: tuple[CheckSpec, ...]
    """What feeds the axes."""
    questions: tuple[Question, ...]
    """For verdicts that leave the plan."""
    scenarios: tuple[Scenario, ...]
    """Published ones."""

    def exit_code(self, verdict: str) -> int:
        """Return the exit code of a verdict."""
        return dict(self.exit_codes)[verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A criterion as it came out."""

    criterion: str
    """Its id."""
    role: str
    """Primary, guardrail or specification."""
    against: str
    """The comparator, or empty."""
    text: str
    """The inequality that the bound of the interval must satisfy, with its numbers."""
    outcome: Outcome
    """Whether it does."""
    why: str
    """Why it fails, or why nobody can say."""
    quantity: Quantity | None
    """What was measured."""
    evidence: str
    """Its evidence id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """A check as it came out."""

    check: str
    """Its id."""
    axis: str
    """The axis it feeds."""
    by: str
    """Who can say so."""
    outcome: Outcome
    """How it came out."""
    fact: str
    """What is to be so."""
    why: str
    """What was found."""
    evidence: tuple[str, ...] = ()
    """Ids of the evidence of the candidate."""
    supply: str = ""
    """How to supply it, where nobody can say."""
    judged: tuple[Judged, ...] = ()
    """The criteria behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Which modification an element of the change belongs to."""

    element: str
    """Key of the element."""
    modification: str | None
    """None: to none, or nobody can say."""
    outcome: Outcome
    """`fails`: no modification allows it, or not so far."""
    why: str = ""
    """Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Determination:
    """A decision about one version: a proposal of the software, which named people decide."""

    format: Literal["docgen.determination"] = "docgen.determination"
    """What this file is."""
    version: int = DETERMINATION_FORMAT
    """Version of its layout."""
    candidate: str
    """The version."""
    state: str
    """Candidate or implemented."""
    plan: str
    """Id and version of the plan; empty where there is none."""
    plan_sha256: str
    """Digest of the plan."""
    original: str
    """The version authorized before any change; empty where it is not known."""
    last: str
    """The version implemented last; empty where it is not known."""
    decided_on: str
    """ISO date of the determination."""
    axes: tuple[tuple[str, str], ...]
    """Axis -> answer."""
    rule: str
    """The rule that decided."""
    verdict: str
    """What it decided."""
    meaning: str
    """What that means."""
    exit_code: int
    """Of the command."""
    flags: tuple[str, ...]
    """On top of the verdict."""
    actions: tuple[str, ...]
    """What the flags ask for."""
    checks: tuple[CheckResult, ...]
    """All of them."""
    attributions: tuple[Attribution, ...]
    """Each element of the change since the last implemented version."""
    changes: tuple[Changes, ...]
    """Since the original version, and since the last one."""
    questions: tuple[Question, ...]
    """For people, where the change leaves the plan."""
    labeling_before: tuple[str, ...] = ()
    """Rows of the version history as they are."""
    labeling_after: tuple[str, ...] = ()
    """Rows as they would be."""
    subject_sha256: Digest
    """Over everything but approvals: what an approval names."""

    @property
    def work(self) -> tuple[CheckResult, ...]:
        """The work list: what nobody can say yet, and what fails; empty where nothing changed."""
        if dict(self.axes)["change"] == "none":
            return ()
        return tuple(item for item in self.checks if item.outcome != "holds" and item.axis != "change")
