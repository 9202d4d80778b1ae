"""Sign-offs: gates open by signatures of the right people alone, and other programs check them without docgen."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from docgen import approvals, pipeline
from docgen.bundle.keys import read_private, read_public
from docgen.bundle.papers import read_papers
from docgen.bundle.sign_offs import check
from docgen.bundle.signing import NAMESPACE, pae
from docgen.errors import IntegrityError, UsageError
from docgen.model.canonical import sha256
from docgen.model.evidence import Evidence
from docgen.model.ledger import EnvelopeSignature, SignOff
from docgen.model.rollback import changed
from docgen.store.snapshots import Snapshots
from support.approval_world import MEANING, MODEL, SUBJECT, World, newer_snapshot
from support.commands import refused, untouched
from support.generated import ROOT


def refuses(world: World, code: int, *arguments: str) -> str:
    """Run a command that must be refused, and leave the ledger and everything else as it is, but for the note of it."""
    before = untouched(world.folder)
    error = refused(world.docgen(*arguments, "--format", "json"), code)
    assert untouched(world.folder) == before
    return error["message"]


def signed(world: World, who: str, gate: str, *more: str) -> dict[str, str]:
    done = world.docgen(*world.signing(who, gate, None, *more), "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_gates_open_one_after_the_other_as_the_right_people_sign(world: World) -> None:
    done = world.docgen("gate", SUBJECT)
    assert done.returncode == 1
    assert "Internal validation [validation]: closed" in done.stdout
    assert f"opens: 1 more validator who did not make this version must sign: docgen sign {SUBJECT}" in done.stdout
    assert "comes after Internal validation, which is closed" in refuses(world, 1, *world.signing("o1", "officer"))

    done = world.docgen(*world.signing("v1", "validation"))
    assert done.returncode == 0, done.stderr
    assert "Head of Validation signs as validator at validation: approval" in done.stdout
    assert f"manifest  {read_papers(world.dossier).digest}" in done.stdout
    assert "1 awaiting attestation" in done.stdout
    assert "gap HOUSE-RULES-04" in done.stdout
    assert world.docgen("gate", SUBJECT).returncode == 1

    signed(world, "o1", "officer")
    done = world.docgen("gate", str(world.dossier), "--format", "json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["open"]
    assert [gate["signatures"][0]["name"] for gate in told["gates"]] == ["Head of Validation", "Regulatory Officer"]
    assert world.docgen("ledger", "verify").returncode == 0
    assert world.docgen("gate", SUBJECT, "--as-of", "2060-01-01").returncode == 1


def test_a_signature_is_refused_to_the_wrong_people(world: World) -> None:
    said = refuses(world, 10, *world.signing("dev", "validation"))
    assert "dev made this version (known there as ml-engineer), and nobody signs what they made" in said
    said = refuses(world, 10, *world.signing("o1", "validation", "validator"))
    assert "o1 may not sign as validator" in said
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(world.key("stranger"))], check=True)
    said = refuses(world, 10, *world.signing("stranger", "validation", "validator"))
    assert "is nobody's in the file of signers" in said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('valid_until: "2025-12-31"', "its key expired after 2025-12-31"),
        ('revoked_on: "2026-01-31"', "its key was revoked on 2026-01-31"),
        ("compromised: true", "its key was in the hands of somebody else"),
    ],
)
def test_an_ended_key_cannot_sign(world: World, line: str, said: str) -> None:
    world.signers(v1=line)
    assert said in refuses(world, 10, *world.signing("v1", "validation"))


def test_revoking_a_key_leaves_its_older_signatures_and_a_compromised_one_leaves_none(world: World) -> None:
    signed(world, "v1", "validation")
    world.signers(v1='revoked_on: "2099-01-01"')
    assert "[validation]: open" in world.docgen("gate", SUBJECT).stdout
    for line in ("compromised: true", 'revoked_on: "2020-06-01"'):
        world.signers(v1=line)
        done = world.docgen("gate", SUBJECT)
        assert "[validation]: closed" in done.stdout
        assert "that of Head of Validation does not count: its key was" in done.stdout


def test_nobody_signs_twice_and_one_person_opens_one_gate(world: World) -> None:
    signed(world, "v1", "validation")
    assert "v1 signed this dossier at validation already" in refuses(world, 2, *world.signing("v1", "validation"))
    signers = world.folder / "approvals" / "signers.yaml"
    text = signers.read_text("utf-8").replace("roles: [validator]", "roles: [validator, regulatory_officer]")
    signers.write_text(text, "utf-8")
    said = refuses(world, 10, *world.signing("v1", "officer", "regulatory_officer"))
    assert "v1 signed at validation already, and one person opens one gate" in said


def test_a_signature_under_other_gates_does_not_count_and_the_same_person_may_sign_again(world: World) -> None:
    signed(world, "v1", "validation")
    gates = world.folder / "approvals" / "gates.yaml"
    gates.write_text(gates.read_text("utf-8").replace("Two gates", "Two wide gates"), "utf-8")
    done = world.docgen("gate", SUBJECT)
    assert "[validation]: closed" in done.stdout
    assert "that of Head of Validation does not count: it was given under another file of gates" in done.stdout
    assert "comes after Internal validation, which is closed" in refuses(world, 1, *world.signing("o1", "officer"))
    signed(world, "v1", "validation")
    assert "v1 signed this dossier at validation already" in refuses(world, 2, *world.signing("v1", "validation"))
    signed(world, "o1", "officer")
    assert world.docgen("gate", SUBJECT).returncode == 0
    assert world.docgen("seal", SUBJECT).returncode == 0


def test_a_stale_or_changed_dossier_is_not_signed(world: World) -> None:
    page = world.dossier / "index.html"
    before = page.read_bytes()
    page.write_bytes(before.replace(b"a", b"b", 1))
    assert "the dossier is not as it was built" in refuses(world, 10, *world.signing("v1", "validation"))
    page.write_bytes(before)
    newer_snapshot(world)
    said = refuses(world, 10, *world.signing("v1", "validation"))
    assert "is stale: snapshot" in said


def test_a_dossier_of_another_policy_or_regime_is_stale(world: World) -> None:
    toml = world.folder / "docgen.toml"
    old = toml.read_text("utf-8")
    (world.folder / "policy.yaml").write_text("title: Our bounds\nedition: '1'\n", "utf-8")
    toml.write_text(f'{old}policy = "policy.yaml"\n', "utf-8")
    assert "the firm's policy is not the one" in refuses(world, 10, *world.signing("v1", "validation"))
    toml.write_text(old, "utf-8")
    rows = world.folder / "regimes" / "house_rules" / "requirements.yaml"
    rows.write_text(rows.read_text("utf-8").replace("severity: high", "severity: low"), "utf-8")
    assert "a regime is not as it was" in refuses(world, 10, *world.signing("v1", "validation"))


def test_mistakes_of_the_command_line_are_told(world: World) -> None:
    assert "no gate 'valid'" in refuses(world, 2, *world.signing("v1", "valid"))
    assert "nobody signs at validation as 'janitor'" in refuses(world, 2, *world.signing("v1", "validation", "janitor"))
    said = refuses(world, 2, *(word for word in world.signing("v1", "validation") if word not in MEANING))
    assert "a signature at validation may mean approval, review: say which" in said
    more = ("--meaning", "applause")
    assert "means 'applause'" in refuses(world, 2, *world.signing("v1", "validation", None, *more))
    assert "no such file" in refuses(world, 2, *world.signing("v1", "validation", None, "--key", "nowhere"))
    asked = [word for word in world.signing("v1", "validation") if word != "--yes"]
    assert "nobody can be asked here" in refuses(world, 2, *asked)
    refuses(world, 9, "gate", "models:/credit-default/99")
    assert "an alias may move" in refuses(world, 2, "gate", "models:/credit-default@champion")
    assert world.docgen("gate", "--example", "bank").stdout.startswith("# Gates of a model of a bank")


def test_a_waiver_is_recorded_and_cannot_be_of_nothing(world: World) -> None:
    row = ("waive", SUBJECT, "--owner", "owner", "--by", "head of validation", "--reason", "pilot", "--requirement")
    assert "is met, so there is nothing" in refuses(
        world, 2, *row, "house_rules/HOUSE-RULES-01", "--until", "2099-01-01"
    )
    assert "was not assessed" in refuses(world, 2, *row, "house_rules/NONE", "--until", "2099-01-01")
    assert "is over already" in refuses(world, 2, *row, "house_rules/HOUSE-RULES-04", "--until", "2020-01-01")
    assert "expected a date" in refuses(world, 2, *row, "house_rules/HOUSE-RULES-04", "--until", "soon")
    done = world.docgen(*row, "house_rules/HOUSE-RULES-04", "--until", "2099-01-01")
    assert done.returncode == 0, done.stderr
    assert "waiver recorded as" in done.stdout


def test_whoever_signs_or_looks_at_the_gates_is_told_what_was_waived(world: World) -> None:
    row, until = "house_rules/HOUSE-RULES-04", "2099-01-01"
    words = ("--owner", "model owner", "--by", "head of validation", "--reason", "A pilot.", "--until", until)
    assert world.docgen("waive", SUBJECT, "--requirement", row, *words).returncode == 0
    done = world.docgen(*world.signing("v1", "validation"))
    assert re.search(
        rf"gap HOUSE-RULES-04: .+\n +waived until {until}, model owner answers for it: A pilot\.", done.stdout
    )
    assert f"waived until {until}: {row}, model owner answers for it: A pilot." in world.docgen("gate", SUBJECT).stdout
    told = json.loads(world.docgen("gate", SUBJECT, "--format", "json").stdout)
    assert [(item["requirement"], item["until"]) for item in told["waivers"]] == [(row, until)]
    assert told["waivers"][0]["after"] == ""
    assert "waived" not in world.docgen("gate", SUBJECT, "--as-of", "2099-01-02").stdout


def test_a_waiver_that_is_later_than_a_signature_is_said_to_be(world: World) -> None:
    signed(world, "v1", "validation")
    row = ("--requirement", "house_rules/HOUSE-RULES-04", "--until", "2099-01-01", "--reason", "A pilot.")
    assert world.docgen("waive", SUBJECT, *row, "--owner", "owner", "--by", "head").returncode == 0
    said = "recorded after Head of Validation had signed"
    done = world.docgen("gate", SUBJECT, "--page", "--format", "json")
    told = json.loads(done.stdout)
    assert [item["after"] for item in told["waivers"]] == [said]
    assert f"by head; not signed; {said}" in Path(world.folder / told["page"]).read_text("utf-8")
    assert f"  {said}\n" in world.docgen(*world.signing("o1", "officer")).stdout
    path = json.loads(world.docgen("seal", SUBJECT, "--format", "json").stdout)["path"]
    assert f"A pilot. ({said})" in world.docgen("verify", path).stdout


def test_a_version_without_a_commit_is_said_to_have_makers_whom_git_cannot_name(world: World) -> None:
    store = Snapshots(world.folder / ".docgen")
    old = store.latest(SUBJECT)
    later = datetime.fromisoformat(old.captured_at) + timedelta(seconds=1)
    kept = tuple(item for item in old.evidence if item.id != "commit:head")
    new = replace(old, captured_at=f"{later:%Y-%m-%dT%H:%M:%SZ}", evidence=kept)
    assert len(kept) < len(old.evidence)
    store.save(new)
    pipeline.build(new, config=world.config, pdf=False)
    said = "no commit of the training code is recorded, so git cannot name who made this version"
    assert f"note: {said}" in world.docgen("gate", SUBJECT).stdout
    assert said in world.docgen(*world.signing("v1", "validation")).stdout


def test_what_changed_since_the_last_signature_is_shown(world: World) -> None:
    signed(world, "v1", "validation")
    desk = approvals.open_desk(SUBJECT, world.config)
    entry = desk.chain.entries[0]
    assert isinstance(entry.details, SignOff)
    found = list(changed(desk.papers.snapshot, replace(desk.papers.snapshot, evidence=())))
    assert len(found) == len(desk.papers.snapshot.evidence)
    last, number = approvals._since(desk, desk.signers.find("v1"), world.config)
    assert (last, number) == (desk.papers.digest, 0)


@pytest.fixture
def entry(world: World):
    signed(world, "v1", "validation")
    desk = approvals.open_desk(SUBJECT, world.config)
    return desk.chain.entries[0], desk.signers


def test_an_entry_that_says_something_else_than_what_was_signed_proves_nothing(entry) -> None:
    real, signers = entry
    assert check(real, real.details, signers).faults == ()
    for change in ({"gate": "officer"}, {"role": "regulatory_officer"}, {"name": "Somebody"}, {"meaning": "review"},
                   {"manifest": "0" * 64}, {"signer": "v2"}):  # fmt: skip
        forged = replace(real, details=replace(real.details, **change))
        assert check(forged, forged.details, signers).faults, change
    for change in ({"at": "2026-01-01T00:00:00Z"}, {"subject": "models:/credit-default/1"}):
        assert check(replace(real, **change), real.details, signers).faults, change
    other = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"
    for details in (
        replace(real.details, sshsig=other),
        replace(real.details, envelope=replace(real.details.envelope, signatures=(
            EnvelopeSignature(keyid=real.details.envelope.signatures[0].keyid, sig=base64.b64encode(b"x" * 64).decode()),))),
        replace(real.details, envelope=replace(real.details.envelope, payloadType="text/plain")),
        replace(real.details, envelope=replace(real.details.envelope, payload="!")),
    ):  # fmt: skip
        assert check(replace(real, details=details), details, signers).faults


def test_openssl_checks_the_dsse_signature_without_docgen(entry, tmp_path: Path) -> None:
    real, signers = entry
    envelope = real.details.envelope
    payload = base64.b64decode(envelope.payload)
    (tmp_path / "pae.bin").write_bytes(pae(payload))
    (tmp_path / "sig.bin").write_bytes(base64.b64decode(envelope.signatures[0].sig))
    (tmp_path / "public.pem").write_text(read_public(signers.find("v1").keys[0].public, where="key").pem, "ascii")
    command = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "public.pem",
        "-rawin",
        "-in",
        "pae.bin",
        "-sigfile",
        "sig.bin",
    ]
    assert "Verified Successfully" in subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout
    (tmp_path / "pae.bin").write_bytes(pae(payload.replace(b"approval", b"reproval")))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode != 0


def test_ssh_keygen_checks_the_same_statement_without_docgen(entry, tmp_path: Path) -> None:
    real, signers = entry
    payload = base64.b64decode(real.details.envelope.payload)
    (tmp_path / "statement.sshsig").write_text(real.details.sshsig, "ascii")
    (tmp_path / "allowed").write_text(f'v1 namespaces="{NAMESPACE}" {signers.find("v1").keys[0].public}\n', "ascii")
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "v1", "-n", NAMESPACE, "-s", "statement.sshsig"]
    done = subprocess.run(command, cwd=tmp_path, input=payload, capture_output=True)
    assert done.returncode == 0, done.stderr
    changed = payload.replace(b"approval", b"reproval")
    assert subprocess.run(command, cwd=tmp_path, input=changed, capture_output=True).returncode != 0


def test_keys_are_read_from_pem_files_with_and_without_passphrase_and_others_are_refused(tmp_path: Path) -> None:
    for name, more in (("plain", []), ("locked", ["-aes256", "-pass", "pass:open sesame"])):
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", *more, "-out", str(tmp_path / name)], check=True)
    plain = read_private(tmp_path / "plain", None)
    assert read_public(plain.public.pem, where="key") == plain.public == read_public(plain.public.openssh, where="key")
    told = subprocess.run(
        ["ssh-keygen", "-l", "-f", "/dev/stdin"], input=plain.public.openssh, capture_output=True, text=True
    )
    assert plain.public.fingerprint in told.stdout
    assert read_private(tmp_path / "locked", "open sesame")
    for secret in (None, "wrong"):
        with pytest.raises(UsageError, match="not a private key"):
            read_private(tmp_path / "locked", secret)
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ecdsa", "-b", "384", "-N", "", "-f", str(tmp_path / "other")], check=True
    )
    with pytest.raises(UsageError, match="Ed25519, ECDSA P-256 or RSA"):
        read_private(tmp_path / "other", None)
    with pytest.raises(UsageError, match="Ed25519, ECDSA P-256 or RSA"):
        read_public((tmp_path / "other.pub").read_text("utf-8"), where="key")
    with pytest.raises(UsageError, match="not a public key"):
        read_public("ssh-ed25519 AAAA", where="key")


def test_what_is_no_private_key_or_lacks_its_passphrase_is_told_in_plain_words(tmp_path: Path) -> None:
    for name, secret in (("plain", ""), ("locked", "open sesame")):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", secret, "-f", str(tmp_path / name)]
        subprocess.run(command, check=True)
    export = ["openssl", "pkcs12", "-export", "-nocerts", "-inkey", "plain.pem", "-passout", "pass:x", "-out", "p12"]
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", "plain.pem"], cwd=tmp_path, check=True)
    subprocess.run(export, cwd=tmp_path, check=True)
    (tmp_path / "noise").write_bytes(b"no key at all")
    for name, secret, why, hint in (
        ("plain.pub", None, "it is the public half", f"name the file of the private key, perhaps {tmp_path / 'plain'}"),
        ("locked", None, "its passphrase was not given", "or set DOCGEN_KEY_PASSPHRASE"),
        ("p12", None, "its passphrase was not given", "or set DOCGEN_KEY_PASSPHRASE"),
        ("p12", "wrong", "the passphrase is not its own", "give the passphrase again"),
        ("noise", None, "it is no OpenSSH, PEM or PKCS#12 file", "ssh-keygen"),
    ):
        with pytest.raises(UsageError, match=why) as caught:
            read_private(tmp_path / name, secret)
        assert hint in caught.value.hint, name
    with pytest.raises(UsageError, match="not a public key: it is a private key"):
        read_public((tmp_path / "plain").read_text("ascii"), where="key")


def test_the_lines_of_the_documentation_check_a_signature_as_written(world: World) -> None:
    signed(world, "v1", "validation")
    text = (ROOT / "docs" / "approvals.md").read_text("utf-8").partition("## Checking a signature without docgen")[2]
    lines = "\n".join(re.findall(r"```bash\n(.*?)```", text, re.DOTALL)[:2])
    for shown, here in (("churn/3", f"{MODEL}/2"), ("/churn/", f"/{MODEL}/"), ("validator-1", "v1")):
        assert shown in lines
        lines = lines.replace(shown, here)
    public = read_public(world.key("v1").with_suffix(".pub").read_text("utf-8"), where="key")
    (world.folder / "allowed_signers").write_text(f"v1 {public.openssh}\n", "ascii")
    (world.folder / "public.pem").write_text(public.pem, "ascii")
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", lines], cwd=world.folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert 'Good "docgen-sign-off" signature for v1' in done.stdout
    assert "Verified Successfully" in done.stdout
    statement = json.loads((world.folder / "statement.json").read_text("utf-8"))
    assert done.stdout.splitlines()[-1].split()[0] == statement["subject"][0]["digest"]["sha256"]


def test_whoever_is_refused_leaves_a_trace_with_key_gate_role_and_reason(world: World) -> None:
    refuses(world, 10, *world.signing("dev", "validation"))
    refuses(world, 10, *world.signing("o1", "validation", "validator"))
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(world.key("stranger"))], check=True)
    refuses(world, 10, *world.signing("stranger", "validation", "validator"))
    signed(world, "v1", "validation")
    refuses(world, 2, *world.signing("v1", "validation"))
    row = ("--requirement", "house_rules/NONE", "--until", "2099-01-01", "--reason", "x", "--owner", "y", "--by", "z")
    refuses(world, 2, "waive", SUBJECT, *row)
    newer_snapshot(world)
    refuses(world, 10, "sign", str(world.dossier), *world.signing("v2", "validation")[2:])
    page = world.dossier / "index.html"
    page.write_bytes(page.read_bytes().replace(b"a", b"b", 1))
    refuses(world, 10, *world.signing("v2", "validation"))
    told = json.loads(world.docgen("ledger", "refusals", MODEL, "--format", "json").stdout)
    assert told["unreadable"] == 0
    found = told["refusals"]
    assert [(item["action"], item["signer"], item["gate"], item["role"], item["code"]) for item in found] == [
        ("sign", "dev", "validation", "validator", 10),
        ("sign", "o1", "validation", "validator", 10),
        ("sign", "", "validation", "validator", 10),
        ("sign", "v1", "validation", "validator", 2),
        ("waive", "", "", "z", 2),
        ("sign", "v2", "validation", "validator", 10),
        ("sign", "v2", "validation", "validator", 10),
    ]
    for item, said in zip(found, ("made this version", "may not sign as", "nobody's in the file", "signed this dossier",
                                  "was not assessed", "is stale", "not as it was built"), strict=True):  # fmt: skip
        assert said in item["reason"]
        assert item["target"] == SUBJECT
        assert item["manifest"] == sha256((world.dossier / "manifest.json").read_bytes())
    stranger = read_public(world.key("stranger").with_suffix(".pub").read_text("utf-8"), where="key")
    assert found[2]["key"] == stranger.fingerprint
    shown = world.docgen("ledger", "refusals").stdout
    assert f"key {stranger.fingerprint}" in shown
    assert "7 refusals on this machine" in shown
    assert json.loads(world.docgen("ledger", "refusals", "other", "--format", "json").stdout)["refusals"] == []


def test_a_passphrase_that_does_not_open_the_key_is_noted_too(world: World) -> None:
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:secret", "-out",
                    str(world.key("locked"))], check=True)  # fmt: skip
    done = world.docgen(*world.signing("locked", "validation", "validator"), env={"DOCGEN_KEY_PASSPHRASE": "x"})
    assert done.returncode == 2
    (found,) = json.loads(world.docgen("ledger", "refusals", "--format", "json").stdout)["refusals"]
    assert (found["signer"], found["key"]) == ("", "")
    assert "not a private key that can be read" in found["reason"]


def _commit(folder: Path, author: str, committer: str) -> str:
    people = {"GIT_AUTHOR_NAME": author, "GIT_AUTHOR_EMAIL": f"{author}@example.org", "GIT_COMMITTER_NAME": committer,
              "GIT_COMMITTER_EMAIL": f"{committer}@example.org"}  # fmt: skip
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", author]):
        subprocess.run(["git", *words], cwd=folder, check=True, env={**os.environ, **people}, capture_output=True)
    return subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True).stdout.strip()


def test_nobody_signs_what_they_committed_or_wrote_since_the_version_before(world: World) -> None:
    before = _commit(world.folder, "somebody", "somebody")
    _commit(world.folder, "o1", "somebody")
    head = _commit(world.folder, "somebody", "v1")
    store = Snapshots(world.folder / ".docgen")
    old = store.latest(SUBJECT)

    def at(pool: tuple[Evidence, ...], sha: str) -> tuple[Evidence, ...]:
        return tuple(
            replace(item, value=replace(item.value, sha=sha)) if item.id == "commit:head" else item for item in pool
        )

    later = datetime.fromisoformat(old.captured_at) + timedelta(seconds=1)
    new = replace(
        old,
        captured_at=f"{later:%Y-%m-%dT%H:%M:%SZ}",
        evidence=at(old.evidence, head),
        previous=replace(old.previous, evidence=at(old.previous.evidence, before)),
    )
    store.save(new)
    pipeline.build(new, config=world.config, pdf=False)
    told = json.loads(world.docgen("gate", SUBJECT, "--format", "json").stdout)
    assert (told["note"], {"v1", "v1@example.org", "o1", "somebody"} <= set(told["makers"])) == ("", True)
    assert "v1 made this version (known there as v1)" in refuses(world, 10, *world.signing("v1", "validation"))
    signed(world, "v2", "validation")
    assert "o1 made this version (known there as o1)" in refuses(world, 10, *world.signing("o1", "officer"))
    shutil.rmtree(world.folder / ".git")
    done = world.docgen("gate", SUBJECT)
    assert f"git does not hold {head[:12]}, {before[:12]} here, so it cannot name all who made" in done.stdout


def test_a_key_that_ends_while_its_signer_reads_does_not_sign(world: World) -> None:
    world.signers(v1="valid_until: 2026-06-30")
    desk, key = approvals.open_desk(SUBJECT, world.config), read_private(world.key("v1"), None)
    before = datetime(2026, 6, 30, 23, 59, tzinfo=UTC)
    wish = approvals.Wish(gate="validation", role="validator", meaning="approval", key=key, now=before)
    predicate = approvals.signed_at(approvals.prepare(desk, wish, world.config), before + timedelta(minutes=2))
    with pytest.raises(IntegrityError, match="its key expired after 2026-06-30, and it was signed on 2026-07-01"):
        approvals.sign(desk, predicate, key)
    assert desk.ledger.files() == {}


def test_an_envelope_without_a_signature_is_a_fault_and_no_crash(world: World) -> None:
    signed(world, "v1", "validation")
    desk = approvals.open_desk(SUBJECT, world.config)
    (found,) = desk.chain.entries
    assert isinstance(found.details, SignOff)
    bare = replace(found.details, envelope=replace(found.details.envelope, signatures=()))
    assert check(replace(found, details=bare), bare, desk.signers).faults == ("envelope holds no signature",)
