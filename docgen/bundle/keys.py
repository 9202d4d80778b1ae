"""Keys of signers: Ed25519, ECDSA P-256 or RSA, from OpenSSH, PEM and PKCS#12 files and from X.509 certificates.

Keys that never leave a token are those of `docgen.bundle.tokens`; both are a `PrivateKey`.

A private key is read, used and forgotten; nothing keeps it. What a certificate's issuer vouches for is not looked into:
a key is somebody's because the file of signers, which is under version control, says so.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

from docgen.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
    from cryptography.x509 import Certificate

    AnyPublic: TypeAlias = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey
    AnyPrivate: TypeAlias = Ed25519PrivateKey | EllipticCurvePrivateKey | RSAPrivateKey

KINDS = "Ed25519, ECDSA P-256 or RSA of 2048 bits or more"
MIN_RSA_BITS = 2048
"""NIST SP 800-131A rev. 2, table 2: fewer bits are disallowed for signing."""

_MAX_KEY = 64 * 1024
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
_PUBLIC = (b"ssh-", b"ecdsa-")
"""How a line of OpenSSH with a public key begins."""
_HINT = "make one: ssh-keygen -t ed25519"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A public key of one of the kinds."""

    wire: bytes
    """As SSH sends it (RFC 4253, 5656 and 8709): its kind and its numbers."""

    @property
    def kind(self) -> str:
        """SSH's name of the kind, such as `ssh-ed25519`."""
        (length,) = struct.unpack(">I", self.wire[:4])
        return self.wire[4 : 4 + length].decode("ascii")

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` prints it."""
        return f"SHA256:{base64.b64encode(hashlib.sha256(self.wire).digest()).decode().rstrip('=')}"

    @property
    def openssh(self) -> str:
        """One line of an `authorized_keys` file."""
        return f"{self.kind} {base64.b64encode(self.wire).decode()}"

    @property
    def pem(self) -> str:
        """A PEM block, as openssl reads it."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return self._key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")

    def holds(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's over `message`."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
        from cryptography.hazmat.primitives.hashes import SHA256

        key = self._key()
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, message, padding.PKCS1v15(), SHA256())
            elif isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(signature, message, ec.ECDSA(SHA256()))
            else:
                key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def _key(self) -> AnyPublic:
        from cryptography.hazmat.primitives.serialization import load_ssh_public_key

        return cast("AnyPublic", load_ssh_public_key(self.openssh.encode("ascii")))


class PrivateKey(Protocol):
    """A private key of one of the kinds, wherever it lies."""

    @property
    def public(self) -> PublicKey:
        """Its public half."""

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """DER of its X.509 certificate, if it has one, then of those of its issuers that lie with it."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature that `openssl pkeyutl -verify -rawin` checks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInMemory:
    """A private key in memory only."""

    key: AnyPrivate
    certificates: tuple[bytes, ...] = ()

    @property
    def public(self) -> PublicKey:
        """Its public half."""
        return _public(self.key.public_key())

    def sign(self, message: bytes) -> bytes:
        """Return the signature that `openssl pkeyutl -verify -rawin` checks: RSA as PKCS #1 v1.5, both others as usual.

        RSA and ECDSA sign the SHA-256 of the message; ECDSA makes another signature each time.
        """
        from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
        from cryptography.hazmat.primitives.hashes import SHA256

        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(message, padding.PKCS1v15(), SHA256())
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(message, ec.ECDSA(SHA256()))
        return self.key.sign(message)


def read_public(text: str, *, where: str) -> PublicKey:
    """Return a public key from a line `ssh-ed25519 ...`, a PEM block, or a certificate as PEM.

    Raises:
        UsageError: it is no public key of one of the kinds, or its certificate is not for signing.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_public_key, load_ssh_public_key

    data = text.strip().encode("utf-8")
    try:
        if data.startswith(_CERTIFICATE):
            key: object = _certificate(data, where).public_key()
        else:
            key = load_pem_public_key(data) if data.startswith(b"-----") else load_ssh_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as err:
        what = "it is a private key" if b"PRIVATE KEY-----" in data else "it is no line of OpenSSH and no PEM block"
        raise UsageError(f"{where}: not a public key: {what}", hint="give the line of id_ed25519.pub") from err
    return known_public(key, where=where)


def known_public(key: object, *, where: str) -> PublicKey:
    """Return a public key of cryptography's as one of the kinds.

    Raises:
        UsageError: it is of no such kind.
    """
    if not _is_known(key):
        got = "another one" if key is None else f"a {type(key).__name__.removeprefix('_')}"
        raise UsageError(f"{where}: got {got}, expected a public key: {KINDS}", hint=_HINT)
    return _public(cast("AnyPublic", key))


def certified_days(text: str, *, where: str) -> tuple[str, str] | None:
    """Return the first and the last day (ISO date, UTC) of a certificate; None for a bare key.

    Raises:
        UsageError: the certificate cannot be read.
    """
    data = text.strip().encode("utf-8")
    if not data.startswith(_CERTIFICATE):
        return None
    found = _certificate(data, where)
    return f"{found.not_valid_before_utc:%Y-%m-%d}", f"{found.not_valid_after_utc:%Y-%m-%d}"


def _certificate(data: bytes, where: str) -> Certificate:
    from cryptography.x509 import ExtensionNotFound, KeyUsage, load_pem_x509_certificate

    try:
        found = load_pem_x509_certificate(data)
        usage = found.extensions.get_extension_for_class(KeyUsage).value
    except ExtensionNotFound:
        return found
    except ValueError as err:
        raise UsageError(f"{where}: not a certificate: {err}", hint="give the block BEGIN CERTIFICATE") from err
    if not (usage.digital_signature or usage.content_commitment):
        raise UsageError(f"{where}: its certificate is not for signing", hint="ask its issuer for one that is")
    return found


def read_private(path: Path, passphrase: str | None) -> KeyInMemory:
    """Return a private key from an OpenSSH, PEM or PKCS#12 file.

    Args:
        path: the file.
        passphrase: None for a key without one.

    Raises:
        UsageError: it cannot be read, is no key of one of the kinds, or the passphrase is wrong.
    """
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_KEY)
    except OSError as err:
        raise UsageError(f"{path}: {(err.strerror or str(err)).lower()}", hint="name your key with --key") from err
    secret = None if passphrase is None else passphrase.encode("utf-8")
    try:
        key, certificates = _loader(data)(data, secret)
    except UnsupportedAlgorithm as err:
        told = str(err).rstrip(".")
        hint = "pip install 'docgen[ssh]', or give a PEM or PKCS#12 file"
        raise UsageError(f"{path}: not a private key that can be read: {told}", hint=hint) from err
    except (ValueError, TypeError) as err:
        why, hint = _unread(path, data, given=bool(passphrase))
        raise UsageError(f"{path}: not a private key that can be read: {why}", hint=hint) from err
    if not _is_known(key):
        raise UsageError(f"{path}: expected a private key: {KINDS}", hint=_HINT)
    return KeyInMemory(key=cast("AnyPrivate", key), certificates=certificates)


def _unread(path: Path, data: bytes, *, given: bool) -> tuple[str, str]:
    """Return why a file gives no private key, in words, and the next step."""
    if is_encrypted(path) and given:
        return "the passphrase is not its own, or it is damaged", "give the passphrase again, or DOCGEN_KEY_PASSPHRASE"
    if is_encrypted(path):
        return "its passphrase was not given", "run it at a terminal, or set DOCGEN_KEY_PASSPHRASE"
    if data.startswith(_PUBLIC) or b"-----BEGIN PUBLIC KEY-----" in data or _CERTIFICATE in data:
        private = f", perhaps {path.with_suffix('')}" if path.suffix == ".pub" else ""
        return "it is the public half, or a certificate", f"name the file of the private key{private}"
    return "it is no OpenSSH, PEM or PKCS#12 file of a key, or it is damaged", _HINT


def private_key(raw: bytes) -> KeyInMemory:
    """Return the Ed25519 private key that 32 bytes are, as RFC 8032 has it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return KeyInMemory(key=Ed25519PrivateKey.from_private_bytes(raw))


def is_encrypted(path: Path) -> bool:
    """Whether a private key wants a passphrase, as far as its file tells."""
    try:
        data = path.read_bytes()[:_MAX_KEY]
    except OSError:
        return False
    if b"ENCRYPTED" in data:
        return True
    try:
        _loader(data)(data, None)
    except TypeError:  # the only way in which cryptography tells of OpenSSH files
        return True
    except Exception:  # noqa: BLE001  # whatever else is wrong is told when the key is read
        return _is_pkcs12(data)
    return False


def _loader(data: bytes) -> Callable[[bytes, bytes | None], tuple[object, tuple[bytes, ...]]]:
    """Return what reads a key from such bytes, with the certificates that lie with it."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

    if _is_pkcs12(data):
        return _from_pkcs12
    load = load_ssh_private_key if b"OPENSSH PRIVATE KEY" in data else load_pem_private_key
    return lambda held, secret: (load(held, secret), ())


def _from_pkcs12(data: bytes, secret: bytes | None) -> tuple[object, tuple[bytes, ...]]:
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

    key, own, others = load_key_and_certificates(data, secret)
    chain = (own, *others) if own else ()  # those of issuers alone are nobody's
    return key, tuple(item.public_bytes(Encoding.DER) for item in chain)


def _is_pkcs12(data: bytes) -> bool:
    """Whether bytes are the DER of a sequence (ITU-T X.690), as PKCS#12 files are and no file in letters is."""
    return data[:1] == b"\x30" and b"-----BEGIN" not in data


def _is_known(key: object) -> bool:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, rsa.RSAPublicKey | rsa.RSAPrivateKey):
        return key.key_size >= MIN_RSA_BITS
    if isinstance(key, ec.EllipticCurvePublicKey | ec.EllipticCurvePrivateKey):
        return key.curve.name == "secp256r1"
    return isinstance(key, ed25519.Ed25519PublicKey | ed25519.Ed25519PrivateKey)


def _public(key: AnyPublic) -> PublicKey:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    line = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return PublicKey(wire=base64.b64decode(line.split()[1]))
