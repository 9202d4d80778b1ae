"""Operational qualification: release and rollback on a registry that MLflow makes for the trial alone."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from docgen.config import Config, MlflowConfig
from docgen.errors import GateClosedError, IntegrityError, SourceError
from docgen.ledgers import drift_of
from docgen.model.ledger import Release, Rollback
from docgen.model.qualification import Found
from docgen.model.standing import TAG_DIGEST
from docgen.pipeline import silent
from docgen.qualify.bench import Bench, Step, judged
from docgen.qualify.desk import NOW, lay_out, signed
from docgen.qualify.rebuild import golden_snapshot
from docgen.qualify.refusals import refused
from docgen.qualify.tamper import flipped
from docgen.releases import Office, Order, open_office, release, rollback

_ALIAS = "champion"
_MAKE = """\
import sys
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
client.create_registered_model(sys.argv[2])
for _ in range(3):
    client.create_model_version(sys.argv[2], source="file:///nowhere")
client.set_registered_model_alias(sys.argv[2], sys.argv[3], "1")
"""
"""Versions 1 to 3, the alias on 1. In a process of its own: MLflow keeps what it was told in the environment."""


def _registry(bench: Bench) -> Config:
    """Return a configuration whose registry holds three versions; the dossier of version 2 waits for signatures."""
    config = replace(
        lay_out(bench.dossier, bench.work / "release"), mlflow=MlflowConfig(tracking_uri="sqlite:///mlflow.db")
    )
    uri = f"sqlite:///{config.path('mlflow.db')}"
    environ = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    words = [sys.executable, "-c", _MAKE, uri, golden_snapshot().subject.name, _ALIAS]
    done = subprocess.run(
        words, cwd=config.root, env=environ, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        raise SourceError(f"MLflow could not make a registry: {done.stderr[-1000:].strip()}")
    return config


def _order(*, dry_run: bool = False, hours: int = 1) -> Order:
    return Order(alias=_ALIAS, by="model owner", reason="trial", dry_run=dry_run, now=NOW + timedelta(hours=hours))


class _Trial:
    """Release and rollback of the golden model, and where its alias is.

    Args:
        config: of the trial.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.office: Office = open_office(config, golden_snapshot().subject.name)

    def alias(self) -> str | None:
        """Return the version that the alias is on."""
        return self.office.registry.aliases(self.office.model).get(_ALIAS)

    def move(self, version: str) -> None:
        """Move the alias behind docgen's back."""
        self.office.registry.set_alias(self.office.model, _ALIAS, version)

    def release(self, *, dry_run: bool = False) -> None:
        release(golden_snapshot().subject.uri, _order(dry_run=dry_run), config=self.config, step=silent)

    def rollback(self, to: str) -> None:
        rollback(self.office.model, to, _order(hours=2), config=self.config, step=silent)

    def stays(self, what: str, wanted: str) -> Iterator[str]:
        """Yield that the alias is not where it should be."""
        if (found := self.alias()) != wanted:
            yield f"{what}: the alias is on version {found}, expected {wanted}"


def _released(bench: Bench) -> Found:
    trial = _Trial(_registry(bench))
    faults = [
        *refused("a release with closed gates", trial.release, GateClosedError),
        *refused("a rollback to what was never released", lambda: trial.rollback("1"), GateClosedError),
        *trial.stays("after refusals", "1"),
    ]
    signed(trial.config, "checker", "validation")
    signed(trial.config, "officer", "release")
    trial.release(dry_run=True)
    faults += trial.stays("after a rehearsal", "1")
    faults += _other_mlflow(trial)
    trial.release()
    faults += trial.stays("after the release", "2")
    faults += _recorded(trial)
    trial.move("3")
    if not drift_of(trial.config, golden_snapshot()):
        faults.append("an alias that was moved behind docgen's back is not told")
    trial.rollback("2")
    faults += trial.stays("after the rollback", "2")
    faults += _without_evidence(trial)
    kinds = [type(entry.details) for entry in trial.office.chain().entries]
    if kinds.count(Release) != 1 or kinds.count(Rollback) != 1:
        faults.append(
            f"the ledger holds {kinds.count(Release)} releases and {kinds.count(Rollback)} rollbacks, expected 1"
        )
    return judged(tuple(faults), "released, drift told, rolled back, both recorded; 4 times refused, the alias unmoved")


def _recorded(trial: _Trial) -> Iterator[str]:
    """Yield that the released version does not carry the digest of its dossier."""
    manifests = {entry.details.manifest for entry in trial.office.chain().entries if isinstance(entry.details, Release)}
    found = trial.office.registry.tags(trial.office.model, "2").get(TAG_DIGEST)
    if found not in manifests:
        yield f"the released version is tagged {found}, the ledger has {', '.join(manifests) or 'nothing'}"


def _other_mlflow(trial: _Trial) -> Iterator[str]:
    """Yield that a database of another MLflow was written to."""
    path = trial.config.path("mlflow.db")
    before = path.read_bytes()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '0000'")
    database.close()
    other = path.read_bytes()
    yield from refused("a release on a database of another MLflow", trial.release, SourceError)
    if path.read_bytes() != other:
        yield "a database of another MLflow was changed"
    path.write_bytes(before)


def _without_evidence(trial: _Trial) -> Iterator[str]:
    """Yield that a version whose sealed dossier was changed could be restored."""
    trial.move("3")
    for path in trial.config.path(trial.config.approvals.sealed).glob("*.zip"):
        path.chmod(0o644)
        path.write_bytes(flipped(path.read_bytes()))
    yield from refused(
        "a rollback to a version whose evidence was changed", lambda: trial.rollback("2"), IntegrityError
    )
    yield from trial.stays("after the refused rollback", "3")


STEPS = (
    Step(
        id="OQ-RELEASE",
        title="Release and rollback",
        shows="an alias of MLflow's registry moves only to a version that people approved, and back only to one",
        expected="a release with closed gates, a rollback to another version or without evidence, and a database of "
        "another MLflow are refused; a release and a rollback are done and recorded, drift is told",
        run=_released,
    ),
)
"""One step."""
