"""The findings register: a YAML file of the user's repository, read and held against the regimes and the policy.

Every fault is told at once. Nothing is ever deleted: a finding ends by a step in its history, and an id that was in the
file at git's HEAD, or in the snapshot before, and is not there now, is told.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from docgen.errors import Problem, ProblemsError, UsageError
from docgen.model.canonical import sha256
from docgen.model.codec import converter, explain
from docgen.model.days import is_date
from docgen.model.evidence import Evidence, EvidenceId, Provenance
from docgen.model.findings import ENDED, FINDINGS_FORMAT, KIND, SCALE, FindingRecord, Register
from docgen.model.policy import Policy
from docgen.model.regime import Regime
from docgen.model.snapshot import Finding
from docgen.strict_yaml import Yaml, load_yaml

Lookup = Callable[[str], Regime | None]
"""Regime id -> the regime, or None when there is none."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MODEL = re.compile(r"models:/[^/@]+(?:/\d+)?")
EMPTY = Register(findings=())


def read_text(path: Path) -> str:
    """Return the text of a register's file; empty when there is none yet.

    Raises:
        UsageError: it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except OSError as err:
        raise UsageError(f"{path}: {(err.strerror or str(err)).lower()}", hint="name it in [dossier] findings") from err
    except UnicodeDecodeError as err:
        raise ProblemsError(str(path), (Problem(f"not UTF-8 at byte {err.start}"),)) from err


def parse_register(text: str, lookup: Lookup, policy: Policy, *, where: str) -> Register:
    """Read a register and hold it against what it speaks of.

    Args:
        text: the file's text.
        lookup: finds the regimes that criteria name.
        policy: whose severity scale counts.
        where: the file's name, for messages.

    Raises:
        ProblemsError: every fault at once.
    """
    problems: list[Problem] = []
    content = load_yaml(text, where=where)
    records = tuple(_records(content, problems)) if content is not None else ()
    problems += _doubles(records)
    for place, record in records:
        problems += (Problem(f"{place} {record.id}: {fault}") for fault in _faults(record, lookup, policy))
    if problems:
        raise ProblemsError(where, tuple(problems), hint="every field is explained in docs/findings.md")
    return Register(findings=tuple(record for _, record in records))


def _records(content: Yaml, problems: list[Problem]) -> Iterator[tuple[str, FindingRecord]]:
    """Yield each finding that can be read, with its place; the rest is told in `problems`."""
    if not isinstance(content, dict) or not isinstance(content.get("findings"), list):
        problems.append(Problem("got no mapping with a list named findings, expected format and findings"))
        return
    if content.get("format") != FINDINGS_FORMAT:
        problems.append(Problem(f"format: got {content.get('format')!r}, expected {FINDINGS_FORMAT}"))
    known = ("format", "findings")
    problems += (Problem(f"{key}: unknown key (known: {', '.join(known)})") for key in content if key not in known)
    reader = converter()
    rows = content["findings"]
    for number, row in enumerate(rows if isinstance(rows, list) else ()):
        place = f"findings[{number}]"
        try:
            yield place, reader.structure(row, FindingRecord)
        except Exception as err:  # noqa: BLE001  # cattrs raises groups of many kinds; each is told
            problems += explain(err, place)


def _doubles(records: tuple[tuple[str, FindingRecord], ...]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for place, record in records:
        if (first := seen.setdefault(record.id.casefold(), place)) != place:
            yield Problem(f"{place}: id {record.id!r} stands in {first} too")


def _faults(record: FindingRecord, lookup: Lookup, policy: Policy) -> Iterator[str]:
    """Yield what is at fault although each field has its shape."""
    if not _ID.fullmatch(record.id):
        yield f"id: got {record.id!r}, expected letters, digits, dots, dashes and underscores, at most 64"
    yield from (f"{name}: is empty" for name in ("condition", "owner") if not getattr(record, name).strip())
    if not record.criteria:
        yield "criteria: is empty, expected one requirement or more, as <regime>/<requirement id>"
    for name in record.criteria:
        yield from _criterion_faults(name, lookup)
    steps = scale(policy)
    if record.severity.casefold() not in {step.casefold() for step in steps}:
        yield f"severity: {record.severity!r} is no step of the scale (known: {', '.join(steps)})"
    if record.model and not _MODEL.fullmatch(record.model):
        yield f"model: got {record.model!r}, expected models:/<name> or models:/<name>/<version>"
    yield from _date_faults(record)
    yield from _end_faults(record)


def scale(policy: Policy) -> tuple[str, ...]:
    """Return the severities that a finding may have, the gravest first."""
    return tuple(level.name for level in policy.severities) or SCALE


def _criterion_faults(name: str, lookup: Lookup) -> Iterator[str]:
    regime_id, slash, row = name.partition("/")
    regime = lookup(regime_id) if slash else None
    if regime is None:
        what = f"no regime {regime_id!r}" if slash else "expected <regime>/<requirement id>"
        yield f"criteria: {name!r}: {what}"
    elif row not in {item.id for item in regime.requirements}:
        near = difflib.get_close_matches(row, [item.id for item in regime.requirements], n=1)
        advice = f" (did you mean {regime_id}/{near[0]}?)" if near else ""
        yield f"criteria: {name!r}: no such requirement{advice}"


def _date_faults(record: FindingRecord) -> Iterator[str]:
    named = [("found_on", record.found_on), ("due_on", record.due_on), ("closed_on", record.closed_on)]
    named += [(f"history[{number}].on", entry.on) for number, entry in enumerate(record.history)]
    bad = [(where, text) for where, text in named if text is not None and not is_date(text)]
    yield from (f"{where}: got {text!r}, expected a date as YYYY-MM-DD" for where, text in bad)
    if bad:
        return
    for where, text in named[1:3]:
        if text is not None and text < record.found_on:
            yield f"{where}: {text} is before found_on, {record.found_on}"
    days = [entry.on for entry in record.history]
    if days != sorted(days):
        yield "history: the dates are not in order, expected the oldest first"


def _end_faults(record: FindingRecord) -> Iterator[str]:
    if record.due_on is None and record.is_open:
        yield "due_on: missing, expected a date as YYYY-MM-DD"
    if record.history and record.history[-1].status != record.status:
        yield f"status: {record.status}, but the last step of its history says {record.history[-1].status}"
    if record.status not in ENDED:
        stray = [name for name in ("closed_by", "closed_on", "closure_evidence") if getattr(record, name)]
        yield from (f"{name}: given, but the status is {record.status}" for name in stray)
        return
    yield from (
        f"{name}: missing, as it is {record.status}" for name in ("closed_by", "closed_on") if not getattr(record, name)
    )
    if record.status == "closed" and not record.closure_evidence:
        yield "closure_evidence: missing, expected ids of the evidence that shows it mended"
    if not record.history or not record.history[-1].reason.strip():
        yield f"history: the last step gives no reason, as it is {record.status}"


def as_evidence(register: Register, text: str, uri: str, name: str) -> tuple[Evidence, ...]:
    """Return each finding about a model version as evidence.

    Args:
        register: as read from `text`.
        text: the file's text.
        uri: of the model version.
        name: of the file, as the reader of a page knows it.
    """
    digest = sha256(text.encode("utf-8"))
    return tuple(
        Evidence(
            id=EvidenceId(f"{KIND}:{record.id}"),
            value=record,
            provenance=Provenance(system="file", uri=name, key=record.id, sha256=digest),
        )
        for record in register.findings
        if record.concerns(uri)
    )


def vanished(register: Register, before: tuple[str, ...], where: str) -> tuple[Finding, ...]:
    """Return an observation for each finding that was recorded before and is not there now.

    Args:
        register: as it is now.
        before: ids as they were.
        where: where they were, in words.
    """
    there = {record.id for record in register.findings}
    return tuple(
        Finding(
            code="finding_vanished",
            message=f"finding {name} is {where} and not in the register: findings end by a step in their history, "
            "they are never deleted",
            severity="serious",
        )
        for name in dict.fromkeys(before)
        if name not in there
    )


def ids_in(text: str) -> tuple[str, ...]:
    """Return the ids of an earlier register, whatever else is at fault in it."""
    try:
        content = load_yaml(text, where="earlier register")
    except ProblemsError:
        return ()
    rows = content.get("findings") if isinstance(content, dict) else None
    found = (row.get("id") for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
    return tuple(name for name in found if isinstance(name, str))
