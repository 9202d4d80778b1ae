"""The parts of `docs/evidence-formats.md` that the code says of itself."""

from __future__ import annotations

import json
import re
import types
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from docgen.model import formats
from docgen.model.canonical import Digest
from docgen.model.evidence import Scalar
from docgen.resources import formats_dir
from docgen.sources import evidence_files
from docgen.sources.evidence_files import older
from support.docstrings import field_docs, purpose
from support.markdown import table
from support.schemas import HEAD, parts_of

FOLDER = "../docgen/model/formats"
WHERE = {
    "shap_array": ("An array named `shap_values.npy`", ("model_explanations_shap/shap_values.npy",)),
    "shap_table": ("A CSV file with `shap` in its name", ("reports/shap_importance.csv",)),
    "fairness_result": (
        (
            "A CSV or JSON file with `fairness`, `fairlearn`, `by_group`, `metric_frame`, `aif360`, `aequitas`, "
            "`disparity`, `bias_report` or `bias_metrics` in its name, or a plainly named one in a folder with such a name"
        ),
        ("fairlearn_by_group.csv", "reports/aif360_metrics.json", "disparities_sex.csv", "aequitas/crosstab.csv"),
    ),
    "evidently": (
        "A JSON file with `evidently` in its name, or any in a folder of that name",
        ("evidently_drift.json", "evidently/2026-05.json"),
    ),
}
"""Reader -> which files it takes, in words, and paths that it takes, to which a test holds it."""

SHOWN = 2
"""Items of a list that an example on the page shows; the file holds all."""


def every_format() -> str:
    """Path, fields and example of each format, then the parts that several share."""
    uses = Counter(part for record in formats.FILES.values() for part in parts_of(record))
    shared = [part for part, count in uses.items() if count > 1]
    sections = [_format(name, record, shared) for name, record in formats.FILES.items()]
    return "\n\n".join([*sections, "## Parts that several formats share", *(_part(part) for part in shared)])


def overview() -> str:
    """The formats, one a line."""
    rows = (
        (f"[`{name}`](#{name.replace('.', '')})", f"`{formats.PATHS[name]}`", _what(record))
        for name, record in formats.FILES.items()
    )
    return table(("Format", "Path in the run", "What it holds"), rows)


def foreign() -> str:
    """What is read of files that other tools write, by the docstrings of the readers."""
    rows = (
        (WHERE[reader.__name__][0], ", ".join(f"`{path}`" for path in WHERE[reader.__name__][1]), purpose(reader))
        for _, reader, kind in evidence_files._READERS
        if kind  # docgen's own files have none
    )
    return table(("File", "Such as", "What is read"), rows)


def versions() -> str:
    """How each older version becomes today's."""
    return "\n".join(
        f"- From version {number}: {_small(purpose(lift))}" for number, lift in sorted(older._LIFT.items())
    )


def _format(name: str, record: type, shared: Iterable[type]) -> str:
    own = [part for part in parts_of(record) if part not in set(shared)]
    what = _what(record)
    example = json.loads((formats_dir() / "examples" / f"{name}.json").read_text("utf-8"))
    lines = [
        f"## {name}",
        f"`{formats.PATHS[name]}`" + (f": {what}" if what else ""),
        f"[JSON Schema]({FOLDER}/schemas/{name}.json), [example]({FOLDER}/examples/{name}.json)",
        _fields(record),
        *(_part(part) for part in own),
        f"```json\n{json.dumps(_cut(example), indent=2, ensure_ascii=False)}\n```",
    ]
    return "\n\n".join(lines)


def _what(record: type) -> str:
    """What a format holds, behind the path that its docstring begins with."""
    return _small(re.sub(r"^`[^`]+`[:;.]? *", "", purpose(record)))


def _small(words: str) -> str:
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


def _part(part: type) -> str:
    return f"**{part.__name__}**: {purpose(part)}\n\n{_fields(part)}"


def _fields(record: type) -> str:
    docs, hints = {**HEAD, **field_docs(record)}, get_type_hints(record)
    rows = []
    for item in fields(record):
        told = docs.get(item.name, "")
        ours = item.name == "version" and hints[item.name] is int
        kind = f"`{formats.EVIDENCE_VERSION}`" if ours else said(hints[item.name])
        wanted = item.default is MISSING or item.name in HEAD
        rows.append((f"`{item.name}`", kind, "required" if wanted else f"`{json.dumps(item.default)}`", told))
    return table(("Field", "Type", "If left out", "Meaning"), rows)


def said(hint: Any) -> str:
    """A type in words."""
    words = {str: "text", int: "whole number", float: "number", bool: "true or false", type(None): "null"}
    if hint in words:
        return words[hint]
    if hint is Digest:
        return "SHA-256"
    if hint == Scalar:
        return "text, number, true, false or null"
    if is_dataclass(hint):
        return hint.__name__  # type: ignore[union-attr]
    origin, inner = get_origin(hint), get_args(hint)
    makers: dict[Any, Callable[[], str]] = {
        Literal: lambda: " or ".join(f"`{one}`" if one else '`""`' for one in inner),
        tuple: lambda: f"list of {said(inner[0])}",
        dict: lambda: f"mapping of {said(inner[1])}",
        Union: lambda: " or ".join(said(one) for one in inner),
        types.UnionType: lambda: " or ".join(said(one) for one in inner),
    }
    return makers[origin]()


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _cut(inner) for key, inner in value.items()}
    return [_cut(inner) for inner in value[:SHOWN]] if isinstance(value, list) else value
