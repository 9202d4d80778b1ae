"""How long the records of each version are kept: lines of regimes and of the firm's policy, dated by what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from docgen.gates.history import Event
from docgen.model.days import months_after
from docgen.model.ledger import Entry, Release, Rollback
from docgen.model.policy import Policy
from docgen.model.regime import Regime, Retention


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Lines on retention of one regime, or of the firm's policy."""

    name: str
    """The regime's id, or the policy's title and edition."""
    firm: bool
    """Whether they are the firm's own."""
    lines: tuple[Retention, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What one line says of one version."""

    layer: str
    line: Retention
    begins: str | None
    """ISO date, UTC; None where what it begins with has not happened."""
    ends: str | None
    """ISO date: kept until this day at least, or deleted by it."""
    why: str = ""
    """Why there is no date; empty where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A time in which an alias of the registry was on a version, as the ledger has it."""

    version: str
    alias: str
    since: str
    """ISO 8601 UTC."""
    until: str | None
    """ISO 8601 UTC; None where it still is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How long the records of one version are kept."""

    version: str
    terms: tuple[Term, ...]
    keep_until: str | None
    """ISO date: the latest of all lines that keep; None where none has a date."""
    delete_by: str | None
    """ISO date: the earliest of all lines that delete; None where none has a date."""
    unknown: tuple[str, ...]
    """What keeps the dates from being final, in words."""
    conflicts: tuple[str, ...]
    """Lines that cannot both be followed, in words. People decide; docgen does not."""


def layers_of(regimes: Iterable[Regime], policy: Policy) -> tuple[Layer, ...]:
    """Return the lines of each regime and of the policy, regimes first; one that says nothing has an empty layer."""
    found = [Layer(name=regime.id, firm=False, lines=regime.retention) for regime in regimes]
    return (*found, Layer(name=policy.name or "policy", firm=True, lines=policy.retention))


def services(entries: Iterable[Entry]) -> tuple[Service, ...]:
    """Return when which alias was on which version, in the ledger's order of beginning."""
    found: list[Service] = []
    for entry in entries:
        details = entry.details
        if not isinstance(details, (Release, Rollback)):
            continue
        found = [
            Service(version=item.version, alias=item.alias, since=item.since, until=entry.at)
            if item.alias == details.alias and item.until is None
            else item
            for item in found
        ]
        found.append(Service(version=entry.version, alias=details.alias, since=entry.at, until=None))
    return tuple(found)


def retained(entries: tuple[Entry, ...], events: Iterable[Event], layers: tuple[Layer, ...]) -> tuple[Kept, ...]:
    """Return for each version how long its records are kept, versions in the order in which they first occur.

    Args:
        entries: the ledger's, in order.
        events: of the model's history: they say which versions there are, and when each was captured first.
        layers: what regimes and policy say.
    """
    served = services(entries)
    captures: dict[str, str] = {}
    versions: dict[str, None] = {}
    for event in events:
        if not event.version:
            continue  # it is about the model as a whole
        versions.setdefault(event.version)
        if event.kind == "capture":
            captures.setdefault(event.version, event.at)
    return tuple(_kept(version, captures.get(version), served, layers) for version in versions)


def _kept(version: str, captured: str | None, served: tuple[Service, ...], layers: tuple[Layer, ...]) -> Kept:
    own = tuple(item for item in served if item.version == version)
    firm = any(line.rule == "keep" for layer in layers if layer.firm for line in layer.lines)
    terms = tuple(_term(layer, line, captured, own, firm=firm) for layer in layers for line in layer.lines)
    keeps = [term for term in terms if term.line.rule == "keep" and term.ends]
    deletes = [term for term in terms if term.line.rule == "delete" and term.ends]
    unknown = [f"{term.layer}: {term.line.what}: {term.why}" for term in terms if term.why]
    if not any(term.line.rule == "keep" for term in terms):
        unknown.append("neither a regime in use nor the policy says how long records are kept")
    return Kept(
        version=version,
        terms=terms,
        keep_until=max((term.ends for term in keeps if term.ends), default=None),
        delete_by=min((term.ends for term in deletes if term.ends), default=None),
        unknown=tuple(unknown),
        conflicts=tuple(
            f"{keep.layer} ({keep.line.source}) keeps until {keep.ends}, "
            f"{delete.layer} ({delete.line.source}) deletes by {delete.ends}"
            for keep in keeps
            for delete in deletes
            if (keep.ends or "") > (delete.ends or "")
        ),
    )


def _term(layer: Layer, line: Retention, captured: str | None, own: tuple[Service, ...], *, firm: bool) -> Term:
    begins, why = _begin(line, captured, own)
    if line.months is None:
        why = "" if firm else "the instrument leaves the time to the firm, and its policy does not say it"
        return Term(layer=layer.name, line=line, begins=begins, ends=None, why=why)
    if begins is None:
        return Term(layer=layer.name, line=line, begins=None, ends=None, why=why)
    ends = months_after(date.fromisoformat(begins), line.months).isoformat()
    return Term(layer=layer.name, line=line, begins=begins, ends=ends)


def _begin(line: Retention, captured: str | None, own: tuple[Service, ...]) -> tuple[str | None, str]:
    """Return the day with which a line begins, or why there is none."""
    if line.start == "capture":
        return (captured[:10], "") if captured else (None, "no capture of the version is known")
    if not own:
        return None, "the version was never released"
    if line.start == "release":
        return own[-1].since[:10], ""
    if any(item.until is None for item in own):
        return None, "the version still serves"
    return max(item.until or "" for item in own)[:10], ""
