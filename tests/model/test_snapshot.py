"""Snapshots: round trip, names, lookups by equality."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.model import evidence as ev
from docgen.model.canonical import canonical, parse
from docgen.model.codec import structure, unstructure
from docgen.model.snapshot import PREVIOUS, Snapshot, ordered
from docgen.store.readers import read_snapshot
from docgen.testing import sample_snapshot

text = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
number = st.floats(allow_nan=False, allow_infinity=False)
interval = st.builds(ev.Interval, low=number, high=number, level=number, method=text)
column = st.builds(ev.Column, key=text, title=text)
scalar = st.none() | st.booleans() | text | st.integers(-(2**53) + 1, 2**53 - 1) | number
values = st.one_of(
    st.builds(
        ev.Quantity,
        value=st.none() | number,
        n=st.none() | st.integers(0, 10**9),
        interval=st.none() | interval,
        note=text,
    ),
    st.builds(ev.Text, text=text),
    st.builds(
        ev.Series,
        points=st.lists(st.builds(ev.Point, step=st.integers(-5, 5), time=text, value=number), max_size=3).map(tuple),
    ),
    st.builds(
        ev.Table,
        columns=st.just(()),
        rows=st.lists(st.lists(scalar, max_size=3).map(tuple), max_size=3).map(tuple),
        attributes=st.lists(st.builds(ev.Attribute, key=text, value=scalar), max_size=2).map(tuple),
    ),
    st.builds(ev.File, path=text, size=st.none() | st.integers(0, 2**50)),
    st.builds(ev.Missing, wanted=text, reason=st.sampled_from(["not_logged", "unknown"])),
)
items = st.builds(
    ev.Evidence,
    id=text.map(lambda rest: ev.EvidenceId(f"metric:{rest}")),
    value=values,
    provenance=st.builds(ev.Provenance, system=st.just("mlflow"), uri=text),
)


@given(st.lists(items, max_size=4, unique_by=lambda item: item.id))
def test_a_snapshot_survives_the_round_trip(evidence):
    snapshot = replace(sample_snapshot(), evidence=ordered(tuple(evidence)))
    again = read_snapshot(snapshot.to_bytes(), where="test")
    assert again.to_bytes() == snapshot.to_bytes()
    assert again.digest() == snapshot.digest()
    assert again == snapshot


def test_every_kind_of_value_survives_the_round_trip():
    snapshot = sample_snapshot()
    assert {type(item.value) for item in snapshot.evidence} >= {
        ev.Quantity,
        ev.Series,
        ev.Text,
        ev.Table,
        ev.Dataset,
        ev.File,
        ev.VersionFacts,
        ev.RunFacts,
        ev.LoggedModelFacts,
        ev.Commit,
        ev.Narrative,
        ev.Missing,
    }
    assert structure(parse(canonical(unstructure(snapshot)), where="test"), Snapshot, where="test") == snapshot


def test_evidence_is_found_by_its_whole_id_only():
    snapshot = sample_snapshot()
    assert snapshot.find("metric:roc_auc@test").value.value == 0.8412
    assert snapshot.find(PREVIOUS + "metric:roc_auc@test").value.value == 0.8122
    assert snapshot.find("metric:roc_auc") is None
    assert snapshot.find("roc_auc@test") is None
    assert replace(snapshot, previous=None).find(PREVIOUS + "metric:roc_auc@test") is None


def test_two_facts_of_one_name_are_refused():
    item = sample_snapshot().evidence[0]
    with pytest.raises(ValueError, match="stands twice"):
        ordered((item, item))


def test_the_facts_digest_ignores_when_and_under_which_name_they_were_read():
    snapshot = sample_snapshot()
    later = replace(
        snapshot,
        captured_at="2030-01-01T00:00:00Z",
        captured_with="9",
        subject=replace(snapshot.subject, asked="models:/credit-default/2"),
    )
    assert later.facts_digest() == snapshot.facts_digest()
    assert later.digest() != snapshot.digest()
    assert replace(snapshot, findings=()).facts_digest() != snapshot.facts_digest()


@pytest.mark.parametrize("change", [{"value": "high"}, {"value": True}, {"n": 1.5}, {"unheard_of": 1}])
def test_a_value_of_another_type_is_refused(change):
    data = unstructure(sample_snapshot())
    target = next(item for item in data["evidence"] if item["id"] == "metric:roc_auc@test")
    target["value"].update(change)
    with pytest.raises(Exception, match=r"snapshot") as caught:
        structure(data, Snapshot, where="snapshot")
    assert next(iter(change)) in str(caught.value)
