"""The lineage graph as SVG, laid out in columns from data and code to the dossier; plain text and lines, no program."""

from __future__ import annotations

from html import escape

from docgen.model.document import Graph, GraphNode
from docgen.render.filters import shown
from docgen.render.text import one_line

BOX_W, BOX_H, GAP_X, GAP_Y, PAD = 132, 46, 34, 18, 10
_FILL = {
    "data": "#e6f0f7",
    "code": "#eef0f3",
    "run": "#fdf3e1",
    "model": "#e3f3ec",
    "evaluation": "#f3eaf5",
    "document": "#ffffff",
}


def draw_graph(graph: Graph) -> bytes:
    """Return the graph as SVG. Missing things are drawn with a broken border and say so in words."""
    column = _columns(graph)
    place: dict[str, tuple[int, int]] = {}
    for number in range(max(column.values(), default=0) + 1):
        for row, node in enumerate(item for item in graph.nodes if column[item.id] == number):
            place[node.id] = (PAD + number * (BOX_W + GAP_X), PAD + row * (BOX_H + GAP_Y))
    width = max((x for x, _ in place.values()), default=0) + BOX_W + PAD
    height = max((y for _, y in place.values()), default=0) + BOX_H + PAD
    lines = [_edge(place[edge.source], place[edge.target]) for edge in graph.edges]
    boxes = [_box(node, *place[node.id]) for node in graph.nodes]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' role="img">'
        f"<title>{escape(graph.caption)}</title><desc>{escape(graph.alt)}</desc>"
        '<rect width="100%" height="100%" fill="#ffffff"/>'
    )
    return (head + "".join(lines) + "".join(boxes) + "</svg>\n").encode()


def _columns(graph: Graph) -> dict[str, int]:
    """Return each node's column: one more than the furthest of what goes into it. The graph has no cycles."""
    column = {node.id: 0 for node in graph.nodes}
    for _ in graph.nodes:
        for edge in graph.edges:
            column[edge.target] = max(column[edge.target], column[edge.source] + 1)
    return column


def _edge(source: tuple[int, int], target: tuple[int, int]) -> str:
    x1, y1 = source[0] + BOX_W, source[1] + BOX_H // 2
    x2, y2 = target[0], target[1] + BOX_H // 2
    middle = (x1 + x2) // 2
    return (
        f'<path d="M{x1} {y1} C{middle} {y1} {middle} {y2} {x2 - 6} {y2}" fill="none" stroke="#5b6b7a"'
        ' stroke-width="1.3"/>'
        f'<path d="M{x2} {y2} l-7 -4 v8 z" fill="#5b6b7a"/>'
    )


def _box(node: GraphNode, x: int, y: int) -> str:
    dash = ' stroke-dasharray="5 4"' if node.missing else ""
    colour = "#b3261e" if node.missing else "#5b6b7a"
    detail = "missing" if node.missing else ""
    if node.detail is not None and not node.missing:
        text = one_line(shown(node.detail.value, node.detail.format), limit=200)
        detail = text if len(text) <= 19 else f"{text[:18]}\u2026"
    style = 'font-family="DejaVu Sans, Helvetica, Arial, sans-serif" fill="#1b2733"'
    return (
        f'<rect x="{x}" y="{y}" width="{BOX_W}" height="{BOX_H}" rx="6" fill="{_FILL[node.kind]}" stroke="{colour}"'
        f' stroke-width="1.3"{dash}/>'
        f'<text x="{x + 9}" y="{y + 19}" {style} font-size="12" font-weight="bold">{escape(node.title)}</text>'
        f'<text x="{x + 9}" y="{y + 36}" {style} font-size="10.5">{escape(detail)}</text>'
    )
