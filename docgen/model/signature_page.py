"""What a page of signatures shows: who signed a dossier at which gate, and how the gates stand."""

from __future__ import annotations

from dataclasses import dataclass

from docgen.model.approvals import Closed
from docgen.model.canonical import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One signature on a dossier."""

    name: str
    """Printed name (21 CFR 11.50(a)(1))."""
    signer: str
    """Id in the file of signers."""
    role: str
    meaning: str
    at: str
    """ISO 8601 UTC."""
    zone: str
    """Offset of the signer's own clock, such as `+02:00`; empty where the statement cannot be read."""
    stamped: str
    """ISO 8601 UTC: when a time stamping authority had seen it, as the ledger says; empty where none did."""
    key: str
    """Fingerprint of the key as OpenSSH prints it."""
    faults: tuple[str, ...]
    """Why it does not count; empty when it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateShown:
    """One gate with the signatures that were given at it."""

    gate: str
    title: str
    until: str | None
    """ISO date: the last day on which it is open if nothing else changes; None: no end."""
    closed: tuple[Closed, ...]
    """Every reason why it is closed; empty when it is open."""
    signatures: tuple[Signed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A requirement that is open in the dossier and waived."""

    requirement: str
    """`<regime>/<requirement id>`."""
    reason: str
    owner: str
    until: str
    """ISO date: the last day."""
    by: str
    """Who recorded it."""
    at: str
    """ISO 8601 UTC."""
    after: str
    """Who had signed by then, in words; empty where nobody had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturePage:
    """The signatures on one dossier, gate by gate."""

    subject: str
    """`models:/<name>/<version>`."""
    manifest: Digest
    """Of the dossier's `manifest.json`: what was signed."""
    as_of: str
    """ISO date for which the gates are told."""
    plan: str
    """Title of the file of gates."""
    verdicts: tuple[str, ...]
    """What the dossier says of the requirements of each regime, in words."""
    waivers: tuple[SetAside, ...]
    """Those that hold on the day, without which a requirement would be open."""
    gates: tuple[GateShown, ...]
