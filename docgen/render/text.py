"""Logged text made safe to look at: what cannot be seen is shown, not obeyed."""

from __future__ import annotations

import unicodedata

KEPT = frozenset("\n")
MAX_SHOWN = 4_000
"""Characters of one value that a page shows; the snapshot holds the whole."""


def visible(text: str, *, limit: int = MAX_SHOWN) -> str:
    """Return text in which control, bidirectional, zero-width and unassigned characters stand as `<U+202E>`.

    Such characters can reorder or hide what a reader sees, break XML and PDF, or drive a terminal. Line breaks stay;
    other white space becomes one blank each. Longer text is cut, and says so.

    Args:
        text: as logged.
        limit: characters kept.
    """
    kept = text[:limit]
    shown = kept if kept.isascii() and kept.isprintable() else "".join(_one(char) for char in kept)
    return shown if len(text) <= limit else f"{shown} [cut: {len(text)} characters in all]"


def one_line(text: str, *, limit: int = MAX_SHOWN) -> str:
    """Return `visible` text on one line."""
    return visible(text, limit=limit).replace("\n", " \u23ce ")


def _one(char: str) -> str:
    if char in KEPT or " " <= char <= "~":
        return char
    category = unicodedata.category(char)
    if char in "\t\u00a0" or category == "Zs":
        return " "
    if category in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return f"<U+{ord(char):04X}>"
    return char
