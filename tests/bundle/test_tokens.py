"""Signing with a key that never leaves its token; openssl and ssh-keygen check it as they check any other."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_public_key
from pypdf import PdfReader

from docgen.bundle import tokens as source
from docgen.bundle.key_places import opened_key
from docgen.bundle.keys import KeyInMemory, PrivateKey
from docgen.bundle.signing import holds, sign
from docgen.errors import DocgenError, ExitCode, IntegrityError
from support.approval_world import SUBJECT, World
from support.certificates import KINDS, checked_elsewhere, signing, trust
from support.commands import refused, untouched
from support.dossiers import pdf_of
from support.tokens import ED25519, MODULE, P256, PIN, Tokens, at_terminal


def pin(what: str) -> str:
    return PIN


def fault(named: str, answer: str | None = PIN) -> DocgenError:
    """What is said of a key that cannot be opened; never the PIN."""
    with pytest.raises(DocgenError) as caught, opened_key(named, lambda what: answer):
        pass
    err = caught.value
    assert err.hint
    assert not answer or answer not in f"{err.message}{err.hint}"
    return err


def public_of(key: PrivateKey) -> object:
    return load_pem_public_key(key.public.pem.encode("ascii"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_on_a_token_signs_and_other_programs_check_it(
    world: World, tokens: Tokens, tmp_path: Path, kind: str
) -> None:
    tokens.make(kind)
    with opened_key(tokens.uri(), pin) as key:
        public = tmp_path / "officer.pem"
        public.write_text(key.public.pem, "ascii")
        line = key.public.openssh
    stranger = world.docgen(*signing(world, tokens.uri()), "--format", "json", env=tokens.env)
    assert line in refused(stranger, 10)["hint"], "what to list is said"
    trust(world, public.read_text("ascii"))
    done = world.docgen(*signing(world, tokens.uri()), env=tokens.env)
    assert done.returncode == 0, done.stderr
    checked_elsewhere(world, public)


@pytest.mark.parametrize("kind", KINDS)
def test_both_signatures_are_those_of_the_tokens_key_over_this_statement(tokens: Tokens, kind: str) -> None:
    tokens.make(kind)
    with opened_key(tokens.uri(), pin) as key:
        envelope, block = sign(b"statement", key)
        assert holds(envelope, block, key.public)
        assert not holds(envelope, sign(b"another", key)[1], key.public)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no program ssh-keygen")
@pytest.mark.skipif(shutil.which("pkcs11-tool") is None, reason="no program pkcs11-tool")
def test_the_documented_lines_print_what_to_list(tokens: Tokens) -> None:
    tokens.make("ecdsa")
    with opened_key(tokens.uri(), pin) as key:
        text, pem, held = key.public.openssh, key.public.pem, public_of(key)
    certificate = tokens.certify(held)

    def told(line: str) -> str:
        env = {**os.environ, **tokens.env}
        return subprocess.run(["bash", "-ec", line], env=env, capture_output=True, text=True, check=True).stdout

    assert told(f"ssh-keygen -D {MODULE} -e").startswith(f"{text} ")
    read = f"pkcs11-tool --module {MODULE} --token-label Officer --read-object --id 01"
    assert told(f"{read} --type pubkey | openssl pkey -pubin -inform DER") == pem
    assert told(f"{read} --type cert | openssl x509 -inform DER") == certificate


def test_a_token_gives_the_very_signatures_that_a_file_gives(tokens: Tokens) -> None:
    from pkcs11 import Attribute, KeyType, ObjectClass
    from pkcs11.util.rsa import decode_rsa_private_key

    by_rsa, by_ed = rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()
    der = by_rsa.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    point = b"\x04\x20" + by_ed.public_key().public_bytes_raw()
    curve = {Attribute.KEY_TYPE: KeyType.EC_EDWARDS, Attribute.EC_PARAMS: ED25519, Attribute.TOKEN: True}
    with tokens.session() as session:
        # The token tells an RSA key's public half by itself: none lies beside it.
        session.create_object({**decode_rsa_private_key(der), Attribute.TOKEN: True, Attribute.LABEL: "rsa"})
        ed = {**curve, Attribute.LABEL: "ed", Attribute.ID: b"\x02"}
        raw = by_ed.private_bytes_raw()
        session.create_object(
            {**ed, Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.VALUE: raw, Attribute.SIGN: True}
        )
        session.create_object({**ed, Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.EC_POINT: point})
    for label, key in (("rsa", by_rsa), ("ed", by_ed)):
        with opened_key(tokens.uri(f"object={label}"), pin) as held:
            assert held.public == KeyInMemory(key=key).public
            assert held.sign(b"message") == KeyInMemory(key=key).sign(b"message")


def test_the_certificate_beside_a_key_is_what_the_file_of_signers_lists(
    world: World, tokens: Tokens, tmp_path: Path
) -> None:
    from pkcs11 import Attribute, ObjectClass

    tokens.make("ecdsa")
    with opened_key(tokens.uri(), pin) as key:
        assert key.certificates == ()
        held = public_of(key)
    tokens.certify(held, days=1)
    certificate = tokens.certify(held)
    with tokens.session() as session:  # as on cards that hold key and certificate alone
        for item in list(session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY})):
            item.destroy()
    with opened_key(tokens.uri(), pin) as key:
        (newest,) = key.certificates
        assert newest == _der(certificate)
    trust(world, certificate)
    (tmp_path / "officer.pem").write_text(certificate, "ascii")
    done = world.docgen(*signing(world, tokens.uri()), env=tokens.env)
    assert done.returncode == 0, done.stderr
    checked_elsewhere(world, tmp_path / "officer.pem")


def _der(certificate: str) -> bytes:
    from cryptography.x509 import load_pem_x509_certificate

    return load_pem_x509_certificate(certificate.encode("ascii")).public_bytes(Encoding.DER)


def test_a_key_that_wants_its_pin_for_each_signature_gets_it(tokens: Tokens) -> None:
    from pkcs11 import Attribute

    tokens.make("rsa", private={Attribute.ALWAYS_AUTHENTICATE: True})
    asked: list[str] = []
    with opened_key(tokens.uri(), lambda what: asked.append(what) or PIN) as key:
        envelope, block = sign(b"statement", key)
        assert holds(envelope, block, key.public)
        assert PIN not in repr(key)
    assert asked == ["PIN of token 'Officer'"]


def test_what_names_no_token_or_key_or_several_is_refused_with_what_is_there(tokens: Tokens) -> None:
    tokens.make("ecdsa", "signing", b"\x01")
    tokens.make("ecdsa", "signing", b"\x02")
    err = fault(tokens.uri("token=Nobody"))
    assert (err.code, "no such token (there: 'Officer', serial " in err.message) == (ExitCode.USAGE, True)
    err = fault(tokens.uri())
    assert "2 keys are meant (key 'signing' (id=%0" in err.message
    for attributes in ("object=other", "id=01"):
        err = fault(tokens.uri(attributes))
        assert "no such private key that signs (there: key 'signing' (id=%0" in err.message
    with opened_key(tokens.uri("id=%02"), pin) as key:
        assert key.sign(b"message")
    tokens.plug_in("Officer")
    _again()
    err = fault(tokens.uri())
    assert "2 tokens are meant ('Officer', serial " in err.message
    serial = err.message.split("serial ")[1][:16]
    assert "no such private key" in fault(tokens.uri(f"serial={serial};token=Officer;object=other")).message
    assert "no such token" in fault(tokens.uri("slot-id=1;token=Officer")).message
    assert "no such token" in fault(tokens.uri("manufacturer=Somebody")).message


def _again() -> None:
    """Have the module look for tokens again, as a new process does."""
    import pkcs11

    pkcs11.lib(str(MODULE)).finalize()


def test_a_module_that_is_missing_or_none_is_refused(tokens: Tokens, tmp_path: Path) -> None:
    assert "no such module" in fault("pkcs11:token=Officer?module-path=/nowhere/module.so").message
    (tmp_path / "module.so").write_text("no library", "utf-8")
    err = fault(f"pkcs11:token=Officer?module-path={tmp_path / 'module.so'}")
    assert "cannot be used as a PKCS#11 module" in err.message


def test_a_wrong_pin_is_asked_for_once_and_told_and_nothing_is_signed(tokens: Tokens) -> None:
    tokens.make("ecdsa")
    asked: list[str] = []
    refused_pin = pytest.raises(DocgenError, match="the token refuses the PIN; few tries are left")
    with refused_pin as caught, opened_key(tokens.uri(), lambda what: asked.append(what) or "73190"):
        pass
    assert (caught.value.code, len(asked)) == (ExitCode.USAGE, 1)
    assert "not tried again, since a token locks" in caught.value.hint
    for nothing in (None, ""):
        assert "no PIN was given" in fault(tokens.uri(), nothing).message


def test_keys_of_other_kinds_are_refused(tokens: Tokens) -> None:
    tokens.make("p384")
    assert "expected a public key: Ed25519, ECDSA P-256 or RSA" in fault(tokens.uri()).message
    tokens.make("rsa", "weak", b"\x02", bits=1024)
    assert "RSA of 2048 bits or more" in fault(tokens.uri("object=weak")).message


def test_a_certificate_of_another_key_beside_a_key_is_refused(tokens: Tokens) -> None:
    tokens.make("ecdsa")
    tokens.certify(ec.generate_private_key(ec.SECP256R1()).public_key())
    assert "what lies beside it has 2 different public keys" in fault(tokens.uri()).message


def test_a_public_key_that_is_not_the_private_ones_is_found_out_before_anything_is_recorded(tokens: Tokens) -> None:
    from pkcs11 import Attribute, KeyType, ObjectClass

    tokens.make("ecdsa", "signing", b"\x01")
    tokens.make("ecdsa", "other", b"\x02")
    with tokens.session() as session:
        (own,) = session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.ID: b"\x01"})
        (other,) = session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.ID: b"\x02"})
        point = other[Attribute.EC_POINT]
        own.destroy()
        half = {Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.KEY_TYPE: KeyType.EC, Attribute.EC_PARAMS: P256}
        session.create_object({**half, Attribute.EC_POINT: point, Attribute.ID: b"\x01", Attribute.TOKEN: True})
    with opened_key(tokens.uri(), pin) as key, pytest.raises(IntegrityError, match="no signature of its public key"):
        sign(b"statement", key)


def test_each_failure_of_a_token_is_one_clear_refusal() -> None:
    pkcs11 = pytest.importorskip("pkcs11", reason="the extra docgen[pkcs11] is not installed")
    for name, (kind, told, hint) in source._ERRORS.items():
        err = source.refusal(getattr(pkcs11, name)(), "token 'Officer'")
        assert (type(err), err.message, err.hint) == (kind, f"token 'Officer': {told}", hint)
    err = source.refusal(pkcs11.PinLocked(), "token 'Officer'")
    assert (err.code, err.message) == (ExitCode.USAGE, "token 'Officer': its PIN is locked")
    assert source.refusal(pkcs11.DeviceRemoved(), "token").code is ExitCode.SOURCE
    assert source.refusal(pkcs11.GeneralError(), "token").message == "token: the token failed: GeneralError"


def test_a_refused_pin_is_noted_and_stands_nowhere(world: World, tokens: Tokens) -> None:
    tokens.make("ecdsa")
    before = untouched(world.folder)
    words = signing(world, tokens.uri())
    done = world.docgen(*words, "--format", "json", env={**tokens.env, "DOCGEN_KEY_PASSPHRASE": "73190"})
    assert "the token refuses the PIN" in refused(done, 2)["message"]
    shown = done.stdout + done.stderr
    done = world.docgen(*words, "--format", "json", env={**tokens.env, "DOCGEN_KEY_PASSPHRASE": "73190\udcff"})
    assert refused(done, 2)["message"] == "PIN of token 'Officer': what was given is not UTF-8"
    shown += done.stdout + done.stderr
    done = world.docgen(*signing(world, f"{tokens.uri()}&pin-value=73190"), "--format", "json", env=tokens.env)
    assert "a PIN on a command line is for everybody to see" in refused(done, 11)["message"]
    assert "73190" not in shown + done.stdout + done.stderr
    assert untouched(world.folder) == before
    told = world.docgen("ledger", "refusals").stdout
    assert ("the token refuses the PIN" in told, "pin-value stands in the PKCS#11 URI" in told) == (True, True)
    assert not [path for path in world.folder.rglob("*") if path.is_file() and b"73190" in path.read_bytes()]


def confirming(world: World, tokens: Tokens) -> list[str]:
    """Put a key on the token and on the list of signers; return the words that sign with it, asking first."""
    tokens.make("ecdsa")
    with opened_key(tokens.uri(), pin) as key:
        trust(world, key.public.openssh)
    return [word for word in signing(world, tokens.uri()) if word != "--yes"]


def test_at_a_terminal_the_pin_is_asked_for_and_not_shown(world: World, tokens: Tokens) -> None:
    words = confirming(world, tokens)
    before, env = untouched(world.folder), {"SOFTHSM2_CONF": tokens.env["SOFTHSM2_CONF"]}
    answers = [("PIN of token 'Officer': ", lambda: "\x04")]
    code, shown = at_terminal(*words, cwd=world.folder, env=env, answers=answers)
    assert (code, "token 'Officer': no PIN was given" in shown) == (ExitCode.USAGE, True)
    assert untouched(world.folder) == before
    answers = [("PIN of token 'Officer': ", lambda: PIN), ("type validation to sign: ", lambda: "validation")]
    code, shown = at_terminal(*words, cwd=world.folder, env=env, answers=answers)
    assert code == 0, shown
    assert PIN not in shown
    assert "[validation]: open" in world.docgen("gate", SUBJECT).stdout


def test_a_token_that_is_pulled_out_before_it_signs_leaves_the_ledger_as_it_was(world: World, tokens: Tokens) -> None:
    words = confirming(world, tokens)
    before = untouched(world.folder)
    answers = [("type validation to sign: ", lambda: tokens.pull_out() or "validation")]
    code, shown = at_terminal(*words, cwd=world.folder, env=tokens.env, answers=answers)
    assert code == ExitCode.SOURCE, shown
    assert "key 'signing' (id=%01) on token 'Officer': the token is gone, or does not answer" in shown
    assert untouched(world.folder) == before


def test_without_the_extra_it_is_said_which_line_brings_it() -> None:
    line = (
        "import sys; sys.modules['pkcs11'] = None\n"  # as Python has it where a package is not there
        "from docgen.bundle.key_places import opened_key\n"
        "from docgen.errors import UsageError\n"
        "try:\n    opened_key('pkcs11:?module-path=/m.so', str).__enter__()\n"
        "except UsageError as err:\n    print(err.message, err.hint, sep='|')\n"
    )
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "a key on a token needs python-pkcs11|pip install 'docgen[pkcs11]'"


def test_a_pdf_is_signed_with_the_certificate_beside_the_key(world: World, tokens: Tokens, tmp_path: Path) -> None:
    pytest.importorskip("pyhanko", reason="the extra docgen[pades] is not installed")
    world.docgen("build", SUBJECT, "--offline")
    copy = tmp_path / "signed.pdf"
    words = (
        "sign-pdf",
        str(pdf_of(world.dossier)),
        "--key",
        tokens.uri(),
        "--reason",
        "Approved",
        "--output",
        str(copy),
    )
    tokens.make("rsa")
    error = refused(world.docgen(*words, "--format", "json", env=tokens.env), 2)
    assert "has no certificate with it" in error["message"]
    assert not copy.exists()
    with opened_key(tokens.uri(), pin) as key:
        held = public_of(key)
    tokens.certify(held)
    done = world.docgen(*words, env=tokens.env)
    assert done.returncode == 0, done.stderr
    assert copy.read_bytes().startswith(pdf_of(world.dossier).read_bytes())
    (field,) = PdfReader(copy).trailer["/Root"]["/AcroForm"]["/Fields"]
    assert field.get_object()["/V"]["/SubFilter"] == "/ETSI.CAdES.detached"
    if shutil.which("pdfsig"):
        told = subprocess.run(["pdfsig", "-nocert", str(copy)], capture_output=True, text=True).stdout
        assert "Signature is Valid." in told
        assert "Head of Validation" in told
