"""The work tree at training time: what it held beyond the commit."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from docgen.evaluate.code import code_state
from docgen.model.canonical import canonical, sha256
from docgen.model.codec import unstructure
from docgen.model.evidence import Commit, Table
from docgen.sources.evidence_files import Source, read


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    def git(*words: str) -> None:
        author = ("-c", "user.name=Model Owner", "-c", "user.email=owner@example.org")
        subprocess.run(["git", "-C", str(tmp_path), *author, *words], check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    (tmp_path / "train.py").write_text("a\nb\n")
    (tmp_path / "keep.py").write_text("x\n")
    (tmp_path / ".gitignore").write_text("*.log\n")
    (tmp_path / "sub").mkdir()
    git("add", "."), git("commit", "-q", "-m", "first")
    git("remote", "add", "origin", "https://user:secret@example.org/team/churn.git?token=secret")
    return tmp_path


def test_a_clean_tree_says_so(tree: Path) -> None:
    (tree / "run.log").write_text("ignored by git")
    found = code_state(tree)
    assert found is not None
    assert (found.dirty, found.changed_files, found.untracked, found.changes, found.diff_sha256) == (
        False,
        0,
        0,
        (),
        None,
    )
    assert found.remote == "https://example.org/team/churn.git"


def test_uncommitted_changes_are_counted_and_the_patch_can_be_proved(tree: Path) -> None:
    (tree / "train.py").write_text("a\nc\nd\n")
    (tree / "model.bin").write_bytes(b"\0\1\2")
    (tree / "keep.py").unlink()
    subprocess.run(["git", "-C", str(tree), "add", "model.bin"], check=True)
    (tree / "sub" / "helper.py").write_text("untracked, and perhaps imported\n")
    found = code_state(tree / "sub")
    assert found is not None
    assert found.dirty
    assert [(item.path, item.added, item.removed) for item in found.changes] == [
        ("train.py", 2, 1), ("keep.py", 0, 1), ("model.bin", None, None),
    ]  # fmt: skip
    assert (found.changed_files, found.lines_added, found.lines_removed, found.untracked) == (3, 2, 2, 1)
    patch = subprocess.run(
        ["git", "-C", str(tree / "sub"), "diff", "HEAD", "--binary", "--no-ext-diff", "--no-textconv"],
        check=True, capture_output=True,
    ).stdout  # fmt: skip
    assert found.diff_sha256 == hashlib.sha256(patch).hexdigest()


def test_what_the_tree_held_is_read_as_evidence(tree: Path) -> None:
    (tree / "train.py").write_text("z\n")
    data = canonical(unstructure(code_state(tree)))
    facts = {
        item.id: item.value
        for item in read(Source(path="docgen/code.json", data=data, sha256=sha256(data), run_id="0" * 32, time=None))
    }
    assert isinstance(facts["commit:head"], Commit)
    table = facts["commit:uncommitted"]
    assert isinstance(table, Table)
    assert table.rows == (("train.py", 1, 2),)
    assert (table.attribute("files"), table.attribute("untracked")) == (1, 0)


def test_nothing_that_the_repository_configures_is_run(tree: Path) -> None:
    marker = tree / "ran"
    (tree / ".gitattributes").write_text("*.py diff=evil\n")
    for key in ("core.fsmonitor", "diff.external", "diff.evil.textconv", "core.pager"):
        subprocess.run(["git", "-C", str(tree), "config", key, f"touch {marker}"], check=True)
    (tree / "train.py").write_text("changed\n")
    assert code_state(tree) is not None
    assert not marker.exists()


def test_outside_git_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert code_state(tmp_path) is None
