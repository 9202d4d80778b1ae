"""Canonical JSON: the same facts have the same bytes, and reading is strict."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.errors import IntegrityError
from docgen.model.canonical import canonical, parse, sha256

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=("Cs",)), max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values)
def test_reading_what_was_written_gives_the_same_bytes_again(value):
    data = canonical(value)
    assert canonical(parse(data, where="test")) == data


@given(st.dictionaries(st.text(st.characters(exclude_categories=("Cs",)), max_size=6), st.integers(0, 9), min_size=2))
def test_key_order_does_not_matter(mapping):
    assert canonical(dict(reversed(mapping.items()))) == canonical(mapping)


def test_rfc_8785_numbers():
    """The number forms of RFC 8785, section 3.2.2.3 and appendix B."""
    assert (
        canonical([1e30, 4.50, 2e-3, 1e-27, -0.0, 333333333.33333329]) == b"[1e+30,4.5,0.002,1e-27,0,333333333.3333333]"
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**60, "\ud800"])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(IntegrityError, match="no canonical JSON form"):
        canonical({"a": value})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a":1,"a":2}', "'a' stands twice"),
        ('{"a":NaN}', "NaN is no JSON number"),
        ('{"a":-Infinity}', "-Infinity is no JSON number"),
        ("1e400", "beyond the range"),
        ("[" * 100_000, "not strict JSON"),
        ("[" * 70 + "]" * 70, "deeper than 64"),
        (b"\xff", "not strict JSON"),
        ('{"a":' + "9" * 5000 + "}", "not strict JSON"),
    ],
)
def test_json_that_hides_something_is_refused(text, reason):
    with pytest.raises(IntegrityError, match=reason):
        parse(text, where="file.json")


def test_digest_is_the_published_sha_256():
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_snapshot_has_the_same_digest_in_every_process():
    code = "from docgen.testing import sample_snapshot; print(sample_snapshot().digest())"
    digests = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(digests) == 1


def test_the_sample_snapshot_keeps_its_digest_on_every_supported_python():
    """A change here means that old snapshots no longer have their names: raise SNAPSHOT_FORMAT first."""
    from docgen.testing import sample_snapshot

    assert sample_snapshot().digest() == "c4a58357709a4291cc2dce4f54419fffb545806ed784adb5a70a29dc01991fe7"
