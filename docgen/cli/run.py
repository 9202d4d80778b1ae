"""One command, start to exit code: every failure becomes one clear message on standard error."""

from __future__ import annotations

import argparse
import errno
import hashlib
import os
import sys
import tempfile
import traceback
from pathlib import Path

from docgen.cli.console import FORMS, Console
from docgen.cli.stop import Stop
from docgen.errors import DocgenError, ExitCode, StorageError

_STORAGE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO}


def run(asked: argparse.Namespace, stop: Stop, *, own_process: bool) -> int:
    """Run the command that was asked for and return its exit code.

    Args:
        asked: as `parse` returns it.
        stop: whether the user wants it to end.
        own_process: nothing but docgen runs here: at the end no signal is answered, and MLflow is silent.
    """
    form = getattr(asked, "format", "text")
    console = Console(form=form if form in FORMS else "text", quiet=getattr(asked, "quiet", False), stop=stop)
    if own_process:
        os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "CRITICAL")  # what it has to say comes as docgen's one message
    try:
        return int(_command(asked, console))
    except BaseException as err:
        if isinstance(err, KeyboardInterrupt) or stop.wanted:  # which may have become another exception on its way
            console.interrupted()
            return int(ExitCode.INTERRUPTED)
        if not isinstance(err, Exception):
            raise
        return _failed(err, console)
    finally:
        if own_process:
            stop.deafen()


def _command(asked: argparse.Namespace, console: Console) -> ExitCode:
    if asked.fault is not None:
        raise asked.fault
    from docgen.cli.commands import run as run_command  # after the handlers are in place

    return run_command(asked, console)


def _failed(err: Exception, console: Console) -> int:
    if isinstance(err, OSError) and err.errno in _STORAGE:
        err = StorageError(
            f"cannot read or write {str(err.filename)!r}: {(err.strerror or '').lower()}",
            hint="free some space, correct the permissions, or choose another folder",
        )
    if isinstance(err, DocgenError):
        console.failure(err)
        return int(err.code)
    return _bug(err, console)


def _bug(err: BaseException, console: Console) -> int:
    from docgen import __version__

    report = "".join(traceback.format_exception(err))
    text = f"docgen {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n\n{report}"
    name = f"docgen-bug-{hashlib.sha256(report.encode()).hexdigest()[:8]}.txt"
    for folder in (Path(), Path(tempfile.gettempdir())):
        path = (folder / name).absolute()
        try:
            path.write_text(text, "utf-8")
        except OSError:
            continue
        console.bug(err, str(path))
        break
    else:
        console.bug(err, f"that follows; no folder could take it\n{text}")
    return int(ExitCode.BUG)
