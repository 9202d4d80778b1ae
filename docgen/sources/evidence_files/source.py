"""A fetched file, and the evidence that is made of it."""

from __future__ import annotations

from dataclasses import dataclass

from docgen.model.canonical import Digest
from docgen.model.evidence import Evidence, EvidenceId, Provenance, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A fetched file."""

    path: str
    data: bytes
    sha256: Digest
    run_id: str
    time: str | None
    inputs: tuple[str, ...] = ()
    """Names of the model's inputs, by its signature."""


def fact(source: Source, name: EvidenceId, value: Value, key: str | None = None) -> Evidence:
    """Return a fact read from a file; `key` is a JSON pointer or a column."""
    provenance = Provenance(
        system="mlflow",
        uri=f"runs:/{source.run_id}/{source.path}",
        run_id=source.run_id,
        key=key,
        time=source.time,
        sha256=source.sha256,
    )
    return Evidence(id=name, value=value, provenance=provenance)
