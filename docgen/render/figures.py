"""Plots as SVG: the same bytes for the same data, readable in print and without colour.

`matplotlib.pyplot` is not imported: it costs start-up time and keeps global state.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from docgen.model.document import Mark, Plot
from docgen.render.look import BAND, INK, LINE, MAX_MARKS, SOFT, WARM, WIDTH, label
from docgen.render.panels import PANELS, panels_height

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SETTINGS = {
    "svg.hashsalt": "docgen",
    "svg.fonttype": "path",
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dde4ea",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
}


@lru_cache(maxsize=64)
def draw(plot: Plot) -> bytes:
    """Return a plot as SVG with white ground, text as outlines, no date and no random ids.

    Several documents of a dossier show the same plots; each is drawn once.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    settings: Any = _SETTINGS
    with mpl.rc_context(settings):
        figure = Figure(figsize=(WIDTH, _height(plot)), layout="constrained")
        if plot.kind in PANELS:
            PANELS[plot.kind](figure, plot)
        else:
            _one(figure.add_subplot(), plot)
        out = io.BytesIO()
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(out, metadata={"Date": None, "Creator": None})
    return out.getvalue()


def _one(axes: Axes, plot: Plot) -> None:
    _DRAW[plot.kind](axes, plot)
    axes.set_xlabel(label(plot.x_title))
    if plot.y_title:
        axes.set_ylabel(label(plot.y_title))


def _height(plot: Plot) -> float:
    if plot.kind in PANELS:
        return panels_height(plot)
    if plot.kind == "tornado":
        return 0.85 + 0.27 * max(2, min(len({mark.label for mark in plot.marks}), MAX_MARKS + 1))
    if plot.kind in {"dots", "bars"}:
        return 0.85 + 0.27 * max(2, min(len(plot.marks), MAX_MARKS + 1))
    return {"calibration": 4.2, "roc": 4.2, "points": 3.2}.get(plot.kind, 2.8)


def _shown(plot: Plot) -> tuple[Mark, ...]:
    return plot.marks[:MAX_MARKS]


def _rows(axes: Axes, marks: tuple[Mark, ...], total: int) -> None:
    """Label the rows of a plot from top to bottom, and say how many are left out."""
    names = [label(mark.label) for mark in marks]
    ticks = list(range(len(marks)))
    if total > len(marks):
        names.append(f"{total - len(marks)} more in the table")
        ticks.append(len(marks))
    axes.set_yticks(ticks, names)
    axes.set_ylim(len(ticks) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")


def _dots(axes: Axes, plot: Plot) -> None:
    marks = _shown(plot)
    for row, mark in enumerate(marks):
        if mark.noise is not None:
            axes.barh(row, mark.noise, color=BAND, edgecolor=SOFT, linewidth=0.6, height=0.62)
        if mark.low is not None and mark.high is not None:
            axes.plot([mark.low, mark.high], [row, row], color=LINE, linewidth=1.6, solid_capstyle="butt")
            axes.plot([mark.low, mark.high], [row, row], "|", color=LINE, markersize=6)
        marker, color = ("D", WARM) if mark.emphasis else ("o", LINE)
        axes.plot([mark.value], [row], linestyle="none", markersize=5.5, marker=marker, color=color)
    if plot.reference is not None:
        axes.axvline(plot.reference, color=INK, linewidth=0.9, linestyle="--")
    _rows(axes, marks, len(plot.marks))


def _bars(axes: Axes, plot: Plot) -> None:
    marks = _shown(plot)
    axes.barh(range(len(marks)), [mark.value for mark in marks], color=LINE, height=0.62)
    for row, mark in enumerate(marks):
        if mark.low is not None and mark.high is not None:
            axes.plot([mark.low, mark.high], [row, row], color=INK, linewidth=1.2)
            axes.plot([mark.low, mark.high], [row, row], "|", color=INK, markersize=5)
    axes.set_xlim(left=min(0.0, *(mark.value for mark in marks)) if marks else 0)
    _rows(axes, marks, len(plot.marks))


def _tornado(axes: Axes, plot: Plot) -> None:
    """Draw bars from 0 to either side, widest row first; hatching tells lowered inputs from raised ones in grey too."""
    widest: dict[str, float] = {}
    for mark in plot.marks:
        widest[mark.label] = max(widest.get(mark.label, 0.0), abs(mark.value))
    names = sorted(widest, key=lambda name: (-widest[name], name))
    rows = {name: row for row, name in enumerate(names[:MAX_MARKS])}
    for mark in sorted((mark for mark in plot.marks if mark.label in rows), key=lambda mark: -abs(mark.value)):
        row, (color, hatch) = rows[mark.label], (WARM, "////") if mark.emphasis else (LINE, "")
        axes.barh(row, mark.value, color="white" if hatch else color, edgecolor=color, hatch=hatch, height=0.62)
        if mark.low is not None and mark.high is not None:
            axes.plot([mark.low, mark.high], [row, row], color=INK, linewidth=1.2)
            axes.plot([mark.low, mark.high], [row, row], "|", color=INK, markersize=5)
    axes.axvline(0, color=INK, linewidth=0.9)
    _rows(axes, tuple(Mark(label=name, value=0.0) for name in rows), len(names))
    if any(mark.emphasis for mark in plot.marks):
        axes.legend(*_sides(), loc="best", frameon=True, fontsize=8)


def _sides() -> tuple[list[Any], list[str]]:
    from matplotlib.patches import Patch

    lowered = Patch(facecolor="white", edgecolor=WARM, hatch="////")
    return [Patch(color=LINE), lowered], ["input raised", "input lowered"]


def _lines(axes: Axes, plot: Plot) -> None:
    for curve, style in zip(plot.curves, ("-", "--", ":", "-.") * 10, strict=False):
        axes.plot(curve.x, curve.y, style, color=LINE, linewidth=1.6)


def _square(axes: Axes) -> None:
    """Make both axes shares, with the diagonal."""
    axes.plot([0, 1], [0, 1], color=INK, linewidth=0.9, linestyle="--")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_aspect("equal")


def _with_bars(axes: Axes, plot: Plot, style: str) -> None:
    for curve in plot.curves:
        for x, low, high in zip(curve.x, curve.low, curve.high, strict=True):
            axes.plot([x, x], [low, high], color=LINE, linewidth=1.4)
        axes.plot(curve.x, curve.y, style, color=LINE, linewidth=1.4, markersize=4.5, clip_on=False)


def _calibration(axes: Axes, plot: Plot) -> None:
    _square(axes)
    _with_bars(axes, plot, "o-")


def _roc(axes: Axes, plot: Plot) -> None:
    _square(axes)
    for curve in plot.curves:
        axes.plot(curve.x, curve.y, color=LINE, linewidth=1.6, clip_on=False)


def _points(axes: Axes, plot: Plot) -> None:
    if plot.reference is not None:
        axes.axhline(plot.reference, color=INK, linewidth=0.9, linestyle="--")
    _with_bars(axes, plot, "o")


_DRAW: dict[str, Callable[[Axes, Plot], None]] = {
    "dots": _dots,
    "bars": _bars,
    "tornado": _tornado,
    "lines": _lines,
    "calibration": _calibration,
    "roc": _roc,
    "points": _points,
}
