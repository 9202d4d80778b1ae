"""PKCS#11 URIs: what they name, and that nothing of what they hold is said again."""

from __future__ import annotations

from pathlib import Path

import pytest

from docgen.bundle.key_places import opened_key
from docgen.bundle.token_uri import TokenUri, is_token_uri, parse_token_uri
from docgen.errors import UnsafeError, UsageError

MODULE = "module-path=/usr/lib/module.so"


def test_a_uri_names_module_token_and_key() -> None:
    text = "pkcs11:token=The%20Officer;serial=40b3;manufacturer=M;model=X;slot-id=7;object=sign%3bing;id=%01%ff;type=private"
    assert parse_token_uri(f"{text}?{MODULE}") == TokenUri(
        text=text,
        module=Path("/usr/lib/module.so"),
        token="The Officer",
        serial="40b3",
        manufacturer="M",
        model="X",
        slot_id=7,
        object="sign;ing",
        id=b"\x01\xff",
    )
    bare = parse_token_uri(f"PKCS11:?{MODULE}")
    assert (bare.token, bare.object, bare.id, bare.slot_id) == (None, None, None, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pkcs11:token=A", "module-path: missing or relative"),
        ("pkcs11:token=A?module-path=module.so", "module-path: missing or relative"),
        (f"pkcs11:token=A;token=B?{MODULE}", "token: stands twice"),
        (f"pkcs11:token?{MODULE}", "attribute 1: no name and value"),
        (f"pkcs11:token=A;?{MODULE}", "attribute 2: no name and value"),
        (f"pkcs11:colour=A?{MODULE}", "colour: unknown here (expected token, serial"),
        (f"pkcs11:token=A?{MODULE}&module-name=softhsm2", "module-name: unknown here (expected module-path)"),
        (f"pkcs11:token=A%2?{MODULE}", "token: a percent sign without two hexadecimal digits"),
        (f"pkcs11:object=%ff?{MODULE}", "object: not UTF-8"),
        (f"pkcs11:slot-id=one?{MODULE}", "slot-id: no number"),
        (f"pkcs11:slot-id=\u0661?{MODULE}", "slot-id: no number"),
        (f"pkcs11:slot-id={'1' * 5000}?{MODULE}", "slot-id: no number"),
        (f"pkcs11:type=cert?{MODULE}", "type: a key that signs is of another"),
    ],
)
def test_a_malformed_uri_is_refused_with_what_was_expected(text: str, said: str) -> None:
    assert is_token_uri(text)
    with pytest.raises(UsageError) as caught:
        parse_token_uri(text)
    assert said in caught.value.message
    assert "for example 'pkcs11:token=" in caught.value.hint


def test_every_fault_of_a_uri_is_told_at_once() -> None:
    with pytest.raises(UsageError, match="3 problems"):
        parse_token_uri("pkcs11:colour=A;slot-id=one?module-path=x")


@pytest.mark.parametrize("name", ["pin-value", "PIN-Value", "pin-source"])
@pytest.mark.parametrize(
    "text",
    [
        f"pkcs11:token=A?{MODULE}&NAME=73190",
        f"pkcs11:token=A;NAME=73190?{MODULE}",
        f"pkcs11:token=A?{MODULE}?NAME=73190",
        "pkcs11:NAME=73190%",
    ],
)
def test_a_pin_in_a_uri_is_refused_and_not_repeated(text: str, name: str) -> None:
    with pytest.raises(UnsafeError, match="a PIN on a command line is for everybody to see") as caught:
        parse_token_uri(text.replace("NAME", name))
    assert "73190" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("name", ["pin-value", "PIN-Source", "pin%2Dvalue"])
def test_a_pin_in_what_is_taken_for_a_path_is_refused_and_not_repeated_either(name: str) -> None:
    named = f" pkcs11:token=A?{MODULE}&{name}=73190"
    assert not is_token_uri(named)
    with pytest.raises(UnsafeError) as caught, opened_key(named, lambda _what: None):
        pass
    assert "73190" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("named", ["~/.ssh/id_ed25519", "officer.p12", "pkcs11", "./pkcs11:token"])
def test_a_path_is_no_uri(named: str) -> None:
    assert not is_token_uri(named)
