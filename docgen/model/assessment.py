"""An assessment: one snapshot against one regime, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from docgen.model.canonical import Digest
from docgen.model.evidence import EvidenceId


class Verdict(Enum):
    """What an assessment says of a requirement."""

    MET = "met"
    """Every check that decides it holds, and nobody else has to decide."""
    NOT_MET = "not_met"
    """A check found that it does not hold, or that what it wants is not there."""
    NOT_ASSESSED = "not_assessed"
    """Nothing to check, or the check could not be decided. Never a pass."""
    WAIVED = "waived"
    """Set aside for a time by somebody, with a reason."""
    NOT_APPLICABLE = "not_applicable"
    """A named rule says so."""
    AWAITING_ATTESTATION = "awaiting_attestation"
    """A person must decide and has not, or what they attested has changed."""

    @property
    def is_open(self) -> bool:
        """Whether the requirement still wants work: a gate that asks for it stays closed."""
        return self in {Verdict.NOT_MET, Verdict.NOT_ASSESSED, Verdict.AWAITING_ATTESTATION}


Layer = Literal["regime", "overlay", "policy", "own"]
"""Whose line it is: the instrument's as docgen paraphrases it, a legal overlay's, the firm's policy's, or that of a
requirement of the user's own."""

Outcome = Literal["", "clear pass", "clear fail", "straddles the bound"]
"""How a value lies to a bound; empty where there is no bound or no value. Straddling is not a pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What one check found."""

    id: str
    """`<requirement id>.<n>`, n from 1 in reading order (leaves of all_of / any_of); stable.

    A met any_of keeps its met leaves only. 0 is the question whether the requirement applies at all.
    """
    title: str
    """What was checked, in words, from the check's own data: never from logged text."""
    verdict: Verdict
    reason: str
    """Why, in words, without quoting logged values: those are fetched by evidence id."""
    evidence: tuple[EvidenceId, ...]
    """What it looked at and found."""
    layer: Layer
    source: str = ""
    """Document and section the line comes from, for a bound."""
    inequality: str = ""
    """`>= 0.7`, for a bound."""
    outcome: Outcome = ""
    line: str = ""
    """Title of the policy's line, where the check is one that the firm added to the row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something wanted that is not there."""

    requirement: str
    wanted: str
    why: str
    owner: str
    supply: str
    evidence: tuple[EvidenceId, ...] = ()
    """Evidence that is there but `Missing`, unreadable or on the wrong side of a bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementResult:
    """The verdict on one requirement."""

    requirement: str
    verdict: Verdict
    reason: str
    checks: tuple[CheckResult, ...]
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FactResult:
    """What is known of a declared fact of the model."""

    fact: str
    title: str
    values: tuple[str, ...]
    """As declared, or as the policy's matrix gives it; lower case for a choice. Empty when unknown.

    Two where declaration and matrix disagree: a requirement then applies if it does for either.
    """
    state: Literal["declared", "by_matrix", "conflict", "unknown", "not_allowed"]
    evidence: tuple[EvidenceId, ...]
    """The tags that it rests on; of a value that is not allowed, the tag that holds it."""
    owner: str
    supply: str

    @property
    def words(self) -> str:
        """The title as it stands inside a sentence."""
        return self.title[:1].lower() + self.title[1:]

    @property
    def known(self) -> bool:
        """Whether it has a value to go by."""
        return bool(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One snapshot against one regime under one policy on one day."""

    regime: str
    edition: str
    regime_digest: Digest
    snapshot: Digest
    policy: Digest | None
    policy_title: str
    as_of: str
    """ISO date."""
    stale_regime: bool
    """The regime file has not been compared with its instrument within its own limit."""
    results: tuple[RequirementResult, ...]
    facts: tuple[FactResult, ...] = ()
    """The facts that the regime asks for, in its order."""
    overdue: tuple[EvidenceId, ...] = ()
    """Overdue findings against this regime that close the gate, as the policy says."""

    def count(self, verdict: Verdict) -> int:
        """Return how many requirements have this verdict."""
        return sum(result.verdict is verdict for result in self.results)

    @property
    def counts(self) -> dict[str, int]:
        """How many requirements have each verdict, those that none has too."""
        return {verdict.value: self.count(verdict) for verdict in Verdict}

    @property
    def gate_open(self) -> bool:
        """Whether no requirement is open and no overdue finding closes it. Nothing assessed is not a pass."""
        return bool(self.results) and not self.overdue and not any(result.verdict.is_open for result in self.results)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Return every gap, in the regime's order."""
        return tuple(gap for result in self.results for gap in result.gaps)


def in_words(counts: Mapping[str, int]) -> str:
    """Return how many requirements have each verdict, in words: `35 met, 1 not met`."""
    return ", ".join(f"{count} {verdict.replace('_', ' ')}" for verdict, count in counts.items() if count)
