"""What every kind of MLflow store answers, in one shape: versions as text, times as ISO 8601, numbers taken apart.

Absent text is empty, absent times and ids are None, keys are sorted, and the same store read in two ways gives the same
records.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from docgen.errors import SourceError
from docgen.model.evidence import Special
from docgen.model.snapshot import Finding, Origin

CLAMPED = 1.7976931348623157e308
"""What MLflow's SQL stores and REST answers keep instead of infinity."""

MAX_WHOLE = 2**53 - 1
"""Largest whole number with a canonical JSON form. MLflow's steps are 64-bit; one beyond this is cut to it."""

PROMPT_TAG = "mlflow.prompt.is_prompt"
"""Marks a prompt, which lies among the registered models."""

PARENT_TAG = "mlflow.parentRunId"
CONTEXT_TAG = "mlflow.data.context"
DELETED_VERSION = "Deleted_Internal"
"""The stage by which MLflow marks a deleted version whose row it keeps."""

LOGGED_MODEL_STATUS = {"0": "UNSPECIFIED", "1": "PENDING", "2": "READY", "3": "FAILED"}
"""Codes of a logged model's status in databases and folders."""

Pairs = tuple[tuple[str, str], ...]

_LOGGED_MODEL_SOURCE = re.compile(r"models:/(m-[0-9a-f]{32})(?:/.*)?", re.DOTALL)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreMetric:
    """One logged value."""

    key: str
    value: float | None
    special: Special | None
    step: int
    time: str
    """With milliseconds, for a step may be logged again within a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreDataset:
    """A dataset input of a run."""

    name: str
    digest: str
    context: str
    source_type: str
    source: str
    schema: str
    profile: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRun:
    """A run with its latest metrics."""

    run_id: str
    name: str
    experiment_id: str
    experiment: str
    status: str
    lifecycle: str
    started: str | None
    ended: str | None
    artifact_uri: str
    params: Pairs = ()
    tags: Pairs = ()
    metrics: tuple[StoreMetric, ...] = ()
    """Per key the value at the last step (then the last time, then the largest), by key."""
    datasets: tuple[StoreDataset, ...] = ()
    model_inputs: tuple[str, ...] = ()
    """Ids of logged models that went into the run."""
    model_outputs: tuple[str, ...] = ()
    """Ids of logged models that the run made."""

    def tag(self, key: str) -> str:
        """Return a tag's value; empty when it is not set."""
        return next((value for name, value in self.tags if name == key), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreVersion:
    """A registered model version."""

    name: str
    version: str
    source: str
    run_id: str | None
    model_id: str | None
    status: str
    stage: str
    description: str
    created: str | None
    updated: str | None
    tags: Pairs = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreModel:
    """A registered model."""

    name: str
    description: str
    tags: Pairs = ()
    aliases: Pairs = ()
    """(alias, version)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedMetric:
    """A metric of a logged model, tied to data."""

    metric: StoreMetric
    dataset_name: str
    dataset_digest: str
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreLoggedModel:
    """An MLflow 3 logged model."""

    model_id: str
    name: str
    run_id: str | None
    status: str
    created: str | None
    location: str
    params: Pairs = ()
    tags: Pairs = ()
    metrics: tuple[LinkedMetric, ...] = ()
    """Per key, data set and run the last value."""


class Store(Protocol):
    """A place that MLflow keeps its records in. Every method raises `SourceError` when it cannot be read."""

    origin: Origin

    def model_names(self) -> tuple[str, ...]:
        """Return the names of the registered models, prompts left out."""
        ...

    def model(self, name: str) -> StoreModel | None:
        """Return a registered model, or None; a prompt is none."""
        ...

    def version_numbers(self, name: str) -> tuple[str, ...]:
        """Return the versions of a model in ascending order, deleted ones left out."""
        ...

    def version(self, name: str, version: str) -> StoreVersion | None:
        """Return a model version, or None."""
        ...

    def run(self, run_id: str) -> StoreRun | None:
        """Return a run, deleted ones too, or None."""
        ...

    def children(self, run: StoreRun, *, limit: int) -> tuple[StoreRun, ...]:
        """Return at most `limit` runs of the same experiment that name `run` as their parent, by start and id."""
        ...

    def tagged(self, key: str, value: str, *, limit: int) -> tuple[StoreRun, ...]:
        """Return the newest `limit` runs with this tag, of all experiments, by start and id; deleted ones left out."""
        ...

    def history(self, run: StoreRun, key: str) -> tuple[StoreMetric, ...]:
        """Return every logged value of a metric, in order of step, time and value; equal lines count once."""
        ...

    def logged_model(self, model_id: str) -> StoreLoggedModel | None:
        """Return a logged model, or None where the store has none."""
        ...

    def beside(self, run_id: str | None, model_id: str | None) -> Path | None:
        """Return the store's own folder with the artifacts of a run or logged model, where the store is a folder."""
        ...

    def findings(self) -> tuple[Finding, ...]:
        """Return what was odd in the records read so far."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


def clean(value: object) -> str:
    """Return text as logged, "" for None; a lone surrogate, which no file can hold, becomes "?"."""
    return "" if value is None else str(value).encode("utf-8", "replace").decode("utf-8")


def pairs(items: Mapping[str, object] | Iterable[tuple[object, object]]) -> Pairs:
    """Return keys and values as text, sorted by key."""
    found = items.items() if isinstance(items, Mapping) else items
    return tuple(sorted((clean(key), clean(value)) for key, value in found))


def moment(milliseconds: object) -> str | None:
    """Return ISO 8601 UTC of milliseconds since 1970, to the second; None for none, or for what is no date."""
    found = _instant(milliseconds)
    return f"{found:%Y-%m-%dT%H:%M:%SZ}" if found else None


def _instant(milliseconds: object) -> datetime | None:
    try:
        count = int(str(milliseconds)) if milliseconds is not None else 0
        return _EPOCH + timedelta(milliseconds=count) if count > 0 else None
    except (ValueError, OverflowError):
        return None


def number(value: float, *, is_nan: bool = False) -> tuple[float | None, Special | None]:
    """Return a finite value, or why it is none."""
    if is_nan or math.isnan(value):
        return None, "nan"
    if math.isinf(value):
        return None, "+inf" if value > 0 else "-inf"
    if abs(value) >= CLAMPED:
        return None, "+inf (clamped)" if value > 0 else "-inf (clamped)"
    return value, None


def metric(key: object, value: object, step: object, milliseconds: object, *, is_nan: bool = False) -> StoreMetric:
    """Return one logged value as a record.

    Raises:
        SourceError: value or step is no number.
    """
    try:
        finite, special = number(math.nan if value is None else float(str(value)), is_nan=is_nan)
    except ValueError as err:
        raise _damaged(f"metric {clean(key)!r}", value) from err
    when = _instant(milliseconds) or _EPOCH
    return StoreMetric(
        key=clean(key),
        value=finite,
        special=special,
        step=max(-MAX_WHOLE, min(MAX_WHOLE, whole(step or 0, f"the step of metric {clean(key)!r}"))),
        time=f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z",
    )


def whole(value: object, what: str) -> int:
    """Return a whole number of a record.

    Raises:
        SourceError: it is none.
    """
    try:
        return int(str(value))
    except ValueError as err:
        raise _damaged(what, value) from err


def _damaged(what: str, value: object) -> SourceError:
    return SourceError(
        f"the MLflow store is damaged: {what} is {clean(value)[:40]!r}, expected a number",
        hint="restore the store from a backup",
    )


def rank(item: StoreMetric) -> tuple[int, str, float]:
    """Order by which MLflow calls a value the latest: step, then time, then value."""
    return item.step, item.time, item.value if item.value is not None else -math.inf


def latest(metrics: Iterable[StoreMetric]) -> tuple[StoreMetric, ...]:
    """Return per key the latest value, by key."""
    last: dict[str, StoreMetric] = {}
    for item in sorted(metrics, key=rank):
        last[item.key] = item
    return tuple(last[key] for key in sorted(last))


def history(metrics: Iterable[StoreMetric]) -> tuple[StoreMetric, ...]:
    """Return logged values in order, each once: folders often hold every line twice."""
    return tuple(sorted(set(metrics), key=rank))


def linked(metrics: Iterable[LinkedMetric]) -> tuple[LinkedMetric, ...]:
    """Return per key, data set and run the latest value, sorted; evaluating twice logs everything twice."""
    last: dict[tuple[str, str, str, str], LinkedMetric] = {}
    for item in sorted(metrics, key=lambda found: rank(found.metric)):
        last[item.metric.key, item.dataset_name, item.dataset_digest, item.run_id] = item
    return tuple(last[key] for key in sorted(last))


def dataset_order(item: StoreDataset) -> tuple[str, str, str]:
    """Order of data sets that is the same in every store."""
    return item.context, item.name, item.digest


def stage_of(text: object) -> str:
    """Return a stage; MLflow writes "None" for none."""
    stage = clean(text)
    return "" if stage == "None" else stage


def model_id_of(source: str) -> str | None:
    """Return the logged model that a version's `source` names: SQL stores keep it nowhere else."""
    found = _LOGGED_MODEL_SOURCE.fullmatch(source)
    return found.group(1) if found else None
