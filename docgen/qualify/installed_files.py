"""Every installed file of docgen against the digest that its installer noted for it."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path

from docgen.model.canonical import Digest, canonical, sha256

_COMPILED = "__pycache__"
"""Made by Python from the sources at any time, so nothing can be noted of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """An installation, file by file."""

    count: int
    """Of the files with a digest."""
    digest: Digest
    """SHA-256 over path and digest of each file in docgen's package: the same for every installation of one wheel."""
    faults: tuple[str, ...]


class UnlistedError(Exception):
    """Nothing lists the files that are run, so they can be held against nothing; the message says why."""


def check_files(dist: Distribution, package: Path) -> Files:
    """Hold each file against its line of `RECORD` (Python packaging: recording installed projects).

    Args:
        dist: the installed docgen.
        package: the folder whose code runs.

    Raises:
        UnlistedError: an editable installation, or one without such a list, or the code that runs is not its.
    """
    record = dist.read_text("RECORD")
    home = Path(str(dist.locate_file("docgen")))
    _refuse(dist, package, home, record)
    rows = [(line[0], line[1]) for line in csv.reader(io.StringIO(record or "")) if len(line) == 3]
    noted = {path: digest for path, digest in rows if digest}
    own = sorted([path, digest] for path, digest in noted.items() if path.startswith("docgen/"))
    listed = {Path(str(dist.locate_file(path))) for path in noted}
    return Files(
        count=len(noted),
        digest=sha256(canonical(own)),
        faults=(*_changed(dist, noted), *_added(package, home, listed)),
    )


def _refuse(dist: Distribution, package: Path, home: Path, record: str | None) -> None:
    if _editable(dist):
        raise UnlistedError(f"editable installation: the code is a checkout, {package}, and nothing lists its files")
    if record is None:
        raise UnlistedError("the installer left no RECORD, so there is nothing to hold the files against")
    if home.resolve() != package.resolve():
        raise UnlistedError(f"the code that runs lies in {package}, docgen is installed in {home}")


def _editable(dist: Distribution) -> bool:
    """Whether files are taken from a checkout (PEP 610)."""
    try:
        told = json.loads(dist.read_text("direct_url.json") or "{}")
    except ValueError:
        return False
    info = told.get("dir_info") if isinstance(told, dict) else None
    return isinstance(info, dict) and info.get("editable") is True


def _changed(dist: Distribution, noted: dict[str, str]) -> Iterator[str]:
    for name, digest in sorted(noted.items()):
        path = Path(str(dist.locate_file(name)))
        if path.is_symlink() or not path.is_file():
            yield f"{name}: is listed in RECORD, and is not there as a file"
        elif (found := _digest(path)) != digest:
            yield f"{name}: was changed after it was installed: it has {found}, RECORD says {digest}"


def _added(package: Path, home: Path, listed: set[Path]) -> Iterator[str]:
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if _COMPILED not in inside.parts and not path.is_dir() and home / inside not in listed:
            yield f"docgen/{inside.as_posix()}: was added after docgen was installed: RECORD does not list it"


def _digest(path: Path) -> str:
    """Return a file's digest as RECORD writes it: URL-safe Base64 without padding."""
    with path.open("rb") as stream:
        raw = hashlib.file_digest(stream, "sha256").digest()
    return f"sha256={base64.urlsafe_b64encode(raw).decode().rstrip('=')}"
