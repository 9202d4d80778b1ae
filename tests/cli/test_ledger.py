"""`docgen ledger` as a user runs it."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from docgen.model.ledger import Waiver
from docgen.store.ledger import Ledger
from support.commands import refused, run_docgen


def waive(folder: Path, number: int) -> Path:
    ledger = Ledger.of(folder / "approvals" / "ledger", "churn")
    details = Waiver(requirement=f"model_card/MC-{number}", reason="pilot only", owner="owner", until="2026-12-31")
    now = datetime(2026, 3, number, tzinfo=UTC)
    return ledger.folder / ledger.append(details, subject="models:/churn/1", by="model owner", now=now).file


def test_a_ledger_is_listed_and_proved_and_what_was_cut_off_is_found_by_its_noted_head(tmp_path: Path) -> None:
    refused(run_docgen("ledger", "list", "--format", "json", cwd=tmp_path), 9)
    waive(tmp_path, 1)
    last = waive(tmp_path, 2)
    done = run_docgen("ledger", "list", "churn", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (
        "000002 2026-03-02T00:00:00Z waiver    models:/churn/1 by model owner: requirement=model_card/MC-2"
        in done.stdout
    )

    done = run_docgen("ledger", "verify", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)["ledgers"]
    (head,) = told["heads"]
    assert [entry["sequence"] for entry in told["entries"]] == [1, 2]

    last.unlink()
    done = run_docgen("ledger", "verify", cwd=tmp_path)
    assert done.returncode == 0
    assert "  whether its last entries were cut off cannot be seen here: it lies in no git repository; " in done.stdout
    error = refused(run_docgen("ledger", "verify", "--since", head, "--format", "json", cwd=tmp_path), 10)
    assert f"first at {head}" in error["message"]
    refused(run_docgen("ledger", "verify", "--since", "abc", "--format", "json", cwd=tmp_path), 2)


def test_where_git_cannot_show_what_was_cut_off_it_is_said(tmp_path: Path) -> None:
    def unseen(folder: Path, *more: str) -> str:
        done = run_docgen("ledger", "verify", *more, "--format", "json", cwd=folder)
        assert done.returncode == 0, done.stderr
        (told,) = json.loads(done.stdout)["ledgers"]
        return told["unseen"]

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=tester", "-c", "user.email=tester@example.org")
        subprocess.run(["git", *who, *arguments], cwd=whole, check=True, capture_output=True)

    whole, shallow = tmp_path / "whole", tmp_path / "shallow"
    whole.mkdir()
    head = waive(whole, 1).stem.partition("-")[2]
    assert "it lies in no git repository" in unseen(whole)
    assert unseen(whole, "--since", head) == ""
    git("init", "-q")
    assert "none of its entries was ever committed" in unseen(whole)
    git("add", ".")
    git("commit", "-q", "-m", "approve")
    assert unseen(whole) == ""
    (whole / "more.txt").write_text("more", "utf-8")
    git("add", ".")
    git("commit", "-q", "-m", "more")
    git("clone", "-q", "--depth", "1", whole.as_uri(), str(shallow))
    assert "the repository is a shallow clone; give a head that you noted with --since" in unseen(shallow)


def test_an_edited_entry_is_named(tmp_path: Path) -> None:
    first = waive(tmp_path, 1)
    waive(tmp_path, 2)
    first.chmod(0o644)
    first.write_bytes(first.read_bytes().replace(b"2026-12-31", b"2099-12-31"))
    error = refused(run_docgen("ledger", "verify", "--format", "json", cwd=tmp_path), 10)
    assert f"first at {first.name}" in error["message"]
    assert "was edited" in error["message"]
