"""The chain: whatever was done to a ledger is told, and the first broken entry is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.errors import IntegrityError
from docgen.gates.chain import chain, extract
from docgen.gates.history import captured, history
from docgen.model.canonical import sha256
from docgen.model.ledger import Entry, Export, FindingChange, Waiver, read_entry

START = datetime(2026, 3, 1, tzinfo=UTC)


def entry(sequence: int, *previous: Entry, text: str = "", days: int = 0) -> Entry:
    return Entry(
        sequence=sequence,
        previous=tuple(sorted(item.digest() for item in previous)),
        at=f"{START + timedelta(days=days or sequence):%Y-%m-%dT%H:%M:%SZ}",
        by="head of validation",
        subject="models:/churn/1",
        details=FindingChange(finding=f"F-{sequence}", status="open", reason=text),
    )


def line(count: int) -> tuple[Entry, ...]:
    made: list[Entry] = []
    for number in range(1, count + 1):
        made.append(entry(number, *made[-1:]))
    return tuple(made)


def files(*entries: Entry) -> dict[str, bytes]:
    return {item.file: item.to_bytes() for item in entries}


LINE = line(5)

OF_BEFORE = (
    (
        b'{"at":"2026-03-02T00:00:00Z","by":"validator","details":{"finding":"F-1","reason":"found","status":"open",'
        b'"type":"FindingChange"},"format":1,"previous":[],"sequence":1,"subject":"models:/churn/1"}'
    ),
    (
        b'{"at":"2026-03-03T00:00:00Z","by":"board","details":{"decision":"WITHIN_PLAN","plan":null,"reason":"covered",'
        b'"type":"ChangeDecision"},"format":1,"previous":["%s"],"sequence":2,"subject":"models:/churn/1"}'
    ),
    (
        b'{"at":"2026-03-04T00:00:00Z","by":"auditor","details":{"archive":"%s","outcome":"holds",'
        b'"type":"Verification"},"format":1,"previous":["%s"],"sequence":3,"subject":"models:/churn/1"}'
    ),
)
"""Entries as the first docgen that had a ledger wrote them."""


def test_entries_from_before_a_field_was_added_keep_their_bytes_and_their_place() -> None:
    first = OF_BEFORE[0]
    second = OF_BEFORE[1] % sha256(first).encode()
    third = OF_BEFORE[2] % (b"0" * 64, sha256(second).encode())
    found = chain({f"{number:06d}-{sha256(data)}.json": data for number, data in enumerate((first, second, third), 1)})
    assert found.faults == ()
    assert [item.to_bytes() for item in found.entries] == [first, second, third]
    assert [item.kind for item in found.entries] == ["finding change", "change decision", "verification"]
    spoken = first.replace(b'"finding"', b'"before":"","finding"')
    assert "not canonical" in chain({f"000001-{sha256(spoken)}.json": spoken}).faults[0]


def test_an_empty_ledger_is_whole_and_has_no_head() -> None:
    found = chain({})
    assert (found.entries, found.heads, found.faults) == ((), (), ())


def test_a_whole_ledger_has_one_head_and_no_fault() -> None:
    found = chain(files(*LINE))
    assert (found.entries, found.heads, found.faults, found.notes) == (LINE, (LINE[-1].digest(),), (), ())


@pytest.mark.parametrize("removed", range(4))
def test_a_removed_entry_is_told_by_the_one_that_follows_it(removed: int) -> None:
    found = chain(files(*(item for item in LINE if item is not LINE[removed])))
    assert found.faults[0].startswith(f"{LINE[removed + 1].file}: the entry before it, {LINE[removed].digest()[:12]},")


def test_a_ledger_cut_off_at_its_end_is_told_where_the_entry_is_known_from_elsewhere() -> None:
    cut = files(*LINE[:-1])
    assert chain(cut).faults == ()
    for known in (LINE[-1].file, LINE[-1].digest()):
        found = chain(cut, wanted={known: "in the history of git"})
        assert found.faults == (f"{known}: is in the history of git, and not in the ledger: it was removed",)


@given(st.integers(0, 4), st.data())
@settings(max_examples=120, deadline=None)
def test_an_edited_byte_names_its_entry_first(place: int, data: st.DataObject) -> None:
    name = LINE[place].file
    content = bytearray(LINE[place].to_bytes())
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] ^= data.draw(st.integers(1, 255))
    found = chain({**files(*LINE), name: bytes(content)})
    assert found.faults[0].startswith(f"{name}: was edited")


def test_an_edited_entry_under_its_new_name_breaks_the_next_one() -> None:
    forged = entry(2, LINE[0], text="never found")
    found = chain(files(LINE[0], forged, *LINE[2:]))
    assert found.faults[0].startswith(f"{LINE[2].file}: the entry before it, {LINE[1].digest()[:12]}")


def test_entries_whose_names_were_exchanged_are_told() -> None:
    first, second = LINE[1], LINE[2]
    swapped = {**files(*LINE), first.file: second.to_bytes(), second.file: first.to_bytes()}
    assert chain(swapped).faults[0].startswith(f"{first.file}: was edited")
    renamed = files(*LINE)
    renamed[f"000009-{first.digest()}.json"] = renamed.pop(first.file)
    assert any("was moved: the entry is number 2, its name says 000009" in fault for fault in chain(renamed).faults)


def test_an_entry_with_a_number_out_of_order_is_told() -> None:
    wrong = entry(9, LINE[0])
    assert chain(files(LINE[0], wrong)).faults == (
        f"{wrong.file}: is number 9, expected 2 after the entries that it names",
    )


def test_a_foreign_file_is_told() -> None:
    found = chain({**files(*LINE), "notes.txt": b"hello"})
    assert found.faults == ("notes.txt: is no name of an entry, expected <sequence>-<SHA-256>.json",)


def test_two_branches_merge_without_loss_and_the_fork_is_told_until_and_after_it_is_joined() -> None:
    left, right = entry(2, LINE[0], text="left"), entry(2, LINE[0], text="right")
    found = chain(files(LINE[0], left, right))
    assert found.faults == ()
    assert found.heads == tuple(sorted((left.digest(), right.digest())))
    assert len(found.notes) == 1
    assert "were written side by side after 000001-" in found.notes[0]
    joined = entry(3, left, right)
    found = chain(files(LINE[0], left, right, joined))
    assert (found.faults, found.heads, len(found.notes)) == ((), (joined.digest(),), 1)


def test_two_branches_that_both_begin_a_ledger_merge_too() -> None:
    left, right = entry(1, text="left"), entry(1, text="right")
    found = chain(files(left, right, entry(2, left, right)))
    assert found.faults == ()
    assert "side by side after the beginning" in found.notes[0]


def test_a_clock_that_went_back_is_a_note_and_changes_no_order() -> None:
    first = entry(1, days=10)
    second = entry(2, first, days=8)
    found = chain(files(second, first))
    assert found.entries == (first, second)
    assert found.faults == ()
    assert found.notes == (f"{second.file[:19]}: the clock went back 172800 s; the order is that of the numbers",)


def test_an_extract_is_whole_by_itself_and_leaves_out_what_came_after() -> None:
    waiver = Entry(
        sequence=3, previous=(LINE[1].digest(),), at="2026-03-09T00:00:00Z", by="owner", subject="models:/churn/1",
        details=Waiver(requirement="model_card/MC-1", reason="r", owner="owner", until="2026-12-31"),
    )  # fmt: skip
    export = Entry(
        sequence=4, previous=(waiver.digest(),), at="2026-03-10T00:00:00Z", by="owner", subject="models:/churn/1",
        details=Export(archive=sha256(b"a"), manifest=sha256(b"m")),
    )  # fmt: skip
    found = chain(files(*LINE[:2], waiver, export))
    assert found.faults == ()
    kept = extract(found, (Waiver,))
    assert kept == (*LINE[:2], waiver)
    assert chain(files(*kept)).faults == ()


def test_an_entry_that_is_no_canonical_json_or_of_another_shape_is_refused() -> None:
    data = LINE[0].to_bytes()
    for bad, what in (
        (data.replace(b'"by":', b'"by" :'), "not canonical"),
        (data.replace(b'"format":1', b'"format":2'), "format 2 is not known"),
        (data.replace(b'"FindingChange"', b'"Payment"'), "not an entry"),
        (data.replace(b'"by":', b'"bye":'), "unknown key 'bye'"),
        (b"[" * 100, "not strict JSON"),
        (b"\xff", "not strict JSON"),
    ):
        with pytest.raises(IntegrityError, match=what):
            read_entry(bad, where="entry")


def test_history_is_in_the_order_of_time_and_a_clock_that_went_back_moves_no_entry() -> None:
    first = entry(1, days=10)
    second = entry(2, first, days=8)
    events = history(
        (first, second),
        [captured("2026-03-12T00:00:00Z", "2", sha256(b"s")), captured("2026-03-05T00:00:00Z", "1", sha256(b"t"))],
    )
    assert [(event.kind, event.version) for event in events] == [
        ("capture", "1"), ("finding change", "1"), ("finding change", "1"), ("capture", "2"),
    ]  # fmt: skip
    assert [event.sha256 for event in events[1:3]] == [first.digest(), second.digest()]
    assert events[1].what == "finding F-1 is open"
