"""A digest over the whole content of a frame, so that a data set can be proved and not only named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from docgen.model.canonical import Digest, canonical

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

CHUNK = 65_536
"""Rows encoded at once, so that a long frame is not held in memory a second time."""

EXACT = 2**53
"""Integers up to here are exact as float64."""


def frame_digest(frame: pd.DataFrame) -> Digest:
    """Return the SHA-256 of a frame's whole content; unlike MLflow's digest it covers every row and column.

    The encoding, so that anybody can repeat it: for each column in order, the canonical JSON array
    `[name, kind, rows]`, then the values: numbers and truth values as little-endian float64 (missing: the one quiet
    NaN 0x7ff8000000000000), integers beyond 2**53 and all else as text, each as its UTF-8 length in 8 bytes
    little-endian and the bytes (missing: 8 bytes of 0xff). The index is not part of it.

    Args:
        frame: (rows, columns).
    """
    total = hashlib.sha256()
    for position, name in enumerate(frame.columns):
        series = frame.iloc[:, position]
        numeric = is_number(series)
        total.update(canonical([str(name), "number" if numeric else "text", len(series)]))
        for chunk in _chunks(series):
            total.update(_numbers(chunk) if numeric else _texts(chunk))
    return Digest(total.hexdigest())


def is_number(series: pd.Series) -> bool:
    """Whether a column's values are told as float64: numbers and truth values that fit without loss."""
    from pandas.api import types

    if not (types.is_numeric_dtype(series) or types.is_bool_dtype(series)) or types.is_complex_dtype(series):
        return False
    if not types.is_integer_dtype(series):
        return True
    present = series.dropna()
    return present.empty or (int(present.max()) <= EXACT and int(present.min()) >= -EXACT)


def as_texts(series: pd.Series) -> pd.Series:
    """Return each value as text, as the digest tells it; a missing one stays missing in a column of strings."""
    import pandas as pd

    if isinstance(series.dtype, pd.StringDtype):
        return series
    return pd.Series(list(map(str, series.tolist())), index=series.index, dtype=object)


def _chunks(series: pd.Series) -> Iterator[pd.Series]:
    for start in range(0, len(series), CHUNK):
        yield series.iloc[start : start + CHUNK]


def _numbers(chunk: pd.Series) -> bytes:
    import numpy as np

    values = chunk.to_numpy(dtype="float64", na_value=np.nan)
    return np.where(np.isnan(values), np.float64("nan"), values + 0.0).astype("<f8").tobytes()


def _texts(chunk: pd.Series) -> bytes:
    """Return each text behind its length; no Python loop runs over the rows of a column of strings."""
    import numpy as np

    absent = chunk.isna().to_numpy(dtype=bool)
    lengths = np.zeros(len(chunk), dtype=np.int64)
    lengths[~absent], data = _encoded(chunk[~absent])
    heads = np.where(absent, np.uint64(2**64 - 1), lengths.astype(np.uint64)).astype("<u8")
    return _interleaved(heads.view(np.uint8).reshape(-1, 8), lengths, data)


def _encoded(present: pd.Series) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return the UTF-8 length of each value as text, and all of the bytes."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    if isinstance(present.dtype, pd.StringDtype) and len(present):
        try:
            column = pa.array(present.array, type=pa.large_string())
        except UnicodeEncodeError:  # lone surrogates, which Arrow cannot hold
            pass
        else:
            if isinstance(column, pa.ChunkedArray):
                column = column.combine_chunks()
            _, places, data = column.buffers()
            edges = np.frombuffer(places, dtype=np.int64)[column.offset : column.offset + len(column) + 1]
            return np.diff(edges), np.frombuffer(data, dtype=np.uint8)[edges[0] : edges[-1]]
    if (seconds := _whole_seconds(present)) is not None:
        return np.full(len(present), 19, dtype=np.int64), seconds
    texts = [str(value).encode("utf-8", "surrogatepass") for value in present.tolist()]
    return np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)), np.frombuffer(
        b"".join(texts), dtype=np.uint8
    )


def _whole_seconds(present: pd.Series) -> NDArray[np.uint8] | None:
    """Return `2024-01-31 09:30:00` of each time: the text of a pandas Timestamp without a zone and a fraction."""
    import numpy as np

    if present.dtype.kind != "M" or getattr(present.dtype, "tz", None) is not None or present.empty:
        return None
    times = present.to_numpy()
    seconds = times.astype("datetime64[s]")
    if (seconds != times).any():
        return None
    texts = np.strings.replace(np.datetime_as_string(seconds, unit="s"), "T", " ").astype("S")
    return texts.view(np.uint8) if texts.dtype.itemsize == 19 else None


def _interleaved(heads: NDArray[np.uint8], lengths: NDArray[np.int64], data: NDArray[np.uint8]) -> bytes:
    """Return heads (n, 8) and the pieces of `data` (of these lengths) in turns."""
    import numpy as np

    starts = np.concatenate(([0], np.cumsum(lengths + 8)[:-1]))
    places = (starts[:, None] + np.arange(8)).ravel()
    out = np.empty(8 * len(lengths) + len(data), dtype=np.uint8)
    piece = np.ones(len(out), dtype=bool)
    piece[places] = False
    out[places], out[piece] = heads.ravel(), data
    return out.tobytes()
