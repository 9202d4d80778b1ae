"""Declared facts of a model: what the tags in MLflow say, what the firm's tier matrix gives, and what is unknown.

An unknown fact never makes a requirement not applicable, and where two sources disagree both values count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from docgen.model.assessment import FactResult
from docgen.model.days import is_date
from docgen.model.evidence import Evidence, EvidenceId, Text
from docgen.model.policy import Policy
from docgen.model.regime import Condition, FactSpec, Regime
from docgen.model.snapshot import Snapshot

TIER, MATERIALITY = "tier", "materiality"
"""Facts that the policy gives too."""

_KINDS = ("version_tag", "model_tag")
"""Where a fact is declared; the version's tag wins over the model's."""


def declared_facts(snapshot: Snapshot, regime: Regime, policy: Policy) -> tuple[FactResult, ...]:
    """Return every fact that the regime asks for, known or not."""
    keys = {item.fact: item.tag for item in policy.facts}
    found = {spec.fact: _declared(snapshot, spec, keys.get(spec.fact, spec.tag), policy) for spec in regime.facts}
    if TIER in found:
        found[TIER] = _joined(found[TIER], *_by_matrix(found, policy))
    if MATERIALITY in found and TIER in found:
        found[MATERIALITY] = _joined(found[MATERIALITY], *_by_tier(found[TIER], policy))
    return tuple(found.values())


def matrix_tier(facts: Iterable[FactResult], policy: Policy) -> str | None:
    """Return the tier that the policy's matrix gives, or None when a driver is unknown or the matrix is silent."""
    if policy.tier_matrix is None:
        return None
    values = {fact.fact: fact.values for fact in facts}
    drivers = tuple(values.get(name, ()) for name in policy.tier_matrix.drivers)
    if not all(len(driver) == 1 for driver in drivers):
        return None
    wanted = tuple(driver[0].casefold() for driver in drivers)
    rows = policy.tier_matrix.rows
    return next((row.tier for row in rows if tuple(value.casefold() for value in row.when) == wanted), None)


def applies(conditions: tuple[Condition, ...], facts: dict[str, FactResult]) -> tuple[bool | None, tuple[str, ...]]:
    """Return whether all conditions hold, and the names of the facts that decided.

    None: a fact is unknown, and no other fact already says no.
    """
    unknown = tuple(item.fact for item in conditions if not facts[item.fact].known)
    for item in conditions:
        known = {value.casefold() for value in facts[item.fact].values}
        if known and not known & {value.casefold() for value in item.values}:
            return False, (item.fact,)
    return (None, unknown) if unknown else (True, tuple(item.fact for item in conditions))


def _declared(snapshot: Snapshot, spec: FactSpec, tag: str, policy: Policy) -> FactResult:
    allowed = tuple(tier.name for tier in policy.tiers) if spec.fact == TIER else spec.values
    state = FactResult(
        fact=spec.fact,
        title=spec.title,
        values=(),
        state="unknown",
        evidence=(),
        owner=spec.owner,
        supply=_supply(spec, tag, allowed),
    )
    item = _tag(snapshot, tag)
    if item is None or not isinstance(item.value, Text):
        return state
    values = _values(item.value.text, spec, allowed)
    if not values:
        return replace(state, state="not_allowed", evidence=(item.id,))
    return replace(state, values=values, state="declared", evidence=(item.id,))


def _tag(snapshot: Snapshot, tag: str) -> Evidence | None:
    for kind in _KINDS:
        item = snapshot.find(f"{kind}:{tag}")
        if item is not None and isinstance(item.value, Text) and item.value.text.strip():
            return item
    return None


def _values(text: str, spec: FactSpec, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a tag's text says; nothing when any part of it is not allowed."""
    text = text.strip()
    if spec.kind == "date":
        return (text,) if is_date(text) else ()
    if spec.kind == "text":
        return (text,)
    values = tuple(dict.fromkeys(part.strip().casefold() for part in text.split(",") if part.strip()))
    known = {value.casefold() for value in allowed}
    return values if not known or set(values) <= known else ()


def _supply(spec: FactSpec, tag: str, allowed: tuple[str, ...]) -> str:
    value = {"date": "YYYY-MM-DD", "text": "..."}.get(spec.kind) or " or ".join(allowed) or "..."
    return (
        f"Declare it as a tag of the model version: "
        f"client.set_model_version_tag('<name>', '<version>', '{tag}', '{value}')."
    )


def _by_matrix(facts: dict[str, FactResult], policy: Policy) -> tuple[str | None, tuple[EvidenceId, ...]]:
    given = matrix_tier(facts.values(), policy)
    drivers = policy.tier_matrix.drivers if policy.tier_matrix else ()
    return given, tuple(name for driver in drivers if driver in facts for name in facts[driver].evidence)


def _by_tier(tier: FactResult, policy: Policy) -> tuple[str | None, tuple[EvidenceId, ...]]:
    given = {known.materiality for value in tier.values if (known := policy.tier(value)) is not None}
    return (next(iter(given)) if len(given) == 1 else None), tier.evidence


def _joined(fact: FactResult, given: str | None, evidence: tuple[EvidenceId, ...]) -> FactResult:
    """Return a fact with what the policy gives for it."""
    if given is None:
        return fact
    value = given.casefold()
    if not fact.known:
        return replace(fact, values=(value,), state="by_matrix", evidence=(*fact.evidence, *evidence))
    if value in {item.casefold() for item in fact.values}:
        return fact
    return replace(fact, values=(*fact.values, value), state="conflict", evidence=(*fact.evidence, *evidence))
