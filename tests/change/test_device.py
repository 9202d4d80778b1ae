"""The stand-in device: each verdict met for real, from MLflow, git, a plan and what people state."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from docgen import decisions
from docgen.config import load_config
from docgen.demo.device.stated import EXPECTED
from docgen.model.canonical import canonical, sha256
from docgen.model.codec import unstructure
from docgen.model.ledger import ChangeDecision
from docgen.plans import load_table
from docgen.store.ledger import Ledger
from support.commands import run_docgen
from support.device import Device

CRASHING = Path(__file__).resolve().parents[1] / "support" / "crashing_command.py"
EXIT = dict(load_table().exit_codes)


def by_command(folder: Path, version: str) -> tuple[int, dict]:
    done = run_docgen(
        "decide",
        f"models:/lesion-triage/{version}",
        "--offline",
        "--as-of",
        "2026-04-15",
        "--format",
        "json",
        cwd=folder,
    )
    return done.returncode, json.loads(done.stdout)


def decide(folder: Path, version: str = "2") -> tuple[int, dict]:
    config = load_config(folder / "docgen.toml")
    found, _ = decisions.decide(
        f"models:/lesion-triage/{version}", config=config, now=date(2026, 4, 15), today=date(2026, 4, 15), offline=True
    )
    return found.exit_code, json.loads(canonical(unstructure(found)))


def checks(found: dict) -> dict[str, str]:
    return {item["check"]: item["outcome"] for item in found["checks"]}


def test_every_verdict_is_met(device: Device) -> None:
    for version, verdict in EXPECTED.items():
        assert f"version {version}: {verdict} (exit code {EXIT[verdict]})" in device.said
    assert {*EXPECTED.values(), "ASSESS_DEVICE_MODIFICATION"} == set(EXIT)


def test_the_command_says_it_again_with_its_exit_code(device: Device) -> None:
    for version, verdict in EXPECTED.items():
        code, found = by_command(device.folder, version)
        assert (code, found["verdict"]) == (EXIT[verdict], verdict)
        assert found["subject_sha256"]


def test_within_the_plan_every_check_holds_but_the_one_that_says_that_something_changed(device: Device) -> None:
    _, found = decide(device.folder)
    assert {name for name, outcome in checks(found).items() if outcome != "holds"} == {"K02"}
    owners = {item["element"]: item["modification"] for item in found["attributions"]}
    assert owners == {"parameter:C": "M1", "dataset:train": "M1", "artifact:model/model.skops": "M1"}
    assert len(found["changes"]) == 2
    assert found["labeling_after"][:-1] == found["labeling_before"]


def test_the_implemented_version_stands_in_the_ledger_once(device: Device, tmp_path: Path) -> None:
    rows = (device.folder / "pccp" / "implemented.jsonl").read_text().splitlines()
    (row,) = map(json.loads, rows)
    assert (row["model"], row["modifications"]) == ("models:/lesion-triage/2", ["M1"])
    folder = device.copy(tmp_path)
    again = run_docgen(
        "pccp",
        "implement",
        "models:/lesion-triage/2",
        "--on",
        "2026-05-01",
        "--offline",
        "--as-of",
        "2026-04-15",
        cwd=folder,
    )
    assert again.returncode == 2
    assert "in the ledger already" in again.stderr
    other = run_docgen("pccp", "implement", "models:/lesion-triage/4", "--on", "2026-05-01", "--offline", cwd=folder)
    assert other.returncode == 2
    assert "OUTSIDE_PLAN" in other.stderr


IMPLEMENT = ("pccp", "implement", "models:/lesion-triage/2", "--offline", "--as-of", "2026-04-15", "--on")


def not_implemented(device: Device, to: Path) -> tuple[Path, Ledger]:
    """The device before version 2 was implemented: nothing of it is in either ledger."""
    folder = device.copy(to)
    (folder / "pccp" / "implemented.jsonl").write_text("")
    shutil.rmtree(folder / "approvals")
    return folder, Ledger.of(folder / "approvals" / "ledger", "lesion-triage")


def test_an_implementation_is_a_decision_in_the_ledger_of_the_model_once(device: Device, tmp_path: Path) -> None:
    folder, ledger = not_implemented(device, tmp_path)
    done = run_docgen(*IMPLEMENT, "2026-05-01", "--format", "json", cwd=folder)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    (entry,) = ledger.sound().entries
    assert told["entry"] == f"approvals/ledger/lesion-triage/{entry.file}"
    assert (entry.kind, entry.by, entry.subject) == (
        "change decision",
        "quality, regulatory affairs",
        "models:/lesion-triage/2",
    )
    row = json.loads((folder / "pccp" / "implemented.jsonl").read_text())
    assert told["implemented"] == row
    assert isinstance(entry.details, ChangeDecision)
    assert entry.details.decision == "IMPLEMENTED"
    assert entry.details.reason.startswith("M1 on 2026-05-01 under plan ")
    assert entry.details.determination == row["determination"]
    (kept,) = (folder / "pccp" / "determinations" / "2").glob(f"*-{row['determination'][:12]}.json")
    assert entry.details.plan == json.loads(kept.read_bytes())["plan_sha256"]
    history = run_docgen("history", "lesion-triage", cwd=folder).stdout
    assert "change decided, IMPLEMENTED: M1 on 2026-05-01 under plan" in history
    again = run_docgen(*IMPLEMENT, "2026-05-02", cwd=folder)
    assert again.returncode == 2
    assert "in the ledger already" in again.stderr
    assert ledger.sound().entries == (entry,)


@pytest.mark.parametrize("moment", ["before-row", "after-row", "before-record", "after-record"])
def test_an_implementation_that_was_killed_is_finished_by_the_next_one(
    device: Device, tmp_path: Path, moment: str
) -> None:
    folder, ledger = not_implemented(device, tmp_path)
    rows = folder / "pccp" / "implemented.jsonl"
    command = [sys.executable, str(CRASHING), moment, *IMPLEMENT, "2026-05-01"]
    assert subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 99
    row = rows.read_text()
    assert bool(row) == (moment != "before-row")
    assert len(ledger.sound().entries) == (moment == "after-record")
    done = run_docgen(*IMPLEMENT, "2026-05-01", cwd=folder)
    assert done.returncode == (2 if moment == "after-record" else 0), done.stderr
    (entry,) = ledger.sound().entries
    assert ("its entry was missing" in done.stdout) == (moment in {"after-row", "before-record"})
    assert rows.read_text() == row or not row
    assert entry.details.determination == json.loads(rows.read_text())["determination"]


def test_a_broken_ledger_takes_no_implementation(device: Device, tmp_path: Path) -> None:
    folder, ledger = not_implemented(device, tmp_path)
    for role in ("one", "two"):
        assert run_docgen("decide", "models:/lesion-triage/2", "--offline", "--record", role, "--as-of",
                          f"2026-04-1{len(role)}", cwd=folder).returncode == 0  # fmt: skip
    first, *_ = sorted(ledger.folder.iterdir())
    first.unlink()
    first.with_name("000009-x.json").write_text("{}")
    done = run_docgen(*IMPLEMENT, "2026-05-01", cwd=folder)
    assert done.returncode == 10
    assert (folder / "pccp" / "implemented.jsonl").read_text() == ""


def test_a_decision_is_recorded_where_that_is_asked_for_and_once(device: Device, tmp_path: Path) -> None:
    folder = device.copy(tmp_path)
    command = ("decide", "models:/lesion-triage/2", "--offline", "--format", "json")
    ledger = Ledger.of(folder / "approvals" / "ledger", "lesion-triage")
    assert json.loads(run_docgen(*command, cwd=folder).stdout)["entry"] is None
    before = ledger.sound().entries
    assert [entry.details.decision for entry in before] == ["IMPLEMENTED"]
    told = [json.loads(run_docgen(*command, "--record", "change board", cwd=folder).stdout) for _ in range(2)]
    *kept, entry = ledger.sound().entries
    assert tuple(kept) == before
    assert [item["entry"] for item in told] == [f"approvals/ledger/lesion-triage/{entry.file}"] * 2
    assert (entry.by, entry.subject, entry.details.decision) == (
        "change board",
        "models:/lesion-triage/2",
        "WITHIN_PLAN",
    )
    assert entry.details.plan == told[0]["plan_sha256"]
    assert entry.details.determination == sha256((folder / told[0]["file"]).read_bytes())
    assert run_docgen(*command, "--record", " ", cwd=folder).returncode == 2


def test_a_determination_is_kept_and_never_written_over(device: Device, tmp_path: Path) -> None:
    folder = device.copy(tmp_path)
    kept = folder / "pccp" / "determinations" / "2"
    before = {path.name: path.read_bytes() for path in kept.iterdir()}
    decide(folder)
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == before
    edit(folder / "pccp" / "candidates" / "2.yaml", "record: RB-4", "record: RB-5")
    code, found = decide(folder)
    assert (code, found["verdict"]) == (3, "INDETERMINATE")
    assert before.items() < {path.name: path.read_bytes() for path in kept.iterdir()}.items()


def test_an_approval_of_another_digest_is_none(device: Device, tmp_path: Path) -> None:
    folder = device.copy(tmp_path)
    edit(folder / "pccp" / "candidates" / "2.yaml", "record: TR-3", "record: TR-4")
    _, found = decide(folder)
    assert checks(found)["K37"] == "unknown"
    assert checks(found)["K17"] == "holds"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text, f"{old!r} is not in {path}"
    path.write_text(text.replace(old, new), "utf-8")


def plan(old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: edit(folder / "pccp" / "plan.yaml", old, new)


def stated(old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: edit(folder / "pccp" / "candidates" / "2.yaml", old, new)


def second_plan(folder: Path) -> None:
    shutil.copy(folder / "pccp" / "plan.yaml", folder / "pccp" / "other.yaml")


def no_git(folder: Path) -> None:
    shutil.rmtree(folder / ".git")


def no_uses(folder: Path) -> None:
    (folder / "pccp" / "test_uses.jsonl").unlink()


@pytest.mark.parametrize(
    ("change", "verdict", "check", "outcome"),
    [
        (plan("status: authorized", "status: draft"), "ASSESS_DEVICE_MODIFICATION", "K01", "fails"),
        (plan('version: "1.0"\nstatus', 'version: "1.1"\nstatus'), "ASSESS_DEVICE_MODIFICATION", "K01", "fails"),
        (plan("margin: 0.05", "margin: 0.06"), "ASSESS_DEVICE_MODIFICATION", "K01", "fails"),
        (second_plan, "ASSESS_DEVICE_MODIFICATION", "K01", "fails"),
        (plan("original: authorized_original", "original: nobody"), "ASSESS_DEVICE_MODIFICATION", "K24", "unknown"),
        (no_git, "INDETERMINATE", "K20", "unknown"),
        (no_git, "INDETERMINATE", "K18", "unknown"),
        (no_uses, "INDETERMINATE", "K14", "unknown"),
        (stated("sites_shared: 0", "sites_shared: 1"), "DEVIATION", "K13", "fails"),
        (stated("sites: 3", "sites: 1"), "DEVIATION", "K15", "fails"),
        (stated("excluded: 0", "excluded: 99"), "DEVIATION", "K16", "fails"),
        (stated("trigger: T1", "trigger: T9"), "DEVIATION", "K17", "fails"),
        (stated("mode: manual", "mode: automatic"), "OUTSIDE_PLAN", "K08", "fails"),
        (stated("- IFU-6.2", "- IFU-9"), "DEVIATION", "K32", "fails"),
        (stated("reproduced: true", "reproduced: false"), "DEVIATION", "K35", "fails"),
        (stated("- M1\n", "- M7\n"), "OUTSIDE_PLAN", "K05", "fails"),
        (stated("author: data science", "author: quality"), "INDETERMINATE", "K37", "unknown"),
    ],
)
def test_what_is_wrong_is_named_with_the_rule_that_blocks(device, tmp_path, change, verdict, check, outcome) -> None:
    folder = device.copy(tmp_path)
    change(folder)
    code, found = decide(folder)
    assert checks(found)[check] == outcome
    assert (code, found["verdict"]) == (EXIT[verdict], verdict)
    told = next(item for item in found["checks"] if item["check"] == check)
    assert told["why"]
    assert bool(told["supply"]) is (outcome == "unknown")


def test_an_implemented_version_that_misses_its_criteria_raises_the_field_action_review(device, tmp_path) -> None:
    folder = device.copy(tmp_path)
    edit(folder / "pccp" / "candidates" / "6.yaml", "state: candidate", "state: implemented")
    code, found = decide(folder, "6")
    assert (code, found["verdict"], found["rule"]) == (7, "DEVIATION", "R6")
    assert found["flags"] == ["FIELD_ACTION_REVIEW"]
    assert any("10 working days" in action for action in found["actions"])


def test_a_plan_at_fault_tells_every_fault_at_once(device, tmp_path) -> None:
    folder = device.copy(tmp_path)
    edit(folder / "pccp" / "plan.yaml", "at_least: 0.01", "at_least: 1e-2")
    done = run_docgen("decide", "models:/lesion-triage/2", "--offline", cwd=folder)
    assert done.returncode == 2
    assert "expected a number, got '1e-2'" in done.stderr
    edit(folder / "pccp" / "plan.yaml", "at_least: 1e-2", "at_least: 100")
    edit(folder / "pccp" / "plan.yaml", "retraining: RT-1", "retraining: PE-1")
    edit(folder / "pccp" / "plan.yaml", "verified_by: [UP-1]", "verified_by: [UP-7]")
    done = run_docgen("pccp", "digest", cwd=folder)
    assert done.returncode == 2
    for fault in ("at_least 100.0 lies above", "PE-1 is a method of performance_evaluation", "no method 'UP-7'"):
        assert fault in done.stderr


def test_the_same_files_put_to_another_use_are_a_change(device, tmp_path) -> None:
    folder = device.copy(tmp_path)
    path = folder / "pccp" / "candidates" / "3.yaml"
    edit(path, "check: K03\n  holds: true", "check: K03\n  holds: false")
    code, found = decide(folder, "3")
    assert (code, found["verdict"]) == (8, "NEW_SUBMISSION_REQUIRED")


def test_diff_names_each_change_and_takes_the_last_approved_version_as_base(device: Device) -> None:
    done = run_docgen("diff", "models:/lesion-triage/4", "--offline", cwd=device.folder)
    assert done.returncode == 0
    assert done.stdout.startswith("models:/lesion-triage/1 (")
    for line in ("architecture:architecture: logistic regression -> random forest", "dataset:train", "artifact:model/"):
        assert line in done.stdout
    told = run_docgen(
        "diff",
        "models:/lesion-triage/4",
        "--base",
        "models:/lesion-triage/2",
        "--offline",
        "--format",
        "json",
        cwd=device.folder,
    )
    data = json.loads(told.stdout)
    assert data["before"]["uri"] == "models:/lesion-triage/2"
    measured = next(
        item for item in data["elements"] if item["kind"] == "metric" and item["name"] == "sensitivity@test"
    )
    assert measured["before_quantity"]["interval"]["method"] == "wilson"
    assert measured["after_quantity"]["n"] == 131


def test_diff_writes_a_page_with_plots_that_needs_nothing_else(device, tmp_path) -> None:
    page = tmp_path / "difference.html"
    arguments = ("diff", "models:/lesion-triage/6", "--offline", "--page", str(page))
    assert run_docgen(*arguments, cwd=device.folder).returncode == 0
    first = page.read_bytes()
    run_docgen(*arguments, cwd=device.folder)
    assert page.read_bytes() == first
    found = BeautifulSoup(first.decode("utf-8"), "html.parser")
    assert [heading.get_text() for heading in found.find_all("h2")][:3] == [
        "What was changed",
        "What people wrote",
        "Measures",
    ]
    images = found.find_all("img")
    assert images
    assert all(image["src"].startswith("data:image/svg+xml;base64,") and image["alt"] for image in images)
    assert "parameter" in found.get_text()
    assert "<script" not in first.decode("utf-8")
