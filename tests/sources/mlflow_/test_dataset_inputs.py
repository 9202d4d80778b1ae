"""What the data sets of a run are called, so that no verdict rests on data that happened to be called like others."""

from dataclasses import replace

from docgen.assessment.select import selected
from docgen.model.checks import Select
from docgen.model.evidence import Evidence, EvidenceId, Provenance, Quantity
from docgen.sources.mlflow_.dataset_inputs import dataset_of, labels_of
from docgen.sources.mlflow_.records import StoreDataset
from docgen.testing import sample_snapshot


def data(digest: str, context: str = "", rows: int = 100, name: str = "dataset", source: str = "{}") -> StoreDataset:
    return StoreDataset(
        name=name,
        digest=digest,
        context=context,
        source_type="local",
        source=source,
        schema="{}",
        profile=f'{{"num_rows": {rows}}}',
    )


def test_a_data_set_is_called_by_its_context_or_by_its_name() -> None:
    train, test, plain = data("a", "training"), data("b", "test"), data("c", name="loans")
    assert labels_of([train, test, plain], ()) == {train: "training", test: "test", plain: "loans"}


def test_of_several_with_one_context_the_one_of_the_metrics_is_called_so_else_the_largest() -> None:
    small, large = data("a", "test", 3), data("b", "test", 400)
    assert labels_of([small, large], ()) == {small: "test (dataset a)", large: "test"}
    assert labels_of([large, small], {("dataset", "a")}) == {small: "test", large: "test (dataset b)"}


def test_an_input_example_is_not_the_evaluation_data_of_metrics_on_other_data() -> None:
    example, real = data("a", "eval", 3), data("b", rows=400)
    assert labels_of([example, real], {("dataset", "b")}) == {example: "eval (dataset a)", real: "dataset"}
    assert labels_of([example, real], {("dataset", "a")})[example] == "eval"
    assert labels_of([example], ())[example] == "eval"


def test_a_metric_on_data_without_a_name_is_not_one_on_named_data() -> None:
    def measured(split: str) -> Evidence:
        where = Provenance(system="mlflow", uri="runs:/x")
        return Evidence(id=EvidenceId(f"metric:m@{split}"), value=Quantity(value=0.5), provenance=where)

    named = Select(kind="metric", name="m", split="any", except_splits=("train",))
    snapshot = replace(
        sample_snapshot(),
        evidence=tuple(map(measured, ("dataset", "dataset (dataset a)", "loans", "test", "train"))),
    )
    assert [item.id for item in selected(snapshot, named)] == ["metric:m@loans", "metric:m@test"]


def test_what_is_no_json_of_mlflow_stays_unknown() -> None:
    odd = dataset_of(data("a", source="[" * 200_000))
    assert (odd.rows, odd.source) == (100, ("[" * 500))
    assert dataset_of(data("a", source='{"url": "\\ud800"}')).source == "?"
    huge = StoreDataset(
        name="x", digest="y", context="", source_type="", source="", schema="[]", profile='{"num_rows": 1e400}'
    )
    assert dataset_of(huge).rows is None
