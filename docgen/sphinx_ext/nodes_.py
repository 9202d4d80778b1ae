"""Blocks become docutils nodes. Values become text nodes with their evidence id; nothing here is parsed as markup."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from docutils import nodes
from sphinx import addnodes

from docgen.model.assessment import Verdict
from docgen.model.document import (
    Absent,
    Badge,
    Block,
    Bullets,
    Dossier,
    Facts,
    Figure,
    FileLink,
    GapBox,
    Graph,
    Grid,
    Heading,
    Inline,
    Label,
    Line,
    Link,
    Notice,
    Paragraph,
    Prose,
    Shown,
    Target,
    Words,
)
from docgen.render.figures import draw
from docgen.render.filters import shown
from docgen.render.graph import draw_graph
from docgen.render.text import one_line, visible
from docgen.sphinx_ext.widths import VERDICT_WORDS, column_widths

WHOLE = "docgen-whole"
"""Class of what is better not broken at the end of a line."""

ACROSS = "docgen-across"
"""Class of a table that is too wide for an upright page."""


class docgen_value(nodes.inline):  # noqa: N801  # docutils names node classes in lower case
    """A shown value: text, with the id of its evidence and where that was read."""


def anchor_id(label: str) -> str:
    """Return the HTML id and PDF label of an anchor; logged text in a label never reaches the markup."""
    return f"dg-{hashlib.sha256(label.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class NodeMaker:
    """Makes nodes for one document.

    Args:
        dossier: whose values are shown.
        anchor: told the label and id of each anchor.
        image: given a file name and SVG bytes, writes the file and returns its URI in the document.
        prose: given Markdown and a slot, returns the parsed nodes.
        docname: the document, so that links to files find their way up.
    """

    dossier: Dossier
    docname: str
    anchor: Callable[[str, str], None]
    image: Callable[[str, bytes], str]
    prose: Callable[[str, str], list[nodes.Node]]

    def make(self, blocks: tuple[Block, ...]) -> list[nodes.Node]:
        """Return the nodes of some blocks."""
        return [node for block in blocks for node in self._block(block)]

    def _block(self, block: Block) -> list[nodes.Node]:  # noqa: C901, PLR0911  # one line for each kind of block
        match block:
            case Paragraph():
                small = ["docgen-note"] if block.quiet else []
                return [nodes.paragraph("", "", *self.line(block.line), classes=small)]
            case Bullets():
                items = [nodes.list_item("", nodes.paragraph("", "", *self.line(line))) for line in block.items]
                return [nodes.bullet_list("", *items)]
            case Facts():
                return [self._facts(block)]
            case Grid():
                return self._grid(block)
            case Figure():
                return [self._figure(block, draw(block.plot))]
            case Graph():
                return [self._figure(block, draw_graph(block))]
            case GapBox():
                return [self._gap(block)]
            case Notice():
                return [self._notice(block)]
            case Prose():
                return self._prose(block)
            case Heading():
                return [self._heading(block)]
            case _ as never:
                assert_never(never)

    def line(self, line: Line) -> list[nodes.Node]:
        """Return the inline nodes of a line."""
        return [self._inline(item) for item in line]

    def verdict(self, verdict: Verdict) -> str:
        """Return a verdict in the words of the regime whose page this is."""
        if len(self.dossier.regimes) == 1 and verdict in {Verdict.MET, Verdict.NOT_MET}:
            wording = self.dossier.regimes[0].wording
            return wording.met if verdict is Verdict.MET else wording.not_met
        return VERDICT_WORDS[verdict]

    def _label(self, label: Label) -> list[nodes.Node]:
        if isinstance(label, str):
            return [nodes.Text(label)] if label else []
        return self.line(label)

    def _inline(self, item: Inline) -> nodes.Node:  # noqa: PLR0911  # one line for each kind
        match item:
            case Words():
                return nodes.strong("", item.text) if item.strong else nodes.Text(item.text)
            case Shown():
                return self._shown(item)
            case Absent():
                text = visible(item.reason)
                return nodes.inline("", text, classes=["docgen-absent"])
            case Badge():
                word = self.verdict(item.verdict)
                return nodes.inline("", word, classes=["docgen-verdict", f"docgen-verdict-{item.verdict.value}"])
            case Link():
                return self._link(item)
            case Target():
                return self._anchored(item.label)
            case FileLink():
                up = "../" * self.docname.count("/")
                return nodes.reference("", item.text, refuri=up + item.path, internal=True, classes=["docgen-file"])
            case _ as never:
                assert_never(never)

    def _shown(self, item: Shown) -> nodes.Node:
        if item.value is None:
            return nodes.inline("", "not recorded", classes=["docgen-absent"])
        text = shown(item.value, item.format, item.unit)
        node = docgen_value("", "", classes=["docgen-value"], evidence=item.evidence, source=self.source(item))
        if item.format in {"code", "digest"}:
            node["classes"].append("docgen-code")
            if item.format == "digest":
                node["classes"].append("docgen-digest")
                node["whole"] = one_line(str(item.value))
        if item.format in {"time", "date"}:
            node["classes"].append("docgen-time")
        if isinstance(item.value, (int, float)) and not isinstance(item.value, bool):
            node["classes"].append("docgen-number")
        node += nodes.Text(text)
        return node

    def source(self, item: Shown) -> str:
        """Return where a value was read, for hover and focus: evidence id, URI, key, step, time, digest."""
        found = self.dossier.snapshot.find(item.evidence)
        rows = [f"evidence  {item.evidence}"]
        if item.format == "digest":
            rows.append(f"whole  {item.value}")
        if found is not None:
            where = found.provenance
            rows.append(f"read from  {where.uri}")
            for name, value in (
                ("key", where.key),
                ("step", where.step),
                ("recorded", where.time),
                ("sha256", where.sha256),
            ):
                if value is not None:
                    rows.append(f"{name}  {value}")
        return "\n".join(one_line(row, limit=300) for row in rows)

    def _link(self, item: Link) -> nodes.Node:
        text: nodes.Node = nodes.Text(one_line(item.text))
        if item.label.startswith("evidence:"):
            name = item.label.removeprefix("evidence:")
            text = docgen_value("", one_line(item.text), classes=["docgen-code"], evidence=name)
        elif item.label.startswith("need:"):
            text = nodes.inline("", one_line(item.text), classes=["docgen-row"])
        return addnodes.pending_xref(
            "", text, refdomain="docgen", reftype="anchor", reftarget=item.label, refexplicit=True, refwarn=False
        )

    def _anchored(self, label: str) -> nodes.target:
        name = anchor_id(label)
        self.anchor(label, name)
        return nodes.target("", "", ids=[name])

    def _heading(self, block: Heading) -> nodes.Node:
        rubric = nodes.rubric("", block.text)
        rubric["heading-level"] = 3
        if block.value is not None:
            rubric += nodes.Text(" ")
            rubric += self._shown(block.value)
        if block.anchor:
            name = anchor_id(block.anchor)
            self.anchor(block.anchor, name)
            rubric["ids"].append(name)
        return rubric

    def _facts(self, block: Facts) -> nodes.table:
        rows = [nodes.row("", _entry(self._label(label)), _entry(self.line(line))) for label, line in block.rows]
        return _table(self._label(block.caption), (28, 72), [], rows, ["docgen-facts"], stub=True)

    def _grid(self, block: Grid) -> list[nodes.Node]:
        heads = [_entry(self._label(head), number=i in block.numeric) for i, head in enumerate(block.columns)]
        rows = []
        for position, row in enumerate(block.rows):
            cells = [_entry(self.line(line), number=i in block.numeric) for i, line in enumerate(row)]
            if block.anchors:
                anchor = self._anchored(block.anchors[position])
                cells[0] = _entry([anchor, *self.line(row[0])], number=0 in block.numeric)
            rows.append(nodes.row("", *cells))
        classes = ["docgen-grid", *([f"docgen-{block.style}"] if block.style else [])]
        classes += [ACROSS] if block.across else []
        widths = column_widths(block)
        result: list[nodes.Node] = [_table(self._label(block.caption), widths, [nodes.row("", *heads)], rows, classes)]
        result += [nodes.paragraph("", "", *self.line(line), classes=["docgen-note"]) for line in block.notes]
        return result

    def _figure(self, block: Figure | Graph, svg: bytes) -> nodes.figure:
        image = nodes.image("", uri=self.image(f"{block.name}.svg", svg), alt=one_line(block.alt))
        caption = nodes.caption("", "", *self._label(block.caption))
        return nodes.figure("", image, caption, classes=["docgen-figure"])

    def _gap(self, block: GapBox) -> nodes.admonition:
        title = nodes.title("", "", nodes.Text("Gap: "), *self._label(block.wanted))
        box = nodes.admonition("", title, classes=["docgen-gap"])
        box += nodes.paragraph("", "", nodes.Text("Why: "), *self._label(block.why), nodes.Text("."))
        if block.owner or block.supply:
            by = f"From the {block.owner}. " if block.owner else ""
            box += nodes.paragraph("", f"{by}How to supply it: {visible(block.supply)}" if block.supply else by.strip())
        if block.requirements:
            line: list[nodes.Node] = [nodes.Text("Wanted by ")]
            for name in block.requirements:
                line += [self._link(Link(label=f"need:{name}", text=name)), nodes.Text(" ")]
            box += nodes.paragraph("", "", *line)
        return box

    def _notice(self, block: Notice) -> nodes.admonition:
        kind = "docgen-grave" if block.grave else "docgen-notice"
        box = nodes.admonition("", nodes.title("", "", nodes.Text(block.title)), classes=[kind])
        box += [nodes.paragraph("", "", *self.line(line)) for line in block.lines]
        return box

    def _prose(self, block: Prose) -> list[nodes.Node]:
        evidence = f"narrative:{block.slot}"
        by = (
            Words(text="Written by the "),
            Shown(value=block.author_role, evidence=evidence),
            Words(text=", "),
            Shown(value=block.date, evidence=evidence),
            Words(text="."),
        )
        body = nodes.container("", *self.prose(block.markdown, block.slot), classes=["docgen-prose"])
        return [body, nodes.paragraph("", "", *self.line(by), classes=["docgen-note"])]


def _entry(children: list[nodes.Node], *, number: bool = False) -> nodes.entry:
    paragraph = nodes.paragraph("", "", *(_kept_together(children) if number else children))
    return nodes.entry("", paragraph, classes=["docgen-num"] if number else [])


def _kept_together(children: list[nodes.Node]) -> list[nodes.Node]:
    """Return a number and its interval in brackets so that a line may break between the two and not in the interval."""
    texts = [child.astext() if isinstance(child, nodes.Text) else "" for child in children]
    if " (" not in texts or ")" not in texts or texts.index(" (") > texts.index(")"):
        return children
    start, end = texts.index(" ("), texts.index(")")
    interval = nodes.inline("", "", nodes.Text("("), *children[start + 1 : end + 1], classes=[WHOLE])
    return [*children[:start], nodes.Text(" "), interval, *children[end + 1 :]]


def _table(
    caption: list[nodes.Node],
    widths: tuple[int, ...],
    head: list[nodes.row],
    body: list[nodes.row],
    classes: list[str],
    *,
    stub: bool = False,
) -> nodes.table:
    group = nodes.tgroup("", cols=len(widths))
    for position, width in enumerate(widths):
        column = nodes.colspec("", colwidth=width)
        if stub and position == 0:
            column["stub"] = 1
        group += column
    if head:
        group += nodes.thead("", *head)
    group += nodes.tbody("", *body)
    table = nodes.table("", classes=classes)
    if caption:
        table += nodes.title("", "", *caption)
    table += group
    return table
