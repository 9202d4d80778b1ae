"""`docgen/datasets/<context>.json` and `docgen/code.json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from docgen.model.canonical import Digest
from docgen.model.evidence import DataColumn
from docgen.model.formats.common import EVIDENCE_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFile:
    """`docgen/datasets/<context>.json`: a manifest of one data set."""

    format: Literal["docgen.dataset"] = "docgen.dataset"
    version: int = EVIDENCE_VERSION
    name: str
    context: str
    rows: int
    columns: tuple[DataColumn, ...]
    sha256: Digest
    target: str = ""
    target_rate: float | None = None
    source: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFile:
    """`docgen/code.json`: the work tree at training time, with what MLflow's own tags leave out."""

    format: Literal["docgen.code"] = "docgen.code"
    version: int = EVIDENCE_VERSION
    commit: str
    branch: str | None
    dirty: bool
    remote: str | None
