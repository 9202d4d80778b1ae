"""A private key on a token, by its PKCS#11 URI (RFC 7512); a PIN has no place in one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

from docgen.errors import Problem, ProblemsError, UnsafeError

SCHEME = "pkcs11:"
MAX_SLOT_DIGITS = 20
"""A slot's number has at most 64 bits."""

_EXAMPLE = "'pkcs11:token=Officer;object=signing?module-path=/usr/lib/softhsm/libsofthsm2.so'"
_PINS = ("pin-value", "pin-source")
_PATH = ("token", "serial", "manufacturer", "model", "slot-id", "object", "id", "type")
_QUERY = ("module-path",)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUri:
    """Which key on which token; what is None may be anything."""

    text: str
    """As it was given, without the module."""
    module: Path
    """The library that the token's vendor gives."""
    token: str | None
    """Label of the token."""
    serial: str | None
    manufacturer: str | None
    model: str | None
    slot_id: int | None
    object: str | None
    """Label of the key."""
    id: bytes | None
    """Of the key, as CKA_ID has it."""


def is_token_uri(named: str) -> bool:
    """Whether a key is named by a PKCS#11 URI rather than by the path of a file."""
    return named[: len(SCHEME)].casefold() == SCHEME


def refuse_pin(text: str) -> None:
    """Stop where a PIN stands in what names a key, be it a URI or meant as one.

    Raises:
        UnsafeError: it holds a PIN, or says where one lies.
    """
    for name in _PINS:
        if name in unquote(text).casefold():
            raise UnsafeError(
                f"--key: {name} stands in the PKCS#11 URI, and a PIN on a command line is for everybody to see",
                hint="leave it out: you are asked at the terminal, or set DOCGEN_KEY_PASSPHRASE",
            )


def parse_token_uri(text: str) -> TokenUri:
    """Return what a PKCS#11 URI names.

    Unknown attributes are refused, since one that is passed over could have told two keys apart.

    Raises:
        UnsafeError: it holds a PIN, or says where one lies.
        ProblemsError: it is malformed; no message repeats what it holds.
    """
    refuse_pin(text)
    problems: list[Problem] = []
    path, _, query = text[len(SCHEME) :].partition("?")
    found = {**_attributes(path, ";", _PATH, problems), **_attributes(query, "&", _QUERY, problems)}
    words = {name: _decoded(name, value, problems) for name, value in found.items() if name != "id"}
    if words.get("type", "private") != "private":
        problems.append(Problem("type: a key that signs is of another (expected private, or leave it out)"))
    slot = words.get("slot-id")
    if slot is not None and not (slot.isascii() and slot.isdigit() and len(slot) <= MAX_SLOT_DIGITS):
        problems.append(Problem(f"slot-id: no number (expected up to {MAX_SLOT_DIGITS} decimal digits)"))
    module = words.get("module-path", "")
    if not Path(module).is_absolute():
        problems.append(Problem("module-path: missing or relative (expected the absolute path of the token's module)"))
    if problems:
        raise ProblemsError("--key, a PKCS#11 URI", tuple(problems), hint=f"for example {_EXAMPLE}")
    return TokenUri(
        text=text.partition("?")[0],
        module=Path(module),
        token=words.get("token"),
        serial=words.get("serial"),
        manufacturer=words.get("manufacturer"),
        model=words.get("model"),
        slot_id=None if slot is None else int(slot),
        object=words.get("object"),
        id=unquote_to_bytes(found["id"]) if "id" in found else None,
    )


def _attributes(text: str, separator: str, known: tuple[str, ...], problems: list[Problem]) -> dict[str, str]:
    """Return the attributes of one part of the URI, still encoded."""
    found: dict[str, str] = {}
    for number, item in enumerate(text.split(separator) if text else (), 1):
        name, equals, value = item.partition("=")
        if not equals:
            problems.append(Problem(f"attribute {number}: no name and value (expected name=value)"))
        elif name not in known:
            problems.append(Problem(f"{name}: unknown here (expected {', '.join(known)})"))
        elif name in found:
            problems.append(Problem(f"{name}: stands twice (expected once)"))
        elif _BAD_ESCAPE.search(value):
            problems.append(Problem(f"{name}: a percent sign without two hexadecimal digits (expected %25 for itself)"))
        else:
            found[name] = value
    return found


def _decoded(name: str, value: str, problems: list[Problem]) -> str:
    try:
        return unquote_to_bytes(value).decode("utf-8")
    except UnicodeDecodeError:
        problems.append(Problem(f"{name}: not UTF-8 (expected UTF-8 behind its percent signs)"))
        return ""
