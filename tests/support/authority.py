"""A time stamping authority on this machine: openssl answers, behind a small server."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from docgen.bundle.time_stamps import read_roots
from docgen.stamping import Authority as Asked
from support.approval_world import TOML, World

CONFIG = """\
[tsa]
default_tsa = unit
[unit]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.2
digests = {digests}
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
TYPE = "application/timestamp-reply"


@dataclass
class Authority:
    """What a firm's authority has: a root, a key with its certificate, and an address."""

    folder: Path
    address: str = ""
    asked: list[str] = field(default_factory=list)
    """The path of each question."""
    answers: list[bytes] = field(default_factory=list)

    def url(self, path: str = "/tsa") -> str:
        """`/tsa` answers as an authority does; other paths as none should."""
        return f"{self.address}{path}"

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def answer(self, question: bytes, digests: str = "sha256, sha512") -> bytes:
        """Return openssl's answer to a question."""
        (self.folder / "tsa.cnf").write_text(CONFIG.format(digests=digests))
        (self.folder / "question.tsq").write_bytes(question)
        subprocess.run(
            ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-section", "unit", "-queryfile", "question.tsq",
             "-signer", "unit.pem", "-inkey", "unit.key", "-out", "answer.tsr"],
            cwd=self.folder, check=False, capture_output=True,
        )  # fmt: skip
        return (self.folder / "answer.tsr").read_bytes()


def make_authority(folder: Path, *, seconds: int = 10 * 365 * 86_400, between: bool = False) -> Authority:
    """Make an authority whose certificate is valid for so many seconds; it may be issued by one between it and the root."""
    folder.mkdir(parents=True)
    now = datetime.now(UTC)
    root_key, unit_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = _name("Time Root")
    builder = _builder(issuer, issuer, root_key, now - timedelta(days=1), now + timedelta(days=7300))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    root = builder.sign(root_key, hashes.SHA256())
    issued, issuer_key = root.public_bytes(Encoding.PEM), root_key
    if between:
        issuer_key, subject = ec.generate_private_key(ec.SECP256R1()), _name("Time Issuer")
        builder = _builder(subject, issuer, issuer_key, now - timedelta(days=1), now + timedelta(days=7300))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        issued += builder.sign(root_key, hashes.SHA256()).public_bytes(Encoding.PEM)
        issuer = subject
    builder = _builder(_name("Time Unit"), issuer, unit_key, now - timedelta(days=1), now + timedelta(seconds=seconds))
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    use = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    builder = builder.add_extension(use, critical=True)
    unit = builder.sign(issuer_key, hashes.SHA256())
    (folder / "root.pem").write_bytes(issued)
    (folder / "unit.pem").write_bytes(unit.public_bytes(Encoding.PEM))
    (folder / "unit.key").write_bytes(unit_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "serial").write_text("01\n")
    return Authority(folder)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )


@contextmanager
def serving(authority: Authority) -> Iterator[Authority]:
    """Answer on loopback."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            authority.asked.append(self.path)
            match self.path:
                case "/tsa":
                    with lock:
                        data = authority.answer(question)
                    authority.answers.append(data)
                    self.send(data)
                case "/refuses":
                    with lock:
                        self.send(authority.answer(question, digests="sha512"))
                case "/again":
                    self.send(authority.answers[-1])
                case "/garbage":
                    self.send(b"\x30\x03\x02\x01\x00 and more")
                case "/page":
                    self.send(b"<html>log in</html>", kind="text/html")
                case "/large":
                    self.send(b"\0" * 200_000)
                case "/elsewhere":
                    self.send(b"", status=307, Location="file:///etc/passwd")
                case "/fails":
                    self.send(b"", status=503)
                case "/slow":
                    time.sleep(3)
                    self.send(b"late")
                case "/drips":
                    self.drip()

        def send(self, data: bytes, *, status: int = 200, kind: str = TYPE, **headers: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def drip(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", TYPE)
            self.end_headers()
            for _ in range(30):
                self.wfile.write(b"0")
                self.wfile.flush()
                time.sleep(0.1)

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                return  # whoever asked did not wait

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    authority.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()


def now() -> datetime:
    return datetime.now(UTC)


def asking(authority: Authority, path: str = "/tsa", **more: object) -> Asked:
    """The authority, as docgen asks it."""
    roots = read_roots(authority.root.read_bytes(), where="roots.pem")
    return Asked(url=authority.url(path), roots=roots, clock=now, **more)  # type: ignore[arg-type]


def configure(world: World, authority: Authority, path: str = "/tsa", roots: Path | None = None) -> None:
    """Let a project ask an authority."""
    text = f'\n[approvals]\ntimestamp_url = "{authority.url(path)}"\n'
    (world.folder / "docgen.toml").write_text(TOML + text, "utf-8")
    (world.folder / "approvals" / "timestamp-roots.pem").write_bytes((roots or authority.root).read_bytes())


def needed() -> None:
    """Skip where no authority can be run or asked."""
    pytest.importorskip("rfc3161_client", reason="the extra docgen[timestamp] is not installed")
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on this machine")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    needed()
    with serving(make_authority(tmp_path_factory.mktemp("authority") / "tsa")) as found:
        yield found


def without_extra(folder: Path) -> dict[str, str]:
    """Return an environment in which rfc3161-client cannot be found, as where the extra is not installed."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import sys\n"
        "from importlib.abc import MetaPathFinder\n"
        "class Absent(MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'rfc3161_client':\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Absent())\n"
    )
    return {"PYTHONPATH": os.pathsep.join((str(folder), os.environ.get("PYTHONPATH", "")))}
