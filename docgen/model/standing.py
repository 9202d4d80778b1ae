"""Where a version stands in the registry: what a release itself changes, so that no signature can rest on it."""

from __future__ import annotations

from dataclasses import replace

from docgen.model.evidence import Evidence, Table, VersionFacts
from docgen.model.snapshot import Snapshot

TAG_DIGEST, TAG_LINK = "docgen.dossier_sha256", "docgen.dossier"
"""Tags of a released version: SHA-256 of its dossier's `manifest.json`, and where the dossier is."""
ALIAS_FINDING = "alias_without_history"
"""Code of the finding that a version with an alias has."""
EARLIER = "versions:earlier"
"""Evidence: the versions below, with the aliases that they hold."""
_OWN = {f"version_tag:{tag}" for tag in (TAG_DIGEST, TAG_LINK)}


def aliases_of(snapshot: Snapshot) -> tuple[str, ...]:
    """Return the aliases that the version held when it was read."""
    facts = snapshot.find(f"version:{snapshot.subject.version}")
    return facts.value.aliases if facts and isinstance(facts.value, VersionFacts) else ()


def without_standing(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot without aliases, the tags of a release, and the time of the registry's last change."""
    before = snapshot.previous
    return replace(
        snapshot,
        evidence=_lasting(snapshot.evidence),
        findings=tuple(item for item in snapshot.findings if item.code != ALIAS_FINDING),
        previous=replace(before, evidence=_lasting(before.evidence)) if before else None,
    )


def same_but_for_standing(one: Snapshot, other: Snapshot) -> bool:
    """Whether two snapshots tell the same of a version, whatever alias it holds."""
    return without_standing(one).facts_digest() == without_standing(other).facts_digest()


def _lasting(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return tuple(_still(item) for item in evidence if item.id not in _OWN)


def _still(item: Evidence) -> Evidence:
    if isinstance(item.value, VersionFacts):
        value = replace(item.value, aliases=(), updated=None)
        return replace(item, value=value, provenance=replace(item.provenance, time=None))
    if item.id == EARLIER and isinstance(item.value, Table):
        keys = [column.key for column in item.value.columns]
        rows = tuple(
            tuple("" if key == "aliases" else cell for key, cell in zip(keys, row, strict=True))
            for row in item.value.rows
        )
        return replace(item, value=replace(item.value, rows=rows))
    return item
