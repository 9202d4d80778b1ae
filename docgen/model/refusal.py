"""A refusal: somebody tried to sign, waive, release or roll back, and was not let."""

from __future__ import annotations

from dataclasses import dataclass

from docgen.model.canonical import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One line of the log of refusals; fields are only ever added, each with a default."""

    at: str
    """ISO 8601 UTC, by the clock of the machine."""
    action: str
    """`sign`, `waive`, `release` or `rollback`."""
    target: str
    """The model version; the dossier's folder as it was named, where its manifest cannot be read."""
    code: int
    """Exit code of the command."""
    reason: str
    """Why it was refused, in words."""
    account: str = ""
    """Name of the system's account; empty where it has none."""
    gate: str = ""
    """Where it was to be signed."""
    role: str = ""
    """The role that was claimed."""
    signer: str = ""
    """Whose key it was, as the file of signers has it; empty: nobody's, or no key was used."""
    key: str = ""
    """Fingerprint of the key that was used."""
    manifest: Digest | None = None
    """SHA-256 of the dossier's `manifest.json` as it lay there."""
