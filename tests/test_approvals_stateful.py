"""Sign, waive, find, decide, prove, release, roll back, crash and meddle in any order: what was recorded stays."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from docgen import approvals, decisions, findings, pipeline, recording, releases
from docgen.bundle.keys import read_private
from docgen.bundle.proof import Trust, prove
from docgen.errors import DocgenError
from docgen.model.canonical import canonical, sha256
from docgen.model.codec import unstructure
from docgen.model.findings import FindingRecord, HistoryEntry
from docgen.model.ledger import ChangeDecision, Export, FindingChange, Release, Rollback, SignOff, Verification, Waiver
from docgen.refusals import REFUSED, Attempt, noted
from docgen.sources.mlflow_.registry import Registry
from docgen.store.ledger import Ledger
from docgen.store.refusals import read_refusals
from docgen.store.snapshots import Snapshots
from support.approval_world import MODEL, PEOPLE, SUBJECT
from test_releases import Shop, registered  # noqa: F401  # a fixture

SEEN: set[str] = set()
"""What happened in any of the runs, so that a test which tries nothing does not pass for one that does."""

START = datetime(2026, 6, 1, tzinfo=UTC)
VERSIONS = st.sampled_from(["1", "2", "1", "2", "3"])
MOMENTS = st.sampled_from(
    [
        None,
        None,
        *((place, before) for place in ("set_tag", "set_alias", "append", "_forget") for before in (True, False)),
    ]
)
OWNERS: dict[str, Any] = {"set_tag": Registry, "set_alias": Registry, "append": Ledger, "_forget": releases}


class Killed(BaseException):
    """The process dies here: no handler of docgen's may have its say."""


@contextlib.contextmanager
def dying(moment: tuple[str, bool] | None) -> Iterator[None]:
    if moment is None:
        yield
        return
    name, before = moment
    owner, real = OWNERS[name], getattr(OWNERS[name], name)

    def run(*arguments: Any, **options: Any) -> Any:
        if not before:
            real(*arguments, **options)
        raise Killed

    setattr(owner, name, run)
    try:
        yield
    finally:
        setattr(owner, name, real)


@pytest.fixture(scope="module")
def two_versions(registered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """Versions 1 and 2 are built, version 3 only stands in the registry."""
    shop = Shop(shutil.copytree(registered, tmp_path_factory.mktemp("life") / "project"))
    store = Snapshots(shop.folder / ".docgen")
    first = store.latest(SUBJECT)
    first = replace(first, subject=replace(first.subject, uri=f"models:/{MODEL}/1", version="1"))
    store.save(first)
    pipeline.build(first, config=shop.config, pdf=False)
    (shop.folder / "pccp").mkdir()
    with (shop.folder / "docgen.toml").open("a", encoding="utf-8") as file:
        file.write('findings = "findings.yaml"\n')
    return shop.folder


class Life(RuleBasedStateMachine):
    def __init__(self, source: Path) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.shop = Shop(shutil.copytree(source, self.home / "project"))
        self.now = START
        self.acknowledged: set[str] = set()
        self.refused = 0
        self.happened: set[str] = set()
        self.expected: str | None = "1"
        """Version that the alias must be on; None while it may be on any: something was killed, or moved by hand."""

    def teardown(self) -> None:
        SEEN.update(self.happened)
        shutil.rmtree(self.home)

    @initialize(both=st.booleans())
    def begin(self, both: bool) -> None:
        """A version or two are approved: most of what can go wrong comes after that."""
        for version in ("1", "2")[: 1 + both]:
            self.sign_every_gate(version)

    def attempt(self, action: Callable[[], str | None]) -> str | None:
        """Do it, and note its entry as acknowledged; a refusal is as good, leaves the ledger as it was, and a trace."""
        self.now += timedelta(minutes=1)
        before, unsettled = self.ledger.files(), self.shop.journal().exists()
        try:
            with noted(Attempt(action="try", target=SUBJECT, role="anybody"), self.shop.config, self.now):
                done = action()
        except DocgenError as err:
            if err.code in REFUSED:
                self.refused += 1
                assert unsettled or self.ledger.files() == before, "what was interrupted alone is settled by a refusal"
            return None
        if done:
            self.acknowledged.add(done)
        return done

    @property
    def ledger(self) -> Ledger:
        return Ledger.of(self.shop.folder / "approvals" / "ledger", MODEL)

    def order(self) -> releases.Order:
        return releases.Order(alias="champion", by="model owner", reason="because", now=self.now)

    @rule(version=VERSIONS, who=st.sampled_from(sorted(PEOPLE)), gate=st.sampled_from(["validation", "officer"]))
    def sign(self, version: str, who: str, gate: str) -> None:
        def action() -> str:
            desk = approvals.open_desk(f"models:/{MODEL}/{version}", self.shop.config)
            key = read_private(self.shop.key(who), None)
            wish = approvals.Wish(gate=gate, role=PEOPLE[who][1], meaning="approval", key=key, now=self.now)
            return approvals.sign(desk, approvals.prepare(desk, wish, self.shop.config), key).file

        self.attempt(action)

    @rule(version=VERSIONS)
    def sign_every_gate(self, version: str) -> None:
        self.sign(version, "v1", "validation")
        self.sign(version, "o1", "officer")

    @rule(version=VERSIONS, row=st.sampled_from(["HOUSE-RULES-01", "HOUSE-RULES-04"]))
    def waive(self, version: str, row: str) -> None:
        def action() -> str:
            desk = approvals.open_desk(f"models:/{MODEL}/{version}", self.shop.config)
            waiver = Waiver(requirement=f"house_rules/{row}", reason="pilot", owner="owner", until="2026-12-31")
            return approvals.waive(desk, waiver, by="head of validation", now=self.now).file

        self.attempt(action)

    @rule(version=VERSIONS, name=st.sampled_from(["F-1", "F-2"]), killed=st.booleans())
    def a_finding_is_added_or_ends(self, version: str, name: str, killed: bool) -> None:
        """The register is written first; whoever is killed then leaves it to be recorded later."""

        def action() -> str | None:
            book = findings.open_book(self.shop.config)
            step = HistoryEntry(on="2026-06-01", status="open", by="validator")
            if name not in {item.id for item in book.register.findings}:
                record = FindingRecord(
                    id=name, condition="something", criteria=("house_rules/HOUSE-RULES-01",), severity="high",
                    owner="developer", found_on="2026-06-01", due_on="2026-12-31", model=f"models:/{MODEL}/{version}",
                    history=(step,),
                )  # fmt: skip
                book = findings.add(book, record)
            else:
                book = findings.close(
                    book, name, status="closed", by="head of validation", on=date(2026, 6, 2), reason="mended",
                    evidence=("metric:roc_auc@test",),
                )  # fmt: skip
            entry = recording.record_finding(book.find(name), self.shop.config, now=self.now)
            return entry.name if entry else None

        try:
            with dying(("append", True) if killed else None):
                if self.attempt(action):
                    self.happened.add("found")
        except Killed:
            self.happened.add("killed before a finding was recorded")

    @rule()
    def findings_are_recorded(self) -> None:
        book = findings.open_book(self.shop.config)
        for record in book.register.findings:
            self.attempt(lambda record=record: recording.record_finding(record, self.shop.config, now=self.now).name)
        known = {item.finding: item.record for item in self.recorded(FindingChange)}
        assert known == {item.id: sha256(canonical(unstructure(item))) for item in book.register.findings}

    @rule(version=VERSIONS, day=st.integers(1, 2))
    def a_change_is_decided(self, version: str, day: int) -> None:
        def action() -> str:
            config = self.shop.config
            today = date(2026, 6, day)
            found, path = decisions.decide(
                f"models:/{MODEL}/{version}", config=config, now=today, today=today, offline=True
            )
            return recording.record_decision(found, path, config, by="change board", now=self.now).name

        if self.attempt(action):
            self.happened.add("decided")

    @rule(version=VERSIONS)
    def released_and_proved(self, version: str) -> None:
        self.release(version, None)

        def action(path: Path) -> str:
            proof = prove(path, Trust(), self.now.date(), step=_quiet)
            return recording.record_proof(proof, self.shop.config, by="auditor", now=self.now).name

        for path in sorted((self.shop.folder / "sealed").glob("*.zip")):
            if self.attempt(lambda path=path: action(path)):
                self.happened.add("proved")

    @rule(days=st.integers(1, 30))
    def the_clock_goes_back(self, days: int) -> None:
        self.now -= timedelta(days=days)

    @rule(version=VERSIONS, moment=MOMENTS)
    def release(self, version: str, moment: tuple[str, bool] | None) -> None:
        target = f"models:/{MODEL}/{version}"
        self.move(version, moment, lambda: releases.release(target, self.order(), config=self.shop.config, step=_quiet))

    @rule(version=st.sampled_from(["1", "2"]), other=st.sampled_from(["1", "2"]), moment=MOMENTS)
    def killed_and_tried_again(self, version: str, other: str, moment: tuple[str, bool] | None) -> None:
        self.release(version, moment)
        self.release(other, None)

    @rule(version=VERSIONS, moment=MOMENTS)
    def roll_back(self, version: str, moment: tuple[str, bool] | None) -> None:
        self.move(
            version,
            moment,
            lambda: releases.rollback(MODEL, version, self.order(), config=self.shop.config, step=_quiet),
        )

    def move(self, version: str, moment: tuple[str, bool] | None, action: Callable[[], releases.Done]) -> None:
        def entry() -> str | None:
            found = action().entry
            return found.file if found else None

        before = self.shop.journal().exists()
        try:
            with dying(moment):
                if self.attempt(entry):
                    self.expected = version
                    self.happened.add("moved after an interruption" if before else "moved")
        except Killed:
            self.happened.add(f"killed {'before' if moment and moment[1] else 'after'} {moment[0] if moment else ''}")
            self.expected = None
        else:
            after = self.shop.journal().exists()
            assert before or not after, "a refusal left a journal behind"
            self.happened.update({"settled"} if before and not after else ())

    @rule(version=VERSIONS)
    def somebody_moves_the_alias(self, version: str) -> None:
        with sqlite3.connect(self.shop.database) as database:
            database.execute("UPDATE registered_model_aliases SET version = ?", (version,))
        database.close()
        self.expected = None

    @invariant()
    def nothing_acknowledged_is_lost_and_the_ledger_is_whole(self) -> None:
        found = self.ledger.read()
        assert found.faults == ()
        assert self.acknowledged <= {entry.file for entry in found.entries}

    def recorded(self, kind: type[Any]) -> list[Any]:
        return [entry.details for entry in self.ledger.read().entries if isinstance(entry.details, kind)]

    @invariant()
    def every_refusal_left_a_trace(self) -> None:
        found, bad = read_refusals(self.shop.folder / ".docgen")
        assert (len(found), bad) == (self.refused, 0)

    @invariant()
    def what_became_of_a_finding_follows_from_what_it_was(self) -> None:
        status: dict[str, str] = {}
        for item in self.recorded(FindingChange):
            assert item.before == status.get(item.finding, item.before)
            status[item.finding] = item.status

    @invariant()
    def a_decision_is_recorded_once_and_only_sealed_archives_are_proved(self) -> None:
        decided = self.recorded(ChangeDecision)
        assert len(decided) == len({item.determination for item in decided})
        assert {item.archive for item in self.recorded(Verification)} <= {
            item.archive for item in self.recorded(Export)
        }

    @invariant()
    def only_what_was_approved_was_ever_released_and_only_that_restored(self) -> None:
        signed: dict[str, set[str]] = {}
        released: set[str] = set()
        for entry in self.ledger.read().entries:
            if isinstance(entry.details, SignOff):
                assert entry.details.signer != "dev"
                signed.setdefault(entry.version, set()).add(entry.details.gate)
            if isinstance(entry.details, Release):
                assert signed.get(entry.version) == {"validation", "officer"}
                released.add(entry.version)
            if isinstance(entry.details, Rollback):
                assert entry.version in released

    @invariant()
    def the_alias_is_where_docgen_put_it(self) -> None:
        assert self.expected is None or self.shop.champion() == self.expected


def _quiet(_text: str) -> None:
    """Say nothing."""


def test_no_order_of_events_breaks_what_was_promised(two_versions: Path) -> None:
    run_state_machine_as_test(
        lambda: Life(two_versions),
        settings=settings(
            max_examples=10,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
    assert {"moved", "settled", "found", "killed before a finding was recorded", "decided", "proved"} <= SEEN
    assert sum(name.startswith("killed") for name in SEEN) >= 4, SEEN
