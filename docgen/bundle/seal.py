"""What goes into a sealed dossier, and where: every path in it follows from here.

dossier/...            the dossier as it was built, `manifest.json` too
approvals/             the files of gates and of signers, as they were when it was sealed
ledger/                the entries that the signatures, waivers and releases rest on
signatures.html, .pdf  who signed what, when, with which key and meaning, and why a gate is closed, to read and print
signatures/index.html  who signed what, when, and what it means: made again by whoever verifies
signatures/<entry>/    each signature once more, as openssl and ssh-keygen want it
stamps/<entry>.tsr     each time stamp once more, as openssl wants it; only where there is one, as is
                       approvals/timestamp-roots.pem, the certificates that vouch for the authorities
statements/            in-toto: the verdict at the gates, the provenance of the build
sbom.json              the packages of the environment that sealed it
VERIFY.md              how to prove all this without docgen
archive.json           SHA-256 of every member above, and of the content: all of them but sbom.json
SHA256SUMS             the SHA-256 of every other member, for `sha256sum -c`

The bill of materials says in what environment somebody sealed, so it differs where other packages are installed, and
with it the two lists of digests. Every other member is the same to the byte wherever the same dossier is sealed, which
is what the digest of the content tells.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from html import escape

from docgen.approval_files import parse_gates, parse_signers
from docgen.bundle.papers import Papers, papers_of
from docgen.bundle.sign_offs import STATEMENT, keys_of, predicate_of, signatures_of, waivers_of
from docgen.bundle.signature_page import compose
from docgen.bundle.signing import NAMESPACE, pae, payload_of
from docgen.bundle.time_stamps import response_of
from docgen.gates.chain import Chain, chain, extract
from docgen.gates.evaluate import Case, evaluate
from docgen.gates.stamps import stamps_of, times_of
from docgen.model.approvals import GateState, Signers
from docgen.model.canonical import Digest, Json, canonical, sha256
from docgen.model.codec import unstructure
from docgen.model.days import moment
from docgen.model.ledger import ChangeDecision, Entry, FindingChange, Release, Rollback, SignOff, Waiver
from docgen.model.signature_page import SignaturePage
from docgen.render.signatures import signatures_html, signatures_pdf

ARCHIVE_FORMAT = 3
"""Version of the archive's layout, and of every member that `derived` makes, to the byte.

Archives are proved for decades: to change any of it raise the number and keep the proof of the old one. The wording of
`VERIFY.md` and of the page of signatures alone is free. Format 2 counted signatures under whatever file of gates they
had been given. Format 1 had no digest of the content and no such page either, and was otherwise the same. Time stamps
added members for entries that no older archive holds, and changed no others.
"""
OLDEST_ARCHIVE = 1
"""Oldest format that is still proved."""

DOSSIER, APPROVALS, LEDGER, SIGNATURES, STATEMENTS = "dossier", "approvals", "ledger", "signatures", "statements"
ARCHIVE, SUMS, VERIFY, SBOM = "archive.json", "SHA256SUMS", "VERIFY.md", "sbom.json"
STAMPS = "stamps"
GATES, SIGNERS = f"{APPROVALS}/gates.yaml", f"{APPROVALS}/signers.yaml"
ROOTS = f"{APPROVALS}/timestamp-roots.pem"
INDEX = f"{SIGNATURES}/index.html"
PAGE, PAPER = "signatures.html", "signatures.pdf"
"""Of the signatures, for people; archives of format 1 do not hold them."""
VERDICT, PROVENANCE = f"{STATEMENTS}/gates.json", f"{STATEMENTS}/provenance.json"
KEPT = (SignOff, Waiver, FindingChange, ChangeDecision, Release, Rollback)
"""Kinds of entries that are sealed, with all that they rest on; that a dossier was sealed is not part of it."""


@dataclass(frozen=True, kw_only=True)
class Sealable:
    """What is sealed."""

    files: Mapping[str, bytes]
    """Path in the dossier -> bytes."""
    gates: bytes
    signers: bytes
    entries: tuple[Entry, ...]
    """As `extract` gives them."""
    sbom: bytes
    roots: bytes | None = None
    """The certificates that vouch for the time stamping authorities; kept where there is a time stamp."""
    format: int = ARCHIVE_FORMAT
    """Of the archive."""

    @property
    def plan(self) -> Digest | None:
        """The file of gates that signatures must have been given under to count; None where the format did not ask."""
        return sha256(self.gates) if self.format > 2 else None

    @cached_property
    def papers(self) -> Papers:
        """The dossier, read."""
        return papers_of(self.files)

    @cached_property
    def chain(self) -> Chain:
        """The entries, proved."""
        return chain({entry.file: entry.to_bytes() for entry in self.entries})

    @cached_property
    def people(self) -> Signers:
        """The signers, read."""
        return parse_signers(self.signers, where=SIGNERS)


def members(whole: Sealable) -> dict[str, bytes]:
    """Return the members of the archive: the same input, the same bytes."""
    made: dict[str, bytes] = {f"{DOSSIER}/{path}": data for path, data in whole.files.items()}
    made |= {GATES: whole.gates, SIGNERS: whole.signers, SBOM: whole.sbom}
    made |= {f"{LEDGER}/{entry.file}": entry.to_bytes() for entry in whole.entries}
    if whole.roots is not None and stamps_of(whole.entries):
        made[ROOTS] = whole.roots
    made |= derived(whole)
    made |= pages(whole)
    made[VERIFY] = _guide(whole.papers, whole.entries).encode()
    listed = [{"path": path, "size": len(made[path]), "sha256": sha256(made[path])} for path in sorted(made)]
    made[ARCHIVE] = canonical(
        {
            "format": whole.format,
            "subject": whole.papers.subject,
            "manifest": whole.papers.digest,
            "content": content_digest(made),
            "members": listed,
        }
    )
    made[SUMS] = sums(made)
    return made


def content_digest(made: Mapping[str, bytes]) -> Digest:
    """Return what two sealed dossiers share when only the environments that sealed them differ.

    It is the SHA-256 of the lines of `SHA256SUMS` without those of `sbom.json` and `archive.json`.
    """
    return sha256(sums({path: data for path, data in made.items() if path not in {SBOM, ARCHIVE}}))


def sums(made: Mapping[str, bytes]) -> bytes:
    """Return what `sha256sum -c` reads: a line for every member but this one."""
    return "".join(f"{sha256(made[path])}  {path}\n" for path in sorted(made) if path != SUMS).encode()


def derived(whole: Sealable) -> dict[str, bytes]:
    """Return the members that follow from the others: whoever verifies makes them again."""
    papers = whole.papers
    states, day = verdict(whole.gates, whole.people, papers, whole.chain, plan=whole.plan)
    made = {VERDICT: _verdict(papers, whole.gates, states, day), PROVENANCE: _provenance(papers)}
    made[INDEX] = _index(papers, whole.entries).encode()
    for entry in whole.entries:
        if isinstance(entry.details, SignOff):
            made |= _for_others(entry, entry.details, whole.people)
    return made | {_stamp_file(entry): response_of(stamp) for entry, stamp in stamps_of(whole.entries)}


def _stamp_file(entry: Entry) -> str:
    return f"{STAMPS}/{folder_of(entry)}.tsr"


def verdict(
    gates: bytes,
    signers: Signers,
    papers: Papers,
    found: Chain,
    today: date | None = None,
    *,
    plan: Digest | None,
    unchecked: str = "",
) -> tuple[tuple[GateState, ...], date]:
    """Return the state of the gates and the day it is of: `today`, or that of the last entry, or of the dossier."""
    case = replace(case_of(signers, papers, found, today, plan=plan), unchecked=unchecked)
    return evaluate(parse_gates(gates, where=GATES), case), case.today


def case_of(signers: Signers, papers: Papers, found: Chain, today: date | None = None, *, plan: Digest | None) -> Case:
    """Return what decides about the gates on a day: `today`, or that of the last entry, or of the dossier."""
    days = (entry.at[:10] for entry in found.entries)
    day = today or date.fromisoformat(max(days, default=papers.snapshot.captured_at[:10]))
    return Case(
        subject=papers.subject,
        manifest=papers.digest,
        plan=plan,
        assessments=papers.assessments,
        signatures=signatures_of(found, papers.subject, signers),
        waivers=waivers_of(found, papers.subject),
        developers=frozenset(papers.developers()),
        today=day,
    )


def pages(whole: Sealable) -> dict[str, bytes]:
    """Return the page of signatures, HTML and PDF.

    Their wording is free: they are for people, and nobody makes them again to prove an archive.
    """
    shown = signature_page(whole)
    return {PAGE: signatures_html(shown).encode("utf-8"), PAPER: signatures_pdf(shown)}


def signature_page(whole: Sealable) -> SignaturePage:
    """Return what the page of signatures shows."""
    case = case_of(whole.people, whole.papers, whole.chain, plan=whole.plan)
    return compose(parse_gates(whole.gates, where=GATES), case, whole.chain, whole.people)


def sealed_entries(found: Chain) -> tuple[Entry, ...]:
    """Return the entries of a ledger that belong into a sealed dossier: a ledger that is whole by itself."""
    return extract(found, KEPT)


def _statement(papers: Papers, kind: str, predicate: Json) -> bytes:
    subject: Json = [{"name": papers.subject, "digest": {"sha256": papers.digest}}]
    return canonical({"_type": STATEMENT, "subject": subject, "predicateType": kind, "predicate": predicate})


def _verdict(papers: Papers, gates: bytes, states: tuple[GateState, ...], day: date) -> bytes:
    """Return the verdict at the gates as in-toto's test result (attestation predicates, test-result v0.1)."""
    good: list[Json] = [state.gate for state in states if state.open]
    bad: list[Json] = [state.gate for state in states if state.closed]
    predicate: Json = {
        "result": "FAILED" if bad or not good else "PASSED",
        "configuration": [
            {"name": GATES, "digest": {"sha256": sha256(gates)}},
            {"name": "as of", "annotations": {"day": day.isoformat()}},
        ],
        "passedTests": good,
        "warnedTests": [],
        "failedTests": bad,
    }
    return _statement(papers, "https://in-toto.io/attestation/test-result/v0.1", predicate)


def _provenance(papers: Papers) -> bytes:
    """Return what the dossier was made from, as SLSA's provenance (v1)."""
    inputs = papers.manifest.inputs
    materials: list[tuple[str, Digest]] = [("snapshot", inputs.snapshot), ("templates and styles", inputs.resources)]
    materials += [(f"regime {number}", digest) for number, digest in enumerate(inputs.regimes, start=1)]
    materials += [("policy", inputs.policy)] if inputs.policy else []
    version = next((tool.version for tool in inputs.tools if tool.name == "docgen"), "unknown")
    predicate: Json = {
        "buildDefinition": {
            "buildType": "urn:docgen:build:1",
            "externalParameters": {"subject": papers.subject, "as_of": inputs.as_of, "pdf": inputs.pdf},
            "resolvedDependencies": [{"name": name, "digest": {"sha256": digest}} for name, digest in materials],
        },
        "runDetails": {
            "builder": {
                "id": f"urn:docgen:builder:{version}",
                "version": {tool.name: tool.version for tool in inputs.tools},
            }
        },
    }
    return _statement(papers, "https://slsa.dev/provenance/v1", predicate)


def _for_others(entry: Entry, details: SignOff, signers: Signers) -> dict[str, bytes]:
    """Return a signature in the files that openssl and ssh-keygen check."""
    statement = payload_of(details.envelope)
    found = {
        "statement.json": statement,
        "statement.dsse.json": canonical(unstructure(details.envelope)),
        "statement.sshsig": details.sshsig.encode("ascii"),
        "pae.bin": pae(statement),
        "sig.bin": base64.b64decode(details.envelope.signatures[0].sig),
    }
    signer = signers.find(details.signer)
    for _, public in keys_of(signer) if signer else ():
        if public.fingerprint == details.envelope.signatures[0].keyid:
            found["public.pem"] = public.pem.encode("ascii")
            found["allowed_signers"] = f'{details.signer} namespaces="{NAMESPACE}" {public.openssh}\n'.encode("ascii")
    return {f"{SIGNATURES}/{folder_of(entry)}/{name}": data for name, data in found.items()}


def folder_of(entry: Entry) -> str:
    """Return the name of the folder of a signature."""
    return entry.file[:19]


def _index(papers: Papers, entries: tuple[Entry, ...]) -> str:
    """Return who signed the dossier, in what role, when and with which meaning (21 CFR 11.50), as one plain page."""
    rows = []
    times = times_of(entries)
    for entry in entries:
        details = entry.details
        if isinstance(details, SignOff) and (entry.subject, details.manifest) == (papers.subject, papers.digest):
            zone = predicate_of(entry, details).zone
            time = times.get(entry.digest())
            when = f"{entry.at} (own clock UTC{zone})" + (f"; {time} (time stamp of the authority)" if time else "")
            cells = (details.name, details.role, details.gate, details.meaning, when)
            rows.append("".join(f"<td>{escape(text)}</td>" for text in cells))
    body = "".join(f"<tr>{row}</tr>\n" for row in rows)
    return _PAGE.format(subject=escape(papers.subject), manifest=papers.digest, rows=body)


def _guide(papers: Papers, entries: tuple[Entry, ...]) -> str:
    parts = [_GUIDE.format(subject=papers.subject, manifest=papers.digest)]
    for entry in entries:
        if isinstance(entry.details, SignOff) and entry.subject == papers.subject:
            details = entry.details
            parts.append(
                _SIGNATURE.format(
                    gate=details.gate,
                    role=details.role,
                    signer=details.signer,
                    at=entry.at,
                    key=details.envelope.signatures[0].keyid,
                    folder=f"{SIGNATURES}/{folder_of(entry)}",
                )
            )
    files = {entry.digest(): f"{LEDGER}/{entry.file}" for entry in entries}
    for entry, stamp in stamps_of(entries):
        parts.append(
            _TIME_STAMP.format(
                file=files[stamp.entry],
                stamp=_stamp_file(entry),
                time=stamp.time,
                roots=ROOTS,
                seconds=int(moment(stamp.time).timestamp()),
            )
        )
    return "\n".join(parts)


_PAGE = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Signatures: {subject}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body {{ font: 1rem/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
td, th {{ text-align: left; vertical-align: top; padding: .3rem 1rem .3rem 0; border-bottom: 1px solid #999 }}
</style></head>
<body><main><h1>Signatures: {subject}</h1>
<p>On the dossier whose manifest has SHA-256 {manifest}</p>
<table><thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col">Gate</th>
<th scope="col">Meaning</th><th scope="col">When (UTC)</th></tr></thead><tbody>
{rows}</tbody></table></main></body>
</html>
"""

_GUIDE = """\
# How to verify this dossier

With docgen: `docgen verify <this archive> --key <public key of somebody you trust>`, offline, from any folder.

Without docgen, from the folder that the archive was unpacked into (nothing may lie there but the archive's members):

    sha256sum --strict --quiet -c SHA256SUMS && echo every member is as it was sealed
    sha256sum dossier/manifest.json

The second line must print `{manifest}`,
which is what people signed for {subject}; `dossier/manifest.json` lists the SHA-256 of every file of the dossier.
Each file of `ledger/` has its own SHA-256 in its name, and names those before it under `previous`.

Sealed again in another environment, only `sbom.json` and the two lists of digests differ. This prints the digest of all
else, which `archive.json` holds as `content`:

    grep -Evx '.{{64}}  (sbom|archive)[.]json' SHA256SUMS | sha256sum

The public keys below come from this archive. Compare their fingerprints with what you know from elsewhere:
`ssh-keygen -l -f <line of allowed_signers>` prints them.
"""

_SIGNATURE = """\
## {role} {signer} at {gate}, {at}

Key {key}:

    cd {folder}
    ssh-keygen -Y verify -f allowed_signers -I {signer} -n docgen-sign-off -s statement.sshsig < statement.json
    openssl pkeyutl -verify -pubin -inkey public.pem -rawin -in pae.bin -sigfile sig.bin
    cd -

`statement.json` names the SHA-256 of `dossier/manifest.json` as its subject.
"""

_TIME_STAMP = """\
## Time stamp of {time}

A time stamping authority had seen `{file}`, and so all entries before it:

    openssl ts -verify -data {file} -in {stamp} -CAfile {roots} -attime {seconds}
    openssl ts -reply -in {stamp} -text

The second line prints the time, which `-attime` repeats in seconds: certificates count as of then. The certificates
come from this archive. Compare them with what the authority publishes.
"""
