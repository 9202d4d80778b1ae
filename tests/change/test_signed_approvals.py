"""K37 by the signed gates: signatures on the dossier that shows a determination are its approvals, and claims are not."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from docgen import approvals, decisions
from docgen.bundle.keys import read_private
from docgen.config import load_config
from docgen.signed_approvals import signed_approvals
from docgen.store.snapshots import Snapshots
from support.commands import run_docgen
from support.device import Device

MODEL = "models:/lesion-triage/2"
ROLES = ("quality", "regulatory_affairs")
DECIDE = ("decide", MODEL, "--offline", "--as-of", "2026-04-15", "--format", "json")
STATED = Path("pccp", "candidates", "2.yaml")


def gated(device: Device, to: Path, *, days: int | None = None) -> Path:
    """The device, with one gate at which the roles of its plan sign, and a person with a key for each."""
    folder = device.copy(to)
    gate = {"id": "change", "title": "Change", "requirements": ["*"], "signatures": [{"role": role} for role in ROLES]}
    people = []
    for role in ROLES:
        key = Ed25519PrivateKey.generate()
        (folder / f"{role}.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
        keys = [{"public": public, "valid_from": "2020-01-01"}]
        people.append({"id": f"p-{role}", "name": f"Head of {role}", "roles": [role], "keys": keys})
    approvals = folder / "approvals"
    gates = {"format": 1, "title": "One gate", "gates": [gate | ({"expires_after_days": days} if days else {})]}
    (approvals / "gates.yaml").write_text(yaml.safe_dump(gates))
    (approvals / "signers.yaml").write_text(yaml.safe_dump({"format": 1, "signers": people}))
    return folder


def sign(folder: Path, *roles: str, key: str = "") -> None:
    for role in roles:
        done = run_docgen(
            "sign", MODEL, "--gate", "change", "--role", role, "--meaning", "approval", "--key", f"{key or role}.pem",
            "--yes",
            cwd=folder,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


def decided(folder: Path, *more: str) -> tuple[int, str, str]:
    """The exit code, and outcome and reason of K37."""
    done = run_docgen(*DECIDE, *more, cwd=folder)
    found = next(item for item in json.loads(done.stdout)["checks"] if item["check"] == "K37")
    return done.returncode, found["outcome"], found["why"]


def unclaimed(folder: Path) -> None:
    """Take the approvals out of the candidate's file."""
    stated = yaml.safe_load((folder / STATED).read_text())
    del stated["approvals"]
    (folder / STATED).write_text(yaml.safe_dump(stated))


def test_without_gates_what_the_file_claims_counts_and_is_shown_as_a_claim(device: Device) -> None:
    assert decided(device.folder) == (
        0,
        "holds",
        "approved by quality, regulatory affairs, as the candidate's file claims; no gates are configured",
    )


def test_with_gates_a_claim_that_nobody_signed_is_none(device: Device, tmp_path: Path) -> None:
    folder = gated(device, tmp_path)
    code, outcome, why = decided(folder)
    assert (code, outcome) == (3, "unknown")
    assert why.startswith("not signed at the gates by: quality, regulatory affairs; approve digest ")
    assert why.endswith("; claimed in the candidate's file alone: quality, regulatory affairs")


def test_signatures_at_the_gates_are_the_approvals_without_any_claim(device: Device, tmp_path: Path) -> None:
    folder = gated(device, tmp_path)
    unclaimed(folder)
    sign(folder, "quality")
    code, outcome, why = decided(folder)
    assert (code, outcome) == (3, "unknown")
    assert why.startswith("not signed at the gates by: regulatory affairs; approve digest ")
    assert "claimed" not in why
    sign(folder, "regulatory_affairs")
    code, outcome, why = decided(folder)
    assert (code, outcome) == (0, "holds")
    number = r"\(00000\d-[0-9a-f]{12}\)"
    assert re.fullmatch(f"signed at the gates by quality {number}, regulatory affairs {number}", why)


def test_a_rebuilt_dossier_keeps_the_approvals_and_another_determination_has_none(
    device: Device, tmp_path: Path
) -> None:
    folder = gated(device, tmp_path)
    sign(folder, *ROLES)
    assert decided(folder)[:2] == (0, "holds")
    manifest = folder / "dossiers" / "lesion-triage" / "2" / "manifest.json"
    manifest.write_bytes(b"{}")
    assert decided(folder)[:2] == (0, "holds")
    text = (folder / STATED).read_text()
    (folder / STATED).write_text(text.replace("record: TR-3", "record: TR-4"))
    code, outcome, why = decided(folder)
    assert (code, outcome) == (3, "unknown")
    assert "signed for another determination: quality, regulatory affairs" in why


def test_a_signature_that_does_not_count_is_no_approval(device: Device, tmp_path: Path) -> None:
    folder = gated(device, tmp_path, days=30)
    sign(folder, *ROLES)
    assert decided(folder)[:2] == (0, "holds")
    assert decided(folder, "--as-of", "2099-01-01")[1] == "unknown"
    people = folder / "approvals" / "signers.yaml"
    people.write_text(people.read_text().replace("valid_from", "compromised: true\n    valid_from", 1))
    code, outcome, why = decided(folder)
    assert (code, outcome) == (3, "unknown")
    assert why.startswith("not signed at the gates by: quality; ")


def test_one_person_with_two_roles_does_not_fill_both_by_signing_two_builds(device: Device, tmp_path: Path) -> None:
    folder = gated(device, tmp_path)
    people = folder / "approvals" / "signers.yaml"
    known = yaml.safe_load(people.read_text())
    known["signers"][0]["roles"] = list(ROLES)
    people.write_text(yaml.safe_dump(known))
    sign(folder, "quality")
    manifest = folder / "dossiers" / "lesion-triage" / "2" / "manifest.json"
    first = manifest.read_bytes()
    built = run_docgen("build", MODEL, "--offline", "--as-of", "2026-04-16", cwd=folder)
    assert built.returncode in {0, 1}, built.stderr
    assert manifest.read_bytes() != first
    sign(folder, "regulatory_affairs", key="quality")
    code, outcome, why = decided(folder)
    assert (code, outcome) == (3, "unknown")
    assert "p-quality signed as several roles, and different people must approve" in why
    assert "somebody else signs as regulatory affairs" in why
    sign(folder, "regulatory_affairs")
    assert decided(folder)[:2] == (0, "holds")


def test_a_signed_dossier_of_other_regimes_approves_no_determination(device: Device, tmp_path: Path) -> None:
    folder = gated(device, tmp_path)
    build = ("build", MODEL, "--offline", "--as-of", "2026-04-16")
    built = run_docgen(*build, "--regime", "model_card", cwd=folder)
    assert built.returncode in {0, 1}, built.stderr
    sign(folder, *ROLES)
    code, outcome, why = decided(folder)
    assert (code, outcome) == (3, "unknown")
    assert "signed a dossier that does not show it: quality, regulatory affairs" in why
    built = run_docgen(*build, "--regime", "model_card", "--regime", "fda_pccp", cwd=folder)
    assert built.returncode in {0, 1}, built.stderr
    sign(folder, *ROLES)
    assert decided(folder)[:2] == (0, "holds")


def test_a_file_of_gates_that_is_lost_is_no_leave_to_claim(device: Device, tmp_path: Path) -> None:
    folder = gated(device, tmp_path)
    sign(folder, "quality")
    gates, toml = folder / "approvals" / "gates.yaml", folder / "docgen.toml"
    there = gates.read_bytes()
    gates.unlink()
    lost = run_docgen(*DECIDE, cwd=folder)
    assert lost.returncode == 2
    assert "gates.yaml: is not there, and people have signed at its gates" in lost.stderr
    shutil.rmtree(folder / "approvals" / "ledger")
    assert decided(folder)[2].endswith("no gates are configured")
    toml.write_text(toml.read_text() + '\n[approvals]\ngates = "approvals/ours.yaml"\n')
    lost = run_docgen(*DECIDE, cwd=folder)
    assert lost.returncode == 2
    assert "ours.yaml: is not there, and [approvals] gates of docgen.toml names it" in lost.stderr
    (folder / "approvals" / "ours.yaml").write_bytes(there)
    assert decided(folder)[1] == "unknown"


def test_a_candidate_without_a_version_has_no_signatures_where_gates_are(device: Device, tmp_path: Path) -> None:
    folder = gated(device, tmp_path)
    config = load_config(folder / "docgen.toml")
    run = replace(Snapshots(folder / ".docgen").latest(MODEL).subject, version=None)
    assert signed_approvals(run, config, date(2026, 4, 15)) == ()
    (folder / "approvals" / "gates.yaml").unlink()
    assert signed_approvals(run, config, date(2026, 4, 15)) is None


def test_a_signature_that_has_expired_by_now_is_none_however_early_the_decision_is_dated(
    device: Device, tmp_path: Path
) -> None:
    folder = gated(device, tmp_path, days=30)
    config = load_config(folder / "docgen.toml")
    for role in ROLES:
        key = read_private(folder / f"{role}.pem", None)
        now = datetime(2020, 1, 2, 12, tzinfo=UTC)
        desk = approvals.open_desk(MODEL, config)
        wish = approvals.Wish(gate="change", role=role, meaning="approval", key=key, now=now)
        approvals.sign(desk, approvals.prepare(desk, wish, config), key)
    day = date(2020, 1, 10)
    found, _ = decisions.decide(MODEL, config=config, now=day, today=day, offline=True)
    assert found.exit_code == 0
    code, outcome, why = decided(folder, "--as-of", "2020-01-10")
    assert (code, outcome) == (3, "unknown")
    assert why.startswith("not signed at the gates by: quality, regulatory affairs; ")


def test_what_is_implemented_later_must_still_be_signed_on_that_day(device: Device, tmp_path: Path) -> None:
    folder = gated(device, tmp_path, days=30)
    sign(folder, *ROLES)
    implement = ("pccp", "implement", MODEL, "--offline", "--as-of", "2026-04-15", "--on")
    late = run_docgen(*implement, "2099-01-01", cwd=folder)
    assert late.returncode == 2
    assert "INDETERMINATE" in late.stderr
    done = run_docgen(*implement, "2026-04-16", cwd=folder)
    assert "is in the ledger already" in done.stderr  # the demo implemented it, which is asked after the verdict


@pytest.mark.parametrize("lost", ["entry", "snapshot"])
def test_what_was_signed_must_be_there_to_count(device: Device, tmp_path: Path, lost: str) -> None:
    folder = gated(device, tmp_path)
    sign(folder, *ROLES)
    if lost == "entry":
        ledger = folder / "approvals" / "ledger" / "lesion-triage"
        next(ledger.glob("000002-*")).unlink()
        done = run_docgen(*DECIDE, cwd=folder)
        assert done.returncode == 10
        assert "is broken" in done.stderr
        return
    manifest = json.loads((folder / "dossiers" / "lesion-triage" / "2" / "manifest.json").read_bytes())
    digest = manifest["inputs"]["snapshot"]
    store = Snapshots(folder / ".docgen")
    store.save(replace(store.latest(MODEL), captured_at="2099-01-01T00:00:00Z", findings=()))
    next((folder / ".docgen" / "snapshots").glob(f"*/*/*-{digest[:12]}.json")).unlink()
    store.objects.path(digest).unlink()
    code, outcome, why = decided(folder)
    assert (code, outcome) == (3, "unknown")
    assert "is not in the store here, so nobody can say what it shows: quality, regulatory affairs" in why
