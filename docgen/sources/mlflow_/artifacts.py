"""Artifacts: listed with their sizes, fetched once each, and only from where this store may keep them.

A tracking server can answer any URI it likes. `file:///etc` from a server would hand out this machine's own files, and
`mlflow-artifacts://elsewhere/` would send it the log-in; so local folders are followed only for local stores and in the
shape that MLflow gives them, and other hosts and buckets only when the configuration names them.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, unquote, urlsplit

from docgen.errors import SourceError, UnsafeError
from docgen.model.canonical import Digest
from docgen.sources.mlflow_.asking import Asker, Patience, manners, without_credentials
from docgen.sources.mlflow_.records import MAX_WHOLE

if TYPE_CHECKING:
    from mlflow.store.artifact.artifact_repo import ArtifactRepository

MIB = 1024 * 1024
_SLOWEST_BYTES_PER_SECOND = 100 * 1024
"""A download slower than this, beyond the time of one question, is given up."""

_MAPS = "map it under [mlflow.artifact_roots] in docgen.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a store may make docgen do."""

    file_bytes: int = 64 * MIB
    """A needed file larger than this is refused."""
    hash_bytes: int = 16 * MIB
    """A file larger than this is listed without a digest when it lies on a server."""
    local_hash_bytes: int = 8 * 1024 * MIB
    """The same for a file on this machine."""
    files: int = 10_000
    depth: int = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file in an artifact folder."""

    path: str
    size: int | None


class Artifacts(Protocol):
    """The artifacts of one run or logged model."""

    @property
    def uri(self) -> str:
        """Where they lie, as the store says."""
        ...

    @property
    def local(self) -> bool:
        """Whether they lie on this machine."""
        ...

    def listing(self) -> tuple[Listed, ...]:
        """Return every file, sorted by path; none when nothing was logged.

        Raises:
            SourceError: the folder cannot be reached.
            UnsafeError: too many files, too deep, or a name that leads out of the folder.
        """
        ...

    def read(self, path: str, limit: int) -> bytes:
        """Return the bytes of a listed file.

        Raises:
            SourceError: it cannot be read.
            UnsafeError: larger than `limit` bytes, or it leads out of the folder.
        """
        ...

    def digest(self, path: str, limit: int) -> Digest:
        """Return the SHA-256 of a listed file without holding it in memory; errors as for `read`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalArtifacts:
    """A folder on this machine, never left: links that lead out of it, devices and pipes are refused."""

    root: Path
    uri: str
    limits: Limits
    local: bool = True

    def listing(self) -> tuple[Listed, ...]:
        """Return every file, sorted by path."""
        if not self.root.is_dir():
            # MLflow makes a run's folder with its first artifact: beside others of its kind, an absent one is empty.
            if not self.root.exists() and self.root.parent.parent.is_dir():
                return ()
            raise SourceError(
                f"artifacts at {self.uri!r} cannot be reached: {str(self.root)!r} is no folder here",
                hint=f"when the store was moved, {_MAPS}",
            )
        found: list[Listed] = []
        for folder, names, files in os.walk(self.root, onerror=self._unlisted, followlinks=False):
            relative = Path(folder).relative_to(self.root)
            if len(relative.parts) > self.limits.depth:
                raise _too("deeper", self.uri, self.limits)
            names.sort()
            found.extend(self._listed(relative / name) for name in sorted(files))
            for name in names:
                if (Path(folder) / name).is_symlink():
                    raise self._refused(relative / name)
            if len(found) > self.limits.files:
                raise _too("more", self.uri, self.limits)
        return tuple(sorted(found, key=lambda item: item.path))

    def read(self, path: str, limit: int) -> bytes:
        """Return the bytes of a listed file."""
        return b"".join(self._chunks(path, limit))

    def digest(self, path: str, limit: int) -> Digest:
        """Return the SHA-256 of a listed file."""
        return _digest(self._chunks(path, limit))

    def _listed(self, relative: Path) -> Listed:
        path = self.root / relative
        try:
            facts = path.stat()
        except OSError as err:
            raise self._refused(relative) from err
        if not self._inside(path) or not stat.S_ISREG(facts.st_mode):
            raise self._refused(relative)
        return Listed(path=relative.as_posix(), size=facts.st_size)

    def _chunks(self, path: str, limit: int) -> Iterator[bytes]:
        target = self.root / path
        _confined(path, self.uri)
        try:
            handle = os.open(target, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
            with os.fdopen(handle, "rb") as stream:
                # Looked at again after opening: the file may have been exchanged since it was listed.
                if not self._inside(target) or not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise self._refused(PurePosixPath(path))
                yield from _limited(iter(lambda: stream.read(MIB), b""), path, self.uri, limit)
        except OSError as err:
            reason = (err.strerror or str(err)).lower()
            raise SourceError(f"artifact {path!r} at {self.uri!r} cannot be read: {reason}") from err

    def _unlisted(self, err: OSError) -> None:
        """Stop where a folder cannot be listed: files that nobody saw must not pass for files that are not there."""
        raise SourceError(
            f"artifacts at {self.uri!r} cannot be listed: {err.filename!r}: {(err.strerror or str(err)).lower()}",
            hint="correct the permissions of the folder",
        ) from err

    def _inside(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self.root.resolve())

    def _refused(self, relative: Path | PurePosixPath) -> UnsafeError:
        return UnsafeError(
            f"artifact {relative.as_posix()!r} at {self.uri!r} is a link out of its folder or no plain file",
            hint="remove it from the artifact store",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteArtifacts:
    """Artifacts behind MLflow's artifact repository object: one request for each folder, one for each file."""

    repository: ArtifactRepository
    uri: str
    limits: Limits
    patience: Patience
    local: bool = False

    def listing(self) -> tuple[Listed, ...]:
        """Return every file, sorted by path."""
        found: list[Listed] = []
        folders: list[str | None] = [None]
        asked = 0
        while folders:
            folder, asked = folders.pop(), asked + 1
            for item in self._list(folder):
                path = str(item.path)
                _confined(path, self.uri)
                if path.count("/") > self.limits.depth:
                    raise _too("deeper", self.uri, self.limits)
                if item.is_dir:
                    folders.append(path)
                else:
                    size = item.file_size
                    known = isinstance(size, int) and 0 <= size <= MAX_WHOLE
                    found.append(Listed(path=path, size=size if known else None))
            if len(found) + len(folders) + asked > self.limits.files:
                raise _too("more", self.uri, self.limits)
        return tuple(sorted({item.path: item for item in found}.values(), key=lambda item: item.path))

    def read(self, path: str, limit: int) -> bytes:
        """Return the bytes of a listed file."""
        return b"".join(self._chunks(path, limit))

    def digest(self, path: str, limit: int) -> Digest:
        """Return the SHA-256 of a listed file."""
        return _digest(self._chunks(path, limit))

    def _list(self, folder: str | None) -> list[Any]:
        return (
            self._asker().ask(f"the list of {folder or 'artifacts'!r}", lambda: self.repository.list_artifacts(folder))
            or []
        )

    def _chunks(self, path: str, limit: int) -> Iterator[bytes]:
        _confined(path, self.uri)
        from mlflow.store.artifact.http_artifact_repo import HttpArtifactRepository

        if isinstance(self.repository, HttpArtifactRepository):
            yield from self._stream(self.repository, path, limit)
            return
        with tempfile.TemporaryDirectory(prefix="docgen-") as folder:  # mode 0700
            target = Path(folder) / "artifact"
            # The public download lists the folder again for each file: five requests instead of one.
            download: Any = self.repository._download_file  # noqa: SLF001
            if self._asker(scale=40).ask(f"artifact {path!r}", lambda: (download(path, str(target)),)) is None:
                raise SourceError(f"artifact {path!r} at {self.uri!r} is listed, but not there")
            with target.open("rb") as stream:
                yield from _limited(iter(lambda: stream.read(MIB), b""), path, self.uri, limit)

    def _stream(self, repository: Any, path: str, limit: int) -> Iterator[bytes]:  # noqa: ANN401  # MLflow's own
        """Yield a file as it comes, with a cap on bytes and on time: MLflow's download has neither."""
        from mlflow.utils.rest_utils import http_request

        request: Any = http_request
        asker = self._asker()
        what = f"artifact {path!r}"

        def call() -> Any:  # noqa: ANN401  # a requests.Response
            answer = request(repository._host_creds, f"/{quote(path)}", "GET", stream=True)  # noqa: SLF001  # as its own download does
            answer.raise_for_status()
            return answer

        answer = asker.ask(what, call)
        if answer is None:
            raise SourceError(f"artifact {path!r} at {self.uri!r} is listed, but not there")
        until = time.monotonic() + self.patience.deadline_seconds + limit / _SLOWEST_BYTES_PER_SECOND
        chunks = answer.iter_content(MIB)

        def chunk() -> bytes:
            return next(chunks, b"")

        def received() -> Iterator[bytes]:
            while True:
                data = asker.ask(what, chunk) or b""
                if time.monotonic() > until:
                    raise SourceError(f"artifact {path!r} at {self.uri!r} comes too slowly and was given up")
                if not data:
                    return
                yield data

        with answer:
            yield from _limited(received(), path, self.uri, limit)

    def _asker(self, scale: int = 1) -> Asker:
        patience = self.patience
        slow = Patience(timeout_seconds=patience.timeout_seconds * scale, retries=patience.retries)
        return Asker(shown=self.uri, patience=slow if scale > 1 else patience)


def open_artifacts(
    uri: str,
    owner: str,
    *,
    tracking_uri: str,
    local_store: bool,
    roots: Mapping[str, str],
    limits: Limits,
    patience: Patience | None = None,
    beside: Path | None = None,
) -> Artifacts:
    """Return the artifacts at a URI that a store gave.

    Args:
        uri: as the run or logged model has it.
        owner: id of the run or logged model; MLflow makes it part of every local folder.
        tracking_uri: for `mlflow-artifacts:` URIs.
        local_store: whether the store itself lies on this machine.
        roots: prefix -> local folder, or -> the same prefix for a remote place that may be asked directly.
        limits: caps.
        patience: how long a server may take.
        beside: the store's own folder with these artifacts, taken when the URI leads nowhere.

    Raises:
        UnsafeError: a place that this store may not send docgen to.
        SourceError: a place that cannot be read from here.
    """
    patience = patience or Patience()
    shown = without_credentials(uri)
    flat = uri.replace("\\", "/")
    for prefix, target in sorted(roots.items(), key=lambda item: -len(item[0])):
        start = prefix.replace("\\", "/").rstrip("/")
        if flat == start or flat.startswith(start + "/"):
            if target == prefix:
                return _remote(uri, shown, tracking_uri, limits, patience)
            rest = unquote(flat[len(start) :].lstrip("/"))
            if rest:
                _confined(rest, shown)
            return LocalArtifacts(root=Path(target) / rest, uri=shown, limits=limits)
    found = local_path(uri)
    if found is not None:
        return _local(found, shown, owner, tracking_uri, limits, local_store=local_store, beside=beside)
    if beside is not None:
        return LocalArtifacts(root=beside, uri=shown, limits=limits)
    _allowed_remote(uri, shown, tracking_uri, local_store=local_store)
    return _remote(uri, shown, tracking_uri, limits, patience)


def _local(
    path: Path, shown: str, owner: str, tracking_uri: str, limits: Limits, *, local_store: bool, beside: Path | None
) -> LocalArtifacts:
    if not local_store:
        server = without_credentials(tracking_uri)
        raise UnsafeError(
            f"the remote store {server!r} names the local folder {shown!r}, which is not followed",
            hint=f"if it is right, {_MAPS}",
        )
    own = beside is not None and (beside.is_dir() or beside.parts[-3:] == path.parts[-3:])
    if beside is not None and own and not path.is_dir():
        return LocalArtifacts(root=beside, uri=shown, limits=limits)
    if path.name != "artifacts" or path.parent.name != owner:
        raise UnsafeError(
            f"artifacts at {shown!r} are not followed: MLflow keeps them in a folder .../{owner}/artifacts",
            hint=f"if it is right, {_MAPS}",
        )
    return LocalArtifacts(root=path, uri=shown, limits=limits)


def _allowed_remote(uri: str, shown: str, tracking_uri: str, *, local_store: bool) -> None:
    parts, server = urlsplit(uri), urlsplit(tracking_uri)
    scheme = parts.scheme.lower()
    if scheme == "mlflow-artifacts" and local_store:
        raise SourceError(
            f"artifacts at {shown!r} lie behind a tracking server, but the store was opened without one",
            hint="point tracking_uri at the server, or map the URI to its folder under [mlflow.artifact_roots]",
        )
    own_host = parts.netloc in {"", server.netloc, server.netloc.rpartition("@")[2]}
    if scheme == "mlflow-artifacts" and own_host:
        return
    if scheme == "dbfs" and server.scheme.lower().startswith(("databricks", "uc")):
        return
    store = without_credentials(tracking_uri)
    raise UnsafeError(
        f"artifacts at {shown!r} are not followed: the store {store!r} may not send docgen there",
        hint=f'to allow it, add "{_bucket(shown)}" = "{_bucket(shown)}" under [mlflow.artifact_roots] in docgen.toml',
    )


def _bucket(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else uri


def local_path(uri: str) -> Path | None:
    """Return the local folder that a URI names, also of another system; None for other schemes."""
    drive = re.match(r"(?:file:/*)?([A-Za-z]:[\\/].*)", uri, re.DOTALL)
    if drive:
        return Path(unquote(drive.group(1)) if uri.startswith("file:") else drive.group(1))
    if uri.startswith(("\\\\", "/")):
        return Path(uri)
    parts = urlsplit(uri)
    if parts.scheme == "":
        return Path(uri)
    if parts.scheme.lower() == "file":
        host = f"//{parts.netloc}" if parts.netloc not in {"", "localhost"} else ""
        return Path(host + unquote(parts.path))
    return None


def _remote(uri: str, shown: str, tracking_uri: str, limits: Limits, patience: Patience) -> RemoteArtifacts:
    with manners(patience):
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
    asker = Asker(shown=shown, patience=patience)
    repository = asker.ask(
        "its artifacts", lambda: get_artifact_repository(uri, tracking_uri=tracking_uri), absent=frozenset()
    )
    if repository is None:
        raise SourceError(f"artifacts at {shown!r} cannot be opened")
    return RemoteArtifacts(repository=repository, uri=shown, limits=limits, patience=patience)


def _limited(chunks: Iterator[bytes], path: str, uri: str, limit: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise UnsafeError(
                f"artifact {path!r} at {uri!r} is larger than {limit} bytes",
                hint="raise [mlflow] max_file_mib in docgen.toml",
            )
        yield chunk


def _digest(chunks: Iterator[bytes]) -> Digest:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return Digest(digest.hexdigest())


def _confined(path: str, uri: str) -> None:
    parts = PurePosixPath(path)
    bad = parts.is_absolute() or ".." in parts.parts or "\\" in path or "\0" in path or re.match(r"[A-Za-z]:", path)
    if bad or not path:
        raise UnsafeError(f"artifact path {path!r} at {uri!r} leads out of its folder", hint="do not trust this store")


def _too(what: str, uri: str, limits: Limits) -> UnsafeError:
    if what == "deeper":
        return UnsafeError(f"artifacts at {uri!r} lie deeper than {limits.depth} folders", hint="log fewer levels")
    return UnsafeError(
        f"artifacts at {uri!r}: more than {limits.files} files", hint="raise [mlflow] max_files in docgen.toml"
    )
