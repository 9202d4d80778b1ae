"""Checks of the evaluation and its outcome: K20 to K29. Pure."""

from __future__ import annotations

from collections.abc import Callable

from docgen.change.criteria import all_of, judge, needs_comparator
from docgen.change.facts import NO_MODIFICATION, Facts, Finding, answered, fails, holds, unknown, worst
from docgen.change.measures import table_values
from docgen.model.evidence import Quantity, Table
from docgen.model.plan import Comparator, Criterion, Subgroups


def criteria_registered(facts: Facts) -> Finding:
    """K20: the criteria are the plan's, and were committed before the evaluation run began."""
    run = facts.run
    if facts.plan is None:
        return unknown("there is no plan")
    if run is None or run.lifecycle != "active" or run.started is None:
        return unknown("the run that made the version, or when it began, is not known")
    registered = facts.repository.registered_at
    if registered is None:
        return unknown(facts.repository.why or "no commit of the repository holds these criteria")
    words = f"criteria {facts.plan.criteria_sha256[:12]} committed {registered}, run started {run.started}"
    return holds(words, f"run:{run.run_id}") if registered < run.started else fails(words, f"run:{run.run_id}")


def evaluated_once(facts: Facts) -> Finding:
    """K21: one evaluation of this candidate on the test set, or a root cause for each further one."""
    if facts.plan is None:
        return unknown("there is no plan")
    data = facts.dataset(facts.plan.plan.data.test)
    if data is None or data.sha256 is None or facts.uses is None:
        return unknown("uses of the test set are not counted, or its full SHA-256 was not logged")
    mine = [use for use in facts.uses if (use.model, use.test_sha256) == (facts.candidate.model, data.sha256)]
    if not mine:
        return unknown("no use of the test set by this version is recorded")
    bare = [use for use in sorted(mine, key=lambda use: use.on)[1:] if not use.rca]
    if bare:
        return fails(f"{len(mine)} evaluations on the test set, {len(bare)} of them repeated without a root cause")
    return holds(f"{len(mine)} evaluation{'s' if len(mine) > 1 else ''} on the test set")


def methods_as_named(facts: Facts) -> Finding:
    """K22: each interval was formed by the method, and at the level, that its criterion names."""
    found = []
    for criterion in _criteria(facts, lambda _: True):
        against: tuple[Comparator | None, ...] = criterion.against if needs_comparator(criterion) else (None,)
        for which in against:
            name = f"{f'comparison:{which}/' if which else 'metric:'}{criterion.metric}@{criterion.split}"
            _, quantity = facts.quantity(name)
            interval = quantity.interval if quantity else None
            if interval is None or not criterion.method:
                found.append(unknown(f"{criterion.id}: {'no interval' if criterion.method else 'no method is named'}"))
                continue
            alike = interval.method.casefold().startswith(criterion.method.casefold())
            words = f"{criterion.id}: {interval.method}"
            found.append(holds(words, name) if alike else fails(f"{words}, expected {criterion.method}", name))
    return worst(tuple(found), NO_MODIFICATION)


def _criteria(facts: Facts, wanted: Callable[[Criterion], bool]) -> tuple[Criterion, ...]:
    """Return some criteria of the modifications that are made, and of the whole device."""
    whole = facts.plan.plan.specifications if facts.plan else ()
    several = (*(one for item in facts.modifications for one in item.criteria), *whole)
    return tuple(one for one in several if wanted(one))


def _judged(facts: Facts, wanted: Callable[[Criterion], bool], none: str) -> Finding:
    if not facts.modifications:
        return NO_MODIFICATION
    return all_of(tuple(item for one in _criteria(facts, wanted) for item in judge(facts, one)), none)


def primary_met(facts: Facts) -> Finding:
    """K23: primary criteria, by the bound of the interval."""
    return _judged(facts, lambda one: one.role == "primary", "the plan names no primary criterion")


def kept_against_original(facts: Facts) -> Finding:
    """K24: no guardrail measure is worse than that of the original version, beyond its margin."""
    return _kept(facts, "original")


def kept_against_last(facts: Facts) -> Finding:
    """K25: no guardrail measure is worse than that of the last version, beyond its margin."""
    return _kept(facts, "last")


def _kept(facts: Facts, which: Comparator) -> Finding:
    if not facts.modifications:
        return NO_MODIFICATION
    guarded = _criteria(facts, lambda one: one.role == "guardrail" and which in one.against)
    judged = tuple(item for one in guarded for item in judge(facts, one) if item.against == which)
    return all_of(judged, f"the plan names no guardrail criterion against the {which} version")


def subgroups_reported(facts: Facts) -> Finding:
    """K26: every pre-specified group with n, events, estimate and interval; the plan's rule satisfied."""
    if not facts.modifications:
        return NO_MODIFICATION
    found = []
    for item in facts.modifications:
        rule = item.subgroups
        if not rule.features or not rule.metrics or rule.min_n is None or rule.min_events is None:
            found.append(unknown(f"{item.id} does not state features, metrics and minima of its subgroups"))
            continue
        split = next((one.split for one in item.criteria), "test")
        found += [_groups(facts, rule, f"fairness:{key}/{of}@{split}") for of in rule.features for key in rule.metrics]
    return worst(tuple(found), NO_MODIFICATION)


def _groups(facts: Facts, rule: Subgroups, name: str) -> Finding:
    item = facts.snapshot.find(name)
    if item is None or not isinstance(item.value, Table):
        return unknown(f"{name} was not logged")
    values = table_values(item.value)
    base = facts.comparators.original.find(name) if facts.comparators.original else None
    before = table_values(base.value) if base and isinstance(base.value, Table) else {}
    hidden = [str(row[0]) for row in item.value.rows if str(row[0]) not in values]
    found = [unknown(f"{name} {group}: no value", name) for group in hidden]
    found += [_group(rule, f"{name} {group}", one, before.get(group), name) for group, one in values.items()]
    return worst(tuple(found), unknown(f"{name} has no group"))


def _group(rule: Subgroups, title: str, mine: Quantity, before: Quantity | None, name: str) -> Finding:
    small = (mine.n or 0) < (rule.min_n or 0) or (mine.events or 0) < (rule.min_events or 0)
    if small or mine.interval is None or mine.value is None:
        return unknown(f"{title}: n {mine.n}, events {mine.events}, too few, or no interval", name)
    if rule.rule == "powered":
        if rule.floor is None:
            return unknown(f"{title}: the plan makes a claim and states no floor", name)
        words = f"{title}: low end {mine.interval.low:.4g}, floor {rule.floor:g}"
        return holds(words, name) if mine.interval.low >= rule.floor else fails(words, name)
    if rule.alert is None or before is None or before.value is None:
        return unknown(f"{title}: {'no alert is stated' if rule.alert is None else 'not known of the original'}", name)
    lost = before.value - mine.value
    flag = "" if lost < rule.alert else f"flagged for review: lower by {lost:.4g} than the original"
    return holds(f"{title}: {flag}" if flag else "every group reported, none flagged", name)


def specifications_hold(facts: Facts) -> Finding:
    """K27: what the device keeps to outside the modification still holds, floors among it."""
    return _judged(facts, _whole, "the plan names no specification outside the modification")


def _whole(one: Criterion) -> bool:
    return one.role == "specification" or (one.role == "guardrail" and not one.against)


def usability_met(facts: Facts) -> Finding:
    """K29: the usability or reader study that the plan asks for."""
    if not facts.modifications:
        return NO_MODIFICATION
    wanted = [item.usability for item in facts.modifications]
    if any(wanted):
        return answered(facts, "K29")
    return unknown("the plan does not say whether it is wanted") if None in wanted else holds("the plan asks for none")
