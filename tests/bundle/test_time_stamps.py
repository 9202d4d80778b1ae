"""Time stamps in sealed dossiers: proved without the project, by openssl too, and asked for by gates."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import zipfile
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from docgen import approvals
from docgen.bundle.archive import read_archive, write_archive
from docgen.bundle.keys import read_private
from docgen.bundle.papers import read_files
from docgen.bundle.proof import Proof, Trust, prove
from docgen.bundle.seal import ROOTS, SBOM, Sealable, members, sealed_entries
from docgen.errors import IntegrityError
from docgen.gates.chain import chain
from docgen.model.ledger import TimeStamp
from docgen.stamping import stamp_heads
from support.approval_world import GATES, SUBJECT, World
from support.archives import relisted
from support.authority import Authority, asking, configure, make_authority, now, without_extra
from support.commands import refused, run_docgen


@dataclass(frozen=True)
class Kept:
    """A sealed dossier whose signatures were stamped, with its project."""

    world: World
    path: Path
    members: dict[str, bytes]


def sealed(world: World) -> Path:
    done = world.docgen("seal", SUBJECT, "--format", "json")
    assert done.returncode == 0, done.stderr
    return world.folder / json.loads(done.stdout)["path"]


@pytest.fixture(scope="module")
def kept(built_world: Path, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    world = World(shutil.copytree(built_world, tmp_path_factory.mktemp("stamped") / "project"))
    configure(world, authority)
    for who, gate in (("v1", "validation"), ("o1", "officer")):
        done = world.docgen(*world.signing(who, gate))
        assert done.returncode == 0, done.stderr
    path = sealed(world)
    return Kept(world=world, path=path, members=read_archive(path)[1])


def proof(path: Path, trust: Trust | None = None) -> Proof:
    return prove(path, trust or Trust(), date(2026, 12, 1), step=lambda _text: None)


def refuses(path: Path, made: dict[str, bytes], trust: Trust | None = None) -> str:
    path.write_bytes(write_archive(made))
    with pytest.raises(IntegrityError) as caught:
        proof(path, trust)
    return caught.value.message


def stamps(kept: Kept) -> list[TimeStamp]:
    entries = chain({path[7:]: data for path, data in kept.members.items() if path.startswith("ledger/")}).entries
    return [entry.details for entry in entries if isinstance(entry.details, TimeStamp)]


def test_an_archive_holds_stamps_and_roots_and_is_proved_in_an_empty_folder(
    kept: Kept, authority: Authority, tmp_path: Path
) -> None:
    first, second = stamps(kept)
    assert kept.members[ROOTS] == authority.root.read_bytes()
    assert sorted(name for name in kept.members if name.startswith("stamps/")) == [
        f"stamps/{path.name[:19]}.tsr"
        for path in sorted((kept.world.folder / "approvals" / "ledger" / "credit-default").iterdir())
        if path.name[:6] in {"000002", "000004"}
    ]
    shutil.copy(kept.path, tmp_path)
    done = run_docgen("verify", kept.path.name, "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)["sealed"]
    newest = max(first.time, second.time)
    assert told["time_stamps"] == {"count": 2, "newest": newest, "faults": [], "unchecked": ""}
    assert f"2 time stamps hold, the newest of {newest}, by the archive's own certificates" in told["steps"][8]


def test_the_lines_that_it_holds_prove_its_stamps_by_openssl(kept: Kept, tmp_path: Path) -> None:
    with zipfile.ZipFile(kept.path) as found:
        found.extractall(tmp_path)
    guide = (tmp_path / "VERIFY.md").read_text("utf-8").splitlines()
    lines = [line.strip() for line in guide if line.startswith("    openssl ts")]
    assert len(lines) == 4
    done = subprocess.run(["bash", "-euc", "\n".join(lines)], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (done.stdout + done.stderr).count("Verification: OK") == 2
    assert done.stdout.count("Time stamp: ") == 2
    (entry,) = (tmp_path / "ledger").glob("000001-*")
    entry.write_bytes(entry.read_bytes().replace(b"Head of Validation", b"Head of Validatiom"))
    assert subprocess.run(["bash", "-euc", lines[0]], cwd=tmp_path, capture_output=True).returncode != 0


def test_sealed_again_after_its_export_was_stamped_the_bytes_are_the_same(kept: Kept, tmp_path: Path) -> None:
    world = World(shutil.copytree(kept.world.folder, tmp_path / "project"))
    assert "time stamp recorded" in world.docgen("ledger", "stamp").stdout
    assert sealed(world).read_bytes() == kept.path.read_bytes()


def test_without_stamps_an_archive_has_no_member_for_them(world: World, authority: Authority) -> None:
    assert world.docgen(*world.signing("v1", "validation")).returncode == 0
    before = sealed(world)
    configure(world, authority)
    assert sealed(world) == before
    _, made = read_archive(before)
    assert not [name for name in made if "stamp" in name]
    assert proof(before).steps[8] == "no time stamps: each time is the word of whoever wrote it"
    assert world.docgen("ledger", "stamp").returncode == 0
    (late,) = (name for name in read_archive(sealed(world))[1] if name.startswith("stamps/"))
    assert late.startswith("stamps/000003-")


def test_without_the_extra_it_is_proved_and_said_that_its_stamps_were_not(kept: Kept, tmp_path: Path) -> None:
    done = run_docgen("verify", str(kept.path), cwd=tmp_path, env=without_extra(tmp_path / "bare"))
    assert done.returncode == 0, done.stderr
    assert "9 time: 2 time stamps not checked: pip install 'docgen[timestamp]' first" in done.stdout


def test_a_changed_stamp_in_an_archive_that_was_made_again_is_found(kept: Kept, tmp_path: Path) -> None:
    desk = approvals.open_desk(SUBJECT, kept.world.config)
    *before, last = sealed_entries(desk.chain)
    assert isinstance(last.details, TimeStamp)
    answer = bytearray(base64.b64decode(last.details.response))
    answer[-5] ^= 1
    forged = replace(last, details=replace(last.details, response=base64.b64encode(bytes(answer)).decode()))
    earlier = replace(last, details=replace(last.details, time="2020-01-01T00:00:00Z"))
    for entry, said in (
        (forged, f"step 9, time: member 'ledger/{forged.file}: its time stamp does not hold"),
        (earlier, f"step 9, time: member 'ledger/{earlier.file}: its time stamp is of {last.details.time}, the entry"),
    ):
        whole = Sealable(
            files=read_files(desk.folder), gates=desk.gates, signers=desk.people, entries=(*before, entry),
            sbom=kept.members[SBOM], roots=kept.members[ROOTS],
        )  # fmt: skip
        assert said in refuses(tmp_path / "forged.zip", members(whole))
    assert "is not what the others make it" in refuses(
        tmp_path / "swapped.zip", _relisted(kept, "stamps/", b"another answer")
    )


def _relisted(kept: Kept, start: str, data: bytes) -> dict[str, bytes]:
    name = next(name for name in kept.members if name.startswith(start))
    return relisted({**kept.members, name: data})


def test_certificates_that_one_knows_tell_an_authority_that_was_made_up(
    kept: Kept, authority: Authority, tmp_path: Path
) -> None:
    stranger = make_authority(tmp_path / "stranger")
    command = ("verify", str(kept.path), "--format", "json", "--timestamp-roots")
    error = refused(run_docgen(*command, str(stranger.root), cwd=tmp_path), 10)
    assert "step 9, time: member 'ledger/000002-" in error["message"]
    done = run_docgen(*command, str(authority.root), cwd=tmp_path)
    assert "by the file of certificates that you gave" in json.loads(done.stdout)["sealed"][0]["steps"][8]
    refused(run_docgen(*command, "absent.pem", cwd=tmp_path), 9)
    bare = without_extra(tmp_path / "bare")
    error = refused(run_docgen(*command, str(authority.root), cwd=tmp_path, env=bare), 2)
    assert error["hint"] == "pip install 'docgen[timestamp]'"
    (tmp_path / "bad.pem").write_text("nothing")
    error = refused(run_docgen(*command, "bad.pem", cwd=tmp_path), 2)
    assert error["message"].startswith("bad.pem: holds no certificates")
    refused(run_docgen("verify", "--format", "json", "--timestamp-roots", str(authority.root), cwd=tmp_path), 2)
    other = _relisted(kept, ROOTS, stranger.root.read_bytes())
    assert "step 9, time: member 'ledger/000002-" in refuses(tmp_path / "other.zip", other)


def test_the_time_of_the_authority_stands_beside_the_signers_own(kept: Kept, tmp_path: Path) -> None:
    first = stamps(kept)[0].time
    shown = f"seen by the authority on {first.replace('T', ' ').replace('Z', ' UTC')}"
    (tmp_path / "page.pdf").write_bytes(kept.members["signatures.pdf"])
    paper = " ".join(page.extract_text() for page in PdfReader(tmp_path / "page.pdf").pages)
    page = BeautifulSoup(kept.members["signatures.html"], "html.parser").get_text(" ", strip=True)
    for text in (" ".join(paper.split()), " ".join(page.split())):
        assert f"Time stamp {shown}" in text
    assert f"; {first} (time stamp of the authority)" in kept.members["signatures/index.html"].decode()


def test_time_stamps_without_the_certificates_that_prove_them_are_not_sealed(kept: Kept, tmp_path: Path) -> None:
    world = World(shutil.copytree(kept.world.folder, tmp_path / "project"))
    (world.folder / "approvals" / "timestamp-roots.pem").unlink()
    error = refused(world.docgen("seal", SUBJECT, "--format", "json"), 2)
    assert "timestamp-roots.pem is not there" in error["message"]


def test_a_gate_may_count_only_what_an_authority_saw_soon(world: World, authority: Authority, tmp_path: Path) -> None:
    gates = GATES.replace("    meanings:", "    stamped_within_minutes: 10\n    meanings:")
    (world.folder / "approvals" / "gates.yaml").write_text(gates, "utf-8")
    error = refused(world.docgen(*world.signing("v1", "validation", None, "--format", "json")), 2)
    assert error["message"] == "signatures at validation must be time-stamped, and no authority is configured"

    configure(world, authority)
    key = read_private(world.key("v2"), None)
    desk = approvals.open_desk(SUBJECT, world.config)
    wish = approvals.Wish(
        gate="validation", role="validator", meaning="approval", key=key, now=now() - timedelta(days=30)
    )
    predicate = approvals.prepare(desk, wish, world.config)
    with pytest.raises(IntegrityError, match="more than 10 minutes after"):
        approvals.sign(desk, predicate, key, asking(authority))
    assert desk.ledger.files() == {}
    approvals.sign(desk, predicate, key)  # backdated, and not stamped
    done = world.docgen("gate", SUBJECT)
    assert done.returncode == 1
    assert "that of Second Validator does not count: it has no time stamp of an authority" in done.stdout
    stamp_heads(world.config, desk.ledger, now, by="night")
    assert "more than 10 minutes after" in world.docgen("gate", SUBJECT).stdout

    done = world.docgen(*world.signing("v2", "validation"))  # again, since the first does not count
    assert done.returncode == 0, done.stderr
    assert "signed this dossier at validation already" in world.docgen(*world.signing("v2", "validation")).stderr
    assert "Internal validation [validation]: open" in world.docgen("gate", SUBJECT).stdout
    bare = without_extra(tmp_path / "bare")
    error = refused(world.docgen("gate", SUBJECT, "--format", "json", env=bare), 2)
    assert error["message"].startswith("the gates ask for time stamps, and 2 time stamps not checked")

    archive = str(sealed(world))
    (first, *_) = json.loads(world.docgen("verify", archive, "--format", "json").stdout)["sealed"][0]["gates"]
    assert first["open"]
    (told,) = json.loads(world.docgen("verify", archive, "--format", "json", env=bare).stdout)["sealed"]
    assert not told["gates"][0]["open"]
    assert "its time stamp was not checked: pip install" in told["gates"][0]["closed"][0]["why"]
    assert "the gates ask for time stamps, which were not checked: none counts today" in told["steps"][9]


def test_a_signature_that_states_a_later_time_than_its_stamp_opens_nothing_and_harms_no_archive(
    world: World, authority: Authority
) -> None:
    desk = approvals.open_desk(SUBJECT, world.config)
    key = read_private(world.key("v1"), None)
    wish = approvals.Wish(
        gate="validation", role="validator", meaning="approval", key=key, now=now() + timedelta(hours=1)
    )
    approvals.sign(desk, approvals.prepare(desk, wish, world.config), key)  # by a clock that is an hour fast
    configure(world, authority)
    stamp_heads(world.config, desk.ledger, now, by="night")
    done = world.docgen("gate", SUBJECT)
    assert "that of Head of Validation does not count: it says that it was made on" in done.stdout
    for who, gate in (("v2", "validation"), ("o1", "officer")):
        done = world.docgen(*world.signing(who, gate))
        assert done.returncode == 0, done.stderr
    told = prove(sealed(world), Trust(), now().date(), step=lambda _text: None)
    assert all(state.open for state in told.states)
    assert [item.name for state in told.states for item in state.signatures] == [
        "Second Validator", "Regulatory Officer",
    ]  # fmt: skip
