"""The command line: the only place that prints, asks and exits."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    from docgen.cli.parser import parser  # `docgen --help` must not pay for anything else

    asked = parser().parse_args(sys.argv[1:] if arguments is None else arguments)
    from docgen.cli.run import run

    return run(asked)
