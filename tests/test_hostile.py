"""Text that somebody logged stays text, whatever it tries: in the pages, in the PDF, in needs and exports."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from docgen.config import Config, MlflowConfig
from docgen.pipeline import BuildReport, build, collect

TRACE = "pwned"
PAYLOADS = {
    "html": '<script>alert(1)</script><img src=x onerror=alert(2)>"><svg onload=alert(3)>',
    "attribute": '" onmouseover="alert(4)" x=\'',
    "entity": "&lt;b&gt; &amp;amp; &#x41;",
    "rst": "`x <javascript:alert(5)>`_ |sub| :raw-html:`<b>` .. include:: /etc/passwd",
    "rst_block": ".. raw:: html\n\n   <script>alert(6)</script>\n\n.. include:: /etc/passwd\n",
    "myst": "```{eval-rst}\n.. raw:: html\n\n   <script>alert(7)</script>\n```\n",
    "myst_role": "{raw}`html` [x](javascript:alert(8)) ![y](/etc/passwd) # not a heading",
    "directive": "```{include} /etc/passwd\n```\n:::{literalinclude} /etc/passwd\n:::",
    "jinja": "{{ ''.__class__.__mro__[1].__subclasses__() }}{% include '/etc/passwd' %}{{ 7 * 7191 }}",
    "needs": f"[[open('{TRACE}', 'w').write('x')]] <<__import__('os').system('touch {TRACE}')>>",
    "filter": f"status == 'met' or __import__('os').system('touch {TRACE}')",
    "latex": "\\input{/etc/passwd} \\write18{touch pwned} $x_1$ 50% _a_ ^b^ ~",
    "typst": '#read("/etc/passwd") #eval("1+1") #image("/etc/passwd") *b* $x$ @ref <label> // gone /* gone */',
    "formula": "=cmd|' /C calc'!A0",
    "bidi": "user\u202egnp.exe\u2066x\u2069",
    "control": "a\x07b\x1b[31mred\x1b[0m\x7f",
    "zero_width": "ad\u200bmin\u200d\ufeff",
    "unicode": "\u4fe1\u7528\u30e2\u30c7\u30eb \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \U0001f4a3 \ue000 \u0378 a\u0301\u0300\u0301",
    "long": "x" * 4000,
    "spaces": " \t lead\u00a0\u3000trail \n\n\n",
}
SCRIPT = """
import json, sys
import mlflow
from pathlib import Path
from mlflow import MlflowClient
uri, artifacts, payloads = sys.argv[1], sys.argv[2], json.loads(Path(sys.argv[3]).read_text("utf-8"))
mlflow.set_tracking_uri(uri)
client = MlflowClient()
experiment = client.create_experiment("e <b> {{ 1 }}", artifact_location=artifacts)
run = client.create_run(experiment, run_name=payloads["html"] + payloads["jinja"]).info.run_id
for name, text in payloads.items():
    client.set_tag(run, "tag " + name, text)
    client.log_param(run, "param " + name, text)
    client.set_tag(run, "key-" + name + " " + "".join(c for c in text[:60] if c.isalnum() or c in "_-. :/"), "x")
client.set_tag(run, "mlflow.user", payloads["html"])
client.set_tag(run, "mlflow.source.git.repoURL", "https://user:hunter2@example.org/x.git")
client.set_tag(run, "mlflow.source.git.branch", payloads["needs"])
client.log_metric(run, "m eval", 0.5)
for name in ("<script>alert(9)<", "{{ 7 * 7191 }}", "[[open('pwned','w')]]", "#read(x)", "a`b|c*", "=1+1", 'q" onmouseover="alert(10)" x="'):
    client.log_text(run, "x", name + ".txt")
frame = __import__("pandas").DataFrame({payloads["html"]: [1.0], "{{ x }}": [2.0]})
from mlflow.entities import DatasetInput, InputTag
for context in ("test", payloads["typst"][:100]):
    data = mlflow.data.from_pandas(frame, name=payloads["html"][:400])._to_mlflow_entity()
    client.log_inputs(run, datasets=[DatasetInput(data, [InputTag("mlflow.data.context", context)])])
client.log_dict(run, json.loads(payloads["evidence"]), "docgen/test/fairness.json")
client.set_terminated(run)
name = "<img src=x onerror=alert(1)> {{ 7 * 7191 }} #eval 'q' | [[x]]"
client.create_registered_model(name, tags={"owner": payloads["html"], "x": payloads["needs"]}, description=payloads["myst"] + payloads["rst_block"])
client.create_model_version(name, f"runs:/{run}/model", run, description=payloads["directive"] + payloads["html"])
client.set_model_version_tag(name, "1", "note", payloads["typst"])
print(json.dumps([name, run]))
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[BuildReport, Path]:
    """A dossier over a real store that is full of payloads."""
    folder = tmp_path_factory.mktemp("hostile")
    row = {"group": PAYLOADS["html"], "quantity": {"value": 0.5, "n": 40, "events": 4, "unit": "fraction"}}
    payloads = {**PAYLOADS, "evidence": json.dumps({"format": "docgen.fairness", "rows": [row]})}
    (folder / "payloads.json").write_text(json.dumps(payloads), "utf-8")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, uri, (folder / "artifacts").as_uri(), str(folder / "payloads.json")],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    name, _run = json.loads(done.stdout.strip().splitlines()[-1])
    config = Config(root=folder, mlflow=MlflowConfig(tracking_uri="sqlite:///mlflow.db"))
    here = Path.cwd()
    os.chdir(folder)  # where a payload that ran would leave its trace
    try:
        report = build(collect(f"models:/{name}/1", config=config).snapshot, config=config)
    finally:
        os.chdir(here)
    return report, folder


def pages(folder: Path) -> dict[str, BeautifulSoup]:
    return {path.name: BeautifulSoup(path.read_text("utf-8"), "html.parser") for path in folder.glob("*.html")}


def test_nothing_ran(hostile: tuple[BuildReport, Path]) -> None:
    report, folder = hostile
    assert report.warnings == ()
    assert not list(folder.rglob(TRACE))
    everything = b"".join(
        path.read_bytes() for path in report.folder.rglob("*") if path.is_file() and path.suffix != ".pdf"
    )
    assert b"root:x:0" not in everything, "a file of this machine was read"
    assert b"50337" not in everything, "an expression was evaluated"
    assert b"hunter2" not in everything, "a password stands in the dossier"


def test_no_element_and_no_attribute_comes_from_logged_text(hostile: tuple[BuildReport, Path], demo) -> None:
    report, _ = hostile
    known = {item.name for soup in pages(demo.dossier("1")).values() for item in soup.find_all(True)}
    scripts = {str(item) for soup in pages(demo.dossier("1")).values() for item in soup.find_all("script")}
    for name, soup in pages(report.folder).items():
        assert {item.name for item in soup.find_all(True)} <= known | {"ul", "li"}, name
        for item in soup.find_all(True):
            assert not [key for key in item.attrs if key.startswith("on") and key != "onclick"], f"{name}: {item}"
            for key in ("href", "src"):
                assert not str(item.get(key, "")).strip().lower().startswith(("javascript:", "data:text", "file:")), (
                    item
                )
        for item in soup.find_all("script"):
            assert "alert" not in str(item) or str(item) in scripts, f"{name}: {item}"


def test_payloads_stand_on_the_page_as_they_were_logged(hostile: tuple[BuildReport, Path]) -> None:
    report, _ = hostile
    text = pages(report.folder)["details.html"].get_text()
    for name in (
        "html",
        "attribute",
        "entity",
        "rst",
        "myst_role",
        "jinja",
        "needs",
        "filter",
        "latex",
        "typst",
        "formula",
    ):
        assert text.count(PAYLOADS[name]) >= 2, name
    for shown in ("<U+202E>", "<U+0007>", "<U+001B>[31m", "<U+200B>", "<U+2066>", "<U+E000>", "<U+0378>"):
        assert shown in text, shown
    assert not set(text) & set("\u202e\u2066\u200b\u200d\x07\x1b\ue000")


def test_the_pdf_shows_payloads_as_text(hostile: tuple[BuildReport, Path]) -> None:
    report, _ = hostile
    reader = PdfReader(report.pdfs[0])
    text = re.sub(r"\s+", "", "".join(sheet.extract_text() for sheet in reader.pages))
    for name in ("html", "attribute", "entity", "rst", "jinja", "needs", "filter", "latex", "typst", "formula"):
        assert re.sub(r"\s+", "", PAYLOADS[name]) in text, name
    assert "<U+4FE1>" in text, "a character that no font can show is named"
    root = reader.trailer["/Root"]
    assert "/JavaScript" not in str(root)
    assert "/OpenAction" not in root
    for sheet in reader.pages:
        for note in sheet.get("/Annots") or ():
            action = note.get_object().get("/A")
            assert action is None or action.get_object()["/S"] in {"/GoTo", "/URI"}


def test_exports_hold_no_formula_and_no_foreign_need(hostile: tuple[BuildReport, Path]) -> None:
    report, _ = hostile
    (path,) = (report.folder / "files").glob("matrix-*.csv")
    for row in csv.reader(path.read_text("utf-8").splitlines()):
        assert not [cell for cell in row if cell[:1] in {"=", "+", "-", "@"}]
    needs = json.loads((report.folder / "files" / "needs.json").read_text("utf-8"))
    (items,) = [version["needs"] for version in needs["versions"].values()]
    for item in items.values():
        assert re.fullmatch(r"[A-Za-z0-9_.-]+", item["id"])
        assert re.fullmatch(r"(Clause|Requirement|Check|Evidence|Run) [A-Za-z0-9_.-]+", item["title"])


def test_names_of_files_and_folders_are_harmless(hostile: tuple[BuildReport, Path]) -> None:
    report, folder = hostile
    for path in (folder / "dossiers").rglob("*"):
        assert re.fullmatch(r"[A-Za-z0-9._-]+", path.name), path
    assert report.folder.is_relative_to(folder / "dossiers")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "```{include} /etc/passwd\n```",
        "![x](/etc/passwd)",
        "{raw}`x`",
        "```{raw} html\n<b>\n```",
        "[x](ftp://host/y)",
        "<irc://host/y>",
        "[x](other.md)",
    ],
)
def test_narratives_are_vetted_too(tmp_path: Path, text: str) -> None:
    from docgen.errors import DocgenError
    from docgen.regimes import find_regime, load_regime
    from docgen.sources.narratives import read_narratives

    slot = load_regime(find_regime("model_card")).narratives[0]
    (tmp_path / f"{slot.slot}.md").write_text(
        f"---\nslot: {slot.slot}\nauthor_role: model owner\ndate: 2026-01-01\n---\nGood words.\n\n{text}\n", "utf-8"
    )
    with pytest.raises(DocgenError) as caught:
        read_narratives(tmp_path, (slot,))
    assert f"{slot.slot}.md" in caught.value.message


def test_what_a_narrative_may_hold_stays_words(demo, tmp_path: Path) -> None:
    """No template engine, no link that runs and no directive behind colons: all of them stand there as text."""
    import shutil

    shutil.copytree(demo.folder / "narratives", tmp_path / "narratives")
    shutil.copy(demo.folder / "mlflow.db", tmp_path)
    (tmp_path / "narratives" / "caveats.md").write_text(
        "---\nslot: caveats\nauthor_role: model owner\ndate: 2026-01-01\n---\n"
        "Ask {{ 7 * 7191 }} and [this](javascript:alert(1)).\n\n:::{needtable}\n:::\n",
        "utf-8",
    )
    config = Config(root=tmp_path)
    report = build(collect("models:/credit-default/2", config=config).snapshot, config=config, pdf=False)
    assert report.warnings == ()
    soup = pages(report.folder)["considerations.html"]
    text = soup.get_text()
    assert "Ask {{ 7 * 7191 }} and [this](javascript:alert(1))." in text
    assert ":::{needtable}" in text
    assert not [link for link in soup.find_all("a", href=True) if str(link["href"]).lower().startswith("javascript")]
