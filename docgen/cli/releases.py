"""`docgen release` and `docgen rollback`: move an alias of MLflow's registry, or rehearse it."""

from __future__ import annotations

import argparse
import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path

from docgen import releases
from docgen.cli.console import Console
from docgen.config import Config, load_config
from docgen.errors import ExitCode
from docgen.refusals import Attempt, noted


def release(asked: argparse.Namespace, console: Console) -> ExitCode:
    """Move an alias to a version whose gates are all open.

    Raises:
        DocgenError: as `docgen.releases.release`.
    """
    config = load_config(Path(asked.config) if asked.config else None)
    order = _order(asked, link=asked.link)
    with _watched(asked, asked.dossier, order, config):
        done = releases.release(asked.dossier, order, config=config, tracking_uri=_tracking(asked), step=console.step)
    _tell(done, asked, console)
    return ExitCode.DONE


def rollback(asked: argparse.Namespace, console: Console) -> ExitCode:
    """Move an alias back to a version that was released before.

    Raises:
        DocgenError: as `docgen.releases.rollback`.
    """
    config = load_config(Path(asked.config) if asked.config else None)
    order = _order(asked, reason=asked.reason)
    with _watched(asked, f"models:/{asked.model}/{asked.to}", order, config):
        done = releases.rollback(
            asked.model, asked.to, order, config=config, tracking_uri=_tracking(asked), step=console.step
        )
    _tell(done, asked, console)
    return ExitCode.DONE


def _watched(
    asked: argparse.Namespace, target: str, order: releases.Order, config: Config
) -> contextlib.AbstractContextManager[None]:
    """Note a refusal; a rehearsal is no attempt."""
    if order.dry_run:
        return contextlib.nullcontext()
    return noted(Attempt(action=asked.command, target=target, role=order.by), config, order.now)


def _order(asked: argparse.Namespace, *, reason: str = "", link: str = "") -> releases.Order:
    return releases.Order(
        alias=asked.alias, by=asked.by, reason=reason, link=link, dry_run=asked.dry_run, now=datetime.now(UTC)
    )


def _tracking(asked: argparse.Namespace) -> str | None:
    return asked.tracking_uri or os.environ.get("MLFLOW_TRACKING_URI") or None


def _tell(done: releases.Done, asked: argparse.Namespace, console: Console) -> None:
    move, record = done.move, done.record
    if done.resumed:
        console.line(done.resumed)
    would = "rehearsal, nothing was changed; it would:" if asked.dry_run else "done:"
    console.line(f"{move.kind} of {move.subject}, dossier {move.manifest[:12]}: {would}")
    for text in done.steps:
        console.line(f"  {text}")
    if record is not None:
        console.line(f"record  {record}")
    console.result(
        {
            "kind": move.kind,
            "subject": move.subject,
            "alias": move.alias,
            "before": move.before,
            "manifest": move.manifest,
            "dry_run": asked.dry_run,
            "steps": list(done.steps),
            "resumed": done.resumed,
            "entry": done.entry.file if done.entry else None,
            "record": str(record) if record else None,
        }
    )
