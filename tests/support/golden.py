"""The golden snapshot and the digests of its dossier: `make golden` writes both again into the package.

They change with every change of a template, a verdict's words, a figure or a pinned tool, and are then made again.
"""

from __future__ import annotations

import json
import platform
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from docgen.config import Config, DossierConfig
from docgen.model.evidence import Text
from docgen.model.snapshot import Snapshot, ordered
from docgen.packages import installed
from docgen.pipeline import load_regimes
from docgen.qualify.golden import digests
from docgen.qualify.rebuild import HOSTILE, REGIMES, golden_folder, rebuild, tools
from docgen.samples.making import item
from docgen.testing import sample_with


def snapshot() -> Snapshot:
    """The sample of every kind of evidence, with each narrative, and one logged value that is hostile."""
    regimes = load_regimes(Config(dossier=DossierConfig(regimes=REGIMES)))
    whole = sample_with(tuple(slot for regime, _ in regimes for slot in regime.narratives))
    hostile = item("run_tag:note", Text(text=HOSTILE), key="note")
    return replace(whole, captured_with="golden", evidence=ordered((*whole.evidence, hostile)))


def main() -> int:
    if installed("docgen") is None:
        sys.exit("install docgen first (pip install -e .): each PDF tells its version")
    folder = golden_folder()
    folder.mkdir(exist_ok=True)
    (folder / "snapshot.json").write_bytes(snapshot().to_bytes())
    with tempfile.TemporaryDirectory() as work:
        members = digests(rebuild(Path(work)))
    whole = {"machine": platform.machine(), "tools": tools(), "members": members}
    (folder / "digests.json").write_text(json.dumps(whole, indent=1, sort_keys=True) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
