"""What a narrative was written against, and what of it has changed since. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from docgen.model.canonical import Digest, canonical, sha256
from docgen.model.codec import unstructure_as
from docgen.model.evidence import Evidence, Narrative, Pin, Quantity, Text, Value
from docgen.model.snapshot import Snapshot

SHORT = 80
"""A printable text of at most so many characters is pinned as it stands; a longer one, or a table, by digest alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinChange:
    """A piece of evidence that is not what a narrative was written against."""

    pin: Pin
    now: Evidence | None
    """None: the snapshot does not hold it."""


def pinned(item: Evidence) -> Pin:
    """Return a piece of evidence as it is now, for the front matter of a narrative."""
    value: str | float | int | bool | None = None
    if isinstance(item.value, Quantity):
        value = item.value.value
    elif isinstance(item.value, Text) and len(item.value.text) <= SHORT and item.value.text.isprintable():
        value = item.value.text
    return Pin(id=item.id, sha256=value_digest(item.value), value=value)


def value_digest(value: Value) -> Digest:
    """Return the SHA-256 of a value's canonical JSON without what is empty.

    A later docgen may know more fields of a value; as long as they are empty, the digest stays.
    """
    return sha256(canonical(_filled(unstructure_as(value, Value))))


def _filled(data: object) -> object:
    if isinstance(data, dict):
        full = {key: _filled(value) for key, value in data.items()}
        return {key: value for key, value in full.items() if value not in (None, "", [], {}) and value is not False}
    return [_filled(item) for item in data] if isinstance(data, (list, tuple)) else data


def changes(snapshot: Snapshot, narrative: Narrative) -> tuple[PinChange, ...]:
    """Return each piece of evidence that is another than the narrative was written against, in its order."""
    found = ((pin, snapshot.find(pin.id)) for pin in narrative.evidence)
    return tuple(PinChange(pin=pin, now=now) for pin, now in found if now is None or not _holds(pin, now))


def _holds(pin: Pin, now: Evidence) -> bool:
    """Whether evidence is as pinned: by digest where there is one, else to the digits that were written."""
    if pin.sha256 is not None:
        return value_digest(now.value) == pin.sha256
    value = pinned(now).value
    if isinstance(value, str) or isinstance(pin.value, str) or value is None or pin.value is None:
        return value is not None and value == pin.value
    return round(float(value), digits(repr(pin.value))) == pin.value


def digits(number: str) -> int:
    """Return how many digits stand behind the decimal point of a number as written."""
    mantissa, _, exponent = number.partition("e")
    return len(mantissa.partition(".")[2]) - int(exponent or 0)
