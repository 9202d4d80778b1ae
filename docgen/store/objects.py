"""Content-addressed blobs: the same bytes have the same name, and every read proves the name.

Layout: `objects/<first two digits>/<SHA-256>`, files read-only, so `sha256sum` can check the store without docgen.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from docgen.errors import IntegrityError
from docgen.model.canonical import Digest, sha256
from docgen.store.files import READ_ONLY, write_atomic


@dataclass(frozen=True, slots=True)
class Objects:
    """Blobs below one folder."""

    root: Path

    def path(self, digest: str) -> Path:
        """Return where the blob with this digest lies or would lie."""
        return self.root / digest[:2] / digest

    def put(self, data: bytes) -> Digest:
        """Store `data` and return its digest. Bytes that are there already are proved, not written again.

        Raises:
            StorageError: they cannot be written.
            IntegrityError: a damaged blob has their name.
        """
        digest = sha256(data)
        if self.path(digest).exists():
            self.get(digest)
        else:
            write_atomic(self.path(digest), data, mode=READ_ONLY)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the blob with this digest.

        Raises:
            IntegrityError: it is not there, or its bytes have another digest.
        """
        path = self.path(digest)
        try:
            data = path.read_bytes()
        except OSError as err:
            raise IntegrityError(
                f"object {digest} cannot be read from {str(self.root)!r}: {(err.strerror or str(err)).lower()}",
                hint="restore the folder from a backup, or collect the model version again",
            ) from err
        if (found := sha256(data)) != digest:
            raise IntegrityError(
                f"object {str(path)!r} was changed: its bytes have SHA-256 {found}, its name says {digest}",
                hint="restore the file from a backup, or delete it and collect the model version again",
            )
        return data
