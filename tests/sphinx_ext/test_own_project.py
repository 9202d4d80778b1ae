"""A team's own Sphinx project uses the extension: the same values, gaps that warn, nothing else needed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from docgen.render.filters import shown
from docgen.store.dossier import load_dossier

CONF = 'extensions = ["myst_parser", "docgen"]\ndocgen_dossier = "data/dossier.json"\nexclude_patterns = ["data"]\n'
MARKDOWN = """# Own page

AUROC is {docgen:metric}`roc_auc@test`; {docgen:value}`dataset:test#rows` rows; C is {docgen:value}`param:max_depth`.
See {docgen:evidence}`dataset:test`.

```{docgen:block} fairness
:kind: unitary
```
"""
RST = """
Own page
========

AUROC is :docgen:metric:`roc_auc@test`.

.. docgen:block:: performance
   :split: test

.. docgen:block:: evidence
"""


def sphinx(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-b", "html", *options, str(folder), str(folder / "out")],
        capture_output=True,
        text=True,
    )


@pytest.fixture
def project(demo, tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    shutil.copy(demo.dossier("2") / "files" / "dossier.json", tmp_path / "data")
    (tmp_path / "conf.py").write_text(CONF)
    (tmp_path / "index.md").write_text(MARKDOWN + "\n```{toctree}\nother\n```\n")
    (tmp_path / "other.rst").write_text(RST)
    return tmp_path


def test_pages_in_both_markups_show_the_evidence_with_its_source(project: Path) -> None:
    done = sphinx(project, "-W")
    assert done.returncode == 0, done.stderr
    dossier = load_dossier((project / "data" / "dossier.json").read_bytes(), where="dossier.json")
    auroc = dossier.snapshot.find("metric:roc_auc@test")
    assert auroc is not None
    for name in ("index", "other"):
        soup = BeautifulSoup((project / "out" / f"{name}.html").read_text("utf-8"), "html.parser")
        found = soup.select('data[data-evidence="metric:roc_auc@test"]')
        assert shown(auroc.value.value, "number") in {item.get_text() for item in found}  # type: ignore[union-attr]
        assert all(
            f"runs:/{auroc.provenance.run_id}" in str(item["data-source"])
            for item in found
            if item.has_attr("data-source")
        )
    soup = BeautifulSoup((project / "out" / "index.html").read_text("utf-8"), "html.parser")
    assert soup.select_one('a[href^="other.html#"]') is not None, "the list of evidence is on the other page"


def test_a_page_is_read_again_when_its_dossier_changes(project: Path) -> None:
    assert sphinx(project).returncode == 0
    path = project / "data" / "dossier.json"
    before = (project / "out" / "index.html").read_text("utf-8")
    text = path.read_text("utf-8")
    assert '"context":"test"' in text
    changed = text.replace('"rows":1800', '"rows":1799')
    assert changed != text
    path.write_text(changed, "utf-8")
    assert sphinx(project).returncode == 0
    after = (project / "out" / "index.html").read_text("utf-8")
    assert "1799" in after.replace(",", "")
    assert before != after


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{docgen:metric}`roc_auk@test`", "no evidence 'metric:roc_auk@test'"),
        ("{docgen:value}`version:2#nothing`", "has no single value 'nothing'"),
        ("{docgen:value}`version:2#__class__`", "has no single value '__class__'"),
        ("```{docgen:block} performence\n```", "did you mean 'performance'"),
    ],
)
def test_what_is_not_there_is_a_gap_and_stops_a_strict_build(project: Path, text: str, said: str) -> None:
    (project / "index.md").write_text(f"# Page\n\n{text}\n\n```{{toctree}}\nother\n```\n")
    strict = sphinx(project, "-W", "-E")
    assert strict.returncode != 0
    assert said in strict.stderr
    assert sphinx(project, "-E").returncode == 0


def test_a_confined_project_leaves_out_what_leads_elsewhere(project: Path) -> None:
    (project / "index.md").write_text(
        "# Page\n\n[x](ftp://example.org/a) ![y](https://example.org/y.png)\n\n```{toctree}\nother\n```\n"
    )
    assert sphinx(project, "-W").returncode == 0, "a team's own pages are its own business"
    done = sphinx(project, "-E", "-D", "docgen_confined=1")
    assert "link to 'ftp://example.org/a' is not allowed" in done.stderr
    assert "image 'https://example.org/y.png' is not in the project" in done.stderr
    assert "example.org" not in (project / "out" / "index.html").read_text("utf-8")


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"format": 99}', b"[1]"])
def test_a_damaged_dossier_is_named(project: Path, damage: bytes) -> None:
    (project / "data" / "dossier.json").write_bytes(damage)
    done = sphinx(project)
    assert done.returncode != 0
    assert "dossier.json" in done.stderr
