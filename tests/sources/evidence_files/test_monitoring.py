"""What monitoring systems save: docgen's own format, docgen's other evidence, and Evidently's reports of two majors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from docgen.model.canonical import canonical, sha256
from docgen.model.evidence import Evidence, Missing, Scalar, Table
from docgen.model.monitoring import PLACE
from docgen.model.snapshot import Subject
from docgen.resources import formats_dir
from docgen.sources.evidence_files import Source
from docgen.sources.evidence_files.feeds import read_feed
from docgen.sources.monitoring import read_folder

SAVED = Path(__file__).parents[2] / "data" / "evidently"
SUBJECT = Subject(uri="models:/credit/1", name="credit", version="1", run_id=None, asked="models:/credit/1")


def feed(data: bytes, path: str = "report.json", time: str | None = "2026-02-01") -> tuple[Evidence, ...]:
    return read_feed(Source(path=path, data=data, sha256=sha256(data), run_id="", time=time))


def saved(name: str, time: str | None = "2026-02-01") -> dict[str, dict[str, Scalar]]:
    """Series -> cells and attributes of its one point."""
    found = {}
    for item in feed((SAVED / name).read_bytes(), name, time):
        assert isinstance(item.value, Table), item.value
        (cells,) = item.value.rows
        attributes = {each.key: each.value for each in item.value.attributes}
        found[item.id.removeprefix("monitoring:")] = {**attributes, **{key: cells[at] for key, at in PLACE.items()}}
    return found


def gap(data: bytes, time: str | None = "2026-02-01") -> str:
    (item,) = feed(data, time=time)
    assert isinstance(item.value, Missing)
    return item.value.detail


def example(name: str) -> Any:
    return json.loads((formats_dir() / "examples" / f"{name}.json").read_text("utf-8"))


def test_a_report_of_evidently_0_7_is_read_with_its_thresholds_and_the_states_of_its_tests() -> None:
    found = saved("report_0_7_21.json")
    share = found["drift/share_of_drifted_columns"]
    assert (share["value"], share["red"], share["worse"]) == (pytest.approx(1 / 3), 0.5, "high")
    test = found["drift/debt_ratio/K-S p_value"]
    assert (test["value"], test["red"], test["worse"], test["state"]) == (
        pytest.approx(4.57e-4, rel=0.01),
        0.05,
        "low",
        "red",
    )
    distance = found["drift/income/Wasserstein distance (normed)"]
    assert (distance["red"], distance["worse"], distance["state"]) == (0.1, "high", None)
    assert (found["performance/RocAuc"]["value"], found["performance/RocAuc"]["state"]) == (0.812, "amber")
    assert found["performance/MAE"]["value"] == 0.21
    assert found["data_quality/MissingValueCount/income/share"]["value"] == 0.011
    assert (found["performance/F1ByLabel/1"]["value"], found["performance/F1ByLabel/1"]["note"]) == (
        None,
        "not a number",
    )
    assert {each["time"] for each in found.values()} == {"2026-02-01"}
    assert {each["system"] for each in found.values()} == {"Evidently"}


def test_a_report_of_the_first_0_7_is_read_by_the_names_of_its_metrics() -> None:
    found = saved("report_0_7_0.json")
    assert (found["drift/debt_ratio/psi"]["value"], found["drift/debt_ratio/psi"]["red"]) == (0.031, 0.2)
    unknown = found["drift/income"]
    assert (unknown["value"], unknown["red"], unknown.get("worse")) == (0.4, None, None)
    assert found["data_quality/RowCount"]["value"] == 1210


def test_what_dumps_of_0_7_writes_carries_its_own_time() -> None:
    found = saved("dumps_0_7_21.json")
    assert {each["time"] for each in found.values()} == {"2026-03-08T03:00:00Z"}
    assert found["drift/share_of_drifted_columns"]["value"] == 0.66
    assert found["drift/debt_ratio/psi"]["state"] == "red"
    assert found["performance/F1ByLabel/1"]["value"] == 0.7


def test_a_report_of_evidently_0_4_is_read_as_well() -> None:
    found = saved("report_0_4_33.json", time=None)
    assert {each["time"] for each in found.values()} == {"2024-06-30T23:15:00Z"}
    assert (found["drift/share_of_drifted_columns"]["state"], found["drift/share_of_drifted_columns"]["red"]) == (
        "red",
        0.5,
    )
    assert found["drift/housing/chi-square p_value"]["worse"] == "low"
    lost = found["drift/income/K-S p_value"]
    assert (lost["value"], lost["state"], lost["note"]) == (None, None, "not a number")
    assert found["drift/prediction/Jensen-Shannon distance"]["state"] == "within"
    assert found["performance/roc_auc"]["value"] == 0.81
    assert "performance/rate_plots_data" not in found


def test_a_test_suite_of_evidently_0_4_is_read_with_its_conditions() -> None:
    found = saved("suite_0_4_33.json", time=None)
    auc = found["performance/ROC AUC Score"]
    assert (auc["value"], auc["red"], auc["worse"], auc["state"]) == (0.81, 0.85, "low", "red")
    assert found["data_quality/Number of Rows"]["state"] == "within"
    assert found["data_quality/failed_tests"]["value"] == 2
    assert found["drift/debt_ratio/Wasserstein distance (normed)"]["state"] == "red"


def test_two_majors_give_the_same_series_for_the_same_measure() -> None:
    assert set(saved("report_0_4_33.json")) & set(saved("suite_0_4_33.json")) >= {
        "drift/debt_ratio/Wasserstein distance (normed)",
        "drift/prediction/Jensen-Shannon distance",
    }
    assert "drift/share_of_drifted_columns" in set(saved("report_0_4_33.json")) & set(saved("report_0_7_21.json"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{", "not strict JSON"),
        (b'{"metrics": [], "tests": []}', "none of its metrics and tests is a number"),
        (b'{"metrics": [{"metric": "DatasetDriftMetric", "result": null}]}', ""),
        (b'{"metrics": [{"metric_name": "", "value": {"a": {"b": 1}}}]}', "none of its metrics and tests"),
        (b'{"metrics": [{"metric_name": "RowCount()", "value": 1e999}]}', "beyond the range"),
        (b'{"format": "docgen.monitoring", "version": 99}', "version 99"),
        (b'{"format": "docgen.monitoring", "version": 2, "series": "x"}', "expected a list, got 'x'"),
    ],
)
def test_what_cannot_be_read_is_a_gap_with_its_reason(data: bytes, said: str) -> None:
    (item,) = feed(data)
    if said:
        assert said in gap(data)
    else:
        assert item.value.rows[0][PLACE["value"]] is None  # type: ignore[union-attr]


def test_a_report_without_any_time_is_a_gap() -> None:
    assert "nothing says when" in gap((SAVED / "report_0_7_0.json").read_bytes(), time=None)
    data = canonical(example("docgen.performance"))
    assert "nothing says when" in gap(data, time=None)


def test_other_files_are_nobodys() -> None:
    assert feed(b'{"rows": 3}') == ()
    assert feed(b"[1, 2]") == ()
    assert feed(canonical(example("docgen.code"))) == ()


def test_what_docgen_logs_of_an_evaluation_is_a_point_of_each_measure() -> None:
    data = canonical(example("docgen.performance"))
    found = {item.id: item.value for item in feed(data)}
    auc = found["monitoring:performance/roc_auc"]
    assert isinstance(auc, Table)
    cells = {key: auc.rows[0][at] for key, at in PLACE.items()}
    (wanted,) = [each["quantity"] for each in example("docgen.performance")["metrics"] if each["key"] == "roc_auc"]
    assert (cells["value"], cells["low"], cells["n"]) == (wanted["value"], wanted["interval"]["low"], wanted["n"])
    assert (auc.attribute("worse"), auc.attribute("level")) == ("low", 0.95)
    fair = {item.id for item in feed(canonical(example("docgen.fairness")))}
    assert "monitoring:fairness/selection_rate.ratio/sex" in fair
    shifts = feed(canonical(example("docgen.shift")), "docgen/shift/train~test.json")
    assert "monitoring:drift/stability/debt_ratio" in {item.id for item in shifts}


def test_a_folder_holds_files_by_model_and_version_and_files_that_name_theirs(tmp_path: Path) -> None:
    folder = tmp_path / "monitoring"
    mine, other = folder / "credit" / "1", folder / "credit" / "2"
    for path in (mine / "2026-01-31", other, folder / ".hidden"):
        path.mkdir(parents=True)
    report = (SAVED / "report_0_7_0.json").read_bytes()
    (mine / "2026-01-31" / "drift.json").write_bytes(report)
    (mine / "drift-2026-02-28.json").write_bytes(report)
    (mine / "notes.json").write_text('{"a": 1}')
    (mine / "broken.json").write_text("{")
    (other / "drift-2026-02-28.json").write_bytes(report)
    (folder / ".hidden" / "drift-2026-02-28.json").write_bytes(report)
    (folder / "stray-2026-02-28.json").write_bytes(report)
    (folder / "named.json").write_bytes(canonical({**example("docgen.monitoring"), "model": "models:/credit/1"}))
    (mine / "linked.json").symlink_to(mine / "broken.json")
    found = read_folder(folder, SUBJECT, max_bytes=100_000, max_files=100)
    uris = {item.provenance.uri for item in found.parts}
    assert uris == {
        "monitoring/credit/1/2026-01-31/drift.json",
        "monitoring/credit/1/drift-2026-02-28.json",
        "monitoring/named.json",
    }
    times = {item.value.rows[0][0] for item in found.parts if "drift" in item.provenance.uri}  # type: ignore[union-attr]
    assert times == {"2026-01-31", "2026-02-28"}
    assert [item.id for item in found.gaps] == ["monitoring:file monitoring/credit/1/broken.json"]
    assert {item.code for item in found.findings} == {"monitoring_of_unknown_version", "monitoring_of_unknown_format"}
    assert all(item.provenance.system == "file" for item in found.parts)


def test_a_folder_that_is_not_there_or_too_large_says_so(tmp_path: Path) -> None:
    assert read_folder(tmp_path / "none", SUBJECT, max_bytes=10, max_files=10).parts == ()
    folder = tmp_path / "monitoring" / "credit" / "1"
    folder.mkdir(parents=True)
    for day in (1, 2, 3):
        (folder / f"2026-01-0{day}.json").write_bytes((SAVED / "report_0_7_0.json").read_bytes())
    small = read_folder(folder.parents[1], SUBJECT, max_bytes=10, max_files=2)
    assert {item.code for item in small.findings} == {"monitoring_cut"}
    assert [item.value.detail for item in small.gaps] == ["larger than 10 bytes"] * 2  # type: ignore[union-attr]
