"""What the samples share: names, and how a fact is made."""

from __future__ import annotations

from docgen.model.canonical import sha256
from docgen.model.evidence import Evidence, EvidenceId, Provenance, Value

RUN = "5f0c8d1e2b3a49678c5d4e3f2a1b0c9d"
PARENT = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
PREVIOUS_RUN = "11112222333344445555666677778888"
COMMIT = "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432"

LEVEL = 0.95


def item(
    wanted: str, value: Value, *, path: str = "", key: str | None = None, run: str = RUN, step: int | None = None
) -> Evidence:
    """Return a fact of a run, read from a file at `path` or from the run itself."""
    uri = f"runs:/{run}/{path}" if path else f"runs:/{run}"
    return Evidence(
        id=EvidenceId(wanted),
        value=value,
        provenance=Provenance(
            system="mlflow",
            uri=uri,
            run_id=run,
            key=key,
            step=step,
            time="2026-03-01T18:20:11Z",
            sha256=sha256(path.encode()) if path else None,
        ),
    )
