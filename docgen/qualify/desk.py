"""Approvals on trial: the golden dossier, with gates, people and keys that exist for the qualification alone."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from docgen.approvals import Desk, Wish, open_desk, prepare, sign
from docgen.bundle.keys import PrivateKey, private_key
from docgen.config import Config
from docgen.model.assessment import Verdict
from docgen.model.canonical import sha256
from docgen.model.ledger import Entry
from docgen.qualify.rebuild import config_in, golden_snapshot
from docgen.sealing import seal
from docgen.store.files import write_atomic
from docgen.store.snapshots import Snapshots

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
"""When everything on trial is signed: after the golden snapshot was captured."""

PEOPLE = {"checker": "validator", "officer": "officer", "maker": "validator"}
"""Id -> role; the maker is who trained the golden model, by the user of its run."""

MAKER = "ml-engineer"

_GATES = """\
format: 1
title: Gates on trial
gates:
  - id: validation
    title: Validation
    requirements: [{row}]
    signatures: [{{role: validator}}]
    meanings: [approval, review]
  - id: release
    title: Release
    requirements: [{row}]
    signatures: [{{role: officer}}]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A dossier that was signed at both gates, and sealed."""

    config: Config
    archive: Path
    again: Path
    """The same, sealed once more."""
    desk: Desk
    """With both signatures on it."""


def key_of(who: str) -> PrivateKey:
    """Return somebody's key on trial; it follows from the id, so it is no secret and signs nothing else."""
    return private_key(bytes.fromhex(sha256(f"docgen qualification {who}".encode())))


def lay_out(dossier: Path, folder: Path) -> Config:
    """Lay out a copy of the golden dossier with its snapshot, gates and signers; nothing is signed yet."""
    config = config_in(folder)
    subject = golden_snapshot().subject
    shutil.copytree(dossier, folder / "dossiers" / subject.name / str(subject.version))
    Snapshots(config.path(config.dossier.store)).save(golden_snapshot())
    rows = "".join(
        f"  - id: {who}\n    name: The {who}\n    roles: [{role}]\n"
        f"    identities: [{MAKER if who == 'maker' else who}]\n"
        f"    keys: [{{public: {key_of(who).public.openssh}, valid_from: 2026-01-01}}]\n"
        for who, role in PEOPLE.items()
    )
    write_atomic(config.path(config.approvals.signers), f"format: 1\nsigners:\n{rows}".encode())
    write_atomic(config.path(config.approvals.gates), _GATES.format(row='"*"').encode())
    row = next(
        f"{item.regime}/{result.requirement}"
        for item in _desk(config).papers.assessments
        for result in item.results
        if result.verdict is Verdict.MET
    )
    write_atomic(config.path(config.approvals.gates), _GATES.format(row=row).encode())
    return config


def wish(who: str, gate: str, role: str = "") -> Wish:
    """Return what somebody wants to sign."""
    return Wish(gate=gate, role=role or PEOPLE.get(who, "validator"), meaning="approval", key=key_of(who), now=NOW)


def signed(config: Config, who: str, gate: str) -> Entry:
    """Sign as somebody who may, and return the ledger's entry."""
    desk, wanted = _desk(config), wish(who, gate)
    return sign(desk, prepare(desk, wanted, config), wanted.key)


def _desk(config: Config) -> Desk:
    return open_desk(golden_snapshot().subject.uri, config)


def signed_and_sealed(dossier: Path, folder: Path) -> Sealed:
    """Have the golden dossier signed at both gates, and seal it twice."""
    config = lay_out(dossier, folder)
    signed(config, "checker", "validation")
    signed(config, "officer", "release")
    one, two = (
        seal(golden_snapshot().subject.uri, config=config, output=folder / name, now=NOW) for name in ("one", "two")
    )
    return Sealed(config=config, archive=one.path, again=two.path, desk=_desk(config))
