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
from itertools import permutations
from pathlib import Path

import pytest

from docgen.config import Config
from docgen.errors import IntegrityError, StorageError
from docgen.model.canonical import canonical, sha256
from docgen.model.snapshot import Finding, Snapshot
from docgen.pipeline import latest_snapshot
from docgen.store.files import write_atomic
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


SECOND = "2026-05-05T00:00:00Z"


def of_one_second(*numbers: int) -> list[Snapshot]:
    return [replace(numbered(number), captured_at=SECOND) for number in numbers]


@pytest.mark.parametrize("numbers", list(permutations((1, 2, 3))))
def test_of_snapshots_of_one_second_the_one_that_was_written_last_is_the_newest(
    tmp_path: Path, numbers: tuple[int, ...]
) -> None:
    store, taken = Snapshots(tmp_path), of_one_second(*numbers)
    for snapshot in taken:
        assert store.save(snapshot) == (snapshot, True)
        assert store.latest(SAMPLE.subject.uri) == store.newest() == snapshot
        assert store.save(snapshot) == (snapshot, False)
    assert [pointer.snapshot for pointer in store.all()] == [snapshot.digest() for snapshot in taken]
    assert proved(store) == {snapshot.digest() for snapshot in taken}


def test_facts_that_come_back_within_a_second_are_the_newest_again(tmp_path: Path) -> None:
    store = Snapshots(tmp_path)
    first, second = of_one_second(1, 2)
    for snapshot in (first, second, first):
        assert store.save(snapshot) == (snapshot, True)
    assert store.newest() == first
    assert [pointer.snapshot for pointer in store.all()] == [item.digest() for item in (first, second, first)]


def test_versions_captured_in_one_second_have_the_order_in_which_they_were_written(tmp_path: Path) -> None:
    for name, versions in (("up", "23"), ("down", "32")):
        store = Snapshots(tmp_path / name)
        for version in versions:
            subject = replace(SAMPLE.subject, uri=f"models:/credit-default/{version}", version=version)
            store.save(replace(numbered(1), subject=subject, captured_at=SECOND))
        assert store.newest().subject.version == versions[-1]


def test_of_versions_that_held_an_alias_in_one_second_the_one_that_was_written_last_counts(tmp_path: Path) -> None:
    store = Snapshots(tmp_path / ".docgen")
    pair = [replace(sample_snapshot(), captured_at=SECOND, findings=item.findings) for item in of_one_second(1, 2)]
    for order in (pair, pair[::-1]):
        for snapshot in order:
            store.save(snapshot)
        assert latest_snapshot("models:/credit-default@challenger", config=Config(root=tmp_path)) == order[-1]


def test_a_store_of_before_is_read_and_what_is_captured_in_its_last_second_is_newer(tmp_path: Path) -> None:
    """Its pointers have no turn: two of one second are ordered by their digests, as they were then."""
    store = Snapshots(tmp_path)
    pair = sorted(of_one_second(1, 2), key=lambda item: item.digest())
    for snapshot in pair:
        digest = store.objects.put(snapshot.to_bytes())
        old = {"format": 1, "subject": snapshot.subject.uri, "captured_at": SECOND, "snapshot": digest,
               "facts": snapshot.facts_digest()}  # fmt: skip
        path = tmp_path / "snapshots" / "credit-default" / "2" / f"20260505T000000Z-{digest[:12]}.json"
        write_atomic(path, canonical(old))
    before = {path: path.read_bytes() for path in store.pointer_paths()}
    assert store.newest() == pair[-1]
    assert store.save(pair[-1]) == (pair[-1], False)
    for number in range(3, 9):
        (later,) = of_one_second(number)
        assert store.save(later) == (later, True)
        assert store.newest() == later
    assert len(proved(store)) == 8
    assert {path: path.read_bytes() for path in before} == before


def test_a_pointer_of_a_newer_docgen_is_refused_by_name(tmp_path: Path) -> None:
    store = Snapshots(tmp_path)
    store.save(numbered(1))
    (path,) = store.pointer_paths()
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b'"format":2', b'"format":99'))
    with pytest.raises(IntegrityError, match=r"format 99 is not known \(known: 1, 2\)"):
        store.newest()


def test_two_writers_of_one_second_take_turns_and_lose_nothing(tmp_path: Path) -> None:
    store = Snapshots(tmp_path)

    def writing(numbers: range) -> Callable[[Acknowledge], None]:
        def work(acknowledge: Acknowledge) -> None:
            for snapshot in of_one_second(*numbers):
                acknowledge(store.save(snapshot)[0].digest())

        return work

    writers = [started(writing(range(20))), started(writing(range(100, 120)))]
    heard_of = [heard(reading) for _, reading in writers]
    assert [os.waitpid(child, 0)[1] for child, _ in writers] == [0, 0]
    assert set().union(*heard_of) == proved(store)
    assert [pointer.turn for pointer in store.all()] == list(range(40))
    order = [pointer.snapshot for pointer in store.all()]
    for numbers in (range(20), range(100, 120)):
        own = [snapshot.digest() for snapshot in of_one_second(*numbers)]
        assert [digest for digest in order if digest in own] == own
