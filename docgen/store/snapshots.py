"""Snapshots by model version: which were taken, which is the newest, and a proof at every read.

A pointer file `snapshots/<model>/<version>/<captured at>-<digest>.json` is written once and never changed; the
snapshot itself is an object. The pointer repeats the digest in full, so neither can be swapped unseen.

A snapshot is kept once `save` returns: object and pointer are synced, in this order, so a pointer never lacks its
snapshot. Writers wait for each other, and each removes what a killed one left.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from docgen.errors import IntegrityError, SourceError
from docgen.model.canonical import Digest, canonical, parse
from docgen.model.codec import structure, unstructure
from docgen.model.snapshot import Snapshot, Subject
from docgen.store.files import READ_ONLY, remove_leftovers, slug, storage, write_atomic
from docgen.store.locks import held
from docgen.store.objects import Objects
from docgen.store.readers import read_snapshot

POINTER_FORMAT = 1
"""Version of the pointer files; raise it together with a reader of the old one here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """One taken snapshot."""

    format: int = POINTER_FORMAT
    subject: str
    """Resolved URI of the model version."""
    captured_at: str
    snapshot: Digest
    facts: Digest
    """Digest of the facts alone, without when and by whom they were read."""


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The snapshots in one docgen store (the folder `.docgen` by default)."""

    root: Path

    @property
    def objects(self) -> Objects:
        """The blobs of this store."""
        return Objects(self.root / "objects")

    def save(self, snapshot: Snapshot) -> tuple[Snapshot, bool]:
        """Keep a snapshot; when the newest one of its subject holds the same facts, that one stays the newest.

        Returns:
            The snapshot that is now the newest, and whether it was written now.

        Raises:
            StorageError: it cannot be written, or another writer holds the store too long; nothing is claimed as saved.
            IntegrityError: the newest snapshot of this subject is damaged.
        """
        with storage(self.root), held(self.root):
            remove_leftovers(*self.root.glob("objects/*"), *self.root.glob("snapshots/*/*"))
            return self._save(snapshot)

    def _save(self, snapshot: Snapshot) -> tuple[Snapshot, bool]:
        newest = self._pointers(snapshot.subject)[-1:]
        if newest and newest[0].facts == snapshot.facts_digest():
            return self.read(newest[0].snapshot), False
        digest = self.objects.put(snapshot.to_bytes())
        pointer = Pointer(
            subject=snapshot.subject.uri,
            captured_at=snapshot.captured_at,
            snapshot=digest,
            facts=snapshot.facts_digest(),
        )
        moment = snapshot.captured_at.replace(":", "").replace("-", "")
        path = self._folder(snapshot.subject) / f"{moment}-{digest[:12]}.json"
        write_atomic(path, canonical(unstructure(pointer)), mode=READ_ONLY)
        return snapshot, True

    def read(self, digest: str) -> Snapshot:
        """Return the snapshot with this digest, proved.

        Raises:
            IntegrityError: missing, changed or malformed.
        """
        return read_snapshot(self.objects.get(digest), where=f"snapshot {digest[:12]}")

    def latest(self, uri: str) -> Snapshot:
        """Return the newest snapshot of a model version.

        Args:
            uri: the resolved URI, `models:/churn/3` or `runs:/<id>`; or what was asked when it was taken.

        Raises:
            SourceError: none was taken.
            IntegrityError: it is damaged.
        """
        found = [pointer for pointer in self.all() if pointer.subject == uri]
        if not found:
            known = sorted({pointer.subject for pointer in self.all()})
            raise SourceError(
                f"no snapshot of {uri!r} in {str(self.root)!r} (there: {', '.join(known) or 'none'})",
                hint=f"take one: docgen collect {uri}",
            )
        return self.read(max(found, key=_age).snapshot)

    def newest(self) -> Snapshot:
        """Return the snapshot that was taken last, of whichever model version.

        Raises:
            SourceError: none was taken.
            IntegrityError: it is damaged.
        """
        found = self.all()
        if not found:
            raise SourceError(f"no snapshot in {str(self.root)!r}", hint="take one: docgen collect models:/<name>/1")
        return self.read(max(found, key=lambda pointer: (_age(pointer), pointer.subject)).snapshot)

    def all(self) -> tuple[Pointer, ...]:
        """Return every pointer, oldest first within a subject."""
        return tuple(_read_pointer(path) for path in self.pointer_paths())

    def pointer_paths(self) -> tuple[Path, ...]:
        """Return the file of every pointer, oldest first within a subject."""
        return tuple(sorted((self.root / "snapshots").glob("*/*/*.json")))

    def prove(self, path: Path) -> None:
        """Hold a pointer file against the snapshot it names.

        Raises:
            IntegrityError: either was changed, or they do not belong together.
        """
        pointer = _read_pointer(path)
        snapshot = self.read(pointer.snapshot)
        told = (pointer.subject, pointer.captured_at, pointer.facts)
        if told != (snapshot.subject.uri, snapshot.captured_at, snapshot.facts_digest()):
            raise IntegrityError(f"pointer {str(path)!r} does not tell what its snapshot {pointer.snapshot[:12]} holds")

    def _pointers(self, subject: Subject) -> tuple[Pointer, ...]:
        pointers = [_read_pointer(path) for path in sorted(self._folder(subject).glob("*.json"))]
        return tuple(sorted(pointers, key=_age))

    def _folder(self, subject: Subject) -> Path:
        return self.root / "snapshots" / slug(subject.name) / slug(subject.version or subject.run_id or subject.uri)


def _age(pointer: Pointer) -> tuple[str, str]:
    """Return what snapshots of one subject are ordered by, also two of the same second."""
    return pointer.captured_at, pointer.snapshot


def _read_pointer(path: Path) -> Pointer:
    try:
        data = path.read_bytes()
    except OSError as err:
        raise IntegrityError(f"pointer {str(path)!r} cannot be read: {err.strerror}") from err
    pointer = structure(parse(data, where=path.name), Pointer, where=path.name)
    if not path.stem.endswith(f"-{pointer.snapshot[:12]}"):
        raise IntegrityError(
            f"pointer {str(path)!r} names snapshot {pointer.snapshot[:12]}, its file name another",
            hint="restore the file from a backup, or collect the model version again",
        )
    return pointer
