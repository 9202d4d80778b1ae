"""Time stamps of an authority: asked at each signature or later, kept in the ledger, proved whenever it is read."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from docgen import approvals
from docgen.bundle.keys import read_private
from docgen.bundle.time_stamps import prove_stamps
from docgen.errors import IntegrityError, SourceError, UsageError
from docgen.gates.evaluate import refusals
from docgen.model.ledger import Entry, SignOff, TimeStamp, Waiver
from docgen.stamping import stamp_heads
from docgen.store.ledger import Ledger
from support.approval_world import MODEL, SUBJECT, TOML, World
from support.authority import Authority, asking, configure, make_authority, needed, now, serving, without_extra
from support.commands import refused, tree
from support.generated import ROOT

WAIVER = Waiver(requirement="model_card/MC-1", reason="pilot only", owner="owner", until="2099-12-31")


def ledger_of(world: World) -> Ledger:
    return Ledger.of(world.folder / "approvals" / "ledger", MODEL)


def entries(world: World) -> tuple[Entry, ...]:
    return ledger_of(world).sound().entries


def verified(world: World, **options: object) -> dict[str, object]:
    done = world.docgen("ledger", "verify", "--format", "json", **options)
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)["ledgers"]
    return told


@pytest.fixture
def stamped(world: World, authority: Authority) -> World:
    """A project in which somebody signed, and the authority stamped it."""
    configure(world, authority)
    done = world.docgen(*world.signing("v1", "validation"))
    assert done.returncode == 0, done.stderr
    assert "\ntime-stamped 20" in done.stdout
    return world


def rewritten(world: World, old: Entry, details: object) -> None:
    """Put other details into an entry that nothing follows, under the name that its bytes then have."""
    new = replace(old, details=details)  # type: ignore[arg-type]
    folder = ledger_of(world).folder
    (folder / old.file).unlink()
    (folder / new.file).write_bytes(new.to_bytes())


def test_a_signature_is_followed_by_the_stamp_of_its_entry_and_openssl_proves_it(
    stamped: World, authority: Authority, tmp_path: Path
) -> None:
    signature, stamp = entries(stamped)
    assert isinstance(signature.details, SignOff)
    assert isinstance(stamp.details, TimeStamp)
    assert stamp.details.entry == signature.digest()
    assert stamp.previous == (signature.digest(),)
    apart = datetime.fromisoformat(stamp.details.time) - datetime.fromisoformat(signature.at)
    assert abs(apart) < timedelta(seconds=60)
    told = verified(stamped)
    assert told["unstamped"] == []
    assert told["time_stamps"] == {"count": 1, "newest": stamp.details.time, "faults": [], "unchecked": ""}
    response = tmp_path / "answer.tsr"
    response.write_bytes(base64.b64decode(stamp.details.response))
    entry = ledger_of(stamped).folder / signature.file
    said = subprocess.run(
        ["openssl", "ts", "-verify", "-data", str(entry), "-in", str(response), "-CAfile", str(authority.root)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "Verification: OK" in said.stdout + said.stderr
    done = stamped.docgen("gate", SUBJECT, "--format", "json")
    assert json.loads(done.stdout)["time_stamps"]["count"] == 1


@pytest.mark.skipif(shutil.which("jq") is None, reason="no program jq")
def test_the_lines_of_the_documentation_prove_a_stamp_as_written(stamped: World) -> None:
    section = (ROOT / "docs" / "approvals.md").read_text("utf-8").partition("\n## Time stamps\n")[2]
    block = next(text for text in re.findall(r"```bash\n(.*?)```", section, re.DOTALL) if "openssl ts -verify" in text)
    script = block.replace("/churn/", f"/{MODEL}/")
    done = subprocess.run(["bash", "-euc", script], cwd=stamped.folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Verification: OK" in done.stdout + done.stderr
    assert "Time stamp: " in done.stdout


def test_without_an_authority_nothing_is_asked_and_nothing_is_said_of_time(world: World) -> None:
    done = world.docgen(*world.signing("v1", "validation", None, "--format", "json"))
    assert json.loads(done.stdout)["time_stamp"] is None
    assert [entry.kind for entry in entries(world)] == ["sign off"]
    assert "time stamp" not in world.docgen("ledger", "verify").stdout
    error = refused(world.docgen("ledger", "stamp", "--format", "json"), 2)
    assert error["message"] == "no time stamping authority is configured"


def test_what_was_recorded_without_a_stamp_is_stamped_later_by_its_head_and_once(
    world: World, authority: Authority
) -> None:
    assert world.docgen(*world.signing("v1", "validation")).returncode == 0
    ledger_of(world).append(WAIVER, subject=SUBJECT, by="owner", now=now())
    configure(world, authority)
    told = verified(world)
    assert [name[:6] for name in told["unstamped"]] == ["000001", "000002"]  # type: ignore[attr-defined]
    assert (
        "no time stamps; 2 of the entries have none yet: docgen ledger stamp" in world.docgen("ledger", "verify").stdout
    )
    done = world.docgen("ledger", "stamp", MODEL)
    assert done.returncode == 0, done.stderr
    _, waiver, stamp = entries(world)
    assert isinstance(stamp.details, TimeStamp)
    assert stamp.details.entry == waiver.digest()
    assert verified(world)["unstamped"] == []
    before = tree(world.folder / "approvals")
    assert "every entry is time-stamped already" in world.docgen("ledger", "stamp").stdout
    assert tree(world.folder / "approvals") == before
    listed = world.docgen("ledger", "list").stdout
    assert (
        f"time stamp {SUBJECT} by docgen ledger stamp: time={stamp.details.time} entry={waiver.digest()[:12]}" in listed
    )
    assert "time-stamped" in world.docgen("history", MODEL).stdout


def test_both_ends_of_a_fork_are_stamped(world: World, authority: Authority) -> None:
    configure(world, authority)
    ledger = ledger_of(world)
    first = ledger.append(WAIVER, subject=SUBJECT, by="owner", now=now())
    path = ledger.folder / first.file
    data = path.read_bytes()
    path.unlink()  # as it is on another branch
    ledger.append(replace(WAIVER, reason="other branch"), subject=SUBJECT, by="owner", now=now())
    path.write_bytes(data)
    assert len(ledger.sound().heads) == 2
    assert len(stamp_heads(world.config, ledger, now, by="night")) == 2
    assert stamp_heads(world.config, ledger, now, by="night") == ()
    assert verified(world)["time_stamps"]["count"] == 2  # type: ignore[index]


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        ("/refuses", 9, "it refused: rejection, Message digest algorithm is not supported"),
        ("/garbage", 9, "its time stamp cannot be read"),
        ("/page", 9, "answered with text/html, expected application/timestamp-reply"),
        ("/large", 11, "answered with more than 65536 bytes"),
        ("/elsewhere", 11, "sends docgen elsewhere, which it does not follow"),
        ("/fails", 9, "answered with status 503"),
    ],
)
def test_an_authority_that_does_not_do_its_work_keeps_a_signature_from_being_given(
    world: World, authority: Authority, path: str, code: int, said: str
) -> None:
    configure(world, authority, path)
    error = refused(world.docgen(*world.signing("v1", "validation", None, "--format", "json")), code)
    assert said in error["message"]
    assert authority.url(path) in error["message"]
    assert ledger_of(world).files() == {}


def test_an_authority_that_is_down_keeps_a_signature_from_being_given(world: World, tmp_path: Path) -> None:
    needed()
    with serving(make_authority(tmp_path / "tsa")) as gone:
        configure(world, gone)
    error = refused(world.docgen(*world.signing("v1", "validation", None, "--format", "json")), 9)
    assert "Connection refused" in error["message"]
    assert error["hint"].startswith("nothing was recorded")
    assert ledger_of(world).files() == {}


@pytest.mark.parametrize("path", ["/slow", "/drips"])
def test_an_authority_that_is_slow_is_not_waited_for(authority: Authority, tmp_path: Path, path: str) -> None:
    ledger = Ledger(folder=tmp_path / "ledger")
    began = time.monotonic()
    with pytest.raises(SourceError, match="timed out"):
        ledger.append(
            WAIVER, subject=SUBJECT, by="owner", now=now(), followed=asking(authority, path, timeout=0.5).stamp
        )
    assert time.monotonic() - began < 2.5
    assert ledger.files() == {}


def test_an_answer_to_an_earlier_question_is_refused(authority: Authority) -> None:
    entry = Entry(sequence=1, previous=(), at="2026-01-01T00:00:00Z", by="owner", subject=SUBJECT, details=WAIVER)
    asking(authority).stamp(entry)
    with pytest.raises(IntegrityError, match="its time stamp does not hold: Nonce mismatch"):
        asking(authority, "/again").stamp(entry)
    with pytest.raises(IntegrityError, match="its time stamp is of something else"):
        asking(authority, "/again").stamp(replace(entry, by="somebody else"))


def test_a_clock_that_differs_from_the_authoritys_is_told_before_anything_is_written(
    authority: Authority, tmp_path: Path
) -> None:
    ledger = Ledger(folder=tmp_path / "ledger")
    for minutes in (-6, 6):
        wrong = replace(asking(authority), clock=lambda minutes=minutes: now() + timedelta(minutes=minutes))
        with pytest.raises(IntegrityError, match=r"the clock of this machine says .* more than 300 s apart"):
            ledger.append(WAIVER, subject=SUBJECT, by="owner", now=now(), followed=wrong.stamp)
    assert ledger.files() == {}
    right = replace(asking(authority), clock=lambda: now() + timedelta(minutes=4))
    ledger.append(WAIVER, subject=SUBJECT, by="owner", now=now(), followed=right.stamp)
    assert len(ledger.sound().entries) == 2


def test_a_changed_or_moved_stamp_is_named_and_nothing_is_signed_on_it(stamped: World) -> None:
    (signature, stamp) = entries(stamped)
    assert isinstance(stamp.details, TimeStamp)
    data = bytearray(base64.b64decode(stamp.details.response))
    data[-10] ^= 1  # in the authority's signature
    changed = replace(stamp.details, response=base64.b64encode(bytes(data)).decode())
    data[-10] ^= 1
    version_nine = bytes(data).replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x08", 1)  # of its certificate
    assert version_nine != data
    other = replace(stamp.details, time="2020-01-01T00:00:00Z")
    for details, said in (
        (changed, "its time stamp does not hold: "),
        (other, f"its time stamp is of {stamp.details.time}, the entry says 2020-01-01T00:00:00Z"),
        (replace(stamp.details, response="no base64"), "its answer is no Base64"),
        (replace(stamp.details, response=base64.b64encode(version_nine).decode()), "its time stamp does not hold: "),
        (replace(stamp.details, response="\u00e9"), "its answer is no Base64"),
        (replace(stamp.details, response=""), "its time stamp cannot be read"),
    ):
        last = entries(stamped)[-1]
        rewritten(stamped, last, details)
        name = entries(stamped)[-1].file
        error = refused(stamped.docgen("ledger", "verify", "--format", "json"), 10)
        assert f"first at {name}" in error["message"]
        assert said in error["message"]
    for command in (("gate", SUBJECT), stamped.signing("o1", "officer"), ("seal", SUBJECT), ("ledger", "stamp")):
        assert "the ledger is broken" in refused(stamped.docgen(*command, "--format", "json"), 10)["message"]
    rewritten(stamped, entries(stamped)[-1], stamp.details)
    assert verified(stamped)["unstamped"] == []
    assert signature == entries(stamped)[0]


def test_the_stamp_of_another_entry_proves_nothing(stamped: World, authority: Authority) -> None:
    (signature, stamp) = entries(stamped)
    assert isinstance(stamp.details, TimeStamp)
    elsewhere = Entry(sequence=1, previous=(), at=stamp.at, by="owner", subject=SUBJECT, details=WAIVER)
    foreign = asking(authority).stamp(elsewhere)
    rewritten(stamped, stamp, replace(foreign, entry=signature.digest()))
    error = refused(stamped.docgen("ledger", "verify", "--format", "json"), 10)
    assert "its time stamp is of something else" in error["message"]
    rewritten(stamped, entries(stamped)[-1], foreign)
    found = ledger_of(stamped).read()
    assert f"the entry that it stamps, {elsewhere.digest()[:12]}, is missing or broken" in found.faults[0]


def test_a_time_that_is_none_is_a_fault_and_no_crash(stamped: World) -> None:
    stamp = entries(stamped)[-1]
    assert isinstance(stamp.details, TimeStamp)
    rewritten(stamped, stamp, replace(stamp.details, time="yesterday"))
    assert "its time is 'yesterday', expected a time like" in ledger_of(stamped).read().faults[0]
    refused(stamped.docgen("ledger", "verify", "--format", "json"), 10)


def test_an_authority_that_nobody_vouches_for_is_refused(world: World, authority: Authority, tmp_path: Path) -> None:
    stranger = make_authority(tmp_path / "stranger")
    configure(world, authority, roots=stranger.root)
    error = refused(world.docgen(*world.signing("v1", "validation", None, "--format", "json")), 10)
    assert "its time stamp does not hold" in error["message"]
    assert "timestamp_roots" in error["hint"]
    assert ledger_of(world).files() == {}
    (world.folder / "approvals" / "timestamp-roots.pem").write_text("nothing")
    error = refused(world.docgen(*world.signing("v1", "validation", None, "--format", "json")), 2)
    assert "holds no certificates" in error["message"]
    (world.folder / "approvals" / "timestamp-roots.pem").unlink()
    error = refused(world.docgen(*world.signing("v1", "validation", None, "--format", "json")), 2)
    assert "nothing else says which time stamping authority is the right one" in error["message"]


def test_roots_that_were_replaced_no_longer_prove_older_stamps_and_both_together_do(
    stamped: World, authority: Authority, tmp_path: Path
) -> None:
    path = stamped.folder / "approvals" / "timestamp-roots.pem"
    newer = make_authority(tmp_path / "newer").root.read_bytes()
    path.write_bytes(newer)
    refused(stamped.docgen("ledger", "verify", "--format", "json"), 10)
    for both in (authority.root.read_bytes() + newer, newer + authority.root.read_bytes()):
        path.write_bytes(both)
        assert verified(stamped)["time_stamps"]["faults"] == []  # type: ignore[index]
    path.unlink()
    assert str(path.name) in verified(stamped)["time_stamps"]["unchecked"]  # type: ignore[index]


def test_an_authority_below_an_issuer_is_vouched_for_by_both_certificates_and_by_neither_alone(tmp_path: Path) -> None:
    needed()
    entry = Entry(sequence=1, previous=(), at="2026-01-01T00:00:00Z", by="o", subject=SUBJECT, details=WAIVER)
    with serving(make_authority(tmp_path / "tsa", between=True)) as below:
        whole = asking(below)
        assert whole.stamp(entry).entry == entry.digest()
        for alone in whole.roots:
            with pytest.raises(IntegrityError, match="its time stamp does not hold"):
                replace(whole, roots=(alone,)).stamp(entry)


def test_a_stamp_outlives_the_authoritys_certificate_and_a_later_one_does_not(tmp_path: Path) -> None:
    needed()
    seconds = 3
    with serving(make_authority(tmp_path / "tsa", seconds=seconds)) as short:
        ledger = Ledger(folder=tmp_path / "ledger")
        ledger.append(WAIVER, subject=SUBJECT, by="owner", now=now(), followed=asking(short).stamp)
        time.sleep(seconds + 1)
        with pytest.raises(IntegrityError, match="its time stamp does not hold"):
            ledger.append(WAIVER, subject=SUBJECT, by="owner", now=now(), followed=asking(short).stamp)
        found = ledger.sound().entries
        assert len(found) == 2
        assert prove_stamps(found, short.root.read_bytes(), where="roots.pem").faults == ()


def test_an_entry_that_claims_another_time_than_the_authority_saw_it_at_is_told(
    world: World, authority: Authority
) -> None:
    configure(world, authority)
    ledger = ledger_of(world)
    for days in (400, -400):
        desk = approvals.open_desk(SUBJECT, world.config)
        who, gate = ("v1", "validation") if days > 0 else ("v2", "validation")
        key = read_private(world.key(who), None)
        wish = approvals.Wish(
            gate=gate, role="validator", meaning="approval", key=key, now=now() + timedelta(days=days)
        )
        predicate = approvals.prepare(desk, wish, world.config)
        approvals.sign(desk, predicate, key, asking(authority))
    first, _, second, _ = ledger.sound().entries
    notes = ledger.sound().notes
    assert any(note.startswith(f"{first.file[:19]}: it says that it was made on {first.at}") for note in notes)
    assert any(note.startswith(f"{second.file[:19]}: was time-stamped 345") for note in notes)
    early, late = approvals.open_desk(SUBJECT, world.config).signatures()
    assert early.faults == late.faults == ()
    gate, quorum = desk.plan.gates[0], desk.plan.gates[0].signatures[0]
    assert tuple(refusals(early, gate, quorum, desk.case(now().date()), frozenset())) == (
        f"it says that it was made on {first.at}, and the time stamping authority had seen it on {early.stamped}",
    )
    assert late.stamped > late.at


def test_where_the_extra_is_not_installed_it_is_said_and_nothing_is_asked(stamped: World, tmp_path: Path) -> None:
    bare = without_extra(tmp_path / "bare")
    assert "pip install 'docgen[timestamp]'" in verified(stamped, env=bare)["time_stamps"]["unchecked"]  # type: ignore[index]
    assert "1 time stamp not checked: pip install" in stamped.docgen("ledger", "verify", env=bare).stdout
    error = refused(stamped.docgen(*stamped.signing("o1", "officer"), "--format", "json", env=bare), 2)
    assert error["hint"] == "pip install 'docgen[timestamp]'"
    error = refused(stamped.docgen("ledger", "stamp", "--format", "json", env=bare), 2)
    assert "1 time stamp not checked" in error["message"]
    said = "  time      1 time stamp not checked: pip install"
    assert said in stamped.docgen("seal", SUBJECT, env=bare).stdout
    (stamped.folder / "docgen.toml").write_text(TOML, "utf-8")
    done = stamped.docgen(*stamped.signing("o1", "officer"), env=bare)
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


@pytest.mark.parametrize(
    "url",
    [
        "ftp://tsa.example",
        "file:///etc/passwd",
        "tsa.example",
        "https://",
        "http://[",
        "http://tsa.example:x/",
        "http://tsa..example/",
        "http://tsa.example/\u00e9",
        "https://me:secret@tsa.example/",
    ],
)
def test_only_addresses_that_can_be_asked_are(authority: Authority, url: str) -> None:
    entry = Entry(sequence=1, previous=(), at="2026-01-01T00:00:00Z", by="owner", subject=SUBJECT, details=WAIVER)
    with pytest.raises(UsageError, match=r"approvals\.timestamp_url") as caught:
        replace(asking(authority), url=url).stamp(entry)
    assert "secret" not in caught.value.message
