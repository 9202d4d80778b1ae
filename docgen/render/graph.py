"""The lineage graph as SVG, from data and code at the top to the dossier at the bottom; plain text and lines."""

from __future__ import annotations

from html import escape
from itertools import pairwise

from docgen.model.document import Graph, GraphNode
from docgen.render.filters import shown
from docgen.render.layers import Layers, bend, layered
from docgen.render.text import one_line

BOX_W, BOX_H, GAP_X, GAP_Y, PAD, BEND_W = 166, 60, 18, 34, 10, 14
WIDEST = 4
"""Boxes of one layer: so many stay legible on a portrait page."""

INK, LINE, BROKEN = "#1b2733", "#5b6b7a", "#b3261e"
_FILL = {
    "data": "#e6f0f7",
    "code": "#eef0f3",
    "run": "#fdf3e1",
    "model": "#e3f3ec",
    "evaluation": "#f3eaf5",
    "deployment": "#f7eee6",
    "document": "#ffffff",
}
_FONT = f'font-family="DejaVu Sans, Helvetica, Arial, sans-serif" fill="{INK}"'
_LEGEND = "Broken outline or line: wanted, and not recorded"

Point = tuple[float, float]


def draw_graph(graph: Graph) -> bytes:
    """Return the graph as SVG. Missing things and links are drawn broken; missing things say so in words."""
    edges = tuple((edge.source, edge.target) for edge in graph.edges)
    layers = layered(tuple(node.id for node in graph.nodes), edges, widest=WIDEST)
    width = max((_width(row) for row in layers.rows), default=0) + 2 * PAD
    place = _places(layers, width)
    lines = "".join(
        _line([place[identity] for identity in layers.chains[edge.source, edge.target]], missing=edge.missing)
        for edge in sorted(graph.edges, key=lambda edge: edge.missing)
    )
    boxes = "".join(_box(node, *place[node.id]) for node in graph.nodes)
    height = PAD + len(layers.rows) * (BOX_H + GAP_Y) - GAP_Y + PAD
    legend = ""
    if any(node.missing for node in graph.nodes) or any(edge.missing for edge in graph.edges):
        legend = f'<text x="{PAD}" y="{height + 12}" {_FONT} font-size="11.5">{_LEGEND}</text>'
        height += 20
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' role="img" aria-labelledby="title desc">'
        f'<title id="title">{escape(one_line(graph.caption))}</title>'
        f'<desc id="desc">{escape(one_line(graph.alt))}</desc>'
        '<rect width="100%" height="100%" fill="#ffffff"/>'
    )
    return (head + lines + boxes + legend + "</svg>\n").encode()


def _width(row: tuple[str, ...]) -> int:
    return sum(BEND_W if bend(identity) else BOX_W for identity in row) + GAP_X * (len(row) - 1)


def _places(layers: Layers, width: int) -> dict[str, Point]:
    """Return the upper left corner of each box, and of each bend; every layer stands in the middle."""
    place: dict[str, Point] = {}
    for number, row in enumerate(layers.rows):
        x = (width - _width(row)) / 2
        for identity in row:
            place[identity] = (x, PAD + number * (BOX_H + GAP_Y))
            x += (BEND_W if bend(identity) else BOX_W) + GAP_X
    return place


def _line(points: list[Point], *, missing: bool) -> str:
    """Return a line from the bottom of the first box to the top of the last, straight down where it passes a layer."""
    last = len(points) - 1
    middles = [x + (BOX_W if index in {0, last} else BEND_W) / 2 for index, (x, _) in enumerate(points)]
    path = ""
    for index, ((_, upper), (_, lower)) in enumerate(pairwise(points)):
        x1, x2, y1, y2 = middles[index], middles[index + 1], upper + BOX_H, lower - (6 if index + 1 == last else 0)
        half = (y1 + y2) / 2
        path += f"{'M' if index == 0 else 'L'}{x1:g} {y1:g} C{x1:g} {half:g} {x2:g} {half:g} {x2:g} {y2:g} "
    colour = BROKEN if missing else LINE
    dash = ' stroke-dasharray="5 4"' if missing else ""
    x, y = middles[-1], points[-1][1]
    return (
        f'<path d="{path.rstrip()}" fill="none" stroke="{colour}" stroke-width="1.4"{dash}/>'
        f'<path d="M{x:g} {y:g} l-4 -7 h8 z" fill="{colour}"/>'
    )


def _box(node: GraphNode, x: float, y: float) -> str:
    dash = ' stroke-dasharray="5 4"' if node.missing else ""
    colour = BROKEN if node.missing else LINE
    detail = "missing" if node.missing and node.detail is None else ""
    if node.detail is not None:
        detail = _cut(one_line(shown(node.detail.value, node.detail.format), limit=200), 20)
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{BOX_W}" height="{BOX_H}" rx="6" fill="{_FILL[node.kind]}"'
        f' stroke="{colour}" stroke-width="1.4"{dash}/>'
        f'<text x="{x + 10:g}" y="{y + 19:g}" {_FONT} font-size="13" font-weight="bold">{escape(node.title)}</text>'
        f'<text x="{x + 10:g}" y="{y + 36:g}" {_FONT} font-size="12">{escape(detail)}</text>'
        f'<text x="{x + 10:g}" y="{y + 51:g}" {_FONT} font-size="10.5">{escape(_cut(node.remark, 27))}</text>'
    )


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}\u2026"
