"""One model version as evidence: store records and artifacts in, typed facts with provenance out.

Oddities that would put a wrong statement into a document (facts of MLflow, measured) become findings, never silence.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from docgen.errors import SourceError
from docgen.model.evidence import (
    Commit,
    Evidence,
    EvidenceId,
    Point,
    Quantity,
    RunFacts,
    Series,
    Text,
    VersionFacts,
    evidence_id,
)
from docgen.model.snapshot import Finding, Origin, Previous, Subject, ordered
from docgen.sources.mlflow_.dataset_inputs import dataset_of, key_of, labels_of
from docgen.sources.mlflow_.logged_files import LoggedFiles
from docgen.sources.mlflow_.monitoring_runs import read_monitoring_runs
from docgen.sources.mlflow_.open_ import ModelRef
from docgen.sources.mlflow_.reading import Found, Reading, without_log_in
from docgen.sources.mlflow_.records import (
    Store,
    StoreDataset,
    StoreLoggedModel,
    StoreMetric,
    StoreRun,
    StoreVersion,
)
from docgen.sources.mlflow_.slices import slices
from docgen.sources.mlflow_.surroundings import missing_parent, read_earlier, read_image, read_pipelines

MAX_POINTS = 2_000
"""Points of a history that are kept."""

MAX_NAMES = 10
"""Names that a message lists."""

MAX_CHILDREN = 100
_PARAM_CUT, _TAG_CUT = 6_000, 8_000
"""Lengths at which MLflow silently cuts params and run tags."""

_TRAINING = frozenset({"train", "training"})
"""Contexts of data that a model was fitted to."""

_NOISE = (
    "mlflow.loggedArtifacts",
    "mlflow.datasets",
    "mlflow.log-model.history",
    "mlflow.runName",
    "mlflow.parentRunId",
    "mlflow.user",
)
"""Run tags that are shown elsewhere, or hold JSON for MLflow's own screens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedFacts:
    """What MLflow knows about one model version."""

    subject: Subject
    origin: Origin
    evidence: tuple[Evidence, ...]
    findings: tuple[Finding, ...]
    previous: Previous | None
    series: tuple[Evidence, ...] = ()
    """Parts of monitoring series, for `docgen.model.monitoring.whole`."""


def collect_mlflow(store: Store, reference: ModelRef, reading: Reading) -> CollectedFacts:
    """Read a model version, the run behind it, and what a comparison needs of the version before.

    Raises:
        SourceError: it is not there (the message names what is), or the store cannot be read.
        UnsafeError: the store sends docgen somewhere it may not go.
    """
    version = _version(store, reference) if reference.run_id is None else None
    run_id = version.run_id if version else reference.run_id
    run = store.run(run_id) if run_id else None
    if run is None and version is None:
        raise SourceError(f"no run {reference.run_id!r} in {store.origin.uri!r}", hint="check the run's id in MLflow")
    reading.step(f"reading {_title(version, run)} from {store.origin.uri}")
    facts = _Facts(store, reading, version, run)
    facts.read()
    subject = _subject(version, run, reference.asked)
    reading.step(f"looking for runs that watch {subject.uri}")
    read_monitoring_runs(store, facts.files, facts.found, subject.uri)
    return CollectedFacts(
        subject=subject,
        origin=store.origin,
        evidence=ordered(tuple(facts.found.evidence.values())),
        findings=(*facts.found.findings, *store.findings()),
        previous=_previous(store, reading, version),
        series=tuple(facts.found.series),
    )


def _title(version: StoreVersion | None, run: StoreRun | None) -> str:
    return f"{version.name} version {version.version}" if version else f"run {run.run_id if run else ''}"


def _subject(version: StoreVersion | None, run: StoreRun | None, asked: str) -> Subject:
    if version is not None:
        uri = f"models:/{version.name}/{version.version}"
        return Subject(uri=uri, name=version.name, version=version.version, run_id=version.run_id, asked=asked)
    run_id = run.run_id if run else ""
    return Subject(
        uri=f"runs:/{run_id}", name=(run.name if run else "") or run_id, version=None, run_id=run_id, asked=asked
    )


def _version(store: Store, reference: ModelRef) -> StoreVersion:
    model = store.model(reference.name)
    if model is None:
        there = _there(reference.name, store.model_names())
        raise SourceError(
            f"no registered model {reference.name!r} in {store.origin.uri!r} ({there})", hint="check the name in MLflow"
        )
    number = reference.version
    if reference.alias is not None:
        number = dict(model.aliases).get(reference.alias)
        if number is None:
            there = _there(reference.alias, tuple(sorted(alias for alias, _ in model.aliases)))
            raise SourceError(
                f"model {reference.name!r} has no alias {reference.alias!r} ({there})",
                hint="check the alias in MLflow",
            )
    found = store.version(reference.name, number or "")
    if found is None:
        there = _there(None, store.version_numbers(reference.name))
        raise SourceError(
            f"model {reference.name!r} has no version {number} ({there})", hint="check the version in MLflow"
        )
    return found


def _there(wanted: str | None, names: tuple[str, ...]) -> str:
    """Return the name that was meant, where one is near; else what is there, of many the last."""
    near = difflib.get_close_matches(wanted, names, n=1) if wanted is not None else []
    if near:
        return f"did you mean {near[0]!r}?"
    more = f"{len(names) - MAX_NAMES} others, " if len(names) > MAX_NAMES else ""
    return f"there: {more}{', '.join(names[-MAX_NAMES:]) or 'none'}"


def _previous(store: Store, reading: Reading, version: StoreVersion | None) -> Previous | None:
    """Return the highest lower version, without its logged files' list and its history."""
    if version is None:
        return None
    lower = [number for number in store.version_numbers(version.name) if int(number) < int(version.version)]
    found = store.version(version.name, lower[-1]) if lower else None
    if found is None:
        return None
    reading.step(f"reading version {found.version} to compare with")
    run = store.run(found.run_id) if found.run_id else None
    facts = _Facts(store, reading, found, run)
    facts.read_for_comparison()
    kept = {"version", "metric", "param", "dataset", "fairness", "calibration", "explanation", "signature", "commit"}
    evidence = tuple(item for item in facts.found.evidence.values() if item.kind in kept and not item.missing)
    return Previous(subject=_subject(found, run, f"models:/{found.name}/{found.version}"), evidence=ordered(evidence))


class _Facts:
    """Evidence and findings of one version as they come in."""

    def __init__(self, store: Store, reading: Reading, version: StoreVersion | None, run: StoreRun | None) -> None:
        self.store, self.reading, self.version, self.run = store, reading, version, run
        self.found = Found()
        self.files = LoggedFiles(store, reading, self.found, version, run)

    def read(self) -> None:
        """Read everything."""
        self._registry()
        if self.version is not None:
            read_earlier(self.found, self.store, self.version)
        model = self._logged_model()
        self.files.read_model(model, everything=True)
        if self.run is not None:
            self._runs(self.run)
            self._texts(self.run)
            self._datasets(self.run, model)
            self.files.read_run(self.run, everything=True)
            self._metrics(self.run, model)
            self._histories(self.run)
        self._commit()

    def read_for_comparison(self) -> None:
        """Read what a comparison with the next version needs."""
        self._registry()
        model = self._logged_model()
        self.files.read_model(model, everything=False)
        if self.run is not None:
            self._texts(self.run)
            self._datasets(self.run, model)
            self.files.read_run(self.run, everything=False)
            self._metrics(self.run, model)
        self._commit()

    def _registry(self) -> None:
        version = self.version
        if version is None:
            return
        uri = f"models:/{version.name}/{version.version}"
        self.found.add(
            evidence_id("version", version.version),
            VersionFacts(
                name=version.name,
                version=version.version,
                status=version.status,
                stage=version.stage,
                created=version.created,
                updated=version.updated,
                run_id=version.run_id,
                model_id=version.model_id,
                source=without_log_in(version.source),
                aliases=version.aliases,
            ),
            uri,
            time=version.updated,
        )
        for key, value in version.tags:
            name = evidence_id("version_tag", key)
            self.found.add(name, Text(text=self.found.opened(value, name)), uri, key=key)
        if version.description:
            self.found.add(EvidenceId("description:version"), Text(text=version.description), uri)
        if version.aliases:
            self.found.note(
                "alias_without_history",
                "MLflow keeps neither who set an alias nor when; the aliases are those at the time of capture",
                evidence_id("version", version.version),
                severity="info",
            )
        model = self.store.model(version.name)
        if model is not None:
            for key, value in model.tags:
                name = evidence_id("model_tag", key)
                self.found.add(name, Text(text=self.found.opened(value, name)), f"models:/{version.name}", key=key)
            if model.description:
                self.found.add(EvidenceId("description:model"), Text(text=model.description), f"models:/{version.name}")
        if self.run is None:
            text = (
                "the version names no run"
                if version.run_id is None
                else "the run behind the version is gone from the store"
            )
            self.found.note("run_missing", text, evidence_id("version", version.version), severity="serious")

    def _logged_model(self) -> StoreLoggedModel | None:
        wanted = self.version.model_id if self.version else None
        if wanted is None and self.run is not None and len(self.run.model_outputs) == 1:
            wanted = self.run.model_outputs[0]  # a version registered by `runs:/` names none
        return self.store.logged_model(wanted) if wanted else None

    def _runs(self, run: StoreRun) -> None:
        self._run_facts(run, "source")
        if run.lifecycle == "deleted":
            self.found.note(
                "run_deleted",
                "the run behind the model was deleted",
                evidence_id("run", run.run_id),
                severity="serious",
            )
        if run.status not in {"FINISHED", ""}:
            self.found.note(
                "run_not_finished",
                "the run behind the model did not finish",
                evidence_id("run", run.run_id),
                severity="serious",
            )
        parent_id = run.tag("mlflow.parentRunId")
        parent = self.store.run(parent_id) if parent_id else None
        if parent is not None:
            self._run_facts(parent, "parent")
        elif parent_id:
            missing_parent(self.found, run, parent_id)
        read_pipelines(self.found, run, parent)
        read_image(self.found, run)
        children = self.store.children(run, limit=MAX_CHILDREN + 1)
        for child in children[:MAX_CHILDREN]:
            self._run_facts(child, "child")
        if len(children) > MAX_CHILDREN:
            self.found.note("children_cut", f"only the first {MAX_CHILDREN} child runs are listed", severity="info")

    def _run_facts(self, run: StoreRun, role: str) -> None:
        facts = RunFacts(
            run_id=run.run_id,
            name=run.name,
            experiment_id=run.experiment_id,
            experiment=run.experiment,
            status=run.status,
            lifecycle=run.lifecycle,
            started=run.started,
            ended=run.ended,
            user_claim=run.tag("mlflow.user"),
            role=role,  # type: ignore[arg-type]  # a literal
            artifact_uri="" if self.store.origin.kind in {"sqlite", "files"} else without_log_in(run.artifact_uri),
        )
        self.found.add(evidence_id("run", run.run_id), facts, f"runs:/{run.run_id}", run_id=run.run_id, time=run.ended)

    def _texts(self, run: StoreRun) -> None:
        uri = f"runs:/{run.run_id}"
        for kind, pairs, cut in (("param", run.params, _PARAM_CUT), ("run_tag", run.tags, _TAG_CUT)):
            for key, value in pairs:
                if kind == "run_tag" and key in _NOISE:
                    continue
                name = evidence_id(kind, key)
                text = Text(text=self.found.opened(value, name), possibly_truncated=len(value) == cut)
                self.found.add(name, text, uri, run_id=run.run_id, key=key)
                if len(value) == cut:
                    self.found.note(
                        "possibly_truncated", f"a value has exactly the {cut} characters at which MLflow cuts", name
                    )

    def _datasets(self, run: StoreRun, model: StoreLoggedModel | None) -> None:
        labels = _labels(run, model)
        for data in run.datasets:
            name = evidence_id("dataset", labels[data])
            value = dataset_of(data)
            value = replace(value, source=self.found.opened(value.source, name))
            self.found.add(name, value, f"runs:/{run.run_id}", run_id=run.run_id)
            self.found.note(
                "weak_dataset_digest",
                "MLflow's dataset digest is a label: it covers at most 10,000 rows of some columns",
                name,
                severity="info",
            )
            if labels[data] != (data.context or data.name):
                self.found.note(
                    "several_datasets",
                    "a data set that shares its context with another, or that no metric is tied to, is listed by name",
                    name,
                    severity="info",
                )
        self._same_data(run, labels)

    def _same_data(self, run: StoreRun, labels: Mapping[StoreDataset, str]) -> None:
        """Tell of data that were logged both as training data and as other data."""
        training = {data.digest: data for data in run.datasets if data.context in _TRAINING}
        for data in run.datasets:
            other = training.get(data.digest)
            if other is not None and data.context not in _TRAINING:
                self.found.note(
                    "tested_on_training_data",
                    "one data set was logged as training data and as other data: by MLflow's label they are the same",
                    evidence_id("dataset", labels[other]),
                    evidence_id("dataset", labels[data]),
                    severity="serious",
                )

    def _metrics(self, run: StoreRun, model: StoreLoggedModel | None) -> None:
        contexts = {key_of(data): label for data, label in _labels(run, model).items()}
        for item in run.metrics:
            if item.key.startswith("system/"):
                continue
            split = _split(item, model, contexts)
            name = evidence_id("metric", item.key, split)
            if name in self.found.evidence:
                self._differs(name, item)
                continue
            self.found.add(
                name,
                Quantity(value=item.value, special=item.special),
                f"runs:/{run.run_id}",
                run_id=run.run_id,
                key=item.key,
                step=item.step,
                time=item.time,
            )
            if item.special is not None:
                text = (
                    "a metric is not finite; MLflow's databases keep infinity as 1.797e308"
                    if "inf" in item.special
                    else "a metric is not a number"
                )
                self.found.note("metric_not_finite", text, name)

        for name, table, key in slices(run, model):
            self.found.add(name, table, f"runs:/{run.run_id}", run_id=run.run_id, key=key)

    def _differs(self, name: EvidenceId, item: StoreMetric) -> None:
        known = self.found.evidence[name].value
        if (
            isinstance(known, Quantity)
            and known.value is not None
            and item.value is not None
            and abs(known.value - item.value) > 1e-9
        ):
            text = (
                "MLflow's metric of this name differs from docgen's evidence file; "
                "the file, which names its data, is shown"
            )
            self.found.note("metric_contradicts_file", text, name, severity="serious")

    def _histories(self, run: StoreRun) -> None:
        for item in run.metrics:
            if item.step <= 0 or item.key.startswith("system/"):
                continue
            points = self.store.history(run, item.key)
            name = evidence_id("history", item.key)
            series = Series(
                points=tuple(
                    Point(step=p.step, time=p.time, value=p.value, special=p.special) for p in points[:MAX_POINTS]
                ),
                truncated=len(points) > MAX_POINTS,
            )
            self.found.add(name, series, f"runs:/{run.run_id}", run_id=run.run_id, key=item.key)
            if len({(p.step, p.value) for p in points}) > len({p.step for p in points}):
                self.found.note(
                    "metric_relogged",
                    "a step was logged more than once with different values; the latest is shown",
                    name,
                )

    def _commit(self) -> None:
        head = EvidenceId("commit:head")
        sha = self.run.tag("mlflow.source.git.commit") if self.run else ""
        if head in self.found.evidence or not sha or self.run is None:
            return
        dirty = self.run.tag("mlflow.source.git.dirty") or self.run.tag("mlflow.git.dirty")
        value = Commit(
            sha=sha,
            branch=self.run.tag("mlflow.source.git.branch") or None,
            remote=without_log_in(self.run.tag("mlflow.source.git.repoURL")) or None,
            dirty={"true": True, "false": False}.get(dirty.lower()),
        )
        self.found.add(head, value, f"runs:/{self.run.run_id}", run_id=self.run.run_id, key="mlflow.source.git.commit")


def _labels(run: StoreRun, model: StoreLoggedModel | None) -> dict[StoreDataset, str]:
    links = model.metrics if model else ()
    return labels_of(run.datasets, {(link.dataset_name, link.dataset_digest) for link in links if link.dataset_name})


def _split(item: StoreMetric, model: StoreLoggedModel | None, contexts: Mapping[tuple[str, str], str]) -> str | None:
    """Return the data a metric was computed on, where the logged model ties the very same value to a data set."""
    if model is None:
        return None
    tied = {
        contexts.get((link.dataset_name, link.dataset_digest), link.dataset_name)
        for link in model.metrics
        if link.dataset_name
        and link.metric.key == item.key
        and link.metric.value == item.value
        and link.metric.step == item.step
    }
    return tied.pop() if len(tied) == 1 else None
