"""Release and rollback on a real MLflow registry: an alias moves with its record, or nothing has happened."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from docgen.ledgers import drift_of
from docgen.model.evidence import Text, VersionFacts
from docgen.model.ledger import Release
from docgen.model.snapshot import Snapshot, ordered
from docgen.samples.making import item
from docgen.store.journal import journal_of
from docgen.store.ledger import Ledger
from docgen.store.snapshots import Snapshots
from support.approval_world import MODEL, SUBJECT, TOML, World
from support.commands import refused, tree, untouched

CRASHING = Path(__file__).resolve().parent / "support" / "crashing_command.py"
RELEASE = ("release", SUBJECT, "--alias", "champion", "--by", "model owner")
ROLLBACK = ("rollback", MODEL, "--alias", "champion", "--by", "model owner", "--reason", "Drift of income.", "--to")
MAKE = """
import sys, mlflow
client = mlflow.MlflowClient(sys.argv[1])
client.create_registered_model(sys.argv[2])
for _ in range(3):
    client.create_model_version(sys.argv[2], source="file:///nowhere")
client.set_registered_model_alias(sys.argv[2], "champion", "1")
"""


@dataclass(frozen=True)
class Shop(World):
    """A project with a registry: version 2 is built, version 1 is the champion."""

    @property
    def database(self) -> Path:
        return self.folder / "mlflow.db"

    def ask(self, query: str) -> list[tuple[str, ...]]:
        with sqlite3.connect(self.database) as database:
            found = database.execute(query).fetchall()
        database.close()
        return found

    def champion(self) -> str | None:
        found = self.ask("SELECT version FROM registered_model_aliases WHERE alias = 'champion'")
        return str(found[0][0]) if found else None

    def tags(self) -> dict[str, str]:
        return dict(self.ask("SELECT key, value FROM model_version_tags WHERE version = 2"))

    def move(self, version: str) -> None:
        """Move the alias behind docgen's back."""
        self.ask(f"UPDATE registered_model_aliases SET version = {version} WHERE alias = 'champion'")
        with sqlite3.connect(self.database) as database:
            database.execute("UPDATE registered_model_aliases SET version = ? WHERE alias = 'champion'", (version,))

    def kinds(self) -> list[str]:
        return [entry.kind for entry in Ledger.of(self.folder / "approvals" / "ledger", MODEL).sound().entries]

    def journal(self) -> Path:
        return journal_of(self.folder / ".docgen", MODEL)

    def done(self, *arguments: str) -> dict[str, object]:
        found = self.docgen(*arguments, "--format", "json")
        assert found.returncode == 0, found.stderr
        return json.loads(found.stdout)

    def refuses(self, code: int, *arguments: str) -> str:
        """Run a command that must be refused; neither registry nor ledger nor anything else changes."""
        before = untouched(self.folder)
        error = refused(self.docgen(*arguments, "--format", "json"), code)
        after = {path: digest for path, digest in untouched(self.folder).items() if path != ".docgen/journal"}
        assert after == {path: digest for path, digest in before.items() if path != ".docgen/journal"}
        return error["message"]


@pytest.fixture(scope="session")
def registered(built_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shutil.copytree(built_world, tmp_path_factory.mktemp("shop") / "project")
    (folder / "docgen.toml").write_text(f'[mlflow]\ntracking_uri = "sqlite:///mlflow.db"\n{TOML}', "utf-8")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    done = subprocess.run([sys.executable, "-c", MAKE, uri, MODEL], capture_output=True, text=True, env=_quiet())
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def approved(registered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    shop = Shop(shutil.copytree(registered, tmp_path_factory.mktemp("approved") / "project"))
    for who, gate in (("v1", "validation"), ("o1", "officer")):
        shop.done(*shop.signing(who, gate))
    return shop.folder


def standing(snapshot: Snapshot, alias: str, tags: dict[str, str]) -> Snapshot:
    """The next capture of a version that now holds an alias, and these tags."""
    moved = tuple(
        replace(found, value=replace(found.value, aliases=(alias,))) if isinstance(found.value, VersionFacts) else found
        for found in snapshot.evidence
    )
    added = (item(f"version_tag:{key}", Text(text=value), key=key) for key, value in tags.items())
    return replace(snapshot, captured_at="2027-01-01T00:00:00Z", evidence=ordered((*moved, *added)))


def _quiet() -> dict[str, str]:
    return {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}


@pytest.fixture
def shop(approved: Path, tmp_path: Path) -> Shop:
    """Every gate is open, nothing is released."""
    return Shop(shutil.copytree(approved, tmp_path / "project"))


def test_a_version_with_a_closed_gate_is_not_released(registered: Path, tmp_path: Path) -> None:
    shop = Shop(shutil.copytree(registered, tmp_path / "project"))
    said = shop.refuses(1, *RELEASE)
    assert "is not released" in said
    assert "Internal validation: 0 of 1 signatures as validator" in said
    assert shop.champion() == "1"


def test_a_release_and_a_rollback_that_are_refused_leave_a_trace_and_a_rehearsal_none(shop: Shop) -> None:
    assert shop.docgen("build", SUBJECT, "--offline", "--as-of", "2026-12-01", "--no-pdf").returncode == 1
    shop.refuses(1, *RELEASE)
    shop.refuses(1, *ROLLBACK, "1")
    shop.refuses(1, *RELEASE, "--dry-run")
    shop.refuses(1, *ROLLBACK, "1", "--dry-run")
    found = shop.done("ledger", "refusals", MODEL)["refusals"]
    assert [(item["action"], item["target"], item["role"], item["code"]) for item in found] == [
        ("release", SUBJECT, "model owner", 1), ("rollback", f"models:/{MODEL}/1", "model owner", 1),
    ]  # fmt: skip
    assert "is not released" in found[0]["reason"]
    assert "was never released" in found[1]["reason"]


def test_a_rehearsal_tells_what_would_be_done_and_changes_nothing(shop: Shop) -> None:
    before = tree(shop.folder)
    told = shop.done(*RELEASE, "--dry-run")
    assert told["dry_run"]
    assert told["entry"] is None
    assert "move alias 'champion' from version 1 to version 2" in told["steps"]
    assert tree(shop.folder) == before


def test_a_release_moves_the_alias_tags_the_version_seals_and_records(shop: Shop) -> None:
    told = shop.done(*RELEASE, "--link", "https://example.org/dossiers/2")
    assert (shop.champion(), told["before"]) == ("2", "1")
    assert shop.tags() == {
        "docgen.dossier_sha256": told["manifest"], "docgen.dossier": "https://example.org/dossiers/2",
    }  # fmt: skip
    assert shop.kinds() == ["sign off", "sign off", "export", "release"]
    assert not shop.journal().exists()
    assert len(list((shop.folder / "sealed").glob("*.zip"))) == 1
    again = shop.done(*RELEASE)
    assert again["steps"] == ["nothing: it is released already"]
    assert shop.kinds() == ["sign off", "sign off", "export", "release"]


def test_a_dossier_that_was_built_again_is_not_the_signed_one(shop: Shop) -> None:
    assert shop.docgen("build", SUBJECT, "--offline", "--as-of", "2026-12-01", "--no-pdf").returncode == 1
    said = shop.refuses(1, *RELEASE)
    assert "that of Head of Validation does not count: it is of another dossier" in said


def test_what_a_release_changed_makes_its_dossier_neither_stale_nor_another(shop: Shop) -> None:
    shop.done(*RELEASE)
    store = Snapshots(shop.folder / ".docgen")
    signed = store.latest(SUBJECT)
    kept = tree(shop.dossier)
    newer = standing(signed, "champion", shop.tags())
    assert store.save(newer) == (newer, True)
    told = shop.docgen("build", SUBJECT, "--offline", "--no-pdf", "--format", "json")
    assert json.loads(told.stdout)["snapshot"] == signed.digest()
    assert (
        f"snapshot {signed.digest()[:12]} was signed" in shop.docgen("build", SUBJECT, "--offline", "--no-pdf").stdout
    )
    assert tree(shop.dossier) == kept
    assert shop.done("gate", SUBJECT)["open"] is True
    assert shop.done(*RELEASE)["steps"] == ["nothing: it is released already"]
    shop.done(*shop.signing("v2", "validation"))

    (shop.folder / "policy.yaml").write_text("format: 1\ntitle: Another policy\nedition: '8'\n", "utf-8")
    told = shop.docgen("build", SUBJECT, "--offline", "--no-pdf", "--policy", "policy.yaml", "--format", "json")
    assert json.loads(told.stdout).get("snapshot") == newer.digest(), (
        f"it cannot stay under another policy: {told.stderr}"
    )
    told = shop.docgen("build", SUBJECT, "--offline", "--no-pdf", "--format", "json")
    assert json.loads(told.stdout)["snapshot"] == newer.digest(), "the signed one does not lie there any more"
    shutil.rmtree(shop.dossier)
    told = shop.docgen("build", SUBJECT, "--offline", "--no-pdf", "--format", "json")
    assert json.loads(told.stdout)["snapshot"] == signed.digest(), "nothing lies there: it is made again"
    assert tree(shop.dossier) == kept

    shop.docgen("build", SUBJECT, "--offline", "--no-pdf", "--snapshot", newer.digest())
    assert tree(shop.dossier) != kept
    assert "champion" in (shop.dossier / "files" / "summary.json").read_text("utf-8")


def test_a_dossier_that_no_longer_shows_what_is_known_is_not_released(shop: Shop) -> None:
    store = Snapshots(shop.folder / ".docgen")
    signed = store.latest(SUBJECT)
    less = tuple(item for item in signed.evidence if item.kind != "metric")
    store.save(replace(standing(signed, "shadow", {}), evidence=less))
    assert "is stale: snapshot" in shop.refuses(10, *RELEASE)
    assert shop.champion() == "1"


def test_a_version_that_the_registry_does_not_have_is_told(shop: Shop) -> None:
    with sqlite3.connect(shop.database) as database:
        database.execute("UPDATE model_versions SET version = 7 WHERE version = 2")
    database.close()
    said = shop.refuses(9, *RELEASE)
    assert "has no 'credit-default' version 2" in said


def test_a_database_of_another_mlflow_is_not_touched(shop: Shop) -> None:
    with sqlite3.connect(shop.database) as database:
        database.execute("UPDATE alembic_version SET version_num = '0584bdc529eb'")
    database.close()
    assert "has schema 0584bdc529eb, the installed MLflow would change it" in shop.refuses(9, *RELEASE)


def test_a_registry_that_refuses_half_way_is_left_as_it_was(shop: Shop) -> None:
    with sqlite3.connect(shop.database) as database:
        for event in ("INSERT", "UPDATE"):
            database.execute(
                f"CREATE TRIGGER no_{event} BEFORE {event} ON registered_model_aliases BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
    database.close()
    error = refused(shop.docgen(*RELEASE, "--format", "json"), 9)
    assert "what had been done was undone" in error["message"]
    assert (shop.champion(), shop.tags(), shop.journal().exists()) == ("1", {}, False)
    assert shop.kinds() == ["sign off", "sign off", "export"]


def test_a_ledger_that_cannot_be_written_leaves_the_registry_as_it_was(shop: Shop) -> None:
    shop.done("seal", SUBJECT)
    script = (
        "import sys\nfrom docgen.store import ledger\nfrom docgen.cli import main\n"
        "def full(*_, **__):\n    raise OSError(28, 'No space left on device')\n"
        "ledger.write_atomic = full\nsys.exit(main(sys.argv[1:]))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, *RELEASE], cwd=shop.folder, capture_output=True, text=True)
    assert done.returncode == 12, done.stderr
    assert "what had been done was undone" in done.stderr
    assert (shop.champion(), shop.tags(), shop.journal().exists()) == ("1", {}, False)


@pytest.mark.parametrize(
    ("moment", "finished"),
    [
        ("before-tag", False), ("before-alias", False), ("after-alias", True), ("before-forget", True),
    ],
)  # fmt: skip
def test_a_release_that_was_killed_is_finished_or_undone_by_the_next_one(
    shop: Shop, moment: str, finished: bool
) -> None:
    shop.done("seal", SUBJECT)
    done = subprocess.run([sys.executable, str(CRASHING), moment, *RELEASE], cwd=shop.folder, capture_output=True)
    assert done.returncode == 99, done.stderr
    assert shop.journal().exists()
    assert shop.champion() == ("2" if finished else "1")
    (told, *_) = drift_of(shop.config, Snapshots(shop.folder / ".docgen").latest(SUBJECT))
    assert told == "the release of version 2 was interrupted, the next one settles it"
    before = tree(shop.folder)
    shop.done(*RELEASE, "--dry-run")
    assert tree(shop.folder) == before

    told = shop.done(*RELEASE)
    assert told["resumed"]
    assert ("undone" in told["resumed"]) != finished
    assert (told["steps"] == ["nothing: it is released already"]) == finished
    assert (shop.champion(), shop.journal().exists()) == ("2", False)
    assert shop.kinds() == ["sign off", "sign off", "export", "release"]
    assert shop.tags()["docgen.dossier_sha256"] == told["manifest"]


def test_only_a_version_that_was_released_is_restored_and_the_reason_stands_in_the_ledger(shop: Shop) -> None:
    assert "was never released" in shop.refuses(1, *ROLLBACK, "1")
    shop.done(*RELEASE)
    assert "there is nothing to roll back" in shop.refuses(2, *ROLLBACK, "2")
    assert "no reason is given" in shop.refuses(2, *ROLLBACK[:-2], " ", "--to", "2")
    shop.move("3")
    before = tree(shop.folder)
    assert "move alias 'champion' from version 3 to version 2" in shop.done(*ROLLBACK, "2", "--dry-run")["steps"]
    assert tree(shop.folder) == before
    told = shop.done(*ROLLBACK, "2")
    shop.done("history", MODEL, "--page", "approvals/history.html")
    page = (shop.folder / "approvals" / "history.html").read_text("utf-8")
    assert (
        f'<a href="{(shop.folder / told["record"]).relative_to(shop.folder / "approvals").as_posix()}">open</a>' in page
    )
    assert (shop.champion(), told["before"]) == ("2", "3")
    assert shop.kinds()[-1] == "rollback"
    page = shop.folder / str(told["record"])
    record = json.loads(page.with_suffix(".json").read_text("utf-8"))
    assert (record["restored"], record["left"], record["reason"]) == ("2", "3", "Drift of income.")
    text = BeautifulSoup(page.read_text("utf-8"), "html.parser").get_text(" ", strip=True)
    paper = " ".join(" ".join(sheet.extract_text().split()) for sheet in PdfReader(page.with_suffix(".pdf")).pages)
    for part in ("Rollback of credit-default to version 2", "Drift of income.", "Head of Validation", "Regulatory Officer",
                 "metric:roc_auc@test", "0.8412", "validation approval", "officer approval",
                 "Gates of the restored version on that day every gate is open"):  # fmt: skip
        assert part in text
        assert part in paper
    sheets = [" ".join(sheet.extract_text().split()) for sheet in PdfReader(page.with_suffix(".pdf")).pages]
    for number, sheet in enumerate(sheets, start=1):
        assert f"entry {record['entry'][:19]} Page {number} of {len(sheets)}" in sheet
    assert "reason=Drift of income." in shop.docgen("ledger", "list").stdout


def test_an_alias_that_somebody_put_back_by_hand_is_rolled_back_so_that_the_ledger_says_so_too(shop: Shop) -> None:
    shop.done(*RELEASE)
    later = Release(action="0" * 16, alias="champion", before="2", manifest="0" * 64)
    ledger = Ledger.of(shop.folder / "approvals" / "ledger", MODEL)
    ledger.append(later, subject=f"models:/{MODEL}/3", by="model owner", now=datetime.now(UTC))
    assert shop.champion() == "2"
    told = shop.done(*ROLLBACK, "2")
    assert (shop.champion(), told["before"], shop.kinds()[-1]) == ("2", "2", "rollback")
    assert "there is nothing to roll back" in shop.refuses(2, *ROLLBACK, "2")


def test_a_rollback_that_was_killed_before_its_record_gets_it_with_the_next_one(shop: Shop) -> None:
    shop.done(*RELEASE)
    shop.move("3")
    done = subprocess.run([sys.executable, str(CRASHING), "before-forget", *ROLLBACK, "2"], cwd=shop.folder)
    assert done.returncode == 99
    records = shop.folder / "approvals" / "records"
    shutil.rmtree(records)
    shop.docgen(*ROLLBACK, "2")
    assert sorted(path.suffix for path in records.rglob("*-rollback.*")) == [".html", ".json", ".pdf"]
    assert (shop.champion(), shop.journal().exists()) == ("2", False)
    assert shop.kinds().count("rollback") == 1


def test_what_was_typed_as_a_reason_becomes_no_markup(shop: Shop) -> None:
    shop.done(*RELEASE)
    shop.move("3")
    reason = '<script>alert(1)</script> #read("/etc/passwd") $x_{$'
    told = shop.done(*ROLLBACK[:-3], "--reason", reason, "--to", "2")
    page = BeautifulSoup((shop.folder / str(told["record"])).read_text("utf-8"), "html.parser")
    assert not page.find_all("script")
    assert reason in page.get_text()


def test_a_version_whose_evidence_does_not_prove_any_more_is_not_restored(shop: Shop) -> None:
    shop.done(*RELEASE)
    shop.move("3")
    (archive,) = (shop.folder / "sealed").glob("*.zip")
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    archive.chmod(0o644)
    archive.write_bytes(data)
    assert "proves the version" in shop.refuses(10, *ROLLBACK, "2")
    archive.unlink()
    assert "it is not in the folder" in shop.refuses(10, *ROLLBACK, "2")
    assert shop.champion() == "3"


def test_a_version_that_a_compromised_key_approved_is_not_restored(shop: Shop) -> None:
    shop.done(*RELEASE)
    shop.move("3")
    shop.signers(o1="compromised: true")
    assert "in the hands of somebody else" in shop.refuses(10, *ROLLBACK, "2")


def test_an_alias_that_was_moved_behind_our_back_is_told_as_drift(shop: Shop) -> None:
    shop.done(*RELEASE)
    snapshot = Snapshots(shop.folder / ".docgen").latest(SUBJECT)

    def seen(version: str, *aliases: str, holders: dict[str, str] | None = None) -> tuple[str, ...]:
        facts = VersionFacts(name=MODEL, version=version, status="READY", stage="", created=None, updated=None,
                             run_id=None, model_id=None, source="", aliases=aliases)  # fmt: skip
        item = replace(snapshot.evidence[0], id=f"version:{version}", value=facts)
        subject = replace(snapshot.subject, version=version)
        asked = None if holders is None else lambda _name: holders
        return drift_of(shop.config, replace(snapshot, subject=subject, evidence=(item,)), asked)

    assert seen("2", "champion") == ()
    assert seen("3", "other") == ()
    assert seen("2")[0].startswith("alias 'champion' is not on version 2, where release 000004-")
    assert seen("2", holders={"champion": "3"})[0].endswith(" put it; it is on version 3 now")
    assert seen("2", holders={})[0].endswith(" put it; it is on no version now")
    assert "alias 'champion' is on version 3, and release 000004-" in seen("3", "champion")[0]
