"""Data sets: a digest over the whole content, a manifest, and both logged beside MLflow's own dataset input."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from docgen.evaluate.files import log_files
from docgen.model.canonical import Digest, canonical
from docgen.model.evidence import DataColumn
from docgen.model.formats import DatasetFile

if TYPE_CHECKING:
    import pandas as pd


def frame_digest(frame: pd.DataFrame) -> Digest:
    """Return the SHA-256 of a frame's whole content; unlike MLflow's digest it covers every row, column and type.

    The encoding, so that anybody can repeat it: for each column in order, the canonical JSON array
    `[name, kind, rows]`, then the values: numbers and truth values as little-endian float64 (missing: the one quiet
    NaN 0x7ff8000000000000), integers beyond 2**53 and all else as text, each as its UTF-8 length in 8 bytes
    little-endian and the bytes (missing: 8 bytes of 0xff). The index is not part of it.

    Args:
        frame: (rows, columns).
    """
    import numpy as np

    total = hashlib.sha256()
    for position, name in enumerate(frame.columns):
        series = frame.iloc[:, position]
        numeric = _is_number(series)
        total.update(canonical([str(name), "number" if numeric else "text", len(series)]))
        if numeric:
            values = series.to_numpy(dtype="float64", na_value=np.nan)
            total.update(np.where(np.isnan(values), np.float64("nan"), values + 0.0).astype("<f8").tobytes())
        else:
            for value, absent in zip(series.tolist(), series.isna().tolist(), strict=True):
                data = b"" if absent else str(value).encode("utf-8", "surrogatepass")
                total.update(b"\xff" * 8 if absent else len(data).to_bytes(8, "little") + data)
    return Digest(total.hexdigest())


def _is_number(series: pd.Series) -> bool:
    from pandas.api import types

    if not (types.is_numeric_dtype(series) or types.is_bool_dtype(series)) or types.is_complex_dtype(series):
        return False
    return not (types.is_integer_dtype(series) and len(series) and int(series.abs().max() or 0) > 2**53)


def describe_frame(
    frame: pd.DataFrame, *, name: str, context: str, target: str = "", source: str = "", licence: str = ""
) -> DatasetFile:
    """Return the manifest of a frame.

    Args:
        frame: (rows, columns).
        name: of the data set.
        context: train, test, validation, ...
        target: the target's column; its rate is given when it has two values, counting the larger one.
        source: where the data come from, in words or as a URI.
        licence: of the data.
    """
    rate = None
    if target and target in frame and frame[target].nunique() == 2:
        rate = float((frame[target] == frame[target].max()).mean())
    return DatasetFile(
        name=name,
        context=context,
        rows=len(frame),
        columns=tuple(
            DataColumn(name=str(column), type=str(frame[column].dtype), missing=int(frame[column].isna().sum()))
            for column in frame.columns
        ),
        sha256=frame_digest(frame),
        target=target,
        target_rate=rate,
        source=source,
        licence=licence,
    )


def log_dataset(
    frame: pd.DataFrame,
    *,
    name: str,
    context: str,
    target: str = "",
    source: str = "",
    licence: str = "",
    run_id: str | None = None,
) -> DatasetFile:
    """Log a frame as an MLflow dataset input of a run, with a manifest that has a SHA-256 over its whole content.

    The data themselves are not logged. Arguments are those of `describe_frame`.

    Args:
        frame: (rows, columns).
        name: of the data set.
        context: train, test, validation, ...
        target: the target's column.
        source: where the data come from.
        licence: of the data.
        run_id: the run; the active one by default.

    Raises:
        UsageError: there is no run.
    """
    import mlflow
    from mlflow.entities import DatasetInput, InputTag

    manifest = describe_frame(frame, name=name, context=context, target=target, source=source, licence=licence)
    run = log_files({f"docgen/datasets/{context}": (manifest, ())}, run_id=run_id)
    address = source if "://" in source else None  # MLflow takes addresses only; words stay in the manifest
    make: Any = mlflow.data.from_pandas  # type: ignore[attr-defined]  # put there at run time
    dataset = make(frame, name=name, targets=target or None, source=address)
    entity = dataset._to_mlflow_entity()  # noqa: SLF001  # the public log_input needs an active run
    tags = [InputTag("mlflow.data.context", context)]
    mlflow.MlflowClient().log_inputs(run, datasets=[DatasetInput(entity, tags)])
    return manifest
