"""The packages that docgen needs: each installed version against what is asked of it, and against what was pinned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from docgen.errors import UsageError

MAX_LOCK = 8 << 20
"""Bytes of a file of pinned requirements; a larger one is none."""
_HASH = re.compile(r"sha256:[0-9a-f]{64}\b")
_LOCK = "name a file such as requirements/lock.txt, in which each version stands with its hashes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package that docgen needs, directly or not."""

    name: str
    installed: str | None
    """Version; None where it is missing."""
    wanted: tuple[str, ...]
    """Each demand on it that names versions, with who makes it: `>=9.0,<9.1 (docgen)`."""
    faults: tuple[str, ...]


def closure(root: str = "docgen") -> tuple[Package, ...]:
    """Return every package that the installed `root` needs on this platform, itself left out, by name."""
    demands: dict[str, list[tuple[str, Requirement]]] = {}
    todo, seen = [(root, frozenset({""}))], set()
    while todo:
        name, extras = todo.pop()
        if (name, extras) in seen or (found := installed(name)) is None:
            continue
        seen.add((name, extras))
        for wanted in _requirements(found, extras):
            target = canonicalize_name(wanted.name)
            demands.setdefault(target, []).append((name, wanted))
            todo.append((target, frozenset({"", *wanted.extras})))
    return tuple(_package(name, demands[name]) for name in sorted(demands) if name != root)


def installed(name: str) -> Distribution | None:
    """Return an installed package; None where there is none."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _requirements(found: Distribution, extras: frozenset[str]) -> Iterator[Requirement]:
    for line in found.requires or ():
        try:
            wanted = Requirement(line)
        except InvalidRequirement:
            continue  # of an age before PEP 508; pip ignores it too
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in extras):
            yield wanted


def _package(name: str, demands: list[tuple[str, Requirement]]) -> Package:
    found = installed(name)
    version = found.version if found else None
    wanted = sorted({f"{demand.specifier} ({by})" for by, demand in demands if demand.specifier})
    if version is None:
        askers = ", ".join(sorted({by for by, _ in demands}))
        faults = [f"{name}: is not installed, and {askers} needs it"]
    else:
        faults = [
            f"{name}: {version} is installed, {by} needs {demand.specifier}"
            for by, demand in demands
            if not demand.specifier.contains(version, prereleases=True)
        ]
    return Package(name=name, installed=version, wanted=tuple(wanted), faults=tuple(sorted(set(faults))))


def read_lock(path: Path) -> dict[str, str]:
    """Return name -> version of every package that a file of pinned requirements has for this platform.

    Raises:
        UsageError: it cannot be read, or pins something without a hash.
    """
    try:
        with path.open("rb") as stream:
            text = stream.read(MAX_LOCK).decode("utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise UsageError(f"--lock: {path} cannot be read: {err}", hint=_LOCK) from err
    pins: dict[str, str] = {}
    for line in re.sub(r"\\\r?\n\s*", " ", text).splitlines():
        head, _, hashes = line.partition(" --hash=")
        if head.strip() and head.lstrip()[0] not in "#-":
            pins |= _pin(head, hashes, path)
    if not pins:
        raise UsageError(f"--lock: {path} pins nothing", hint=_LOCK)
    return pins


def _pin(head: str, hashes: str, path: Path) -> dict[str, str]:
    """Return what one line pins; nothing where it is for another platform."""
    try:
        wanted = Requirement(head.strip())
    except InvalidRequirement as err:
        raise UsageError(f"--lock: {path}: {head.strip()[:80]!r} is no requirement", hint=_LOCK) from err
    versions = [item.version for item in wanted.specifier if item.operator == "=="]
    if len(versions) != 1 or not _HASH.match(hashes):
        raise UsageError(f"--lock: {path}: {wanted.name} is not pinned to one version with its SHA-256", hint=_LOCK)
    applies = wanted.marker is None or wanted.marker.evaluate()
    return {canonicalize_name(wanted.name): versions[0]} if applies else {}


def lock_faults(packages: tuple[Package, ...], pins: dict[str, str]) -> tuple[str, ...]:
    """Return each installed package that is not the pinned one."""
    return tuple(
        f"{item.name}: {item.installed} is installed, {pins.get(item.name, 'nothing')} is pinned"
        for item in packages
        if item.installed is not None and pins.get(item.name) != item.installed
    )
