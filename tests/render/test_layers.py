"""Layers of a graph: every line goes down, nothing is lost, and the same graph lies the same way."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from docgen.render.layers import bend, layered

GRAPHS = st.integers(1, 9).flatmap(
    lambda size: st.tuples(
        st.just(tuple(f"n{i}" for i in range(size))),
        st.lists(
            st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(lambda pair: pair[0] < pair[1]),
            unique=True,
            max_size=20,
        ).map(lambda pairs: tuple((f"n{a}", f"n{b}") for a, b in pairs)),
    )
)


@given(GRAPHS, st.integers(1, 5))
def test_every_line_goes_down_one_layer_at_a_time(graph, widest: int) -> None:
    nodes, edges = graph
    layers = layered(nodes, edges, widest=widest)
    row = {identity: number for number, ids in enumerate(layers.rows) for identity in ids}
    assert set(layers.chains) == set(edges)
    for (source, target), chain in layers.chains.items():
        assert (chain[0], chain[-1]) == (source, target)
        assert all(bend(identity) for identity in chain[1:-1])
        assert all(row[below] == row[above] + 1 for above, below in pairwise(chain))


@given(GRAPHS, st.integers(1, 5))
def test_every_box_has_one_place_and_no_layer_is_empty(graph, widest: int) -> None:
    nodes, edges = graph
    layers = layered(nodes, edges, widest=widest)
    placed = [identity for ids in layers.rows for identity in ids if not bend(identity)]
    assert sorted(placed) == sorted(nodes)
    assert all(layers.rows)


@given(GRAPHS)
def test_the_same_graph_lies_the_same_way(graph) -> None:
    assert layered(*graph, widest=4) == layered(*graph, widest=4)


def test_what_nothing_goes_into_stands_right_above_what_it_goes_into() -> None:
    layers = layered(("a", "b", "c", "late"), (("a", "b"), ("b", "c"), ("late", "c")), widest=4)
    assert [set(row) for row in layers.rows] == [{"a"}, {"b", "late"}, {"c"}]


def test_a_wide_layer_gives_its_loose_boxes_to_the_one_above() -> None:
    names = tuple("abcdef")
    layers = layered((*names, "run"), tuple((name, "run") for name in names), widest=4)
    boxes = [[name for name in row if not bend(name)] for row in layers.rows]
    assert [len(row) for row in boxes] == [2, 4, 1]
    assert set(boxes[0]) == {"e", "f"}


def test_lines_that_need_not_cross_do_not() -> None:
    edges = (("a", "x"), ("b", "y"), ("c", "z"))
    layers = layered(("a", "b", "c", "z", "y", "x"), edges, widest=4)
    assert layers.rows[0] == tuple({"x": "a", "y": "b", "z": "c"}[name] for name in layers.rows[1])


def test_no_graph_has_no_layers() -> None:
    assert layered((), (), widest=4).rows == ()
