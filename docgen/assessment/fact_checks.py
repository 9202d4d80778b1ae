"""What each kind of check finds in declared facts, in the firm's policy and in the regime's own header."""

from __future__ import annotations

from datetime import date
from itertools import combinations

from docgen.assessment.case import Case, Finding, Judge
from docgen.assessment.facts import matrix_tier
from docgen.model import checks as model
from docgen.model.assessment import FactResult, Verdict
from docgen.model.days import months_after


def _unknown(facts: tuple[FactResult, ...]) -> str:
    """Return why some facts cannot be gone by."""
    missing = [fact.words for fact in facts if fact.state == "unknown"]
    wrong = [fact.words for fact in facts if fact.state == "not_allowed"]
    parts = [f"not declared: {', '.join(missing)}"] if missing else []
    parts += [f"declared with a value that is not allowed: {', '.join(wrong)}"] if wrong else []
    return "; ".join(parts)


def _declared(check: model.Declared, case: Case) -> Finding:
    fact = case.facts[check.fact]
    title = f"declared fact: {fact.words}"
    if not fact.known:
        return Finding(verdict=Verdict.NOT_MET, title=title, reason=_unknown((fact,)), evidence=fact.evidence)
    reason = "given by the policy's tiers" if fact.state == "by_matrix" else "declared"
    return Finding(verdict=Verdict.MET, title=title, reason=reason, evidence=fact.evidence)


def _distinct(check: model.Distinct, case: Case) -> Finding:
    facts = tuple(case.facts[name] for name in check.facts)
    title = f"no two the same: {', '.join(fact.words for fact in facts)}"
    evidence = tuple(name for fact in facts for name in fact.evidence)
    unknown = tuple(fact for fact in facts if not fact.known)
    for left, right in combinations(facts, 2):
        if {value.casefold() for value in left.values} & {value.casefold() for value in right.values}:
            reason = f"the same is declared as {left.words} and as {right.words}"
            return Finding(verdict=Verdict.NOT_MET, title=title, reason=reason, evidence=evidence)
    if unknown:
        return Finding(verdict=Verdict.NOT_ASSESSED, title=title, reason=_unknown(unknown), evidence=evidence)
    return Finding(verdict=Verdict.MET, title=title, reason="all differ", evidence=evidence)


def _in_order(check: model.InOrder, case: Case) -> Finding:
    names = (check.earlier, check.later)
    facts = tuple(case.facts[name] for name in names if name != model.TODAY)
    titles = ["the day of the assessment" if name == model.TODAY else case.facts[name].words for name in names]
    title = f"{titles[0]} is not after {titles[1]}"
    evidence = tuple(item for fact in facts for item in fact.evidence)
    unknown = tuple(fact for fact in facts if not fact.known)
    if unknown:
        return Finding(verdict=Verdict.NOT_ASSESSED, title=title, reason=_unknown(unknown), evidence=evidence)
    earlier, later = (_day(name, case) for name in names)
    if earlier <= later:
        return Finding(verdict=Verdict.MET, title=title, reason="the dates are in order", evidence=evidence)
    return Finding(verdict=Verdict.NOT_MET, title=title, reason="the dates are not in order", evidence=evidence)


def _day(name: str, case: Case) -> date:
    return case.as_of if name == model.TODAY else date.fromisoformat(case.facts[name].values[0])


def _recent(check: model.RecentDate, case: Case) -> Finding:
    fact = case.facts[check.fact]
    title = f"{fact.words} at most {check.days} days back"
    limit = f"<= {check.days} days"

    def finding(verdict: Verdict, reason: str) -> Finding:
        return Finding(
            verdict=verdict,
            title=title,
            reason=reason,
            evidence=fact.evidence,
            source=check.source,
            inequality=limit,
        )

    if not fact.known:
        return finding(Verdict.NOT_ASSESSED, _unknown((fact,)))
    days = (case.as_of - date.fromisoformat(fact.values[0])).days
    if days < 0:
        return finding(Verdict.NOT_MET, "the date lies ahead of the assessment")
    return finding(Verdict.MET, "recent enough") if days <= check.days else finding(Verdict.NOT_MET, "too long ago")


def _cadence(check: model.Cadence, case: Case) -> Finding:
    fact, tier = case.facts[check.fact], case.facts.get("tier")
    title = f"{fact.words} within the policy's cadence for the tier"
    evidence = (*fact.evidence, *(tier.evidence if tier else ()))
    months = _months(case)

    def finding(verdict: Verdict, reason: str) -> Finding:
        return Finding(
            verdict=verdict,
            title=title,
            reason=reason,
            evidence=evidence,
            layer="policy",
            source="tiers",
            inequality=f"<= {months} months" if months else "",
        )

    if not fact.known:
        return finding(Verdict.NOT_ASSESSED, _unknown((fact,)))
    if months is None:
        return finding(Verdict.NOT_ASSESSED, "the policy gives no months for the model's tier, or the tier is unknown")
    if case.as_of > months_after(date.fromisoformat(fact.values[0]), months):
        return finding(Verdict.NOT_MET, "more months have passed than the policy allows")
    return finding(Verdict.MET, "recent enough for the tier")


def _months(case: Case) -> int | None:
    """Return the shortest cadence of the tiers that the model may have."""
    fact = case.facts.get("tier")
    tiers = [case.policy.tier(value) for value in fact.values] if fact else []
    months = [tier.revalidate_months for tier in tiers if tier and tier.revalidate_months is not None]
    return min(months, default=None)


def _tier(check: model.TierByMatrix, case: Case) -> Finding:
    fact = case.facts[check.fact]
    title = "the declared tier is the one of the policy's matrix"
    names = case.policy.tier_matrix.drivers if case.policy.tier_matrix else ()
    drivers = tuple(case.facts[name] for name in names if name in case.facts)
    evidence = tuple(dict.fromkeys(name for item in (fact, *drivers) for name in item.evidence))

    def finding(verdict: Verdict, reason: str) -> Finding:
        return Finding(
            verdict=verdict, title=title, reason=reason, evidence=evidence, layer="policy", source="tier_matrix"
        )

    if case.policy.tier_matrix is None:
        return finding(Verdict.NOT_ASSESSED, "the policy has no tier matrix")
    if matrix_tier(case.facts.values(), case.policy) is None:
        unknown = _unknown(tuple(item for item in drivers if not item.known))
        return finding(Verdict.NOT_ASSESSED, unknown or "the policy's matrix has no line for this model's drivers")
    if fact.state == "conflict":
        return finding(Verdict.NOT_MET, "the declared tier is not the one that the matrix gives")
    reason = "the matrix gives the tier" if fact.state == "by_matrix" else "declaration and matrix agree"
    return finding(Verdict.MET, reason)


def _policy_line(_check: model.PolicyLine, case: Case) -> Finding:
    title = "the firm's policy states a line for this requirement"
    if case.lines:
        return Finding(verdict=Verdict.MET, title=title, reason="stated; the lines follow", layer="policy")
    reason = "the policy states none" if case.policy.title else "no policy is given"
    return Finding(verdict=Verdict.NOT_ASSESSED, title=title, reason=reason, layer="policy")


def _program(_check: model.ProgramAnswer, case: Case) -> Finding:
    title = "answered once for the firm"
    entry = next((item for item in case.policy.program if case.name in item.requirement), None)
    if entry is None:
        reason = "the policy's program list holds no answer" if case.policy.title else "no policy is given"
        return Finding(verdict=Verdict.NOT_ASSESSED, title=title, reason=reason, layer="policy")

    def finding(verdict: Verdict, reason: str) -> Finding:
        return Finding(verdict=verdict, title=title, reason=reason, layer="policy", source=entry.reference)

    today = case.as_of.isoformat()
    if entry.answered_on > today:
        return finding(Verdict.NOT_ASSESSED, f"the answer is dated {entry.answered_on}, after this assessment")
    if entry.review_by is not None and today > entry.review_by:
        return finding(
            Verdict.NOT_ASSESSED, f"the answer of {entry.answered_on} was to be reviewed by {entry.review_by}"
        )
    how = f"inherited: answered by the {entry.by} on {entry.answered_on}, {entry.reference}"
    if entry.answer == "not_met":
        return finding(Verdict.NOT_MET, f"{how}; the firm says that it is not met")
    return finding(Verdict.MET, how)


def _status(_check: model.StatusStated, case: Case) -> Finding:
    title = "the report says what force the instrument has"
    if case.regime.force:
        return Finding(verdict=Verdict.MET, title=title, reason="stated at the head of the report")
    return Finding(verdict=Verdict.NOT_MET, title=title, reason="the regime's header does not say")


FACT_JUDGES: dict[type, Judge] = {
    model.Declared: _declared,
    model.Distinct: _distinct,
    model.InOrder: _in_order,
    model.RecentDate: _recent,
    model.Cadence: _cadence,
    model.TierByMatrix: _tier,
    model.PolicyLine: _policy_line,
    model.ProgramAnswer: _program,
    model.StatusStated: _status,
}
