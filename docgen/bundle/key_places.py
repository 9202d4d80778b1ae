"""Where a signer's private key lies: in a file, or on a token that never gives it away."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from docgen.bundle.keys import PrivateKey, is_encrypted, read_private
from docgen.bundle.token_uri import is_token_uri, parse_token_uri, refuse_pin
from docgen.bundle.tokens import Ask, token_key


@contextlib.contextmanager
def opened_key(named: str, ask: Ask) -> Iterator[PrivateKey]:
    """Open a private key; afterwards it is forgotten, or its token logged out.

    Args:
        named: path of an OpenSSH, PEM or PKCS#12 file, or a PKCS#11 URI (RFC 7512).
        ask: for its passphrase or PIN, where it has one.

    Raises:
        UsageError: it cannot be read, found or opened, or is of none of the kinds.
        UnsafeError: a PIN stands in it.
        SourceError: the token is gone.
    """
    refuse_pin(named)
    if is_token_uri(named):
        with token_key(parse_token_uri(named), ask) as key:
            yield key
        return
    path = Path(named).expanduser()
    yield read_private(path, ask(f"passphrase of {path}") if is_encrypted(path) else None)
