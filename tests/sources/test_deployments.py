"""Deployment files: read strictly, only those of the version at hand, every fault at once."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

from docgen.errors import DocgenError, ProblemsError, UsageError
from docgen.model.evidence import Missing, Table
from docgen.resources import formats_dir
from docgen.sources.deployments import read_deployments
from docgen.strict_yaml import load_yaml

SUBJECT = "models:/churn/3"
DIGEST = "sha256:" + "ab" * 32

WHOLE = f"""\
format: docgen.deployment
version: 1
model: models:/churn/3
environment: production
recorded: 2026-03-04T08:00:00Z
recorded_by: release job
container:
  image: registry.example.org/churn/scorer:2.3.0
  digest: {DIGEST}
helm:
  release: churn-scorer
  namespace: scoring
  chart: scorer
  chart_version: 1.4.2
  revision: 7
  status: deployed
argocd:
  application: churn-scorer
  repository: https://robot:secret@git.example.org/deploy.git
  revision: 9f8e7d6c5b4a39281706f5e4d3c2b1a098765432
  sync: Synced
  health: Healthy
"""


def write(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(content)
    return folder


def test_each_kind_is_a_fact_of_its_own_with_its_source(tmp_path: Path) -> None:
    found = {str(item.id): item for item in read_deployments(write(tmp_path, production=WHOLE), SUBJECT)}
    assert list(found) == [
        "deployment:container@production",
        "deployment:helm@production",
        "deployment:argocd@production",
    ]
    container = found["deployment:container@production"]
    assert isinstance(container.value, Table)
    assert container.value.rows == (("image", "registry.example.org/churn/scorer:2.3.0"), ("digest", DIGEST))
    assert container.value.attribute("recorded_by") == "release job"
    where = container.provenance
    assert (where.system, where.uri, where.key, where.time) == (
        "file",
        "production.yaml",
        "container",
        "2026-03-04T08:00:00Z",
    )
    assert where.sha256


def test_credentials_of_an_address_are_left_out(tmp_path: Path) -> None:
    argo = read_deployments(write(tmp_path, production=WHOLE), SUBJECT)[2]
    assert "secret" not in repr(argo)
    assert "https://git.example.org/deploy.git" in repr(argo)


def test_one_file_may_be_named_instead_of_a_folder(tmp_path: Path) -> None:
    write(tmp_path, production=WHOLE)
    assert len(read_deployments(tmp_path / "production.yaml", SUBJECT)) == 3


def test_files_about_other_versions_are_left_out(tmp_path: Path) -> None:
    other = WHOLE.replace("churn/3", "churn/2")
    (item,) = read_deployments(write(tmp_path, old=other), SUBJECT)
    assert item.id == "deployment:any"
    assert isinstance(item.value, Missing)
    assert item.value.detail == f"no file in {tmp_path.name!r} is about models:/churn/3"
    assert len(read_deployments(write(tmp_path, old=other, new=WHOLE), SUBJECT)) == 3


def test_an_empty_folder_is_a_gap(tmp_path: Path) -> None:
    assert [item.id for item in read_deployments(tmp_path, SUBJECT)] == ["deployment:any"]


FAULTS = {
    "format": (WHOLE.replace("docgen.deployment", "helm"), "format"),
    "version": (WHOLE.replace("version: 1\n", "version: 2\n"), "version"),
    "unknown key": (WHOLE + "replicas: 3\n", "replicas"),
    "unknown field": (WHOLE.replace("  status: deployed", "  state: deployed"), "state"),
    "type": (WHOLE.replace("revision: 7", "revision: seven"), "expected a whole number, got 'seven'"),
    "no digest": (WHOLE.replace(DIGEST, "latest"), "container.digest is 'latest', expected sha256:"),
    "a cut digest": (WHOLE.replace(DIGEST, DIGEST[:-1]), "expected sha256:"),
    "model": (WHOLE.replace("models:/churn/3", "churn"), "model is 'churn', expected models:/<name>/<version>"),
    "environment": (WHOLE.replace("environment: production", "environment: a/b"), "environment is 'a/b'"),
    "time": (WHOLE.replace("2026-03-04T08:00:00Z", "last week"), "recorded is 'last week'"),
    "nothing": (WHOLE.partition("container:")[0], "expected at least one of container, helm, argocd"),
    "missing field": (WHOLE.replace("  chart: scorer\n", ""), "chart"),
    "twice": (WHOLE + "model: models:/churn/3\n", "key 'model' stands twice"),
    "alias": (WHOLE.replace("release job", "&a job"), "aliases and anchors are not allowed"),
    "no mapping": ("- a\n", "@ production.yaml"),
}


@pytest.mark.parametrize(("content", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_names_the_file_and_what_is_expected(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(ProblemsError) as caught:
        read_deployments(write(tmp_path, production=content), SUBJECT)
    text = "\n".join(caught.value.problems)
    assert "production.yaml" in text
    assert message in text


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, a=FAULTS["no digest"][0], b=FAULTS["model"][0], c="a: [")
    with pytest.raises(ProblemsError) as caught:
        read_deployments(tmp_path, SUBJECT)
    assert {problem.partition(":")[0] for problem in caught.value.problems} == {"a.yaml", "b.yaml", "c.yaml"}


def test_two_files_that_tell_the_same_thing_are_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ProblemsError, match=r"deployment:helm@production stands in a.yaml already"):
        read_deployments(write(tmp_path, a=WHOLE, b=WHOLE), SUBJECT)


def test_bytes_that_are_no_text_and_places_that_are_not_there_are_errors(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DocgenError, match="not UTF-8"):
        read_deployments(tmp_path, SUBJECT)
    with pytest.raises(UsageError, match="no such file"):
        read_deployments(tmp_path / "nowhere", SUBJECT)


def test_the_documented_example_is_read_and_valid_by_the_schema() -> None:
    example = formats_dir() / "examples" / "docgen.deployment.yaml"
    assert len(read_deployments(example, "models:/credit-default/2")) == 3
    schema = json.loads((formats_dir() / "schemas" / "docgen.deployment.json").read_text("utf-8"))
    content = load_yaml(example.read_text("utf-8"), where=example.name)
    assert jsonschema_rs.validator_for(schema).is_valid(content)


@pytest.mark.parametrize(
    "fault", ["format", "version", "unknown key", "unknown field", "type", "missing field", "no mapping"]
)
def test_what_the_reader_refuses_by_shape_the_schema_refuses_too(fault: str) -> None:
    schema = json.loads((formats_dir() / "schemas" / "docgen.deployment.json").read_text("utf-8"))
    assert not jsonschema_rs.validator_for(schema).is_valid(load_yaml(FAULTS[fault][0], where=fault))
