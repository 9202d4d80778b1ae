"""Asking a time stamping authority over HTTP (RFC 3161, section 3.4): one request, one short answer, one deadline."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from typing import IO
from urllib.parse import urlsplit

from docgen.errors import SourceError, UnsafeError, UsageError

TIMEOUT_SECONDS = 15.0
MAX_ANSWER = 1 << 16
"""Bytes; an answer with a chain of certificates has some thousands."""
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


def ask(url: str, request: bytes, *, timeout: float = TIMEOUT_SECONDS) -> bytes:
    """Return what an authority answers; whether it holds is proved by whoever asks.

    An answer is signed and holds the question's random number, so plain HTTP, which many authorities offer alone, can
    keep an answer away but not forge one. Nobody learns more than a SHA-256 from the question.

    Args:
        url: `http(s)://...`.
        request: TimeStampReq, DER.
        timeout: seconds until the whole answer must be there.

    Raises:
        UsageError: no such address can be asked.
        UnsafeError: it sends docgen elsewhere, or answers with too much.
        SourceError: it is down, too slow, or answers with something else.
    """
    if not _askable(url):
        raise UsageError(
            "approvals.timestamp_url: expected http(s)://<host>/... without user name and password",
            hint="ask your time stamping authority for its address (RFC 3161 over HTTP)",
        )
    until = time.monotonic() + timeout
    headers = {"Content-Type": QUERY, "Accept": REPLY}
    asked = urllib.request.Request(url, data=request, headers=headers)  # noqa: S310  # the scheme was checked
    try:
        with _OPENER.open(asked, timeout=timeout) as answer:
            kind = answer.headers.get_content_type()
            if kind != REPLY:
                raise _source(url, f"answered with {kind}, expected {REPLY}")
            return _read(url, answer, until)
    except urllib.error.HTTPError as err:
        with err:
            if err.code in {301, 302, 303, 307, 308}:
                raise UnsafeError(
                    f"{url}: sends docgen elsewhere, which it does not follow",
                    hint="write the new address into [approvals] timestamp_url",
                ) from err
            raise _source(url, f"answered with status {err.code}") from err
    except (OSError, http.client.HTTPException) as err:
        reason = err.reason if isinstance(err, urllib.error.URLError) else err
        raise _source(url, str(reason) or type(reason).__name__) from err


def _askable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        (parts.hostname or "").encode("idna")
        f"{parts.path}?{parts.query}".encode("ascii")
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return good and parts.username is None


def _read(url: str, answer: IO[bytes], until: float) -> bytes:
    """Return the whole answer; one that comes byte by byte does not outlast the deadline."""
    data = b""
    while part := answer.read1(MAX_ANSWER):  # type: ignore[attr-defined]  # of an answer over HTTP
        data += part
        if len(data) > MAX_ANSWER:
            raise UnsafeError(f"{url}: answered with more than {MAX_ANSWER} bytes", hint="is it the right address?")
        if time.monotonic() > until:
            raise _source(url, "timed out")
    return data


def _source(url: str, why: str) -> SourceError:
    return SourceError(
        f"time stamping authority {url}: {why}",
        hint="nothing was recorded: run it again once it answers, or ask another in [approvals] timestamp_url",
    )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow nothing: the answer becomes an error."""


_OPENER = urllib.request.build_opener(_NoRedirect)
