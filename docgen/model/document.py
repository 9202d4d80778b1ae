"""What a document is made of: blocks of typed values, before any markup, format or figure exists.

Blocks carry raw numbers and evidence ids. `docgen.render` formats numbers and draws figures; `docgen.sphinx_ext`
turns blocks into nodes. A value therefore never passes through markup, and every number keeps its evidence id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.assessment import Assessment, Verdict
from docgen.model.crosswalk import Crosswalk
from docgen.model.evidence import Scalar
from docgen.model.policy import EMPTY, Policy
from docgen.model.regime import Regime
from docgen.model.snapshot import Snapshot

ValueFormat = Literal["text", "code", "number", "count", "percent", "digest", "time", "date", "bytes"]
"""`number`: up to 4 significant digits; `count`: thousands separated; `percent`: value times 100 with %;
`digest`: first 12 characters, the whole on hover; `time`: UTC to the minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Text of docgen's or a regime's own; never logged text, never a number from evidence."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A value from evidence (or a count of the assessment), shown with its source on hover and focus."""

    value: Scalar
    evidence: str
    """Evidence id; `previous/<id>`; `assessment:<regime id>/<verdict or requirement id>`; `snapshot:<field>`."""
    format: ValueFormat = "text"
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A gap inside a line or cell."""

    wanted: str
    reason: str = "not recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A verdict; its text says it, colour only helps."""

    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A reference to a place in the dossier, by label."""

    label: str
    """`need:<requirement id>`, `evidence:<evidence id>`, `section:<anchor>`; resolved by the extension."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The place that a `Link` with the same label leads to; it shows nothing itself."""

    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLink:
    """A file of the dossier, as a download."""

    path: str
    """Relative to the dossier's folder, with forward slashes."""
    text: str


Inline = Words | Shown | Absent | Badge | Link | Target | FileLink
Line = tuple[Inline, ...]
Label = str | Line
"""Words of docgen's or a regime's own, or a line that shows values too: a caption may name a logged split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph."""

    line: Line
    quiet: bool = False
    """Small, as a note: where something was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """A list."""

    items: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Label and value, one below the other."""

    rows: tuple[tuple[Label, Line], ...]
    caption: Label = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table with a header row."""

    caption: str
    columns: tuple[str | Line, ...]
    """Words of ours, or lines where a heading comes from evidence (a class label)."""
    rows: tuple[tuple[Line, ...], ...]
    numeric: tuple[int, ...] = ()
    """Positions of columns aligned as numbers."""
    notes: tuple[Line, ...] = ()
    """Lines below the table: method, level, n, suppression."""
    style: Literal["", "verdicts", "gaps", "matrix"] = ""
    """`matrix`: readers of the pages may filter it."""
    anchors: tuple[str, ...] = ()
    """Labels of the rows, where links of the document lead to them; as many as rows, or none."""
    across: bool = False
    """Too wide for an upright page: the PDF lays the pages of the document that holds it across."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One item of a plot: a label with a value and perhaps an interval."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    noise: float | None = None
    """What chance alone stays below: a soft bar from 0."""
    emphasis: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One line of a plot."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One of several small plots that share their rows, or their periods."""

    title: str
    marks: tuple[Mark, ...] = ()
    """Placed in the row of their label."""
    curves: tuple[Curve, ...] = ()
    """Drawn over the periods; x are positions of periods."""
    reference: float | None = None
    """A line across the rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """A measure at one point in time, with the limits in force then."""

    day: float
    """Days since 0001-01-01, as `date.toordinal` counts them, with a fraction for the time of day."""
    value: float | None
    """None: a gap in the line."""
    low: float | None = None
    high: float | None = None
    amber: float | None = None
    red: float | None = None
    state: str = ""
    """`within`, `amber`, `red`, or empty where nothing was judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A measure over time, in a small plot of its own."""

    title: str
    points: tuple[TrendPoint, ...]
    """In order of time."""
    worse: Literal["", "high", "low"] = ""
    """On which side of a limit a value is beyond it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """What to draw; how is the renderer's business."""

    kind: Literal["dots", "bars", "tornado", "lines", "calibration", "roc", "points", "panels", "periods", "trends"]
    """`dots`: marks with intervals on a common axis; `bars`: horizontal bars; `tornado`: bars from 0 to either side,
    several in the row of one label, those of lowered inputs emphasized; `calibration`: points with intervals and the
    diagonal; `roc`: a curve from corner to corner and the diagonal; `points`: points with intervals, free axes;
    `panels`: dots of several measures side by side; `periods`: curves of several measures over the same periods;
    `trends`: several measures over time, each with its limits."""
    x_title: str
    y_title: str = ""
    marks: tuple[Mark, ...] = ()
    curves: tuple[Curve, ...] = ()
    reference: float | None = None
    """A reference line: across the marks, or along the x axis of `points`."""
    panels: tuple[Panel, ...] = ()
    rows: tuple[str, ...] = ()
    """Labels that the panels share: of rows, or of periods."""
    trends: tuple[Trend, ...] = ()
    shared: bool = False
    """Whether panels share the x axis too, so that they can be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A plot with its caption, its text alternative and the evidence it shows."""

    name: str
    """Stable file stem, `[a-z0-9-]+`, unique in the document."""
    plot: Plot
    caption: Label
    alt: str
    """What a reader who cannot see it must know, from the data."""
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphNode:
    """A thing in the lineage graph."""

    id: str
    kind: Literal["data", "code", "run", "model", "evaluation", "deployment", "document"]
    title: str
    """Our word for it."""
    detail: Shown | None = None
    missing: bool = False
    """Wanted and not there: drawn broken."""
    remark: str = ""
    """Our words on its state: `clean work tree`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphEdge:
    """`source` went into `target`."""

    source: str
    target: str
    missing: bool = False
    """Wanted and not recorded: drawn broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """The lineage graph."""

    name: str
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    caption: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapBox:
    """A gap where a section would be: what is wanted, from whom, how to supply it."""

    wanted: Label
    why: Label
    owner: str = ""
    supply: str = ""
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A box that no reader should miss: what force the instrument has, that it was superseded."""

    title: str
    lines: tuple[Line, ...]
    grave: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """A narrative written by a person: vetted Markdown, set by the extension's own parser settings."""

    slot: str
    markdown: str
    author_role: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading inside a block, perhaps ended by a value such as the name of a split."""

    text: str
    value: Shown | None = None
    anchor: str = ""
    """Label that links of the document may name."""


Block = Paragraph | Bullets | Facts | Grid | Figure | Graph | GapBox | Notice | Prose | Heading


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Everything that the documents about one model version are made from."""

    snapshot: Snapshot
    regimes: tuple[Regime, ...]
    assessments: tuple[Assessment, ...]
    """One for each regime, in the same order."""
    policy: Policy = EMPTY
    crosswalks: tuple[Crosswalk, ...] = ()
    """From or to one of the regimes."""
    beside: tuple[tuple[Regime, Assessment], ...] = ()
    """For the pages of one regime: the others of the same dossier."""
    files: tuple[FileLink, ...] = ()
    """What is offered for download beside the pages."""
