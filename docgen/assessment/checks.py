"""What each kind of check finds in the evidence. A table from record to function; a new kind is one more line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from docgen.assessment.case import Case, Finding, Judge
from docgen.assessment.pins import changes
from docgen.assessment.select import ANY, describe, selected
from docgen.model import checks as model
from docgen.model.assessment import Outcome, Verdict
from docgen.model.evidence import Dataset, Evidence, EvidenceId, Missing, Narrative, Quantity, Table, Text
from docgen.model.monitoring import overdue


def _ids(items: tuple[Evidence, ...]) -> tuple[EvidenceId, ...]:
    return tuple(item.id for item in items)


def _present(check: model.Present, case: Case) -> Finding:
    everything = selected(case.snapshot, check.select)
    there = tuple(item for item in everything if not item.missing)
    good = tuple(item for item in there if not check.with_interval or _has_interval(item))
    many = "is there" if check.at_least == 1 else f"is there {check.at_least} times or more"
    title = f"{describe(check.select)} {many}" + (", with interval and n" if check.with_interval else "")
    if len(good) >= check.at_least:
        return Finding(verdict=Verdict.MET, title=title, reason="found", evidence=_ids(good))
    reason = "found without a confidence interval and n" if len(there) >= check.at_least else _absence(everything)
    if not everything and _elsewhere(check.select, case):
        reason = "found, but only of training data or of data that nobody named"
    return Finding(verdict=Verdict.NOT_MET, title=title, reason=reason, evidence=_ids(everything))


def _elsewhere(select: model.Select, case: Case) -> bool:
    """Whether the like is there of other data than those that count."""
    anywhere = selected(case.snapshot, replace(select, split=None, except_splits=()))
    return select.split in {None, ANY} and any(not item.missing for item in anywhere)


def _absence(everything: tuple[Evidence, ...]) -> str:
    reasons = {item.value.reason for item in everything if isinstance(item.value, Missing)}
    if reasons & {"unreadable", "refused", "unreachable"}:
        return "logged, but it could not be read"
    if "boilerplate" in reasons:
        return "only the scaffold's own words are there"
    return "nothing of the kind was found"


def _has_interval(item: Evidence) -> bool:
    if isinstance(item.value, Quantity):
        return item.value.interval is not None and item.value.n is not None
    return isinstance(item.value, Table) and _rows_have_intervals(item.value)


def _rows_have_intervals(table: Table) -> bool:
    """Whether a row has an interval and n, and each row that has none says why in its note."""
    keys = [column.key for column in table.columns]
    if not {"low", "high", "n"} <= set(keys):
        return False
    rows = [dict(zip(keys, row, strict=True)) for row in table.rows]
    bare = [row for row in rows if any(row[key] is None for key in ("low", "high", "n"))]
    return len(bare) < len(rows) and all(row.get("note") for row in bare)


def _bound(check: model.Bound, case: Case) -> Finding:
    found = tuple(item for item in selected(case.snapshot, check.select) if not item.missing)
    symbol, limit = _limit(check)
    title = f"{describe(check.select)} {symbol} {limit:g}"
    inequality = f"{symbol} {limit:g}"

    def finding(outcome: Outcome, reason: str) -> Finding:
        return Finding(
            verdict=_VERDICTS[outcome],
            title=title,
            reason=reason,
            evidence=_ids(found),
            source=check.source,
            inequality=inequality,
            outcome=outcome,
        )

    if not found:
        return finding("", "there is no value to hold against the bound")
    results = [_against(item, symbol, limit) for item in found]
    worst = next(outcome for outcome in _VERDICTS if any(outcome == result for result, _ in results))
    return finding(worst, "; ".join(dict.fromkeys(reason for result, reason in results if result == worst)))


_VERDICTS: dict[Outcome, Verdict] = {
    "clear fail": Verdict.NOT_MET,
    "straddles the bound": Verdict.NOT_MET,
    "": Verdict.NOT_ASSESSED,
    "clear pass": Verdict.MET,
}
"""From the worst outcome to the best; of several values the worst decides."""


def _limit(check: model.Bound) -> tuple[str, float]:
    bounds = {">=": check.at_least, "<=": check.at_most, ">": check.above, "<": check.below}
    return next((symbol, limit) for symbol, limit in bounds.items() if limit is not None)


_HOLDS: dict[str, Callable[[float, float], bool]] = {
    ">=": lambda value, limit: value >= limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    "<": lambda value, limit: value < limit,
}


def _against(item: Evidence, symbol: str, limit: float) -> tuple[Outcome, str]:
    """Hold a quantity against a bound: by its whole interval where there is one, else by its value."""
    value = item.value
    if not isinstance(value, Quantity) or value.value is None:
        return "", "the value is not a finite number"
    holds = _HOLDS[symbol]
    if value.interval is None:
        if holds(value.value, limit):
            return "clear pass", "the value holds; it has no interval"
        return "clear fail", "the value is on the wrong side; it has no interval"
    ends = (holds(value.interval.low, limit), holds(value.interval.high, limit))
    if all(ends):
        return "clear pass", "the whole interval holds"
    if any(ends):
        return "straddles the bound", "the interval straddles the bound, which is not a pass"
    return "clear fail", "the whole interval is on the wrong side"


def _test(check: model.LinkedTest, case: Case) -> Finding:
    found = case.snapshot.find(f"test:{check.name}")
    items = (found,) if found is not None else ()
    state = found.value.text if found is not None and isinstance(found.value, Text) else ""
    verdict, reason = _TESTED.get(state, (Verdict.NOT_ASSESSED, "the report of tests holds no such test"))
    return Finding(verdict=verdict, title=f"test {check.name}", reason=reason, evidence=_ids(items))


_TESTED = {
    "passed": (Verdict.MET, "passed"),
    "failed": (Verdict.NOT_MET, "failed"),
    "skipped": (Verdict.NOT_ASSESSED, "skipped, which is not a pass"),
}


def _dataset(check: model.DatasetManifest, case: Case) -> Finding:
    title = f"a full-content SHA-256 of the data set for {' or '.join(check.contexts)}"
    wanted = {context.lower() for context in check.contexts}
    found = tuple(
        item
        for item in case.snapshot.of_kind("dataset")
        if isinstance(item.value, Dataset) and (item.value.context or item.value.name).lower() in wanted
    )
    hashed = tuple(item for item in found if isinstance(item.value, Dataset) and item.value.sha256)
    if hashed:
        return Finding(verdict=Verdict.MET, title=title, reason="found", evidence=_ids(hashed))
    reason = "only MLflow's label digest was logged, which proves nothing" if found else "no such data set was logged"
    return Finding(verdict=Verdict.NOT_MET, title=title, reason=reason, evidence=_ids(found))


def _narrative(check: model.NarrativeWritten, case: Case) -> Finding:
    found = case.snapshot.find(f"narrative:{check.slot}")
    title = f"narrative {check.slot}"
    if found is not None and isinstance(found.value, Narrative):
        changed = changes(case.snapshot, found.value)
        if changed:
            names = (found.id, *(item.now.id for item in changed if item.now is not None))
            reason = "awaiting review: evidence that the text was written against has changed"
            return Finding(verdict=Verdict.AWAITING_ATTESTATION, title=title, reason=reason, evidence=names)
        reason = "written; whether the text is sound is for its readers to judge"
        return Finding(verdict=Verdict.MET, title=title, reason=reason, evidence=(found.id,))
    items = (found,) if found else ()
    reason = _absence(items) if items else "nobody has written it"
    if found is not None and isinstance(found.value, Missing) and found.value.reason == "not_written":
        reason = "nobody has written it"
    return Finding(verdict=Verdict.NOT_MET, title=title, reason=reason, evidence=_ids(items))


def _sign_off(check: model.SignOff, _case: Case) -> Finding:
    title = f"attestation by the {check.role}"
    return Finding(
        verdict=Verdict.AWAITING_ATTESTATION, title=title, reason="no sign-off is bound to what is shown here"
    )


def _fresh(check: model.FreshWithin, case: Case) -> Finding:
    title = f"{describe(check.select)} at most {check.days} days old"
    found = tuple(item for item in selected(case.snapshot, check.select) if not item.missing)
    ages = {item.id: _age(item, case.as_of) for item in found}

    def finding(verdict: Verdict, reason: str) -> Finding:
        limit = f"<= {check.days} days"
        return Finding(
            verdict=verdict, title=title, reason=reason, evidence=_ids(found), source=check.source, inequality=limit
        )

    if not found:
        return finding(Verdict.NOT_ASSESSED, "there is nothing whose age could be told")
    known = [age for age in ages.values() if age is not None]
    if any(age > check.days for age in known):
        return finding(Verdict.NOT_MET, "older than allowed")
    if len(known) < len(found):
        return finding(Verdict.NOT_ASSESSED, "the source does not say when it was recorded")
    return finding(Verdict.MET, "recent enough")


def _age(item: Evidence, as_of: date) -> int | None:
    """Return whole days from the evidence's time to the assessment's date; None when it has none or lies ahead."""
    time = item.provenance.time
    if time is None:
        return None
    days = (as_of - date.fromisoformat(time[:10])).days
    return days if days >= 0 else None


def _in_time(check: model.FeedInTime, case: Case) -> Finding:
    title = f"{describe(check.select)} within the cadence that each declares"
    found = tuple(item for item in selected(case.snapshot, check.select) if isinstance(item.value, Table))
    declared = tuple(item for item in found if isinstance(item.value, Table) and item.value.attribute("cadence_days"))
    late = {item.id: overdue(item.value, case.as_of) for item in declared if isinstance(item.value, Table)}

    def finding(verdict: Verdict, reason: str, items: tuple[EvidenceId, ...]) -> Finding:
        return Finding(verdict=verdict, title=title, reason=reason, evidence=items)

    if not declared:
        reason = "no feed declares how often a point is due" if found else "there is no feed that could be late"
        return finding(Verdict.NOT_APPLICABLE, reason, _ids(found))
    stale = tuple(name for name, days in late.items() if days is not None and days > 0)
    if stale:
        return finding(Verdict.NOT_MET, "a feed is stale: its last point is older than the cadence it declares", stale)
    ahead = tuple(name for name, days in late.items() if days is None)
    if ahead:
        return finding(Verdict.NOT_ASSESSED, "the last point of a feed lies ahead of the assessment", ahead)
    return finding(Verdict.MET, "every feed that declares a cadence is in time", _ids(declared))


EVIDENCE_JUDGES: dict[type, Judge] = {
    model.Present: _present,
    model.Bound: _bound,
    model.LinkedTest: _test,
    model.DatasetManifest: _dataset,
    model.NarrativeWritten: _narrative,
    model.SignOff: _sign_off,
    model.FreshWithin: _fresh,
    model.FeedInTime: _in_time,
}
