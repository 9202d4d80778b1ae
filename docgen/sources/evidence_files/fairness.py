"""Evidence of docgen's fairness files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from docgen.model import formats
from docgen.model.evidence import Attribute, Column, Evidence, Missing, Scalar, Table, evidence_id
from docgen.model.layouts import (
    COMPARISON_COLUMNS,
    GROUP_COLUMNS,
    IMPACT_COLUMNS,
    PERIOD_COLUMNS,
    SCORE_GAP_COLUMNS,
)
from docgen.sources.evidence_files.source import Source, fact


def fairness(record: formats.FairnessFile, source: Source) -> Iterator[Evidence]:
    """Yield metrics by group and period, comparisons with the reference group, disparities, and what was left out."""
    shared: dict[str, Scalar] = {"level": record.level, "suppress_below": record.suppress_below}
    size: dict[str, Scalar] = {"min_group_size": record.min_group_size}

    def found(name: str, feature: str, value: Table, pointer: str) -> Evidence:
        return fact(source, evidence_id("fairness", f"{name}/{feature}", record.split), value, pointer)

    for position, item in enumerate(record.groups):
        attributes: dict[str, Scalar] = {
            "metric_title": item.title,
            "unit": item.unit,
            "method": item.method or record.method,
            "reference": item.reference,
        }
        table = _table(GROUP_COLUMNS, item.rows, attributes | size | shared)
        yield found(item.metric, item.feature, table, f"/groups/{position}")
    for position, other in enumerate(record.comparisons):
        attributes = {
            "metric_title": other.title,
            "reference": other.reference,
            "difference_method": other.difference_method,
            "ratio_method": other.ratio_method,
        }
        table = _table(COMPARISON_COLUMNS, other.rows, attributes | shared)
        yield found(f"{other.metric}.to_reference", other.feature, table, f"/comparisons/{position}")
    yield from _impact(record, source, size | shared)
    for position, gap in enumerate(record.score_gaps):
        attributes = {"of": gap.of, "reference": gap.reference, "method": gap.method}
        table = _table(SCORE_GAP_COLUMNS, gap.rows, attributes | size | shared)
        yield found(f"{gap.of}.smd_by_group", gap.feature, table, f"/score_gaps/{position}")
    for position, timed in enumerate(record.periods):
        attributes = {"metric_title": timed.title, "unit": timed.unit, "method": timed.method or record.method}
        table = _table(PERIOD_COLUMNS, timed.rows, attributes | size | shared)
        yield found(f"{timed.metric}.by_period", timed.feature, table, f"/periods/{position}")
    for position, apart in enumerate(record.disparities):
        name = evidence_id("fairness", f"{apart.key}/{apart.feature}", record.split)
        yield fact(source, name, apart.quantity, f"/disparities/{position}")
    for position, absent in enumerate(record.left_out):
        gap_value = Missing(wanted=absent.feature, reason="not_logged", detail=absent.reason)
        name = evidence_id("fairness", f"left_out/{absent.feature}", record.split)
        yield fact(source, name, gap_value, f"/left_out/{position}")


def _impact(record: formats.FairnessFile, source: Source, shared: dict[str, Scalar]) -> Iterator[Evidence]:
    for position, item in enumerate(record.adverse_impact):
        attributes: dict[str, Scalar] = {
            "favourable": record.favourable,
            "reference": item.reference,
            "reference_rule": item.reference_rule,
            "method": item.method,
            "family": record.family,
            "untested": record.untested,
        }
        table = _table(IMPACT_COLUMNS, item.rows, attributes | shared)
        name = evidence_id("fairness", f"selection_rate.air_by_group/{item.feature}", record.split)
        yield fact(source, name, table, f"/adverse_impact/{position}")


def _table(columns: tuple[Column, ...], rows: Iterable[object], attributes: dict[str, Scalar]) -> Table:
    """Return the records as rows of a table whose columns are named as their fields."""
    return Table(
        columns=columns,
        rows=tuple(tuple(getattr(row, column.key) for column in columns) for row in rows),
        attributes=tuple(Attribute(key=key, value=value) for key, value in attributes.items()),
    )
