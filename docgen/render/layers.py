"""Places for the boxes of a graph without cycles: in layers from top to bottom, few crossings, the same every time.

The method is Sugiyama's (Sugiyama, Tagawa and Toda 1981) for small graphs: layers by the longest way, a bend wherever
a line passes a layer, order within a layer by the mean place of the neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 6
"""Passes down and up that put boxes under their neighbours."""

Chain = tuple[str, ...]
"""Source, bends, target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """Where everything is."""

    rows: tuple[tuple[str, ...], ...]
    """Ids from left to right, layer by layer; a bend's id holds a NUL, which no node's does."""
    chains: Mapping[tuple[str, str], Chain]
    """(source, target) -> the ids that the line passes."""


def layered(nodes: tuple[str, ...], edges: tuple[tuple[str, str], ...], *, widest: int) -> Layers:
    """Return the layers of a graph.

    Args:
        nodes: ids, in the order that a reader would like.
        edges: (source, target), both among the nodes; no cycle.
        widest: boxes that a layer should hold at most; things that nothing goes into move up out of a wider one.
    """
    depth = _depths(nodes, edges, widest)
    chains = {edge: _chain(edge, depth) for edge in edges}
    rows: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node in nodes:
        rows[depth[node]].append(node)
    for (source, _), chain in chains.items():
        for offset, bend in enumerate(chain[1:-1], 1):
            rows[depth[source] + offset].append(bend)
    links = [pair for chain in chains.values() for pair in pairwise(chain)]
    return Layers(rows=_ordered(rows, links), chains=chains)


def bend(identity: str) -> bool:
    """Whether an id is that of a bend."""
    return "\0" in identity


def _depths(nodes: tuple[str, ...], edges: tuple[tuple[str, str], ...], widest: int) -> dict[str, int]:
    depth = dict.fromkeys(nodes, 0)
    for _ in nodes:
        for source, target in edges:
            depth[target] = max(depth[target], depth[source] + 1)
    fed = {target for _, target in edges}
    free = [node for node in nodes if node not in fed]
    for node in free:  # what nothing goes into stands right above what it goes into
        below = [depth[target] for source, target in edges if source == node]
        depth[node] = min(below) - 1 if below else 0
    for layer in sorted(set(depth.values()), reverse=True):
        inside = [node for node in nodes if depth[node] == layer]
        for node in reversed([item for item in inside if item in free]):
            if sum(depth[other] == layer for other in nodes) > widest:
                depth[node] -= 1
    top = min(depth.values(), default=0)
    return {node: place - top for node, place in depth.items()}


def _chain(edge: tuple[str, str], depth: Mapping[str, int]) -> Chain:
    source, target = edge
    bends = (f"{source}\0{target}\0{layer}" for layer in range(depth[source] + 1, depth[target]))
    return (source, *bends, target)


def _ordered(rows: list[list[str]], links: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    pairs = list(links)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for layer in range(1, len(rows)) if down else range(len(rows) - 2, -1, -1):
            beside = rows[layer - 1 if down else layer + 1]
            place = {identity: (index + 0.5) / len(beside) for index, identity in enumerate(beside)}
            near = {
                identity: [place[a if down else b] for a, b in pairs if (b if down else a) == identity]
                for identity in rows[layer]
            }
            now = {identity: (index + 0.5) / len(rows[layer]) for index, identity in enumerate(rows[layer])}
            rows[layer].sort(key=lambda item: sum(near[item]) / len(near[item]) if near[item] else now[item])
    return tuple(tuple(row) for row in rows)
