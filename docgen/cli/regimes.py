"""`docgen regime`: what people who write regimes need, from an empty folder to one that is proved."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from docgen.cli.console import Console
from docgen.config import load_config
from docgen.errors import ExitCode


def run(asked: argparse.Namespace, console: Console) -> ExitCode:
    """Run the action that was asked for."""
    return _ACTIONS[asked.action](asked, console)


def _list(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.regimes import known_regimes, load_regime

    config = load_config(Path(asked.config) if asked.config else None)
    folders = tuple(config.path(folder) for folder in config.dossier.regime_folders)
    loaded = [load_regime(folder) for folder in known_regimes(folders).values()]
    for regime in loaded:
        console.line(f"{regime.id:<20} {regime.title}: {regime.instrument} ({regime.status.replace('_', ' ')})")
    console.result({"regimes": [{"id": item.id, "title": item.title, "status": item.status} for item in loaded]})
    return ExitCode.DONE


def _lint(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.crosswalks import load_crosswalks
    from docgen.regimes import load_regime
    from docgen.render.pages import render_dossier

    folder = Path(asked.folder)
    regime = load_regime(folder)
    pages = render_dossier(((regime, folder),))
    load_crosswalks((regime.id,), (folder.parent,))
    console.line(f"{folder}: {len(regime.requirements)} requirements, {len(pages)} pages, no fault")
    console.result({"regime": regime.id, "requirements": len(regime.requirements), "pages": sorted(pages)})
    return ExitCode.DONE


def _new(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.regime_scaffold import new_regime

    folder = Path(asked.folder)
    written = new_regime(folder, today=datetime.now(UTC).date())
    for path in written:
        console.line(f"wrote {path}")
    console.line(f"next: write your requirements, then docgen regime test {folder}")
    console.result({"regime": folder.resolve().name, "written": [str(path) for path in written]})
    return ExitCode.DONE


def _preview(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.contract import preview

    report = preview(Path(asked.folder), Path(asked.output), pdf=asked.pdf, step=console.step)
    for line in report.warnings:
        console.step(f"warning: {line}")
    console.line(f"HTML  {report.html}")
    for pdf in report.pdfs:
        console.line(f"PDF   {pdf}")
    console.result(
        {
            "html": str(report.html),
            "pdf": [str(path) for path in report.pdfs],
            "warnings": list(report.warnings),
        }
    )
    return ExitCode.DONE


def _test(asked: argparse.Namespace, console: Console) -> ExitCode:
    from docgen.contract import prove

    regime = prove(Path(asked.folder), step=console.step)
    count = len(regime.requirements)
    console.line(f"{asked.folder}: each of {count} requirements is shown, traced, and a gap without its evidence")
    console.result({"regime": regime.id, "requirements": count})
    return ExitCode.DONE


_ACTIONS: dict[str, Callable[[argparse.Namespace, Console], ExitCode]] = {
    "list": _list,
    "lint": _lint,
    "new": _new,
    "preview": _preview,
    "test": _test,
}
