"""Pipelines, images, parents and earlier versions, from the tags and records of real stores."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from docgen.model.evidence import Evidence, Missing, Table, Text
from docgen.sources.mlflow_.collect import CollectedFacts, collect_mlflow
from docgen.sources.mlflow_.open_ import open_store, parse_model_uri
from docgen.sources.mlflow_.reading import Reading

DIGEST = "sha256:" + "0123456789abcdef" * 4


def collect(uri: str, model: str = "models:/churn/2") -> CollectedFacts:
    store = open_store(uri)
    try:
        return collect_mlflow(store, parse_model_uri(model), Reading(tracking_uri=uri))
    finally:
        store.close()


def tagged(made, folder: Path, tags: dict[str, str], *, on: str = "second") -> tuple[dict[str, Evidence], set[str]]:
    """Evidence by id and codes of findings of the store with more tags on a run."""
    shutil.copy(made.folder / "mlflow.db", folder / "mlflow.db")
    with sqlite3.connect(folder / "mlflow.db") as database:
        for key, value in tags.items():
            database.execute(
                "INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?) "
                "ON CONFLICT (key, run_uuid) DO UPDATE SET value = excluded.value",
                (key, value, made.ids[on]),
            )
    facts = collect(f"sqlite:///{folder / 'mlflow.db'}")
    return {str(item.id): item for item in facts.evidence}, {item.code for item in facts.findings}


def rows(item: Evidence) -> tuple:
    assert isinstance(item.value, Table)
    return item.value.rows


@pytest.mark.parametrize("store", ["sqlite_made", "files_made", "served_made"])
def test_earlier_versions_and_python_are_told_by_every_store(store: str, request: pytest.FixtureRequest) -> None:
    made = request.getfixturevalue(store)
    found = {str(item.id): item for item in collect(made.uri).evidence}
    ((version, created, status, stage, aliases, run_id),) = rows(found["versions:earlier"])
    assert (version, status, stage, aliases, run_id) == ("1", "READY", "", "champion", made.ids["first"])
    assert created.endswith("Z")
    assert found["versions:earlier"].value.attribute("total") == 1  # type: ignore[union-attr]
    python = found["runtime:python"].value
    assert isinstance(python, Text)
    assert python.text.startswith("3.")


def test_the_first_version_has_none_before_it(sqlite_made) -> None:
    assert "versions:earlier" not in {item.id for item in collect(sqlite_made.uri, "models:/churn/1").evidence}


def test_a_run_without_such_tags_tells_of_no_pipeline_and_no_image(sqlite_made) -> None:
    kinds = {item.kind for item in collect(sqlite_made.uri).evidence}
    assert "pipeline" not in kinds
    assert not {item.id for item in collect(sqlite_made.uri).evidence} & {"runtime:image"}


def test_pipeline_tags_are_taken_by_exact_key_from_run_and_parent(sqlite_made, tmp_path: Path) -> None:
    found, _ = tagged(
        sqlite_made,
        tmp_path,
        {
            "kfp_run_id": "1f6c",
            "sagemaker.pipeline_execution_arn": "arn:aws:sagemaker:eu-west-1:1:pipeline/churn/execution/ab",
            "azureml.pipelinerunid": "096a41be",
            "azureml.pipelinerunid.other": "not a known key",
            "my.kfp.pipeline_run_id": "nor this",
        },
    )
    assert rows(found["pipeline:kubeflow"]) == (("kfp_run_id", "1f6c", "run"),)
    assert rows(found["pipeline:sagemaker"])[0][1].endswith("execution/ab")
    assert rows(found["pipeline:azure_ml"]) == (("azureml.pipelinerunid", "096a41be", "run"),)


def test_kubeflows_own_tags_stand_on_the_parent(sqlite_made, tmp_path: Path) -> None:
    found, _ = tagged(sqlite_made, tmp_path, {"kfp.pipeline_run_id": "0f3c", "kfp.pipeline_id": "churn"}, on="parent")
    assert rows(found["pipeline:kubeflow"]) == (
        ("kfp.pipeline_run_id", "0f3c", "parent"), ("kfp.pipeline_id", "churn", "parent"),
    )  # fmt: skip


def test_an_image_with_a_digest_is_pinned(sqlite_made, tmp_path: Path) -> None:
    found, codes = tagged(sqlite_made, tmp_path, {"mlflow.docker.image.uri": f"registry.example.org/train@{DIGEST}"})
    assert found["runtime:image"].value.attribute("sha256") == DIGEST[7:]  # type: ignore[union-attr]
    assert "image_not_pinned" not in codes


@pytest.mark.parametrize("value", ["registry.example.org/train:latest", f"x{DIGEST}", DIGEST[:-1], f"{DIGEST}0"])
def test_an_image_by_name_only_is_a_finding(sqlite_made, tmp_path: Path, value: str) -> None:
    found, codes = tagged(sqlite_made, tmp_path, {"mlflow.docker.image.uri": value})
    assert found["runtime:image"].value.attribute("sha256") is None  # type: ignore[union-attr]
    assert "image_not_pinned" in codes


def test_the_tag_of_ours_is_the_digest_that_counts(sqlite_made, tmp_path: Path) -> None:
    other = "sha256:" + "f" * 64
    found, _ = tagged(sqlite_made, tmp_path, {"docgen.image_digest": DIGEST, "mlflow.docker.image.id": other})
    assert found["runtime:image"].value.attribute("sha256") == DIGEST[7:]  # type: ignore[union-attr]
    assert [row[0] for row in rows(found["runtime:image"])] == ["docgen.image_digest", "mlflow.docker.image.id"]


def test_a_parent_that_is_gone_is_a_gap(sqlite_made, tmp_path: Path) -> None:
    found, codes = tagged(sqlite_made, tmp_path, {"mlflow.parentRunId": "0" * 32})
    assert isinstance(found[f"run:{'0' * 32}"].value, Missing)
    assert "parent_missing" in codes
