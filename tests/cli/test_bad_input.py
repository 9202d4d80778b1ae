"""Names, addresses and files that are wrong: one clear message, the right exit code, and nothing written."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from support.commands import Place, refused, run_docgen, said, tree

RUN = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("model", "code", "says"),
    [
        ("models:/chrun/1", 9, "no registered model 'chrun' in 'sqlite:///mlflow.db' (did you mean 'churn'?)"),
        ("models:/scoring/1", 9, "(there: churn, empty)"),
        ("models:/churn/9", 9, "model 'churn' has no version 9 (there: 1, 2, 3, 4)"),
        ("models:/empty/1", 9, "model 'empty' has no version 1 (there: none)"),
        ("models:/churn@chmapion", 9, "model 'churn' has no alias 'chmapion' (did you mean 'champion'?)"),
        ("models:/churn@live", 9, "model 'churn' has no alias 'live' (there: challenger, champion)"),
        (f"runs:/{RUN}", 9, f"no run '{RUN}' in 'sqlite:///mlflow.db'"),
        ("churn/1", 2, "model 'churn/1' is not understood, expected models:/<name>/<version>"),
        ("models:/churn", 2, "is not understood"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(place: Place, model: str, code: int, says: str) -> None:
    assert says in place.refuses(code, "collect", model)["message"]


@pytest.mark.parametrize("command", ["check", "build"])
def test_every_command_that_reads_says_the_same(place: Place, command: str) -> None:
    assert "did you mean 'churn'?" in place.refuses(9, command, "models:/chrun/1")["message"]
    assert "no snapshot of 'models:/churn/1'" in place.refuses(9, command, "models:/churn/1", "--offline")["message"]


def test_people_get_the_message_alone_and_nothing_on_standard_output(place: Place) -> None:
    done = place.docgen("collect", "models:/chrun/1", "--quiet")
    assert done.returncode == 9
    assert done.stdout == ""
    assert done.stderr == (
        "docgen: no registered model 'chrun' in 'sqlite:///mlflow.db' (did you mean 'churn'?)\n"
        "  next: check the name in MLflow\n"
    )


def test_of_many_versions_the_last_are_listed(place: Place) -> None:
    with sqlite3.connect(place.folder / "mlflow.db") as database:
        database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 5 UNION ALL SELECT i + 1 FROM n WHERE i < 300) "
            "INSERT INTO model_versions (name, version, current_stage, workspace) SELECT 'churn', i, 'None', 'default' FROM n"
        )
    said = place.refuses(9, "collect", "models:/churn/999")["message"]
    assert said.endswith("(there: 290 others, 291, 292, 293, 294, 295, 296, 297, 298, 299, 300)")


def test_a_deleted_run_is_told_wherever_its_version_is_asked_for(place: Place) -> None:
    for command in ("collect", "check"):
        done = place.docgen(command, "models:/churn/4")
        assert "serious: the run behind the model was deleted [run_deleted]" in done.stdout
        machine = json.loads(place.docgen(command, "models:/churn/4", "--format", "json").stdout)
        assert "run_deleted" in {item["code"] for item in machine["findings"]}
    done = place.docgen("collect", f"runs:/{place.ids['gone']}")
    assert done.returncode == 0
    assert "run_deleted" in done.stdout


@pytest.mark.parametrize(
    ("uri", "code", "says", "then"),
    [
        ("sqllite:///mlflow.db", 2, "unknown scheme 'sqllite' (did you mean sqlite?)", "correct"),
        ("htp://localhost:5000", 2, "unknown scheme 'htp' (did you mean http?)", "correct"),
        ("localhost:5000", 2, "unknown scheme 'localhost' (known: ", "correct"),
        ("sqlite:///mflow.db", 9, "MLflow database 'mflow.db' does not exist", "docgen never creates a database"),
        ("sqlite:mlflow.db", 2, "no database address, expected sqlite:///<file>", "three slashes"),
        ("sqlite://mlflow.db", 2, "names no file", "sqlite:///<file>"),
        ("mlflow.db", 9, "'mlflow.db' is no folder", "sqlite:///mlflow.db"),
        ("mlrnus", 9, "'mlrnus' does not exist", "correct"),
        ("mysql://root:secret@db/mlflow", 2, "'mysql' are not read directly", "tracking server"),
        ("postgresql://reader:secret@127.0.0.1:1/mlflow", 9, "cannot be read", "start the database"),
    ],
)
def test_an_address_with_a_typo(place: Place, uri: str, code: int, says: str, then: str) -> None:
    if uri.startswith("postgresql"):
        pytest.importorskip("psycopg", reason="no PostgreSQL driver is installed")
    error = place.refuses(code, "collect", "models:/churn/1", "--tracking-uri", uri)
    assert says in error["message"]
    assert then in error["hint"]
    assert "secret" not in error["message"]


def test_an_empty_store_and_one_that_is_none(place: Place) -> None:
    (place.folder / "zero.db").write_bytes(b"")
    (place.folder / "text.db").write_text("hello " * 100)
    with sqlite3.connect(place.folder / "other.db") as database:
        database.execute("CREATE TABLE things (name TEXT)")
    database.close()
    for name, says in {
        "zero.db": "is empty: 0 bytes",
        "text.db": "is not an SQLite database",
        "other.db": "no MLflow database",
    }.items():
        error = place.refuses(9, "collect", "models:/churn/1", "--tracking-uri", f"sqlite:///{name}")
        assert says in error["message"]


def test_a_store_that_mlflow_made_and_nobody_used(place: Place) -> None:
    script = "import mlflow; mlflow.MlflowClient('sqlite:///new.db').search_experiments()"
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, cwd=place.folder)
    for model, says in {"models:/churn/1": "(there: none)", f"runs:/{RUN}": "no run"}.items():
        assert says in place.refuses(9, "collect", model, "--tracking-uri", "sqlite:///new.db")["message"]


def test_a_damaged_database(place: Place) -> None:
    path = place.folder / "mlflow.db"
    path.write_bytes(path.read_bytes()[:8192])
    error = place.refuses(9, "collect", "models:/churn/1")
    assert "cannot be read" in error["message"]
    assert "restore it from a backup" in error["hint"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE latest_metrics SET value = 'much' WHERE key = 'accuracy'", "metric 'accuracy' is 'much'"),
        ("UPDATE latest_metrics SET step = 'x' WHERE key = 'accuracy'", "the step of metric 'accuracy' is 'x'"),
        ("UPDATE model_versions SET version = 'two' WHERE version = 2", "a version of 'churn' is 'two'"),
    ],
)
def test_a_record_that_is_no_number(place: Place, change: str, says: str) -> None:
    with sqlite3.connect(place.folder / "mlflow.db") as database:
        database.execute(change)
    database.close()
    assert says in place.refuses(9, "collect", "models:/churn/1")["message"]


def test_metrics_that_are_no_numbers_are_told_once_and_kept_out_of_sums(place: Place) -> None:
    found = json.loads(place.docgen("collect", "models:/churn/1", "--format", "json").stdout)
    odd = [item for item in found["findings"] if item["code"] == "metric_not_finite"]
    assert [(item["message"], item["evidence"]) for item in odd] == [
        ("a metric is not a number", ["metric:bad_loss"]),
        ("a metric is not finite; MLflow's databases keep infinity as 1.797e308", ["metric:endless"]),
    ]
    done = place.docgen("build", "models:/churn/1", "--offline", "--no-pdf")
    assert done.returncode == 1, done.stderr
    page = (place.folder / "dossiers" / "churn" / "1" / "performance.html").read_text("utf-8")
    assert "1.797" not in page
    assert ">nan<" not in page.lower()


def test_every_fault_of_the_configuration_is_told_at_once(place: Place) -> None:
    (place.folder / "docgen.toml").write_text(
        'colour = 1\n[mlflow]\ntracking_url = "x"\ntimeout_seconds = "15"\nretries = 99999999999999999999\n'
        'artifact_roots = { a = 1 }\n[dossier]\nregimes = "model_card"\nstore = "a\\u0000b"\n[dosier]\noutput = "x"\n'
    )
    for command in (["collect", "models:/churn/1"], ["verify"], ["regime", "list"]):
        error = place.refuses(2, *command)
        assert error["problems"] == [
            "colour: unknown key (known: mlflow, dossier, approvals)",
            "dosier: unknown key (did you mean dossier?)",
            "mlflow.tracking_url: unknown key (did you mean mlflow.tracking_uri?)",
            "mlflow.timeout_seconds: got '15', expected a whole number from 0 to 1000000",
            "mlflow.retries: got 99999999999999999999, expected a whole number from 0 to 1000000",
            "mlflow.artifact_roots: got {'a': 1}, expected a table of text",
            "dossier.regimes: got 'model_card', expected a list of text",
            "dossier.store: got 'a\\x00b', expected text",
        ]
        assert error["message"].splitlines()[1:] == [f"  {problem}" for problem in error["problems"]]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("docgen.toml", b"[mlflow\n", "not TOML"),
        ("docgen.toml", b"\xff\xfe", "not TOML"),
        ("other.toml", None, "no such file"),
        ("mlruns", None, "is a directory"),
    ],
)
def test_a_configuration_that_cannot_be_read(place: Place, name: str, content: bytes | None, says: str) -> None:
    if content is not None:
        (place.folder / name).write_bytes(content)
    assert says in place.refuses(2, "collect", "models:/churn/1", "--config", name)["message"]


@pytest.mark.parametrize(
    ("dossier", "says"),
    [
        ("regimes = []", "no regime is named"),
        ('regimes = ["modle_card"]', "unknown regime 'modle_card' (did you mean 'model_card'?)"),
        ('policy = "plicy.yaml"', "plicy.yaml: no such file or directory"),
        ('policy = "bad.yaml"', "'model_card/MC-MET-99': no such requirement (did you mean "),
    ],
)
def test_rules_at_fault_are_told_before_mlflow_is_asked(place: Place, dossier: str, says: str) -> None:
    (place.folder / "bad.yaml").write_text(
        'title: x\nedition: "1"\nwaivers:\n- {requirement: model_card/MC-MET-99, reason: a, owner: risk committee, until: "2030-01-01"}\n'
    )
    place.configure('tracking_uri = "sqlite:///nowhere.db"', dossier)
    for command in ("check", "build"):
        assert says in place.refuses(2, command, "models:/churn/1")["message"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nosuch"], "invalid choice: 'nosuch'"),
        (["build"], "build: the following arguments are required: model"),
        (["check", "models:/churn/1", "--as-of", "yesterday"], "--as-of: got 'yesterday', expected a date"),
        (["check", "models:/churn/1", "--snapshot", "zz"], "expected at least 8 hexadecimal digits"),
        (["check", "models:/churn/1", "--colour"], "unrecognized arguments: --colour"),
        (["regime", "lint"], "lint: the following arguments are required: folder"),
        (["regime", "lint", "nowhere"], "no such file or directory"),
    ],
)
def test_a_command_that_is_not_understood(place: Place, arguments: list[str], says: str) -> None:
    assert says in place.refuses(2, *arguments)["message"]


def test_bytes_that_are_no_text_are_no_model(place: Place) -> None:
    assert "bytes that are no UTF-8" in place.refuses(2, "collect", "models:/\udcff/1")["message"]


def test_a_snapshot_of_another_version_is_not_taken_for_the_one_asked(place: Place) -> None:
    taken = json.loads(place.docgen("collect", "models:/churn/1", "--format", "json").stdout)["snapshot"]
    for command in ("check", "build"):
        error = place.refuses(2, command, "models:/churn/2", "--snapshot", taken[:12])
        assert "is of 'models:/churn/1', not of 'models:/churn/2'" in error["message"]
    assert place.docgen("check", "models:/churn@champion", "--snapshot", taken).returncode == 1
    error = place.refuses(2, "check", "models:/churn@challenger", "--snapshot", taken)
    assert "not of 'models:/churn@challenger'" in error["message"]
    assert "no snapshot begins" in place.refuses(9, "check", "models:/churn/1", "--snapshot", "0" * 8)["message"]


@pytest.mark.parametrize("where", ["objects", "snapshots"])
def test_a_snapshot_with_one_byte_changed(place: Place, where: str) -> None:
    assert place.docgen("build", "models:/churn/1", "--no-pdf").returncode == 1
    (path,) = (path for path in (place.folder / ".docgen" / where).rglob("*") if path.is_file())
    data = bytearray(path.read_bytes())
    at = data.index(b"models:/churn/1") + len(b"models:/churn/")
    data[at] ^= 1
    path.chmod(0o644)
    path.write_bytes(bytes(data))
    for command in ("check", "build"):
        error = place.refuses(10 if where == "objects" else 9, command, "models:/churn/1", "--offline")
        assert ("was changed" if where == "objects" else "no snapshot of 'models:/churn/1'") in error["message"]
    error = place.refuses(10, "verify")
    assert "digest(s) do not hold" in error["message"]
    if where == "objects":
        assert "was changed" in place.refuses(10, "collect", "models:/churn/1")["message"]


def test_a_dossier_with_one_byte_changed_does_not_verify(place: Place) -> None:
    assert place.docgen("build", "models:/churn/1", "--no-pdf").returncode == 1
    folder = place.folder / "dossiers" / "churn" / "1"
    assert place.docgen("verify").returncode == 0
    page = folder / "performance.html"
    data = bytearray(page.read_bytes())
    data[len(data) // 2] ^= 1
    page.write_bytes(bytes(data))
    (folder / "files" / "assessment-model_card.json").unlink()
    (folder / "extra.html").write_text("x")
    error = place.refuses(10, "verify", "dossiers/churn/1")
    lines = error["message"].splitlines()
    assert lines[0] == "3 digest(s) do not hold:"
    assert "performance.html: has SHA-256" in error["message"]
    assert "not there" in error["message"]
    assert "extra.html: not listed" in error["message"]


def test_nothing_to_verify_is_no_success(place: Place) -> None:
    assert "nothing to verify" in place.refuses(9, "verify")["message"]
    assert "is no dossier" in place.refuses(9, "verify", "mlruns")["message"]


def test_half_a_list_is_no_pass(place: Place) -> None:
    """A reader that goes away after the first line does not turn a closed gate into exit code 0."""
    assert place.docgen("collect", "models:/churn/1").returncode == 0
    command = [sys.executable, "-m", "docgen", "check", "models:/churn/1", "--offline", "--quiet"]
    with subprocess.Popen(command, cwd=place.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
    assert process.returncode == 1
    assert errors == b""


def test_a_result_that_cannot_be_written_is_a_failure(place: Place) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    command = [sys.executable, "-m", "docgen", "regime", "list"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=place.folder, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 12
    assert done.stderr == "docgen: cannot write to standard output: no space left on device\n  next: free some space\n"


def test_names_that_the_terminal_cannot_show_are_named(place: Place) -> None:
    done = place.docgen("collect", "models:/ch\u202erun\u00fc/1", "--quiet", env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 9
    assert "\u202e" not in done.stderr
    assert "\\xfc" in done.stderr


def test_a_demo_goes_into_no_folder_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    before = tree(tmp_path)
    done = run_docgen("demo", "mine", cwd=tmp_path)
    assert done.returncode == 12
    assert said(done.stderr).startswith("docgen: 'mine' holds something else\n")
    assert tree(tmp_path) == before


def test_a_folder_of_runs_says_it_too(files_made, tmp_path: Path) -> None:
    shutil.copytree(files_made.folder / "mlruns", tmp_path / "mlruns")
    before = tree(tmp_path)
    for model, says in {
        "models:/chrun/1": "did you mean 'churn'?",
        "models:/churn/9": "has no version 9",
        "models:/churn@chmapion": "did you mean 'champion'?",
        f"runs:/{RUN}": "no run",
    }.items():
        done = run_docgen("collect", model, "--tracking-uri", "mlruns", "--format", "json", cwd=tmp_path)
        assert says in refused(done, 9)["message"]
    assert tree(tmp_path) == before
