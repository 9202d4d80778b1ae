"""`docgen check` for other programs: JUnit XML and SARIF that lead to the line where a person can act."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from docgen.export import report
from docgen.places import Files, drifted
from docgen.regimes import load_regime
from docgen.resources import regimes_dir
from support.commands import Place

MODEL = "models:/churn/1"
SARIF_SCHEMA = Path(__file__).parents[1] / "data" / "sarif" / "sarif-schema-2.1.0.json"
HEADER = """\
format: 1
id: house
title: House rules
instrument: House rules, 2026
edition: '1'
status: in_force
supersedes: []
checked_on: '2026-06-01'
stale_after_days: 9999
disclaimer: Own words.
wording: {}
documents:
  - {id: report, title: Report, audience: all, templates: [index.md.j2]}
narratives:
  - {slot: limits, title: Limits, author_role: owner, prompt: Which limits}
  - {slot: purpose, title: Purpose, author_role: owner, prompt: Which purpose}
"""
HEAD_OF_ROW = "    section: I\n    title: A <row> & more\n    paraphrase: It is there.\n    owner: model owner\n    decidable: machine\n    supply: Supply it.\n"
CHECKS = {
    "H-1": "present: {select: {kind: version}}",
    "H-2": "narrative: limits",
    "H-3": "all_of: [{narrative: purpose}, {present: {select: {kind: replication}}}]",
    "H-4": "policy_line: {}",
    "H-5": "program_answer: {}",
    "H-6": "present: {select: {kind: version}}",
}
POLICY = """\
format: 1
title: House policy
edition: first
bounds:
  - requirement: house/H-1
    title: Runs are many
    check:
      present: {select: {kind: run}}
  - requirement: house/H-6
    title: Replication is there
    check:
      present: {select: {kind: replication}}
waivers:
  - {requirement: house/H-5, reason: "later <soon>", owner: head, until: '9999-12-31'}
severities:
  - {name: high, meaning: grave}
findings: {overdue_closes_gate: [high]}
"""
FINDINGS = """\
format: 1
findings:
  - id: F-1
    title: Old
    condition: It is old.
    criteria: [house/H-1]
    severity: high
    owner: model owner
    found_on: '2020-01-01'
    due_on: '2020-02-01'
    status: open
    history:
      - {on: '2020-01-01', status: open, by: validator}
"""


def lay_out(place: Place, rows: tuple[str, ...]) -> None:
    """A regime of the user's, a policy, a register and one narrative that is written."""
    home = place.folder / "own" / "house"
    (home / "templates").mkdir(parents=True)
    (home / "templates" / "index.md.j2").write_text("# House rules\n")
    (home / "regime.yaml").write_text(HEADER)
    text = "".join(
        f"  - id: {name}\n{HEAD_OF_ROW}{'    scope: program' + chr(10) if name == 'H-5' else ''}    check: {{{CHECKS[name]}}}\n"
        for name in rows
    )
    (home / "requirements.yaml").write_text("requirements:\n" + text)
    (place.folder / "narratives").mkdir()
    (place.folder / "narratives" / "purpose.md").write_text(
        "---\nauthor_role: owner\ndate: 2026-01-01\n---\nIt ranks.\n"
    )
    place.configure(dossier='regimes = ["house"]\nregime_folders = ["own"]\n')


@dataclass(frozen=True)
class Told:
    """A result of either format."""

    subject: str
    file: str
    line: int
    text: str


@pytest.fixture
def asked(place: Place) -> Place:
    lay_out(place, tuple(CHECKS))
    (place.folder / "policy.yaml").write_text(POLICY)
    (place.folder / "findings.yaml").write_text(FINDINGS)
    place.configure(
        dossier='regimes = ["house"]\nregime_folders = ["own"]\npolicy = "policy.yaml"\nfindings = "findings.yaml"\n'
    )
    return place


def log_of(text: str) -> dict[str, Any]:
    """A SARIF log, held against the schema that OASIS publishes."""
    log: dict[str, Any] = json.loads(text)
    schema = json.loads(SARIF_SCHEMA.read_text("utf-8"))
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(log)
    assert (log["version"], log["$schema"]) == ("2.1.0", schema["id"])
    return log


def sarif(text: str) -> list[Told]:
    log = log_of(text)
    (run,) = log["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    told = []
    for result in run["results"]:
        assert result["ruleId"] in rules
        assert (result["kind"] == "fail") == (result["level"] != "none")
        (place,) = result["locations"]
        place = place["physicalLocation"]
        line = place["region"]["startLine"]
        told.append(Told(result["ruleId"], place["artifactLocation"]["uri"], line, result["message"]["text"]))
    return told


def test_sarif_leads_to_narrative_policy_line_finding_and_row(asked: Place) -> None:
    done = asked.docgen("check", MODEL, "--format", "sarif")
    assert done.returncode == 1, done.stderr
    told = sarif(done.stdout)
    lines = {item.subject: _line(asked.folder / item.file, item.line) for item in told}
    files = {item.subject: item.file for item in told}
    assert files == {
        "H-2": "narratives/limits.md",
        "H-3": "own/house/requirements.yaml",
        "H-4": "policy.yaml",
        "H-6": "policy.yaml",
        "gate": "findings.yaml",
    }
    assert lines["H-2"] == "", "the file is not there yet"
    assert lines["H-3"] == "- id: H-3", "the narrative is written, the series is not there"
    assert lines["H-4"] == "bounds:"
    assert lines["H-6"] == "- requirement: house/H-6"
    assert lines["gate"] == "- id: F-1"
    assert all("model owner" in item.text for item in told)


def _line(path: Path, number: int) -> str:
    return path.read_text("utf-8").splitlines()[number - 1].strip() if path.is_file() else ""


def test_junit_has_a_case_for_each_row_and_says_the_same(asked: Place) -> None:
    done = asked.docgen("check", MODEL, "--format", "junit")
    assert done.returncode == 1, done.stderr
    (suite,) = ET.fromstring(done.stdout)
    cases = {str(case.get("name")).split()[0]: case for case in suite}
    assert [*cases] == [*CHECKS, "finding"]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped"), suite.get("errors")) == (
        "7",
        "5",
        "1",
        "0",
    )
    assert len(cases["H-1"]) == 0
    skipped = cases["H-5"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "waived: waived by the head until 9999-12-31: later <soon>"
    failure = cases["H-6"].find("failure")
    assert failure is not None
    assert failure.get("type") == "not met"
    at = f"policy.yaml:{cases['H-6'].get('line')}"
    assert str(failure.text).startswith(f"{at}: Replication is there: any replication is there: nothing of the kind")
    told = {
        item.subject: (item.file, str(item.line))
        for item in sarif(asked.docgen("check", MODEL, "--format", "sarif").stdout)
    }
    for name in ("H-2", "H-3", "H-4", "H-6"):
        assert (cases[name].get("file"), cases[name].get("line")) == told[name]
    assert (cases["finding"].get("file"), cases["finding"].get("line")) == told["gate"]


def test_a_narrative_whose_evidence_changed_is_named_at_its_first_line(place: Place) -> None:
    lay_out(place, ("H-3",))
    path = place.folder / "narratives" / "purpose.md"
    path.write_text(
        "---\nauthor_role: owner\ndate: 2026-01-01\nevidence:\n  - {id: 'version:1', sha256: "
        + "0" * 64
        + "}\n---\nIt ranks.\n"
    )
    told = sarif(place.docgen("check", MODEL, "--format", "sarif").stdout)
    assert (told[0].file, told[0].line) == ("narratives/purpose.md", 7)


@pytest.mark.parametrize("form", ["sarif", "junit"])
def test_an_open_gate_is_exit_code_0_and_no_result(place: Place, form: str) -> None:
    lay_out(place, ("H-1",))
    done = place.docgen("check", MODEL, "--format", form)
    assert done.returncode == 0, done.stderr
    if form == "sarif":
        assert sarif(done.stdout) == []
    else:
        (suite,) = ET.fromstring(done.stdout)
        assert (suite.get("tests"), suite.get("failures")) == ("1", "0")


@pytest.mark.parametrize("form", ["sarif", "junit"])
@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((MODEL, "--regime", "hous"), 2, "did you mean 'house'?"),
        ((MODEL, "--tracking-uri", "http://127.0.0.1:1"), 9, "127.0.0.1:1"),
    ],
)
def test_what_cannot_be_assessed_is_an_error_in_the_report_too(
    place: Place, form: str, arguments: tuple[str, ...], code: int, says: str
) -> None:
    lay_out(place, ("H-1",))
    done = place.docgen("check", *arguments, "--format", form)
    assert done.returncode == code
    assert says in done.stderr
    if form == "sarif":
        (run,) = log_of(done.stdout)["runs"]
        (invocation,) = run["invocations"]
        assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, code)
        assert says in invocation["toolExecutionNotifications"][0]["message"]["text"]
    else:
        error = ET.fromstring(done.stdout).find("testsuite/testcase/error")
        assert error is not None
        assert says in str(error.get("message"))
        assert error.get("type") == f"exit code {code}"


def test_a_registry_that_is_not_as_the_ledger_says_is_a_result_too(tmp_path: Path) -> None:
    regime = load_regime(regimes_dir() / "model_card")
    files = Files(narratives=tmp_path, policy=None, register=None, ledger=tmp_path / "ledger")
    found = tuple(drifted(regime, files, ("alias 'champion' was moved",)))
    (told,) = sarif(report("sarif", (regime,), (), found))
    assert (told.subject, told.file) == ("gate", f"file://{tmp_path.resolve()}/ledger")
    assert told.text.startswith("alias 'champion' was moved. From the release manager: ")


def test_the_rows_of_a_regime_that_comes_with_docgen_are_named_below_its_folder(place: Place) -> None:
    place.configure(dossier='regimes = ["model_card"]\n')
    log = log_of(place.docgen("check", MODEL, "--format", "sarif").stdout)
    places = [result["locations"][0]["physicalLocation"] for result in log["runs"][0]["results"]]
    own = [item for item in places if item["artifactLocation"].get("uriBaseId") == "DOCGEN"]
    assert own
    for item in own:
        uri = item["artifactLocation"]["uri"]
        assert uri == "regimes/model_card/requirements.yaml"
        assert _line(regimes_dir().parent / uri, item["region"]["startLine"]).startswith("- id: MC-")
