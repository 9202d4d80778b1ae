"""Metrics of slices as `mlflow.models.evaluate` leaves them: one call for each group, told apart by prefix or data set.

Two ways of naming a slice are read: `evaluator_config={"metric_prefix": "sex:female/"}`, and a data set named
`test sex=female` (or `test[sex=female]`, or `sex=female`) whose metrics MLflow 3 ties to the logged model. A feature
with one slice only is nothing to compare and stays a plain metric.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from docgen.model.evidence import EvidenceId, Table
from docgen.sources.evidence_files.group_tables import Measured, fairness_id, group_table, without_counts
from docgen.sources.mlflow_.records import StoreLoggedModel, StoreRun

_PREFIX = re.compile(r"(?P<feature>[^:/]+):(?P<group>[^:/]+)/(?P<metric>.+)")
_DATA = re.compile(r"(?:(?P<split>[a-z0-9_-]+)[ /\[(]+)?(?P<feature>[^=\[\](),/]+)=(?P<group>[^\])]+)[\])]?")

WAY = "mlflow.models.evaluate, one call for each group; no intervals"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Value:
    split: str | None
    feature: str
    group: str
    metric: str
    value: float | None


def slices(run: StoreRun, model: StoreLoggedModel | None) -> Iterator[tuple[EvidenceId, Table, str]]:
    """Yield (evidence id, metric by group, metric's name) for every feature that was evaluated in slices."""
    found = [*_by_prefix(run), *(_by_data(model) if model else ())]
    for split, feature in dict.fromkeys((value.split, value.feature) for value in found):
        mine = [value for value in found if (value.split, value.feature) == (split, feature)]
        if len({value.group for value in mine}) < 2:
            continue
        measured = (
            Measured(metric=metric, groups=tuple(sorted((v.group, v.value) for v in mine if v.metric == metric)))
            for metric in sorted({value.metric for value in mine})
        )
        kept, sizes = without_counts(measured)
        for one in kept:
            yield fairness_id(one.metric, feature, split), group_table(one, sizes, method=WAY), one.metric


def _by_prefix(run: StoreRun) -> Iterator[_Value]:
    for item in run.metrics:
        named = _PREFIX.fullmatch(_once(item.key))
        if named:
            yield _Value(split=None, value=item.value, **named.groupdict())


def _once(key: str) -> str:
    """Return a key that MLflow 3 writes twice with a prefix, `p/m/p/m`, as it was meant."""
    half = len(key) // 2
    return key[:half] if key[:half] == key[half + 1 :] and key[half : half + 1] == "/" else key


def _by_data(model: StoreLoggedModel) -> Iterator[_Value]:
    """Yield the last value of each metric on each slice."""
    last: dict[tuple[str, str], _Value] = {}
    for link in model.metrics:
        named = _DATA.fullmatch(link.dataset_name)
        if named and ":" not in link.metric.key:
            last[link.dataset_name, link.metric.key] = _Value(
                metric=link.metric.key, value=link.metric.value, **named.groupdict()
            )
    yield from last.values()
