"""What all figures share: colours, sizes, and how logged text may stand in a plot."""

from __future__ import annotations

from docgen.render.text import one_line

INK, LINE, SOFT, WARM, BAND = "#1b2733", "#0072B2", "#8aa0b4", "#D55E00", "#dde4ea"
"""Okabe and Ito's blue and vermillion keep apart for every kind of colour vision."""

CURVES = (
    (LINE, "-", "o"),
    (WARM, "--", "s"),
    ("#009E73", "-.", "^"),
    ("#CC79A7", ":", "D"),
    (INK, (0, (5, 1)), "v"),
    ("#56B4E9", (0, (3, 1, 1, 1)), "P"),
    ("#E69F00", (0, (1, 1)), "X"),
)
"""Okabe and Ito's colours; lines and markers tell the curves apart in grey as well."""

WIDTH = 6.6
"""Inches; fits an A4 text column."""

MAX_MARKS = 40
MAX_LABEL = 44


def label(text: str, limit: int = MAX_LABEL) -> str:
    """Return logged text as it may stand in a plot: visible, on one line, cut."""
    shown = one_line(text, limit=400)
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}\u2026"
