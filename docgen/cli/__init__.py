"""The command line: the only place that prints, asks and exits."""

from __future__ import annotations

import os
import sys

__all__ = ["main"]

_INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code.

    Args:
        arguments: those of the process when None; the process is then docgen's own, and so are its signals.
    """
    own = arguments is None
    try:
        from docgen.cli.stop import Stop

        stop = Stop()
        if own:
            stop.listen()
        from docgen.cli.parser import parse  # `docgen --help` must not pay for anything else

        asked = parse(sys.argv[1:] if arguments is None else arguments)
        from docgen.cli.run import run

        stop.check()
        code = run(asked, stop, own_process=own)
    except KeyboardInterrupt:  # while docgen was being loaded
        print("docgen: interrupted; nothing was left half-written", file=sys.stderr)
        code = _INTERRUPTED
    if code == _INTERRUPTED and own:
        # At once: a thread may still wait for a server, and `python -m` may die of the signal that was answered.
        sys.stdout.flush()
        os._exit(code)
    return code
