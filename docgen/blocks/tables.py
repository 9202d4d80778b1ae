"""How tables of evidence become grids: measures with interval, n and remarks, and tables as they are."""

from __future__ import annotations

from docgen.blocks.values import cell, interval, name_of, quantity
from docgen.model.document import Curve, Grid, Inline, Line, Shown, Words
from docgen.model.evidence import Column, Evidence, Quantity, Table


def measures(items: tuple[Evidence, ...], caption: str) -> Grid:
    """Return quantities as rows, with how their intervals were formed and what else is to be said of them below."""
    rows = tuple(_measure(item, item.value) for item in items if isinstance(item.value, Quantity))
    columns = ("Measure", "Value", "Interval", "n", "Events")
    return Grid(
        caption=caption, columns=columns, rows=rows, numeric=(1, 2, 3, 4), notes=(*methods(items), *remarks(items))
    )


def _measure(item: Evidence, value: Quantity) -> tuple[Line, ...]:
    count: Line = (Shown(value=value.n, evidence=item.id, format="count"),) if value.n is not None else ()
    events: Line = (Shown(value=value.events, evidence=item.id, format="count"),) if value.events is not None else ()
    return name_of(item), quantity(value, item.id), interval(value, item.id), count, events


def methods(items: tuple[Evidence, ...]) -> list[Line]:
    """Return how the intervals were formed, each way once, with the measures it serves where there are several."""
    ways: dict[tuple[float, str], list[Evidence]] = {}
    for item in items:
        if isinstance(item.value, Quantity) and item.value.interval:
            ways.setdefault((item.value.interval.level, item.value.interval.method), []).append(item)
    return [
        (
            Words(text="Intervals: "),
            Shown(value=level, evidence=served[0].id, format="percent"),
            Words(text=", "),
            Shown(value=method, evidence=served[0].id),
            *((Words(text=", for "), *_names(served)) if len(ways) > 1 else ()),
            Words(text="."),
        )
        for (level, method), served in ways.items()
    ]


def remarks(items: tuple[Evidence, ...]) -> list[Line]:
    """Return the remarks on measures, each remark once."""
    said: dict[str, list[Evidence]] = {}
    for item in items:
        if isinstance(item.value, Quantity) and item.value.note:
            said.setdefault(item.value.note, []).append(item)
    return [
        (*_names(served), Words(text=": "), Shown(value=note, evidence=served[0].id), Words(text="."))
        for note, served in said.items()
    ]


def _names(items: list[Evidence]) -> Line:
    line: list[Inline] = []
    for position, item in enumerate(items):
        line += [*((Words(text=", "),) if position else ()), *name_of(item)]
    return tuple(line)


def grid(
    item: Evidence, table: Table, caption: str, *, columns: tuple[Column, ...] = (), notes: tuple[Line, ...] = ()
) -> Grid:
    """Return a table of evidence as it is, or some of its columns."""
    kept = columns or table.columns
    places = [table.index(column.key) for column in kept]
    rows = tuple(
        tuple(cell(row[place], column, item.id) for place, column in zip(places, kept, strict=True))
        for row in table.rows
    )
    numeric = tuple(place for place, column in enumerate(kept) if column.kind in {"number", "count", "fraction"})
    heads = tuple(column.title for column in kept)
    return Grid(caption=caption, columns=heads, rows=rows, numeric=numeric, notes=notes)


def formed(item: Evidence, table: Table) -> tuple[Line, ...]:
    """Return how the intervals of a table were formed, by its attributes; nothing when it does not say."""
    level, method = table.attribute("level"), table.attribute("method")
    if level is None:
        return ()
    return (
        (
            Words(text="Intervals: "),
            Shown(value=level, evidence=item.id, format="percent"),
            Words(text=", "),
            Shown(value=method, evidence=item.id),
            Words(text="."),
        ),
    )


def numbers(table: Table, *keys: str) -> tuple[tuple[float, ...], ...]:
    """Return columns of a table as numbers, from the rows in which all of them have one."""
    places = [table.index(key) for key in keys]
    whole = [
        tuple(float(value) for place in places if isinstance(value := row[place], (int, float))) for row in table.rows
    ]
    rows = [row for row in whole if len(row) == len(keys)]
    return tuple(tuple(row[place] for row in rows) for place in range(len(keys)))


def curve(table: Table, x: str, y: str) -> Curve:
    """Return a curve with the intervals `low` to `high`; where a row has none, both ends are the point itself."""
    along, up = numbers(table, x, y)
    low, high = table.index("low"), table.index("high")
    known = [row for row in table.rows if None not in {row[table.index(x)], row[table.index(y)]}]

    def ends(place: int) -> tuple[float, ...]:
        return tuple(
            float(edge) if isinstance(edge := row[place], (int, float)) else value
            for row, value in zip(known, up, strict=True)
        )

    return Curve(name=y, x=along, y=up, low=ends(low), high=ends(high))
