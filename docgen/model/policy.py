"""The firm's policy overlay as loaded: its own numbers, printed with their source next to every verdict they decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.canonical import Digest
from docgen.model.checks import Bound, FreshWithin, Present
from docgen.model.regime import Retention

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
    """Which."""
    title: str
    """What the line asks for, in a few words."""
    check: PolicyCheck
    """One of `bound`, `fresh_within`, `present`; see [the checks](regimes.md#checks)."""
    tiers: tuple[str, ...] = ()
    """The line is for models of these tiers; for every tier when empty, and where the tier is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Requirements set aside for a time, with its reason."""

    requirement: Requirements
    """Which."""
    reason: str
    """Why."""
    owner: str
    """A role."""
    until: str
    """ISO date; from the day after, the waiver is spent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Requirements that do not apply to this firm or model, with the rule that says so."""

    requirement: Requirements
    """Which."""
    rule: str
    """The rule that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramEntry:
    """Requirements of programme scope, answered once for the firm; every model inherits them with where and when."""

    requirement: Requirements
    """Which."""
    answer: Literal["met", "not_met"]
    """What the firm says."""
    statement: str
    """In its own words."""
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
    """A fact of a regime."""
    tag: str
    """Key of the tag in MLflow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A tier of the firm's models."""

    name: str
    """Its name."""
    meaning: str = ""
    """What it stands for."""
    materiality: Literal["material", "immaterial"] | None = None
    """Gives the fact `materiality` of a model in this tier."""
    revalidate_months: int | None = None
    """Months from one validation to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One line of the tier matrix."""

    when: tuple[str, ...]
    """A value for each driver, in their order."""
    tier: str
    """One of `tiers`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierMatrix:
    """How the firm finds a model's tier."""

    drivers: tuple[str, ...]
    """Facts of the model."""
    rows: tuple[MatrixRow, ...]
    """A line for each combination of values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityLevel:
    """A step of the firm's scale for findings."""

    name: str
    """Its name."""
    meaning: str
    """What it stands for."""
    remediation_days: int | None = None
    """Days until it must be mended."""
    restricts_use: bool = False
    """An open finding of this severity restricts the model's use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRules:
    """What the firm makes of findings."""

    overdue_closes_gate: tuple[str, ...]
    """Severities: an open finding of one of them that is overdue closes the gate."""
    source: str = ""
    """Document and section the rule comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A band of a stability index."""

    name: str
    """Its name."""
    below: float | None = None
    """The band ends below this value; None for the last."""
    action: str = ""
    """What is to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """How the firm reads the population stability index."""

    bands: tuple[Band, ...]
    """From the most stable to the least."""
    source: str
    """Document, section, table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role of the firm's model risk management."""

    role: str
    """Its name."""
    duties: str
    """What it does."""
    signs: bool = False
    """Signs validation reports, in the order of the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The whole overlay."""

    title: str
    """Its name, as a verdict cites it."""
    edition: str
    """Its edition, cited too."""
    bounds: tuple[PolicyBound, ...] = ()
    """Lines that the firm adds to requirements."""
    waivers: tuple[Waiver, ...] = ()
    """Requirements set aside for a time."""
    not_applicable: tuple[Exclusion, ...] = ()
    """Requirements that do not apply."""
    program: tuple[ProgramEntry, ...] = ()
    """Answers for requirements of programme scope."""
    facts: tuple[TagKey, ...] = ()
    """In YAML a mapping from fact to the key of the tag that declares it."""
    metrics: tuple[str, ...] = ()
    """Keys of the firm's own metrics, which docgen does not know."""
    tiers: tuple[Tier, ...] = ()
    """From the most rigorous to the least."""
    tier_matrix: TierMatrix | None = None
    """How a model's tier is found."""
    severities: tuple[SeverityLevel, ...] = ()
    """From the gravest to the lightest."""
    findings: FindingRules | None = None
    """What overdue findings do to the gate."""
    psi: Bands | None = None
    """How the stability index is read."""
    roles: tuple[Role, ...] = ()
    """Of model risk management."""
    retention: tuple[Retention, ...] = ()
    """How long the firm keeps records of a model version, and by when it deletes them; each line with its months."""
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
