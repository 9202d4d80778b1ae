"""The files of a model and of its run as evidence: read where they are needed, listed by digest where not."""

from __future__ import annotations

from docgen.errors import SourceError
from docgen.model.canonical import sha256
from docgen.model.evidence import Dataset, EvidenceId, File, LoggedModelFacts, Missing, Text, evidence_id
from docgen.sources import evidence_files
from docgen.sources.mlflow_.artifacts import Artifacts, Listed, open_artifacts
from docgen.sources.mlflow_.mlmodel import ENVIRONMENT, NEEDED, MLmodel, read_mlmodel
from docgen.sources.mlflow_.open_ import is_local
from docgen.sources.mlflow_.reading import Found, Reading
from docgen.sources.mlflow_.records import Store, StoreLoggedModel, StoreRun, StoreVersion, clean


class LoggedFiles:
    """Reads the files of one version and its run into what was found.

    Args:
        store: names the places of the files.
        reading: limits, and where files lie now.
        found: gets evidence and findings.
        version: None for a run that is not registered.
        run: None when it is gone.
    """

    def __init__(
        self, store: Store, reading: Reading, found: Found, version: StoreVersion | None, run: StoreRun | None
    ) -> None:
        self.store, self.reading, self.found, self.version, self.run = store, reading, found, version, run
        self._mlmodel: MLmodel | None = None

    def read_model(self, model: StoreLoggedModel | None, *, everything: bool) -> None:
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
                self._file(artifacts, item, f"model/{item.path}", base, None)
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
            self.found.add(
                evidence_id("logged_model", facts.model_id), facts, base, model_id=facts.model_id, time=facts.created
            )

    def read_run(self, run: StoreRun, *, everything: bool) -> None:
        """Read evidence files of the run, and list all of them by digest."""
        found = self._listing(run.artifact_uri, "the run's artifacts", run_id=run.run_id)
        if found is None:
            return
        artifacts, listed = found
        if not listed and everything:
            self.found.note("no_artifacts", "the run has no artifacts", evidence_id("run", run.run_id), severity="info")
        for item in listed:
            data = self._evidence_file(artifacts, item, run) if evidence_files.wanted(item.path) else None
            if everything:
                self._file(artifacts, item, item.path, f"runs:/{run.run_id}", data)

    def artifacts_of(self, run: StoreRun) -> Artifacts:
        """Return the place of a run's artifacts.

        Raises:
            SourceError: it cannot be reached.
        """
        return self._artifacts(run.artifact_uri, run.run_id, None)

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
            self.found.add(evidence_id("artifact", what), gap, uri)
            self.found.note(
                "artifacts_unreachable", f"{what}: {err.message}", evidence_id("artifact", what), severity="serious"
            )
            return None

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
                self.found.add(evidence_id("environment", name), Text(text=text), uri, sha256=sha256(data))
                return
            self._mlmodel = read_mlmodel(data)
        except (SourceError, ValueError) as err:
            gap = Missing(wanted=f"the content of {name}", reason="unreadable", detail=str(err)[:300])
            wanted = EvidenceId("signature:model") if name == "MLmodel" else evidence_id("environment", name)
            self.found.add(wanted, gap, uri)
            self.found.note("artifact_unreadable", f"{uri}: {str(err)[:300]}", wanted, severity="serious")
            return
        if self._mlmodel.python:
            self.found.add(EvidenceId("runtime:python"), Text(text=self._mlmodel.python), uri, sha256=sha256(data))
        if self._mlmodel.signature is not None:
            self.found.add(EvidenceId("signature:model"), self._mlmodel.signature, uri, sha256=sha256(data))

    def _evidence_file(self, artifacts: Artifacts, item: Listed, run: StoreRun) -> bytes | None:
        try:
            data = artifacts.read(item.path, self.reading.limits.file_bytes)
        except SourceError as err:
            self.found.put_unreadable(evidence_files.unreadable(item.path, err.message, run_id=run.run_id))
            return None
        inputs = self._mlmodel.inputs if self._mlmodel else ()
        source = evidence_files.Source(
            path=item.path, data=data, sha256=sha256(data), run_id=run.run_id, time=run.ended, inputs=inputs
        )
        for fact in evidence_files.read(source):
            if isinstance(fact.value, Missing) and fact.value.reason == "unreadable":
                self.found.put_unreadable(fact)
            elif isinstance(fact.value, Dataset):
                self.found.put_dataset(fact)
            else:
                self.found.put(fact)
        return data

    def _file(self, artifacts: Artifacts, item: Listed, path: str, base: str, data: bytes | None) -> None:
        """List a file with its digest; a large one on a server is listed without."""
        limits = self.reading.limits
        path, uri = clean(path), clean(f"{base}/{item.path}")  # the bytes of a file's name may be no text
        if data is None and not artifacts.local and (item.size is None or item.size > limits.hash_bytes):
            why = f"larger than {limits.hash_bytes} bytes, on a server"
            self.found.add(evidence_id("artifact", path), File(path=path, size=item.size, not_hashed=why), uri)
            return
        try:
            limit = limits.local_hash_bytes if artifacts.local else limits.hash_bytes
            digest = sha256(data) if data is not None else artifacts.digest(item.path, limit)
        except SourceError as err:
            self.found.add(
                evidence_id("artifact", path), File(path=path, size=item.size, not_hashed="could not be read"), uri
            )
            self.found.note(
                "artifact_unreadable", f"{path}: {err.message}", evidence_id("artifact", path), severity="serious"
            )
            return
        size = len(data) if data is not None else item.size
        self.found.add(evidence_id("artifact", path), File(path=path, size=size, sha256=digest), uri, sha256=digest)
