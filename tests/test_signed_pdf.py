"""A copy of a dossier's PDF, signed as readers of PDFs check it: the dossier stays as it is."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader

from support.approval_world import SUBJECT, World
from support.authority import Authority, configure, make_authority
from support.certificates import KINDS, SECRET, certified, openssl
from support.commands import refused, tree
from support.dossiers import pdf_of

PASSPHRASE = {"DOCGEN_KEY_PASSPHRASE": SECRET}
REASON = ("--reason", "Approved for release")


@pytest.fixture(scope="module")
def printed(built_world: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A project whose dossier has a PDF."""
    world = World(shutil.copytree(built_world, tmp_path_factory.mktemp("signed") / "project"))
    done = world.docgen("build", SUBJECT, "--offline")
    assert done.returncode in {0, 1}, done.stderr
    return world


def signing(world: World, key: Path, output: str = "signed.pdf") -> tuple[str, ...]:
    return ("sign-pdf", str(pdf_of(world.dossier)), "--key", str(key), *REASON, "--output", output)


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_the_copy_is_signed_and_begins_with_the_dossiers_own_pdf(printed: World, tmp_path: Path, kind: str) -> None:
    pytest.importorskip("pyhanko", reason="the extra docgen[pades] is not installed")
    key, before = certified(tmp_path, KINDS[kind], usage="digitalSignature,nonRepudiation"), tree(printed.dossier)
    copy = tmp_path / "signed.pdf"
    done = printed.docgen(*signing(printed, key, str(copy)), env=PASSPHRASE)
    assert done.returncode == 0, done.stderr
    assert tree(printed.dossier) == before
    assert copy.read_bytes().startswith(pdf_of(printed.dossier).read_bytes())
    (field,) = PdfReader(copy).trailer["/Root"]["/AcroForm"]["/Fields"]
    signature = field.get_object()["/V"]
    assert signature["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature["/Reason"] == "Approved for release"
    done = printed.docgen("verify", str(copy), "--against", str(printed.dossier))
    assert done.returncode == 0, done.stderr
    assert "of the dossier, to the byte, with" in done.stdout
    again = printed.docgen(*signing(printed, key, str(copy)), "--format", "json", env=PASSPHRASE)
    assert "is there already" in refused(again, 2)["message"]


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="no program pdfsig")
def test_another_program_finds_the_signature_valid_and_a_changed_byte_not(printed: World, tmp_path: Path) -> None:
    pytest.importorskip("pyhanko", reason="the extra docgen[pades] is not installed")
    key, copy = certified(tmp_path, KINDS["rsa"], usage="digitalSignature,nonRepudiation"), tmp_path / "signed.pdf"
    done = printed.docgen(*signing(printed, key, str(copy)), env=PASSPHRASE)
    assert done.returncode == 0, done.stderr

    def told() -> str:
        return subprocess.run(["pdfsig", "-nocert", str(copy)], capture_output=True, text=True).stdout

    assert "Signature is Valid." in told()
    assert "Total document signed" in told()
    assert "Head of Validation" in told()
    copy.write_bytes(copy.read_bytes().replace(b"D:2", b"D:1", 1))
    assert "Digest Mismatch" in told()


def test_where_an_authority_is_named_the_copy_holds_its_time_stamp(
    printed: World, authority: Authority, tmp_path: Path
) -> None:
    pytest.importorskip("pyhanko", reason="the extra docgen[pades] is not installed")
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    world = World(shutil.copytree(printed.folder, tmp_path / "project"))
    key, copy = certified(tmp_path, KINDS["ecdsa"], usage="digitalSignature,nonRepudiation"), tmp_path / "signed.pdf"
    configure(world, authority)
    done = world.docgen(*signing(world, key, str(copy)), env=PASSPHRASE)
    assert done.returncode == 0, done.stderr
    assert f"time-stamped by {authority.url()}" in done.stdout
    with copy.open("rb") as stream:
        (signature,) = PdfFileReader(stream).embedded_signatures
        time = ValidationContext(trust_roots=[load_cert_from_pemder(str(authority.root))])
        own = ValidationContext(trust_roots=[load_cert_from_pemder(str(tmp_path / "officer.pem"))])
        status = validate_pdf_signature(signature, own, time)
    assert status.intact
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.intact
    assert status.timestamp_validity.trusted

    for path, code in (("/fails", 9), ("/refuses", 9)):
        configure(world, authority, path)
        later = tmp_path / "later.pdf"
        refused(world.docgen(*signing(world, key, str(later)), "--format", "json", env=PASSPHRASE), code)
        assert not later.exists()
    configure(world, authority, roots=make_authority(tmp_path / "stranger").root)
    refused(world.docgen(*signing(world, key, str(later)), "--format", "json", env=PASSPHRASE), 10)
    assert not later.exists()


def test_what_cannot_be_signed_so_is_refused_and_leaves_nothing(printed: World, tmp_path: Path) -> None:
    key = certified(tmp_path, KINDS["rsa"])
    inside = str(printed.dossier / "files" / "signed.pdf")
    for command, code, says in (
        (signing(printed, key, inside), 2, "lies in the dossier"),
        (("sign-pdf", "nowhere.pdf", "--key", str(key), *REASON, "--output", "x.pdf"), 9, "nowhere.pdf"),
    ):
        assert says in refused(printed.docgen(*command, "--format", "json", env=PASSPHRASE), code)["message"]
    try:
        import pyhanko  # noqa: F401
    except ImportError:
        error = refused(printed.docgen(*signing(printed, key), "--format", "json", env=PASSPHRASE), 2)
        assert error["hint"] == "pip install 'docgen[pades]'"
    else:
        openssl(
            tmp_path, "pkcs12", "-export", "-nocerts", "-inkey", "officer.key", "-out", "bare.p12", "-passout", "pass:"
        )
        for wrong, secret in ((tmp_path / "bare.p12", ""), (key, "wrong"), (tmp_path / "officer.key", SECRET)):
            done = printed.docgen(*signing(printed, wrong), "--format", "json", env={"DOCGEN_KEY_PASSPHRASE": secret})
            refused(done, 2)
    assert json.loads(printed.docgen("verify", "--format", "json").stdout)["dossiers"]
    assert not (printed.folder / "signed.pdf").exists()
