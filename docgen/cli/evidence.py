"""`docgen evidence`: for people who write evidence files themselves, by hand or with another tool."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Callable
from pathlib import Path

from docgen.cli.console import Console
from docgen.errors import ExitCode, UsageError

MAX_BYTES = 64 * 1024 * 1024
"""A file larger than this is not read, here as little as from a run."""


def run(asked: argparse.Namespace, console: Console) -> ExitCode:
    """Run the action that was asked for."""
    return _ACTIONS[asked.action](asked, console)


def _validate(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.sources.evidence_files.validate import validate

    results: list[dict[str, object]] = []
    good = True
    for name in asked.files:
        report = validate(Path(name), _bytes(Path(name)))
        good = good and not report.faults
        for fault in report.faults:
            console.line(f"{name}: {fault.path}: {fault.message}")
        if not report.faults:
            what = f"{report.format} version {report.version}" if report.format else "a file of another tool"
            console.line(f"{name}: {what}, no fault; log it as {report.log_as}")
            for item in report.evidence:
                console.line(f"  gives {item}")
        results.append(
            {
                "file": name,
                "format": report.format,
                "version": report.version,
                "log_as": report.log_as,
                "evidence": list(report.evidence),
                "faults": [{"path": fault.path, "message": fault.message} for fault in report.faults],
            }
        )
    console.result({"valid": good, "files": results})
    return ExitCode.DONE if good else ExitCode.USAGE


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path}: larger than {MAX_BYTES} bytes", hint="log a summary, not the data")
        return path.read_bytes()
    except OSError as err:
        raise UsageError(f"{path}: {(err.strerror or str(err)).lower()}", hint="name an evidence file") from err


def _list(_asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.model.formats import EVIDENCE_VERSION, FILES, PATHS
    from docgen.resources import formats_dir

    for name in FILES:
        console.line(f"{name:<22} version {EVIDENCE_VERSION}   {PATHS[name]}")
    console.line("next: docgen evidence example <format> prints one; docs/evidence-formats.md explains them all")
    console.result(
        {
            "formats": [
                {
                    "format": name,
                    "version": EVIDENCE_VERSION,
                    "path": PATHS[name],
                    "schema": str(formats_dir() / "schemas" / f"{name}.json"),
                    "example": str(formats_dir() / "examples" / f"{name}.json"),
                }
                for name in FILES
            ]
        }
    )
    return ExitCode.DONE


def _print(asked: argparse.Namespace, _console: Console) -> ExitCode:
    """Print the example or the schema of a format; both are JSON, whoever reads."""
    from docgen.model.formats import FILES
    from docgen.resources import formats_dir

    if asked.name not in FILES:
        near = difflib.get_close_matches(asked.name, FILES, n=1)
        advice = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(FILES)}"
        raise UsageError(f"unknown format {asked.name!r} ({advice})", hint="docgen evidence list")
    print((formats_dir() / f"{asked.action}s" / f"{asked.name}.json").read_text("utf-8"), end="")
    return ExitCode.DONE


_ACTIONS: dict[str, Callable[[argparse.Namespace, Console], ExitCode]] = {
    "validate": _validate,
    "list": _list,
    "example": _print,
    "schema": _print,
}
