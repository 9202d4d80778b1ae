"""Signing with other keys than Ed25519 and from PKCS#12 files; openssl and ssh-keygen check each of them."""

from __future__ import annotations

import re
import subprocess
import textwrap
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from docgen.approval_files import load_signers
from docgen.bundle.keys import is_encrypted, read_private, read_public
from docgen.bundle.signing import holds, sign
from docgen.errors import IntegrityError, UsageError
from docgen.model.ledger import EnvelopeSignature
from support.approval_world import World
from support.certificates import KEY, KINDS, SECRET, certified, checked_elsewhere, openssl, signing, trust
from support.commands import refused


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_from_a_pkcs12_file_signs_and_other_programs_check_it(world: World, tmp_path: Path, kind: str) -> None:
    p12 = certified(tmp_path, KINDS[kind])
    line = f"openssl pkcs12 -in officer.p12 -clcerts -nokeys -passin 'pass:{SECRET}' | openssl x509"
    trust(world, subprocess.run(["bash", "-c", line], cwd=tmp_path, check=True, capture_output=True, text=True).stdout)
    done = world.docgen(*signing(world, p12), env={"DOCGEN_KEY_PASSPHRASE": SECRET})
    assert done.returncode == 0, done.stderr
    unpacked = checked_elsewhere(world, tmp_path / "officer.pem")
    openssl(tmp_path, "x509", "-in", "officer.pem", "-pubkey", "-noout", "-out", "officer.pub")
    (public,) = unpacked.glob("signatures/*/public.pem")
    assert public.read_text("ascii") == (tmp_path / "officer.pub").read_text("ascii")


@pytest.mark.parametrize("kind", KINDS)
def test_both_signatures_are_this_keys_over_this_statement_and_no_others(tmp_path: Path, kind: str) -> None:
    certified(tmp_path, KINDS[kind])
    key = read_private(tmp_path / "officer.p12", SECRET)
    assert read_private(tmp_path / "officer.key", None).public == key.public
    public = key.public
    assert read_public(public.openssh, where="key") == read_public(public.pem, where="key") == public
    envelope, block = sign(b"statement", key)
    assert holds(envelope, block, public)
    other, other_block = sign(b"another", key)
    assert not holds(envelope, other_block, public)
    assert not holds(other, block, public)
    for place in (0, 40, len(block) // 2, len(block) - 40):
        swapped = "B" if block[place] == "A" else "A"
        assert not _held(lambda text=block[:place] + swapped + block[place + 1 :]: holds(envelope, text, public))
    assert not _held(lambda: holds(envelope, block + "\n", public))
    for sig in ("", "AAAA", envelope.signatures[0].sig[:-8] + "AAAAAAA="):
        bad = EnvelopeSignature(keyid=public.fingerprint, sig=sig)
        assert not _held(lambda bad=bad: holds(replace(envelope, signatures=(bad,)), block, public))


def _held(check: Callable[[], bool]) -> bool:
    """Whether something holds; that it cannot be read is no."""
    try:
        return check()
    except IntegrityError:
        return False


def issued(folder: Path, first: datetime, last: datetime) -> str:
    """Return a certificate for `officer.key` with these dates, which openssl 3.0 cannot be told."""
    key = read_private(folder / "officer.key", None).key
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Head of Validation")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 7, first, last).sign(key, SHA256())
    return made.public_bytes(Encoding.PEM).decode("ascii")


def test_a_certificate_signs_on_its_own_days_only(world: World, tmp_path: Path) -> None:
    p12 = certified(tmp_path, KINDS["ecdsa"])
    env, now = {"DOCGEN_KEY_PASSPHRASE": SECRET}, datetime.now(UTC)
    for first, last in ((-30, -2), (2, 30)):
        dates = [now + timedelta(days=days) for days in (first, last)]
        trust(world, issued(tmp_path, dates[0], dates[1]))
        error = refused(world.docgen(*signing(world, p12), "--format", "json", env=env), 10)
        assert f"its certificate is valid from {dates[0]:%Y-%m-%d} to {dates[1]:%Y-%m-%d}" in error["message"]
    trust(world, (tmp_path / "officer.pem").read_text("ascii"))
    assert world.docgen(*signing(world, p12), env=env).returncode == 0


def test_keys_and_certificates_that_do_not_serve_are_refused(world: World, tmp_path: Path) -> None:
    p12 = certified(tmp_path, KINDS["ecdsa"], usage="keyEncipherment")
    with pytest.raises(UsageError, match="its certificate is not for signing"):
        read_public((tmp_path / "officer.pem").read_text("ascii"), where="key")
    assert is_encrypted(p12)
    for secret in (None, "wrong"):
        with pytest.raises(UsageError, match="not a private key that can be read"):
            read_private(p12, secret)
    openssl(tmp_path, "pkcs12", "-export", "-nokeys", "-in", "officer.pem", "-out", "bare.p12", "-passout", "pass:")
    with pytest.raises(UsageError, match="expected a private key: Ed25519, ECDSA P-256 or RSA"):
        read_private(tmp_path / "bare.p12", "")
    for weak in (
        ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"],
        ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    ):
        openssl(tmp_path, "genpkey", *weak, "-out", "weak.key")
        openssl(tmp_path, "pkey", "-in", "weak.key", "-pubout", "-out", "weak.pub")
        with pytest.raises(UsageError, match="RSA of 2048 bits or more"):
            read_private(tmp_path / "weak.key", None)
        with pytest.raises(UsageError, match="RSA of 2048 bits or more"):
            read_public((tmp_path / "weak.pub").read_text("ascii"), where="key")
    for text in ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----"):
        with pytest.raises(UsageError, match="not a certificate"):
            read_public(text, where="key")
    done = world.docgen(*signing(world, p12), "--format", "json", env={"DOCGEN_KEY_PASSPHRASE": "wrong"})
    assert "not a private key that can be read" in refused(done, 2)["message"]


def test_an_openssh_file_with_a_passphrase_is_opened_by_the_extra_for_it(tmp_path: Path) -> None:
    pytest.importorskip("bcrypt", reason="the extra docgen[ssh] is not installed")
    path = tmp_path / "locked"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", SECRET, "-f", str(path)], check=True)
    assert is_encrypted(path)
    public = read_public(path.with_suffix(".pub").read_text("ascii"), where="key")
    assert read_private(path, SECRET).public == public
    with pytest.raises(UsageError, match="not a private key that can be read"):
        read_private(path, "wrong")


def test_one_key_in_two_forms_is_not_two_people_and_two_certificates_are_not_one(world: World, tmp_path: Path) -> None:
    p12, env = certified(tmp_path, KINDS["ecdsa"]), {"DOCGEN_KEY_PASSPHRASE": SECRET}
    certificate = (tmp_path / "officer.pem").read_text("ascii")
    trust(world, certificate)
    path = world.folder / "approvals" / "signers.yaml"
    listed = path.read_text("utf-8")
    line = read_public(certificate, where="key").openssh
    path.write_text(re.sub(KEY, f"public: {line}", listed, count=1), "utf-8")
    assert world.docgen(*signing(world, p12), env=env).returncode == 10
    (tmp_path / "other").mkdir()
    certified(tmp_path / "other", KINDS["ecdsa"])
    block = textwrap.indent((tmp_path / "other" / "officer.pem").read_text("ascii").strip(), " " * 10)
    path.write_text(re.sub(KEY, f"public: |\n{block}", listed, count=1), "utf-8")
    assert len(load_signers(path)[0].signers) == 4
    assert world.docgen(*signing(world, p12), env=env).returncode == 0
