"""Two data sets held against each other: `docgen/overlap/<first>~<second>.json`, `docgen/shift/<a>~<b>.json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.formats.common import EVIDENCE_VERSION, DataRef

ShiftRole = Literal["score", "target", "feature"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityOverlap:
    """Whether the same people or things occur in both data sets. Only counts: no key, and no digest of one, is kept."""

    key: tuple[str, ...]
    """The columns that name an entity."""
    method: str
    """How keys were compared."""
    first: int
    """Entities in the first data set."""
    second: int
    """Entities in the second."""
    shared: int
    """Entities in both."""
    shared_rows: int
    """Rows of the second data set that belong to them."""
    keyless_first: int = 0
    """Rows of the first data set without a key; they are compared with nothing."""
    keyless_second: int = 0
    """The same of the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlapFile:
    """`docgen/overlap/<first>~<second>.json`: what of the second data set also stands in the first."""

    format: Literal["docgen.overlap"] = "docgen.overlap"
    version: int = EVIDENCE_VERSION
    first: DataRef
    """The data set that was there before: training data."""
    second: DataRef
    """The data set that should be new: test data."""
    columns: tuple[str, ...]
    """The columns that a row was compared on: those of both data sets, unless others were asked for."""
    method: str
    """How rows were compared."""
    shared_rows: int
    """Rows of the second data set whose content also stands in the first."""
    duplicates_first: int
    """Rows of the first data set that repeat an earlier one."""
    duplicates_second: int
    """The same of the second."""
    entities: EntityOverlap | None = None
    """None: no key was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftColumn:
    """How far a column's distribution lies from the reference."""

    column: str
    """The column's name."""
    role: ShiftRole
    """`score` and `target`: the index is called PSI; `feature`: CSI. The formula is one."""
    index: float | None
    """Sum over bins of (current - reference) * ln(current / reference), in nats; None with a note."""
    low: float | None = None
    """Lower end of the interval of the index, without the part that chance adds."""
    high: float | None = None
    """Its upper end."""
    expected: float | None = None
    """The mean of the index if nothing has shifted."""
    noise: float | None = None
    """What the index stays below, at the level of confidence, if nothing has shifted."""
    bins: int = 0
    """Bins that hold a row of either data set."""
    empty: int = 0
    """Bins that are empty in one of the two, and count as `epsilon` there."""
    n_reference: int = 0
    """Rows of the reference."""
    n_current: int = 0
    """Rows of what is held against it."""
    note: str = ""
    """Why there is no index, or what to beware of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftCell:
    """A bin of a column with its rows, so that the index can be computed again."""

    column: str
    """The column's name."""
    bin: str
    """The bin in words: a range, or a value."""
    reference: int
    """Rows of the reference in it."""
    current: int
    """Rows of what is held against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftFile:
    """`docgen/shift/<reference>~<current>.json`: population and characteristic stability."""

    format: Literal["docgen.shift"] = "docgen.shift"
    version: int = EVIDENCE_VERSION
    reference: DataRef
    """What the model was made on."""
    current: DataRef
    """What it is held against."""
    rule: str
    """How bins were cut."""
    epsilon: float
    """Share that an empty bin counts as."""
    level: float
    """Confidence level of intervals and noise."""
    method: str
    """How intervals and noise were computed, with the source."""
    suppress_below: int
    """No cell that is told holds fewer rows than this, unless it is empty."""
    columns: tuple[ShiftColumn, ...]
    """One for each column that was compared."""
    cells: tuple[ShiftCell, ...] = ()
    """Only of columns none of whose cells is small."""
