"""The findings register at work: read it, list it, add to it, end a finding, propose drafts from failed checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from docgen import pipeline
from docgen.config import Config
from docgen.errors import UsageError
from docgen.model.evidence import Evidence
from docgen.model.findings import KIND, FindingRecord, HistoryEntry, Register, Status, in_order
from docgen.model.policy import Policy
from docgen.model.regime import Regime
from docgen.model.snapshot import Finding, Snapshot, Subject
from docgen.register import EMPTY, Lookup, as_evidence, ids_in, parse_register, read_text, scale, vanished
from docgen.register_edit import added, changed, ended, missing_in, proposed
from docgen.store.snapshots import Snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A register as it lies on disk."""

    path: Path
    text: str
    register: Register
    scale: tuple[str, ...]
    """Severities, the gravest first."""
    lookup: Lookup
    policy: Policy

    def find(self, name: str) -> FindingRecord:
        """Return the finding with this id.

        Raises:
            UsageError: there is none.
        """
        for record in self.register.findings:
            if record.id == name:
                return record
        raise UsageError(f"no finding {name!r} in {self.path}", hint="docgen findings list shows every id")

    def listed(self, as_of: date, model: str = "") -> tuple[FindingRecord, ...]:
        """Return the findings, overdue and open ones first; those about one model version where `model` names it."""
        wanted = (item for item in self.register.findings if not model or item.concerns(model))
        return in_order(tuple(wanted), as_of, self.scale)

    def lost(self, snapshot: Snapshot | None = None) -> tuple[Finding, ...]:
        """Return what was recorded at git's HEAD, or in a snapshot, and is not there now."""
        from docgen.sources.git_ import committed_text

        before = committed_text(self.path) or ""
        found = vanished(self.register, ids_in(before), "recorded in the last commit")
        old = snapshot.of_kind(KIND) if snapshot else ()
        more = vanished(self.register, tuple(item.id.partition(":")[2] for item in old), "in the snapshot before")
        told = {item.message.split(" is ")[0] for item in found}
        return (*found, *(item for item in more if item.message.split(" is ")[0] not in told))

    def write(self, text: str) -> Book:
        """Write a new text, once it is proved to be without fault.

        Raises:
            UsageError: a fault; nothing is written.
            StorageError: it cannot be written; the file is as it was.
        """
        from docgen.store.files import write_atomic

        register = parse_register(text, self.lookup, self.policy, where=str(self.path))
        write_atomic(self.path, text.encode("utf-8"))
        return replace(self, text=text, register=register)


def open_book(config: Config, policy: Path | None = None) -> Book:
    """Return the register that the configuration names.

    Args:
        config: names the file.
        policy: the firm's policy file; that of the configuration when None.

    Raises:
        UsageError: none is named, or it, a regime or the policy is at fault.
    """
    if not config.dossier.findings:
        raise UsageError("no register is named", hint='set findings = "findings.yaml" in docgen.toml, [dossier]')
    regimes = tuple(regime for regime, _ in pipeline.load_regimes(config))
    return _book(config, regimes, pipeline.read_policy(config, regimes, policy))


def _book(config: Config, regimes: tuple[Regime, ...], policy: Policy) -> Book:
    path = config.path(config.dossier.findings)
    text = read_text(path)
    lookup = _lookup(config, regimes)
    register = parse_register(text, lookup, policy, where=str(path)) if text.strip() else EMPTY
    return Book(path=path, text=text, register=register, scale=scale(policy), lookup=lookup, policy=policy)


def _lookup(config: Config, regimes: tuple[Regime, ...]) -> Callable[[str], Regime | None]:
    """Return what finds a regime by its id, also one that is not in use."""
    from docgen.regimes import find_regime, load_regime

    loaded = {regime.id: regime for regime in regimes}
    folders = tuple(config.path(folder) for folder in config.dossier.regime_folders)

    @cache
    def lookup(name: str) -> Regime | None:
        try:
            return loaded.get(name) or load_regime(find_regime(name, folders))
        except UsageError:
            return None

    return lookup


def book_for(config: Config, regimes: tuple[Regime, ...], policy: Policy) -> Book | None:
    """Return the register, or None where none is named.

    Raises:
        UsageError: it is at fault.
    """
    return _book(config, regimes, policy) if config.dossier.findings else None


def evidence_of(
    book: Book | None, subject: Subject, config: Config
) -> tuple[tuple[Evidence, ...], tuple[Finding, ...]]:
    """Return the findings about a model version as evidence, and which have vanished since they were recorded."""
    if book is None:
        return (), ()
    snapshots = Snapshots(config.path(config.dossier.store))
    taken = any(pointer.subject == subject.uri for pointer in snapshots.all())
    lost = book.lost(snapshots.latest(subject.uri) if taken else None)
    return as_evidence(book.register, book.text, subject.uri, config.dossier.findings), lost


def add(book: Book, record: FindingRecord) -> Book:
    """Add a finding, or adopt the draft that has its id.

    Raises:
        UsageError: a fault, or the id is taken; nothing is written.
    """
    there = next((item for item in book.register.findings if item.id == record.id), None)
    if there is None:
        return book.write(added(book.text, (record,)))
    if there.status != "draft":
        raise UsageError(f"finding {record.id!r} is there already, {there.status}", hint="give another id")
    return book.write(changed(book.text, replace(record, history=(*there.history, *record.history))))


def close(book: Book, name: str, *, status: Status, by: str, on: date, reason: str, evidence: tuple[str, ...]) -> Book:
    """End a finding: closed with evidence, accepted or dismissed with a reason. What it was stays in its history.

    Raises:
        UsageError: no such finding, it has ended, or what must be said is not; nothing is written.
    """
    entry = HistoryEntry(on=on.isoformat(), status=status, by=by, reason=reason)
    return book.write(changed(book.text, ended(book.find(name), entry, evidence)))


def propose(book: Book, snapshot: Snapshot, config: Config, as_of: date | None) -> tuple[FindingRecord, ...]:
    """Return a draft for each failed check of a snapshot that the register does not know yet.

    Raises:
        UsageError: a regime or the policy is at fault, or a regime does not cover this model.
    """
    regimes = tuple(regime for regime, _ in pipeline.load_regimes(config))
    assessments = pipeline.assess_with(snapshot, regimes, book.policy, as_of)
    return missing_in(book.register, proposed(snapshot, regimes, assessments, book.policy))


def append(book: Book, drafts: tuple[FindingRecord, ...]) -> Book:
    """Append drafts to the register.

    Raises:
        UsageError: a fault; nothing is written.
    """
    return book.write(added(book.text, drafts)) if drafts else book
