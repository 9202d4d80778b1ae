"""Whether a file would be read, for people who write evidence themselves: every fault at once, with its JSON path."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from pathlib import PurePath

from docgen.errors import DocgenError
from docgen.model import formats
from docgen.model.canonical import Json, parse, sha256
from docgen.model.codec import converter, explain
from docgen.model.evidence import Missing
from docgen.sources import evidence_files
from docgen.sources.evidence_files.older import lifted
from docgen.sources.evidence_files.own import OWN, faults_of
from docgen.sources.evidence_files.source import Source

_LOGGED = "1970-01-01T00:00:00Z"
"""Stands for the end of the run that a file will be logged to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of a file."""

    path: str
    """Where in the file: `$.metrics[0].quantity.value`; `$` for the whole."""
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What docgen makes of a file."""

    format: str = ""
    """Empty for a file of another tool."""
    version: int | None = None
    """As the file says; older ones are read too."""
    log_as: str = ""
    """The artifact path at which docgen finds it."""
    evidence: tuple[str, ...] = ()
    """Ids of what is read."""
    faults: tuple[Fault, ...] = ()


def validate(path: PurePath, data: bytes) -> Report:
    """Return what docgen would read of a file, and every fault that keeps it from doing so."""
    if path.suffix.lower() != ".json":
        return _foreign(path, data)
    try:
        content = parse(data, where="$")
    except DocgenError as err:
        return _failed(Report(), err)
    if not isinstance(content, dict) or "format" not in content:
        return _foreign(path, data)
    return _own(content, data)


def _own(content: dict[str, Json], data: bytes) -> Report:
    name, version = content["format"], content.get("version")
    if not isinstance(name, str) or name not in formats.FILES:
        near = difflib.get_close_matches(str(name), formats.FILES, n=1)
        advice = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(formats.FILES)}"
        return Report(faults=(Fault(path="$.format", message=f"unknown format {name!r} ({advice})"),))
    report = Report(format=name, version=version if isinstance(version, int) else None)
    try:
        today = lifted(content, where="$.version")
    except DocgenError as err:
        return _failed(report, err)
    try:
        record: formats.EvidenceFile = converter().structure(today, formats.FILES[name])
    except Exception as err:  # noqa: BLE001  # cattrs raises groups of many kinds; each is told
        lines = (line.rpartition(" @ ") for line in explain(err, "$"))
        return replace(report, faults=tuple(Fault(path=where, message=what) for what, _, where in lines))
    target = formats.path_of(record)
    if not OWN.fullmatch(target):
        message = f"it would have to be logged as {target!r}, a path at which nothing is read"
        return replace(report, faults=(Fault(path="$", message=message),))
    faults = tuple(Fault(path=where, message=what) for where, what in faults_of(record))
    return replace(report, faults=faults) if faults else _read(replace(report, log_as=target), target, data)


def _foreign(path: PurePath, data: bytes) -> Report:
    """Return what is read of a file that another tool wrote; its name says which reader takes it."""
    if OWN.fullmatch(path.as_posix()) or not evidence_files.wanted(path.name):
        message = f"no key format, expected one of {', '.join(formats.FILES)}; nor is it a file of a tool that is read"
        return Report(faults=(Fault(path="$", message=message),))
    return _read(Report(log_as=path.name), path.name, data)


def _read(report: Report, target: str, data: bytes) -> Report:
    source = Source(path=target, data=data, sha256=sha256(data), run_id="", time=_LOGGED)
    found = evidence_files.read(source)
    gaps = tuple(item.value for item in found if isinstance(item.value, Missing) and item.value.reason == "unreadable")
    if gaps:
        return replace(report, faults=tuple(Fault(path="$", message=gap.detail) for gap in gaps))
    return replace(report, evidence=tuple(item.id for item in found))


def _failed(report: Report, err: DocgenError) -> Report:
    """Return the report with the message of an error, taken apart into path and rest."""
    where = re.match(r"(\$[^:]*): ", err.message)
    fault = Fault(path=where[1] if where else "$", message=err.message[where.end() :] if where else err.message)
    return replace(report, faults=(fault,))
