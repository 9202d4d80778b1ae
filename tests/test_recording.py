"""What is done elsewhere and kept in the ledger: findings that change, archives that are proved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from docgen.model.canonical import sha256
from docgen.model.ledger import Entry, FindingChange, Verification
from docgen.store.ledger import Ledger
from support.approval_world import MODEL, SUBJECT, World
from support.commands import refused, run_docgen, tree

ADD = ("--condition", "no test out of time", "--criterion", "house_rules/HOUSE-RULES-01", "--severity", "high",
       "--owner", "developer", "--due-on", "2099-01-01", "--by", "validator", "--format", "json")  # fmt: skip
CLOSE = ("--by", "head of validation", "--reason", "Tested.", "--evidence", "metric:roc_auc@test", "--format", "json")


@pytest.fixture
def house(world: World) -> World:
    """The project with a register of findings."""
    with (world.folder / "docgen.toml").open("a", encoding="utf-8") as file:
        file.write('findings = "findings.yaml"\n')
    return world


def entries(world: World) -> tuple[Entry, ...]:
    return Ledger.of(world.folder / "approvals" / "ledger", MODEL).sound().entries


def done(world: World, *arguments: str) -> dict[str, object]:
    found = world.docgen(*arguments)
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


def test_what_became_of_a_finding_is_recorded_with_who_and_why(house: World) -> None:
    told = done(house, "findings", "add", "F-1", *ADD, "--model", SUBJECT)
    assert told["entry"] == f"approvals/ledger/{MODEL}/{entries(house)[0].file}"
    done(house, "findings", "close", "F-1", *CLOSE)
    opened, closed = entries(house)
    assert [(item.by, item.subject) for item in (opened, closed)] == [
        ("validator", SUBJECT), ("head of validation", SUBJECT),
    ]  # fmt: skip
    assert isinstance(opened.details, FindingChange)
    assert isinstance(closed.details, FindingChange)
    assert (opened.details.before, opened.details.status) == ("", "open")
    assert (closed.details.before, closed.details.status, closed.details.reason) == ("open", "closed", "Tested.")
    assert opened.details.record != closed.details.record
    assert "finding F-1 is closed, open before: Tested. (head of validation)" in house.docgen("history", MODEL).stdout


def test_what_was_edited_by_hand_is_recorded_once_and_drafts_and_findings_about_no_model_are_not(house: World) -> None:
    done(house, "findings", "add", "F-1", *ADD, "--model", f"models:/{MODEL}")
    done(house, "findings", "add", "F-2", *ADD)
    done(house, "findings", "propose", SUBJECT, "--append", "--format", "json")
    register = house.folder / "findings.yaml"
    text = register.read_text("utf-8")
    register.write_text(text.replace("due_on: '2099-01-01'", "due_on: '2099-06-30'", 1), "utf-8")
    told = [done(house, "findings", "record", "--format", "json") for _ in range(2)]
    assert told[0] == told[1]
    assert list(told[0]["entries"]) == ["F-1"]
    first, second = entries(house)
    assert (second.subject, second.version, second.details.before) == (f"models:/{MODEL}", "", "open")
    assert first.details.record != second.details.record
    assert "every one" in house.docgen("history", MODEL).stdout


def test_a_broken_ledger_takes_no_finding_and_the_register_stays(house: World) -> None:
    done(house, "findings", "add", "F-1", *ADD, "--model", SUBJECT)
    done(house, "findings", "add", "F-2", *ADD, "--model", SUBJECT)
    (house.folder / "approvals" / "ledger" / MODEL / entries(house)[0].file).unlink()
    before = tree(house.folder)
    refused(house.docgen("findings", "close", "F-1", *CLOSE), 10)
    refused(house.docgen("findings", "add", "F-3", *ADD, "--model", SUBJECT), 10)
    assert tree(house.folder) == before


@pytest.fixture
def sealed(world: World) -> tuple[World, Path]:
    for who, gate in (("v1", "validation"), ("o1", "officer")):
        assert world.docgen(*world.signing(who, gate)).returncode == 0
    return world, world.folder / str(done(world, "seal", SUBJECT, "--format", "json")["path"])


def test_proving_an_archive_writes_nothing_unless_its_outcome_is_to_be_recorded(
    sealed: tuple[World, Path], tmp_path: Path
) -> None:
    world, path = sealed
    before = tree(world.folder)
    assert done(world, "verify", str(path), "--format", "json")["sealed"][0]["entry"] is None
    assert tree(world.folder) == before
    told = [done(world, "verify", str(path), "--record", "auditor", "--format", "json")["sealed"][0] for _ in range(2)]
    first, second = entries(world)[-2:]
    assert [item["entry"].rpartition("/")[2] for item in told] == [first.file, second.file]
    assert (first.kind, first.by, first.subject) == ("verification", "auditor", SUBJECT)
    assert isinstance(first.details, Verification)
    assert (first.details.archive, first.details.manifest) == (told[0]["sha256"], told[0]["manifest"])
    assert first.details.outcome.startswith("holds; as of ")
    assert "every gate is open" in first.details.outcome
    empty = tmp_path / "empty"
    empty.mkdir()
    error = refused(run_docgen("verify", str(path), "--record", "auditor", "--format", "json", cwd=empty), 2)
    assert "this project has no ledger of" in error["message"]
    assert list(empty.iterdir()) == []
    refused(world.docgen("verify", str(world.dossier), "--record", "auditor", "--format", "json"), 2)
    refused(world.docgen("verify", str(path), "--record", " ", "--format", "json"), 2)


def test_an_archive_that_does_not_hold_is_recorded_where_the_ledger_knows_it(sealed: tuple[World, Path]) -> None:
    world, path = sealed
    stranger = (world.folder / "keys" / "v2.pub", "did not sign this dossier")
    error = refused(
        world.docgen("verify", str(path), "--key", str(stranger[0]), "--record", "auditor", "--format", "json"), 10
    )
    assert stranger[1] in error["message"]
    details = entries(world)[-1].details
    assert isinstance(details, Verification)
    assert details.archive == sha256(path.read_bytes())
    assert details.outcome.startswith("does not hold: step 8, trust: key SHA256:")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    forged = world.folder / "forged.zip"
    forged.write_bytes(data)
    before = tree(world.folder)
    found = world.docgen("verify", str(forged), "--record", "auditor")
    assert found.returncode == 10
    assert "not recorded: no ledger here knows an archive of these bytes" in found.stdout
    assert tree(world.folder) == before
