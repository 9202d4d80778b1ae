"""Time stamps (RFC 3161) through rfc3161-client, an extra: what an authority is asked, and whether its answer holds."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cryptography import x509

from docgen.errors import DocgenError, IntegrityError, SourceError, UsageError
from docgen.gates.stamps import stamps_of
from docgen.model.canonical import Digest
from docgen.model.ledger import Entry, TimeStamp
from docgen.render.text import one_line

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

Roots = tuple[x509.Certificate, ...]
"""Certificates that vouch for authorities: roots, and perhaps some between them and the authorities."""
EXTRA = "pip install 'docgen[timestamp]'"
MAX_SAID = 200
"""Characters of what an authority says that are told."""
SHA256 = "2.16.840.1.101.3.4.2.1"
"""Object identifier of SHA-256 (NIST)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What an authority is asked."""

    digest: bytes
    """SHA-256 of what is to be stamped: all that the authority learns of it."""
    request: bytes
    """TimeStampReq, DER."""
    nonce: int
    """Random; an answer that was given before does not hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """What became of the time stamps of a ledger."""

    count: int = 0
    newest: str = ""
    """ISO 8601 UTC; empty where there is none."""
    faults: tuple[str, ...] = ()
    """Each that does not hold, and why."""
    unchecked: str = ""
    """Why nobody can say here whether they hold; empty where it was proved, or there is none."""

    @property
    def words(self) -> str:
        """What to tell a reader."""
        if not self.count:
            return "no time stamps"
        if self.unchecked:
            return f"{_many(self.count)} not checked: {self.unchecked}"
        return f"{_many(self.count)} hold{'s' if self.count == 1 else ''}, the newest of {self.newest}"


def _many(count: int) -> str:
    return f"{count} time stamp{'s' if count > 1 else ''}"


def installed() -> bool:
    """Whether answers can be read here."""
    try:
        import rfc3161_client  # noqa: F401
    except ImportError:
        return False
    return True


def question(message: bytes) -> Question:
    """Return what to ask an authority about an entry; the extra must be installed."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    made = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256).build()
    assert made.nonce is not None  # noqa: S101  # the builder adds one unless it is told not to
    return Question(digest=hashlib.sha256(message).digest(), request=made.as_bytes(), nonce=made.nonce)


def read_roots(data: bytes, *, where: str) -> Roots:
    """Return the certificates of a PEM file that vouch for authorities.

    Raises:
        UsageError: it holds none.
    """
    try:
        return tuple(x509.load_pem_x509_certificates(data))
    except (ValueError, x509.InvalidVersion) as err:
        raise UsageError(
            f"{where}: holds no certificates, expected PEM blocks BEGIN CERTIFICATE",
            hint="put the certificates there that your time stamping authority publishes",
        ) from err


def answered(asked: Question, response: bytes, roots: Roots) -> datetime:
    """Return the time of an answer, once it is sure that it is one to the question.

    Raises:
        SourceError: it cannot be read, or refuses.
        IntegrityError: it does not hold, or is of something else.
    """
    return _proved(response, asked.digest, roots, asked.nonce)


def time_stamp(asked: Question, response: bytes, time: datetime) -> TimeStamp:
    """Return what the ledger keeps of an answer that was proved."""
    return TimeStamp(
        entry=Digest(asked.digest.hex()), time=_text(time), response=base64.b64encode(response).decode("ascii")
    )


def prove_stamps(entries: Iterable[Entry], roots: bytes | None, *, where: str) -> Stamped:
    """Prove every time stamp of a ledger; each that does not hold is told in `faults`.

    Args:
        entries: of the ledger.
        roots: the PEM file with the certificates that vouch for the authorities; None where there is none.
        where: what to call it.

    Raises:
        UsageError: the file holds no certificates.
    """
    found = stamps_of(entries)
    if not found:
        return Stamped()
    newest = max(stamp.time for _, stamp in found)
    if roots is None:
        return Stamped(count=len(found), newest=newest, unchecked=f"{where} is not there")
    trusted = read_roots(roots, where=where)
    if not installed():
        return Stamped(count=len(found), newest=newest, unchecked=f"{EXTRA} first")
    faults = []
    for entry, stamp in found:
        try:
            _hold(stamp, trusted)
        except DocgenError as err:
            faults.append(f"{entry.file}: {err.message}")
    return Stamped(count=len(found), newest=newest, faults=tuple(faults))


def response_of(stamp: TimeStamp) -> bytes:
    """Return the authority's answer.

    Raises:
        IntegrityError: it is no Base64.
    """
    try:
        return base64.b64decode(stamp.response, validate=True)
    except ValueError as err:  # binascii.Error is one, and so is what a letter outside of ASCII raises
        raise IntegrityError("its answer is no Base64") from err


def _hold(stamp: TimeStamp, roots: Roots) -> None:
    time = _proved(response_of(stamp), bytes.fromhex(stamp.entry), roots, None)
    if _text(time) != stamp.time:
        raise IntegrityError(f"its time stamp is of {_text(time)}, the entry says {stamp.time}")


def _proved(response: bytes, digest: bytes, roots: Roots, nonce: int | None) -> datetime:
    """Return the time of an answer; certificates must have been good at that time, not today."""
    try:
        read = _granted(response)
        _refuse_other(read, digest)
        _vouched(read, digest, roots, nonce)
        return read.tst_info.gen_time.astimezone(UTC)
    except DocgenError:
        raise
    except Exception as err:  # a bad certificate in it raises of rfc3161-client and cryptography whatever they have
        raise IntegrityError(f"its time stamp does not hold: {_why(err)}") from err


def _refuse_other(read: TimeStampResponse, digest: bytes) -> None:
    imprint = read.tst_info.message_imprint
    if imprint.hash_algorithm.dotted_string != SHA256 or imprint.message != digest:
        raise IntegrityError("its time stamp is of something else")


def _vouched(read: TimeStampResponse, digest: bytes, roots: Roots, nonce: int | None) -> None:
    """Prove an answer by one root after the other: of several with one name, OpenSSL tries the first alone."""
    from rfc3161_client import VerificationError, VerifierBuilder

    between = [one for one in roots if one.subject != one.issuer]
    failed: VerificationError | None = None
    for root in (one for one in roots if one.subject == one.issuer):
        try:
            VerifierBuilder(roots=[root], intermediates=list(between), nonce=nonce).build().verify(read, digest)
        except VerificationError as err:
            failed = failed or err
        else:
            return
    raise failed or VerificationError("the file of certificates holds no root, which vouches for itself")


def _why(err: Exception) -> str:
    """Return OpenSSL's own reason where it gives one among much else."""
    found = re.search(r"Verify error: ([^\"\\]+)", str(err))
    return found[1] if found else str(err)[:MAX_SAID]


def _granted(response: bytes) -> TimeStampResponse:
    from rfc3161_client import PKIStatus, decode_timestamp_response

    try:
        read = decode_timestamp_response(response)
        status = PKIStatus(read.status)
    except ValueError as err:
        raise SourceError(f"its time stamp cannot be read: {err}") from err
    if status is not PKIStatus.GRANTED:
        said = one_line("; ".join(read.status_string)).rstrip(".") or "no reason"
        raise SourceError(f"it refused: {status.name.lower()}, {said[:MAX_SAID]}")
    return read


def _text(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
