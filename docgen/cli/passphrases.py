"""The passphrase of a private key: from the environment, or asked for on a terminal."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

PASSPHRASE = "DOCGEN_KEY_PASSPHRASE"  # noqa: S105  # the name of a variable, no secret


def passphrase_of(path: Path) -> str | None:
    """Return the passphrase of a key; None where none is given, or none is needed."""
    from docgen.bundle.keys import is_encrypted

    secret = os.environ.get(PASSPHRASE)
    if secret is None and is_encrypted(path) and sys.stdin.isatty():
        secret = getpass.getpass(f"passphrase of {path}: ")
    return secret
