"""`docgen --help` against an empty Python process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks._measure import python, told


def measure(folder: Path) -> Iterator[str]:
    empty = python("-c", "pass", cwd=folder, times=9)
    yield told(
        "docgen --help / python -c pass", python("-m", "docgen", "--help", cwd=folder, times=9).cpu, empty.cpu, 3
    )
