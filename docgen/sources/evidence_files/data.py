"""Evidence of docgen's data set manifests and code files."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.model import formats
from docgen.model.evidence import Commit, Dataset, Evidence, EvidenceId, evidence_id
from docgen.sources.evidence_files.source import Source, fact


def dataset(record: formats.DatasetFile, source: Source) -> Iterator[Evidence]:
    """Yield the manifest of a data set."""
    value = Dataset(
        name=record.name,
        context=record.context,
        sha256=record.sha256,
        rows=record.rows,
        columns=record.columns,
        source=record.source,
        target=record.target,
        target_rate=record.target_rate,
        licence=record.licence,
    )
    yield fact(source, evidence_id("dataset", record.context), value)


def code(record: formats.CodeFile, source: Source) -> Iterator[Evidence]:
    """Yield the commit of the work tree at training time."""
    value = Commit(sha=record.commit, branch=record.branch, remote=record.remote, dirty=record.dirty)
    yield fact(source, EvidenceId("commit:head"), value)
