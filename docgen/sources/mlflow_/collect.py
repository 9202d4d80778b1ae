"""One model version as evidence: store records and artifacts in, typed facts with provenance out.

Oddities that would put a wrong statement into a document (facts of MLflow, measured) become findings, never silence.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from docgen.errors import SourceError
from docgen.model.canonical import sha256
from docgen.model.evidence import (
    Commit,
    DataColumn,
    Dataset,
    Evidence,
    EvidenceId,
    File,
    LoggedModelFacts,
    Missing,
    Point,
    Provenance,
    Quantity,
    RunFacts,
    Series,
    Text,
    Value,
    VersionFacts,
    evidence_id,
)
from docgen.model.snapshot import Finding, Origin, Previous, Subject, ordered
from docgen.sources import evidence_files
from docgen.sources.mlflow_.artifacts import Artifacts, Limits, Listed, open_artifacts
from docgen.sources.mlflow_.asking import Patience
from docgen.sources.mlflow_.mlmodel import ENVIRONMENT, NEEDED, MLmodel, read_mlmodel
from docgen.sources.mlflow_.open_ import ModelRef, is_local
from docgen.sources.mlflow_.records import Store, StoreDataset, StoreLoggedModel, StoreMetric, StoreRun, StoreVersion

MAX_POINTS = 2_000
"""Points of a history that are kept."""

MAX_CHILDREN = 100
_PARAM_CUT, _TAG_CUT = 6_000, 8_000
"""Lengths at which MLflow silently cuts params and run tags."""

_NOISE = (
    "mlflow.loggedArtifacts",
    "mlflow.datasets",
    "mlflow.log-model.history",
    "mlflow.runName",
    "mlflow.parentRunId",
    "mlflow.user",
)
"""Run tags that are shown elsewhere, or hold JSON for MLflow's own screens."""


_CREDENTIALS = re.compile(r"//[^/@\s'\"<>]+@")
"""What stands between `//` and `@` of an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedFacts:
    """What MLflow knows about one model version."""

    subject: Subject
    origin: Origin
    evidence: tuple[Evidence, ...]
    findings: tuple[Finding, ...]
    previous: Previous | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read a store."""

    tracking_uri: str
    limits: Limits = field(default_factory=Limits)
    patience: Patience = field(default_factory=Patience)
    artifact_roots: Mapping[str, str] = field(default_factory=dict)
    step: Callable[[str], None] = lambda _text: None


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
    return CollectedFacts(
        subject=_subject(version, run, reference.asked),
        origin=store.origin,
        evidence=ordered(tuple(facts.evidence.values())),
        findings=(*facts.findings, *store.findings()),
        previous=_previous(store, reading, version),
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
        names = store.model_names()
        near = difflib.get_close_matches(reference.name, names, n=1)
        there = (
            f"did you mean {near[0]!r}?" if near else f"there: {', '.join(repr(name) for name in names[:10]) or 'none'}"
        )
        raise SourceError(
            f"no registered model {reference.name!r} in {store.origin.uri!r} ({there})", hint="check the name in MLflow"
        )
    number = reference.version
    if reference.alias is not None:
        number = dict(model.aliases).get(reference.alias)
        if number is None:
            there = ", ".join(sorted(alias for alias, _ in model.aliases)) or "none"
            raise SourceError(
                f"model {reference.name!r} has no alias {reference.alias!r} (there: {there})",
                hint="check the alias in MLflow",
            )
    found = store.version(reference.name, number or "")
    if found is None:
        there = ", ".join(store.version_numbers(reference.name)) or "none"
        raise SourceError(
            f"model {reference.name!r} has no version {number} (there: {there})", hint="check the version in MLflow"
        )
    return found


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
    evidence = tuple(item for item in facts.evidence.values() if item.kind in kept and not item.missing)
    return Previous(subject=_subject(found, run, f"models:/{found.name}/{found.version}"), evidence=ordered(evidence))


class _Facts:
    """Evidence and findings of one version as they come in."""

    def __init__(self, store: Store, reading: Reading, version: StoreVersion | None, run: StoreRun | None) -> None:
        self.store, self.reading, self.version, self.run = store, reading, version, run
        self.evidence: dict[EvidenceId, Evidence] = {}
        self.findings: list[Finding] = []
        self._mlmodel: MLmodel | None = None

    def read(self) -> None:
        """Read everything."""
        self._registry()
        model = self._logged_model()
        self._model_files(model, everything=True)
        if self.run is not None:
            self._runs(self.run)
            self._texts(self.run)
            self._datasets(self.run)
            self._run_files(self.run, everything=True)
            self._metrics(self.run, model)
            self._histories(self.run)
        self._commit()

    def read_for_comparison(self) -> None:
        """Read what a comparison with the next version needs."""
        self._registry()
        model = self._logged_model()
        self._model_files(model, everything=False)
        if self.run is not None:
            self._texts(self.run)
            self._datasets(self.run)
            self._run_files(self.run, everything=False)
            self._metrics(self.run, model)
        self._commit()

    def _add(self, name: EvidenceId, value: Value, uri: str, **where: object) -> None:
        provenance = Provenance(system="mlflow", uri=uri, **where)  # type: ignore[arg-type]  # fields of Provenance
        self._put(Evidence(id=name, value=value, provenance=provenance))

    def _put(self, item: Evidence) -> None:
        """Keep a fact; the first of a name stays, since docgen's own files are read before MLflow's plain metrics."""
        self.evidence.setdefault(item.id, item)

    def _find(self, code: str, message: str, *ids: str, severity: str = "warning") -> None:
        evidence = tuple(EvidenceId(name) for name in ids)
        self.findings.append(Finding(code=code, message=message, evidence=evidence, severity=severity))  # type: ignore[arg-type]  # a literal

    def _open(self, text: str, name: EvidenceId) -> str:
        """Return logged text without the user name and password of the addresses in it: a dossier is handed around."""
        cleaned = _CREDENTIALS.sub("//[removed]@", text)
        if cleaned != text:
            self._find("credentials_removed", "an address held a user name or password, which is left out here", name)
        return cleaned

    def _registry(self) -> None:
        version = self.version
        if version is None:
            return
        uri = f"models:/{version.name}/{version.version}"
        self._add(
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
                source=version.source,
                aliases=version.aliases,
            ),
            uri,
            time=version.updated,
        )
        for key, value in version.tags:
            name = evidence_id("version_tag", key)
            self._add(name, Text(text=self._open(value, name)), uri, key=key)
        if version.description:
            self._add(EvidenceId("description:version"), Text(text=version.description), uri)
        if version.aliases:
            self._find(
                "alias_without_history",
                "MLflow keeps neither who set an alias nor when; the aliases are those at the time of capture",
                evidence_id("version", version.version),
                severity="info",
            )
        model = self.store.model(version.name)
        if model is not None:
            for key, value in model.tags:
                name = evidence_id("model_tag", key)
                self._add(name, Text(text=self._open(value, name)), f"models:/{version.name}", key=key)
            if model.description:
                self._add(EvidenceId("description:model"), Text(text=model.description), f"models:/{version.name}")
        if self.run is None:
            text = (
                "the version names no run"
                if version.run_id is None
                else "the run behind the version is gone from the store"
            )
            self._find("run_missing", text, evidence_id("version", version.version), severity="serious")

    def _logged_model(self) -> StoreLoggedModel | None:
        wanted = self.version.model_id if self.version else None
        if wanted is None and self.run is not None and len(self.run.model_outputs) == 1:
            wanted = self.run.model_outputs[0]  # a version registered by `runs:/` names none
        return self.store.logged_model(wanted) if wanted else None

    def _artifacts(self, uri: str, run_id: str | None, model_id: str | None) -> Artifacts:
        reading = self.reading
        return open_artifacts(
            uri,
            run_id or model_id or "",
            tracking_uri=reading.tracking_uri,
            local_store=is_local(reading.tracking_uri),
            roots=reading.artifact_roots,
            limits=reading.limits,
            patience=reading.patience,
            beside=self.store.beside(run_id, model_id),
        )

    def _listing(
        self, uri: str, what: str, *, run_id: str | None = None, model_id: str | None = None
    ) -> tuple[Artifacts, tuple[Listed, ...]] | None:
        """List a place; None, with a finding and a gap, when it cannot be reached."""
        try:
            place = self._artifacts(uri, run_id, model_id)
            return place, place.listing()
        except SourceError as err:
            gap = Missing(wanted=what, reason="unreachable", detail=err.message, supply=err.hint)
            self._add(evidence_id("artifact", what), gap, uri)
            self._find(
                "artifacts_unreachable", f"{what}: {err.message}", evidence_id("artifact", what), severity="serious"
            )
            return None

    def _model_files(self, model: StoreLoggedModel | None, *, everything: bool) -> None:
        """Read `MLmodel` and the environment, and list the model's files by digest."""
        place = self._model_place(model)
        if place is None:
            return
        artifacts, listed, folder = place
        base = f"models:/{model.model_id}" if model else f"runs:/{self.run.run_id if self.run else ''}"
        for item in listed:
            name = item.path.removeprefix(f"{folder}/") if folder else item.path
            if name in NEEDED:
                self._model_file(artifacts, item, name, base)
            if everything and not folder:
                self._file(artifacts, item, f"model/{item.path}", f"{base}/{item.path}", None)
        parsed = self._mlmodel
        if model is not None or parsed is not None:
            facts = LoggedModelFacts(
                model_id=model.model_id if model else (parsed.model_uuid if parsed else ""),
                name=model.name if model else folder,
                run_id=model.run_id if model else (self.run.run_id if self.run else None),
                status=model.status if model else "",
                created=model.created if model else None,
                size=parsed.size if parsed else None,
                flavors=parsed.flavors if parsed else (),
                mlflow_version=parsed.mlflow_version if parsed else "",
                model_uuid=parsed.model_uuid if parsed else "",
            )
            self._add(
                evidence_id("logged_model", facts.model_id), facts, base, model_id=facts.model_id, time=facts.created
            )

    def _model_place(self, model: StoreLoggedModel | None) -> tuple[Artifacts, tuple[Listed, ...], str] | None:
        """Return where the model's files lie: the logged model's folder (MLflow 3) or a folder of the run (2.x)."""
        if model is not None and model.location:
            found = self._listing(model.location, "the model's files", model_id=model.model_id)
            return (*found, "") if found else None
        folder = self._folder_in_run()
        if folder is None or self.run is None:
            return None
        found = self._listing(self.run.artifact_uri, "the run's artifacts", run_id=self.run.run_id)
        if found is None:
            return None
        inside = tuple(item for item in found[1] if item.path.startswith(f"{folder}/"))
        return found[0], inside, folder

    def _folder_in_run(self) -> str | None:
        """Return the folder of a 2.x model inside its run: `model` of `.../artifacts/model` or `runs:/<id>/model`."""
        if self.version is None or self.run is None:
            return None
        source = self.version.source
        for base in (
            f"runs:/{self.run.run_id}/",
            self.run.artifact_uri.rstrip("/") + "/",
            f"{self.run.run_id}/artifacts/",
        ):
            if base in source:
                return source.partition(base)[2].strip("/") or None
        return None

    def _model_file(self, artifacts: Artifacts, item: Listed, name: str, base: str) -> None:
        uri = f"{base}/{item.path}"
        try:
            data = artifacts.read(item.path, self.reading.limits.file_bytes)
            if name in ENVIRONMENT:
                text = data.decode("utf-8", "replace")
                self._add(evidence_id("environment", name), Text(text=text), uri, sha256=sha256(data))
                return
            self._mlmodel = read_mlmodel(data)
        except (SourceError, ValueError) as err:
            self._find("artifact_unreadable", f"{name}: {err}", severity="serious")
            gap = Missing(wanted=f"the content of {name}", reason="unreadable", detail=str(err)[:300])
            self._add(
                EvidenceId("signature:model") if name == "MLmodel" else evidence_id("environment", name), gap, uri
            )
            return
        if self._mlmodel.signature is not None:
            self._add(EvidenceId("signature:model"), self._mlmodel.signature, uri, sha256=sha256(data))

    def _run_files(self, run: StoreRun, *, everything: bool) -> None:
        """Read evidence files of the run, and list all of them by digest."""
        found = self._listing(run.artifact_uri, "the run's artifacts", run_id=run.run_id)
        if found is None:
            return
        artifacts, listed = found
        if not listed and everything:
            self._find("no_artifacts", "the run has no artifacts", evidence_id("run", run.run_id), severity="info")
        for item in listed:
            data = self._evidence_file(artifacts, item, run) if evidence_files.wanted(item.path) else None
            if everything:
                self._file(artifacts, item, item.path, f"runs:/{run.run_id}/{item.path}", data)

    def _evidence_file(self, artifacts: Artifacts, item: Listed, run: StoreRun) -> bytes | None:
        try:
            data = artifacts.read(item.path, self.reading.limits.file_bytes)
        except SourceError as err:
            self._unreadable(evidence_files.unreadable(item.path, err.message, run_id=run.run_id))
            return None
        inputs = self._mlmodel.inputs if self._mlmodel else ()
        source = evidence_files.Source(
            path=item.path, data=data, sha256=sha256(data), run_id=run.run_id, time=run.ended, inputs=inputs
        )
        for fact in evidence_files.read(source):
            if fact.missing:
                self._unreadable(fact)
            elif isinstance(fact.value, Dataset):
                self._merge_dataset(fact)
            else:
                self._put(fact)
        return data

    def _unreadable(self, gap: Evidence) -> None:
        detail = gap.value.detail if isinstance(gap.value, Missing) else ""
        self.evidence[gap.id] = gap
        self._find("artifact_unreadable", f"{gap.provenance.uri}: {detail}", gap.id, severity="serious")

    def _file(self, artifacts: Artifacts, item: Listed, path: str, uri: str, data: bytes | None) -> None:
        """List a file with its digest; a large one on a server is listed without."""
        limits = self.reading.limits
        if data is None and not artifacts.local and (item.size is None or item.size > limits.hash_bytes):
            why = f"larger than {limits.hash_bytes} bytes, on a server"
            self._add(evidence_id("artifact", path), File(path=path, size=item.size, not_hashed=why), uri)
            return
        try:
            limit = limits.local_hash_bytes if artifacts.local else limits.hash_bytes
            digest = sha256(data) if data is not None else artifacts.digest(item.path, limit)
        except SourceError as err:
            self._add(
                evidence_id("artifact", path), File(path=path, size=item.size, not_hashed="could not be read"), uri
            )
            self._find(
                "artifact_unreadable", f"{path}: {err.message}", evidence_id("artifact", path), severity="serious"
            )
            return
        size = len(data) if data is not None else item.size
        self._add(evidence_id("artifact", path), File(path=path, size=size, sha256=digest), uri, sha256=digest)

    def _runs(self, run: StoreRun) -> None:
        self._run_facts(run, "source")
        if run.lifecycle == "deleted":
            self._find(
                "run_deleted",
                "the run behind the model was deleted",
                evidence_id("run", run.run_id),
                severity="serious",
            )
        if run.status not in {"FINISHED", ""}:
            self._find(
                "run_not_finished",
                "the run behind the model did not finish",
                evidence_id("run", run.run_id),
                severity="serious",
            )
        parent_id = run.tag("mlflow.parentRunId")
        parent = self.store.run(parent_id) if parent_id else None
        if parent is not None:
            self._run_facts(parent, "parent")
        children = self.store.children(run, limit=MAX_CHILDREN + 1)
        for child in children[:MAX_CHILDREN]:
            self._run_facts(child, "child")
        if len(children) > MAX_CHILDREN:
            self._find("children_cut", f"only the first {MAX_CHILDREN} child runs are listed", severity="info")

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
            artifact_uri="" if self.store.origin.kind in {"sqlite", "files"} else run.artifact_uri,
        )
        self._add(evidence_id("run", run.run_id), facts, f"runs:/{run.run_id}", run_id=run.run_id, time=run.ended)

    def _texts(self, run: StoreRun) -> None:
        uri = f"runs:/{run.run_id}"
        for kind, pairs, cut in (("param", run.params, _PARAM_CUT), ("run_tag", run.tags, _TAG_CUT)):
            for key, value in pairs:
                if kind == "run_tag" and key in _NOISE:
                    continue
                name = evidence_id(kind, key)
                text = Text(text=self._open(value, name), possibly_truncated=len(value) == cut)
                self._add(name, text, uri, run_id=run.run_id, key=key)
                if len(value) == cut:
                    self._find(
                        "possibly_truncated", f"a value has exactly the {cut} characters at which MLflow cuts", name
                    )

    def _datasets(self, run: StoreRun) -> None:
        taken: set[str] = set()
        for data in run.datasets:
            context = data.context or data.name
            if context in taken:
                self._find(
                    "several_datasets",
                    "several data sets were logged with one context; the others are listed by name",
                    severity="info",
                )
                context = f"{context} ({data.name} {data.digest})"
            taken.add(context)
            self._add(evidence_id("dataset", context), _dataset(data), f"runs:/{run.run_id}", run_id=run.run_id)
            self._find(
                "weak_dataset_digest",
                "MLflow's dataset digest is a label: it covers at most 10,000 rows of some columns",
                evidence_id("dataset", context),
                severity="info",
            )

    def _merge_dataset(self, fact: Evidence) -> None:
        """Add a manifest to the dataset input of the same context; the manifest's digest is the one that proves."""
        before = self.evidence.get(fact.id)
        value = fact.value
        if (
            before is not None
            and isinstance(before.value, Dataset)
            and isinstance(value, Dataset)
            and before.value.name == value.name
        ):
            merged = replace(value, label_digest=before.value.label_digest, source_type=before.value.source_type)
            fact = replace(fact, value=merged)
        self.evidence[fact.id] = fact

    def _metrics(self, run: StoreRun, model: StoreLoggedModel | None) -> None:
        contexts = {(data.name, data.digest): data.context or data.name for data in run.datasets}
        for item in run.metrics:
            if item.key.startswith("system/"):
                continue
            split = _split(item, model, contexts)
            name = evidence_id("metric", item.key, split)
            if name in self.evidence:
                self._differs(name, item)
                continue
            self._add(
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
                self._find("metric_not_finite", text, name)

    def _differs(self, name: EvidenceId, item: StoreMetric) -> None:
        known = self.evidence[name].value
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
            self._find("metric_contradicts_file", text, name, severity="serious")

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
            self._add(name, series, f"runs:/{run.run_id}", run_id=run.run_id, key=item.key)
            if len({(p.step, p.value) for p in points}) > len({p.step for p in points}):
                self._find(
                    "metric_relogged",
                    "a step was logged more than once with different values; the latest is shown",
                    name,
                )

    def _commit(self) -> None:
        head = EvidenceId("commit:head")
        sha = self.run.tag("mlflow.source.git.commit") if self.run else ""
        if head in self.evidence or not sha or self.run is None:
            return
        dirty = self.run.tag("mlflow.source.git.dirty") or self.run.tag("mlflow.git.dirty")
        value = Commit(
            sha=sha,
            branch=self.run.tag("mlflow.source.git.branch") or None,
            remote=_CREDENTIALS.sub("//", self.run.tag("mlflow.source.git.repoURL")) or None,
            dirty={"true": True, "false": False}.get(dirty.lower()),
        )
        self._add(head, value, f"runs:/{self.run.run_id}", run_id=self.run.run_id, key="mlflow.source.git.commit")


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


def _dataset(data: StoreDataset) -> Dataset:
    return Dataset(
        name=data.name,
        context=data.context,
        label_digest=data.digest,
        rows=_rows(data.profile),
        columns=tuple(_columns(data.schema)),
        source_type=data.source_type,
        source=_source(data.source),
    )


def _rows(profile: str) -> int | None:
    content = _json(profile)
    rows = content.get("num_rows") if isinstance(content, dict) else None
    return rows if isinstance(rows, int) else None


def _columns(schema: str) -> Iterator[DataColumn]:
    content = _json(schema)
    columns = content.get("mlflow_colspec") if isinstance(content, dict) else None
    for column in columns if isinstance(columns, list) else ():
        if isinstance(column, dict):
            yield DataColumn(name=str(column.get("name", "")), type=str(column.get("type", "")))


def _source(text: str) -> str:
    """Return where MLflow says the data came from; the long JSON of a script's tags is not repeated."""
    content = _json(text)
    if not isinstance(content, dict):
        return text[:500]
    for key in ("uri", "url", "path", "delta_table_name"):
        if isinstance(content.get(key), str):
            return str(content[key])[:500]
    return "the training script" if "tags" in content else text[:500]


def _json(text: str) -> object:
    try:
        return json.loads(text) if len(text) < 5_000_000 else None
    except (ValueError, RecursionError):
        return None
