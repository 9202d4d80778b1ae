"""Files that hold evidence: docgen's own, and what users of SHAP, Fairlearn, AIF360 and Aequitas log in their own ways.

Every file is data: nothing is unpickled, rendered or run. What cannot be read becomes `Missing`, with the reason. A
format of somebody else's has a module of its own and a line in `_READERS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from docgen.errors import DocgenError
from docgen.model.evidence import Evidence, EvidenceId, Missing, Provenance, evidence_id
from docgen.sources.evidence_files.evidently_ import EVIDENTLY, evidently
from docgen.sources.evidence_files.foreign_fairness import FAIRNESS, fairness_result
from docgen.sources.evidence_files.own import OWN, read_own
from docgen.sources.evidence_files.shap_ import SHAP_ARRAY, SHAP_TABLE, shap_array, shap_table
from docgen.sources.evidence_files.source import Source

__all__ = ["Source", "read", "unreadable", "wanted"]

_READERS: tuple[tuple[re.Pattern[str], Callable[[Source], Iterable[Evidence]], str], ...] = (
    (OWN, read_own, ""),
    (SHAP_ARRAY, shap_array, "explanation"),
    (SHAP_TABLE, shap_table, "explanation"),
    (FAIRNESS, fairness_result, "fairness"),
    (EVIDENTLY, evidently, "monitoring"),
)
"""Pattern of the path, reader, and the kind of evidence that is missing when the file cannot be read; first match."""


def wanted(path: str) -> bool:
    """Whether a file may hold evidence, so that it is fetched."""
    return any(pattern.search(path) for pattern, _, _ in _READERS)


def read(source: Source) -> tuple[Evidence, ...]:
    """Return the evidence in a file; `Missing` where it should be and cannot be read."""
    try:
        reader = next(reader for pattern, reader, _ in _READERS if pattern.search(source.path))
        return tuple(reader(source))
    except Exception as err:  # noqa: BLE001  # somebody else's bytes in somebody else's reader: it fails in any way
        text = err.message if isinstance(err, DocgenError) else f"{type(err).__name__}: {err}"
        return (unreadable(source.path, text, source),)


def unreadable(path: str, reason: str, source: Source | None = None, run_id: str = "") -> Evidence:
    """Return the gap that a file leaves which is listed but cannot be read."""
    run = source.run_id if source else run_id
    value = Missing(
        wanted=f"the content of {path}",
        reason="unreadable",
        detail=reason[:500],
        supply="log the file again; docs/evidence-formats.md shows what it must hold",
    )
    provenance = Provenance(
        system="mlflow", uri=f"runs:/{run}/{path}", run_id=run, sha256=source.sha256 if source else None
    )
    return Evidence(id=_gap_id(path), value=value, provenance=provenance)


def _gap_id(path: str) -> EvidenceId:
    found = OWN.fullmatch(path)
    if found is None:
        kind = next(kind for pattern, _, kind in _READERS if pattern.search(path))
        return evidence_id(kind, f"file {path}")
    if found["context"]:
        return evidence_id("dataset", found["context"])
    if found["pair"]:
        return evidence_id(
            found["pair"], f"{found['first']}{'/' if found['pair'] == 'overlap' else '~'}{found['second']}"
        )
    if found["code"]:
        return EvidenceId("commit:head")
    if found["monitoring"]:
        return evidence_id("monitoring", f"file {path}")
    kinds = {
        "performance": "metric",
        "calibration": "calibration",
        "fairness": "fairness",
        "explanations": "explanation",
        "comparison": "comparison",
        "sensitivity": "sensitivity",
    }
    return evidence_id(kinds[found["what"]], "file", found["split"])
