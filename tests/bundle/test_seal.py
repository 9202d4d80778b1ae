"""Sealed dossiers: the same bytes each time, proved without the project, and no changed byte goes unseen."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from docgen import approvals
from docgen.bundle.archive import read_archive, write_archive
from docgen.bundle.keys import read_private, read_public
from docgen.bundle.papers import read_files
from docgen.bundle.proof import Proof, Trust, prove
from docgen.bundle.sbom import sbom
from docgen.bundle.seal import ARCHIVE, GATES, SIGNERS, SUMS, Sealable, members, sealed_entries, sums
from docgen.errors import IntegrityError, UnsafeError
from docgen.model.canonical import canonical, parse, sha256
from support.approval_world import SUBJECT, World
from support.archives import relisted
from support.commands import refused, run_docgen, tree

TODAY = date(2026, 11, 25)


@dataclass(frozen=True)
class Kept:
    """A sealed dossier with its project."""

    world: World
    path: Path
    members: dict[str, bytes]


@pytest.fixture(scope="module")
def kept(built_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    world = World(shutil.copytree(built_world, tmp_path_factory.mktemp("sealed") / "project"))
    for who, gate in (("v1", "validation"), ("o1", "officer")):
        done = world.docgen(*world.signing(who, gate))
        assert done.returncode == 0, done.stderr
    done = world.docgen("seal", SUBJECT, "--format", "json")
    assert done.returncode == 0, done.stderr
    path = world.folder / json.loads(done.stdout)["path"]
    return Kept(world=world, path=path, members=read_archive(path)[1])


def proof(path: Path, trust: Trust | None = None) -> Proof:
    return prove(path, trust or Trust(), TODAY, step=lambda _text: None)


def refuses(path: Path, made: dict[str, bytes], trust: Trust | None = None) -> str:
    """Prove an archive of these members, which must fail, and return what is said."""
    path.write_bytes(write_archive(made))
    with pytest.raises(IntegrityError) as caught:
        proof(path, trust)
    return caught.value.message


def test_sealing_twice_gives_the_same_bytes_and_one_entry_of_the_ledger(kept: Kept) -> None:
    before = tree(kept.world.folder / "sealed")
    done = kept.world.docgen("seal", SUBJECT, "--output", "again", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert tree(kept.world.folder / "again") == before == tree(kept.world.folder / "sealed")
    told = json.loads(kept.world.docgen("ledger", "list", "--format", "json").stdout)["ledgers"][0]["entries"]
    assert [entry["kind"] for entry in told] == ["sign off", "sign off", "export"]


def test_an_archive_without_a_digest_of_its_content_as_older_ones_are_is_proved(kept: Kept, tmp_path: Path) -> None:
    head = parse(kept.members[ARCHIVE], where=ARCHIVE)
    assert head.pop("content") == proof(kept.path).content
    older = {**kept.members, ARCHIVE: canonical({**head, "format": 1})}
    path = tmp_path / "older.zip"
    path.write_bytes(write_archive({**older, SUMS: sums(older)}))
    assert proof(path).content == proof(kept.path).content
    for wrong in ({**head, "format": 2}, {**head, "format": 2, "content": "0" * 64}, {**head, "format": 4}):
        made = {**older, ARCHIVE: canonical(wrong)}
        said = refuses(path, {**made, SUMS: sums(made)})
        assert "step 2, digests: member 'archive.json': " in said


def test_it_is_proved_in_an_empty_folder_step_by_step(kept: Kept, tmp_path: Path) -> None:
    shutil.copy(kept.path, tmp_path / "dossier.zip")
    shutil.copy(kept.world.key("o1").with_suffix(".pub"), tmp_path / "officer.pub")
    done = run_docgen("verify", "dossier.zip", "--key", "officer.pub", "--as-of", "2027-01-01", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    steps = re.findall(r"^(\d+) (\w+): ", done.stdout, re.MULTILINE)
    assert [name for _, name in steps] == [
        "archive", "digests", "dossier", "evidence", "ledger", "statements", "signatures", "trust", "time", "gates",
    ]  # fmt: skip
    assert [int(number) for number, _ in steps] == list(range(1, 11))
    assert (
        "Head of Validation as validator at validation, Regulatory Officer as regulatory_officer at officer"
        in done.stdout
    )
    assert "as of 2027-01-01, every gate is open" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dossier.zip", "officer.pub"]


def test_a_key_that_did_not_sign_is_told(kept: Kept, tmp_path: Path) -> None:
    public = kept.world.key("v2").with_suffix(".pub")
    error = refused(run_docgen("verify", str(kept.path), "--key", str(public), "--format", "json", cwd=tmp_path), 10)
    assert "step 8, trust: key SHA256:" in error["message"]
    assert "did not sign this dossier" in error["message"]
    refused(run_docgen("verify", "--key", str(public), "--format", "json", cwd=tmp_path), 2)
    refused(run_docgen("verify", str(kept.path), "--key", "nowhere", "--format", "json", cwd=tmp_path), 9)
    for more in ((), ("--key", str(public))):
        error = refused(run_docgen("verify", "sealed/none.zip", *more, "--format", "json", cwd=tmp_path), 9)
        assert error["message"] == "sealed/none.zip: no such file or folder"


def test_what_rests_on_the_archives_own_word_is_told_and_so_is_what_was_waived(kept: Kept, tmp_path: Path) -> None:
    public = [
        read_public(kept.world.key(who).with_suffix(".pub").read_text("utf-8"), where=who) for who in ("v1", "o1")
    ]
    some = proof(kept.path, Trust(keys=tuple(public[:1]))).steps
    assert some[7].endswith("; by the archive's own word alone: Regulatory Officer")
    assert "own word" not in proof(kept.path, Trust(keys=tuple(public))).steps[7]
    assert some[9].endswith("every gate is open")

    world = World(shutil.copytree(kept.world.folder, tmp_path / "waived"))
    words = ("--reason", "A pilot.", "--owner", "owner", "--by", "head", "--until", "2099-01-01")
    assert world.docgen("waive", SUBJECT, "--requirement", "house_rules/HOUSE-RULES-04", *words).returncode == 0
    done = world.docgen("seal", SUBJECT, "--format", "json")
    path = world.folder / json.loads(done.stdout)["path"]
    said = "house_rules/HOUSE-RULES-04 is waived until 2099-01-01: A pilot."
    late = "recorded after Head of Validation and Regulatory Officer had signed"
    assert proof(path).steps[9].endswith(f"every gate is open; {said} ({late})")


def test_a_key_that_was_found_compromised_since_is_told_by_a_newer_file_of_signers(kept: Kept, tmp_path: Path) -> None:
    newer = tmp_path / "signers.yaml"
    text = kept.members[SIGNERS].decode()
    newer.write_text(text.replace("valid_from: 2020-01-01", "valid_from: 2020-01-01\n        compromised: true", 1))
    command = ("verify", str(kept.path), "--signers", str(newer), "--format", "json")
    error = refused(run_docgen(*command, cwd=tmp_path), 10)
    assert "step 7, signatures" in error["message"]
    assert "its key was in the hands of somebody else" in error["message"]


def test_two_hundred_flipped_bytes_and_more_are_caught_in_every_member_and_between(kept: Kept, tmp_path: Path) -> None:
    data, chance = bytearray(kept.path.read_bytes()), random.Random(11)
    with zipfile.ZipFile(kept.path) as found:
        starts = [info.header_offset for info in found.infolist()]
        end = found.start_dir
    places = [0, len(data) - 1, *range(end, end + 60), *chance.sample(range(end, len(data)), 60)]
    for start, stop in zip(starts, [*starts[1:], end], strict=True):
        places += [start, start + 8, start + 14, start + 26, stop - 1, *chance.sample(range(start, stop), 2)]
    assert len(places) > 600
    path = tmp_path / "flipped.zip"
    for place in places:
        bit = 1 << chance.randrange(8)
        data[place] ^= bit
        path.write_bytes(data)
        with pytest.raises((IntegrityError, UnsafeError)):
            proof(path)
        data[place] ^= bit


def test_a_flipped_byte_names_its_member_even_in_an_archive_that_was_made_again(kept: Kept, tmp_path: Path) -> None:
    chance = random.Random(12)
    for name, content in kept.members.items():
        place = chance.randrange(len(content)) if content else 0
        flipped = content[:place] + bytes([(content[place] if content else 0) ^ 1]) + content[place + 1 :]
        said = refuses(tmp_path / "made.zip", {**kept.members, name: flipped})
        assert name in said or {ARCHIVE, SUMS} & {name}, (name, said)


@pytest.mark.parametrize("start", ["dossier/index.html", "dossier/files/snapshot.json", "dossier/files/assessment-",
                                   "dossier/manifest.json", "ledger/000001-", "statements/gates.json",
                                   "statements/provenance.json", "signatures/000001", "signatures/index.html",
                                   GATES, SIGNERS])  # fmt: skip
def test_whoever_covers_the_traces_in_both_lists_is_found_by_what_was_signed(
    kept: Kept, tmp_path: Path, start: str
) -> None:
    for name in [name for name in kept.members if name.startswith(start)]:
        content = kept.members[name]
        changed = content.replace(b"Two gates", b"One gates").replace(b"Head of", b"Foot of").replace(b"0", b"1", 1)
        changed = changed if changed != content else content + b" "
        said = refuses(tmp_path / "made.zip", relisted({**kept.members, name: changed}))
        assert re.search(r"step [3-7], ", said), said


def test_members_that_were_added_removed_or_renamed_are_named(kept: Kept, tmp_path: Path) -> None:
    path = tmp_path / "made.zip"
    assert "'dossier/extra.html' is not listed" in refuses(path, {**kept.members, "dossier/extra.html": b"x"})
    assert "'extra.html' has no place" in refuses(path, {**kept.members, "extra.html": b"x"})
    for name in kept.members:
        said = refuses(path, {key: value for key, value in kept.members.items() if key != name})
        assert name in said
    moved = dict(kept.members)
    moved["dossier/indeks.html"] = moved.pop("dossier/index.html")
    assert "dossier/ind" in refuses(path, moved)
    extra = relisted({**kept.members, "dossier/extra.html": b"x"})
    assert "step 3, dossier: member 'dossier/extra.html: is not listed in manifest.json'" in refuses(path, extra)


def test_another_project_sealed_under_the_same_name_is_found_by_the_key_one_knows(kept: Kept, tmp_path: Path) -> None:
    """Everything in it agrees with itself: only a key, or signers, known from elsewhere tell it apart."""
    other = World(shutil.copytree(kept.world.folder, tmp_path / "forged"))
    shutil.rmtree(other.folder / "approvals" / "ledger")
    for who in ("v1", "o1"):
        for path in (other.key(who), other.key(who).with_suffix(".pub")):
            path.unlink()
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other.key(who))], check=True)
    other.signers()
    for who, gate in (("v1", "validation"), ("o1", "officer")):
        assert other.docgen(*other.signing(who, gate)).returncode == 0
    done = other.docgen("seal", SUBJECT, "--format", "json", "--output", "forged")
    forged = other.folder / json.loads(done.stdout)["path"]
    assert proof(forged).subject == SUBJECT
    key = read_public(kept.world.key("o1").with_suffix(".pub").read_text("utf-8"), where="key")
    with pytest.raises(IntegrityError, match="did not sign this dossier"):
        proof(forged, Trust(keys=(key,)))
    assert proof(kept.path, Trust(keys=(key,))).subject == SUBJECT


def test_gates_that_were_loosened_after_the_signatures_are_not_sealed(kept: Kept, tmp_path: Path) -> None:
    world = World(shutil.copytree(kept.world.folder, tmp_path / "project"))
    gates = world.folder / "approvals" / "gates.yaml"
    gates.write_text(gates.read_text("utf-8").replace("Two gates", "Two wide gates"), "utf-8")
    error = refused(world.docgen("seal", SUBJECT, "--format", "json"), 10)
    assert "the gates are not those under which Regulatory Officer signed" in error["message"]


def test_a_signature_under_other_gates_opens_nothing_and_older_archives_that_counted_it_are_proved(
    world: World, tmp_path: Path
) -> None:
    gates = world.folder / "approvals" / "gates.yaml"
    assert world.docgen(*world.signing("v1", "validation")).returncode == 0
    key, now = read_private(world.key("o1"), None), datetime.now(UTC)
    wish = approvals.Wish(gate="officer", role="regulatory_officer", meaning="approval", key=key, now=now)
    asked = approvals.prepare(approvals.open_desk(SUBJECT, world.config), wish, world.config)
    gates.write_text(gates.read_text("utf-8").replace("Two gates", "Two wide gates"), "utf-8")
    desk = approvals.open_desk(SUBJECT, world.config)
    approvals.sign(desk, replace(asked, plan=desk.plan_digest), key)
    whole = Sealable(
        files=read_files(desk.folder), gates=desk.gates, signers=desk.people,
        entries=sealed_entries(desk.ledger.sound()), sbom=sbom(),
    )  # fmt: skip
    said = "under another file of gates, so it does not count today: Head of Validation at validation"
    path = tmp_path / "made.zip"
    for number, then in ((3, "closed: validation, officer"), (2, "every gate is open")):
        path.write_bytes(write_archive(members(replace(whole, format=number))))
        found = proof(path)
        assert said in found.steps[6]
        assert f", {then}; as of {TODAY}, closed: validation, officer" in found.steps[-1]
        assert not any(state.open for state in found.states)


def test_a_ledger_with_a_missing_entry_is_not_sealed(kept: Kept, tmp_path: Path) -> None:
    world = World(shutil.copytree(kept.world.folder, tmp_path / "project"))
    (first,) = (world.folder / "approvals" / "ledger" / "credit-default").glob("000001-*")
    first.unlink()
    error = refused(world.docgen("seal", SUBJECT, "--format", "json"), 10)
    assert "is missing or broken" in error["message"]


def test_what_it_says_of_itself_can_be_followed_without_docgen(kept: Kept, tmp_path: Path) -> None:
    with zipfile.ZipFile(kept.path) as found:
        found.extractall(tmp_path)
    lines = [
        line.strip() for line in (tmp_path / "VERIFY.md").read_text("utf-8").splitlines() if line.startswith("    ")
    ]
    assert len(lines) == 11
    done = subprocess.run(["bash", "-euc", "\n".join(lines)], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "every member is as it was sealed" in done.stdout
    assert done.stdout.count('Good "docgen-sign-off" signature') == 2
    assert done.stdout.count("Verified Successfully") == 2
    assert f"{proof(kept.path).content}  -" in done.stdout


def test_statements_follow_their_specifications(kept: Kept) -> None:
    for name, kind in (
        ("gates", "https://in-toto.io/attestation/test-result/v0.1"),
        ("provenance", "https://slsa.dev/provenance/v1"),
    ):
        statement = json.loads(kept.members[f"statements/{name}.json"])
        assert set(statement) == {"_type", "subject", "predicateType", "predicate"}
        assert statement["_type"] == "https://in-toto.io/Statement/v1"
        assert statement["predicateType"] == kind
        assert statement["subject"][0]["digest"]["sha256"] == sha256(kept.members["dossier/manifest.json"])
    verdict = json.loads(kept.members["statements/gates.json"])["predicate"]
    assert (verdict["result"], verdict["passedTests"], verdict["failedTests"]) == (
        "PASSED",
        ["validation", "officer"],
        [],
    )
    bill = json.loads(kept.members["sbom.json"])
    assert {"mlflow", "sphinx", "cryptography"} <= {item["name"] for item in bill["components"]}
    assert all(item["purl"] == f"pkg:pypi/{item['name']}@{item['version']}" for item in bill["components"])


def test_name_time_and_meaning_of_each_signature_can_be_read_and_printed(kept: Kept) -> None:
    page = BeautifulSoup(kept.members["signatures/index.html"], "html.parser")
    rows = [[cell.get_text() for cell in row.find_all("td")] for row in page.select("tbody tr")]
    assert [row[:4] for row in rows] == [
        ["Head of Validation", "validator", "validation", "approval"],
        ["Regulatory Officer", "regulatory_officer", "officer", "approval"],
    ]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \(own clock UTC[+-]\d\d:\d\d\)", row[4]) for row in rows)


def test_an_unsigned_dossier_is_sealed_as_what_it_is(world: World) -> None:
    done = world.docgen("seal", SUBJECT, "--format", "json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["signatures"] == 0
    found = proof(world.folder / told["path"])
    assert found.steps[6] == "nobody signed this dossier"
    assert "closed: validation, officer" in found.steps[9]
