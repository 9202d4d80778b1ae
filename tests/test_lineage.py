"""A dossier whose lineage is whole, from DVC and git to the deployment, and what it shows when links go missing."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from docgen.config import Config, DossierConfig, MlflowConfig
from docgen.model.evidence import Commit
from docgen.pipeline import build, collect
from support.dossiers import check_pages, page

MD5 = "c7c4a640138199eaebd9f18ba1c0ad4c"
DIGEST = "sha256:" + "5e" * 32
LOCK = f"""\
schema: '2.0'
stages:
  prepare:
    cmd: python prepare.py
    deps:
    - path: data/raw.csv
      hash: md5
      md5: e5ebd4c02cefbe7955977c67ada242b7
      size: 81220
    params:
      params.yaml:
        prepare.seed: 7
    outs:
    - path: data/prepared
      hash: md5
      md5: {MD5}.dir
      size: 79514
      nfiles: 2
"""
DEPLOYMENT = f"""\
format: docgen.deployment
version: 1
model: models:/credit-default/2
environment: production
recorded: "2026-03-04"
recorded_by: release engineer
container:
  image: registry.example.org/credit/scorer:2.3.0
  digest: {DIGEST}
helm:
  release: credit-scorer
  namespace: scoring
  chart: scorer
  chart_version: 1.4.2
  revision: 7
"""


class Whole:
    """The demo's store in another folder, with a repository, DVC files, tags and a deployment around it."""

    def __init__(self, demo, folder: Path) -> None:
        self.folder = folder
        shutil.copy(demo.folder / "mlflow.db", folder / "mlflow.db")
        shutil.copytree(demo.folder / "artifacts", folder / "artifacts")
        shutil.copytree(demo.folder / "narratives", folder / "narratives")
        (folder / "deployment").mkdir()
        (folder / "deployment" / "production.yaml").write_text(DEPLOYMENT)
        (folder / "repo" / "data").mkdir(parents=True)
        (folder / "repo" / "dvc.lock").write_text(LOCK)
        (folder / "repo" / "dvc.yaml").write_text("stages:\n  prepare:\n    cmd: python prepare.py\n")
        with sqlite3.connect(folder / "mlflow.db") as database:
            ((self.run,),) = database.execute("SELECT run_id FROM model_versions WHERE version = 2")
        self.artifacts = next((folder / "artifacts").glob(f"**/{self.run}/artifacts"))
        self.commit()
        self.tag("kfp.pipeline_run_id", "0f3c9a7e-41d2-4c11")
        self.tag("docgen.image_digest", DIGEST)
        self.source("train", "data/prepared/train.csv")
        self.source("test", "file:///home/trainer/repo/data/prepared/test.csv")

    def git(self, *words: str) -> str:
        author = ("-c", "user.name=Model Owner", "-c", "user.email=owner@example.org")
        command = ["git", "-C", str(self.folder / "repo"), *author, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self) -> None:
        """Commit what lies in the repository, and let the run name this commit."""
        self.git("init", "-q", "-b", "main"), self.git("add", "-A"), self.git("commit", "-q", "-m", "train")
        self.edit("docgen/code.json", commit=self.git("rev-parse", "HEAD"), dirty=False, changes=[], untracked=0)

    def edit(self, name: str, **fields: object) -> None:
        path = self.artifacts / name
        path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))

    def source(self, context: str, text: str) -> None:
        self.edit(f"docgen/datasets/{context}.json", source=text)

    def tag(self, key: str, value: str) -> None:
        with sqlite3.connect(self.folder / "mlflow.db") as database:
            database.execute("INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)", (key, value, self.run))

    def config(self, demo, **fields: object) -> Config:
        dossier = DossierConfig(**{"repository": "repo", "deployment": "deployment", **fields})  # type: ignore[arg-type]
        roots = {(demo.folder / "artifacts").as_uri(): "artifacts"}
        return Config(root=self.folder, mlflow=MlflowConfig(artifact_roots=roots), dossier=dossier)


@pytest.fixture
def whole(demo, tmp_path: Path) -> Whole:
    return Whole(demo, tmp_path)


def twin(folder: Path) -> dict[str, list[str]]:
    """The table beside the graph: thing -> identity, remark, goes into."""
    tables = page(folder, "lineage").select("table.docgen-grid")
    table = next(item for item in tables if "Lineage as a table" in item.get_text())
    cells = [[cell.get_text().strip() for cell in row.select("td")] for row in table.select("tbody tr")]
    return {row[0]: row[1:] for row in cells}


def test_a_whole_lineage_has_no_broken_link(whole: Whole, demo) -> None:
    config = whole.config(demo)
    snapshot = collect("models:/credit-default/2", config=config).snapshot
    report = build(snapshot, config=config, pdf=False)
    assert report.warnings == ()
    found = twin(report.folder)
    head = snapshot.find("commit:head")
    assert head is not None
    assert isinstance(head.value, Commit)
    assert head.value.verified
    assert found["DVC"] == ["prepare", "", "Training data, Evaluation data"]
    assert found["Code"] == [head.value.sha[:12], "clean work tree", "Run"]
    assert found["Training image"] == [DIGEST.removeprefix("sha256:")[:12], "", "Run"]
    assert found["Kubeflow pipeline"][0].startswith("0f3c9a7e")
    assert found["Deployment"] == ["production", "", "This dossier"]
    assert found["Model version"][2] == "Evaluation, Deployment"
    assert "missing" not in str(found)
    text = page(report.folder, "lineage").select_one("article").get_text(" ", strip=True)  # type: ignore[union-attr]
    for wanted in (
        "python prepare.py",
        MD5[:12],
        "params.yaml:prepare.seed",
        "credit-scorer",
        DIGEST,
        "kfp.pipeline_run_id",
    ):
        assert wanted in text
    assert check_pages(report.folder, config) > 1000


def test_the_picture_says_what_the_table_says(whole: Whole, demo) -> None:
    config = whole.config(demo)
    report = build(collect("models:/credit-default/2", config=config).snapshot, config=config, pdf=False)
    (image,) = [item for item in page(report.folder, "lineage").select("article img") if "Graph of" in str(item["alt"])]
    assert "none of them missing, none of" in str(image["alt"])
    drawing = (report.folder / str(image["src"])).read_text()
    assert 'role="img"' in drawing
    assert all(f">{title}</text>" in drawing for title in twin(report.folder))


@pytest.mark.parametrize(
    ("damage", "thing", "shown"),
    [
        (lambda whole: whole.source("test", "s3://elsewhere/test.csv"), "DVC", "Evaluation data (link missing)"),
        (lambda whole: whole.source("train", "data/prepared2/train.csv"), "DVC", "Training data (link missing)"),
        (lambda whole: (whole.artifacts / "docgen/code.json").unlink(), "Code", "claimed, not found in git"),
        (lambda whole: whole.edit("docgen/code.json", dirty=True), "Code", "with uncommitted changes"),
        (lambda whole: (whole.folder / "deployment" / "production.yaml").unlink(), "Deployment", "missing"),
        (lambda whole: (whole.folder / "repo" / "dvc.lock").unlink() or whole.commit(), "DVC", "no data set is joined"),
    ],
    ids=["source elsewhere", "another folder", "no code file", "dirty", "no deployment", "no lock"],
)
def test_a_missing_link_is_shown_as_missing(whole: Whole, demo, damage, thing: str, shown: str) -> None:
    damage(whole)
    config = whole.config(demo)
    report = build(collect("models:/credit-default/2", config=config).snapshot, config=config, pdf=False)
    assert any(shown in cell for cell in twin(report.folder)[thing]), twin(report.folder)


def test_a_repository_without_dvc_shows_no_link_to_it(whole: Whole, demo) -> None:
    for name in ("dvc.lock", "dvc.yaml"):
        (whole.folder / "repo" / name).unlink()
    whole.commit()
    config = whole.config(demo)
    report = build(collect("models:/credit-default/2", config=config).snapshot, config=config, pdf=False)
    assert "DVC" not in twin(report.folder)
    assert "has no DVC files" in page(report.folder, "lineage").get_text()


def test_dvc_files_and_an_unknown_commit_are_a_missing_link(whole: Whole, demo) -> None:
    whole.edit("docgen/code.json", commit="0" * 40)
    config = whole.config(demo)
    report = build(collect("models:/credit-default/2", config=config).snapshot, config=config, pdf=False)
    assert twin(report.folder)["DVC"] == [
        "missing",
        "no data set is joined",
        "Training data (link missing), Evaluation data (link missing)",
    ]


def test_the_same_snapshot_draws_the_same_picture(whole: Whole, demo, tmp_path: Path) -> None:
    config = whole.config(demo)
    snapshot = collect("models:/credit-default/2", config=config).snapshot
    pictures = []
    for name in ("one", "two"):
        report = build(snapshot, config=config, pdf=False, output=tmp_path / name)
        (image,) = [
            item for item in page(report.folder, "lineage").select("article img") if "Graph of" in str(item["alt"])
        ]
        pictures.append((report.folder / str(image["src"])).read_bytes())
    assert pictures[0] == pictures[1]
