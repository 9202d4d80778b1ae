"""The store: same bytes, same name; every read is proved; nothing is claimed that was not saved."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from docgen.errors import IntegrityError, SourceError, StorageError
from docgen.model.canonical import canonical, parse
from docgen.store.files import slug, uninterrupted, write_atomic
from docgen.store.readers import read_snapshot
from docgen.store.snapshots import Snapshots
from docgen.testing import sample_snapshot


def test_a_saved_snapshot_is_the_newest_of_its_subject(tmp_path):
    store, snapshot = Snapshots(tmp_path), sample_snapshot()
    assert store.save(snapshot) == (snapshot, True)
    assert store.latest("models:/credit-default/2") == snapshot


def test_the_same_facts_read_again_leave_the_store_as_it_is(tmp_path):
    store, snapshot = Snapshots(tmp_path), sample_snapshot()
    store.save(snapshot)
    before = sorted(tmp_path.rglob("*"))
    again, written = store.save(replace(snapshot, captured_at="2026-05-05T00:00:00Z"))
    assert (again, written) == (snapshot, False)
    assert sorted(tmp_path.rglob("*")) == before


def test_changed_facts_become_a_second_snapshot_and_the_first_stays(tmp_path):
    store, first = Snapshots(tmp_path), sample_snapshot()
    store.save(first)
    second = replace(first, captured_at="2026-05-05T00:00:00Z", findings=())
    store.save(second)
    assert store.latest(first.subject.uri) == second
    assert store.read(first.digest()) == first


def test_one_changed_byte_is_found_and_named(tmp_path):
    store, snapshot = Snapshots(tmp_path), sample_snapshot()
    store.save(snapshot)
    path = store.objects.path(snapshot.digest())
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"0.8412", b"0.9412"))
    with pytest.raises(IntegrityError, match=snapshot.digest()):
        store.latest(snapshot.subject.uri)
    with pytest.raises(IntegrityError, match="was changed"):
        store.save(replace(snapshot, captured_at="2026-05-05T00:00:00Z"))


def test_a_pointer_to_another_snapshot_is_found(tmp_path):
    store, snapshot = Snapshots(tmp_path), sample_snapshot()
    store.save(snapshot)
    (pointer,) = tmp_path.glob("snapshots/*/*/*.json")
    pointer.chmod(0o644)
    pointer.write_bytes(pointer.read_bytes().replace(snapshot.digest().encode(), b"0" * 64))
    with pytest.raises(IntegrityError, match="its file name another"):
        store.latest(snapshot.subject.uri)


def test_an_edited_file_that_is_still_json_is_refused():
    data = sample_snapshot().to_bytes()
    with pytest.raises(IntegrityError, match="not canonical"):
        read_snapshot(data.replace(b'"format":1', b'"format": 1'), where="x")


def test_a_newer_format_is_refused_by_name():
    content = parse(sample_snapshot().to_bytes(), where="x")
    content["format"] = 99
    with pytest.raises(IntegrityError, match=r"format 99 is not known \(known: 1\)"):
        read_snapshot(canonical(content), where="x")


def test_asking_for_what_was_never_taken_names_what_there_is(tmp_path):
    store = Snapshots(tmp_path)
    with pytest.raises(SourceError, match="there: none"):
        store.latest("models:/churn/3")
    store.save(sample_snapshot())
    with pytest.raises(SourceError, match="there: models:/credit-default/2"):
        store.latest("models:/churn/3")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_one_clear_error(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(StorageError, match="permission denied"):
        write_atomic(tmp_path / "closed" / "file", b"x")


def test_a_file_where_a_folder_should_be_is_one_clear_error_and_nothing_is_left(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match="cannot write"):
        write_atomic(tmp_path / "file" / "inner", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_names_that_differ_only_in_case_or_odd_characters_get_different_folders():
    names = ["churn", "Churn", "churn/x", "churn x", "..", "", "con", "a" * 100, "a" * 101, "\u202echurn"]
    slugs = [slug(name) for name in names]
    assert len({item.lower() for item in slugs}) == len(names)
    assert all("/" not in item and item.strip(".") and len(item) < 80 for item in slugs)
    assert slug("credit-default") == "credit-default"


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Python's own answer to Ctrl-C, which a process started in the background does not have."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_waits_until_files_have_changed_their_names():
    done = []

    def exchange() -> None:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done.append("whole")

    with pytest.raises(KeyboardInterrupt):
        exchange()
    assert done == ["whole"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


HAIL = """
import os, signal, sys, threading
from pathlib import Path
from docgen.store.files import write_atomic

writing = False

def stop(*_):
    global writing
    if writing:
        writing = False
        raise KeyboardInterrupt

def hail():
    while not over.wait(0.0005):
        os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, stop)
over = threading.Event()
threading.Thread(target=hail, daemon=True).start()
stopped = number = 0
while number < 300 or (stopped < 20 and number < 20_000):
    number += 1
    try:
        writing = True
        write_atomic(Path(sys.argv[1]) / str(number), bytes(4096))
        writing = False
    except KeyboardInterrupt:
        stopped += 1
over.set()
print(stopped)
"""


def test_a_write_under_a_hail_of_signals_is_whole_or_never_was(tmp_path):
    done = subprocess.run([sys.executable, "-c", HAIL, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10, "too few signals came to say anything"
    assert {path.stat().st_size for path in tmp_path.iterdir()} == {4096}
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
