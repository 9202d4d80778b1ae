"""The matrix of 21 CFR Part 11: `docs/part11.yaml` as a table, and the state that each row can have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from docgen.model.codec import converter
from docgen.strict_yaml import load_yaml
from support.markdown import table

CATALOGUE = Path(__file__).resolve().parents[2] / "docs" / "part11.yaml"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One requirement."""

    id: str
    section: str
    title: str
    paraphrase: str
    owner: Literal["product", "shared", "customer"]
    how: str = ""
    tests: tuple[str, ...] = ()
    gap: str = ""
    yours: str = ""

    @property
    def state(self) -> str:
        """What can be said of it from software alone: only a row of the product can be whole."""
        if self.owner == "customer":
            return "yours"
        tested = "tested" if self.tests and not self.gap else "partly tested" if self.tests else "not tested"
        return tested if self.owner == "product" else f"docgen's part {tested}; the rest is yours"


def rows() -> tuple[Row, ...]:
    content = load_yaml(CATALOGUE.read_text("utf-8"), where=CATALOGUE.name)
    assert isinstance(content, dict)
    return converter().structure(content["rows"], tuple[Row, ...])


def matrix() -> str:
    cells = [
        (
            f"{row.section} ({row.id})",
            row.title,
            row.state,
            " ".join(
                filter(None, (row.how, f"Open: {row.gap}" if row.gap else "", row.yours and f"Yours: {row.yours}"))
            ),
            "<br>".join(f"`{test}`" for test in row.tests),
        )
        for row in rows()
    ]
    return table(("Section", "Requirement", "State", "How", "Tests"), cells)
