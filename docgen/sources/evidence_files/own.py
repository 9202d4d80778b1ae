"""docgen's own files, one function for each format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from docgen.errors import IntegrityError
from docgen.model import formats
from docgen.model.canonical import parse
from docgen.model.codec import structure
from docgen.model.evidence import Evidence
from docgen.sources.evidence_files import (
    comparison,
    data,
    explanations,
    fairness,
    monitoring,
    pairs,
    performance,
    sensitivity,
)
from docgen.sources.evidence_files.older import lifted
from docgen.sources.evidence_files.source import Source

OWN = re.compile(
    r"^docgen/(?:(?P<split>[a-z0-9_-]+)/(?P<what>performance|calibration|fairness|explanations|comparison|sensitivity)"
    r"(?:(?<=comparison)-(?P<against>[a-z0-9_]+))?"
    r"|datasets/(?P<context>[^/]+)|(?P<pair>overlap|shift)/(?P<first>[^/~]+)~(?P<second>[^/~]+)|(?P<code>code)"
    r"|(?P<monitoring>monitoring))\.json$"
)
"""Paths of docgen's own files."""


def read_own(source: Source) -> Iterator[Evidence]:
    """Yield the evidence in one of docgen's own files.

    Raises:
        IntegrityError: another format, an unknown version, or another shape.
    """
    content = parse(source.data, where=source.path)
    name = content.get("format") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(name, str) or name not in formats.FILES:
        raise IntegrityError(f"{source.path}: format is {name!r}, expected one of {', '.join(formats.FILES)}")
    today = lifted(content, where=source.path)
    record: formats.EvidenceFile = structure(today, formats.FILES[name], where=source.path)
    split = OWN.fullmatch(source.path)
    if split is not None and split["split"] and getattr(record, "split", None) != split["split"]:
        raise IntegrityError(
            f"{source.path}: split is {getattr(record, 'split', None)!r}, the path says {split['split']!r}"
        )
    faults = [f"{where}: {what}" for where, what in faults_of(record)]
    if faults:
        raise IntegrityError(f"{source.path}: {'; '.join(faults)}")
    yield from _EVIDENCE[type(record)](record, source)


def faults_of(record: formats.EvidenceFile) -> Iterator[tuple[str, str]]:
    """Yield (JSON path, what is at fault) of a record whose parts have their shapes but do not fit together."""
    if type(record) in _FAULTS:
        yield from _FAULTS[type(record)](record)


_EVIDENCE: dict[type, Callable[..., Iterator[Evidence]]] = {
    formats.PerformanceFile: performance.performance,
    formats.CalibrationFile: performance.calibration,
    formats.FairnessFile: fairness.fairness,
    formats.ExplanationFile: explanations.explanations,
    formats.ComparisonFile: comparison.comparison,
    formats.SensitivityFile: sensitivity.sensitivity,
    formats.DatasetFile: data.dataset,
    formats.CodeFile: data.code,
    formats.OverlapFile: pairs.overlap,
    formats.ShiftFile: pairs.shift,
    formats.MonitoringFile: monitoring.monitoring,
}

_FAULTS: dict[type, Callable[..., Iterator[tuple[str, str]]]] = {
    formats.MonitoringFile: monitoring.faults,
}
