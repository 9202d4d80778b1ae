"""Facts and the decision table -> a determination: the first rule that matches decides. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial

from docgen.change import checks_evaluation as evaluation
from docgen.change import checks_protocol as protocol
from docgen.change import checks_scope as scope
from docgen.change import checks_update as update
from docgen.change.attribution import attribute
from docgen.change.compare import facts_digest
from docgen.change.facts import Facts, Finding, answered
from docgen.model.canonical import Digest, canonical, sha256
from docgen.model.codec import unstructure
from docgen.model.decision import UNKNOWN, CheckResult, CheckSpec, DecisionTable, Determination, Rule

CHECKS: dict[str, Callable[[Facts], Finding]] = {
    "K01": scope.plan_authorized,
    "K02": scope.nothing_changed,
    "K03": scope.intended_use_same,
    "K04": scope.output_meaning_same,
    "K05": scope.all_attributed,
    "K06": scope.inside_bounds,
    "K07": scope.inputs_as_listed,
    "K08": scope.as_declared,
    "K09": protocol.frequency_kept,
    "K10": protocol.methods_followed,
    "K11": protocol.reference_standard_same,
    "K12": protocol.data_recorded,
    "K13": protocol.patients_apart,
    "K14": protocol.test_set_kept,
    "K15": protocol.large_enough,
    "K16": protocol.exclusions_accounted,
    "K17": protocol.trigger_recorded,
    "K18": protocol.code_proved,
    "K19": protocol.rest_untouched,
    "K20": evaluation.criteria_registered,
    "K21": evaluation.evaluated_once,
    "K22": evaluation.methods_as_named,
    "K23": evaluation.primary_met,
    "K24": evaluation.kept_against_original,
    "K25": evaluation.kept_against_last,
    "K26": evaluation.subgroups_reported,
    "K27": evaluation.specifications_hold,
    "K28": partial(answered, check="K28"),
    "K29": evaluation.usability_met,
    "K30": scope.impact_covers,
    "K31": partial(answered, check="K31"),
    "K32": update.labeling_limited,
    "K33": update.identifier_new,
    "K34": partial(answered, check="K34"),
    "K35": update.rollback_rehearsed,
    "K36": partial(answered, check="K36"),
}
"""Check -> what finds it out. K37, the approvals, rests on all the others."""

APPROVAL = "K37"
LEAVES_PLAN = frozenset({"ASSESS_DEVICE_MODIFICATION", "OUTSIDE_PLAN", "NEW_SUBMISSION_REQUIRED"})
"""Verdicts that ask people the questions of a device modification."""


def first_rule(table: DecisionTable, axes: Mapping[str, str]) -> Rule:
    """Return the first rule that matches.

    Args:
        table: with rules in order.
        axes: an answer for each axis of the table.

    Raises:
        KeyError: an axis has no answer.
        ValueError: no rule matches; a table whose last rule has no condition always has one.
    """
    for rule in table.rules:
        if all(_matches(axes, axis, value) for axis, value in rule.when):
            return rule
    raise ValueError(f"no rule matches {dict(axes)}")


def _matches(axes: Mapping[str, str], axis: str, value: str) -> bool:
    return value in axes.values() if axis == "any" else axes[axis] == value


def axes_of(table: DecisionTable, results: tuple[CheckResult, ...], state: str) -> dict[str, str]:
    """Return the answer of each axis: what fails beats what is unknown, and that beats what holds."""
    specs = {spec.id: spec for spec in table.checks}
    found = {axis.name: axis.values[0] for axis in table.axes}
    for wanted in ("unknown", "fails"):
        for result in results:
            if result.outcome == wanted:
                spec = specs[result.check]
                found[spec.axis] = spec.fail if wanted == "fails" else spec.missing
    return found | {"state": state}


def decide(table: DecisionTable, facts: Facts, today: date) -> Determination:
    """Return the determination about a candidate.

    Args:
        table: rules and checks of the regime.
        facts: what it rests on.
        today: the day of the determination.
    """
    if facts.plan is not None and facts.since_last is not None:
        facts = replace(facts, attributions=attribute(facts.plan.plan, facts.candidate, facts.since_last))
    results = [_result(spec, CHECKS[spec.id](facts)) for spec in table.checks if spec.id != APPROVAL]
    subject = _subject(facts, tuple(results))
    results += [_result(spec, update.approved(facts, subject)) for spec in table.checks if spec.id == APPROVAL]
    axes = axes_of(table, tuple(results), facts.candidate.state)
    rule = first_rule(table, axes)
    raised = [item for item in table.overlays if item.state == axes["state"] and rule.verdict not in item.verdict_not]
    history, row = _history(facts)
    return Determination(
        candidate=facts.candidate.model,
        state=facts.candidate.state,
        plan=f"{facts.plan.plan.id} {facts.plan.plan.version}" if facts.plan else "",
        plan_sha256=facts.plan.sha256 if facts.plan else "",
        original=facts.comparators.original.subject.uri if facts.comparators.original else "",
        last=facts.comparators.last.subject.uri if facts.comparators.last else "",
        decided_on=today.isoformat(),
        axes=tuple(axes.items()),
        rule=rule.id,
        verdict=rule.verdict,
        meaning=rule.meaning,
        exit_code=table.exit_code(rule.verdict),
        flags=tuple(item.flag for item in raised),
        actions=tuple(action for item in raised for action in item.actions),
        checks=tuple(results),
        attributions=facts.attributions,
        changes=tuple(item for item in (facts.since_original, facts.since_last) if item is not None),
        questions=table.questions if rule.verdict in LEAVES_PLAN else (),
        labeling_before=history,
        labeling_after=(*history, *row),
        subject_sha256=subject,
    )


def _result(spec: CheckSpec, found: Finding) -> CheckResult:
    return CheckResult(
        check=spec.id,
        axis=spec.axis,
        by=spec.by,
        outcome=found.outcome,
        fact=spec.fact,
        why=found.why,
        evidence=found.evidence,
        supply=spec.supply if found.outcome == UNKNOWN else "",
        judged=found.judged,
    )


def _subject(facts: Facts, results: tuple[CheckResult, ...]) -> Digest:
    """Return the digest of all that a person approves: plan, candidate, facts of the versions, every other check."""
    versions = (facts.snapshot, facts.comparators.original, facts.comparators.last)
    return sha256(
        canonical({
            "plan": facts.plan.sha256 if facts.plan else None,
            "candidate": unstructure(replace(facts.candidate, approvals=())),
            "versions": [facts_digest(item) if item else None for item in versions],
            "checks": [unstructure(item) for item in results],
        })
    )  # fmt: skip


def _history(facts: Facts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the rows of the version history as they are, and the row that the candidate would add."""
    rows = facts.plan.plan.labeling.history if facts.plan else ()
    change = facts.candidate.labeling
    new = (f"{change.version}, {facts.candidate.planned_on}: {change.history}",) if change else ()
    return tuple(f"{row.version}, {row.date}: {row.changes}" for row in rows), new
