"""`docgen/datasets/<context>.json` and `docgen/code.json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.canonical import Digest
from docgen.model.evidence import DataColumn, Interval
from docgen.model.formats.common import EVIDENCE_VERSION

ColumnSort = Literal["number", "category", "time"]
"""What a column's profile tells: quantiles, levels, or a span."""

Precision = Literal["day", "month", "year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """A column in figures that point at no single row; what rests on too few rows is left out."""

    name: str
    """Of the column."""
    sort: ColumnSort
    """What is told of it."""
    n: int
    """Rows with a finite value."""
    missing: int
    """Rows without a value."""
    infinite: int = 0
    """Rows with plus or minus infinity; no figure below counts them."""
    distinct: int | None = None
    """Different values."""
    mean: float | None = None
    """Of the rows with a finite value."""
    deviation: float | None = None
    """Standard deviation of the rows, divided by n."""
    low: float | None = None
    """The lower end, as `low_is` says."""
    low_is: str = ""
    """`minimum` where enough rows hold it, else the `1st`, `5th` or `10th percentile`."""
    lower_quartile: float | None = None
    """A quarter of the rows lies below it."""
    median: float | None = None
    """Half of the rows lies below it."""
    upper_quartile: float | None = None
    """A quarter of the rows lies above it."""
    high: float | None = None
    """The upper end, as `high_is` says."""
    high_is: str = ""
    """`maximum`, or the `99th`, `95th` or `90th percentile`."""
    first: str | None = None
    """The first day, month or year (ISO 8601) of a column of times."""
    last: str | None = None
    """The last one."""
    precision: Precision | None = None
    """The finest unit in which enough rows lie at both ends of the span."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How often a value occurs in a column; rare values stand together as one row."""

    column: str
    """The column's name."""
    value: str | None
    """None: the rare values together."""
    n: int
    """Rows that hold it."""
    merged: int | None = None
    """How many values stand together; None for a single one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFile:
    """`docgen/datasets/<context>.json`: a manifest of one data set."""

    format: Literal["docgen.dataset"] = "docgen.dataset"
    version: int = EVIDENCE_VERSION
    name: str
    """Of the data set."""
    context: str
    """train, test, ...; the same as in the path."""
    rows: int
    """All of them."""
    columns: tuple[DataColumn, ...]
    """In the order of the frame."""
    sha256: Digest
    """Over the full content, as `docgen.evaluate.frame_digest` computes it."""
    target: str = ""
    """The target's column."""
    target_rate: float | None = None
    """Share of the larger of two values of the target, among the rows that have one."""
    target_n: int | None = None
    """Rows with a value of the target."""
    target_events: int | None = None
    """Rows with the larger value."""
    target_interval: Interval | None = None
    """Of that share."""
    source: str = ""
    """Where the data come from, in words or as an address or path."""
    licence: str = ""
    """Under which the data may be used."""
    time_column: str = ""
    """The column that says when a row happened."""
    time_first: str | None = None
    """The first day, month or year of that column."""
    time_last: str | None = None
    """The last one."""
    suppress_below: int | None = None
    """No figure of the profile rests on fewer rows than this."""
    profile: tuple[ColumnProfile, ...] = ()
    """Each column in figures."""
    levels: tuple[Level, ...] = ()
    """Common values of the columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFile:
    """A file with uncommitted changes."""

    path: str
    """From the top of the repository."""
    added: int | None
    """Lines; None for a binary file."""
    removed: int | None
    """Lines; None for a binary file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFile:
    """`docgen/code.json`: the work tree at training time, with what MLflow's own tags leave out."""

    format: Literal["docgen.code"] = "docgen.code"
    version: int = EVIDENCE_VERSION
    commit: str
    """Full id of the commit that was checked out."""
    branch: str | None
    """None: the work tree was on no branch."""
    dirty: bool
    """Tracked files had changes that no commit holds."""
    remote: str | None
    """Where it is pushed to, without user name and password."""
    changes: tuple[ChangedFile, ...] = ()
    """Tracked files with uncommitted changes; the largest changes first, at most 200."""
    changed_files: int | None = None
    """How many there are in all."""
    lines_added: int | None = None
    """In all of them."""
    lines_removed: int | None = None
    """In all of them."""
    untracked: int | None = None
    """Files that git neither tracks nor ignores."""
    diff_sha256: Digest | None = None
    """Of `git diff HEAD --binary --no-ext-diff --no-textconv`: proves a patch that is kept elsewhere."""
