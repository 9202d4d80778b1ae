"""The log of refusals on disk: crash-safe, never large, and never in the way of the refusal itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from docgen.model.refusal import Refusal
from docgen.store import refusals as module
from docgen.store.locks import held
from docgen.store.refusals import MAX_LOG, MAX_TEXT, note_refusal, read_refusals

REFUSAL = Refusal(at="2026-03-01T12:00:00Z", action="sign", target="models:/churn/1", code=10, reason="wrong key")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "store").mkdir()
    return tmp_path / "store"


def test_what_is_noted_is_read_again_in_order(store: Path) -> None:
    assert read_refusals(store) == ((), 0)
    odd = Refusal(at="2026-03-01T12:00:01Z", action="sign", target="a\n\udc80b", code=2, reason='"\\\n<b>\x1b[31m')
    assert note_refusal(store, REFUSAL)
    assert note_refusal(store, odd)
    (first, second), bad = read_refusals(store)
    assert (first, bad) == (REFUSAL, 0)
    assert (second.target, second.reason) == ("a\n\\udc80b", odd.reason)
    assert len((store / "refusals" / "log.jsonl").read_bytes().splitlines()) == 2


def test_a_line_that_was_torn_by_a_kill_costs_that_line_alone(store: Path) -> None:
    note_refusal(store, REFUSAL)
    log = store / "refusals" / "log.jsonl"
    log.write_bytes(log.read_bytes() + b'{"action":"si')
    note_refusal(store, REFUSAL)
    assert read_refusals(store) == ((REFUSAL, REFUSAL), 1)


def test_the_log_never_grows_beyond_two_files_and_forgets_the_oldest(store: Path, monkeypatch) -> None:
    monkeypatch.setattr(module, "MAX_LOG", 2000)
    for number in range(40):
        note_refusal(store, Refusal(at=f"{number:02d}", action="sign", target="x", code=10, reason="y" * 50))
    found, bad = read_refusals(store)
    assert bad == 0
    assert [item.at for item in found] == [f"{number:02d}" for number in range(40 - len(found), 40)]
    assert sum(path.stat().st_size for path in (store / "refusals").iterdir()) <= 4000
    long = Refusal(at="x", action="sign", target="x" * 10**6, code=10, reason="y" * 10**7)
    assert note_refusal(store, long)
    assert len(read_refusals(store)[0][-1].reason) == MAX_TEXT < MAX_LOG


def test_a_refusal_that_cannot_be_noted_is_still_one(store: Path, tmp_path: Path, monkeypatch) -> None:
    assert not note_refusal(tmp_path / "no-store", REFUSAL)
    assert not (tmp_path / "no-store").exists()
    (store / "refusals").write_text("a file where the folder should be", "utf-8")
    assert not note_refusal(store, REFUSAL)
    (store / "refusals").unlink()
    (store / "refusals").mkdir()
    (store / "refusals" / "log.jsonl").symlink_to("/dev/full")
    assert not note_refusal(store, REFUSAL)
    (store / "refusals" / "log.jsonl").unlink()
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.05)
    with held(store / "refusals"):
        assert not note_refusal(store, REFUSAL)
    assert read_refusals(store) == ((), 0)


WRITER = """
import sys
from pathlib import Path
from docgen.model.refusal import Refusal
from docgen.store import refusals
refusals.MAX_LOG = 20_000
for number in range(100):
    refusals.note_refusal(Path(sys.argv[1]), Refusal(at=str(number), action=sys.argv[2], target="x", code=10, reason="y"))
    print(number, flush=True)
"""


def test_two_writers_and_a_kill_tear_no_line(store: Path) -> None:
    first, second = (
        subprocess.Popen([sys.executable, "-c", WRITER, str(store), name], stdout=subprocess.PIPE, text=True)
        for name in ("one", "two")
    )
    assert first.stdout is not None
    for _ in range(20):
        told = first.stdout.readline()
    first.kill()
    told = (first.communicate()[0] or told).splitlines()[-1]
    assert second.communicate()[0].splitlines()[-1] == "99"
    found, bad = read_refusals(store)
    assert bad <= 1
    for name, last in (("one", int(told)), ("two", 99)):
        numbers = [int(item.at) for item in found if item.action == name]
        assert numbers == list(range(numbers[-1] + 1))
        assert numbers[-1] >= last
