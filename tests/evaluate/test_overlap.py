"""Overlap of two data sets: exact counts, and no trace of a key."""

from __future__ import annotations

import hashlib
import hmac

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.errors import UsageError
from docgen.evaluate.overlap import key_digests, overlap
from docgen.model.canonical import canonical
from docgen.model.codec import unstructure

SALT = "a salt that only the tests know"


def test_rows_and_entities_are_counted() -> None:
    train = pd.DataFrame({"who": ["a", "b", "b", "c"], "x": [1, 2, 2, 3]})
    test = pd.DataFrame({"who": ["b", "b", "d", None, "c"], "x": [2, 9, 3, 3, 3]})
    found = overlap(train, test, key="who", salt=SALT)
    assert (found.shared_rows, found.duplicates_first, found.duplicates_second) == (2, 1, 0)
    assert found.entities is not None
    assert (found.entities.first, found.entities.second, found.entities.shared) == (3, 3, 2)
    assert (found.entities.shared_rows, found.entities.keyless_first, found.entities.keyless_second) == (3, 0, 1)


FRAMES = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["x", "y", None]), st.sampled_from([0.5, 1.0, None])),
    min_size=1,
    max_size=25,
)


@settings(max_examples=100, deadline=None)
@given(FRAMES, FRAMES)
def test_the_counts_are_those_of_a_plain_comparison(first: list[tuple], second: list[tuple]) -> None:
    before, after = (pd.DataFrame(rows, columns=["a", "b", "c"]) for rows in (first, second))
    found = overlap(before, after, key=["a", "b"], salt=SALT)
    assert found.shared_rows == sum(row in set(first) for row in second)
    assert found.duplicates_first == len(first) - len(set(first))
    keys = [{(a, b) for a, b, _ in rows if b is not None} for rows in (first, second)]
    assert found.entities is not None
    assert found.entities.shared == len(keys[0] & keys[1])
    assert found.entities.shared_rows == sum((a, b) in keys[0] for a, b, _ in second)


def test_neither_key_nor_digest_nor_salt_is_kept() -> None:
    people = pd.DataFrame({"ssn": [f"078-05-{number}" for number in range(1000, 1400)], "x": np.arange(400)})
    text = canonical(unstructure(overlap(people, people.iloc[:100], key="ssn", salt=SALT))).decode()
    digests = key_digests(people, "ssn", SALT)
    assert "078-05" not in text
    assert SALT not in text
    for digest in (*digests, *(hashlib.sha256(key.encode()).digest() for key in people["ssn"])):
        assert digest.hex() not in text


def test_a_digest_is_the_hmac_of_the_key() -> None:
    (found,) = key_digests(pd.DataFrame({"who": ["müller"], "site": [7]}), ["who", "site"], SALT)
    assert found == hmac.new(SALT.encode(), '["müller","7"]'.encode(), "sha256").digest()
    assert (
        key_digests(pd.DataFrame({"who": ["a"]}), "who", SALT)[0]
        != key_digests(pd.DataFrame({"who": ["a"]}), "who", SALT + "x")[0]
    )


@pytest.mark.parametrize(
    "values", [[7, 8], [7.0, 8.0], ["7", "8"], pd.array([7, 8], dtype="Int64"), pd.Categorical(["7", "8"])]
)
def test_a_key_is_the_same_in_every_type(values: object) -> None:
    plain = key_digests(pd.DataFrame({"id": ["7", "8"]}), "id", SALT)
    assert list(key_digests(pd.DataFrame({"id": values}), "id", SALT)) == list(plain)


def test_a_number_that_lost_its_type_to_a_missing_value_still_matches() -> None:
    found = overlap(pd.DataFrame({"id": [1, 2]}), pd.DataFrame({"id": [2.0, np.nan]}), key="id", salt=SALT)
    assert found.entities is not None
    assert (found.entities.shared, found.entities.keyless_second) == (1, 1)
    assert found.shared_rows == 1


def test_parts_of_a_key_do_not_run_together() -> None:
    a, b = pd.DataFrame({"x": ["ab"], "y": ["c"]}), pd.DataFrame({"x": ["a"], "y": ["bc"]})
    found = overlap(a, b, key=["x", "y"], salt=SALT)
    assert found.entities is not None
    assert found.entities.shared == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"key": "who"}, "got a key and none of salt, expected at least 16 bytes"),
        ({"key": "who", "salt": "short"}, "got a key and 5 bytes of salt"),
        ({"key": "nobody", "salt": SALT}, "'train' has no single column 'nobody'"),
        ({"columns": ["z"]}, "'train' has no single column 'z'"),
        ({"names": ("train", "a/b")}, "name is 'a/b'"),
        ({"names": ("a~b", "test")}, "name is 'a~b'"),
    ],
)
def test_what_does_not_fit_is_said(options: dict, message: str) -> None:
    frame = pd.DataFrame({"who": ["a"], "x": [1]})
    with pytest.raises(UsageError) as caught:
        overlap(frame, frame, **options)
    assert message in caught.value.message


def test_empty_frames_and_frames_without_a_common_column_are_errors() -> None:
    frame = pd.DataFrame({"x": [1]})
    with pytest.raises(UsageError, match="'test' has no rows"):
        overlap(frame, frame.iloc[:0])
    with pytest.raises(UsageError, match="no column in common"):
        overlap(frame, pd.DataFrame({"y": [1]}))
