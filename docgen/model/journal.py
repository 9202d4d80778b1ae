"""A release or rollback in progress: all that is needed to finish it, or to undo it, after an interruption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.canonical import Digest

JOURNAL_FORMAT = 1
"""Version of a journal's file; one of another version is refused, and the docgen that wrote it finishes its work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An alias that moves."""

    format: int = JOURNAL_FORMAT
    action: str
    """Random name: an entry of the ledger with the same name says that it was done."""
    kind: Literal["release", "rollback"]
    model: str
    """Name in the registry."""
    version: str
    """That the alias moves to."""
    alias: str
    before: str | None
    """Version that holds the alias now."""
    manifest: Digest
    """Of the dossier of `version` that was signed."""
    tags: dict[str, str]
    """Set on the version."""
    tags_before: dict[str, str | None]
    """What they were; None where there was no such tag."""
    by: str
    reason: str = ""

    @property
    def subject(self) -> str:
        """`models:/<name>/<version>`."""
        return f"models:/{self.model}/{self.version}"
