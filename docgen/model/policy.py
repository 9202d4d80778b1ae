"""The firm's policy overlay as loaded: its own numbers, printed with their source next to every verdict they decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.canonical import Digest
from docgen.model.checks import Bound, FreshWithin, Present

POLICY_FORMAT = 1
"""Version of the policy file. To change it: raise the number, read the old one into today's `Policy`, extend tests."""


PolicyCheck = Bound | FreshWithin | Present
"""What a line of a policy may ask for: a value, recent evidence, or evidence at all."""

Requirements = tuple[str, ...]
"""One `<regime id>/<requirement id>` or several; in YAML, one may stand without the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyBound:
    """A line that the firm adds to requirements of a regime."""

    requirement: Requirements
    title: str
    check: PolicyCheck
    tiers: tuple[str, ...] = ()
    """The line is for models of these tiers; for every tier when empty, and where the tier is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Requirements set aside for a time, with its reason."""

    requirement: Requirements
    reason: str
    owner: str
    """A role."""
    until: str
    """ISO date; from the day after, the waiver is spent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Requirements that do not apply to this firm or model, with the rule that says so."""

    requirement: Requirements
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramEntry:
    """Requirements of programme scope, answered once for the firm; every model inherits them with where and when."""

    requirement: Requirements
    answer: Literal["met", "not_met"]
    statement: str
    reference: str
    """Document and section that a reader can ask for."""
    answered_on: str
    """ISO date."""
    by: str
    """A role."""
    review_by: str | None = None
    """ISO date; from the day after, the answer no longer counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagKey:
    """Where a fact of the model is declared in this firm."""

    fact: str
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A tier of the firm's models."""

    name: str
    meaning: str = ""
    materiality: Literal["material", "immaterial"] | None = None
    revalidate_months: int | None = None
    """Months from one validation to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One line of the tier matrix."""

    when: tuple[str, ...]
    """A value for each driver, in their order."""
    tier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TierMatrix:
    """How the firm finds a model's tier."""

    drivers: tuple[str, ...]
    """Facts of the model."""
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityLevel:
    """A step of the firm's scale for findings."""

    name: str
    meaning: str
    remediation_days: int | None = None
    restricts_use: bool = False
    """An open finding of this severity restricts the model's use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A band of a stability index."""

    name: str
    below: float | None = None
    """The band ends below this value; None for the last."""
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """How the firm reads the population stability index."""

    bands: tuple[Band, ...]
    """From the most stable to the least."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role of the firm's model risk management."""

    role: str
    duties: str
    signs: bool = False
    """Signs validation reports, in the order of the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The whole overlay."""

    title: str
    edition: str
    bounds: tuple[PolicyBound, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    not_applicable: tuple[Exclusion, ...] = ()
    program: tuple[ProgramEntry, ...] = ()
    facts: tuple[TagKey, ...] = ()
    metrics: tuple[str, ...] = ()
    """Keys of the firm's own metrics, which docgen does not know."""
    tiers: tuple[Tier, ...] = ()
    """From the most rigorous to the least."""
    tier_matrix: TierMatrix | None = None
    severities: tuple[SeverityLevel, ...] = ()
    """From the gravest to the lightest."""
    psi: Bands | None = None
    roles: tuple[Role, ...] = ()
    digest: Digest | None = None
    """SHA-256 of the file; None for the empty policy."""

    @property
    def name(self) -> str:
        """Return title and edition, as a verdict cites them; empty for the empty policy."""
        return f"{self.title}, {self.edition}" if self.title else ""

    def tier(self, name: str) -> Tier | None:
        """Return the tier of this name, in whatever case it is written."""
        return next((tier for tier in self.tiers if tier.name.casefold() == name.casefold()), None)


EMPTY = Policy(title="", edition="")
"""No policy: nothing is added to what the regimes say."""
