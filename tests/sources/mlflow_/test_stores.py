"""Every kind of store gives the same facts, is left byte for byte as it was, and says clearly what it does not hold."""

from __future__ import annotations

import os
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from docgen.errors import DocgenError, SourceError, UnsafeError, UsageError
from docgen.model.evidence import (
    Dataset,
    Evidence,
    File,
    LoggedModelFacts,
    Missing,
    Quantity,
    RunFacts,
    Series,
    Text,
    VersionFacts,
)
from docgen.sources.mlflow_.artifacts import Limits
from docgen.sources.mlflow_.asking import Patience
from docgen.sources.mlflow_.collect import CollectedFacts, collect_mlflow
from docgen.sources.mlflow_.open_ import open_store, parse_model_uri
from docgen.sources.mlflow_.reading import Reading
from support.commands import tree

QUICK = Patience(timeout_seconds=2, retries=0)


def collect(uri: str, model: str, **options: object) -> CollectedFacts:
    options.setdefault("patience", QUICK if uri.startswith("http") else Patience())
    patience: Patience = options["patience"]  # type: ignore[assignment]
    store = open_store(uri, timeout_seconds=patience.timeout_seconds, retries=patience.retries)
    try:
        return collect_mlflow(store, parse_model_uri(model), Reading(tracking_uri=uri, **options))  # type: ignore[arg-type]
    finally:
        store.close()


def by_id(facts: CollectedFacts) -> dict[str, Evidence]:
    return {item.id: item for item in facts.evidence}


def codes(facts: CollectedFacts) -> set[str]:
    return {item.code for item in facts.findings}


def test_a_database_gives_every_kind_of_fact(sqlite_made) -> None:
    facts = collect(sqlite_made.uri, "models:/churn/2")
    found = by_id(facts)
    run_id = sqlite_made.ids["second"]
    assert facts.subject.uri == "models:/churn/2"
    version = found["version:2"].value
    assert isinstance(version, VersionFacts)
    assert version.aliases == ("challenger",)
    assert version.run_id == run_id
    assert found["version_tag:validation_status"].value == Text(text="pending")
    assert found["model_tag:owner"].value == Text(text="risk team")
    assert isinstance(found["description:model"].value, Text)
    roles = {item.value.role for item in facts.evidence if isinstance(item.value, RunFacts)}
    assert {"source", "parent"} <= roles
    params = [item for item in facts.evidence if item.kind == "param"]
    assert params
    assert all(item.provenance.run_id == run_id for item in params)
    datasets = {item.id: item.value for item in facts.evidence if isinstance(item.value, Dataset)}
    assert {"dataset:training", "dataset:test"} <= set(datasets)
    assert all(item.label_digest for item in datasets.values())
    logged = [item.value for item in facts.evidence if isinstance(item.value, LoggedModelFacts)]
    assert [item.run_id for item in logged] == [run_id]
    assert "sklearn" in logged[0].flavors
    assert {"environment:requirements.txt", "environment:conda.yaml", "signature:model"} <= set(found)
    assert isinstance(found["artifact:notes/readme.txt"].value, File)
    assert found["artifact:notes/readme.txt"].value.sha256
    assert facts.previous is not None
    assert facts.previous.subject.version == "1"


def test_a_metric_tied_to_data_carries_the_name_of_the_data(sqlite_made) -> None:
    found = by_id(collect(sqlite_made.uri, "models:/churn/2"))
    tied = [name for name in found if name.startswith("metric:accuracy")]
    assert tied == ["metric:accuracy@test"]
    assert isinstance(found["metric:accuracy@test"].value, Quantity)
    assert "metric:seconds" in found, "a metric that nothing ties to data keeps no split"


def test_what_is_no_number_is_never_shown_as_one(sqlite_made) -> None:
    facts = collect(sqlite_made.uri, "models:/churn/2")
    found = by_id(facts)
    bad, endless = found["metric:bad_loss"].value, found["metric:endless"].value
    assert isinstance(bad, Quantity)
    assert isinstance(endless, Quantity)
    assert (bad.value, bad.special) == (None, "nan")
    assert (endless.value, endless.special) == (None, "+inf (clamped)")
    assert "metric_not_finite" in codes(facts)


def test_a_step_logged_twice_is_a_finding_and_the_latest_is_shown(sqlite_made) -> None:
    facts = collect(sqlite_made.uri, "models:/churn/2")
    found = by_id(facts)
    twice = found["metric:twice"].value
    assert isinstance(twice, Quantity)
    assert twice.value == 0.75
    history = found["history:twice"].value
    assert isinstance(history, Series)
    assert [point.value for point in history.points] == [0.5, 0.75]
    assert "metric_relogged" in codes(facts)


def test_an_alias_and_a_run_lead_to_the_same_facts_as_the_version(sqlite_made) -> None:
    version = by_id(collect(sqlite_made.uri, "models:/churn/1"))
    alias = collect(sqlite_made.uri, "models:/churn@champion")
    assert alias.subject.uri == "models:/churn/1"
    assert by_id(alias) == version
    run = by_id(collect(sqlite_made.uri, f"runs:/{sqlite_made.ids['first']}"))
    assert {name: item for name, item in version.items() if item.kind in {"param", "run", "dataset"}} == {
        name: item for name, item in run.items() if item.kind in {"param", "run", "dataset"}
    }


def test_a_failed_and_a_deleted_run_are_serious_findings(sqlite_made) -> None:
    failed = collect(sqlite_made.uri, "models:/churn/3")
    gone = collect(sqlite_made.uri, "models:/churn/4")
    assert "run_not_finished" in codes(failed)
    assert "run_deleted" in codes(gone)
    serious = {item.code for item in (*failed.findings, *gone.findings) if item.severity == "serious"}
    assert {"run_not_finished", "run_deleted"} <= serious


def comparable(facts: CollectedFacts) -> dict[str, object]:
    """Facts by id without what must differ between two stores: ids and digests of the places themselves."""

    def neutral(item: Evidence) -> object:
        value = item.value
        if isinstance(value, RunFacts):
            value = replace(value, artifact_uri="")
        return value, item.provenance

    return {item.id: neutral(item) for item in facts.evidence}


@pytest.mark.parametrize("made", ["sqlite_made", "files_made", "served_made", "postgresql_made"])
def test_runs_with_a_tag_are_found_in_every_experiment_but_not_deleted_ones(made, request) -> None:
    store = open_store(request.getfixturevalue(made).uri, timeout_seconds=30, retries=0)
    try:
        runs = store.tagged("docgen.monitoring", "models:/churn/1", limit=10)
        assert [run.name for run in runs] == ["month 0", "month 1", "month 3"]
        assert [run.started for run in runs] == ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-04-04T00:00:00Z"]
        assert [run.experiment for run in runs] == ["watch", "watch too", "watch"]
        assert [item.value for run in runs for item in run.metrics] == [0.9, 0.89, 0.87]
        assert runs[0] == store.run(runs[0].run_id)
        assert store.tagged("docgen.monitoring", "models:/churn/1", limit=2) == runs[1:]
        assert store.tagged("docgen.monitoring", "models:/churn/9", limit=2) == ()
        assert store.tagged("docgen.monitoring", "models:/it's/1", limit=2) == ()
    finally:
        store.close()


def test_a_server_gives_the_facts_of_its_database(sqlite_made, served_made) -> None:
    for model in ("models:/churn/2", "models:/churn@champion", f"runs:/{sqlite_made.ids['first']}"):
        own = collect(sqlite_made.uri, model)
        asked = collect(served_made.uri, model, patience=Patience())
        assert comparable(asked) == comparable(own)
        assert asked.findings == own.findings
        assert asked.previous == own.previous
    assert asked.origin.kind == "http"
    assert asked.origin.server_version


def test_a_postgresql_database_gives_the_facts_of_the_sqlite_one(sqlite_made, postgresql_made) -> None:
    own = collect(sqlite_made.uri, "models:/churn/2")
    other = collect(postgresql_made.uri, "models:/churn/2")
    assert comparable(other) == comparable(own)
    assert "secret" not in other.origin.uri


def test_a_postgresql_session_cannot_write(postgresql_made) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    from docgen.sources.mlflow_.databases import open_postgresql

    database = open_postgresql(postgresql_made.uri.replace("reader:secret", "owner"), timeout_seconds=5)
    try:
        with database.engine.connect() as connection, pytest.raises(SQLAlchemyError, match="read-only"):
            connection.execute(text("UPDATE registered_models SET description = 'changed'"))
    finally:
        database.close()


def test_a_folder_of_runs_gives_the_facts_of_a_database(sqlite_made, files_made) -> None:
    own, other = collect(sqlite_made.uri, "models:/churn/2"), collect(files_made.uri, "models:/churn/2")
    kinds = {"param", "metric", "version_tag", "model_tag", "description", "signature"}

    def named(facts: CollectedFacts) -> dict[str, object]:
        return {item.id: item.value for item in facts.evidence if item.kind in kinds}

    first, second = named(own), named(other)
    assert first.keys() == second.keys()
    assert {name for name in first if first[name] != second[name]} <= {"metric:endless"}  # folders keep infinity


@pytest.mark.parametrize("made", ["sqlite_made", "files_made", "mlflow2_store"])
def test_reading_changes_no_byte_of_a_store(made: str, request: pytest.FixtureRequest) -> None:
    store = request.getfixturevalue(made)
    before = tree(store.folder)
    collect(store.uri, "models:/old model/1" if made == "mlflow2_store" else "models:/churn/2")
    assert tree(store.folder) == before


def test_a_database_with_a_live_journal_is_read_whole_and_left_alone(sqlite_made, tmp_path: Path) -> None:
    shutil.copy(sqlite_made.folder / "mlflow.db", tmp_path / "mlflow.db")
    writer = sqlite3.connect(tmp_path / "mlflow.db")
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("PRAGMA wal_autocheckpoint = 0")
    writer.execute("UPDATE registered_models SET description = 'written a moment ago' WHERE name = 'churn'")
    writer.commit()
    before = tree(tmp_path)
    assert "mlflow.db-wal" in before
    found = by_id(collect(f"sqlite:///{tmp_path / 'mlflow.db'}", "models:/churn/1"))
    assert found["description:model"].value == Text(text="written a moment ago")
    assert tree(tmp_path) == before
    writer.close()


def test_an_mlflow_2_schema_is_read_without_being_upgraded(mlflow2_store) -> None:
    facts = collect(mlflow2_store.uri, "models:/old model@champion")
    found = by_id(facts)
    assert facts.subject.version == "1"
    assert found["param:depth"].value == Text(text="3")
    assert isinstance(found["dataset:train"].value, Dataset)
    assert isinstance(found["artifact:the run's artifacts"].value, Missing)
    assert "artifacts_unreachable" in codes(facts)
    with sqlite3.connect(mlflow2_store.folder / "old.db") as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [("0584bdc529eb",)]


def test_a_moved_store_is_read_through_an_artifact_root(sqlite_made, tmp_path: Path) -> None:
    shutil.copy(sqlite_made.folder / "mlflow.db", tmp_path / "mlflow.db")
    shutil.copytree(sqlite_made.folder / "mlruns", tmp_path / "elsewhere")
    uri, old = f"sqlite:///{tmp_path / 'mlflow.db'}", (sqlite_made.folder / "mlruns").as_uri()
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        for table, column in (("runs", "artifact_uri"), ("logged_models", "artifact_location")):
            database.execute(f"UPDATE {table} SET {column} = replace({column}, ?, 'file:///gone/mlruns')", (old,))
    lost = collect(uri, "models:/churn/1")
    assert "artifacts_unreachable" in codes(lost)
    found = collect(uri, "models:/churn/1", artifact_roots={"file:///gone/mlruns": str(tmp_path / "elsewhere")})
    assert comparable(found) == comparable(collect(sqlite_made.uri, "models:/churn/1"))


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("models:/chrun/1", "did you mean 'churn'"),
        ("models:/churn/9", "has no version 9 (there: 1, 2, 3, 4)"),
        ("models:/churn@chmapion", "has no alias 'chmapion' (did you mean 'champion'?)"),
        ("models:/empty/1", "has no version 1 (there: none)"),
        ("models:/greeting/1", "no registered model 'greeting'"),
        ("runs:/0123456789abcdef0123456789abcdef", "no run '0123456789abcdef0123456789abcdef'"),
    ],
)
@pytest.mark.parametrize("made", ["sqlite_made", "files_made", "served_made"])
def test_what_is_not_there_is_said_with_what_is(
    made: str, model: str, says: str, request: pytest.FixtureRequest
) -> None:
    store = request.getfixturevalue(made)
    with pytest.raises(SourceError) as caught:
        collect(store.uri, model, patience=Patience())
    assert says in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    "model",
    ["churn/1", "models:/churn", "models:/churn/latest", "models:/churn/-1", "runs:/", "runs:/a/b", "model:/a/1", ""],
)
def test_a_model_that_is_no_model_uri_is_a_usage_error(model: str) -> None:
    with pytest.raises(UsageError, match="expected models:/<name>/<version>"):
        parse_model_uri(model)


def test_a_store_that_is_not_there_names_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "empty.db").write_bytes(b"")
    (tmp_path / "text.db").write_text("hello " * 100)
    (tmp_path / "folder").mkdir()
    with sqlite3.connect(tmp_path / "other.db") as database:
        database.execute("CREATE TABLE things (name TEXT)")
    cases = {
        f"sqlite:///{tmp_path / 'mlflw.db'}": "does not exist",
        f"sqlite:///{tmp_path / 'empty.db'}": "0 bytes",
        f"sqlite:///{tmp_path / 'text.db'}": "not an SQLite database",
        f"sqlite:///{tmp_path / 'other.db'}": "no MLflow database",
        str(tmp_path / "nowhere"): "does not exist",
        str(tmp_path / "folder"): "no folder of MLflow runs",
        "sqllite:///mlflow.db": "did you mean sqlite?",
        "mysql://user:secret@host/db": "not read directly",
        "sqlite://": "names no file",
    }
    before = sorted(tmp_path.iterdir())
    for uri, says in cases.items():
        with pytest.raises(DocgenError) as caught:
            open_store(uri)
        assert says in caught.value.message, uri
        assert "secret" not in caught.value.message
        assert caught.value.hint or "SQLite" in says
    assert sorted(tmp_path.iterdir()) == before, "looking for a store made one"


def test_an_empty_store_says_that_it_has_no_model(tmp_path: Path) -> None:
    import subprocess
    import sys

    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    script = f"import mlflow; mlflow.MlflowClient({uri!r}).search_experiments()"
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    with pytest.raises(SourceError, match=r"no registered model 'churn' .*there: none"):
        collect(uri, "models:/churn/1")


def test_links_out_of_an_artifact_folder_are_refused(sqlite_made, tmp_path: Path) -> None:
    shutil.copy(sqlite_made.folder / "mlflow.db", tmp_path / "mlflow.db")
    shutil.copytree(sqlite_made.folder / "mlruns", tmp_path / "mlruns")
    run = next((tmp_path / "mlruns").glob(f"**/{sqlite_made.ids['first']}/artifacts"))
    (run / "passwd").symlink_to("/etc/passwd")
    roots = {(sqlite_made.folder / "mlruns").as_uri(): str(tmp_path / "mlruns")}
    with pytest.raises(UnsafeError, match="passwd"):
        collect(f"sqlite:///{tmp_path / 'mlflow.db'}", "models:/churn/1", artifact_roots=roots)


@pytest.mark.parametrize(
    "place", ["file:///etc", "/etc", "file://localhost/etc", "s3://bucket/x", "ftp://host/x", "dbfs:/x"]
)
def test_a_database_cannot_send_docgen_to_other_places(sqlite_made, tmp_path: Path, place: str) -> None:
    shutil.copy(sqlite_made.folder / "mlflow.db", tmp_path / "mlflow.db")
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        database.execute("UPDATE runs SET artifact_uri = ?", (place,))
    with pytest.raises(UnsafeError, match="not followed"):
        collect(f"sqlite:///{tmp_path / 'mlflow.db'}", "models:/churn/1")


def test_caps_on_size_and_number_hold(sqlite_made) -> None:
    with pytest.raises(UnsafeError, match="more than 2 files"):
        collect(sqlite_made.uri, "models:/churn/1", limits=Limits(files=2))
    with pytest.raises(UnsafeError, match="larger than 10 bytes"):
        collect(sqlite_made.uri, "models:/churn/1", limits=Limits(file_bytes=10))


@pytest.mark.skipif(os.name != "posix", reason="file modes of POSIX")
def test_no_pickle_is_loaded(sqlite_made, tmp_path: Path) -> None:
    """A pickle that would leave a trace lies among the artifacts, under the names that are read."""
    import pickle

    trace = tmp_path / "trace"

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, (f"touch {trace}",)

    shutil.copy(sqlite_made.folder / "mlflow.db", tmp_path / "mlflow.db")
    shutil.copytree(sqlite_made.folder / "mlruns", tmp_path / "mlruns")
    run = next((tmp_path / "mlruns").glob(f"**/{sqlite_made.ids['first']}/artifacts"))
    for name in (
        "model.pkl",
        "model_explanations_shap/shap_values.npy",
        "docgen/test/performance.json",
        "explainer/x.pkl",
    ):
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).write_bytes(pickle.dumps(Trap()))
    roots = {(sqlite_made.folder / "mlruns").as_uri(): str(tmp_path / "mlruns")}
    facts = collect(f"sqlite:///{tmp_path / 'mlflow.db'}", "models:/churn/1", artifact_roots=roots)
    assert not trace.exists()
    assert "artifact_unreadable" in codes(facts)


def test_a_password_in_the_address_of_data_is_left_out(sqlite_made, tmp_path: Path) -> None:
    shutil.copy(sqlite_made.folder / "mlflow.db", tmp_path / "mlflow.db")
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        source = '{"url": "https://user:hunter2@example.org/rows.csv"}'
        database.execute("UPDATE datasets SET dataset_source = ?", (source,))
    facts = collect(f"sqlite:///{tmp_path / 'mlflow.db'}", "models:/churn/1")
    sources = {item.value.source for item in facts.evidence if isinstance(item.value, Dataset)}
    assert sources == {"https://[removed]@example.org/rows.csv"}
    assert "credentials_removed" in codes(facts)


def test_data_that_were_trained_and_tested_on_are_a_serious_finding(sqlite_made, tmp_path: Path) -> None:
    shutil.copy(sqlite_made.folder / "mlflow.db", tmp_path / "mlflow.db")
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        database.execute("UPDATE datasets SET digest = 'aaaa1111'")
    facts = collect(f"sqlite:///{tmp_path / 'mlflow.db'}", "models:/churn/1")
    (found,) = (item for item in facts.findings if item.code == "tested_on_training_data")
    assert (found.severity, found.evidence) == ("serious", ("dataset:training", "dataset:test"))
