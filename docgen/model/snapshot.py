"""The snapshot: everything that was read about one model version, frozen, with one digest."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from docgen.model.canonical import Digest, canonical, sha256
from docgen.model.codec import unstructure
from docgen.model.evidence import Evidence, EvidenceId

SNAPSHOT_FORMAT = 1
"""Version of the snapshot format.

To change the format: raise this number, keep the reader of the old number in `docgen/store/readers.py` so that it
returns today's `Snapshot`, add a file written by the old version to the tests, and note the change in the changelog.
A snapshot on disk is never rewritten.
"""

PREVIOUS = "previous/"
"""Prefix under which a document names evidence of the previous version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The model version a snapshot is about."""

    uri: str
    """As MLflow names it, resolved: `models:/churn/3` or `runs:/<id>`."""
    name: str
    """Registered model name, or the run's name for an unregistered run."""
    version: str | None
    run_id: str | None
    asked: str
    """What the user asked for: `models:/churn@champion`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The store that was read."""

    kind: Literal["http", "sqlite", "postgresql", "files", "client"]
    uri: str
    """Without credentials."""
    server_version: str | None = None
    """MLflow version of the server, or schema revision of the database, where known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something odd that a reader of the document must know; not an error."""

    code: str
    """Stable name: `dirty_unknown`, `weak_dataset_digest`, `metric_not_finite`, ..."""
    message: str
    """One sentence. May quote logged text; shown as text only."""
    evidence: tuple[EvidenceId, ...] = ()
    severity: Literal["info", "warning", "serious"] = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """The version before, as far as a comparison needs it."""

    subject: Subject
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Facts about one model version at one moment."""

    format: int = SNAPSHOT_FORMAT
    subject: Subject
    origin: Origin
    captured_at: str
    """ISO 8601 UTC; the only clock of everything rendered from this snapshot."""
    captured_with: str
    """docgen's version."""
    evidence: tuple[Evidence, ...]
    """Sorted by id, each id once."""
    findings: tuple[Finding, ...] = ()
    previous: Previous | None = None

    def find(self, wanted: str) -> Evidence | None:
        """Return the evidence with exactly this id (`previous/<id>` for the previous version), or None."""
        if wanted.startswith(PREVIOUS):
            pool = self.previous.evidence if self.previous else ()
            wanted = wanted.removeprefix(PREVIOUS)
        else:
            pool = self.evidence
        place = bisect_left(pool, wanted, key=lambda item: str(item.id))
        return pool[place] if place < len(pool) and pool[place].id == wanted else None

    def of_kind(self, kind: str) -> tuple[Evidence, ...]:
        """Return the evidence of one kind, in id order."""
        return tuple(item for item in self.evidence if item.kind == kind)

    def to_bytes(self) -> bytes:
        """Return the canonical JSON of this snapshot."""
        return canonical(unstructure(self))

    def digest(self) -> Digest:
        """Return the SHA-256 of `to_bytes()`: the snapshot's name in the store and on every page."""
        return sha256(self.to_bytes())

    def facts_digest(self) -> Digest:
        """Return a digest that does not depend on when, by which docgen and under which name the facts were read."""
        neutral = replace(self, captured_at="", captured_with="", subject=replace(self.subject, asked=""))
        return neutral.digest()


def ordered(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Return the evidence sorted by id.

    Raises:
        ValueError: an id stands twice; two facts of one name would make the document depend on their order.
    """
    result = tuple(sorted(evidence, key=lambda item: item.id))
    for left, right in pairwise(result):
        if left.id == right.id:
            raise ValueError(f"evidence id {left.id!r} stands twice")
    return result
