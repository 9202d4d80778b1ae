"""Artifacts that hold evidence: docgen's own files, and what SHAP and Fairlearn users log in their own ways.

Every file is data: nothing is unpickled, rendered or run. What cannot be read becomes `Missing`, with the reason.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from docgen.errors import DocgenError, IntegrityError
from docgen.model import formats
from docgen.model.canonical import Digest, Json, parse
from docgen.model.codec import structure
from docgen.model.evidence import (
    Attribute,
    Column,
    Commit,
    Dataset,
    Evidence,
    EvidenceId,
    Missing,
    Provenance,
    Scalar,
    Table,
    Value,
    evidence_id,
)
from docgen.model.layouts import ATTRIBUTION_COLUMNS, CALIBRATION_COLUMNS, CONFUSION_COLUMNS, GROUP_COLUMNS

OWN = re.compile(
    r"docgen/(?:(?P<split>[a-z0-9_-]+)/(?P<what>performance|calibration|fairness|explanations)|datasets/(?P<context>[^/]+)|(?P<code>code))\.json"
)
"""Paths of docgen's own files."""

_SHAP_TABLE = re.compile(r"(?:^|/)[^/]*shap[^/]*\.csv$", re.IGNORECASE)
_GROUP_TABLE = re.compile(
    r"(?:^|/)[^/]*(?:fairness|fairlearn|by_group|metric_?frame)[^/]*\.(?:csv|json)$", re.IGNORECASE
)
_SHAP_ARRAY = re.compile(r"(?:^|/)shap_values\.npy$")
MAX_ROWS = 2_000
"""Rows of a table that somebody else logged; a longer one is no summary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A fetched file."""

    path: str
    data: bytes
    sha256: Digest
    run_id: str
    time: str | None
    inputs: tuple[str, ...] = ()
    """Names of the model's inputs, by its signature."""


def wanted(path: str) -> bool:
    """Whether a file may hold evidence, so that it is fetched."""
    return bool(
        OWN.fullmatch(path) or _SHAP_TABLE.search(path) or _GROUP_TABLE.search(path) or _SHAP_ARRAY.search(path)
    )


def read(source: Source) -> tuple[Evidence, ...]:
    """Return the evidence in a file; `Missing` where it should be and cannot be read."""
    try:
        return tuple(_read(source))
    except (DocgenError, ValueError, KeyError, OverflowError, RecursionError) as err:
        text = err.message if isinstance(err, DocgenError) else f"{type(err).__name__}: {err}"
        return (unreadable(source.path, text, source),)


def unreadable(path: str, reason: str, source: Source | None = None, run_id: str = "") -> Evidence:
    """Return the gap that a file leaves which is listed but cannot be read."""
    run = source.run_id if source else run_id
    value = Missing(
        wanted=f"the content of {path}",
        reason="unreadable",
        detail=reason[:500],
        supply="log the file again; docs/evidence-formats.md shows what it must hold",
    )
    provenance = Provenance(
        system="mlflow", uri=f"runs:/{run}/{path}", run_id=run, sha256=source.sha256 if source else None
    )
    return Evidence(id=_gap_id(path), value=value, provenance=provenance)


def _gap_id(path: str) -> EvidenceId:
    found = OWN.fullmatch(path)
    if found is None:
        kind = "fairness" if _GROUP_TABLE.search(path) else "explanation"
        return evidence_id(kind, f"file {path}")
    if found["context"]:
        return evidence_id("dataset", found["context"])
    if found["code"]:
        return EvidenceId("commit:head")
    kinds = {
        "performance": "metric",
        "calibration": "calibration",
        "fairness": "fairness",
        "explanations": "explanation",
    }
    return evidence_id(kinds[found["what"]], "file", found["split"])


def _read(source: Source) -> Iterator[Evidence]:
    if OWN.fullmatch(source.path):
        yield from _own(source)
    elif _SHAP_ARRAY.search(source.path):
        yield _shap_array(source)
    elif _SHAP_TABLE.search(source.path):
        yield _shap_table(source)
    else:
        yield from _group_table(source)


def _item(source: Source, name: EvidenceId, value: Value, key: str | None = None) -> Evidence:
    provenance = Provenance(
        system="mlflow",
        uri=f"runs:/{source.run_id}/{source.path}",
        run_id=source.run_id,
        key=key,
        time=source.time,
        sha256=source.sha256,
    )
    return Evidence(id=name, value=value, provenance=provenance)


def _own(source: Source) -> Iterator[Evidence]:
    content = parse(source.data, where=source.path)
    name = content.get("format") if isinstance(content, dict) else None
    version = content.get("version") if isinstance(content, dict) else None
    if not isinstance(name, str) or name not in formats.FILES:
        raise IntegrityError(f"{source.path}: format is {name!r}, expected one of {', '.join(formats.FILES)}")
    if version != formats.EVIDENCE_VERSION:
        raise IntegrityError(
            f"{source.path}: version {version!r} of {name} is not known (known: {formats.EVIDENCE_VERSION})"
        )
    record: formats.EvidenceFile = structure(content, formats.FILES[name], where=source.path)
    split = OWN.fullmatch(source.path)
    if split is not None and split["split"] and getattr(record, "split", None) != split["split"]:
        raise IntegrityError(
            f"{source.path}: split is {getattr(record, 'split', None)!r}, the path says {split['split']!r}"
        )
    yield from _EVIDENCE[type(record)](record, source)


def _performance(record: formats.PerformanceFile, source: Source) -> Iterator[Evidence]:
    for position, item in enumerate(record.metrics):
        yield _item(source, evidence_id("metric", item.key, record.split), item.quantity, f"/metrics/{position}")
    if record.confusion is not None:
        labels = record.confusion.labels
        columns = (*CONFUSION_COLUMNS, *(Column(key=label, title=label, kind="count", unit="rows") for label in labels))
        rows: tuple[tuple[Scalar, ...], ...] = tuple(
            (label, *counts) for label, counts in zip(labels, record.confusion.counts, strict=True)
        )
        attributes = (
            Attribute(key="threshold", value=record.threshold),
            Attribute(key="positive_label", value=record.positive_label),
        )
        table = Table(columns=columns, rows=rows, attributes=attributes)
        yield _item(source, evidence_id("table", "confusion", record.split), table, "/confusion")


def _calibration(record: formats.CalibrationFile, source: Source) -> Iterator[Evidence]:
    rows = tuple((b.low_edge, b.high_edge, b.n, b.predicted, b.observed, b.low, b.high) for b in record.bins)
    attributes = (
        Attribute(key="bins", value=record.rule),
        Attribute(key="level", value=record.level),
        Attribute(key="method", value=record.method),
    )
    table = Table(columns=CALIBRATION_COLUMNS, rows=rows, attributes=attributes)
    yield _item(source, evidence_id("calibration", "curve", record.split), table, "/bins")
    for position, item in enumerate(record.summary):
        yield _item(source, evidence_id("calibration", item.key, record.split), item.quantity, f"/summary/{position}")


def _fairness(record: formats.FairnessFile, source: Source) -> Iterator[Evidence]:
    for position, item in enumerate(record.groups):
        rows = tuple((r.group, r.value, r.low, r.high, r.n, r.events, r.note) for r in item.rows)
        attributes = (
            Attribute(key="metric_title", value=item.title),
            Attribute(key="level", value=record.level),
            Attribute(key="method", value=record.method),
            Attribute(key="reference", value=item.reference),
            Attribute(key="min_group_size", value=record.min_group_size),
        )
        table = Table(columns=GROUP_COLUMNS, rows=rows, attributes=attributes)
        yield _item(
            source, evidence_id("fairness", f"{item.metric}/{item.feature}", record.split), table, f"/groups/{position}"
        )
    for position, gap in enumerate(record.disparities):
        name = evidence_id("fairness", f"{gap.key}/{gap.feature}", record.split)
        yield _item(source, name, gap.quantity, f"/disparities/{position}")


def _explanations(record: formats.ExplanationFile, source: Source) -> Iterator[Evidence]:
    names = (
        "unit",
        "explainer",
        "output",
        "n",
        "background_rows",
        "background_sha256",
        "background_choice",
        "seed",
        "level",
        "method",
    )
    table = Table(
        columns=ATTRIBUTION_COLUMNS,
        rows=tuple((f.feature, f.mean_abs, f.low, f.high, f.mean) for f in record.features),
        attributes=tuple(Attribute(key=name, value=getattr(record, name)) for name in names),
    )
    yield _item(source, evidence_id("explanation", "global", record.split), table, "/features")


def _dataset(record: formats.DatasetFile, source: Source) -> Iterator[Evidence]:
    value = Dataset(
        name=record.name,
        context=record.context,
        sha256=record.sha256,
        rows=record.rows,
        columns=record.columns,
        source=record.source,
        target=record.target,
        target_rate=record.target_rate,
        licence=record.licence,
    )
    yield _item(source, evidence_id("dataset", record.context), value)


def _code(record: formats.CodeFile, source: Source) -> Iterator[Evidence]:
    value = Commit(sha=record.commit, branch=record.branch, remote=record.remote, dirty=record.dirty)
    yield _item(source, EvidenceId("commit:head"), value)


_EVIDENCE: dict[type, Callable[..., Iterator[Evidence]]] = {
    formats.PerformanceFile: _performance,
    formats.CalibrationFile: _calibration,
    formats.FairnessFile: _fairness,
    formats.ExplanationFile: _explanations,
    formats.DatasetFile: _dataset,
    formats.CodeFile: _code,
}


def _shap_array(source: Source) -> Evidence:
    """Read `mlflow.shap.log_explanation`'s values: (n_rows, n_features); names come from the model's signature."""
    import numpy as np

    values = np.load(io.BytesIO(source.data), allow_pickle=False)
    if values.ndim != 2 or values.dtype.kind != "f" or not values.size or not np.isfinite(values).all():
        raise ValueError(f"expected finite numbers of shape (rows, features), got {values.dtype} {values.shape}")
    named = len(source.inputs) == values.shape[1]
    names = source.inputs if named else tuple(f"feature {number}" for number in range(1, values.shape[1] + 1))
    size, mean = np.abs(values).mean(axis=0), values.mean(axis=0)
    rows: list[tuple[Scalar, ...]] = [
        (name, float(size[i]), None, None, float(mean[i])) for i, name in enumerate(names)
    ]
    attributes = (
        Attribute(key="explainer", value="mlflow.shap"),
        Attribute(key="n", value=int(values.shape[0])),
        Attribute(key="names", value="from the model's signature" if named else "not recorded"),
    )
    return _item(source, evidence_id("explanation", "global"), _attributions(rows, attributes))


def _shap_table(source: Source) -> Evidence:
    """Read a CSV of importances: one column of names, one of numbers."""
    header, body = _csv(source)
    numbers = [i for i in range(len(header)) if body and all(_number(row[i]) is not None for row in body)]
    texts = [i for i in range(len(header)) if i not in numbers]
    if not texts or len(numbers) != 1:
        raise ValueError("expected one column of feature names and one of numbers; values of single rows are not taken")
    rows: list[tuple[Scalar, ...]] = []
    for row in body:
        value = _number(row[numbers[0]])
        rows.append((row[texts[-1]], abs(value) if value is not None else None, None, None, None))
    attributes = (Attribute(key="explainer", value="not recorded"), Attribute(key="column", value=header[numbers[0]]))
    return _item(
        source, evidence_id("explanation", f"global {PurePosixPath(source.path).name}"), _attributions(rows, attributes)
    )


def _attributions(rows: list[tuple[Scalar, ...]], attributes: tuple[Attribute, ...]) -> Table:
    ordered = sorted(rows, key=lambda row: (-(row[1] if isinstance(row[1], float) else 0.0), str(row[0])))
    return Table(columns=ATTRIBUTION_COLUMNS, rows=tuple(ordered), attributes=attributes)


def _group_table(source: Source) -> Iterator[Evidence]:
    """Read `MetricFrame.by_group` saved by `to_csv` or `to_json`: metrics by group, without n and intervals."""
    feature, metrics = _group_json(source) if source.path.lower().endswith(".json") else _group_csv(source)
    for metric, groups in metrics.items():
        rows = tuple((group, value, None, None, None, None, "") for group, value in groups)
        if all(value in {None, 0.0} for _, value in groups):
            rows = tuple(
                (group, None, None, None, None, None, "nothing was measured: every group has 0") for group, _ in groups
            )
        table = Table(columns=GROUP_COLUMNS, rows=rows, attributes=(Attribute(key="metric_title", value=metric),))
        yield _item(source, evidence_id("fairness", f"{metric}/{feature}"), table, metric)


Groups = dict[str, list[tuple[str, float | None]]]


def _group_json(source: Source) -> tuple[str, Groups]:
    content: Json = parse(source.data, where=source.path)
    if not isinstance(content, dict) or not all(isinstance(groups, dict) for groups in content.values()):
        raise ValueError("expected {metric: {group: value}} as MetricFrame.by_group.to_json() writes it")
    metrics: Groups = {}
    for metric, groups in content.items():
        if isinstance(groups, dict):
            metrics[metric] = [
                (group, float(value) if isinstance(value, (int, float)) else None) for group, value in groups.items()
            ]
    return PurePosixPath(source.path).stem, metrics


def _group_csv(source: Source) -> tuple[str, Groups]:
    header, body = _csv(source)
    numeric = [
        i for i in range(len(header)) if body and all(_number(row[i]) is not None or row[i] == "" for row in body)
    ]
    labels = [i for i in range(len(header)) if i not in numeric] or [0]
    metrics = [i for i in numeric if i not in labels]
    if not metrics:
        raise ValueError("expected columns of group names and of numbers, as MetricFrame.by_group.to_csv() writes them")
    feature = " & ".join(header[i] or "group" for i in labels)
    return feature, {
        header[i]: [(" & ".join(row[k] for k in labels), _number(row[i])) for row in body] for i in metrics
    }


def _csv(source: Source) -> tuple[list[str], list[list[str]]]:
    rows = list(csv.reader(io.StringIO(source.data.decode("utf-8-sig"))))
    if len(rows) < 2 or len(rows) > MAX_ROWS:
        raise ValueError(f"expected a header and 1 to {MAX_ROWS} rows, got {len(rows)} lines")
    header, body = rows[0], rows[1:]
    for number, row in enumerate(body, 2):
        if len(row) != len(header):
            raise ValueError(f"line {number} has {len(row)} fields, the header {len(header)}")
    return header, body


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None
