"""What differs between two model versions, as typed elements: each a named kind of change with both values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.canonical import Digest
from docgen.model.evidence import Quantity, Scalar

ChangeKind = Literal[
    "parameter",
    "preprocessing",
    "architecture",
    "threshold",
    "input",
    "output",
    "environment",
    "dataset",
    "code",
    "artifact",
    "metric",
    "fairness",
    "attribution",
    "narrative",
    "labeling",
]
"""`artifact` is a file of the logged model: its weights, as a rule."""

SCOPE: tuple[ChangeKind, ...] = (
    "parameter",
    "preprocessing",
    "architecture",
    "threshold",
    "input",
    "output",
    "environment",
    "dataset",
    "code",
    "artifact",
)
"""Kinds that somebody changed, which a plan must cover; the others are what came of it, or words about it."""

State = Literal["added", "removed", "changed", "unknown"]
"""`unknown`: a side is not recorded, so that nobody can say whether it differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One difference."""

    kind: ChangeKind
    """What kind of change it is."""
    name: str
    """What changed: the parameter's key, the data set's context, the path of a file, ..."""
    state: State
    """How it changed."""
    before: Scalar = None
    """The value it had; a digest where it is content."""
    after: Scalar = None
    """The value it has now."""
    evidence: tuple[str, ...] = ()
    """Ids of the evidence on both sides; those of the earlier version begin with `before/`."""
    note: str = ""
    """Why it is unknown, or what the values are."""
    before_quantity: Quantity | None = None
    """Of a measure: with its interval and n."""
    after_quantity: Quantity | None = None
    """Of a measure: with its interval and n."""

    @property
    def key(self) -> str:
        """The name by which people and plans speak of it: `parameter:C`."""
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two model versions."""

    uri: str
    """As MLflow names it: `models:/device/3`."""
    facts: Digest
    """Of the facts that were compared: those of its snapshot without plan, determination and times of reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePath:
    """A file that differs between two commits."""

    path: str
    """From the top of the repository."""
    added: int | None
    """Lines; None for a binary file."""
    removed: int | None
    """Lines; None for a binary file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeChange:
    """What git tells of the code of two versions."""

    paths: tuple[CodePath, ...] = ()
    """Every file that differs between the two commits."""
    fault: str = ""
    """Why git cannot tell: a commit is not recorded, gone, or beyond a shallow clone; empty when it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The change vector: everything that differs between two versions."""

    before: Side
    """The earlier version."""
    after: Side
    """The later version."""
    elements: tuple[Element, ...]
    """In the order of the kinds, then by name."""
    same: tuple[tuple[ChangeKind, int], ...] = ()
    """How many things of each kind were compared and are the same."""

    @property
    def scope(self) -> tuple[Element, ...]:
        """The elements that a plan must cover."""
        return tuple(item for item in self.elements if item.kind in SCOPE)

    def of_kind(self, *kinds: ChangeKind) -> tuple[Element, ...]:
        """Return the elements of some kinds."""
        return tuple(item for item in self.elements if item.kind in kinds)
