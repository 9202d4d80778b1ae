"""The ledger on disk: what was acknowledged is there, whatever happened to the writer, the disk or the clock."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from docgen.errors import IntegrityError, StorageError
from docgen.model.ledger import FindingChange
from docgen.sources.git_history import added_below
from docgen.store.ledger import Ledger
from docgen.store.locks import held

WRITER = Path(__file__).resolve().parents[1] / "support" / "ledger_writer.py"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def note(ledger: Ledger, text: str = "F-1", now: datetime = NOW) -> str:
    details = FindingChange(finding=text, status="open", reason="found")
    return ledger.append(details, subject="models:/churn/1", by="validator", now=now).file


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def writer(folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(folder), name, str(count)], stdout=subprocess.PIPE, text=True
    )


def test_entries_lie_one_a_file_under_the_name_that_sha256sum_gives_them(tmp_path: Path) -> None:
    ledger = Ledger.of(tmp_path, "Churn Model")
    made = [note(ledger, "F-1"), note(ledger, "F-2")]
    assert names(ledger.folder) == made
    for name in made:
        told = subprocess.run(["sha256sum", name], cwd=ledger.folder, capture_output=True, text=True, check=True)
        assert told.stdout.split()[0] == name[7:71]
    assert ledger.sound().heads == (made[1][7:71],)


def test_a_broken_ledger_takes_no_further_entry(tmp_path: Path) -> None:
    ledger = Ledger(folder=tmp_path)
    first = note(ledger)
    note(ledger, "F-2")
    (tmp_path / first).unlink()
    before = names(tmp_path)
    with pytest.raises(IntegrityError, match="the entry before it"):
        note(ledger, "F-3")
    assert names(tmp_path) == before


def test_links_pipes_and_large_files_are_refused_without_waiting(tmp_path: Path) -> None:
    ledger = Ledger(folder=tmp_path)
    note(ledger)
    bad = tmp_path / f"000002-{'0' * 64}.json"
    for make in (
        lambda: bad.symlink_to("/dev/zero"),
        lambda: os.mkfifo(bad),
        lambda: bad.write_bytes(b"x" * (1 << 21)),
    ):
        make()
        with pytest.raises(IntegrityError):
            ledger.sound()
        bad.unlink()


def test_a_clock_that_goes_back_changes_no_order(tmp_path: Path) -> None:
    ledger = Ledger(folder=tmp_path)
    note(ledger, "first")
    note(ledger, "second", now=NOW.replace(year=2025))
    found = ledger.sound()
    assert [item.details.finding for item in found.entries] == ["first", "second"]
    assert "the clock went back" in found.notes[0]


def test_a_full_disk_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    ledger = Ledger(folder=tmp_path)
    note(ledger)
    before = ledger.files()
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, limits[1]))
    try:
        with pytest.raises(StorageError):
            note(ledger, "F-2")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert ledger.files() == before
    assert names(tmp_path) == sorted(before)
    assert note(ledger, "F-2").startswith("000002-")


def test_an_entry_whose_follower_cannot_be_written_is_not_kept_either(tmp_path: Path) -> None:
    ledger = Ledger(folder=tmp_path)
    note(ledger)
    before = ledger.files()
    details = FindingChange(finding="F-2", status="open", reason="found")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
        with pytest.raises(StorageError, match="file too large"):
            ledger.append(
                details, subject="models:/churn/1", by="validator", now=NOW,
                followed=lambda _entry: replace(details, reason="r" * 8192),
            )  # fmt: skip
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert ledger.files() == before
    assert names(tmp_path) == sorted(before)


def test_a_failed_sync_is_never_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger(folder=tmp_path)
    note(ledger)

    def fail(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(StorageError, match="input/output error"):
            note(ledger, "F-2")
    assert len(ledger.sound().entries) == 1


def test_a_ledger_that_is_held_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger(folder=tmp_path)
    note(ledger)
    with (
        held(tmp_path),
        pytest.raises(StorageError, match="held by another process"),
        held(tmp_path, 0.1),
    ):
        pass


def test_two_writers_lose_nothing_and_make_one_line(tmp_path: Path) -> None:
    writers = [writer(tmp_path, name, 25) for name in ("left", "right")]
    acknowledged = {line for item in writers for line in item.communicate(timeout=120)[0].split()}
    found = Ledger(folder=tmp_path).sound()
    assert {item.file for item in found.entries} == acknowledged
    assert [item.sequence for item in found.entries] == list(range(1, 51))
    assert found.notes == ()


def test_two_hundred_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """Writers in forked processes, each killed with SIGKILL at a random moment; acknowledged through a pipe."""
    chance, ledger = random.Random(7), Ledger(folder=tmp_path / "ledger")
    note(Ledger(folder=tmp_path / "first"))  # what is made once a process should not be made in each child
    acknowledged: set[str] = set()
    written = 0
    for round_ in range(200):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            os.write(writing, b"!")
            for number in range(1000):
                os.write(writing, f"{note(ledger, f'{round_}-{number}')}\n".encode())
            os._exit(0)
        os.close(writing)
        assert os.read(reading, 1) == b"!"
        time.sleep(chance.random() * 0.05)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading) as stream:
            acknowledged.update(line.strip() for line in stream if line.endswith("\n"))
        if round_ % 20 == 19:  # archived, as the next repository's ledger would begin: reading stays quick
            found = ledger.sound()
            assert acknowledged <= {item.file for item in found.entries}
            assert len(found.entries) <= len(acknowledged) + 20
            for path in ledger.folder.iterdir():
                path.unlink()
            written += len(acknowledged)
            acknowledged.clear()
    assert written > 100, "the kills came before anything was written"


def test_git_remembers_the_entries_that_were_cut_off(tmp_path: Path) -> None:
    ledger = Ledger(folder=tmp_path / "approvals" / "churn")
    first, second = note(ledger), note(ledger, "F-2")

    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=tester", "-c", "user.email=tester@example.org", *arguments],
            cwd=tmp_path, check=True, capture_output=True,
        )  # fmt: skip

    assert added_below(ledger.folder) == ()
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "approve")
    assert added_below(ledger.folder) == (first, second)
    (ledger.folder / second).unlink()
    git("commit", "-q", "-a", "-m", "hide")
    wanted = dict.fromkeys(added_below(ledger.folder), "in the history of git")
    assert ledger.read(wanted=wanted).faults == (
        f"{second}: is in the history of git, and not in the ledger: it was removed",
    )
