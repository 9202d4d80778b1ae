"""Findings: what people found wrong, against which requirement, who mends it by when, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

FINDINGS_FORMAT = 1
"""Version of the register's file. To change it: raise the number, read the old one into today's records, add tests."""

Status = Literal["draft", "open", "in_progress", "closed", "accepted", "dismissed"]

ENDED: tuple[Status, ...] = ("closed", "accepted", "dismissed")
OPEN: tuple[Status, ...] = ("open", "in_progress")
"""A draft is neither: nobody has adopted it yet."""

SCALE = ("high", "medium", "low")
"""Severities where the policy states no scale of its own, the gravest first."""

KIND = "finding_record"
"""Kind of the evidence that a recorded finding becomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """A step in the life of a finding; steps are added, never taken away."""

    on: str
    """ISO date."""
    status: Status
    """What it became."""
    by: str
    """A role."""
    reason: str = ""
    """Why; must be given when a finding ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecord:
    """One finding of the register."""

    id: str
    """Stable: letters, digits, dots, dashes and underscores. A proposed draft has `D-` and 8 digits."""
    condition: str
    """What is, with its evidence."""
    criteria: tuple[str, ...]
    """What should be: `<regime id>/<requirement id>`, one or more."""
    severity: str
    """A step of the policy's scale; high, medium or low where it has none."""
    owner: str
    """The role that mends it."""
    found_on: str
    """ISO date."""
    due_on: str | None = None
    """ISO date; only a draft may lack one."""
    status: Status = "open"
    """A draft until a person adopts it; then open or in progress; in the end closed, accepted or dismissed."""
    title: str = ""
    """A few words, for lists."""
    cause: str = ""
    """Why it is so."""
    effect: str = ""
    """What it does to the model's use."""
    recommendation: str = ""
    """What would mend it, so that it can be tested."""
    model: str = ""
    """`models:/<name>` or `models:/<name>/<version>`; empty: every model of this register."""
    closure_evidence: tuple[str, ...] = ()
    """Ids of the evidence that shows it mended."""
    closed_by: str = ""
    """The role that ended it."""
    closed_on: str | None = None
    """ISO date."""
    history: tuple[HistoryEntry, ...] = ()
    """Oldest first."""

    @property
    def is_open(self) -> bool:
        """Whether somebody has yet to mend it."""
        return self.status in OPEN

    def age(self, as_of: date) -> int:
        """Return whole days from its finding to its end, or to `as_of` while it has none; 0 where it lies ahead."""
        end = date.fromisoformat(self.closed_on) if self.closed_on else as_of
        return max((end - date.fromisoformat(self.found_on)).days, 0)

    def overdue(self, as_of: date) -> bool:
        """Whether it should have been mended before `as_of`."""
        return self.is_open and self.due_on is not None and self.due_on < as_of.isoformat()

    def concerns(self, uri: str) -> bool:
        """Whether it is about the model version at `uri`, such as `models:/churn/3`."""
        return self.model in {"", uri, uri.rpartition("/")[0]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The whole register, as its file holds it."""

    findings: tuple[FindingRecord, ...]
    """In any order; none is ever taken away."""
    format: int = FINDINGS_FORMAT
    """Version of the file."""


def in_order(records: tuple[FindingRecord, ...], as_of: date, scale: tuple[str, ...]) -> tuple[FindingRecord, ...]:
    """Return findings as a reader wants them: overdue, other open ones, drafts, ended; then the gravest first."""
    steps = {name.casefold(): place for place, name in enumerate(scale)}

    def rank(item: FindingRecord) -> tuple[int, int, str, str]:
        group = 0 if item.overdue(as_of) else 1 if item.is_open else 2 if item.status == "draft" else 3
        return group, steps.get(item.severity.casefold(), len(steps)), item.due_on or "9999", item.id

    return tuple(sorted(records, key=rank))
