"""How risky the model is and what was looked at: declared facts, the firm's tiers, the scope, the next validation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from docgen.blocks.values import parts_of_fact
from docgen.model.assessment import Assessment, FactResult, Verdict
from docgen.model.days import months_after
from docgen.model.document import Absent, Badge, Block, Dossier, Grid, Inline, Line, Paragraph, Shown, Words
from docgen.model.regime import Regime

_STATES = {
    "declared": "declared",
    "by_matrix": "given by the policy",
    "conflict": "declared, and the policy gives another: a row applies if it does for either",
    "unknown": "not declared",
    "not_allowed": "declared with a value that is not allowed",
}


def facts(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return what is declared of the model, where, and what is still unknown."""
    found: dict[str, FactResult] = {}
    for assessment in dossier.assessments:
        for fact in assessment.facts:
            found.setdefault(fact.fact, fact)
    if not found:
        return (Paragraph(line=(Words(text="The regime asks for no declared facts of the model."),)),)
    rows = tuple(
        (
            (Words(text=fact.title),),
            _value(dossier, fact),
            (Words(text=_STATES[fact.state]),),
            () if fact.state in {"declared", "by_matrix"} else (Words(text=f"{fact.owner}: {fact.supply}"),),
        )
        for fact in found.values()
    )
    columns = ("Fact", "Value", "How it is known", "Still wanted, and from whom")
    note: Line = (Words(text="A row whose facts are unknown is assessed as if it applied."),)
    return (Grid(caption="Declared facts of the model", columns=columns, rows=rows, notes=(note,)),)


def _value(dossier: Dossier, fact: FactResult) -> Line:
    line: list[Inline] = [item for name in fact.evidence for item in parts_of_fact(dossier, name)]
    if fact.state in {"by_matrix", "conflict"}:
        line = [Words(text=f"{fact.values[-1]} from "), *line] if fact.state == "by_matrix" else [
            *line, Words(text=f"; {fact.values[-1]} by the policy")]  # fmt: skip
    return tuple(line) or (Absent(wanted=fact.title, reason="unknown"),)


def tiering(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the firm's tiers and its matrix; the lines that are the model's own stand out."""
    policy = dossier.policy
    if not policy.tiers:
        return (Paragraph(line=(Words(text="The firm's policy states no tiers, or no policy is given."),)),)
    mine = {value for assessment in dossier.assessments for fact in assessment.facts if fact.fact == "tier"
            for value in fact.values}  # fmt: skip
    rows = tuple(
        (
            (Words(text=tier.name, strong=tier.name.casefold() in mine),),
            (Words(text=tier.meaning),),
            (Words(text=tier.materiality or ""),),
            (Words(text=f"{tier.revalidate_months}"),) if tier.revalidate_months else (Absent(wanted="months"),),
        )
        for tier in policy.tiers
    )
    note: Line = (Words(text=f"Source: {policy.name}. The model's own tier, where it is known, stands out."),)
    columns = ("Tier", "Meaning", "Materiality", "Months to the next validation")
    blocks: list[Block] = [Grid(caption="Tiers", columns=columns, rows=rows, notes=(note,))]
    if policy.tier_matrix is not None:
        known = {fact.fact: fact for assessment in dossier.assessments for fact in assessment.facts}
        heads = [known[name].title if name in known else name for name in policy.tier_matrix.drivers]
        lines = tuple(
            (*((Words(text=value),) for value in row.when), (Words(text=row.tier),)) for row in policy.tier_matrix.rows
        )
        blocks.append(Grid(caption="Tier matrix", columns=(*heads, "Tier"), rows=lines, notes=(note[:1],)))
    return tuple(blocks)


def scope(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return, section by section, how many rows there are and how they stand: what was looked at and what was not."""
    blocks: list[Block] = []
    for regime, assessment in zip(dossier.regimes, dossier.assessments, strict=True):
        rows = tuple(
            _scope_row(regime, assessment, item.section, item.title)
            for item in regime.sections
            if any(row.page == item.section for row in regime.requirements)
        )
        heads = tuple((Badge(verdict=verdict),) for verdict in Verdict)
        columns: tuple[str | Line, ...] = ("Section", "Rows", *heads)
        count = tuple(range(1, len(columns)))
        blocks.append(Grid(caption=f"Scope: {regime.title}", columns=columns, rows=rows, numeric=count))
    return tuple(blocks)


def _scope_row(regime: Regime, assessment: Assessment, section: str, title: str) -> tuple[Line, ...]:
    mine = {row.id for row in regime.requirements if row.page == section}
    verdicts = [result.verdict for result in assessment.results if result.requirement in mine]
    base = f"assessment:{regime.id}/section/{section}"
    counts = {base: len(verdicts)} | {f"{base}/{verdict.value}": verdicts.count(verdict) for verdict in Verdict}
    shown = ((Shown(value=count, evidence=name, format="count"),) for name, count in counts.items())
    return ((Words(text=title),), *shown)


def next_validation(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return by when the policy's cadence asks for the next validation, and what was declared."""
    lines: list[Line] = []
    for regime, assessment in zip(dossier.regimes, dossier.assessments, strict=True):
        facts = {fact.fact: fact for fact in assessment.facts}
        done, planned = facts.get("validated_on"), facts.get("next_validation_on")
        due = _due(dossier, facts.get("tier"), done)
        if due is not None and done is not None:
            shown = Shown(value=due.isoformat(), evidence=f"assessment:{regime.id}/next_validation", format="date")
            since = parts_of_fact(dossier, done.evidence[0])
            lead = Words(text="By the policy's cadence the next validation is due by ")
            lines.append((lead, shown, Words(text=", counted from "), *since, Words(text=".")))
        if planned is not None and planned.known:
            lines.append((Words(text="Planned for "), *parts_of_fact(dossier, planned.evidence[0]), Words(text=".")))
    if not lines:
        words = "When the next validation is due cannot be said: the tier, its cadence or the last date is unknown."
        lines.append((Absent(wanted="next validation", reason=words),))
    return tuple(Paragraph(line=line) for line in dict.fromkeys(lines))


def _due(dossier: Dossier, tier: FactResult | None, done: FactResult | None) -> date | None:
    tiers = [dossier.policy.tier(value) for value in tier.values] if tier else []
    months = [item.revalidate_months for item in tiers if item and item.revalidate_months]
    if not months or done is None or not done.known:
        return None
    return months_after(date.fromisoformat(done.values[0]), min(months))
