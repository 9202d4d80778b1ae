"""`docgen evidence`, run as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from docgen.model import formats
from docgen.resources import formats_dir


def example(name: str) -> Any:
    return json.loads((formats_dir() / "examples" / f"{name}.json").read_text("utf-8"))


def write(folder: Path, content: Any, name: str = "performance.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def test_every_example_is_valid_and_says_what_it_gives(docgen, tmp_path: Path) -> None:
    paths = [str(formats_dir() / "examples" / f"{name}.json") for name in formats.FILES]
    done = docgen("evidence", "validate", *paths, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "docgen.performance version 2, no fault; log it as docgen/test/performance.json" in done.stdout
    assert "gives metric:roc_auc@test" in done.stdout


def test_every_fault_of_every_file_is_told_with_its_path(docgen, tmp_path: Path) -> None:
    first, second = example("docgen.performance"), example("docgen.calibration")
    first["metrics"][1]["quantity"]["valu"] = first["metrics"][1]["quantity"].pop("value")
    first["treshold"] = 0.5
    first["task"] = "binari"
    second["bins"][0]["n"] = "many"
    del second["level"]
    paths = [write(tmp_path, first, "one.json"), write(tmp_path, second, "two.json")]
    done = docgen("evidence", "validate", *map(str, paths), cwd=tmp_path)
    assert done.returncode == 2
    said = done.stdout.splitlines()
    for where, what in (
        ("one.json: $.metrics[1].quantity: ", "unknown key 'valu' (did you mean 'value'?)"),
        ("one.json: $.metrics[1].quantity.value: ", "required field missing"),
        ("one.json: $: ", "unknown key 'treshold' (did you mean 'threshold'?)"),
        ("one.json: $.task: ", "binari"),
        ("two.json: $.bins[0].n: ", "expected a whole number, got 'many'"),
        ("two.json: $.level: ", "required field missing"),
    ):
        assert any(where in line and what in line for line in said), (where, what, said)
    assert len(said) == 6


def test_machines_get_the_same_as_one_object(docgen, tmp_path: Path) -> None:
    good = write(tmp_path, example("docgen.fairness"), "good.json")
    bad = write(tmp_path, {**example("docgen.code"), "dirty": "no"}, "bad.json")
    done = docgen("evidence", "validate", str(good), str(bad), "--format", "json", cwd=tmp_path)
    assert done.returncode == 2
    told = json.loads(done.stdout)
    assert told["valid"] is False
    assert [item["faults"] for item in told["files"]] == [
        [],
        [{"path": "$.dirty", "message": "expected true or false, got 'no'"}],
    ]
    assert "fairness:selection_rate/sex@test" in told["files"][0]["evidence"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "$: not strict JSON"),
        ('{"format": "docgen.code", "format": "docgen.code"}', "$: not strict JSON: key 'format' stands twice"),
        ('{"format": "docgen.code", "version": 2, "commit": NaN}', "$: not strict JSON: NaN is no JSON number"),
        ("[]", "$: no key format, expected one of docgen.performance"),
        (
            '{"format": "docgen.performence"}',
            "$.format: unknown format 'docgen.performence' (did you mean 'docgen.perf",
        ),
        ('{"format": ["x"]}', "$.format: unknown format ['x'] (known: docgen.performance"),
        ('{"format": "docgen.code", "version": 99}', "$.version: version 99 of docgen.code is not known (known: 1, 2)"),
        ('{"format": "docgen.code"}', "$.version: version None of docgen.code is not known"),
    ],
)
def test_what_is_no_evidence_file_is_said_in_one_line(docgen, tmp_path: Path, content: str, said: str) -> None:
    done = docgen("evidence", "validate", str(write(tmp_path, content)), cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stdout
    assert len(done.stdout.splitlines()) == 1


def test_parts_that_do_not_fit_together_are_a_fault_although_each_has_its_shape(docgen, tmp_path: Path) -> None:
    content = example("docgen.performance")
    content["confusion"]["counts"].append([1, 2])
    done = docgen("evidence", "validate", str(write(tmp_path, content)), cwd=tmp_path)
    assert done.returncode == 2
    assert "zip" in done.stdout or "confusion" in done.stdout
    content = {**example("docgen.performance"), "split": "Q1 2026"}
    done = docgen("evidence", "validate", str(write(tmp_path, content)), cwd=tmp_path)
    assert "'docgen/Q1 2026/performance.json', a path at which nothing is read" in done.stdout


def test_files_of_other_tools_are_held_against_their_reader(docgen, tmp_path: Path) -> None:
    good = write(tmp_path, "sex,selection_rate\nfemale,0.31\nmale,0.35\n", "fairness_by_group.csv")
    bad = write(tmp_path, "a,b\n1,2\n", "shap_importance.csv")
    none = write(tmp_path, "a,b\n1,2\n", "other.csv")
    done = docgen("evidence", "validate", *map(str, (good, bad, none)), cwd=tmp_path)
    assert done.returncode == 2
    lines = done.stdout.splitlines()
    assert lines[0].endswith("fairness_by_group.csv: a file of another tool, no fault; log it as fairness_by_group.csv")
    assert lines[1] == "  gives fairness:selection_rate/sex"
    assert "expected one column of feature names" in lines[2]
    assert "nor is it a file of a tool that is read" in lines[3]


def test_a_file_that_is_not_there_is_named(docgen, tmp_path: Path) -> None:
    done = docgen("evidence", "validate", "missing.json", cwd=tmp_path)
    assert done.returncode == 2
    assert "missing.json: no such file or directory" in done.stderr


def test_formats_are_listed_with_their_path(docgen, tmp_path: Path) -> None:
    done = docgen("evidence", "list", cwd=tmp_path)
    assert done.returncode == 0
    for name, path in formats.PATHS.items():
        assert any(name in line and path in line for line in done.stdout.splitlines())
    told = json.loads(docgen("evidence", "list", "--format", "json", cwd=tmp_path).stdout)
    assert {item["format"] for item in told["formats"]} == set(formats.FILES)
    assert all(Path(item["schema"]).is_file() and Path(item["example"]).is_file() for item in told["formats"])


def test_example_and_schema_are_printed_as_they_are_shipped(docgen, tmp_path: Path) -> None:
    assert json.loads(docgen("evidence", "example", "docgen.code", cwd=tmp_path).stdout) == example("docgen.code")
    assert json.loads(docgen("evidence", "schema", "docgen.code", cwd=tmp_path).stdout)["title"].startswith(
        "docgen.code"
    )
    done = docgen("evidence", "example", "docgen.fairnes", cwd=tmp_path)
    assert done.returncode == 2
    assert "did you mean 'docgen.fairness'?" in done.stderr
