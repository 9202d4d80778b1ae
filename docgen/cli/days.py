"""Days that options name."""

from __future__ import annotations

from datetime import date

from docgen.errors import UsageError


def day_of(text: str, option: str = "--as-of") -> date:
    """Return the day that an option names.

    Raises:
        UsageError: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as err:
        raise UsageError(
            f"{option}: got {text!r}, expected a date like 2026-03-31", hint="write year, month and day"
        ) from err
