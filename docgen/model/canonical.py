"""Canonical JSON (RFC 8785) and SHA-256: what every digest in docgen is taken over.

Two machines that hold the same facts get the same bytes, hence the same digest. Reading is strict: duplicate keys,
NaN and infinities, which JSON does not have, are refused rather than silently changed.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import NewType

import rfc8785

from docgen.errors import IntegrityError

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""Any JSON value."""

Digest = NewType("Digest", str)
"""Lower-case hexadecimal SHA-256, 64 characters."""

MAX_DEPTH = 64
"""Nesting deeper than this is refused: no document of ours comes near it."""


def sha256(data: bytes) -> Digest:
    """Return the SHA-256 of `data`."""
    return Digest(hashlib.sha256(data).hexdigest())


def canonical(value: object) -> bytes:
    """Return the canonical JSON bytes of plain data (RFC 8785: sorted keys, no white space, ECMAScript numbers).

    Raises:
        IntegrityError: a value has no canonical form (NaN, infinity, an integer beyond 2**53, a lone surrogate, ...).
    """
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # its own recursive alias admits the same values
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as err:
        raise IntegrityError(f"value has no canonical JSON form: {err}", hint="see the value's source") from err


def parse(data: bytes | str, *, where: str, keep_nan: bool = False) -> Json:
    """Read strict JSON.

    Args:
        data: UTF-8 bytes or text.
        where: what the bytes are, for the message.
        keep_nan: read NaN and infinities as such, for files of tools that write them.

    Raises:
        IntegrityError: not UTF-8, not JSON, a key twice in one object, NaN, infinity, half a character, or nested too
            deeply.
    """
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        value: Json = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=float if keep_nan else _refuse,
            parse_float=_finite,
            parse_int=_exact,
        )
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # an escape may name half a character
    except (ValueError, RecursionError) as err:
        reason = "nested too deeply" if isinstance(err, RecursionError) else str(err)
        raise IntegrityError(
            f"{where}: not strict JSON: {reason}", hint="write the file again from its source"
        ) from err
    if _depth(value) > MAX_DEPTH:
        raise IntegrityError(f"{where}: not strict JSON: nested deeper than {MAX_DEPTH} levels")
    return value


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"key {twice!r} stands twice in one object")
    return result


def _refuse(token: str) -> Json:
    raise ValueError(f"{token} is no JSON number")


def _finite(token: str) -> float:
    number = float(token)
    if not math.isfinite(number):
        raise ValueError(f"{token[:40]} is beyond the range of a double")
    return number


def _exact(token: str) -> int | float:
    """Return a whole number; beyond 2**53 it is a double, as RFC 8785 writes large doubles without a fraction."""
    whole = int(token)
    if abs(whole) < 2**53:
        return whole
    if abs(whole) > 2**1023 or rfc8785.dumps(float(whole)) != token.encode():
        raise ValueError(f"{token[:40]} is a whole number beyond the precision of a double")
    return float(whole)


def _depth(value: Json) -> int:
    deepest, level = 0, [value]
    while level and deepest <= MAX_DEPTH:
        deepest += 1
        level = [
            child
            for item in level
            if isinstance(item, (dict, list))
            for child in (item.values() if isinstance(item, dict) else item)
        ]
    return deepest
