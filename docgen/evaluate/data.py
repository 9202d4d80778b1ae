"""Data sets: a manifest with digest and profile, logged beside MLflow's own dataset input. The data are not logged."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from docgen.errors import UsageError
from docgen.evaluate.digest import frame_digest
from docgen.evaluate.files import log_files
from docgen.evaluate.intervals import wilson
from docgen.evaluate.profile import profile as profile_of
from docgen.evaluate.profile import span
from docgen.model.evidence import DataColumn, Interval
from docgen.model.formats import DatasetFile

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SUPPRESS_BELOW", "describe_frame", "frame_digest", "log_dataset", "named"]

SUPPRESS_BELOW = 5
"""Rows that every figure of a profile rests on, where nothing else is asked. Policies differ: statistical offices use 3
to 10, and CMS 11 for health data (ResDAC, Cell Size Suppression Policy)."""

LEVEL = 0.95
"""Confidence level of the target rate."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,99}")


def named(text: str, what: str) -> str:
    """Return the name of a data set as part of a file's path.

    Raises:
        UsageError: it holds other characters, or none.
    """
    if not _NAME.fullmatch(text):
        raise UsageError(f"{what} is {text!r}, expected letters, digits, blanks, '_', '-' and '.', up to 100 of them")
    return text


def describe_frame(
    frame: pd.DataFrame,
    *,
    name: str,
    context: str,
    target: str = "",
    time: str = "",
    source: str = "",
    licence: str = "",
    profile: bool = True,
    suppress_below: int = SUPPRESS_BELOW,
) -> DatasetFile:
    """Return the manifest of a frame.

    Args:
        frame: (rows, columns).
        name: of the data set.
        context: train, test, validation, ...
        target: the target's column; its rate is given when it has two values, counting the larger one.
        time: the column that says when a row happened; its span is given.
        source: where the data come from, in words or as a URI.
        licence: of the data.
        profile: also describe each column, in figures that point at no single row.
        suppress_below: rows that every figure of the profile rests on.

    Raises:
        UsageError: a name that no file may have, an unknown column, or times that are none.
    """
    for what, column in (("target", target), ("time", time)):
        if column and list(frame.columns).count(column) != 1:
            raise UsageError(f"{what} is {column!r}, expected one column of the frame: {', '.join(map(str, frame))}")
    if isinstance(suppress_below, bool) or suppress_below < 1:
        raise UsageError(f"suppress_below is {suppress_below!r}, expected a whole number of 1 or more")
    events, n, interval = _rate(frame[target]) if target else (None, None, None)
    when = span(frame[time], suppress_below) if time else None
    columns, levels = profile_of(frame, suppress_below=suppress_below) if profile else ((), ())
    return DatasetFile(
        name=name,
        context=named(context, "context"),
        rows=len(frame),
        columns=tuple(
            DataColumn(name=str(column), type=str(series.dtype), missing=int(series.isna().sum()))
            for column, series in frame.items()
        ),
        sha256=frame_digest(frame),
        target=target,
        target_rate=events / n if events is not None and n else None,
        target_n=n,
        target_events=events,
        target_interval=interval,
        source=source,
        licence=licence,
        time_column=time,
        time_first=when[0] if when else None,
        time_last=when[1] if when else None,
        suppress_below=suppress_below if profile or time else None,
        profile=columns,
        levels=levels,
    )


def _rate(target: pd.Series) -> tuple[int, int, Interval] | tuple[None, None, None]:
    """Return (rows with the larger value, rows with a value, interval) of a target with two values."""
    present = target.dropna()
    if present.nunique() != 2:
        return None, None, None
    events = int((present == present.max()).sum())
    return events, len(present), wilson(events, len(present), LEVEL)


def log_dataset(
    frame: pd.DataFrame,
    *,
    name: str,
    context: str,
    target: str = "",
    time: str = "",
    source: str = "",
    licence: str = "",
    profile: bool = True,
    suppress_below: int = SUPPRESS_BELOW,
    run_id: str | None = None,
) -> DatasetFile:
    """Log a frame as an MLflow dataset input of a run, with a manifest: SHA-256 over its whole content, and a profile.

    The data themselves are not logged. Arguments are those of `describe_frame`.

    Args:
        frame: (rows, columns).
        name: of the data set.
        context: train, test, validation, ...
        target: the target's column.
        time: the column that says when a row happened.
        source: where the data come from.
        licence: of the data.
        profile: also describe each column.
        suppress_below: rows that every figure of the profile rests on.
        run_id: the run; the active one by default.

    Raises:
        UsageError: there is no run, or the arguments do not fit the frame.
    """
    import mlflow
    from mlflow.entities import DatasetInput, InputTag

    manifest = describe_frame(
        frame,
        name=name,
        context=context,
        target=target,
        time=time,
        source=source,
        licence=licence,
        profile=profile,
        suppress_below=suppress_below,
    )
    rows = tuple(asdict(item) for item in manifest.profile)
    run = log_files({f"docgen/datasets/{context}": (manifest, rows)}, run_id=run_id)
    address = source if "://" in source else None  # MLflow takes addresses only; words stay in the manifest
    make: Any = mlflow.data.from_pandas  # type: ignore[attr-defined]  # put there at run time
    dataset = make(frame, name=name, targets=target or None, source=address)
    entity = dataset._to_mlflow_entity()  # noqa: SLF001  # the public log_input needs an active run
    tags = [InputTag("mlflow.data.context", context)]
    mlflow.MlflowClient().log_inputs(run, datasets=[DatasetInput(entity, tags)])
    return manifest
