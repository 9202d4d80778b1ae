"""What people and machines see: progress and faults on standard error, results on standard output."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from docgen.errors import DocgenError, ProblemsError


class Console:
    """Where a command speaks.

    Args:
        json: results as one JSON object on standard output.
        quiet: no progress.
    """

    def __init__(self, *, json: bool, quiet: bool) -> None:
        self._json = json
        self._quiet = quiet
        self._start = time.monotonic()

    def step(self, text: str) -> None:
        """Say on standard error what is being done."""
        if not self._quiet:
            print(f"[{time.monotonic() - self._start:5.1f}s] {text}", file=sys.stderr, flush=True)

    def line(self, text: str) -> None:
        """Print a line for people; nothing when a machine reads."""
        if not self._json:
            print(_printable(text))

    def result(self, data: dict[str, object]) -> None:
        """Print the one JSON object that a machine asked for; nothing when people read."""
        if self._json:
            print(json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True))

    def failure(self, err: DocgenError) -> None:
        """Say what failed and what to do next."""
        print(f"docgen: {_printable(err.message)}", file=sys.stderr)
        if err.hint:
            print(f"  next: {_printable(err.hint)}", file=sys.stderr)
        problems = list(err.problems) if isinstance(err, ProblemsError) else []
        self.result({"error": {"code": int(err.code), "message": err.message, "hint": err.hint, "problems": problems}})

    def interrupted(self) -> None:
        """Say that the user stopped it."""
        print("docgen: interrupted; nothing was left half-written", file=sys.stderr)

    def bug(self, err: BaseException, report: Path) -> None:
        """Say that docgen itself failed and where the report is."""
        print(f"docgen: a fault of docgen's own: {type(err).__name__}: {_printable(str(err))[:300]}", file=sys.stderr)
        print(f"  next: send the report {report}", file=sys.stderr)
        self.result(
            {"error": {"code": 70, "message": f"{type(err).__name__}: {err}", "hint": f"send the report {report}"}}
        )


def _printable(text: str) -> str:
    """Return text that cannot drive a terminal: control and bidirectional characters are shown, not obeyed."""
    return "".join(char if char == "\n" or char.isprintable() else f"<U+{ord(char):04X}>" for char in text)
