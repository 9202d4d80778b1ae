"""What a firm states about one candidate version and no store can tell: the candidate record, and two ledgers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CANDIDATE_FORMAT = 1
"""Version of the candidate's file. To change it: raise the number, read the old one into today's records, add tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A person's answer to one check of the decision table."""

    check: str
    """Id of the check: `K30`."""
    holds: bool
    """Whether what the check asks for is so."""
    by: str
    """A role."""
    on: str
    """ISO date."""
    record: str
    """Number of the record behind it."""
    note: str = ""
    """What a reader must know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributed:
    """An element of the change that several modifications allow, given to one of them."""

    element: str
    """Key of the element: `parameter:C`."""
    modification: str
    """Id of the modification."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusions:
    """Cases left out for quality."""

    excluded: int
    """How many."""
    of: int
    """Of how many."""
    reasons: str
    """Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerEvent:
    """What started the modification."""

    trigger: str
    """Id of a trigger of the modification."""
    on: str
    """ISO date."""
    record: str
    """Number of its record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """Another test set took the place of the sequestered one."""

    rule: str
    """Id of the rule of the plan."""
    sha256: str
    """Digest of the new set."""
    record: str
    """Number of its record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A statement of the labeling about this version."""

    text: str
    """What is said."""
    modification: str
    """Id of the modification that it rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelingChange:
    """What changes in the labeling."""

    sections: tuple[str, ...]
    """Sections that change."""
    claims: tuple[Claim, ...]
    """What is newly said."""
    history: str
    """The row of the version history."""
    version: str
    """The device's version in that row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """The device identifier."""

    previous: str
    """Of the last implemented version."""
    new: str
    """Of this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """A rehearsal of the way back."""

    to: str
    """The version: `models:/device/1`."""
    reproduced: bool
    """Whether it loads and gives the outputs that were recorded."""
    record: str
    """Number of its record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A person in this role approved exactly this determination."""

    role: str
    """The role."""
    on: str
    """ISO date."""
    subject_sha256: str
    """Digest of what was approved, as `docgen decide` prints it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The record of one candidate, as its file holds it. What is not stated stays unknown, and unknown blocks."""

    format: int = CANDIDATE_FORMAT
    """Version of this layout: 1."""
    model: str
    """The version: `models:/device/3`."""
    state: Literal["candidate", "implemented"] = "candidate"
    """Whether it is in the field already."""
    modifications: tuple[str, ...] = ()
    """Ids of the modifications that it makes."""
    attribution: tuple[Attributed, ...] = ()
    """Elements that several of them allow."""
    author: str = ""
    """The role that made it; it cannot be the only approver."""
    planned_on: str = ""
    """ISO date on which it is to be implemented, or was."""
    mode: Literal["manual", "automatic"] | None = None
    """How it is applied."""
    reach: Literal["global", "local"] | None = None
    """Alike everywhere, or by site."""
    methods: tuple[str, ...] = ()
    """Ids of the methods that were followed."""
    reference_standard: str = ""
    """Id and version of the reference standard's protocol that was followed."""
    devices: tuple[str, ...] | None = None
    """Acquisition devices that the data came from."""
    sites: int | None = None
    """Sites of the test data."""
    sites_shared: int | None = None
    """Sites of the test data that are among those of the training data."""
    exclusions: Exclusions | None = None
    """Cases left out."""
    trigger: TriggerEvent | None = None
    """What started it."""
    refresh: Refresh | None = None
    """Another test set."""
    labeling: LabelingChange | None = None
    """What changes in the labeling."""
    identifier: Identifier | None = None
    """The device identifier."""
    rollback: Rollback | None = None
    """A rehearsal of the way back."""
    answers: tuple[Answer, ...] = ()
    """Of people, to checks that ask them."""
    approvals: tuple[Approval, ...] = ()
    """Of the determination."""

    def answer(self, check: str) -> Answer | None:
        """Return the last answer to a check."""
        return next((item for item in reversed(self.answers) if item.check == check), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestUse:
    """One evaluation of a candidate on a test set."""

    model: str
    """The version."""
    test_sha256: str
    """Digest of the test set."""
    on: str
    """ISO date or time."""
    run: str = ""
    """The evaluation's run."""
    rca: str = ""
    """Number of the root-cause analysis that allows a repeated test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Implemented:
    """A row of the ledger of implemented modifications."""

    model: str
    """The version."""
    on: str
    """ISO date."""
    modifications: tuple[str, ...]
    """Ids of the modifications."""
    plan: str
    """Id and version of the plan."""
    determination: str
    """Digest of the determination."""
    labeling: str = ""
    """The row of the version history."""
    previous: str = ""
    """Digest of the row before; empty for the first."""
