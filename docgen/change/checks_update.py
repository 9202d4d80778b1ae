"""Checks of the update: K32, K33, K35, K37. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.change.facts import NO_MODIFICATION, Facts, Finding, SignedApproval, fails, holds, unknown
from docgen.model.canonical import Digest


def labeling_limited(facts: Facts) -> Finding:
    """K32: declared sections only, every claim of a modification that is made, a row of the version history."""
    if not facts.modifications:
        return NO_MODIFICATION
    change = facts.candidate.labeling
    if change is None or not change.history.strip() or not change.version.strip():
        return unknown("the change of the labeling, or its row of the version history, is not stated")
    declared = {name for item in facts.modifications for name in item.labeling_sections}
    stray = sorted(set(change.sections) - declared)
    made = {item.id for item in facts.modifications}
    loose = [claim.text for claim in change.claims if claim.modification not in made]
    told = [f"sections not declared: {', '.join(stray)}"] if stray else []
    told += [f"claim of no modification that is made: {text!r}" for text in loose]
    return (
        fails("; ".join(told)) if told else holds(f"sections {', '.join(change.sections)}; {len(change.claims)} claims")
    )


def identifier_new(facts: Facts) -> Finding:
    """K33: a new device identifier where a new version or model results."""
    if not facts.modifications:
        return NO_MODIFICATION
    wanted = [item.new_identifier for item in facts.modifications]
    if not any(wanted):
        return (
            unknown("the plan does not say whether it is wanted") if None in wanted else holds("the plan asks for none")
        )
    found = facts.candidate.identifier
    if found is None or not found.new or not found.previous:
        return unknown("old and new device identifier are not stated")
    words = f"{found.previous} -> {found.new}"
    return holds(words) if found.new != found.previous else fails(f"{words}, expected a new one")


def rollback_rehearsed(facts: Facts) -> Finding:
    """K35: the last implemented version loads and gives what was recorded."""
    found = facts.candidate.rollback
    last = facts.comparators.last
    if found is None or not found.record or last is None:
        return unknown("no rehearsal is recorded, or the last implemented version is not known")
    if found.to != last.subject.uri:
        return fails(f"rehearsed to {found.to}, the last implemented version is {last.subject.uri}")
    words = f"{found.to}, {found.record}"
    return holds(words) if found.reproduced else fails(f"{words}: its outputs were not reproduced")


def approved(facts: Facts, subject: Digest) -> Finding:
    """K37: every role of the plan approved exactly this determination, and not the author alone.

    Where gates are configured the signatures there are the approvals, whatever the candidate's file claims; then the
    roles must be filled by different people.

    Args:
        facts: of the decision.
        subject: digest of what is approved.
    """
    wanted = facts.plan.plan.approvers if facts.plan else ()
    if not wanted:
        return unknown("the plan names no roles that approve")
    claimed = {_plain(item.role) for item in facts.candidate.approvals if item.subject_sha256 == subject}
    signed = tuple(item for item in facts.signed or () if item.subject_sha256 == subject)
    own = _apart(wanted, signed)
    given = claimed if facts.signed is None else set(own)
    missing = [role for role in wanted if _plain(role) not in given]
    if missing:
        where = "approved" if facts.signed is None else "signed at the gates"
        told = (f"not {where} by: {', '.join(missing)}", f"approve digest {subject}")
        known = given | {_plain(item.role) for item in signed}
        more = (*_several(missing, signed), *_uncounted(facts.signed or (), known, claimed))
        return unknown("; ".join((*told, *more)))
    if not facts.candidate.author:
        return unknown("the author's role is not stated")
    if given <= {_plain(facts.candidate.author)}:
        return fails(f"the author, {facts.candidate.author}, is the only approver")
    if facts.signed is None:
        names = ", ".join(sorted(given))
        return holds(f"approved by {names}, as the candidate's file claims; no gates are configured")
    return holds(f"signed at the gates by {', '.join(f'{role} ({own[role].entry})' for role in sorted(own))}")


def _apart(wanted: tuple[str, ...], signed: tuple[SignedApproval, ...]) -> dict[str, SignedApproval]:
    """Return role -> a signature for as many roles as can have somebody of their own, those that are wanted first."""
    able: dict[str, dict[str, SignedApproval]] = {_plain(role): {} for role in wanted}
    for item in signed:
        able.setdefault(_plain(item.role), {})[item.signer] = item
    taken: dict[str, str] = {}

    def fill(role: str, asked: set[str]) -> bool:
        """Find somebody for a role, and somebody else for the role that they leave."""
        for signer in able[role]:
            if signer not in asked:
                asked.add(signer)
                if signer not in taken or fill(taken[signer], asked):
                    taken[signer] = role
                    return True
        return False

    for role in able:
        fill(role, set())
    return {role: able[role][signer] for signer, role in taken.items()}


def _several(missing: list[str], signed: tuple[SignedApproval, ...]) -> Iterator[str]:
    """Yield, in words, who signed as a role that is missing because they count as another one."""
    roles = {_plain(role) for role in missing}
    found = [item for item in signed if _plain(item.role) in roles]
    if found:
        people = " and ".join(dict.fromkeys(item.signer for item in found))
        lacking = ", ".join(dict.fromkeys(_plain(item.role) for item in found))
        yield f"{people} signed as several roles, and different people must approve: somebody else signs as {lacking}"


def _uncounted(signed: tuple[SignedApproval, ...], given: set[str], claimed: set[str]) -> Iterator[str]:
    """Yield what looks like an approval and is none, in words."""
    rest = [item for item in signed if _plain(item.role) not in given]
    other = {_plain(item.role) for item in rest if item.subject_sha256}
    blind = {_plain(item.role) for item in rest if item.subject_sha256 == ""} - other
    lost = {_plain(item.role) for item in rest} - other - blind
    for words, roles in (
        ("signed for another determination", other),
        ("signed a dossier that does not show it", blind),
        ("what they signed is not in the store here, so nobody can say what it shows", lost),
        ("claimed in the candidate's file alone", claimed - given),
    ):
        if roles:
            yield f"{words}: {', '.join(sorted(roles))}"


def _plain(role: str) -> str:
    """Return a role as plans write it; gates have no spaces in theirs."""
    return role.replace("_", " ")
