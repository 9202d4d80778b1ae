"""Checks of data and training against the protocol: K09 to K19. Pure."""

from __future__ import annotations

from datetime import date

from docgen.change.attribution import PARTS
from docgen.change.facts import NO_MODIFICATION, Facts, Finding, fails, holds, unknown, worst
from docgen.model.evidence import Commit, Table
from docgen.model.plan import COMPONENTS, Frequency, TestSet

YEAR = 365


def frequency_kept(facts: Facts) -> Finding:
    """K09: not made too often."""
    if not facts.modifications:
        return NO_MODIFICATION
    if facts.implemented is None:
        return unknown("there is no ledger of implemented modifications")
    day = _day(facts.candidate.planned_on)
    if day is None:
        return unknown("planned_on is not stated")
    found = []
    for item in facts.modifications:
        rows = (row for row in facts.implemented if item.id in row.modifications)
        days = [_day(row.on) for row in rows if row.model != facts.candidate.model]
        found.append(_often(item.id, item.frequency, [other for other in days if other is not None], day))
    return worst(tuple(found), NO_MODIFICATION)


def _often(name: str, bound: Frequency, days: list[date], day: date) -> Finding:
    if bound.min_days_between is None and bound.max_per_year is None:
        return unknown(f"{name} states no frequency")
    since = min((abs((day - other).days) for other in days), default=None)
    if bound.min_days_between is not None and since is not None and since < bound.min_days_between:
        return fails(f"{name} was implemented {since} days before or after, expected at least {bound.min_days_between}")
    recent = sum(0 <= (day - other).days < YEAR for other in days) + 1
    if bound.max_per_year is not None and recent > bound.max_per_year:
        return fails(f"{name} would be implemented {recent} times in a year, expected at most {bound.max_per_year}")
    return holds(f"{name}: {recent} in a year")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def methods_followed(facts: Facts) -> Finding:
    """K10: the methods that were followed are those of the plan."""
    if not facts.modifications:
        return NO_MODIFICATION
    followed = set(facts.candidate.methods)
    if not followed:
        return unknown("the methods that were followed are not stated")
    found = []
    for item in facts.modifications:
        for component in COMPONENTS:
            method = getattr(item.protocol, component)
            if not method and component not in item.protocol.not_applicable:
                found.append(unknown(f"{item.id} names no method of {component.replace('_', ' ')} (PCCP-MPG-01)"))
            elif method and method not in followed:
                found.append(fails(f"{method} of {item.id} was not followed"))
    return worst(tuple(found), holds(f"followed: {', '.join(sorted(followed))}"))


def reference_standard_same(facts: Facts) -> Finding:
    """K11: truth was found as the plan says."""
    if not facts.modifications:
        return NO_MODIFICATION
    mine = facts.candidate.reference_standard
    found = []
    for item in facts.modifications:
        planned = item.protocol.reference_standard
        if not mine or not planned:
            found.append(unknown(f"the reference standard of {item.id if not planned else 'the candidate'} is missing"))
        elif mine != planned:
            found.append(fails(f"the reference standard is {mine}, {item.id} says {planned}"))
    return worst(tuple(found), holds(mine))


def data_recorded(facts: Facts) -> Finding:
    """K12: each kind of data has a manifest over its full content."""
    if facts.plan is None:
        return unknown("there is no plan that names the contexts of the data")
    roles = facts.plan.plan.data
    found = []
    for role in ("training", "tuning", "test"):
        context = getattr(roles, role)
        if not context:
            excused = role == "tuning" and roles.no_tuning
            found.append(holds(roles.no_tuning) if excused else unknown(f"the plan names no context of {role} data"))
            continue
        data = facts.dataset(context)
        name = f"dataset:{context}"
        if data is None or data.sha256 is None:
            found.append(unknown(f"{role} data: no full SHA-256 of {name} was logged"))
        else:
            found.append(holds(f"{role} data {data.sha256[:12]}", name))
    return worst(tuple(found), NO_MODIFICATION)


def patients_apart(facts: Facts) -> Finding:
    """K13: no patient, and where wanted no site, of the test data was seen in training or tuning."""
    if facts.plan is None:
        return unknown("there is no plan that names the contexts of the data")
    roles = facts.plan.plan.data
    found = []
    for seen in (roles.training, roles.tuning):
        if seen and roles.test:
            name = f"overlap:{seen}/{roles.test}/entities"
            item, quantity = facts.quantity(name)
            if item is None or quantity is None or quantity.value is None:
                found.append(unknown(f"whether patients of {roles.test!r} stand in {seen!r} was not logged"))
            elif quantity.value > 0:
                found.append(
                    fails(f"{quantity.events} of {quantity.n} patients of {roles.test!r} stand in {seen!r}", name)
                )
            elif _keyless(facts, f"overlap:{seen}/{roles.test}"):
                found.append(unknown(f"rows of {seen!r} or {roles.test!r} have no patient key", name))
            else:
                found.append(holds(f"no patient of {roles.test!r} stands in {seen!r}", name))
    if any(item.test_set.site_disjoint for item in facts.modifications):
        shared = facts.candidate.sites_shared
        words = f"{shared} sites of the test data are among those of training"
        found.append(unknown("sites_shared is not stated") if shared is None else _when(shared == 0, words))
    return worst(tuple(found), unknown("the plan names no contexts of the data"))


def _keyless(facts: Facts, name: str) -> bool:
    """Whether rows of either data set have no key, so that nobody knows whose they are."""
    item = facts.snapshot.find(name)
    rows = item.value.rows if item and isinstance(item.value, Table) else ()
    return any(str(row[0]).startswith("keyless") and row[1] for row in rows)


def _when(good: object, words: str, *evidence: str) -> Finding:
    return holds(words, *evidence) if good else fails(words, *evidence)


def test_set_kept(facts: Facts) -> Finding:
    """K14: the test set is the planned one, and is not used up."""
    if not facts.modifications or facts.plan is None:
        return NO_MODIFICATION
    context = facts.plan.plan.data.test
    data = facts.dataset(context)
    if data is None or data.sha256 is None:
        return unknown("no full SHA-256 of the test data was logged")
    return worst(
        tuple(_kept(facts, item.id, item.test_set, data.sha256, f"dataset:{context}") for item in facts.modifications),
        NO_MODIFICATION,
    )


def _kept(facts: Facts, name: str, planned: TestSet, digest: str, evidence: str) -> Finding:
    refresh = facts.candidate.refresh
    refreshed = (
        refresh is not None
        and bool(planned.refresh_rule)
        and (refresh.rule, refresh.sha256) == (planned.refresh_rule, digest)
    )
    if not planned.sha256:
        return unknown(f"{name} names no digest of a sequestered test set")
    if digest != planned.sha256 and not refreshed:
        return fails(f"the test data are {digest[:12]}, {name} sequesters {planned.sha256[:12]}", evidence)
    if facts.uses is None or planned.max_uses is None:
        return unknown(f"uses of the test set are not counted, or {name} states no max_uses", evidence)
    models = {use.model for use in facts.uses if use.test_sha256 == digest} | {facts.candidate.model}
    words = f"{len(models)} versions were tried on it, at most {planned.max_uses} may be"
    return _when(len(models) <= planned.max_uses, words, evidence)


def large_enough(facts: Facts) -> Finding:
    """K15: rows, positive rows and sites of the test data reach the plan's minima."""
    if not facts.modifications or facts.plan is None:
        return NO_MODIFICATION
    context = facts.plan.plan.data.test
    data = facts.dataset(context)
    reached = (
        ("rows", "min_n", data.rows if data else None),
        ("positive rows", "min_events", data.target_events if data else None),
        ("sites", "min_sites", facts.candidate.sites),
    )
    found = []
    for item in facts.modifications:
        for what, field, have in reached:
            least = getattr(item.test_set, field)
            if least is None or have is None:
                found.append(unknown(f"{what}: {item.id} states no {field}" if least is None else f"{what}: not known"))
            else:
                found.append(_when(have >= least, f"{have} {what}, {item.id} wants {least}", f"dataset:{context}"))
    return worst(tuple(found), NO_MODIFICATION)


def exclusions_accounted(facts: Facts) -> Finding:
    """K16: not too many cases were left out, and each for a reason."""
    if not facts.modifications:
        return NO_MODIFICATION
    left = facts.candidate.exclusions
    if left is None or left.of <= 0 or not left.reasons.strip():
        return unknown("cases left out for quality are not accounted for")
    found = []
    for item in facts.modifications:
        most = item.test_set.max_excluded_share
        words = f"{left.excluded} of {left.of} left out"
        limit = unknown(f"{item.id} states no max_excluded_share")
        found.append(limit if most is None else _when(left.excluded <= most * left.of, f"{words}, at most {most:g}"))
    return worst(tuple(found), NO_MODIFICATION)


def trigger_recorded(facts: Facts) -> Finding:
    """K17: a trigger of the plan started it."""
    if not facts.modifications:
        return NO_MODIFICATION
    event = facts.candidate.trigger
    if event is None or not event.record or _day(event.on) is None:
        return unknown("no trigger event is recorded")
    known = {trigger.id for item in facts.modifications for trigger in item.triggers}
    return _when(event.trigger in known, f"{event.trigger} on {event.on}, {event.record}")


def code_proved(facts: Facts) -> Finding:
    """K18: a clean commit that descends from the pipeline's tag, and a recorded environment."""
    item = facts.snapshot.find("commit:head")
    commit = item.value if item and isinstance(item.value, Commit) else None
    run = facts.run
    if run is None or run.lifecycle != "active":
        return unknown("the run that made the version is gone")
    if commit is None:
        return unknown("the commit of the training code is not recorded")
    locked = facts.snapshot.find("environment:requirements.txt")
    descends = facts.repository.descends
    found = (
        unknown("nobody recorded uncommitted changes")
        if commit.dirty is None
        else _when(
            not commit.dirty, "uncommitted changes at training" if commit.dirty else "clean work tree", "commit:head"
        ),
        holds("the commit is in the repository") if commit.verified else unknown("the commit is not in the repository"),
        unknown(facts.repository.why or "git cannot tell whether the commit descends from the pipeline's tag")
        if descends is None
        else _when(descends, f"commit {'descends' if descends else 'does not descend'} from the pipeline's tag"),
        unknown("the environment is not recorded")
        if locked is None or locked.missing
        else holds("environment recorded"),
    )
    return worst(found, found[0])


def rest_untouched(facts: Facts) -> Finding:
    """K19: only parts changed that the modifications may change."""
    if not facts.modifications or facts.since_last is None:
        return NO_MODIFICATION
    allowed = {part for item in facts.modifications for part in item.allowed.parts}
    if any(item.state == "unknown" for item in facts.since_last.of_kind("artifact")):
        return unknown("files of a version's model have no digest")
    changed = sorted({PARTS[item.kind] for item in facts.since_last.scope if item.state != "unknown"})
    stray = [part for part in changed if part not in allowed]
    return fails(f"not among the parts that may change: {', '.join(stray)}") if stray else holds(", ".join(changed))
