"""Which requirements a plan answers, and what it leaves open, row by row. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from docgen.change.criteria import unstated
from docgen.model.plan import COMPONENTS, Component, Modification, Plan

Gaps = Iterator[str]
Row = Callable[[Plan], Gaps]


def _text(field: str, words: str) -> Row:
    """Return a row that asks for a text of the plan, such as `device.population`."""

    def gaps(plan: Plan) -> Gaps:
        value: object = plan
        for name in field.split("."):
            value = getattr(value, name)
        if not value:
            yield f"{field}: {words}"

    return gaps


def _each(found: Callable[[Modification], object], words: str) -> Row:
    """Return a row that asks something of each modification."""

    def gaps(plan: Plan) -> Gaps:
        yield from _listed(plan)
        yield from (f"{item.id}: {words}" for item in plan.modifications if not found(item))

    return gaps


def _all(*rows: Row) -> Row:
    def gaps(plan: Plan) -> Gaps:
        for row in rows:
            yield from row(plan)

    return gaps


def _listed(plan: Plan) -> Gaps:
    """Nothing to look at is never an answer."""
    if not plan.modifications:
        yield "the plan has no modification"


def _authorized(plan: Plan) -> Gaps:
    if plan.status not in {"authorized", "superseded"}:
        yield f"the plan is {plan.status}"
    letter = plan.authorization
    yield from (
        f"authorization.{name} is not stated" for name in ("title", "version", "sha256") if not getattr(letter, name)
    )
    if letter.title and letter.title != plan.title:
        yield "the letter names another title"
    if letter.version and letter.version != plan.version:
        yield "the letter names another version"


def _conditions(plan: Plan) -> Gaps:
    if not plan.conditions:
        yield "conditions: none is stated; where there are none, say so in one row"
    for item in plan.conditions:
        yield from (
            f"condition {item.text[:40]!r} has no {name}" for name in ("owner", "check") if not getattr(item, name)
        )


def _rationale(plan: Plan) -> Gaps:
    yield from _listed(plan)
    for item in plan.modifications:
        told = {one.part for one in item.rationale}
        yield from (f"{item.id}: no rationale for {part}" for part in item.allowed.parts if part not in told)
        if not item.allowed.parts:
            yield f"{item.id}: names no part that may change"


def _targets(plan: Plan) -> Gaps:
    yield from _listed(plan)
    for item in plan.modifications:
        if not item.target:
            yield f"{item.id}: no target specification"
        if not item.criteria:
            yield f"{item.id}: no acceptance criterion"
        yield from (f"{item.id} {one.id}: {unstated(one)}" for one in item.criteria if unstated(one))


def _components(plan: Plan) -> Gaps:
    yield from _listed(plan)
    for item in plan.modifications:
        for component in COMPONENTS:
            if not getattr(item.protocol, component) and component not in item.protocol.not_applicable:
                yield f"{item.id}: no method of {component.replace('_', ' ')}, and no reason why none is needed"


def _guarded(item: Modification) -> bool:
    return item.mode is not None and (item.mode == "manual" or bool(item.guardrails))


def _reached(item: Modification) -> bool:
    return item.reach is not None and (item.reach == "global" or bool(item.local_factors))


def _often(item: Modification) -> bool:
    return item.frequency.min_days_between is not None or item.frequency.max_per_year is not None


def _sized(item: Modification) -> bool:
    return item.test_set.min_n is not None and item.test_set.min_events is not None


def _steps(plan: Plan) -> Gaps:
    if not plan.methods:
        yield "the plan has no method"
    for item in plan.methods:
        if not item.steps:
            yield f"{item.id}: no steps"
        yield from (f"{step.id}: leaves no record" for step in item.steps if not step.record)


def _described(plan: Plan) -> Gaps:
    yield from (f"{item.id}: neither text nor reference" for item in plan.methods if not (item.text or item.reference))


def _harms(plan: Plan) -> Gaps:
    yield from _listed(plan)
    for item in plan.modifications:
        if not item.benefits:
            yield f"{item.id}: no benefits"
        mine = [risk for risk in plan.risks if item.id in risk.modifications]
        if not any(not risk.bias for risk in mine):
            yield f"{item.id}: no risk"
        if not any(risk.bias for risk in mine):
            yield f"{item.id}: no risk of unintended bias"


def _verified(plan: Plan) -> Gaps:
    if not plan.impact.why_verified:
        yield "impact.why_verified is empty"
    if not plan.risks:
        yield "the plan has no risk"
    for risk in plan.risks:
        yield from (f"{risk.id}: no {name}" for name in ("controls", "verified_by") if not getattr(risk, name))


def _together(plan: Plan) -> Gaps:
    yield from _listed(plan)
    told = {frozenset((pair.first, pair.second)) for pair in plan.impact.interactions}
    for first, second in combinations([item.id for item in plan.modifications], 2):
        if frozenset((first, second)) not in told:
            yield f"{first} and {second}: no interaction is stated, not even that there is none"
    if not plan.impact.cumulative:
        yield "impact.cumulative is empty"


def _referenced(plan: Plan) -> Gaps:
    if not plan.risks:
        yield "the plan has no risk"
    yield from (f"{risk.id}: no reference to the risk file" for risk in plan.risks if not risk.reference)


def answers(requirement: str, component: Component | None) -> Row:
    """Return a row that a method answers; each modification needs one that does, of the component or of any."""

    def gaps(plan: Plan) -> Gaps:
        yield from _listed(plan)
        for item in plan.modifications:
            names = {getattr(item.protocol, part) for part in ((component,) if component else COMPONENTS)}
            if component and component in item.protocol.not_applicable:
                continue
            methods = [method for method in plan.methods if method.id in names]
            if not any(requirement in method.answers for method in methods):
                yield f"{item.id}: no method that it uses answers {requirement}"

    return gaps


_UNMODIFIED = _each(lambda item: item.against_unmodified, "not compared with the unmodified device")
_EVALUATED = _each(lambda item: item.protocol.performance_evaluation, "links to no performance evaluation")
_ANSWERED = {
    "PCCP-MP-DM-": "data_management",
    "PCCP-MP-RT-": "retraining",
    "PCCP-MP-PE-": "performance_evaluation",
    "PCCP-MP-UP-": "update_procedures",
}

ROWS: dict[str, Row] = {
    "PCCP-LAW-02": _UNMODIFIED,
    "PCCP-LAW-03": _conditions,
    "PCCP-GEN-01": _all(
        _text("authorization.submission", "no number"), _text("authorization.submission_type", "no type")
    ),
    "PCCP-GEN-02": _all(_text("title", "no title"), _text("version", "no version")),
    "PCCP-GEN-03": _text("references", "no document of the submission is named"),
    "PCCP-GEN-04": _authorized,
    "PCCP-GEN-05": _text("labeling.public_summary", "not written"),
    "PCCP-GEN-06": _text("change_log", "no version of the plan is listed"),
    "PCCP-GEN-08": _all(_text("device.population", "not stated"), _text("device.environment", "not stated")),
    "PCCP-GEN-09": _text("early_contact", "neither a number nor why there was none"),
    "PCCP-GEN-10": _text("quality_system", "no procedure is named"),
    "PCCP-DOM-01": _text("modifications", "none"),
    "PCCP-DOM-02": _rationale,
    "PCCP-DOM-03": _targets,
    "PCCP-DOM-04": _each(lambda item: item.text, "not described"),
    "PCCP-DOM-05": _EVALUATED,
    "PCCP-DOM-06": _each(_guarded, "mode is not stated, or an automatic one has no guardrails"),
    "PCCP-DOM-07": _each(_reached, "reach is not stated, or a local one names no factors"),
    "PCCP-DOM-08": _each(_often, "states no frequency"),
    "PCCP-DOM-09": _each(lambda item: item.labeling_sections, "names no section of the labeling"),
    "PCCP-DOM-10": _each(lambda item: item.type, "states no type"),
    "PCCP-DOM-11": _all(
        _text("baseline.intended_use_sha256", "no digest of the intended use"),
        _text("device.intended_use", "not stated"),
    ),
    "PCCP-MPG-01": _components,
    "PCCP-MPG-02": _all(_components, _described),
    "PCCP-MPG-03": _text("method_differences", "not stated, not even that there are none"),
    "PCCP-MPG-04": _steps,
    "PCCP-MP-DM-11": _all(
        _each(lambda item: item.protocol.reference_standard, "names no reference standard"),
        answers("PCCP-MP-DM-11", "data_management"),
    ),
    "PCCP-MP-RT-03": _rationale,
    "PCCP-MP-PE-08": _all(
        _each(_sized, "states no minima of its test set"), answers("PCCP-MP-PE-08", "performance_evaluation")
    ),
    "PCCP-MP-PE-12": _each(
        lambda item: item.usability is not None and item.usability_why,
        "does not say whether usability is tested, and why",
    ),
    "PCCP-MP-PE-13": _text("no_go", "the statement is missing"),
    "PCCP-LB-01": _text("labeling.baseline_statement", "not written"),
    "PCCP-IA-01": _UNMODIFIED,
    "PCCP-IA-02": _harms,
    "PCCP-IA-03": _verified,
    "PCCP-IA-04": _together,
    "PCCP-IA-05": _text("impact.whole_device", "not stated"),
    "PCCP-IA-06": _referenced,
    "SC-892-2055-01": _text("device.description", "not stated"),
    "SC-892-2055-05": _all(_components, _steps),
    "SC-892-2055-06": _all(_harms, _verified),
}
"""Requirement -> what the plan leaves open of it. Every other row of the plan is answered by a method."""


def gaps_of(plan: Plan, requirement: str) -> tuple[str, ...]:
    """Return what a plan leaves open of a requirement; nothing where it answers it."""
    row = ROWS.get(requirement)
    if row is None:
        component = next((part for prefix, part in _ANSWERED.items() if requirement.startswith(prefix)), None)
        row = answers(requirement, component)  # type: ignore[arg-type]  # a component or None
    return tuple(row(plan))
