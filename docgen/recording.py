"""What the ledgers keep of work that is done elsewhere: findings that changed, changes decided, archives proved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from docgen import decisions
from docgen.bundle.proof import Proof
from docgen.config import Config
from docgen.errors import UsageError
from docgen.gates.chain import Chain
from docgen.ledgers import registered
from docgen.model.candidate import Implemented
from docgen.model.canonical import Digest, canonical, sha256
from docgen.model.codec import unstructure
from docgen.model.decision import Determination
from docgen.model.findings import FindingRecord
from docgen.model.ledger import ChangeDecision, Details, Entry, Export, FindingChange, Verification
from docgen.store.ledger import Ledger


def ledger_of(config: Config, subject: str) -> Ledger:
    """Return the ledger of the model that `models:/<name>` or `models:/<name>/<version>` is about."""
    return Ledger.of(config.path(config.approvals.ledger), registered(subject))


def sound_ledger(model: str, config: Config) -> None:
    """Stop before a register is written where the ledger could not take note of it.

    Raises:
        IntegrityError: the ledger of the model is not whole.
    """
    if model:
        ledger_of(config, model).sound()


def record_finding(record: FindingRecord, config: Config, *, now: datetime) -> Path | None:
    """Note what became of a finding, once for each thing that it became, and return the entry's file.

    None where no ledger is concerned: a draft is nobody's finding yet, and one about every model of the register is in
    no model's ledger.

    Raises:
        IntegrityError: the ledger is not whole; nothing is written.
        StorageError: it cannot be written; `docgen findings record` does so later.
    """
    if record.status == "draft" or not record.model:
        return None
    ledger, steps = ledger_of(config, record.model), record.history
    digest = sha256(canonical(unstructure(record)))
    _, last = _last(ledger.sound(), record.id)
    details = FindingChange(
        finding=record.id,
        status=record.status,
        reason=steps[-1].reason if steps else "",
        before=last.status if last else steps[-2].status if len(steps) > 1 else "",
        record=digest,
    )

    def same(found: Chain) -> Entry | None:
        entry, known = _last(found, record.id)
        return entry if known and known.record == digest else None

    by = (steps[-1].by.strip() if steps else "") or "whoever edited the register"
    return _append(ledger, details, record.model, by, now, same)


def _last(found: Chain, finding: str) -> tuple[Entry | None, FindingChange | None]:
    """Return what the ledger says last of a finding."""
    for entry in reversed(found.entries):
        if isinstance(entry.details, FindingChange) and entry.details.finding == finding:
            return entry, entry.details
    return None, None


def record_decision(found: Determination, path: Path, config: Config, *, by: str, now: datetime) -> Path:
    """Note how a change was decided, once for each determination, and return the entry's file.

    Args:
        found: the determination.
        path: the file that holds it.
        config: where the ledgers lie.
        by: the role that decides.
        now: the time.

    Raises:
        IntegrityError: the ledger is not whole; nothing is written.
        StorageError: it cannot be written; nothing is claimed.
    """
    details = ChangeDecision(
        decision=found.verdict,
        reason=f"{found.meaning} [{found.rule}]",
        plan=Digest(found.plan_sha256) if found.plan_sha256 else None,
        determination=sha256(path.read_bytes()),
    )
    ledger = ledger_of(config, found.candidate)
    return _append(ledger, details, found.candidate, by, now, lambda chain: chain.recording(details))


def implement(
    found: Determination, path: Path, config: Config, *, on: date, now: datetime
) -> tuple[Implemented, Path, bool]:
    """Add a version to the implemented ones, and note that as a decision in the ledger of its model.

    The row comes first, and the entry says what the row says. Where somebody was killed between the two, the next one
    writes the entry that is missing.

    Args:
        found: the determination.
        path: the file that holds it.
        config: where plan and ledgers lie.
        on: the day on which it was implemented.
        now: the time.

    Returns:
        The row, the entry's file, and whether the row was there already and lacked its entry.

    Raises:
        UsageError: the version is not within the plan, or both ledgers hold it already.
        IntegrityError: a ledger is not whole; nothing is written.
        StorageError: it cannot be written; the next one finishes what was begun.
    """
    ledger, folder = ledger_of(config, found.candidate), decisions.open_folder(config)
    there = ledger.sound()
    row = next((row for row in folder.implemented() or () if row.model == found.candidate), None)
    lacking = row is not None and there.recording(_implementing(row, config)) is None
    if row is None or not lacking:
        row = decisions.record_implemented(found, path, config=config, on=on)
    details = _implementing(row, config)
    by = ", ".join(folder.plan.plan.approvers if folder.plan else ()) or "those who approve under the plan"
    entry = _append(ledger, details, row.model, by, now, lambda chain: chain.recording(details))
    return row, entry, lacking


def _implementing(row: Implemented, config: Config) -> ChangeDecision:
    """Return what the ledger of a model says of an implemented version."""
    found = decisions.determined_by(row, config)
    what = f"{', '.join(row.modifications)} on {row.on} under plan {row.plan}"
    return ChangeDecision(
        decision="IMPLEMENTED",
        reason=f"{what}; {found.verdict} [{found.rule}]",
        plan=Digest(found.plan_sha256) if found.plan_sha256 else None,
        determination=Digest(row.determination),
    )


def record_proof(proof: Proof, config: Config, *, by: str, now: datetime) -> Path:
    """Note that a sealed dossier was proved, each time, and return the entry's file.

    Raises:
        UsageError: this project has no ledger of the model.
        IntegrityError: the ledger is not whole; nothing is written.
        StorageError: it cannot be written; nothing is claimed.
    """
    ledger = ledger_of(config, proof.subject)
    if proof.archive is None or not ledger.folder.is_dir():
        raise UsageError(
            f"--record: this project has no ledger of {proof.subject}, so nothing was recorded; the archive holds",
            hint="run it in the project that the dossier was sealed in, or give its docgen.toml with --config",
        )
    outcome = f"holds; {proof.steps[-1]}"
    details = Verification(archive=proof.archive, outcome=outcome, manifest=proof.manifest)
    return _append(ledger, details, proof.subject, by, now)


def record_fault(path: Path, why: str, config: Config, *, by: str, now: datetime) -> Path | None:
    """Note that a sealed dossier which a ledger knows did not hold, and return the entry's file.

    None where no ledger knows an archive of these bytes: what it says of itself cannot be believed, so nobody can say
    which model it is of.

    Raises:
        IntegrityError: the ledger is not whole; nothing is written.
        StorageError: it cannot be written; nothing is claimed.
    """
    archive = sha256(path.read_bytes())
    for folder in sorted(config.path(config.approvals.ledger).glob("*/")):
        ledger = Ledger(folder=folder)
        for entry in ledger.sound().entries:
            if isinstance(entry.details, Export) and entry.details.archive == archive:
                told = f"does not hold: {why}"
                details = Verification(archive=archive, outcome=told, manifest=entry.details.manifest)
                return _append(ledger, details, entry.subject, by, now)
    return None


def _append(
    ledger: Ledger,
    details: Details,
    subject: str,
    by: str,
    now: datetime,
    unless: Callable[[Chain], Entry | None] | None = None,
) -> Path:
    if not by.strip():
        raise UsageError(
            "--record: is empty, expected the role that does so", hint="such as --record 'quality manager'"
        )
    return ledger.folder / ledger.append(details, subject=subject, by=by, now=now, unless=unless).file
