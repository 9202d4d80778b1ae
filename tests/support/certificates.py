"""Keys with certificates, as a corporate issuer would hand them out, made by openssl."""

from __future__ import annotations

import json
import re
import subprocess
import textwrap
import zipfile
from pathlib import Path

from support.approval_world import SUBJECT, World
from support.commands import run_docgen

KINDS = {
    "ed25519": ["-algorithm", "ed25519"],
    "ecdsa": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
}
SECRET = "open sesame"


KEY = r"public: ssh-ed25519 \S+"
FIRST_GATE = ("v1", "validation")


def openssl(folder: Path, *arguments: str) -> str:
    return subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def certified(folder: Path, kind: list[str], *, usage: str = "digitalSignature") -> Path:
    """Make a key with a certificate for it, as `officer.pem` and, with both, `officer.p12`; return the latter."""
    openssl(folder, "genpkey", *kind, "-out", "officer.key")
    subject = ("-subj", "/O=Example Bank/CN=Head of Validation", "-addext", f"keyUsage=critical,{usage}")
    openssl(
        folder,
        "req",
        "-x509",
        "-new",
        "-key",
        "officer.key",
        *subject,
        "-days",
        "3650",
        "-out",
        "officer.pem",
    )
    openssl(folder, "pkcs12", "-export", "-inkey", "officer.key", "-in", "officer.pem", "-out", "officer.p12", "-passout", f"pass:{SECRET}")  # fmt: skip
    return folder / "officer.p12"


def trust(world: World, public: str) -> None:
    """List a certificate or a public key in place of the first validator's key."""
    world.signers()
    path = world.folder / "approvals" / "signers.yaml"
    block = textwrap.indent(public.strip(), " " * 10)
    path.write_text(re.sub(KEY, f"public: |\n{block}", path.read_text("utf-8"), count=1), "utf-8")


def signing(world: World, key: Path | str) -> tuple[str, ...]:
    """The arguments with which the first validator signs, with another key."""
    return tuple(str(key) if item == str(world.key("v1")) else item for item in world.signing(*FIRST_GATE))


def checked_elsewhere(world: World, public: Path) -> Path:
    """Seal the dossier that was signed once, prove it by docgen and by the lines of its VERIFY.md; return it unpacked."""
    done = world.docgen("seal", SUBJECT, "--format", "json")
    assert json.loads(done.stdout)["signatures"] == 1
    sealed = world.folder / json.loads(done.stdout)["path"]
    done = run_docgen("verify", str(sealed), "--key", public.name, cwd=public.parent)
    assert done.returncode == 0, done.stderr
    unpacked = public.parent / "unpacked"
    with zipfile.ZipFile(sealed) as found:
        found.extractall(unpacked)
    text = (unpacked / "VERIFY.md").read_text("utf-8")
    lines = "\n".join(line.strip() for line in text.splitlines() if line.startswith("    "))
    done = subprocess.run(["bash", "-euc", lines], cwd=unpacked, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert 'Good "docgen-sign-off" signature' in done.stdout
    assert "Verified Successfully" in done.stdout
    return unpacked
