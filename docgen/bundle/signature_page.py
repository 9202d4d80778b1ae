"""Who signed a dossier, at which gate, with which key, and how its gates stand: what the page of signatures shows."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.bundle.sign_offs import check, predicate_of, signed_before
from docgen.errors import DocgenError
from docgen.gates.chain import Chain
from docgen.gates.evaluate import Case, evaluate, refusals, set_aside
from docgen.gates.stamps import times_of
from docgen.model.approvals import Gate, GatePlan, GateState, Signature, Signers
from docgen.model.assessment import in_words
from docgen.model.ledger import Entry, SignOff, Waiver
from docgen.model.signature_page import GateShown, SetAside, SignaturePage, Signed


def compose(plan: GatePlan, case: Case, found: Chain, signers: Signers) -> SignaturePage:
    """Return what the page shows of one dossier.

    Args:
        plan: its gates.
        case: what decides about them; names the dossier.
        found: the ledger.
        signers: who may sign.
    """
    own = [
        (entry, entry.details)
        for entry in found.entries
        if isinstance(entry.details, SignOff)
        and (entry.subject, entry.details.manifest) == (case.subject, case.manifest)
    ]
    times = times_of(found.entries)
    shown: list[GateShown] = []
    counted: set[str] = set()
    for gate, state in zip(plan.gates, evaluate(plan, case), strict=True):
        counted |= {item.signer for item in state.signatures}
        here = [(entry, details) for entry, details in own if details.gate == gate.id]
        shown.append(
            GateShown(
                gate=gate.id,
                title=gate.title,
                until=state.until,
                closed=state.closed,
                signatures=tuple(
                    _signed(entry, details, item.stamped, _faults(item, gate, state, case, counted))
                    for entry, details in here
                    for item in (check(entry, details, signers, times.get(entry.digest(), "")),)
                ),
            )
        )
    return SignaturePage(
        subject=case.subject,
        manifest=case.manifest,
        as_of=case.today.isoformat(),
        plan=plan.title,
        verdicts=tuple(f"{item.regime}: {in_words(item.counts)}" for item in case.assessments),
        waivers=tuple(_waived(found, case)),
        gates=tuple(shown),
    )


def _waived(found: Chain, case: Case) -> Iterator[SetAside]:
    holding = set_aside(case)
    for entry in found.entries:
        item = entry.details
        if isinstance(item, Waiver) and entry.subject == case.subject and item in holding:
            yield SetAside(
                requirement=item.requirement,
                reason=item.reason,
                owner=item.owner,
                until=item.until,
                by=entry.by,
                at=entry.at,
                after=signed_before(item, found, case.subject, case.manifest),
            )


def _faults(item: Signature, gate: Gate, state: GateState, case: Case, counted: set[str]) -> tuple[str, ...]:
    """Return why a signature does not count; nothing when it does."""
    if item.entry in {other.entry for other in state.signatures}:
        return ()
    quorum = gate.quorum(item.role)
    if quorum is None:
        return (f"nobody signs at this gate as {item.role}",)
    return tuple(refusals(item, gate, quorum, case, frozenset(counted)))


def _signed(entry: Entry, details: SignOff, stamped: str, faults: tuple[str, ...]) -> Signed:
    try:
        zone = predicate_of(entry, details).zone
    except DocgenError:
        zone = ""
    return Signed(
        name=details.name,
        signer=details.signer,
        role=details.role,
        meaning=details.meaning,
        at=entry.at,
        zone=zone,
        stamped=stamped,
        key=details.envelope.signatures[0].keyid if details.envelope.signatures else "",
        faults=faults,
    )
