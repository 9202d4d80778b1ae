"""Release and rollback on MLflow's registry: one alias moves, journalled, recorded, or nothing has happened.

Before the registry is touched a journal says what will be done. Whoever comes next after an interruption finishes it
where the alias had moved, and undoes it where it had not; only then is anything new begun.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from docgen import ledgers
from docgen.approval_files import load_signers
from docgen.approvals import open_desk, refuse_stale
from docgen.bundle.proof import Proof, Trust, prove
from docgen.config import Config
from docgen.errors import DocgenError, GateClosedError, IntegrityError, UsageError
from docgen.gates.chain import Chain
from docgen.gates.drift import recorded_aliases
from docgen.model.canonical import Digest, canonical
from docgen.model.codec import unstructure
from docgen.model.journal import Move
from docgen.model.ledger import Entry, Export, Release, Rollback
from docgen.model.standing import TAG_DIGEST, TAG_LINK
from docgen.pipeline import Step, store_uri
from docgen.rollback_records import write_record
from docgen.sealing import seal
from docgen.sources.mlflow_.asking import Patience
from docgen.sources.mlflow_.registry import Registry
from docgen.stamping import roots_of
from docgen.store.files import storage, sync_folder, write_atomic
from docgen.store.journal import journal_of, pending
from docgen.store.ledger import Ledger
from docgen.store.locks import held


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done, or in a rehearsal would be."""

    move: Move
    entry: Entry | None
    """None in a rehearsal."""
    steps: tuple[str, ...]
    resumed: str = ""
    """What was finished or undone first, in words."""
    record: Path | None = None
    """The page of a rollback's record."""


@dataclass(frozen=True, slots=True)
class Office:
    """The registry, the ledger and the journal of one model."""

    config: Config
    model: str
    registry: Registry

    @property
    def ledger(self) -> Ledger:
        """Of the model."""
        return Ledger.of(self.config.path(self.config.approvals.ledger), self.model)

    @property
    def journal(self) -> Path:
        """The file that is there while an alias moves."""
        return journal_of(self.config.path(self.config.dossier.store), self.model)

    def chain(self) -> Chain:
        """Return the ledger.

        Raises:
            IntegrityError: it is not whole.
        """
        return ledgers.read_whole(self.ledger)


def open_office(config: Config, model: str, tracking_uri: str | None = None) -> Office:
    """Return the office of a model.

    Raises:
        SourceError: the registry does not answer.
    """
    uri = tracking_uri or store_uri(config, config.mlflow.tracking_uri)
    elsewhere = store_uri(config, config.mlflow.registry_uri) if config.mlflow.registry_uri else ""
    patience = Patience(timeout_seconds=config.mlflow.timeout_seconds, retries=config.mlflow.retries)
    return Office(config, model, Registry(uri, elsewhere, patience=patience))


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for."""

    alias: str
    by: str
    """A role."""
    reason: str = ""
    link: str = ""
    """Where readers find the dossier; its folder when empty."""
    dry_run: bool = False
    now: datetime


@contextlib.contextmanager
def _alone(office: Office, order: Order) -> Iterator[None]:
    """Keep other releases of the project out; a rehearsal changes nothing, so it waits for nobody."""
    if order.dry_run:
        yield
        return
    with held(office.journal.parent):
        yield


def release(target: str, order: Order, *, config: Config, tracking_uri: str | None = None, step: Step) -> Done:
    """Move an alias to a version whose gates are all open, tag the version, and record it.

    Args:
        target: as for `docgen.approvals.open_desk`.
        order: alias, who, when.
        config: where everything lies.
        tracking_uri: of the registry; that of the configuration when None.
        step: told what is being done.

    Raises:
        GateClosedError: a gate is closed; nothing was touched.
        IntegrityError: dossier, signatures or ledger do not hold, or the dossier is stale; nothing was touched.
        SourceError: the registry refused; what had been done was undone.
        StorageError: journal or ledger cannot be written; what had been done was undone.
    """
    desk = open_desk(target, config)
    subject = desk.papers.snapshot.subject
    office = open_office(config, subject.name, tracking_uri)
    with _alone(office, order):
        resumed = resume(office, step, dry_run=order.dry_run)
        closed = [(state, reason) for state in desk.states(order.now.astimezone(UTC).date()) for reason in state.closed]
        if closed:
            lines = "\n".join(f"  {state.title}: {reason.why}" for state, reason in closed)
            raise GateClosedError(f"{desk.papers.subject} is not released:\n{lines}", hint=closed[0][1].opens)
        version = subject.version or ""
        link = order.link or str(desk.folder)
        move = _plan(office, "release", version, desk.papers.digest, order, {TAG_LINK: link})
        done = _already(office, move)
        if done is not None:
            return Done(move=move, entry=done, steps=("nothing: it is released already",), resumed=resumed)
        refuse_stale(desk.papers, config)
        steps = _steps(move)
        if order.dry_run:
            return Done(move=move, entry=None, steps=steps, resumed=resumed)
        sealed = seal(target, config=config, by=order.by, now=order.now)
        step(f"sealed {sealed.path}")
        entry = _perform(office, move, order.now, step)
        _forget(office)
    return Done(move=move, entry=entry, steps=steps, resumed=resumed)


def rollback(model: str, to: str, order: Order, *, config: Config, tracking_uri: str | None = None, step: Step) -> Done:
    """Move an alias back to a version that was released before and whose sealed dossier still proves, and record it.

    Args:
        model: name in the registry.
        to: the version.
        order: alias, who, why, when.
        config: where everything lies.
        tracking_uri: of the registry; that of the configuration when None.
        step: told what is being done.

    Raises:
        GateClosedError: the version was never approved; nothing was touched.
        IntegrityError: its sealed dossier is missing or does not prove, or the ledger is broken; nothing was touched.
        UsageError: no reason is given, or the alias is there already.
        SourceError: the registry refused; what had been done was undone.
        StorageError: journal or ledger cannot be written; what had been done was undone.
    """
    if not order.reason.strip():
        raise UsageError("rollback: no reason is given", hint="say why with --reason")
    office = open_office(config, model, tracking_uri)
    with _alone(office, order):
        resumed = resume(office, step, dry_run=order.dry_run)
        found = office.chain()
        approved = _approved(found, model, to)
        proof = _proved(office, found, approved, order.now, step)
        move = _plan(office, "rollback", to, approved, order, {})
        if move.before == to and _recorded_version(found, order.alias) == to:
            raise UsageError(
                f"{order.alias!r} is on version {to} already, so there is nothing to roll back",
                hint="docgen ledger list",
            )
        steps = _steps(move)
        if order.dry_run:
            return Done(move=move, entry=None, steps=steps, resumed=resumed)
        entry = _perform(office, move, order.now, step)
        record = write_record(entry, proof, config)
        _forget(office)
    return Done(move=move, entry=entry, steps=steps, resumed=resumed, record=record)


def _approved(found: Chain, model: str, version: str) -> Digest:
    """Return the digest of the dossier with which a version was released last."""
    subject = f"models:/{model}/{version}"
    released = [entry.details for entry in found.entries if entry.subject == subject]
    manifests = [details.manifest for details in released if isinstance(details, Release)]
    if not manifests:
        known = sorted({entry.version for entry in found.entries if isinstance(entry.details, Release)}, key=_number)
        raise GateClosedError(
            f"{subject} was never released, and only an approved version may be restored "
            f"(released: {', '.join(known) or 'none'})",
            hint="have it approved and release it: docgen release",
        )
    return manifests[-1]


def _recorded_version(found: Chain, alias: str) -> str | None:
    """Return the version where the ledger says that an alias is; None where it says nothing of it."""
    entry = recorded_aliases(found.entries).get(alias)
    return entry.version if entry else None


def _number(version: str) -> tuple[int, str]:
    return (int(version) if version.isdigit() else 0, version)


def _proved(office: Office, found: Chain, manifest: Digest, now: datetime, step: Step) -> Proof:
    """Return the proof of a sealed dossier of this manifest, signed by people whose keys still hold."""
    config = office.config
    signers, _ = load_signers(config.path(config.approvals.signers))
    trust = Trust(signers=signers, roots=roots_of(config))
    folder = config.path(config.approvals.sealed)
    archives = {entry.details.archive for entry in found.entries
                if isinstance(entry.details, Export) and entry.details.manifest == manifest}  # fmt: skip
    why = "it is not in the folder"
    for path in sorted(folder.glob("*.zip")):
        if not any(path.stem.endswith(digest[:12]) for digest in archives):
            continue
        try:
            proof = prove(path, trust, now.astimezone(UTC).date(), step=lambda _text: None)
        except DocgenError as err:
            why = err.message
            continue
        if proof.manifest == manifest and proof.archive in archives:
            step(f"{path}: holds, signed by {', '.join(item.name for item in proof.signatures)}")
            return proof
    raise IntegrityError(
        f"no sealed dossier {manifest[:12]} in {str(folder)!r} proves the version: {why}",
        hint="restore the archive from a backup: a version without its evidence is not restored",
    )


def _plan(office: Office, kind: str, version: str, manifest: Digest, order: Order, tags: dict[str, str]) -> Move:
    """Return what would be done, as the registry stands now."""
    wanted = {TAG_DIGEST: manifest, **tags}
    there = office.registry.tags(office.model, version)
    return Move(
        action=secrets.token_hex(8),
        kind="release" if kind == "release" else "rollback",
        model=office.model,
        version=version,
        alias=order.alias,
        before=office.registry.aliases(office.model).get(order.alias),
        manifest=manifest,
        tags=wanted,
        tags_before={key: there.get(key) for key in wanted},
        by=order.by,
        reason=order.reason,
    )


def _already(office: Office, move: Move) -> Entry | None:
    """Return the entry that released this dossier, where alias and ledger both say so."""
    entry = recorded_aliases(office.chain().entries).get(move.alias)
    if entry is None or entry.subject != move.subject or move.before != move.version:
        return None
    return entry if isinstance(entry.details, Release) and entry.details.manifest == move.manifest else None


def _steps(move: Move) -> tuple[str, ...]:
    held_by = f"version {move.before}" if move.before else "no version"
    return (
        *(f"tag version {move.version}: {key} = {value}" for key, value in move.tags.items()),
        f"move alias {move.alias!r} from {held_by} to version {move.version}",
        f"record the {move.kind} in the ledger",
    )


def _perform(office: Office, move: Move, now: datetime, step: Step) -> Entry:
    """Do it; where the registry or the disk refuses, undo what was done and say so."""
    write_atomic(office.journal, canonical(unstructure(move)))
    try:
        for key, value in move.tags.items():
            office.registry.set_tag(move.model, move.version, key, value)
        step(f"moving alias {move.alias!r} to version {move.version}")
        office.registry.set_alias(move.model, move.alias, move.version)
        entry = _record(office, move, now)
    except DocgenError as err:
        _undo_or_say(office, move, err)
        raise
    return entry


def _record(office: Office, move: Move, now: datetime) -> Entry:
    details = (
        Release(action=move.action, alias=move.alias, before=move.before, manifest=move.manifest)
        if move.kind == "release"
        else Rollback(
            action=move.action, alias=move.alias, before=move.before, reason=move.reason, manifest=move.manifest
        )
    )
    return office.ledger.append(details, subject=move.subject, by=move.by, now=now, unless=_same(move))


def _same(move: Move) -> Callable[[Chain], Entry | None]:
    def find(found: Chain) -> Entry | None:
        return next((item for item in found.entries if getattr(item.details, "action", None) == move.action), None)

    return find


def _undo_or_say(office: Office, move: Move, err: DocgenError) -> None:
    try:
        _undo(office, move)
    except DocgenError as again:
        err.message = f"{err.message}; undoing it was refused too ({again.message}), so it waits in {office.journal}"
        err.hint = "run docgen release or rollback again once the registry answers: it finishes or undoes it first"
    else:
        err.message = f"{err.message}; what had been done was undone, alias and ledger are as they were"
    err.args = (err.message,)


def _undo(office: Office, move: Move) -> None:
    if office.registry.aliases(move.model).get(move.alias) == move.version != move.before:
        office.registry.set_alias(move.model, move.alias, move.before)
    there = office.registry.tags(move.model, move.version)
    for key, value in move.tags_before.items():
        if there.get(key) != value:
            office.registry.set_tag(move.model, move.version, key, value)
    _forget(office)


def _forget(office: Office) -> None:
    with storage(office.journal):
        office.journal.unlink(missing_ok=True)
        sync_folder(office.journal.parent)


def _tell_rollback(office: Office, entry: Entry, step: Step) -> None:
    """Write the record of a rollback that was interrupted; a release has none."""
    if isinstance(entry.details, Rollback):
        proof = _proved(office, office.chain(), entry.details.manifest, datetime.now(UTC), step)
        write_record(entry, proof, office.config)


def resume(office: Office, step: Step, *, dry_run: bool = False) -> str:
    """Finish or undo what was interrupted, and return what was done, in words; empty when nothing was.

    A rehearsal only says that there is something to finish or to undo.

    Raises:
        IntegrityError: the journal was changed.
        SourceError: the registry does not answer; the journal stays.
    """
    move = pending(office.journal)
    if move is None:
        return ""
    if dry_run:
        return f"an interrupted {move.kind} of version {move.version} would be finished or undone first"
    recorded = _same(move)(office.chain())
    if recorded is not None:
        _tell_rollback(office, recorded, step)
        _forget(office)
        return f"the {move.kind} of version {move.version} had been recorded: its journal is closed"
    if office.registry.aliases(move.model).get(move.alias) == move.version != move.before:
        for key, value in move.tags.items():
            office.registry.set_tag(move.model, move.version, key, value)
        _tell_rollback(office, _record(office, move, datetime.now(UTC)), step)
        _forget(office)
        told = f"the interrupted {move.kind} of version {move.version} is finished: the alias had moved"
    else:
        _undo(office, move)
        told = f"the interrupted {move.kind} of version {move.version} is undone: the alias had not moved"
    step(told)
    return told
