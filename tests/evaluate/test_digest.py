"""The digest of a frame: every value counts, and the encoding is the one that the docstring gives."""

from __future__ import annotations

import hashlib
import json
import struct

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.evaluate import digest
from docgen.evaluate.digest import frame_digest


def plain(frame: pd.DataFrame) -> str:
    """The encoding of the docstring once more, value by value."""
    total = hashlib.sha256()
    for position, name in enumerate(frame.columns):
        series = frame.iloc[:, position]
        kind = "number" if series.dtype.kind in "biuf" else "text"
        total.update(json.dumps([str(name), kind, len(series)], separators=(",", ":"), ensure_ascii=False).encode())
        for value, absent in zip(series.tolist(), series.isna().tolist(), strict=True):
            if kind == "number":
                total.update(bytes.fromhex("000000000000f87f") if absent else struct.pack("<d", float(value) + 0.0))
            else:
                data = str(value).encode("utf-8", "surrogatepass")
                total.update(b"\xff" * 8 if absent else len(data).to_bytes(8, "little") + data)
    return total.hexdigest()


def wide() -> pd.DataFrame:
    """20,000 rows of every common type."""
    draw = np.random.default_rng(3)
    rows = 20_000
    return pd.DataFrame({
        "number": draw.normal(size=rows),
        "count": draw.integers(0, 9, rows),
        "flag": draw.random(rows) < 0.5,
        "word": draw.choice(["red", "grün", "blue"], rows),
        "group": pd.Categorical(draw.choice(["a", "b"], rows)),
        "when": pd.date_range("2024-01-01", periods=rows, freq="min"),
        "zoned": pd.date_range("2024-01-01", periods=rows, freq="min", tz="Europe/Berlin"),
        "maybe": pd.array(draw.choice([1, 2, None], rows), dtype="Int64"),
    })  # fmt: skip


CHANGES = {
    "a truth value is flipped": lambda f: f.assign(flag=f["flag"].where(f.index != 15_000, ~f["flag"])),
    "times are shifted by a second": lambda f: f.assign(when=f["when"] + pd.Timedelta(seconds=1)),
    "times are read in another zone": lambda f: f.assign(zoned=f["zoned"].dt.tz_localize(None).dt.tz_localize("UTC")),
    "a number in row 10,001 changes": lambda f: f.assign(number=f["number"].where(f.index != 10_000, 0.5)),
    "a word in the last row changes": lambda f: f.assign(word=f["word"].where(f.index != 19_999, "green")),
    "a category changes": lambda f: f.assign(group=f["group"].cat.rename_categories({"a": "b", "b": "a"})),
    "a value goes missing": lambda f: f.assign(maybe=f["maybe"].where(f.index != f["maybe"].last_valid_index())),
    "a column is renamed": lambda f: f.rename(columns={"count": "counts"}),
    "two columns change places": lambda f: f[[*f.columns[1::-1], *f.columns[2:]]],
    "two rows change places": lambda f: f.iloc[[1, 0, *range(2, len(f))]],
    "the last row is gone": lambda f: f.iloc[:-1],
    "a column is gone": lambda f: f.drop(columns="flag"),
    "a count becomes text": lambda f: f.assign(count=f["count"].astype(str)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_anywhere_changes_the_digest(change) -> None:
    frame = wide()
    assert frame_digest(change(frame)) != frame_digest(frame)


def test_what_is_not_content_does_not_count() -> None:
    frame = wide()
    assert frame_digest(frame.set_index(frame.index[::-1])) == frame_digest(frame)
    assert frame_digest(frame.assign(word=frame["word"].astype(object))) == frame_digest(frame)


def test_mlflows_own_digest_misses_what_this_one_finds() -> None:
    """Why there is a digest of ours: MLflow's covers 10,000 rows of numbers and text."""
    from mlflow.data.digest_utils import compute_pandas_digest

    frame = wide()
    for name in ("a truth value is flipped", "times are shifted by a second", "a word in the last row changes"):
        changed = CHANGES[name](frame)
        assert compute_pandas_digest(changed) == compute_pandas_digest(frame)
        assert frame_digest(changed) != frame_digest(frame)


CELLS = st.one_of(
    st.none(), st.text(), st.booleans(), st.integers(-10, 10), st.floats(allow_infinity=True), st.binary(max_size=3)
)


@settings(max_examples=200, deadline=None)
@given(st.lists(CELLS, max_size=30))
def test_objects_of_any_kind_are_encoded_as_documented(values: list[object]) -> None:
    frame = pd.DataFrame({"ä": pd.Series(values, dtype=object)})
    assert frame_digest(frame) == plain(frame)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]))), max_size=30))
def test_strings_are_encoded_as_documented(values: list[str | None]) -> None:
    frame = pd.DataFrame({"text": pd.Series(values, dtype="str")})
    assert frame_digest(frame) == plain(frame)
    assert frame_digest(frame) == frame_digest(frame.astype(object))


def test_numbers_are_encoded_as_documented() -> None:
    frame = pd.DataFrame({
        "a": [0.0, -0.0, np.nan, np.inf, -np.inf, 5e-324],
        "b": [1, 2, 3, -4, 2**53, -(2**53)],
        "c": [True, False, True, False, True, False],
    })  # fmt: skip
    assert frame_digest(frame) == plain(frame)
    assert frame_digest(pd.DataFrame({"a": [0.0]})) == frame_digest(pd.DataFrame({"a": [-0.0]}))


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("fraction", ["", ".5"])
def test_times_are_encoded_as_documented(unit: str, fraction: str) -> None:
    times = ["1999-12-31 23:59:59", None, f"2024-02-29 00:00:00{fraction}", "1684-01-01 00:00:00"]
    series = pd.Series(pd.to_datetime(times, format="ISO8601")).astype(f"datetime64[{unit}]")
    assert frame_digest(series.to_frame("a")) == plain(series.to_frame("a"))


def test_times_outside_four_digits_of_years_are_encoded_as_documented() -> None:
    for day in ("0099-01-01", "12024-01-01"):
        frame = pd.DataFrame({"a": np.array([day, "2024-01-01"], dtype="datetime64[s]")})
        assert frame_digest(frame) == plain(frame)


@pytest.mark.parametrize(
    "series",
    [
        pd.Series([2**60, 2**60 + 1]),
        pd.Series([-(2**63), 5]),
        pd.Series([2**64 - 1], dtype="uint64"),
        pd.Series([None, None], dtype="Int64"),
        pd.Series([], dtype=float),
        pd.Series([], dtype="str"),
        pd.Series(["a", "\ud800"], dtype=object),
        pd.Series([[1], {"a": 2}], dtype=object),
    ],
    ids=str,
)
def test_odd_columns_have_a_digest(series: pd.Series) -> None:
    assert len(frame_digest(series.to_frame("a"))) == 64


def test_whole_numbers_beyond_a_float_are_kept_apart() -> None:
    assert frame_digest(pd.DataFrame({"a": [2**60]})) != frame_digest(pd.DataFrame({"a": [2**60 + 1]}))


def test_the_digest_does_not_depend_on_the_size_of_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = wide()
    whole = frame_digest(frame)
    monkeypatch.setattr(digest, "CHUNK", 7_001)
    assert frame_digest(frame) == whole
