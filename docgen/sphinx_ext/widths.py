"""How wide the columns of a table are: room for the longest word of each, the rest to those that want it most."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
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

LONGEST_WORD, LONGEST_NUMBER, LONGEST_CELL = 24, 46, 60
"""Characters beyond which a word is broken, a number with its interval too, and a wider column is of no more use."""

SMALL_TYPE = 126
"""Characters of a line in 7.2 point: a table is set in smaller type rather than with broken numbers."""

BESIDE = 18
"""Characters that let two or three words stand beside each other."""

ACROSS = 257 / 170
"""How much longer a line is on a page that lies across: millimetres between the margins of A4."""

INSET = 2
"""Characters that the padding of a cell takes."""

_PART = re.compile(r"[^/_:.@=&,;-]{1,16}[/_:.@=&,;-]*|[/_:.@=&,;-]+")
"""Where pages and PDF (`sphinx_src/pdf/nodes.typ`) let long codes break: a digest of 32, 40 or 64 in 8 or 16."""


def column_widths(block: Grid) -> tuple[int, ...]:
    """Return relative column widths, in characters."""
    columns = [
        (_items(head), *(row[position] for row in block.rows[:ROWS])) for position, head in enumerate(block.columns)
    ]
    words = [min(max(map(_word, cells)), LONGEST_WORD) for cells in columns]
    wants = [max(word, min(_usual(cells), LONGEST_CELL)) for word, cells in zip(words, columns, strict=True)]
    scale = ACROSS if block.across else 1
    most = round(scale * SMALL_TYPE) - INSET * len(words)
    room = round(scale * _line(len(words))) - INSET * len(words)
    needs = next(plan for plan in _plans(columns, block.numeric, words, wants) if sum(plan) <= most or plan is words)
    more = [max(want - need, 0) for need, want in zip(needs, wants, strict=True)]
    share = min(1.0, max(room - sum(needs), 0) / sum(more)) if sum(more) else 0.0
    return tuple(need + round(share * extra) + INSET for need, extra in zip(needs, more, strict=True))


def _plans(
    columns: list[tuple[tuple[Inline, ...], ...]], numeric: tuple[int, ...], words: list[int], wants: list[int]
) -> Iterator[list[int]]:
    """Yield what columns may be given at least, from the best to read to the narrowest.

    Numbers stay on one line, or break before their interval; words stand beside each other, or each on its own line.
    """
    beside = [min(want, BESIDE) for want in wants]
    for least in (beside, words):
        for length in (_length, _part_length):
            yield [
                max(word, min(_number(cells[1:], length), LONGEST_NUMBER)) if position in numeric else max(word, some)
                for position, (word, some, cells) in enumerate(zip(words, least, columns, strict=True))
            ]
    yield words


def _length(line: tuple[Inline, ...]) -> int:
    return sum(len(text_of(item)) for item in line)


def _part_length(line: tuple[Inline, ...]) -> int:
    """Return the length of the longer of a number and its interval."""
    return max(map(len, "".join(map(text_of, line)).split(" (")), default=0) + 1


def _number(cells: tuple[tuple[Inline, ...], ...], length: Callable[[tuple[Inline, ...]], int]) -> int:
    """Return the room for the longest number; a digit is a little wider than a letter."""
    return round(max(map(length, cells), default=0) * 1.06)


def _usual(cells: tuple[tuple[Inline, ...], ...]) -> int:
    """Return the length that nine of ten cells do not pass: one long cell may well take a second line."""
    lengths = sorted(map(_length, cells))
    return lengths[-(-(len(lengths) - 1) * 9 // 10)]


def _line(columns: int) -> int:
    """Return how many characters should stand side by side: the more columns, the smaller the type of the PDF."""
    return 107 if columns <= 4 else 113 if columns <= 6 else 126 if columns <= 8 else 142


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
        return code_parts(text)
    return text.split()


def code_parts(text: str) -> list[str]:
    """Return a code in the parts between which a line may break."""
    return _PART.findall(text)


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
