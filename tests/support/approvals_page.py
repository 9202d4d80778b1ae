"""What the files of gates and signers say of themselves: their fields in `docs/approvals.md`, their JSON Schemas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path

from docgen.model.approvals import GATES_FORMAT, SIGNERS_FORMAT, Gate, GatePlan, Quorum, Signer, Signers, SigningKey
from docgen.model.ledger import KINDS
from docgen.resources import templates_dir
from support.docstrings import field_docs, purpose
from support.markdown import table
from support.schemas import DRAFT, Schema, object_of, parts_of, text

FOLDER = templates_dir() / "approvals"
KNOWN = {"gates": (GatePlan, GATES_FORMAT), "signers": (Signers, SIGNERS_FORMAT)}


def gates() -> str:
    return "\n\n".join(_fields(record) for record in (GatePlan, Gate, Quorum))


def signers() -> str:
    return "\n\n".join(_fields(record) for record in (Signer, SigningKey))


def kinds() -> str:
    return table(("Entry", "What it records"), [(f"`{kind.__name__}`", purpose(kind)) for kind in KINDS])


def _fields(record: type) -> str:
    docs = field_docs(record)
    rows = [(f"`{item.name}`", "yes" if item.default is MISSING else "", docs[item.name]) for item in fields(record)]
    return f"{purpose(record)}\n\n{table(('Field', 'Required', 'Meaning'), rows)}"


def schema(name: str) -> Schema:
    """The JSON Schema of a file."""
    record, version = KNOWN[name]
    whole = object_of(record)
    whole["properties"]["format"]["const"] = version
    whole["required"] = sorted({*whole["required"], "format"})
    return {
        "$schema": DRAFT,
        "$id": f"urn:docgen:{name}:{version}",
        "title": purpose(record).rstrip("."),
        **whole,
        "$defs": {part.__name__: object_of(part) for part in parts_of(record)},
    }


def files() -> Iterator[tuple[Path, str]]:
    for name in KNOWN:
        yield FOLDER / f"{name}.schema.json", text(schema(name))
