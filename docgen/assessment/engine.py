"""One snapshot against one regime: a verdict for every requirement, and a gap for every open one.

How parts combine. `all_of`: NOT_MET if a part is, else NOT_ASSESSED if a part is, else AWAITING_ATTESTATION if a part
is, else MET. `any_of`: MET if a part is, else AWAITING_ATTESTATION, else NOT_MET, else NOT_ASSESSED. Without parts both
are NOT_ASSESSED. A mixed or human requirement whose machine part holds awaits attestation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from docgen.assessment.checks import judge
from docgen.model.assessment import Assessment, CheckResult, Gap, Layer, RequirementResult, Verdict
from docgen.model.regime import AllOf, AnyOf, Check, Policy, Regime, Requirement
from docgen.model.snapshot import Snapshot

_ALL = (Verdict.NOT_MET, Verdict.NOT_ASSESSED, Verdict.AWAITING_ATTESTATION, Verdict.MET)
_ANY = (Verdict.MET, Verdict.AWAITING_ATTESTATION, Verdict.NOT_MET, Verdict.NOT_ASSESSED)


def assess(snapshot: Snapshot, regime: Regime, policy: Policy, as_of: date) -> Assessment:
    """Return the assessment of a snapshot against a regime under a policy on a day."""
    stale = as_of > date.fromisoformat(regime.checked_on) + timedelta(days=regime.stale_after_days)
    return Assessment(
        regime=regime.id,
        edition=regime.edition,
        regime_digest=regime.digest,
        snapshot=snapshot.digest(),
        policy=policy.digest,
        policy_title=f"{policy.title}, {policy.edition}" if policy.title else "",
        as_of=as_of.isoformat(),
        stale_regime=stale,
        results=tuple(_Row(snapshot, regime.id, row, policy, as_of).result() for row in regime.requirements),
    )


def all_of(verdicts: tuple[Verdict, ...]) -> Verdict:
    """Combine parts that must all hold; nothing to combine is not assessed."""
    return next((verdict for verdict in _ALL if verdict in verdicts), Verdict.NOT_ASSESSED)


def any_of(verdicts: tuple[Verdict, ...]) -> Verdict:
    """Combine parts of which one must hold; nothing to combine is not assessed."""
    return next((verdict for verdict in _ANY if verdict in verdicts), Verdict.NOT_ASSESSED)


@dataclass(frozen=True, slots=True)
class _Row:
    """One requirement on its way to a verdict."""

    snapshot: Snapshot
    regime: str
    row: Requirement
    policy: Policy
    as_of: date

    def result(self) -> RequirementResult:
        name = f"{self.regime}/{self.row.id}"
        for exclusion in self.policy.not_applicable:
            if exclusion.requirement == name:
                reason = f"{self.policy.title}: {exclusion.rule}"
                return RequirementResult(
                    requirement=self.row.id, verdict=Verdict.NOT_APPLICABLE, reason=reason, checks=()
                )
        assessed = self._assessed(name)
        waiver = next((item for item in self.policy.waivers if item.requirement == name), None)
        if waiver is None or not assessed.verdict.is_open:
            return assessed
        if self.as_of.isoformat() > waiver.until:
            return replace(assessed, reason=f"{assessed.reason}; the waiver ended on {waiver.until}")
        reason = f"waived by the {waiver.owner} until {waiver.until}: {waiver.reason}"
        return replace(assessed, verdict=Verdict.WAIVED, reason=reason)

    def _assessed(self, name: str) -> RequirementResult:
        verdict, checks = self._walk(self.row.check, "regime", 1)
        number = 1 + _leaves(self.row.check)
        for bound in self.policy.bounds:
            if bound.requirement == name:
                extra, more = self._walk(bound.check, "policy", number)
                checks += tuple(replace(item, title=f"{bound.title}: {item.title}") for item in more)
                verdict = all_of((verdict, extra))
                number += 1
        if verdict is Verdict.MET and self.row.decidable != "machine":
            verdict = Verdict.AWAITING_ATTESTATION
        reason = _reason(verdict, checks)
        gaps = tuple(self._gaps(checks, verdict)) if verdict.is_open else ()
        return RequirementResult(requirement=self.row.id, verdict=verdict, reason=reason, checks=checks, gaps=gaps)

    def _walk(self, check: Check, layer: Layer, number: int) -> tuple[Verdict, tuple[CheckResult, ...]]:
        """Return the verdict of a check and its leaves' results, numbered on from `number`."""
        if not isinstance(check, (AllOf, AnyOf)):
            found = judge(check, self.snapshot, self.as_of)
            leaf = CheckResult(
                id=f"{self.row.id}.{number}",
                title=found.title,
                verdict=found.verdict,
                reason=found.reason,
                evidence=found.evidence,
                layer=layer,
                source=found.source,
                inequality=found.inequality,
            )
            return found.verdict, (leaf,)
        leaves: tuple[CheckResult, ...] = ()
        verdicts: tuple[Verdict, ...] = ()
        for part in check.checks:
            verdict, more = self._walk(part, layer, number)
            number += _leaves(part)
            leaves, verdicts = leaves + more, (*verdicts, verdict)
        whole = (all_of if isinstance(check, AllOf) else any_of)(verdicts)
        if isinstance(check, AnyOf) and whole is Verdict.MET:
            leaves = tuple(leaf for leaf in leaves if leaf.verdict is Verdict.MET)  # the other ways were not needed
        return whole, leaves

    def _gaps(self, checks: tuple[CheckResult, ...], verdict: Verdict) -> Iterator[Gap]:
        open_checks = [item for item in checks if item.verdict.is_open]
        if not open_checks:
            why = "a person must decide" if verdict is Verdict.AWAITING_ATTESTATION else "there is nothing to check"
            yield self._gap(why, ())
        else:
            why = "; ".join(dict.fromkeys(item.reason for item in open_checks))
            yield self._gap(why, tuple(dict.fromkeys(name for item in open_checks for name in item.evidence)))

    def _gap(self, why: str, evidence: tuple[str, ...]) -> Gap:
        row = self.row
        return Gap(
            requirement=row.id,
            wanted=row.title,
            why=why,
            owner=row.owner,
            supply=row.supply,
            evidence=evidence,  # type: ignore[arg-type]  # ids of the checks above
        )


def _leaves(check: Check) -> int:
    """Return how many checks a check is made of, so that each keeps its number whatever the verdicts."""
    return sum(_leaves(part) for part in check.checks) if isinstance(check, (AllOf, AnyOf)) else 1


def _reason(verdict: Verdict, checks: tuple[CheckResult, ...]) -> str:
    deciding = [item.reason for item in checks if item.verdict is verdict]
    if not checks:
        return "there is nothing to check"
    return "; ".join(dict.fromkeys(deciding)) or "a person must decide"
