"""Evidence of docgen's data set manifests and code files."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.errors import IntegrityError
from docgen.model import formats
from docgen.model.evidence import Attribute, Commit, Dataset, Evidence, EvidenceId, Table, evidence_id
from docgen.model.layouts import DIFF_COLUMNS, LEVEL_COLUMNS, PROFILE_COLUMNS
from docgen.sources.evidence_files.source import Source, fact


def dataset(record: formats.DatasetFile, source: Source) -> Iterator[Evidence]:
    """Yield the manifest of a data set, and its profile where there is one.

    Raises:
        IntegrityError: the path names another context.
    """
    if source.path != f"docgen/datasets/{record.context}.json":
        raise IntegrityError(f"{source.path}: context is {record.context!r}, the path says another")
    value = Dataset(
        name=record.name,
        context=record.context,
        sha256=record.sha256,
        rows=record.rows,
        columns=record.columns,
        source=record.source,
        target=record.target,
        target_rate=record.target_rate,
        target_n=record.target_n,
        target_events=record.target_events,
        target_interval=record.target_interval,
        licence=record.licence,
        time_column=record.time_column,
        time_first=record.time_first,
        time_last=record.time_last,
    )
    yield fact(source, evidence_id("dataset", record.context), value)
    if record.profile:
        yield fact(source, evidence_id("profile", record.context), _profile(record), "/profile")
    if record.levels:
        yield fact(source, evidence_id("profile", f"{record.context}/levels"), _levels(record), "/levels")


def _profile(record: formats.DatasetFile) -> Table:
    rows = tuple(tuple(getattr(item, column.key) for column in PROFILE_COLUMNS) for item in record.profile)
    return Table(columns=PROFILE_COLUMNS, rows=rows, attributes=_rule(record))


def _levels(record: formats.DatasetFile) -> Table:
    total = {item.name: item.n + item.infinite for item in record.profile}
    rows = tuple(
        (item.column, item.value, item.n, item.n / n if (n := total.get(item.column)) else None, item.merged)
        for item in record.levels
    )
    return Table(columns=LEVEL_COLUMNS, rows=rows, attributes=_rule(record))


def _rule(record: formats.DatasetFile) -> tuple[Attribute, ...]:
    return (
        Attribute(key="suppress_below", value=record.suppress_below),
        Attribute(key="rows", value=record.rows),
    )


def code(record: formats.CodeFile, source: Source) -> Iterator[Evidence]:
    """Yield the commit of the work tree at training time, and what the tree held beyond it."""
    value = Commit(sha=record.commit, branch=record.branch, remote=record.remote, dirty=record.dirty)
    yield fact(source, EvidenceId("commit:head"), value)
    if record.changes or record.untracked:
        rows = tuple((item.path, item.added, item.removed) for item in record.changes)
        totals = {
            "files": record.changed_files,
            "added": record.lines_added,
            "removed": record.lines_removed,
            "untracked": record.untracked,
            "sha256": record.diff_sha256,
        }
        attributes = tuple(Attribute(key=key, value=value) for key, value in totals.items() if value is not None)
        table = Table(columns=DIFF_COLUMNS, rows=rows, attributes=attributes)
        yield fact(source, EvidenceId("commit:uncommitted"), table, "/changes")
