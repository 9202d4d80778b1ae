"""What a qualification is for: rows of 21 CFR Part 11 and features under software assurance, as data beside this."""

from __future__ import annotations

from functools import cache

from docgen.model.codec import converter
from docgen.model.qualification import BASIS, Feature, Part11Row
from docgen.resources import package_dir
from docgen.strict_yaml import Yaml, load_yaml


@cache
def part11() -> tuple[Part11Row, ...]:
    """Return every row of the Part 11 matrix, in the order of the regulation."""
    return converter().structure(_rows("part11.yaml"), tuple[Part11Row, ...])


@cache
def features() -> tuple[Feature, ...]:
    """Return every feature of the register."""
    return converter().structure(_rows("csa.yaml"), tuple[Feature, ...])


def serves(step: str) -> tuple[str, ...]:
    """Return the ids of the rows and features that a step serves; every one rests on the files of docgen."""
    rows: tuple[Part11Row | Feature, ...] = (*part11(), *features())
    return tuple(row.id for row in rows if step in row.steps or (step == BASIS and row.steps))


def _rows(name: str) -> Yaml:
    content = load_yaml((package_dir() / "qualify" / name).read_text("utf-8"), where=name)
    assert isinstance(content, dict)  # noqa: S101  # a file of ours
    return content["rows"]
