"""A sealed dossier proved step by step, offline, on a machine that has never seen the project."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from docgen.approval_files import parse_gates, parse_signers
from docgen.bundle.archive import read_archive
from docgen.bundle.keys import PublicKey
from docgen.bundle.papers import Papers, member_faults, papers_of
from docgen.bundle.seal import (
    APPROVALS,
    ARCHIVE,
    ARCHIVE_FORMAT,
    DOSSIER,
    GATES,
    INDEX,
    LEDGER,
    OLDEST_ARCHIVE,
    PAGE,
    PAPER,
    ROOTS,
    SBOM,
    SIGNATURES,
    SIGNERS,
    STAMPS,
    STATEMENTS,
    SUMS,
    VERIFY,
    Sealable,
    case_of,
    content_digest,
    derived,
    signature_page,
    sums,
    verdict,
)  # fmt: skip
from docgen.bundle.sign_offs import signatures_of, signed_before
from docgen.bundle.time_stamps import Stamped, prove_stamps
from docgen.errors import DocgenError, IntegrityError
from docgen.gates.chain import Chain, chain
from docgen.gates.evaluate import set_aside
from docgen.model.approvals import GateState, Signature, Signers
from docgen.model.canonical import Digest, canonical, parse, sha256
from docgen.model.ledger import SignOff, Waiver
from docgen.model.manifest import MANIFEST_NAME
from docgen.render.signatures import signatures_html

_FIXED = {ARCHIVE, SUMS, VERIFY, SBOM, GATES, SIGNERS}
_PAGES = {PAGE, PAPER}
_FOLDERS = (DOSSIER, APPROVALS, LEDGER, SIGNATURES, STATEMENTS, STAMPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the one who verifies knows from elsewhere."""

    keys: tuple[PublicKey, ...] = ()
    """Each must have signed the dossier."""
    signers: Signers | None = None
    """Holds instead of the archive's own file of signers; knows keys that were revoked since."""
    roots: bytes | None = None
    """PEM: hold instead of the archive's own certificates of time stamping authorities."""


@dataclass(slots=True, kw_only=True)
class Proof:
    """What was proved, step by step."""

    archive: Digest | None = None
    content: Digest | None = None
    """Of every member but what follows the environment that sealed."""
    subject: str = ""
    manifest: Digest | None = None
    papers: Papers | None = None
    """The dossier in it."""
    steps: list[str] = field(default_factory=list)
    """What each step proved, in words."""
    signatures: tuple[Signature, ...] = ()
    keys: tuple[str, ...] = ()
    """Fingerprints of the keys that signed this dossier."""
    stamped: Stamped = field(default_factory=Stamped)
    """What became of the time stamps: they hold, or cannot be checked here."""
    states: tuple[GateState, ...] = ()
    """The gates as of the day that was asked for."""
    waivers: tuple[Waiver, ...] = ()
    """Those that hold on that day, without which a requirement would be open."""


def prove(path: Path, trust: Trust, today: date, *, step: Callable[[str], None]) -> Proof:
    """Prove a sealed dossier; the first step that does not hold ends it, and says which member is at fault.

    Args:
        path: the archive.
        trust: what is known from elsewhere.
        today: the day for which the gates are told.
        step: told each step that holds.

    Raises:
        SourceError: it cannot be read.
        UnsafeError: it is no archive that should be unpacked.
        IntegrityError: something in it is not as it was sealed; the step and the member are named.
    """
    proof = Proof()
    data, made = read_archive(path)
    proof.archive = sha256(data)
    for number, (name, run) in enumerate(_STEPS, start=1):
        try:
            found = run(made, trust, today, proof)
        except DocgenError as err:
            raise IntegrityError(
                f"{path}: step {number}, {name}: {err.message}", hint="do not rely on it; get it again from its maker"
            ) from err
        proof.steps.append(found)
        step(f"{number} {name}: {found}")
    return proof


Members = Mapping[str, bytes]


def _fail(faults: Iterator[str] | tuple[str, ...]) -> None:
    found = tuple(faults)
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise IntegrityError(f"{found[0]}{more}")


def _archive(made: Members, _trust: Trust, _today: date, proof: Proof) -> str:
    _fail(
        f"member {path!r} has no place in a sealed dossier"
        for path in made
        if path not in _FIXED | _PAGES and path.partition("/")[0] not in _FOLDERS
    )
    _fail(f"member {path!r} is missing" for path in (*sorted(_FIXED), f"{DOSSIER}/{MANIFEST_NAME}") if path not in made)
    return f"{len(made)} members, in the one form that they can have; SHA-256 {proof.archive}"


def _digests(made: Members, _trust: Trust, _today: date, proof: Proof) -> str:
    head, number = parse(made[ARCHIVE], where=ARCHIVE), _format(made)
    if not isinstance(head, dict) or not OLDEST_ARCHIVE <= number <= ARCHIVE_FORMAT:
        raise IntegrityError(f"member {ARCHIVE!r}: format is not {ARCHIVE_FORMAT} or an older one")
    if canonical(head) != made[ARCHIVE]:
        raise IntegrityError(f"member {ARCHIVE!r}: was edited: it is not canonical JSON")
    rows = head.get("members")
    listed = {str(row["path"]): row for row in rows if isinstance(row, dict)} if isinstance(rows, list) else {}
    for path in sorted(made.keys() - {ARCHIVE, SUMS}):
        row = listed.pop(path, None)
        if row is None:
            raise IntegrityError(f"member {path!r} is not listed in {ARCHIVE}")
        if row != {"path": path, "size": len(made[path]), "sha256": sha256(made[path])}:
            raise IntegrityError(
                f"member {path!r} has SHA-256 {sha256(made[path])}, {ARCHIVE} says {row.get('sha256')}"
            )
    _fail(f"member {path!r} is listed in {ARCHIVE} and missing" for path in listed)
    proof.content = content_digest(made)
    if number > 1 and head.get("content") != proof.content:
        raise IntegrityError(f"member {ARCHIVE!r}: says content {head.get('content')}, it is {proof.content}")
    if made[SUMS] != sums(made):
        raise IntegrityError(f"member {SUMS!r} or {ARCHIVE!r} was changed: they do not say the same")
    return f"every member has the SHA-256 that {ARCHIVE} and {SUMS} list; the content's is {proof.content}"


def _format(made: Members) -> int:
    """Return the number of the archive's format; 0 where it names none."""
    head = parse(made[ARCHIVE], where=ARCHIVE)
    number = head.get("format") if isinstance(head, dict) else None
    return number if isinstance(number, int) else 0


def _dossier(made: Members, _trust: Trust, _today: date, proof: Proof) -> str:
    papers = papers_of(_below(made, DOSSIER))
    _fail(f"member '{DOSSIER}/{fault}'" for fault in member_faults(_below(made, DOSSIER), papers.manifest))
    proof.papers, proof.subject, proof.manifest = papers, papers.subject, papers.digest
    count = len(papers.manifest.members)
    return f"{papers.subject}: {count} files as {MANIFEST_NAME} lists them; its SHA-256 is {papers.digest}"


def _snapshot(_made: Members, _trust: Trust, _today: date, proof: Proof) -> str:
    papers = _papers(proof)
    regimes = ", ".join(item.regime for item in papers.assessments)
    if len(papers.assessments) != len(papers.manifest.inputs.regimes):
        raise IntegrityError(f"{len(papers.assessments)} assessments for {len(papers.manifest.inputs.regimes)} regimes")
    evidence = len(papers.snapshot.evidence)
    return f"snapshot {papers.snapshot.digest()[:12]} with {evidence} pieces of evidence, assessed for {regimes}"


def _ledger(made: Members, _trust: Trust, _today: date, _proof: Proof) -> str:
    found = chain(_below(made, LEDGER))
    _fail(f"member '{LEDGER}/{fault}'" for fault in found.faults)
    return f"{len(found.entries)} entries, each in its place" + "".join(f"; {note}" for note in found.notes)


def _derived(made: Members, _trust: Trust, _today: date, _proof: Proof) -> str:
    whole = _sealable(made)
    expected = derived(whole)
    names = {path for path in made if path.startswith((f"{SIGNATURES}/", f"{STATEMENTS}/", f"{STAMPS}/"))}
    _fail(f"member {path!r} is not what the others make it" for path in sorted(names | expected.keys())
          if made.get(path) != expected.get(path))  # fmt: skip
    return f"statements and the files for other programs say what the ledger says{_page(made, whole)}"


def _page(made: Members, whole: Sealable) -> str:
    """Return whether the page for people says the same; another docgen words it in another way, which is no fault."""
    if PAGE not in made:
        return ""
    if signatures_html(signature_page(whole)).encode("utf-8") == made[PAGE]:
        return f", and so does {PAGE}; {PAPER} is held against its digest alone"
    return f"; {PAGE} is not worded as this docgen does, so read {INDEX}, and {PAPER} is held against its digest alone"


def _signatures(made: Members, trust: Trust, _today: date, proof: Proof) -> str:
    papers, found = _papers(proof), chain(_below(made, LEDGER))
    signers = trust.signers or parse_signers(made[SIGNERS], where=SIGNERS)
    every = signatures_of(found, papers.subject, signers)
    own = tuple(item for item in every if item.manifest == papers.digest)
    _fail(f"member '{LEDGER}/{item.entry}': signature of {item.name}: {fault}" for item in own for fault in item.faults)
    if own and own[-1].plan != sha256(made[GATES]):
        raise IntegrityError(f"member {GATES!r}: is not the file of gates under which {own[-1].name} signed")
    proof.signatures = own
    proof.keys = tuple(_fingerprints(found, papers))
    who = ", ".join(f"{item.name} as {item.role} at {item.gate}" for item in own)
    other = ", ".join(f"{item.name} at {item.gate}" for item in own if item.plan != sha256(made[GATES]))
    who += f"; under another file of gates, so it does not count today: {other}" if other else ""
    return f"{len(own)} hold: {who}" if own else "nobody signed this dossier"


def _trusted(made: Members, trust: Trust, _today: date, proof: Proof) -> str:
    _fail(f"key {key.fingerprint} did not sign this dossier" for key in trust.keys if key.fingerprint not in proof.keys)
    told = ", ".join(dict.fromkeys(proof.keys)) or "none"
    if trust.keys:
        known = {key.fingerprint for key in trust.keys}
        others = ", ".join(
            item.name for item, key in zip(proof.signatures, proof.keys, strict=True) if key not in known
        )
        rest = f"; by the archive's own word alone: {others}" if others and not trust.signers else ""
        return f"the keys that you gave signed it: {', '.join(key.fingerprint for key in trust.keys)}{rest}"
    if trust.signers:
        return "every signature is of somebody in the file of signers that you gave"
    return f"no key was given: compare these with what you know from elsewhere, or give one with --key: {told}"


def _times(made: Members, trust: Trust, _today: date, proof: Proof) -> str:
    own = trust.roots is None
    where = f"member {ROOTS!r}" if own else "the file of certificates that you gave"
    found = prove_stamps(chain(_below(made, LEDGER)).entries, made.get(ROOTS) if own else trust.roots, where=where)
    _fail(f"member '{LEDGER}/{fault}'" for fault in found.faults)
    proof.stamped = found
    if not found.count:
        return "no time stamps: each time is the word of whoever wrote it"
    if found.unchecked:
        return found.words
    rest = "the archive's own certificates: compare them, or give some with --timestamp-roots" if own else where
    return f"{found.words}, by {rest}"


def _gates(made: Members, trust: Trust, today: date, proof: Proof) -> str:
    signers = trust.signers or parse_signers(made[SIGNERS], where=SIGNERS)
    whole, plan = _sealable(made), sha256(made[GATES])
    found = whole.chain
    states, day = verdict(made[GATES], signers, _papers(proof), found, plan=whole.plan)
    unchecked = proof.stamped.unchecked
    proof.states, _ = verdict(made[GATES], signers, _papers(proof), found, today, plan=plan, unchecked=unchecked)
    asked = any(gate.stamped_within_minutes is not None for gate in parse_gates(made[GATES], where=GATES).gates)
    rest = "; the gates ask for time stamps, which were not checked: none counts today" if unchecked and asked else ""
    then, now = _open(states), _open(proof.states)
    proof.waivers = set_aside(case_of(signers, _papers(proof), found, today, plan=plan))
    late = {item: signed_before(item, found, proof.subject, _papers(proof).digest) for item in proof.waivers}
    told = "; ".join(
        f"{item.requirement} is waived until {item.until}: {item.reason}" + (f" ({words})" if words else "")
        for item, words in late.items()
    )
    return f"as of {day}, {then}; as of {today}, {now}{rest}{f'; {told}' if told else ''}"


def _open(states: tuple[GateState, ...]) -> str:
    closed = [state.gate for state in states if state.closed]
    return f"closed: {', '.join(closed)}" if closed else "every gate is open"


_STEPS: tuple[tuple[str, Callable[[Members, Trust, date, Proof], str]], ...] = (
    ("archive", _archive),
    ("digests", _digests),
    ("dossier", _dossier),
    ("evidence", _snapshot),
    ("ledger", _ledger),
    ("statements", _derived),
    ("signatures", _signatures),
    ("trust", _trusted),
    ("time", _times),
    ("gates", _gates),
)


def _below(made: Members, folder: str) -> dict[str, bytes]:
    start = f"{folder}/"
    return {path.removeprefix(start): data for path, data in made.items() if path.startswith(start)}


def _papers(proof: Proof) -> Papers:
    """Return the dossier as the third step read it."""
    assert proof.papers is not None  # noqa: S101  # the steps run in order, and the first that fails ends them
    return proof.papers


def _sealable(made: Members) -> Sealable:
    return Sealable(
        files=_below(made, DOSSIER),
        gates=made[GATES],
        signers=made[SIGNERS],
        entries=chain(_below(made, LEDGER)).entries,
        sbom=made[SBOM],
        format=_format(made),
    )


def _fingerprints(found: Chain, papers: Papers) -> Iterator[str]:
    for entry in found.entries:
        details = entry.details
        if isinstance(details, SignOff) and (entry.subject, details.manifest) == (papers.subject, papers.digest):
            yield details.envelope.signatures[0].keyid
