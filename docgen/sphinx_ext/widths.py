"""How wide the columns of a table are: room for the longest word of each, the rest to those that want it most."""

from __future__ import annotations

import re
from typing import assert_never

from docgen.model.assessment import Verdict
from docgen.model.document import Absent, Badge, FileLink, Grid, Inline, Label, Link, Shown, Target, Words
from docgen.render.filters import shown

VERDICT_WORDS = {
    Verdict.MET: "met",
    Verdict.NOT_MET: "not met",
    Verdict.NOT_ASSESSED: "not assessed",
    Verdict.WAIVED: "waived",
    Verdict.NOT_APPLICABLE: "not applicable",
    Verdict.AWAITING_ATTESTATION: "awaiting attestation",
}

ROWS = 200
"""Rows that are looked at; the rest of a long table resembles them."""

LONGEST_WORD, LONGEST_CELL = 24, 60
"""Characters beyond which a word is broken, and a cell gains nothing from a wider column."""

INSET = 2
"""Characters that the padding of a cell takes."""

_PART = re.compile(r"[^/_:.@=&,;-]{1,12}[/_:.@=&,;-]*|[/_:.@=&,;-]+")
"""Where `sphinx_src/pdf/nodes.typ` and the style sheet let long codes break."""


def column_widths(block: Grid) -> tuple[int, ...]:
    """Return relative column widths, in characters."""
    needs, wants = [], []
    for position, head in enumerate(block.columns):
        cells = (_items(head), *(row[position] for row in block.rows[:ROWS]))
        needs.append(min(max(_word(cell) for cell in cells), LONGEST_WORD))
        wants.append(min(max(sum(len(text_of(item)) for item in cell) for cell in cells), LONGEST_CELL))
    spare = _room(len(needs)) - sum(needs)
    more = [max(want - need, 0) for need, want in zip(needs, wants, strict=True)]
    share = min(1.0, max(spare, 0) / sum(more)) if sum(more) else 0.0
    return tuple(need + round(share * extra) + INSET for need, extra in zip(needs, more, strict=True))


def _room(columns: int) -> int:
    """Return how many characters stand side by side in the PDF, whose type is smaller the more columns there are."""
    line = 107 if columns <= 4 else 113 if columns <= 6 else 126 if columns <= 8 else 142
    return line - INSET * columns


def _items(label: Label) -> tuple[Inline, ...]:
    return (Words(text=label),) if isinstance(label, str) else label


def _word(line: tuple[Inline, ...]) -> int:
    """Return the length of the longest part of a cell that is not broken."""
    return max((len(part) for item in line for part in _parts(item)), default=0) + 1


def _parts(item: Inline) -> list[str]:
    text = text_of(item)
    if isinstance(item, Badge):
        return [f"{text}  "]
    code = isinstance(item, Shown) and item.format in {"code", "digest"}
    if code or (isinstance(item, Link) and item.label.startswith("evidence:")):
        return _PART.findall(text)
    return text.split()


def text_of(item: Inline) -> str:
    """Return what a reader sees of an inline."""
    match item:
        case Words() | Link() | FileLink():
            return item.text
        case Shown():
            return shown(item.value, item.format, item.unit) if item.value is not None else ""
        case Absent():
            return item.reason
        case Badge():
            return VERDICT_WORDS[item.verdict]
        case Target():
            return ""
        case _ as never:
            assert_never(never)
