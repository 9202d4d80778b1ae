"""A crosswalk: where each row of one regime went in another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.canonical import Digest
from docgen.model.regime import Basis

CROSSWALK_FORMAT = 1
"""Version of a crosswalk file. To change it: raise the number, read the old one into today's record, extend tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrosswalkLink:
    """One row of the older regime, or none for what is new, and the rows of the newer one that answer to it."""

    from_row: str | None
    to_rows: tuple[str, ...]
    status: Literal["kept", "changed", "dropped", "new"]
    """`dropped`: no explicit text was found in the newer instrument."""
    direction: str
    """How it changed, in a word of the author's own: narrowed, softened, moved, ..."""
    note: str = ""
    basis: Basis = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTitle:
    """A row of a regime that need not be loaded."""

    regime: str
    row: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosswalk:
    """As loaded and held against both regimes."""

    format: int
    from_regime: str
    to_regime: str
    checked_on: str
    """ISO date on which somebody last compared it with both instruments."""
    note: str
    links: tuple[CrosswalkLink, ...]
    rows: tuple[RowTitle, ...]
    """Every row of both regimes."""
    digest: Digest
    """SHA-256 of the file."""

    def title(self, row: str) -> str:
        """Return the title of a row of either regime."""
        return next((item.title for item in self.rows if item.row == row), row)
