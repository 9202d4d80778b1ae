"""Gates: what opens each, what closes it, and that every closed one says how to open it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from docgen.approval_files import EXAMPLES, load_gates, load_signers, parse_gates, parse_signers
from docgen.errors import ProblemsError, UsageError
from docgen.gates.evaluate import Case, evaluate
from docgen.model.approvals import Gate, GatePlan, Quorum, Signature
from docgen.model.assessment import Assessment, Gap, RequirementResult, Verdict
from docgen.model.canonical import sha256
from docgen.model.evidence import EvidenceId
from docgen.model.ledger import Waiver
from docgen.resources import templates_dir

MANIFEST, GATES = sha256(b"dossier"), sha256(b"gates")
TODAY = date(2026, 6, 1)


def assessed(**verdicts: Verdict) -> Assessment:
    rows = tuple(
        RequirementResult(
            requirement=name, verdict=verdict, reason="a reason", checks=(),
            gaps=(Gap(requirement=name, wanted="x", why="y", owner="o", supply="log it"),) if verdict.is_open else (),
        )
        for name, verdict in verdicts.items()
    )  # fmt: skip
    return Assessment(
        regime="rules", edition="1", regime_digest=sha256(b"r"), snapshot=sha256(b"s"), policy=None, policy_title="",
        as_of="2026-05-01", stale_regime=False, results=rows,
    )  # fmt: skip


def signed(signer: str, role: str = "validator", gate: str = "validation", **more: object) -> Signature:
    whole = {
        "entry": f"000001-{signer}", "gate": gate, "role": role, "meaning": "approval", "signer": signer,
        "name": f"Name of {signer}", "at": "2026-05-20T10:00:00Z", "manifest": MANIFEST, "plan": GATES, **more,
    }  # fmt: skip
    return Signature(**whole)


VALIDATION = Gate(id="validation", title="Validation", requirements=("*",), signatures=(Quorum(role="validator"),))
OFFICER = Gate(id="officer", title="Officer", requirements=("rules/R1",), signatures=(Quorum(role="officer"),))
PLAN = GatePlan(title="plan", gates=(VALIDATION,))
CASE = Case(
    subject="models:/churn/1", manifest=MANIFEST, plan=GATES, assessments=(assessed(R1=Verdict.MET),), signatures=(),
    waivers=(), developers=frozenset({"maker", "maker@example.org"}), today=TODAY,
)  # fmt: skip


def state(case: Case, plan: GatePlan = PLAN, place: int = -1):
    found = evaluate(plan, case)[place]
    assert all(item.why and item.opens for item in found.closed)
    return found


def why(case: Case, plan: GatePlan = PLAN) -> str:
    found = state(case, plan)
    assert not found.open
    assert found.until is None
    return " | ".join(item.why for item in found.closed)


def test_nothing_assessed_closes_a_gate_even_with_every_signature() -> None:
    assert "nothing to check is never a pass" in why(replace(CASE, assessments=(), signatures=(signed("v1"),)))


def test_without_a_signature_a_gate_is_closed_and_says_who_must_sign() -> None:
    (closed,) = state(CASE).closed
    assert closed.why == "0 of 1 signatures as validator"
    assert closed.opens == (
        "1 more validator who did not make this version must sign: "
        "docgen sign models:/churn/1 --gate validation --role validator"
    )


def test_met_requirements_and_one_good_signature_open_a_gate() -> None:
    found = state(replace(CASE, signatures=(signed("v1"),)))
    assert found.open
    assert found.until is None
    assert [item.signer for item in found.signatures] == ["v1"]


@pytest.mark.parametrize("verdict", [Verdict.NOT_MET, Verdict.NOT_ASSESSED, Verdict.AWAITING_ATTESTATION])
def test_an_open_requirement_closes_the_gate_and_names_what_supplies_it(verdict: Verdict) -> None:
    case = replace(CASE, assessments=(assessed(R1=Verdict.MET, R2=verdict),), signatures=(signed("v1"),))
    (closed,) = state(case).closed
    assert closed.why == f"rules/R2 is {verdict.value.replace('_', ' ')}: a reason"
    assert closed.opens == "log it; or docgen waive models:/churn/1 --requirement rules/R2"


def test_a_gate_that_attests_settles_what_a_person_must_decide_and_no_more() -> None:
    plan = GatePlan(title="plan", gates=(replace(VALIDATION, attests=True),))
    waits = replace(CASE, assessments=(assessed(R1=Verdict.AWAITING_ATTESTATION),), signatures=(signed("v1"),))
    assert state(waits, plan).open
    assert not state(replace(waits, assessments=(assessed(R1=Verdict.NOT_MET),)), plan).open
    assert not state(replace(waits, signatures=()), plan).open


def test_a_waiver_holds_until_its_last_day_and_sets_the_end_of_the_gate() -> None:
    waiver = Waiver(requirement="rules/R2", reason="pilot", owner="owner", until="2026-06-01")
    case = replace(
        CASE, assessments=(assessed(R1=Verdict.MET, R2=Verdict.NOT_MET),), signatures=(signed("v1"),), waivers=(waiver,)
    )
    assert state(case).until == "2026-06-01"
    assert "rules/R2 is not met" in why(replace(case, today=date(2026, 6, 2)))


def test_an_overdue_finding_closes_the_gate() -> None:
    late = replace(assessed(R1=Verdict.MET), overdue=(EvidenceId("finding_record:F-1"),))
    assert "finding_record:F-1 is overdue" in why(replace(CASE, assessments=(late,), signatures=(signed("v1"),)))


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"manifest": sha256(b"older")}, "it is of another dossier"),
        ({"plan": sha256(b"stricter")}, "it was given under another file of gates"),
        ({"meaning": "review"}, "it means 'review', expected approval"),
        ({"faults": ("its key was revoked",)}, "its key was revoked"),
        ({"identities": ("Maker@Example.org",)}, "its signer made this version"),
        ({"developers": ("Name of v1",)}, "its signer made this version"),
    ],
)
def test_a_signature_that_does_not_count_says_why(more: dict[str, object], reason: str) -> None:
    assert reason in why(replace(CASE, signatures=(signed("v1", **more),)))


def test_a_signature_expires_after_its_days() -> None:
    plan = GatePlan(title="plan", gates=(replace(VALIDATION, expires_after_days=12),))
    case = replace(CASE, signatures=(signed("v1"),))
    assert state(case, plan).until == "2026-06-01"
    assert "it expired on 2026-06-01" in why(replace(case, today=date(2026, 6, 2)), plan)


def test_a_quorum_counts_people_not_signatures() -> None:
    plan = GatePlan(title="plan", gates=(replace(VALIDATION, signatures=(Quorum(role="validator", count=2),)),))
    assert "1 of 2 signatures as validator" in why(replace(CASE, signatures=(signed("v1"), signed("v1"))), plan)
    assert state(replace(CASE, signatures=(signed("v1"), signed("v2"))), plan).open


def test_a_later_gate_waits_for_the_earlier_ones_and_for_other_people() -> None:
    plan = GatePlan(title="plan", gates=(VALIDATION, OFFICER))
    both = (signed("v1"), signed("v1", "officer", "officer"))
    assert "Validation comes first and is closed" in why(replace(CASE, signatures=both[1:]), plan)
    assert "counts already, here or at an earlier gate" in why(replace(CASE, signatures=both), plan)
    assert state(replace(CASE, signatures=both), replace(plan, one_person_one_gate=False)).open
    assert state(replace(CASE, signatures=(both[0], signed("o1", "officer", "officer"))), plan).open


def test_a_gate_asks_only_for_the_requirements_it_names() -> None:
    plan = GatePlan(title="plan", gates=(replace(OFFICER, id="validation", signatures=(Quorum(role="validator"),)),))
    case = replace(CASE, assessments=(assessed(R1=Verdict.MET, R2=Verdict.NOT_MET),), signatures=(signed("v1"),))
    assert state(case, plan).open
    other = GatePlan(title="plan", gates=(replace(VALIDATION, requirements=("other/*",)),))
    assert "no requirement 'other/*' was assessed" in why(case, other)


def test_a_developer_may_sign_where_the_plan_says_so() -> None:
    plan = GatePlan(title="plan", gates=(
        replace(VALIDATION, signatures=(Quorum(role="validator", developer_may_sign=True),)),
    ))  # fmt: skip
    assert state(replace(CASE, signatures=(signed("maker"),)), plan).open


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_shipped_plan_reads_and_opens_from_first_to_last(name: str) -> None:
    plan, _ = load_gates(templates_dir() / "approvals" / f"gates-{name}.yaml")
    assert len(plan.gates) == 3
    assert all(len(gate.meanings) == 1 for gate in plan.gates)  # a review opens nothing that asks for an approval
    signatures: list[Signature] = []
    for done, gate in enumerate(plan.gates):
        states = evaluate(plan, replace(CASE, signatures=tuple(signatures)))
        assert [item.open for item in states] == [place < done for place in range(3)]
        for quorum in gate.signatures:
            people = [f"{gate.id}-{quorum.role}-{number}" for number in range(quorum.count)]
            signatures += [signed(who, quorum.role, gate.id, meaning=gate.meanings[0]) for who in people]
    assert all(item.open for item in evaluate(plan, replace(CASE, signatures=tuple(signatures))))


def test_the_shipped_signers_read() -> None:
    signers, _ = load_signers(templates_dir() / "approvals" / "signers.yaml")
    assert signers.find("validator-1").roles == ("validator",)
    assert signers.find("nobody") is None


def test_every_fault_of_a_file_of_gates_is_told_at_once() -> None:
    text = b"""
format: 1
title: bad
gates:
  - {id: one, title: One, requirements: ["no pattern here"], signatures: []}
  - id: one
    title: Two
    requirements: []
    signatures: [{role: validator, count: 0, developer_may_sign: true}]
    expires_after_days: 0
"""
    with pytest.raises(ProblemsError) as caught:
        parse_gates(text, where="gates.yaml")
    said = "\n".join(caught.value.problems)
    for part in ("'one' stands twice", "one.signatures: is empty", "'no pattern here'", "one.requirements: is empty",
                 "validator.count: got 0", "expires_after_days: got 0", "at least one must be somebody else's"):  # fmt: skip
        assert part in said
    for bad in (b"format: 2", b"format: 1\ntitle: x\ngates: []", b"[]", b"\xff", b"format: 1\ntitle: x\ngates: {a: 1}"):
        with pytest.raises(ProblemsError):
            parse_gates(bad, where="gates.yaml")


def test_every_fault_of_a_file_of_signers_is_told_at_once(tmp_path) -> None:
    text = b"""
format: 1
signers:
  - {id: a, name: A, roles: [], keys: [{public: ssh-ed25519 AAAA, valid_from: yesterday}]}
  - {id: a, name: " ", roles: [x], keys: [{public: ssh-ed25519 AAAA comment, valid_from: "2026-01-01", revoked_on: never}]}
"""
    with pytest.raises(ProblemsError) as caught:
        parse_signers(text, where="signers.yaml")
    said = "\n".join(caught.value.problems)
    for part in ("'a' stands twice", "a key belongs to one person", "valid_from: got 'yesterday'", "revoked_on: got 'never'",
                 "name and roles must be given"):  # fmt: skip
        assert part in said
    with pytest.raises(UsageError, match="no such file"):
        load_signers(tmp_path / "signers.yaml")
