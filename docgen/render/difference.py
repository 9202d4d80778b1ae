"""What differs between two versions, as one page that needs nothing else: tables, and plots of both intervals."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from docgen.model.change import SCOPE, ChangeKind, Changes, Element
from docgen.model.document import Mark, Plot
from docgen.render.alone import render_alone, source
from docgen.render.figures import draw
from docgen.render.filters import significant
from docgen.render.look import MAX_MARKS
from docgen.resources import templates_dir

SECTIONS: tuple[tuple[str, tuple[ChangeKind, ...]], ...] = (
    ("What was changed", SCOPE),
    ("What people wrote", ("narrative", "labeling")),
    ("Measures", ("metric",)),
    ("Groups", ("fairness",)),
    ("Attributions", ("attribution",)),
)
"""Heading, and the kinds below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A plot on the page."""

    source: str
    """As a data address."""
    caption: str
    alt: str


def render_difference(changes: Changes) -> str:
    """Return the page; whatever was logged stands on it as text."""
    folder = templates_dir() / "difference"
    style, style_hash = source(folder / "difference.css")
    return render_alone(
        folder / "page.html.j2",
        {
            "changes": changes,
            "style": style,
            "style_hash": style_hash,
            "sections": [(title, *_section(changes, kinds)) for title, kinds in SECTIONS],
        },
        {"number": significant},
    )


def _section(changes: Changes, kinds: tuple[ChangeKind, ...]) -> tuple[tuple[Element, ...], tuple[Picture, ...]]:
    items = changes.of_kind(*kinds)
    return items, tuple(_pictures(items))


def _pictures(items: tuple[Element, ...]) -> list[Picture]:
    """Return a plot for each unit and split: measures on one axis must be measured alike."""
    alike: dict[tuple[str, str, str], list[Element]] = {}
    for item in items:
        before, after = item.before_quantity, item.after_quantity
        if before and after and before.interval and after.interval and before.unit == after.unit and _valued(item):
            split = item.name.rpartition("@")[2].partition(" ")[0]
            of = item.name.partition("/")[2].partition("@")[0] if item.kind == "fairness" else ""
            alike.setdefault((after.unit, split, of), []).append(item)
    return [_picture(several, split) for (_, split, _), several in alike.items()]


def _picture(items: list[Element], split: str) -> Picture:
    shown = items[: MAX_MARKS // 2]
    marks = tuple(mark for item in shown for mark in _marks(item))
    left = f"; {len(items) - len(shown)} more stand in the table" if len(items) > len(shown) else ""
    image = base64.b64encode(draw(Plot(kind="dots", x_title="value with its interval", marks=marks))).decode()
    return Picture(
        source=f"data:image/svg+xml;base64,{image}",
        caption=f"Before and now on {split}, with intervals{left}",
        alt=f"{len(shown)} measures on {split} of both versions, each with its interval; the table holds every value",
    )


def _valued(item: Element) -> bool:
    return all(one is not None and one.value is not None for one in (item.before_quantity, item.after_quantity))


def _marks(item: Element) -> tuple[Mark, Mark]:
    sides = (("before", item.before_quantity), ("now", item.after_quantity))
    name = item.name.replace("@", " on ")
    first, second = (
        Mark(
            label=f"{name}, {side}",
            value=quantity.value if quantity and quantity.value is not None else 0.0,
            low=quantity.interval.low if quantity and quantity.interval else None,
            high=quantity.interval.high if quantity and quantity.interval else None,
            emphasis=side == "now",
        )
        for side, quantity in sides
    )
    return first, second
