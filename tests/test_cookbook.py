"""Each recipe of the cookbook runs as written, on a real store, and its dossier lacks exactly what the page says."""

from __future__ import annotations

from functools import cache

import pytest

from docgen.config import load_config
from docgen.model.evidence import EvidenceId, Table
from support.cookbook import COMMON, TITLES, Cooked, cook, sections
from support.dossiers import check_pages, check_pdf, page, pdf_of, pdf_text, snapshot_of

SECTIONS = sections()
RECIPES = [title for title, section in SECTIONS.items() if section.is_recipe]
BUILT = [title for title in RECIPES if SECTIONS[title].is_built]
KNOW_LEAST = ["A run that only used autologging", "Fairlearn and SHAP, logged by hand", "Predictions as a CSV file"]
MONITORING = "Monitoring from production"


@pytest.fixture(scope="module")
def cooked(tmp_path_factory: pytest.TempPathFactory):
    """`cooked(title)`: the recipe, run once."""

    @cache
    def run(title: str) -> Cooked:
        return cook(SECTIONS[title], tmp_path_factory.mktemp("recipe"))

    return run


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_lacks_what_its_section_says_and_nothing_else(title: str, cooked) -> None:
    lacks = {**SECTIONS[COMMON].lacks, **SECTIONS[title].lacks}
    assert cooked(title).gaps == set(lacks), "write the tables again with `make cookbook`"
    assert lacks == {name: TITLES[name] for name in lacks}


@pytest.mark.parametrize("title", BUILT)
def test_a_dossier_says_plainly_what_it_lacks_on_its_first_page_and_in_its_pdf(title: str, cooked) -> None:
    made = cooked(title)
    first = page(made.dossier, "index").select_one("table.docgen-gaps").get_text(" ", strip=True)  # type: ignore[union-attr]
    sheets = pdf_text(pdf_of(made.dossier))
    for name in made.gaps:
        assert name in first, name
        assert TITLES[name] in first, name
        assert name in sheets, name
    assert check_pages(made.dossier, load_config(made.folder / "docgen.toml")) > 10
    assert check_pdf(made.dossier) > 10


def test_the_three_that_know_least_of_docgen_are_built_and_not_only_checked() -> None:
    assert BUILT[:3] == KNOW_LEAST


@pytest.mark.parametrize(
    ("title", "name"),
    [
        (KNOW_LEAST[0], "param:n_estimators"),
        (KNOW_LEAST[0], "dataset:train"),
        (KNOW_LEAST[1], "fairness:selection_rate/sex"),
        (KNOW_LEAST[1], "explanation:global shap_importance.csv"),
        (KNOW_LEAST[2], "metric:roc_auc@test"),
        (KNOW_LEAST[2], "fairness:selection_rate/sex & region@test"),
        (MONITORING, "monitoring:performance/roc_auc"),
        (MONITORING, "monitoring:drift/stability/income"),
    ],
)
def test_what_was_logged_is_evidence(title: str, name: str, cooked) -> None:
    snapshot = snapshot_of(cooked(title).dossier)
    assert snapshot.find(EvidenceId(name)) is not None, [item.id for item in snapshot.evidence]


def test_the_limits_of_the_monitoring_recipe_judge_what_its_runs_measured(cooked) -> None:
    series = snapshot_of(cooked(MONITORING).dossier).find(EvidenceId("monitoring:performance/roc_auc"))
    assert series is not None
    assert isinstance(series.value, Table)
    assert series.value.attribute("limits_file") == "monitoring/limits.json"
    assert series.value.attribute("points") == 3
    text = page(cooked(MONITORING).dossier, "monitoring").select_one("article").get_text()  # type: ignore[union-attr]
    assert "Nobody set limits" not in text
