"""Fairness results of other libraries: as Fairlearn writes them here and now, as AIF360 and Aequitas wrote them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, count, selection_rate, true_positive_rate

from docgen.model.canonical import sha256
from docgen.model.evidence import Evidence, Missing, Quantity, Table
from docgen.sources.evidence_files import Source, read, wanted

FOREIGN = Path(__file__).parents[2] / "data" / "foreign"


def found(path: str, data: str | bytes) -> dict[str, Evidence]:
    raw = data.encode() if isinstance(data, str) else data
    assert wanted(path), path
    source = Source(path=path, data=raw, sha256=sha256(raw), run_id="r", time=None)
    return {item.id: item for item in read(source)}


def table(item: Evidence) -> Table:
    assert isinstance(item.value, Table), item
    return item.value


def column(item: Evidence, key: str) -> dict[str, object]:
    rows = table(item)
    return {str(row[0]): row[rows.index(key)] for row in rows.rows}


def quantity(item: Evidence) -> Quantity:
    assert isinstance(item.value, Quantity), item
    return item.value


@pytest.fixture(scope="module")
def frames() -> dict[str, MetricFrame]:
    draw = np.random.default_rng(0)
    features = pd.DataFrame({"sex": draw.choice(["F", "M"], 400), "age": draw.choice([1, 2, 3], 400)})
    truth, predicted = draw.integers(0, 2, 400), draw.integers(0, 2, 400)

    def frame(sensitive: object, **more: object) -> MetricFrame:
        metrics = {"selection_rate": selection_rate, "tpr": true_positive_rate, "count": count}
        return MetricFrame(metrics=metrics, y_true=truth, y_pred=predicted, sensitive_features=sensitive, **more)

    return {
        "one": frame(features["sex"]),
        "numbered": frame(features["age"]),
        "two": frame(features),
        "controlled": frame(features["sex"], control_features=features["age"]),
    }


def test_by_group_as_csv_gives_each_metric_with_group_sizes_where_they_are_its_denominator(frames) -> None:
    by_group = frames["one"].by_group
    facts = found("by_group.csv", by_group.to_csv())
    assert set(facts) == {"fairness:selection_rate/sex", "fairness:tpr/sex"}
    rate = facts["fairness:selection_rate/sex"]
    assert column(rate, "value") == pytest.approx(by_group["selection_rate"].to_dict())
    assert column(rate, "n") == by_group["count"].astype(int).to_dict()
    assert set(column(facts["fairness:tpr/sex"], "n").values()) == {None}


def test_groups_named_by_numbers_are_groups_and_no_metric(frames) -> None:
    by_group = frames["numbered"].by_group
    facts = found("metric_frame.csv", by_group.to_csv())
    assert column(facts["fairness:tpr/age"], "value") == pytest.approx({
        str(group): value for group, value in by_group["tpr"].items()
    })  # fmt: skip


@pytest.mark.parametrize("kind", ["two", "controlled"])
def test_several_features_are_an_intersection(frames, kind: str) -> None:
    by_group = frames[kind].by_group
    names = " & ".join(by_group.index.names)
    facts = found("fairness/by_group.csv", by_group.to_csv())
    expected = {" & ".join(str(part) for part in group): value for group, value in by_group["tpr"].items()}
    assert column(facts[f"fairness:tpr/{names}"], "value") == pytest.approx(expected)


@pytest.mark.parametrize("orient", ["columns", "index", "split", "records", "table"])
def test_by_group_as_json_in_any_orientation(frames, orient: str) -> None:
    by_group = frames["one"].by_group
    content = (
        by_group.reset_index().to_json(orient="records") if orient == "records" else by_group.to_json(orient=orient)
    )
    facts = found("fairness_sex.json", content)
    (rate,) = [item for name, item in facts.items() if name.startswith("fairness:selection_rate/")]
    assert column(rate, "value") == pytest.approx(by_group["selection_rate"].to_dict())


@pytest.mark.parametrize("orient", ["columns", "index", "split"])
def test_groups_of_several_features_in_json_are_taken_apart_without_being_run(frames, orient: str) -> None:
    by_group = frames["two"].by_group
    facts = found("by_group_crossed.json", by_group.to_json(orient=orient))
    (rate,) = [item for name, item in facts.items() if name.startswith("fairness:tpr/")]
    assert " & " in rate.id
    expected = {f"{sex} & {age}": value for (sex, age), value in by_group["tpr"].items()}
    assert column(rate, "value") == pytest.approx(expected)


def test_group_names_of_every_kind_survive_the_tuple(frames) -> None:
    facts = found("fairness.json", json.dumps({"accuracy": {"(\"it's\", 'a, b')": 0.5, "('x', None)": 0.25}}))
    (item,) = facts.values()
    assert set(column(item, "value")) == {"it's & a, b", "x & None"}


@pytest.mark.parametrize("form", ["csv", "json"])
def test_overall_difference_and_ratio_are_told_apart_by_the_files_name(frames, form: str) -> None:
    frame = frames["one"]
    for way, series in (("overall", frame.overall), ("difference", frame.difference()), ("ratio", frame.ratio())):
        facts = found(f"fairness/{way}.{form}", series.to_csv() if form == "csv" else series.to_json())
        item = facts[f"fairness:selection_rate.{way}/feature not named"]
        assert quantity(item).value == pytest.approx(series["selection_rate"])
        assert way == "overall" or "group" in quantity(item).note


def test_numbers_of_fairlearns_functions_have_docgens_names() -> None:
    content = {"demographic_parity_difference": 0.24, "equalized_odds_difference": 0.21}
    facts = found("fairness_race.json", json.dumps(content))
    assert quantity(facts["fairness:selection_rate.difference/race"]).value == 0.24
    assert quantity(facts["fairness:equalized_odds.difference/race"]).value == 0.21


def test_zeros_everywhere_are_said_to_be_vacuous_and_are_no_number() -> None:
    facts = found("fairness.csv", "sex,tpr\nF,0.0\nM,0.0\n")
    (item,) = facts.values()
    assert set(column(item, "value").values()) == {None}
    assert all(str(note).startswith("vacuous") for note in column(item, "note").values())
    gaps = found("fairness_gaps.json", json.dumps({"equalized_odds_difference": 0.0, "tpr_difference": 0.0}))
    for gap in gaps.values():
        assert quantity(gap).value is None
        assert quantity(gap).special == "undefined"
        assert quantity(gap).note.startswith("vacuous")


def test_a_group_without_a_value_has_its_reason(frames) -> None:
    facts = found("fairness.json", json.dumps({"tpr": {"F": None, "M": 0.5}}))
    (item,) = facts.values()
    assert column(item, "value") == {"F": None, "M": 0.5}
    assert column(item, "note")["F"] == "undefined: the file has no value"


def test_answers_of_aif360s_explainers_have_sign_direction_and_n() -> None:
    facts = found("aif360_race.json", (FOREIGN / "aif360_explainers.json").read_bytes())
    impact = quantity(facts["fairness:disparate_impact/race"])
    assert impact.value == pytest.approx(1.6902240031631133)
    assert impact.n == 6150
    assert impact.note == "favourable rate of the unprivileged divided by that of the privileged group"
    assert quantity(facts["fairness:statistical_parity_difference/race"]).value == pytest.approx(0.2402002032197631)
    assert quantity(facts["fairness:true_positive_rate_difference/race"]).value == pytest.approx(0.19737296377737334)


def test_explainers_may_be_saved_one_by_one_by_name_or_as_the_text_they_are() -> None:
    items = json.loads((FOREIGN / "aif360_explainers.json").read_text())
    for content in (items[0], {"di": items[0]}, [json.dumps(items[0])], json.dumps(items[0])):
        facts = found("fairness_race.json", json.dumps(content))
        assert quantity(facts["fairness:disparate_impact/race"]).value == pytest.approx(1.6902240031631133)


def test_a_dictionary_of_aif360s_metrics_is_known_by_its_names() -> None:
    facts = found("models/fairness_race.json", (FOREIGN / "aif360_metrics.json").read_bytes())
    odds = quantity(facts["fairness:average_odds_difference/race"])
    assert odds.value == pytest.approx(0.20564895979925066)
    assert "unprivileged minus privileged" in odds.note
    nothing = found("aif360.json", json.dumps({"disparate_impact": 0.0, "statistical_parity_difference": 0.0}))
    assert all(quantity(item).note.startswith("vacuous") for item in nothing.values())


def test_aequitas_crosstabs_give_rates_with_their_counts_and_disparities_to_the_reference() -> None:
    facts = found("aequitas_bias.csv", (FOREIGN / "aequitas_bias.csv").read_bytes())
    rates = facts["fairness:false_positive_rate/race"]
    assert column(rates, "value")["Black"] == pytest.approx(0.4484680)
    assert (column(rates, "events")["Black"], column(rates, "n")["Black"]) == (805, 1795)
    assert table(rates).attribute("reference") == "White"
    gaps = facts["fairness:false_positive_rate.to_reference/race"]
    assert column(gaps, "ratio")["Black"] == pytest.approx(1.9120926483147231)
    assert column(gaps, "note")["White"] == "reference"
    assert column(gaps, "note")["Black"].endswith("significant, as Aequitas tested it")
    assert column(facts["fairness:selection_rate/sex"], "n") == {"Female": 2050, "Male": 4100}


def test_aequitas_without_rows_to_divide_by_is_undefined_and_several_models_are_refused() -> None:
    text = "attribute_name,attribute_value,tpr,tp,group_label_pos\nsex,F,0.0,0,0\nsex,M,0.5,1,2\n"
    (item,) = found("aequitas.csv", text).values()
    assert column(item, "value") == {"F": None, "M": 0.5}
    assert column(item, "note")["F"] == "undefined: group_label_pos is 0"
    text = "model_id,attribute_name,attribute_value,tpr\n1,sex,F,0.1\n2,sex,F,0.2\n"
    (gap,) = found("aequitas.csv", text).values()
    assert isinstance(gap.value, Missing)
    assert "expected one model_id, got 2" in gap.value.detail


@pytest.mark.parametrize(
    "data",
    ["", "a", "a,b\n1", "[]", "{}", "[1, 2]", '{"a": {"b": {"c": 1}}}', '{"a": NaN}', '{"columns": 1, "index": 2, "data": 3}',
     '{"schema": 1, "data": 7}', '{"metric": "x"}', '[{"a": 1}, {"b": 2}]', '"text"', "null", "x,y\nF,M\n"],
)  # fmt: skip
def test_what_is_no_result_is_a_gap_with_its_reason(data: str) -> None:
    for path in ("fairness.csv", "fairness.json"):
        facts = found(path, data)
        assert facts
        for item in facts.values():
            if isinstance(item.value, Missing):
                assert item.value.reason == "unreadable"
                assert item.value.detail
            else:
                assert isinstance(item.value, (Table, Quantity))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("fairness.csv", True),
        ("reports/by_group.json", True),
        ("fairness/overall.json", True),
        ("aequitas/crosstab.csv", True),
        ("fairness/plot.json", False),
        ("overall.json", False),
        ("fairness.png", False),
    ],
)
def test_only_files_that_are_named_so_are_fetched(path: str, expected: bool) -> None:
    assert wanted(path) is expected
