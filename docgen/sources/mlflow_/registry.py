"""MLflow's model registry, to move an alias and to tag a version: the only place that writes to a store.

Each call is answered, or one clear error says what was refused; what to undo then is for the caller to know.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from docgen.errors import SourceError
from docgen.sources.mlflow_.asking import Asker, Patience, manners, without_credentials
from docgen.sources.mlflow_.open_ import open_store

if TYPE_CHECKING:
    from mlflow import MlflowClient

_DATABASES = ("sqlite", "postgresql", "postgres")


class Registry:
    """A model registry that may be written to.

    Args:
        tracking_uri: of the store; may hold credentials, which are never shown.
        registry_uri: only where the registry lives elsewhere.
        patience: how long a server may take.

    Raises:
        SourceError: it does not answer, or it is a database of another MLflow, which a client would upgrade in place.
    """

    def __init__(self, tracking_uri: str, registry_uri: str = "", *, patience: Patience) -> None:
        self._uri = registry_uri or tracking_uri
        self._asker = Asker(shown=without_credentials(self._uri), patience=patience)
        if self._uri.startswith(_DATABASES):
            _refuse_other_schema(self._uri, patience)
        with manners(patience):
            from mlflow import MlflowClient

        self._client: MlflowClient = self._must(
            "a client", lambda: MlflowClient(tracking_uri=tracking_uri, registry_uri=self._uri)
        )

    def aliases(self, name: str) -> dict[str, str]:
        """Return alias -> version of a registered model.

        Raises:
            SourceError: there is no such model, or no answer.
        """
        found = self._must(f"model {name!r}", lambda: self._client.get_registered_model(name))
        return {str(alias): str(version) for alias, version in found.aliases.items()}

    def tags(self, name: str, version: str) -> dict[str, str]:
        """Return the tags of a model version.

        Raises:
            SourceError: there is no such version, or no answer.
        """
        found = self._must(f"{name!r} version {version}", lambda: self._client.get_model_version(name, version))
        return {str(key): str(value) for key, value in found.tags.items()}

    def set_alias(self, name: str, alias: str, version: str | None) -> None:
        """Move an alias to a version; take it away where `version` is None.

        Raises:
            SourceError: refused, or no answer.
        """
        if version is None:
            self._does(f"taking alias {alias!r} away", lambda: self._client.delete_registered_model_alias(name, alias))
        else:
            self._does(
                f"moving alias {alias!r} to version {version}",
                lambda: self._client.set_registered_model_alias(name, alias, version),
            )

    def set_tag(self, name: str, version: str, key: str, value: str | None) -> None:
        """Tag a version; take the tag away where `value` is None.

        Raises:
            SourceError: refused, or no answer.
        """
        if value is None:
            self._does(f"taking tag {key!r} away", lambda: self._client.delete_model_version_tag(name, version, key))
        else:
            self._does(f"tagging {key!r}", lambda: self._client.set_model_version_tag(name, version, key, value))

    def _must(self, what: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401  # MLflow's own records
        found = self._asker.ask(what, call)
        if found is None:
            raise SourceError(f"the registry {self._asker.shown!r} has no {what}", hint="docgen inventory lists them")
        return found

    def _does(self, what: str, call: Callable[[], None]) -> None:
        def done() -> bool:
            call()
            return True

        if self._asker.ask(what, done, absent=frozenset()) is None:
            raise SourceError(f"the registry {self._asker.shown!r} refused {what}", hint="see its log")


def _refuse_other_schema(uri: str, patience: Patience) -> None:
    """Stop before MLflow's client changes the schema of a database that another MLflow made."""
    store = open_store(uri, timeout_seconds=patience.timeout_seconds, retries=patience.retries)
    found = (store.origin.server_version or "").removeprefix("schema ")
    store.close()
    from mlflow.store.db.utils import _get_latest_schema_revision

    wanted = _get_latest_schema_revision()  # type: ignore[no-untyped-call]  # MLflow tells it nowhere else
    if found != wanted:
        raise SourceError(
            f"the database {without_credentials(uri)!r} has schema {found or 'unknown'}, "
            f"the installed MLflow would change it to {wanted}",
            hint="ask its tracking server instead, or install the MLflow that made it",
        )
