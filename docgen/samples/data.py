"""Sample evidence of what is in data sets, and how they lie to each other."""

from __future__ import annotations

from docgen.model.evidence import Attribute, Evidence, Quantity, Scalar, Table
from docgen.model.layouts import LEVEL_COLUMNS, OVERLAP_COLUMNS, PROFILE_COLUMNS, SHIFT_COLUMNS
from docgen.samples.making import LEVEL, item


def data() -> list[Evidence]:
    """Return profiles, overlap and shift of the training and test data."""
    return [*_pairs(), *_profile("test"), *_profile("train")]


def _pairs() -> tuple[Evidence, ...]:
    """Return overlap and shift of the training and test data."""
    names = (Attribute(key="first", value="train"), Attribute(key="second", value="test"))
    counts: tuple[tuple[Scalar, ...], ...] = (
        ("shared_rows", 3, 1800, 3 / 1800),
        ("duplicates_first", 0, 4200, 0.0),
        ("duplicates_second", 0, 1800, 0.0),
    )
    how = (Attribute(key="columns", value="debt_ratio, income"), Attribute(key="row_method", value="hash of each row"))
    moved: tuple[tuple[Scalar, ...], ...] = (
        ("score", "score", 0.0213, 0.0049, 0.0301, 0.0071, 0.0134, 10, 0, 4200, 1800, ""),
        ("debt_ratio", "feature", 0.0104, 0.0, 0.0167, 0.0071, 0.0134, 10, 0, 4200, 1800, ""),
        ("applied", "feature", *[None] * 5, 0, 0, 0, 0, "a column of times is not compared"),
    )
    rule = {"reference": "train", "current": "test", "rule": "numbers at 10 quantiles of the reference"}
    figures: dict[str, Scalar] = {"epsilon": 1e-4, "level": LEVEL, "method": "scaled chi-square", "suppress_below": 5}
    attributes = tuple(Attribute(key=key, value=value) for key, value in (rule | figures).items())
    overlap, shift = "docgen/overlap/train~test.json", "docgen/shift/train~test.json"
    return (
        item(
            "overlap:train/test", Table(columns=OVERLAP_COLUMNS, rows=counts, attributes=(*names, *how)), path=overlap
        ),
        item("overlap:train/test/rows", Quantity(value=3 / 1800, unit="fraction", n=1800, events=3), path=overlap),
        item("shift:train~test", Table(columns=SHIFT_COLUMNS, rows=moved, attributes=attributes), path=shift),
        item("shift:train~test/score", Quantity(value=0.0213, unit="nats", n=1800), path=shift),
    )


def _profile(context: str) -> tuple[Evidence, Evidence]:
    """Return the profile of one data set and its common values."""
    rule = (Attribute(key="suppress_below", value=5), Attribute(key="rows", value=1800))
    figures: tuple[dict[str, Scalar], ...] = (
        {"name": "debt_ratio", "sort": "number", "distinct": 1550, "mean": 0.342, "deviation": 0.169, "low": 0.033,
         "low_is": "1st percentile", "lower_quartile": 0.219, "median": 0.324, "upper_quartile": 0.46, "high": 0.789,
         "high_is": "99th percentile"},
        {"name": "sex", "sort": "category", "distinct": 4},
        {"name": "applied", "sort": "time", "n": 1788, "missing": 12, "distinct": 219, "first": "2025-05",
         "last": "2025-12"},
    )  # fmt: skip
    always: dict[str, Scalar] = {"n": 1800, "missing": 0, "infinite": 0, "low_is": "", "high_is": ""}
    rows = tuple(tuple((always | row).get(column.key) for column in PROFILE_COLUMNS) for row in figures)
    levels: tuple[tuple[Scalar, ...], ...] = (
        ("sex", "female", 886, 886 / 1800, None),
        ("sex", "male", 901, 901 / 1800, None),
        ("sex", None, 13, 13 / 1800, 2),
    )
    path = f"docgen/datasets/{context}.json"
    return (
        item(f"profile:{context}", Table(columns=PROFILE_COLUMNS, rows=rows, attributes=rule), path=path),
        item(f"profile:{context}/levels", Table(columns=LEVEL_COLUMNS, rows=levels, attributes=rule), path=path),
    )
