"""The lineage graph: well-formed, accessible, the same bytes, and hostile text stays text."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from docgen.blocks.graph import lineage
from docgen.model.document import Dossier, Graph, GraphEdge, GraphNode, Shown
from docgen.render.graph import BOX_H, BOX_W, draw_graph
from docgen.testing import sample_snapshot

SVG = "{http://www.w3.org/2000/svg}"


def sample() -> Graph:
    found = lineage(Dossier(snapshot=sample_snapshot(), regimes=(), assessments=()), {})[0]
    assert isinstance(found, Graph)
    return found


def test_it_tells_programs_that_read_aloud_what_it_is() -> None:
    root = ET.fromstring(draw_graph(sample()))
    assert root.get("role") == "img"
    ids = {item.get("id"): item.text for item in root}
    assert [ids[name] for name in str(root.get("aria-labelledby")).split()] == ["Lineage", sample().alt]


def test_the_same_graph_gives_the_same_bytes() -> None:
    assert draw_graph(sample()) == draw_graph(sample())


def test_every_thing_is_drawn_inside_and_none_lies_on_another() -> None:
    root = ET.fromstring(draw_graph(sample()))
    boxes = [
        tuple(float(item.get(key, "nan")) for key in ("x", "y")) for item in root.iter(f"{SVG}rect") if item.get("rx")
    ]
    assert len(boxes) == len(sample().nodes)
    width, height = (float(root.get(key, "nan")) for key in ("width", "height"))
    for number, (x, y) in enumerate(boxes):
        assert 0 <= x <= width - BOX_W
        assert 0 <= y <= height - BOX_H
        assert all(abs(x - a) >= BOX_W or abs(y - b) >= BOX_H for a, b in boxes[number + 1 :])
    assert width <= 860  # more would be set too small on a portrait page


def test_what_is_missing_is_broken_and_says_so_without_colour() -> None:
    nodes = (GraphNode(id="a", kind="data", title="Data", missing=True), GraphNode(id="b", kind="run", title="Run"))
    edges = (GraphEdge(source="a", target="b", missing=True),)
    text = draw_graph(Graph(name="g", nodes=nodes, edges=edges, caption="c", alt="a")).decode()
    assert text.count("stroke-dasharray") == 2
    assert ">missing</text>" in text
    assert "Broken outline or line" in text


def test_a_whole_graph_has_no_legend_of_broken_things() -> None:
    nodes = (GraphNode(id="a", kind="data", title="Data"), GraphNode(id="b", kind="run", title="Run"))
    text = draw_graph(
        Graph(name="g", nodes=nodes, edges=(GraphEdge(source="a", target="b"),), caption="c", alt="a")
    ).decode()
    assert "dasharray" not in text
    assert "Broken" not in text


def test_hostile_text_stays_text() -> None:
    evil = '<script>alert(1)</script>\u202e\x1b"'
    node = GraphNode(
        id="a", kind="data", title="a & <b>", detail=Shown(value=evil, evidence="dataset:x"), remark="c & <d>"
    )
    data = draw_graph(Graph(name="g", nodes=(node,), edges=(), caption=evil, alt="a & <b>"))
    root = ET.fromstring(data)
    assert not list(root.iter(f"{SVG}script"))
    assert not {item.tag for item in root.iter()} & {f"{SVG}b", f"{SVG}d"}
    assert b"\x1b" not in data
    assert "\u202e".encode() not in data
