"""What the inventory of models knows of a model version: a few facts of its dossier, small enough to read hundreds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from docgen.model.canonical import Digest
from docgen.model.findings import FindingRecord

SUMMARY_FORMAT = 1
"""Version of `summary.json`; it is made anew at each build. Raise it with every change of shape."""

SUMMARY_NAME = "summary.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeState:
    """How a dossier stands against one regime."""

    regime: str
    title: str
    gate_open: bool
    gaps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A dossier in short."""

    uri: str
    """`models:/churn/3` or `runs:/<id>`."""
    name: str
    version: str | None
    aliases: tuple[str, ...]
    """At the time of capture."""
    purpose: str
    """First words of what somebody declared or described; empty when nobody did."""
    owner: str
    tier: tuple[str, ...]
    """Two where declaration and policy disagree."""
    status: str
    """As the registry had it."""
    captured_at: str
    """ISO 8601 UTC."""
    snapshot: Digest
    assessed_on: str
    """ISO date."""
    regimes: tuple[RegimeState, ...]
    findings: tuple[FindingRecord, ...]
    due_on: str | None
    """ISO date on which the next validation is due."""
    due_why: str
    """What the date rests on, or why there is none."""
    format: int = SUMMARY_FORMAT

    @property
    def gaps(self) -> int:
        """How many gaps there are, over all regimes."""
        return sum(state.gaps for state in self.regimes)

    @property
    def gate_open(self) -> bool:
        """Whether the gate of every regime is open."""
        return bool(self.regimes) and all(state.gate_open for state in self.regimes)

    def open_findings(self) -> int:
        """Return how many findings are open."""
        return sum(record.is_open for record in self.findings)

    def overdue_findings(self, as_of: date) -> int:
        """Return how many findings are overdue on a day."""
        return sum(record.overdue(as_of) for record in self.findings)
