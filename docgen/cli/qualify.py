"""`docgen qualify`: prove the installed docgen on this machine, and write the report."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from docgen.cli.console import Console
from docgen.config import load_config
from docgen.errors import ExitCode
from docgen.model.canonical import canonical
from docgen.model.codec import unstructure
from docgen.model.qualification import Outcome, Part, Qualification
from docgen.qualify.run import qualify
from docgen.render.qualification import report_html, report_pdf
from docgen.store.files import write_atomic

_WORDS: dict[Outcome, str] = {"passed": "passed", "failed": "failed", "not_shown": "not shown", "noted": "noted"}


def run(asked: argparse.Namespace, console: Console) -> ExitCode:
    """Run the steps and write the report, whatever they found.

    Raises:
        DocgenError: the file of pinned versions is at fault, or the report cannot be written.
    """
    chosen: tuple[Part, ...] = (*(("iq",) if asked.iq else ()), *(("oq",) if asked.oq else ()))
    done = qualify(
        chosen or ("iq", "oq"),
        config=load_config(Path(asked.config) if asked.config else None),
        lock=Path(asked.lock) if asked.lock else None,
        now=datetime.now(UTC),
        step=console.step,
    )
    console.step(f"writing the report to {asked.output}")
    files = _write(done, Path(asked.output), console)
    for item in done.steps:
        console.line(f"{_WORDS[item.outcome]:<9}  {item.id:<22} {item.got}")
    console.line(", ".join(f"{len(done.named(outcome))} {word}" for outcome, word in _WORDS.items()))
    for label, path in files.items():
        console.line(f"{label.upper():<4}  {path}")
    console.result(
        {
            "passed": done.passed,
            "steps": {item.id: item.outcome for item in done.steps},
            **{label: str(path) for label, path in files.items()},
        }
    )
    if done.named("failed"):
        return ExitCode.INTEGRITY
    return ExitCode.DONE if done.passed else ExitCode.GATE_CLOSED


def _write(done: Qualification, folder: Path, console: Console) -> dict[str, Path]:
    """Write the report; where the PDF engine is what fails, the rest of it must say so."""
    made = {"html": report_html(done).encode(), "json": canonical(unstructure(done))}
    try:
        made["pdf"] = report_pdf(done)
    except Exception as err:  # noqa: BLE001  # whatever an engine that is none of those asked for may raise
        console.step(f"the report has no PDF: {type(err).__name__}: {err}")
    files = {ending: folder / f"qualification.{ending}" for ending in made}
    for ending, data in made.items():
        write_atomic(files[ending], data)
    return files
