"""Real clinical data from training to dossier: figures as other libraries have them, few patients behind none of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from docgen.config import Config
from docgen.model.evidence import Quantity, Table
from docgen.model.snapshot import Snapshot
from support.dossiers import check_pages, check_pdf, page, snapshot_of
from support.stores import train

SCRIPT = Path(__file__).parent / "support" / "train_breast_cancer.py"
BUILD = """
import sys
from docgen.cli import main
print("CODE", main(["build", "models:/breast-cancer/1", "--tracking-uri", sys.argv[1]]))
print("HEAVY", sorted({"fairlearn", "mlflow", "shap", "sklearn", "statsmodels"} & set(sys.modules)))
"""


@dataclass(frozen=True)
class Built:
    """The dossier, what building it said, and what other libraries said of the same rows."""

    place: Path
    said: str
    elsewhere: dict[str, Any]

    @property
    def folder(self) -> Path:
        return self.place / "dossiers" / "breast-cancer" / "1"

    @property
    def snapshot(self) -> Snapshot:
        return snapshot_of(self.folder)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    place = tmp_path_factory.mktemp("breast-cancer")
    uri = f"sqlite:///{place / 'mlflow.db'}"
    elsewhere = json.loads(train(place, SCRIPT, uri, str(place / "mlruns")))
    done = subprocess.run(
        [sys.executable, "-c", BUILD, uri], cwd=place, capture_output=True, text=True, timeout=400, check=True
    )
    return Built(place=place, said=done.stdout, elsewhere=elsewhere)


def table(built: Built, name: str) -> Table:
    found = built.snapshot.find(name)
    assert found is not None, name
    assert isinstance(found.value, Table)
    return found.value


def column(found: Table, key: str) -> list[Any]:
    place = [column.key for column in found.columns].index(key)
    return [row[place] for row in found.rows]


def quantity(built: Built, name: str) -> Quantity:
    found = built.snapshot.find(name)
    assert found is not None, name
    assert isinstance(found.value, Quantity)
    return found.value


def test_reading_evidence_and_building_need_none_of_the_libraries_that_made_it(built: Built) -> None:
    assert "CODE 1\n" in built.said  # gaps are left: nobody wrote a narrative
    assert built.said.strip().endswith("HEAVY []")


@pytest.mark.parametrize("key", ["roc_auc", "pr_auc", "brier", "sensitivity", "mcc"])
def test_measures_are_those_of_scikit_learn_with_an_interval(built: Built, key: str) -> None:
    found = quantity(built, f"metric:{key}@test")
    assert found.value == pytest.approx(built.elsewhere[key], abs=1e-12)
    assert found.interval is not None
    assert found.interval.low < found.interval.high


def test_the_calibration_curve_is_that_of_scikit_learn(built: Built) -> None:
    found = table(built, "calibration:curve@test")
    assert column(found, "observed") == pytest.approx(built.elsewhere["observed"])
    assert column(found, "predicted") == pytest.approx(built.elsewhere["predicted"])


@pytest.mark.parametrize("metric", ["selection_rate", "true_positive_rate"])
def test_groups_are_those_of_fairlearn_or_suppressed(built: Built, metric: str) -> None:
    found = table(built, f"fairness:{metric}/nuclei@test")
    rows = dict(zip(column(found, "group"), column(found, "value"), strict=True))
    assert rows.keys() == {"large", "small"}
    for group, value in rows.items():
        if value is None:
            assert column(found, "note")[list(rows).index(group)] == "suppressed"
        else:
            assert value == pytest.approx(built.elsewhere[metric][group], abs=1e-12)


def test_no_count_of_few_patients_is_anywhere_in_the_groups(built: Built) -> None:
    told = 0
    for item in built.snapshot.of_kind("fairness"):
        if isinstance(item.value, Table):
            names = [column.key for column in item.value.columns]
            for row in item.value.rows:
                by = dict(zip(names, row, strict=True))
                for key in ("n", "events", "selected"):
                    count = by.get(key)
                    assert count in {None, 0} or count >= 11, (item.id, row)
                    told += count is not None
    assert told > 10
    assert "suppressed" in page(built.folder, "fairness").get_text()


def test_attributions_are_those_of_the_definition(built: Built) -> None:
    """Of a linear model: its coefficient times the distance to the mean of the background (Lundberg and Lee 2017)."""
    found = table(built, "explanation:global@test")
    mine = dict(zip(column(found, "feature"), column(found, "mean_abs"), strict=True))
    assert found.attribute("explainer") == "LinearExplainer"
    assert mine == pytest.approx(built.elsewhere["attributions"], rel=1e-9)


@pytest.mark.parametrize("check", [lambda built: check_pages(built.folder, Config(root=built.place)), lambda built: check_pdf(built.folder)], ids=["pages", "pdf"])  # fmt: skip
def test_every_number_of_the_dossier_is_traced(built: Built, check: Callable[[Built], int]) -> None:
    assert check(built) > 100
