"""Faults of a regime that show only when its files are seen together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from docgen.errors import Problem
from docgen.model import checks as model
from docgen.model.regime import Condition, FactSpec, Regime, Requirement
from docgen.resources import templates_dir

START = "index.md.j2"
"""The template of the landing page."""

REGIME_ID = re.compile(r"[a-z][a-z0-9_]*")
"""What a regime may be called: its id names files, folders and evidence."""

_ID = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def lint(regime: Regime, folder: Path) -> Iterator[Problem]:
    """Yield each fault of a regime that was read from a folder."""
    ids = [row.id for row in regime.requirements]
    if not ids:
        yield Problem("requirements.yaml: no requirement, and nothing to check is never a pass")
    for row in regime.requirements:
        where = f"requirements.yaml [{row.id}]"
        if ids.count(row.id) > 1:
            yield Problem(f"{where}: id stands {ids.count(row.id)} times")
        if not _ID.fullmatch(row.id):
            yield Problem(f"{where}: id is not of the form ABC-12")
        yield from _row(row, regime, where)
    yield from _header(regime)
    yield from _templates(regime, folder / "templates")


def _row(row: Requirement, regime: Regime, where: str) -> Iterator[Problem]:
    slots = {slot.slot for slot in regime.narratives}
    facts = {spec.fact: spec for spec in regime.facts}
    parts = tuple(model.leaves(row.check))
    for part in parts:
        if isinstance(part, model.NarrativeWritten) and part.slot not in slots:
            yield Problem(f"{where}: narrative {part.slot!r} is no slot of regime.yaml")
        for fact in _facts(part):
            if fact not in facts:
                yield Problem(f"{where}: fact {fact!r} is none of regime.yaml")
        yield from _dates(part, facts, where)
    answered = any(isinstance(part, (model.ProgramAnswer, model.StatusStated)) for part in parts)
    if answered is not (row.scope == "program"):
        yield Problem(f"{where}: rows of scope program, and no others, are decided by program_answer or status_stated")
    yield from _conditions(row.applies_when, facts, f"{where}.applies_when")


def _facts(check: model.Check) -> tuple[str, ...]:
    """Return the facts that a check looks at."""
    match check:
        case model.Declared() | model.RecentDate() | model.Cadence() | model.TierByMatrix():
            return (check.fact,)
        case model.Distinct():
            return check.facts
        case model.InOrder():
            return tuple(name for name in (check.earlier, check.later) if name != model.TODAY)
        case _:
            return ()


def _dates(check: model.Check, facts: dict[str, FactSpec], where: str) -> Iterator[Problem]:
    if isinstance(check, (model.InOrder, model.RecentDate, model.Cadence)):
        for fact in _facts(check):
            if fact in facts and facts[fact].kind != "date":
                yield Problem(f"{where}: fact {fact!r} is {facts[fact].kind}, expected a date")


def _conditions(conditions: tuple[Condition, ...], facts: dict[str, FactSpec], where: str) -> Iterator[Problem]:
    for item in conditions:
        spec = facts.get(item.fact)
        if spec is None:
            yield Problem(f"{where}: fact {item.fact!r} is none of regime.yaml")
        elif spec.kind != "choice":
            yield Problem(f"{where}: fact {item.fact!r} is {spec.kind}, expected a choice")
        elif spec.values:
            for value in item.values:
                if value not in spec.values:
                    yield Problem(f"{where}.{item.fact}: {value!r} is not allowed (known: {', '.join(spec.values)})")


def _header(regime: Regime) -> Iterator[Problem]:
    if not REGIME_ID.fullmatch(regime.id):
        yield Problem(f"regime.yaml.id: got {regime.id!r}, expected a-z, 0-9 and _")
    names = [spec.fact for spec in regime.facts]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(f"regime.yaml.facts: {name!r} stands {names.count(name)} times")
    slots = [slot.slot for slot in regime.narratives]
    for name in sorted({name for name in slots if slots.count(name) > 1}):
        yield Problem(f"regime.yaml.narratives: slot {name!r} stands {slots.count(name)} times")
    sections = [item.section for item in regime.sections]
    placed = [(f"requirements.yaml [{row.id}].page", row.page) for row in regime.requirements]
    placed += [(f"regime.yaml.narratives [{slot.slot}].section", slot.section) for slot in regime.narratives]
    for where, name in placed if sections else ():
        if name not in sections:
            yield Problem(f"{where}: {name!r} is no section of regime.yaml (known: {', '.join(sections)})")
    by, on = regime.superseded_by, regime.superseded_on
    if regime.status == "superseded" and not (by and on and _DATE.fullmatch(on)):
        yield Problem("regime.yaml: status superseded wants superseded_by, and superseded_on as YYYY-MM-DD")
    if regime.status != "superseded" and (by or on):
        yield Problem(f"regime.yaml: superseded_by and superseded_on do not go with status {regime.status}")
    yield from _periods(regime)
    facts = {spec.fact: spec for spec in regime.facts}
    for number, item in enumerate(regime.refuses):
        if not item.when:
            yield Problem(f"regime.yaml.refuses[{number}].when: no condition, and every model would be refused")
        yield from _conditions(item.when, facts, f"regime.yaml.refuses[{number}].when")


def _periods(regime: Regime) -> Iterator[Problem]:
    for number, line in enumerate(regime.retention):
        if line.months is not None and line.months < 1:
            yield Problem(f"regime.yaml.retention[{number}].months: got {line.months}, expected 1 or more, or none")


def _templates(regime: Regime, folder: Path) -> Iterator[Problem]:
    listed = {name for document in regime.documents for name in document.templates}
    there = {path.name: path for path in sorted(folder.glob("*.md.j2"))} if folder.is_dir() else {}
    shared = {path.name: path for path in sorted(templates_dir().glob("*.md.j2"))}
    for name in sorted(listed - there.keys() - shared.keys()):
        yield Problem(f"regime.yaml.documents: template {name!r} is neither in templates/ nor shared")
    if listed and START not in listed:
        yield Problem(f"regime.yaml.documents: no document begins with {START}, the landing page")
    for name in sorted(there.keys() - listed):
        yield Problem(f"templates/{name}: belongs to no document of regime.yaml")
    used = there | {name: shared[name] for name in sorted(listed & shared.keys() - there.keys())}
    for name, path in used.items():
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            yield from _wording(f"templates/{name}:{number}", line, regime)
    yield from _wording("regime.yaml", f"{regime.title} {regime.force} {regime.disclaimer}", regime)
    for row in regime.requirements:
        yield from _wording(f"requirements.yaml [{row.id}]", f"{row.title} {row.paraphrase} {row.supply}", regime)


def _wording(where: str, text: str, regime: Regime) -> Iterator[Problem]:
    for phrase in regime.wording.forbidden:
        if re.search(rf"\b{re.escape(phrase)}\b", text, re.IGNORECASE):
            yield Problem(f"{where}: {phrase!r} is not this regime's word, say {regime.wording.claim!r}")
