"""A tracking server, asked through MLflow's own client, so that its plug-ins and log-ins keep working."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from docgen.errors import SourceError
from docgen.model.snapshot import Finding, Origin
from docgen.sources.mlflow_ import records
from docgen.sources.mlflow_.asking import ABSENT, Asker, Patience, manners, without_credentials
from docgen.sources.mlflow_.records import (
    CONTEXT_TAG,
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

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput, LoggedModel, Metric, Run

T = TypeVar("T")

_VERSION = re.compile(r"\d+\.\d+[\w.+-]{0,40}")
_PAGE = 1000
_NOT_THERE = ABSENT | {"INVALID_PARAMETER_VALUE"}
"""MLflow answers a version that is no number, and in places a name, with a bad parameter."""

_MLFLOW_2 = ABSENT | {"ENDPOINT_NOT_FOUND", "404", "405", "501"}
"""How a server of MLflow 2 answers when it is asked for logged models."""


class HttpStore:
    """A tracking server, or any other store that MLflow's client can open without a database.

    Args:
        tracking_uri: may hold credentials; they are never shown.
        registry_uri: where the model registry lives, when elsewhere.
        patience: how long the server may take.

    Raises:
        SourceError: it does not answer, or wants a log-in.
    """

    def __init__(self, tracking_uri: str, registry_uri: str | None = None, *, patience: Patience) -> None:
        shown = without_credentials(tracking_uri)
        self._asker = Asker(shown=shown, patience=patience)
        self._uri = tracking_uri
        self._experiments: dict[str, str] = {}
        remote = tracking_uri.lower().startswith(("http://", "https://"))
        registry = registry_uri or (tracking_uri if remote else None)
        with manners(patience):
            from mlflow import MlflowClient

        self._client = self._ask("a client", lambda: MlflowClient(tracking_uri=tracking_uri, registry_uri=registry))
        version = self._server_version() if remote else None
        self.origin = Origin(kind="http" if remote else "client", uri=shown, server_version=version)

    def close(self) -> None:
        """Nothing is held open."""

    def findings(self) -> tuple[Finding, ...]:
        """Return nothing: a server gives only well-formed records."""
        return ()

    def beside(self, run_id: str | None, model_id: str | None) -> Path | None:  # noqa: ARG002  # as `Store` has it
        """Return None: a server is no folder."""
        return None

    def model_names(self) -> tuple[str, ...]:
        """Return the names of the registered models, prompts left out."""
        pages = self._pages(
            "registered models",
            lambda token: self._client.search_registered_models(max_results=_PAGE, page_token=token),
        )
        return tuple(sorted(clean(item.name) for item in pages if PROMPT_TAG not in item.tags))

    def model(self, name: str) -> StoreModel | None:
        """Return a registered model, or None; a prompt is none."""
        item = self._maybe(f"model {name!r}", lambda: self._client.get_registered_model(name), _NOT_THERE)
        if item is None or PROMPT_TAG in item.tags:
            return None
        return StoreModel(
            name=name, description=clean(item.description), tags=pairs(item.tags), aliases=pairs(item.aliases)
        )

    def version_numbers(self, name: str) -> tuple[str, ...]:
        """Return the versions of a model in ascending order, deleted ones left out.

        Raises:
            SourceError: the name holds both kinds of quotes, which MLflow's filters cannot express.
        """
        wanted = f"name={_quoted(name, 'versions')}"
        pages = self._pages(
            f"versions of {name!r}",
            lambda token: self._client.search_model_versions(wanted, _PAGE, page_token=token),
        )
        numbers = sorted(records.whole(item.version, f"a version of {name!r}") for item in pages)
        return tuple(str(number) for number in numbers)

    def version(self, name: str, version: str) -> StoreVersion | None:
        """Return a model version, or None."""
        item = self._maybe(
            f"version {version} of {name!r}", lambda: self._client.get_model_version(name, version), _NOT_THERE
        )
        if item is None:
            return None
        source = clean(item.source)
        return StoreVersion(
            name=name,
            version=clean(item.version),
            source=source,
            run_id=clean(item.run_id) or None,
            model_id=clean(getattr(item, "model_id", None)) or records.model_id_of(source),
            status=clean(item.status),
            stage=records.stage_of(item.current_stage),
            description=clean(item.description),
            created=moment(item.creation_timestamp),
            updated=moment(item.last_updated_timestamp),
            tags=pairs(item.tags),
            aliases=tuple(sorted(clean(alias) for alias in item.aliases or ())),
        )

    def run(self, run_id: str) -> StoreRun | None:
        """Return a run, deleted ones too, or None."""
        item = self._maybe(f"run {run_id!r}", lambda: self._client.get_run(run_id), _NOT_THERE)
        return self._run(item) if item is not None else None

    def children(self, run: StoreRun, *, limit: int) -> tuple[StoreRun, ...]:
        """Return at most `limit` runs of the same experiment that name `run` as their parent, by start and id."""
        if not run.run_id.isalnum():
            return ()
        found = self._ask(
            "child runs",
            lambda: self._client.search_runs(
                [run.experiment_id],
                f"tags.`{PARENT_TAG}` = '{run.run_id}'",
                run_view_type=3,  # ViewType.ALL: active and deleted
                max_results=min(limit, _PAGE),
                order_by=["attributes.start_time ASC", "attributes.run_id ASC"],
            ),
        )
        return tuple(self._run(item) for item in found)

    def tagged(self, key: str, value: str, *, limit: int) -> tuple[StoreRun, ...]:
        """Return the newest `limit` runs with this tag, of all experiments, by start and id; deleted ones left out.

        Raises:
            SourceError: the value holds both kinds of quotes, which MLflow's filters cannot express.
        """
        experiments = self._pages(
            "experiments", lambda token: self._client.search_experiments(max_results=_PAGE, page_token=token)
        )
        for item in experiments:
            self._experiments[clean(item.experiment_id)] = clean(item.name)
        if not experiments:
            return ()
        wanted = f"tags.`{key}` = {_quoted(value, 'runs')}"
        found = self._ask(
            f"runs tagged {key}",
            lambda: self._client.search_runs(
                [item.experiment_id for item in experiments],
                wanted,
                max_results=min(limit, _PAGE),
                order_by=["attributes.start_time DESC", "attributes.run_id DESC"],
            ),
        )
        runs = tuple(self._run(item) for item in reversed(found))
        return tuple(run for run in runs if run.tag(key) == value)

    def history(self, run: StoreRun, key: str) -> tuple[StoreMetric, ...]:
        """Return every logged value of a metric, in order of step, time and value."""
        found = self._ask(f"the history of {key!r}", lambda: self._client.get_metric_history(run.run_id, key))
        return records.history(_metric(item) for item in found)

    def logged_model(self, model_id: str) -> StoreLoggedModel | None:
        """Return a logged model; None where there is none, and from a server of MLflow 2."""
        item = self._maybe(f"logged model {model_id!r}", lambda: self._client.get_logged_model(model_id), _MLFLOW_2)
        return _logged_model(item) if item is not None else None

    def _run(self, item: Run) -> StoreRun:
        info, data, inputs, outputs = item.info, item.data, item.inputs, item.outputs
        tags = pairs(data.tags)
        return StoreRun(
            run_id=info.run_id,
            name=dict(tags).get("mlflow.runName") or clean(info.run_name),
            experiment_id=clean(info.experiment_id),
            experiment=self._experiment(clean(info.experiment_id)),
            status=clean(info.status),
            lifecycle=clean(info.lifecycle_stage) or "active",
            started=moment(info.start_time),
            ended=moment(info.end_time),
            artifact_uri=clean(info.artifact_uri),
            params=pairs(data.params),
            tags=tags,
            metrics=records.latest(_metric(found) for found in data._metric_objs),  # noqa: SLF001  # steps and times stand nowhere else
            datasets=tuple(sorted(map(_dataset, inputs.dataset_inputs if inputs else ()), key=records.dataset_order)),
            model_inputs=_ids(getattr(inputs, "model_inputs", None)),
            model_outputs=_ids(getattr(outputs, "model_outputs", None)),
        )

    def _experiment(self, experiment_id: str) -> str:
        if experiment_id not in self._experiments:
            found = self._maybe("the experiment", lambda: self._client.get_experiment(experiment_id), _NOT_THERE)
            self._experiments[experiment_id] = clean(found.name) if found else ""
        return self._experiments[experiment_id]

    def _server_version(self) -> str | None:
        """Return the server's version; the first question, so that a server that is down says so here."""
        from mlflow.utils import credentials, rest_utils

        host: Any = credentials.get_default_host_creds
        request: Any = rest_utils.http_request

        def call() -> str:
            answer = request(host(self._uri), "/version", "GET", stream=True)
            if answer.status_code in {401, 403} or answer.status_code >= 500:
                answer.raise_for_status()
            return answer.raw.read(64).decode("ascii", "replace").strip() if answer.status_code == 200 else ""

        found = self._ask("its version", call)
        return found if _VERSION.fullmatch(found) else None

    def _pages(self, what: str, page: Callable[[str | None], Iterable[T]]) -> list[T]:
        """Return what stands on all pages.

        Raises:
            SourceError: the server gives a page token twice, which would never end.
        """
        found: list[T] = []
        seen: set[str] = set()
        token: str | None = None
        while True:
            answer = self._ask(what, lambda token=token: page(token))  # type: ignore[misc]  # the default binds the loop's value
            found.extend(answer)
            token = getattr(answer, "token", None)
            if not token:
                return found
            if token in seen:
                raise SourceError(
                    f"the MLflow server {self._asker.shown!r} repeats a page token ({what})",
                    hint="look into the server's log, or the proxy's before it",
                )
            seen.add(token)

    def _ask(self, what: str, call: Callable[[], T]) -> T:
        """Return an answer that must be there."""
        found = self._asker.ask(what, call, absent=frozenset())
        if found is None:
            raise SourceError(f"the MLflow server {self._asker.shown!r} answered nothing (asked for {what})")
        return found

    def _maybe(self, what: str, call: Callable[[], T], absent: frozenset[str]) -> T | None:
        return self._asker.ask(what, call, absent=absent)


def _quoted(text: str, what: str) -> str:
    """Return text as MLflow's filters write it."""
    quote = '"' if "'" in text else "'"
    if quote in text:
        raise SourceError(
            f"{what} of {text!r} cannot be listed: MLflow's filters have no way to quote the name",
            hint="rename the model, or read the server's database directly",
        )
    return f"{quote}{text}{quote}"


def _ids(models: Iterable[object] | None) -> tuple[str, ...]:
    return tuple(sorted(clean(getattr(item, "model_id", "")) for item in models or ()))


def _metric(item: Metric) -> StoreMetric:
    return metric(item.key, item.value, item.step, item.timestamp)


def _logged_model(item: LoggedModel) -> StoreLoggedModel:
    status = clean(getattr(item.status, "value", item.status))
    metrics = (
        LinkedMetric(
            metric=_metric(found),
            dataset_name=clean(found.dataset_name),
            dataset_digest=clean(found.dataset_digest),
            run_id=clean(found.run_id),
        )
        for found in item.metrics or ()
    )
    return StoreLoggedModel(
        model_id=clean(item.model_id),
        name=clean(item.name),
        run_id=clean(item.source_run_id) or None,
        status=LOGGED_MODEL_STATUS.get(status, status),
        created=moment(item.creation_timestamp),
        location=clean(item.artifact_location),
        params=pairs(item.params or {}),
        tags=pairs(item.tags or {}),
        metrics=records.linked(metrics),
    )


def _dataset(item: DatasetInput) -> StoreDataset:
    data = item.dataset
    return StoreDataset(
        name=clean(data.name),
        digest=clean(data.digest),
        context=next((clean(tag.value) for tag in item.tags if tag.key == CONTEXT_TAG), ""),
        source_type=clean(data.source_type),
        source=clean(data.source),
        schema=clean(data.schema),
        profile=clean(data.profile),
    )
