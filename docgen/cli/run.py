"""One command, start to exit code: every failure becomes one clear message on standard error."""

from __future__ import annotations

import argparse
import errno
import hashlib
import os
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType

from docgen.cli.console import Console
from docgen.errors import DocgenError, ExitCode, StorageError

_STORAGE = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO}


def run(asked: argparse.Namespace) -> int:  # noqa: PLR0911  # one line for each way to end
    """Run the command that was asked for and return its exit code."""
    console = Console(json=getattr(asked, "format", "text") == "json", quiet=getattr(asked, "quiet", False))
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return int(_command(asked, console))
    except DocgenError as err:
        console.failure(err)
        return int(err.code)
    except KeyboardInterrupt:
        console.interrupted()
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.DONE)
    except OSError as err:
        if err.errno not in _STORAGE:
            return _bug(err, console)
        console.failure(
            StorageError(
                f"cannot write {err.filename!r}: {(err.strerror or '').lower()}",
                hint="free some space, or choose another folder",
            )
        )
        return int(ExitCode.STORAGE)
    except Exception as err:  # noqa: BLE001  # the last resort: a report instead of a stack on the screen
        return _bug(err, console)


def _command(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.cli.commands import run as run_command  # after the handlers are in place

    return run_command(asked, console)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _bug(err: BaseException, console: Console) -> int:
    from docgen import __version__

    report = "".join(traceback.format_exception(err))
    text = f"docgen {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n\n{report}"
    name = f"docgen-bug-{hashlib.sha256(report.encode()).hexdigest()[:8]}.txt"
    path = Path(name)
    try:
        path.write_text(text, "utf-8")
    except OSError:
        console.line(text)
    console.bug(err, path.absolute())
    return int(ExitCode.BUG)
