"""Git: claims are checked against a real repository, and nothing the repository configures is run."""

import subprocess

import pytest

from docgen.model.evidence import Commit, Evidence, EvidenceId, Missing, Provenance, Table
from docgen.sources.git_ import read_git, without_credentials


def claim(sha, **fields):
    return Evidence(
        id=EvidenceId("commit:head"),
        value=Commit(sha=sha, **fields),
        provenance=Provenance(system="mlflow", uri="runs:/x"),
    )


@pytest.fixture
def repository(tmp_path):
    def git(*words):
        return subprocess.run(
            ["git", "-C", str(tmp_path), "-c", "user.name=Model Owner", "-c", "user.email=owner@example.org", *words],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    git("init", "-b", "main")
    git("remote", "add", "origin", "https://user:secret-token@example.org/team/churn.git?token=secret")
    (tmp_path / "train.py").write_text("a\nb\n")
    git("add", "."), git("commit", "-m", "first")
    first = git("rev-parse", "HEAD")
    (tmp_path / "train.py").write_text("a\nc\nd\n")
    (tmp_path / "odd \u202e name.py").write_text("x\n")
    git("add", "."), git("commit", "-m", "second")
    return tmp_path, first, git("rev-parse", "HEAD")


def by_id(facts):
    return {str(item.id): item for item in facts.evidence}


def test_a_commit_that_is_there_is_verified_and_its_changes_counted(repository):
    folder, first, second = repository
    facts = by_id(read_git(folder, claim(second), claim(first)))
    commit = facts["commit:head"].value
    assert (commit.verified, commit.branch, commit.author, commit.dirty) == (True, "main", "Model Owner", None)
    assert commit.remote == "https://example.org/team/churn.git"
    diff = facts["commit:diff"].value
    assert isinstance(diff, Table)
    assert diff.rows == (("train.py", 2, 1), ("odd \u202e name.py", 1, 0))
    assert (diff.attribute("files"), diff.attribute("added"), diff.attribute("removed")) == (2, 3, 1)


def test_an_unknown_dirty_flag_is_a_finding_and_a_dirty_tree_a_serious_one(repository):
    folder, _, second = repository
    assert [finding.code for finding in read_git(folder, claim(second), None).findings] == ["dirty_unknown"]
    (finding,) = read_git(folder, claim(second, dirty=True), None).findings
    assert (finding.code, finding.severity) == ("dirty_tree", "serious")
    assert read_git(folder, claim(second, dirty=False), None).findings == ()


def test_a_commit_that_is_not_there_stays_a_claim(repository):
    folder, _, _ = repository
    facts = read_git(folder, claim("0" * 40), None)
    assert by_id(facts)["commit:head"].value.verified is False
    assert [finding.code for finding in facts.findings] == ["commit_not_found"]
    assert isinstance(by_id(facts)["commit:diff"].value, Missing)


def test_a_folder_outside_git_verifies_nothing(tmp_path):
    facts = read_git(tmp_path, claim("0" * 40), None)
    assert by_id(facts)["commit:head"].value.verified is False


@pytest.mark.parametrize("sha", ["HEAD", "--output=/tmp/x", "main; rm -rf", "abc", ""])
def test_what_is_no_commit_is_never_handed_to_git(repository, sha):
    facts = by_id(read_git(repository[0], claim(sha), None))
    assert isinstance(facts["commit:diff"].value, Missing)


def test_no_commit_is_a_gap_that_says_how_to_supply_it(repository):
    facts = by_id(read_git(repository[0], None, None))
    assert isinstance(facts["commit:head"].value, Missing)
    assert "git work tree" in facts["commit:head"].value.supply


def test_a_repository_cannot_make_docgen_run_a_program(repository):
    folder, first, second = repository
    marker = folder / "ran"
    for key in ("core.fsmonitor", "diff.external", "core.pager", "diff.evil.textconv"):
        subprocess.run(["git", "-C", str(folder), "config", key, f"touch {marker}"], check=True)
    (folder / ".gitattributes").write_text("*.py diff=evil\n")
    read_git(folder, claim(second), claim(first))
    assert not marker.exists()


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://u:p@h.example/x.git", "https://h.example/x.git"),
        ("https://token@h.example:8443/x.git?private=1#y", "https://h.example:8443/x.git"),
        ("git@h.example:team/x.git", "h.example:team/x.git"),
        ("/srv/x.git", "/srv/x.git"),
    ],
)
def test_credentials_never_reach_the_evidence(url, clean):
    assert without_credentials(url) == clean
