"""Fairness results of other libraries, known by what they hold: a file's name seldom says who wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from docgen.model.canonical import parse
from docgen.model.evidence import Evidence
from docgen.sources.evidence_files import aequitas_, aif360_, fairlearn_
from docgen.sources.evidence_files.source import Source
from docgen.sources.evidence_files.tables import read_csv

_LIBRARY = r"fairness|fairlearn|by_?group|metric_?frame|aif_?360|aequitas|disparit(?:y|ies)|bias_(?:report|metrics)"
FAIRNESS = re.compile(
    rf"(?:^|/)[^/]*(?:{_LIBRARY})[^/]*\.(?:csv|json)$"
    rf"|(?:^|/)[^/]*(?:{_LIBRARY})[^/]*/(?:overall|difference|ratio|groups?|metrics|crosstabs?)\.(?:csv|json)$",
    re.IGNORECASE,
)
"""Files named after such a library, and plainly named ones in a folder that is."""


def fairness_result(source: Source) -> Iterable[Evidence]:
    """Return the evidence of a file by Fairlearn, AIF360 or Aequitas."""
    if source.path.lower().endswith(".csv"):
        header, body = read_csv(source)
        return (
            aequitas_.crosstab(source, header, body)
            if set(header) >= aequitas_.HEAD
            else fairlearn_.frame_csv(source, header, body)
        )
    content = parse(source.data, where=source.path)
    if aif360_.is_explained(content):
        return aif360_.explained(source, content)
    if isinstance(content, dict) and aif360_.is_metrics(content):
        return aif360_.metrics(source, content)
    return fairlearn_.frame_json(source, content)
