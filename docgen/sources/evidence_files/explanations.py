"""Evidence of docgen's explanation files."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.model import formats
from docgen.model.evidence import Attribute, Evidence, Table, evidence_id
from docgen.model.layouts import ATTRIBUTION_COLUMNS
from docgen.sources.evidence_files.source import Source, fact


def explanations(record: formats.ExplanationFile, source: Source) -> Iterator[Evidence]:
    """Yield the global attributions."""
    names = (
        "unit",
        "explainer",
        "output",
        "n",
        "background_rows",
        "background_sha256",
        "background_choice",
        "seed",
        "level",
        "method",
    )
    table = Table(
        columns=ATTRIBUTION_COLUMNS,
        rows=tuple((f.feature, f.mean_abs, f.low, f.high, f.mean) for f in record.features),
        attributes=tuple(Attribute(key=name, value=getattr(record, name)) for name in names),
    )
    yield fact(source, evidence_id("explanation", "global", record.split), table, "/features")
