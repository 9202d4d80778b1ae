"""`python -m docgen.demo <tracking uri> <artifact folder>`: train in a process of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """Train, telling each step on standard output."""
    from docgen.demo.train import train_demo

    tracking_uri, artifacts = sys.argv[1:]
    train_demo(tracking_uri, Path(artifacts), step=lambda text: print(text, flush=True))  # noqa: T201  # the parent reads it


if __name__ == "__main__":
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    main()
