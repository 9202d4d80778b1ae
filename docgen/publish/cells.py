"""Cells of spreadsheets: text alone, and none that a program takes for a formula."""

from __future__ import annotations

import csv
import io
from datetime import datetime

MAX_CELL = 32_767
"""Characters that a cell of a spreadsheet can hold."""

Rows = tuple[tuple[str, ...], ...]


def plain(text: str) -> str:
    """Return text that no spreadsheet takes for a formula, also when it is copied into another."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} else text


def as_csv(columns: tuple[str, ...], rows: Rows) -> bytes:
    """Return a table as CSV (RFC 4180, UTF-8)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([plain(text) for text in row] for row in rows)
    return out.getvalue().encode("utf-8")


def as_xlsx(title: str, columns: tuple[str, ...], rows: Rows, *, moment: str) -> bytes:
    """Return a table as a workbook of text; the first row stays, each column filters.

    Args:
        title: of workbook and sheet, at most 31 characters.
        columns: heads.
        rows: each as long as `columns`.
        moment: ISO 8601 UTC; the only clock of the bytes.
    """
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "created": datetime.fromisoformat(moment).replace(tzinfo=None)})
    sheet = book.add_worksheet(title)
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for column, name in enumerate(columns):
        sheet.write_string(0, column, name, bold)
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row):
            sheet.write_string(number, column, plain(text)[:MAX_CELL], wrapped)
    sheet.set_column(0, len(columns) - 1, 18)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
    book.close()
    return out.getvalue()
