"""Where the ledger says that an alias is, also after two branches moved it side by side."""

from __future__ import annotations

from itertools import permutations

from docgen.gates.drift import recorded_aliases
from docgen.model.canonical import sha256
from docgen.model.ledger import Entry, Release


def moved(number: int, at: str, version: str, previous: tuple[Entry, ...] = ()) -> Entry:
    details = Release(action=version, alias="champion", before=None, manifest=sha256(b"dossier"))
    return Entry(
        sequence=number, previous=tuple(sorted(entry.digest() for entry in previous)), at=at, by="model owner",
        subject=f"models:/churn/{version}", details=details,
    )  # fmt: skip


def test_of_two_branches_that_moved_an_alias_the_later_one_counts_whatever_their_digests() -> None:
    for version in range(1, 9):  # some of them have the smaller digest
        early = moved(1, "2026-03-01T09:00:00Z", str(version))
        late = moved(1, "2026-03-02T09:00:00Z", "9")
        for order in permutations((early, late)):
            assert recorded_aliases(order) == {"champion": late}


def test_the_entry_that_follows_counts_even_when_its_clock_went_back() -> None:
    first = moved(1, "2026-03-02T09:00:00Z", "1")
    then = moved(2, "2026-03-01T09:00:00Z", "2", (first,))
    assert recorded_aliases((first, then)) == {"champion": then}


def test_of_branches_of_unequal_length_the_later_move_counts_until_one_follows_both() -> None:
    first = moved(1, "2026-02-01T09:00:00Z", "1")
    long_ = [moved(2, "2026-02-02T09:00:00Z", "2", (first,))]
    for number in range(3, 7):
        long_.append(moved(number, f"2026-02-0{number}T09:00:00Z", "2", (long_[-1],)))
    short = moved(2, "2026-03-01T09:00:00Z", "3", (first,))
    assert recorded_aliases((first, *long_, short)) == {"champion": short}
    joined = moved(7, "2026-01-01T09:00:00Z", "4", (long_[-1], short))
    assert recorded_aliases((joined, short, *long_, first)) == {"champion": joined}
