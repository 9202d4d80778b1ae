"""A dataset input as evidence: MLflow keeps its schema, profile and source as JSON of several shapes."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator

from docgen.model.evidence import DataColumn, Dataset
from docgen.sources.mlflow_.records import MAX_WHOLE, StoreDataset, clean

AUTOLOGGED = "eval"
"""The context that MLflow's autologging gives to data that a model predicted for."""

Key = tuple[str, str]


def dataset_of(data: StoreDataset) -> Dataset:
    """Return what MLflow tells of a data set; what it does not tell, or tells in another shape, stays unknown."""
    return Dataset(
        name=data.name,
        context=data.context,
        label_digest=data.digest,
        rows=_rows(data.profile),
        columns=tuple(_columns(data.schema)),
        source_type=data.source_type,
        source=_source(data.source),
    )


def labels_of(datasets: Iterable[StoreDataset], tied: Collection[Key]) -> dict[StoreDataset, str]:
    """Return what each data set of a run is called: by its context, or by its name where it has none.

    Of several with one context, the one that metrics are tied to is called so, else the largest; the others by name
    too. Autologging marks all data that a model predicted for as `eval`, its input example included: where metrics are
    tied to other data, none of those is called `eval`.

    Args:
        datasets: inputs of one run.
        tied: name and digest of the data sets that metrics of the run's model are tied to.
    """
    groups: dict[str, list[StoreDataset]] = {}
    for data in datasets:
        groups.setdefault(data.context or data.name, []).append(data)
    labels: dict[StoreDataset, str] = {}
    for label, group in groups.items():
        ranked = sorted(group, key=lambda data: (key_of(data) not in tied, -(_rows(data.profile) or 0), key_of(data)))
        plain = ranked[0] if label != AUTOLOGGED or not tied or key_of(ranked[0]) in tied else None
        labels |= {data: label if data is plain else f"{label} ({data.name} {data.digest})" for data in ranked}
    return labels


def key_of(data: StoreDataset) -> Key:
    """Return the name and the digest by which metrics name a data set."""
    return data.name, data.digest


def _rows(profile: str) -> int | None:
    content = _json(profile)
    rows = content.get("num_rows") if isinstance(content, dict) else None
    return rows if isinstance(rows, int) and 0 <= rows <= MAX_WHOLE else None


def _columns(schema: str) -> Iterator[DataColumn]:
    content = _json(schema)
    columns = content.get("mlflow_colspec") if isinstance(content, dict) else None
    for column in columns if isinstance(columns, list) else ():
        if isinstance(column, dict):
            yield DataColumn(name=clean(column.get("name")), type=clean(column.get("type")))


def _source(text: str) -> str:
    """Return where MLflow says the data came from; the long JSON of a script's tags is not repeated."""
    content = _json(text)
    if not isinstance(content, dict):
        return text[:500]
    for key in ("uri", "url", "path", "delta_table_name"):
        if isinstance(content.get(key), str):
            return clean(content[key])[:500]
    return "the training script" if "tags" in content else text[:500]


def _json(text: str) -> object:
    try:
        return json.loads(text) if len(text) < 5_000_000 else None
    except (ValueError, RecursionError):
        return None
