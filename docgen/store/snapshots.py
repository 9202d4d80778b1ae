"""Snapshots by model version: which were taken, which is the newest, and a proof at every read.

A pointer file `snapshots/<model>/<version>/<captured at>-<turn>-<digest>.json` is written once and never changed; the
snapshot itself is an object. The pointer repeats the digest in full, so neither can be swapped unseen. Its turn orders
what was captured within one second; it is no part of the snapshot, whose digest tells of facts alone.

A snapshot is kept once `save` returns: object and pointer are synced, in this order, so a pointer never lacks its
snapshot. Writers wait for each other, and each removes what a killed one left.
"""

from __future__ import annotations

from collections.abc import Iterable
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

POINTER_FORMAT = 2
"""Version of the pointer files; raise it together with a reader of the old one here. Format 1 had no turn."""
_KNOWN = (1, POINTER_FORMAT)


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
    turn: int = 0
    """How many snapshots of the same second the store held when this one was written, of whichever subject."""

    @property
    def age(self) -> tuple[str, int, str]:
        """What snapshots are ordered by. Those of one second and turn are from before turns, or from joined stores."""
        return self.captured_at, self.turn, self.snapshot

    @property
    def file(self) -> str:
        """Name of the pointer's file."""
        turn = f"{self.turn:03}-" if self.format > 1 else ""
        return f"{_moment(self.captured_at)}-{turn}{self.snapshot[:12]}.json"


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
            turn=self._turn(snapshot.captured_at),
        )
        path = self._folder(snapshot.subject) / pointer.file
        write_atomic(path, canonical(unstructure(pointer)), mode=READ_ONLY)
        return snapshot, True

    def _turn(self, captured_at: str) -> int:
        there = (self.root / "snapshots").glob(f"*/*/{_moment(captured_at)}-*.json")
        return 1 + max((_read_pointer(path).turn for path in there), default=-1)

    def read(self, digest: str) -> Snapshot:
        """Return the snapshot with this digest, proved.

        Raises:
            IntegrityError: missing, changed or malformed.
        """
        return read_snapshot(self.objects.get(digest), where=f"snapshot {digest[:12]}")

    def kept(self, digest: Digest) -> Snapshot | None:
        """Return the snapshot with this digest, proved; None where this store never had it.

        Raises:
            IntegrityError: changed or malformed.
        """
        return self.read(digest) if self.objects.path(digest).exists() else None

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
        return self.read(found[-1].snapshot)

    def newest(self) -> Snapshot:
        """Return the snapshot that was taken last, of whichever model version.

        Raises:
            SourceError: none was taken.
            IntegrityError: it is damaged.
        """
        found = self.all()
        if not found:
            raise SourceError(f"no snapshot in {str(self.root)!r}", hint="take one: docgen collect models:/<name>/1")
        return self.read(found[-1].snapshot)

    def all(self) -> tuple[Pointer, ...]:
        """Return every pointer, oldest first."""
        return _by_age(self.pointer_paths())

    def pointer_paths(self) -> tuple[Path, ...]:
        """Return the file of every pointer, by name."""
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
        return _by_age(self._folder(subject).glob("*.json"))

    def _folder(self, subject: Subject) -> Path:
        return self.root / "snapshots" / slug(subject.name) / slug(subject.version or subject.run_id or subject.uri)


def _by_age(paths: Iterable[Path]) -> tuple[Pointer, ...]:
    return tuple(sorted(map(_read_pointer, paths), key=lambda pointer: pointer.age))


def _moment(captured_at: str) -> str:
    return captured_at.replace(":", "").replace("-", "")


def _read_pointer(path: Path) -> Pointer:
    try:
        data = path.read_bytes()
    except OSError as err:
        raise IntegrityError(f"pointer {str(path)!r} cannot be read: {err.strerror}") from err
    content = parse(data, where=path.name)
    number = content.get("format") if isinstance(content, dict) else None
    if number not in _KNOWN:
        known = ", ".join(str(item) for item in _KNOWN)
        raise IntegrityError(
            f"pointer {str(path)!r}: format {number!r} is not known (known: {known})",
            hint="use the docgen that wrote it, or a newer one",
        )
    pointer = structure(content, Pointer, where=path.name)
    if path.name != pointer.file:
        raise IntegrityError(
            f"pointer {str(path)!r} names snapshot {pointer.snapshot[:12]} as {pointer.file}, its file name another",
            hint="restore the file from a backup, or collect the model version again",
        )
    return pointer
