"""A regime: requirements, the evidence each wants, the typed checks that decide it, and its documents. Data only.

Three layers never mix: the regime's text (no number that the instrument does not contain), the firm's `Policy`
(bounds, waivers: the user's file), and, later, legal overlays. Every check result says which layer's line decided it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.canonical import Digest

REGIME_FORMAT = 1
"""Version of `regime.yaml` and `requirements.yaml`.

To change it: raise the number, teach `docgen/regimes.py` to read the old one into today's `Regime`, extend its tests.
"""

Status = Literal["in_force", "superseded", "adopted_future", "draft", "voluntary"]
Decidable = Literal["machine", "mixed", "human"]
Severity = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """Which evidence a check looks at. Give `id` alone, or `kind` with any of the rest. Matching is by equality.

    `split` is compared with the split named in the id; `any` means that some split is named, whichever.
    """

    id: str | None = None
    kind: str | None = None
    name: str | None = None
    feature: str | None = None
    """Sensitive feature of a `fairness` id; `any intersection` = a feature joined of several by ` & `."""
    split: str | None = None
    except_splits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """At least so many pieces of the selected evidence exist (and are not `Missing`)."""

    select: Select
    at_least: int = 1
    with_interval: bool = False
    """Quantities must carry a confidence interval and n; tables must have `low`, `high` and `n` columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A quantity against a bound. With an interval, the interval must lie wholly on the right side.

    Exactly one of `at_least`, `at_most`, `above`, `below`. Three outcomes: clear pass, clear fail, and "interval
    straddles the bound", which is not a pass. Regimes may use it only where the instrument itself states the number;
    firms state theirs in a policy.
    """

    select: Select
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None
    source: str
    """Where the number comes from: document, section, table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetManifest:
    """A data set of this context was logged with a full-content SHA-256 (MLflow's own digest is only a label)."""

    contexts: tuple[str, ...]
    """Any of these context names will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrativeWritten:
    """A person wrote this slot; boilerplate left as scaffolded counts as missing."""

    slot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """A person in this role must attest. Without a sign-off bound to what was shown, it awaits attestation."""

    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshWithin:
    """The selected evidence was recorded at most so many days before the assessment's date."""

    select: Select
    days: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Every part holds. Without parts: not assessed."""

    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """At least one part holds. Without parts: not assessed."""

    checks: tuple[Check, ...]


Check = Present | Bound | DatasetManifest | NarrativeWritten | SignOff | FreshWithin | AllOf | AnyOf
"""In YAML each is a mapping with one key of: present, bound, dataset_manifest, narrative, signoff, fresh_within,
all_of, any_of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One row of a regime."""

    id: str
    """Stable, unique within the regime, `[A-Z0-9-]+`."""
    section: str
    """Section of the instrument."""
    title: str
    paraphrase: str
    """Our own words; never the instrument's text."""
    owner: str
    """A role."""
    decidable: Decidable
    check: Check
    supply: str
    """How to supply what is missing: shown in the gap."""
    severity: Severity = "medium"
    scope: Literal["model", "program"] = "model"
    page: str = ""
    """The document section that answers it, `<template>#<anchor>`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSpec:
    """A document of a regime: its pages in order."""

    id: str
    title: str
    audience: str
    templates: tuple[str, ...]
    """File names under the regime's `templates/`, in reading order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrativeSlot:
    """A part that a person must write."""

    slot: str
    title: str
    author_role: str
    prompt: str
    """What to write: shown in the scaffold and in the gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How this regime's documents may speak."""

    met: str = "met"
    not_met: str = "not met"
    claim: str = "aligned with"
    forbidden: tuple[str, ...] = ("complies with", "compliant", "certified")
    """Phrases the linter refuses in templates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """A regime as loaded and linted."""

    format: int
    id: str
    title: str
    instrument: str
    """The publication, with its citation."""
    edition: str
    status: Status
    applies_from: str | None
    applies_until: str | None
    supersedes: tuple[str, ...]
    checked_on: str
    """ISO date on which somebody last compared this file with the instrument."""
    stale_after_days: int
    disclaimer: str
    wording: Wording
    requirements: tuple[Requirement, ...]
    documents: tuple[DocumentSpec, ...]
    narratives: tuple[NarrativeSlot, ...]
    digest: Digest
    """SHA-256 over the manifest of all files of the regime's folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyBound:
    """A firm's bound, added to a requirement of a regime."""

    requirement: str
    """`<regime id>/<requirement id>`."""
    title: str
    check: Bound | FreshWithin


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A requirement set aside for a time, with its reason."""

    requirement: str
    reason: str
    owner: str
    """A role."""
    until: str
    """ISO date; from the day after, the waiver is spent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A requirement that does not apply to this firm or model, with the rule that says so."""

    requirement: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The firm's overlay: its own numbers, printed with their source next to every verdict they decide."""

    title: str
    edition: str
    bounds: tuple[PolicyBound, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    not_applicable: tuple[Exclusion, ...] = ()
    digest: Digest | None = None
    """SHA-256 of the file; None for the empty policy."""
