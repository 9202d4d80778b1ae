"""The stability index: golden values, its noise and interval by simulation, and no small cell told."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy

from docgen.errors import UsageError
from docgen.evaluate.shift import interval, noise, shift, stability_index

COUNTS = st.lists(st.tuples(st.integers(1, 500), st.integers(1, 500)), min_size=2, max_size=12)


def column(before: list, after: list, **options):
    (found,) = shift(pd.DataFrame({"a": before}), pd.DataFrame({"a": after}), **options).columns
    return found


def test_the_golden_value_of_halves_against_three_to_two() -> None:
    """(.5, .5) -> (.6, .4): 0.1 ln 1.2 - 0.1 ln 0.8 = 0.04054651081081642, as Evidently 0.7.23 and Frouros 0.9.0 give."""
    assert stability_index(np.array([50, 50]), np.array([60, 40]), 1e-4) == pytest.approx(
        0.04054651081081642, abs=1e-16
    )
    found = column(["x"] * 50 + ["y"] * 50, ["x"] * 60 + ["y"] * 40)
    assert found.index == pytest.approx(0.1 * math.log(1.2) - 0.1 * math.log(0.8), abs=1e-15)
    p, q = [0.5, 0.5], [0.6, 0.4]
    assert found.index == pytest.approx(entropy(p, q) + entropy(q, p), abs=1e-15)  # both divergences, by scipy


@given(COUNTS)
def test_it_is_the_sum_of_its_definition(counts: list[tuple[int, int]]) -> None:
    p, q = (np.array(side, dtype=float) for side in zip(*counts, strict=True))
    a, b = p / p.sum(), q / q.sum()
    assert stability_index(p, q, 1e-4) == pytest.approx(float(((b - a) * np.log(b / a)).sum()), abs=1e-12)
    assert stability_index(p, q, 1e-4) == pytest.approx(stability_index(q, p, 1e-4), abs=1e-12)


def test_an_empty_bin_counts_as_epsilon_and_says_so() -> None:
    found = column(["x"] * 500 + ["y"] * 500, ["x"] * 1000)
    share = np.array([1.0, 1e-4]) / (1 + 1e-4)
    assert found.index == pytest.approx(float(((share - 0.5) * np.log(share / 0.5)).sum()))
    assert found.index == pytest.approx(4.60, abs=5e-3)  # what an epsilon of 1e-4 alone makes of one empty half
    assert found.index == pytest.approx(entropy(share, [0.5, 0.5]) + entropy([0.5, 0.5], share), abs=1e-12)
    assert (found.empty, found.note) == (1, "1 empty bins count as 0.0001")


@pytest.mark.parametrize(("n", "m", "bins"), [(4200, 1800, 10), (500, 200, 5), (20_000, 300, 2)])
def test_the_noise_is_what_chance_gives(n: int, m: int, bins: int) -> None:
    """2,000 seeded draws of both data sets from one population."""
    draw = np.random.default_rng(11)
    share = np.full(bins, 1 / bins)
    values = [stability_index(draw.multinomial(n, share), draw.multinomial(m, share), 1e-4) for _ in range(2_000)]
    mean, bound = noise(n, m, bins, 0.95)
    assert np.mean(values) == pytest.approx(mean, rel=0.06)
    assert np.mean(np.array(values) > bound) == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize("tilt", [0.0, 0.1, 0.3, 0.6, 1.0])
@pytest.mark.parametrize("bins", [2, 10])
def test_the_interval_holds_the_population_as_often_as_it_says(tilt: float, bins: int) -> None:
    """300 seeded draws; population index up to 0.76."""
    draw = np.random.default_rng(5)
    p = np.full(bins, 1 / bins)
    q = np.exp(tilt * np.linspace(-1, 1, bins))
    q /= q.sum()
    truth = float(((q - p) * np.log(q / p)).sum())
    n, m = 4200, 1800
    hits = 0
    for _ in range(300):
        found = stability_index(draw.multinomial(n, p), draw.multinomial(m, q), 1e-4)
        low, high = interval(found, n, m, bins, 0.95)
        hits += low <= truth + 1e-12 and truth <= high
    assert 0.91 <= hits / 300 <= 0.995


def test_a_shift_is_found_and_chance_is_not_called_one() -> None:
    draw = np.random.default_rng(3)
    same = column(draw.normal(0, 1, 5000).tolist(), draw.normal(0, 1, 3000).tolist())
    moved = column(draw.normal(0, 1, 5000).tolist(), draw.normal(0.3, 1, 3000).tolist())
    assert same.index < same.noise
    assert same.low == 0
    assert moved.low > 0
    assert moved.low < moved.index < moved.high


def test_missing_values_are_a_bin_of_their_own() -> None:
    found = column([1.0] * 50 + [2.0] * 50, [1.0] * 40 + [2.0] * 40 + [None] * 20)
    assert (found.bins, found.empty) == (3, 1)
    assert found.index > 0.5


def test_rare_and_new_values_stand_together() -> None:
    before = ["a"] * 60 + ["b"] * 30 + ["c"] * 3 + ["d"] * 7
    found = shift(pd.DataFrame({"a": before}), pd.DataFrame({"a": ["a"] * 50 + ["new"] * 50}), suppress_below=5)
    assert found.columns[0].bins == 4
    told = shift(pd.DataFrame({"a": ["a"] * 60 + ["b"] * 40}), pd.DataFrame({"a": ["a"] * 50 + ["new"] * 50})).cells
    assert [(cell.bin, cell.reference, cell.current) for cell in told] == [
        ("a", 60, 50), ("b", 40, 0), ("(other values)", 0, 50),
    ]  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=80),
    st.lists(st.integers(0, 8), min_size=1, max_size=80),
    st.integers(1, 12),
)
def test_no_told_cell_is_small_and_the_told_cells_give_the_index(
    before: list[int], after: list[int], least: int
) -> None:
    for kind in (str, float):
        frames = [pd.DataFrame({"a": list(map(kind, values))}) for values in (before, after)]
        record = shift(*frames, suppress_below=least, bins=4)
        cells = record.cells
        assert all(rows == 0 or rows >= least for cell in cells for rows in (cell.reference, cell.current))
        if cells:
            again = stability_index(
                *(np.array([getattr(c, side) for c in cells]) for side in ("reference", "current")), 1e-4
            )
            assert again == pytest.approx(record.columns[0].index)


@pytest.mark.parametrize(
    ("before", "after", "note"),
    [
        ([1.0] * 20, [1.0] * 20, "all rows fall into one bin: nothing varies, or every value is rare"),
        (
            [f"id {i}" for i in range(50)],
            [f"id {i}" for i in range(50)],
            "all rows fall into one bin: nothing varies, or every value is rare",
        ),
        ([1, 2] * 9, ["1", "2"] * 9, "a number in one of the data sets and text in the other"),
        (
            pd.date_range("2024-01-01", periods=9),
            pd.date_range("2024-01-01", periods=9),
            "a column of times is not compared",
        ),
        ([None] * 9, [None] * 9, "all rows fall into one bin: nothing varies, or every value is rare"),
    ],
)
def test_what_cannot_be_compared_has_no_index_and_says_why(before: list, after: list, note: str) -> None:
    found = column(before, after)
    assert (found.index, found.low, found.noise) == (None, None, None)
    assert found.note == note


def test_a_column_of_one_data_set_only_is_listed_with_the_reason() -> None:
    found = shift(pd.DataFrame({"a": [1, 2] * 9, "b": [1, 2] * 9}), pd.DataFrame({"a": [1, 2] * 9, "c": [1, 2] * 9}))
    notes = {item.column: item.note for item in found.columns}
    assert notes["b"] == "not a column of the current data, or twice"
    assert notes["c"] == "not a column of the reference data, or twice"


def test_a_constant_column_that_takes_a_new_value_has_moved() -> None:
    found = column([0.0] * 100, [0.0] * 90 + [5.0] * 10)
    assert (found.bins, found.empty) == (2, 1)
    assert found.low > 0


def test_infinite_numbers_fall_into_the_outer_bins() -> None:
    values = np.arange(100.0)
    found = column(values.tolist(), np.where(values < 50, -np.inf, np.inf).tolist())
    assert found.index > 1


def test_few_rows_are_called_rough() -> None:
    assert column([1, 2] * 5, [1, 2] * 4, bins=2).note == "a bin expects fewer than 5 rows: the noise is rough"


def test_score_and_target_come_first_and_have_their_role() -> None:
    frame = pd.DataFrame({"x": [1, 2] * 20, "y": [0, 1] * 20, "p": np.linspace(0, 1, 40)})
    record = shift(frame, frame, score="p", target="y", columns=["x"])
    assert [(item.column, item.role) for item in record.columns] == [("p", "score"), ("y", "target"), ("x", "feature")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bins": 1}, "bins is 1"), ({"epsilon": 0.0}, "epsilon is 0.0"), ({"level": 1.0}, "level is 1.0"),
        ({"score": "z"}, "there is no column 'z'"), ({"names": ("a~b", "c")}, "name is 'a~b'"), ({"suppress_below": 0}, "suppress_below is 0"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(options: dict, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        shift(pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1, 2]}), **options)
    assert message in caught.value.message
