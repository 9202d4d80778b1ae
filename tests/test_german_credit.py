"""Validation reports of a model that was really trained, on the German credit data, from MLflow to the signed-off page.

What a row rests on is taken away, piece by piece: exactly the rows that rest on it notice.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import pytest
from pypdf import PdfReader

from docgen.config import Config, load_config
from docgen.model.assessment import RequirementResult, Verdict
from docgen.model.document import ValueFormat
from docgen.model.evidence import Quantity, Table
from docgen.model.regime import Regime
from docgen.model.snapshot import Snapshot
from docgen.pipeline import assess_with, collect, load_regimes
from docgen.policy import load_policy
from docgen.render.filters import shown
from support.commands import run_docgen
from support.dossiers import articles, check_pages, page, pdf_text, snapshot_of
from support.stores import train

HERE = Path(__file__).parent
SCRIPT, FILES = HERE / "support" / "train_german.py", HERE / "data" / "german_credit"
MODEL, REPORTS = "models:/german-credit/1", ("sr_26_2", "sr_11_7")
ROWS = {"sr_26_2": 50, "sr_11_7": 88}

FLIPS = {
    "docgen/datasets/train.json": {"SR262-D-TE-03", "SR117-D-DA-01"},
    "docgen/holdout/calibration.json": {"SR262-D-TE-04"},
    "docgen/holdout/comparison.json": {"SR117-D-DS-04", "SR117-V-BM-01"},
    "docgen/holdout/comparison-replication.json": {"SR262-V-GE-06", "SR117-V-CS-04"},
    "docgen/holdout/explanations.json": {"SR117-V-CS-01", "SR117-V-CS-05"},
    "docgen/holdout/performance.json": {"SR262-V-GE-07", "SR262-V-OA-03", "SR117-V-GE-10"},
    "docgen/holdout/sensitivity.json": {"SR117-D-TE-02", "SR117-D-TE-04", "SR117-V-SA-01", "SR117-V-SA-02"},
    "docgen/shift/train~holdout.json": {"SR262-V-OA-03", "SR117-D-DA-02", "SR117-V-CS-06"},
}
"""File of the run -> the rows that lose their verdict without it.

No row hangs on any other file alone: its fact is told by a second one too (MLflow's own dataset input, another split), or
the row is open for another reason.
"""

Results = dict[str, RequirementResult]


@dataclass(frozen=True)
class Place:
    """A bank's folder: training script under version control, narratives, policy, register, MLflow store."""

    folder: Path
    regimes: tuple[Regime, ...]
    snapshot: Snapshot

    @property
    def config(self) -> Config:
        return load_config(self.folder / "docgen.toml")

    @property
    def policy(self) -> Path:
        return self.folder / "policy.yaml"

    @property
    def dossier(self) -> Path:
        return self.folder / "dossiers" / "german-credit" / "1"

    def results(self, snapshot: Snapshot) -> Results:
        assessed = assess_with(snapshot, self.regimes, load_policy(self.policy, self.regimes), None)
        return {result.requirement: result for item in assessed for result in item.results}

    def collect_again(self) -> Snapshot:
        """Collect on the day of the first snapshot."""
        again = collect(MODEL, config=self.config).snapshot
        return replace(again, captured_at=self.snapshot.captured_at)


@pytest.fixture(scope="module")
def place(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    table = shared / "data" / "german_credit.data"
    if not table.is_file():
        pytest.skip(f"the shared folder holds no {table.name}")
    folder = tmp_path_factory.mktemp("bank")
    shutil.copytree(FILES, folder, dirs_exist_ok=True)
    shutil.copy(SCRIPT, folder / "train.py")
    (folder / ".gitignore").write_text("mlflow.db\nmlruns/\n.docgen/\ndossiers/\n", "utf-8")
    git = ["git", "-c", "user.name=bank", "-c", "user.email=bank@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "Train the scorecard"]):
        subprocess.run([*git, *command], cwd=folder, check=True)
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    train(folder, folder / "train.py", uri, str(folder / "mlruns"), str(table))
    config = load_config(folder / "docgen.toml")
    regimes = tuple(regime for regime, _ in load_regimes(config))
    return Place(folder, regimes, collect(MODEL, config=config).snapshot)


@pytest.fixture(scope="module")
def before(place: Place) -> Results:
    return place.results(place.snapshot)


@pytest.fixture(scope="module")
def built(place: Place) -> subprocess.CompletedProcess[str]:
    """Both reports as the bank builds them, and the model card beside them."""
    names = [word for name in (*REPORTS, "model_card") for word in ("--regime", name)]
    return run_docgen("build", MODEL, *names, "--policy", "policy.yaml", "--format", "json", cwd=place.folder)


def test_one_command_makes_both_reports_in_html_and_pdf(place: Place, built: subprocess.CompletedProcess[str]) -> None:
    assert built.returncode == 1, built.stderr
    told = json.loads(built.stdout)
    assert told["warnings"] == []
    for name in REPORTS:
        assert (place.dossier / name / "validation_summary.html").is_file()
        text = pdf_text(place.dossier / "files" / f"german-credit-1-{name}.pdf")
        assert "17. Conclusion and conditions of use" in text
        assert "The scorecard ranks applications" in text


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("name", REPORTS)
def test_every_row_has_a_verdict_and_stands_in_the_matrix(place: Place, before: Results, name: str) -> None:
    (regime,) = [item for item in place.regimes if item.id == name]
    rows = {row.id for row in regime.requirements}
    assert len(rows) == ROWS[name]
    assert rows <= before.keys()
    (table,) = page(place.dossier, f"{name}/validation_matrix").select("table.docgen-matrix")
    assert {line.select("td")[1].get_text() for line in table.select("tbody tr")} == rows
    assert "narratives/assumptions.md" in table.get_text(), "a file of no run stands with its whole path"
    text = (place.dossier / f"files/matrix-{name}.csv").read_text("utf-8")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert {line["requirement"]: line["verdict"] for line in lines} == {row: before[row].verdict.value for row in rows}


@pytest.mark.usefixtures("built")
def test_no_two_documents_show_different_values_for_one_evidence_id(place: Place) -> None:
    """Every number of every page is what its evidence holds; a value stands in the model card as in the reports."""
    regimes = (*REPORTS, "model_card")
    assert check_pages(place.dossier, place.config, regimes, place.policy) > 3000
    values = {
        item.id: {
            shown(item.value.value, form, unit) for form in get_args(ValueFormat) for unit in ("", item.value.unit)
        }
        for item in snapshot_of(place.dossier).evidence
        if isinstance(item.value, Quantity) and item.value.value is not None
    }
    heads: dict[str, dict[str, set[str]]] = {name: {} for name in regimes}
    for where, article in articles(place.dossier):
        document = where.partition("/")[0]
        for item in article.select("[data-evidence]") if document in heads else ():
            name, text = str(item["data-evidence"]), item.get_text()
            if text in values.get(name, ()):
                heads[document].setdefault(name, set()).add(text)
    common = heads["model_card"].keys() & heads["sr_26_2"].keys() & heads["sr_11_7"].keys()
    assert len(common) > 50
    for name in common:
        assert heads["model_card"][name] == heads["sr_26_2"][name] == heads["sr_11_7"][name], name


def test_the_reader_of_the_pdf_alone_can_say_what_a_number_is(
    place: Place, built: subprocess.CompletedProcess[str]
) -> None:
    """What it is, on what data, n, interval with its method, and the run that gave it."""
    assert built.returncode == 1
    found = place.snapshot.find("metric:roc_auc@holdout")
    assert found is not None
    value = found.value
    assert isinstance(value, Quantity)
    assert value.interval is not None
    text = " ".join(pdf_text(place.dossier / "files/german-credit-1-sr_26_2.pdf").split())
    for wanted in (
        shown(value.value, "number"),
        shown(value.interval.low, "number"),
        shown(value.interval.high, "number"),
        value.interval.method,
        str(value.n),
        found.provenance.run_id,
        "metric:roc_auc@holdout",
        "How far the groups lie apart",
        "Intervals: 95%, bootstrap percentile",
    ):
        assert str(wanted) in text, wanted


def test_a_page_of_the_pdf_that_begins_amid_a_chapter_names_it_and_the_data(
    place: Place, built: subprocess.CompletedProcess[str]
) -> None:
    assert built.returncode == 1
    sheets = PdfReader(place.dossier / "files/german-credit-1-sr_26_2.pdf").pages
    heads = [" ".join(sheet.extract_text().split())[:200] for sheet in sheets]
    assert any("7. Outcomes analysis \u2013 On the data named holdout" in head for head in heads)
    assert any("11. Fair lending \u2013 By sex on holdout" in head for head in heads)
    across = [sheet for sheet in sheets if sheet.mediabox.width > sheet.mediabox.height]
    assert "Trace matrix" in across[0].extract_text()
    assert len(across) < len(sheets) / 2


def test_both_reports_are_made_again_where_mlflow_cannot_even_be_imported(
    place: Place, built: subprocess.CompletedProcess[str], tmp_path: Path
) -> None:
    assert built.returncode == 1
    for name in ("mlflow", "shap", "fairlearn"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('not installed here')\n")
    shutil.copytree(place.folder / ".docgen", tmp_path / "bank" / ".docgen")
    for name in ("docgen.toml", "policy.yaml", "findings.yaml"):
        shutil.copy(place.folder / name, tmp_path / "bank" / name)
    names = [word for name in REPORTS for word in ("--regime", name)]
    arguments = ("build", MODEL, "--offline", *names, "--policy", "policy.yaml", "--format", "json")
    paths = os.pathsep.join([str(tmp_path), str(HERE.parent)])
    done = run_docgen(*arguments, cwd=tmp_path / "bank", env={"PYTHONPATH": paths})
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["warnings"] == []
    for name in REPORTS:
        assert (tmp_path / "bank/dossiers/german-credit/1" / name / "validation_summary.html").is_file()
        there = place.dossier / "files" / f"matrix-{name}.csv"
        assert (tmp_path / "bank/dossiers/german-credit/1/files" / there.name).read_bytes() == there.read_bytes()


def test_the_firms_bands_stand_beside_each_shift(place: Place, built: subprocess.CompletedProcess[str]) -> None:
    assert built.returncode == 1
    (table,) = page(place.dossier, "sr_26_2/validation_data").select(
        "table:has(caption:-soup-contains('Stability index'))"
    )
    heads = [head.get_text() for head in table.select("thead th")]
    bands = {row.select("td")[heads.index("The firm's band")].get_text() for row in table.select("tbody tr")}
    assert "stable" in bands
    assert bands <= {"stable", "watch", "act", "none"}
    text = page(place.dossier, "sr_26_2/validation_data").get_text(" ")
    assert "Bands of the firm: Monitoring standard, table 1." in text


def test_the_validators_run_stands_beside_the_developers_and_is_no_benchmark(
    place: Place, built: subprocess.CompletedProcess[str]
) -> None:
    assert built.returncode == 1
    replicated = page(place.dossier, "sr_26_2/validation_replication")
    (table,) = replicated.select("table:has(caption:-soup-contains('Developer and validator'))")
    assert [head.get_text() for head in table.select("thead th")][2:4] == ["Developer", "Validator"]
    names = {str(item["data-evidence"]) for item in table.select("[data-evidence]")}
    assert "replication:roc_auc@holdout" in names
    contest = page(place.dossier, "sr_26_2/validation_benchmarking")
    assert not [item for item in contest.select("[data-evidence]") if "replication" in str(item["data-evidence"])]


def test_each_change_of_an_input_stands_with_what_it_did_to_scores_decisions_and_measure(
    place: Place, built: subprocess.CompletedProcess[str]
) -> None:
    assert built.returncode == 1
    article = page(place.dossier, "sr_11_7/validation_sensitivity")
    shocks, extremes, lost, together = article.select("table:has(caption:-soup-contains('Answers to changed inputs'))")
    assert len(shocks.select("tbody tr")) == len(extremes.select("tbody tr")) == 2 * 12
    assert "no answer: ValueError: Input X contains NaN" in article.get_text(), "a scorecard takes no missing values"
    assert [item.get_text() for item in lost.select("tbody .docgen-absent")] == ["none"] * 4
    names = [str(row.td.get_text()) for row in together.select("tbody tr")]  # type: ignore[union-attr]
    assert names[0] == "longer and larger loans DURATION_MONTHS times 1.5; AMOUNT times 1.5"
    assert names[1] == "savings spent, work lost BONDS set to 1; EMPLOYMENT -1"
    assert len(article.select("figure img, figure svg, img[src*='sensitivity']")) >= 3
    table = place.snapshot.find("sensitivity:range@holdout")
    largest = place.snapshot.find("sensitivity:range.flips@holdout")
    assert table is not None
    assert largest is not None
    assert isinstance(table.value, Table)
    assert isinstance(largest.value, Quantity)
    assert largest.value.value == max(row[table.value.index("flips")] for row in table.value.rows)  # type: ignore[type-var]


def test_the_rows_say_what_the_data_can_and_cannot_show(before: Results) -> None:
    assert before["SR262-V-GE-07"].verdict is Verdict.MET
    assert before["SR117-V-BM-01"].verdict is Verdict.MET
    assert before["SR262-G-RO-01"].verdict is Verdict.MET
    assert before["SR262-V-OA-01"].verdict is Verdict.NOT_MET, "the data bear no dates"
    assert before["SR262-T-VT-01"].verdict is Verdict.NOT_APPLICABLE
    assert before["SR262-V-CS-01"].verdict is Verdict.AWAITING_ATTESTATION


def logged(place: Place) -> Iterator[tuple[str, Path]]:
    """Every file that the run or its model holds."""
    for path in sorted((place.folder / "mlruns").rglob("*")):
        if path.is_file():
            name = path.as_posix().rpartition("/artifacts/")[2]
            yield name, path


def test_a_file_taken_from_the_run_flips_exactly_the_rows_that_depend_on_it(
    place: Place, before: Results, tmp_path: Path
) -> None:
    """Each file is really moved away, and the model version collected anew."""
    names = []
    for name, path in logged(place):
        path.rename(tmp_path / "away")
        try:
            snapshot = place.collect_again()
        finally:
            (tmp_path / "away").rename(path)
        after = place.results(snapshot)
        assert {row for row in before if after[row].verdict is not before[row].verdict} == FLIPS.get(name, set()), name
        gone = {item.id for item in place.snapshot.evidence if not item.missing and not is_there(snapshot, item.id)}
        assert noticed(before, after) == resting_on(before, gone), name
        names.append(name)
    assert FLIPS.keys() <= set(names)
    assert len(names) > 30
    assert place.results(place.collect_again()) == before


def test_whatever_else_is_taken_away_only_the_rows_that_name_it_notice(place: Place, before: Results) -> None:
    """Tags, narratives, findings, data sets, parameters, the run, the commit: one at a time."""
    files = {name for name, _ in logged(place)}
    taken = 0
    for item in place.snapshot.evidence:
        if item.provenance.uri.partition("/")[2].partition("/")[2] in files or item.missing:
            continue
        rest = tuple(other for other in place.snapshot.evidence if other is not item)
        after = place.results(replace(place.snapshot, evidence=rest))
        assert noticed(before, after) == resting_on(before, {item.id}), item.id
        taken += 1
    assert taken > 50


def is_there(snapshot: Snapshot, name: str) -> bool:
    found = snapshot.find(name)
    return found is not None and not found.missing


def noticed(before: Results, after: Results) -> set[str]:
    return {row for row in before if after[row] != before[row]}


def resting_on(results: Results, names: set[str]) -> set[str]:
    """The rows one of whose checks names such evidence."""
    return {
        row for row, result in results.items() if names & {name for check in result.checks for name in check.evidence}
    }
