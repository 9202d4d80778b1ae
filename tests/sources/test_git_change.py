"""What git tells of a change: real repositories, also shallow ones and ones that lost a commit."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from docgen.model.evidence import Commit, Evidence, EvidenceId, Provenance
from docgen.model.snapshot import Origin, Snapshot, Subject
from docgen.sources.git_change import code_change, descends, standing_since

TEAM = ("-c", "user.name=team", "-c", "user.email=team@example.com", "-c", "commit.gpgsign=false")


def git(folder: Path, *words: str, when: str = "2026-03-01T10:00:00+02:00") -> str:
    environment = {**os.environ, "GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when}
    done = subprocess.run(["git", "-C", str(folder), *TEAM, *words], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder: Path, text: str, when: str = "2026-03-01T10:00:00+02:00", name: str = "plan.yaml") -> str:
    (folder / name).write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", text, when=when)
    return git(folder, "rev-parse", "HEAD")


def at(sha: str | None, version: str = "1") -> Snapshot:
    head = Evidence(
        id=EvidenceId("commit:head"), value=Commit(sha=sha or ""), provenance=Provenance(system="git", uri="git")
    )
    return Snapshot(
        subject=Subject(uri=f"models:/d/{version}", name="d", version=version, run_id=None, asked=""),
        origin=Origin(kind="sqlite", uri="x"),
        captured_at="2026-01-01T00:00:00Z",
        captured_with="0",
        evidence=(head,) if sha else (),
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    return folder


def test_the_files_between_two_commits_are_told(repository: Path) -> None:
    first = commit(repository, "one")
    second = commit(repository, "x = 1\n", name="fit.py")
    (path,) = code_change(repository, at(first), at(second, "2")).paths
    assert (path.path, path.added, path.removed) == ("fit.py", 1, 0)


def test_a_commit_that_is_gone_or_was_never_recorded_is_named(repository: Path) -> None:
    first = commit(repository, "one")
    gone = code_change(repository, at("a" * 40), at(first, "2"))
    assert gone.fault == f"the commit {'a' * 40} of models:/d/1 is not in the repository"
    assert code_change(repository, at(None), at(first, "2")).fault == "a version's run names no commit"
    assert code_change(repository.parent, at(first), at(first, "2")).fault.endswith("is not in the repository")


def test_a_shallow_clone_is_called_one(repository: Path, tmp_path: Path) -> None:
    first = commit(repository, "one")
    second = commit(repository, "two")
    git(tmp_path, "clone", "--quiet", "--depth", "1", repository.as_uri(), "clone")
    told = code_change(tmp_path / "clone", at(first), at(second, "2")).fault
    assert told.endswith("which is a shallow clone")


def test_a_commit_descends_from_a_tag_or_does_not(repository: Path) -> None:
    first = commit(repository, "one")
    second = commit(repository, "two")
    git(repository, "tag", "pipeline-1", second)
    assert descends(repository, "pipeline-1", at(second)) == (True, "")
    assert descends(repository, "pipeline-1", at(first)) == (False, "")
    assert descends(repository, "pipeline-2", at(first)) == (None, "the repository has no tag 'pipeline-2'")
    assert descends(repository, "--all", at(first)) == (None, "the repository has no tag '--all'")
    assert descends(repository, "", at(first))[0] is None
    assert descends(repository, "pipeline-1", at("b" * 40))[0] is None


def test_criteria_stand_since_the_first_commit_of_their_last_run(repository: Path) -> None:
    commit(repository, "margin 1", "2026-01-01T00:00:00+00:00")
    commit(repository, "margin 2", "2026-02-01T00:00:00+00:00")
    commit(repository, "margin 1 # back", "2026-03-01T10:00:00+02:00")
    commit(repository, "margin 1 # a remark", "2026-04-01T00:00:00+00:00")
    path = repository / "plan.yaml"
    assert standing_since(path, lambda text: text.startswith("margin 1")) == ("2026-03-01T08:00:00Z", "")
    assert standing_since(path, lambda text: text == "margin 3") == (
        None,
        "plan.yaml was not committed with these criteria",
    )
    outside = repository.parent / "plan.yaml"
    assert standing_since(outside, lambda _: True) == (None, "plan.yaml lies in no git repository")
