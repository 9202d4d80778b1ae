"""Evidence of docgen's comparison files."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.model import formats
from docgen.model.evidence import Attribute, Evidence, EvidenceId, Quantity, Scalar, Table, evidence_id
from docgen.model.layouts import DECISION_COLUMNS
from docgen.sources.evidence_files.source import Source, fact, stated

REPLICATION = "replication"
"""What `against` says where a validator's own run is held against the developer's."""


def comparison(record: formats.ComparisonFile, source: Source) -> Iterator[Evidence]:
    """Yield what was compared, each measure's difference and both values, and who decided rightly.

    A replication is no contest: the developer's run stands as champion, the validator's as challenger, under a kind of
    its own.
    """
    again = record.against == REPLICATION

    def name(key: str) -> EvidenceId:
        if again:
            return evidence_id("replication", key, record.split)
        return evidence_id("comparison", f"{record.against}/{key}" if record.against else key, record.split)

    yield fact(source, name("models"), _models(record))
    for position, item in enumerate(record.measures):
        where = f"/measures/{position}"
        yield fact(source, name(item.key), item.difference, f"{where}/difference")
        yield fact(source, name(f"{item.key}.champion"), item.champion, f"{where}/champion")
        yield fact(source, name(f"{item.key}.challenger"), item.challenger, f"{where}/challenger")
        if item.p is not None:
            p = Quantity(value=item.p, n=item.difference.n, title=f"{item.test} p-value")
            yield fact(source, name(f"{item.key}.p"), p, f"{where}/p")
    if (found := record.decisions) is not None and not again:
        rows: tuple[tuple[Scalar, ...], ...] = (
            ("right", found.both, found.champion_only),
            ("wrong", found.challenger_only, found.neither),
        )
        attributes = (Attribute(key="method", value=found.method),)
        table = Table(columns=DECISION_COLUMNS, rows=rows, attributes=attributes)
        yield fact(source, name("decisions"), table, "/decisions")
        yield fact(source, name("mcnemar"), _mcnemar(found), "/decisions/p")


def _models(record: formats.ComparisonFile) -> Table:
    return stated(
        ("champion", record.champion.name),
        ("champion_threshold", record.champion.threshold),
        ("challenger", record.challenger.name),
        ("challenger_threshold", record.challenger.threshold),
        ("task", record.task),
        ("data", record.dataset.name),
        ("rows", record.dataset.rows),
        ("sha256", record.dataset.sha256),
        ("keys_sha256", record.keys_sha256),
        ("positive_label", record.positive_label),
        ("clusters", record.clusters),
        ("cluster_key", record.cluster_key or None),
    )


def _mcnemar(found: formats.Decisions) -> Quantity:
    return Quantity(
        value=found.p,
        special="undefined" if found.p is None else None,
        n=found.both + found.champion_only + found.challenger_only + found.neither,
        events=found.champion_only + found.challenger_only,
        title="McNemar p-value",
        note=found.note or found.method,
    )
