"""JSON Schema of docgen's evidence files, made from the records that write and read them. `make docs` writes all again."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from docgen.model import formats
from docgen.model.candidate import Candidate
from docgen.model.canonical import Digest
from docgen.model.evidence import Scalar
from docgen.model.formats.deployment import DEPLOYMENT_VERSION, DeploymentFile
from docgen.model.plan import PLAN_FORMAT, Plan
from docgen.resources import formats_dir, regimes_dir
from support.docstrings import field_docs, purpose

SCHEMAS = formats_dir() / "schemas"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
HEAD = {"format": "Names the format.", "version": "Version of the format."}
"""Fields that every file begins with."""

Schema = dict[str, Any]


WRITTEN_BY_HAND = {"docgen.deployment": (DeploymentFile, DEPLOYMENT_VERSION)}
"""Formats of files that are no artifacts of a run, with their versions."""


def schema_of(name: str, record: type, version: int = formats.EVIDENCE_VERSION) -> Schema:
    """The JSON Schema of a format."""
    parts = {part.__name__: object_of(part) for part in parts_of(record)}
    return {
        "$schema": DRAFT,
        "$id": f"urn:docgen:{name}:{version}",
        "title": f"{name}, version {version}",
        **object_of(record),
        **({"$defs": parts} if parts else {}),
    }


def parts_of(record: type) -> tuple[type, ...]:
    """The records that a record is made of, at any depth, each once, outer ones first."""
    found: dict[type, None] = {}
    for hint in get_type_hints(record).values():
        for part in _records(hint):
            found.setdefault(part)
            for inner in parts_of(part):
                found.setdefault(inner)
    return tuple(found)


def text(schema: Schema) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def files() -> Iterator[tuple[Path, str]]:
    """Every schema file with its content."""
    for name, record in formats.FILES.items():
        yield SCHEMAS / f"{name}.json", text(schema_of(name, record))
    for name, (record, version) in WRITTEN_BY_HAND.items():
        yield SCHEMAS / f"{name}.json", text(schema_of(name, record, version))
    for name, record in (("plan", Plan), ("candidate", Candidate)):
        yield regimes_dir() / "fda_pccp" / f"{name}.schema.json", text(change_schema(name, record))


def change_schema(name: str, record: type) -> Schema:
    """The JSON Schema of a file of a change plan, whose `format` is a number."""
    schema = schema_of(f"docgen.{name}", record, PLAN_FORMAT)
    schema["properties"]["format"] = {"const": PLAN_FORMAT, "description": "Version of this layout."}
    return schema


def _records(hint: Any) -> Iterator[type]:
    if is_dataclass(hint):
        yield hint  # type: ignore[misc]
    for inner in get_args(hint):
        yield from _records(inner)


def object_of(record: type) -> Schema:
    """The JSON Schema of a record, without the records it is made of."""
    docs, hints = {**HEAD, **field_docs(record)}, get_type_hints(record)
    properties: Schema = {}
    for item in fields(record):
        found = _typed(hints[item.name])
        if item.name == "version" and hints[item.name] is int:
            found = {"const": formats.EVIDENCE_VERSION}
        if item.name in docs:
            found["description"] = docs[item.name]
        if item.default is not MISSING and item.name not in HEAD:
            found["default"] = list(item.default) if isinstance(item.default, tuple) else item.default
        properties[item.name] = found
    required = [item.name for item in fields(record) if _wanted(item) or item.name in HEAD]
    return {
        "type": "object",
        "description": purpose(record),
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _wanted(item: Any) -> bool:
    return item.default is MISSING and item.default_factory is MISSING


def _typed(hint: Any) -> Schema:
    if hint in PLAIN:
        return {"type": PLAIN[hint]}
    if hint is Digest:
        return {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    if hint == Scalar:
        return {"type": ["string", "number", "boolean", "null"]}
    if is_dataclass(hint):
        return {"$ref": f"#/$defs/{hint.__name__}"}  # type: ignore[union-attr]
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"enum": list(inner)} if len(inner) > 1 else {"const": inner[0]}
    if origin is tuple:
        return {"type": "array", "items": _typed(inner[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _typed(inner[1])}
    if origin in {Union, types.UnionType}:
        return _either([_typed(one) for one in inner])
    raise TypeError(f"{hint!r} has no schema yet")


def _either(options: list[Schema]) -> Schema:
    """One of several types; plain ones are listed together, which gives clearer faults than `anyOf`."""
    if all(set(option) == {"type"} for option in options):
        return {"type": [option["type"] for option in options]}
    plain = [option for option in options if set(option) != {"type"} or option["type"] != "null"]
    if len(plain) == 1 and "enum" in plain[0]:
        return {"enum": [*plain[0]["enum"], None]}
    return {"anyOf": options}
