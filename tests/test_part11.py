"""The Part 11 matrix says no more than the tests prove, and nothing of what is the user's is ever green."""

from __future__ import annotations

import ast
from functools import cache

import pytest

from docgen.model.qualification import Feature, Part11Row
from docgen.qualify.catalogue import features, part11, serves
from docgen.qualify.run import STEPS
from support.generated import ROOT
from support.part11_page import state

ROWS = {row.id: row for row in part11()}


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_row_of_the_catalogue_stands_once() -> None:
    assert len(part11()) == len(ROWS) == 36


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_names_tests_that_exist_and_says_what_is_open(row: Part11Row) -> None:
    _tests_exist(row.tests)
    assert set(row.steps) <= {step.id for step in STEPS}
    if row.owner == "customer":
        assert state(row) == "yours"
        assert row.yours
        assert not row.tests
    else:
        assert row.how
        assert row.tests or row.gap
    if row.owner == "shared":
        assert "the rest is yours" in state(row)


def _tests_exist(names: tuple[str, ...]) -> None:
    for name in names:
        path, _, test = name.partition("::")
        assert test in names_in(path), name


@pytest.mark.parametrize("feature", features(), ids=lambda item: item.id)
def test_a_feature_names_steps_and_tests_that_exist_and_what_is_the_users(feature: Feature) -> None:
    _tests_exist(feature.tests)
    assert feature.steps
    assert set(feature.steps) <= {step.id for step in STEPS}
    assert feature.yours.startswith(("Re-score the risk.", "Keep a person at the gate"))


def test_every_step_of_operation_serves_something() -> None:
    assert [step.id for step in STEPS if step.part == "oq" and not serves(step.id)] == []


def test_the_rows_are_those_of_the_shared_catalogue(shared) -> None:
    from docgen.strict_yaml import load_yaml

    content = load_yaml((shared / "regimes" / "part11.yaml").read_text("utf-8"), where="part11.yaml")
    assert {(item["id"], item["owner"]) for item in content["requirements"]} == {
        (row.id, row.owner) for row in ROWS.values()
    }
