"""A model of somebody who never heard of docgen: real data, autologging and MLflow's default evaluator, nothing else.

Less evidence, more gaps, nothing invented; the same from the database and from a tracking server over it.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from docgen.config import Config
from docgen.model.evidence import Dataset, Missing, Quantity, RunFacts
from docgen.model.snapshot import Snapshot
from support.commands import run_docgen, tree
from support.dossiers import check_pages, check_pdf, page, pdf_of, snapshot_of
from support.stores import serve, train

SCRIPT = Path(__file__).parent / "support" / "train_telco.py"
MODEL = "models:/telco-churn/1"
ONLY_DOCGEN_LOGS = {"fairness", "calibration", "explanation", "table", "profile", "overlap", "shift"}


@dataclass(frozen=True)
class Built:
    """What `docgen build` made of one store."""

    place: Path
    store: Path
    before: dict[str, str]
    done: subprocess.CompletedProcess[str]

    @property
    def folder(self) -> Path:
        return self.place / "dossiers" / "telco-churn" / "1"


@pytest.fixture(scope="module")
def trained(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The user's folder after training: a database and the artifacts beside it."""
    table = shared / "data" / "telco_customer_churn.csv"
    if not table.is_file():
        pytest.skip(f"the shared folder holds no {table.name}")
    folder = tmp_path_factory.mktemp("telco")
    train(folder, SCRIPT, f"sqlite:///{folder / 'mlflow.db'}", str(folder / "mlruns"), str(table))
    return folder


@pytest.fixture(scope="module")
def from_database(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("place"), trained, f"sqlite:///{trained / 'mlflow.db'}")


@pytest.fixture(scope="module")
def from_server(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    store = tmp_path_factory.mktemp("served")
    with serve(trained, store) as uri:
        yield build(tmp_path_factory.mktemp("place"), store, uri)


@pytest.fixture(params=["from_database", "from_server"])
def built(request: pytest.FixtureRequest) -> Built:
    return request.getfixturevalue(request.param)


def build(place: Path, store: Path, uri: str) -> Built:
    before = bytes_of(store)
    done = run_docgen("build", MODEL, "--tracking-uri", uri, "--format", "json", cwd=place)
    return Built(place=place, store=store, before=before, done=done)


def bytes_of(store: Path) -> dict[str, str]:
    """Every byte of the store itself, without the log that its server writes."""
    return {name: digest for name, digest in tree(store).items() if name != "server.log"}


def numbers(snapshot: Snapshot) -> dict[str, float | None]:
    return {item.id: item.value.value for item in snapshot.evidence if isinstance(item.value, Quantity)}


def test_the_dossier_is_there_and_its_gate_is_closed(built: Built) -> None:
    assert built.done.returncode == 1, built.done.stderr
    said = json.loads(built.done.stdout)
    assert said["warnings"] == []
    assert (built.place / said["html"]).is_file()
    assert [built.place / path for path in said["pdf"]] == [pdf_of(built.folder)]
    assert len(PdfReader(pdf_of(built.folder)).pages) > 8


def test_the_store_is_left_byte_for_byte(built: Built) -> None:
    assert bytes_of(built.store) == built.before


def test_what_nobody_logged_is_a_gap_not_a_value(built: Built) -> None:
    snapshot = snapshot_of(built.folder)
    there: set[str] = {item.kind for item in snapshot.evidence if not isinstance(item.value, Missing)}
    assert not there & (ONLY_DOCGEN_LOGS | {"narrative"})
    assert {"metric", "dataset", "param", "signature", "environment", "logged_model", "artifact", "run"} <= there
    (regime,) = json.loads(built.done.stdout)["regimes"]
    gaps = {gap["requirement"] for gap in regime["gaps"]}
    assert {
        "MC-USE-01",  # narratives
        "MC-MET-02",  # held-out data
        "MC-MET-03",  # intervals
        "MC-MET-04",  # calibration
        "MC-MET-05",  # errors at a threshold
        "MC-EVD-01",  # evaluation data
        "MC-EVD-02",  # SHA-256
        "MC-QUA-01",  # groups
        "MC-EXP-01",  # attributions as numbers
    } <= gaps
    assert not {"MC-DET-01", "MC-DET-02", "MC-DET-04", "MC-TRD-01", "MC-LIN-02", "MC-LIN-03"} & gaps


def test_metrics_stand_as_mlflow_has_them_without_intervals(built: Built, trained: Path) -> None:
    with sqlite3.connect(f"file:{trained / 'mlflow.db'}?mode=ro", uri=True) as database:
        logged = dict(database.execute("SELECT key, value FROM latest_metrics").fetchall())
    snapshot = snapshot_of(built.folder)
    held = {item.id.partition(":")[2].partition("@")[0]: item for item in snapshot.of_kind("metric")}
    assert {key: item.value.value for key, item in held.items() if isinstance(item.value, Quantity)} == logged
    assert len(logged) >= 15
    for item in held.values():
        assert isinstance(item.value, Quantity)
        assert (item.value.interval, item.value.n, item.value.events) == (None, None, None)
    assert {name.partition("@")[2] for name in numbers(snapshot) if name.startswith("metric:")} == {"", "dataset"}


def test_the_rows_of_the_input_example_are_not_the_evaluation_data(built: Built) -> None:
    datasets = {
        item.id: item.value for item in snapshot_of(built.folder).of_kind("dataset") if isinstance(item.value, Dataset)
    }
    assert datasets["dataset:train"].rows == 3000
    assert datasets["dataset:dataset"].rows == 400
    assert "dataset:eval" not in datasets
    assert {data.rows for name, data in datasets.items() if name.startswith("dataset:eval (")} <= {3}
    assert all(data.sha256 is None and data.label_digest for data in datasets.values())


def test_every_number_is_traced_and_every_fact_says_where_it_is_from(built: Built) -> None:
    assert check_pages(built.folder, Config(root=built.place)) > 200
    assert check_pdf(built.folder) > 50
    for item in snapshot_of(built.folder).evidence:
        assert item.provenance.uri, item.id
        assert item.provenance.system in {"mlflow", "git", "narrative"}


def test_the_pages_say_so_in_words(built: Built) -> None:
    text = page(built.folder, "performance").get_text()
    assert "On the data named dataset" in text
    assert "MLflow does not say on which data these values were computed" in text
    assert "Gap" in page(built.folder, "fairness").get_text()
    assert "Gap" in page(built.folder, "explanations").get_text()


def test_the_snapshot_alone_gives_the_same_bytes(built: Built, tmp_path: Path) -> None:
    shutil.copytree(built.place / ".docgen", tmp_path / ".docgen")
    done = run_docgen("build", MODEL, "--offline", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert tree(tmp_path / "dossiers") == tree(built.place / "dossiers")


def test_database_and_server_tell_the_same_facts(from_database: Built, from_server: Built) -> None:
    def facts(built: Built) -> dict[str, object]:
        return {item.id: without_place(item.value) for item in snapshot_of(built.folder).evidence}

    assert facts(from_database) == facts(from_server)


def without_place(value: object) -> object:
    return replace(value, artifact_uri="") if isinstance(value, RunFacts) else value
