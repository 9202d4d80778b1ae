"""A project whose model version is built and waits for approval: gates, signers with real keys, a git repository."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from docgen import pipeline
from docgen.config import Config, load_config
from docgen.regime_scaffold import new_regime
from docgen.store.snapshots import Snapshots
from docgen.testing import sample_with
from support.commands import run_docgen

MODEL = "credit-default"
SUBJECT = f"models:/{MODEL}/2"
TOML = """\
[dossier]
regimes = ["house_rules"]
regime_folders = ["regimes"]
"""
GATES = """\
format: 1
title: Two gates
gates:
  - id: validation
    title: Internal validation
    requirements: ["*"]
    attests: true
    signatures:
      - role: validator
    meanings: [approval, review]
    expires_after_days: 3650
  - id: officer
    title: Regulatory sign-off
    requirements: ["house_rules/*"]
    signatures:
      - role: regulatory_officer
"""
MEANING = ("--meaning", "approval")
PEOPLE = {
    "v1": ("Head of Validation", "validator"),
    "v2": ("Second Validator", "validator"),
    "o1": ("Regulatory Officer", "regulatory_officer"),
    "dev": ("Model Developer", "validator"),
}


@dataclass(frozen=True)
class World:
    """A folder as somebody who approves has it."""

    folder: Path

    @property
    def config(self) -> Config:
        return load_config(self.folder / "docgen.toml")

    @property
    def dossier(self) -> Path:
        return self.folder / "dossiers" / MODEL / "2"

    def key(self, who: str) -> Path:
        return self.folder / "keys" / who

    def docgen(self, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        return run_docgen(*arguments, cwd=self.folder, **options)  # type: ignore[arg-type]

    def signing(self, who: str, gate: str, role: str | None = None, *more: str) -> tuple[str, ...]:
        """The arguments with which somebody signs."""
        role = role or PEOPLE[who][1]
        meaning = MEANING if gate == "validation" else ()  # the other gate allows one alone
        return ("sign", SUBJECT, "--gate", gate, "--role", role, *meaning, "--key", str(self.key(who)), "--yes", *more)

    def signers(self, **changes: str) -> None:
        """Write the file of signers; `changes` gives further lines for the key of one of them."""
        rows = []
        for who, (name, role) in PEOPLE.items():
            public = self.key(who).with_suffix(".pub").read_text("utf-8").split()
            rows.append(
                f"  - id: {who}\n    name: {name}\n    roles: [{role}]\n"
                f"    identities: [{'ml-engineer' if who == 'dev' else who}]\n"
                f"    keys:\n      - public: {public[0]} {public[1]}\n        valid_from: 2020-01-01\n"
                + (f"        {changes[who]}\n" if who in changes else "")
            )
        path = self.folder / "approvals" / "signers.yaml"
        path.write_text(f"format: 1\nsigners:\n{''.join(rows)}", "utf-8")


def _make(folder: Path) -> None:
    (folder / "docgen.toml").write_text(TOML, "utf-8")
    new_regime(folder / "regimes" / "house_rules", today=date(2026, 1, 1))
    config = load_config(folder / "docgen.toml")
    slots = tuple(slot for regime, _ in pipeline.load_regimes(config) for slot in regime.narratives)
    snapshot = sample_with(slots)
    Snapshots(folder / ".docgen").save(snapshot)
    pipeline.build(snapshot, config=config, pdf=False)
    (folder / "approvals").mkdir()
    (folder / "approvals" / "gates.yaml").write_text(GATES, "utf-8")
    (folder / "keys").mkdir()
    for who in PEOPLE:
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", who, "-f", str(folder / "keys" / who)], check=True
        )
    World(folder).signers()


def newer_snapshot(world: World) -> None:
    """Save a snapshot that holds something else than the one of the dossier."""
    store = Snapshots(world.folder / ".docgen")
    old = store.latest(SUBJECT)
    store.save(replace(old, captured_at="2027-01-01T00:00:00Z", findings=()))


@pytest.fixture(scope="session")
def built_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("approvals") / "project"
    folder.mkdir()
    _make(folder)
    return folder


@pytest.fixture
def world(built_world: Path, tmp_path: Path) -> World:
    """A copy of the project: nothing signed yet."""
    shutil.copytree(built_world, tmp_path / "project", symlinks=True)
    return World(tmp_path / "project")
