"""Evidence of docgen's files about two data sets: overlap and shift."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.errors import IntegrityError
from docgen.model import formats
from docgen.model.evidence import Attribute, Column, Evidence, Interval, Quantity, Scalar, Table, evidence_id
from docgen.model.layouts import OVERLAP_COLUMNS, SHIFT_COLUMNS
from docgen.sources.evidence_files.source import Source, fact


def overlap(record: formats.OverlapFile, source: Source) -> Iterator[Evidence]:
    """Yield the counts as a table, and the shares of rows and entities.

    Raises:
        IntegrityError: the path names other data sets.
    """
    _check(source, record.first.name, record.second.name)
    name = f"{record.first.name}/{record.second.name}"
    entities = record.entities
    counts: list[tuple[str, int, int]] = [("shared_rows", record.shared_rows, record.second.rows)]
    if entities is not None:
        counts += [
            ("shared_entities", entities.shared, entities.second),
            ("shared_entity_rows", entities.shared_rows, record.second.rows),
        ]
    counts += [
        ("duplicates_first", record.duplicates_first, record.first.rows),
        ("duplicates_second", record.duplicates_second, record.second.rows),
    ]
    if entities is not None:
        counts += [
            ("keyless_first", entities.keyless_first, record.first.rows),
            ("keyless_second", entities.keyless_second, record.second.rows),
        ]
    attributes: dict[str, Scalar] = {
        "first": record.first.name,
        "second": record.second.name,
        "columns": ", ".join(record.columns),
        "row_method": record.method,
        "key": ", ".join(entities.key) if entities else None,
        "key_method": entities.method if entities else None,
    }
    rows = tuple((what, n, of, n / of if of else None) for what, n, of in counts)
    yield fact(source, evidence_id("overlap", name), _table(OVERLAP_COLUMNS, rows, attributes))
    note = "a count of all rows, not an estimate"
    yield _share(source, f"{name}/rows", record.shared_rows, record.second.rows, "Rows seen before", note)
    if entities is not None:
        yield _share(source, f"{name}/entities", entities.shared, entities.second, "Entities seen before", note)


def _share(source: Source, name: str, n: int, of: int, title: str, note: str) -> Evidence:
    value = Quantity(
        value=n / of if of else None,
        special=None if of else "undefined",
        unit="fraction",
        n=of,
        events=n,
        higher_is_better=False,
        title=title,
        note=note,
    )
    return fact(source, evidence_id("overlap", name), value)


def shift(record: formats.ShiftFile, source: Source) -> Iterator[Evidence]:
    """Yield the index of each column as a table, and that of score and target by itself.

    Raises:
        IntegrityError: the path names other data sets.
    """
    _check(source, record.reference.name, record.current.name)
    name = f"{record.reference.name}~{record.current.name}"
    attributes: dict[str, Scalar] = {
        "reference": record.reference.name,
        "current": record.current.name,
        "reference_sha256": record.reference.sha256,
        "current_sha256": record.current.sha256,
        "rule": record.rule,
        "epsilon": record.epsilon,
        "level": record.level,
        "method": record.method,
        "suppress_below": record.suppress_below,
    }
    rows = tuple(tuple(getattr(item, column.key) for column in SHIFT_COLUMNS) for item in record.columns)
    yield fact(source, evidence_id("shift", name), _table(SHIFT_COLUMNS, rows, attributes), "/columns")
    for position, item in enumerate(record.columns):
        if item.role != "feature":
            value = _index(item, record.level, record.method)
            yield fact(source, evidence_id("shift", f"{name}/{item.role}"), value, f"/columns/{position}")


def _index(item: formats.ShiftColumn, level: float, method: str) -> Quantity:
    return Quantity(
        value=item.index,
        special="undefined" if item.index is None else None,
        unit="nats",
        n=item.n_current,
        interval=Interval(low=item.low, high=item.high, level=level, method=method)
        if item.low is not None and item.high is not None
        else None,
        higher_is_better=False,
        title=f"Stability index of the {item.role}",
        note=item.note,
    )


def _table(columns: tuple[Column, ...], rows: tuple[tuple[Scalar, ...], ...], attributes: dict[str, Scalar]) -> Table:
    return Table(
        columns=columns,
        rows=rows,
        attributes=tuple(Attribute(key=key, value=value) for key, value in attributes.items() if value is not None),
    )


def _check(source: Source, first: str, second: str) -> None:
    if not source.path.endswith(f"/{first}~{second}.json"):
        raise IntegrityError(f"{source.path}: the file is about {first!r} and {second!r}, the path says another pair")
