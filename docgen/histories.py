"""The history of a model put together from the ledger, the snapshots and what lies on the disk; its page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from docgen import pipeline
from docgen.config import Config
from docgen.errors import DocgenError, SourceError
from docgen.gates.history import Event, captured, history
from docgen.gates.retention import Kept, Layer, Service, layers_of, retained, services
from docgen.ledgers import registered
from docgen.model.ledger import Entry, Export, Rollback
from docgen.model.rollback import record_name
from docgen.render.history import render_history
from docgen.store.files import slug, write_atomic
from docgen.store.ledger import Ledger
from docgen.store.manifests import read_manifest
from docgen.store.snapshots import Snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What happened to a registered model."""

    model: str
    events: tuple[Event, ...]
    """Oldest first."""
    services: tuple[Service, ...]
    """When which alias was on which version."""
    layers: tuple[Layer, ...]
    """The lines on retention."""
    kept: tuple[Kept, ...]
    """How long the records of each version are kept."""
    entries: tuple[Entry, ...]


def past_of(config: Config, model: str, regimes: tuple[str, ...] | None = None) -> Past:
    """Return what happened to a registered model, and how long its records are kept.

    Args:
        config: where everything lies.
        model: the registered model's name, or `models:/<name>/...`.
        regimes: whose lines on retention count; those of the configuration when None.

    Raises:
        SourceError: nothing is known of it.
        IntegrityError: its ledger is not whole, or a snapshot's pointer was changed.
        UsageError: a regime or the policy is at fault.
    """
    name = registered(model)
    captures = [
        captured(pointer.captured_at, pointer.subject.rpartition("/")[2], pointer.snapshot)
        for pointer in Snapshots(config.path(config.dossier.store)).all()
        if pointer.subject.rpartition("/")[0] == f"models:/{name}"
    ]
    entries = Ledger.of(config.path(config.approvals.ledger), name).sound().entries
    events = history(entries, captures)
    if not events:
        raise SourceError(f"nothing is known of model {name!r}", hint=f"docgen collect models:/{name}/1")
    loaded = tuple(regime for regime, _ in pipeline.load_regimes(config, regimes))
    layers = layers_of(loaded, pipeline.read_policy(config, loaded))
    return Past(
        model=name,
        events=events,
        services=services(entries),
        layers=layers,
        kept=retained(entries, events, layers),
        entries=entries,
    )


def write_history(past: Past, page: Path, config: Config) -> None:
    """Write the history as one page that needs nothing else; its links lead to what lies there now.

    Raises:
        StorageError: it cannot be written.
    """
    links = {
        digest: quote(Path(os.path.relpath(target, page.parent)).as_posix()) for digest, target in _there(past, config)
    }
    text = render_history(past.model, past.events, past.services, past.kept, links=links)
    write_atomic(page, text.encode("utf-8"))


def _there(past: Past, config: Config) -> Iterator[tuple[str, Path]]:
    """Yield what can be opened: the files of entries, archives, records of rollbacks, and dossiers of captures."""
    folder = Ledger.of(config.path(config.approvals.ledger), past.model).folder
    sealed = config.path(config.approvals.sealed)
    for entry in past.entries:
        yield entry.digest(), folder / entry.file
        if isinstance(entry.details, Export):
            name = f"{slug(past.model)}-{slug(entry.version)}-{entry.details.archive[:12]}.zip"
            if (sealed / name).is_file():
                yield entry.details.archive, sealed / name
        if isinstance(entry.details, Rollback):
            record = config.path(config.approvals.records) / slug(past.model) / f"{record_name(entry)}.html"
            if record.is_file():
                yield record_name(entry), record
    for path in sorted((config.path(config.dossier.output) / slug(past.model)).glob("*/manifest.json")):
        try:
            manifest = read_manifest(path.parent)
        except DocgenError:
            continue  # a damaged dossier is told by verify, and nothing leads to it
        if manifest is not None:
            yield manifest.inputs.snapshot, path.parent / "index.html"
