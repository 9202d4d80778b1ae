"""Sign-offs: the statement that somebody signs, and an entry of the ledger held against the people who may sign."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.bundle.keys import PrivateKey, PublicKey, certified_days, read_public
from docgen.bundle.signing import holds, payload_of, sign
from docgen.errors import DocgenError, IntegrityError
from docgen.gates.chain import Chain
from docgen.gates.stamps import times_of
from docgen.model.approvals import PREDICATE, Predicate, Signature, Signer, Signers, SigningKey
from docgen.model.canonical import Digest, canonical, parse
from docgen.model.codec import structure, unstructure
from docgen.model.ledger import Entry, SignOff, Waiver

STATEMENT = "https://in-toto.io/Statement/v1"
"""Type of an in-toto statement (in-toto attestation framework v1)."""


def statement(subject: str, manifest: Digest, predicate: Predicate) -> bytes:
    """Return the in-toto statement of a sign-off as canonical JSON: the bytes that are signed.

    Args:
        subject: `models:/<name>/<version>`.
        manifest: SHA-256 of the dossier's `manifest.json`.
        predicate: what is stated.
    """
    return canonical(
        {
            "_type": STATEMENT,
            "subject": [{"name": subject, "digest": {"sha256": manifest}}],
            "predicateType": PREDICATE,
            "predicate": unstructure(predicate),
        }
    )


def signed_off(subject: str, manifest: Digest, predicate: Predicate, key: PrivateKey) -> SignOff:
    """Return the sign-off of a dossier."""
    envelope, sshsig = sign(statement(subject, manifest, predicate), key)
    return SignOff(
        gate=predicate.gate,
        role=predicate.role,
        signer=predicate.signer,
        name=predicate.name,
        meaning=predicate.meaning,
        manifest=manifest,
        envelope=envelope,
        sshsig=sshsig,
    )


def predicate_of(entry: Entry, details: SignOff) -> Predicate:
    """Return what a sign-off states, once it is proved that the entry says the same.

    Raises:
        IntegrityError: it states something else, or cannot be read.
    """
    data = payload_of(details.envelope)
    content = parse(data, where="statement")
    if not isinstance(content, dict):
        raise IntegrityError("its statement is no JSON object")
    found = structure(content.get("predicate"), Predicate, where="statement")
    if data != statement(entry.subject, details.manifest, found):
        raise IntegrityError("its statement is about something else than the entry, or of another type")
    told = (found.gate, found.role, found.signer, found.name, found.meaning, found.at)
    if told != (details.gate, details.role, details.signer, details.name, details.meaning, entry.at):
        raise IntegrityError("its statement says something else than the entry")
    return found


def check(entry: Entry, details: SignOff, signers: Signers, stamped: str = "") -> Signature:
    """Hold a sign-off against the people who may sign; what is wrong with it is told in its `faults`.

    Args:
        entry: of the ledger.
        details: the same entry's.
        signers: the people who may sign.
        stamped: when a time stamping authority had seen it, as the ledger says; empty where none did.
    """
    signer = signers.find(details.signer)
    faults: list[str] = []
    stated: Predicate | None = None
    try:
        stated = predicate_of(entry, details)
        faults += _faults(details, entry.at[:10], signer)
        faults += shared_with(signers, details.envelope.signatures[0].keyid, details.signer)
    except DocgenError as err:
        faults.append(err.message)
    return Signature(
        entry=entry.file,
        gate=details.gate,
        role=details.role,
        meaning=details.meaning,
        signer=details.signer,
        name=details.name,
        at=entry.at,
        stamped=stamped,
        manifest=details.manifest,
        plan=stated.plan if stated else None,
        developers=stated.developers if stated else (),
        identities=signer.identities if signer else (),
        faults=tuple(faults),
    )


def _faults(details: SignOff, day: str, signer: Signer | None) -> Iterator[str]:
    if signer is None:
        yield f"{details.signer!r} is no signer"
        return
    for key, public in keys_of(signer):
        if public.fingerprint == details.envelope.signatures[0].keyid:
            if not holds(details.envelope, details.sshsig, public):
                yield "its signature does not hold"
            yield from key_faults(key, day)
            break
    else:
        yield f"its key {details.envelope.signatures[0].keyid} is none of {details.signer}'s"
    if details.role not in signer.roles:
        yield f"{details.signer} may not sign as {details.role}"


def shared_with(signers: Signers, fingerprint: str, own: str) -> Iterator[str]:
    """Yield who else has the key of `own`, perhaps written in another form: what two people have is nobody's."""
    for other in signers.signers:
        if other.id != own and any(public.fingerprint == fingerprint for _, public in keys_of(other)):
            yield f"its key is listed for {other.id} too, and a key belongs to one person"


def keys_of(signer: Signer) -> Iterator[tuple[SigningKey, PublicKey]]:
    """Yield each key of a signer, ended ones too.

    Raises:
        UsageError: one is no public key that docgen knows.
    """
    for number, key in enumerate(signer.keys):
        yield key, read_public(key.public, where=f"signer {signer.id}, keys[{number}]")


def key_faults(key: SigningKey, day: str) -> Iterator[str]:
    """Yield why a key cannot sign on a day (ISO date, UTC); nothing when it can."""
    if key.compromised:
        yield "its key was in the hands of somebody else"
    days = certified_days(key.public, where="its certificate")
    if days is not None and not days[0] <= day <= days[1]:
        yield f"its certificate is valid from {days[0]} to {days[1]}, and it was signed on {day}"
    if day < key.valid_from:
        yield f"its key is valid from {key.valid_from} on, and it was signed on {day}"
    if key.valid_until is not None and day > key.valid_until:
        yield f"its key expired after {key.valid_until}, and it was signed on {day}"
    if key.revoked_on is not None and day >= key.revoked_on:
        yield f"its key was revoked on {key.revoked_on}, and it was signed on {day}"


def signatures_of(chain: Chain, subject: str, signers: Signers) -> tuple[Signature, ...]:
    """Return every sign-off about a model version, held against the signers."""
    times = times_of(chain.entries)
    return tuple(
        check(entry, entry.details, signers, times.get(entry.digest(), ""))
        for entry in chain.entries
        if isinstance(entry.details, SignOff) and entry.subject == subject
    )


def waivers_of(chain: Chain, subject: str) -> tuple[Waiver, ...]:
    """Return every waiver about a model version."""
    return tuple(
        entry.details for entry in chain.entries if isinstance(entry.details, Waiver) and entry.subject == subject
    )


def signed_before(waiver: Waiver, chain: Chain, subject: str, manifest: Digest) -> str:
    """Return who had signed a dossier when a requirement of it was waived, in words; empty where nobody had."""
    names: dict[str, None] = {}
    for entry in chain.entries:
        details = entry.details
        if entry.subject == subject and details == waiver:
            return f"recorded after {' and '.join(names)} had signed" if names else ""
        if isinstance(details, SignOff) and (entry.subject, details.manifest) == (subject, manifest):
            names[details.name] = None
    return ""
