"""What of the test data already stands in the training data: by content of rows, and by a salted key of entities."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from docgen.errors import UsageError
from docgen.evaluate.data import named
from docgen.evaluate.digest import as_texts, frame_digest, is_number
from docgen.evaluate.files import log_files
from docgen.model.canonical import canonical
from docgen.model.formats import DataRef, EntityOverlap, OverlapFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Hashes = NDArray[np.integer[Any]]

SALT_BYTES = 16
"""A shorter salt could be guessed, and with it the keys."""

ROW_METHOD = "64-bit hash of each row's values (pandas.util.hash_pandas_object); numbers as float64, all else as text"
KEY_METHOD = "HMAC-SHA-256 of the key with a salt that is not kept; only counts are stored"


def overlap(
    train: pd.DataFrame,
    test: pd.DataFrame,
    *,
    names: tuple[str, str] = ("train", "test"),
    key: str | Sequence[str] = (),
    salt: str | bytes | None = None,
    columns: Sequence[str] | None = None,
) -> OverlapFile:
    """Return how many rows and entities of the second frame also stand in the first.

    Args:
        train: (rows, columns), the data that the model has seen.
        test: (rows, columns), the data that it should not have seen.
        names: of both, as in `log_dataset`'s context.
        key: the column or columns that name an entity (a patient, a customer), of any type; none: rows only.
        salt: at least 16 bytes that you keep to yourself; wanted with a key.
        columns: what rows are compared on; the columns of both frames by default.

    Raises:
        UsageError: a frame is empty, a column is not there, or a key has no salt.
    """
    first, second = (named(name, "name") for name in names)
    keys = [key] if isinstance(key, str) else list(key)
    common = [name for name in train.columns if name in test.columns] if columns is None else list(columns)
    for name, frame in ((first, train), (second, test)):
        _check(name, frame, [*common, *keys])
    if not common:
        raise UsageError(f"{first!r} and {second!r} have no column in common, expected at least one")
    before, after = _row_hashes(train[common], test[common])
    return OverlapFile(
        first=DataRef(name=first, rows=len(train), sha256=frame_digest(train)),
        second=DataRef(name=second, rows=len(test), sha256=frame_digest(test)),
        columns=tuple(map(str, common)),
        method=ROW_METHOD,
        shared_rows=_shared(before, after),
        duplicates_first=_repeated(before),
        duplicates_second=_repeated(after),
        entities=_entities(train, test, keys, salt) if keys else None,
    )


def log_overlap(
    train: pd.DataFrame,
    test: pd.DataFrame,
    *,
    names: tuple[str, str] = ("train", "test"),
    key: str | Sequence[str] = (),
    salt: str | bytes | None = None,
    columns: Sequence[str] | None = None,
    run_id: str | None = None,
) -> OverlapFile:
    """Log to a run how much of the test data already stands in the training data; only counts are logged.

    Arguments are those of `overlap`.

    Args:
        train: (rows, columns).
        test: (rows, columns).
        names: of both.
        key: the column or columns that name an entity.
        salt: at least 16 bytes that you keep to yourself.
        columns: what rows are compared on.
        run_id: the run; the active one by default.

    Raises:
        UsageError: there is no run, or the arguments do not fit the frames.
    """
    record = overlap(train, test, names=names, key=key, salt=salt, columns=columns)
    log_files({f"docgen/overlap/{record.first.name}~{record.second.name}": (record, ())}, run_id=run_id)
    return record


def key_digests(frame: pd.DataFrame, key: str | Sequence[str], salt: str | bytes | None) -> pd.Series:
    """Return the HMAC-SHA-256 of each row's key, (rows,), missing where a part of the key is.

    Whoever knows the salt can compare two data sets that lie in different places without showing a key.

    Args:
        frame: (rows, columns).
        key: the column or columns that name an entity; whole numbers are the same with and without a fraction of 0.
        salt: at least 16 bytes.

    Raises:
        UsageError: a column is not there, or the salt is short.
    """
    import pandas as pd

    secret = salt.encode() if isinstance(salt, str) else salt
    if secret is None or len(secret) < SALT_BYTES:
        got = "none" if secret is None else f"{len(secret)} bytes"
        raise UsageError(
            f"got a key and {got} of salt, expected at least {SALT_BYTES} bytes of salt",
            hint="make one with secrets.token_bytes(32) and keep it where the data are kept, not in the run",
        )
    names = [key] if isinstance(key, str) else list(key)
    _check("frame", frame, names)
    texts = list(zip(*(_key_text(frame[name]) for name in names), strict=True))
    known = {text: hmac.digest(secret, canonical(list(text)), "sha256") for text in set(texts)}
    found = pd.Series([known[text] for text in texts], index=frame.index, dtype=object)
    return found.where(frame[names].notna().all(axis=1).to_numpy())


def _key_text(series: pd.Series) -> list[str]:
    """Return a part of a key as text: 7, 7.0 and "7" are one key."""
    whole = is_number(series) and series.dtype.kind != "b"
    return [str(int(value)) if whole and value == value // 1 else str(value) for value in series.tolist()]


def _check(name: str, frame: pd.DataFrame, columns: list[str]) -> None:
    if not len(frame):
        raise UsageError(f"{name!r} has no rows, expected at least one")
    for column in columns:
        if list(frame.columns).count(column) != 1:
            raise UsageError(
                f"{name!r} has no single column {column!r}, expected one of {', '.join(map(str, frame.columns))}"
            )


def _row_hashes(train: pd.DataFrame, test: pd.DataFrame) -> tuple[Hashes, Hashes]:
    """Return a hash of each row of both frames; a column is hashed alike in both, whatever type each holds it in."""
    import pandas as pd

    plain: tuple[dict[int, pd.Series], dict[int, pd.Series]] = ({}, {})
    for position, name in enumerate(train.columns):
        numeric = is_number(train[name]) and is_number(test[name])
        for frame, columns in zip((train, test), plain, strict=True):
            columns[position] = _alike(frame[name], numeric=numeric).reset_index(drop=True)
    before, after = (
        pd.util.hash_pandas_object(pd.DataFrame(columns), index=False).to_numpy(dtype="uint64") for columns in plain
    )
    return before, after


def _alike(series: pd.Series, *, numeric: bool) -> pd.Series:
    import numpy as np
    import pandas as pd

    if numeric:
        return pd.Series(series.to_numpy(dtype="float64", na_value=np.nan) + 0.0)
    return as_texts(series).astype(object).where(series.notna(), "\0")  # a value that no text of people holds


def _shared(before: Hashes, after: Hashes) -> int:
    import numpy as np

    return int(np.isin(after, before).sum())


def _repeated(hashes: Hashes) -> int:
    import numpy as np

    return len(hashes) - len(np.unique(hashes))


def _entities(train: pd.DataFrame, test: pd.DataFrame, key: list[str], salt: str | bytes | None) -> EntityOverlap:
    before, after = (key_digests(frame, key, salt) for frame in (train, test))
    known, new = set(before.dropna()), set(after.dropna())
    return EntityOverlap(
        key=tuple(key),
        method=KEY_METHOD,
        first=len(known),
        second=len(new),
        shared=len(known & new),
        shared_rows=int(after.isin(known).sum()),
        keyless_first=int(before.isna().sum()),
        keyless_second=int(after.isna().sum()),
    )
