"""How a plan and a determination become tables of evidence: kinds, columns, label and value. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.model.evidence import Column, ColumnKind, Scalar, Table

PLAN, ROW, DECISION, CHECK = "plan", "plan_row", "determination", "check"
OWN = frozenset({PLAN, ROW, DECISION, CHECK})
"""Kinds that are made here: a comparison of two versions leaves them out."""

Columns = tuple[tuple[str, str, ColumnKind], ...]
ITEM: Columns = (("item", "Item", "text"), ("value", "Value", "text"))


def table(columns: Columns, rows: Iterator[tuple[Scalar, ...]]) -> Table:
    """Return rows as a table of evidence."""
    return Table(
        columns=tuple(Column(key=key, title=title, kind=kind) for key, title, kind in columns), rows=tuple(rows)
    )


def facts(*rows: tuple[str, Scalar]) -> Table:
    """Return label and value; what is not stated is left empty, which shows as a gap."""
    return table(ITEM, ((label, None if value in {"", None} else value) for label, value in rows))


def joined(values: tuple[str, ...]) -> str | None:
    """Return several names in one cell, or None."""
    return ", ".join(values) or None
