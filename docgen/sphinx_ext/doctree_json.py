"""A resolved doctree as plain data for the PDF template: text stays text, so nothing in it can become Typst markup."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from docutils import nodes
from sphinx import addnodes

from docgen.sphinx_ext.nodes_ import ACROSS, WHOLE, docgen_value
from docgen.sphinx_ext.widths import ACROSS as LONGER

Tree = dict[str, object]
"""`{"t": <kind>, ...}`; children under `c`, text under `s`. The kinds are those of `sphinx_src/pdf/nodes.typ`."""

HTML_ONLY = "docgen-html-only"

MAX_ROWS = 150
"""Rows of one table. A longer one goes on as another, since Typst's time for a table grows with the square of them, and
its values are no links: each costs 100 kB while the PDF is set, and the list of evidence is in the order of ids."""

MAX_WHOLE = 24
"""Lines of a table or a row that is not torn at the end of a page: a third of a page, so that it fits on the next."""

LINE = 90
"""Characters that stand side by side in a table of the PDF, at least."""

LINE_POINTS = 908
"""Length of a line in points, over the width of a character as a share of the size of its type."""

_CONTINUED: Tree = {"t": "text", "s": ", continued"}

_SILENT = (
    nodes.comment,
    nodes.substitution_definition,
    nodes.system_message,
    nodes.meta,
    nodes.raw,
    addnodes.toctree,
    addnodes.index,
)
_INLINE_KINDS: dict[type[nodes.Node], str] = {
    nodes.strong: "strong",
    nodes.emphasis: "emph",
    nodes.title_reference: "emph",
    nodes.subscript: "sub",
    nodes.superscript: "super",
}
_BLOCK_KINDS: dict[type[nodes.Node], str] = {
    nodes.paragraph: "para",
    nodes.bullet_list: "bullets",
    nodes.enumerated_list: "numbers",
    nodes.list_item: "item",
    nodes.block_quote: "quote",
    nodes.definition_list: "terms",
    nodes.definition_list_item: "group",
    nodes.term: "strong",
    nodes.definition: "quote",
    nodes.container: "group",
    nodes.compound: "group",
    nodes.line_block: "group",
    nodes.line: "para",
    nodes.transition: "rule",
    nodes.footnote: "group",
    nodes.label: "super",
}


@dataclass(slots=True)
class Converter:
    """Turns the documents of one PDF into data.

    Args:
        image: given an image's URI, returns its path for the template, or None when it cannot be shown.
        text: given logged or written text, returns it with every character that the fonts can show.
        unknown: told the class name of each node that has no form of its own; its children are shown.
    """

    image: Callable[[str], str | None]
    text: Callable[[str], str]
    unknown: Callable[[str], None]
    docname: str = ""
    across: bool = False
    """Whether the pages of the document at hand lie across."""
    labels: set[str] = field(default_factory=set)

    def document(self, docname: str, doctree: nodes.document, depth: int) -> list[Tree]:
        """Return the blocks of one document; `depth` is the level of its title."""
        self.docname = docname
        self.across = any(ACROSS in table["classes"] for table in doctree.findall(nodes.table))
        found = self._children(doctree, depth - 1)
        return [{"t": "across", "c": found}] if self.across else found

    def _children(self, node: nodes.Node, depth: int) -> list[Tree]:
        return [tree for child in node.children for tree in self.node(child, depth)]

    def node(self, node: nodes.Node, depth: int = 0) -> list[Tree]:  # one line for each kind
        """Return what the template shows for a node."""
        if isinstance(node, nodes.Text):
            return [
                {"t": "text", "s": self.text(node.astext().replace("\n", " "))}
            ]  # a line break of Markdown is a blank
        if not isinstance(node, nodes.Element) or isinstance(node, _SILENT) or HTML_ONLY in node.get("classes", ()):
            return []
        special = _SPECIAL.get(type(node))
        if special is not None:
            return special(self, node, depth)
        kind = _INLINE_KINDS.get(type(node)) or _BLOCK_KINDS.get(type(node))
        if "docgen-note" in node.get("classes", ()):
            kind = "note"
        if kind is None:
            self.unknown(type(node).__name__)
            return self._children(node, depth)
        return [*self._targets(node), {"t": kind, "c": self._children(node, depth)}]

    def _targets(self, node: nodes.Element) -> list[Tree]:
        found: list[Tree] = []
        names: list[str] = node.get("ids", [])
        for name in names:
            label = self._label(name)
            if label not in self.labels:
                self.labels.add(label)
                found.append({"t": "target", "label": label})
        return found

    def _label(self, name: str) -> str:
        """Return a label that is unique in the PDF; docgen's own anchors are so already."""
        return name if name.startswith("dg-") else f"{self.docname}:{name}"

    def _section(self, node: nodes.Element, depth: int) -> list[Tree]:
        title = next((child for child in node.children if isinstance(child, nodes.title)), None)
        rest = [child for child in node.children if child is not title]
        heading: list[Tree] = []
        if title is not None:
            heading = [self._titled(node, title, depth)]
        return [*heading, *(tree for child in rest for tree in self.node(child, depth + 1))]

    def _rubric(self, node: nodes.Element, depth: int) -> list[Tree]:
        return [self._titled(node, node, depth)]

    def _titled(self, node: nodes.Element, title: nodes.Element, depth: int) -> Tree:
        labels = [target["label"] for target in self._targets(node)]
        return {"t": "heading", "level": depth + 1, "labels": labels, "c": self._children(title, depth)}

    def _inline(self, node: nodes.Element, depth: int) -> list[Tree]:
        classes: list[str] = node.get("classes", [])
        verdict = next((name for name in classes if name.startswith("docgen-verdict-")), None)
        if verdict is not None:
            return [{"t": "badge", "verdict": verdict.removeprefix("docgen-verdict-"), "s": self.text(node.astext())}]
        if WHOLE in classes:
            return [{"t": "whole", "c": self._children(node, depth)}]
        if "docgen-absent" in classes:
            return [{"t": "absent", "s": self.text(node.astext())}]
        return [*self._targets(node), *self._children(node, depth)]

    def _value(self, node: nodes.Element, _depth: int) -> list[Tree]:
        from docgen.sphinx_ext.nodes_ import anchor_id

        return [
            {
                "t": "value",
                "s": self.text(node.astext()),
                "code": "docgen-code" in node["classes"],
                "to": anchor_id(f"evidence:{node['evidence']}"),
            }
        ]

    def _target(self, node: nodes.Element, depth: int) -> list[Tree]:
        return [*self._targets(node), *self._children(node, depth)]

    def _reference(self, node: nodes.Element, depth: int) -> list[Tree]:
        children = self._children(node, depth)
        name = node.get("refid") or ""
        uri = node.get("refuri") or ""
        if not name and uri.startswith("#"):
            name = uri[1:]
        if name:
            return [{"t": "ref", "to": self._label(name), "c": children}]
        if uri.startswith(("http://", "https://", "mailto:")):
            return [{"t": "link", "uri": uri, "c": children}]
        return children

    def _code(self, node: nodes.Element, _depth: int) -> list[Tree]:
        return [{"t": "code", "s": self.text(node.astext())}]

    def _block_code(self, node: nodes.Element, _depth: int) -> list[Tree]:
        return [{"t": "codeblock", "s": self.text(node.astext())}]

    def _image(self, node: nodes.Element, _depth: int) -> list[Tree]:
        path = self.image(node["uri"])
        alt = self.text(node.get("alt") or "image without a description")
        return [{"t": "image", "path": path, "alt": alt}] if path else [{"t": "absent", "s": alt}]

    def _figure(self, node: nodes.Element, depth: int) -> list[Tree]:
        caption = next((child for child in node.children if isinstance(child, nodes.caption)), None)
        body = [tree for child in node.children if child is not caption for tree in self.node(child, depth)]
        return [
            *self._targets(node),
            {"t": "figure", "c": body, "caption": self._children(caption, depth) if caption else []},
        ]

    def _admonition(self, node: nodes.Element, depth: int) -> list[Tree]:
        title = next((child for child in node.children if isinstance(child, nodes.title)), None)
        words = self._children(title, depth) if title else [{"t": "text", "s": type(node).__name__.capitalize()}]
        body = [tree for child in node.children if child is not title for tree in self.node(child, depth)]
        kind = "gap" if {"docgen-gap", "docgen-grave"} & set(node.get("classes", ())) else "note"
        return [{"t": "box", "kind": kind, "title": words, "c": body}]

    def _table(self, node: nodes.Element, depth: int) -> list[Tree]:
        title = next((child for child in node.children if isinstance(child, nodes.title)), None)
        widths = [int(column.get("colwidth", 1)) for column in node.findall(nodes.colspec)]
        stub = any(column.get("stub") for column in node.findall(nodes.colspec))
        head = [row for part in node.findall(nodes.thead) for row in part.findall(nodes.row)]
        body = [row for part in node.findall(nodes.tbody) for row in part.findall(nodes.row)]
        caption = self._children(title, depth) if title else []
        rows = [self._row(row, depth, widths) for row in body]
        whole = _lines(body, widths) <= MAX_WHOLE
        if len(rows) > MAX_ROWS:
            for row in rows:
                _unlinked(row)
        return [
            *self._targets(node),
            *(
                {
                    "t": "table",
                    "caption": [*caption, _CONTINUED] if start and caption else caption,
                    "widths": widths,
                    "line": round(LINE_POINTS * (LONGER if self.across else 1)),
                    "stub": stub,
                    "head": [self._row(row, depth, widths) for row in head],
                    "body": rows[start : start + MAX_ROWS],
                    "whole": whole,
                    "kind": next((name for name in ("gaps", "verdicts") if f"docgen-{name}" in node["classes"]), ""),
                }
                for start in range(0, max(len(rows), 1), MAX_ROWS)
            ),
        ]

    def _row(self, row: nodes.row, depth: int, widths: list[int]) -> list[Tree]:
        whole = _lines([row], widths) <= MAX_WHOLE
        cells = [
            {
                "whole": whole,
                "right": "docgen-num" in cell.get("classes", ()),
                "x": 1 + int(cell.get("morecols", 0)),
                "y": 1 + int(cell.get("morerows", 0)),
                "c": list(_where_it_fits(self._cell(cell, depth), wide)),
            }
            for cell, wide in zip(row.children, widths, strict=False)
            if isinstance(cell, nodes.entry)
        ]
        _once_linked(cells, set())
        return cells

    def _cell(self, cell: nodes.entry, depth: int) -> list[Tree]:
        """Return a cell's content; a single paragraph needs no block of its own."""
        if len(cell.children) == 1 and isinstance(cell.children[0], nodes.paragraph):
            return self._children(cell.children[0], depth)
        return self._children(cell, depth)


_SPECIAL: dict[type[nodes.Node], Callable[[Converter, nodes.Element, int], list[Tree]]] = {  # the class's own methods
    nodes.section: Converter._section,  # noqa: SLF001
    nodes.rubric: Converter._rubric,  # noqa: SLF001
    nodes.inline: Converter._inline,  # noqa: SLF001
    docgen_value: Converter._value,  # noqa: SLF001
    nodes.target: Converter._target,  # noqa: SLF001
    nodes.reference: Converter._reference,  # noqa: SLF001
    nodes.literal: Converter._code,  # noqa: SLF001
    nodes.literal_block: Converter._block_code,  # noqa: SLF001
    nodes.image: Converter._image,  # noqa: SLF001
    nodes.figure: Converter._figure,  # noqa: SLF001
    nodes.table: Converter._table,  # noqa: SLF001
    **dict.fromkeys((nodes.admonition, nodes.note, nodes.warning, nodes.important, nodes.tip), Converter._admonition),  # noqa: SLF001
}


def _where_it_fits(trees: list[Tree], wide: int) -> Iterator[Tree]:
    """Yield a cell's content; what is better not broken is, where a column of `wide` characters is too narrow."""
    for tree in trees:
        inner = tree.get("c")
        if tree["t"] == "whole" and isinstance(inner, list) and len(_text(inner)) > wide:
            yield from inner
        else:
            yield tree


def _text(tree: object) -> str:
    if isinstance(tree, list):
        return "".join(map(_text, tree))
    return str(tree.get("s", "")) + _text(tree.get("c", [])) if isinstance(tree, dict) else ""


def _lines(rows: list[nodes.row], widths: list[int]) -> int:
    """Return about how many lines some rows take in the PDF."""
    room = [max(1, width * LINE // sum(widths)) for width in widths]
    return sum(
        max((_wrapped(cell.astext(), wide) for cell, wide in zip(row.children, room, strict=False)), default=1)
        for row in rows
    )


def _wrapped(text: str, wide: int) -> int:
    return sum(max(1, -(-len(line) // wide)) for line in text.splitlines() or ("",))


def _once_linked(trees: list[Tree], seen: set[object]) -> None:
    """Let only the first value of a row lead to its evidence, and none from the row that is its place."""
    for tree in trees:
        if tree.get("t") == "target":
            seen.add(tree["label"])
        elif tree.get("t") == "value":
            if tree["to"] in seen:
                tree["to"] = ""
            seen.add(tree["to"])
        inner = tree.get("c")
        if isinstance(inner, list):
            _once_linked(inner, seen)


def _unlinked(trees: list[Tree]) -> None:
    for tree in trees:
        if tree.get("t") == "value":
            tree["to"] = ""
        inner = tree.get("c")
        if isinstance(inner, list):
            _unlinked(inner)


def without_dead_links(trees: list[Tree], labels: set[str]) -> list[Tree]:
    """Return the same trees in which what leads to no label is plain text: Typst would stop at it.

    A place that nothing leads to is left out: it would take a line of its own between two blocks.
    """
    wanted = set(_led_to(trees))
    return [_alive(tree, labels, wanted) for tree in trees if _kept(tree, wanted)]


def _led_to(value: object) -> Iterator[object]:
    if isinstance(value, list):
        for item in value:
            yield from _led_to(item)
    elif isinstance(value, dict):
        yield value.get("to")
        for item in value.values():
            yield from _led_to(item)


def _kept(value: object, wanted: set[object]) -> bool:
    return not isinstance(value, dict) or value.get("t") != "target" or value["label"] in wanted


def _alive(tree: Tree, labels: set[str], wanted: set[object]) -> Tree:
    found = {key: _walk(value, labels, wanted) for key, value in tree.items()}
    if found["t"] == "ref" and found["to"] not in labels:
        return {"t": "group", "c": found["c"]}
    if found["t"] == "value" and found["to"] not in labels:
        found["to"] = ""
    return found


def _walk(value: object, labels: set[str], wanted: set[object]) -> object:
    if isinstance(value, list):
        return [_walk(item, labels, wanted) for item in value if _kept(item, wanted)]
    if isinstance(value, dict):
        if "t" in value:
            return _alive(value, labels, wanted)
        return {key: _walk(item, labels, wanted) for key, item in value.items()}
    return value
