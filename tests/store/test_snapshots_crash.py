"""The store when its writer is killed, the disk full, or another writer there: what was acknowledged is kept, whole."""

from __future__ import annotations

import os
import random
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from docgen.errors import StorageError
from docgen.model.canonical import sha256
from docgen.model.snapshot import Finding, Snapshot
from docgen.store.snapshots import Snapshots
from docgen.testing import sample_snapshot

SAMPLE = replace(sample_snapshot(), evidence=sample_snapshot().evidence[:3])
"""Small, so that most of the time goes into writing."""
Acknowledge = Callable[[str], None]


def numbered(number: int, text: str = "") -> Snapshot:
    """A snapshot of its own with facts of its own; a minute later than the one before."""
    finding = Finding(severity="info", code=f"n{number}", message=text or f"number {number}")
    at = f"2026-05-{1 + number // 1440:02}T{number // 60 % 24:02}:{number % 60:02}:00Z"
    return replace(SAMPLE, captured_at=at, findings=(finding,))


def started(work: Callable[[Acknowledge], None]) -> tuple[int, int]:
    """Fork a writer; returns its process and where its acknowledgements are read, once it is at work."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            os.write(writing, b"!")
            work(lambda text: os.write(writing, f"{text}\n".encode()) and None)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    assert os.read(reading, 1) == b"!"
    return child, reading


def heard(reading: int) -> set[str]:
    """What a writer acknowledged; a torn last line is none."""
    with os.fdopen(reading) as stream:
        return {line.strip() for line in stream if line.endswith("\n")}


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.rglob(".*") if path.name.endswith(".tmp")]


def proved(store: Snapshots) -> set[str]:
    """The digest of every snapshot, each proved with its pointer; no file under a final name is torn."""
    for path in store.root.glob("objects/*/[!.]*"):
        assert sha256(path.read_bytes()) == path.name
    for path in store.pointer_paths():
        store.prove(path)
    return {pointer.snapshot for pointer in store.all()}


def test_two_hundred_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """Writers in forked processes, each killed with SIGKILL at a random moment; acknowledged through a pipe."""
    chance, store, first = random.Random(7), Snapshots(tmp_path / "store"), Snapshots(tmp_path / "first")
    first.save(numbered(0))  # what is made once a process should not be made in each child
    acknowledged: set[str] = set()
    number = torn = cleaned = written = 0
    for round_ in range(200):
        sizes = [chance.choice((0, 1 << 12, 1 << 18)) for _ in range(50)]

        def work(acknowledge: Acknowledge, begin: int = number, sizes: list[int] = sizes) -> None:
            for offset, size in enumerate(sizes):
                acknowledge(store.save(numbered(begin + offset, "x" * size))[0].digest())

        child, reading = started(work)
        time.sleep(chance.random() * 0.08)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        acknowledged |= heard(reading)
        number += len(sizes)
        left = leftovers(store.root)
        torn += bool(left)
        if left:  # the next run is a write like any other
            acknowledged.add(store.save(numbered(number))[0].digest())
            number += 1
            assert not leftovers(store.root)
            cleaned += 1
        if round_ % 20 == 19:  # moved aside, as the next project's store would begin: reading stays quick
            found = proved(store)
            assert acknowledged <= found
            assert len(found) <= len(acknowledged) + 20, "a kill leaves at most the snapshot that was being written"
            store.root.rename(tmp_path / f"store-{round_}")
            written += len(acknowledged)
            acknowledged.clear()
    assert written > 50, "the kills came before anything was written"
    assert torn == cleaned > 10, "too few kills came in the middle of a write to say anything"


def test_a_kill_between_object_and_pointer_is_no_snapshot_and_harms_none(tmp_path: Path) -> None:
    store = Snapshots(tmp_path)
    store.save(numbered(1))
    store.objects.put(numbered(2).to_bytes())
    assert proved(store) == {numbered(1).digest()}
    assert store.save(numbered(2)) == (numbered(2), True)
    assert proved(store) == {numbered(1).digest(), numbered(2).digest()}


def test_two_writers_lose_nothing_and_write_the_same_facts_once(tmp_path: Path) -> None:
    store = Snapshots(tmp_path)

    def work(acknowledge: Acknowledge) -> None:
        for number in range(40):
            acknowledge(store.save(numbered(number))[0].digest())

    def other(acknowledge: Acknowledge) -> None:
        for number in range(100, 140):
            acknowledge(store.save(numbered(number))[0].digest())

    writers = [started(work), started(other)]
    acknowledged = set().union(*(heard(reading) for _, reading in writers))
    assert [os.waitpid(child, 0)[1] for child, _ in writers] == [0, 0]
    assert acknowledged == proved(store) == {numbered(n).digest() for n in (*range(40), *range(100, 140))}
    again = Snapshots(tmp_path / "same")
    same = [started(lambda acknowledge: acknowledge(again.save(numbered(7))[0].digest())) for _ in range(4)]
    assert set().union(*(heard(reading) for _, reading in same)) == {numbered(7).digest()}
    assert [os.waitpid(child, 0)[1] for child, _ in same] == [0] * 4
    assert len(again.all()) == 1


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file grow beyond some bytes, as on a disk that is full."""
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("there", [False, True], ids=["object", "pointer"])
def test_a_full_disk_leaves_the_store_as_it_was(tmp_path: Path, there: bool) -> None:
    """At the first of its two files, and at the second."""
    store = Snapshots(tmp_path)
    store.save(numbered(1))
    if there:
        store.objects.put(numbered(2).to_bytes())
    before = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    with largest_file(64), pytest.raises(StorageError, match="file too large"):
        store.save(numbered(2))
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == before
    assert store.latest(SAMPLE.subject.uri) == numbered(1)
    assert store.save(numbered(2)) == (numbered(2), True)


@pytest.mark.parametrize("failing", range(12))
def test_a_failed_sync_is_never_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int) -> None:
    """Each sync of a save in a new store fails once: files, and the folders that were made for them."""
    calls, sync = [0], os.fsync

    def fail(descriptor: int) -> None:
        calls[0] += 1
        if calls[0] == failing + 1:
            raise OSError(5, "Input/output error")
        sync(descriptor)

    store = Snapshots(tmp_path / "store")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        if failing >= 10:  # it takes ten: six folders, and two files each with its own
            assert store.save(numbered(1)) == (numbered(1), True)
            assert calls[0] == 10
            return
        with pytest.raises(StorageError, match="input/output error"):
            store.save(numbered(1))
    assert not leftovers(store.root)
    store.save(numbered(1))
    assert proved(store) == {numbered(1).digest()}


def test_two_snapshots_of_one_second_have_one_order(tmp_path: Path) -> None:
    store = Snapshots(tmp_path)
    pair = [replace(numbered(number), captured_at="2026-05-05T00:00:00Z") for number in (1, 2)]
    for snapshot in sorted(pair, key=lambda item: item.digest()):
        store.save(snapshot)
    newest = store.latest(SAMPLE.subject.uri)
    assert store.save(newest) == (newest, False)
    assert store.newest() == newest
