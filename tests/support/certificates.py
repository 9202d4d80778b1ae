"""Keys with certificates, as a corporate issuer would hand them out, made by openssl."""

from __future__ import annotations

import subprocess
from pathlib import Path

KINDS = {
    "ed25519": ["-algorithm", "ed25519"],
    "ecdsa": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
}
SECRET = "open sesame"


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
