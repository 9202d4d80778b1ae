"""Small groups: what is published is attacked with linear programming, as a reader could attack it."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from docgen.evaluate.fairness import Choices, fairness
from docgen.evaluate.intervals import Method
from docgen.evaluate.outcomes import Outcomes
from docgen.evaluate.resample import Resampling
from docgen.evaluate.suppression import Rules, Steps, Table, own_steps, protect
from docgen.model.formats import DataRef, FairnessFile

CELLS = ("TN", "FP", "FN", "TP")
MASKS = {  # numerator and denominator of each published rate, over CELLS
    "selection_rate": ((0, 1, 0, 1), (1, 1, 1, 1)),
    "base_rate": ((0, 0, 1, 1), (1, 1, 1, 1)),
    "true_positive_rate": ((0, 0, 0, 1), (0, 0, 1, 1)),
    "false_positive_rate": ((0, 1, 0, 0), (1, 1, 0, 0)),
    "positive_predictive_value": ((0, 0, 0, 1), (0, 1, 0, 1)),
    "accuracy": ((1, 0, 0, 1), (1, 1, 1, 1)),
}
SENSITIVE = ((1, 1, 1, 1), (0, 1, 0, 1), (1, 0, 1, 0), *np.eye(4, dtype=int).tolist())
"""Sizes, predictions of either kind, cells."""


def file_of(frame: pd.DataFrame, features: list[str], k: int, periods: str | None = None) -> FairnessFile:
    outcomes = Outcomes(task="binary", truth=frame["y"].to_numpy(), predicted=frame["p"].to_numpy(), labels=("0", "1"))
    return fairness(
        outcomes,
        frame[features],
        Choices(suppress_below=k, favourable="1"),
        Resampling(method=Method(draws=20), rows=len(frame)),
        split="test",
        dataset=DataRef(name="d", rows=len(frame)),
        periods=frame[periods] if periods else None,
    )


class Attack:
    """Everything that the file says, as sums over unknown counts of (combination of groups, cell)."""

    def __init__(self, record: FairnessFile, frame: pd.DataFrame, features: list[str], period: str | None) -> None:
        columns = [*features, *([period] if period else [])]
        text = frame[columns].astype(str)
        self.combinations = sorted(set(text.itertuples(index=False, name=None)))
        self.columns = columns
        counts = pd.DataFrame({"c": list(text.itertuples(index=False, name=None)), "cell": frame["y"] * 2 + frame["p"]})
        table = counts.groupby(["c", "cell"]).size()
        self.truth = np.array([
            float(table.get((combination, cell), 0)) for combination in self.combinations for cell in range(4)
        ])  # fmt: skip
        self.rows = [np.tile(np.eye(4)[cell], len(self.combinations)) for cell in range(4)]
        self.known = [float(row @ self.truth) for row in self.rows]
        for metric in record.groups:
            for row in metric.rows:
                where = dict(zip(metric.feature.split(" & "), row.group.split(" & "), strict=True))
                self.told(where, metric.metric, row.events, row.n)
        for timed in record.periods:
            for row in timed.rows:
                self.told({timed.feature: row.group, str(period): row.period}, timed.metric, row.events, row.n)
        for impact in record.adverse_impact:
            for row in impact.rows:
                where = dict(zip(impact.feature.split(" & "), row.group.split(" & "), strict=True))
                self.told(where, "selection_rate", row.selected, row.n)

    def told(self, where: dict[str, str], metric: str, events: int | None, n: int | None) -> None:
        assert (events is None) == (n is None)
        if n is None or events is None:
            return
        for mask, value in zip(MASKS[metric], (events, n), strict=True):
            self.rows.append(self.row(where, mask))
            self.known.append(float(value))
            assert self.rows[-1] @ self.truth == value  # what is told is true

    def row(self, where: dict[str, str], mask: tuple[int, ...]) -> np.ndarray:
        inside = [
            all(combination[self.columns.index(name)] == group for name, group in where.items())
            for combination in self.combinations
        ]
        return np.outer(inside, mask).reshape(-1).astype(float)

    def width(self, row: np.ndarray, told: int | None = None) -> float:
        ends = []
        for sign in (1, -1):
            found = linprog(
                sign * row, A_eq=np.array(self.rows[:told]), b_eq=self.known[:told], bounds=(0, None), method="highs"
            )
            assert found.status == 0, found.message
            ends.append(row @ found.x)
        return ends[1] - ends[0]

    def small(self, k: int, features: list[str], period: str | None) -> list[np.ndarray]:
        """Every count of 1 to k - 1 in the tables of features, pairs and features by period."""
        tables = [*([name] for name in features), *map(list, itertools.combinations(features, 2))]
        tables += [[name, period] for name in features if period]
        found = []
        for names in tables:
            places = [self.columns.index(name) for name in names]
            for group in sorted({tuple(c[place] for place in places) for c in self.combinations}):
                for mask in SENSITIVE:
                    row = self.row(dict(zip(names, group, strict=True)), tuple(mask))
                    if 0 < row @ self.truth < k:
                        found.append(row)
        return found


def attacked(frame: pd.DataFrame, features: list[str], k: int, period: str | None = None) -> int:
    """Assert that no small count can be worked out to within less than k; return how many there were."""
    record = file_of(frame, features, k, period)
    attack = Attack(record, frame, features, period)
    small = attack.small(k, features, period)
    for row in small:
        wanted = min(k, attack.width(row, told=4))  # the totals alone may leave less: then not one less than they do
        assert attack.width(row) >= wanted - 1e-6
    return len(small)


def test_a_row_of_3_and_40_with_its_total_is_not_saved_by_hiding_the_3_alone() -> None:
    """A count of 3 beside 40 of 43, k = 11: 43 - 40 would give it away, so both are hidden."""
    one = np.ones((1, 1), dtype=bool)
    counts = np.array([[3], [40]])
    rules = Rules(steps=Steps(shows=(one,), guards=(one,)), k=11)
    table = Table(member=np.arange(2), counts=counts)
    level = own_steps(table, rules)
    assert level.tolist() == [0, 1]
    protect(Table(member=np.zeros(2, dtype=int), counts=counts.sum(axis=0, keepdims=True)), [table], [level], rules)
    assert level.tolist() == [0, 0]


def test_the_same_row_as_a_file() -> None:
    frame = pd.DataFrame({"g": ["a"] * 3 + ["b"] * 40, "y": [0, 1] * 21 + [0], "p": [1, 0] * 21 + [1]})
    record = file_of(frame, ["g"], 11)
    assert all(row.n is None and row.value is None for table in record.groups for row in table.rows)
    assert all(row.note == "suppressed" for table in record.groups for row in table.rows)
    assert all(gap.quantity.value is None for gap in record.disparities)


def test_nothing_tells_a_small_group_from_one_that_hides_it() -> None:
    frame = pd.DataFrame({"g": ["a"] * 3 + ["b"] * 40 + ["c"] * 400})
    draw = np.random.default_rng(0)
    frame["y"], frame["p"] = draw.integers(0, 2, len(frame)), draw.integers(0, 2, len(frame))
    record = file_of(frame, ["g"], 11)
    (table,) = [table for table in record.groups if table.metric == "selection_rate"]
    a, b, c = table.rows
    assert (a.note, a.value, a.n, a.events) == (b.note, b.value, b.n, b.events) == ("suppressed", None, None, None)
    assert c.n == 400


def test_few_errors_in_all_do_not_hide_the_sizes_of_large_groups() -> None:
    """3 missed cases in 400 rows: which group has them stays hidden, how many rows and predictions it has need not."""
    y, p = np.tile([0, 1], 200), np.tile([0, 1], 200)
    p[[1, 3, 201]] = 0
    frame = pd.DataFrame({"g": ["a"] * 200 + ["b"] * 200, "y": y, "p": p})
    record = file_of(frame, ["g"], 11)
    shown = {table.metric: [row.n for row in table.rows] for table in record.groups}
    assert shown["selection_rate"] == [200, 200]
    assert shown["true_positive_rate"] == shown["accuracy"] == [None, None]
    assert attacked(frame, ["g"], 11) > 0


def test_empty_cells_may_be_shown_and_a_k_of_1_hides_nothing() -> None:
    frame = pd.DataFrame({"g": ["a"] * 30 + ["b"] * 30, "y": [1] * 60, "p": [1] * 60})
    assert all(row.note != "suppressed" for table in file_of(frame, ["g"], 11).groups for row in table.rows)
    tiny = pd.DataFrame({"g": ["a", "b", "b"], "y": [1, 0, 1], "p": [1, 1, 0]})
    assert all(row.n is not None for table in file_of(tiny, ["g"], 1).groups for row in table.rows)


def test_a_group_that_may_show_its_size_and_predictions_but_no_errors_does_so() -> None:
    """40 rows, 20 selected, but only 2 missed cases: selection is shown, error rates are not."""
    cells = {"a": (18, 10, 2, 10), "b": (100, 100, 100, 100), "c": (90, 90, 90, 90)}
    frame = pd.concat([
        pd.DataFrame({"g": name, "y": np.repeat([0, 0, 1, 1], n), "p": np.repeat([0, 1, 0, 1], n)})
        for name, n in cells.items()
    ])  # fmt: skip
    record = file_of(frame.reset_index(drop=True), ["g"], 5)
    shown = {table.metric: [row.group for row in table.rows if row.n is not None] for table in record.groups}
    assert shown["selection_rate"] == ["a", "b", "c"]
    assert "a" not in shown["true_positive_rate"]
    assert len(shown["true_positive_rate"]) == 1  # another group hides what the totals would give away


@st.composite
def tables(draw: st.DrawFn) -> tuple[pd.DataFrame, list[str], int]:
    """Rows of two or three features with groups of very different sizes."""
    sizes = draw(st.lists(st.integers(2, 4), min_size=1, max_size=3))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = draw(st.integers(30, 600))
    frame = pd.DataFrame({"y": generator.random(rows) < draw(st.floats(0.05, 0.95))}).astype(int)
    frame["p"] = np.where(generator.random(rows) < 0.7, frame["y"], 1 - frame["y"])
    for number, size in enumerate(sizes):
        weights = generator.dirichlet(np.full(size, draw(st.sampled_from([0.4, 1.0, 5.0]))))
        frame[f"f{number}"] = generator.choice([f"g{i}" for i in range(size)], rows, p=weights)
    return frame, [f"f{number}" for number in range(len(sizes))], draw(st.sampled_from([3, 5, 11]))


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_no_small_count_of_random_tables_can_be_worked_out(found: tuple[pd.DataFrame, list[str], int]) -> None:
    attacked(*found)


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(tables(), st.integers(2, 4))
def test_nor_can_one_over_time(found: tuple[pd.DataFrame, list[str], int], periods: int) -> None:
    frame, features, k = found
    frame["when"] = [f"P{row * periods // len(frame)}" for row in range(len(frame))]
    attacked(frame, features[:2], k, "when")


def test_the_attack_finds_what_a_careless_file_gives_away() -> None:
    """The check of the check: with nothing suppressed every small count is exact."""
    draw = np.random.default_rng(3)
    frame = pd.DataFrame({"f0": draw.choice(["a", "b"], 60, p=[0.9, 0.1]), "f1": draw.choice(["u", "v"], 60)})
    frame["y"], frame["p"] = draw.integers(0, 2, 60), draw.integers(0, 2, 60)
    attack = Attack(file_of(frame, ["f0", "f1"], 1), frame, ["f0", "f1"], None)
    small = attack.small(5, ["f0", "f1"], None)
    assert small
    assert all(attack.width(row) < 1e-6 for row in small)
    assert attacked(frame, ["f0", "f1"], 5) == len(small)


def test_what_cannot_be_proved_safe_is_left_out_with_its_reason() -> None:
    draw = np.random.default_rng(4)
    frame = pd.DataFrame({f"f{i}": draw.choice([f"g{j}" for j in range(12)], 3000) for i in range(5)})
    frame["y"], frame["p"] = draw.integers(0, 2, 3000), draw.integers(0, 2, 3000)
    record = file_of(frame, [f"f{i}" for i in range(5)], 11)
    assert {table.feature for table in record.groups} == {f"f{i}" for i in range(5)}
    (absent,) = record.left_out
    assert absent.feature == "intersections"
    assert "too many small counts" in absent.reason
    monthly = frame.assign(when=[f"P{row % 60:02}" for row in range(len(frame))])
    timed = file_of(monthly, ["f0"], 11, "when")
    assert timed.periods == ()
    assert timed.left_out[0].reason.endswith("give longer periods")


@pytest.mark.parametrize("k", [5, 11])
def test_suppression_of_three_features_is_quick_and_leaves_large_groups_alone(k: int) -> None:
    draw = np.random.default_rng(1)
    rows = 20_000
    frame = pd.DataFrame({
        "sex": draw.choice(["f", "m"], rows),
        "age": draw.choice(["a", "b", "c", "d"], rows, p=[0.5, 0.3, 0.17, 0.03]),
        "race": draw.choice(["w", "b", "h", "a", None], rows, p=[0.6, 0.2, 0.12, 0.03, 0.05]),
        "y": draw.integers(0, 2, rows),
        "p": draw.integers(0, 2, rows),
    })  # fmt: skip
    record = file_of(frame, ["sex", "age", "race"], k)
    hidden = [row for table in record.groups if "&" not in table.feature for row in table.rows if row.n is None]
    assert hidden == []
