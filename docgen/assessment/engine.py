"""One snapshot against one regime: a verdict for every requirement, and a gap for every open one.

How parts combine. `all_of`: NOT_MET if a part is, else NOT_ASSESSED if a part is, else AWAITING_ATTESTATION if a part
is, else MET. `any_of`: MET if a part is, else AWAITING_ATTESTATION, else NOT_MET, else NOT_ASSESSED. A part that is
NOT_APPLICABLE does not count, unless all are; without parts both are NOT_ASSESSED. A mixed or human requirement of
model scope whose machine part holds awaits attestation; one of programme scope was attested by whoever answered it for
the firm.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from docgen.assessment.case import Case, Judge
from docgen.assessment.checks import EVIDENCE_JUDGES
from docgen.assessment.fact_checks import FACT_JUDGES
from docgen.assessment.facts import applies, declared_facts
from docgen.assessment.findings import closing
from docgen.model.assessment import Assessment, CheckResult, FactResult, Gap, Layer, RequirementResult, Verdict
from docgen.model.checks import AllOf, AnyOf, Check, leaves
from docgen.model.evidence import EvidenceId
from docgen.model.policy import Policy, PolicyBound
from docgen.model.regime import Condition, Refusal, Regime
from docgen.model.snapshot import Snapshot

_ALL = (Verdict.NOT_MET, Verdict.NOT_ASSESSED, Verdict.AWAITING_ATTESTATION, Verdict.MET)
_ANY = (Verdict.MET, Verdict.AWAITING_ATTESTATION, Verdict.NOT_MET, Verdict.NOT_ASSESSED)
_JUDGES: dict[type, Judge] = EVIDENCE_JUDGES | FACT_JUDGES


def assess(snapshot: Snapshot, regime: Regime, policy: Policy, as_of: date) -> Assessment:
    """Return the assessment of a snapshot against a regime under a policy on a day."""
    stale = as_of > date.fromisoformat(regime.checked_on) + timedelta(days=regime.stale_after_days)
    facts = declared_facts(snapshot, regime, policy)
    named = {fact.fact: fact for fact in facts}
    return Assessment(
        regime=regime.id,
        edition=regime.edition,
        regime_digest=regime.digest,
        snapshot=snapshot.digest(),
        policy=policy.digest,
        policy_title=policy.name,
        as_of=as_of.isoformat(),
        stale_regime=stale,
        results=tuple(
            _Row(Case(snapshot=snapshot, regime=regime, row=row, policy=policy, facts=named, as_of=as_of)).result()
            for row in regime.requirements
        ),
        facts=facts,
        overdue=closing(snapshot, regime, policy, as_of),
    )


def refusal(snapshot: Snapshot, regime: Regime, policy: Policy) -> tuple[Refusal, tuple[EvidenceId, ...]] | None:
    """Return why a regime does not cover this model at all, with the tags that say so; None where it may.

    Where the facts are unknown the regime is applied, and its own rows ask for them.
    """
    facts = {fact.fact: fact for fact in declared_facts(snapshot, regime, policy)}
    for item in regime.refuses:
        holds, names = applies(item.when, facts)
        if holds:
            return item, tuple(name for fact in names for name in facts[fact].evidence)
    return None


def all_of(verdicts: tuple[Verdict, ...]) -> Verdict:
    """Combine parts that must all hold; nothing to combine is not assessed."""
    return next((verdict for verdict in _ALL if verdict in verdicts), _nothing(verdicts))


def any_of(verdicts: tuple[Verdict, ...]) -> Verdict:
    """Combine parts of which one must hold; nothing to combine is not assessed."""
    return next((verdict for verdict in _ANY if verdict in verdicts), _nothing(verdicts))


def _nothing(verdicts: tuple[Verdict, ...]) -> Verdict:
    """Return what parts come to none of which counts."""
    return Verdict.NOT_APPLICABLE if verdicts else Verdict.NOT_ASSESSED


@dataclass(frozen=True, slots=True)
class _Row:
    """One requirement on its way to a verdict."""

    case: Case

    def result(self) -> RequirementResult:
        policy, name = self.case.policy, self.case.name
        row = self.case.row
        for exclusion in policy.not_applicable:
            if name in exclusion.requirement:
                return self._off(f"{policy.title}: {exclusion.rule}", (), "policy")
        applicable, facts = applies(row.applies_when, self.case.facts)
        evidence = tuple(name for fact in facts for name in self.case.facts[fact].evidence)
        if applicable is False:
            (fact,) = facts
            title = self.case.facts[fact].words
            reason = f"it applies where {_condition(row.applies_when, self.case.facts)}; another {title} is declared"
            return self._off(reason, evidence, self.case.layer)
        before = self._unknown(facts, evidence) if applicable is None else self._known(evidence)
        assessed = self._assessed(before)
        waiver = next((item for item in policy.waivers if name in item.requirement), None)
        if waiver is None or not assessed.verdict.is_open:
            return assessed
        if self.case.as_of.isoformat() > waiver.until:
            return replace(assessed, reason=f"{assessed.reason}; the waiver ended on {waiver.until}")
        reason = f"waived by the {waiver.owner} until {waiver.until}: {waiver.reason}"
        return replace(assessed, verdict=Verdict.WAIVED, reason=reason)

    def _off(self, reason: str, evidence: tuple[EvidenceId, ...], layer: Layer) -> RequirementResult:
        """Return that the requirement does not apply, with the line that says so as its only check."""
        check = self._whether(Verdict.NOT_APPLICABLE, reason, evidence, layer)
        return RequirementResult(
            requirement=self.case.row.id, verdict=Verdict.NOT_APPLICABLE, reason=reason, checks=(check,)
        )

    def _unknown(self, facts: tuple[str, ...], evidence: tuple[EvidenceId, ...]) -> tuple[CheckResult, ...]:
        names = " and ".join(self.case.facts[fact].words for fact in facts)
        reason = f"assessed, as it is unknown whether it applies ({names} not declared)"
        return (self._whether(Verdict.NOT_ASSESSED, reason, evidence, self.case.layer),)

    def _known(self, evidence: tuple[EvidenceId, ...]) -> tuple[CheckResult, ...]:
        """Return that the requirement applies, with the tags that say so; nothing where it applies to every model."""
        conditions = self.case.row.applies_when
        if not conditions:
            return ()
        reason = f"it applies: {_condition(conditions, self.case.facts)}"
        return (self._whether(Verdict.MET, reason, evidence, self.case.layer),)

    def _whether(self, verdict: Verdict, reason: str, evidence: tuple[EvidenceId, ...], layer: Layer) -> CheckResult:
        return CheckResult(
            id=f"{self.case.row.id}.0",
            title="whether the requirement applies",
            verdict=verdict,
            reason=reason,
            evidence=evidence,
            layer=layer,
        )

    def _assessed(self, before: tuple[CheckResult, ...]) -> RequirementResult:
        row = self.case.row
        verdict, checks = self._walk(row.check, self.case.layer, 1)
        for position, line in enumerate(self.case.stated, 1 + _count(row.check)):
            extra, found = self._line(line, position)
            checks = (*checks, found)
            verdict = verdict if extra is None else all_of((verdict, extra))
        if verdict is Verdict.MET and row.decidable != "machine" and row.scope == "model":
            verdict = Verdict.AWAITING_ATTESTATION
        checks = before + checks
        reason = _reason(verdict, checks)
        gaps = tuple(self._gaps(checks, verdict)) if verdict.is_open else ()
        return RequirementResult(requirement=row.id, verdict=verdict, reason=reason, checks=checks, gaps=gaps)

    def _line(self, line: PolicyBound, number: int) -> tuple[Verdict | None, CheckResult]:
        """Return what a line of the firm's came to; its verdict is None where the line is for another tier."""
        tier = self.case.facts["tier"].evidence if line.tiers and "tier" in self.case.facts else ()
        if line not in self.case.lines:
            reason = f"the line is for tier {' or '.join(line.tiers)}; the model is of another"
            off = self._whether(Verdict.NOT_APPLICABLE, reason, tier, "policy")
            return None, replace(off, id=f"{self.case.row.id}.{number}", title=line.title, line=line.title)
        verdict, (found,) = self._walk(line.check, "policy", number)
        evidence = (*found.evidence, *tier)
        return verdict, replace(found, title=f"{line.title}: {found.title}", line=line.title, evidence=evidence)

    def _walk(self, check: Check, layer: Layer, number: int) -> tuple[Verdict, tuple[CheckResult, ...]]:
        """Return the verdict of a check and its leaves' results, numbered on from `number`."""
        if not isinstance(check, (AllOf, AnyOf)):
            found = _JUDGES[type(check)](check, self.case)
            leaf = CheckResult(
                id=f"{self.case.row.id}.{number}",
                title=found.title,
                verdict=found.verdict,
                reason=found.reason,
                evidence=found.evidence,
                layer=found.layer or layer,
                source=found.source,
                inequality=found.inequality,
                outcome=found.outcome,
            )
            return found.verdict, (leaf,)
        leaves: tuple[CheckResult, ...] = ()
        verdicts: tuple[Verdict, ...] = ()
        for part in check.checks:
            verdict, more = self._walk(part, layer, number)
            number += _count(part)
            leaves, verdicts = leaves + more, (*verdicts, verdict)
        whole = (all_of if isinstance(check, AllOf) else any_of)(verdicts)
        if isinstance(check, AnyOf) and whole is Verdict.MET:
            leaves = tuple(leaf for leaf in leaves if leaf.verdict is Verdict.MET)  # the other ways were not needed
        return whole, leaves

    def _gaps(self, checks: tuple[CheckResult, ...], verdict: Verdict) -> Iterator[Gap]:
        open_checks = [item for item in checks if item.verdict.is_open]
        if not open_checks:
            if verdict is Verdict.AWAITING_ATTESTATION:
                owner = self.case.row.owner
                supply = f"All that the row asks for is there: the {owner} reads what stands here, and attests to it."
                yield replace(self._gap("a person is to decide", ()), supply=supply)
            else:
                yield self._gap("there is nothing to check", ())
        else:
            why = "; ".join(dict.fromkeys(item.reason for item in open_checks))
            yield self._gap(why, tuple(dict.fromkeys(name for item in open_checks for name in item.evidence)))

    def _gap(self, why: str, evidence: tuple[EvidenceId, ...]) -> Gap:
        row = self.case.row
        return Gap(requirement=row.id, wanted=row.title, why=why, owner=row.owner, supply=row.supply, evidence=evidence)


def _condition(conditions: tuple[Condition, ...], facts: dict[str, FactResult]) -> str:
    """Return conditions in words: `vendor model is true and tier is high or medium`."""
    return " and ".join(f"{facts[item.fact].words} is {' or '.join(item.values)}" for item in conditions)


def _count(check: Check) -> int:
    """Return how many checks a check is made of, so that each keeps its number whatever the verdicts."""
    return sum(1 for _ in leaves(check))


def _reason(verdict: Verdict, checks: tuple[CheckResult, ...]) -> str:
    deciding = [item.reason for item in checks if item.verdict is verdict]
    if not checks:
        return "there is nothing to check"
    return "; ".join(dict.fromkeys(deciding)) or "a person is to decide"
