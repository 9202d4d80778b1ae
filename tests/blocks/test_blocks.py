"""Every block, over all evidence and over none: values keep their evidence, and what is missing is a gap."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date

import pytest

from docgen.assessment.engine import assess
from docgen.blocks import BLOCKS, make
from docgen.blocks.origin import read_from
from docgen.errors import UsageError
from docgen.model.assessment import Verdict
from docgen.model.document import Absent, Block, Dossier, Figure, GapBox, Grid, Heading, Link, Paragraph, Shown, Words
from docgen.model.evidence import Interval, Quantity
from docgen.model.snapshot import PREVIOUS, Snapshot
from docgen.policy import EMPTY
from docgen.regimes import find_regime, load_regime
from docgen.testing import bare_with, sample_snapshot

REGIME = load_regime(find_regime("model_card"))
OPTIONS = {
    "narrative": {"slot": "intended_use"},
    "narratives": {"section": "limitations"},
    "rows": {"section": "limitations"},
    "evidence-of": {"evidence": "metric"},
}


def dossier(snapshot: Snapshot) -> Dossier:
    assessment = assess(snapshot, REGIME, EMPTY, date(2026, 3, 2))
    return Dossier(snapshot=snapshot, regimes=(REGIME,), assessments=(assessment,))


FULL = dossier(sample_snapshot())
BARE = dossier(bare_with(REGIME.narratives))


def parts(value: object) -> Iterator[object]:
    """Every record inside a block."""
    if isinstance(value, tuple):
        for item in value:
            yield from parts(item)
    elif is_dataclass(value):
        yield value
        for item in fields(value):
            yield from parts(getattr(value, item.name))


def blocks(of: Dossier, name: str) -> tuple[Block, ...]:
    return make(name, of, OPTIONS.get(name, {}))


@pytest.mark.parametrize("name", BLOCKS)
def test_a_value_names_evidence_that_is_there(name: str) -> None:
    findings = {f"finding:{item.code}" for item in FULL.snapshot.findings}
    for item in parts(blocks(FULL, name)):
        if isinstance(item, Shown) and not item.evidence.startswith(("snapshot:", "assessment:", "computed:")):
            known = item.evidence in findings or FULL.snapshot.find(item.evidence) is not None
            assert known, f"{item.value!r} names {item.evidence!r}"


@pytest.mark.parametrize("of", [FULL, BARE], ids=["all", "none"])
@pytest.mark.parametrize("name", BLOCKS)
def test_no_value_is_other_than_finite(name: str, of: Dossier) -> None:
    for item in parts(blocks(of, name)):
        if isinstance(item, Shown) and isinstance(item.value, float):
            assert math.isfinite(item.value)


@pytest.mark.parametrize("name", BLOCKS)
def test_tables_are_whole_and_figures_speak(name: str) -> None:
    for item in parts(blocks(FULL, name)):
        if isinstance(item, Grid):
            assert all(len(row) == len(item.columns) for row in item.rows), item.caption
            assert item.anchors == () or len(item.anchors) == len(item.rows)
        if isinstance(item, Figure):
            assert len(item.alt) > 30
            assert item.evidence
            assert all(FULL.snapshot.find(source) for source in item.evidence)


@pytest.mark.parametrize(
    "name",
    ["performance", "confusion", "calibration", "fairness", "explanations", "datasets", "signature", "feeds"],
)
def test_a_subject_without_evidence_is_a_gap_with_a_way_to_supply_it(name: str) -> None:
    found = [item for item in parts(blocks(BARE, name)) if isinstance(item, GapBox)]
    assert found
    assert all(item.supply or item.requirements for item in found), found


def test_counts_of_verdicts_are_those_of_the_assessment() -> None:
    for of in (FULL, BARE):
        (assessment,) = of.assessments
        shown = {item.evidence: item.value for item in parts(blocks(of, "verdicts")) if isinstance(item, Shown)}
        wanted = {
            f"assessment:model_card/{verdict.value}": assessment.count(verdict)
            for verdict in Verdict
            if assessment.count(verdict)
        }
        assert shown == wanted
        assert sum(wanted.values()) == len(REGIME.requirements)


def test_the_head_of_the_document_is_that_of_the_snapshot() -> None:
    snapshot = FULL.snapshot
    held = {
        "snapshot:name": snapshot.subject.name,
        "snapshot:version": snapshot.subject.version,
        "snapshot:uri": snapshot.subject.uri,
        "snapshot:captured_at": snapshot.captured_at,
        "snapshot:captured_with": snapshot.captured_with,
        "snapshot:origin": snapshot.origin.uri,
        "snapshot:digest": snapshot.digest(),
        "assessment:model_card/regime": REGIME.digest,
    }
    for name in ("title", "document-control"):
        for item in parts(blocks(FULL, name)):
            if isinstance(item, Shown):
                assert item.value == held[item.evidence], item


def test_every_gap_stands_on_the_front_page() -> None:
    (grid,) = blocks(BARE, "gaps")
    assert isinstance(grid, Grid)
    assert len(grid.rows) == len(BARE.assessments[0].gaps) > 10
    (nothing,) = make("gaps", Dossier(snapshot=BARE.snapshot, regimes=(), assessments=()), {})
    assert not isinstance(nothing, Grid)


def test_the_previous_version_is_named_as_such() -> None:
    shown = [item for item in parts(blocks(FULL, "change")) if isinstance(item, Shown)]
    assert [item for item in shown if item.evidence.startswith(PREVIOUS)]
    assert [item for item in parts(blocks(BARE, "change")) if isinstance(item, (Absent, GapBox))] or not [
        item for item in parts(blocks(BARE, "change")) if isinstance(item, Grid)
    ]


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("performence", {}, "did you mean 'performance'"),
        ("performance", {"spilt": "test"}, "did you mean 'split'"),
        ("title", {"x": "y"}, "known: none"),
    ],
)
def test_a_wrong_name_is_told_with_the_nearest(name: str, options: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        make(name, FULL, options)


@pytest.mark.parametrize(
    ("name", "unit", "ends", "said"),
    [
        ("selection_rate.difference/sex@test", "fraction", (0.0, 0.04), True),
        ("selection_rate.difference/sex@test", "fraction", (0.01, 0.04), False),
        ("selection_rate.ratio/sex@test", "ratio", (0.8, 1.0), True),
    ],
)
def test_an_interval_that_ends_at_equality_is_explained(
    name: str, unit: str, ends: tuple[float, float], *, said: bool
) -> None:
    interval = Interval(low=ends[0], high=ends[1], level=0.95, method="bootstrap")
    item = replace(
        sample_snapshot().evidence[0],
        id=f"fairness:{name}",
        value=Quantity(value=sum(ends) / 2, unit=unit, interval=interval),
    )
    found = blocks(dossier(replace(bare_with(()), evidence=(item,))), "fairness")
    words = [item.text for item in parts(found) if isinstance(item, Words)]
    assert any("the groups may be equal" in text for text in words) is said


SPLIT_BY_SPLIT = (
    *("performance", "confusion", "ranking", "residuals", "calibration", "comparison", "replication", "sensitivity"),
    *("fairness", "adverse-impact", "explanations", "permutation-importance", "datasets", "overlap", "shift"),
)


@pytest.mark.parametrize("name", SPLIT_BY_SPLIT)
def test_below_the_name_of_the_data_stands_where_the_numbers_were_read(name: str) -> None:
    """So that a reader of paper knows the run and the file of each number."""
    found = blocks(FULL, name)
    firsts = [place for place, block in enumerate(found) if isinstance(block, Heading) and block.value is not None]
    told = [block for block in (found[place + 1] for place in firsts) if isinstance(block, Paragraph) and block.quiet]
    assert told
    for paragraph in told:
        where = [item for item in paragraph.line if isinstance(item, Shown) and item.format == "code"]
        assert where
        for item in where:
            source = FULL.snapshot.find(item.evidence)
            assert source is not None
            assert item.value == source.provenance.uri


def test_files_are_named_once_and_no_more_than_three() -> None:
    every = FULL.snapshot.evidence
    assert len({item.provenance.uri for item in every}) > 3
    line = read_from(every).line
    uris = [item.value for item in line if isinstance(item, Shown) and item.format == "code"]
    assert len(uris) == len(set(uris)) == 3
    assert any(isinstance(item, Link) and item.label == "section:evidence" for item in line)
