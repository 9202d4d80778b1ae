"""Signatures in two envelopes that other programs check: DSSE (in-toto) and SSHSIG (`ssh-keygen -Y`).

Both are taken over the same statement with the same key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct

from docgen.bundle.keys import PrivateKey, PublicKey
from docgen.errors import IntegrityError
from docgen.model.ledger import Envelope, EnvelopeSignature

PAYLOAD_TYPE = "application/vnd.in-toto+json"
"""DSSE's type of an in-toto statement (in-toto attestation framework v1)."""

NAMESPACE = "docgen-sign-off"
"""Namespace of the SSHSIG signature: the same key's signature for another purpose never passes for ours."""


def pae(payload: bytes) -> bytes:
    """Return the bytes that a DSSE signature is over (DSSE v1.0.2, pre-authentication encoding)."""
    kind = PAYLOAD_TYPE.encode("ascii")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(statement: bytes, key: PrivateKey) -> tuple[Envelope, str]:
    """Return the DSSE envelope of a statement, and its SSHSIG signature as an armoured block."""
    envelope = Envelope(
        payloadType=PAYLOAD_TYPE,
        payload=base64.b64encode(statement).decode("ascii"),
        signatures=(
            EnvelopeSignature(
                keyid=key.public.fingerprint, sig=base64.b64encode(key.sign(pae(statement))).decode("ascii")
            ),
        ),
    )
    return envelope, _sshsig(statement, key)


def payload_of(envelope: Envelope) -> bytes:
    """Return the statement of an envelope.

    Raises:
        IntegrityError: it is of another type, not Base64, or signed by nobody.
    """
    if not envelope.signatures:
        raise IntegrityError("envelope holds no signature")
    if envelope.payloadType != PAYLOAD_TYPE:
        raise IntegrityError(f"envelope holds {envelope.payloadType!r}, expected {PAYLOAD_TYPE!r}")
    return _base64(envelope.payload)


def holds(envelope: Envelope, sshsig: str, key: PublicKey) -> bool:
    """Whether both signatures over the envelope's statement are of this key.

    Raises:
        IntegrityError: the envelope or the block cannot be read.
    """
    statement = payload_of(envelope)
    if len(envelope.signatures) != 1 or envelope.signatures[0].keyid != key.fingerprint:
        return False
    return key.holds(pae(statement), _base64(envelope.signatures[0].sig)) and _sshsig_holds(sshsig, statement, key)


def _base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as err:
        raise IntegrityError(f"not Base64: {err}") from err
    if base64.b64encode(data).decode("ascii") != text:
        raise IntegrityError("not canonical Base64: unused bits are set")
    return data


_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _to_sign(statement: bytes) -> bytes:
    """Return what SSHSIG signs (OpenSSH, PROTOCOL.sshsig, section 3)."""
    digest = hashlib.sha512(statement).digest()
    parts = (NAMESPACE.encode("ascii"), b"", b"sha512", digest)
    return b"SSHSIG" + b"".join(map(_string, parts))


_FORMATS = {"ssh-rsa": "rsa-sha2-256"}
"""Kind of key -> SSH's name of its signatures, where they differ (RFC 8332, section 3)."""


def _head(key: PublicKey) -> bytes:
    """Return an SSHSIG signature up to the signature itself (PROTOCOL.sshsig, section 2)."""
    parts = (key.wire, NAMESPACE.encode("ascii"), b"", b"sha512")
    return b"SSHSIG" + struct.pack(">I", 1) + b"".join(map(_string, parts))


def _blob(signature: bytes, key: PublicKey) -> bytes:
    """Return an SSHSIG signature before it is armoured."""
    kind = _FORMATS.get(key.kind, key.kind).encode("ascii")
    return _head(key) + _string(_string(kind) + _string(_to_ssh(signature, key)))


def _to_ssh(signature: bytes, key: PublicKey) -> bytes:
    """Return a signature as SSH sends it: of ECDSA the two numbers (RFC 5656, section 3.1.2), of others the bytes."""
    if not key.kind.startswith("ecdsa-"):
        return signature
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    return b"".join(_string(_mpint(number)) for number in decode_dss_signature(signature))


def _from_ssh(data: bytes, key: PublicKey) -> bytes:
    if not key.kind.startswith("ecdsa-"):
        return data
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    first, rest = _taken(data)
    return encode_dss_signature(int.from_bytes(first, "big"), int.from_bytes(_taken(rest)[0], "big"))


def _mpint(number: int) -> bytes:
    """Return a positive number as SSH sends it (RFC 4251, section 5), without its length."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _taken(data: bytes) -> tuple[bytes, bytes]:
    """Return the string at the start of what SSH sent, and the rest."""
    length = int.from_bytes(data[:4], "big")
    return data[4 : 4 + length], data[4 + length :]


def _armoured(blob: bytes) -> str:
    text = base64.b64encode(blob).decode("ascii")
    lines = [text[place : place + 70] for place in range(0, len(text), 70)]
    return "\n".join((_BEGIN, *lines, _END, ""))


def _sshsig(statement: bytes, key: PrivateKey) -> str:
    return _armoured(_blob(key.sign(_to_sign(statement)), key.public))


def _sshsig_holds(text: str, statement: bytes, key: PublicKey) -> bool:
    """Whether a block is exactly the one that this key's signature over the statement makes."""
    blob = _base64("".join(text.strip().removeprefix(_BEGIN).removesuffix(_END).split()))
    inner, _ = _taken(blob[len(_head(key)) :])
    _, rest = _taken(inner)
    signature = _from_ssh(_taken(rest)[0], key)
    return _armoured(_blob(signature, key)) == text and key.holds(_to_sign(statement), signature)
