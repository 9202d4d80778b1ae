"""`docgen demo --device`: train a stand-in device, decide each candidate against its plan, build its dossiers."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

from docgen import decisions, pipeline
from docgen.cli.console import Console
from docgen.config import CONFIG_NAME, Config, load_config
from docgen.errors import ExitCode
from docgen.model.decision import Determination
from docgen.recording import implement
from docgen.store.files import write_atomic

_ON = date(2026, 4, 15)
"""The day of every determination of the example."""
_SHOWN = ("2", "6")
"""Versions whose dossiers are built: one within the plan, one that failed; docgen build makes those of the others."""


def run(folder: Path, console: Console) -> ExitCode:
    """Make the example.

    Raises:
        DocgenError: as `make_device` and the functions of `docgen.decisions`.
    """
    from docgen.demo.device.folder import make_device
    from docgen.demo.device.stated import EXPECTED, MODEL

    make_device(folder, step=console.step)
    config = load_config(folder / CONFIG_NAME)
    for version in ("1", *EXPECTED):
        snapshot = pipeline.collect(f"models:/{MODEL}/{version}", config=config, step=console.step).snapshot
        if version not in {"1", "3"}:
            decisions.record_use(snapshot, config=config)
    for version in EXPECTED:
        found = _decide(version, config)
        if version == "2":
            found = _approve(found, config)
        console.line(f"version {version}: {found.verdict} (exit code {found.exit_code})")
    for version in _SHOWN:
        snapshot = pipeline.collect(f"models:/{MODEL}/{version}", config=config, step=console.step).snapshot
        report = pipeline.build(snapshot, config=config, as_of=_ON, step=console.step)
        for warning in report.warnings:
            console.step(f"warning: {warning}")
        console.line(f"version {version}: HTML {report.html}")
        for pdf in report.pdfs:
            console.line(f"version {version}: PDF  {pdf}")
    return ExitCode.DONE


def _decide(version: str, config: Config) -> Determination:
    from docgen.demo.device.stated import MODEL

    return decisions.decide(f"models:/{MODEL}/{version}", config=config, now=_ON, today=_ON, offline=True)[0]


def _approve(found: Determination, config: Config) -> Determination:
    """Add the approvals that the plan asks for, decide again, and record the implementation."""
    from docgen.demo.device.stated import MODEL, approved, as_yaml

    version = found.candidate.rpartition("/")[2]
    book = decisions.open_folder(config)
    stated = book.candidate(version)
    if stated is not None and book.plan is not None:
        text = as_yaml(approved(stated, book.plan.plan.approvers, found.subject_sha256))
        write_atomic(book.path / decisions.CANDIDATES / f"{version}.yaml", text.encode("utf-8"))
    again, path = decisions.decide(f"models:/{MODEL}/{version}", config=config, now=_ON, today=_ON, offline=True)
    implement(again, path, config, on=_ON, now=datetime.combine(_ON, time(12), UTC))
    return again
