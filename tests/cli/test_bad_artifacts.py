"""Artifacts that are gone, cut, hostile or no text: gaps with their reason, never a pass and never a fault of docgen's."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import struct
import zipfile
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from support.commands import Place


def found(place: Place, *arguments: str) -> list[dict[str, object]]:
    """Collect, and return the findings."""
    done = place.docgen("collect", "models:/churn/1", "--format", "json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["findings"]


def model_folder(place: Place) -> Path:
    """Where the logged model of version 1 lies."""
    with sqlite3.connect(place.folder / "mlflow.db") as database:
        (source,) = database.execute("SELECT source FROM model_versions WHERE version = 1").fetchone()
    (folder,) = (place.folder / "mlruns").glob(f"**/{source.removeprefix('models:/')}/artifacts")
    return folder


def archive() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("arr_0.npy", b"x")
    return data.getvalue()


def array_header(shape: str) -> bytes:
    head = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head


BROKEN = {
    "docgen/empty/performance.json": b"",
    "docgen/cut/performance.json": b'{"format": "docgen.performance", "vers',
    "docgen/nan/performance.json": b'{"format": "docgen.performance", "value": NaN}',
    "docgen/half/performance.json": b'{"format": "docgen.performance", "split": "\\ud800"}',
    "docgen/deep/performance.json": b"[" * 100_000,
    "docgen/other/fairness.json": b'{"format": "docgen.performance", "version": 1}',
    "docgen/new/fairness.json": b'{"format": "docgen.fairness", "version": 99}',
    "docgen/datasets/test.json": b"\xff\xfe\x00",
    "a/shap_values.npy": b"",
    "b/shap_values.npy": archive(),
    "c/shap_values.npy": array_header("(1000000000000, 9)"),
    "d/shap_values.npy": array_header("(2, 2)") + b"\0" * 8,
    "e/shap_values.npy": b"\x93NUMPY\x01\x00" + struct.pack("<H", 4) + b"{}(\n",
    "f/shap.csv": b'feature,value\n"a\0b',
    "g/shap.csv": b"feature,value\n" + b"x" * 200_000 + b",1\n",
    "h/by_group.csv": b"sex,rate\nf\nm,0.5,7\n",
    "i/metric_frame.json": b'{"rate": [1, 2]}',
}


def test_files_that_cannot_be_read_are_gaps_with_their_reason(place: Place) -> None:
    for path, data in BROKEN.items():
        target = place.artifact("first", path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    unreadable = [item for item in found(place) if item["code"] == "artifact_unreadable"]
    told = {str(item["message"]).partition("/")[2].partition("/")[2].partition(": ")[0] for item in unreadable}
    assert told == set(BROKEN)
    assert all(item["severity"] == "serious" and item["evidence"] for item in unreadable)
    done = place.docgen("build", "models:/churn/1", "--offline", "--no-pdf", "--format", "json")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["warnings"] == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe", "can't decode"),
        (b"flavors: {", "not YAML"),
        (b"- a\n- b\n", "expected a mapping"),
        (b"signature:\n  inputs: '[{'\n", "Expecting"),
        (b"signature:\n  inputs: '" + b"[" * 200_000 + b"'\n", "recursion"),
    ],
)
def test_a_model_file_that_is_none(place: Place, content: bytes, says: str) -> None:
    (model_folder(place) / "MLmodel").write_bytes(content)
    (gap,) = (item for item in found(place) if item["code"] == "artifact_unreadable")
    assert says in str(gap["message"])
    assert gap["evidence"] == ["signature:model"]


def test_a_small_model_file_that_names_gigabytes(place: Place) -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
    odd = 'mlflow_version: *a9\nmodel_uuid: "\\uD800"\nmodel_size_bytes: 1000000000000000000000000000000\n'
    (model_folder(place) / "MLmodel").write_text(f"{bomb}{odd}flavors: {{sklearn: *a9}}\n")
    assert "artifact_unreadable" not in {item["code"] for item in found(place)}


def test_a_store_without_its_artifacts(place: Place) -> None:
    shutil.rmtree(place.folder / "mlruns")
    gone = [item for item in found(place) if item["code"] == "artifacts_unreachable"]
    assert {str(item["message"]).partition(":")[0] for item in gone} == {"the model's files", "the run's artifacts"}
    done = place.docgen("build", "models:/churn/1", "--offline", "--no-pdf")
    assert "serious: the run's artifacts: artifacts at " in done.stdout
    page = (place.folder / "dossiers" / "churn" / "1" / "lineage.html").read_text("utf-8")
    assert "cannot be reached" in BeautifulSoup(page, "html.parser").get_text()


def test_a_run_whose_artifacts_are_gone_while_the_model_is_there(place: Place) -> None:
    shutil.rmtree(place.artifact("first", ""))
    assert "no_artifacts" in {item["code"] for item in found(place)}


def test_a_name_that_is_no_text(place: Place) -> None:
    odd = os.fsencode(place.artifact("first", "")) + b"/x\xff\xfe.txt"
    try:
        Path(os.fsdecode(odd)).write_text("x")
    except OSError:
        pytest.skip("this file system takes text alone")
    found(place)
    done = place.docgen("build", "models:/churn/1", "--offline", "--no-pdf")
    assert done.returncode == 1, done.stderr
    assert "x??.txt" in (place.folder / "dossiers" / "churn" / "1" / "lineage.html").read_text("utf-8")


@pytest.mark.parametrize("kind", ["link out", "dangling link", "linked folder", "pipe"])
def test_what_is_no_plain_file_is_refused(place: Place, kind: str) -> None:
    odd = place.artifact("first", "odd")
    match kind:
        case "link out":
            odd.symlink_to("/etc/passwd")
        case "dangling link":
            odd.symlink_to("nowhere")
        case "linked folder":
            odd.symlink_to("/etc")
        case _:
            os.mkfifo(odd)
    error = place.refuses(11, "collect", "models:/churn/1") if kind != "pipe" else refuses_pipe(place)
    assert "'odd'" in error["message"]
    assert "link out of its folder or no plain file" in error["message"]


def refuses_pipe(place: Place) -> dict[str, str]:
    """As `Place.refuses`, which would wait for the pipe's other end."""
    done = place.docgen("collect", "models:/churn/1", "--format", "json")
    assert done.returncode == 11, done.stderr
    assert not (place.folder / ".docgen").exists()
    return json.loads(done.stdout)["error"]


def test_caps_of_the_configuration_hold(place: Place) -> None:
    place.configure("max_files = 1")
    assert "more than 1 files" in place.refuses(11, "collect", "models:/churn/1")["message"]
    (place.artifact("first", "") / "docgen/test").mkdir(parents=True)
    (place.artifact("first", "") / "docgen/test/performance.json").write_bytes(b" " * (1024 * 1024 + 1))
    place.configure("max_file_mib = 1")
    error = place.refuses(11, "collect", "models:/churn/1")
    assert "is larger than 1048576 bytes" in error["message"]
    assert "max_file_mib" in error["hint"]
