"""What a qualification is for: the rows of 21 CFR Part 11, as data beside this module."""

from __future__ import annotations

from functools import cache

from docgen.model.codec import converter
from docgen.model.qualification import Part11Row
from docgen.resources import package_dir
from docgen.strict_yaml import Yaml, load_yaml


@cache
def part11() -> tuple[Part11Row, ...]:
    """Return every row of the Part 11 matrix, in the order of the regulation."""
    return converter().structure(_rows("part11.yaml"), tuple[Part11Row, ...])


def serves(step: str) -> tuple[str, ...]:
    """Return the ids of the rows that a step serves."""
    return tuple(row.id for row in part11() if step in row.steps)


def _rows(name: str) -> Yaml:
    content = load_yaml((package_dir() / "qualify" / name).read_text("utf-8"), where=name)
    assert isinstance(content, dict)  # noqa: S101  # a file of ours
    return content["rows"]
