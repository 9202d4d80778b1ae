"""`docgen gate`, `docgen sign` and `docgen waive`: what is open, what would open the rest, and who says so."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from docgen import approvals
from docgen.approval_files import SIGNERS_EXAMPLE
from docgen.bundle.proof import Proof
from docgen.cli.console import Console
from docgen.cli.days import day_of
from docgen.cli.passphrases import ask
from docgen.config import Config, load_config
from docgen.errors import ExitCode, IntegrityError, StorageError, UsageError
from docgen.gates.evaluate import set_aside
from docgen.gates.stamps import times_of
from docgen.model.approvals import GateState, Predicate
from docgen.model.assessment import in_words
from docgen.model.codec import unstructure
from docgen.model.ledger import Entry, Waiver
from docgen.recording import record_fault, record_proof
from docgen.refusals import Attempt, noted
from docgen.stamping import authority_of


def gate(asked: argparse.Namespace, console: Console) -> ExitCode:
    """Show the state of each gate.

    Raises:
        DocgenError: as `open_desk`.
    """
    if asked.example:
        from docgen.resources import templates_dir

        name = asked.example if asked.example == SIGNERS_EXAMPLE else f"gates-{asked.example}"
        console.line((templates_dir() / "approvals" / f"{name}.yaml").read_text("utf-8").rstrip("\n"))
        return ExitCode.DONE
    if asked.dossier is None:
        raise UsageError("gate: no dossier is named", hint="docgen gate models:/<name>/<version>, or --example device")
    desk = approvals.open_desk(asked.dossier, _config(asked))
    today = _day(asked)
    states = desk.states(today)
    console.line(f"{desk.papers.subject}, dossier {desk.papers.digest}, as of {today}")
    tell_states(states, console)
    waivers = set_aside(desk.case(today))
    for item in waivers:
        console.line(f"waived until {item.until}: {item.requirement}, {item.owner} answers for it: {item.reason}")
        if late := desk.late(item):
            console.line(f"  {late}")
    if desk.unknown:
        console.line(f"note: {desk.unknown}")
    if desk.stamped.count:
        console.line(f"time: {desk.stamped.words}")
    page = _page(desk, today, asked, console) if asked.page else None
    console.result(
        {
            "subject": desk.papers.subject,
            "manifest": desk.papers.digest,
            "as_of": today.isoformat(),
            "page": page,
            "makers": list(desk.developers),
            "note": desk.unknown,
            "waivers": [{**asdict(item), "after": desk.late(item)} for item in waivers],
            "time_stamps": unstructure(desk.stamped),
            **plain(states),
        }
    )
    return ExitCode.DONE if all(state.open for state in states) else ExitCode.GATE_CLOSED


def _page(desk: approvals.Desk, today: date, asked: argparse.Namespace, console: Console) -> str:
    """Write the page of signatures, and return where."""
    from docgen.signature_pages import write_page

    page = write_page(desk, _config(asked), today)
    console.line(f"page  {page}, and as PDF beside it")
    return str(page)


def tell_states(states: tuple[GateState, ...], console: Console) -> None:
    """Say of each gate whether it is open, and if not, why and what would open it."""
    for state in states:
        until = f" until {state.until}" if state.until else ""
        console.line(f"{state.title} [{state.gate}]: {'open' + until if state.open else 'closed'}")
        for item in state.signatures:
            console.line(f"  signed by {item.name} as {item.role}, {item.at}: {item.meaning}")
        for reason in state.closed:
            console.line(f"  why: {reason.why}")
            console.line(f"      opens: {reason.opens}")


def plain(states: tuple[GateState, ...]) -> dict[str, object]:
    """Return the states of gates as plain data."""
    return {
        "open": all(state.open for state in states),
        "gates": [
            {
                "gate": state.gate,
                "open": state.open,
                "until": state.until,
                "signatures": [
                    {"name": item.name, "role": item.role, "meaning": item.meaning, "at": item.at, "entry": item.entry}
                    for item in state.signatures
                ],
                "closed": [{"why": item.why, "opens": item.opens} for item in state.closed],
            }
            for state in states
        ],
    }


def sign(asked: argparse.Namespace, console: Console) -> ExitCode:
    """Show what would be signed, ask, and sign it.

    Raises:
        DocgenError: as `prepare` and `sign`.
    """
    from docgen.bundle.key_places import opened_key

    config, now = _config(asked), datetime.now(UTC)
    attempt = Attempt(action="sign", target=asked.dossier, gate=asked.gate, role=asked.role)
    authority = authority_of(config, lambda: datetime.now(UTC))
    with contextlib.ExitStack() as opened:
        with noted(attempt, config, now):
            key = opened.enter_context(opened_key(asked.key, ask))
            attempt.key = key.public.fingerprint
            desk = approvals.open_desk(asked.dossier, config)
            wish = approvals.Wish(
                gate=asked.gate,
                role=asked.role,
                meaning=asked.meaning,
                key=key,
                now=datetime.now(UTC).astimezone(),  # not before the PIN was typed
            )
            predicate = approvals.prepare(desk, wish, config)
        _show(predicate, desk, console)
        if not asked.yes:
            _confirm(predicate)
            predicate = approvals.signed_at(predicate, datetime.now(UTC).astimezone())
        with noted(attempt, config, now):
            entry = approvals.sign(desk, predicate, key, authority)
    console.line(f"signed; recorded as {desk.ledger.folder / entry.file}")
    desk = replace(desk, chain=desk.ledger.sound())
    time = times_of(desk.chain.entries).get(entry.digest())
    if time:
        console.line(f"time-stamped {time} by {config.approvals.timestamp_url}")
    try:
        page = _page(desk, now.date(), asked, console)
    except StorageError as err:
        raise StorageError(
            f"signed, and recorded in the ledger; but the page of signatures: {err.message}",
            hint="docgen gate --page writes it once there is room",
        ) from err
    console.result(
        {
            "subject": entry.subject,
            "manifest": desk.papers.digest,
            "entry": str(desk.ledger.folder / entry.file),
            "key": attempt.key,
            "at": entry.at,
            "time_stamp": time,
            "page": page,
        }
    )
    return ExitCode.DONE


def _show(predicate: Predicate, desk: approvals.Desk, console: Console) -> None:
    console.line(f"{predicate.name} signs as {predicate.role} at {predicate.gate}: {predicate.meaning}")
    console.line(f"  of        {desk.papers.subject}, {desk.folder}")
    console.line(f"  manifest  {desk.papers.digest}")
    console.line(f"  made by   {', '.join(desk.developers) or 'nobody whom run or git name'}")
    if desk.unknown:
        console.line(f"            {desk.unknown}")
    if desk.stamped.unchecked:
        console.line(f"  time      {desk.stamped.words}")
    for item in predicate.shown:
        console.line(f"  {item.regime}: {in_words(item.verdicts)}; {item.gaps} gaps")
    waived = {item.requirement: item for item in set_aside(desk.case(date.fromisoformat(predicate.at[:10])))}
    for assessment in desk.papers.assessments:
        for gap in assessment.gaps:
            console.line(f"    gap {gap.requirement}: {gap.wanted}")
            waiver = waived.get(f"{assessment.regime}/{gap.requirement}")
            if waiver:
                console.line(f"      waived until {waiver.until}, {waiver.owner} answers for it: {waiver.reason}")
                if late := desk.late(waiver):
                    console.line(f"      {late}")
    if predicate.last_signed is None:
        console.line("  the first dossier of this model that its signer signs")
    else:
        number = "an unknown number of" if predicate.changed is None else predicate.changed
        console.line(
            f"  since dossier {predicate.last_signed[:12]}, signed before: {number} pieces of evidence changed"
        )
    console.line(f"  at        {predicate.at} ({predicate.zone})")


def _confirm(predicate: Predicate) -> None:
    if not sys.stdin.isatty():
        raise UsageError("sign: nobody can be asked here, as standard input is no terminal", hint="add --yes")
    if input(f"type {predicate.gate} to sign: ").strip() != predicate.gate:
        raise UsageError("sign: not confirmed, nothing was signed", hint="run it again")


def waive(asked: argparse.Namespace, console: Console) -> ExitCode:
    """Set a requirement aside for a time.

    Raises:
        DocgenError: as `open_desk` and `waive`.
    """
    config, now = _config(asked), datetime.now(UTC)
    waiver = Waiver(requirement=asked.requirement, reason=asked.reason, owner=asked.owner, until=asked.until)
    with noted(Attempt(action="waive", target=asked.dossier, role=asked.by), config, now):
        desk = approvals.open_desk(asked.dossier, config)
        entry = approvals.waive(desk, waiver, by=asked.by, now=now)
    _recorded(entry, desk, console)
    return ExitCode.DONE


def seal(asked: argparse.Namespace, console: Console) -> ExitCode:
    """Put a dossier with its signatures into one archive.

    Raises:
        DocgenError: as `seal`.
    """
    from docgen.sealing import seal as seal_dossier

    output = Path(asked.output) if asked.output else None
    done = seal_dossier(asked.dossier, config=_config(asked), output=output, by=asked.by)
    console.line(f"sealed {done.path}: {done.members} members, {done.signatures} signatures")
    console.line(f"  SHA-256   {done.archive}")
    console.line(f"  content   {done.content}")
    console.line(f"  manifest  {done.manifest}")
    if done.stamped.unchecked:
        console.line(f"  time      {done.stamped.words}")
    console.result(
        {
            "path": str(done.path),
            "sha256": done.archive,
            "content": done.content,
            "manifest": done.manifest,
            "members": done.members,
            "signatures": done.signatures,
        }
    )
    return ExitCode.DONE


def verify(asked: argparse.Namespace, console: Console) -> ExitCode:
    """Prove sealed dossiers, step by step; nothing is written, but the outcome where that is asked for.

    Raises:
        DocgenError: as `verify_sealed` and `record_proof`.
    """
    from docgen.sealing import verify_sealed

    told = []
    note = _Noting(_config(asked), asked.record) if asked.record is not None else None
    keys, signers = tuple(Path(key) for key in asked.key or ()), Path(asked.signers) if asked.signers else None
    roots = Path(asked.timestamp_roots) if asked.timestamp_roots else None
    for path in asked.paths:
        console.line(path)
        with note.faults(Path(path), console) if note else contextlib.nullcontext():
            proof = verify_sealed(
                Path(path), keys=keys, signers=signers, roots=roots, today=_day(asked), step=console.line
            )
        entry = note.proof(proof, console) if note else None
        told.append(
            {
                "path": path,
                "sha256": proof.archive,
                "content": proof.content,
                "subject": proof.subject,
                "manifest": proof.manifest,
                "steps": proof.steps,
                "keys": list(proof.keys),
                "time_stamps": unstructure(proof.stamped),
                "entry": entry,
                **plain(proof.states),
            }
        )
    console.result({"sealed": told})
    return ExitCode.DONE


@dataclass(frozen=True)
class _Noting:
    """Records in the project's ledgers how archives were proved."""

    config: Config
    by: str

    def proof(self, proof: Proof, console: Console) -> str:
        """Record an archive that holds."""
        entry = record_proof(proof, self.config, by=self.by, now=datetime.now(UTC))
        console.line(f"recorded as {entry}")
        return str(entry)

    @contextlib.contextmanager
    def faults(self, path: Path, console: Console) -> Iterator[None]:
        """Record an archive that does not hold, where a ledger knows it."""
        try:
            yield
        except IntegrityError as err:
            why = err.message.removeprefix(f"{path}: ")
            entry = record_fault(path, why, self.config, by=self.by, now=datetime.now(UTC))
            console.line(
                f"recorded as {entry}" if entry else "not recorded: no ledger here knows an archive of these bytes"
            )
            raise


def _recorded(entry: Entry, desk: approvals.Desk, console: Console) -> None:
    path = desk.ledger.folder / entry.file
    console.line(f"{entry.kind} recorded as {path}")
    console.result({"subject": entry.subject, "entry": str(path), "at": entry.at})


def _config(asked: argparse.Namespace) -> Config:
    return load_config(Path(asked.config) if asked.config else None)


def _day(asked: argparse.Namespace) -> date:
    return datetime.now(UTC).date() if asked.as_of is None else day_of(asked.as_of)
