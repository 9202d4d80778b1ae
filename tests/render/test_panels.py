"""Small multiples: what is drawn, and what is not where there is nothing to draw."""

from __future__ import annotations

import re

from docgen.model.document import Curve, Mark, Panel, Plot
from docgen.render.figures import draw


def strokes(periods: tuple[float, ...]) -> int:
    """How many strokes the line of a curve over some periods has."""
    ones = (0.5,) * len(periods)
    curve = Curve(name="a", x=periods, y=ones, low=ones, high=ones)
    plot = Plot(kind="periods", x_title="", panels=(Panel(title="rate", curves=(curve,)),), rows=tuple("abcdef"))
    axes = draw(plot).decode().split('id="axes_1"')[1]
    lines = re.findall(r'<g id="line2d_\d+">\s*<path d="([^"]+)" clip-path[^>]+style="[^"]*stroke-width: 1.3', axes)
    return sum(line.count("M ") for line in lines)


def test_a_curve_breaks_where_a_period_has_no_value() -> None:
    assert strokes((0.0, 1.0, 2.0, 3.0)) == 1
    assert strokes((0.0, 1.0, 3.0, 4.0)) == 2


def test_a_panel_without_a_value_has_no_scale() -> None:
    """As where every group of a measure is suppressed: an axis of -0.05 to 0.05 would be of nothing."""
    shown = Panel(title="size", marks=(Mark(label="a", value=0.25), Mark(label="b", value=0.5)))
    plot = Plot(kind="panels", x_title="", panels=(shown, Panel(title="errors")), rows=("a", "b"))
    texts = re.findall(r"<!-- (.+?) -->", draw(plot).decode())
    assert texts.count("not shown") == 2
    assert "0.3" in texts
    assert not [text for text in texts if text.endswith(("0.05", "0.025", "0.00"))]
