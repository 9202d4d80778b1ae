"""Checks of plan, change, intended use, scope and impact: K01 to K08, K30. Pure."""

from __future__ import annotations

from docgen.change.attribution import outside
from docgen.change.facts import NO_MODIFICATION, Facts, Finding, answered, fails, holds, unknown, worst
from docgen.model.canonical import sha256
from docgen.model.change import Changes
from docgen.model.evidence import Narrative

INTENDED = "narrative:intended_use"


def plan_authorized(facts: Facts) -> Finding:
    """K01: the one active plan is what the letter says."""
    if facts.plan is None:
        return unknown("there is no plan")
    plan, letter = facts.plan.plan, facts.plan.plan.authorization
    if plan.status != "authorized":
        return fails(f"the plan is {plan.status}, not authorized")
    if facts.active != 1:
        return fails(f"{facts.active} plans of the device are authorized, expected exactly one")
    missing = [
        name for name in ("submission", "letter_date", "title", "version", "sha256") if not getattr(letter, name)
    ]
    if missing:
        return unknown(f"the letter is not recorded: {', '.join(missing)}")
    pairs = (
        ("title", plan.title, letter.title),
        ("version", plan.version, letter.version),
        ("digest", facts.plan.sha256, letter.sha256),
    )
    wrong = [f"{name} is {mine!r}, the letter says {theirs!r}" for name, mine, theirs in pairs if mine != theirs]
    return fails("; ".join(wrong)) if wrong else holds(f"as {letter.submission} of {letter.letter_date} says")


def nothing_changed(facts: Facts) -> Finding:
    """K02: model files and everything that shapes them are those of a comparator."""
    if facts.since_original is None or facts.since_last is None:
        return unknown(facts.comparators.why or "a comparator is not known")
    told = _told(facts.since_last)
    if facts.candidate.labeling is not None:
        told = (*told, "labeling")
    if "fails" in {intended_use_same(facts).outcome, output_meaning_same(facts).outcome}:
        told = (*told, "intended use")  # the same files put to another use are another device
    if not told:
        return holds("every digest is that of the last implemented version")
    shown = ", ".join(told[:6])
    return fails(
        f"{len(told)} differences from the last implemented version: {shown}{', ...' if len(told) > 6 else ''}"
    )


def _told(changes: Changes) -> tuple[str, ...]:
    """Return what differs of the function, of its labeling, and of what it is for."""
    words = {"narrative:intended_use", "narrative:out_of_scope_use"}
    return tuple(
        item.key for item in changes.elements if item in changes.scope or item.kind == "labeling" or item.key in words
    )


def intended_use_same(facts: Facts) -> Finding:
    """K03: what the device is for is as authorized, by digest and by a person."""
    planned = facts.plan.plan.baseline.intended_use_sha256 if facts.plan else ""
    item = facts.snapshot.find(INTENDED)
    text = item.value.text if item and isinstance(item.value, Narrative) else None
    mine = sha256(text.encode("utf-8", "surrogatepass")) if text is not None else "not written"
    if not planned or text is None:
        digest = unknown(f"the digest of the intended use is {mine} here, {planned or 'not stated'} in the plan")
    elif mine == planned:
        digest = holds("the intended use is as authorized", INTENDED)
    else:
        digest = fails(f"the intended use has digest {mine}, authorized is {planned}", INTENDED)
    return worst((digest, answered(facts, "K03")), digest)


def output_meaning_same(facts: Facts) -> Finding:
    """K04: the output means what it meant, by signature and by a person."""
    changed = facts.since_original.of_kind("output") if facts.since_original else ()
    if changed:
        names = ", ".join(item.name for item in changed)
        return fails(f"outputs of the signature differ from the original version: {names}", "signature:model")
    return answered(facts, "K04")


def all_attributed(facts: Facts) -> Finding:
    """K05: each element of the change belongs to exactly one modification."""
    if facts.plan is None or facts.since_last is None:
        return unknown("there is no plan, or no last implemented version, to hold the change against")
    strange = [name for name in facts.candidate.modifications if facts.plan.plan.modification(name) is None]
    if strange:
        return fails(f"the plan has no modification {', '.join(strange)}")
    found = tuple(
        Finding(outcome=item.outcome, why=f"{item.element}: {item.why}" if item.why else "attributed")
        for item in facts.attributions
    )
    return worst(found, holds("no element of the function changed"))


def inside_bounds(facts: Facts) -> Finding:
    """K06: each attributed element stays inside the bounds of its modification."""
    if facts.plan is None or facts.since_last is None:
        return unknown("there is no plan, or no last implemented version, to hold the change against")
    owners = {item.element: item.modification for item in facts.attributions if item.modification}
    found = []
    for element in facts.since_last.scope:
        modification = facts.plan.plan.modification(owners.get(element.key) or "")
        why = outside(modification, element) if modification else None
        if why is not None:
            found.append(unknown(why[1:]) if why.startswith("?") else fails(why))
    return worst(tuple(found), holds("every number lies inside its bounds"))


def inputs_as_listed(facts: Facts) -> Finding:
    """K07: acquisition devices are those that the plan lists."""
    listed = {name for item in facts.modifications for name in item.allowed.devices}
    if not facts.modifications:
        return NO_MODIFICATION
    if not listed:
        return holds("the plan lists no acquisition devices; inputs are held against the signature")
    devices = facts.candidate.devices
    if devices is None:
        return unknown("the acquisition devices of the data are not stated")
    strange = sorted(set(devices) - listed)
    return fails(f"not listed: {', '.join(strange)}") if strange else holds(f"all listed: {', '.join(devices)}")


def as_declared(facts: Facts) -> Finding:
    """K08: applied by the mode, and as far, as declared."""
    if not facts.modifications:
        return NO_MODIFICATION
    found = []
    for item in facts.modifications:
        pairs = (("mode", facts.candidate.mode, item.mode), ("reach", facts.candidate.reach, item.reach))
        for name, mine, planned in pairs:
            if mine is None or planned is None:
                found.append(unknown(f"{name} of {item.id} is not stated"))
            elif planned not in {"both", mine}:
                found.append(fails(f"{name} is {mine}, {item.id} declares {planned}"))
    return worst(tuple(found), holds(f"{facts.candidate.mode}, {facts.candidate.reach}"))


def impact_covers(facts: Facts) -> Finding:
    """K30: the risk owner finds no new hazard."""
    return answered(facts, "K30")
