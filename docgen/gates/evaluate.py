"""Which gates are open: a plan held against what was assessed, what the ledger holds, and who may sign."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from docgen.gates.stamps import claims_later
from docgen.model.approvals import Closed, Gate, GatePlan, GateState, Quorum, Signature
from docgen.model.assessment import Assessment, RequirementResult, Verdict
from docgen.model.canonical import Digest
from docgen.model.days import moment
from docgen.model.ledger import Waiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that decides about the gates of one model version."""

    subject: str
    """`models:/<name>/<version>`."""
    manifest: Digest
    """Of its dossier as it is now."""
    plan: Digest | None
    """SHA-256 of the file of gates that the signatures must have been given under; None: they are not asked."""
    assessments: tuple[Assessment, ...]
    """As the dossier holds them."""
    signatures: tuple[Signature, ...]
    """Every sign-off about this version, in the ledger's order."""
    waivers: tuple[Waiver, ...]
    """Every waiver about this version."""
    developers: frozenset[str]
    """Who made it: names, user names and e-mail addresses."""
    today: date
    unchecked: str = ""
    """Why nobody can say here whether the time stamps hold, so that none counts; empty where they were proved."""


def evaluate(plan: GatePlan, case: Case) -> tuple[GateState, ...]:
    """Return the state of each gate, in order."""
    states: list[GateState] = []
    attested = False
    for gate in plan.gates:
        attested = attested or gate.attests
        busy = frozenset(item.signer for state in states for item in state.signatures)
        counted, missing = _signatures(gate, case, busy if plan.one_person_one_gate else frozenset())
        closed = (
            *(
                Closed(why=f"{state.title} comes first and is closed", opens=f"open {state.gate}")
                for state in states
                if state.closed
            ),
            *_requirements(gate, case, attested=attested),
            *missing,
        )
        states.append(
            GateState(
                gate=gate.id,
                title=gate.title,
                signatures=counted,
                until=None if closed else _until(gate, case, counted),
                closed=tuple(dict.fromkeys(closed)),
            )
        )
    return tuple(states)


def made_by(case: Case, signature: Signature) -> bool:
    """Whether a signature is of somebody who made the version, by what is known now or was when it was given."""
    makers = {name.casefold() for name in (*case.developers, *signature.developers)}
    return bool(makers & {name.casefold() for name in (signature.signer, signature.name, *signature.identities)})


def _requirements(gate: Gate, case: Case, *, attested: bool) -> Iterator[Closed]:
    for pattern in gate.requirements:
        rows = [(f"{item.regime}/{row.requirement}", row) for item in case.assessments for row in item.results]
        rows = [(name, row) for name, row in rows if matches(pattern, name)]
        if not rows:
            yield Closed(
                why=f"no requirement {pattern!r} was assessed, and nothing to check is never a pass",
                opens="build the dossier for that regime, or correct the file of gates",
            )
        yield from (
            _open(case.subject, name, row) for name, row in rows if not _holds(name, row, case, attested=attested)
        )
    for item in case.assessments:
        if item.overdue and any(matches(pattern, f"{item.regime}/") for pattern in gate.requirements):
            names = ", ".join(item.overdue)
            yield Closed(why=f"{names} is overdue, which closes the gate by the firm's policy", opens="end the finding")


def matches(pattern: str, name: str) -> bool:
    """Whether a requirement is meant by a pattern of a gate; `<regime>/` asks for the regime alone."""
    if pattern in {"*", name}:
        return True
    regime, _, row = pattern.partition("/")
    return name.partition("/")[0] == regime and (row == "*" or name.endswith("/"))


def _holds(name: str, row: RequirementResult, case: Case, *, attested: bool) -> bool:
    if not row.verdict.is_open or (attested and row.verdict is Verdict.AWAITING_ATTESTATION):
        return True
    return any(item.requirement == name and item.until >= case.today.isoformat() for item in case.waivers)


def _open(subject: str, name: str, row: RequirementResult) -> Closed:
    words = row.verdict.value.replace("_", " ")
    supply = next((gap.supply for gap in row.gaps), "")
    waive = f"docgen waive {subject} --requirement {name}"
    return Closed(
        why=f"{name} is {words}: {row.reason}", opens=f"{supply.rstrip('.')}; or {waive}" if supply else waive
    )


def _signatures(gate: Gate, case: Case, busy: frozenset[str]) -> tuple[tuple[Signature, ...], tuple[Closed, ...]]:
    """Return the signatures that count, and a reason for each quorum that they do not fill."""
    counted: list[Signature] = []
    missing: list[Closed] = []
    for quorum in gate.signatures:
        refused: list[str] = []
        good: list[Signature] = []
        for item in case.signatures:
            if item.gate != gate.id or item.role != quorum.role:
                continue
            taken = busy | {other.signer for other in (*counted, *good)}
            faults = tuple(refusals(item, gate, quorum, case, taken))
            if faults:
                refused.append(f"that of {item.name} does not count: {'; '.join(faults)}")
            else:
                good.append(item)
        counted += good
        if len(good) < quorum.count:
            missing.append(_missing(gate, quorum, case, len(good), refused))
    return tuple(counted), tuple(missing)


def refusals(item: Signature, gate: Gate, quorum: Quorum, case: Case, taken: frozenset[str]) -> Iterator[str]:
    """Yield why a signature does not count, in words; nothing when it does."""
    day = moment(item.at).date()
    yield from item.faults
    if item.stamped and (ahead := claims_later(item.at, item.stamped)):
        yield ahead
    if item.manifest != case.manifest:
        yield f"it is of another dossier, {item.manifest[:12]}"
    if case.plan is not None and item.plan is not None and item.plan != case.plan:
        yield f"it was given under another file of gates, {item.plan[:12]}, so it must be given again under this one"
    if item.meaning not in gate.meanings:
        yield f"it means {item.meaning!r}, expected {' or '.join(gate.meanings)}"
    if gate.expires_after_days is not None and day + timedelta(days=gate.expires_after_days) < case.today:
        yield f"it expired on {day + timedelta(days=gate.expires_after_days)}"
    yield from late(item, gate, case.unchecked)
    if made_by(case, item) and not quorum.developer_may_sign:
        yield "its signer made this version"
    if item.signer in taken:
        yield "its signer counts already, here or at an earlier gate"


def late(item: Signature, gate: Gate, unchecked: str = "") -> Iterator[str]:
    """Yield why the authority had not seen a signature as soon as a gate asks for; nothing when it had."""
    minutes = gate.stamped_within_minutes
    if minutes is None:
        return
    if not item.stamped:
        yield "it has no time stamp of an authority"
    elif unchecked:
        yield f"its time stamp was not checked: {unchecked}"
    elif moment(item.stamped) - moment(item.at) > timedelta(minutes=minutes):
        yield f"it was time-stamped on {item.stamped}, more than {minutes} minutes after {item.at}, which it states"


def _missing(gate: Gate, quorum: Quorum, case: Case, have: int, refused: list[str]) -> Closed:
    who = f"{quorum.count - have} more {quorum.role}{'s' if quorum.count - have > 1 else ''}"
    other = "" if quorum.developer_may_sign else " who did not make this version"
    why = f"{have} of {quorum.count} signatures as {quorum.role}"
    return Closed(
        why="; ".join((why, *refused)),
        opens=f"{who}{other} must sign: docgen sign {case.subject} --gate {gate.id} --role {quorum.role}",
    )


def _until(gate: Gate, case: Case, counted: tuple[Signature, ...]) -> str | None:
    """Return the last day on which what opens a gate now still holds."""
    days = [
        item.until
        for item in set_aside(case)
        if any(matches(pattern, item.requirement) for pattern in gate.requirements)
    ]
    if gate.expires_after_days is not None:
        end = timedelta(days=gate.expires_after_days)
        days += [(moment(item.at).date() + end).isoformat() for item in counted]
    return min(days, default=None)


def set_aside(case: Case) -> tuple[Waiver, ...]:
    """Return the waivers that hold today and without which a requirement would be open."""
    return tuple(item for item in case.waivers if item.until >= case.today.isoformat() and _needed(item, case))


def _needed(waiver: Waiver, case: Case) -> bool:
    """Whether the requirement of a waiver is open in the dossier."""
    rows = {f"{item.regime}/{row.requirement}": row for item in case.assessments for row in item.results}
    row = rows.get(waiver.requirement)
    return row is not None and row.verdict.is_open
