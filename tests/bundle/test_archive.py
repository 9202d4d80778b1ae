"""The archive: its members make its bytes, and what a stranger might have made is refused."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from docgen.bundle.archive import read_archive, write_archive
from docgen.errors import IntegrityError, SourceError, UnsafeError

MEMBERS = {"a/b.txt": b"hello", "z.json": b"{}", "a/ä.bin": bytes(range(256))}


def crafted(folder: Path, *entries: tuple[str, bytes], compress: int = zipfile.ZIP_STORED, mode: int = 0) -> Path:
    path = folder / "crafted.zip"
    with zipfile.ZipFile(path, "w", compress) as made:
        for name, data in entries:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr = mode << 16
            info.compress_type = compress
            made.writestr(info, data)
    return path


def test_members_are_written_and_read_again_and_the_order_they_came_in_changes_no_byte(tmp_path: Path) -> None:
    data = write_archive(MEMBERS)
    assert write_archive(dict(reversed(MEMBERS.items()))) == data
    (tmp_path / "made.zip").write_bytes(data)
    assert read_archive(tmp_path / "made.zip") == (data, MEMBERS)


@pytest.mark.parametrize(
    "name",
    ["../evil", "a/../../evil", "/etc/passwd", "C:\\evil", "a\\b", "./a", "a//b", "a/", "tab\there", "\u202eevil"],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_path_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnsafeError, match="refused"):
        read_archive(crafted(tmp_path, ("good", b"x"), (name, b"x")))
    with pytest.raises(UnsafeError):
        write_archive({name: b"x"})


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("twice", [("same", "same"), ("Same", "same")])
def test_a_name_that_stands_twice_is_refused(tmp_path: Path, twice: tuple[str, str]) -> None:
    with pytest.raises(UnsafeError, match="stands twice"):
        read_archive(crafted(tmp_path, (twice[0], b"1"), (twice[1], b"2")))


def test_links_and_devices_are_refused(tmp_path: Path) -> None:
    for mode in (stat.S_IFLNK | 0o777, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFDIR):
        with pytest.raises(UnsafeError, match="is a link or no regular file"):
            read_archive(crafted(tmp_path, ("link", b"/etc/passwd"), mode=mode))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = crafted(tmp_path, ("bomb", bytes(50_000_000)), compress=zipfile.ZIP_DEFLATED)
    assert bomb.stat().st_size < 100_000
    with pytest.raises(UnsafeError, match="more than the archive's"):
        read_archive(bomb)


def test_members_that_share_bytes_are_refused(tmp_path: Path) -> None:
    """Overlapping members make an archive larger inside than outside without compression."""
    data = bytearray(write_archive({"a": b"x" * 1000, "b": b"y" * 1000}))
    place = data.rindex(b"PK\x01\x02")
    data[place + 42 : place + 46] = (0).to_bytes(4, "little")
    (tmp_path / "overlap.zip").write_bytes(data)
    with pytest.raises((UnsafeError, IntegrityError)):
        read_archive(tmp_path / "overlap.zip")


def test_an_archive_with_something_before_behind_or_between_is_refused(tmp_path: Path) -> None:
    data = write_archive(MEMBERS)
    path = tmp_path / "made.zip"
    for changed in (b"#!/bin/sh\n" + data, data + b"more", data[:-1], data[:100], b"", b"PK"):
        path.write_bytes(changed)
        with pytest.raises(IntegrityError):
            read_archive(path)
    with zipfile.ZipFile(io.BytesIO(), "w") as other:
        other.comment = b"hello"
    path.write_bytes(zip_with_comment())
    with pytest.raises(IntegrityError):
        read_archive(path)


def zip_with_comment() -> bytes:
    out = io.BytesIO(write_archive(MEMBERS))
    with zipfile.ZipFile(out, "a") as made:
        made.comment = b"hello"
    return out.getvalue()


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere.zip"):
        with pytest.raises((UnsafeError, SourceError)):
            read_archive(path)
