"""Evidence of docgen's fairness files."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.model import formats
from docgen.model.evidence import Attribute, Evidence, Table, evidence_id
from docgen.model.layouts import GROUP_COLUMNS
from docgen.sources.evidence_files.source import Source, fact


def fairness(record: formats.FairnessFile, source: Source) -> Iterator[Evidence]:
    """Yield group metrics and disparities."""
    for position, item in enumerate(record.groups):
        rows = tuple((r.group, r.value, r.low, r.high, r.n, r.events, r.note) for r in item.rows)
        attributes = (
            Attribute(key="metric_title", value=item.title),
            Attribute(key="level", value=record.level),
            Attribute(key="method", value=record.method),
            Attribute(key="reference", value=item.reference),
            Attribute(key="min_group_size", value=record.min_group_size),
        )
        table = Table(columns=GROUP_COLUMNS, rows=rows, attributes=attributes)
        yield fact(
            source, evidence_id("fairness", f"{item.metric}/{item.feature}", record.split), table, f"/groups/{position}"
        )
    for position, gap in enumerate(record.disparities):
        name = evidence_id("fairness", f"{gap.key}/{gap.feature}", record.split)
        yield fact(source, name, gap.quantity, f"/disparities/{position}")
