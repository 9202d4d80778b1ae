"""A plan as evidence of a snapshot, so that requirements and pages can look at it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.change.rows import gaps_of
from docgen.change.tables import ROW, Columns, facts, joined, table
from docgen.model.evidence import Evidence, EvidenceId, Missing, Provenance, Scalar, Table, Text, Value
from docgen.model.plan import COMPONENTS, Criterion, LoadedPlan, Method, Modification, Plan, Risk

_TEXTS = {
    "no_go": "the statement that a failed modification is not implemented",
    "method_differences": "differences from the methods of the submission",
    "early_contact": "early contact with FDA",
    "pipeline_tag": "the tag of the training pipeline",
    "impact.why_verified": "why verification covers the risks",
    "impact.cumulative": "the effect of making all modifications",
    "impact.whole_device": "the effect on the whole device",
    "labeling.baseline_statement": "the baseline statement of the labeling",
    "labeling.communication": "how users learn of modifications",
    "labeling.public_summary": "the public summary",
}


def plan_evidence(loaded: LoadedPlan, requirements: tuple[str, ...]) -> tuple[Evidence, ...]:
    """Return everything that a plan says, and for each requirement whether it answers it.

    Args:
        loaded: the plan.
        requirements: ids that the regimes ask of a plan.
    """
    source = Provenance(system="file", uri=loaded.file, key=loaded.plan.id)
    rows = {name: gaps_of(loaded.plan, name) for name in requirements}
    found = {**dict(_plan(loaded)), **{f"{ROW}:{name}": _row(name, gaps) for name, gaps in rows.items()}}
    found["plan:gaps"] = table(
        (("requirement", "Requirement", "text"), ("gap", "What the plan leaves open", "text")),
        ((name, gap) for name, gaps in rows.items() for gap in gaps),
    )
    return tuple(Evidence(id=EvidenceId(name), value=value, provenance=source) for name, value in found.items())


def _row(requirement: str, gaps: tuple[str, ...]) -> Value:
    if not gaps:
        return Text(text="the plan states it")
    told = "; ".join(gaps)
    return Missing(wanted=requirement, reason="not_written", detail=told, supply="state it in the plan's file")


def _plan(loaded: LoadedPlan) -> Iterator[tuple[str, Value]]:
    plan = loaded.plan
    letter = plan.authorization
    yield (
        "plan:identity",
        facts(
            ("Title", plan.title),
            ("Version", plan.version),
            ("Status", plan.status),
            ("Submission", letter.submission),
            ("Type of submission", letter.submission_type),
            ("Date of the letter", letter.letter_date),
            ("SHA-256 of the plan", loaded.sha256),
            ("SHA-256 in the letter", letter.sha256),
            ("SHA-256 of the criteria", loaded.criteria_sha256),
            ("Alias of the original version", plan.baseline.original),
            ("Alias of the last implemented version", plan.baseline.last),
            ("Approved by", joined(plan.approvers)),
        ),
    )
    device = plan.device
    yield (
        "plan:device",
        facts(
            ("Device", device.name),
            ("Function", device.description),
            ("Intended use", device.intended_use),
            ("Population", device.population),
            ("Environment", device.environment),
            ("Meaning of the output", device.output_meaning),
            ("Product code", device.product_code or "not stated"),
            ("SHA-256 of the intended use", plan.baseline.intended_use_sha256),
        ),
    )
    for field, wanted in _TEXTS.items():
        yield f"plan:text/{field}", _text(plan, field, wanted)
    yield from _modifications(plan)
    yield from _methods(plan)
    yield from _risks(plan)
    yield from _lists(plan)


def _text(plan: Plan, field: str, wanted: str) -> Value:
    value: object = plan
    for name in field.split("."):
        value = getattr(value, name)
    if isinstance(value, str) and value:
        return Text(text=value)
    return Missing(wanted=wanted, reason="not_written", detail=f"{field} is empty", supply=f"state {field} in the plan")


def _modifications(plan: Plan) -> Iterator[tuple[str, Value]]:
    for item in plan.modifications:
        yield f"plan:modification/{item.id}", _modification(item)
    yield (
        "plan:traceability",
        table(
            (
                ("modification", "Modification", "text"),
                *((part, part.replace("_", " ").capitalize(), "text") for part in COMPONENTS),
            ),
            ((item.id, *(_used(plan, item, part) for part in COMPONENTS)) for item in plan.modifications),
        ),
    )
    yield (
        "plan:methods_used",
        table(
            (("method", "Method", "text"), ("component", "Component", "text"), ("used", "Used by", "text")),
            (
                (
                    method.id,
                    method.component.replace("_", " "),
                    joined(
                        tuple(
                            item.id
                            for item in plan.modifications
                            if getattr(item.protocol, method.component) == method.id
                        )
                    ),
                )
                for method in plan.methods
            ),
        ),
    )
    yield "plan:bounds", table(
        (
            ("modification", "Modification", "text"),
            ("what", "What may change", "text"),
            ("low", "At least", "number"),
            ("high", "At most", "number"),
            ("equals", "One of", "text"),
        ),
        (row for item in plan.modifications for row in _bounds(item)),
    )  # fmt: skip
    yield "plan:criteria", table(
        (
            ("criterion", "Criterion", "text"),
            ("of", "Of", "text"),
            ("role", "Role", "text"),
            ("metric", "Measure", "text"),
            ("kind", "Kind", "text"),
            ("against", "Against", "text"),
            ("limit", "Margin, goal or floor", "number"),
            ("level", "Level", "number"),
            ("method", "Interval", "text"),
            ("why", "Grounds", "text"),
        ),
        (_criterion(of, one) for of, one in _criteria(plan)),
    )  # fmt: skip
    yield "plan:test_sets", table(
        (
            ("modification", "Modification", "text"),
            ("sha256", "SHA-256", "digest"),
            ("uses", "Most uses", "count"),
            ("n", "Least rows", "count"),
            ("events", "Least positive rows", "count"),
            ("sites", "Least sites", "count"),
            ("excluded", "Largest share left out", "number"),
            ("groups", "Groups by", "text"),
            ("group_n", "Least rows of a group", "count"),
            ("group_events", "Least events of a group", "count"),
        ),
        (_tests(item) for item in plan.modifications),
    )  # fmt: skip
    for of, one in _criteria(plan):
        yield f"plan:criterion/{one.id}", Text(text=f"{one.role} criterion of {of}: {one.kind} of {one.metric}")


def _criteria(plan: Plan) -> tuple[tuple[str, Criterion], ...]:
    several = tuple((item.id, one) for item in plan.modifications for one in item.criteria)
    return (*several, *(("the whole device", one) for one in plan.specifications))


def _modification(item: Modification) -> Table:
    often = item.frequency
    frequency = [f"at least {often.min_days_between} days apart"] if often.min_days_between is not None else []
    frequency += [f"at most {often.max_per_year} in a year"] if often.max_per_year is not None else []
    return facts(
        ("Title", item.title),
        ("What will change", item.text),
        ("Type", (item.type or "").replace("_", " ")),
        ("Applied", item.mode),
        *((("Guardrails", item.guardrails),) if item.mode != "manual" else ()),
        ("Reach", item.reach),
        *((("Local factors", joined(item.local_factors)),) if item.reach == "local" else ()),
        ("Frequency", ", ".join(frequency)),
        ("Parts that may change", joined(item.allowed.parts)),
        *(
            (f"Why {one.part} changes", f"{one.why}{' It needs re-training.' if one.retraining else ''}")
            for one in item.rationale
        ),
        ("Target", item.target),
        ("Starts when", "; ".join(f"{one.id}: {one.rule}" for one in item.triggers)),
        ("Reference standard", item.protocol.reference_standard),
        ("Usability", item.usability_why),
        ("Labeling sections", joined(item.labeling_sections)),
        ("New device identifier", None if item.new_identifier is None else "yes" if item.new_identifier else "no"),
        ("Roll-back", item.rollback),
        ("Compared with the unmodified device", item.against_unmodified),
        ("Benefits", item.benefits),
    )


def _used(plan: Plan, item: Modification, component: str) -> str | None:
    name = getattr(item.protocol, component)
    if name:
        method = plan.method(name)
        return f"{name}: {method.title}" if method else name
    why = item.protocol.not_applicable.get(component)
    return f"not applicable: {why}" if why else None


def _bounds(item: Modification) -> Iterator[tuple[Scalar, ...]]:
    for one in item.allowed.params:
        yield item.id, f"parameter {one.name}", one.at_least, one.at_most, ", ".join(one.equals)
    if item.allowed.threshold:
        yield item.id, "threshold", item.allowed.threshold.at_least, item.allowed.threshold.at_most, ""
    for what in ("datasets", "code_paths", "packages", "inputs", "devices"):
        for name in getattr(item.allowed, what):
            yield item.id, f"{what.replace('_', ' ')}: {name}", "", "", ""


def _criterion(of: str, one: Criterion) -> tuple[Scalar, ...]:
    limit = one.margin if one.margin is not None else one.bound
    none = "" if one.kind == "superiority" else None
    shown = limit if limit is not None else none
    against = ", ".join(one.against)
    why = one.rationale or None
    return (
        one.id,
        of,
        one.role,
        one.metric,
        one.kind.replace("_", " "),
        against,
        shown,
        one.level,
        one.method or None,
        why,
    )


def _tests(item: Modification) -> tuple[Scalar, ...]:
    test, groups = item.test_set, item.subgroups
    return (
        item.id,
        test.sha256 or None,
        test.max_uses,
        test.min_n,
        test.min_events,
        test.min_sites,
        test.max_excluded_share,
        joined(groups.features),
        groups.min_n,
        groups.min_events,
    )


def _methods(plan: Plan) -> Iterator[tuple[str, Value]]:
    for component in COMPONENTS:
        mine = [item for item in plan.methods if item.component == component]
        yield (
            f"plan:{component}",
            table(
                (
                    ("method", "Method", "text"),
                    ("step", "Step", "text"),
                    ("text", "What is done", "text"),
                    ("record", "Leaves", "text"),
                ),
                ((item.id, step.id, step.text, step.record or None) for item in mine for step in item.steps),
            ),
        )
    for item in plan.methods:
        yield f"plan:method/{item.id}", _method(item)
        for step in item.steps:
            yield f"plan:step/{step.id}", Text(text=step.text)
    yield "plan:answers", table(
        (("requirement", "Requirement", "text"), ("method", "Method", "text"), ("answer", "Answer", "text")),
        (row for item in plan.methods for row in ((name, item.id, text) for name, text in item.answers.items())),
    )  # fmt: skip


def _method(item: Method) -> Table:
    return facts(
        ("Title", item.title),
        ("Component", item.component.replace("_", " ")),
        ("How it works", item.text),
        ("Whole text in", item.reference or "this plan"),
    )


def _risks(plan: Plan) -> Iterator[tuple[str, Value]]:
    for item in plan.risks:
        yield f"plan:risk/{item.id}", _risk(item)
    yield "plan:risks", table(
        (
            ("risk", "Risk", "text"),
            ("hazard", "Hazard", "text"),
            ("of", "Modifications", "text"),
            ("controls", "Controls", "text"),
            ("verified", "Verified by", "text"),
            ("bias", "Of bias", "text"),
        ),
        (
            (
                item.id,
                item.hazard,
                joined(item.modifications),
                "; ".join(item.controls) or None,
                joined(item.verified_by),
                "yes" if item.bias else "no",
            )
            for item in plan.risks
        ),
    )  # fmt: skip


def _risk(item: Risk) -> Table:
    return facts(
        ("Hazard", item.hazard),
        ("Harm", item.harm),
        ("Controls", "; ".join(item.controls)),
        ("Risk file", item.reference),
    )


def _links(plan: Plan) -> Iterator[tuple[str, str, str]]:
    """Yield what in a plan leads to what, by evidence ids: from, link, to."""
    for item in plan.modifications:
        own = f"plan:modification/{item.id}"
        for component in COMPONENTS:
            if name := getattr(item.protocol, component):
                yield own, "uses", f"plan:method/{name}"
        yield from ((own, "judged_by", f"plan:criterion/{one.id}") for one in item.criteria)
    for method in plan.methods:
        yield from ((f"plan:method/{method.id}", "has_step", f"plan:step/{step.id}") for step in method.steps)
    for risk in plan.risks:
        own = f"plan:risk/{risk.id}"
        yield from ((own, "threatens", f"plan:modification/{name}") for name in risk.modifications)
        yield from ((own, "verified_by", f"plan:method/{name}") for name in risk.verified_by)


def _lists(plan: Plan) -> Iterator[tuple[str, Value]]:
    version: Columns = (("version", "Version", "text"), ("date", "Date", "text"), ("changes", "Changes", "text"))
    document: Columns = (("id", "Document", "text"), ("title", "Title", "text"))
    yield "plan:change_log", table(version, ((row.version, row.date, row.changes) for row in plan.change_log))
    yield "plan:history", table(version, ((row.version, row.date, row.changes) for row in plan.labeling.history))
    yield "plan:quality_system", table(document, ((row.id, row.title) for row in plan.quality_system))
    yield "plan:references", table(document, ((row.id, row.title) for row in plan.references))
    yield "plan:links", table((("from", "From", "text"), ("link", "Link", "text"), ("to", "To", "text")), _links(plan))
    yield "plan:conditions", table(
        (("text", "Condition", "text"), ("owner", "Owner", "text"), ("check", "Checked by", "text")),
        ((row.text, row.owner or None, row.check or None) for row in plan.conditions),
    )  # fmt: skip
    yield "plan:interactions", table(
        (("first", "Modification", "text"), ("second", "With", "text"), ("effect", "Effect", "text")),
        ((row.first, row.second, row.effect) for row in plan.impact.interactions),
    )  # fmt: skip
