"""Plans and candidates at fault: every fault at once, what it is and what was expected."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from docgen.change.checks_evaluation import criteria_registered
from docgen.change.checks_protocol import code_proved
from docgen.change.checks_update import approved
from docgen.change.facts import Comparators, Facts, Finding, Repository, SignedApproval
from docgen.decisions import PlanFolder
from docgen.errors import IntegrityError, ProblemsError, UsageError
from docgen.model.candidate import Approval, Candidate
from docgen.model.canonical import Digest
from docgen.model.evidence import Evidence, EvidenceId, Provenance, RunFacts
from docgen.model.plan import LoadedPlan
from docgen.plans import load_candidate, load_plan, parse_plan, plan_digest
from docgen.resources import package_dir
from docgen.testing import sample_snapshot

TEXT = (package_dir() / "demo" / "device" / "plan.yaml").read_text("utf-8")
PLAIN = TEXT.replace("@TEST@", "").replace("@INTENDED_USE@", "").replace("@PLAN@", "")


def faults(text: str) -> str:
    with pytest.raises(ProblemsError) as caught:
        parse_plan(text, "plan.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("no_go:", "nogo:", "unknown key 'nogo' (did you mean 'no_go'?)"),
        ("at_least: 0.01", "at_least: 1e-2", "expected a number, got '1e-2'"),
        ("at_least: 0.01", "at_least: true", "expected a number, got True"),
        ("max_uses: 12", "max_uses: many", "expected a whole number, got 'many'"),
        ('version: "1.0"\nstatus', "version: 1.0\nstatus", "expected text, got 1.0"),
        ("status: authorized", "status: fine", "status"),
        ("format: 1\n", "format: 7\n", "format: got 7, expected 1"),
        ("margin: 0.05", "margin: -0.05", "margin is -0.05, expected more than 0"),
        ("level: 0.95", "level: 95", "level is 95.0, expected more than 0 and less than 1"),
        ("- id: M2", "- id: M1", "modifications: id 'M1' stands twice"),
        ("- id: M1", "- id: M 1", "is not letters, digits, dots and dashes"),
        ("data_management: DM-1", "data_management: DM-9", "protocol.data_management: no method 'DM-9'"),
        ("modifications: [M1, M2]", "modifications: [M9]", "no modification 'M9'"),
        ("threshold: {at_least: 0.4", "threshold: {at_least: 0.9", "at_least 0.9 lies above at_most 0.6"),
        ('letter_date: "2026-03-01"', "letter_date: 1 March", "expected a date as YYYY-MM-DD"),
        ('sha256: ""\n      max_uses', 'sha256: "c0ffee"\n      max_uses', "'c0ffee' is no SHA-256"),
    ],
)
def test_a_plan_at_fault_says_what_and_what_was_expected(old: str, new: str, told: str) -> None:
    assert old in PLAIN
    assert told in faults(PLAIN.replace(old, new))


def test_every_fault_of_a_plan_is_told_at_once() -> None:
    told = faults(PLAIN.replace("margin: 0.05", "margin: 0").replace("verified_by: [UP-1]", "verified_by: [UP-9]"))
    assert "margin is 0" in told
    assert "no method 'UP-9'" in told


def test_a_plan_that_is_no_mapping_or_not_there_is_named(tmp_path: Path) -> None:
    assert "got no mapping" in faults("- a list")
    with pytest.raises(UsageError, match="no such file"):
        load_plan(tmp_path / "plan.yaml")


def test_the_digest_of_a_plan_is_that_of_what_a_letter_authorizes() -> None:
    loaded = parse_plan(PLAIN, "plan.yaml")
    plan = loaded.plan
    letter = replace(plan.authorization, sha256="a" * 64)
    assert plan_digest(replace(plan, status="superseded", authorization=letter, change_log=())) == loaded.sha256
    assert plan_digest(replace(plan, no_go="")) != loaded.sha256
    assert parse_plan(f"# a remark\n{PLAIN}", "plan.yaml").criteria_sha256 == loaded.criteria_sha256
    other = parse_plan(PLAIN.replace("margin: 0.05", "margin: 0.06", 1), "plan.yaml")
    assert other.criteria_sha256 != loaded.criteria_sha256


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "model: models:/d/1\nanswers: [{check: K23, holds: true, by: a, on: '2026-01-01', record: b}]",
            "'K23' is no check",
        ),
        (
            "model: models:/d/1\nanswers: [{check: K30, holds: yes, by: a, on: '2026-01-01', record: b}]",
            "expected true or false",
        ),
        (
            "model: models:/d/1\nanswers: [{check: K30, holds: true, by: '', on: '2026-01-01', record: b}]",
            "by and record are empty",
        ),
        ("model: models:/d@champion", "expected models:/<name>/<version>"),
        ("model: models:/d/1\nplanned_on: soon", "expected a date as YYYY-MM-DD"),
        ("model: models:/d/1\nexclusions: {excluded: 9, of: 3, reasons: x}", "exclusions: 9 of 3"),
    ],
)
def test_a_candidate_at_fault_says_what_was_expected(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "1.yaml"
    path.write_text(f"format: 1\n{text}\n")
    with pytest.raises(ProblemsError) as caught:
        load_candidate(path)
    assert told in str(caught.value)


def facts(lifecycle: str, repository: Repository) -> Facts:
    plan: LoadedPlan = parse_plan(PLAIN, "plan.yaml")
    snapshot = sample_snapshot()
    run = RunFacts(
        run_id="r",
        name="n",
        experiment_id="0",
        experiment="e",
        status="FINISHED",
        lifecycle=lifecycle,
        started="2026-03-01T00:00:00Z",
        ended=None,
        user_claim="",
        role="source",
    )
    kept = tuple(item for item in snapshot.evidence if item.kind != "run")
    mine = Evidence(id=EvidenceId("run:r"), value=run, provenance=Provenance(system="mlflow", uri="runs:/r"))
    evidence = tuple(sorted((*kept, mine), key=lambda item: item.id))
    return Facts(
        plan=plan,
        active=1,
        candidate=Candidate(model=snapshot.subject.uri, modifications=("M1",)),
        snapshot=replace(snapshot, evidence=evidence),
        comparators=Comparators(),
        since_original=None,
        since_last=None,
        repository=repository,
        uses=None,
        implemented=None,
        signed=None,
    )


def test_a_version_whose_run_was_deleted_is_unknown() -> None:
    known = Repository(registered_at="2026-02-01T00:00:00Z", descends=True)
    for check in (criteria_registered, code_proved):
        assert check(facts("deleted", known)).outcome == "unknown"
    assert criteria_registered(facts("active", known)).outcome == "holds"


def test_criteria_that_were_committed_after_the_run_began_are_a_deviation() -> None:
    late = Repository(registered_at="2026-03-01T00:00:01Z", descends=True)
    assert criteria_registered(facts("active", late)).outcome == "fails"
    never = Repository(why="plan.yaml was not committed with these criteria")
    assert criteria_registered(facts("active", never)).why == never.why


def test_a_row_taken_out_of_the_ledger_is_found(tmp_path: Path) -> None:
    row = '{"determination":"d","labeling":"","model":"models:/d/2","modifications":["M1"],"on":"2026-01-01","plan":"P","previous":"%s"}'
    (tmp_path / "implemented.jsonl").write_text(row % ("a" * 64) + "\n")
    with pytest.raises(IntegrityError, match="does not name the row before it"):
        PlanFolder(path=tmp_path, plans=()).implemented()
    assert PlanFolder(path=tmp_path / "elsewhere", plans=()).implemented() is None


SUBJECT, OTHER = Digest("a" * 64), Digest("b" * 64)


def by_signatures(
    approvers: tuple[str, ...], *signed: SignedApproval, author: str = "data science", claims: tuple[Approval, ...] = ()
) -> Finding:
    """What K37 says of signatures at the gates under a plan with these approvers."""
    stated = facts("active", Repository())
    assert stated.plan is not None
    plan = replace(stated.plan, plan=replace(stated.plan.plan, approvers=approvers))
    candidate = replace(stated.candidate, author=author, approvals=claims or stated.candidate.approvals)
    return approved(replace(stated, plan=plan, candidate=candidate, signed=signed), SUBJECT)


@pytest.mark.parametrize(
    ("author", "signed", "outcome", "told"),
    [
        ("data science", (("quality", SUBJECT), ("data_science", SUBJECT)), "holds", "data science (e), quality (e)"),
        ("data science", (("quality", SUBJECT),), "unknown", "not signed at the gates by: data science"),
        (
            "data science",
            (("quality", SUBJECT), ("data_science", OTHER)),
            "unknown",
            "another determination: data science",
        ),
        ("data science", (("quality", SUBJECT), ("data_science", "")), "unknown", "does not show it: data science"),
        ("data science", (("quality", SUBJECT), ("data_science", None)), "unknown", "what it shows: data science"),
        ("", (("quality", SUBJECT), ("data_science", SUBJECT)), "unknown", "the author's role is not stated"),
        ("data science", (), "unknown", "in the candidate's file alone: data science, quality"),
    ],
)
def test_signatures_approve_what_they_were_given_for_and_claims_add_nothing(
    author: str, signed: tuple[tuple[str, str | None], ...], outcome: str, told: str
) -> None:
    approvers = ("quality", "data science")
    claims = tuple(Approval(role=role, on="2026-01-01", subject_sha256=SUBJECT) for role in approvers)
    given = tuple(SignedApproval(role=role, signer=role, entry="e", subject_sha256=digest) for role, digest in signed)
    found = by_signatures(approvers, *given, author=author, claims=claims)
    assert found.outcome == outcome
    assert told in found.why


def test_an_author_who_alone_signed_is_a_deviation() -> None:
    given = SignedApproval(role="data_science", signer="p", entry="e", subject_sha256=SUBJECT)
    assert by_signatures(("data science",), given).outcome == "fails"


@pytest.mark.parametrize(
    ("signed", "outcome", "told"),
    [
        (
            "quality p, clinical p",
            "unknown",
            "p signed as several roles, and different people must approve: somebody else signs as clinical",
        ),
        ("quality p, clinical p", "unknown", "not signed at the gates by: clinical; approve digest a"),
        ("quality p, clinical p, clinical q", "holds", "by clinical (q clinical), quality (p quality)"),
        ("quality p, quality q, clinical p", "holds", "by clinical (p clinical), quality (q quality)"),
        ("clinical p, clinical q, quality p, quality q", "holds", "signed at the gates by clinical ("),
    ],
)
def test_different_people_approve_whichever_roles_each_of_them_has(signed: str, outcome: str, told: str) -> None:
    pairs = [item.split() for item in signed.split(", ")]
    given = (
        SignedApproval(role=role, signer=who, entry=f"{who} {role}", subject_sha256=SUBJECT) for role, who in pairs
    )
    found = by_signatures(("quality", "clinical"), *given)
    assert found.outcome == outcome
    assert told in found.why


def test_an_author_who_also_signs_as_somebody_else_is_still_the_only_approver() -> None:
    given = (
        SignedApproval(role=role, signer="p", entry="e", subject_sha256=SUBJECT) for role in ("data_science", "quality")
    )
    assert by_signatures(("data science",), *given).outcome == "fails"
