"""How wide the columns of a table are: room for the longest word of each, the rest to those that want it most."""

from __future__ import annotations

import re
from collections.abc import Iterator
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

LOST = 3
"""Characters at the end of a broken line that the next word has no room in."""

CAPITAL, DIGIT = 1.25, 1.13
"""Widths of a capital and a digit of IBM Plex Sans, over that of the character meant above."""

_WIDTHS = dict.fromkeys("MW@%", 1.6) | dict.fromkeys(" .,:;()", 0.6)

_PART = re.compile(r"[^/_:.@=&,;-]{1,16}[/_:.@=&,;-]*|[/_:.@=&,;-]+")
"""Where pages and PDF (`sphinx_src/pdf/nodes.typ`) let long codes break: a digest of 32, 40 or 64 in 8 or 16."""


def column_widths(block: Grid) -> tuple[int, ...]:
    """Return relative column widths, in characters."""
    columns = [
        (_items(head), *(row[position] for row in block.rows[:ROWS])) for position, head in enumerate(block.columns)
    ]
    lengths = [tuple(map(_length, cells)) for cells in columns]
    words = [min(max(map(_word, cells)), LONGEST_WORD) for cells in columns]
    wants = [max(word, min(_usual(cells), LONGEST_CELL)) for word, cells in zip(words, lengths, strict=True)]
    scale = ACROSS if block.across else 1
    most = round(scale * SMALL_TYPE) - INSET * len(words)
    room = round(scale * _line(len(words))) - INSET * len(words)
    needs = next(plan for plan in _plans(columns, block.numeric, words, wants) if sum(plan) <= most or plan is words)
    return tuple(width + INSET for width in _spread(needs, wants, list(zip(*lengths, strict=True)), room))


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
                max(word, min(max(map(length, cells[1:]), default=0), LONGEST_NUMBER))
                if position in numeric
                else max(word, some)
                for position, (word, some, cells) in enumerate(zip(words, least, columns, strict=True))
            ]
    yield words


def _spread(needs: list[int], wants: list[int], rows: list[tuple[int, ...]], room: int) -> list[int]:
    """Return widths that fill the room: each further character goes where it takes most off the height of the rows."""
    widths = list(needs)
    spare = room - sum(widths)
    if spare >= sum(max(want - need, 0) for need, want in zip(needs, wants, strict=True)):
        return list(map(max, needs, wants))
    for _ in range(spare):
        gains = [0.0] * len(widths)
        for row in rows:
            lines = [_lines(length, width) for length, width in zip(row, widths, strict=True)]
            tallest = lines.index(max(lines))
            if widths[tallest] < wants[tallest]:
                gains[tallest] += lines[tallest] - _lines(row[tallest], widths[tallest] + 1)
        if not any(gains):
            break
        widths[gains.index(max(gains))] += 1
    return widths


def _lines(length: int, width: int) -> float:
    """Return how many lines a text takes, on the average of texts of its length."""
    return 1.0 if length <= width else max(1.0, length / max(width - LOST, 1))


def _length(line: tuple[Inline, ...]) -> int:
    return round(sum(map(_wide, line)))


def _part_length(line: tuple[Inline, ...]) -> int:
    """Return the length of the longer of a number and its interval."""
    return round(max(map(_letters, "".join(map(text_of, line)).split(" (")), default=0)) + 1


def _usual(lengths: tuple[int, ...]) -> int:
    """Return the length that nine of ten cells do not pass: one long cell may well take a second line."""
    return sorted(lengths)[-(-(len(lengths) - 1) * 9 // 10)]


def _line(columns: int) -> int:
    """Return how many characters should stand side by side: the more columns, the smaller the type of the PDF."""
    return 107 if columns <= 4 else 113 if columns <= 6 else 126 if columns <= 8 else 142


def _items(label: Label) -> tuple[Inline, ...]:
    return (Words(text=label),) if isinstance(label, str) else label


def _word(line: tuple[Inline, ...]) -> int:
    """Return the length of the longest part of a cell that is not broken."""
    return round(max((part for item in line for part in _parts(item)), default=0)) + 1


def _parts(item: Inline) -> Iterator[float]:
    """Yield the length of each part of an inline between which a line may break."""
    if isinstance(item, Badge):
        yield _wide(item)
    elif _is_code(item):
        yield from map(len, code_parts(text_of(item)))
    else:
        yield from map(_letters, text_of(item).split())


def _wide(item: Inline) -> float:
    """Return the length of an inline, in characters: code has one width, a verdict is small type with a margin."""
    text = text_of(item)
    if isinstance(item, Badge):
        return 0.9 * _letters(text) + 2
    return len(text) if _is_code(item) else _letters(text)


def _letters(text: str) -> float:
    """Return the length of a text in characters: capitals and digits are wider than the average letter."""
    return sum(_WIDTHS.get(c, CAPITAL if c.isupper() else DIGIT if c.isdigit() else 1.0) for c in text)


def _is_code(item: Inline) -> bool:
    code = isinstance(item, Shown) and item.format in {"code", "digest"}
    return code or (isinstance(item, Link) and item.label.startswith("evidence:"))


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
