"""The findings register: every fault at once, ends without deletions, drafts from failed checks, and the gate."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema_rs
import pytest

from docgen.assessment.engine import assess
from docgen.cli import main
from docgen.config import Config
from docgen.errors import ProblemsError, UsageError
from docgen.findings import open_book
from docgen.model.canonical import sha256
from docgen.model.evidence import Evidence, EvidenceId, Provenance
from docgen.model.findings import KIND, Register
from docgen.model.policy import EMPTY, FindingRules, Policy, SeverityLevel
from docgen.regimes import find_regime, load_regime
from docgen.register import as_evidence, parse_register
from docgen.register_edit import added, changed
from docgen.store.snapshots import Snapshots
from docgen.strict_yaml import load_yaml
from docgen.testing import sample_snapshot
from support import findings_page
from support.dossiers import page, snapshot_of

CARD = load_regime(find_regime("model_card"))
EXAMPLE = findings_page.EXAMPLE.read_text("utf-8")


def read(text: str, policy: Policy = EMPTY) -> Register:
    return parse_register(text, {"model_card": CARD}.get, policy, where="findings.yaml")


def faults(text: str, policy: Policy = EMPTY) -> list[str]:
    with pytest.raises(ProblemsError) as caught:
        read(text, policy)
    assert int(caught.value.code) == 2
    return [str(problem) for problem in caught.value.problems]


def test_the_worked_example_is_read_and_fits_the_schema() -> None:
    first, second = read(EXAMPLE).findings
    assert (first.status, first.due_on, len(first.history)) == ("in_progress", "2026-06-30", 2)
    assert second.closed_by == "head of validation"
    schema = json.loads(findings_page.SCHEMA.read_text("utf-8"))
    assert schema == findings_page.schema(), "write it again with `make docs`"
    validator = jsonschema_rs.validator_for(schema)
    assert validator.is_valid(load_yaml(EXAMPLE, where="example"))
    assert not validator.is_valid({"format": 1, "findings": [{"id": "F-1"}]})


def test_every_fault_is_told_at_once() -> None:
    bad = (
        EXAMPLE.replace("model_card/MC-MET-03", "model_card/MC-MET-99", 1)
        .replace("due_on: '2026-06-30'", "due_on: '2026-01-30'")
        .replace("severity: high", "severity: grave")
        .replace("id: F-2026-02", "id: f-2026-01")
        .replace("closed_on: '2026-04-12'", "closed_on: 12.4.2026")
        .replace("closure_evidence:", "closure_evidnce:")
    )
    told = faults(bad)
    assert told[0].startswith("unknown key 'closure_evidnce' (did you mean 'closure_evidence'?) @ findings[1]")
    good = bad.replace("closure_evidnce:", "closure_evidence:")
    assert faults(good) == [
        "findings[1]: id 'f-2026-01' stands in findings[0] too",
        "findings[0] F-2026-01: criteria: 'model_card/MC-MET-99': no such requirement (did you mean model_card/MC-MET-05?)",
        "findings[0] F-2026-01: severity: 'grave' is no step of the scale (known: high, medium, low)",
        "findings[0] F-2026-01: due_on: 2026-01-30 is before found_on, 2026-03-02",
        "findings[1] f-2026-01: closed_on: got '12.4.2026', expected a date as YYYY-MM-DD",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("format: 1", "format: 2", "format: got 2, expected 1"),
        ("findings:\n  - id", "entries:\n  - id", "expected format and findings"),
        ("status: in_progress\n", "status: done\n", "status"),
        ("status: in_progress\n", "status: open\n", "but the last step of its history says in_progress"),
        ("    due_on: '2026-06-30'\n", "", "due_on: missing"),
        ("[model_card/MC-QUA-01, model_card/MC-QUA-02]", "[]", "criteria: is empty"),
        ("[model_card/MC-QUA-01, model_card/MC-QUA-02]", "[MC-QUA-01]", "expected <regime>/<requirement id>"),
        ("[model_card/MC-QUA-01, model_card/MC-QUA-02]", "[sr_99/X-1]", "no regime 'sr_99'"),
        ("[model_card/MC-QUA-01, model_card/MC-QUA-02]", "model_card/MC-QUA-01", "expected a list"),
        ("    closure_evidence: ['fairness:selection_rate/age_band@test']\n", "", "closure_evidence: missing"),
        ("closed_by: head of validation", "closed_by: ''", "closed_by: missing, as it is closed"),
        (", reason: Tested again on the larger sample.", "", "the last step gives no reason"),
        ("model: models:/credit-default", "model: credit-default", "expected models:/<name>"),
        ("on: '2026-03-20'", "on: '2026-03-01'", "history: the dates are not in order"),
        ("id: F-2026-01", "id: 'F 1'", "id: got 'F 1'"),
        ("owner: model developer\n", "owner: ' '\n", "owner: is empty"),
        ("severity: low", "severity: 3", "expected text, got 3"),
        ("id: F-2026-01", "id: &x F-2026-01", "aliases and anchors are not allowed"),
    ],
)
def test_each_kind_of_fault_is_told(old: str, new: str, said: str) -> None:
    assert old in EXAMPLE
    assert said in "\n".join(faults(EXAMPLE.replace(old, new)))


def test_severities_are_those_of_the_policy() -> None:
    policy = replace(
        EMPTY, severities=(SeverityLevel(name="critical", meaning="x"), SeverityLevel(name="Low", meaning="y"))
    )
    assert faults(EXAMPLE, policy) == [
        "findings[0] F-2026-01: severity: 'high' is no step of the scale (known: critical, Low)"
    ]


def test_age_and_overdue_are_counted_as_of_a_day() -> None:
    first, second = read(EXAMPLE).findings
    assert (first.age(date(2026, 3, 12)), first.overdue(date(2026, 6, 30)), first.overdue(date(2026, 7, 1))) == (
        10,
        False,
        True,
    )
    assert (second.age(date(2027, 1, 1)), second.overdue(date(2027, 1, 1))) == (41, False)
    assert first.concerns("models:/credit-default/7")
    assert not first.concerns("models:/credit-default-2/7")
    assert second.concerns("runs:/1")


def test_a_change_of_one_finding_moves_no_other_byte() -> None:
    text = EXAMPLE.replace("  - id: F-2026-02", "  # about groups\n  - id: F-2026-02") + "# the end\n"
    first = read(text).findings[0]
    after = changed(text, replace(first, owner="someone: else", cause="Two\nlines"))
    assert read(after).findings[0] == replace(first, owner="someone: else", cause="Two\nlines")
    start, end = text.index("  - id: F-2026-01"), text.index("  # about groups")
    assert after.startswith(text[:start])
    assert after.endswith(text[end:])
    assert changed(after, first) == changed(text, first)
    flow = 'format: 1\nfindings: [{id: "x"}]\n'
    with pytest.raises(UsageError, match="brackets"):
        added(flow, (first,))


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "format: 1\nfindings: []\n", "format: 1\nfindings:\n"])
def test_the_first_finding_finds_its_place(text: str) -> None:
    first, second = read(EXAMPLE).findings
    assert read(added(text, (first,))).findings == (first,)
    assert read(added(added(text, (first,)), (second,))).findings == (first, second)


def test_an_added_finding_goes_behind_the_last_whatever_follows() -> None:
    first, second = read(EXAMPLE).findings
    text = added("", (first,)).replace("format: 1\n", "") + "format: 1\n# the end\n"
    assert read(added(text, (second,))).findings == (first, second)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a register in git, a snapshot in the store, and the command line at home in it."""
    (tmp_path / "docgen.toml").write_text('[dossier]\nfindings = "findings.yaml"\n', "utf-8")
    (tmp_path / "findings.yaml").write_text(EXAMPLE, "utf-8")
    Snapshots(tmp_path / ".docgen").save(replace(sample_snapshot(), evidence=sample_snapshot().evidence[:40]))
    for words in (["init", "-q"], ["add", "findings.yaml"], ["commit", "-qm", "Record findings"]):
        subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *words], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_list_says_how_old_each_is_and_what_is_overdue(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["findings", "list", "--as-of", "2026-07-01"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(
        "F-2026-01    high     in progress, OVERDUE 121 days old, due 2026-06-30, model developer"
    )
    assert lines[1].startswith("F-2026-02    low      closed")
    assert lines[-1] == "2 findings as of 2026-07-01: 1 open, 1 of them overdue"
    assert main(["findings", "list", "--as-of", "2026-07-01", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(item["id"], item["age_days"], item["overdue"]) for item in told["findings"]] == [
        ("F-2026-01", 121, True),
        ("F-2026-02", 41, False),
    ]
    assert main(["findings", "list", "--as-of", "2026-07-01", "--model", "models:/other/1"]) == 0
    assert "F-2026-01" not in capsys.readouterr().out


def test_a_finding_that_vanished_from_the_file_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "findings.yaml"
    path.write_text(EXAMPLE[: EXAMPLE.index("  - id: F-2026-02")], "utf-8")
    assert main(["findings", "list"]) == 0
    assert (
        "serious: finding F-2026-02 is recorded in the last commit and not in the register" in capsys.readouterr().out
    )
    book = open_book(Config(root=folder, dossier=replace(Config().dossier, findings="findings.yaml")))
    before = replace(sample_snapshot(), evidence=as_evidence(read(EXAMPLE), EXAMPLE, "models:/credit-default/2", "f"))
    assert [item.code for item in book.lost(before)] == ["finding_vanished"]


def test_drafts_are_proposed_once_adopted_merged_and_closed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    propose = ["findings", "propose", "models:/credit-default/2", "--format", "json"]
    assert main(propose) == 0
    drafts = json.loads(capsys.readouterr().out)["drafts"]
    assert len(drafts) > 2
    assert all(draft["status"] == "draft" and draft["id"].startswith("D-") for draft in drafts)
    assert main(propose) == 0
    assert json.loads(capsys.readouterr().out)["drafts"] == drafts
    before = (folder / "findings.yaml").read_text("utf-8")
    assert before == EXAMPLE
    assert main([*propose, "--append"]) == 0
    capsys.readouterr()
    assert (folder / "findings.yaml").read_text("utf-8").startswith(EXAMPLE)
    first, second, *_ = (draft["id"] for draft in drafts)

    assert main(["findings", "add", first, "--by", "validator"]) == 2, "a finding in force needs a due date"
    assert "due_on: missing" in capsys.readouterr().err
    adopt = ["findings", "add", first, "--by", "validator", "--due-on", "2026-12-31", "--as-of", "2026-03-05"]
    assert main(adopt) == 0
    assert main(adopt) == 2
    end = ["--by", "validator", "--as-of", "2026-04-01"]
    assert main(["findings", "close", second, "--status", "dismissed", "--reason", "Merged into F-2026-01.", *end]) == 0
    assert main(["findings", "close", first, "--reason", "Mended.", *end]) == 2, "closing wants evidence"
    assert main(["findings", "close", first, "--reason", "Mended.", "--evidence", "metric:ks@test", *end]) == 0
    assert main(["findings", "close", first, "--reason", "Again.", "--evidence", "metric:ks@test", *end]) == 2
    assert main(["findings", "close", "F-404", "--reason", "?", *end]) == 2
    capsys.readouterr()

    records = {item.id: item for item in read((folder / "findings.yaml").read_text("utf-8")).findings}
    assert [entry.status for entry in records[first].history] == ["draft", "open", "closed"]
    assert [entry.status for entry in records[second].history] == ["draft", "dismissed"]
    assert records[first].found_on == "2026-03-02"
    assert main(propose) == 0
    assert json.loads(capsys.readouterr().out)["drafts"] == [], "what was dismissed is not proposed again"


def test_a_finding_is_added_or_nothing_is_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "findings",
        "add",
        "F-3",
        "--condition",
        "=cmd|x",
        "--criterion",
        "model_card/MC-MET-03",
        "--severity",
        "low",
    ]
    words += ["--owner", "developer", "--due-on", "2026-09-30", "--by", "validator", "--as-of", "2026-03-05"]
    assert main(words) == 0
    text = (folder / "findings.yaml").read_text("utf-8")
    assert read(text).findings[-1].condition == "=cmd|x"
    assert main([*words[:2], "F-4", *words[3:], "--criterion", "model_card/NONE"]) == 2
    assert "no such requirement" in capsys.readouterr().err
    assert (folder / "findings.yaml").read_text("utf-8") == text


def test_without_a_register_the_command_says_where_to_name_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no register is named"):
        open_book(Config())


def overdue_policy(*names: str) -> Policy:
    return replace(EMPTY, title="Policy", edition="1", findings=FindingRules(overdue_closes_gate=names))


@pytest.mark.parametrize(
    ("policy", "day", "closed"),
    [
        (overdue_policy("HIGH"), date(2026, 7, 1), True),
        (overdue_policy("high"), date(2026, 6, 30), False),
        (overdue_policy("low"), date(2026, 7, 1), False),
        (EMPTY, date(2026, 7, 1), False),
    ],
)
def test_an_overdue_finding_closes_the_gate_that_the_policy_says(policy: Policy, day: date, *, closed: bool) -> None:
    base = sample_snapshot()
    plain = tuple(item for item in base.evidence if item.kind != KIND)
    mine = as_evidence(read(EXAMPLE), EXAMPLE, base.subject.uri, "findings.yaml")
    snapshot = replace(base, evidence=tuple(sorted((*plain, *mine), key=lambda item: item.id)))
    assessment = assess(snapshot, CARD, policy, day)
    assert assessment.overdue == ((EvidenceId(f"{KIND}:F-2026-01"),) if closed else ())
    met = replace(assessment, results=tuple(item for item in assessment.results if not item.verdict.is_open))
    assert met.gate_open is not closed


def test_a_finding_becomes_evidence_read_from_its_file() -> None:
    (first, _) = as_evidence(read(EXAMPLE), EXAMPLE, "models:/credit-default/2", "findings.yaml")
    assert first == Evidence(
        id=EvidenceId("finding_record:F-2026-01"),
        value=read(EXAMPLE).findings[0],
        provenance=Provenance(
            system="file", uri="findings.yaml", key="F-2026-01", sha256=sha256(EXAMPLE.encode("utf-8"))
        ),
    )
    assert len(as_evidence(read(EXAMPLE), EXAMPLE, "models:/other/1", "findings.yaml")) == 1


def test_the_dossier_shows_the_register_with_open_findings_first(demo) -> None:
    folder = demo.dossier("2")
    assert [item.id for item in snapshot_of(folder).of_kind(KIND)] == [
        "finding_record:F-2026-01",
        "finding_record:F-2026-02",
    ]
    (grid,) = (
        table for table in page(folder, "requirements").find_all("table") if "Findings, open" in table.get_text()
    )
    rows = [row.get_text(" ", strip=True) for row in grid.select("tbody tr")]
    assert rows[0].startswith("F-2026-01")
    assert "overdue" in rows[0]
    assert rows[1].startswith("F-2026-02")
    assert "overdue" not in rows[1]
    links = [link.get_text() for link in grid.select("tbody tr a")]
    assert "model_card/MC-MET-03" in links
