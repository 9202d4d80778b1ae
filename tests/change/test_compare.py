"""Two snapshots -> typed changes: each kind is found, nothing hides in a digest that covers a part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from docgen.change.compare import compare
from docgen.evaluate.data import describe_frame
from docgen.model.change import CodeChange, CodePath
from docgen.model.evidence import (
    Column,
    Commit,
    Dataset,
    Evidence,
    EvidenceId,
    File,
    Interval,
    Narrative,
    Provenance,
    Quantity,
    Table,
    Text,
    Value,
)
from docgen.model.snapshot import Origin, Snapshot, Subject, ordered

HERE = Provenance(system="file", uri="test")


def snapshot(version: str = "1", **values: Value) -> Snapshot:
    """A snapshot with these values; `__` stands for the colon of an id."""
    base: dict[str, Value] = {
        "param:C": Text(text="1.0"),
        "environment:requirements.txt": Text(text="numpy==2.0\nscikit-learn>=1.6"),
        "artifact:model/model.skops": File(path="model/model.skops", size=1, sha256="a" * 64),
        "artifact:model/MLmodel": File(path="model/MLmodel", size=1, sha256=version * 64),
        "commit:head": Commit(sha="a" * 40, dirty=False),
        "signature:model": ports(("input", "x", "double"), ("output", "", "long")),
        "dataset:train": Dataset(name="d", context="train", sha256="b" * 64),
    }
    base |= {name.replace("__", ":", 1): value for name, value in values.items()}
    evidence = tuple(Evidence(id=EvidenceId(name), value=value, provenance=HERE) for name, value in base.items())
    return Snapshot(
        subject=Subject(uri=f"models:/d/{version}", name="d", version=version, run_id="r", asked=""),
        origin=Origin(kind="sqlite", uri="x"),
        captured_at="2026-01-01T00:00:00Z",
        captured_with="0",
        evidence=ordered(evidence),
    )


def ports(*rows: tuple[str, str, str]) -> Table:
    keys = ("role", "name", "type", "required")
    columns = tuple(Column(key=key, title=key) for key in keys)
    return Table(columns=columns, rows=tuple((*row, True) for row in rows))


def keys(before: Snapshot, after: Snapshot, code: CodeChange | None = None) -> set[str]:
    return {f"{item.key} {item.state}" for item in compare(before, after, code).elements}


def test_the_same_facts_have_no_difference_although_files_of_bookkeeping_name_another_run() -> None:
    found = compare(snapshot("1"), snapshot("2"))
    assert not found.elements
    assert dict(found.same) == {
        "parameter": 1,
        "input": 1,
        "output": 1,
        "environment": 2,
        "dataset": 1,
        "code": 1,
        "artifact": 1,
    }


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("param:C", Text(text="2.0"), "parameter:C changed"),
        ("param:depth", Text(text="3"), "parameter:depth added"),
        ("param:preprocessing.scaler", Text(text="robust"), "preprocessing:preprocessing.scaler added"),
        ("param:architecture", Text(text="forest"), "architecture:architecture added"),
        ("param:threshold", Text(text="0.4"), "threshold:threshold added"),
        ("environment:requirements.txt", Text(text="numpy==2.1\nscikit-learn>=1.6"), "environment:numpy changed"),
        ("artifact:model/model.skops", File(path="p", size=1, sha256="c" * 64), "artifact:model/model.skops changed"),
        ("artifact:model/model.skops", File(path="p", size=1), "artifact:model/model.skops unknown"),
        ("signature:model", ports(("input", "y", "double"), ("output", "", "long")), "input:y added"),
        ("signature:model", ports(("input", "x", "double"), ("output", "", "double")), "output:(unnamed) changed"),
        ("dataset:train", Dataset(name="d", context="train", sha256="c" * 64), "dataset:train changed"),
        ("dataset:train", Dataset(name="d", context="train", label_digest="c0ffee00"), "dataset:train unknown"),
        ("commit:head", Commit(sha="a" * 40, dirty=True), "code:uncommitted changed"),
        ("commit:head", Commit(sha="a" * 40), "code:uncommitted unknown"),
        ("commit:head", Commit(sha="b" * 40, dirty=False), "code:commit unknown"),
        ("run_tag:labeling.version", Text(text="2"), "labeling:labeling.version added"),
        (
            "narrative:caveats",
            Narrative(slot="caveats", text="a", author_role="b", date="c"),
            "narrative:caveats added",
        ),
        ("metric:auc@test", Quantity(value=0.5), "metric:auc@test added"),
        ("run_tag:mlflow.source.name", Text(text="x.py"), ""),
    ],
)
def test_each_difference_is_of_a_named_kind(name: str, value: Value, expected: str) -> None:
    found = keys(snapshot("1"), snapshot("2", **{name.replace(":", "__", 1): value}))
    assert found >= ({expected} if expected else set())
    assert expected or not found


def test_files_between_two_commits_are_told_one_by_one() -> None:
    other = snapshot("2", commit__head=Commit(sha="b" * 40, dirty=False))
    code = CodeChange(paths=(CodePath(path="train/fit.py", added=3, removed=1),))
    assert keys(snapshot("1"), other, code) == {"code:train/fit.py changed"}
    gone = CodeChange(fault="the commit is beyond a shallow clone")
    (element,) = compare(snapshot("1"), other, gone).elements
    assert (element.state, element.note) == ("unknown", "the commit is beyond a shallow clone")


def test_measures_keep_their_intervals_and_groups_their_n() -> None:
    interval = Interval(low=0.8, high=0.95, level=0.95, method="wilson")
    columns = tuple(Column(key=key, title=key) for key in ("group", "value", "low", "high", "n", "events", "note"))
    table = Table(columns=columns, rows=(("old", 0.9, 0.8, 0.95, 80, 40, ""),))
    after = snapshot(
        "2",
        metric__sensitivity=Quantity(value=0.9, n=80, interval=interval),
        **{"fairness__true_positive_rate/age@test": table},
    )
    found = {item.key: item for item in compare(snapshot("1"), after).elements}
    assert found["metric:sensitivity"].after_quantity.interval == interval
    group = found["fairness:true_positive_rate/age@test [old]"].after_quantity
    assert (group.n, group.events, group.interval.low) == (80, 40, 0.8)


def frame(rows: int = 12_000) -> pd.DataFrame:
    return pd.DataFrame({
        "x": np.arange(rows, dtype=float),
        "label": np.arange(rows) % 3 == 0,
        "taken": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(rows), unit="h"),
    })  # fmt: skip


def flip_labels(data: pd.DataFrame) -> pd.DataFrame:
    return data.assign(label=~data["label"])


def flip_one_label(data: pd.DataFrame) -> pd.DataFrame:
    data.loc[5, "label"] = not data.loc[5, "label"]
    return data


def shift_times(data: pd.DataFrame) -> pd.DataFrame:
    return data.assign(taken=data["taken"] + pd.Timedelta(days=1))


def change_row_10001(data: pd.DataFrame) -> pd.DataFrame:
    data.loc[10_000, "x"] = -1.0
    return data


@pytest.mark.parametrize("edit", [flip_labels, flip_one_label, shift_times, change_row_10001])
def test_what_mlflows_own_digest_does_not_see_is_a_changed_data_set(edit) -> None:
    """MLflow's digest covers 10,000 rows, and no boolean and no time."""
    import mlflow

    before, after = frame(), edit(frame())
    digests = [mlflow.data.from_pandas(data, name="d").digest for data in (before, after)]
    if edit is not flip_one_label:
        assert digests[0] == digests[1]
    sides = [
        snapshot(
            str(number),
            dataset__train=Dataset(
                name="d",
                context="train",
                label_digest=digest,
                sha256=describe_frame(data, name="d", context="train", profile=False).sha256,
            ),
        )
        for number, (data, digest) in enumerate(zip((before, after), digests, strict=True), 1)
    ]
    assert keys(*sides) == {"dataset:train changed"}


def test_a_comparison_is_the_same_whenever_it_is_made() -> None:
    one, two = snapshot("1"), snapshot("2", param__C=Text(text="3"))
    assert compare(one, two) == compare(replace(one), replace(two))
