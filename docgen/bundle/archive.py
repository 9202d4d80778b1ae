"""The archive of a sealed dossier: one ZIP whose bytes follow from its members, read as if a stranger had made it.

Members are stored, not compressed, sorted by name, with a fixed time: the same members are the same bytes on every
machine, and no archive can be larger inside than outside. Whatever is not exactly such an archive is refused.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from docgen.errors import IntegrityError, SourceError, UnsafeError

MAX_BYTES = 1 << 30
"""Of a whole archive; a dossier is some ten megabytes."""
MAX_MEMBERS = 20_000
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP can hold."""
_MODE = 0o100644
_DAMAGED = (
    zipfile.BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
)
"""Whatever zipfile says of damaged bytes."""


def write_archive(members: Mapping[str, bytes]) -> bytes:
    """Return the archive of these members: path with forward slashes -> bytes.

    Raises:
        UnsafeError: a path that no reader should follow, or more than an archive may hold.
    """
    problems = [f"{name!r}: {fault}" for name in members for fault in _path_faults(name)]
    problems += _doubles(tuple(members))
    if problems or len(members) > MAX_MEMBERS or sum(map(len, members.values())) > MAX_BYTES:
        found = problems[0] if problems else f"more than {MAX_MEMBERS} members or {MAX_BYTES} bytes"
        raise UnsafeError(f"the archive cannot be made: {found}", hint="rename the file and build again")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=False) as made:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3
            info.external_attr = _MODE << 16
            made.writestr(info, members[name])
    return out.getvalue()


def read_archive(path: Path) -> tuple[bytes, dict[str, bytes]]:
    """Return the bytes of an archive, and its members by path.

    Raises:
        SourceError: it cannot be read.
        UnsafeError: it holds what no reader should unpack: a path that leads out, a link, a name twice, a bomb.
        IntegrityError: it is damaged, or not the archive that these members make; the member is named.
    """
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            raise UnsafeError(f"{path}: no file, or larger than {MAX_BYTES} bytes", hint="name a sealed dossier")
        data = path.read_bytes()
    except OSError as err:
        raise SourceError(f"{path}: {(err.strerror or str(err)).lower()}", hint="name a sealed dossier") from err
    members = _members(data, str(path))
    expected = write_archive(members)
    if expected != data:
        raise IntegrityError(f"{path}: {_difference(expected, data)}", hint="get the archive again from its maker")
    return data, members


def _members(data: bytes, where: str) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as found:
            problems = tuple(_problems(found.infolist(), len(data)))
            if problems:
                raise UnsafeError(
                    f"{where}: refused: {'; '.join(problems[:5])}",
                    hint="docgen seal did not make it: do not unpack it",
                )
            members = {}
            for info in found.infolist():
                try:
                    members[info.filename] = found.read(info)
                except zipfile.BadZipFile as err:
                    raise IntegrityError(f"{where}: member {info.filename!r} is damaged: {err}") from err
            return members
    except _DAMAGED as err:
        raise IntegrityError(f"{where}: is damaged, or no archive: {err}", hint="get it again from its maker") from err


def _problems(members: list[zipfile.ZipInfo], size: int) -> Iterator[str]:
    if len(members) > MAX_MEMBERS:
        yield f"{len(members)} members, expected at most {MAX_MEMBERS}"
    yield from _doubles(tuple(info.orig_filename for info in members))
    total = sum(info.file_size for info in members)
    if total > size:
        yield f"its members are {total} bytes, more than the archive's {size}"
    for info in members:
        yield from (f"{info.orig_filename!r}: {fault}" for fault in _path_faults(info.orig_filename))
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in {0, stat.S_IFREG}:
            yield f"{info.orig_filename!r}: is a link or no regular file"
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            yield f"{info.orig_filename!r}: is compressed or encrypted, expected stored bytes"


def _doubles(names: tuple[str, ...]) -> list[str]:
    seen: dict[str, str] = {}
    return [f"{name!r}: stands twice" for name in names if seen.setdefault(name.casefold(), name) != name or (
        names.count(name) > 1)]  # fmt: skip


def _path_faults(name: str) -> Iterator[str]:
    parts = PurePosixPath(name).parts
    if (
        not name
        or name.startswith("/")
        or ".." in parts
        or "\\" in name
        or ":" in name
        or str(PurePosixPath(name)) != name
    ):
        yield "is no relative path below the archive's own folder"
    elif not name.isprintable() or len(name) > 1000:
        yield "holds characters that no path should, or is too long"


def _difference(expected: bytes, data: bytes) -> str:
    """Return in words where an archive is not as its members make it, naming the member."""
    place = next((n for n, (one, two) in enumerate(zip(expected, data, strict=False)) if one != two), None)
    if place is None:
        return f"has {len(data)} bytes, its members make {len(expected)}: something was added or cut off"
    with zipfile.ZipFile(io.BytesIO(expected)) as made:
        starts = [(info.header_offset, info.filename) for info in made.infolist()]
    owner = max(((start, name) for start, name in starts if start <= place), default=(0, "the archive's head"))[1]
    return f"byte {place}, in or after member {owner!r}, is not as the members make it: the archive was changed"
