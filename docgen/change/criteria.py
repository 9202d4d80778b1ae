"""Acceptance criteria, decided by the bound of the interval and never by the estimate. Pure.

A criterion of size 2.5 % passes on a two-sided 95 % interval; at a true loss of exactly the margin a rule on the
estimate would pass about every second time.
"""

from __future__ import annotations

from dataclasses import dataclass

from docgen.change.facts import Facts, Finding, unknown
from docgen.model.decision import Judged, Outcome
from docgen.model.evidence import Interval, Quantity, Table
from docgen.model.plan import Comparator, Criterion
from docgen.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """An inequality that the ends of an interval must satisfy."""

    text: str
    """In words, with the numbers of the plan."""
    passed: bool
    """Whether it does."""


def passes(criterion: Criterion, interval: Interval) -> Test:
    """Return whether an interval satisfies a criterion.

    Args:
        criterion: complete, as `docgen.plans` has checked.
        interval: of the measure, or of candidate minus comparator where a difference is asked for.
    """
    sign = -1.0 if criterion.lower_is_better else 1.0
    low, high = sorted((sign * interval.low, sign * interval.high))
    bound = sign * (criterion.bound or 0.0)
    margin = criterion.margin or 0.0
    end = "high end" if criterion.lower_is_better else "low end"
    less = "<" if criterion.lower_is_better else ">"
    match criterion.kind:
        case "performance_goal":
            return Test(text=f"{end} {less} {criterion.bound}", passed=low > bound)
        case "guardrail_floor":
            return Test(text=f"{end} {less}= {criterion.bound}", passed=low >= bound)
        case "superiority":
            return Test(text=f"{end} of the difference {less} 0", passed=low > 0)
        case "non_inferiority":
            edge = margin if criterion.lower_is_better else -margin
            return Test(text=f"{end} of the difference {less} {edge}", passed=low > -margin)
        case "equivalence":
            text = f"difference wholly between {-margin} and {margin}"
            return Test(text=text, passed=-margin < low and high < margin)


def needs_comparator(criterion: Criterion) -> bool:
    """Whether a criterion is about a difference."""
    return criterion.kind in {"superiority", "non_inferiority", "equivalence"}


def judge(facts: Facts, criterion: Criterion) -> tuple[Judged, ...]:
    """Return a criterion as it came out, against each of its comparators."""
    against: tuple[Comparator | None, ...] = criterion.against if needs_comparator(criterion) else (None,)
    return tuple(_against(facts, criterion, which) for which in against or (None,))


def _against(facts: Facts, criterion: Criterion, which: Comparator | None) -> Judged:
    prefix = f"comparison:{which}/" if which else "metric:"
    name = f"{prefix}{criterion.metric}@{criterion.split}"
    _, quantity = facts.quantity(name)
    mismatch = _other(facts, criterion, which) if which else ""
    why = unstated(criterion) or mismatch or fault(quantity, criterion)
    outcome: Outcome = "unknown"
    text = ""
    if not why and quantity is not None and quantity.interval is not None:
        test = passes(criterion, quantity.interval)
        outcome, text = ("holds" if test.passed else "fails"), test.text
        why = "" if test.passed else f"not so: {quantity.interval.low:.4g} to {quantity.interval.high:.4g}"
    return Judged(
        criterion=criterion.id,
        role=criterion.role,
        against=which or "",
        text=text,
        outcome=outcome,
        why=why,
        quantity=quantity,
        evidence=name,
    )


def unstated(criterion: Criterion) -> str:
    """Return what a criterion leaves open, or ''; docgen has no default for any of it."""
    if criterion.level is None:
        return "the plan names no level"
    if needs_comparator(criterion) and not criterion.against:
        return "the plan names no comparator"
    if criterion.kind in {"non_inferiority", "equivalence"} and criterion.margin is None:
        return "the plan names no margin"
    if criterion.kind in {"performance_goal", "guardrail_floor"} and criterion.bound is None:
        return "the plan names no bound"
    return ""


def fault(quantity: Quantity | None, criterion: Criterion) -> str:
    """Return why a measure cannot decide a criterion, or ''."""
    if quantity is None:
        return "it was not logged"
    interval = quantity.interval
    level = interval.level if interval else None
    faults = (
        (quantity.value is None, quantity.note or "it has no value"),
        (interval is None, quantity.note or "it has no interval, and an estimate alone decides nothing"),
        (quantity.n is None, "it does not say on how many rows it rests"),
        (level != criterion.level, f"its interval has level {level}, expected {criterion.level}"),
    )
    return next((why for wrong, why in faults if wrong), "")


def _other(facts: Facts, criterion: Criterion, which: Comparator) -> str:
    """Return that a comparison was made with another version, or on other data, than it should be."""
    wanted: Snapshot | None = facts.comparators.of(which)
    if wanted is None:
        return f"the {which} version is not known"
    item = facts.snapshot.find(f"comparison:{which}/models@{criterion.split}")
    if item is None or not isinstance(item.value, Table):
        return f"no comparison with the {which} version was logged"
    found = {row[0]: row[1] for row in item.value.rows}
    if found.get("champion") != wanted.subject.uri:
        return f"it was compared with {found.get('champion')}, and the {which} version is {wanted.subject.uri}"
    if found.get("challenger") != facts.snapshot.subject.uri:
        return f"the comparison is of {found.get('challenger')}, not of {facts.snapshot.subject.uri}"
    return ""


def all_of(judged: tuple[Judged, ...], none: str) -> Finding:
    """Return several criteria as one finding.

    Args:
        judged: as they came out.
        none: what it means that there are none, which is never a pass.
    """
    if not judged:
        return unknown(none)
    outcomes = [item.outcome for item in judged]
    outcome: Outcome = "fails" if "fails" in outcomes else "unknown" if "unknown" in outcomes else "holds"
    told = [f"{_name(item)}: {item.why}" for item in judged if item.outcome == outcome and item.why]
    why = "; ".join(told) or f"satisfied: {', '.join(map(_name, judged))}"
    found = tuple(dict.fromkeys(item.evidence for item in judged if item.quantity is not None))
    return Finding(outcome=outcome, why=why, evidence=found, judged=judged)


def _name(item: Judged) -> str:
    return f"{item.criterion} against {item.against}" if item.against else item.criterion
