"""What came of a change: measures by cohort with their intervals, results by group, attributions. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.model.change import ChangeKind, Element
from docgen.model.evidence import Evidence, Interval, Quantity, Scalar, Table
from docgen.model.snapshot import Snapshot

Found = Iterator[Element | ChangeKind]

_QUANTITIES: tuple[tuple[str, ChangeKind], ...] = (
    ("metric", "metric"),
    ("calibration", "metric"),
    ("fairness", "fairness"),
)


def measures(before: Snapshot, after: Snapshot) -> Found:
    """Yield each measure that differs, with both intervals."""
    for source, kind in _QUANTITIES:
        old, new = ({item.id: item for item in snapshot.of_kind(source)} for snapshot in (before, after))
        for name in sorted({*old, *new}):
            yield from _rows(kind, name, old.get(name), new.get(name))
    names = {item.id for snapshot in (before, after) for item in snapshot.of_kind("explanation")}
    for name in sorted(names):
        yield from _rows("attribution", name, before.find(name), after.find(name))


def _rows(kind: ChangeKind, name: str, old: Evidence | None, new: Evidence | None) -> Found:
    """Yield a quantity as one element, a table as one for each of its rows that has a value."""
    rest = name.partition(":")[2]
    found = _values(old), _values(new)
    for row in dict.fromkeys((*found[0], *found[1])):
        first, second = found[0].get(row), found[1].get(row)
        if first is not None and second is not None and first.value == second.value:
            yield kind
            continue
        state = "added" if first is None else "removed" if second is None else "changed"
        ids = (*((f"before/{name}",) if old else ()), *((name,) if new else ()))
        yield Element(
            kind=kind,
            name=f"{rest} [{row}]" if row else rest,
            state=state,  # type: ignore[arg-type]  # a state by construction
            before=first.value if first else None,
            after=second.value if second else None,
            evidence=ids,
            before_quantity=first,
            after_quantity=second,
        )


def _values(item: Evidence | None) -> dict[str, Quantity]:
    """Return row -> quantity; a single quantity has the row ''."""
    if item is None:
        return {}
    if isinstance(item.value, Quantity):
        return {"": item.value}
    return table_values(item.value) if isinstance(item.value, Table) else {}


def table_values(table: Table) -> dict[str, Quantity]:
    """Return the first column's text -> value with interval, n and events, of a table by group or by feature."""
    keys = [column.key for column in table.columns]
    value = next((key for key in ("value", "mean_abs") if key in keys), None)
    if value is None:
        return {}
    level, method = table.attribute("level"), table.attribute("method")
    found: dict[str, Quantity] = {}
    for row in table.rows:
        cells = dict(zip(keys, row, strict=True))
        number = cells[value]
        if isinstance(number, (int, float)) and not isinstance(number, bool):
            found[str(row[0])] = _quantity(float(number), cells, level, method)
    return found


def _quantity(value: float, cells: dict[str, Scalar], level: Scalar, method: Scalar) -> Quantity:
    low, high = cells.get("low"), cells.get("high")
    whole = isinstance(low, (int, float)) and isinstance(high, (int, float))
    return Quantity(
        value=value,
        n=_count(cells.get("n")),
        events=_count(cells.get("events")),
        interval=Interval(
            low=float(low),  # type: ignore[arg-type]  # a number, as `whole` says
            high=float(high),  # type: ignore[arg-type]
            level=float(level) if isinstance(level, (int, float)) else 0.0,
            method=str(method or ""),
        )
        if whole
        else None,
    )


def _count(value: Scalar) -> int | None:
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
