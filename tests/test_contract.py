"""People who write regimes: a new folder keeps the contract, and every breach of it is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from docgen.contract import prove
from docgen.errors import ProblemsError
from docgen.regimes import known_regimes
from support.dossiers import pdf_of, pdf_text


def silent(_text: str) -> None:
    pass


@pytest.fixture
def house(docgen, tmp_path: Path) -> Path:
    done = docgen("regime", "new", "regimes/house_rules", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path / "regimes" / "house_rules"


def test_a_new_regime_is_listed_lints_and_keeps_the_contract(house: Path, docgen, tmp_path: Path) -> None:
    (tmp_path / "docgen.toml").write_text('[dossier]\nregime_folders = ["regimes"]\n')
    assert "house_rules" in docgen("regime", "list", cwd=tmp_path).stdout
    for action in ("lint", "test"):
        done = docgen("regime", action, str(house), "--format", "json", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["requirements"] == 4


def test_a_preview_shows_the_regime_over_the_sample_without_mlflow(house: Path, docgen, tmp_path: Path) -> None:
    done = docgen("regime", "preview", str(house), "--output", "seen", "--pdf", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["warnings"] == []
    page = BeautifulSoup((tmp_path / said["html"]).with_name("evidence.html").read_text("utf-8"), "html.parser")
    assert "Sample text in place of what the model owner writes." in page.get_text()
    text = pdf_text(pdf_of((tmp_path / said["html"]).parent))
    assert "HOUSE-RULES-04" in text
    assert not list(tmp_path.glob("mlflow*"))


def test_every_breach_of_the_contract_is_named_at_once(house: Path) -> None:
    templates = house / "templates"
    (templates / "index.md.j2").write_text("# House\n\n{% include 'toctree.md.j2' %}\n")
    (templates / "evidence.md.j2").write_text("# Evidence\n\n```{docgen:block} performanse\n```\n")
    (templates / "requirements.md.j2").write_text("# Requirements\n\n```{docgen:block} evidence\n```\n")
    with pytest.raises(ProblemsError) as caught:
        prove(house, step=silent)
    problems = "\n".join(caught.value.problems)
    for state in ("with every evidence", "with no evidence"):
        assert f"{state}: evidence.md:3: unknown block 'performanse' (did you mean 'performance'?)" in problems
        assert f"{state}: HOUSE-RULES-01 is shown on no page (block requirements)" in problems
        assert f"{state}: HOUSE-RULES-01 is not in the matrix (block matrix)" in problems
    assert "with no evidence: the gap of HOUSE-RULES-01 is in no list of gaps (block gaps)" in problems
    assert "with every evidence: the gap of HOUSE-RULES-01" not in problems
    assert "with every evidence: the narrative limitations is shown on no page (block narrative)" in problems


@pytest.mark.parametrize("name", ["House rules", "house-rules", "1st"])
def test_a_name_that_cannot_be_an_id_is_refused(name: str, docgen, tmp_path: Path) -> None:
    done = docgen("regime", "new", name, cwd=tmp_path)
    assert done.returncode == 2
    assert "cannot be a regime's id, expected a-z, 0-9 and _" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_left_alone(house: Path, docgen, tmp_path: Path) -> None:
    (house / "regime.yaml").write_text("mine")
    done = docgen("regime", "new", str(house), cwd=tmp_path)
    assert done.returncode == 2
    assert "holds something already" in done.stderr
    assert (house / "regime.yaml").read_text() == "mine"


@pytest.mark.parametrize("name", known_regimes())
def test_every_regime_that_comes_with_docgen_keeps_the_contract(name: str) -> None:
    assert prove(known_regimes()[name], step=silent).id == name
