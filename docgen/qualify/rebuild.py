"""The golden dossier: a snapshot that comes with docgen, built again here, and the digests that it must have."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docgen.config import Config, DossierConfig
from docgen.errors import IntegrityError
from docgen.model.canonical import Digest, parse
from docgen.model.codec import structure
from docgen.model.snapshot import Snapshot
from docgen.packages import closure, installed
from docgen.pipeline import build
from docgen.resources import package_dir
from docgen.store.readers import read_snapshot
from docgen.tools import TOOLS

REGIMES = ("model_card", "sr_26_2")
"""What the golden snapshot is documented for."""

HOSTILE = (
    "<script>alert(1)</script> {{ 71930 * 71917 }} [[71930 * 71917]] #eval('71930*71917') ```{include} /etc/passwd"
)
"""A logged value of the golden snapshot: were any of it obeyed, the pages would hold a script or the product."""

_NO_BYTES = frozenset({
    "certifi", "charset-normalizer", "idna", "packaging", "python-dateutil", "requests", "requests-file",
    "typing-extensions", "tzdata", "urllib3",
})  # fmt: skip
"""For links in the network, which docgen never asks for, and what no page shows: none excuses other bytes."""

_AGAIN = """\
import sys
from pathlib import Path
sys.path.append(sys.argv[1])
from docgen.qualify.rebuild import rebuild
rebuild(Path(sys.argv[2]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """What the golden dossier must be."""

    machine: str
    """On which the digests were made; the last digits of a curve may differ on another."""
    tools: dict[str, str]
    """Name -> version of each package that can change its bytes."""
    members: dict[str, Digest]
    """Path in the dossier -> SHA-256 of every file but the manifest, which tells docgen's own code."""


def golden_folder() -> Path:
    """Return the folder of the golden snapshot and its digests."""
    return package_dir() / "qualify" / "golden"


def golden_snapshot() -> Snapshot:
    """Return the golden snapshot."""
    return read_snapshot((golden_folder() / "snapshot.json").read_bytes(), where="golden/snapshot.json")


def golden() -> Golden:
    """Return what its dossier must be."""
    content = parse((golden_folder() / "digests.json").read_bytes(), where="golden/digests.json")
    return structure(content, Golden, where="golden/digests.json")


def config_in(folder: Path) -> Config:
    """Return a configuration for the golden dossier, with every path below a folder."""
    return Config(root=folder, dossier=DossierConfig(regimes=REGIMES))


def rebuild(folder: Path) -> Path:
    """Build the golden dossier below a folder and return its own.

    Raises:
        IntegrityError: Sphinx warned of something, which it never does.
    """
    report = build(golden_snapshot(), config=config_in(folder), force=True)
    if report.warnings:
        raise IntegrityError(f"the golden dossier was built with a warning: {report.warnings[0]}")
    return report.folder


def rebuild_elsewhere(folder: Path) -> Path:
    """Build it in another process: another folder, time zone, locale, and order of Python's sets.

    Raises:
        IntegrityError: it failed; its last words are told.
    """
    folder.mkdir()
    environ = {**os.environ, "TZ": "XXX+11", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "4242"}
    words = [sys.executable, "-c", _AGAIN, str(package_dir().parent), str(folder)]
    done = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise IntegrityError(f"building it in another process failed: {done.stderr[-1000:].strip()}")
    (made,) = (folder / "dossiers").glob("*/*/")
    return made


def tools() -> dict[str, str]:
    """Return the installed version of each package that can change the bytes of a dossier."""
    roots = [name for name in TOOLS if name != "docgen"]
    found = {item.name: item.installed for root in roots for item in closure(root)}
    found |= {root: item.version for root in roots if (item := installed(root))}
    return {name: version for name, version in sorted(found.items()) if version and name not in _NO_BYTES}


def differences(machine: str, here: dict[str, str], wanted: Golden) -> Iterator[str]:
    """Yield, in words, each thing here that is not as it was where the digests were made."""
    if machine != wanted.machine:
        yield f"the machine is {machine} and was {wanted.machine}"
    for name in sorted(here.keys() | wanted.tools.keys()):
        now, then = here.get(name, "not there"), wanted.tools.get(name, "not there")
        if now != then:
            yield f"{name} is {now} and was {then}"
