"""Small tables that somebody else logged."""

from __future__ import annotations

import csv
import io

from docgen.sources.evidence_files.source import Source

MAX_ROWS = 2_000
"""Rows of a table that somebody else logged; a longer one is no summary."""


def read_csv(source: Source) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a CSV file.

    Raises:
        ValueError: no row, too many, or rows of several lengths.
    """
    rows = list(csv.reader(io.StringIO(source.data.decode("utf-8-sig"))))
    if len(rows) < 2 or len(rows) > MAX_ROWS:
        raise ValueError(f"expected a header and 1 to {MAX_ROWS} rows, got {len(rows)} lines")
    header, body = rows[0], rows[1:]
    for line, row in enumerate(body, 2):
        if len(row) != len(header):
            raise ValueError(f"line {line} has {len(row)} fields, the header {len(header)}")
    return header, body


def number(text: str) -> float | None:
    """Return a finite number, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None
