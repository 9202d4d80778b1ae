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
    """What it is called on a page."""
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
    """Its name."""
    values: tuple[str, ...]
    """Any of these will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Models that the instrument does not cover at all: no report is made for them."""

    when: tuple[Condition, ...]
    """All hold."""
    because: str
    """Why, as a sentence without its full stop."""
    instead: str
    """Where the reader is to go instead."""


OWN_PREFIX = "REQ-"
"""Begins the ids of requirements of the user's own, and of no regime's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One row of a regime."""

    id: str
    """Stable, unique within the regime, `[A-Z0-9-]+`."""
    section: str
    """Section of the instrument."""
    title: str
    """What is wanted, in a few words."""
    paraphrase: str
    """Our own words; never the instrument's text."""
    owner: str
    """A role."""
    decidable: Decidable
    """Who decides: the check, the check and then a person, or a person alone."""
    check: Check
    """A mapping with one of the checks below."""
    supply: str
    """How to supply what is missing: shown in the gap."""
    severity: Severity = "medium"
    """How much an open one weighs."""
    scope: Literal["model", "program"] = "model"
    """Answered for each model, or once for the firm by its policy."""
    page: str = ""
    """The section of the document that answers it; blocks of that section list it."""
    applies_when: tuple[Condition, ...] = ()
    """It applies where all of these hold. An unknown fact never makes a requirement not applicable."""
    strength: str = ""
    """How strongly the instrument words it, in one word of the regime's own."""
    basis: Basis = ""
    """How its author knew the instrument: its text was read, commentators only, or from memory."""

    @property
    def own(self) -> bool:
        """Whether it is the user's own, joined to the regime's rows."""
        return self.id.startswith(OWN_PREFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section of the regime's documents."""

    section: str
    """Stable name, `[a-z_]+`."""
    title: str
    """With its number, as it stands in the heading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSpec:
    """A document of a regime: its pages in order."""

    id: str
    """Stable name."""
    title: str
    """What it is called."""
    audience: str
    """Who reads it."""
    templates: tuple[str, ...]
    """File names in the regime's `templates/`, or in the folder of shared templates, in reading order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrativeSlot:
    """A part that a person must write."""

    slot: str
    """Stable name; the file is `narratives/<slot>.md`."""
    title: str
    """What is wanted."""
    author_role: str
    """Who writes it: a role."""
    prompt: str
    """What to write: shown in the scaffold and in the gap."""
    section: str = ""
    """The section of the document in which it stands, for templates that several regimes share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long records of a model version are kept, or by when they are deleted."""

    what: str
    """Which records, in a few words."""
    start: Literal["capture", "release", "withdrawal"]
    """What the time begins with: the first capture of the version, its last release, or the day it stopped serving."""
    source: str
    """Section of the instrument, or document and section of the firm's."""
    rule: Literal["keep", "delete"] = "keep"
    """To be kept at least so long, or to be deleted by then."""
    months: int | None = None
    """So many; empty where an instrument leaves the time to the firm, whose policy then says it."""
    basis: Basis = ""
    """How its author knew the instrument: its text was read, commentators only, or from memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How this regime's documents may speak."""

    met: str = "met"
    """The word for a requirement that is met."""
    not_met: str = "not met"
    """The word for one that is not."""
    claim: str = "aligned with"
    """What may be said of the whole."""
    forbidden: tuple[str, ...] = ("complies with", "compliant", "certified")
    """Phrases the linter refuses in templates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """A regime as loaded and linted."""

    format: int
    """The version of this layout: 1."""
    id: str
    """The folder's name: a-z, 0-9 and _."""
    title: str
    """What its documents are called."""
    instrument: str
    """The publication, with its citation."""
    edition: str
    """Of the publication."""
    status: Status
    """What force it has; `superseded` wants `superseded_by` and `superseded_on`."""
    applies_from: str | None
    """ISO date."""
    applies_until: str | None
    """ISO date."""
    supersedes: tuple[str, ...]
    """Ids of the regimes that it replaces."""
    checked_on: str
    """ISO date on which somebody last compared this file with the instrument."""
    stale_after_days: int
    """So many days after `checked_on` its documents say that the data are out of date."""
    disclaimer: str
    """What a reader must know of it: shown in the document control."""
    wording: Wording
    """How its documents may speak."""
    requirements: tuple[Requirement, ...]
    """In `requirements.yaml`."""
    documents: tuple[DocumentSpec, ...]
    """Its documents."""
    narratives: tuple[NarrativeSlot, ...]
    """What people must write."""
    sections: tuple[Section, ...] = ()
    """Of its documents, in reading order; where given, pages of rows and sections of narratives are among them."""
    kind: Literal["base", "overlay"] = "base"
    """An overlay adds legal rows to the reports of the base regimes it is built with."""
    superseded_by: str | None = None
    """Id of the regime, where the status is `superseded`."""
    superseded_on: str | None = None
    """ISO date."""
    force: str = ""
    """What force the instrument has, in a sentence or two: shown at the head of each report."""
    facts: tuple[FactSpec, ...] = ()
    """Facts of the model that its rows ask for."""
    refuses: tuple[Refusal, ...] = ()
    """Models that it does not cover."""
    retention: tuple[Retention, ...] = ()
    """How long records are kept; none where the instrument says nothing of it."""
    digest: Digest
    """SHA-256 over the manifest of all files of the regime's folder."""
