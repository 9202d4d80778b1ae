"""Verdicts: how parts combine, how a value lies to a bound, what applies, what is inherited, what is waived."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from docgen.assessment.engine import all_of, any_of, assess, refusal
from docgen.model.assessment import RequirementResult, Verdict
from docgen.model.canonical import Digest
from docgen.model.checks import (
    AllOf,
    AnyOf,
    Bound,
    Cadence,
    Check,
    Declared,
    Distinct,
    FeedInTime,
    InOrder,
    PolicyLine,
    Present,
    ProgramAnswer,
    RecentDate,
    Select,
    SignOff,
    StatusStated,
    TierByMatrix,
)
from docgen.model.evidence import (
    Column,
    Evidence,
    EvidenceId,
    Interval,
    Provenance,
    Quantity,
    Scalar,
    Table,
    Text,
    Value,
)
from docgen.model.monitoring import row as cells
from docgen.model.monitoring import table
from docgen.model.policy import (
    EMPTY,
    Exclusion,
    MatrixRow,
    Policy,
    PolicyBound,
    ProgramEntry,
    Tier,
    TierMatrix,
    Waiver,
)
from docgen.model.regime import Condition, FactSpec, Refusal, Regime, Requirement, Wording
from docgen.model.snapshot import Snapshot, ordered
from docgen.testing import sample_snapshot

DAY = date(2026, 6, 30)
FACTS = (
    FactSpec(fact="tier", title="Tier", tag="risk_tier", owner="risk", kind="choice"),
    FactSpec(fact="materiality", title="Materiality", tag="materiality", owner="risk", kind="choice"),
    FactSpec(fact="vendor", title="Vendor model", tag="vendor", owner="risk", kind="choice", values=("true", "false")),
    FactSpec(
        fact="ai_class", title="Class of AI", tag="ai_class", owner="risk", kind="choice",
        values=("none", "ml", "generative", "agentic"),
    ),
    FactSpec(fact="jurisdiction", title="Jurisdiction", tag="jurisdiction", owner="risk", kind="choice"),
    FactSpec(fact="exposure", title="Exposure", tag="exposure", owner="risk", kind="choice", values=("high", "low")),
    FactSpec(fact="purpose", title="Purpose", tag="purpose", owner="risk", kind="choice"),
    FactSpec(fact="developer", title="Developer", tag="developer", owner="risk"),
    FactSpec(fact="validator", title="Validator", tag="validator", owner="risk"),
    FactSpec(fact="validated_on", title="Validated on", tag="validated_on", owner="risk", kind="date"),
    FactSpec(fact="first_use_on", title="First use", tag="first_use_on", owner="risk", kind="date"),
)  # fmt: skip
HOLDS = Present(select=Select(kind="version"))
LACKS = Present(select=Select(kind="nothing of the kind"))


def row(check: Check, **changes: object) -> Requirement:
    plain = Requirement(
        id="R-1", section="I", title="Row", paraphrase="It asks.", owner="owner", decidable="machine", check=check,
        supply="Supply it.",
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def regime(*rows: Requirement, **changes: object) -> Regime:
    plain = Regime(
        format=1, id="house", title="House rules", instrument="House rules, 2026", edition="1", status="in_force",
        applies_from=None, applies_until=None, supersedes=(), checked_on="2026-06-01", stale_after_days=365,
        disclaimer="None.", wording=Wording(), requirements=rows, documents=(), narratives=(), facts=FACTS,
        digest=Digest("0" * 64),
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def item(name: str, value: Value) -> Evidence:
    where = Provenance(system="mlflow", uri="runs:/0", time="2026-06-01T00:00:00Z")
    return Evidence(id=EvidenceId(name), value=value, provenance=where)


def snapshot(*items: Evidence, **tags: str) -> Snapshot:
    base = sample_snapshot()
    extra = (*items, *(item(f"version_tag:{key}", Text(text=text)) for key, text in tags.items()))
    kept = {entry.id: entry for entry in (*base.evidence, *extra)}
    return replace(base, evidence=ordered(tuple(kept.values())))


def result(
    check: Check, policy: Policy = EMPTY, *items: Evidence, row_changes: dict[str, object] | None = None,
    regime_changes: dict[str, object] | None = None, day: date = DAY, **tags: str,
) -> RequirementResult:  # fmt: skip
    rules = regime(row(check, **(row_changes or {})), **(regime_changes or {}))
    (found,) = assess(snapshot(*items, **tags), rules, policy, day).results
    return found


def policy(**changes: object) -> Policy:
    return replace(Policy(title="Model risk policy", edition="7"), **changes)  # type: ignore[arg-type]


MET, NOT_MET, NOT_ASSESSED, AWAITING = (
    Verdict.MET, Verdict.NOT_MET, Verdict.NOT_ASSESSED, Verdict.AWAITING_ATTESTATION,
)  # fmt: skip


def test_nothing_to_combine_is_not_assessed() -> None:
    assert all_of(()) is NOT_ASSESSED
    assert any_of(()) is NOT_ASSESSED
    for empty in (AllOf(checks=()), AnyOf(checks=())):
        found = result(empty)
        assert found.verdict is NOT_ASSESSED
        assert [gap.why for gap in found.gaps] == ["there is nothing to check"]


@pytest.mark.parametrize(
    ("parts", "every", "one"),
    [
        ((MET,), MET, MET),
        ((MET, NOT_MET), NOT_MET, MET),
        ((MET, NOT_ASSESSED), NOT_ASSESSED, MET),
        ((MET, AWAITING), AWAITING, MET),
        ((AWAITING, NOT_MET), NOT_MET, AWAITING),
        ((NOT_ASSESSED, NOT_MET), NOT_MET, NOT_MET),
        ((NOT_ASSESSED, AWAITING), NOT_ASSESSED, AWAITING),
    ],
)
def test_parts_combine_as_documented(parts: tuple[Verdict, ...], every: Verdict, one: Verdict) -> None:
    assert all_of(parts) is every
    assert any_of(parts) is one
    assert all_of(parts[::-1]) is every
    assert any_of(parts[::-1]) is one


def test_a_met_any_of_keeps_only_what_met_it_and_numbers_stay() -> None:
    found = result(AnyOf(checks=(LACKS, HOLDS)))
    assert found.verdict is MET
    assert [check.id for check in found.checks] == ["R-1.2"]


def test_all_of_inside_any_of_is_judged_part_by_part() -> None:
    found = result(AnyOf(checks=(AllOf(checks=(HOLDS, LACKS)), LACKS)))
    assert found.verdict is NOT_MET
    assert [check.id for check in found.checks] == ["R-1.1", "R-1.2", "R-1.3"]


def metric(value: float | None, low: float | None = None, high: float | None = None) -> Evidence:
    between = None if low is None or high is None else Interval(low=low, high=high, level=0.95, method="wilson")
    special = "undefined" if value is None else None
    return item("metric:roc_auc@oot", Quantity(value=value, special=special, n=100, interval=between))


@pytest.mark.parametrize(
    ("value", "verdict", "outcome"),
    [
        (metric(0.8, 0.75, 0.85), MET, "clear pass"),
        (metric(0.8, 0.70, 0.90), MET, "clear pass"),
        (metric(0.8, 0.69, 0.90), NOT_MET, "straddles the bound"),
        (metric(0.6, 0.55, 0.65), NOT_MET, "clear fail"),
        (metric(0.7), MET, "clear pass"),
        (metric(0.69), NOT_MET, "clear fail"),
        (metric(None), NOT_ASSESSED, ""),
    ],
)
def test_a_bound_has_three_outcomes_and_straddling_is_no_pass(value: Evidence, verdict: Verdict, outcome: str) -> None:
    found = result(Bound(select=Select(id="metric:roc_auc@oot"), at_least=0.7, source="table 1"), EMPTY, value)
    assert found.verdict is verdict
    assert [(check.outcome, check.inequality, check.source) for check in found.checks] == [
        (outcome, ">= 0.7", "table 1")
    ]


def test_a_bound_without_its_value_is_not_assessed() -> None:
    found = result(Bound(select=Select(id="metric:roc_auc@never"), at_most=0.7, source="table 1"))
    assert found.verdict is NOT_ASSESSED
    assert found.gaps[0].why == "there is no value to hold against the bound"


def test_of_several_values_the_worst_decides() -> None:
    others = (item("metric:auc@a", Quantity(value=0.9)), item("metric:auc@b", Quantity(value=0.5)))
    found = result(Bound(select=Select(kind="metric", name="auc"), above=0.7, source="t"), EMPTY, *others)
    assert found.verdict is NOT_MET
    assert found.checks[0].outcome == "clear fail"


def test_mixed_and_human_rows_await_a_person_even_when_all_is_there() -> None:
    assert result(HOLDS, row_changes={"decidable": "mixed"}).verdict is AWAITING
    assert result(HOLDS, row_changes={"decidable": "human"}).verdict is AWAITING
    assert result(LACKS, row_changes={"decidable": "mixed"}).verdict is NOT_MET
    assert result(AllOf(checks=(HOLDS, SignOff(role="validator")))).verdict is AWAITING


def test_a_waiver_holds_to_its_last_day_and_says_afterwards_that_it_ended() -> None:
    rules = policy(waivers=(Waiver(requirement=("house/R-1",), reason="pilot", owner="head", until="2026-06-30"),))
    assert result(LACKS, rules).verdict is Verdict.WAIVED
    later = result(LACKS, rules, day=date(2026, 7, 1))
    assert later.verdict is NOT_MET
    assert later.reason.endswith("the waiver ended on 2026-06-30")
    assert later.gaps


def test_a_waiver_changes_nothing_where_the_requirement_is_met() -> None:
    rules = policy(waivers=(Waiver(requirement=("house/R-1",), reason="pilot", owner="head", until="2027-01-01"),))
    assert result(HOLDS, rules).verdict is MET


def test_a_firm_may_rule_a_requirement_out_and_the_rule_is_its_check() -> None:
    rules = policy(not_applicable=(Exclusion(requirement=("house/R-1",), rule="no such models here"),))
    found = result(LACKS, rules)
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert found.reason == "Model risk policy: no such models here"
    assert [(check.id, check.layer) for check in found.checks] == [("R-1.0", "policy")]


VENDOR = {"applies_when": (Condition(fact="vendor", values=("true",)),)}


def test_a_declared_fact_makes_a_row_not_applicable_with_its_tag_as_evidence() -> None:
    found = result(LACKS, EMPTY, row_changes=VENDOR, vendor="False")
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert found.reason == "it applies where vendor model is true; another vendor model is declared"
    assert found.checks[0].evidence == ("version_tag:vendor",)
    assert not found.gaps


def test_a_row_that_applies_says_by_which_tag_and_is_assessed_as_any_other() -> None:
    found = result(HOLDS, EMPTY, row_changes=VENDOR, vendor="true")
    whether, check = found.checks
    assert (whether.id, whether.verdict, whether.evidence) == ("R-1.0", MET, ("version_tag:vendor",))
    assert whether.reason == "it applies: vendor model is true"
    assert (found.verdict, check.id) == (MET, "R-1.1")
    assert result(LACKS, EMPTY, row_changes=VENDOR, vendor="true").verdict is NOT_MET


@pytest.mark.parametrize("tags", [{}, {"vendor": "perhaps"}, {"vendor": "  "}])
def test_an_unknown_fact_never_makes_a_row_not_applicable(tags: dict[str, str]) -> None:
    found = result(LACKS, EMPTY, row_changes=VENDOR, **tags)
    assert found.verdict is NOT_MET
    assert found.checks[0].id == "R-1.0"
    assert "unknown whether it applies" in found.gaps[0].why
    assert "vendor model" in found.gaps[0].why
    assert result(HOLDS, EMPTY, row_changes=VENDOR, **tags).verdict is MET


def test_all_conditions_must_hold_and_one_that_fails_is_enough() -> None:
    both = {"applies_when": (*VENDOR["applies_when"], Condition(fact="jurisdiction", values=("us-nj", "us-ma")))}
    assert result(LACKS, EMPTY, row_changes=both, vendor="true", jurisdiction="us, US-NJ").verdict is NOT_MET
    assert result(LACKS, EMPTY, row_changes=both, vendor="true", jurisdiction="uk").verdict is Verdict.NOT_APPLICABLE
    assert result(LACKS, EMPTY, row_changes=both, vendor="false").verdict is Verdict.NOT_APPLICABLE
    assert result(LACKS, EMPTY, row_changes=both, vendor="true").verdict is NOT_MET


def test_the_tag_of_the_version_wins_over_that_of_the_model() -> None:
    model_tag = item("model_tag:vendor", Text(text="true"))
    found = result(LACKS, EMPTY, model_tag, row_changes=VENDOR, vendor="false")
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert result(LACKS, EMPTY, model_tag, row_changes=VENDOR).verdict is NOT_MET


MATRIX = policy(
    tiers=(
        Tier(name="High", materiality="material", revalidate_months=12),
        Tier(name="low", materiality="immaterial", revalidate_months=36),
    ),
    tier_matrix=TierMatrix(
        drivers=("purpose", "exposure"),
        rows=(MatrixRow(when=("credit", "high"), tier="High"), MatrixRow(when=("credit", "low"), tier="low")),
    ),
)


@pytest.mark.parametrize(
    ("tags", "verdict", "reason"),
    [
        ({"purpose": "Credit", "exposure": "high"}, MET, "the matrix gives the tier"),
        ({"purpose": "credit", "exposure": "high", "risk_tier": "HIGH"}, MET, "declaration and matrix agree"),
        (
            {"purpose": "credit", "exposure": "high", "risk_tier": "low"},
            NOT_MET,
            "the declared tier is not the one that the matrix gives",
        ),
        ({"purpose": "credit", "risk_tier": "low"}, NOT_ASSESSED, "not declared: exposure"),
        (
            {"purpose": "fraud", "exposure": "low"},
            NOT_ASSESSED,
            "the policy's matrix has no line for this model's drivers",
        ),
    ],
)
def test_the_declared_tier_is_held_against_the_matrix(tags: dict[str, str], verdict: Verdict, reason: str) -> None:
    found = result(TierByMatrix(), MATRIX, **tags)
    assert (found.verdict, found.checks[0].reason, found.checks[0].layer) == (verdict, reason, "policy")
    assert result(TierByMatrix(), EMPTY, **tags).verdict is NOT_ASSESSED


def test_a_tier_outside_the_policy_is_a_gap_not_a_tier() -> None:
    found = result(Declared(fact="tier"), MATRIX, risk_tier="purple")
    assert found.verdict is NOT_MET
    assert found.gaps[0].why == "declared with a value that is not allowed: tier"
    assert result(Declared(fact="tier"), EMPTY, risk_tier="purple").verdict is MET


def test_where_declaration_and_matrix_disagree_a_row_applies_for_either() -> None:
    for tier in ("high", "low"):
        rules = {"applies_when": (Condition(fact="tier", values=(tier,)),)}
        found = result(LACKS, MATRIX, row_changes=rules, purpose="credit", exposure="high", risk_tier="low")
        assert found.verdict is NOT_MET


def test_the_policys_tier_says_whether_the_model_is_material() -> None:
    rules = {"applies_when": (Condition(fact="materiality", values=("immaterial",)),)}
    assert result(LACKS, MATRIX, row_changes=rules, risk_tier="high").verdict is Verdict.NOT_APPLICABLE
    assert result(LACKS, MATRIX, row_changes=rules, risk_tier="low").verdict is NOT_MET
    assert result(LACKS, MATRIX, row_changes=rules).verdict is NOT_MET


def test_the_policy_may_map_a_fact_to_another_tag() -> None:
    from docgen.model.policy import TagKey

    rules = replace(MATRIX, facts=(TagKey(fact="tier", tag="mrm.tier"),))
    found = result(Declared(fact="tier"), rules, item("version_tag:mrm.tier", Text(text="low")))
    assert found.checks[0].evidence == ("version_tag:mrm.tier",)


@pytest.mark.parametrize(
    ("day", "verdict"), [(date(2027, 2, 28), MET), (date(2027, 3, 1), NOT_MET), (date(2026, 1, 1), MET)]
)
def test_the_cadence_of_the_tier_runs_from_the_last_validation(day: date, verdict: Verdict) -> None:
    found = result(Cadence(fact="validated_on"), MATRIX, day=day, risk_tier="high", validated_on="2026-02-28")
    assert found.verdict is verdict
    assert found.checks[0].inequality == "<= 12 months"
    assert result(Cadence(fact="validated_on"), EMPTY, validated_on="2026-02-28").verdict is NOT_ASSESSED


@pytest.mark.parametrize(
    ("tags", "verdict"),
    [
        ({"validated_on": "2026-02-01", "first_use_on": "2026-03-01"}, MET),
        ({"validated_on": "2026-03-01", "first_use_on": "2026-03-01"}, MET),
        ({"validated_on": "2026-03-02", "first_use_on": "2026-03-01"}, NOT_MET),
        ({"validated_on": "2026-02-31", "first_use_on": "2026-03-01"}, NOT_ASSESSED),
        ({"first_use_on": "2026-03-01"}, NOT_ASSESSED),
    ],
)
def test_dates_are_held_in_order_and_a_date_that_is_none_is_not_declared(
    tags: dict[str, str], verdict: Verdict
) -> None:
    assert result(InOrder(earlier="validated_on", later="first_use_on"), **tags).verdict is verdict


def test_today_may_be_either_end_of_an_order() -> None:
    assert result(InOrder(earlier="today", later="first_use_on"), first_use_on="2026-07-01").verdict is MET
    assert result(InOrder(earlier="today", later="first_use_on"), first_use_on="2026-06-01").verdict is NOT_MET


def test_a_date_that_lies_ahead_is_not_recent() -> None:
    check = RecentDate(fact="validated_on", days=366, source="section V")
    assert result(check, validated_on="2025-06-30").verdict is MET
    assert result(check, validated_on="2025-06-28").verdict is NOT_MET
    assert result(check, validated_on="2026-07-01").verdict is NOT_MET
    assert result(check).verdict is NOT_ASSESSED


def test_roles_that_must_differ_are_compared_whatever_their_case() -> None:
    check = Distinct(facts=("developer", "validator"))
    assert result(check, developer="Team A", validator="team a").verdict is NOT_MET
    assert result(check, developer="Team A", validator="Team B").verdict is MET
    assert result(check, developer="Team A").verdict is NOT_ASSESSED


ANSWER = ProgramEntry(
    requirement=("house/R-1",), answer="met", statement="Policy 7 is in force.", reference="MRM-7, section 2",
    answered_on="2026-05-04", by="head of model risk management", review_by="2027-05-04",
)  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "day", "verdict", "reason"),
    [
        (ANSWER, DAY, MET, "inherited: answered by the head of model risk management on 2026-05-04, MRM-7, section 2"),
        (replace(ANSWER, answer="not_met"), DAY, NOT_MET, "the firm says that it is not met"),
        (ANSWER, date(2026, 5, 3), NOT_ASSESSED, "after this assessment"),
        (ANSWER, date(2027, 5, 5), NOT_ASSESSED, "was to be reviewed by 2027-05-04"),
    ],
)
def test_a_row_of_the_programme_is_answered_once_and_inherited(
    entry: ProgramEntry, day: date, verdict: Verdict, reason: str
) -> None:
    rules = policy(program=(entry,))
    found = result(ProgramAnswer(), rules, row_changes={"scope": "program", "decidable": "human"}, day=day)
    assert found.verdict is verdict
    assert reason in found.reason
    assert found.checks[0].layer == "policy"


def test_an_unanswered_row_of_the_programme_is_a_gap() -> None:
    for rules, why in ((EMPTY, "no policy is given"), (policy(), "the policy's program list holds no answer")):
        found = result(ProgramAnswer(), rules, row_changes={"scope": "program", "decidable": "human"})
        assert found.verdict is NOT_ASSESSED
        assert found.gaps[0].why == why


def test_the_policys_lines_are_added_to_the_rows_own_checks() -> None:
    bound = Bound(select=Select(id="metric:roc_auc@oot"), at_least=0.7, source="table 1")
    line = PolicyBound(requirement=("house/R-1", "house/R-2"), title="floor", check=bound)
    found = result(PolicyLine(), policy(bounds=(line,)), metric(0.8, 0.75, 0.85))
    assert found.verdict is MET
    assert [(check.id, check.layer) for check in found.checks] == [("R-1.1", "policy"), ("R-1.2", "policy")]
    assert found.checks[1].title == "floor: metric:roc_auc@oot >= 0.7"
    assert result(PolicyLine(), policy()).verdict is NOT_ASSESSED
    assert result(PolicyLine(), policy(bounds=(line,))).verdict is NOT_ASSESSED


def test_a_line_for_other_tiers_decides_nothing_and_says_so_but_not_where_the_tier_is_unknown() -> None:
    line = PolicyBound(requirement=("house/R-1",), title="minimum", check=LACKS, tiers=("high",))
    rules = replace(MATRIX, bounds=(line,))
    found = result(HOLDS, rules, risk_tier="low")
    assert found.verdict is MET
    off = found.checks[-1]
    assert (off.id, off.verdict, off.line) == ("R-1.2", Verdict.NOT_APPLICABLE, "minimum")
    assert off.reason == "the line is for tier high; the model is of another"
    assert off.evidence == ("version_tag:risk_tier",)
    high = result(HOLDS, rules, risk_tier="HIGH")
    assert high.verdict is NOT_MET
    assert "version_tag:risk_tier" in high.checks[-1].evidence
    assert result(HOLDS, rules).verdict is NOT_MET


def test_an_overlays_rows_say_that_they_are_an_overlays() -> None:
    assert result(HOLDS, regime_changes={"kind": "overlay"}).checks[0].layer == "overlay"
    assert result(HOLDS).checks[0].layer == "regime"


def test_the_regime_itself_must_say_what_force_it_has() -> None:
    program = {"scope": "program"}
    assert result(StatusStated(), row_changes=program).verdict is NOT_MET
    found = result(StatusStated(), row_changes=program, regime_changes={"force": "It is guidance."})
    assert found.verdict is MET


OUT = Refusal(
    when=(Condition(fact="ai_class", values=("generative", "agentic")),), because="out of scope", instead="ask others"
)


def test_a_regime_refuses_what_it_does_not_cover_and_names_the_tag() -> None:
    rules = regime(row(HOLDS), refuses=(OUT,))
    assert refusal(snapshot(ai_class="Generative"), rules, EMPTY) == (OUT, ("version_tag:ai_class",))
    assert refusal(snapshot(ai_class="ml, agentic"), rules, EMPTY) is not None
    assert refusal(snapshot(ai_class="ml"), rules, EMPTY) is None
    assert refusal(snapshot(), rules, EMPTY) is None


def test_every_row_has_a_verdict_and_every_verdict_has_a_check_or_a_gap() -> None:
    rules = regime(row(HOLDS), row(LACKS, id="R-2"), row(AllOf(checks=()), id="R-3", **VENDOR))
    found = assess(snapshot(vendor="false"), rules, EMPTY, DAY)
    assert [item.requirement for item in found.results] == ["R-1", "R-2", "R-3"]
    assert all(item.checks or item.gaps for item in found.results)
    assert [fact.fact for fact in found.facts] == [spec.fact for spec in FACTS]


def feed(name: str, seen: str, cadence: int | None) -> Evidence:
    return item(
        f"monitoring:{name}", table((cells(time=seen, value=0.9),), {"cadence_days": cadence, "last_seen": seen})
    )


@pytest.mark.parametrize(
    ("feeds", "verdict", "named"),
    [
        ((), Verdict.NOT_APPLICABLE, ()),
        ((feed("a", "2026-01-01", None),), Verdict.NOT_APPLICABLE, ("monitoring:a",)),
        ((feed("a", "2026-06-01", 31), feed("b", "2025-01-01", None)), MET, ("monitoring:a",)),
        ((feed("a", "2026-06-01", 31), feed("b", "2026-01-01", 31)), NOT_MET, ("monitoring:b",)),
        ((feed("a", "2027-03-01", 31),), NOT_ASSESSED, ("monitoring:a",)),
    ],
)
def test_a_feed_is_held_against_the_cadence_that_it_declares(
    feeds: tuple[Evidence, ...], verdict: Verdict, named: tuple[str, ...]
) -> None:
    rules = regime(row(FeedInTime(select=Select(kind="monitoring"))))
    (found,) = assess(replace(sample_snapshot(), evidence=ordered(feeds)), rules, EMPTY, DAY).results
    assert found.verdict is verdict
    assert found.checks[0].evidence == named
    assert bool(found.gaps) is verdict.is_open


def test_parts_that_do_not_apply_do_not_count() -> None:
    off = Verdict.NOT_APPLICABLE
    assert all_of((off, MET)) is MET
    assert any_of((off, NOT_MET)) is NOT_MET
    assert all_of((off, off)) is off
    assert any_of((off,)) is off


@pytest.mark.parametrize(
    ("cells", "verdict"),
    [
        ([("a", 0.4, 0.3, 0.5, 90, ""), ("b", 0.5, 0.4, 0.6, 80, "")], MET),
        ([("a", 0.4, 0.3, 0.5, 90, ""), ("b", None, None, None, None, "fewer than 10 rows")], MET),
        ([("a", 0.4, 0.3, 0.5, 90, ""), ("b", 0.5, None, None, 80, "")], NOT_MET),
        ([("a", 0.4, None, None, 90, ""), ("b", 0.5, None, None, 80, "")], NOT_MET),
        ([], NOT_MET),
    ],
)
def test_columns_for_intervals_are_no_intervals(cells: list[tuple[Scalar, ...]], verdict: Verdict) -> None:
    columns = tuple(Column(key=key, title=key) for key in ("group", "value", "low", "high", "n", "note"))
    groups = item("fairness:selection_rate/branch@test", Table(columns=columns, rows=tuple(cells)))
    check = Present(select=Select(kind="fairness", feature="branch", split="any"), with_interval=True)
    (found,) = assess(snapshot(groups), regime(row(check)), EMPTY, DAY).results
    assert found.verdict is verdict


@pytest.mark.parametrize(
    ("name", "select", "fits"),
    [
        ("monitoring:drift/psi/income", Select(kind="monitoring", name="drift"), True),
        ("monitoring:drift/psi/income", Select(kind="monitoring", name="drift/psi/income"), True),
        ("monitoring:drifting", Select(kind="monitoring", name="drift"), False),
        ("explanation:global importances.csv", Select(kind="explanation", name="global"), True),
        ("explanation:globally", Select(kind="explanation", name="global"), False),
        ("metric:roc_auc by hand@test", Select(kind="metric", name="roc_auc"), False),
    ],
)
def test_a_series_has_the_name_of_what_it_watches_and_a_table_that_of_its_subject(
    name: str, select: Select, *, fits: bool
) -> None:
    check = Present(select=select)
    only = replace(sample_snapshot(), evidence=(item(name, Text(text="x")),))
    (found,) = assess(only, regime(row(check)), EMPTY, DAY).results
    assert (found.verdict is MET) is fits
