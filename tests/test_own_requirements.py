"""Requirements of the user's own: a bound or a linked test each, in the same matrix as the rows of every regime."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from docgen.config import load_config
from docgen.errors import ProblemsError, UsageError
from docgen.model.evidence import Missing, Text
from docgen.own_requirements import load_own
from docgen.pipeline import load_regimes
from docgen.sources.test_reports import read_tests
from support.dossiers import page, snapshot_of

OWN = """\
format: 1
title: Requirements of the credit team, edition 2
requirements:
  - id: REQ-1
    title: Ranks well
    text: The model ranks applications well enough for the second look.
    owner: model owner
    severity: high
    bound: {select: {id: 'metric:roc_auc@test'}, at_least: 0.6, source: 'Product sheet, line 4'}
  - id: REQ-2
    title: Out of reach
    text: Nobody can rank like this.
    owner: model owner
    bound: {select: {id: 'metric:roc_auc@test'}, at_least: 0.999, source: 'Product sheet, line 5'}
  - id: REQ-3
    title: More income, less risk
    text: The score never rises with income.
    owner: model developer
    linked_test: tests.test_model::test_monotonic
  - id: REQ-4
    title: Served as trained
    text: The service gives the scores of the training.
    owner: technology
    linked_test: tests.test_model::test_served
"""
REPORT = """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" timestamp="2026-03-01T10:00:00+00:00" tests="3">
<testcase classname="tests.test_model" name="test_monotonic" time="0.1"/>
<testcase classname="tests.test_model" name="test_served"><failure message="off by 0.2">...</failure></testcase>
<testcase classname="tests.test_model" name="test_other"><skipped/></testcase>
</testsuite></testsuites>
"""


@pytest.fixture
def bank(demo, tmp_path: Path) -> Path:
    """A copy of the demo with requirements of its own."""
    folder = tmp_path / "bank"
    shutil.copytree(demo.folder, folder, ignore=shutil.ignore_patterns("dossiers", ".docgen"))
    (folder / "own.yaml").write_text(OWN)
    (folder / "junit.xml").write_text(REPORT)
    path = folder / "docgen.toml"
    text = path.read_text("utf-8")
    assert "[dossier]\n" in text
    path.write_text(text.replace("[dossier]\n", '[dossier]\nrequirements = "own.yaml"\ntests = "junit.xml"\n'))
    return folder


def test_they_join_the_matrix_of_every_regime_with_verdict_and_evidence(bank: Path, docgen) -> None:
    names = ("--regime", "model_card", "--regime", "sr_26_2")
    done = docgen("build", "models:/credit-default/2", *names, "--no-pdf", "--format", "json", cwd=bank)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["warnings"] == []
    folder = bank / "dossiers" / "credit-default" / "2"
    for name in ("model_card", "sr_26_2"):
        text = (folder / f"files/matrix-{name}.csv").read_text("utf-8")
        rows = {line["requirement"]: line for line in csv.DictReader(io.StringIO(text))}
        own = {row: rows[row]["verdict"] for row in rows if row.startswith("REQ-")}
        assert own == {"REQ-1": "met", "REQ-2": "not_met", "REQ-3": "met", "REQ-4": "not_met"}
        assert {rows[row]["layer"] for row in own} == {"own"}
        assert rows["REQ-1"]["evidence"] == "metric:roc_auc@test"
        assert rows["REQ-1"]["runs"]
        assert rows["REQ-4"]["evidence"] == "test:tests.test_model::test_served"
        assert rows["REQ-4"]["files"] == "junit.xml"
    (table,) = page(folder, "sr_26_2/validation_matrix").select("table.docgen-matrix")
    assert {"REQ-1", "REQ-2", "REQ-3", "REQ-4"} <= {
        line.select("td")[1].get_text() for line in table.select("tbody tr")
    }
    needs = json.loads((folder / "files/needs.json").read_text("utf-8"))
    (items,) = [version["needs"] for version in needs["versions"].values()]
    assert items["REQ-4"]["status"] == "not_met"
    found = snapshot_of(folder).find("test:tests.test_model::test_monotonic")
    assert found is not None
    assert found.value == Text(text="passed")
    assert (found.provenance.time, found.provenance.system) == ("2026-03-01T10:00:00+00:00", "file")


def test_a_report_for_code_scanning_leads_to_the_row_of_the_users_file(bank: Path, docgen) -> None:
    done = docgen("check", "models:/credit-default/2", "--format", "sarif", cwd=bank)
    assert done.returncode == 1, done.stderr
    (run,) = json.loads(done.stdout)["runs"]
    places = {item["ruleId"]: item["locations"][0]["physicalLocation"] for item in run["results"]}
    place = places["REQ-2"]
    assert place["artifactLocation"]["uri"] == "own.yaml"
    assert OWN.splitlines()[place["region"]["startLine"] - 1].strip() == "- id: REQ-2"


def test_a_changed_file_is_another_regime_so_that_nothing_is_taken_for_unchanged(bank: Path) -> None:
    config = load_config(bank / "docgen.toml")
    ((before, _),) = load_regimes(config)
    (bank / "own.yaml").write_text(OWN.replace("0.999", "0.9"))
    ((after, _),) = load_regimes(config)
    assert before.digest != after.digest


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("REQ-1", "R-1", "requirements[0].id: got 'R-1', expected REQ- and capitals, digits, dashes"),
        ("REQ-2", "REQ-1", "'REQ-1' stands twice"),
        ("metric:roc_auc@test'}, at_least: 0.6", "metric:roc_acu@test'}, at_least: 0.6", "unknown metric 'roc_acu' (did you mean 'roc_auc'?)"),
        ("at_least: 0.6", "at_least: 6e-1", "requirements[0].bound.at_least (write it out, 0.00001, or as 1.0e-5)"),
        ("    owner: technology\n", "    owner: ''\n", "requirements[3].owner: got '', expected a text"),
        ("    severity: high\n", "    severity: grave\n", "requirements[0].severity: got 'grave'"),
        ("    linked_test: tests.test_model::test_served\n", "", "requirements[3]: expected one of bound and linked_test"),
        ("    text: Nobody", "    texts: Nobody", "requirements[1].texts: unknown key"),
        ("format: 1", "format: 2", "format: got 2, expected 1"),
        ("title: Requirements", "titel: Requirements", "expected the keys format, title, requirements"),
    ],
)  # fmt: skip
def test_each_fault_is_told(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in OWN
    path = tmp_path / "own.yaml"
    path.write_text(OWN.replace(old, new, 1))
    with pytest.raises(ProblemsError) as caught:
        load_own(path)
    assert says in "\n".join(caught.value.problems)
    assert int(caught.value.code) == 2


def test_all_faults_come_at_once_and_nothing_is_written(bank: Path, docgen) -> None:
    (bank / "own.yaml").write_text(OWN.replace("REQ-1", "R-1").replace("owner: technology", "owner: []"))
    done = docgen("check", "models:/credit-default/2", cwd=bank)
    assert done.returncode == 2
    assert "requirements[0].id" in done.stderr
    assert "requirements[3].owner" in done.stderr
    assert not (bank / ".docgen").exists()


def test_a_metric_of_the_firms_own_is_known_by_its_policy(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN.replace("metric:roc_auc@test", "metric:expected_cost", 1))
    with pytest.raises(ProblemsError):
        load_own(path)
    assert len(load_own(path, ("expected_cost",))[0]) == 4


def test_a_linked_test_without_a_report_or_without_a_result_is_never_a_pass(bank: Path, docgen) -> None:
    path = bank / "docgen.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace('tests = "junit.xml"\n', ""))
    done = docgen("collect", "models:/credit-default/2", cwd=bank)
    assert done.returncode == 2
    assert "names no report of tests: [dossier] tests" in done.stderr
    (missing,) = read_tests(bank / "junit.xml", ("tests.test_model::test_gone",))
    assert isinstance(missing.value, Missing)
    (skipped,) = read_tests(bank / "junit.xml", ("tests.test_model::test_other",))
    assert skipped.value == Text(text="skipped")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"not xml", "not XML"),
        (b"\xff\xfe", "not UTF-8"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "a document type is not allowed"),
    ],
)
def test_a_report_of_tests_that_is_none_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "junit.xml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=says):
        read_tests(path, ("a::b",))


def test_a_test_that_ran_twice_counts_as_its_worst_result(tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    case = '<testcase classname="a" name="b">{}</testcase>'
    path.write_text(f"<testsuite>{case.format('<error/>')}{case.format('')}</testsuite>")
    (found,) = read_tests(path, ("a::b",))
    assert found.value == Text(text="failed")


def test_no_regime_may_use_the_prefix(tmp_path: Path, docgen) -> None:
    done = docgen("regime", "new", "house", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    path = tmp_path / "house" / "requirements.yaml"
    text = path.read_text("utf-8")
    first = text.partition("id: ")[2].partition("\n")[0]
    path.write_text(text.replace(f"id: {first}", "id: REQ-1", 1))
    done = docgen("regime", "lint", "house", cwd=tmp_path)
    assert done.returncode == 2
    assert "REQ- begins the ids of a user's own requirements" in done.stderr
