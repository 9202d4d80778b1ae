"""Small multiples: several measures of the same groups side by side, or over the same periods."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from docgen.model.document import Curve, Panel, Plot
from docgen.render.look import CURVES, INK, LINE, WARM, label
from docgen.render.trends import draw_trend, legend

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ACROSS = {"panels": 3, "periods": 2, "trends": 2}
"""Panels side by side."""

MAX_ROWS = 30
MAX_CURVES = len(CURVES)
MAX_TICKS = 6


def panels_height(plot: Plot) -> float:
    """Return the height of a figure of panels in inches."""
    down = math.ceil(len(plot.trends or plot.panels) / ACROSS[plot.kind])
    if plot.kind == "trends":
        return down * 1.75 + 0.4
    if plot.kind == "periods":
        return down * 2.1 + 0.5
    return down * (0.75 + 0.22 * max(2, min(len(plot.rows), MAX_ROWS)))


def _grid(figure: Figure, plot: Plot) -> list[Axes]:
    count = len(plot.trends or plot.panels)
    across = min(ACROSS[plot.kind], count)
    down = math.ceil(count / across)
    return [figure.add_subplot(down, across, position + 1) for position in range(count)]


def _panels(figure: Figure, plot: Plot) -> None:
    """Draw dots with intervals; the first panel of each line names the rows."""
    rows = plot.rows[:MAX_ROWS]
    across = min(ACROSS[plot.kind], len(plot.panels))
    every = [value for panel in plot.panels for mark in panel.marks for value in (mark.value, mark.low, mark.high)]
    widest = max((value for value in every if value is not None), default=1.0)
    for position, (axes, panel) in enumerate(zip(_grid(figure, plot), plot.panels, strict=True)):
        if plot.shared:
            axes.set_xlim(0, widest * 1.06)
        _dots(axes, panel, rows)
        axes.set_title(label(panel.title), fontsize=9, loc="left")
        axes.set_yticks(range(len(rows)), [label(row, 30) for row in rows] if position % across == 0 else [])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.grid(visible=False, axis="y")
        if panel.marks:
            axes.locator_params(axis="x", nbins=4)
        else:  # an axis without a value has no scale, and matplotlib would invent one
            axes.set_xticks([])


def _dots(axes: Axes, panel: Panel, rows: tuple[str, ...]) -> None:
    if panel.reference is not None:
        axes.axvline(panel.reference, color=INK, linewidth=0.8, linestyle="--")
    there = {mark.label for mark in panel.marks}
    for mark in panel.marks:
        if mark.label not in rows:
            continue
        row = rows.index(mark.label)
        if mark.low is not None and mark.high is not None:
            axes.plot([mark.low, mark.high], [row, row], color=LINE, linewidth=1.6, solid_capstyle="butt")
            axes.plot([mark.low, mark.high], [row, row], "|", color=LINE, markersize=6)
        marker, color = ("D", WARM) if mark.emphasis else ("o", LINE)
        axes.plot([mark.value], [row], linestyle="none", markersize=5, marker=marker, color=color)
    for row, name in enumerate(rows):
        if name not in there:
            across: Any = axes.get_yaxis_transform()
            axes.text(0.03, row, "not shown", transform=across, color=INK, fontsize=7, style="italic", va="center")


def _periods(figure: Figure, plot: Plot) -> None:
    """Draw each group's curve with its intervals, a little apart from the others, and one legend for all."""
    names = tuple(dict.fromkeys(curve.name for panel in plot.panels for curve in panel.curves))[:MAX_CURVES]
    for axes, panel in zip(_grid(figure, plot), plot.panels, strict=True):
        for curve in panel.curves:
            if curve.name in names:
                _curve(axes, curve, names)
        axes.set_title(label(panel.title), fontsize=9, loc="left")
        step = max(1, math.ceil(len(plot.rows) / MAX_TICKS))
        ticks = list(range(0, len(plot.rows), step))
        axes.set_xticks(ticks, [label(plot.rows[tick], 12) for tick in ticks])
        axes.set_xlim(-0.5, len(plot.rows) - 0.5)
    handles = {line.get_label(): line for axes in figure.axes for line in axes.get_lines()}
    shown = [(handles[name], label(name, 30)) for name in names if name in handles]
    figure.legend([line for line, _ in shown], [text for _, text in shown], loc="outside lower center", ncols=4)


def _curve(axes: Axes, curve: Curve, names: tuple[str, ...]) -> None:
    place = names.index(curve.name)
    color, line, marker = CURVES[place]
    x = [value + 0.5 * (place - (len(names) - 1) / 2) / max(len(names), 4) for value in curve.x]
    style: Any = line
    shown = _broken(x, curve)
    axes.plot(*shown, linestyle=style, marker=marker, color=color, linewidth=1.3, markersize=4, label=curve.name)
    for position, low, high in zip(x, curve.low, curve.high, strict=False):
        axes.plot([position, position], [low, high], color=color, linewidth=0.8, label="_interval")


def _broken(x: list[float], curve: Curve) -> tuple[list[float], list[float]]:
    """Return a curve with a break where periods between two points have no value, such as suppressed ones."""
    broken: tuple[list[float], list[float]] = ([], [])
    for position, (at, value) in enumerate(zip(x, curve.y, strict=True)):
        if position and curve.x[position] - curve.x[position - 1] > 1:
            broken[0].append(math.nan)
            broken[1].append(math.nan)
        broken[0].append(at)
        broken[1].append(value)
    return broken


def _trends(figure: Figure, plot: Plot) -> None:
    """Draw each measure over time in a plot of its own, and one legend for all."""
    for axes, trend in zip(_grid(figure, plot), plot.trends, strict=True):
        draw_trend(axes, trend)
    legend(figure, plot.trends)


PANELS: dict[str, Callable[[Figure, Plot], None]] = {"panels": _panels, "periods": _periods, "trends": _trends}
