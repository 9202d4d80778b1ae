"""Which evidence a check looks at: ids are taken apart once and their parts compared for equality."""

from __future__ import annotations

from dataclasses import dataclass

from docgen.model.checks import Select
from docgen.model.evidence import Evidence
from docgen.model.snapshot import Snapshot

ANY = "any"
INTERSECTION = "any intersection"
NAMELESS = "dataset"
"""The name that MLflow gives to data that were logged without one: it does not tell which data they are."""

JOIN = " & "
"""Joins the features of an intersection in a fairness id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of an evidence id `kind:name/feature@split`; only fairness ids have a feature."""

    kind: str
    name: str
    feature: str | None
    split: str | None


def parts(wanted: str) -> Parts:
    """Take an evidence id apart."""
    kind, _, rest = wanted.partition(":")
    name, at, split = rest.rpartition("@")
    if not at:
        name, split = rest, ""
    feature = None
    if kind == "fairness":
        name, _, feature = name.partition("/")
    return Parts(kind=kind, name=name, feature=feature, split=split or None)


def selected(snapshot: Snapshot, select: Select) -> tuple[Evidence, ...]:
    """Return the evidence a check looks at, `Missing` included, in id order."""
    if select.id is not None:
        found = snapshot.find(select.id)
        return (found,) if found else ()
    return tuple(item for item in snapshot.evidence if _fits(parts(item.id), select))


def _fits(found: Parts, select: Select) -> bool:
    return (
        found.kind == select.kind
        and _name_fits(found, select.name)
        and _feature_fits(found.feature, select.feature)
        and _split_fits(found.split, select)
    )


def _name_fits(found: Parts, wanted: str | None) -> bool:
    """Whether a name is the wanted one.

    `drift` is also the name of the monitoring series `drift/psi/income`, and `global` that of `global importances.csv`,
    global attributions in a table of that name.
    """
    mark = {"monitoring": "/", "explanation": " "}.get(found.kind)
    return wanted in {None, found.name} or (mark is not None and found.name.startswith(f"{wanted}{mark}"))


def _feature_fits(found: str | None, wanted: str | None) -> bool:
    if wanted == INTERSECTION:
        return found is not None and JOIN in found
    if wanted == ANY:
        return found is not None and JOIN not in found
    return wanted in {None, found}


def _split_fits(found: str | None, select: Select) -> bool:
    if found is not None and found.lower() in select.except_splits:
        return False
    if select.split == ANY:
        return found is not None and found != NAMELESS and not found.startswith(f"{NAMELESS} (")
    return select.split in {None, found}


def describe(select: Select) -> str:
    """Return in words what is selected, from the regime's own data only."""
    if select.id is not None:
        return select.id
    words = f"{select.kind} {select.name}" if select.name else f"any {select.kind}"
    if select.feature:
        words += f" by {_FEATURES.get(select.feature, select.feature)}"
    if select.split:
        words += " on data that are named" if select.split == ANY else f" on {select.split}"
    if select.except_splits:
        words += f", other than {' or '.join(select.except_splits)}"
    return words.replace("_", " ") if select.name is None else words


_FEATURES = {ANY: "a sensitive feature", INTERSECTION: "an intersection of sensitive features"}
