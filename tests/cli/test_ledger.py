"""`docgen ledger` as a user runs it."""

from __future__ import annotations

import json
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
    assert run_docgen("ledger", "verify", cwd=tmp_path).returncode == 0
    error = refused(run_docgen("ledger", "verify", "--since", head, "--format", "json", cwd=tmp_path), 10)
    assert f"first at {head}" in error["message"]
    refused(run_docgen("ledger", "verify", "--since", "abc", "--format", "json", cwd=tmp_path), 2)


def test_an_edited_entry_is_named(tmp_path: Path) -> None:
    first = waive(tmp_path, 1)
    waive(tmp_path, 2)
    first.chmod(0o644)
    first.write_bytes(first.read_bytes().replace(b"2026-12-31", b"2099-12-31"))
    error = refused(run_docgen("ledger", "verify", "--format", "json", cwd=tmp_path), 10)
    assert f"first at {first.name}" in error["message"]
    assert "was edited" in error["message"]
