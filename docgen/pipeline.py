"""The steps, in order: collect -> assess -> build -> verify. The same functions serve the CLI and the Python API."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from docgen.config import Config
from docgen.errors import DocgenError, IntegrityError, Problem, ProblemsError, SourceError, UsageError
from docgen.model.assessment import Assessment
from docgen.model.canonical import Digest
from docgen.model.crosswalk import Crosswalk
from docgen.model.evidence import Evidence, EvidenceId, Pin
from docgen.model.issue import Issue
from docgen.model.policy import EMPTY, Policy
from docgen.model.regime import NarrativeSlot, Regime
from docgen.model.snapshot import Finding, Snapshot, ordered
from docgen.model.standing import aliases_of
from docgen.store.snapshots import Snapshots

if TYPE_CHECKING:
    from docgen.sources.mlflow_.collect import CollectedFacts
    from docgen.sources.mlflow_.open_ import ModelRef
    from docgen.sources.mlflow_.records import Store

Step = Callable[[str], None]
"""Told what is being done, in words."""

_HEAD = EvidenceId("commit:head")


def silent(_text: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What `collect` leaves."""

    snapshot: Snapshot
    digest: Digest
    new: bool
    """False: the store already held a snapshot with the same facts, which is the one returned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """A dossier on disk."""

    folder: Path
    html: Path
    """The landing page."""
    pdfs: tuple[Path, ...]
    snapshot: Digest
    assessments: tuple[Assessment, ...]
    warnings: tuple[str, ...]
    """What Sphinx had to say of the pages; empty for a clean build."""
    rendered: bool
    """False: nothing had changed, and every file still has its digest."""

    @property
    def gate_open(self) -> bool:
        """Whether no requirement of any regime is open."""
        return bool(self.assessments) and all(item.gate_open for item in self.assessments)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """What was proved."""

    dossiers: tuple[Path, ...]
    files: int
    snapshots: int
    faults: tuple[str, ...]
    """Each thing that is not as recorded, in words; empty when all is."""


def load_regimes(config: Config, names: tuple[str, ...] | None = None) -> tuple[tuple[Regime, Path], ...]:
    """Return each wanted regime with its folder.

    Args:
        config: where the user's regimes lie, and which are wanted.
        names: ids; those of the configuration when None.

    Raises:
        UsageError: none is wanted, or one is unknown or at fault.
    """
    from docgen.regimes import find_regime, load_regime

    folders = tuple(config.path(folder) for folder in config.dossier.regime_folders)
    wanted = tuple(dict.fromkeys(config.dossier.regimes if names is None else names))
    if not wanted:
        raise UsageError("no regime is named, and nothing to check is never a pass", hint="set [dossier] regimes")
    found = [find_regime(name, folders) for name in wanted]
    loaded = tuple((load_regime(folder), folder) for folder in found)
    if not config.dossier.requirements:
        return loaded
    from docgen.own_requirements import joined, load_own

    rows, digest = load_own(config.path(config.dossier.requirements), _own_metrics(config))
    return tuple((joined(regime, rows, digest), folder) for regime, folder in loaded)


def _own_metrics(config: Config) -> tuple[str, ...]:
    """Return the metrics that the configured policy lists as the firm's own; its faults are told when it is read."""
    from docgen.policy import own_metrics

    return own_metrics(config.path(config.dossier.policy)) if config.dossier.policy else ()


def read_policy(config: Config, regimes: tuple[Regime, ...], path: Path | None = None) -> Policy:
    """Return the firm's policy, held against the regimes in use; the empty one when none is named.

    Args:
        config: names the file, unless `path` does.
        regimes: as `load_regimes` returns them.
        path: the file.

    Raises:
        UsageError: it cannot be read, or is at fault.
    """
    from docgen.policy import load_policy

    if path is None and not config.dossier.policy:
        return EMPTY
    return load_policy(path or config.path(config.dossier.policy), regimes)


def collect(
    model: str,
    *,
    config: Config | None = None,
    tracking_uri: str | None = None,
    regimes: tuple[str, ...] | None = None,
    policy: Path | None = None,
    now: datetime | None = None,
    step: Step = silent,
) -> Collected:
    """Read a model version from MLflow, git and the narratives into a snapshot, and keep it.

    Args:
        model: `models:/<name>/<version>`, `models:/<name>@<alias>` or `runs:/<id>`.
        config: as `load_config` returns it; the defaults when None.
        tracking_uri: wins over the configuration.
        regimes: ids; those of the configuration when None. They say which narratives are wanted.
        policy: the firm's policy file, whose severities findings have; that of the configuration when None.
        now: the time of capture; the clock's when None.
        step: told what is being done.

    Raises:
        UsageError: a bad model URI, regime, narrative, policy or register of findings.
        SourceError: the store does not answer, or does not hold what was asked.
        UnsafeError: the store or a narrative asks for something dangerous.
        StorageError: the snapshot cannot be written; nothing is left behind.
    """
    from docgen import __version__, decisions, findings
    from docgen.sources.deployments import read_deployments
    from docgen.sources.dvc_ import read_dvc
    from docgen.sources.git_ import read_git
    from docgen.sources.mlflow_.open_ import parse_model_uri
    from docgen.sources.narratives import read_narratives
    from docgen.sources.typed_numbers import typed_numbers

    config = config or Config()
    parse_model_uri(model)  # a typing error should not wait for a store
    loaded = load_regimes(config, regimes)
    narratives = read_narratives(config.path(config.dossier.narratives), _slots(loaded))
    only = tuple(regime for regime, _ in loaded)
    book = findings.book_for(config, only, read_policy(config, only, policy))
    facts = _read_mlflow(model, config, tracking_uri, step)
    own = {item.id: item for item in facts.evidence}
    before = {item.id: item for item in facts.previous.evidence} if facts.previous else {}
    git = read_git(config.path(config.dossier.repository), own.get(_HEAD), before.get(_HEAD))
    head = next((item for item in git.evidence if item.id == _HEAD), None)
    dvc = read_dvc(config.path(config.dossier.repository), head)
    place = config.dossier.deployment
    deployed = read_deployments(config.path(place), facts.subject.uri) if place else ()
    register, lost = findings.evidence_of(book, facts.subject, config)
    planned = decisions.evidence_of(config, facts.subject, only)
    watched, oddities = _monitoring(facts, config)
    tested = _linked_tests(config, loaded)
    read = (*git.evidence, *dvc.evidence, *deployed, *narratives, *watched, *register, *planned, *tested)
    own |= {item.id: item for item in read}
    evidence = ordered(tuple(own.values()))
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    snapshot = Snapshot(
        subject=facts.subject,
        origin=facts.origin,
        captured_at=f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        captured_with=__version__,
        evidence=evidence,
        findings=(
            *facts.findings,
            *git.findings,
            *dvc.findings,
            *oddities,
            *typed_numbers(evidence, tuple(before.values())),
            *lost,
        ),
        previous=facts.previous,
    )
    kept, new = Snapshots(config.path(config.dossier.store)).save(snapshot)
    step(f"snapshot {kept.digest()[:12]} {'kept' if new else 'unchanged'}: {len(kept.evidence)} pieces of evidence")
    return Collected(snapshot=kept, digest=kept.digest(), new=new)


def _monitoring(facts: CollectedFacts, config: Config) -> tuple[tuple[Evidence, ...], tuple[Finding, ...]]:
    """Return what was watched of the model version, from runs and from the folder of the user, one table a series."""
    from docgen.model.monitoring import whole
    from docgen.sources.mlflow_.artifacts import MIB
    from docgen.sources.monitoring import read_folder

    folder = read_folder(
        config.path(config.dossier.monitoring),
        facts.subject,
        max_bytes=config.mlflow.max_file_mib * MIB,
        max_files=config.mlflow.max_files,
    )
    series, oddities = whole((*facts.series, *folder.parts), subject=facts.subject.uri)
    return (*series, *folder.gaps), (*folder.findings, *oddities)


def _linked_tests(config: Config, loaded: tuple[tuple[Regime, Path], ...]) -> tuple[Evidence, ...]:
    """Return the results of the tests that rows link to."""
    from docgen.own_requirements import PAGE_HINT, linked_tests
    from docgen.sources.test_reports import read_tests

    wanted = tuple(dict.fromkeys(name for regime, _ in loaded for name in linked_tests(regime.requirements)))
    if not wanted:
        return ()
    if not config.dossier.tests:
        raise UsageError(f"a requirement links to the test {wanted[0]!r}, and docgen.toml names no report of tests: "
                         "[dossier] tests", hint=PAGE_HINT)  # fmt: skip
    return read_tests(config.path(config.dossier.tests), wanted)


def _slots(regimes: tuple[tuple[Regime, Path], ...]) -> tuple[NarrativeSlot, ...]:
    """Return each wanted narrative once; the first regime that names a slot says what to write."""
    slots: dict[str, NarrativeSlot] = {}
    for regime, _ in regimes:
        for slot in regime.narratives:
            slots.setdefault(slot.slot, slot)
    return tuple(slots.values())


def pin_narrative(
    slot: str, *, config: Config | None = None, model: str | None = None, evidence: tuple[str, ...] = ()
) -> tuple[Path, Snapshot, tuple[Pin, ...]]:
    """Write into a narrative what it was written against, as the newest snapshot holds it.

    Args:
        slot: whose narrative.
        config: the defaults when None.
        model: as for `latest_snapshot`; the model version that was collected last when None.
        evidence: ids beyond those that its roles name and that it is pinned to already.

    Returns:
        The file, the snapshot, and what stands in its front matter now.

    Raises:
        UsageError: no such slot, a narrative at fault or not written, or the snapshot lacks what it names.
        SourceError: there is no snapshot.
        StorageError: the file cannot be written; it is as it was.
    """
    from docgen.sources import narrative_pins

    config = config or Config()
    slots = {item.slot: item for item in _slots(load_regimes(config))}
    if slot not in slots:
        raise UsageError(f"no regime asks for narrative {slot!r} (known: {', '.join(sorted(slots)) or 'none'})")
    snapshots = Snapshots(config.path(config.dossier.store))
    snapshot = latest_snapshot(model, config=config) if model else snapshots.newest()
    folder = config.path(config.dossier.narratives)
    pins = narrative_pins.pin_narrative(folder, slots[slot], snapshot, evidence)
    return folder / f"{slot}.md", snapshot, pins


def aliases_now(name: str, config: Config, tracking_uri: str | None = None) -> dict[str, str]:
    """Return alias -> version of a registered model, as the registry has them now.

    Raises:
        SourceError: the store does not answer.
    """
    with _opened(config, _tracking(config, tracking_uri)[1]) as store:
        model = store.model(name)
    return dict(model.aliases) if model else {}


def _tracking(config: Config, tracking_uri: str | None) -> tuple[str, str]:
    """Return the store's address as it was given, and as it is opened."""
    wanted = tracking_uri or config.mlflow.tracking_uri
    return wanted, wanted if tracking_uri else store_uri(config, wanted)


def _opened(config: Config, uri: str) -> contextlib.closing[Store]:
    from docgen.sources.mlflow_.open_ import open_store

    registry = store_uri(config, config.mlflow.registry_uri) if config.mlflow.registry_uri else ""
    patience = {"timeout_seconds": config.mlflow.timeout_seconds, "retries": config.mlflow.retries}
    return contextlib.closing(open_store(uri, registry, **patience))


def _read_mlflow(model: str, config: Config, tracking_uri: str | None, step: Step) -> CollectedFacts:
    from docgen.sources.mlflow_.artifacts import MIB, Limits
    from docgen.sources.mlflow_.asking import Patience, without_credentials
    from docgen.sources.mlflow_.collect import collect_mlflow
    from docgen.sources.mlflow_.open_ import parse_model_uri
    from docgen.sources.mlflow_.reading import Reading

    wanted, uri = _tracking(config, tracking_uri)
    reading = Reading(
        tracking_uri=uri,
        limits=Limits(file_bytes=config.mlflow.max_file_mib * MIB, files=config.mlflow.max_files),
        patience=Patience(timeout_seconds=config.mlflow.timeout_seconds, retries=config.mlflow.retries),
        artifact_roots={
            prefix: target if prefix == target else str(config.path(target))
            for prefix, target in config.mlflow.artifact_roots.items()
        },
        step=step,
    )
    step(f"opening {without_credentials(wanted)}")
    with _opened(config, uri) as store:
        facts = collect_mlflow(store, parse_model_uri(model), reading)
    return replace(facts, origin=replace(facts.origin, uri=without_credentials(wanted)))


def store_uri(config: Config, uri: str) -> str:
    """Return a configured store address with a relative path taken from the folder of `docgen.toml`."""
    head, slashes, path = uri.partition(":///")
    if slashes and head.startswith("sqlite") and not path.startswith("/"):
        return f"{head}:///{config.path(path)}"
    return str(config.path(uri)) if ":" not in uri and uri != "databricks" else uri


def latest_snapshot(model: str, *, config: Config | None = None, digest: str | None = None) -> Snapshot:
    """Return a snapshot from the store, proved.

    Args:
        model: as for `collect`; an alias means the newest snapshot that held it.
        config: the defaults when None.
        digest: a particular snapshot, in full or its first digits (at least 8).

    Raises:
        UsageError: a bad model URI or digest.
        SourceError: there is no such snapshot.
        IntegrityError: it is damaged.
    """
    from docgen.sources.mlflow_.open_ import parse_model_uri

    config = config or Config()
    snapshots = Snapshots(config.path(config.dossier.store))
    reference = parse_model_uri(model)
    if digest is not None:
        return _by_digest(snapshots, digest, reference)
    if reference.alias is None:
        return snapshots.latest(reference.uri)
    for pointer in reversed(snapshots.all()):
        if pointer.subject.rpartition("/")[0] == f"models:/{reference.name}":
            found = snapshots.read(pointer.snapshot)
            if reference.alias in aliases_of(found):
                return found
    raise SourceError(f"no snapshot of {model!r} in {str(snapshots.root)!r}", hint=f"take one: docgen collect {model}")


def _by_digest(snapshots: Snapshots, digest: str, reference: ModelRef) -> Snapshot:
    if len(digest) < 8 or not set(digest) <= set("0123456789abcdef"):
        raise UsageError(
            f"snapshot {digest!r}: expected at least 8 hexadecimal digits", hint="docgen collect prints it"
        )
    found = {pointer.snapshot for pointer in snapshots.all() if pointer.snapshot.startswith(digest)}
    if len(found) != 1:
        what = "several snapshots begin" if found else "no snapshot begins"
        hint = "give more digits" if found else "docgen collect prints it"
        raise SourceError(f"{what} with {digest!r} in {str(snapshots.root)!r}", hint=hint)
    snapshot = snapshots.read(found.pop())
    subject = snapshot.subject
    named = subject.name == reference.name and reference.alias in aliases_of(snapshot)
    if subject.uri != reference.uri and not named:
        raise UsageError(
            f"snapshot {digest!r} is of {subject.uri!r}, not of {reference.asked!r}",
            hint=f"name the model version that it is of: {subject.uri}",
        )
    return snapshot


def assess(
    snapshot: Snapshot,
    *,
    config: Config | None = None,
    regimes: tuple[str, ...] | None = None,
    policy: Path | None = None,
    as_of: date | None = None,
) -> tuple[Assessment, ...]:
    """Hold a snapshot against each regime, with the firm's policy.

    Args:
        snapshot: from `collect` or `latest_snapshot`.
        config: the defaults when None.
        regimes: ids; those of the configuration when None.
        policy: the firm's policy file; that of the configuration when None.
        as_of: the day of the assessment; that of the snapshot when None, so that the same input gives the same bytes.

    Raises:
        UsageError: a regime or the policy is at fault, or a regime does not cover this model.
    """
    config = config or Config()
    loaded = tuple(regime for regime, _ in load_regimes(config, regimes))
    return assess_with(snapshot, loaded, read_policy(config, loaded, policy), as_of)


def assess_with(
    snapshot: Snapshot, regimes: tuple[Regime, ...], policy: Policy, as_of: date | None
) -> tuple[Assessment, ...]:
    """Hold a snapshot against regimes and a policy that are loaded.

    Raises:
        UsageError: a regime does not cover this model.
    """
    from docgen.assessment import engine

    _refuse(snapshot, regimes, policy)
    day = as_of or date.fromisoformat(snapshot.captured_at[:10])
    return tuple(engine.assess(snapshot, regime, policy, day) for regime in regimes)


def open_issues(
    snapshot: Snapshot,
    assessments: tuple[Assessment, ...],
    *,
    config: Config | None = None,
    regimes: tuple[str, ...] | None = None,
    policy: Path | None = None,
    drift: tuple[str, ...] = (),
) -> tuple[Issue, ...]:
    """Return what keeps requirements open, each with the file and line where a person can act on it.

    Args:
        snapshot: that was assessed.
        assessments: from `assess`, with the same arguments.
        config: the defaults when None.
        regimes: ids; those of the configuration when None.
        policy: the firm's policy file; that of the configuration when None.
        drift: how the registry differs from the ledger, in words.

    Raises:
        UsageError: a regime or the policy is at fault.
    """
    from docgen.places import Files, drifted, issues

    config = config or Config()
    loaded = load_regimes(config, regimes)
    rules = read_policy(config, tuple(regime for regime, _ in loaded), policy)
    files = Files(
        narratives=config.path(config.dossier.narratives),
        policy=policy or (config.path(config.dossier.policy) if config.dossier.policy else None),
        register=config.path(config.dossier.findings) if config.dossier.findings else None,
        ledger=config.path(config.approvals.ledger),
        own=config.path(config.dossier.requirements) if config.dossier.requirements else None,
    )
    return (*issues(snapshot, loaded, assessments, rules, files), *drifted(loaded[0][0], files, drift))


def _refuse(snapshot: Snapshot, regimes: tuple[Regime, ...], policy: Policy) -> None:
    """Stop where a regime does not cover the model: an empty report would read like one that found nothing."""
    from docgen.assessment.engine import refusal

    problems: list[Problem] = []
    for regime in regimes:
        found = refusal(snapshot, regime, policy)
        if found is not None:
            item, evidence = found
            problems.append(Problem(f"{regime.id}: {item.because} (as {' and '.join(evidence)} says); {item.instead}"))
    if problems:
        subject = f"no report is made for {snapshot.subject.uri}, which is out of scope"
        raise ProblemsError(subject, tuple(problems), hint="name the other regimes alone, or correct the tag in MLflow")


def is_built(snapshot: Snapshot, *, config: Config, pdf: bool = True) -> bool | None:
    """Return whether the dossier that lies there is the one that `build` would write; None where none lies there.

    Args:
        snapshot: of the dossier.
        config: regimes, policy and folder.
        pdf: with its PDF.

    Raises:
        UsageError: a regime or the policy is at fault.
    """
    from docgen.model.manifest import MANIFEST_NAME
    from docgen.publish.dossier import current, dossier_folder, inputs_of

    folder = dossier_folder(config.path(config.dossier.output), snapshot.subject)
    if not (folder / MANIFEST_NAME).exists():
        return None
    only = tuple(regime for regime, _ in load_regimes(config))
    day, rules = snapshot.captured_at[:10], read_policy(config, only)
    return current(folder, inputs_of(snapshot, only, rules, day, pdf=pdf, crosswalks=_crosswalks(only, config)))


def _crosswalks(only: tuple[Regime, ...], config: Config) -> tuple[Crosswalk, ...]:
    from docgen.crosswalks import load_crosswalks

    folders = tuple(config.path(item) for item in config.dossier.regime_folders)
    return load_crosswalks(tuple(regime.id for regime in only), folders)


def build(
    snapshot: Snapshot,
    *,
    config: Config | None = None,
    regimes: tuple[str, ...] | None = None,
    policy: Path | None = None,
    as_of: date | None = None,
    output: Path | None = None,
    pdf: bool = True,
    force: bool = False,
    step: Step = silent,
) -> BuildReport:
    """Write the dossier of a snapshot, HTML and PDF; an open requirement closes the gate, not the build.

    Args:
        snapshot: from `collect` or `latest_snapshot`.
        config: the defaults when None.
        regimes: ids; those of the configuration when None.
        policy: the firm's policy file; that of the configuration when None.
        as_of: the day of the assessment; that of the snapshot when None.
        output: folder for the dossiers; that of the configuration when None.
        pdf: also make the PDF.
        force: render even when nothing changed.
        step: told what is being done.

    Raises:
        UsageError: a regime, its templates or the policy is at fault, or a regime does not cover this model.
        StorageError: the dossier cannot be written; an earlier one stays as it was.
    """
    from docgen.model.document import Dossier
    from docgen.publish.dossier import current, dossier_folder, inputs_of, publish, recover
    from docgen.publish.exports import downloads, pdf_path
    from docgen.render.pages import render_dossier

    config = config or Config()
    loaded = load_regimes(config, regimes)
    only = tuple(regime for regime, _ in loaded)
    rules = read_policy(config, only, policy)
    assessments = assess_with(snapshot, only, rules, as_of)
    folder = dossier_folder(output or config.path(config.dossier.output), snapshot.subject)
    crosswalks = _crosswalks(only, config)
    inputs = inputs_of(snapshot, only, rules, assessments[0].as_of, pdf=pdf, crosswalks=crosswalks)
    warnings: tuple[str, ...] = ()
    recover(folder, step=step)
    rendered = force or not current(folder, inputs)
    if rendered:
        dossier = Dossier(
            snapshot=snapshot,
            regimes=only,
            assessments=assessments,
            policy=rules,
            crosswalks=crosswalks,
            files=downloads(snapshot.subject, only, pdf=pdf),
        )
        warnings = publish(folder, dossier, render_dossier(loaded), inputs, step=step)
    return BuildReport(
        folder=folder,
        html=folder / "index.html",
        pdfs=tuple(folder / pdf_path(snapshot.subject, regime) for regime in only) if pdf else (),
        snapshot=inputs.snapshot,
        assessments=assessments,
        warnings=warnings,
        rendered=rendered,
    )


def verify(paths: tuple[Path, ...] = (), *, config: Config | None = None, step: Step = silent) -> VerifyReport:
    """Hold every file of dossiers and of the store against the digests recorded for them.

    Args:
        paths: dossier folders; every dossier of the configuration and its store when empty.
        config: the defaults when None.
        step: told what is being done.

    Raises:
        SourceError: there is nothing to verify.
    """
    from docgen.model.manifest import MANIFEST_NAME
    from docgen.store.manifests import faults, read_manifest

    config = config or Config()
    output, store = config.path(config.dossier.output), Snapshots(config.path(config.dossier.store))
    folders = paths or tuple(path.parent for path in sorted(output.glob(f"*/*/{MANIFEST_NAME}")))
    found: list[str] = []
    files = 0
    for folder in folders:
        step(f"checking {folder}")
        try:
            manifest = read_manifest(folder)
            if manifest is None:
                raise SourceError(f"{str(folder)!r} is no dossier: it has no {MANIFEST_NAME}", hint="name its folder")
            found += faults(folder, manifest)
            files += len(manifest.members)
        except IntegrityError as err:
            found.append(err.message)
    snapshots = 0 if paths else _verify_store(store, found, step)
    if not folders and not snapshots and not found:
        raise SourceError(
            f"nothing to verify: no dossier in {str(output)!r} and no snapshot in {str(store.root)!r}",
            hint="name a dossier's folder, or the docgen.toml with --config",
        )
    return VerifyReport(dossiers=folders, files=files, snapshots=snapshots, faults=tuple(found))


def _verify_store(store: Snapshots, found: list[str], step: Step) -> int:
    """Prove each snapshot and return how many there are; faults are added to `found`."""
    paths = store.pointer_paths()
    if paths:
        step(f"checking {len(paths)} snapshot{'s' if len(paths) != 1 else ''} in {store.root}")
    for path in paths:
        try:
            store.prove(path)
        except DocgenError as err:
            found.append(err.message)
    return len(paths)
