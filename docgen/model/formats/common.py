"""What the evidence files of all subjects share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.canonical import Digest
from docgen.model.evidence import Quantity, Scalar

EVIDENCE_VERSION = 2
"""Version of all evidence files.

To change one: raise the number, teach `docgen.sources.evidence_files.older` to lift the content of the old number to
the new one, add files of the old version to `tests/data/evidence_v<old>`, and describe both in
`docs/evidence-formats.md`. Version 2 only added fields that may be absent.
"""

Task = Literal["binary", "multiclass", "regression"]

Row = dict[str, Scalar]
"""A row of a Parquet twin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRef:
    """The data an evaluation used."""

    name: str
    """Of the data set."""
    rows: int
    """Rows that were used."""
    sha256: Digest | None = None
    """Over the full content, as `docgen.evaluate.frame_digest` computes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A quantity with its key."""

    key: str
    """Short name, the same in every file: `roc_auc`, `brier`, ..."""
    quantity: Quantity
    """The number, with what is needed to read it."""
