"""Evidence of docgen's explanation files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from docgen.model import formats
from docgen.model.evidence import Attribute, Column, Evidence, Missing, Quantity, Scalar, Table, evidence_id
from docgen.model.layouts import (
    ATTRIBUTION_COLUMNS,
    GROUP_ATTRIBUTION_COLUMNS,
    INTERACTION_COLUMNS,
    PERMUTATION_COLUMNS,
    REASON_COLUMNS,
    STABILITY_COLUMNS,
)
from docgen.sources.evidence_files.source import Source, fact

_GLOBAL = (
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
    "rows_asked",
    "budget",
    "additivity_error",
    "additivity_tolerance",
)


def explanations(record: formats.ExplanationFile, source: Source) -> Iterator[Evidence]:
    """Yield the global attributions, and what there is beside them."""

    def found(name: str, columns: tuple[Column, ...], rows: Iterable[object], key: str, **told: Scalar) -> Evidence:
        table = Table(
            columns=columns,
            rows=tuple(tuple(getattr(row, column.key) for column in columns) for row in rows),
            attributes=tuple(Attribute(key=name, value=value) for name, value in told.items()),
        )
        return fact(source, evidence_id("explanation", name, record.split), table, key)

    unit = record.unit
    told = {name: getattr(record, name) for name in _GLOBAL}
    yield found("global", ATTRIBUTION_COLUMNS, record.features, "/features", **told)
    for position, group in enumerate(record.by_group):
        name = f"by_group/{group.feature}"
        limit = group.suppress_below
        key = f"/by_group/{position}"
        yield found(name, GROUP_ATTRIBUTION_COLUMNS, group.rows, key, unit=unit, suppress_below=limit)
    if record.stability:
        yield found("stability", STABILITY_COLUMNS, record.stability, "/stability", seed=record.seed)
    if record.interactions is not None:
        pairs = record.interactions
        yield found(
            "interactions", INTERACTION_COLUMNS, pairs.rows, "/interactions", unit=unit, n=pairs.n, pairs=pairs.pairs
        )
    if record.permutation is not None:
        told = {name: getattr(record.permutation, name) for name in ("scoring", "baseline", "n", "repeats", "seed")}
        yield found("permutation", PERMUTATION_COLUMNS, record.permutation.rows, "/permutation", **told)
    if record.reasons is not None:
        reasons = record.reasons
        names = ("adverse", "top", "n", "principal", "with_reason", "suppress_below")
        told = {name: getattr(reasons, name) for name in names}
        yield found("reason_codes", REASON_COLUMNS, reasons.rows, "/reasons", **told)
        yield from _coverage(reasons, record.split, source)
    for position, absent in enumerate(record.left_out):
        gap = Missing(wanted=absent.feature, reason="not_logged", detail=absent.reason)
        name = evidence_id("explanation", f"left_out/{absent.feature}", record.split)
        yield fact(source, name, gap, f"/left_out/{position}")


def _coverage(reasons: formats.ReasonCodes, split: str, source: Source) -> Iterator[Evidence]:
    """Yield how many of the principal reasons have a text, and a gap that names the features without one."""
    told, every = reasons.with_reason, reasons.principal
    share = told / every if told is not None and every else None
    quantity = Quantity(
        value=share,
        special=None if share is not None else "undefined",
        unit="fraction",
        n=every,
        events=told,
        higher_is_better=True,
        title="Principal reasons with a text",
        note="" if share is not None else "suppressed" if every else "no decision has a reason",
    )
    yield fact(source, evidence_id("explanation", "reason_coverage", split), quantity, "/reasons/with_reason")
    without = [row.feature for row in reasons.rows if row.reason is None]
    if without:
        gap = Missing(
            wanted=f"a reason for adverse action for {', '.join(without)}",
            reason="not_written",
            detail="the feature is among the principal reasons of explained decisions",
            supply="write the reason: docgen.log_evidence(..., reason_codes={'<feature>': '<reason>', ...})",
        )
        yield fact(source, evidence_id("explanation", "reasons_missing", split), gap, "/reasons/rows")
