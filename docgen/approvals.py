"""Approvals at work: a built dossier with its gates, signers and ledger; sign it, waive a requirement of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from docgen import ledgers, pipeline
from docgen.approval_files import load_gates, load_signers
from docgen.bundle.keys import PrivateKey
from docgen.bundle.papers import Papers, makers, read_papers
from docgen.bundle.sign_offs import (
    check,
    key_faults,
    keys_of,
    predicate_of,
    shared_with,
    signatures_of,
    signed_before,
    signed_off,
    waivers_of,
)
from docgen.bundle.time_stamps import Stamped
from docgen.config import Config
from docgen.errors import GateClosedError, IntegrityError, UsageError
from docgen.gates.chain import Chain
from docgen.gates.evaluate import Case, evaluate, late, refusals
from docgen.model.approvals import (
    Gate,
    GatePlan,
    GateState,
    Predicate,
    Quorum,
    RegimeCount,
    Signature,
    Signer,
    Signers,
)
from docgen.model.assessment import Assessment
from docgen.model.canonical import Digest, sha256
from docgen.model.days import moment
from docgen.model.evidence import Commit
from docgen.model.ledger import Entry, SignOff, TimeStamp, Waiver
from docgen.model.rollback import changed
from docgen.model.snapshot import PREVIOUS, Snapshot, Subject
from docgen.model.standing import same_but_for_standing
from docgen.publish.dossier import dossier_folder
from docgen.stamping import Authority, proved
from docgen.store.ledger import Ledger
from docgen.store.snapshots import Snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A dossier on the desk of somebody who approves, with all that decides about its gates."""

    folder: Path
    """Of the dossier."""
    papers: Papers
    plan: GatePlan
    gates: bytes
    """Of the file that holds the plan."""
    signers: Signers
    people: bytes
    """Of the file that holds the signers."""
    ledger: Ledger
    chain: Chain
    developers: tuple[str, ...]
    unknown: str = ""
    """Whom git could not name among those who made the version, in words; empty when it named all."""
    stamped: Stamped = field(default_factory=Stamped)
    """What became of the ledger's time stamps: they hold, or cannot be checked here."""

    @property
    def plan_digest(self) -> Digest:
        """SHA-256 of the file of gates."""
        return sha256(self.gates)

    def signatures(self) -> tuple[Signature, ...]:
        """Return every sign-off about this version, held against the signers."""
        return signatures_of(self.chain, self.papers.subject, self.signers)

    def own_signatures(self) -> tuple[Signature, ...]:
        """Return the sign-offs about this very dossier that hold."""
        return tuple(item for item in self.signatures() if item.manifest == self.papers.digest and not item.faults)

    def states(self, today: date) -> tuple[GateState, ...]:
        """Return the state of each gate, in order."""
        return evaluate(self.plan, self.case(today))

    def late(self, waiver: Waiver) -> str:
        """Return who had signed when a requirement was waived, in words; empty where nobody had."""
        return signed_before(waiver, self.chain, self.papers.subject, self.papers.digest)

    def case(self, today: date) -> Case:
        """Return what decides about the gates."""
        return Case(
            subject=self.papers.subject,
            manifest=self.papers.digest,
            plan=self.plan_digest,
            assessments=self.papers.assessments,
            signatures=self.signatures(),
            waivers=waivers_of(self.chain, self.papers.subject),
            developers=frozenset(self.developers),
            today=today,
        )


def open_desk(target: str, config: Config) -> Desk:
    """Return a dossier with its gates, signers and ledger.

    Args:
        target: `models:/<name>/<version>`, whose dossier lies where `docgen build` puts it; or the dossier's folder.
        config: where all of these lie.

    Raises:
        SourceError: there is no such dossier.
        IntegrityError: the dossier or the ledger is not as it was written.
        UsageError: the file of gates or of signers is at fault.
    """
    folder = dossier_of(target, config)
    papers = read_papers(folder)
    plan, gates = load_gates(config.path(config.approvals.gates))
    signers, people = load_signers(config.path(config.approvals.signers))
    ledger = Ledger.of(config.path(config.approvals.ledger), papers.snapshot.subject.name)
    developers, unknown = developers_of(papers.snapshot, config.path(config.dossier.repository))
    chain = ledgers.read_whole(ledger)
    stamped = proved(config, chain, plan)
    return Desk(
        folder=folder,
        papers=papers,
        plan=plan,
        gates=gates,
        signers=signers,
        people=people,
        ledger=ledger,
        chain=chain,
        developers=developers,
        unknown=unknown,
        stamped=stamped,
    )


def dossier_of(target: str, config: Config) -> Path:
    """Return the folder of a dossier, which may not be there.

    Args:
        target: as for `open_desk`.
        config: where dossiers lie.

    Raises:
        UsageError: it names an alias, or no model version.
    """
    if not target.startswith("models:/"):
        return Path(target)
    from docgen.sources.mlflow_.open_ import parse_model_uri

    asked = parse_model_uri(target)
    if asked.alias is not None:
        raise UsageError(f"{target}: name the version itself, since an alias may move", hint="models:/<name>/<version>")
    subject = Subject(uri=asked.uri, name=asked.name or "", version=asked.version, run_id=None, asked=target)
    return dossier_folder(config.path(config.dossier.output), subject)


def developers_of(snapshot: Snapshot, repository: Path) -> tuple[tuple[str, ...], str]:
    """Return who made a model version, and in words whom git could not name.

    They are the runs' users, and git's authors and committers of every commit since that of the version before; of a
    first version, or one whose forerunner names no commit, those of its own commit.
    """
    from docgen.sources.git_history import absent, people_of

    commits = [snapshot.find(name) for name in ("commit:head", f"{PREVIOUS}commit:head")]
    head, before = (item.value if item and isinstance(item.value, Commit) else None for item in commits)
    people = people_of(repository, head.sha, before.sha if before else None) if head else ()
    shas = tuple(commit.sha for commit in (head, before) if commit)
    lost = ", ".join(sha[:12] for sha in absent(repository, shas))
    if head is None:
        unknown = "no commit of the training code is recorded, so git cannot name who made this version"
    else:
        unknown = f"git does not hold {lost} here, so it cannot name all who made this version" if lost else ""
    return tuple(sorted({*makers(snapshot), *people})), unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to sign."""

    gate: str
    role: str
    meaning: str | None
    """None: the one that the gate allows, where it allows one alone."""
    key: PrivateKey
    now: datetime
    """With the signer's own time zone."""


def prepare(desk: Desk, wish: Wish, config: Config) -> Predicate:
    """Return what would be signed, for the signer to see first; nothing is written.

    Raises:
        UsageError: no such gate, role or meaning, or it is signed already.
        IntegrityError: the dossier is stale, or the key may not sign here.
        GateClosedError: an earlier gate is closed.
    """
    gate, quorum = _place(desk.plan, wish)
    meaning = _meaning(gate, wish)
    if gate.stamped_within_minutes is not None and not config.approvals.timestamp_url:
        raise UsageError(
            f"signatures at {gate.id} must be time-stamped, and no authority is configured",
            hint="write its address into docgen.toml, [approvals] timestamp_url",
        )
    now = wish.now.astimezone(UTC)
    signer = _signer(desk.signers, wish, f"{now:%Y-%m-%d}", config.approvals.signers)
    refuse_stale(desk.papers, config)
    last, changed = _since(desk, signer, config)
    predicate = Predicate(
        gate=gate.id,
        role=wish.role,
        meaning=meaning,
        signer=signer.id,
        name=signer.name,
        at=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        zone=_zone(wish.now),
        snapshot=desk.papers.manifest.inputs.snapshot,
        plan=desk.plan_digest,
        shown=tuple(_count(item) for item in desk.papers.assessments),
        developers=desk.developers,
        last_signed=last,
        changed=changed,
    )
    _refuse(desk, gate, quorum, signer, now.date())
    return predicate


def signed_at(predicate: Predicate, now: datetime) -> Predicate:
    """Return what would be signed, signed at another time: people read for a while before they say yes.

    Args:
        predicate: as it was prepared.
        now: with the signer's own time zone.
    """
    return replace(predicate, at=f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", zone=_zone(now))


def sign(desk: Desk, predicate: Predicate, key: PrivateKey, authority: Authority | None = None) -> Entry:
    """Sign what was prepared, and return the ledger's entry; an authority's time stamp follows it where one is asked.

    Raises:
        IntegrityError: the ledger is broken, the time stamp does not hold or is too late for the gate, or the key ended
            in the meantime; nothing is written.
        SourceError: the authority cannot be asked; nothing is written.
        StorageError: it cannot be written; nothing is claimed.
        UsageError: the same person signed in the meantime.
    """
    details = signed_off(desk.papers.subject, desk.papers.digest, predicate, key)
    at, gate = moment(predicate.at), desk.plan.find(predicate.gate)

    def twice(chain: Chain) -> Entry | None:
        if gate is not None:
            _refuse_twice(replace(desk, chain=chain), gate, predicate.signer, at.date())
        return None

    def stamped(entry: Entry) -> TimeStamp | None:
        given = check(entry, details, desk.signers)
        _refuse_faulty(given.faults)
        if authority is None or gate is None:
            return None
        stamp = authority.stamp(entry)
        _refuse_faulty(tuple(late(replace(given, stamped=stamp.time), gate)))
        return stamp

    return desk.ledger.append(
        details,
        subject=desk.papers.subject,
        by=predicate.name,
        now=at,
        unless=twice,
        followed=stamped,
    )


def _refuse_faulty(faults: tuple[str, ...]) -> None:
    if faults:
        raise IntegrityError(
            f"the signature is refused: {'; '.join(faults)}",
            hint="nothing was recorded: see the file of signers, or sign again and confirm sooner",
        )


def _zone(now: datetime) -> str:
    return f"{now:%z}"[:3] + ":" + f"{now:%z}"[3:5]


def _place(plan: GatePlan, wish: Wish) -> tuple[Gate, Quorum]:
    gate = plan.find(wish.gate)
    if gate is None:
        known = ", ".join(item.id for item in plan.gates)
        raise UsageError(f"no gate {wish.gate!r} (known: {known})", hint="docgen gate shows each and what opens it")
    quorum = gate.quorum(wish.role)
    if quorum is None:
        known = ", ".join(item.role for item in gate.signatures)
        raise UsageError(f"nobody signs at {gate.id} as {wish.role!r} (known: {known})", hint="give another --role")
    return gate, quorum


def _meaning(gate: Gate, wish: Wish) -> str:
    """Return what the signature means: its signer says so (21 CFR 11.50(a)(3)), unless there is one meaning alone."""
    known = ", ".join(gate.meanings)
    if wish.meaning is None and len(gate.meanings) == 1:
        return gate.meanings[0]
    if wish.meaning is None:
        raise UsageError(f"a signature at {gate.id} may mean {known}: say which", hint="give --meaning")
    if wish.meaning not in gate.meanings:
        raise UsageError(f"no signature at {gate.id} means {wish.meaning!r} (known: {known})", hint="give --meaning")
    return wish.meaning


def _signer(signers: Signers, wish: Wish, day: str, where: str) -> Signer:
    """Return whose key it is, once it is sure that it may sign on this day as this role."""
    for signer in signers.signers:
        for key, public in keys_of(signer):
            if public.fingerprint != wish.key.public.fingerprint:
                continue
            found = [*key_faults(key, day), *shared_with(signers, public.fingerprint, signer.id)]
            if wish.role not in signer.roles:
                found.append(f"{signer.id} may not sign as {wish.role} (may: {', '.join(signer.roles)})")
            if found:
                raise IntegrityError(f"the signature is refused: {'; '.join(found)}", hint=f"see {where}")
            return signer
    raise IntegrityError(
        f"the signature is refused: key {wish.key.public.fingerprint} is nobody's in the file of signers",
        hint=f"add its public half to {where}, in a change that others review: {wish.key.public.openssh}",
    )


def signed_snapshot(snapshot: Snapshot, config: Config) -> Snapshot | None:
    """Return the snapshot that people signed last and that tells the same of the version but for where it stands.

    A release moves an alias and sets tags, which the next capture finds. The dossier that was signed for it stays the
    one to build.

    Raises:
        IntegrityError: the ledger or the store is not whole.
    """
    subject = snapshot.subject.uri
    store = Snapshots(config.path(config.dossier.store))
    ledger = Ledger.of(config.path(config.approvals.ledger), snapshot.subject.name)
    for entry in reversed(ledgers.read_whole(ledger).entries):
        if entry.subject == subject and isinstance(entry.details, SignOff):
            try:
                digest = predicate_of(entry, entry.details).snapshot
            except IntegrityError:
                continue  # it counts at no gate either
            if digest == snapshot.digest():
                return None
            old = store.kept(digest)
            if old is not None and same_but_for_standing(old, snapshot):
                return old
    return None


def refuse_stale(papers: Papers, config: Config) -> None:
    """Stop where the dossier no longer shows what is known: what is signed and released must be what is.

    Raises:
        IntegrityError: there is a newer snapshot that tells something else of the version, or another regime or policy.
    """
    snapshots = Snapshots(config.path(config.dossier.store))
    if any(pointer.subject == papers.subject for pointer in snapshots.all()):
        newest = snapshots.latest(papers.subject)
        if not same_but_for_standing(newest, papers.snapshot):
            raise _stale(
                papers, f"snapshot {newest.digest()[:12]} is newer than its own, {papers.manifest.inputs.snapshot[:12]}"
            )
    only = tuple(
        regime for regime, _ in pipeline.load_regimes(config, tuple(item.regime for item in papers.assessments))
    )
    if {regime.digest for regime in only} != set(papers.manifest.inputs.regimes):
        raise _stale(papers, "a regime is not as it was when the dossier was built")
    if pipeline.read_policy(config, only).digest != papers.manifest.inputs.policy:
        raise _stale(papers, "the firm's policy is not the one that it was built with")


def _stale(papers: Papers, why: str) -> IntegrityError:
    return IntegrityError(
        f"the dossier of {papers.subject} is stale: {why}", hint=f"build it again: docgen build {papers.subject}"
    )


def _refuse(desk: Desk, gate: Gate, quorum: Quorum, signer: Signer, today: date) -> None:
    makers = {name.casefold() for name in desk.developers}
    own = makers & {name.casefold() for name in (signer.id, signer.name, *signer.identities)}
    if own and not quorum.developer_may_sign:
        raise IntegrityError(
            f"the signature is refused: {signer.id} made this version (known there as {', '.join(sorted(own))}), "
            "and nobody signs what they made",
            hint=f"somebody else must sign as {quorum.role}",
        )
    _refuse_twice(desk, gate, signer.id, today)
    for state in desk.states(today):
        if state.gate == gate.id:
            return
        if state.closed:
            raise GateClosedError(
                f"{gate.title} comes after {state.title}, which is closed: {state.closed[0].why}",
                hint=state.closed[0].opens,
            )
        if desk.plan.one_person_one_gate and signer.id in {item.signer for item in state.signatures}:
            raise IntegrityError(
                f"the signature is refused: {signer.id} signed at {state.gate} already, and one person opens one gate",
                hint=f"somebody else must sign as {quorum.role}",
            )


def _refuse_twice(desk: Desk, gate: Gate, signer: str, today: date) -> None:
    """Stop where a signature of the same person counts already; one that does not may be given again."""
    case = desk.case(today)
    for item in case.signatures:
        quorum = gate.quorum(item.role) if (item.gate, item.signer) == (gate.id, signer) else None
        if quorum and not any(refusals(item, gate, quorum, case, frozenset())):
            raise UsageError(
                f"{item.signer} signed this dossier at {item.gate} already, on {item.at}, as {item.role}",
                hint="docgen gate shows what is still wanted",
            )


def _count(item: Assessment) -> RegimeCount:
    verdicts = {verdict: count for verdict, count in item.counts.items() if count}
    return RegimeCount(regime=item.regime, verdicts=verdicts, gaps=len(item.gaps))


def _since(desk: Desk, signer: Signer, config: Config) -> tuple[Digest | None, int | None]:
    """Return what the same person signed last of this model, and how many pieces of evidence have changed since."""
    own = [
        (entry, entry.details)
        for entry in desk.chain.entries
        if isinstance(entry.details, SignOff) and entry.details.signer == signer.id
    ]
    if not own:
        return None, None
    entry, details = own[-1]
    old = Snapshots(config.path(config.dossier.store)).kept(predicate_of(entry, details).snapshot)
    return details.manifest, None if old is None else len(changed(old, desk.papers.snapshot))


def waive(desk: Desk, waiver: Waiver, *, by: str, now: datetime) -> Entry:
    """Set a requirement aside for a time, for this model version.

    Raises:
        UsageError: no such requirement, it is not open, or reason, owner or date is missing.
        StorageError: it cannot be written; nothing is claimed.
    """
    rows = {f"{item.regime}/{row.requirement}": row for item in desk.papers.assessments for row in item.results}
    row = rows.get(waiver.requirement)
    if row is None or not row.verdict.is_open:
        what = "was not assessed" if row is None else f"is {row.verdict.value.replace('_', ' ')}"
        raise UsageError(
            f"{waiver.requirement} {what}, so there is nothing to waive", hint="docgen gate lists what is open"
        )
    today = now.astimezone(UTC).date().isoformat()
    try:
        lasting = date.fromisoformat(waiver.until).isoformat() >= today
    except ValueError as err:
        raise UsageError(
            f"--until: got {waiver.until!r}, expected a date like 2026-12-31", hint="write year, month and day"
        ) from err
    if not lasting:
        raise UsageError(
            f"--until: {waiver.until} is over already, expected {today} or later", hint="name the last day"
        )
    for name, text in (("--reason", waiver.reason), ("--owner", waiver.owner), ("--by", by)):
        if not text.strip():
            raise UsageError(f"{name}: is empty; a waiver says why, and who answers for it", hint="docgen waive --help")
    return desk.ledger.append(waiver, subject=desk.papers.subject, by=by, now=now)
