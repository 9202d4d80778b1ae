"""The inventory of models: one page and two spreadsheets over every dossier and snapshot, without MLflow.

Of each dossier its manifest and its `summary.json` are read, of the store its pointers, and a snapshot only where a
newer one may tell the same: the cost of one more model does not grow with what is known of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from docgen.config import Config
from docgen.errors import IntegrityError, SourceError
from docgen.model.canonical import parse, sha256
from docgen.model.codec import structure
from docgen.model.inventory import SUMMARY_FORMAT, SUMMARY_NAME, Summary
from docgen.model.manifest import MANIFEST_NAME
from docgen.model.standing import aliases_of, same_but_for_standing
from docgen.pipeline import Step
from docgen.publish.cells import as_csv, as_xlsx
from docgen.render.inventory import Entry, render_inventory
from docgen.store.files import write_atomic
from docgen.store.manifests import read_manifest
from docgen.store.snapshots import Pointer, Snapshots

State = Literal["current", "newer snapshot", "no dossier", "old dossier", "damaged"]
"""Whether a dossier shows the newest snapshot; `old`: made by a docgen that wrote no summary, or another one."""

_SUMMARY = f"files/{SUMMARY_NAME}"
COLUMNS = (
    "model", "version", "address", "aliases", "purpose", "tier", "owner", "status", "dossier", "gate", "gaps",
    "findings_open", "findings_overdue", "last_captured", "next_due", "next_due_why", "regimes", "snapshot", "path",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryReport:
    """What was written."""

    html: Path
    csv: Path
    xlsx: Path
    entries: tuple[Entry, ...]
    as_of: str
    """ISO date."""


def build_inventory(
    config: Config, *, output: Path | None = None, as_of: date | None = None, step: Step = lambda _text: None
) -> InventoryReport:
    """Write `index.html`, `inventory.csv` and `inventory.xlsx` over all dossiers and snapshots.

    Args:
        config: names the store and the folder of the dossiers.
        output: the folder of the dossiers; that of the configuration when None.
        as_of: the day on which overdue is counted; that of the newest capture when None, so that the same dossiers
            give the same bytes.
        step: told what is being done.

    Raises:
        SourceError: there is neither a dossier nor a snapshot.
        IntegrityError: the store is damaged.
        StorageError: the files cannot be written.
    """
    folder = output or config.path(config.dossier.output)
    store = Snapshots(config.path(config.dossier.store))
    newest = {pointer.subject: pointer for pointer in store.all()}
    found = tuple(_dossiers(folder, newest, store))
    there = {entry.uri for entry in found}
    entries = (*found, *(_without(pointer) for uri, pointer in newest.items() if uri not in there))
    if not entries:
        raise SourceError(f"no dossier in {str(folder)!r} and no snapshot in {str(store.root)!r}", hint="docgen build")
    step(f"{len(entries)} model versions, {len(found)} dossiers")
    moment = max(entry.captured_at for entry in entries) or "1980-01-01T00:00:00Z"
    day = as_of or date.fromisoformat(moment[:10])
    ordered = tuple(sorted(entries, key=_order))
    rows = tuple(_row(entry, day) for entry in ordered)
    report = InventoryReport(
        html=folder / "index.html",
        csv=folder / "inventory.csv",
        xlsx=folder / "inventory.xlsx",
        entries=ordered,
        as_of=day.isoformat(),
    )
    write_atomic(report.csv, as_csv(COLUMNS, rows))
    write_atomic(report.xlsx, as_xlsx("Model inventory", COLUMNS, rows, moment=moment))
    write_atomic(report.html, render_inventory(ordered, day).encode("utf-8"))
    return report


def _order(entry: Entry) -> tuple[str, tuple[int, str], str]:
    version = entry.version or ""
    return entry.name.casefold(), (int(version) if version.isdecimal() else 0, version), entry.uri


def _dossiers(folder: Path, newest: dict[str, Pointer], store: Snapshots) -> Iterator[Entry]:
    for path in sorted(folder.glob(f"*/*/{MANIFEST_NAME}")):
        yield _entry(path.parent, path.parent.relative_to(folder).as_posix(), newest, store)


def _entry(dossier: Path, place: str, newest: dict[str, Pointer], store: Snapshots) -> Entry:
    """Return what a dossier says of its model; a dossier that cannot be trusted says only where it lies."""
    try:
        manifest = read_manifest(dossier)
        listed = {member.path: member.sha256 for member in manifest.members} if manifest else {}
        subject = manifest.subject if manifest else place
        if _SUMMARY not in listed:
            return _bare(subject, place, "old dossier")
        data = (dossier / _SUMMARY).read_bytes()
        if sha256(data) != listed[_SUMMARY]:
            return _bare(subject, place, "damaged")
        content = parse(data, where=_SUMMARY)
        if not isinstance(content, dict) or content.get("format") != SUMMARY_FORMAT:
            return _bare(subject, place, "old dossier")
        summary = structure(content, Summary, where=_SUMMARY)
    except (IntegrityError, OSError):
        return _bare(place, place, "damaged")
    state: State = "current"
    pointer = newest.get(summary.uri)
    if pointer and pointer.snapshot != summary.snapshot:
        now = store.read(pointer.snapshot)
        then = store.kept(summary.snapshot)
        if then is not None and same_but_for_standing(then, now):
            summary = replace(summary, aliases=aliases_of(now))
        else:
            state = "newer snapshot"
    return Entry(
        uri=summary.uri, name=summary.name, version=summary.version, captured_at=summary.captured_at,
        state=state, place=place, summary=summary,
    )  # fmt: skip


def _bare(uri: str, place: str, state: State) -> Entry:
    name, version = _named(uri)
    return Entry(uri=uri, name=name, version=version, captured_at="", state=state, place=place)


def _without(pointer: Pointer) -> Entry:
    name, version = _named(pointer.subject)
    return Entry(
        uri=pointer.subject, name=name, version=version, captured_at=pointer.captured_at, state="no dossier", place=""
    )


def _named(uri: str) -> tuple[str, str | None]:
    """Return name and version of `models:/<name>/<version>`; of any other address the address."""
    name, _, version = uri.removeprefix("models:/").rpartition("/")
    return (name, version) if uri.startswith("models:/") and name else (uri, None)


def _row(entry: Entry, day: date) -> tuple[str, ...]:
    item = entry.summary
    start = (entry.name, entry.version or "", entry.uri)
    if item is None:
        return (*start, "", "", "", "", "", entry.state, "", "", "", "", entry.captured_at, "", "", "", "", entry.place)
    return (
        *start, ", ".join(item.aliases), item.purpose, " or ".join(item.tier), item.owner, item.status, entry.state,
        "open" if item.gate_open else "closed", str(item.gaps), str(item.open_findings()),
        str(item.overdue_findings(day)), item.captured_at, item.due_on or "", item.due_why,
        ", ".join(state.regime for state in item.regimes), item.snapshot, entry.place,
    )  # fmt: skip
