"""What a check is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from docgen.model.assessment import FactResult, Layer, Outcome, Verdict
from docgen.model.evidence import EvidenceId
from docgen.model.policy import Policy, PolicyBound
from docgen.model.regime import Regime, Requirement
from docgen.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One requirement before the court: all that a verdict on it may rest on."""

    snapshot: Snapshot
    regime: Regime
    row: Requirement
    policy: Policy
    facts: dict[str, FactResult]
    as_of: date

    @property
    def name(self) -> str:
        """Return `<regime id>/<requirement id>`, as a policy names the requirement."""
        return f"{self.regime.id}/{self.row.id}"

    @property
    def layer(self) -> Layer:
        """Return whose line the row is."""
        if self.row.own:
            return "own"
        return "overlay" if self.regime.kind == "overlay" else "regime"

    @property
    def stated(self) -> tuple[PolicyBound, ...]:
        """Return every line of the policy for this requirement."""
        return tuple(line for line in self.policy.bounds if self.name in line.requirement)

    @property
    def lines(self) -> tuple[PolicyBound, ...]:
        """Return the policy's lines for this requirement that are for the model's tier, or whose tier is unknown."""
        tiers = {value.casefold() for value in self.facts["tier"].values} if "tier" in self.facts else set()
        return tuple(
            line
            for line in self.stated
            if not line.tiers or not tiers or tiers & {tier.casefold() for tier in line.tiers}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found: never a logged value, only our own words and evidence ids."""

    verdict: Verdict
    title: str
    reason: str
    evidence: tuple[EvidenceId, ...] = ()
    source: str = ""
    inequality: str = ""
    outcome: Outcome = ""
    layer: Layer | None = None
    """None: the layer whose check it is."""


Judge = Callable[..., Finding]
"""`(check, case) -> Finding`, for one kind of check."""
