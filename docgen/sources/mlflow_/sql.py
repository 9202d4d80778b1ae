"""MLflow's own tables, read with SELECT and nothing else, from SQLite and PostgreSQL, whatever the schema's age.

An MLflow client would upgrade an older schema in place, without asking. Here a table or column that a store does not
have reads as absent, so that one reader serves MLflow 2 and 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from sqlalchemy import ColumnElement, column, inspect, literal, select, table
from sqlalchemy.exc import SQLAlchemyError

from docgen.errors import SourceError
from docgen.model.snapshot import Finding, Origin
from docgen.sources.mlflow_ import records
from docgen.sources.mlflow_.databases import Database, open_postgresql, open_sqlite
from docgen.sources.mlflow_.records import (
    CONTEXT_TAG,
    DELETED_VERSION,
    LOGGED_MODEL_STATUS,
    PARENT_TAG,
    PROMPT_TAG,
    LinkedMetric,
    StoreDataset,
    StoreLoggedModel,
    StoreMetric,
    StoreModel,
    StoreRun,
    StoreVersion,
    clean,
    metric,
    moment,
    pairs,
)

WORKSPACE = "default"
"""The workspace that is read where a store has workspaces (MLflow 3.10 and later)."""

Row = tuple[object, ...]

_BATCH = 500
_TABLES = frozenset({
    "alembic_version", "experiments", "runs", "tags", "params", "metrics", "latest_metrics", "inputs", "input_tags",
    "datasets", "registered_models", "registered_model_tags", "registered_model_aliases", "model_versions",
    "model_version_tags", "logged_models", "logged_model_params", "logged_model_tags", "logged_model_metrics",
})  # fmt: skip
_RUN = (
    "run_uuid", "name", "experiment_id", "status", "lifecycle_stage", "start_time", "end_time", "artifact_uri",
)  # fmt: skip
_VERSION = (
    "version", "source", "run_id", "status", "current_stage", "description", "creation_time", "last_updated_time",
)  # fmt: skip
_DATASET = ("name", "digest", "dataset_source_type", "dataset_source", "dataset_schema", "dataset_profile")
_METRIC = ("key", "value", "step", "timestamp", "is_nan")
_LOGGED_MODEL = ("name", "source_run_id", "status", "creation_timestamp_ms", "artifact_location")
_LINKED = (
    "metric_name", "metric_value", "metric_step", "metric_timestamp_ms", "dataset_name", "dataset_digest", "run_id",
)  # fmt: skip


class SqlStore:
    """A tracking database. Use `open_sqlite_store` or `open_postgresql_store`.

    Args:
        database: opened so that it cannot be changed.
        kind: for the origin.

    Raises:
        SourceError: it cannot be read, or is no MLflow database.
    """

    def __init__(self, database: Database, kind: Literal["sqlite", "postgresql"]) -> None:
        self._database = database
        self.origin = Origin(kind=kind, uri=database.shown)
        self._columns = self._schema()
        revision = self._rows("alembic_version", ("version_num",))
        self.origin = replace(self.origin, server_version=f"schema {clean(revision[0][0])}" if revision else None)

    def close(self) -> None:
        """Let go of connections, and of a private copy."""
        self._database.close()

    def findings(self) -> tuple[Finding, ...]:
        """Return nothing: a database holds no malformed records."""
        return ()

    def beside(self, run_id: str | None, model_id: str | None) -> Path | None:  # noqa: ARG002  # as `Store` has it
        """Return None: a database is no folder of artifacts."""
        return None

    def model_names(self) -> tuple[str, ...]:
        """Return the names of the registered models, prompts left out."""
        prompts = {row[0] for row in self._rows("registered_model_tags", ("name",), key=PROMPT_TAG)}
        names = (clean(row[0]) for row in self._rows("registered_models", ("name",)) if row[0] not in prompts)
        return tuple(sorted(names))

    def model(self, name: str) -> StoreModel | None:
        """Return a registered model, or None; a prompt is none."""
        rows = self._rows("registered_models", ("description",), name=name)
        tags = pairs(_two(self._rows("registered_model_tags", ("key", "value"), name=name)))
        if not rows or PROMPT_TAG in dict(tags):
            return None
        return StoreModel(name=name, description=clean(rows[0][0]), tags=tags, aliases=self._aliases(name))

    def version_numbers(self, name: str) -> tuple[str, ...]:
        """Return the versions of a model in ascending order, deleted ones left out."""
        rows = self._rows("model_versions", ("version", "current_stage"), name=name)
        kept = (number for number, stage in rows if stage != DELETED_VERSION)
        return tuple(
            str(number) for number in sorted(records.whole(number, f"a version of {name!r}") for number in kept)
        )

    def version(self, name: str, version: str) -> StoreVersion | None:
        """Return a model version, or None."""
        rows = [row for row in self._rows("model_versions", _VERSION, name=name) if clean(row[0]) == version]
        if not rows or rows[0][_VERSION.index("current_stage")] == DELETED_VERSION:
            return None
        _, source, run_id, status, stage, description, created, updated = rows[0]
        tags = self._rows("model_version_tags", ("version", "key", "value"), name=name)
        return StoreVersion(
            name=name,
            version=version,
            source=clean(source),
            run_id=clean(run_id) or None,
            model_id=records.model_id_of(clean(source)),
            status=clean(status),
            stage=records.stage_of(stage),
            description=clean(description),
            created=moment(created),
            updated=moment(updated),
            tags=pairs((key, value) for number, key, value in tags if clean(number) == version),
            aliases=tuple(alias for alias, number in self._aliases(name) if number == version),
        )

    def run(self, run_id: str) -> StoreRun | None:
        """Return a run, deleted ones too, or None."""
        found = self._runs([run_id])
        return found[0] if found else None

    def children(self, run: StoreRun, *, limit: int) -> tuple[StoreRun, ...]:
        """Return at most `limit` runs of the same experiment that name `run` as their parent, by start and id."""
        ids = [clean(row[0]) for row in self._rows("tags", ("run_uuid",), key=PARENT_TAG, value=run.run_id)]
        rows = self._rows("runs", ("run_uuid", "start_time", "experiment_id"), run_uuid=ids)
        same = (row for row in rows if clean(row[2]) == run.experiment_id)
        first = sorted((records.whole(start or 0, "the start of a run"), clean(run_id)) for run_id, start, _ in same)[
            :limit
        ]
        return tuple(self._runs([run_id for _, run_id in first]))

    def tagged(self, key: str, value: str, *, limit: int) -> tuple[StoreRun, ...]:
        """Return the newest `limit` runs with this tag, of all experiments, by start and id; deleted ones left out."""
        ids = [clean(row[0]) for row in self._rows("tags", ("run_uuid",), key=key, value=value)]
        stages = dict(_two(self._rows("experiments", ("experiment_id", "lifecycle_stage"))))
        wanted = ("run_uuid", "start_time", "lifecycle_stage", "experiment_id")
        newest = sorted(
            (int(str(start or 0)), clean(run_id))
            for run_id, start, stage, experiment in self._rows("runs", wanted, run_uuid=ids)
            if "deleted" not in {stage, stages.get(experiment)}
        )[-limit:]
        return tuple(self._runs([run_id for _, run_id in newest]))

    def history(self, run: StoreRun, key: str) -> tuple[StoreMetric, ...]:
        """Return every logged value of a metric, in order of step, time and value."""
        return records.history(_metric(row) for row in self._rows("metrics", _METRIC, run_uuid=run.run_id, key=key))

    def logged_model(self, model_id: str) -> StoreLoggedModel | None:
        """Return a logged model, or None where the store has none."""
        rows = self._rows("logged_models", _LOGGED_MODEL, model_id=model_id)
        if not rows:
            return None
        name, run_id, status, created, location = rows[0]
        metrics = (_linked(row) for row in self._rows("logged_model_metrics", _LINKED, model_id=model_id))
        return StoreLoggedModel(
            model_id=model_id,
            name=clean(name),
            run_id=clean(run_id) or None,
            status=LOGGED_MODEL_STATUS.get(clean(status), clean(status)),
            created=moment(created),
            location=clean(location),
            params=pairs(_two(self._rows("logged_model_params", ("param_key", "param_value"), model_id=model_id))),
            tags=pairs(_two(self._rows("logged_model_tags", ("tag_key", "tag_value"), model_id=model_id))),
            metrics=records.linked(metrics),
        )

    def _aliases(self, name: str) -> records.Pairs:
        return pairs(_two(self._rows("registered_model_aliases", ("alias", "version"), name=name)))

    def _runs(self, ids: Sequence[str]) -> list[StoreRun]:
        params = self._by_owner("params", ("key", "value"), run_uuid=ids)
        tags = self._by_owner("tags", ("key", "value"), run_uuid=ids)
        metrics = self._by_owner("latest_metrics", _METRIC, run_uuid=ids)
        ends = self._by_owner("inputs", ("destination_type", "destination_id"), source_id=ids)
        datasets = self._datasets(ids)
        experiments = dict(_two(self._rows("experiments", ("experiment_id", "name"))))
        rows = {clean(row[0]): row for row in self._rows("runs", _RUN, run_uuid=ids)}
        result = []
        for run_id in ids:
            if run_id not in rows:
                continue
            _, name, experiment, status, lifecycle, start, end, uri = rows[run_id]
            own = pairs(_two(tags.get(run_id, [])))
            result.append(
                StoreRun(
                    run_id=run_id,
                    name=dict(own).get("mlflow.runName") or clean(name),
                    experiment_id=clean(experiment),
                    experiment=clean(experiments.get(experiment)),
                    status=clean(status),
                    lifecycle=clean(lifecycle) or "active",
                    started=moment(start),
                    ended=moment(end),
                    artifact_uri=clean(uri),
                    params=pairs(_two(params.get(run_id, []))),
                    tags=own,
                    metrics=records.latest(_metric(row) for row in metrics.get(run_id, [])),
                    datasets=datasets.get(run_id, ()),
                    model_inputs=_ends(ends.get(run_id, []), "MODEL_INPUT"),
                    model_outputs=_ends(ends.get(run_id, []), "MODEL_OUTPUT"),
                )
            )
        return result

    def _datasets(self, ids: Sequence[str]) -> dict[str, tuple[StoreDataset, ...]]:
        wanted = ("input_uuid", "source_id", "source_type", "destination_type")
        links = [
            (run_id, link, source)
            for run_id, rows in self._by_owner("inputs", wanted, destination_id=ids).items()
            for link, source, source_type, destination_type in rows
            if (source_type, destination_type) == ("DATASET", "RUN")
        ]
        data = self._by_owner("datasets", _DATASET, dataset_uuid=[clean(source) for _, _, source in links])
        tags = self._by_owner("input_tags", ("name", "value"), input_uuid=[clean(link) for _, link, _ in links])
        found: dict[str, list[StoreDataset]] = {}
        for run_id, link, source in links:
            context = dict(pairs(_two(tags.get(clean(link), [])))).get(CONTEXT_TAG, "")
            found.setdefault(run_id, []).extend(_dataset(row, context) for row in data.get(clean(source), [])[:1])
        return {run_id: tuple(sorted(items, key=records.dataset_order)) for run_id, items in found.items()}

    def _by_owner(self, name: str, wanted: tuple[str, ...], /, **ids: Sequence[str]) -> dict[str, list[Row]]:
        """Return the wanted columns of the rows of many owners, by owner; `ids` names the owner's column."""
        ((owner, values),) = ids.items()
        result: dict[str, list[Row]] = {}
        for row in self._rows(name, (owner, *wanted), **{owner: values}):
            result.setdefault(clean(row[0]), []).append(row[1:])
        return result

    def _rows(self, name: str, wanted: tuple[str, ...], /, **where: str | Sequence[str]) -> list[Row]:
        """Return the wanted columns of the rows that match; what does not exist reads as NULL, or as no rows."""
        present = self._columns.get(name)
        if present is None or not set(where) <= present:
            return []
        conditions: list[ColumnElement[bool]] = [column("workspace") == WORKSPACE] if "workspace" in present else []
        batches: list[list[ColumnElement[bool]]] = [[]]
        for key, value in where.items():
            if isinstance(value, str):
                conditions.append(column(key) == value)
            else:
                starts = range(0, len(value), _BATCH)
                batches = [[column(key).in_(value[start : start + _BATCH])] for start in starts]
        columns = [column(item) if item in present else literal(None).label(item) for item in wanted]
        query = select(*columns).select_from(table(name)).where(*conditions)
        try:
            with self._database.engine.connect() as connection:
                return [tuple(row) for batch in batches for row in connection.execute(query.where(*batch))]
        except SQLAlchemyError as err:
            raise self._unreadable(err) from err

    def _schema(self) -> dict[str, frozenset[str]]:
        """Return the columns of each of MLflow's tables that exist."""
        try:
            inspector = inspect(self._database.engine)
            present = _TABLES.intersection(inspector.get_table_names())
            columns = {name: frozenset(item["name"] for item in inspector.get_columns(name)) for name in present}
        except SQLAlchemyError as err:
            raise self._unreadable(err) from err
        missing = sorted({"experiments", "runs"} - present)
        if missing:
            raise SourceError(
                f"{self.origin.uri!r} is no MLflow database: it has no table {' or '.join(missing)}",
                hint="point at the tracking database, or at the folder mlruns",
            )
        return columns

    def _unreadable(self, err: SQLAlchemyError) -> SourceError:
        """Return the driver's own first line; statements and parameters are not repeated."""
        lines = str(getattr(err, "orig", None) or err).strip().splitlines() or [type(err).__name__]
        hint = next(
            (advice for sign, advice in _ADVICE if sign in lines[0].lower()), "look into the database's own log"
        )
        return SourceError(f"the MLflow database {self.origin.uri!r} cannot be read: {lines[0].strip()}", hint=hint)


_ADVICE = (
    ("locked", "another program is writing to it: try again"),
    ("statement timeout", "raise [mlflow] timeout_seconds"),
    ("permission denied", "grant SELECT on MLflow's tables to the role"),
    ("password", "put the password into the address or into ~/.pgpass"),
    ("malformed", "the file is damaged: restore it from a backup"),
    ("refused", "start the database, or correct [mlflow] tracking_uri in docgen.toml"),
    ("timeout", "check host and port, or raise [mlflow] timeout_seconds"),
    ("resolve host", "check the host's name in [mlflow] tracking_uri"),
)
"""What the driver's words call for, first match wins."""


def open_sqlite_store(uri: str) -> SqlStore:
    """Open an SQLite tracking database read-only; its bytes stay as they are, and none is ever created.

    Raises:
        UsageError: the address names no file.
        SourceError: no such file, an empty one, or no MLflow database.
    """
    return _opened(open_sqlite(uri), "sqlite")


def open_postgresql_store(uri: str, *, timeout_seconds: int) -> SqlStore:
    """Open a PostgreSQL tracking database; its transactions cannot write.

    Raises:
        SourceError: no driver, no answer, no permission, or no MLflow database.
    """
    return _opened(open_postgresql(uri, timeout_seconds=timeout_seconds), "postgresql")


def _opened(database: Database, kind: Literal["sqlite", "postgresql"]) -> SqlStore:
    try:
        return SqlStore(database, kind)
    except BaseException:
        database.close()
        raise


def _two(rows: Iterable[Row]) -> list[tuple[object, object]]:
    return [(row[0], row[1]) for row in rows]


def _ends(rows: Iterable[Row], kind: str) -> tuple[str, ...]:
    return tuple(sorted(clean(end) for what, end in rows if what == kind))


def _metric(row: Row) -> StoreMetric:
    key, value, step, time, is_nan = row
    return metric(key, value, step, time, is_nan=bool(is_nan))


def _linked(row: Row) -> LinkedMetric:
    key, value, step, time, name, digest, run_id = row
    return LinkedMetric(
        metric=metric(key, value, step, time),
        dataset_name=clean(name),
        dataset_digest=clean(digest),
        run_id=clean(run_id),
    )


def _dataset(row: Row, context: str) -> StoreDataset:
    name, digest, source_type, source, schema, profile = (clean(value) for value in row)
    return StoreDataset(
        name=name,
        digest=digest,
        context=context,
        source_type=source_type,
        source=source,
        schema=schema,
        profile=profile,
    )
