"""Real MLflow stores, each made once for all tests: SQLite, a folder of runs, a tracking server, PostgreSQL, MLflow 2."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

TRAIN = Path(__file__).with_name("train_store.py")
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ALLOW_FILE_STORE": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}


@dataclass(frozen=True)
class Made:
    """A store and the run ids in it."""

    uri: str
    folder: Path
    ids: dict[str, str]


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    return {**kept, **QUIET}


def train(folder: Path, script: Path, *arguments: str) -> str:
    """Run a training script in `folder` and return the last line that it printed."""
    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return (done.stdout.strip().splitlines() or [""])[-1]


def _train(folder: Path, *arguments: str) -> dict[str, str]:
    return json.loads(train(folder, TRAIN, *arguments))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def sqlite_made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """An SQLite store of MLflow 3 with its artifacts beside it."""
    folder = tmp_path_factory.mktemp("sqlite")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    return Made(uri, folder, _train(folder, uri, str(folder / "mlruns")))


@pytest.fixture(scope="session")
def files_made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A folder of runs of MLflow 3."""
    folder = tmp_path_factory.mktemp("files")
    return Made(str(folder / "mlruns"), folder, _train(folder, str(folder / "mlruns")))


@pytest.fixture(scope="session")
def served_made(sqlite_made: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A tracking server over a copy of the SQLite store, which serves the artifacts too."""
    folder = tmp_path_factory.mktemp("served")
    with serve(sqlite_made.folder, folder) as uri:
        yield Made(uri, folder, sqlite_made.ids)


@contextlib.contextmanager
def serve(store: Path, folder: Path) -> Iterator[str]:
    """Run a tracking server in `folder` over a copy of an SQLite store and its `mlruns`; yield its address."""
    shutil.copy(store / "mlflow.db", folder / "mlflow.db")
    shutil.copytree(store / "mlruns", folder / "mlartifacts")
    local = (store / "mlruns").as_uri()
    with sqlite3.connect(folder / "mlflow.db") as database:
        for table, column in (
            ("runs", "artifact_uri"),
            ("logged_models", "artifact_location"),
            ("experiments", "artifact_location"),
        ):
            database.execute(f"UPDATE {table} SET {column} = replace({column}, ?, 'mlflow-artifacts:')", (local,))
    database.close()
    port = free_port()
    command = [
        sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}", "--artifacts-destination", str(folder / "mlartifacts"),
    ]  # fmt: skip
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=_environment(), stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait_until_up(f"http://127.0.0.1:{port}/health", server, folder / "server.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


def _wait_until_up(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"the server did not come up:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def postgresql_made(sqlite_made: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A PostgreSQL database with the rows of the SQLite store in the columns that docgen reads."""
    initdb = shutil.which("initdb") or next(
        iter(sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")))), None
    )
    pytest.importorskip("psycopg", reason="no PostgreSQL driver is installed")
    if initdb is None:
        pytest.skip("no PostgreSQL server is installed (initdb was not found)")
    programs = Path(initdb).resolve().parent
    prefix: list[str] = []
    folder = tmp_path_factory.mktemp("postgresql")
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("PostgreSQL does not run as root, and setpriv is not installed")
        prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        os.chown(folder, 65534, 65534)
        for parent in folder.parents:  # the server's user must be able to reach its folder
            if parent.owner() == folder.parents[0].owner() and parent.name.startswith("pytest-"):
                parent.chmod(0o755)
    data, port = folder / "data", free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    subprocess.run(
        [*prefix, str(programs / "initdb"), "-A", "trust", "-U", "owner", "-D", str(data)],
        check=True,
        capture_output=True,
    )
    start = [
        *prefix,
        str(programs / "pg_ctl"),
        "-D",
        str(data),
        "-w",
        "-l",
        str(folder / "log"),
        "-o",
        options,
        "start",
    ]
    subprocess.run(start, check=True, capture_output=True, timeout=60)
    try:
        _copy_rows(sqlite_made.folder / "mlflow.db", f"host=127.0.0.1 port={port} user=owner dbname=postgres")
        yield Made(f"postgresql://reader:secret@127.0.0.1:{port}/postgres", folder, sqlite_made.ids)
    finally:
        subprocess.run(
            [*prefix, str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"], capture_output=True
        )


def _copy_rows(source: Path, target: str) -> None:
    import psycopg

    types = {"INTEGER": "bigint", "BIGINT": "bigint", "FLOAT": "double precision", "BOOLEAN": "boolean"}
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as old, psycopg.connect(target) as new:
        tables = [row[0] for row in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            columns = [
                (row[1], types.get(row[2].upper(), "text")) for row in old.execute(f'PRAGMA table_info("{table}")')
            ]
            new.execute(f'CREATE TABLE "{table}" ({", ".join(f""""{name}" {kind}""" for name, kind in columns)})')
            for row in old.execute(f'SELECT * FROM "{table}"').fetchall():
                values = [bool(v) if kind == "boolean" else v for v, (_, kind) in zip(row, columns, strict=True)]
                new.execute(f'INSERT INTO "{table}" VALUES ({", ".join(["%s"] * len(values))})', values)
        new.execute("CREATE ROLE reader LOGIN PASSWORD 'secret'")
        new.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")


SCHEMA_2 = """
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
CREATE TABLE experiments (experiment_id INTEGER, name VARCHAR(256), artifact_location VARCHAR(256),
  lifecycle_stage VARCHAR(32), creation_time BIGINT, last_update_time BIGINT);
CREATE TABLE runs (run_uuid VARCHAR(32), name VARCHAR(250), source_type VARCHAR(20), source_name VARCHAR(500),
  entry_point_name VARCHAR(50), user_id VARCHAR(256), status VARCHAR(9), start_time BIGINT, end_time BIGINT,
  source_version VARCHAR(50), lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200), experiment_id INTEGER,
  deleted_time BIGINT);
CREATE TABLE tags (key VARCHAR(250), value VARCHAR(8000), run_uuid VARCHAR(32));
CREATE TABLE params (key VARCHAR(250), value VARCHAR(8000), run_uuid VARCHAR(32));
CREATE TABLE metrics (key VARCHAR(250), value FLOAT, timestamp BIGINT, run_uuid VARCHAR(32), step BIGINT, is_nan BOOLEAN);
CREATE TABLE latest_metrics (key VARCHAR(250), value FLOAT, timestamp BIGINT, step BIGINT, is_nan BOOLEAN, run_uuid VARCHAR(32));
CREATE TABLE datasets (dataset_uuid VARCHAR(36), experiment_id INTEGER, name VARCHAR(500), digest VARCHAR(36),
  dataset_source_type VARCHAR(36), dataset_source TEXT, dataset_schema TEXT, dataset_profile TEXT);
CREATE TABLE inputs (input_uuid VARCHAR(36), source_type VARCHAR(36), source_id VARCHAR(36), destination_type VARCHAR(36),
  destination_id VARCHAR(36));
CREATE TABLE input_tags (input_uuid VARCHAR(36), name VARCHAR(255), value VARCHAR(500));
CREATE TABLE registered_models (name VARCHAR(256), creation_time BIGINT, last_updated_time BIGINT, description VARCHAR(5000));
CREATE TABLE registered_model_tags (key VARCHAR(250), value VARCHAR(5000), name VARCHAR(256));
CREATE TABLE registered_model_aliases (alias VARCHAR(256), version INTEGER, name VARCHAR(256));
CREATE TABLE model_versions (name VARCHAR(256), version INTEGER, creation_time BIGINT, last_updated_time BIGINT,
  description VARCHAR(5000), user_id VARCHAR(256), current_stage VARCHAR(20), source VARCHAR(500), run_id VARCHAR(32),
  status VARCHAR(20), status_message VARCHAR(500), run_link VARCHAR(500), storage_location VARCHAR(500));
CREATE TABLE model_version_tags (key VARCHAR(250), value VARCHAR(5000), name VARCHAR(256), version INTEGER);
INSERT INTO alembic_version VALUES ('0584bdc529eb');
"""
"""The tables of MLflow 2.22 that docgen reads, without their keys and constraints."""


@pytest.fixture
def mlflow2_store(tmp_path: Path) -> Made:
    """An SQLite store as MLflow 2.22 lays it out: no logged models, no workspaces, no step on inputs."""
    path, run = tmp_path / "old.db", "a" * 32
    with sqlite3.connect(path) as database:
        database.executescript(SCHEMA_2)
        rows = {
            "experiments": (1, "old", "file:///elsewhere", "active", 1, 1),
            "runs": (run, "first", "LOCAL", "train.py", "", "me", "FINISHED", 1_600_000_000_000, 1_600_000_001_000, "",
                     "active", f"file:///elsewhere/{run}/artifacts", 1, None),
            "tags": ("mlflow.user", "me", run),
            "params": ("depth", "3", run),
            "metrics": ("acc", 0.5, 1_600_000_000_500, run, 2, 0),
            "latest_metrics": ("acc", 0.5, 1_600_000_000_500, 2, 0, run),
            "datasets": ("d1", 1, "rows", "0badcafe", "local", '{"uri": "rows.csv"}', "{}", '{"num_rows": 4}'),
            "inputs": ("i1", "DATASET", "d1", "RUN", run),
            "input_tags": ("i1", "mlflow.data.context", "train"),
            "registered_models": ("old model", 1, 1, "An old one."),
            "registered_model_aliases": ("champion", 1, "old model"),
            "model_versions": ("old model", 1, 1, 1, None, None, "Production", f"runs:/{run}/model", run, "READY", None, None, None),
        }  # fmt: skip
        for table, row in rows.items():
            database.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        deleted = (
            "old model",
            2,
            1,
            1,
            None,
            None,
            "Deleted_Internal",
            "REDACTED-SOURCE-PATH",
            None,
            "READY",
            None,
            None,
            None,
        )
        database.execute(f"INSERT INTO model_versions VALUES ({', '.join('?' * len(deleted))})", deleted)
    database.close()
    return Made(f"sqlite:///{path}", tmp_path, {"run": run})


Answer = tuple[int, str, bytes]
"""Status, content type and body."""


class Hostile:
    """A real HTTP server that answers what a test tells it to."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | Callable[[str], Answer]] = {}
        """Path -> answer; `*` for every other path."""
        self.asked: list[str] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                path = self.path.partition("?")[0]
                answer = outer.answers.get(path) or outer.answers.get("*") or (404, "text/plain", b"no")
                status, kind, body = answer(self.path) if callable(answer) else answer
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                if status in {301, 302}:
                    self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.do_GET()

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.uri = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def json(self, path: str, value: object, status: int = 200) -> None:
        """Answer `path` with a JSON value."""
        self.answers[path] = (status, "application/json", json.dumps(value).encode())

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    """A server that answers what the test says; it begins as one that knows its version and nothing else."""
    server = Hostile()
    server.answers["/version"] = (200, "text/plain", b"3.17.2")
    yield server
    server.close()
