"""The demo's dossiers: the same bytes from the snapshot alone, every number traced, every gap shown."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from docgen.config import Config, MlflowConfig
from docgen.model.assessment import Verdict
from docgen.pipeline import assess, build, collect, latest_snapshot
from docgen.render.filters import shown
from support.dossiers import articles, check_pages, check_pdf, digests, page, pdf_of, pdf_text, snapshot_of

SECTIONS = {
    "index": ["Model card", "Gaps"],
    "details": ["Model details", "Runs", "Parameters", "Tags", "Training history"],
    "use": ["Intended use and factors", "Intended use", "Uses out of scope", "Factors"],
    "performance": ["Performance", "Choice of metrics", "Results", "Confusion", "Ranking", "Calibration", "Comparison with the champion"],
    "fairness": ["Fairness", "By sensitive feature", "By intersection", "Adverse impact", "Scores by group", "Groups over time"],
    "explanations": ["Explanations", "Attributions", "Attributions by group", "Stability of the ranking", "Permutation importance", "Interactions", "Reasons for adverse action"],
    "data": ["Data", "Data sets", "Overlap of training and evaluation data", "Shift between data sets", "Choice of the evaluation data", "Choice of the training data", "Datasheet"],
    "considerations": ["Considerations", "Ethical considerations", "Caveats and recommendations"],
    "lineage": ["Lineage and change", "Lineage", "Change since the previous version", "Earlier versions", "Code", "Data versions", "Pipelines", "Signature", "Environment", "Deployment", "Files"],
    "monitoring": ["Monitoring", "Feeds", "Trends"],
    "requirements": ["Requirements and evidence", "Trace matrix", "Requirements", "Findings at collection", "Findings of the register", "Evidence"],
    "trace": ["Trace items"],
}  # fmt: skip


def test_the_demo_says_where_everything_is(demo) -> None:
    for version in ("1", "2"):
        assert (demo.dossier(version) / "index.html").is_file()
        assert pdf_of(demo.dossier(version)).is_file()
        assert f"{version}/index.html" in demo.said
        assert pdf_of(demo.dossier(version)).name in demo.said


def test_the_demo_is_real_and_has_one_honest_gap(demo) -> None:
    snapshot = snapshot_of(demo.dossier("2"))
    kinds = {item.kind for item in snapshot.evidence}
    assert {
        "metric",
        "dataset",
        "fairness",
        "explanation",
        "calibration",
        "environment",
        "signature",
        "history",
    } <= kinds
    features = {item.id.split("/")[1].split("@")[0] for item in snapshot.of_kind("fairness")}
    assert {"sex", "age_band", "sex & age_band"} <= features
    (assessment,) = assess(snapshot, config=demo.config)
    assert [gap.requirement for gap in assessment.gaps] == ["MC-CAV-01"]
    assert not assessment.gate_open


def test_the_same_bytes_without_the_mlflow_store(demo, docgen, tmp_path: Path) -> None:
    """Another folder, another time zone, locale and hash seed; no MLflow, no narratives, no git."""
    elsewhere = tmp_path / "another folder"
    elsewhere.mkdir()
    shutil.copytree(demo.folder / ".docgen", elsewhere / ".docgen")
    shutil.copy(demo.folder / "docgen.toml", elsewhere)
    strange = {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "4711", "COLUMNS": "40"}
    for version in ("1", "2"):
        done = docgen("build", f"models:/credit-default/{version}", "--offline", cwd=elsewhere, env=strange)
        assert done.returncode == 1, done.stderr
        assert digests(elsewhere / "dossiers" / "credit-default" / version) == digests(demo.dossier(version))


def test_an_unchanged_build_renders_nothing_and_a_damaged_one_is_made_anew(demo, tmp_path: Path) -> None:
    config = Config(root=demo.folder)
    shutil.copytree(demo.dossier("2"), tmp_path / "credit-default" / "2")
    snapshot = snapshot_of(demo.dossier("2"))
    again = build(snapshot, config=config, output=tmp_path)
    assert not again.rendered
    (again.folder / "performance.html").write_text("tampered")
    mended = build(snapshot, config=config, output=tmp_path)
    assert mended.rendered
    assert digests(mended.folder) == digests(demo.dossier("2"))
    assert not [path for path in mended.folder.parent.iterdir() if path.name.startswith(".")]


def test_no_page_warns_and_none_asks_the_network(demo, tmp_path: Path) -> None:
    report = build(snapshot_of(demo.dossier("2")), config=Config(root=demo.folder), output=tmp_path, pdf=False)
    assert report.warnings == ()
    for path in report.folder.rglob("*.html"):
        soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for tag, attribute in (("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src")):
            for item in soup.find_all(tag):
                assert not re.match(r"(https?:)?//", item.get(attribute) or ""), f"{path.name}: {item}"
    for path in report.folder.rglob("*.css"):
        assert not re.search(r"url\(['\"]?https?:|@import", path.read_text("utf-8")), path.name


@pytest.mark.parametrize(("name", "wanted"), SECTIONS.items())
def test_every_page_has_its_sections(demo, name: str, wanted: list[str]) -> None:
    headings = [
        item.get_text().rstrip("¶#").strip() for item in page(demo.dossier("2"), name).select("article h1, article h2")
    ]
    assert headings == wanted


def test_the_pages_are_accessible_in_their_bones(demo) -> None:
    for path in demo.dossier("2").glob("*.html"):
        soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        assert soup.html is not None
        assert soup.html["lang"] == "en"
        assert soup.title is not None
        assert soup.title.get_text().strip()
        for image in soup.select("article img"):
            assert len(image["alt"]) > 30, f"{path.name}: {image}"
        for table in soup.select("article table.docgen-grid"):
            assert table.select("thead th"), f"{path.name}: {table.get_text()[:80]}"
        if path.stem == "trace":
            continue  # sphinx-needs gives a box and its table the same id
        ids = [item["id"] for item in soup.find_all(id=True)]
        assert len(ids) == len(set(ids)), f"{path.name}: ids stand twice"


@pytest.mark.parametrize("version", ["1", "2"])
def test_every_number_on_every_page_is_traced_to_evidence(demo, version: str) -> None:
    assert check_pages(demo.dossier(version), demo.config) > 1000


def test_what_was_logged_stands_where_it_belongs_not_in_the_list_of_evidence_alone(demo) -> None:
    """A block that is left out of a template takes its evidence with it: nothing else would show that."""
    folder = demo.dossier("2")
    own = [article for name, article in articles(folder) if name not in {"requirements.html", "trace.html"}]
    there = {str(item["data-evidence"]) for article in own for item in article.select("[data-evidence]")}
    kinds = {
        "artifact", "calibration", "commit", "dataset", "description", "environment", "explanation", "fairness",
        "logged_model", "metric", "narrative", "param", "run", "run_tag", "signature", "table", "version",
    }  # fmt: skip
    evidence = [item for item in snapshot_of(folder).evidence if item.kind in kinds and not item.missing]
    assert kinds - {item.kind for item in evidence} <= {"description", "run_tag"}
    assert [item.id for item in evidence if item.id not in there] == []


def test_counts_on_the_landing_page_are_those_of_the_assessment(demo) -> None:
    folder = demo.dossier("2")
    (assessment,) = assess(snapshot_of(folder), config=demo.config)
    for verdict in Verdict:
        found = page(folder, "index").select(f'data[data-evidence="assessment:model_card/{verdict.value}"]')
        count = assessment.count(verdict)
        assert [item.get_text() for item in found] == ([str(count)] if count else [])
    links = [str(item["href"]) for item in page(folder, "index").select("a.docgen-file")]
    assert len(links) == 7
    assert all((folder / link).is_file() for link in links)


def test_trace_items_lead_from_requirement_to_run(demo) -> None:
    folder = demo.dossier("2")
    needs = json.loads((folder / "files" / "needs.json").read_text("utf-8"))
    (items,) = [version["needs"] for version in needs["versions"].values()]
    by_type: dict[str, list[dict[str, object]]] = {}
    for item in items.values():
        by_type.setdefault(str(item["type"]), []).append(item)
    snapshot = snapshot_of(folder)
    (assessment,) = assess(snapshot, config=demo.config)
    assert {str(item["id"]) for item in by_type["requirement"]} == {row.requirement for row in assessment.results}
    assert {str(item["id"]) for item in by_type["check"]} == {
        check.id.replace(".", "_") for row in assessment.results for check in row.checks
    }
    assert len(by_type["run"]) == 1
    for item in by_type["requirement"]:
        assert item["checked_by"], item["id"]
        assert all(name in items for name in item["checked_by"]), "each link leads to a check"  # type: ignore[attr-defined]
    for row in assessment.results:
        for check in row.checks:
            assert len(items[check.id.replace(".", "_")]["evidenced_by"]) == len(check.evidence)  # type: ignore[arg-type]
    metric = next(item for item in by_type["evidence"] if items[item["id"]]["from_run"])
    assert metric["from_run"] == [by_type["run"][0]["id"]]


def test_the_pdf_declares_what_it_is(demo) -> None:
    path = pdf_of(demo.dossier("2"))
    reader = PdfReader(path)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]
    assert str(root["/Lang"]).startswith("en")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Model card: credit-default, version 2"
    xmp = root["/Metadata"].get_data().decode("utf-8")
    for part in (
        "<pdfaid:part>3</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
    ):
        assert part in xmp
    assert reader.metadata.creation_date is not None
    captured = snapshot_of(demo.dossier("2")).captured_at
    assert f"{reader.metadata.creation_date:%Y-%m-%dT%H:%M:%SZ}" == captured
    titles = [str(item.title) for item in reader.outline if not isinstance(item, list)]
    assert titles[:4] == ["Contents", "Model card", "Model details", "Intended use and factors"]
    fonts = embedded_fonts(reader)
    assert len(fonts) >= 3
    assert all(fonts.values()), fonts


def embedded_fonts(reader: PdfReader) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for sheet in reader.pages:
        for font in (sheet["/Resources"].get("/Font") or {}).values():
            (inner,) = font.get_object()["/DescendantFonts"]
            described = inner.get_object()["/FontDescriptor"].get_object()
            found[str(described["/FontName"])] = "/FontFile2" in described or "/FontFile3" in described
    return found


def test_every_number_in_the_pdf_stands_on_a_page_too(demo) -> None:
    assert check_pdf(demo.dossier("2")) > 400


def test_the_pdf_shows_the_values_and_its_frame(demo) -> None:
    folder = demo.dossier("2")
    text = re.sub(r"\s+", " ", pdf_text(pdf_of(folder)))
    snapshot = snapshot_of(folder)
    auroc = snapshot.find("metric:roc_auc@test")
    assert auroc is not None
    assert shown(auroc.value.value, "number") in text  # type: ignore[union-attr]
    assert f"Snapshot {snapshot.digest()[:12]}" in text
    assert re.search(r"Page 2 of \d+", text)
    assert "Gap: Caveats and recommendations" in text
    for name in [title for titles in SECTIONS.values() for title in titles if title != "Trace items"]:
        assert name in text, name


def test_values_in_the_pdf_lead_to_their_evidence(demo) -> None:
    reader = PdfReader(pdf_of(demo.dossier("2")))
    links = [
        note.get_object()
        for sheet in reader.pages
        for note in sheet.get("/Annots") or ()
        if note.get_object().get("/Subtype") == "/Link"
    ]
    assert len(links) > 600, "the first value of each row leads to its evidence"
    places = {str(link.get("/Dest") or link["/A"].get_object().get("/D")) for link in links}
    assert len(places) > len(snapshot_of(demo.dossier("2")).evidence), "every piece of evidence, and the requirements"
    assert all("/Contents" in link or "/Dest" in link or "/A" in link for link in links)


@pytest.fixture
def copied(demo, tmp_path: Path) -> tuple[Path, Config]:
    """The demo's MLflow store in another folder, read there, so that artifacts can be taken away."""
    shutil.copy(demo.folder / "mlflow.db", tmp_path / "mlflow.db")
    shutil.copytree(demo.folder / "artifacts", tmp_path / "artifacts")
    shutil.copytree(demo.folder / "narratives", tmp_path / "narratives")
    roots = {(demo.folder / "artifacts").as_uri(): "artifacts"}
    return tmp_path, Config(root=tmp_path, mlflow=MlflowConfig(artifact_roots=roots))


@pytest.mark.parametrize(
    ("name", "gaps"),
    [
        ("docgen/test/fairness.json", {"MC-QUA-01", "MC-QUA-02", "MC-QUA-03"}),
        ("docgen/test/calibration.json", {"MC-MET-04"}),
        ("docgen/test/explanations.json", {"MC-EXP-01", "MC-EXP-02"}),
        ("docgen/test/performance.json", {"MC-MET-03", "MC-MET-05"}),
        ("docgen/datasets/test.json", {"MC-EVD-02", "MC-EVD-04"}),
        ("docgen/datasets/train.json", {"MC-TRD-02", "MC-TRD-04"}),
        ("docgen/overlap/train~test.json", {"MC-EVD-05"}),
        ("docgen/shift/train~test.json", {"MC-EVD-06"}),
        ("docgen/train/performance.json", set()),
    ],
)
def test_taking_an_artifact_away_opens_exactly_what_rested_on_it(
    copied: tuple[Path, Config], name: str, gaps: set[str]
) -> None:
    folder, config = copied
    (before,) = assess(collect("models:/credit-default/2", config=config).snapshot, config=config)
    run_id = latest_snapshot("models:/credit-default/2", config=config).subject.run_id
    (path,) = (folder / "artifacts").glob(f"**/{run_id}/artifacts/{name}")
    path.unlink()
    snapshot = collect("models:/credit-default/2", config=config).snapshot
    (after,) = assess(snapshot, config=config)
    opened = {gap.requirement for gap in after.gaps} - {gap.requirement for gap in before.gaps}
    assert opened == gaps
    report = build(snapshot, config=config, pdf=False)
    landing = page(report.folder, "index").select_one("table.docgen-gaps")
    assert landing is not None
    assert {item.get_text() for item in landing.select("tbody tr td:first-child")} == gaps | {"MC-CAV-01"}


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"format": "docgen.fairness", "version": 99}',
        b'{"a": 1, "a": 2}',
        b"\x80\x04\x95.",
    ],
)
def test_a_damaged_artifact_is_a_gap_with_its_reason_never_a_pass(copied: tuple[Path, Config], damage: bytes) -> None:
    folder, config = copied
    run_id = latest_run(folder)
    (path,) = (folder / "artifacts").glob(f"**/{run_id}/artifacts/docgen/test/fairness.json")
    path.write_bytes(damage)
    snapshot = collect("models:/credit-default/2", config=config).snapshot
    (assessment,) = assess(snapshot, config=config)
    assert {"MC-QUA-01", "MC-QUA-02", "MC-QUA-03"} <= {gap.requirement for gap in assessment.gaps}
    assert "artifact_unreadable" in {item.code for item in snapshot.findings}


def latest_run(folder: Path) -> str:
    import sqlite3

    with sqlite3.connect(folder / "mlflow.db") as database:
        (found,) = database.execute("SELECT run_id FROM model_versions WHERE version = 2").fetchone()
    return str(found)


def test_a_changed_metric_shows_on_the_page_and_in_the_pdf(copied: tuple[Path, Config]) -> None:
    """What is on the page is what the store holds, not what it held or what someone typed."""
    folder, config = copied
    (path,) = (folder / "artifacts").glob(f"**/{latest_run(folder)}/artifacts/docgen/test/performance.json")
    content = json.loads(path.read_text("utf-8"))
    (auroc,) = [item for item in content["metrics"] if item["key"] == "roc_auc"]
    auroc["quantity"]["value"] = 0.12345
    path.write_text(json.dumps(content), "utf-8")
    report = build(collect("models:/credit-default/2", config=config).snapshot, config=config)
    found = page(report.folder, "performance").select('data[data-evidence="metric:roc_auc@test"]')
    assert "0.1235" in {item.get_text() for item in found} | {item.get_text()[:6] for item in found}
    assert "0.1235" in pdf_text(pdf_of(report.folder)) or "0.1234" in pdf_text(pdf_of(report.folder))
