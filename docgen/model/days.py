"""Days as the files of people write them."""

from __future__ import annotations

from datetime import date

MONTHS = 12
"""Of a year."""


def is_date(text: str) -> bool:
    """Whether a text is a day as YYYY-MM-DD, and in no other form of ISO 8601."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def months_after(day: date, months: int) -> date:
    """Return the same day so many months on, or the last of that month."""
    year, month = divmod(day.year * MONTHS + day.month - 1 + months, MONTHS)
    for back in range(4):
        try:
            return date(year, month + 1, day.day - back)
        except ValueError:
            continue
    raise ValueError(f"no day {day.day} near {year}-{month + 1:02}")
