"""Whoever was not let sign, waive, release or roll back leaves a line in the store's log; the ledger stays as it is."""

from __future__ import annotations

import contextlib
import getpass
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from docgen.approval_files import load_signers
from docgen.approvals import dossier_of
from docgen.bundle.sign_offs import keys_of
from docgen.config import Config
from docgen.errors import DocgenError, ExitCode
from docgen.model.canonical import Digest, sha256
from docgen.model.manifest import MANIFEST_NAME
from docgen.model.refusal import Refusal
from docgen.store.manifests import read_manifest
from docgen.store.refusals import note_refusal

REFUSED = (ExitCode.GATE_CLOSED, ExitCode.USAGE, ExitCode.INTEGRITY, ExitCode.UNSAFE)
"""Exit codes of what is not allowed; a server that is down or a full disk refuses nobody."""


@dataclass(slots=True, kw_only=True)
class Attempt:
    """What somebody is about to do; its key is known once it has been read."""

    action: str
    target: str
    role: str
    gate: str = ""
    key: str = ""
    """Fingerprint of the key that is used."""


@contextlib.contextmanager
def noted(attempt: Attempt, config: Config, now: datetime) -> Iterator[None]:
    """Note what is refused in this block; the refusal goes its way, whether it could be noted or not."""
    try:
        yield
    except DocgenError as err:
        if err.code in REFUSED:
            note_refusal(config.path(config.dossier.store), _refusal(attempt, err, config, now))
        raise


def _refusal(attempt: Attempt, err: DocgenError, config: Config, now: datetime) -> Refusal:
    subject, manifest = _dossier(attempt.target, config)
    return Refusal(
        at=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        action=attempt.action,
        target=subject,
        code=int(err.code),
        reason=err.message,
        account=_account(),
        gate=attempt.gate,
        role=attempt.role,
        signer=_signer(attempt.key, config),
        key=attempt.key,
        manifest=manifest,
    )


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, ImportError, OSError):  # an account without a name, as containers have them
        return ""


def _signer(key: str, config: Config) -> str:
    """Return whose key it is, as far as there is a file of signers that can be read."""
    if key:
        with contextlib.suppress(DocgenError):
            for signer in load_signers(config.path(config.approvals.signers))[0].signers:
                if key in {public.fingerprint for _, public in keys_of(signer)}:
                    return signer.id
    return ""


def _dossier(target: str, config: Config) -> tuple[str, Digest | None]:
    """Return the version and the digest of the dossier as it lies there, whether it is whole or not."""
    digest = None
    with contextlib.suppress(DocgenError, OSError, ValueError):
        folder = dossier_of(target, config)
        digest = sha256((folder / MANIFEST_NAME).read_bytes())
        manifest = read_manifest(folder)
        return (manifest.subject if manifest else target), digest
    return target, digest
