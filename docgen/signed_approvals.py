"""The signatures at a model version's gates, for a decision about a change: which count, and what each approves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from docgen import ledgers
from docgen.approval_files import load_gates, load_signers
from docgen.approvals import developers_of
from docgen.bundle.sign_offs import predicate_of, signatures_of
from docgen.change.facts import SignedApproval
from docgen.config import ApprovalsConfig, Config
from docgen.errors import UsageError
from docgen.gates.evaluate import Case, evaluate
from docgen.model.approvals import GatePlan, Predicate, Signature
from docgen.model.canonical import Digest, sha256
from docgen.model.ledger import SignOff
from docgen.model.snapshot import Snapshot, Subject
from docgen.plans import REGIME
from docgen.stamping import proved
from docgen.store.ledger import Ledger
from docgen.store.snapshots import Snapshots


def signed_approvals(subject: Subject, config: Config, today: date) -> tuple[SignedApproval, ...] | None:
    """Return the signatures about a version that count at its gates, on whichever dossier.

    A signature approves the determination which the dossier showed that was signed: a dossier's snapshot holds it, and
    the signature holds the digest of the snapshot and the regimes that were shown. Whether a gate is open is not asked:
    it waits for the determination.

    Args:
        subject: the version.
        config: where gates, signers, ledger and store lie.
        today: the day on which signatures must not have expired.

    Returns:
        None where no file of gates is there.

    Raises:
        UsageError: the file of gates or of signers is at fault, or that of gates is lost.
        IntegrityError: the ledger is not whole, a time stamp does not hold, or a snapshot that was signed is damaged.
    """
    place = config.path(config.approvals.gates)
    ledger = Ledger.of(config.path(config.approvals.ledger), subject.name)
    if not place.exists():
        _refuse_lost(place, ledger, config)
        return None
    if subject.version is None:
        return ()
    plan, gates = load_gates(place)
    signers, _ = load_signers(config.path(config.approvals.signers))
    chain = ledgers.read_whole(ledger)
    proved(config, chain, plan)
    found = signatures_of(chain, subject.uri, signers)
    good = {item.entry for item in found if not item.faults}
    stated = {
        entry.file: predicate_of(entry, entry.details)
        for entry in chain.entries
        if isinstance(entry.details, SignOff) and entry.file in good
    }
    store, repository = Snapshots(config.path(config.dossier.store)), config.path(config.dossier.repository)
    kept = {digest: store.kept(digest) for digest in {predicate.snapshot for predicate in stated.values()}}
    counted: list[SignedApproval] = []
    for manifest in dict.fromkeys(item.manifest for item in found if item.entry in good):
        shown = {stated[item.entry].snapshot for item in found if item.manifest == manifest and item.entry in good}
        own = [snapshot for digest in shown if (snapshot := kept[digest])]
        makers = {name for snapshot in own for name in developers_of(snapshot, repository)[0]}
        counted += (
            SignedApproval(
                role=item.role,
                signer=item.signer,
                entry=item.entry[:19],
                subject_sha256=_approved_in(stated[item.entry], kept[stated[item.entry].snapshot]),
            )
            for item in _counting((plan, sha256(gates)), found, manifest, subject.uri, makers, today)
        )
    return tuple(counted)


def _refuse_lost(place: Path, ledger: Ledger, config: Config) -> None:
    """Stop where the file of gates is not there and must be: else a claim would do where people had to sign."""
    if config.approvals.gates != ApprovalsConfig().gates:
        why = "[approvals] gates of docgen.toml names it"
    elif any(isinstance(entry.details, SignOff) for entry in ledgers.read_whole(ledger).entries):
        why = f"people have signed at its gates, says {ledger.folder}"
    else:
        return
    raise UsageError(f"{place}: is not there, and {why}", hint="restore it from version control")


def _counting(
    gates: tuple[GatePlan, Digest],
    found: tuple[Signature, ...],
    manifest: Digest,
    subject: str,
    makers: set[str],
    today: date,
) -> Iterator[Signature]:
    """Yield the signatures on one dossier that count."""
    plan, digest = gates
    case = Case(
        subject=subject,
        manifest=manifest,
        plan=digest,
        assessments=(),
        signatures=found,
        waivers=(),
        developers=frozenset(makers),
        today=today,
    )
    for state in evaluate(plan, case):
        yield from state.signatures


def _approved_in(stated: Predicate, snapshot: Snapshot | None) -> str | None:
    """Return the digest to approve of the determination that somebody was shown; empty where they were shown none.

    Every snapshot of the model holds the determination, and only the regime of change plans shows it.
    """
    if REGIME not in {item.regime for item in stated.shown}:
        return ""
    if snapshot is None:
        return None
    item = snapshot.find("determination:summary")
    return item.provenance.key or "" if item else ""
