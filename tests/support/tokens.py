"""Tokens as a signer holds them: real ones of SoftHSM, in a folder of their own."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

MODULES = [
    Path(folder) / "libsofthsm2.so"
    for folder in (
        "/usr/lib/softhsm",
        "/usr/lib/x86_64-linux-gnu/softhsm",
        "/usr/lib/aarch64-linux-gnu/softhsm",
        "/usr/lib64/pkcs11",
        "/usr/local/lib/softhsm",
        "/opt/homebrew/lib/softhsm",
    )
]
MODULE = next((path for path in MODULES if path.is_file()), MODULES[0])
PIN = "a PIN of 2026"
P256 = bytes.fromhex("06082a8648ce3d030107")
P384 = bytes.fromhex("06052b81040022")
ED25519 = b"\x13\x0cedwards25519"


@dataclass(frozen=True)
class Tokens:
    """The tokens that are plugged in."""

    folder: Path

    @property
    def env(self) -> dict[str, str]:
        """What a program needs to find them, and their PIN."""
        return {"SOFTHSM2_CONF": str(self.folder / "softhsm2.conf"), "DOCGEN_KEY_PASSPHRASE": PIN}

    def uri(self, attributes: str = "token=Officer;object=signing") -> str:
        return f"pkcs11:{attributes}?module-path={MODULE}"

    def plug_in(self, label: str) -> None:
        words = ("--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "of the issuer")
        subprocess.run(["softhsm2-util", *words], check=True, capture_output=True, env={**os.environ, **self.env})

    def pull_out(self) -> None:
        for token in (self.folder / "tokens").iterdir():
            shutil.rmtree(token)

    def make(self, kind: str, label: str = "signing", number: bytes = b"\x01", **more: Any) -> None:
        """Let the first token make a key that never leaves it."""
        from pkcs11 import Attribute, KeyType

        with self.session() as session:
            own = {"label": label, "id": number, "store": True, "private_template": more.get("private")}
            if kind == "rsa":
                session.generate_keypair(KeyType.RSA, more.get("bits", 2048), **own)
                return
            curve = {"ecdsa": P256, "ed25519": ED25519, "p384": P384}[kind]
            family = KeyType.EC_EDWARDS if kind == "ed25519" else KeyType.EC
            session.create_domain_parameters(family, {Attribute.EC_PARAMS: curve}, local=True).generate_keypair(**own)

    def certify(self, public: Any, number: bytes = b"\x01", days: int = 3650) -> str:
        """Have a certificate issued for a public key of cryptography's, and put it on the token; return it as PEM."""
        from pkcs11 import Attribute
        from pkcs11.util.x509 import decode_x509_certificate

        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Head of Validation")])
        bank = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example Bank")])
        now = datetime.now(UTC)
        made = x509.CertificateBuilder(bank, name, public, 7, now - timedelta(days=1), now + timedelta(days=days))
        made = made.add_extension(
            x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True
        )
        certificate = made.sign(ec.generate_private_key(ec.SECP256R1()), SHA256())
        der = certificate.public_bytes(Encoding.DER)
        with self.session() as session:
            session.create_object({**decode_x509_certificate(der), Attribute.ID: number, Attribute.TOKEN: True})
        return certificate.public_bytes(Encoding.PEM).decode("ascii")

    def session(self) -> Any:
        """Open the first token to write to it."""
        import pkcs11

        (slot, *_) = pkcs11.lib(str(MODULE)).get_slots(token_present=True)
        return slot.get_token().open(user_pin=PIN, rw=True)


@pytest.fixture
def tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tokens]:
    """One token, labelled Officer, without a key."""
    pkcs11 = pytest.importorskip("pkcs11", reason="the extra docgen[pkcs11] is not installed")
    if shutil.which("softhsm2-util") is None or not MODULE.is_file():
        pytest.skip("no SoftHSM, which makes tokens without hardware")
    folder = tmp_path / "plugged"
    (folder / "tokens").mkdir(parents=True)
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    found = Tokens(folder)
    found.plug_in("Officer")
    monkeypatch.setenv("SOFTHSM2_CONF", found.env["SOFTHSM2_CONF"])
    yield found
    pkcs11.lib(str(MODULE)).finalize()  # so that the next test's tokens are looked for


def at_terminal(
    *arguments: str, cwd: Path, env: dict[str, str], answers: list[tuple[str, Callable[[], str]]]
) -> tuple[int, str]:
    """Run a command of docgen at a terminal, and answer what it asks; return its exit code and all that was shown."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(cwd)
        os.execvpe(sys.executable, [sys.executable, "-m", "docgen", *arguments], {**os.environ, **env})
    shown, waiting = "", list(answers)
    while True:
        try:
            read = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            read = b""
        if not read:
            break
        shown += read.decode("utf-8", "replace")
        if waiting and waiting[0][0] in shown:
            os.write(terminal, f"{waiting.pop(0)[1]()}\n".encode())
    os.close(terminal)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert not waiting, f"never asked for {waiting[0][0]!r}:\n{shown}"
    return code, shown
