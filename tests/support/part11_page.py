"""The matrix of 21 CFR Part 11 as a table, and the state that each row has by docgen's own tests."""

from __future__ import annotations

from docgen.model.qualification import Part11Row
from docgen.qualify.catalogue import part11
from support.markdown import table


def state(row: Part11Row) -> str:
    """What can be said of it from software alone: only a row of the product can be whole."""
    if row.owner == "customer":
        return "yours"
    tested = "tested" if row.tests and not row.gap else "partly tested" if row.tests else "not tested"
    return tested if row.owner == "product" else f"docgen's part {tested}; the rest is yours"


def matrix() -> str:
    cells = [
        (
            f"{row.section} ({row.id})",
            row.title,
            state(row),
            " ".join(
                filter(None, (row.how, f"Open: {row.gap}" if row.gap else "", row.yours and f"Yours: {row.yours}"))
            ),
            "<br>".join(f"`{name}`" for name in (*row.steps, *row.tests)),
        )
        for row in part11()
    ]
    return table(("Section", "Requirement", "State", "How", "Steps and tests"), cells)
