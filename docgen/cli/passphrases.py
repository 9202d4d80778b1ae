"""The passphrase or PIN of a private key: from the environment, or asked for on a terminal."""

from __future__ import annotations

import contextlib
import getpass
import os
import sys

from docgen.errors import UsageError

PASSPHRASE = "DOCGEN_KEY_PASSPHRASE"  # noqa: S105  # the name of a variable, no secret


def ask(what: str) -> str | None:
    """Return a passphrase or PIN; None where none is given and nobody can be asked.

    Raises:
        UsageError: it is no text.
    """
    secret = os.environ.get(PASSPHRASE)
    if secret is None and sys.stdin.isatty():
        with contextlib.suppress(EOFError):  # Ctrl-D: none is given
            secret = getpass.getpass(f"{what}: ")
    if secret is not None and any("\ud800" <= letter <= "\udfff" for letter in secret):  # bytes that Python kept so
        raise UsageError(f"{what}: what was given is not UTF-8", hint=f"see your terminal's encoding, or {PASSPHRASE}")
    return secret
