"""The plan as a document: every row has its verdict, every gap is told, the trace leads both ways."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from bs4 import BeautifulSoup

from docgen.change.planned import plan_evidence
from docgen.change.rows import ROWS, gaps_of
from docgen.model.evidence import Missing, Table
from docgen.plans import load_plan, parse_plan
from docgen.regimes import load_regime
from docgen.resources import package_dir, regimes_dir
from docgen.strict_yaml import load_yaml
from support import schemas
from support.commands import run_docgen

FOLDER = regimes_dir() / "fda_pccp"
REGIME = load_regime(FOLDER)
BASE = [row for row in REGIME.requirements if row.id.startswith("PCCP-")]
EMPTY = 'format: 1\nid: P\ntitle: T\nversion: "1"\nstatus: draft\n'


def device_plan():
    return parse_plan(
        (package_dir() / "demo" / "device" / "plan.yaml")
        .read_text()
        .replace("@TEST@", "a" * 64)
        .replace("@INTENDED_USE@", "b" * 64)
        .replace("@PLAN@", ""),
        "plan.yaml",
    )


def test_the_regime_has_the_99_rows_of_the_guidance_and_7_of_the_special_controls() -> None:
    assert len(BASE) == 99
    assert len(REGIME.requirements) == 106
    special = [row for row in REGIME.requirements if row.strength == "special_control"]
    assert len(special) == 7
    assert all(row.applies_when for row in special)


def test_each_row_of_the_plan_asks_what_the_code_knows() -> None:
    ids = {row.id for row in REGIME.requirements}
    assert set(ROWS) <= ids


def test_an_empty_plan_leaves_every_row_of_the_plan_open() -> None:
    plan = parse_plan(EMPTY, "plan.yaml").plan
    asked = 0
    for row in BASE:
        if f"plan_row:{row.id}" in repr(row.check):
            asked += 1
            assert bool(gaps_of(plan, row.id)) is (row.id != "PCCP-GEN-02"), row.id  # title and version are stated
    assert asked == 57


def test_what_the_plan_leaves_open_is_told_by_modification() -> None:
    plan = device_plan().plan
    assert gaps_of(plan, "PCCP-MPG-01") == ()
    assert gaps_of(plan, "PCCP-DOM-03") == ()
    assert gaps_of(plan, "PCCP-MP-DM-02") == (
        "M1: no method that it uses answers PCCP-MP-DM-02",
        "M2: no method that it uses answers PCCP-MP-DM-02",
    )


def test_the_trace_has_no_orphan_and_leads_nowhere_that_is_not_there() -> None:
    found = {item.id: item.value for item in plan_evidence(device_plan(), ())}
    links = found["plan:links"]
    assert isinstance(links, Table)
    named = {str(row[0]) for row in links.rows} | {str(row[2]) for row in links.rows}
    parts = {name for name in found if "/" in name and not name.startswith("plan:text/")}
    whole_device = {"plan:criterion/S1"}
    assert named == parts - whole_device
    table = found["plan:traceability"]
    assert all(cell is not None for row in table.rows for cell in row)


def test_a_hole_in_the_matrix_is_a_gap() -> None:
    text = (package_dir() / "demo" / "device" / "plan.yaml").read_text().replace("      retraining: RT-1\n", "", 1)
    loaded = parse_plan(text.replace("@TEST@", "").replace("@INTENDED_USE@", "").replace("@PLAN@", ""), "plan.yaml")
    found = {item.id: item.value for item in plan_evidence(loaded, ("PCCP-MPG-01",))}
    assert isinstance(found["plan_row:PCCP-MPG-01"], Missing)
    assert "M1: no method of retraining" in found["plan_row:PCCP-MPG-01"].detail
    assert found["plan:traceability"].rows[0][2] is None


@pytest.mark.parametrize("version", ["2", "6"])
def test_pages_show_the_plan_and_the_determination(device, version: str) -> None:
    folder = device.folder / "dossiers" / "lesion-triage" / version
    page = BeautifulSoup((folder / "determination.html").read_text("utf-8"), "html.parser")
    verdict = {"2": "WITHIN_PLAN", "6": "DO_NOT_IMPLEMENT"}[version]
    assert verdict in page.get_text()
    assert "Gap:" not in page.get_text()
    assert (folder / "files" / f"lesion-triage-{version}-fda_pccp.pdf").stat().st_size > 50_000
    needs = json.loads((folder / "files" / "needs.json").read_text("utf-8"))
    (found,) = (version["needs"] for version in needs["versions"].values())
    kinds = {need["type"] for need in found.values()}
    assert {"modification", "procedure", "step", "criterion", "risk", "requirement"} <= kinds
    for need in found.values():
        if need["type"] == "modification":
            assert need["uses"]
            assert need["judged_by"]
            assert need["threatens_back"]


def test_init_lays_out_a_plan_whose_every_gap_is_told(tmp_path: Path) -> None:
    done = run_docgen("init", "--regime", "fda_pccp", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = run_docgen("pccp", "digest", "--format", "json", cwd=tmp_path)
    (found,) = json.loads(told.stdout)["plans"]
    assert found["status"] == "draft"
    plan = load_plan(tmp_path / "pccp" / "plan.yaml").plan
    gaps = gaps_of(plan, "PCCP-MPG-01")
    assert len(gaps) == 4
    assert all(gap.startswith("M1: no method of") for gap in gaps)


@pytest.mark.parametrize("path", ["regimes/fda_pccp/scaffold/pccp/plan.yaml", "docgen/demo/device/plan.yaml"])
def test_plans_that_come_with_docgen_agree_with_the_schema(path: str) -> None:
    schema = json.loads((FOLDER / "plan.schema.json").read_text("utf-8"))
    plan = load_yaml((FOLDER.parents[1] / path).read_text("utf-8"), where=path)
    assert not list(jsonschema_rs.validator_for(schema).iter_errors(plan))


def test_a_bound_of_the_wrong_type_breaks_the_schema_too() -> None:
    schema = json.loads((FOLDER / "plan.schema.json").read_text("utf-8"))
    text = (
        (package_dir() / "demo" / "device" / "plan.yaml").read_text("utf-8").replace("at_least: 0.01", "at_least: 1e-2")
    )
    assert list(jsonschema_rs.validator_for(schema).iter_errors(load_yaml(text, where="plan")))


def test_the_schemas_of_plan_and_candidate_are_current() -> None:
    found = {path: text for path, text in schemas.files() if path.parent == FOLDER}
    assert len(found) == 2
    for path, text in found.items():
        assert path.read_text("utf-8") == text, "make docs writes it again"
