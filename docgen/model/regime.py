"""A regime: requirements, the evidence each wants, the typed checks that decide it, and its documents. Data only.

Three layers never mix: the regime's text (no number that the instrument does not contain), the firm's policy (bounds,
tiers, waivers: the user's file, see `docgen.model.policy`), and legal overlays (regimes of kind `overlay`). Every check
result says which layer's line decided it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.canonical import Digest
from docgen.model.checks import Check

REGIME_FORMAT = 1
"""Version of `regime.yaml` and `requirements.yaml`.

To change it: raise the number, teach `docgen/regimes.py` to read the old one into today's `Regime`, extend its tests.
"""

Status = Literal["in_force", "superseded", "adopted_future", "draft", "voluntary"]
Decidable = Literal["machine", "mixed", "human"]
Severity = Literal["high", "medium", "low"]
Basis = Literal["", "read", "secondary", "recalled"]
"""How the row's author knew the instrument: its text or a close copy was read, commentators only, or from memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSpec:
    """A fact of the model that somebody declares as a tag of the model version or of the registered model in MLflow.

    The fact named `tier` is also given by the policy's tier matrix, and `materiality` by the policy's tiers.
    """

    fact: str
    """Stable name, `[a-z_]+`; what `applies_when`, checks and the policy's key map say."""
    title: str
    tag: str
    """The tag's key, unless the policy maps the fact to another."""
    owner: str
    """A role."""
    kind: Literal["choice", "text", "date"] = "text"
    """`choice`: one of `values`, or several with commas between; `date`: YYYY-MM-DD."""
    values: tuple[str, ...] = ()
    """For a choice, in lower case; empty = any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A declared fact has one of these values. In YAML, conditions are a mapping from fact to values."""

    fact: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Models that the instrument does not cover at all: no report is made for them."""

    when: tuple[Condition, ...]
    """All hold."""
    because: str
    instead: str
    """Where the reader is to go instead."""


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
    """The section of the document that answers it; blocks of that section list it."""
    applies_when: tuple[Condition, ...] = ()
    """It applies where all of these hold. An unknown fact never makes a requirement not applicable."""
    strength: str = ""
    """How strongly the instrument words it, in one word of the regime's own."""
    basis: Basis = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSpec:
    """A document of a regime: its pages in order."""

    id: str
    title: str
    audience: str
    templates: tuple[str, ...]
    """File names in the regime's `templates/`, or in the folder of shared templates, in reading order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrativeSlot:
    """A part that a person must write."""

    slot: str
    title: str
    author_role: str
    prompt: str
    """What to write: shown in the scaffold and in the gap."""
    section: str = ""
    """The section of the document in which it stands, for templates that several regimes share."""


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
    kind: Literal["base", "overlay"] = "base"
    """An overlay adds legal rows to the reports of the base regimes it is built with."""
    superseded_by: str | None = None
    """Id of the regime, where the status is `superseded`."""
    superseded_on: str | None = None
    """ISO date."""
    force: str = ""
    """What force the instrument has, in a sentence or two: shown at the head of each report."""
    facts: tuple[FactSpec, ...] = ()
    refuses: tuple[Refusal, ...] = ()
    digest: Digest
    """SHA-256 over the manifest of all files of the regime's folder."""
