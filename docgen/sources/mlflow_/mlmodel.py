"""The files beside a logged model: `MLmodel`, and what it needs to run. Read as data; the model is never loaded."""

from __future__ import annotations

import json
from dataclasses import dataclass

import yaml

from docgen.model.evidence import Scalar, Table
from docgen.model.layouts import SIGNATURE_COLUMNS
from docgen.sources.mlflow_.records import MAX_WHOLE, clean

ENVIRONMENT = ("requirements.txt", "conda.yaml", "python_env.yaml")
NEEDED = ("MLmodel", *ENVIRONMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class MLmodel:
    """What `MLmodel` says."""

    flavors: tuple[str, ...]
    mlflow_version: str
    model_uuid: str
    size: int | None
    signature: Table | None
    inputs: tuple[str, ...]
    python: str = ""
    """The Python that saved the model."""


def read_mlmodel(data: bytes) -> MLmodel:
    """Read an `MLmodel` file.

    Raises:
        ValueError: not UTF-8, not YAML, or no mapping.
    """
    try:
        content = yaml.safe_load(data.decode("utf-8"))
        rows = tuple(_signature(content.get("signature") if isinstance(content, dict) else None))
    except (yaml.YAMLError, RecursionError) as err:
        raise ValueError(f"not YAML: {getattr(err, 'problem', None) or err}") from err
    if not isinstance(content, dict):
        raise ValueError("expected a mapping")  # noqa: TRY004  # a fault of the bytes
    flavors = content.get("flavors")
    generic = flavors.get("python_function") if isinstance(flavors, dict) else None
    names = tuple(sorted(clean(name) for name in flavors)) if isinstance(flavors, dict) else ()
    size = content.get("model_size_bytes")
    return MLmodel(
        flavors=names,
        mlflow_version=_scalar(content.get("mlflow_version")),
        model_uuid=_scalar(content.get("model_uuid")),
        size=size if isinstance(size, int) and 0 <= size <= MAX_WHOLE else None,
        signature=Table(columns=SIGNATURE_COLUMNS, rows=rows) if rows else None,
        python=_scalar(generic.get("python_version")) if isinstance(generic, dict) else "",
        inputs=tuple(str(row[1]) for row in rows if row[0] == "input" and row[1]),
    )


def _signature(content: object) -> list[tuple[Scalar, ...]]:
    """Return (role, name, type, required) for inputs, outputs and params; each is JSON text inside the YAML."""
    rows: list[tuple[Scalar, ...]] = []
    if not isinstance(content, dict):
        return rows
    for key, role in (("inputs", "input"), ("outputs", "output"), ("params", "param")):
        text = content.get(key)
        items = json.loads(text) if isinstance(text, str) else text
        rows.extend(
            (role, _scalar(item.get("name")), _type(item), bool(item.get("required", True)))
            for item in (items if isinstance(items, list) else ())
            if isinstance(item, dict)
        )
    return rows


def _scalar(value: object) -> str:
    """Return a plain value as text, anything else as none: a small file can name a tree of gigabytes."""
    return clean(value) if isinstance(value, (str, int, float)) else ""


def _type(item: dict[str, object]) -> str:
    tensor = item.get("tensor-spec")
    if isinstance(tensor, dict):
        shape = tensor.get("shape")
        sides = ", ".join(map(_scalar, shape)) if isinstance(shape, list) else "?"
        return f"tensor {_scalar(tensor.get('dtype'))} [{sides}]"
    return _scalar(item.get("type") or item.get("dtype"))
