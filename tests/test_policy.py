"""The firm's policy: what is read, and every fault as one line, all in one go."""

from __future__ import annotations

from pathlib import Path

import pytest

from docgen.errors import ProblemsError, UsageError
from docgen.model.checks import Bound, Present
from docgen.model.policy import Policy
from docgen.model.regime import Regime
from docgen.policy import load_policy
from docgen.regimes import load_regime
from docgen.resources import regimes_dir
from test_regimes import HEADER, ROWS, write

GOOD = """\
format: 1
title: Model risk policy
edition: '7'
facts: {vendor: mrm.vendor}
metrics: [expected_cost]
tiers:
  - {name: high, materiality: material, revalidate_months: 12, meaning: Large exposure.}
  - {name: low, materiality: immaterial}
tier_matrix:
  drivers: [vendor]
  rows:
    - {when: ['true'], tier: high}
    - {when: ['false'], tier: low}
severities:
  - {name: high, meaning: No use until it is mended., remediation_days: 90, restricts_use: true}
psi:
  source: Standard 4, table 2
  bands: [{name: stable, below: 0.1}, {name: watch, below: 0.25, action: Explain.}, {name: act}]
roles:
  - {role: validator, duties: Validates., signs: true}
bounds:
  - requirement: house/H-1
    title: AUROC floor
    tiers: [high]
    check: {bound: {select: {id: 'metric:roc_auc@test'}, at_least: 0.7, source: 'Standard 4, table 1'}}
  - requirement: [house/H-1, other/X-1]
    title: Minimum tests
    check: {present: {select: {kind: metric, name: expected_cost}}}
waivers:
  - {requirement: house/H-1, reason: Pilot., owner: head, until: '2026-12-31'}
not_applicable:
  - {requirement: [house/H-1], rule: There are none.}
program:
  - requirement: house/H-2
    answer: met
    statement: The policy is in force.
    reference: MRM-7
    answered_on: '2026-05-04'
    by: head of model risk management
    review_by: '2027-05-04'
"""
PROGRAM = (
    ROWS
    + """\
  - id: H-2
    section: II
    title: There is a policy
    paraphrase: The firm has a policy.
    owner: risk
    decidable: human
    scope: program
    supply: Answer it in the policy.
    check: {program_answer: {}}
"""
)


@pytest.fixture
def house(tmp_path: Path) -> Regime:
    return load_regime(write(tmp_path, header=HEADER, rows=PROGRAM))


def load(folder: Path, text: str, *regimes: Regime) -> Policy:
    path = folder / "policy.yaml"
    path.write_text(text)
    return load_policy(path, regimes)


def faults(folder: Path, text: str, *regimes: Regime) -> list[str]:
    with pytest.raises(ProblemsError) as caught:
        load(folder, text, *regimes)
    assert int(caught.value.code) == 2
    return [str(problem) for problem in caught.value.problems]


def test_a_whole_policy_is_read(tmp_path: Path, house: Regime) -> None:
    policy = load(tmp_path, GOOD, house)
    assert policy.name == "Model risk policy, 7"
    assert [type(line.check) for line in policy.bounds] == [Bound, Present]
    assert policy.bounds[1].requirement == ("house/H-1", "other/X-1")
    assert policy.tier("HIGH") == policy.tiers[0]
    assert policy.tier_matrix is not None
    assert policy.tier_matrix.rows[1].tier == "low"
    assert policy.program[0].by == "head of model risk management"
    assert policy.facts[0].tag == "mrm.vendor"
    assert policy.digest is not None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("at_least: 0.7", "at_least: 1e-5", "expected a number, got '1e-5' @ bounds[0].check.bound.at_least (write it out"),
        ("at_least: 0.7", "at_least: '0.7'", "expected a number, got '0.7' @ bounds[0].check.bound.at_least"),
        ("at_least: 0.7", "at_most: 0.9, at_least: 0.7", "got at_least and at_most, expected one of"),
        ("roc_auc@test", "roc_acu@test", "bounds: unknown metric 'roc_acu' (did you mean 'roc_auc'?)"),
        ("[expected_cost]", "[]", "bounds: unknown metric 'expected_cost' (list it under metrics if it is your own)"),
        ("requirement: house/H-1\n", "requirement: house/H-9\n", "'house/H-9': no such requirement (did you mean 'house/H-"),
        ("requirement: house/H-1\n", "requirement: H-1\n", "'H-1': no such requirement"),
        ("tiers: [high]", "tiers: [gold]", "bounds[0].tiers: 'gold' is outside the tiers of this policy (known: high, low)"),
        ("tier: low}", "tier: gold}", "tier_matrix.rows[1].tier: 'gold' is outside the tiers"),
        ("{when: ['false'],", "{when: ['true'],", "tier_matrix.rows: 'true' stands twice"),
        ("{when: ['false'],", "{when: ['false', x],", "tier_matrix.rows[1].when: got 2 values, expected 1"),
        ("{when: ['false'],", "{when: [maybe],", "'maybe' is no value of vendor (known: true, false)"),
        ("drivers: [vendor]", "drivers: [vender]", "'vender' is no fact that a regime in use asks for (did you mean 'vendor'?)"),
        ("facts: {vendor: mrm", "facts: {seller: mrm", "facts: 'seller' is no fact that a regime in use asks for"),
        ("until: '2026-12-31'", "until: 31.12.2026", "waivers[0].until: got '31.12.2026', expected a date as YYYY-MM-DD"),
        ("answered_on: '2026-05-04'", "answered_on: '2026-02-30'", "program[0].answered_on: got '2026-02-30'"),
        ("review_by: '2027-05-04'", "review_by: '2026-05-03'", "2026-05-03 is before the answer, 2026-05-04"),
        ("requirement: house/H-2", "requirement: house/H-1", "'house/H-1' is a requirement of each model"),
        ("answer: met", "answer: maybe", "program[0].answer"),
        ("revalidate_months: 12", "revalidate_months: 0", "tiers[0].revalidate_months: got 0, expected 1 or more"),
        ("name: low, materiality", "name: HIGH, materiality", "tiers: 'high' stands twice"),
        ("below: 0.25", "below: 0.05", "psi.bands: expected rising values of below"),
        ("{name: act}", "{name: act, below: 9}", "psi.bands: expected rising values of below"),
        ("title: Model risk policy\n", "", "expected text, got None @ title"),
        ("severities:", "severity:", "severity: unknown key (did you mean severities?)"),
        ("format: 1", "format: 2", "format: got 2, expected 1"),
        ("{role: validator,", "{rolle: validator,", "required field missing @ roles[0].role"),
        ("check: {present: {select: {kind: metric, name: expected_cost}}}", "check: {narrative: limits}", "a policy may hold"),
        ("facts: {vendor: mrm.vendor}", "facts: [vendor]", "facts"),
    ],
)  # fmt: skip
def test_each_fault_is_one_line(tmp_path: Path, house: Regime, old: str, new: str, said: str) -> None:
    assert old in GOOD
    found = faults(tmp_path, GOOD.replace(old, new, 1), house)
    assert any(said in line for line in found), found
    assert all("\n" not in line for line in found)


def test_all_faults_are_told_in_one_go(tmp_path: Path, house: Regime) -> None:
    text = GOOD
    for old, new in (
        ("at_least: 0.7", "at_least: 1e-5"),
        ("house/H-2", "house/H-3"),
        ("[gold]", "[gold]"),
        ("tiers: [high]", "tiers: [gold]"),
        ("name: expected_cost", "name: costs"),
        ("until: '2026-12-31'", "until: soon"),
    ):
        text = text.replace(old, new, 1)
    assert len(faults(tmp_path, text, house)) == 5


def test_a_policy_may_speak_of_regimes_that_are_not_in_use(tmp_path: Path) -> None:
    card = load_regime(regimes_dir() / "model_card")
    assert load(tmp_path, GOOD, card).bounds


def test_a_policy_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        load_policy(tmp_path / "none.yaml", ())
    assert faults(tmp_path, "- a\n")[0].startswith("got no mapping")
    assert "stands twice" in faults(tmp_path, "title: a\ntitle: b\n")[0]
