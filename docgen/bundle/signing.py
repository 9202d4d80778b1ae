"""Ed25519 signatures in two envelopes that other programs check: DSSE (in-toto) and SSHSIG (`ssh-keygen -Y`).

Both are taken over the same statement with the same key. The private key is read, used and forgotten; nothing keeps it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from docgen.errors import IntegrityError, UsageError
from docgen.model.ledger import Envelope, EnvelopeSignature

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"
"""DSSE's type of an in-toto statement (in-toto attestation framework v1)."""

NAMESPACE = "docgen-sign-off"
"""Namespace of the SSHSIG signature: the same key's signature for another purpose never passes for ours."""

_MAX_KEY = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """An Ed25519 public key."""

    raw: bytes
    """32 bytes."""

    @property
    def wire(self) -> bytes:
        """The key as SSH sends it (RFC 8709, section 4)."""
        return _string(b"ssh-ed25519") + _string(self.raw)

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` prints it."""
        return f"SHA256:{base64.b64encode(hashlib.sha256(self.wire).digest()).decode().rstrip('=')}"

    @property
    def openssh(self) -> str:
        """One line of an `authorized_keys` file."""
        return f"ssh-ed25519 {base64.b64encode(self.wire).decode()}"

    @property
    def pem(self) -> str:
        """A PEM block, as openssl reads it."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return self._key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")

    def holds(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's over `message`."""
        from cryptography.exceptions import InvalidSignature

        try:
            self._key().verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def _key(self) -> Ed25519PublicKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        return Ed25519PublicKey.from_public_bytes(self.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateKey:
    """An Ed25519 private key, in memory only."""

    key: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        """Its public half."""
        return PublicKey(raw=self.key.public_key().public_bytes_raw())


def read_public(text: str, *, where: str) -> PublicKey:
    """Return a public key from a line `ssh-ed25519 ...` or a PEM block.

    Raises:
        UsageError: it is no Ed25519 public key.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key, load_ssh_public_key

    data = text.strip().encode("utf-8")
    try:
        key = load_pem_public_key(data) if data.startswith(b"-----") else load_ssh_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as err:
        raise UsageError(f"{where}: not a public key: {err}", hint="give the line of id_ed25519.pub") from err
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(
            f"{where}: got a {type(key).__name__.removeprefix('_')}, expected an Ed25519 public key",
            hint="make one: ssh-keygen -t ed25519",
        )
    return PublicKey(raw=key.public_bytes_raw())


def read_private(path: Path, passphrase: str | None) -> PrivateKey:
    """Return a private key from an OpenSSH or PEM file.

    Args:
        path: the file.
        passphrase: None for a key without one.

    Raises:
        UsageError: it cannot be read, is no Ed25519 key, or the passphrase is wrong.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_KEY)
    except OSError as err:
        raise UsageError(f"{path}: {(err.strerror or str(err)).lower()}", hint="name your key with --key") from err
    secret = None if passphrase is None else passphrase.encode("utf-8")
    load = load_ssh_private_key if b"OPENSSH PRIVATE KEY" in data else load_pem_private_key
    try:
        key = load(data, secret)
    except (ValueError, TypeError, UnsupportedAlgorithm) as err:
        raise UsageError(f"{path}: not a private key that can be read: {err}", hint="see docs/approvals.md") from err
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path}: expected an Ed25519 private key", hint="make one: ssh-keygen -t ed25519")
    return PrivateKey(key=key)


def private_key(raw: bytes) -> PrivateKey:
    """Return the private key that 32 bytes are, as RFC 8032 has it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return PrivateKey(key=Ed25519PrivateKey.from_private_bytes(raw))


def is_encrypted(path: Path) -> bool:
    """Whether a private key wants a passphrase, as far as its file tells."""
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    try:
        data = path.read_bytes()[:_MAX_KEY]
    except OSError:
        return False
    if b"ENCRYPTED" in data:
        return True
    try:
        load_ssh_private_key(data, None)
    except TypeError:  # the only way in which cryptography tells
        return True
    except Exception:  # noqa: BLE001  # whatever else is wrong is told when the key is read
        return False
    return False


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
                keyid=key.public.fingerprint, sig=base64.b64encode(key.key.sign(pae(statement))).decode("ascii")
            ),
        ),
    )
    return envelope, _sshsig(statement, key)


def payload_of(envelope: Envelope) -> bytes:
    """Return the statement of an envelope.

    Raises:
        IntegrityError: it is of another type, or not Base64.
    """
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


def _blob(signature: bytes, key: PublicKey) -> bytes:
    """Return an SSHSIG signature before it is armoured (PROTOCOL.sshsig, section 2)."""
    inner = _string(b"ssh-ed25519") + _string(signature)
    parts = (key.wire, NAMESPACE.encode("ascii"), b"", b"sha512", inner)
    return b"SSHSIG" + struct.pack(">I", 1) + b"".join(map(_string, parts))


def _armoured(blob: bytes) -> str:
    text = base64.b64encode(blob).decode("ascii")
    lines = [text[place : place + 70] for place in range(0, len(text), 70)]
    return "\n".join((_BEGIN, *lines, _END, ""))


def _sshsig(statement: bytes, key: PrivateKey) -> str:
    return _armoured(_blob(key.key.sign(_to_sign(statement)), key.public))


def _sshsig_holds(text: str, statement: bytes, key: PublicKey) -> bool:
    """Whether a block is the one that this key makes of the statement; Ed25519 makes exactly one."""
    body = "".join(text.strip().removeprefix(_BEGIN).removesuffix(_END).split())
    signature = _base64(body)[-64:]
    return _armoured(_blob(signature, key)) == text and key.holds(_to_sign(statement), signature)
