"""How numbers look: the only place where one becomes text. No locale, so that the bytes are the same everywhere."""

from __future__ import annotations

from docgen.model.document import ValueFormat
from docgen.model.evidence import Scalar
from docgen.render.text import one_line

DIGITS = 4
"""Significant digits of a measure: more would claim a precision that no evaluation has."""

SHORT_DIGEST = 12
"""Characters of a digest that a page shows; the whole stands beside it on hover and in the exports."""


def shown(value: Scalar, form: ValueFormat, unit: str = "") -> str:
    """Return a value as text.

    Args:
        value: not None; a gap is no value.
        form: how it is to look.
        unit: put behind a number.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        text = _number(value, form)
        return f"{text} {one_line(unit, limit=40)}" if unit else text
    return _text(str(value), form)


def _number(value: float, form: ValueFormat) -> str:
    match form:
        case "count":
            return f"{round(value):,}"
        case "percent":
            return f"{significant(value * 100)}%"
        case "bytes":
            return _bytes(value)
        case _:
            return significant(value)


def significant(value: float, digits: int = DIGITS) -> str:
    """Return a number to so many significant digits: 0.8412, 12,340, 1.2e-07; whole numbers stay whole."""
    if value == 0:
        return "0"
    if float(value).is_integer() and abs(value) < 10**digits:
        return str(int(value))
    if not 1e-4 <= abs(value) < 1e9:
        return f"{value:.{digits - 1}e}"
    text = f"{float(f'{value:.{digits}g}'):,.10f}".rstrip("0").rstrip(".")
    return text.replace("-0", "0") if float(text.replace(",", "")) == 0 else text


def _bytes(value: float) -> str:
    for unit in ("bytes", "KiB", "MiB"):
        if value < 1024:
            return f"{significant(value)} {unit}"
        value /= 1024
    return f"{significant(value)} GiB"


def _text(value: str, form: ValueFormat) -> str:
    if form == "digest" and len(value) > SHORT_DIGEST:
        return value[:SHORT_DIGEST]
    if form == "time" and len(value) >= 16 and value[10] == "T":
        return f"{value[:10]} {value[11:16]} UTC" if value.endswith("Z") else value.replace("T", " ")
    return one_line(value)
