"""Days as the files of people write them."""

from __future__ import annotations

from datetime import date


def is_date(text: str) -> bool:
    """Whether a text is a day as YYYY-MM-DD, and in no other form of ISO 8601."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
