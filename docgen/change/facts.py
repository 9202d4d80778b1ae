"""Everything that a decision rests on, in one record; and what a check finds in it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from docgen.model.candidate import Candidate, Implemented, TestUse
from docgen.model.change import Changes
from docgen.model.decision import Attribution, Judged, Outcome
from docgen.model.evidence import Dataset, Evidence, Quantity, RunFacts
from docgen.model.plan import Comparator, LoadedPlan, Modification
from docgen.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparators:
    """The versions that a candidate is held against."""

    original: Snapshot | None = None
    """Authorized before any change of the plan."""
    last: Snapshot | None = None
    """Implemented last."""
    why: str = ""
    """Why one is missing."""

    def of(self, which: Comparator) -> Snapshot | None:
        """Return one of them."""
        return self.original if which == "original" else self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """What git tells of a decision."""

    registered_at: str | None = None
    """When a commit first held the criteria as they are now, ISO 8601."""
    descends: bool | None = None
    """Whether the candidate's commit descends from the pipeline's tag; None: git cannot tell."""
    why: str = ""
    """Why git cannot tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedApproval:
    """A signature at a gate that counts, and the determination which the signed dossier shows."""

    role: str
    """As the gates name it."""
    signer: str
    """Who signed: the id in the file of signers."""
    entry: str
    """Number and first digits of the ledger's entry."""
    subject_sha256: str | None
    """Digest to approve of the determination that the dossier shows; empty: it shows none; None: nobody has it here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a decision rests on. None: nobody knows."""

    plan: LoadedPlan | None
    """The plan; None where there is none."""
    active: int
    """How many plans of the device are authorized."""
    candidate: Candidate
    """What the firm states."""
    snapshot: Snapshot
    """Of the candidate."""
    comparators: Comparators
    """The versions it is held against."""
    since_original: Changes | None
    """What changed since the original version."""
    since_last: Changes | None
    """What changed since the last implemented version."""
    repository: Repository
    """What git tells."""
    uses: tuple[TestUse, ...] | None
    """Evaluations on test sets, of all versions."""
    implemented: tuple[Implemented, ...] | None
    """The ledger of implemented modifications."""
    signed: tuple[SignedApproval, ...] | None
    """Signatures at the gates about the candidate; None where no gates are configured."""
    attributions: tuple[Attribution, ...] = ()
    """Which modification each element since the last version belongs to."""

    @property
    def modifications(self) -> tuple[Modification, ...]:
        """The modifications that the candidate makes, as the plan has them."""
        if self.plan is None:
            return ()
        found = (self.plan.plan.modification(name) for name in self.candidate.modifications)
        return tuple(item for item in found if item is not None)

    @property
    def run(self) -> RunFacts | None:
        """The run that made the candidate."""
        runs = (item.value for item in self.snapshot.of_kind("run"))
        return next((run for run in runs if isinstance(run, RunFacts) and run.role == "source"), None)

    def dataset(self, context: str) -> Dataset | None:
        """Return the candidate's data set of a context."""
        item = self.snapshot.find(f"dataset:{context}") if context else None
        return item.value if item and isinstance(item.value, Dataset) else None

    def quantity(self, name: str) -> tuple[Evidence | None, Quantity | None]:
        """Return a measure of the candidate."""
        item = self.snapshot.find(name)
        return item, item.value if item and isinstance(item.value, Quantity) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found."""

    outcome: Outcome
    """Whether what it asks for is so."""
    why: str
    """What was found."""
    evidence: tuple[str, ...] = ()
    """Ids of the evidence of the candidate."""
    judged: tuple[Judged, ...] = ()
    """The criteria behind it."""


def holds(why: str, *evidence: str) -> Finding:
    """Return that it is so."""
    return Finding(outcome="holds", why=why, evidence=evidence)


def fails(why: str, *evidence: str) -> Finding:
    """Return that it is not so."""
    return Finding(outcome="fails", why=why, evidence=evidence)


def unknown(why: str, *evidence: str) -> Finding:
    """Return that nobody can say."""
    return Finding(outcome="unknown", why=why, evidence=evidence)


def worst(findings: tuple[Finding, ...], empty: Finding) -> Finding:
    """Return several findings as one: a definite negative beats an unknown, and an unknown all that holds.

    Args:
        findings: what was found.
        empty: what nothing found means.
    """
    if not findings:
        return empty
    outcomes = [item.outcome for item in findings]
    outcome: Outcome = "fails" if "fails" in outcomes else "unknown" if "unknown" in outcomes else "holds"
    told = [item.why for item in findings if item.outcome == outcome]
    evidence = tuple(dict.fromkeys(name for item in findings for name in item.evidence))
    return Finding(
        outcome=outcome,
        why="; ".join(dict.fromkeys(told)),
        evidence=evidence,
        judged=tuple(one for item in findings for one in item.judged),
    )


def answered(facts: Facts, check: str) -> Finding:
    """Return what a person answered to a check."""
    answer = facts.candidate.answer(check)
    if answer is None:
        return unknown("nobody has answered")
    words = f"the {answer.by} answered on {answer.on}, {answer.record}"
    told = f"{words}: {answer.note}" if answer.note else words
    return holds(told) if answer.holds else fails(told)


NO_MODIFICATION = unknown("the candidate names no modification of the plan")
"""What every check finds that needs to know which modification is made."""
