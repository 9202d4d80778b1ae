"""The ledger's entries: who approved, waived, released or rolled back what, each chained to the ones before it.

An entry is one file, and its name is `<sequence>-<SHA-256 of its bytes>.json`, so that `sha256sum` can check it.
`previous` holds the SHA-256 of every entry that had no successor when it was written: two entries that were written
side by side on two branches of a repository both stay, and the next entry joins them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import get_args

from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn, override
from cattrs.strategies import configure_tagged_union

from docgen.errors import IntegrityError
from docgen.model.canonical import Digest, canonical, parse, sha256
from docgen.model.codec import converter, explain
from docgen.model.days import is_moment

LEDGER_FORMAT = 1
"""Version of an entry's file. To change it: raise the number, and read the old one into today's records.

A field that is only added keeps the number: it has a default and stands in `_ADDED`, so that it is written only where
it says something, and the entries from before it keep their bytes and with them their names.
"""

NAME = re.compile(r"(\d{6,})-([0-9a-f]{64})\.json")
"""Name of an entry's file: sequence number, SHA-256 of its bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeSignature:
    """One signature of a DSSE envelope."""

    keyid: str
    """Fingerprint of the public key as OpenSSH prints it: `SHA256:...`."""
    sig: str
    """Base64 of the signature: of Ed25519 64 bytes, of ECDSA as DER, of RSA as PKCS #1 v1.5 has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A DSSE envelope, field by field as its specification (v1.0.2) names them."""

    payloadType: str  # noqa: N815  # the specification's name
    payload: str
    """Base64 of the in-toto statement."""
    signatures: tuple[EnvelopeSignature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """Somebody signed a dossier at a gate."""

    gate: str
    role: str
    signer: str
    """Id in the file of signers."""
    name: str
    """Printed name of the signer, as it was when they signed (21 CFR 11.50(a)(1))."""
    meaning: str
    """Meaning of the signature, such as approval or review (21 CFR 11.50(a)(3))."""
    manifest: Digest
    """Of the dossier's `manifest.json`: what was signed."""
    envelope: Envelope
    """The in-toto statement and its signature."""
    sshsig: str
    """The same statement signed once more as `ssh-keygen -Y sign` does it, for checks without docgen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A requirement is set aside for a time, for one model version."""

    requirement: str
    """`<regime>/<requirement id>`."""
    reason: str
    owner: str
    """The role that answers for the risk."""
    until: str
    """ISO date: the last day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingChange:
    """A finding of the register became something else."""

    finding: str
    """Its id in the register."""
    status: str
    """What it became."""
    reason: str
    """As the last step of its history has it."""
    before: str = ""
    """What it was before; empty where that is not known, or it was not there."""
    record: Digest | None = None
    """SHA-256 of the finding as it stands in the register, as canonical JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDecision:
    """A change of the model was decided."""

    decision: str
    """The verdict."""
    reason: str
    """What the verdict means, and the rule that gave it."""
    plan: Digest | None = None
    """Of the change plan that was applied."""
    determination: Digest | None = None
    """SHA-256 of the file that holds the determination."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An alias of the registry was moved to an approved version."""

    action: str
    """Random name of the journalled action, so that one that was interrupted is recorded once."""
    alias: str
    before: str | None
    """Version that held the alias before; None where nobody did."""
    manifest: Digest
    """Of the dossier that was signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """An alias of the registry was moved back to a version that had been approved."""

    action: str
    """Random name of the journalled action, so that one that was interrupted is recorded once."""
    alias: str
    before: str | None
    """Version that held the alias before."""
    reason: str
    manifest: Digest
    """Of the dossier that was signed when the version was approved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A sealed dossier was made."""

    archive: Digest
    """SHA-256 of the archive."""
    manifest: Digest
    """Of the dossier in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A sealed dossier was proved, or did not hold."""

    archive: Digest
    """SHA-256 of the archive."""
    outcome: str
    """Whether it holds, and what is said of its gates; else the step that does not hold, and why."""
    manifest: Digest | None = None
    """Of the dossier in it, where it could be proved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStamp:
    """An authority confirmed when an entry, and with it all before it, existed."""

    entry: Digest
    """SHA-256 of the entry: what the authority was given."""
    time: str
    """ISO 8601 UTC, whole seconds: when, as the authority says."""
    response: str
    """Base64 of the authority's answer (RFC 3161, TimeStampResp), as it came: what proves the two above."""


Details = SignOff | Waiver | FindingChange | ChangeDecision | Release | Rollback | Export | Verification | TimeStamp
"""What an entry records; the `type` in its file is the record's name."""

KINDS: tuple[type, ...] = get_args(Details)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a ledger."""

    format: int = LEDGER_FORMAT
    sequence: int
    """1 + the highest of the entries before it. It, not the clock, gives the order."""
    previous: tuple[Digest, ...]
    """SHA-256 of each entry that had no successor, sorted; empty for the first."""
    at: str
    """ISO 8601 UTC, by the clock of whoever wrote it."""
    by: str
    """Who did so: a signer's printed name, or a role."""
    subject: str
    """`models:/<name>/<version>`; `models:/<name>` where it is about every version."""
    details: Details

    @property
    def kind(self) -> str:
        """The kind in words: `sign off`, `release`, ..."""
        return re.sub(r"(?<!^)(?=[A-Z])", " ", type(self.details).__name__).lower()

    @property
    def version(self) -> str:
        """The version that it is about; empty where it is about every version."""
        return self.subject.removeprefix("models:/").partition("/")[2]

    def to_bytes(self) -> bytes:
        """Return the canonical JSON of the entry: the bytes of its file."""
        return canonical(_converter().unstructure(self))

    def digest(self) -> Digest:
        """Return the SHA-256 of the entry's bytes."""
        return sha256(self.to_bytes())

    @property
    def file(self) -> str:
        """Name of the entry's file."""
        return f"{self.sequence:06d}-{self.digest()}.json"


def read_entry(data: bytes, *, where: str) -> Entry:
    """Return the entry that these bytes hold.

    Raises:
        IntegrityError: not canonical JSON, of another shape, or of a format that this docgen does not know.
    """
    content = parse(data, where=where)
    number = content.get("format") if isinstance(content, dict) else None
    if number != LEDGER_FORMAT:
        raise IntegrityError(f"{where}: ledger format {number!r} is not known (known: {LEDGER_FORMAT})")
    try:
        entry = _converter().structure(content, Entry)
    except Exception as err:  # cattrs raises groups of many kinds; all mean "not of this shape"
        raise IntegrityError(f"{where}: not an entry of a ledger: {'; '.join(explain(err, where))}") from err
    if isinstance(entry.details, TimeStamp) and not is_moment(entry.details.time):
        raise IntegrityError(f"{where}: its time is {entry.details.time!r}, expected a time like 2026-12-31T23:59:59Z")
    if entry.to_bytes() != data:
        raise IntegrityError(f"{where}: the bytes are not canonical JSON, so they were edited after they were written")
    return entry


_ADDED: dict[type, tuple[str, ...]] = {
    FindingChange: ("before", "record"),
    ChangeDecision: ("determination",),
    Verification: ("manifest",),
}
"""Fields that entries of format 1 did not have from the start."""


@cache
def _converter() -> Converter:
    found = converter()
    for kind, names in _ADDED.items():
        late = {name: override(omit_if_default=True) for name in names}
        found.register_unstructure_hook(kind, make_dict_unstructure_fn(kind, found, **late))  # type: ignore[arg-type]
    configure_tagged_union(Details, found, tag_name="type")
    return found
