"""A dossier in short, for the inventory of models. Pure."""

from __future__ import annotations

from datetime import date

from docgen.assessment.findings import recorded
from docgen.model.assessment import Assessment, FactResult
from docgen.model.days import months_after
from docgen.model.evidence import Text, VersionFacts
from docgen.model.inventory import RegimeState, Summary
from docgen.model.policy import Policy
from docgen.model.regime import Regime
from docgen.model.snapshot import Snapshot

MAX_PURPOSE = 240
"""Characters of a purpose; the dossier holds the whole."""

_OWNER = ("version_tag:owner", "model_tag:owner")
_PURPOSE = (
    "version_tag:purpose",
    "model_tag:purpose",
    "description:model",
    "description:version",
)


def summary_of(
    snapshot: Snapshot, regimes: tuple[Regime, ...], assessments: tuple[Assessment, ...], policy: Policy
) -> Summary:
    """Return a dossier in short."""
    facts = {fact.fact: fact for assessment in assessments for fact in assessment.facts if fact.known}
    version = next((item.value for item in snapshot.of_kind("version") if isinstance(item.value, VersionFacts)), None)
    due, why = _due(facts, policy)
    return Summary(
        uri=snapshot.subject.uri,
        name=snapshot.subject.name,
        version=snapshot.subject.version,
        aliases=version.aliases if version else (),
        purpose=_first(snapshot, _PURPOSE)[:MAX_PURPOSE],
        owner=_first(snapshot, _OWNER) or ", ".join(facts["owner"].values if "owner" in facts else ()),
        tier=facts["tier"].values if "tier" in facts else (),
        status=version.status if version else "",
        captured_at=snapshot.captured_at,
        snapshot=snapshot.digest(),
        assessed_on=assessments[0].as_of,
        regimes=tuple(
            RegimeState(regime=regime.id, title=regime.title, gate_open=item.gate_open, gaps=len(item.gaps))
            for regime, item in zip(regimes, assessments, strict=True)
        ),
        findings=recorded(snapshot),
        due_on=due,
        due_why=why,
    )


def _first(snapshot: Snapshot, names: tuple[str, ...]) -> str:
    """Return the first of some texts that says anything."""
    found = (item.value for name in names if (item := snapshot.find(name)) is not None)
    return next((value.text.strip() for value in found if isinstance(value, Text) and value.text.strip()), "")


def _due(facts: dict[str, FactResult], policy: Policy) -> tuple[str | None, str]:
    """Return when the next validation is due, and why: the policy's months for the tier, else the declared plan."""
    planned = facts.get("next_validation_on")
    tiers = [tier for value in facts["tier"].values if (tier := policy.tier(value))] if "tier" in facts else []
    months = [(tier.revalidate_months, tier.name) for tier in tiers if tier.revalidate_months]
    if not months:
        if planned:
            return planned.values[0], "planned, as declared"
        return None, "no cadence is known: the policy gives none for the tier, or the tier is unknown"
    least, name = min(months)
    done = facts.get("validated_on")
    if done is None:
        return None, f"tier {name} asks for {least} months, but the last validation is not declared"
    day = months_after(date.fromisoformat(done.values[0]), least).isoformat()
    if planned and planned.values[0] < day:
        return planned.values[0], "planned, as declared"
    return day, f"{least} months after the last validation, for tier {name}"
