"""What a release changes in the registry is told apart from what it was a release of."""

from __future__ import annotations

from dataclasses import replace

from docgen.model.evidence import Table, Text, VersionFacts
from docgen.model.snapshot import Finding, Previous, Snapshot, ordered
from docgen.model.standing import ALIAS_FINDING, EARLIER, TAG_DIGEST, TAG_LINK, aliases_of, same_but_for_standing
from docgen.samples.making import item
from docgen.testing import sample_snapshot


def released(snapshot: Snapshot, *aliases: str) -> Snapshot:
    """As the next capture after a release finds it."""
    evidence = []
    for found in snapshot.evidence:
        if found.id == EARLIER and isinstance(found.value, Table):
            place = [column.key for column in found.value.columns].index("aliases")
            rows = tuple((*row[:place], "", *row[place + 1 :]) for row in found.value.rows)
            assert rows != found.value.rows
            evidence.append(replace(found, value=replace(found.value, rows=rows)))
            continue
        if isinstance(found.value, VersionFacts):
            value = replace(found.value, aliases=aliases, updated="2027-01-01T00:00:00Z")
            evidence.append(replace(found, value=value, provenance=replace(found.provenance, time=value.updated)))
        else:
            evidence.append(found)
    tags = [item(f"version_tag:{tag}", Text(text="x"), key=tag) for tag in (TAG_DIGEST, TAG_LINK)]
    findings = tuple(one for one in snapshot.findings if one.code != ALIAS_FINDING)
    noted = (Finding(code=ALIAS_FINDING, message="since the capture", severity="info"),) if aliases else ()
    return replace(
        snapshot,
        captured_at="2027-01-01T00:00:00Z",
        evidence=ordered((*evidence, *tags)),
        findings=(*findings, *noted),
    )


def test_an_alias_and_the_tags_of_a_release_are_no_other_facts() -> None:
    before = sample_snapshot()
    for after in (released(before), released(before, "champion"), released(before, "champion", "shadow")):
        assert after.facts_digest() != before.facts_digest()
        assert same_but_for_standing(before, after)
        assert same_but_for_standing(after, before)
    assert aliases_of(released(before, "champion")) == ("champion",)
    assert aliases_of(replace(before, evidence=())) == ()


def test_where_the_version_before_stands_is_no_other_fact_either() -> None:
    one, two = (
        Previous(subject=found.subject, evidence=found.evidence)
        for found in (sample_snapshot(), released(sample_snapshot(), "champion"))
    )
    assert same_but_for_standing(replace(sample_snapshot(), previous=one), replace(sample_snapshot(), previous=two))
    assert not same_but_for_standing(
        replace(sample_snapshot(), previous=one), replace(sample_snapshot(), previous=None)
    )


def test_every_other_piece_of_evidence_and_finding_counts() -> None:
    before = sample_snapshot()
    for number in range(len(before.evidence)):
        found = before.evidence[number]
        changed = replace(found, value=Text(text="something else"))
        others = (*before.evidence[:number], *before.evidence[number + 1 :])
        assert not same_but_for_standing(before, replace(before, evidence=others)), found.id
        assert not same_but_for_standing(before, replace(before, evidence=ordered((*others, changed)))), found.id
    tag = item("version_tag:docgen.other", Text(text="x"), key="docgen.other")
    assert not same_but_for_standing(before, replace(before, evidence=ordered((*before.evidence, tag))))
    serious = Finding(code="run_missing", message="gone", severity="serious")
    assert not same_but_for_standing(before, replace(before, findings=(*before.findings, serious)))
