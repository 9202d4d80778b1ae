"""The decision table: FDA's own scenarios, one verdict for every state, and nothing that gets cleaner by getting worse."""

from __future__ import annotations

from itertools import product

import pytest

from docgen.change.decide import CHECKS, axes_of, first_rule
from docgen.model.decision import CheckResult
from docgen.plans import load_table

TABLE = load_table()
AXES = {axis.name: axis.values for axis in TABLE.axes}
STATES = [dict(zip(AXES, values, strict=True)) for values in product(*AXES.values())]
CLEAN = {"NO_CHANGE", "WITHIN_PLAN"}


def severity(axis: str, value: str) -> int:
    """Clean 0, unknown 1, definitely bad 2."""
    if value == AXES[axis][0]:
        return 0
    return 1 if value == "unknown" else 2


def place(axes: dict[str, str]) -> int:
    """Where the rule stands; R5 and R6 are one failure, before and after it is implemented."""
    number = int(first_rule(TABLE, axes).id[1:])
    return 5 if number == 6 else number


@pytest.mark.parametrize("scenario", TABLE.scenarios, ids=lambda item: item.id)
def test_each_scenario_of_the_guidance_has_its_published_outcome(scenario) -> None:
    # FDA, PCCP guidance of 2025-08-18, appendix B: 14 hypothetical scenarios
    axes = {axis: values[0] for axis, values in AXES.items()} | {"change": "some"} | dict(scenario.set)
    verdict = first_rule(TABLE, axes).verdict
    assert verdict == scenario.expect
    assert (verdict in CLEAN) is (scenario.fda == "within")


def test_every_state_has_exactly_one_verdict_with_an_exit_code() -> None:
    assert len(STATES) == 1944
    for axes in STATES:
        rule = first_rule(TABLE, axes)
        assert TABLE.exit_code(rule.verdict) in range(9)


def test_only_the_clean_state_lies_within_the_plan() -> None:
    within = [axes for axes in STATES if first_rule(TABLE, axes).verdict == "WITHIN_PLAN"]
    assert len(within) == 2
    assert {axes["state"] for axes in within} == {"candidate", "implemented"}


def test_any_unknown_blocks() -> None:
    for axes in STATES:
        if axes["change"] == "some" and "unknown" in axes.values():
            assert first_rule(TABLE, axes).verdict not in CLEAN


def test_worsening_any_axis_never_yields_a_cleaner_verdict() -> None:
    tried = 0
    for axes in STATES:
        before = place(axes)
        if axes["change"] == "none":
            continue
        for axis in (name for name in AXES if name not in {"state", "change"}):
            for value in AXES[axis]:
                if severity(axis, value) > severity(axis, axes[axis]):
                    worse = axes | {axis: value}
                    tried += 1
                    assert place(worse) <= before, (axes, worse)
    assert tried > 3000


def test_an_implemented_version_that_is_not_clean_raises_the_field_action_review() -> None:
    (overlay,) = TABLE.overlays
    assert set(overlay.verdict_not) == CLEAN
    assert overlay.state == "implemented"


def test_every_check_of_the_table_is_found_out_and_feeds_an_axis() -> None:
    assert {spec.id for spec in TABLE.checks} == {*CHECKS, "K37"}
    assert len(TABLE.checks) == 37
    for spec in TABLE.checks:
        assert {spec.fail, spec.missing} <= set(AXES[spec.axis])
        assert spec.supply


def result(check: str, outcome) -> CheckResult:
    spec = next(spec for spec in TABLE.checks if spec.id == check)
    return CheckResult(check=check, axis=spec.axis, by=spec.by, outcome=outcome, fact=spec.fact, why="")


def test_a_definite_negative_beats_an_unknown_on_its_axis() -> None:
    for order in (
        (result("K12", "unknown"), result("K13", "fails")),
        (result("K13", "fails"), result("K12", "unknown")),
    ):
        assert axes_of(TABLE, order, "candidate")["protocol"] == "deviated"


def test_a_missing_plan_is_none_and_a_missing_comparator_is_a_change() -> None:
    axes = axes_of(TABLE, (result("K01", "unknown"), result("K02", "unknown")), "candidate")
    assert (axes["plan"], axes["change"]) == ("none", "some")
