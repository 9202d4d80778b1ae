"""What the register's records say of themselves: the fields in `docs/findings.md`, and the JSON Schema for editors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path

from docgen.model.findings import FINDINGS_FORMAT, FindingRecord, HistoryEntry, Register
from docgen.resources import templates_dir
from support.docstrings import field_docs, purpose
from support.markdown import table
from support.schemas import DRAFT, Schema, object_of, parts_of, text

SCHEMA = templates_dir() / "findings" / "schema.json"
EXAMPLE = templates_dir() / "findings" / "example.yaml"


def fields_of_findings() -> str:
    return f"{_fields(FindingRecord)}\n\n{purpose(HistoryEntry)}\n\n{_fields(HistoryEntry)}"


def _fields(record: type) -> str:
    docs = field_docs(record)
    rows = [(f"`{item.name}`", "yes" if item.default is MISSING else "", docs[item.name]) for item in fields(record)]
    return table(("Field", "Required", "Meaning"), rows)


def schema() -> Schema:
    """The JSON Schema of a register."""
    whole = object_of(Register)
    whole["properties"]["format"]["const"] = FINDINGS_FORMAT
    return {
        "$schema": DRAFT,
        "$id": f"urn:docgen:findings:{FINDINGS_FORMAT}",
        "title": "A register of findings",
        **whole,
        "$defs": {part.__name__: object_of(part) for part in parts_of(Register)},
    }


def files() -> Iterator[tuple[Path, str]]:
    yield SCHEMA, text(schema())
