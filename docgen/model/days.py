"""Days as the files of people write them, and times as entries of a ledger hold them."""

from __future__ import annotations

from datetime import UTC, date, datetime

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


def moment(text: str) -> datetime:
    """Return a time that an entry of a ledger holds.

    Raises:
        ValueError: it is no UTC time in whole seconds.
    """
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def is_moment(text: str) -> bool:
    """Whether a text is such a time."""
    try:
        return f"{moment(text):%Y-%m-%dT%H:%M:%SZ}" == text
    except ValueError:
        return False
