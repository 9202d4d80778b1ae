"""From words to a store and a model version: `sqlite:///mlflow.db`, `models:/churn@champion`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from docgen.errors import UsageError
from docgen.model.snapshot import Finding
from docgen.sources.mlflow_.asking import Patience, without_credentials
from docgen.sources.mlflow_.records import Store, StoreLoggedModel, StoreMetric, StoreModel, StoreRun, StoreVersion

_RUN = re.compile(r"[0-9a-zA-Z_-]{1,64}")
_VERSION = re.compile(r"0*([1-9][0-9]{0,17})")
_CORRECT = "correct [mlflow] tracking_uri in docgen.toml, or pass --tracking-uri"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRef:
    """What the user asked for: a version, an alias, or a run."""

    asked: str
    name: str = ""
    version: str | None = None
    alias: str | None = None
    run_id: str | None = None

    @property
    def uri(self) -> str:
        """The resolved URI; of an alias, as it was asked."""
        if self.run_id is not None:
            return f"runs:/{self.run_id}"
        return f"models:/{self.name}/{self.version}" if self.version is not None else self.asked


def parse_model_uri(text: str) -> ModelRef:
    """Take a model URI apart.

    Raises:
        UsageError: it is none of the three forms.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as err:
        raise UsageError(f"model {text!r} holds bytes that are no UTF-8", hint="copy the name from MLflow") from err
    if text.startswith("runs:/"):
        run_id = text.removeprefix("runs:/").strip("/")
        if _RUN.fullmatch(run_id):
            return ModelRef(asked=text, run_id=run_id)
    elif text.startswith("models:/"):
        rest = text.removeprefix("models:/").strip("/")
        name, _, last = rest.rpartition("/")
        number = _VERSION.fullmatch(last)
        if name and number:
            return ModelRef(asked=text, name=name, version=number.group(1))
        before, _, alias = rest.rpartition("@")
        if before and alias and not name:
            return ModelRef(asked=text, name=before, alias=alias)
    raise UsageError(
        f"model {text!r} is not understood, "
        "expected models:/<name>/<version>, models:/<name>@<alias> or runs:/<run id>",
        hint="for example: docgen build models:/churn/3",
    )


def open_store(uri: str, registry_uri: str = "", *, timeout_seconds: int = 15, retries: int = 2) -> Store:
    """Open an MLflow store for reading.

    Args:
        uri: `http(s)://...`, `sqlite:///...`, `postgresql://...`, `file:...`, a folder, or what MLflow's client knows.
        registry_uri: only where the model registry lives elsewhere.
        timeout_seconds: for one request.
        retries: of one request.

    Raises:
        SourceError: it cannot be read.
        UsageError: the URI's scheme is not known.
    """
    patience = Patience(timeout_seconds=timeout_seconds, retries=retries)
    store = _open(uri, patience)
    if not registry_uri or registry_uri == uri:
        return store
    try:
        return JoinedStore(store, _open(registry_uri, patience))
    except BaseException:
        store.close()
        raise


def is_local(uri: str) -> bool:
    """Whether a store lies on this machine, so that the local folders it names may be read."""
    kind = _scheme(uri)
    if kind in {"postgresql", "postgres"}:
        return urlsplit(uri).hostname in {None, "localhost", "127.0.0.1", "::1"}
    return kind in {"sqlite", "file", ""}


def _open(uri: str, patience: Patience) -> Store:
    kind = _scheme(uri)
    if kind in _OPENERS:
        return _OPENERS[kind](uri, patience)
    shown = without_credentials(uri)
    if kind in {"mysql", "mssql", "oracle", "mariadb"}:
        raise UsageError(
            f"MLflow store {shown!r}: databases of kind {kind!r} are not read directly",
            hint="ask the store's tracking server instead: http(s)://...",
        )
    near = difflib.get_close_matches(kind, [name for name in _OPENERS if name], n=1)
    known = ", ".join(sorted(name for name in _OPENERS if name))
    advice = f"did you mean {near[0]}?" if near else f"known: {known}, or a folder"
    raise UsageError(f"MLflow store {shown!r}: unknown scheme {kind!r} ({advice})", hint=_CORRECT)


def _scheme(uri: str) -> str:
    """Return the scheme without its driver; "" for a folder, also one with a drive letter."""
    found = re.match(r"([A-Za-z][A-Za-z0-9.-]+)(?:\+[A-Za-z0-9_]+)?:", uri)
    return found.group(1).lower() if found else ("databricks" if uri == "databricks" else "")


def _sqlite(uri: str, _patience: Patience) -> Store:
    from docgen.sources.mlflow_.sql import open_sqlite_store

    return open_sqlite_store(uri)


def _postgresql(uri: str, patience: Patience) -> Store:
    from docgen.sources.mlflow_.sql import open_postgresql_store

    return open_postgresql_store(
        re.sub(r"^postgres\b", "postgresql", uri), timeout_seconds=max(patience.timeout_seconds, 1)
    )


def _folder(uri: str, _patience: Patience) -> Store:
    from docgen.sources.mlflow_.files import open_file_store

    path = Path(unquote(urlsplit(uri).path)) if uri.lower().startswith("file:") else Path(uri)
    return open_file_store(path, uri)


def _client(uri: str, patience: Patience) -> Store:
    from docgen.sources.mlflow_.http import HttpStore

    return HttpStore(uri, patience=patience)


_OPENERS: dict[str, Callable[[str, Patience], Store]] = {
    "http": _client,
    "https": _client,
    "databricks": _client,
    "databricks-uc": _client,
    "uc": _client,
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "postgres": _postgresql,
    "file": _folder,
    "": _folder,
}
"""Scheme -> how a store is opened; a new kind of store is one more line."""


class JoinedStore:
    """Runs of one store and the model registry of another.

    Args:
        runs: asked for runs and logged models.
        registry: asked for registered models.
    """

    def __init__(self, runs: Store, registry: Store) -> None:
        self._runs = runs
        self._registry = registry
        self.origin = runs.origin

    def close(self) -> None:
        """Close both."""
        self._runs.close()
        self._registry.close()

    def model_names(self) -> tuple[str, ...]:
        """Return the names in the registry."""
        return self._registry.model_names()

    def model(self, name: str) -> StoreModel | None:
        """Return a registered model, or None."""
        return self._registry.model(name)

    def version_numbers(self, name: str) -> tuple[str, ...]:
        """Return the versions of a model in ascending order."""
        return self._registry.version_numbers(name)

    def version(self, name: str, version: str) -> StoreVersion | None:
        """Return a model version, or None."""
        return self._registry.version(name, version)

    def run(self, run_id: str) -> StoreRun | None:
        """Return a run, or None."""
        return self._runs.run(run_id)

    def children(self, run: StoreRun, *, limit: int) -> tuple[StoreRun, ...]:
        """Return the runs below a run."""
        return self._runs.children(run, limit=limit)

    def tagged(self, key: str, value: str, *, limit: int) -> tuple[StoreRun, ...]:
        """Return the newest runs with this tag."""
        return self._runs.tagged(key, value, limit=limit)

    def history(self, run: StoreRun, key: str) -> tuple[StoreMetric, ...]:
        """Return every logged value of a metric."""
        return self._runs.history(run, key)

    def logged_model(self, model_id: str) -> StoreLoggedModel | None:
        """Return a logged model, or None."""
        return self._runs.logged_model(model_id)

    def beside(self, run_id: str | None, model_id: str | None) -> Path | None:
        """Return the runs' store's own folder of artifacts."""
        return self._runs.beside(run_id, model_id)

    def findings(self) -> tuple[Finding, ...]:
        """Return what was odd in either."""
        return (*self._runs.findings(), *self._registry.findings())
