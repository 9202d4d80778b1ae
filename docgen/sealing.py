"""Seal a dossier into one archive; prove sealed dossiers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from docgen.approval_files import load_signers
from docgen.approvals import Desk, open_desk
from docgen.bundle.archive import write_archive
from docgen.bundle.keys import read_public
from docgen.bundle.papers import read_files
from docgen.bundle.proof import Proof, Trust, prove
from docgen.bundle.sbom import sbom
from docgen.bundle.seal import Sealable, content_digest, members, sealed_entries
from docgen.bundle.time_stamps import EXTRA, Stamped, installed, read_roots
from docgen.config import Config
from docgen.errors import IntegrityError, SourceError, UsageError
from docgen.model.canonical import Digest, sha256
from docgen.model.ledger import Export
from docgen.pipeline import Step
from docgen.stamping import roots_of
from docgen.store.files import READ_ONLY, slug, write_atomic


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A sealed dossier on disk."""

    path: Path
    archive: Digest
    """SHA-256 of its bytes."""
    content: Digest
    """The same wherever the same dossier is sealed: of every member but what follows the environment."""
    manifest: Digest
    """Of the dossier in it."""
    members: int
    signatures: int
    """That are about this dossier and hold."""
    stamped: Stamped
    """What became of the ledger's time stamps."""


def seal(
    target: str, *, config: Config, output: Path | None = None, by: str = "", now: datetime | None = None
) -> Sealed:
    """Put a dossier with its signatures, gates and ledger into one archive; the same input gives the same bytes.

    In another environment the bill of materials and the digests that rest on it are others; the content's is the same.

    Args:
        target: as for `open_desk`.
        config: where everything lies.
        output: the folder; that of the configuration when None.
        by: the role that seals, for the ledger.
        now: the time of the ledger's entry; the clock's when None.

    Raises:
        IntegrityError: the dossier or the ledger is not as it was written, or it was signed under other gates.
        UsageError: the certificates that prove its time stamps are gone.
        UnsafeError: a file of the dossier has a path that no reader should follow.
        StorageError: it cannot be written.
    """
    desk = open_desk(target, config)
    _same_gates(desk)
    roots = roots_of(config)
    if roots is None and desk.stamped.count:
        raise UsageError(
            f"the ledger holds time stamps, and {desk.stamped.unchecked}",
            hint="restore the file of certificates from git: without it nobody can prove them",
        )
    made = members(_sealable(desk, roots))
    data = write_archive(made)
    digest = sha256(data)
    subject = desk.papers.snapshot.subject
    name = f"{slug(subject.name)}-{slug(subject.version or '')}-{digest[:12]}.zip"
    path = (output or config.path(config.approvals.sealed)) / name
    write_atomic(path, data, mode=READ_ONLY)
    export = Export(archive=digest, manifest=desk.papers.digest)

    desk.ledger.append(
        export,
        subject=desk.papers.subject,
        by=by or "docgen seal",
        now=now or datetime.now(UTC),
        unless=lambda chain: chain.recording(export),
    )
    return Sealed(
        path=path,
        archive=digest,
        content=content_digest(made),
        manifest=desk.papers.digest,
        members=len(made),
        signatures=len(desk.own_signatures()),
        stamped=desk.stamped,
    )


def _same_gates(desk: Desk) -> None:
    """Stop where the gates were changed since the dossier was signed last: nobody agreed to these."""
    own = desk.own_signatures()
    if own and own[-1].plan != desk.plan_digest:
        raise IntegrityError(
            f"the gates are not those under which {own[-1].name} signed on {own[-1].at}",
            hint="restore the file of gates from git, or have the dossier signed again",
        )


def _sealable(desk: Desk, roots: bytes | None) -> Sealable:
    return Sealable(
        files=read_files(desk.folder),
        roots=roots,
        gates=desk.gates,
        signers=desk.people,
        entries=sealed_entries(desk.chain),
        sbom=sbom(),
    )


def verify_sealed(
    path: Path,
    *,
    keys: tuple[Path, ...] = (),
    signers: Path | None = None,
    roots: Path | None = None,
    today: date,
    step: Step,
) -> Proof:
    """Prove a sealed dossier offline.

    Args:
        path: the archive.
        keys: files with public keys, each of which must have signed the dossier.
        signers: a file of signers that holds instead of the archive's own.
        roots: a PEM file that holds instead of the archive's own certificates of time stamping authorities.
        today: the day for which the gates are told.
        step: told each step that holds.

    Raises:
        SourceError: a file cannot be read.
        UsageError: a key, the file of signers or that of certificates is at fault, or time stamps cannot be read here.
        UnsafeError: it is no archive that should be unpacked.
        IntegrityError: something in it is not as it was sealed; step and member are named.
    """
    found = []
    for key in keys:
        try:
            found.append(read_public(key.read_text("utf-8"), where=str(key)))
        except (OSError, UnicodeDecodeError) as err:
            raise SourceError(f"{key}: cannot be read as a public key: {err}", hint="name a .pub or PEM file") from err
    try:
        own = roots.read_bytes() if roots else None
    except OSError as err:
        raise SourceError(f"{roots}: {(err.strerror or str(err)).lower()}", hint="name a PEM file") from err
    if own is not None:
        read_roots(own, where=str(roots))
        if not installed():
            raise UsageError("--timestamp-roots: proving time stamps needs rfc3161-client", hint=EXTRA)
    trust = Trust(keys=tuple(found), signers=load_signers(signers)[0] if signers else None, roots=own)
    return prove(path, trust, today, step=step)
