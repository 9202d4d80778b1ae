"""What each kind of check finds in a snapshot. A table from record to function; a new kind is one more line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import cast

from docgen.assessment.select import describe, selected
from docgen.model import regime as model
from docgen.model.assessment import Verdict
from docgen.model.evidence import Dataset, Evidence, EvidenceId, Missing, Narrative, Quantity, Table
from docgen.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found: never a logged value, only our own words and evidence ids."""

    verdict: Verdict
    title: str
    reason: str
    evidence: tuple[EvidenceId, ...] = ()
    source: str = ""
    inequality: str = ""


Judge = Callable[[Snapshot, date], Finding]


def judge(check: model.Check, snapshot: Snapshot, as_of: date) -> Finding:
    """Return what one leaf check (not all_of or any_of) finds."""
    return _JUDGES[type(check)](check, snapshot, as_of)


def _ids(items: tuple[Evidence, ...]) -> tuple[EvidenceId, ...]:
    return tuple(item.id for item in items)


def _present(check: model.Present, snapshot: Snapshot, _as_of: date) -> Finding:
    everything = selected(snapshot, check.select)
    there = tuple(item for item in everything if not item.missing)
    good = tuple(item for item in there if not check.with_interval or _has_interval(item))
    title = f"at least {check.at_least} of {describe(check.select)}" + (
        " with interval and n" if check.with_interval else ""
    )
    if len(good) >= check.at_least:
        return Finding(verdict=Verdict.MET, title=title, reason="found", evidence=_ids(good))
    reason = "found without a confidence interval and n" if len(there) >= check.at_least else _absence(everything)
    return Finding(verdict=Verdict.NOT_MET, title=title, reason=reason, evidence=_ids(everything))


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
    if isinstance(item.value, Table):
        return {"low", "high", "n"} <= {column.key for column in item.value.columns}
    return False


def _bound(check: model.Bound, snapshot: Snapshot, _as_of: date) -> Finding:
    found = tuple(item for item in selected(snapshot, check.select) if not item.missing)
    symbol, limit = _limit(check)
    title = f"{describe(check.select)} {symbol} {limit:g}"
    inequality = f"{symbol} {limit:g}"

    def finding(verdict: Verdict, reason: str) -> Finding:
        ids = _ids(found)
        return Finding(
            verdict=verdict, title=title, reason=reason, evidence=ids, source=check.source, inequality=inequality
        )

    if not found:
        return finding(Verdict.NOT_ASSESSED, "there is no value to hold against the bound")
    results = [_against(item, symbol, limit) for item in found]
    for verdict in (Verdict.NOT_MET, Verdict.NOT_ASSESSED):
        reasons = [reason for result, reason in results if result is verdict]
        if reasons:
            return finding(verdict, "; ".join(dict.fromkeys(reasons)))
    return finding(Verdict.MET, "; ".join(dict.fromkeys(reason for _, reason in results)))


def _limit(check: model.Bound) -> tuple[str, float]:
    bounds = {">=": check.at_least, "<=": check.at_most, ">": check.above, "<": check.below}
    return next((symbol, limit) for symbol, limit in bounds.items() if limit is not None)


_HOLDS: dict[str, Callable[[float, float], bool]] = {
    ">=": lambda value, limit: value >= limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    "<": lambda value, limit: value < limit,
}


def _against(item: Evidence, symbol: str, limit: float) -> tuple[Verdict, str]:
    """Hold a quantity against a bound: by its whole interval where there is one, else by its value."""
    value = item.value
    if not isinstance(value, Quantity) or value.value is None:
        return Verdict.NOT_ASSESSED, "the value is not a finite number"
    holds = _HOLDS[symbol]
    if value.interval is None:
        if holds(value.value, limit):
            return Verdict.MET, "the value holds; it has no interval"
        return Verdict.NOT_MET, "the value is on the wrong side; it has no interval"
    ends = (holds(value.interval.low, limit), holds(value.interval.high, limit))
    if all(ends):
        return Verdict.MET, "the whole interval holds"
    if any(ends):
        return Verdict.NOT_MET, "the interval straddles the bound, which is not a pass"
    return Verdict.NOT_MET, "the whole interval is on the wrong side"


def _dataset(check: model.DatasetManifest, snapshot: Snapshot, _as_of: date) -> Finding:
    title = f"a full-content SHA-256 of the data set for {' or '.join(check.contexts)}"
    wanted = {context.lower() for context in check.contexts}
    found = tuple(
        item
        for item in snapshot.of_kind("dataset")
        if isinstance(item.value, Dataset) and (item.value.context or item.value.name).lower() in wanted
    )
    hashed = tuple(item for item in found if isinstance(item.value, Dataset) and item.value.sha256)
    if hashed:
        return Finding(verdict=Verdict.MET, title=title, reason="found", evidence=_ids(hashed))
    reason = "only MLflow's label digest was logged, which proves nothing" if found else "no such data set was logged"
    return Finding(verdict=Verdict.NOT_MET, title=title, reason=reason, evidence=_ids(found))


def _narrative(check: model.NarrativeWritten, snapshot: Snapshot, _as_of: date) -> Finding:
    found = snapshot.find(f"narrative:{check.slot}")
    title = f"narrative {check.slot}"
    if found is not None and isinstance(found.value, Narrative):
        reason = "written; whether the text is sound is for its readers to judge"
        return Finding(verdict=Verdict.MET, title=title, reason=reason, evidence=(found.id,))
    items = (found,) if found else ()
    reason = _absence(items) if items else "nobody has written it"
    if found is not None and isinstance(found.value, Missing) and found.value.reason == "not_written":
        reason = "nobody has written it"
    return Finding(verdict=Verdict.NOT_MET, title=title, reason=reason, evidence=_ids(items))


def _sign_off(check: model.SignOff, _snapshot: Snapshot, _as_of: date) -> Finding:
    title = f"attestation by the {check.role}"
    return Finding(
        verdict=Verdict.AWAITING_ATTESTATION, title=title, reason="no sign-off is bound to what is shown here"
    )


def _fresh(check: model.FreshWithin, snapshot: Snapshot, as_of: date) -> Finding:
    title = f"{describe(check.select)} at most {check.days} days old"
    found = tuple(item for item in selected(snapshot, check.select) if not item.missing)
    ages = {item.id: _age(item, as_of) for item in found}

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


_JUDGES = cast(
    "dict[type, Callable[[model.Check, Snapshot, date], Finding]]",
    {
        model.Present: _present,
        model.Bound: _bound,
        model.DatasetManifest: _dataset,
        model.NarrativeWritten: _narrative,
        model.SignOff: _sign_off,
        model.FreshWithin: _fresh,
    },
)
