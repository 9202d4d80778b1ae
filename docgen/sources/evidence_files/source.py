"""A fetched file, and the evidence that is made of it."""

from __future__ import annotations

from dataclasses import dataclass

from docgen.model.canonical import Digest
from docgen.model.evidence import Evidence, EvidenceId, Provenance, Scalar, Table, Value
from docgen.model.layouts import EVALUATION_COLUMNS


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A fetched file."""

    path: str
    data: bytes
    sha256: Digest
    run_id: str
    """Empty for a file that lies in no run but in a folder of the user's."""
    time: str | None
    """When the facts in it were recorded."""
    inputs: tuple[str, ...] = ()
    """Names of the model's inputs, by its signature."""

    @property
    def uri(self) -> str:
        """Return the place of the file as a person can follow it."""
        return f"runs:/{self.run_id}/{self.path}" if self.run_id else self.path


def stated(*items: tuple[str, Scalar]) -> Table:
    """Return what was evaluated, item by item; an item without a value is left out."""
    return Table(columns=EVALUATION_COLUMNS, rows=tuple(item for item in items if item[1] is not None))


def fact(source: Source, name: EvidenceId, value: Value, key: str | None = None) -> Evidence:
    """Return a fact read from a file; `key` is a JSON pointer or a column."""
    provenance = Provenance(
        system="mlflow" if source.run_id else "file",
        uri=source.uri,
        run_id=source.run_id or None,
        key=key,
        time=source.time,
        sha256=source.sha256,
    )
    return Evidence(id=name, value=value, provenance=provenance)
