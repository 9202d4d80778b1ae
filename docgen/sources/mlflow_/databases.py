"""Opening an MLflow database so that it cannot be changed: SQLite read-only or as a private copy, PostgreSQL read-only.

MLflow's own client is never used here: it upgrades an older schema in place.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from docgen.errors import SourceError, StorageError, UsageError

_HEADER = b"SQLite format 3\0"
_WAL_MODE = 2
"""Bytes 18 and 19 of an SQLite header when the file is in write-ahead mode. https://www.sqlite.org/fileformat.html"""

_COPY_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """An open database and what must be tidied up after it."""

    engine: Engine
    shown: str
    """Its address without credentials."""
    copy: Path | None = None
    """Folder of the private copy that is read instead of the file."""

    def close(self) -> None:
        """Let go of connections and remove the private copy."""
        self.engine.dispose()
        if self.copy is not None:
            shutil.rmtree(self.copy, ignore_errors=True)


def parse_database_uri(uri: str) -> URL:
    """Return the parts of a database address.

    Raises:
        UsageError: it is none; the message does not repeat it, for it may hold a password.
    """
    try:
        return make_url(uri)
    except (ArgumentError, ValueError) as err:
        raise UsageError(
            "the tracking uri is no database address, expected sqlite:///<file> or postgresql://<host>/<database>",
            hint="an SQLite file is named with three slashes, e.g. sqlite:///mlflow.db",
        ) from err


def open_sqlite(uri: str) -> Database:
    """Open an SQLite file without writing to it, to its journal or beside it.

    A file in write-ahead mode, or with a journal, cannot be read without SQLite touching the files beside it; it is
    copied with them to a private folder and the copy is read.

    Raises:
        UsageError: the address names no file.
        SourceError: no such file, empty, not SQLite, or written to all the time.
        StorageError: the private copy cannot be written.
    """
    name = parse_database_uri(uri).database
    if not name or name == ":memory:":
        raise UsageError(f"tracking uri {uri!r} names no file", hint="write sqlite:///<file>, e.g. sqlite:///mlflow.db")
    path = Path(name.removeprefix("file:").partition("?")[0] if name.startswith("file:") else name)
    header = _header(path)
    shown = f"sqlite:///{path.as_posix()}"
    if _WAL_MODE in header[18:20] or _beside(path):
        folder = _private_copy(path)
        return Database(engine=_sqlite_engine(folder / "copy.db", "rw"), shown=shown, copy=folder)
    return Database(engine=_sqlite_engine(path, "ro"), shown=shown)


def _header(path: Path) -> bytes:
    try:
        if not path.is_file():
            what = "is no file" if path.exists() else "does not exist"
            raise SourceError(
                f"MLflow database {str(path)!r} {what}", hint="correct tracking_uri; docgen never creates a database"
            )
        with path.open("rb") as file:
            header = file.read(100)
    except OSError as err:
        raise SourceError(
            f"MLflow database {str(path)!r} cannot be read: {(err.strerror or str(err)).lower()}",
            hint="correct tracking_uri, or the permissions of the file",
        ) from err
    if not header:
        raise SourceError(
            f"MLflow database {str(path)!r} is empty: 0 bytes, expected an SQLite database",
            hint="point tracking_uri at the database that MLflow wrote",
        )
    if not header.startswith(_HEADER):
        raise SourceError(
            f"{str(path)!r} is not an SQLite database: it begins with {header[:15]!r}",
            hint="point tracking_uri at the database that MLflow wrote",
        )
    return header


def _beside(path: Path) -> tuple[Path, ...]:
    """Return the journals beside the file that hold something."""
    files = (path.with_name(path.name + ending) for ending in ("-wal", "-journal"))
    return tuple(file for file in files if file.is_file() and file.stat().st_size)


def _private_copy(path: Path) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="docgen-mlflow-"))  # mode 0700
    try:
        for _ in range(_COPY_TRIES):
            before = _fingerprint(path)
            for file in (path, *_beside(path)):
                shutil.copyfile(file, folder / ("copy.db" + file.name.removeprefix(path.name)))
            if _fingerprint(path) == before:
                return folder
    except OSError as err:
        shutil.rmtree(folder, ignore_errors=True)
        raise StorageError(
            f"cannot copy {str(path)!r} to a temporary folder: {(err.strerror or str(err)).lower()}",
            hint="free some space, or set TMPDIR to a folder that has it",
        ) from err
    shutil.rmtree(folder, ignore_errors=True)
    raise SourceError(
        f"MLflow database {str(path)!r} was written to during each of {_COPY_TRIES} readings",
        hint="wait until the training run is over, or read through an MLflow server",
    )


def _fingerprint(path: Path) -> tuple[tuple[str, int, int], ...]:
    files = (path, *_beside(path))
    return tuple((file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files)


def _sqlite_engine(path: Path, mode: str) -> Engine:
    target = f"file:{quote(str(path.absolute()))}?mode={mode}&uri=true"
    engine = create_engine(f"sqlite:///{target}", poolclass=NullPool, connect_args={"timeout": 15})

    @event.listens_for(engine, "connect")
    def _distrust(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]  # a DBAPI connection, which has no type
        cursor.execute("PRAGMA query_only = ON")
        cursor.execute("PRAGMA trusted_schema = OFF")
        cursor.close()

    return engine


def open_postgresql(uri: str, *, timeout_seconds: int) -> Database:
    """Open a PostgreSQL database; every transaction is read-only and every statement has a deadline.

    Raises:
        SourceError: no driver is installed.
    """
    url = parse_database_uri(uri)
    driver = _postgresql_driver(url)
    milliseconds = max(timeout_seconds, 1) * 1000
    engine = create_engine(
        url.set(drivername=f"postgresql+{driver}"),
        pool_size=1,
        hide_parameters=True,
        connect_args={
            "connect_timeout": max(timeout_seconds, 2),
            "options": f"-c default_transaction_read_only=on -c statement_timeout={milliseconds}",
        },
    ).execution_options(postgresql_readonly=True)
    port = f":{url.port}" if url.port else ""
    return Database(engine=engine, shown=f"postgresql://{url.host or ''}{port}/{url.database or ''}")


def _postgresql_driver(url: URL) -> str:
    """Return the asked driver, or of psycopg 3 and psycopg2 the one that is installed."""
    _, _, asked = url.drivername.partition("+")
    for driver in (asked,) if asked else ("psycopg", "psycopg2"):
        if find_spec(driver) is not None:
            return driver
    raise SourceError(
        f"no PostgreSQL driver is installed, looked for {asked or 'psycopg and psycopg2'}",
        hint="pip install 'docgen[postgres]'",
    )
