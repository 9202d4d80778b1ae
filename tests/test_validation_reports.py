"""Validation reports under SR 26-2 and SR 11-7 in one dossier: every row shown and decided, no number told two ways."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import jsonschema_rs
import openpyxl
import pytest
from bs4 import BeautifulSoup, Tag

from docgen.config import Config
from docgen.errors import UsageError
from docgen.model.assessment import Assessment, Verdict
from docgen.model.evidence import Evidence, EvidenceId, Provenance, Text
from docgen.model.regime import Regime
from docgen.model.snapshot import Snapshot, ordered
from docgen.pipeline import BuildReport, assess, build
from docgen.policy import load_policy
from docgen.regimes import load_regime
from docgen.resources import regimes_dir, templates_dir
from docgen.strict_yaml import load_yaml
from docgen.testing import sample_with
from support.dossiers import articles, check_pages, page, pdf_text

REGIMES = ("sr_26_2", "sr_11_7", "us_fair_lending")
ROWS = {"sr_26_2": 50, "sr_11_7": 88, "us_fair_lending": 8}
EXAMPLE = templates_dir() / "policy" / "example.yaml"
TAGS = {
    "ai_class": "ml", "vendor": "false", "purpose_class": "financial_risk", "exposure": "low", "is_model": "true",
    "inherent_risk": "medium", "owner": "credit risk", "developer": "modelling", "validator": "model validation",
    "validated_on": "2026-01-31", "first_use_on": "2026-02-15", "next_validation_on": "2027-12-01",
    "early_use": "false", "new_use": "false", "expert_judgement": "false", "external_validator": "false",
    "approved_uses": "small consumer loans", "jurisdiction": "us-ny", "reviewed_on": "2026-02-01",
}  # fmt: skip
SECTIONS = [
    "1. Executive summary", "2. Model overview", "3. Risk rating and scope", "4. Data", "5. Conceptual soundness",
    "6. Replication", "7. Outcomes analysis", "8. Benchmarking", "9. Sensitivity, stress and robustness",
    "10. Explainability and adverse action", "11. Fair lending", "12. Implementation", "13. Ongoing monitoring",
    "14. Governance, vendors and documentation", "15. Findings", "16. Limitations and compensating controls",
    "17. Conclusion and conditions of use", "18. Approval", "Appendix A: Traceability", "Appendix B: Rows in full",
    "Appendix C: Evidence", "Appendix D: Questions and answers", "Appendix E: The firm's policy",
    "Appendix F: Crosswalk", "Appendix G: Glossary",
]  # fmt: skip


def tag(key: str, text: str) -> Evidence:
    where = Provenance(system="mlflow", uri="models:/credit-default/2", key=key)
    return Evidence(id=EvidenceId(f"version_tag:{key}"), value=Text(text=text), provenance=where)


def tagged(snapshot: Snapshot, **tags: str) -> Snapshot:
    kept = {item.id: item for item in (*snapshot.evidence, *(tag(key, text) for key, text in tags.items()))}
    return replace(snapshot, evidence=ordered(tuple(kept.values())))


def regimes() -> tuple[Regime, ...]:
    return tuple(load_regime(regimes_dir() / name) for name in REGIMES)


def sample(**tags: str) -> Snapshot:
    slots = {slot.slot: slot for regime in regimes() for slot in regime.narratives}
    some = tuple(slot for name, slot in slots.items() if name not in {"limitations", "inherent_risk"})
    return tagged(sample_with(some), **TAGS | tags)


@dataclass(frozen=True)
class Made:
    """A dossier of the three regimes over the sample snapshot, with the worked policy."""

    report: BuildReport
    snapshot: Snapshot

    @property
    def folder(self) -> Path:
        return self.report.folder

    def assessment(self, name: str) -> Assessment:
        return next(item for item in self.report.assessments if item.regime == name)

    def regime(self, name: str) -> Regime:
        return next(item for item in regimes() if item.id == name)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    snapshot = sample()
    output = tmp_path_factory.mktemp("reports")
    report = build(
        snapshot, config=Config(root=output), regimes=REGIMES, policy=EXAMPLE, as_of=date(2026, 6, 30), output=output
    )
    return Made(report, snapshot)


def test_both_reports_and_the_overlay_are_made_without_a_warning(made: Made) -> None:
    assert made.report.warnings == ()
    assert [path.name for path in made.report.pdfs] == [f"credit-default-2-{name}.pdf" for name in REGIMES]
    assert all(path.is_file() for path in made.report.pdfs)


@pytest.mark.parametrize("name", REGIMES)
def test_every_row_has_a_verdict_and_stands_in_each_form_of_the_matrix(made: Made, name: str) -> None:
    rows = [row.id for row in made.regime(name).requirements]
    assert len(rows) == ROWS[name]
    assert [result.requirement for result in made.assessment(name).results] == rows
    where = f"{name}/validation_matrix" if name != "us_fair_lending" else f"{name}/index"
    (table,) = page(made.folder, where).select("table.docgen-matrix")
    assert {line.select("td")[1].get_text() for line in table.select("tbody tr")} == set(rows)
    lines = list(csv.DictReader(io.StringIO((made.folder / f"files/matrix-{name}.csv").read_text("utf-8"))))
    assert {line["requirement"] for line in lines} == set(rows)
    sheet = openpyxl.load_workbook(made.folder / f"files/matrix-{name}.xlsx").worksheets[0]
    heads, *cells = sheet.iter_rows(values_only=True)
    assert [dict(zip(heads, (text or "" for text in row), strict=True)) for row in cells] == lines
    assert sheet.auto_filter.ref
    needs = json.loads((made.folder / "files/needs.json").read_text("utf-8"))
    (items,) = [version["needs"] for version in needs["versions"].values()]
    assert set(rows) <= items.keys()


@pytest.mark.parametrize("name", ["sr_26_2", "sr_11_7"])
def test_the_report_has_its_nineteen_sections_and_its_appendices(made: Made, name: str) -> None:
    heads = [
        str(article.h1.get_text()).rstrip("¶# ") for where, article in articles(made.folder) if where.startswith(name)
    ]  # type: ignore[union-attr]
    assert set(SECTIONS) <= set(heads)
    text = re.sub(r"\s+", " ", pdf_text(made.folder / f"files/credit-default-2-{name}.pdf"))
    for section in SECTIONS:
        assert section in text, section


def test_every_number_on_every_page_is_the_one_that_its_evidence_holds(made: Made) -> None:
    """Over both reports and the overlay: so no evidence id is shown with two values in one dossier."""
    assert check_pages(made.folder, Config(root=made.folder), REGIMES, EXAMPLE) > 1500


def test_the_three_documents_name_one_snapshot_and_one_policy(made: Made) -> None:
    assert len({item.snapshot for item in made.report.assessments}) == 1
    assert len({item.policy for item in made.report.assessments}) == 1
    for name in REGIMES:
        assert made.snapshot.digest()[:12] in pdf_text(made.folder / f"files/credit-default-2-{name}.pdf")


def own_text(article: Tag) -> str:
    """What docgen and the regime say, without values, narratives and the firm's own policy."""
    copy = BeautifulSoup(str(article), "html.parser")
    logged = "[data-evidence], .docgen-prose, .docgen-trace, table:has(caption:-soup-contains('Inputs and outputs'))"
    for item in copy.select(logged):
        item.decompose()
    return copy.get_text(" ")


def test_the_report_on_guidance_never_speaks_of_duty_or_of_proof(made: Made) -> None:
    forbidden = made.regime("sr_26_2").wording.forbidden
    assert "must" in forbidden
    for where, article in articles(made.folder):
        if where.startswith("sr_26_2/") and not where.endswith(("crosswalk", "fair_lending")):  # these quote others
            for word in forbidden:
                assert not re.search(rf"\b{word}\b", own_text(article), re.IGNORECASE), f"{where}: {word}"
    index = page(made.folder, "sr_26_2/index").get_text()
    assert "aligned with the guidance" in index
    assert {item.get_text() for item in page(made.folder, "sr_26_2/index").select(".docgen-verdict-met")} == {"aligned"}


def test_a_superseded_instrument_is_named_so_at_the_head_of_pages_and_pdf(made: Made) -> None:
    box = page(made.folder, "sr_11_7/index").select_one(".docgen-grave")
    assert box is not None
    assert "Superseded on 2026-04-17; the regime in its place is sr_26_2." in box.get_text(" ")
    assert "Superseded on 2026-04-17" in re.sub(
        r"\s+", " ", pdf_text(made.folder / "files/credit-default-2-sr_11_7.pdf")
    )
    assert not page(made.folder, "sr_26_2/index").select(".docgen-grave")


def test_a_section_with_nothing_says_what_is_wanted_from_whom_and_how_to_supply_it(made: Made) -> None:
    article = page(made.folder, "sr_26_2/validation_limitations").select_one("article")
    assert article is not None
    written, rows = article.select("table.docgen-gaps, table.docgen-grid:not(.docgen-gaps)")
    cells = [cell.get_text() for cell in written.select("tbody tr:first-child td")]
    assert cells[:3] == ["Limitations", "nobody has written it", "model developer"]
    assert cells[3].startswith("write narratives/limitations.md: Where does the model perform badly")
    assert cells[4].strip() == "SR262-U-LI-01"
    assert "SR262-U-LI-01" in rows.get_text()
    assert page(made.folder, "sr_26_2/validation_monitoring").select(".docgen-gap")


def test_the_sample_shows_a_replication_and_how_the_output_answers_to_changed_inputs(made: Made) -> None:
    for name in ("sr_26_2", "sr_11_7"):
        for where in ("replication", "sensitivity"):
            article = page(made.folder, f"{name}/validation_{where}")
            assert not article.select(".docgen-gap"), where
            assert [item for item in article.select("[data-evidence]") if str(item["data-evidence"]).startswith(where)]


def test_each_line_of_the_firm_shows_bound_source_value_interval_n_and_outcome(made: Made) -> None:
    (table,) = page(made.folder, "sr_26_2/validation_summary").select("table:has(caption)")[-2:-1]
    found = {row.td.get_text(): row.get_text(" ") for row in table.select("tbody tr")}  # type: ignore[union-attr]
    line = next(text for name, text in found.items() if name.startswith("Discrimination: metric:roc_auc@test"))
    assert ">= 0.7 (Validation standard 4, table 2)" in line
    assert re.search(r"0\.8412.*95%.*CI.*0\.819.*to.*0\.8625.*n =.*1,800", line)
    assert "clear pass" in line


def test_the_tier_of_the_policys_matrix_decides_lines_and_cadence(made: Made) -> None:
    facts = {fact.fact: fact for fact in made.assessment("sr_26_2").facts}
    assert (facts["tier"].values, facts["tier"].state) == (("medium",), "by_matrix")
    assert facts["materiality"].values == ("material",)
    assert facts["tier"] == {fact.fact: fact for fact in made.assessment("sr_11_7").facts}["tier"]
    text = page(made.folder, "sr_26_2/validation_risk").get_text()
    assert "the next validation is due by 2028-01-31" in text
    checks = {check.line: check for result in made.assessment("sr_26_2").results for check in result.checks}
    assert checks["Discrimination out of time"].verdict is not Verdict.NOT_APPLICABLE
    monthly = checks["Monthly monitoring"]
    assert (monthly.verdict, monthly.layer) == (Verdict.NOT_APPLICABLE, "policy")
    assert monthly.reason == "the line is for tier high; the model is of another"
    assert monthly.evidence == facts["tier"].evidence


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ("SR262-S-LG-01", Verdict.MET),
        ("SR262-G-PO-01", Verdict.MET),
        ("SR262-G-IA-01", Verdict.NOT_MET),
        ("SR262-R-AG-01", Verdict.NOT_ASSESSED),
        ("SR262-G-EX-01", Verdict.NOT_APPLICABLE),
        ("SR262-T-VT-01", Verdict.NOT_APPLICABLE),
        ("SR262-R-MA-02", Verdict.NOT_APPLICABLE),
        ("SR262-D-PU-01", Verdict.AWAITING_ATTESTATION),
        ("SR262-U-LI-01", Verdict.NOT_MET),
        ("SR262-V-CS-03", Verdict.MET),
        ("SR262-G-RO-01", Verdict.MET),
    ],
)
def test_rows_are_decided_by_the_line_that_should_decide_them(made: Made, row: str, verdict: Verdict) -> None:
    found = {result.requirement: result for result in made.assessment("sr_26_2").results}
    assert found[row].verdict is verdict, found[row].reason


def test_the_crosswalk_leads_both_ways_with_both_verdicts(made: Made) -> None:
    for name in ("sr_26_2", "sr_11_7"):
        forward, back = page(made.folder, f"{name}/validation_crosswalk").select("table.docgen-grid")
        assert len(forward.select("tbody tr")) == ROWS["sr_11_7"]
        assert len(back.select("tbody tr")) == ROWS["sr_26_2"]
        cells = next(row for row in forward.select("tbody tr") if "SR117-V-GE-08" in row.get_text()).select("td")
        assert cells[1].get_text() == "changed, softened"
        assert "SR262-V-GE-05 Timing and frequency reasoned" in cells[2].get_text()
        assert cells[2].select(".docgen-verdict")
        targets = {str(link["href"]).partition("#")[0] for link in forward.select("a")}
        assert any("sr_11_7" in target or name == "sr_11_7" for target in targets)


def test_links_stay_in_the_report_that_the_reader_is_in(made: Made) -> None:
    for name in ("sr_26_2", "sr_11_7"):
        (table,) = page(made.folder, f"{name}/validation_matrix").select("table.docgen-matrix")
        assert {str(link["href"]).partition("#")[0] for link in table.select("a")} <= {
            "",
            "validation_requirements.html",
            "validation_evidence.html",
        }


def test_what_leads_nowhere_is_listed_both_ways(made: Made) -> None:
    bare, orphans = page(made.folder, "sr_26_2/validation_matrix").select(
        "h2:-soup-contains('nowhere') ~ div table, section:has(> h2:-soup-contains('nowhere')) table"
    )
    assert "SR262-V-GE-06" not in bare.get_text()
    assert "SR262-R-AG-01" in bare.get_text()
    assert "history:train_loss" in orphans.get_text()
    assert "metric:roc_auc@test" not in orphans.get_text()


def test_trace_items_lead_from_clause_to_commit_and_stand_once(made: Made) -> None:
    needs = json.loads((made.folder / "files/needs.json").read_text("utf-8"))
    (items,) = [version["needs"] for version in needs["versions"].values()]
    row = items["SR262-V-GE-07"]
    (clause,) = row["derived_from"]
    assert items[clause]["type"] == "clause"
    checks = [items[name] for name in row["checked_by"]]
    evidence = [items[name] for check in checks for name in check["evidenced_by"]]
    file = next(items[name] for item in evidence for name in item["read_from"])
    assert file["type"] == "evidence"
    run = items[evidence[0]["from_run"][0]]
    assert items[run["made_from"][0]]["type"] == "evidence"
    assert row["id"] in items[clause]["derived_from_back"]


def test_spreadsheets_hold_no_formula_and_the_same_bytes_twice(tmp_path: Path) -> None:
    hostile = sample(owner="=HYPERLINK('http://x')", **{"=cmd|' /C calc'!A1": "x"})
    packs = []
    for number in (1, 2):
        report = build(
            hostile, config=Config(root=tmp_path), regimes=("sr_26_2",), output=tmp_path / str(number), pdf=False
        )
        path = report.folder / "files" / "matrix-sr_26_2.xlsx"
        packs.append(path.read_bytes())
        for row in openpyxl.load_workbook(path).worksheets[0].iter_rows():
            assert all(
                cell.data_type in {"s", "n"} and not str(cell.value or "").startswith(("=", "+", "@")) for cell in row
            )
    assert packs[0] == packs[1]
    with zipfile.ZipFile(io.BytesIO(packs[0])) as pack:
        assert {item.date_time for item in pack.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("ai_class", ["generative", "Agentic", "ml, generative"])
def test_a_generative_model_is_refused_by_name_and_reason_and_nothing_is_written(tmp_path: Path, ai_class: str) -> None:
    snapshot = sample(ai_class=ai_class)
    with pytest.raises(UsageError) as caught:
        build(snapshot, config=Config(root=tmp_path), regimes=("sr_26_2", "sr_11_7"), output=tmp_path / "out")
    assert "no report is made for models:/credit-default/2" in caught.value.message
    assert "sr_26_2: the model is generative or agentic AI, which footnote 3" in caught.value.message
    assert "version_tag:ai_class" in caught.value.message
    assert int(caught.value.code) == 2
    assert not (tmp_path / "out").exists()
    assert len(assess(snapshot, config=Config(root=tmp_path), regimes=("sr_11_7",))) == 1


def test_the_worked_policy_is_without_fault_and_of_the_published_shape() -> None:
    schema = jsonschema_rs.validator_for(json.loads((templates_dir() / "policy" / "schema.json").read_text("utf-8")))
    assert schema.is_valid(load_yaml(EXAMPLE.read_text("utf-8"), where="example"))
    assert load_policy(EXAMPLE, regimes()).program


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("at_least: 0.7", "at_least: 1e-5"),
        ("at_least: 0.7", "at_least: 0.7, at_most: 0.9"),
        ("at_least: 0.7, ", ""),
        ("revalidate_months: 12", "revalidate_months: 0"),
        ("revalidate_months: 12", "revalidate_months: twelve"),
        ("materiality: immaterial", "materiality: little"),
        ("answer: not_met", "answer: perhaps"),
        ("restricts_use: true", "restricts_use: sometimes"),
        ("until: '2026-12-31'", "until: next year"),
        ("start: withdrawal, months: 84", "start: withdrawal, months: 0"),
        ("start: withdrawal, months: 84", "start: withdrawal"),
        ("start: withdrawal, months: 84", "start: birth, months: 84"),
        ("title: Model risk policy", "titel: Model risk policy"),
        ("    by: head of internal audit", "    bye: head of internal audit"),
        ("id: 'metric:roc_auc@test'", "id: 'metric:roc_auc@test', kind: metric"),
        ("metrics: [expected_cost]", "metrics: expected_cost"),
        ("format: 1", "format: 2"),
        ("days: 31", "days: 31.5"),
    ],
)
def test_schema_and_loader_refuse_the_same(tmp_path: Path, old: str, new: str) -> None:
    text = EXAMPLE.read_text("utf-8")
    assert old in text
    text = text.replace(old, new, 1)
    schema = jsonschema_rs.validator_for(json.loads((templates_dir() / "policy" / "schema.json").read_text("utf-8")))
    assert not schema.is_valid(load_yaml(text, where="changed"))
    (tmp_path / "policy.yaml").write_text(text)
    with pytest.raises(UsageError):
        load_policy(tmp_path / "policy.yaml", regimes())


def test_the_command_line_takes_a_policy_and_tells_its_faults_before_it_asks_mlflow(
    demo, docgen, tmp_path: Path
) -> None:
    (tmp_path / "policy.yaml").write_text(
        "title: House\nedition: '1'\nbounds: [{requirement: sr_26_2/X-1, title: t, check: {present: {select: {kind: metric}}}}]\n"
    )
    arguments = ("models:/credit-default/2", "--regime", "sr_26_2", "--policy", str(tmp_path / "policy.yaml"))
    done = docgen("check", *arguments, "--tracking-uri", "http://127.0.0.1:1", cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert "'sr_26_2/X-1': no such requirement" in done.stderr
    assert not (tmp_path / ".docgen").exists()
    example = docgen("policy", "example", cwd=tmp_path)
    (tmp_path / "policy.yaml").write_text(example.stdout)
    done = docgen("policy", "lint", "policy.yaml", "--regime", "sr_26_2", "--regime", "sr_11_7", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = docgen("check", *arguments, "--offline", "--format", "json", cwd=demo.folder)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["regimes"][0]["verdicts"]["waived"] == 1
