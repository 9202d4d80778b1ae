"""Who made the commits that a model was trained from."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from docgen.sources.git_history import absent, people_of


def commit(folder: Path, author: str, committer: str) -> str:
    people = {
        "GIT_AUTHOR_NAME": author, "GIT_AUTHOR_EMAIL": f"{author}@example.org",
        "GIT_COMMITTER_NAME": committer, "GIT_COMMITTER_EMAIL": f"{committer}@example.org",
    }  # fmt: skip
    for arguments in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", author]):
        subprocess.run(["git", *arguments], cwd=folder, check=True, env={**os.environ, **people}, capture_output=True)
    return subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True).stdout.strip()


def test_authors_and_committers_since_the_version_before_are_named(tmp_path: Path) -> None:
    first = commit(tmp_path, "one", "one")
    commit(tmp_path, "two", "reviewer")
    last = commit(tmp_path, "three", "three")
    assert people_of(tmp_path, last, None) == ("three", "three@example.org")
    assert people_of(tmp_path, last, first) == (
        "reviewer", "reviewer@example.org", "three", "three@example.org", "two", "two@example.org",
    )  # fmt: skip
    assert absent(tmp_path, (first, last, "0" * 40)) == ("0" * 40,)
    assert absent(tmp_path / "nowhere", (first,)) == (first,)
    assert people_of(tmp_path, last, last) == ("three", "three@example.org")
    assert people_of(tmp_path, "0" * 40, None) == ()
    assert people_of(tmp_path / "nowhere", last, None) == ()
