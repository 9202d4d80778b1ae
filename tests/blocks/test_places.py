"""Each value stands in its place: not another one of the same record, nor the same one in another column.

Pages are checked for numbers that their evidence does not hold; here for numbers that it does hold, somewhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

import pytest

from docgen.assessment.engine import assess
from docgen.blocks import make
from docgen.blocks.values import full
from docgen.model.document import Dossier, Grid, Shown
from docgen.model.evidence import Quantity, Scalar, Table
from docgen.policy import EMPTY
from docgen.regimes import find_regime, load_regime
from docgen.testing import sample_snapshot

REGIME = load_regime(find_regime("model_card"))
SNAPSHOT = sample_snapshot()
FULL = Dossier(snapshot=SNAPSHOT, regimes=(REGIME,), assessments=(assess(SNAPSHOT, REGIME, EMPTY, date(2026, 3, 2)),))

WITH_TABLES = (
    "calibration",
    "confusion",
    "explanations",
    "fairness",
    "performance",
    "ranking",
    "residuals",
    "shift",
    "signature",
)


def told(quantity: Quantity) -> list[Scalar]:
    """What a quantity holds, in the order in which people quote it."""
    found: list[Scalar] = [quantity.value]
    if quantity.interval is not None:
        found += [quantity.interval.level, quantity.interval.low, quantity.interval.high]
    return [*found, quantity.n, quantity.events]


def worded(value: Scalar) -> Scalar:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def in_order(wanted: Iterable[Scalar], there: Iterable[Scalar]) -> bool:
    left = iter(there)
    return all(any(item is not None and item == found for found in left) for item in wanted)


def by_evidence(grid: Grid) -> Iterator[tuple[str, list[Scalar]]]:
    """Yield, row by row, the values that one piece of evidence gave, in the order of the columns."""
    for row in grid.rows:
        values = [item for cell in row for item in cell if isinstance(item, Shown)]
        for evidence, found in groupby(values, key=lambda item: item.evidence):
            yield evidence, [item.value for item in found]


@pytest.mark.parametrize("name", WITH_TABLES)
def test_every_value_of_a_table_stands_in_its_place(name: str) -> None:
    seen = 0
    for grid in (block for block in make(name, FULL, {}) if isinstance(block, Grid)):
        for evidence, values in by_evidence(grid):
            found = FULL.snapshot.find(evidence)
            assert found is not None
            if isinstance(found.value, Quantity):
                numbers = [value for value in values if isinstance(value, (int, float))]
                assert numbers[:1] in ([found.value.value], []), f"{evidence} begins with another number than its value"
                assert in_order(numbers, told(found.value)), f"{evidence}: {numbers}"
            elif isinstance(found.value, Table):
                around = [item.value for item in found.value.attributes]
                assert any(in_order(values, [*around, *map(worded, row)]) for row in found.value.rows), (
                    f"{evidence}: {values}"
                )
            seen += len(values)
    assert seen > 3


def test_results_have_their_columns_in_the_order_of_their_heads() -> None:
    (grid, *_) = (block for block in make("performance", FULL, {"split": "test"}) if isinstance(block, Grid))
    assert grid.columns == ("Measure", "Value", "Interval", "n", "Events")
    for row in grid.rows:
        shown = [[item.value for item in cell if isinstance(item, Shown)] for cell in row]
        evidence = next(item.evidence for item in row[0] if isinstance(item, Shown))
        found = FULL.snapshot.find(evidence)
        assert found is not None
        value = found.value
        assert isinstance(value, Quantity)
        interval = [value.interval.low, value.interval.high] if value.interval else []
        assert shown[1:3] == [[value.value], interval]
        assert shown[3:] == [[value.n] if value.n else [], [value.events] if value.events else []]


def test_a_metric_is_quoted_with_its_interval_and_the_number_of_rows() -> None:
    found = SNAPSHOT.find("metric:roc_auc@test")
    assert found is not None
    assert isinstance(found.value, Quantity)
    line = full(found.value, found.id)
    text = "".join(str(item.value) if isinstance(item, Shown) else getattr(item, "text", "") for item in line)
    assert text == "0.8412 (0.95 CI 0.819 to 0.8625, n = 1800)"
