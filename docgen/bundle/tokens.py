"""Keys that never leave a token, a smart card or an HSM: signed with through PKCS#11, an extra.

The mechanisms are the bare ones, which every token has; what is hashed is hashed here. What a token signs is held
against its public key before anybody relies on it.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, TypeAlias

from docgen.bundle.keys import KINDS, PublicKey, known_public
from docgen.bundle.token_uri import TokenUri
from docgen.errors import DocgenError, IntegrityError, SourceError, UsageError

if TYPE_CHECKING:
    import pkcs11
    from cryptography.x509 import Certificate
    from pkcs11._pkcs11 import lib

Ask: TypeAlias = Callable[[str], str | None]
"""Returns a secret by the words that ask for it; None where there is nobody to ask."""

_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""DER of a SHA-256 `DigestInfo` up to the digest (RFC 8017, section 9.2, note 1)."""

_P256 = bytes.fromhex("06082a8648ce3d030107")
"""DER of the object identifier of P-256 (RFC 5480, section 2.1.1.1)."""

_ED25519 = (b"\x13\x0cedwards25519", bytes.fromhex("06032b6570"))
"""How tokens name the curve: by its name (PKCS#11 3.0, section 2.3.10), or by its identifier (RFC 8410, section 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKey:
    """A private key on a token whose session is open."""

    public: PublicKey
    certificates: tuple[bytes, ...]
    key: pkcs11.PrivateKey
    where: str
    """The key in words, for messages."""
    pin: str | None = field(repr=False)
    """Only for a key that wants it again for each signature."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature that a key of this kind from a file would give.

        Raises:
            UsageError: the token will not sign with this key.
            SourceError: the token is gone.
            IntegrityError: what it gave is no signature of this key.
        """
        with _told(self.where):
            signature = self._signature(message)
        if not self.public.holds(message, signature):
            raise IntegrityError(
                f"{self.where}: what the token gave is no signature of its public key {self.public.fingerprint}",
                hint="see whether the key and the public key or certificate beside it belong together",
            )
        return signature

    def _signature(self, message: bytes) -> bytes:
        from pkcs11 import KeyType, Mechanism

        digest = hashlib.sha256(message).digest()
        kind = self.key.key_type
        if kind is KeyType.RSA:
            return self._raw(_SHA256_INFO + digest, Mechanism.RSA_PKCS)
        if kind is KeyType.EC:
            return _to_der(self._raw(digest, Mechanism.ECDSA))
        return self._raw(message, Mechanism.EDDSA)

    def _raw(self, data: bytes, mechanism: pkcs11.Mechanism) -> bytes:
        return bytes(self.key.sign(data, mechanism=mechanism, pin=self.pin))  # type: ignore[attr-defined]  # only keys that sign have it


@contextlib.contextmanager
def token_key(uri: TokenUri, ask: Ask) -> Iterator[TokenKey]:
    """Open a private key on a token; it is closed, and the token logged out, at the end.

    A wrong PIN is told and never tried again: tokens count them, and lock.

    Args:
        uri: which one.
        ask: for the PIN, once it is sure which token wants it.

    Raises:
        UsageError: python-pkcs11 is not installed, or module, token, key or PIN are not as they should be.
        SourceError: the token is gone, or does not do what it is asked to.
    """
    try:
        import pkcs11
    except ImportError as err:
        raise UsageError("a key on a token needs python-pkcs11", hint="pip install 'docgen[pkcs11]'") from err
    token = _token(pkcs11, uri)
    where = f"token {token.label!r}"
    pin = _pin(token, ask, where)
    try:
        with _told(where):
            session = token.open(user_pin=pin)
    except DocgenError as err:
        raise type(err)(f"{err.message}{_tries(token)}", hint=err.hint) from err.__cause__
    try:
        with _told(where):
            opened = _opened(session, uri, pin, where)
        yield opened
    finally:
        with contextlib.suppress(pkcs11.PKCS11Error):  # a token that is gone cannot be logged out
            session.close()


def _token(pkcs11: ModuleType, uri: TokenUri) -> pkcs11.Token:
    if not uri.module.is_file():
        raise UsageError(f"{uri.module}: no such module", hint="give the library of the token's vendor as module-path")
    try:
        there = list(_tokens(pkcs11.lib(str(uri.module))))
    except pkcs11.PKCS11Error as err:
        told = str(err) or type(err).__name__
        raise UsageError(
            f"{uri.module}: cannot be used as a PKCS#11 module: {told}",
            hint="give the library of the token's vendor as module-path, with what it needs to be set up",
        ) from err
    found = [token for token in there if _is_asked(token, uri)]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"{token.label!r}, serial {_serial(token)}" for token in found or there)
    if found:
        raise UsageError(f"{uri.text}: {len(found)} tokens are meant ({listed})", hint="add serial=... to the URI")
    raise UsageError(f"{uri.text}: no such token (there: {listed or 'none'})", hint="plug it in, or name another")


def _tokens(module: lib) -> Iterator[pkcs11.Token]:
    """Every token that has been set up."""
    from pkcs11 import TokenFlag, TokenNotPresent, TokenNotRecognised

    for slot in module.get_slots(token_present=True):
        with contextlib.suppress(TokenNotPresent, TokenNotRecognised):
            token = slot.get_token()
            if token.flags & TokenFlag.TOKEN_INITIALIZED:
                yield token


def _serial(token: pkcs11.Token) -> str:
    return token.serial.rstrip(b"\0 ").decode("utf-8", "replace")


def _is_asked(token: pkcs11.Token, uri: TokenUri) -> bool:
    asked = (uri.token, uri.serial, uri.manufacturer, uri.model, uri.slot_id)
    own = (token.label, _serial(token), token.manufacturer_id, token.model, token.slot.slot_id)
    return all(one is None or one == other for one, other in zip(asked, own, strict=True))


def _pin(token: pkcs11.Token, ask: Ask, where: str) -> str | object | None:
    """Return what opens a token: a PIN, that it is typed at its reader, or None where it wants none."""
    from pkcs11 import PROTECTED_AUTH, TokenFlag

    if not token.flags & TokenFlag.LOGIN_REQUIRED:
        return None
    if token.flags & TokenFlag.USER_PIN_LOCKED:
        raise UsageError(f"{where}: its PIN is locked", hint=_UNLOCK)
    if token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH:
        return PROTECTED_AUTH
    pin = ask(f"PIN of {where}")
    if not pin:
        raise UsageError(f"{where}: no PIN was given", hint="run it at a terminal, or set DOCGEN_KEY_PASSPHRASE")
    return pin


def _tries(token: pkcs11.Token) -> str:
    """Return what a token says of the tries that are left."""
    from pkcs11 import PKCS11Error, TokenFlag

    try:
        flags = token.slot.get_token().flags
    except PKCS11Error:
        return ""
    if flags & TokenFlag.USER_PIN_LOCKED:
        return "; its PIN is locked now"
    if flags & TokenFlag.USER_PIN_FINAL_TRY:
        return "; one more wrong PIN locks it"
    return "; few tries are left" if flags & TokenFlag.USER_PIN_COUNT_LOW else ""


def _opened(session: pkcs11.Session, uri: TokenUri, pin: str | object | None, where: str) -> TokenKey:
    from pkcs11 import Attribute, ObjectClass

    wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: uri.object, Attribute.ID: uri.id}
    key = _one(session, {name: value for name, value in wanted.items() if value is not None}, uri)
    named = f"{_named(key)} on {where}"
    certificates = _certificates(session, key, named)
    public = _public(session, key, certificates, named)
    again = _attribute(key, Attribute.ALWAYS_AUTHENTICATE)
    newest = sorted(certificates, key=lambda item: item.not_valid_after_utc)[-1:]
    return TokenKey(
        public=public,
        certificates=tuple(_der(item) for item in newest),
        key=key,
        where=named,
        pin=pin if again and isinstance(pin, str) else None,
    )


def _one(session: pkcs11.Session, wanted: dict[pkcs11.Attribute, object], uri: TokenUri) -> pkcs11.PrivateKey:
    """Return the one private key that signs and has these attributes."""
    from pkcs11 import Attribute, ObjectClass, PrivateKey

    def keys(attributes: dict[pkcs11.Attribute, object]) -> list[pkcs11.PrivateKey]:
        return [key for key in session.get_objects(attributes) if isinstance(key, PrivateKey) and hasattr(key, "sign")]

    found = keys(wanted)
    if len(found) == 1:
        return found[0]
    there = ", ".join(map(_named, found or keys({Attribute.CLASS: ObjectClass.PRIVATE_KEY}))) or "none"
    if found:
        raise UsageError(
            f"{uri.text}: {len(found)} keys are meant ({there})", hint="add object=... or id=... to the URI"
        )
    raise UsageError(f"{uri.text}: no such private key that signs (there: {there})", hint="name one of them")


def _named(key: pkcs11.PrivateKey) -> str:
    """Return a key in words, with its id as a URI has it."""
    from pkcs11 import Attribute

    number = "".join(f"%{byte:02x}" for byte in _bytes(key, Attribute.ID))
    return f"key {_attribute(key, Attribute.LABEL) or ''!r} (id={number})"


def _attribute(found: pkcs11.Object, name: pkcs11.Attribute) -> object:
    """Return an attribute; None where the token does not tell it or tells it in letters that nobody can read."""
    from pkcs11 import PKCS11Error

    try:
        value: object = found[name]
    except (PKCS11Error, ValueError):
        return None
    return value


def _bytes(found: pkcs11.Object, name: pkcs11.Attribute) -> bytes:
    value = _attribute(found, name)
    return value if isinstance(value, bytes) else b""


def _beside(session: pkcs11.Session, key: pkcs11.PrivateKey, kind: pkcs11.ObjectClass) -> list[pkcs11.Object]:
    """Return what lies on the token with the id of a key."""
    from pkcs11 import Attribute

    number = _bytes(key, Attribute.ID)
    return list(session.get_objects({Attribute.CLASS: kind, Attribute.ID: number})) if number else []


def _certificates(session: pkcs11.Session, key: pkcs11.PrivateKey, where: str) -> list[Certificate]:
    from cryptography.x509 import load_der_x509_certificate
    from pkcs11 import Attribute, ObjectClass

    try:
        return [
            load_der_x509_certificate(bytes(item[Attribute.VALUE]))
            for item in _beside(session, key, ObjectClass.CERTIFICATE)
        ]
    except ValueError as err:
        raise UsageError(f"{where}: not a certificate beside it: {err}", hint="put it on the token again") from err


def _public(session: pkcs11.Session, key: pkcs11.PrivateKey, certificates: list[Certificate], where: str) -> PublicKey:
    """Return the public half of a key, once all that lies beside it agrees about it."""
    from pkcs11 import ObjectClass

    beside = _beside(session, key, ObjectClass.PUBLIC_KEY)
    given: list[object] = [_loaded(item) for item in beside]
    given += [item.public_key() for item in certificates]
    found = {known_public(item, where=where) for item in given or [_loaded(key)]}
    if len(found) != 1:
        raise UsageError(
            f"{where}: what lies beside it has {len(found)} different public keys",
            hint="give each key of the token an id of its own",
        )
    return found.pop()


def _loaded(found: pkcs11.Object) -> object:
    """Return the public key that an object of a token holds; None where it is of no known kind or does not tell."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
    from pkcs11 import Attribute, KeyType

    kind, curve = _attribute(found, Attribute.KEY_TYPE), _bytes(found, Attribute.EC_PARAMS)
    try:
        if kind is KeyType.RSA:
            numbers = [int.from_bytes(_bytes(found, name)) for name in (Attribute.PUBLIC_EXPONENT, Attribute.MODULUS)]
            return RSAPublicNumbers(*numbers).public_key()
        if kind is KeyType.EC and curve == _P256:  # the point is wrapped in an OCTET STRING, or is not
            return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _bytes(found, Attribute.EC_POINT)[-65:])
        if kind is KeyType.EC_EDWARDS and curve in _ED25519:
            return Ed25519PublicKey.from_public_bytes(_bytes(found, Attribute.EC_POINT)[-32:])
    except ValueError:
        return None
    return None


def _der(certificate: Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)


def _to_der(raw: bytes) -> bytes:
    """Return an ECDSA signature as openssl has it: tokens give the two numbers one after the other."""
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    half = len(raw) // 2
    return encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))


_UNLOCK = "whoever issued the token can unlock it; docgen cannot"
_GONE = (SourceError, "the token is gone, or does not answer", "put it back and run it again")
_WRONG = (UsageError, "the token refuses the PIN", "it is not tried again, since a token locks after a few wrong ones")
_KIND = (UsageError, f"the token does not sign so with this key (docgen uses {KINDS})", "name another key")
_DECLINED = (UsageError, "it was declined at the token or its reader", "run it again")
_NO_PIN = (UsageError, "the PIN has expired, or none has been set", "set one with the tools of the token's vendor")
_ERRORS: dict[str, tuple[type[DocgenError], str, str]] = {
    "PinIncorrect": _WRONG,
    "PinInvalid": _WRONG,
    "PinLenRange": _WRONG,
    "PinLocked": (UsageError, "its PIN is locked", _UNLOCK),
    "PinExpired": _NO_PIN,
    "UserPinNotInitialized": _NO_PIN,
    "MechanismInvalid": _KIND,
    "MechanismParamInvalid": _KIND,
    "KeyTypeInconsistent": _KIND,
    "KeySizeRange": _KIND,
    "FunctionCancelled": _DECLINED,
    "FunctionRejected": _DECLINED,
    "DeviceRemoved": _GONE,
    "DeviceError": _GONE,
    "TokenNotPresent": _GONE,
    "TokenNotRecognised": _GONE,
    "SessionClosed": _GONE,
    "SessionHandleInvalid": _GONE,
    "ObjectHandleInvalid": _GONE,
    "KeyHandleInvalid": _GONE,
}
"""Class of python-pkcs11's exceptions -> what is said of it."""


@contextlib.contextmanager
def _told(where: str) -> Iterator[None]:
    """Tell what goes wrong on a token as one clear refusal."""
    from pkcs11 import PKCS11Error

    try:
        yield
    except PKCS11Error as err:
        raise refusal(err, where) from err


def refusal(err: Exception, where: str) -> DocgenError:
    """Return what is said of an exception of python-pkcs11."""
    name = type(err).__name__
    kind, told, hint = _ERRORS.get(
        name, (SourceError, f"the token failed: {name} {err}".rstrip(), "try the token with its vendor's tools")
    )
    return kind(f"{where}: {told}", hint=hint)
