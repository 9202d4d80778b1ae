"""The profile of a frame: right figures, and none that rests on few rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.errors import UsageError
from docgen.evaluate.data import describe_frame
from docgen.evaluate.profile import profile, span


def column(series: pd.Series, least: int = 5):
    (found,), _ = profile(series.to_frame("a"), suppress_below=least)
    return found


def levels(values: list[object], least: int) -> list[tuple[str | None, int, int | None]]:
    _, found = profile(pd.DataFrame({"a": values}), suppress_below=least)
    return [(item.value, item.n, item.merged) for item in found]


def test_the_figures_are_those_of_pandas() -> None:
    values = pd.Series(np.random.default_rng(1).gamma(2, 3, 5_000))
    found = column(values)
    assert found.mean == pytest.approx(values.mean(), rel=1e-3)
    assert found.deviation == pytest.approx(values.std(ddof=0), rel=1e-3)
    for name, share in (
        ("lower_quartile", 0.25),
        ("median", 0.5),
        ("upper_quartile", 0.75),
        ("low", 0.01),
        ("high", 0.99),
    ):
        assert getattr(found, name) == pytest.approx(values.quantile(share), rel=1e-3)
    assert (found.low_is, found.high_is) == ("1st percentile", "99th percentile")
    assert (found.n, found.missing, found.infinite, found.distinct) == (5_000, 0, 0, 5_000)


def test_an_extreme_is_told_when_enough_rows_hold_it() -> None:
    values = pd.Series([0.0] * 5 + list(range(1, 600)) + [900.0] * 4)
    found = column(values)
    assert (found.low, found.low_is) == (0.0, "minimum")
    assert found.high_is == "99th percentile"
    assert found.high < 900


def test_fewer_rows_give_wider_percentiles_then_none() -> None:
    kinds = {n: column(pd.Series(np.arange(n) + 0.5)).low_is for n in (499, 500, 100, 99, 50, 49)}
    assert kinds == {
        500: "1st percentile", 499: "5th percentile", 100: "5th percentile", 99: "10th percentile",
        50: "10th percentile", 49: "",
    }  # fmt: skip
    found = column(pd.Series([1.5, 2.5, 7.5, 9.5]))
    assert (found.mean, found.median, found.low, found.high, found.deviation) == (None,) * 5


def test_infinite_and_missing_numbers_are_counted_and_left_out() -> None:
    found = column(pd.Series([1.0] * 6 + [np.inf, -np.inf, np.nan]))
    assert (found.n, found.missing, found.infinite, found.mean) == (6, 1, 2, 1.0)


def test_a_huge_number_is_left_out_rather_than_infinite() -> None:
    assert column(pd.Series([1e308] * 10)).mean is None


@pytest.mark.parametrize(
    ("counts", "least", "told"),
    [
        ((40, 3), 11, []),  # 40 by name would tell 3 by subtraction
        ((40, 12), 11, [("v0", 40, None), ("v1", 12, None)]),
        ((40, 20, 3), 11, [("v0", 40, None), (None, 23, 2)]),
        ((40, 20, 6, 6), 11, [("v0", 40, None), ("v1", 20, None), (None, 12, 2)]),
        ((3, 3, 3), 11, []),
        ((2, 1), 1, [("v0", 2, None), ("v1", 1, None)]),
    ],
)
def test_rare_values_stand_together_and_cannot_be_told_by_subtraction(counts, least, told) -> None:
    values = [f"v{i}" for i, count in enumerate(counts) for _ in range(count)]
    assert levels(values, least) == told


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=120), st.integers(1, 15))
def test_no_told_count_and_no_difference_of_counts_is_small(values: list[int], least: int) -> None:
    found = levels([f"v{value}" for value in values], least)
    assert all(n >= least for _, n, _ in found)
    if found:
        assert sum(n for _, n, _ in found) == len(values)


def test_only_the_most_common_values_are_named() -> None:
    found = levels([f"v{i}" for i in range(40) for _ in range(50 - i)], 5)
    assert len(found) == 13
    assert found[-1] == (None, sum(50 - i for i in range(12, 40)), 28)


def test_names_and_keys_are_never_told() -> None:
    frame = pd.DataFrame({"name": [f"person {i}" for i in range(1_000)], "id": np.arange(1_000) * 7 + 13})
    manifest = describe_frame(frame, name="people", context="train")
    assert manifest.levels == ()
    told = repr(manifest)
    assert "person 1" not in told
    assert not {str(value) for value in frame["id"]} & set(told.replace(",", " ").replace(")", " ").split())


def test_values_of_any_kind_have_levels() -> None:
    assert levels([True] * 6 + [None] * 2 + [False] * 5, 5) == [("True", 6, None), ("False", 5, None)]
    assert levels([[1]] * 6 + ["x"] * 7, 5) == [("x", 7, None), ("[1]", 6, None)]
    assert levels([], 5) == []


@pytest.mark.parametrize(
    ("starts", "ends", "told"),
    [
        (5, 5, ("2024-01-31", "2025-03-01", "day")),
        (1, 5, ("2024-01", "2025-03", "month")),
        (1, 1, ("2024", "2025", "year")),
    ],
)
def test_a_span_is_as_fine_as_enough_rows_allow(starts: int, ends: int, told: tuple[str, str, str]) -> None:
    middle = [f"2024-01-{day:02}" for day in range(1 if starts == 1 else 31, 32)] + ["2024-06-01"] * 3
    if starts == 1 and ends == 1:
        middle = ["2024-06-01"] * 9 + ["2025-01-01"] * 9
    days = ["2024-01-31"] * starts + middle + ["2025-03-01"] * ends
    if (starts, ends) == (1, 5):
        told = ("2024-01", "2025-03", "month")
    assert span(pd.Series(pd.to_datetime(days)), 5) == told


def test_a_span_of_few_rows_is_not_told() -> None:
    assert span(pd.Series(pd.to_datetime(["2020-01-01", "2024-01-01"])), 5) is None
    assert span(pd.Series([None, None], dtype="datetime64[ns]"), 1) is None


def test_a_declared_column_of_text_is_read_as_times() -> None:
    frame = pd.DataFrame({"when": ["2024-01-01T23:30:00-02:00"] * 6 + ["2024-03-01"] * 6})
    manifest = describe_frame(frame, name="d", context="train", time="when")
    assert (manifest.time_first, manifest.time_last) == ("2024-01-02", "2024-03-01")
    with pytest.raises(UsageError, match="ISO 8601"):
        describe_frame(pd.DataFrame({"when": ["tomorrow"]}), name="d", context="train", time="when")


def test_the_target_rate_counts_rows_that_have_a_target() -> None:
    """Wilson interval of 81 in 263: .2553 to .3662 (Newcombe 1998, table I)."""
    frame = pd.DataFrame({"y": [1] * 81 + [0] * 182 + [None] * 10})
    manifest = describe_frame(frame, name="d", context="train", target="y")
    assert (manifest.target_events, manifest.target_n) == (81, 263)
    assert manifest.target_rate == pytest.approx(81 / 263)
    assert (manifest.target_interval.low, manifest.target_interval.high) == (
        pytest.approx(0.2553, abs=5e-5),
        pytest.approx(0.3662, abs=5e-5),
    )
    assert describe_frame(pd.DataFrame({"y": [1.0, 2.0, 3.0]}), name="d", context="x", target="y").target_rate is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "z"}, "target is 'z', expected one column of the frame: a, b, b"),
        ({"time": "b"}, "time is 'b', expected one column"),
        ({"context": "../x"}, "context is '../x'"),
        ({"context": ""}, "context is ''"),
        ({"suppress_below": 0}, "suppress_below is 0"),
        ({"suppress_below": True}, "suppress_below is True"),
    ],
)
def test_what_does_not_fit_is_said(options: dict[str, object], message: str) -> None:
    frame = pd.DataFrame([[1, 2, 3]], columns=["a", "b", "b"])
    with pytest.raises(UsageError) as caught:
        describe_frame(frame, **{"name": "d", "context": "train", **options})
    assert message in caught.value.message


def test_two_columns_of_one_name_are_both_described() -> None:
    frame = pd.DataFrame([[1, "x"]] * 6, columns=["a", "a"])
    manifest = describe_frame(frame, name="d", context="train")
    assert [(item.name, item.sort) for item in manifest.profile] == [("a", "number"), ("a", "category")]
