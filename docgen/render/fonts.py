"""The fonts of the PDF, and which characters they can show. PDF/A and PDF/UA allow no character without a glyph."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from docgen.resources import sphinx_src_dir


def font_folders() -> tuple[Path, ...]:
    """Return the folders of fonts that come with docgen."""
    return (sphinx_src_dir() / "pdf" / "fonts",)


@cache
def coverage() -> frozenset[int]:
    """Return the code points that every text font, or the wide one after it, can show."""
    import matplotlib as mpl
    from fontTools.ttLib import TTFont  # matplotlib's own reader of fonts

    def points(path: Path) -> set[int]:
        with TTFont(path, lazy=True) as font:
            return set(font.getBestCmap())

    own = [points(path) for path in sorted(font_folders()[0].glob("*.ttf"))]
    wide = points(Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSansMono.ttf")  # the one inside Typst
    return frozenset(set.intersection(*own) | wide)


def showable(text: str) -> str:
    """Return text in which each character that no font can show is named: `<U+4E2D>`."""
    if text.isascii() and text.isprintable():
        return text
    known = coverage()
    return "".join(
        char if ord(char) in known or char == "\n" else f"<U+{ord(char):04X}>" if char.isprintable() else _named(char)
        for char in text
    )


def _named(char: str) -> str:
    return " " if char.isspace() else f"<U+{ord(char):04X}>"
