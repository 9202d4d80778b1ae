"""Decide model versions against a change plan: gather what a decision rests on, decide, keep the record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from docgen import pipeline
from docgen.change.compare import compare
from docgen.change.decide import decide as by_table
from docgen.change.determined import determination_evidence
from docgen.change.facts import Comparators, Facts, Repository
from docgen.change.planned import plan_evidence
from docgen.change.tables import ROW
from docgen.config import Config
from docgen.errors import DocgenError, IntegrityError, Problem, ProblemsError, SourceError, UsageError
from docgen.model.candidate import Candidate, Implemented, TestUse
from docgen.model.canonical import canonical, parse, sha256
from docgen.model.change import Changes
from docgen.model.checks import Present, leaves
from docgen.model.codec import structure, unstructure
from docgen.model.decision import Determination
from docgen.model.evidence import Dataset, Evidence, RunFacts
from docgen.model.plan import LoadedPlan, Plan
from docgen.model.regime import Regime
from docgen.model.snapshot import Snapshot, Subject
from docgen.pipeline import Step, silent
from docgen.plans import criteria_digest, load_candidate, load_plan, load_table, parse_plan
from docgen.signed_approvals import signed_approvals
from docgen.sources import git_change
from docgen.store.files import READ_ONLY, storage, write_atomic
from docgen.store.locks import held
from docgen.store.snapshots import Snapshots

CANDIDATES, DETERMINATIONS = "candidates", "determinations"
USES, IMPLEMENTED = "test_uses.jsonl", "implemented.jsonl"
CHAMPION = "champion"
"""The alias that is taken for the approved version where no plan names another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFolder:
    """The folder of a device's plans: `*.yaml`, `candidates/`, `determinations/` and two ledgers."""

    path: Path
    """Where it lies."""
    plans: tuple[LoadedPlan, ...]
    """Every plan in it, by file name."""

    @property
    def active(self) -> int:
        """How many plans are authorized."""
        return sum(item.plan.status == "authorized" for item in self.plans)

    @property
    def plan(self) -> LoadedPlan | None:
        """The authorized plan, else the only one; None where nobody can say which."""
        authorized = [item for item in self.plans if item.plan.status == "authorized"]
        return authorized[0] if authorized else self.plans[0] if len(self.plans) == 1 else None

    def candidate(self, version: str) -> Candidate | None:
        """Return what the firm states about a version; None where it has no file yet."""
        path = self.path / CANDIDATES / f"{version}.yaml"
        return load_candidate(path) if path.exists() else None

    def uses(self) -> tuple[TestUse, ...] | None:
        """Return the evaluations on test sets; None without the ledger."""
        rows = _rows(self.path / USES)
        return None if rows is None else tuple(structure(row, TestUse, where=USES) for row in rows)

    def implemented(self) -> tuple[Implemented, ...] | None:
        """Return the ledger of implemented modifications; None without it.

        Raises:
            IntegrityError: a row does not name the one before it.
        """
        rows = _rows(self.path / IMPLEMENTED)
        if rows is None:
            return None
        return _chained(tuple(structure(row, Implemented, where=IMPLEMENTED) for row in rows))


def open_folder(config: Config) -> PlanFolder:
    """Return the folder that the configuration names, with every plan in it.

    Raises:
        UsageError: none is named, or a plan is at fault.
    """
    path = config.path(config.dossier.change_plan)
    if not _there(config):
        raise UsageError(f"no change plan: {path} is no folder", hint="docgen init --regime fda_pccp lays one out")
    return PlanFolder(path=path, plans=tuple(load_plan(file) for file in sorted(path.glob("*.yaml"))))


def _there(config: Config) -> bool:
    return bool(config.dossier.change_plan) and config.path(config.dossier.change_plan).is_dir()


def diff(
    after: str, before: str | None, *, config: Config, offline: bool = False, step: Step = silent
) -> tuple[Changes, Snapshot, Snapshot]:
    """Return what differs between two versions, and both snapshots, the earlier first.

    Args:
        after: as for `pipeline.collect`.
        before: the same; the last approved version when None: the alias that the plan names, else `champion`.
        config: where things are.
        offline: use the newest snapshots.
        step: told what is being done.

    Raises:
        DocgenError: as `pipeline.collect`.
    """
    new = _snapshot(after, config, offline=offline, step=step)
    old = _snapshot(before or _approved(new, config), config, offline=offline, step=step)
    return _changes(old, new, config), old, new


def _approved(snapshot: Snapshot, config: Config) -> str:
    plan = open_folder(config).plan if _there(config) else None
    alias = plan.plan.baseline.last if plan and plan.plan.baseline.last else CHAMPION
    return f"models:/{snapshot.subject.name}@{alias}"


def _snapshot(model: str, config: Config, *, offline: bool, step: Step) -> Snapshot:
    if offline:
        return pipeline.latest_snapshot(model, config=config)
    return pipeline.collect(model, config=config, step=step).snapshot


def _changes(before: Snapshot, after: Snapshot, config: Config) -> Changes:
    return compare(before, after, git_change.code_change(config.path(config.dossier.repository), before, after))


def decide(
    model: str,
    *,
    config: Config,
    now: date,
    today: date | None = None,
    offline: bool = False,
    step: Step = silent,
) -> tuple[Determination, Path]:
    """Decide a version against its plan, and keep the determination.

    What is missing is no error: it makes an axis unknown, and unknown blocks.

    Args:
        model: `models:/<name>/<version>`, or with an alias.
        config: where things are.
        now: the day, UTC, on which it is asked for, or on which it is put to use where that is later: signatures that
            have expired by then do not count.
        today: the day of the determination; that of the candidate's snapshot when None.
        offline: use the newest snapshots.
        step: told what is being done.

    Returns:
        The determination, and the file that holds it.

    Raises:
        UsageError: no plan is named, or a plan, the candidate's file or that of gates or signers is at fault.
        IntegrityError: gates are configured, and the ledger of the model is not whole or a signed snapshot is lost.
        SourceError: the store does not answer, or the version is not in it.
        StorageError: the determination cannot be written.
    """
    folder = open_folder(config)
    snapshot = _snapshot(model, config, offline=offline, step=step)
    day = today or date.fromisoformat(snapshot.captured_at[:10])
    facts = gather(folder, snapshot, config, max(day, now), offline=offline, step=step)
    found = by_table(load_table(), facts, day)
    data = canonical(unstructure(found))
    return found, _keep(folder.path / DETERMINATIONS / (snapshot.subject.version or "run"), data)


def _keep(folder: Path, data: bytes) -> Path:
    """Write a determination as the next one of its version, unless the last one says the same."""
    there = sorted(folder.glob("*.json"))
    if there and there[-1].read_bytes() == data:
        return there[-1]
    path = folder / f"{len(there) + 1:04d}-{sha256(data)[:12]}.json"
    write_atomic(path, data, mode=READ_ONLY)
    return path


def gather(
    folder: PlanFolder, snapshot: Snapshot, config: Config, day: date, *, offline: bool = False, step: Step = silent
) -> Facts:
    """Return everything that a decision about a version rests on; signatures must not have expired on the day.

    Raises:
        UsageError: the candidate's file, or that of gates or signers, is at fault, or is of another version.
        IntegrityError: the ledger of the model is not whole, or a signed snapshot is lost.
    """
    uri = snapshot.subject.uri
    candidate = folder.candidate(snapshot.subject.version or "") or Candidate(model=uri)
    if candidate.model != uri:
        problem = Problem(f"model: got {candidate.model!r}, expected {uri!r}")
        raise ProblemsError(f"{CANDIDATES}/{snapshot.subject.version}.yaml", (problem,))
    plan = folder.plan
    comparators = _comparators(plan.plan if plan else None, snapshot, config, offline=offline, step=step)
    before = comparators.original, comparators.last
    changes = tuple(None if one is None else _changes(one, snapshot, config) for one in before)
    return Facts(
        plan=plan,
        active=folder.active,
        candidate=candidate,
        snapshot=snapshot,
        comparators=comparators,
        since_original=changes[0],
        since_last=changes[1],
        repository=_repository(folder, plan, snapshot, config),
        uses=_uses(folder, snapshot, plan.plan if plan else None, config),
        implemented=folder.implemented(),
        signed=signed_approvals(snapshot.subject, config, day),
    )


def _comparators(plan: Plan | None, snapshot: Snapshot, config: Config, *, offline: bool, step: Step) -> Comparators:
    """Return both comparators; an alias that points nowhere is told, and the other one still serves."""
    found: dict[str, Snapshot | None] = {"original": None, "last": None}
    why = []
    for name in found:
        alias = getattr(plan.baseline, name) if plan else ""
        if not alias:
            why.append(f"the plan names no alias of the {name} version")
            continue
        try:
            found[name] = _snapshot(f"models:/{snapshot.subject.name}@{alias}", config, offline=offline, step=step)
        except SourceError as err:
            why.append(f"the {name} version: {err.message}")
    return Comparators(original=found["original"], last=found["last"], why="; ".join(why))


def _repository(folder: PlanFolder, plan: LoadedPlan | None, snapshot: Snapshot, config: Config) -> Repository:
    if plan is None:
        return Repository(why="there is no plan")

    def stands(text: str) -> bool:
        try:
            return criteria_digest(parse_plan(text, plan.file).plan) == plan.criteria_sha256
        except DocgenError:
            return False

    since, why = git_change.standing_since(folder.path / plan.file, stands)
    place = config.path(config.dossier.repository)
    descends, other = git_change.descends(place, plan.plan.pipeline_tag, snapshot)
    return Repository(registered_at=since, descends=descends, why="; ".join(text for text in (why, other) if text))


def _uses(folder: PlanFolder, snapshot: Snapshot, plan: Plan | None, config: Config) -> tuple[TestUse, ...] | None:
    """Return the evaluations in the ledger, and those that snapshots of the model tell of."""
    recorded = folder.uses()
    if recorded is None or plan is None:
        return recorded
    known = {(use.model, use.run) for use in recorded}
    snapshots = Snapshots(config.path(config.dossier.store))
    subjects = {pointer.subject for pointer in snapshots.all()}
    mine = sorted(name for name in subjects if name.startswith(f"models:/{snapshot.subject.name}/"))
    seen = (use_of(snapshots.latest(name), plan) for name in mine)
    return (*recorded, *(use for use in seen if use is not None and (use.model, use.run) not in known))


def use_of(snapshot: Snapshot, plan: Plan) -> TestUse | None:
    """Return the evaluation on test data that a snapshot tells of, or None."""
    item = snapshot.find(f"dataset:{plan.data.test}") if plan.data.test else None
    data = item.value if item else None
    if not isinstance(data, Dataset) or data.sha256 is None:
        return None
    if snapshot.find(f"table:evaluation@{plan.data.test}") is None:
        return None
    runs = (one.value for one in snapshot.of_kind("run") if isinstance(one.value, RunFacts))
    run = next((one for one in runs if one.role == "source"), None)
    started = (run.started if run else None) or snapshot.captured_at
    return TestUse(model=snapshot.subject.uri, test_sha256=data.sha256, on=started, run=run.run_id if run else "")


def record_use(snapshot: Snapshot, *, config: Config, rca: str = "") -> TestUse:
    """Add the evaluation that a snapshot tells of to the ledger of test-set uses.

    Raises:
        UsageError: the snapshot tells of none, or it is recorded already and no root cause is given.
        StorageError: it cannot be written.
    """
    folder = open_folder(config)
    use = use_of(snapshot, folder.plan.plan) if folder.plan else None
    if use is None:
        raise UsageError(
            f"{snapshot.subject.uri}: no evaluation on test data with a full SHA-256, or no plan that names them",
            hint="log it with docgen.log_dataset and docgen.log_evidence",
        )
    before = folder.uses() or ()
    if not rca and any((old.model, old.run) == (use.model, use.run) for old in before):
        raise UsageError(f"{use.model}: its evaluation is recorded already", hint="give --rca for a repeated one")
    use = replace(use, rca=rca)
    _append(folder.path / USES, unstructure(use))
    return use


def record_implemented(found: Determination, path: Path, *, config: Config, on: date) -> Implemented:
    """Add a version that lies within the plan to the ledger of implemented modifications.

    Raises:
        UsageError: its determination is another, or it is in the ledger already.
        StorageError: it cannot be written, or another process holds the folder too long.
    """
    if found.verdict != "WITHIN_PLAN":
        raise UsageError(
            f"{found.candidate} is {found.verdict}, and only a version within the plan is implemented under it",
            hint=f"docgen decide {found.candidate} lists what is open",
        )
    folder = open_folder(config)
    with storage(folder.path), held(folder.path):
        rows = folder.implemented() or ()
        if any(row.model == found.candidate for row in rows):
            raise UsageError(f"{found.candidate} is in the ledger already; nothing is ever taken out of it")
        candidate = folder.candidate(found.candidate.rpartition("/")[2])
        row = Implemented(
            model=found.candidate,
            on=on.isoformat(),
            modifications=candidate.modifications if candidate else (),
            plan=found.plan,
            determination=sha256(path.read_bytes()),
            labeling=found.labeling_after[-1] if found.labeling_after else "",
            previous=_digest(rows[-1]) if rows else "",
        )
        _append(folder.path / IMPLEMENTED, unstructure(row))
    return row


def determined_by(row: Implemented, config: Config) -> Determination:
    """Return the determination under which a version was implemented.

    Raises:
        IntegrityError: it is not there, or damaged.
    """
    folder = config.path(config.dossier.change_plan) / DETERMINATIONS / row.model.rpartition("/")[2]
    for path in sorted(folder.glob(f"*-{row.determination[:12]}.json")):
        data = path.read_bytes()
        if sha256(data) == row.determination:
            return structure(parse(data, where=path.name), Determination, where=path.name)
    raise IntegrityError(
        f"{folder}: no determination has SHA-256 {row.determination}, under which {row.model} was implemented",
        hint="restore it from version control",
    )


def latest(config: Config, version: str) -> tuple[Determination, Path] | None:
    """Return the determination of a version that was made last, with its file; None where there is none.

    Raises:
        IntegrityError: it is damaged.
    """
    paths = sorted((config.path(config.dossier.change_plan) / DETERMINATIONS / version).glob("*.json"))
    if not paths:
        return None
    data = paths[-1].read_bytes()
    if sha256(data)[:12] != paths[-1].stem.partition("-")[2]:
        raise IntegrityError(
            f"{paths[-1]}: its content does not have the digest of its name", hint="restore it from version control"
        )
    where = paths[-1].name
    return structure(parse(data, where=where), Determination, where=where), paths[-1]


def evidence_of(config: Config, subject: Subject, regimes: tuple[Regime, ...]) -> tuple[Evidence, ...]:
    """Return the plan of a model as evidence, and the determination about this version that was made last.

    Args:
        config: names the folder.
        subject: the version.
        regimes: what they ask of a plan.

    Raises:
        UsageError: a plan is at fault.
        IntegrityError: a determination or the ledger is damaged.
    """
    if not _there(config):
        return ()
    folder = open_folder(config)
    plan = folder.plan
    if plan is None or plan.plan.device.model not in {"", subject.name}:
        return ()
    found = latest(config, subject.version or "")
    rows = folder.implemented() or ()
    told = determination_evidence(found[0], found[1].name, rows) if found else ()
    return (*plan_evidence(plan, _asked(regimes)), *told)


def _asked(regimes: tuple[Regime, ...]) -> tuple[str, ...]:
    """Return the requirements whose checks look at what a plan says."""
    wanted = f"{ROW}:"
    selects = (
        part.select.id or ""
        for regime in regimes
        for row in regime.requirements
        for part in leaves(row.check)
        if isinstance(part, Present)
    )
    return tuple(dict.fromkeys(name.removeprefix(wanted) for name in selects if name.startswith(wanted)))


def _rows(path: Path) -> list[object] | None:
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as err:
        raise UsageError(f"{path}: cannot be read", hint="restore it from version control") from err
    return [parse(line, where=f"{path.name}:{number}") for number, line in enumerate(lines, 1) if line.strip()]


def _digest(row: Implemented) -> str:
    return sha256(canonical(unstructure(row)))


def _chained(rows: tuple[Implemented, ...]) -> tuple[Implemented, ...]:
    before = ""
    for number, row in enumerate(rows, 1):
        if row.previous != before:
            raise IntegrityError(
                f"{IMPLEMENTED}:{number}: does not name the row before it, so that a row was changed or taken out",
                hint="restore it from version control",
            )
        before = _digest(row)
    return rows


def _append(path: Path, row: object) -> None:
    """Write a ledger with one more line; its old bytes stay as they are."""
    old = path.read_bytes() if path.exists() else b""
    write_atomic(path, old + canonical(row) + b"\n")
