"""What AIF360 users save: answers of its JSON explainers, or a dictionary of metric names and values.

AIF360's differences and ratios have a sign and a direction: unprivileged minus, or divided by, privileged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from docgen.model.canonical import Json, parse
from docgen.model.evidence import Evidence
from docgen.sources.evidence_files.group_tables import fairness_id, feature_of, named_gap, vacuous
from docgen.sources.evidence_files.source import Source, fact

METRICS = {
    "statistical_parity_difference": "favourable rate of the unprivileged minus that of the privileged group",
    "mean_difference": "favourable rate of the unprivileged minus that of the privileged group",
    "disparate_impact": "favourable rate of the unprivileged divided by that of the privileged group",
    "equal_opportunity_difference": "true positive rate of the unprivileged minus that of the privileged group",
    "true_positive_rate_difference": "true positive rate of the unprivileged minus that of the privileged group",
    "false_positive_rate_difference": "false positive rate of the unprivileged minus that of the privileged group",
    "average_odds_difference": "mean of the true and false positive rate differences, unprivileged minus privileged",
    "average_abs_odds_difference": "mean of the absolute true and false positive rate differences",
    "error_rate_difference": "error rate of the unprivileged minus that of the privileged group",
    "error_rate_ratio": "error rate of the unprivileged divided by that of the privileged group",
    "theil_index": "generalized entropy of the benefits of all rows, alpha = 1: inequality between rows, not groups",
    "generalized_entropy_index": "generalized entropy of the benefits of all rows: inequality between rows, not groups",
    "between_all_groups_theil_index": "generalized entropy between all groups, alpha = 1",
    "consistency": "how alike the labels of similar rows are; 1 is best",
}
"""AIF360's name -> how the number was formed."""

_OWN = frozenset({"statistical_parity_difference", "disparate_impact", "average_odds_difference", "theil_index"})
"""Names by which a dictionary is known as AIF360's: no other library uses them."""

_VALUE = re.compile(r":\s*(-?(?:\d+\.?\d*(?:e[+-]?\d+)?))\s*$", re.IGNORECASE)
_SIZES = re.compile(r"num(?:Instances)?(?:Unprivileged|Privileged)$|numInstances$")


def is_explained(content: Json) -> bool:
    """Whether JSON holds answers of AIF360's explainers."""
    return all(isinstance(item, dict) and {"metric", "message"} <= item.keys() for item in _items(content)) and bool(
        _items(content)
    )


def is_metrics(content: Json) -> bool:
    """Whether JSON is a dictionary of AIF360's metrics."""
    return isinstance(content, dict) and bool(_OWN & content.keys())


def explained(source: Source, content: Json) -> Iterator[Evidence]:
    """Yield the numbers of explainers, with the rows that they count."""
    items = [item for item in _items(content) if isinstance(item, dict)]
    found: dict[str, tuple[float | None, int | None]] = {}
    for item in items:
        value = _VALUE.search(str(item["message"]))
        name = str(item["metric"]).strip().lower().replace(" ", "_")
        found[name] = (float(value[1]) if value else None, _rows(item))
    yield from _facts(source, found)


def metrics(source: Source, content: Mapping[str, Json]) -> Iterator[Evidence]:
    """Yield the numbers of a dictionary."""
    found: dict[str, tuple[float | None, int | None]] = {
        name: (float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None, None)
        for name, value in content.items()
        if value is None or isinstance(value, (int, float))
    }
    yield from _facts(source, found)


def _facts(source: Source, found: Mapping[str, tuple[float | None, int | None]]) -> Iterator[Evidence]:
    feature = feature_of(PurePosixPath(source.path).stem)
    empty = vacuous([value for value, _ in found.values()])
    for name, (value, n) in found.items():
        note = METRICS.get(name, "as AIF360 names it; how it was formed is not recorded")
        title = f"{name.replace('_', ' ').capitalize()} (AIF360)"
        quantity = named_gap(value, empty=empty, title=title, note=note, n=n)
        yield fact(source, fairness_id(name, feature), quantity, name)


def _items(content: Json) -> list[Json]:
    """Return explainers however they were put together: one, a list, or by name; as objects or as the text they are."""
    if isinstance(content, dict) and not {"metric", "message"} <= content.keys():
        content = list(content.values())
    items = content if isinstance(content, list) else [content]
    return [_object(item) for item in items]


def _object(item: Json) -> Json:
    if not isinstance(item, str) or not item.lstrip().startswith("{"):
        return item
    return parse(item, where="an explainer's text")


def _rows(item: Mapping[str, Json]) -> int | None:
    """Return how many rows both groups have, where the explainer says so."""
    sizes = [value for key, value in item.items() if _SIZES.fullmatch(key) and isinstance(value, (int, float))]
    return int(sum(sizes)) if sizes else None
