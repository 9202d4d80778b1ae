"""Asking a server through MLflow's code, with our deadlines for the time of the call and one clear message per failure.

MLflow's defaults wait four to twenty minutes for a server that is down or hangs, report to its makers, and go wherever
a server redirects them.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

from docgen.errors import DocgenError, SourceError, UnsafeError

T = TypeVar("T")

ABSENT = frozenset({"RESOURCE_DOES_NOT_EXIST", "NOT_FOUND"})
"""Codes by which MLflow says that there is no such thing."""

_MOST_RETRIES = 10
_BACKOFF_SECONDS = 10
"""What the pauses between tries may add to the deadline."""

_STATUS = re.compile(r"error code (\d{3})|too many (\d{3}) error responses|(\d{3}) (?:Client|Server) Error")
_CREDENTIALS = re.compile(r"//[^/@\s'\"]*@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a server may take."""

    timeout_seconds: int = 15
    """For one try."""
    retries: int = 2
    """After the first try."""

    @property
    def deadline_seconds(self) -> float:
        """For one question, tries and pauses together."""
        return max(self.timeout_seconds, 1) * (min(self.retries, _MOST_RETRIES) + 1) + _BACKOFF_SECONDS

    def environment(self) -> dict[str, str]:
        """Return what MLflow's own code reads its manners from."""
        return {
            "MLFLOW_HTTP_REQUEST_TIMEOUT": str(max(self.timeout_seconds, 1)),
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": str(min(self.retries, _MOST_RETRIES)),
            "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
            "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER": "0",
            "MLFLOW_ALLOW_HTTP_REDIRECTS": "false",
            "MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD": "false",
            "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
            "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
            "MLFLOW_ALLOW_MODEL_CODE_EXECUTION": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "true",
        }


@contextlib.contextmanager
def manners(patience: Patience) -> Iterator[None]:
    """Set MLflow's environment variables for the time of a call, and put back what was there."""
    wanted = patience.environment()
    before = {key: os.environ.get(key) for key in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Puts questions to one server."""

    shown: str
    """The server's address without credentials."""
    patience: Patience

    def ask(self, what: str, call: Callable[[], T], *, absent: frozenset[str] = ABSENT) -> T | None:
        """Return the answer, or None when the server says that there is no such thing.

        Args:
            what: what is asked for, in words, for the message.
            call: asks through MLflow's code.
            absent: error codes, or HTTP statuses as text, that mean "no such thing" here.

        Raises:
            SourceError: no answer in time, or one that is no answer.
            UnsafeError: the answer names a path that leads out of its folder.
        """
        try:
            with manners(self.patience):
                return within(self.patience.deadline_seconds, call)
        except DocgenError:
            raise
        except TimeoutError as err:
            raise self._error("does not answer in time", what, _SLOW) from err
        except Exception as err:  # MLflow raises its own, requests', and bare assertions
            code = getattr(err, "error_code", "")
            if code in absent or _status(_words(err)) in absent:
                return None
            raise self._trouble(err, str(code), what) from err

    def _trouble(self, err: Exception, code: str, what: str) -> DocgenError:
        words = _words(err)
        status = _status(words) or _BY_CODE.get(code, "")
        if "Invalid path" in words:
            return UnsafeError(
                f"the MLflow server {self.shown!r} named a path that leads out of its folder ({what})",
                hint="do not trust this server",
            )
        if status in _BY_STATUS:
            return self._error(f"{_BY_STATUS[status][0]} ({status})", what, _BY_STATUS[status][1])
        for sign, meaning, hint in _SIGNS:
            if sign in words:
                return self._error(meaning, what, hint)
        if status:
            return self._error(f"answers with status {status}", what, _UP)
        first = (str(err).strip().splitlines() or [""])[0]
        reason = _CREDENTIALS.sub("//", f"{type(err).__name__}: {first}")[:300]
        return self._error(f"did not answer as MLflow does: {reason}", what, _ADDRESS)

    def _error(self, meaning: str, what: str, hint: str) -> SourceError:
        tries = min(self.patience.retries, _MOST_RETRIES) + 1
        waited = f"{tries} tries of {self.patience.timeout_seconds} s" if tries > 1 else "1 try"
        return SourceError(f"the MLflow server {self.shown!r} {meaning} (asked for {what}, {waited})", hint=hint)


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return what `call` returns, waiting no longer than `seconds` however slowly a server drips.

    Raises:
        TimeoutError: it took longer; its thread is left behind and dies with the program.
    """
    answers: list[T] = []
    faults: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(call())
        except BaseException as err:  # noqa: BLE001  # handed to the caller's thread
            faults.append(err)

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    worker.join(seconds)
    if faults:
        raise faults[0]
    if not answers:
        raise TimeoutError(f"no answer within {seconds:g} s")
    return answers[0]


def without_credentials(uri: str) -> str:
    """Return an address without user name, password, query and fragment."""
    parts = urlsplit(uri)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "")) if parts.netloc else uri


def _words(err: BaseException) -> str:
    """Return the text of an exception and of those that led to it: MLflow hides the cause in the context."""
    found: list[str] = []
    current: BaseException | None = err
    while current is not None and len(found) < 8:
        found.append(f"{type(current).__name__}: {current}"[:4000])
        current = current.__cause__ or current.__context__
    return "\n".join(found)


def _status(words: str) -> str:
    found = _STATUS.search(words)
    return next(filter(None, found.groups()), "") if found else ""


_UP = "start the server, or correct [mlflow] tracking_uri in docgen.toml"
_SLOW = "try again, or raise [mlflow] timeout_seconds in docgen.toml"
_LOG_IN = "set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
_ADDRESS = "check the address: it must be the tracking server itself, not a page before it"
_LATER = "try again later"

_BY_CODE = {"UNAUTHENTICATED": "401", "CUSTOMER_UNAUTHORIZED": "401", "PERMISSION_DENIED": "403"}
_BY_STATUS = {
    "301": ("redirects to another address", _ADDRESS),
    "302": ("redirects to another address, often a log-in page", _ADDRESS),
    "307": ("redirects to another address", _ADDRESS),
    "308": ("redirects to another address", _ADDRESS),
    "401": ("wants a log-in", _LOG_IN),
    "403": ("does not let this user read", _LOG_IN),
    "404": ("knows no such address", _ADDRESS),
    "429": ("asks to slow down", _LATER),
    "500": ("answers with an error of its own", "look into the server's log"),
    "502": ("is behind a proxy that cannot reach it", _UP),
    "503": ("is not ready", _LATER),
    "504": ("is behind a proxy that gave up waiting", _LATER),
}
_SIGNS = (
    (
        "Databricks credential configuration",
        "has no log-in for Databricks",
        "log in with the Databricks command line, or set DATABRICKS_HOST and DATABRICKS_TOKEN",
    ),
    ("NameResolutionError", "has a name that no DNS server knows", "check the host's name"),
    ("Name or service not known", "has a name that no DNS server knows", "check the host's name"),
    (
        "certificate has expired",
        "shows a certificate that has expired",
        "have the server's certificate renewed",
    ),
    (
        "CERTIFICATE_VERIFY_FAILED",
        "shows a certificate that is not trusted here",
        "name the authority that signed it in MLFLOW_TRACKING_SERVER_CERT_PATH",
    ),
    ("SSLError", "does not speak TLS as it should", "check the address: http and https are different servers"),
    ("Connection refused", "refuses connections", _UP),
    ("ReadTimeout", "does not answer in time", _SLOW),
    ("ConnectTimeout", "does not answer in time", _SLOW),
    ("Read timed out", "does not answer in time", _SLOW),
    ("Body: '<", "answers with a web page", _ADDRESS),
    ("body: '<", "answers with a web page", _ADDRESS),
    ("body: '\\n<", "answers with a web page", _ADDRESS),
    ("not in a valid JSON", "gives an answer that is cut short or no JSON", _ADDRESS),
    ("IncompleteRead", "gives an answer that is cut short", _LATER),
    ("ChunkedEncodingError", "gives an answer that is cut short", _LATER),
    ("RemoteDisconnected", "closes the connection", _UP),
    ("Connection aborted", "closes the connection", _UP),
    ("No module named", "needs a package that is not installed", "install the package that MLflow names"),
    ("InvalidURL", "has an address that is none", "correct [mlflow] tracking_uri in docgen.toml"),
)
"""What MLflow's and requests' words mean, first match wins."""
