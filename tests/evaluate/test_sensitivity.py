"""Changed inputs: what a model of known form answers, held against arithmetic, scikit-learn and statsmodels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, roc_auc_score, root_mean_squared_error
from statsmodels.stats.proportion import proportion_confint

import docgen
from docgen.errors import UsageError
from docgen.evaluate import Change, one_at_a_time
from docgen.evaluate.perturb import changed
from docgen.evaluate.sensitivity import sensitivity
from docgen.evaluate.settings import Settings
from docgen.model.canonical import canonical, sha256
from docgen.model.codec import unstructure
from docgen.model.evidence import Missing, Quantity, Table
from docgen.model.formats import Response, SensitivityFile, path_of
from docgen.sources.evidence_files import Source, read


def rows(n: int = 300) -> pd.DataFrame:
    draw = np.random.default_rng(3)
    return pd.DataFrame({
        "debt": draw.uniform(0, 1, n).round(3),
        "income": draw.normal(40, 8, n).round(1),
        "home": draw.choice(["own", "rent"], n),
    })  # fmt: skip


def score(frame: pd.DataFrame) -> Any:
    """A linear score within 0 and 1: its answer to every change is known."""
    return np.clip(0.25 + 0.4 * frame["debt"] + 0.004 * (40 - frame["income"]) + 0.1 * (frame["home"] == "rent"), 0, 1)


def truth(frame: pd.DataFrame) -> Any:
    return (np.random.default_rng(5).random(len(frame)) < score(frame)).astype(int)


def asked(**options: Any) -> SensitivityFile:
    frame = rows()
    given = {name: options.pop(name) for name in ("changes", "scenarios", "metric", "groups") if name in options}
    return sensitivity(frame, score, y_true=truth(frame), settings=Settings(**options), **given)


def only(record: SensitivityFile) -> Response:
    (found,) = record.responses
    return found


def test_a_shift_moves_a_linear_score_by_its_slope_and_flips_who_is_near_the_threshold() -> None:
    found = only(asked(changes=[Change("debt", "shift", 0.1)], threshold=0.5))
    frame = rows()
    before, after = score(frame), score(frame.assign(debt=frame["debt"] + 0.1))
    assert found.mean.value == pytest.approx(0.04, abs=1e-12)
    assert (found.mean_absolute, found.largest) == (pytest.approx(0.04), pytest.approx(0.04))
    flipped = int(((before >= 0.5) != (after >= 0.5)).sum())
    assert flipped > 10
    assert found.flips is not None
    assert (found.flips.events, found.flips.n, found.raised) == (flipped, 300, flipped)
    low, high = proportion_confint(flipped, 300, method="wilson")
    assert found.flips.interval is not None
    assert (found.flips.interval.low, found.flips.interval.high) == (pytest.approx(low), pytest.approx(high))
    assert found.changes[0].rows == 300
    assert found.changes[0].outside == int((frame["debt"] + 0.1 > frame["debt"].max()).sum())


def test_a_change_that_changes_nothing_has_no_interval_and_says_why() -> None:
    found = only(asked(changes=[Change("debt", "scale", 1.0)]))
    assert (found.changes[0].rows, found.mean.value, found.mean.interval) == (0, 0.0, None)
    assert found.mean.note == "no interval: every draw of the bootstrap gives the same value"
    assert found.metric is not None
    assert (found.metric.value, found.metric.interval) == (0.0, None)
    assert "both scores rank the rows alike" in found.metric.note


@pytest.mark.parametrize(
    ("metric", "computed"),
    [
        ("roc_auc", lambda y, before, after: roc_auc_score(y, after) - roc_auc_score(y, before)),
        ("accuracy", lambda y, before, after: accuracy_score(y, after >= 0.5) - accuracy_score(y, before >= 0.5)),
        ("brier", lambda y, before, after: np.mean((after - y) ** 2) - np.mean((before - y) ** 2)),
    ],
)
def test_the_measure_changes_as_scikit_learn_has_it(metric: str, computed: Any) -> None:
    record = asked(changes=[Change("debt", "quantile", 0.95)], metric=metric)
    frame = rows()
    same = score(frame.assign(debt=frame["debt"].quantile(0.95, interpolation="nearest")))
    found = only(record).metric
    assert found is not None
    assert found.value == pytest.approx(computed(truth(frame), score(frame), same), abs=1e-12)
    assert found.interval is not None
    assert found.interval.low < found.value < found.interval.high
    assert record.metric == metric


def test_a_scenario_changes_several_inputs_together() -> None:
    hard = [Change("income", "scale", 0.8), Change("debt", "shift", 0.05), Change("home", "value", "rent")]
    record = asked(changes=(), scenarios={"hard times": hard})
    found = only(record)
    frame = rows()
    worse = frame.assign(income=frame["income"] * 0.8, debt=frame["debt"] + 0.05, home="rent")
    assert found.mean.value == pytest.approx(float((score(worse) - score(frame)).mean()))
    assert (found.name, found.group) == ("hard times", "joint")
    assert [one.rows for one in found.changes] == [300, 300, int((frame["home"] == "own").sum())]
    assert found.changes[2].outside is None


def test_missing_values_are_drawn_from_the_seed_and_a_model_that_takes_none_says_so() -> None:
    def strict(frame: pd.DataFrame) -> Any:
        if frame["income"].isna().any():
            raise ValueError("Input X contains NaN.\nand a long story")
        return score(frame)

    frame = rows()
    lost = [changed(frame, [Change("income", "missing", 0.2)], seed)[0]["income"].isna() for seed in (1, 1, 2)]
    assert lost[0].sum() == 60
    assert (lost[0] == lost[1]).all()
    assert (lost[0] != lost[2]).any()
    record = sensitivity(
        frame, strict, y_true=truth(frame), changes=[Change("income", "missing", 0.2)], settings=Settings()
    )
    found = only(record)
    assert found.note == "no answer: ValueError: Input X contains NaN"
    assert (found.mean.value, found.mean.special, found.flips, found.metric) == (None, "undefined", None, None)
    lenient = only(asked(changes=[Change("home", "missing", 1.0)]))
    assert lenient.mean.value == pytest.approx(-0.1 * float((frame["home"] == "rent").mean()))


@effort(max_examples=25)
@given(st.floats(-5, 5), st.sampled_from(["shift", "scale"]))
def test_the_rows_given_are_never_touched(amount: float, kind: Any) -> None:
    frame = rows(20)
    after, told = changed(frame, [Change("income", kind, amount)], 0)
    pd.testing.assert_frame_equal(frame, rows(20))
    assert told[0].rows == int((after["income"] != frame["income"]).sum())


def test_the_changes_made_by_default_are_small_steps_and_extremes_of_each_number() -> None:
    frame = rows().assign(constant=1.0)
    found = one_at_a_time(frame)
    assert [(one.feature, one.kind) for one in found] == [
        (name, kind) for name in ("debt", "income") for kind in ("shift", "shift", "quantile", "quantile")
    ]
    assert found[1].amount == pytest.approx(0.1 * float(frame["debt"].std()), rel=0.01)


def test_regressions_and_models_of_several_labels_answer_too() -> None:
    frame = rows()
    amount = 100 + 10 * frame["debt"]
    (found,) = sensitivity(
        frame,
        lambda changed: 100 + 10 * changed["debt"] + 0.1,
        y_true=amount,
        changes=[Change("debt", "shift", 0.5)],
        settings=Settings(unit="EUR"),
    ).responses
    assert (found.mean.value, found.mean.unit, found.flips) == (pytest.approx(5), "EUR", None)
    assert found.metric is not None
    assert found.metric.value == pytest.approx(
        root_mean_squared_error(amount, amount + 5.1) - root_mean_squared_error(amount, amount + 0.1)
    )

    def three(changed: pd.DataFrame) -> Any:
        sides = np.stack([1 - changed["debt"], changed["debt"] * 0.6, changed["debt"] * 0.4], axis=1)
        return np.clip(sides, 0, None) / np.clip(sides, 0, None).sum(axis=1, keepdims=True)

    labels = np.array(["a", "b", "c"])[np.random.default_rng(1).integers(0, 3, 300)]
    record = sensitivity(
        frame, three, y_true=labels, changes=[Change("debt", "scale", 0.5)], settings=Settings(task="multiclass")
    )
    flips = only(record).flips
    assert flips is not None
    assert flips.events == int((three(frame).argmax(1) != three(frame.assign(debt=frame["debt"] / 2)).argmax(1)).sum())
    assert record.output == "score of the label that was predicted before"


def test_rows_that_belong_together_are_drawn_together() -> None:
    record = asked(changes=[Change("debt", "quantile", 0.9)], groups=np.arange(300) // 10)
    found = only(record)
    assert record.clusters == 30
    assert found.flips is not None
    assert found.flips.interval is not None
    assert found.flips.interval.method.startswith("cluster bootstrap percentile, 30 clusters")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"changes": [Change("dept", "shift", 1)]}, "no column 'dept' (did you mean 'debt'?)"),
        ({"changes": [Change("home", "shift", 1)]}, "home holds no numbers, expected kind value or missing"),
        ({"changes": [Change("debt", "quantile", 5)]}, "debt quantile is 5, expected 0 to 1"),
        ({"changes": [Change("debt", "scale", float("nan"))]}, "expected a finite number"),
        ({"changes": [Change("debt", "double", 2)]}, "kind is 'double', expected one of shift"),  # type: ignore[arg-type]
        ({"changes": (), "scenarios": {"a/b": [Change("debt", "shift", 1)]}}, "'a/b' is no name"),
        ({"changes": (), "scenarios": {"worse": []}}, "scenario 'worse' changes no input"),
        ({"changes": ()}, "there is nothing to change"),
        ({"changes": [Change("debt", "shift", 1)], "metric": "auc"}, "metric is 'auc', expected one of roc_auc"),
    ],
)
def test_what_cannot_be_done_is_told_before_the_model_is_asked_in_vain(given: Any, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        asked(**given)
    assert told in caught.value.message


def facts(record: SensitivityFile, path: str = "") -> dict[str, Any]:
    data = canonical(unstructure(record))
    found = read(Source(path=path or path_of(record), data=data, sha256=sha256(data), run_id="0" * 32, time=None))
    return {str(item.id): item.value for item in found}


def test_a_file_gives_a_table_of_each_group_and_the_largest_answers_by_themselves() -> None:
    record = asked(
        changes=[Change("debt", "shift", 0.01), Change("debt", "shift", 0.2), Change("home", "missing", 0.5)],
        scenarios={"hard times": [Change("debt", "shift", 0.1), Change("home", "value", "rent")]},
        metric="brier",
    )
    found = facts(record)
    assert {name for name, value in found.items() if isinstance(value, Table)} == {
        f"sensitivity:{name}@test" for name in ("evaluation", "shock", "missing", "joint")
    }
    shocks = found["sensitivity:shock@test"]
    assert [row[:2] for row in shocks.rows] == [("debt", "+0.01"), ("debt", "+0.2")]
    assert shocks.attribute("flips_method") == "wilson"
    largest = found["sensitivity:shock.flips@test"]
    assert isinstance(largest, Quantity)
    assert (largest.events, largest.n) == (shocks.rows[1][shocks.index("flipped")], 300)
    assert largest.note == "debt +0.2"
    worst = found["sensitivity:shock.metric@test"]
    assert worst.value == max(row[shocks.index("metric")] for row in shocks.rows), "a higher Brier score is worse"
    together = found["sensitivity:joint/hard times.score@test"]
    assert together.note == "debt +0.1; home set to rent"
    assert found["sensitivity:before@test"].value == record.before.value


def test_a_file_of_another_split_than_its_path_says_is_a_gap() -> None:
    found = facts(asked(changes=[Change("debt", "shift", 0.1)]), "docgen/holdout/sensitivity.json")
    assert isinstance(found["sensitivity:file@holdout"], Missing)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    """An MLflow store of its own with a run open in it; the folder of the run's artifacts."""
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'mlflow.db'}")
    experiment = mlflow.create_experiment("sensitivity", artifact_location=(tmp_path / "artifacts").as_uri())
    with mlflow.start_run(experiment_id=experiment) as run:
        yield tmp_path / "artifacts" / run.info.run_id / "artifacts"
    mlflow.set_tracking_uri(None)


def test_it_is_logged_beside_the_evaluation_of_the_same_rows_and_never_of_others(store: Path) -> None:
    frame = rows()
    changes = [Change("debt", "shift", 0.1)]
    docgen.log_evidence(y_true=truth(frame), y_score=score(frame), X=frame, dataset_name="loans")
    answers = docgen.log_sensitivity(frame, score, y_true=truth(frame), changes=changes, dataset_name="loans")
    assert answers[0].mean.value == pytest.approx(0.04)
    with pytest.raises(UsageError, match="evidence of different data is never mixed"):
        docgen.log_sensitivity(frame.head(200), score, y_true=truth(frame.head(200)), changes=changes)
    assert {"sensitivity.json", "sensitivity.parquet"} <= {path.name for path in (store / "docgen/test").iterdir()}
