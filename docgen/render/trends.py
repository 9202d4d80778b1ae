"""Trends: a measure over time with its interval, and the zones beyond its amber and red limits.

Zones are told apart by hatching and points by shape, so that a print in grey says the same.
"""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from docgen.model.document import Trend, TrendPoint
from docgen.render.look import INK, LINE, WARM, label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

AMBER, RED = "#f3d9a4", "#f0b49e"
"""Grounds of the zones: light enough to read on, and of different lightness in grey."""

MARKERS: dict[str, dict[str, Any]] = {
    "": {"marker": "o", "color": LINE, "markerfacecolor": "white"},
    "within": {"marker": "o", "color": LINE},
    "amber": {"marker": "^", "color": "#8a5a00"},
    "red": {"marker": "D", "color": WARM},
}
"""State -> how its points look; those that nobody judged are hollow."""

SIZES = {"amber": 6, "red": 6}

WORDS = {"": "not judged: no limits", "within": "within limits", "amber": "beyond amber", "red": "beyond red"}

TICKS = 3
"""Dates below a trend: the first, the last, and one between."""


def draw_trend(axes: Axes, trend: Trend) -> None:
    """Draw one trend into its axes."""
    axes.set_title(label(trend.title, 50), fontsize=8, loc="left")
    days = [point.day for point in trend.points]
    _frame(axes, trend.points)
    if trend.worse:
        _zones(axes, trend)
    for there, run in groupby(trend.points, key=lambda point: point.value is not None):
        if there:
            points = tuple(run)
            axes.plot([point.day for point in points], [_y(point) for point in points], color=LINE, linewidth=1.2)
    for point in trend.points:
        if point.low is not None and point.high is not None:
            axes.plot([point.day, point.day], [point.low, point.high], color=LINE, linewidth=0.9)
        if point.value is not None:
            look, size = MARKERS.get(point.state, MARKERS[""]), SIZES.get(point.state, 4)
            axes.plot([point.day], [point.value], linestyle="none", markersize=size, **look)
    places = sorted({0, len(days) // 2 if len(days) > TICKS else 0, len(days) - 1})
    axes.set_xticks([days[place] for place in places], [_date(days[place]) for place in places], fontsize=7)
    axes.tick_params(axis="y", labelsize=7)
    axes.locator_params(axis="y", nbins=4)


def legend(figure: Figure, trends: tuple[Trend, ...]) -> None:
    """Say below the trends what the shapes and zones mean, those that occur."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    states = {point.state for trend in trends for point in trend.points if point.value is not None}
    handles: list[Any] = [
        Line2D([], [], linestyle="none", label=words, **MARKERS[state])
        for state, words in WORDS.items()
        if state in states
    ]
    for name, ground, hatch in (("amber", AMBER, "///"), ("red", RED, "xxx")):
        if any(trend.worse and getattr(point, name) is not None for trend in trends for point in trend.points):
            handles.append(Patch(facecolor=ground, edgecolor=INK, hatch=hatch, linewidth=0.5, label=f"{name} zone"))
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=5, fontsize=7, frameon=False)


def _frame(axes: Axes, points: tuple[TrendPoint, ...]) -> None:
    """Fix the axes before zones are drawn, so that a limit far away does not press the trend flat."""
    known = [value for point in points for value in (point.value, point.low, point.high) if value is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    span = (high - low) or abs(high) or 1.0
    near = [
        limit
        for point in points
        for limit in (point.amber, point.red)
        if limit is not None and low - 2 * span <= limit <= high + 2 * span
    ]
    low, high = min([low, *near]), max([high, *near])
    room = 0.15 * ((high - low) or abs(high) or 1.0)
    axes.set_ylim(low - room, high + room)
    first, last = points[0].day, points[-1].day
    side = max(1.0, 0.06 * (last - first))
    axes.set_xlim(first - side, last + side)


def _zones(axes: Axes, trend: Trend) -> None:
    """Shade what lies beyond the limits; each point's limits hold from the point before it on."""
    bottom, top = axes.get_ylim()
    left, right = axes.get_xlim()
    days = [point.day for point in trend.points]
    edges = [left, *days[:-1], right] if len(days) > 1 else [left, right]
    end = top if trend.worse == "high" else bottom
    for point, start, stop in zip(trend.points, edges, edges[1:], strict=False):
        red = point.red if point.red is not None else end
        if point.amber is not None:
            _zone(axes, (start, stop), (point.amber, red), AMBER, "///", "--")
        if point.red is not None:
            _zone(axes, (start, stop), (point.red, end), RED, "xxx", "-")


def _zone(
    axes: Axes, across: tuple[float, float], between: tuple[float, float], ground: str, hatch: str, line: str
) -> None:
    bottom, top = axes.get_ylim()
    low, high = (max(bottom, min(top, edge)) for edge in sorted(between))
    if high > low:
        axes.fill_between(
            across, low, high, facecolor=ground, edgecolor="#c9b48a" if hatch == "///" else "#c98f7a",
            hatch=hatch, linewidth=0, zorder=0.5,
        )  # fmt: skip
    if bottom <= between[0] <= top:
        style: Any = line
        axes.plot(across, [between[0], between[0]], linestyle=style, color=INK, linewidth=0.8, zorder=0.6)


def _y(point: TrendPoint) -> float:
    return point.value if point.value is not None else float("nan")


def _date(day: float) -> str:
    return date.fromordinal(int(day)).isoformat()
