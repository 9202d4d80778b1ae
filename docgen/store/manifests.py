"""Manifests of built dossiers on disk: read, and held against the files they list."""

from __future__ import annotations

import hashlib
from pathlib import Path

from docgen.errors import IntegrityError
from docgen.model.canonical import Digest, canonical, parse
from docgen.model.codec import structure, unstructure
from docgen.model.manifest import MANIFEST_FORMAT, MANIFEST_NAME, Inputs, Manifest, Member
from docgen.store.files import storage, write_atomic

_CHUNK = 1 << 20


def write_manifest(folder: Path, subject: str, inputs: Inputs) -> Manifest:
    """List every file below `folder` with its SHA-256 in `manifest.json`.

    Raises:
        StorageError: it cannot be written.
    """
    with storage(folder):
        members = tuple(
            Member(path=path.relative_to(folder).as_posix(), size=path.stat().st_size, sha256=_digest(path))
            for path in files_below(folder)
        )
    manifest = Manifest(subject=subject, inputs=inputs, members=tuple(sorted(members, key=lambda item: item.path)))
    write_atomic(folder / MANIFEST_NAME, canonical(unstructure(manifest)))
    return manifest


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a dossier; None when the folder has none.

    Raises:
        IntegrityError: it is not one of ours, or was edited.
    """
    path = folder / MANIFEST_NAME
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as err:
        raise IntegrityError(f"{path}: {(err.strerror or str(err)).lower()}") from err
    return parse_manifest(data, where=str(path))


def parse_manifest(data: bytes, *, where: str) -> Manifest:
    """Return the manifest that these bytes hold.

    Raises:
        IntegrityError: they are not one of ours, or were edited.
    """
    content = parse(data, where=where)
    if not isinstance(content, dict) or content.get("format") != MANIFEST_FORMAT:
        raise IntegrityError(f"{where}: not a manifest of format {MANIFEST_FORMAT}", hint="build again: docgen build")
    if canonical(content) != data:
        raise IntegrityError(f"{where}: the bytes are not canonical JSON, so they were edited after they were written")
    return structure(content, Manifest, where=where)


def faults(folder: Path, manifest: Manifest) -> tuple[str, ...]:
    """Return each file that is not as the manifest has it, in words; empty when all are."""
    found: list[str] = []
    listed = {member.path for member in manifest.members}
    for member in manifest.members:
        path = folder / member.path
        if not path.is_file() or path.is_symlink():
            found.append(f"{path}: listed in {MANIFEST_NAME}, but not there")
        elif (digest := _digest(path)) != member.sha256:
            found.append(f"{path}: has SHA-256 {digest}, {MANIFEST_NAME} says {member.sha256}")
    extra = (path for path in files_below(folder) if path.relative_to(folder).as_posix() not in listed)
    return (*found, *(f"{path}: not listed in {MANIFEST_NAME}" for path in extra))


def files_below(folder: Path) -> tuple[Path, ...]:
    """Return every file below a dossier's folder but its manifest, sorted."""
    return tuple(
        path
        for path in sorted(folder.rglob("*"))
        if (path.is_symlink() or not path.is_dir()) and path != folder / MANIFEST_NAME
    )


def _digest(path: Path) -> Digest:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return Digest(digest.hexdigest())
