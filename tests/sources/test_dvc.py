"""DVC: what the run's commit locks is read from git, in the formats that DVC 3 and older ones write."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from docgen.model.evidence import Commit, Evidence, EvidenceId, Missing, Provenance, Table
from docgen.sources import dvc_
from docgen.sources.dvc_ import read_dvc

RAW, PREPARED = "e5ebd4c02cefbe7955977c67ada242b7", "c7c4a640138199eaebd9f18ba1c0ad4c.dir"

YAML = """\
stages:
  prepare:
    cmd: python prepare.py
    deps: [data/raw.csv]
    params: [prepare.split, prepare.seed]
    outs: [data/prepared]
  fit:
    foreach: [x, y]
    do:
      cmd: python fit.py ${item}
      deps: [data/prepared]
      outs: ["model-${item}.txt"]
"""

LOCK = f"""\
schema: '2.0'
stages:
  prepare:
    cmd: python prepare.py
    deps:
    - path: data/raw.csv
      hash: md5
      md5: {RAW}
      size: 8
    params:
      params.yaml:
        prepare.seed: 7
        prepare.split: 0.2
    outs:
    - path: data/prepared
      hash: md5
      md5: {PREPARED}
      size: 12
      nfiles: 2
  fit@x:
    cmd:
    - python fit.py x
    - python check.py
    deps:
    - path: data/prepared
      hash: md5
      md5: {PREPARED}
      size: 12
      nfiles: 2
    params:
      params.yaml:
        train:
          depth: 3
          names:
          - a
          - b
    outs:
    - path: model-x.txt
      hash: md5
      md5: {RAW}
      size: 8
"""
"""As DVC 3.67 writes them."""

DATA = f"outs:\n- md5: {RAW}\n  size: 8\n  hash: md5\n  path: raw.csv\n"


class Repo:
    """A real git repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str) -> str:
        author = ("-c", "user.name=Model Owner", "-c", "user.email=owner@example.org")
        return subprocess.run(
            ["git", "-C", str(self.folder), *author, *words], check=True, capture_output=True, text=True
        ).stdout.strip()

    def commit(self, **files: str | bytes) -> str:
        for name, content in files.items():
            path = self.folder / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change")
        return self.git("rev-parse", "HEAD")

    def read(self, sha: str | None = None, *, verified: bool = True) -> dict[str, Evidence]:
        head = None
        if sha is not None:
            where = Provenance(system="git", uri=f"git:{sha}")
            head = Evidence(id=EvidenceId("commit:head"), value=Commit(sha=sha, verified=verified), provenance=where)
        return {str(item.id): item for item in read_dvc(self.folder, head).evidence}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path)


def rows(item: Evidence) -> list[tuple]:
    assert isinstance(item.value, Table), item.value
    return list(item.value.rows)


def test_stages_and_data_files_are_read_as_the_commit_locks_them(repo: Repo) -> None:
    sha = repo.commit(**{"dvc.yaml": YAML, "dvc.lock": LOCK, "data__raw.csv.dvc": DATA})
    found = repo.read(sha)
    assert set(found) == {"dvc:prepare", "dvc:fit@x", "dvc:data/raw.csv.dvc"}
    assert rows(found["dvc:prepare"]) == [
        ("dep", "data/raw.csv", "md5", RAW, 8, None, None),
        ("out", "data/prepared", "md5", PREPARED, 12, 2, None),
        ("param", "params.yaml:prepare.seed", None, None, None, None, "7"),
        ("param", "params.yaml:prepare.split", None, None, None, None, "0.2"),
    ]
    fit = found["dvc:fit@x"]
    assert isinstance(fit.value, Table)
    assert fit.value.attribute("command") == "python fit.py x\npython check.py"
    assert rows(fit)[-1] == ("param", "params.yaml:train", None, None, None, None, '{"depth": 3, "names": ["a", "b"]}')
    assert rows(found["dvc:data/raw.csv.dvc"]) == [("out", "data/raw.csv", "md5", RAW, 8, None, None)]
    assert found["dvc:prepare"].provenance.uri == f"git:{sha}:dvc.lock"
    assert found["dvc:prepare"].provenance.sha256


def test_the_commit_counts_and_not_the_work_tree(repo: Repo) -> None:
    first = repo.commit(**{"data__raw.csv.dvc": DATA})
    repo.commit(**{"data__raw.csv.dvc": DATA.replace(RAW, "0" * 32)})
    (repo.folder / "data" / "raw.csv.dvc").write_text("not even YAML: [")
    assert rows(repo.read(first)["dvc:data/raw.csv.dvc"])[0][3] == RAW


def test_a_stage_that_is_declared_and_not_locked_is_a_gap(repo: Repo) -> None:
    found = repo.read(repo.commit(**{"dvc.yaml": YAML}))
    assert set(found) == {"dvc:prepare", "dvc:fit"}
    gap = found["dvc:prepare"].value
    assert isinstance(gap, Missing)
    assert (gap.reason, gap.detail) == ("not_logged", "dvc.yaml declares the stage, dvc.lock does not hold it")
    assert "dvc repro" in gap.supply


def test_paths_start_at_the_top_whatever_the_working_directory(repo: Repo) -> None:
    """DVC writes paths in a lock from the stage's `wdir`, which only `dvc.yaml` tells."""
    declared = (
        "stages:\n  report:\n    wdir: ..\n    cmd: make report\n    deps: [model.txt]\n    outs: [pipe/own.txt]\n"
    )
    lock = f"schema: '2.0'\nstages:\n  report:\n    cmd: make report\n    deps:\n    - path: model.txt\n      md5: {RAW}\n      hash: md5\n"
    data = f"wdir: ../data\nouts:\n- md5: {RAW}\n  path: a.csv\n  hash: md5\n"
    found = repo.read(repo.commit(**{"pipe__dvc.yaml": declared, "pipe__dvc.lock": lock, "meta__a.dvc": data}))
    assert rows(found["dvc:pipe/dvc.yaml:report"])[0][1] == "model.txt"
    assert rows(found["dvc:meta/a.dvc"])[0][1] == "data/a.csv"


def test_older_formats_are_read(repo: Repo) -> None:
    """Lock files of schema 1.0, hashes from before DVC 3 (over text with unified line ends), imports from addresses."""
    lock = f"train:\n  cmd: python train.py\n  deps:\n  - path: data.csv\n    md5: {RAW}\n    size: 4\n"
    remote = "deps:\n- path: s3://bucket/data.csv\n  etag: 9c1c-5\nouts:\n- md5: " + RAW + "\n  path: data.csv\n"
    found = repo.read(repo.commit(**{"dvc.lock": lock, "data.csv.dvc": remote}))
    assert rows(found["dvc:train"]) == [("dep", "data.csv", "md5, line ends unified", RAW, 4, None, None)]
    assert rows(found["dvc:data.csv.dvc"])[0][1:4] == ("s3://bucket/data.csv", "etag", "9c1c-5")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("dvc.lock", "schema: '3.0'\nstages: {}\n", "schema is '3.0'"),
        ("dvc.lock", "- a\n", "expected a mapping"),
        ("dvc.lock", "a: 1\na: 2\n", "stands twice"),
        ("dvc.lock", b"\xff\xfe", "utf-8"),
        ("a.dvc", "outs: raw.csv\n", "outs: expected a list"),
        ("a.dvc", "outs:\n- md5: x\n", "expected a path, got None"),
        ("a.dvc", "outs: !!python/object/apply:os.system [id]\n", "not allowed"),
        ("dvc.yaml", "stages: [a]\n", "stages: expected a mapping"),
    ],
)
def test_what_cannot_be_read_is_a_gap_with_its_reason(repo: Repo, name: str, content: str | bytes, reason: str) -> None:
    (item,) = repo.read(repo.commit(**{name: content})).values()
    assert item.id == f"dvc:{name}"
    assert isinstance(item.value, Missing)
    assert item.value.reason == "unreadable"
    assert reason in item.value.detail


def test_one_broken_stage_does_not_hide_the_others(repo: Repo) -> None:
    found = repo.read(repo.commit(**{"dvc.lock": LOCK + "  broken: 7\n"}))
    assert isinstance(found["dvc:broken"].value, Missing)
    assert isinstance(found["dvc:prepare"].value, Table)


def test_a_huge_file_is_not_read(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dvc_, "MAX_BYTES", 10)
    (item,) = repo.read(repo.commit(**{"a.dvc": DATA})).values()
    assert isinstance(item.value, Missing)
    assert "expected at most 10" in item.value.detail


def test_more_files_than_are_read_is_a_finding(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dvc_, "MAX_FILES", 2)
    sha = repo.commit(**{f"{name}.dvc": DATA for name in "abc"})
    head = Evidence(
        id=EvidenceId("commit:head"), value=Commit(sha=sha, verified=True), provenance=Provenance(system="git", uri="x")
    )
    facts = read_dvc(repo.folder, head)
    assert len(facts.evidence) == 2
    assert [(item.code, item.message) for item in facts.findings] == [
        ("dvc_files_cut", "the commit holds 3 DVC files; the first 2 were read")
    ]


def test_links_are_not_followed(repo: Repo) -> None:
    (repo.folder / "a.dvc").symlink_to("/etc/hostname")
    assert repo.read(repo.commit(README="x")) == {}


def test_a_repository_without_dvc_has_nothing_to_tell(repo: Repo) -> None:
    sha = repo.commit(**{"train.py": "x", ".dvc__config": "", ".dvcignore": ""})
    assert repo.read(sha) == {}
    assert repo.read() == {}


@pytest.mark.parametrize("verified", [False, None])
def test_dvc_without_a_known_commit_is_a_gap(repo: Repo, verified: bool | None) -> None:
    sha = repo.commit(**{"dvc.lock": LOCK})
    found = repo.read(sha, verified=False) if verified is False else repo.read()
    assert set(found) == {"dvc:files"}
    assert isinstance(found["dvc:files"].value, Missing)
    assert found["dvc:files"].value.reason == "unknown"


def test_a_folder_outside_git_has_nothing_to_tell(tmp_path: Path) -> None:
    assert read_dvc(tmp_path, None).evidence == ()


def test_nothing_that_the_repository_configures_is_run(repo: Repo) -> None:
    marker = repo.folder / "ran"
    sha = repo.commit(**{"dvc.lock": LOCK, ".gitattributes": "dvc.lock diff=evil filter=evil\n"})
    for key in ("core.fsmonitor", "diff.evil.textconv", "filter.evil.smudge", "core.pager"):
        repo.git("config", key, f"touch {marker}")
    assert "dvc:prepare" in repo.read(sha)
    assert not marker.exists()
