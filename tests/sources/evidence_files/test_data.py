"""Data set files become a manifest, a profile and its common values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from docgen.evaluate.data import describe_frame
from docgen.evaluate.overlap import overlap
from docgen.evaluate.shift import shift
from docgen.model.canonical import canonical, sha256
from docgen.model.codec import unstructure
from docgen.model.evidence import Dataset, Missing, Quantity, Table
from docgen.sources.evidence_files import Source, read


def read_file(path: str, record: object) -> dict[str, object]:
    data = canonical(unstructure(record))
    found = read(Source(path=path, data=data, sha256=sha256(data), run_id="0" * 32, time=None))
    return {str(item.id): item.value for item in found}


def frame() -> pd.DataFrame:
    draw = np.random.default_rng(2)
    return pd.DataFrame({
        "age": draw.normal(50, 9, 800).round(),
        "site": draw.choice(["north", "south", "west"], 800, p=[0.6, 0.397, 0.003]),
        "seen": pd.date_range("2024-03-01", periods=800, freq="8h"),
        "ill": (draw.random(800) < 0.2).astype(int),
    })  # fmt: skip


def test_a_manifest_is_read_with_its_profile() -> None:
    manifest = describe_frame(frame(), name="patients", context="test", target="ill", time="seen", suppress_below=11)
    facts = read_file("docgen/datasets/test.json", manifest)
    assert set(facts) == {"dataset:test", "profile:test", "profile:test/levels"}
    data, figures, levels = (facts[name] for name in sorted(facts))
    assert isinstance(data, Dataset)
    assert isinstance(figures, Table)
    assert isinstance(levels, Table)
    assert (data.target_n, data.target_events) == (800, int(frame()["ill"].sum()))
    assert (data.time_column, data.time_first, data.time_last) == ("seen", "2024-03", "2024-11")
    assert data.target_interval is not None
    assert [row[0] for row in figures.rows] == ["age", "site", "seen", "ill"]
    assert figures.attribute("suppress_below") == 11
    shares = {row[1]: row[3] for row in levels.rows if row[0] == "ill"}
    assert shares == {"0": (800 - data.target_events) / 800, "1": data.target_events / 800}
    assert [row[1] for row in levels.rows if row[0] == "site"] == ["north", None]


def test_a_manifest_without_a_profile_is_only_a_manifest() -> None:
    manifest = describe_frame(frame(), name="patients", context="test", profile=False)
    assert set(read_file("docgen/datasets/test.json", manifest)) == {"dataset:test"}


def test_a_file_that_names_another_context_is_a_gap() -> None:
    manifest = describe_frame(frame(), name="patients", context="train")
    facts = read_file("docgen/datasets/test.json", manifest)
    assert isinstance(facts["dataset:test"], Missing)
    assert "the path says another" in facts["dataset:test"].detail


def test_an_overlap_is_read_as_counts_and_shares() -> None:
    record = overlap(frame(), frame().iloc[:200].assign(age=1), key="seen", salt="0123456789abcdef")
    facts = read_file("docgen/overlap/train~test.json", record)
    assert set(facts) == {"overlap:train/test", "overlap:train/test/rows", "overlap:train/test/entities"}
    rows, entities = facts["overlap:train/test/rows"], facts["overlap:train/test/entities"]
    assert isinstance(rows, Quantity)
    assert isinstance(entities, Quantity)
    assert (rows.value, rows.n, rows.events) == (0.0, 200, 0)
    assert (entities.value, entities.n) == (1.0, 200)


def test_a_shift_is_read_with_the_index_of_score_and_target_by_itself() -> None:
    record = shift(frame(), frame().iloc[:500], names=("development", "portfolio"), score="age", target="ill")
    facts = read_file("docgen/shift/development~portfolio.json", record)
    name = "shift:development~portfolio"
    assert set(facts) == {name, f"{name}/score", f"{name}/target"}
    table, score = facts[name], facts[f"{name}/score"]
    assert isinstance(table, Table)
    assert isinstance(score, Quantity)
    assert [row[0] for row in table.rows] == ["age", "ill", "site", "seen"]
    assert score.value == table.rows[0][table.index("index")]
    assert score.interval is not None
    assert table.attribute("epsilon") == 1e-4


@pytest.mark.parametrize(
    ("path", "gap"),
    [
        ("docgen/overlap/train~other.json", "overlap:train/other"),
        ("docgen/shift/train~other.json", "shift:train~other"),
    ],
)
def test_a_file_about_another_pair_is_a_gap(path: str, gap: str) -> None:
    make = overlap if "overlap" in path else shift
    facts = read_file(path, make(frame(), frame()))
    assert isinstance(facts[gap], Missing)
    assert "another pair" in facts[gap].detail
