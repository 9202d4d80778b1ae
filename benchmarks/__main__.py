"""`python -m benchmarks [name ...]`: run each benchmark and print its ratio against a lower bound of the same run.

A benchmark is a module here with `NAME`, `LIMIT` and `measure(folder) -> Ratio`. Nothing fails: numbers are for people.
"""

from __future__ import annotations

import sys
import tempfile
from importlib import import_module
from pathlib import Path


def main(names: list[str]) -> None:
    known = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"unknown benchmark {unknown[0]!r} (known: {', '.join(known)})")
    for name in names or known:
        benchmark = import_module(f"benchmarks.{name}")
        with tempfile.TemporaryDirectory(prefix="docgen-bench-") as folder:
            for line in benchmark.measure(Path(folder)):
                print(f"{name:<10} {line}", flush=True)


if __name__ == "__main__":
    main([name for name in sys.argv[1:] if name != "measure"])
