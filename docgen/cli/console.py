"""What people and machines see: progress and faults on standard error, results on standard output."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Sequence
from typing import Literal, get_args

from docgen.cli.stop import Stop
from docgen.errors import DocgenError, ExitCode, ProblemsError, StorageError

Form = Literal["text", "json", "junit", "sarif"]
"""What standard output holds: lines for people, one JSON object, or a report in another format."""

FORMS: tuple[Form, ...] = get_args(Form)


class Console:
    """Where a command speaks.

    Args:
        form: of standard output.
        quiet: no progress.
        stop: whether the user wants the command to end.
    """

    def __init__(self, *, form: Form, quiet: bool, stop: Stop) -> None:
        self.form = form
        self._quiet = quiet
        self._start = time.monotonic()
        self._stop = stop

    def step(self, text: str) -> None:
        """Say on standard error what is being done.

        Raises:
            KeyboardInterrupt: the user wants it to stop.
        """
        self._stop.check()
        if not self._quiet:
            _tell(f"[{time.monotonic() - self._start:5.1f}s] {_printable(text)}")

    def line(self, text: str) -> None:
        """Print a line for people; nothing when a machine reads."""
        if self.form == "text":
            _print(_printable(text))

    def result(self, data: dict[str, object]) -> None:
        """Print the one JSON object that a machine asked for; nothing when people read."""
        if self.form == "json":
            _print(json.dumps(data, indent=2, sort_keys=True))  # ASCII: safe in every terminal and every encoding

    def document(self, text: str) -> None:
        """Print a report in another program's format."""
        _print(text)

    def failure(self, err: DocgenError) -> None:
        """Say what failed and what to do next."""
        _tell(f"docgen: {_printable(err.message)}")
        if err.hint:
            _tell(f"  next: {_printable(err.hint)}")
        problems = err.problems if isinstance(err, ProblemsError) else ()
        self._error(int(err.code), err.message, err.hint, problems)

    def interrupted(self) -> None:
        """Say that the user stopped it."""
        _tell("docgen: interrupted; nothing was left half-written")
        self._error(int(ExitCode.INTERRUPTED), "interrupted; nothing was left half-written", "run it again", ())

    def bug(self, err: BaseException, report: str) -> None:
        """Say that docgen itself failed and where the report is."""
        _tell(f"docgen: a fault of docgen's own: {type(err).__name__}: {_printable(str(err))[:300]}")
        _tell(f"  next: send the report {report}")
        self._error(int(ExitCode.BUG), f"{type(err).__name__}: {err}", f"send the report {report}", ())

    def _error(self, code: int, message: str, hint: str, problems: Sequence[str]) -> None:
        with contextlib.suppress(StorageError):  # what failed may be standard output itself
            if self.form in {"junit", "sarif"}:
                from docgen.export import failed

                self.document(failed(self.form, code, message, hint))
            self.result({"error": {"code": code, "message": message, "hint": hint, "problems": list(problems)}})


def _tell(text: str) -> None:
    """Write a line to standard error; a reader that went away, or a full disk, changes nothing about the work."""
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def _print(text: str) -> None:
    """Write a line to standard output.

    A reader that went away (`| head`) changes neither the work nor its exit code.

    Raises:
        StorageError: it could not be written, so a result may be missing from a file.
    """
    try:
        print(text, flush=True)
    except OSError as err:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python fails again when it leaves
        if not isinstance(err, BrokenPipeError):
            raise StorageError(
                f"cannot write to standard output: {(err.strerror or str(err)).lower()}", hint="free some space"
            ) from err


def _printable(text: str) -> str:
    """Return text that cannot drive a terminal: control and bidirectional characters are shown, not obeyed."""
    shown = "".join(char if char == "\n" or char.isprintable() else f"<U+{ord(char):04X}>" for char in text)
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    return shown.encode(encoding, "backslashreplace").decode(encoding)
