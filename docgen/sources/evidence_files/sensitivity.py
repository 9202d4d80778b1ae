"""Evidence of docgen's files on sensitivity: a table of each group of changes, and what a bound may be held against."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from docgen.model import formats
from docgen.model.evidence import Attribute, Evidence, EvidenceId, Interval, Quantity, Scalar, Table, evidence_id
from docgen.model.layouts import RESPONSE_COLUMNS
from docgen.sources.evidence_files.source import Source, fact, stated

GROUPS = ("shock", "range", "missing", "joint")
"""In the order of a report."""

Measured = Callable[[formats.Response], Quantity | None]

MEASURES: dict[str, Measured] = {
    "score": lambda item: item.mean,
    "flips": lambda item: item.flips,
    "metric": lambda item: item.metric,
}
"""What of each scenario is a number by itself."""

LARGEST = {"flips": "Largest share of decisions that flip", "metric": "Largest change for the worse"}
"""What of the other groups is: an answer whose larger value is worse, so that a bound may be held against it."""


def sensitivity(record: formats.SensitivityFile, source: Source) -> Iterator[Evidence]:
    """Yield what was asked of the model, each group of changes as a table, and the answers that stand by themselves."""
    yield fact(source, _name(record, "evaluation"), _evaluation(record))
    yield fact(source, _name(record, "before"), record.before, "/before")
    for group in GROUPS:
        found = [(place, item) for place, item in enumerate(record.responses) if item.group == group]
        if not found:
            continue
        yield fact(source, _name(record, group), _table(record, [item for _, item in found]), "/responses")
        for key in MEASURES if group == "joint" else LARGEST:
            several = [(place, item, one) for place, item in found if (one := _known(item, key))]
            if group == "joint":
                yield from (_of_scenario(record, source, key, *entry) for entry in several)
            elif several:
                yield _largest(record, source, group, key, several)


def _name(record: formats.SensitivityFile, key: str) -> EvidenceId:
    return evidence_id("sensitivity", key, record.split)


def _known(item: formats.Response, key: str) -> Quantity | None:
    """Return a measure of a response, where it has a value."""
    found = MEASURES[key](item)
    return found if found is not None and found.value is not None else None


def _of_scenario(
    record: formats.SensitivityFile, source: Source, key: str, place: int, item: formats.Response, one: Quantity
) -> Evidence:
    told = replace(one, title=f"{one.title}, {item.name}", note=_joined(described(item), one.note))
    return fact(source, _name(record, f"joint/{item.name}.{key}"), told, f"/responses/{place}")


def _largest(
    record: formats.SensitivityFile,
    source: Source,
    group: str,
    key: str,
    several: list[tuple[int, formats.Response, Quantity]],
) -> Evidence:
    """Return the largest answer of a group of changes, with the change that it answers to."""
    place, item, one = max(several, key=lambda entry: _weight(entry[2]))
    title = f"{LARGEST[key]}, {one.title} ({group})" if key == "metric" else f"{LARGEST[key]} ({group})"
    told = replace(one, title=title, note=_joined(f"{item.name} {described(item)}", one.note))
    return fact(source, _name(record, f"{group}.{key}"), told, f"/responses/{place}")


def _joined(*texts: str) -> str:
    return "; ".join(text for text in texts if text)


def _weight(value: Quantity) -> float:
    """Return how far a value lies in the direction that is worse; in either, where neither is."""
    number = value.value or 0.0
    return abs(number) if value.higher_is_better is None else -number if value.higher_is_better else number


def described(item: formats.Response) -> str:
    """Return in words what was changed; the name of a single input stands before."""
    words = []
    for change in item.changes:
        text = _WORDS[change.kind].format(amount=_said(change))
        words.append(f"{change.feature} {text}" if item.group == "joint" else text)
    return "; ".join(words)


_WORDS = {
    "shift": "{amount}",
    "scale": "times {amount}",
    "quantile": "at its quantile {amount}",
    "value": "set to {amount}",
    "missing": "missing in the share {amount} of rows",
}


def _direction(item: formats.Response) -> str:
    """Return which way a single input was moved, where its kind of change has a direction."""
    change = item.changes[0] if len(item.changes) == 1 else None
    still = {"shift": 0.0, "scale": 1.0, "quantile": 0.5}
    if change is None or change.kind not in still or not isinstance(change.amount, (int, float)):
        return ""
    by = change.amount - still[change.kind]
    return "raised" if by > 0 else "lowered" if by < 0 else ""


def _said(change: formats.ChangedInput) -> str:
    """Return the amount of a change: with its sign where it is added."""
    amount = change.amount
    if isinstance(amount, str) or amount is None:
        return str(amount)
    return f"{amount:+g}" if change.kind == "shift" else f"{amount:g}"


def _evaluation(record: formats.SensitivityFile) -> Table:
    return stated(
        ("task", record.task),
        ("data", record.dataset.name),
        ("rows", record.dataset.rows),
        ("sha256", record.dataset.sha256),
        ("positive_label", record.positive_label),
        ("output", record.output),
        ("threshold", record.threshold),
        ("seed", record.seed),
        ("clusters", record.clusters),
        ("cluster_key", record.cluster_key or None),
    )


def _table(record: formats.SensitivityFile, items: list[formats.Response]) -> Table:
    attributes: dict[str, Scalar] = {
        "n": record.dataset.rows,
        "unit": record.unit or None,
        "metric": record.metric,
        "metric_title": record.before.title or record.metric,
        "level": record.level,
        **{f"{key}_method": _method(items, measured) for key, measured in MEASURES.items()},
    }
    return Table(
        columns=RESPONSE_COLUMNS,
        rows=tuple(_row(item) for item in items),
        attributes=tuple(Attribute(key=key, value=value) for key, value in attributes.items() if value is not None),
    )


def _method(items: list[formats.Response], measured: Measured) -> str | None:
    """Return how the intervals of a measure were formed."""
    ways = [one.interval.method for item in items if (one := measured(item)) and one.interval]
    return "; ".join(dict.fromkeys(ways)) or None


def _row(item: formats.Response) -> tuple[Scalar, ...]:
    outside = [change.outside for change in item.changes if change.outside is not None]
    notes = _joined(item.note, *(one.note for one in (item.mean, item.flips, item.metric) if one))
    return (
        item.name,
        described(item),
        _direction(item),
        *_ends(item.mean),
        item.mean_absolute,
        item.largest,
        *_ends(item.flips),
        item.flips.events if item.flips else None,
        item.raised,
        *_ends(item.metric),
        max(change.rows for change in item.changes) if item.changes else None,
        max(outside) if outside else None,
        notes,
    )


def _ends(value: Quantity | None) -> tuple[Scalar, Scalar, Scalar]:
    """Return value, low and high."""
    if value is None:
        return None, None, None
    found: Interval | None = value.interval
    return value.value, found.low if found else None, found.high if found else None
