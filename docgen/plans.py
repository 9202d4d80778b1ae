"""Change plans, candidates and decision tables from files: strict, every fault at once, digested."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from docgen.errors import Problem, ProblemsError
from docgen.model.candidate import CANDIDATE_FORMAT, Candidate
from docgen.model.canonical import Digest, canonical, sha256
from docgen.model.codec import converter, explain, unstructure
from docgen.model.days import is_date
from docgen.model.decision import DecisionTable
from docgen.model.plan import (
    COMPONENTS,
    PLAN_FORMAT,
    Authorization,
    Criterion,
    LoadedPlan,
    Modification,
    Plan,
)
from docgen.resources import regimes_dir
from docgen.strict_yaml import Yaml, load_yaml, read_text

T = TypeVar("T", Plan, Candidate)

TABLE = "decision.yaml"
REGIME = "fda_pccp"
"""The regime whose table decides."""

ANSWERED = ("K03", "K04", "K28", "K29", "K30", "K31", "K34", "K36")
"""Checks that a person answers in the candidate's file."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}")
_SHA = re.compile(r"[0-9a-f]{64}")
_MODEL = re.compile(r"models:/[^/@]+/[0-9]+")
_HINT = "every field is explained in docs/pccp.md"


@cache
def load_table() -> DecisionTable:
    """Return the decision table that comes with docgen.

    Raises:
        ProblemsError: it is at fault.
    """
    path = regimes_dir() / REGIME / TABLE
    content = _content(path)
    for row in content["rules"]:
        row["when"] = list(row["when"].items())
    for row in content["scenarios"]:
        row["set"] = list(row["set"].items())
    content["exit_codes"] = list(content["exit_codes"].items())
    del content["format"]
    try:
        return converter().structure(content, DecisionTable)
    except Exception as err:
        raise ProblemsError(str(path), explain(err, TABLE)) from err


def load_plan(path: Path) -> LoadedPlan:
    """Read a plan.

    Args:
        path: the YAML file.

    Raises:
        UsageError: it cannot be read.
        ProblemsError: every fault at once. What is merely not stated yet is no fault.
    """
    return parse_plan(_read(path), path.name)


def parse_plan(text: str, name: str) -> LoadedPlan:
    """Read a plan from its text.

    Raises:
        ProblemsError: every fault at once.
    """
    plan = _record(load_yaml(text, where=name), Plan, PLAN_FORMAT, name)
    problems = tuple(Problem(f"{name}: {line}") for line in _plan_faults(plan))
    if problems:
        raise ProblemsError(name, problems, hint=_HINT)
    return LoadedPlan(plan=plan, sha256=plan_digest(plan), criteria_sha256=criteria_digest(plan), file=name)


def load_candidate(path: Path) -> Candidate:
    """Read what a firm states about a candidate.

    Raises:
        UsageError: it cannot be read.
        ProblemsError: every fault at once.
    """
    candidate = _record(load_yaml(_read(path), where=path.name), Candidate, CANDIDATE_FORMAT, path.name)
    problems = tuple(Problem(f"{path.name}: {line}") for line in _candidate_faults(candidate))
    if problems:
        raise ProblemsError(str(path), problems, hint=_HINT)
    return candidate


def plan_digest(plan: Plan) -> Digest:
    """Return the digest of what a letter authorizes: all but status, letter, change log and version history."""
    labeling = replace(plan.labeling, history=())
    neutral = replace(plan, status="authorized", authorization=Authorization(), change_log=(), labeling=labeling)
    return sha256(canonical(unstructure(neutral)))


def criteria_digest(plan: Plan) -> Digest:
    """Return the digest of what is registered before an evaluation: criteria, subgroups, test sets."""
    parts = [
        [item.id, unstructure(item.criteria), unstructure(item.subgroups), unstructure(item.test_set)]
        for item in plan.modifications
    ]
    return sha256(canonical([parts, unstructure(plan.specifications)]))


def _read(path: Path) -> str:
    return read_text(path, hint="name the file, see docs/pccp.md")


def _content(path: Path) -> Any:  # noqa: ANN401  # a mapping that the converter will check
    return load_yaml(_read(path), where=path.name)


def _record(content: Yaml, wanted: type[T], version: int, name: str) -> T:
    if not isinstance(content, dict):
        raise ProblemsError(name, (Problem(f"got no mapping, expected format: {version} and more"),), hint=_HINT)
    if content.get("format") != version:
        problem = Problem(f"format: got {content.get('format')!r}, expected {version}")
        raise ProblemsError(name, (problem,), hint=_HINT)
    try:
        return converter().structure(content, wanted)
    except Exception as err:
        raise ProblemsError(name, explain(err, name), hint=_HINT) from err


def _plan_faults(plan: Plan) -> Iterator[str]:
    criteria = [one for item in plan.modifications for one in item.criteria] + list(plan.specifications)
    several = {
        "modifications": [item.id for item in plan.modifications],
        "methods": [item.id for item in plan.methods],
        "steps": [step.id for item in plan.methods for step in item.steps],
        "criteria": [item.id for item in criteria],
        "risks": [item.id for item in plan.risks],
    }
    for what, ids in several.items():
        yield from (
            f"{what}: id {name!r} stands twice" for name in sorted({name for name in ids if ids.count(name) > 1})
        )
        yield from (
            f"{what}: id {name!r} is not letters, digits, dots and dashes" for name in ids if not _ID.fullmatch(name)
        )
    for item in plan.modifications:
        yield from (f"modifications {item.id}: {line}" for line in _modification_faults(plan, item))
    yield from (f"specifications {one.id}: {line}" for one in plan.specifications for line in _criterion_faults(one))
    known = set(several["modifications"])
    for risk in plan.risks:
        yield from (f"risks {risk.id}: no modification {name!r}" for name in risk.modifications if name not in known)
        yield from (f"risks {risk.id}: no method {name!r}" for name in risk.verified_by if plan.method(name) is None)
    pairs = [name for pair in plan.impact.interactions for name in (pair.first, pair.second)]
    yield from (f"impact.interactions: no modification {name!r}" for name in pairs if name not in known)
    yield from _date_faults({"authorization.letter_date": plan.authorization.letter_date})
    for text, where in ((plan.authorization.sha256, "authorization"), (plan.baseline.intended_use_sha256, "baseline")):
        if text and not _SHA.fullmatch(text):
            yield f"{where}: {text!r} is no SHA-256, expected 64 hexadecimal digits"


def _modification_faults(plan: Plan, item: Modification) -> Iterator[str]:
    for component in COMPONENTS:
        name = getattr(item.protocol, component)
        method = plan.method(name) if name else None
        if name and method is None:
            yield f"protocol.{component}: no method {name!r}"
        elif method and method.component != component:
            yield f"protocol.{component}: {name} is a method of {method.component}"
        if name and component in item.protocol.not_applicable:
            yield f"protocol.{component}: a method, and not_applicable says that none is needed"
    strange = sorted(set(item.protocol.not_applicable) - set(COMPONENTS))
    yield from (f"protocol.not_applicable: no component {name!r} (known: {', '.join(COMPONENTS)})" for name in strange)
    for one in item.criteria:
        yield from (f"criteria {one.id}: {line}" for line in _criterion_faults(one))
    bounds = [*((one.name, one.at_least, one.at_most) for one in item.allowed.params)]
    if item.allowed.threshold:
        bounds.append(("threshold", item.allowed.threshold.at_least, item.allowed.threshold.at_most))
    for name, low, high in bounds:
        if low is not None and high is not None and low > high:
            yield f"allowed {name}: at_least {low} lies above at_most {high}"
    if item.test_set.sha256 and not _SHA.fullmatch(item.test_set.sha256):
        yield f"test_set: {item.test_set.sha256!r} is no SHA-256, expected 64 hexadecimal digits"


def _criterion_faults(one: Criterion) -> Iterator[str]:
    if one.margin is not None and one.margin <= 0:
        yield f"margin is {one.margin}, expected more than 0"
    if one.level is not None and not 0 < one.level < 1:
        yield f"level is {one.level}, expected more than 0 and less than 1"
    differences = one.kind in {"superiority", "non_inferiority", "equivalence"}
    if one.against and not differences:
        yield f"against: {one.kind} takes no comparator"
    if one.bound is not None and differences:
        yield f"bound: {one.kind} takes none"
    if one.margin is not None and one.kind not in {"non_inferiority", "equivalence"}:
        yield f"margin: {one.kind} takes none"


def _candidate_faults(candidate: Candidate) -> Iterator[str]:
    if not _MODEL.fullmatch(candidate.model):
        yield f"model: got {candidate.model!r}, expected models:/<name>/<version>"
    for answer in candidate.answers:
        if answer.check not in ANSWERED:
            yield f"answers: {answer.check!r} is no check that a person answers (known: {', '.join(ANSWERED)})"
        if not (answer.by.strip() and answer.record.strip()):
            yield f"answers {answer.check}: by and record are empty, expected a role and a record's number"
    dates = {f"answers {item.check}.on": item.on for item in candidate.answers}
    dates |= {f"approvals {item.role}.on": item.on for item in candidate.approvals}
    dates |= {"planned_on": candidate.planned_on, "trigger.on": candidate.trigger.on if candidate.trigger else ""}
    yield from _date_faults(dates)
    if candidate.exclusions and not 0 <= candidate.exclusions.excluded <= candidate.exclusions.of:
        yield f"exclusions: {candidate.exclusions.excluded} of {candidate.exclusions.of}"


def _date_faults(dates: dict[str, str]) -> Iterator[str]:
    for where, text in dates.items():
        if text and not is_date(text):
            yield f"{where}: got {text!r}, expected a date as YYYY-MM-DD"
