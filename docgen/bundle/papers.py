"""A built dossier, proved and read: from its folder, or from the members of an archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from docgen.errors import IntegrityError, SourceError, UsageError
from docgen.model.assessment import Assessment
from docgen.model.canonical import Digest, parse, sha256
from docgen.model.codec import structure
from docgen.model.evidence import Commit, RunFacts
from docgen.model.manifest import MANIFEST_NAME, Manifest
from docgen.model.snapshot import Snapshot
from docgen.publish.exports import ASSESSMENT_FORMAT, FILES
from docgen.store.manifests import faults, files_below, parse_manifest, read_manifest
from docgen.store.readers import read_snapshot

_OLDEST = 2
"""Oldest format of an assessment that is still read: fields were only added since, each with a default."""

SNAPSHOT = f"{FILES}/snapshot.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """A built dossier: what is signed at gates."""

    manifest: Manifest
    digest: Digest
    """SHA-256 of the bytes of `manifest.json`."""
    snapshot: Snapshot
    assessments: tuple[Assessment, ...]

    @property
    def subject(self) -> str:
        """`models:/<name>/<version>`."""
        return self.snapshot.subject.uri

    def developers(self) -> tuple[str, ...]:
        """Return who made the version as far as the snapshot tells."""
        return makers(self.snapshot)


def makers(snapshot: Snapshot) -> tuple[str, ...]:
    """Return who made a version as far as its snapshot tells: the runs' users, the commit's author."""
    names = {item.value.user_claim for item in snapshot.of_kind("run") if isinstance(item.value, RunFacts)}
    head = snapshot.find("commit:head")
    if head is not None and isinstance(head.value, Commit):
        names.add(head.value.author or "")
    return tuple(sorted(name for name in names if name.strip()))


def read_papers(folder: Path) -> Papers:
    """Return the dossier in a folder, every file of it proved.

    Raises:
        SourceError: there is none.
        IntegrityError: a file is not as its manifest has it, or the parts do not belong together.
        UsageError: it is of no registered model version.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise SourceError(f"{str(folder)!r} is no dossier: it has no {MANIFEST_NAME}", hint="make it: docgen build")
    found = faults(folder, manifest)
    if found:
        raise IntegrityError(f"the dossier is not as it was built: {found[0]}", hint="build it again: docgen build")
    names = (MANIFEST_NAME, *(member.path for member in manifest.members if _is_read(member.path)))
    return papers_of({name: (folder / name).read_bytes() for name in names})


def _is_read(path: str) -> bool:
    return path == SNAPSHOT or (path.startswith(f"{FILES}/assessment-") and path.endswith(".json"))


def papers_of(files: Mapping[str, bytes]) -> Papers:
    """Return the dossier that these files hold: path in the dossier -> bytes, proved to be as the manifest has them.

    Raises:
        IntegrityError: the parts do not belong together.
        UsageError: it is of no registered model version.
    """
    manifest = parse_manifest(files[MANIFEST_NAME], where=MANIFEST_NAME)
    if SNAPSHOT not in files:
        raise IntegrityError(f"{SNAPSHOT}: is missing", hint="build it again")
    snapshot = read_snapshot(files[SNAPSHOT], where=SNAPSHOT)
    if snapshot.digest() != manifest.inputs.snapshot or snapshot.subject.uri != manifest.subject:
        raise IntegrityError(f"{SNAPSHOT}: is not the snapshot that {MANIFEST_NAME} names", hint="build it again")
    if snapshot.subject.version is None:
        raise UsageError(
            f"{manifest.subject} is no registered model version, and only these are approved and released",
            hint="register the run's model in MLflow, then build models:/<name>/<version>",
        )
    return Papers(
        manifest=manifest,
        digest=sha256(files[MANIFEST_NAME]),
        snapshot=snapshot,
        assessments=tuple(
            _assessment(files[name], name, manifest) for name in sorted(files) if _is_read(name) and name != SNAPSHOT
        ),
    )


def _assessment(data: bytes, where: str, manifest: Manifest) -> Assessment:
    content = parse(data, where=where)
    number = content.get("format") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(number, int) or not _OLDEST <= number <= ASSESSMENT_FORMAT:
        raise IntegrityError(f"{where}: assessment format {number!r} is not known", hint="use the docgen that wrote it")
    found = structure(content.get("assessment"), Assessment, where=where)
    if found.snapshot != manifest.inputs.snapshot or found.regime_digest not in manifest.inputs.regimes:
        raise IntegrityError(f"{where}: is of another snapshot or regime than {MANIFEST_NAME} names")
    return found


def member_faults(files: Mapping[str, bytes], manifest: Manifest) -> tuple[str, ...]:
    """Return each file that is not as the manifest of a dossier has it, in words."""
    wanted = {member.path: member.sha256 for member in manifest.members}
    found = {path: sha256(data) for path, data in files.items() if path != MANIFEST_NAME}
    faulty = [path for path in sorted(wanted.keys() | found.keys()) if wanted.get(path) != found.get(path)]
    return tuple(
        f"{path}: is not listed in {MANIFEST_NAME}" if path not in wanted
        else f"{path}: is missing" if path not in found
        else f"{path}: has SHA-256 {found[path]}, {MANIFEST_NAME} says {wanted[path]}"
        for path in faulty
    )  # fmt: skip


def read_files(folder: Path) -> dict[str, bytes]:
    """Return path in the dossier -> bytes of every file of it, its manifest too."""
    paths = (*files_below(folder), folder / MANIFEST_NAME)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
