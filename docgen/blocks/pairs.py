"""How data sets lie to each other: what the test data repeat of the training data, and how far one has moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from docgen.blocks.origin import headed
from docgen.blocks.values import cell, gap_wanting, missing_box
from docgen.model.document import (
    Absent,
    Block,
    Dossier,
    Figure,
    Grid,
    Inline,
    Line,
    Mark,
    Paragraph,
    Plot,
    Shown,
    Words,
)
from docgen.model.evidence import Evidence, Scalar, Table
from docgen.model.policy import Bands

_WHAT = {
    "shared_rows": ("Rows of ", "second", " whose whole content stands in ", "first"),
    "shared_entities": ("Entities of ", "second", " that occur in ", "first"),
    "shared_entity_rows": ("Rows of ", "second", " that belong to such entities"),
    "duplicates_first": ("Rows of ", "first", " that repeat an earlier one"),
    "duplicates_second": ("Rows of ", "second", " that repeat an earlier one"),
    "keyless_first": ("Rows of ", "first", " without a key, compared with nothing"),
    "keyless_second": ("Rows of ", "second", " without a key, compared with nothing"),
}
"""Row of an overlap table -> our words, and where the name of a data set stands in them."""


def overlap(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return what of the second data set of each pair was there before."""
    blocks: list[Block] = []
    for item in dossier.snapshot.of_kind("overlap"):
        if (box := missing_box(item)) is not None:
            blocks.append(box)
        elif isinstance(item.value, Table):
            blocks += [*_pair("Overlap of", item, ("first", "second")), _counts(item, item.value)]
    wanted = "whether the evaluation data repeat rows or people of the training data"
    return tuple(blocks) or (gap_wanting(dossier, wanted, "overlap"),)


def _pair(title: str, item: Evidence, keys: tuple[str, str]) -> list[Block]:
    names = [item.value.attribute(key) for key in keys] if isinstance(item.value, Table) else []
    return headed(title, " and ".join(map(str, names)), (item,))


def _counts(item: Evidence, table: Table) -> Grid:
    rows = tuple(
        (
            _what(str(row[0]), item, table),
            *(cell(value, column, item.id) for value, column in zip(row[1:], table.columns[1:], strict=True)),
        )
        for row in table.rows
    )
    return Grid(
        caption="What was there before",
        columns=("What", *(column.title for column in table.columns[1:])),
        rows=rows,
        numeric=(1, 2, 3),
        notes=tuple(_how(item, table)),
    )


def _what(key: str, item: Evidence, table: Table) -> Line:
    return tuple(
        Shown(value=table.attribute(part), evidence=item.id) if part in {"first", "second"} else Words(text=part)
        for part in _WHAT.get(key, ("A count of another docgen",))
    )


def _how(item: Evidence, table: Table) -> Iterator[Line]:
    for key, label, form in (
        ("columns", "Columns compared: ", "code"),
        ("row_method", "Rows: ", "text"),
        ("key", "Key of an entity: ", "code"),
        ("key_method", "Entities: ", "text"),
    ):
        if (value := table.attribute(key)) is not None:
            yield (Words(text=label), Shown(value=value, evidence=item.id, format="code" if form == "code" else "text"))
    if table.attribute("key") is None:
        yield (
            Words(text="Entities: "),
            Absent(wanted="key", reason="no key was given, so that people may occur in both"),
        )


def shift(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the stability index of score, target and features for each pair of data sets, with chance beside it."""
    blocks: list[Block] = []
    for number, item in enumerate(dossier.snapshot.of_kind("shift"), 1):
        if (box := missing_box(item)) is not None:
            blocks.append(box)
        elif isinstance(item.value, Table):
            blocks += _moved(item, item.value, number, dossier.policy.psi)
    wanted = "whether the evaluation data are like the training data"
    return tuple(blocks) or (gap_wanting(dossier, wanted, "shift"),)


def _moved(item: Evidence, table: Table, number: int, bands: Bands | None) -> list[Block]:
    blocks: list[Block] = [*_pair("Shift between", item, ("reference", "current")), _summary(item, table)]
    column, index, noise = (table.index(key) for key in ("column", "index", "noise"))
    found = [row for row in table.rows if _number(row[index]) is not None]
    marks = tuple(
        Mark(label=str(row[column]), value=_number(row[index]) or 0.0, noise=_number(row[noise]))
        for row in sorted(found, key=lambda row: -(_number(row[index]) or 0.0))
    )
    if marks:
        above = sum(mark.noise is not None and mark.value > mark.noise for mark in marks)
        alt = (
            f"Stability index of {len(marks)} columns, largest first: {marks[0].label}. Grey bars reach to what chance "
            f"alone stays below; {above or 'none'} of the columns lie beyond. The table below says the same."
        )
        blocks.append(
            Figure(
                name=f"shift-{number}",
                plot=Plot(kind="dots", x_title="Stability index (PSI, CSI), nats", marks=marks),
                caption="Stability index (dots), and what chance alone stays below (grey bars)",
                alt=alt,
                evidence=(item.id,),
            )
        )
    return [*blocks, _grid(item, table, bands)]


def _summary(item: Evidence, table: Table) -> Paragraph:
    index, noise = table.index("index"), table.index("noise")
    pairs = [(_number(row[index]), _number(row[noise])) for row in table.rows]
    compared = [(value, bound) for value, bound in pairs if value is not None and bound is not None]
    beyond = sum(value > bound for value, bound in compared)
    return Paragraph(
        line=(
            Shown(value=beyond, evidence=f"snapshot:{item.id}", format="count"),
            Words(text=" of "),
            Shown(value=len(compared), evidence=f"snapshot:{item.id}", format="count"),
            Words(text=" columns moved further than chance alone explains; of many columns, some do so by chance."),
        )
    )


def _grid(item: Evidence, table: Table, bands: Bands | None) -> Grid:
    keys = ("column", "role", "index", "low", "expected", "noise", "bins", "n_reference", "n_current", "note")
    titles = {"low": "Interval", "note": "Note"}
    heads = [titles.get(key, table.columns[table.index(key)].title) for key in keys]
    rows = [[_cell(item, table, row, key) for key in keys] for row in table.rows]
    if bands is not None:
        heads.insert(-1, "The firm's band")
        for cells, row in zip(rows, table.rows, strict=True):
            cells.insert(-1, _banded(bands, _number(row[table.index("index")])))
    return Grid(
        caption="Stability index by column",
        columns=tuple(heads),
        rows=tuple(tuple(cells) for cells in rows),
        numeric=(2, 3, 4, 5, 6, 7, 8),
        notes=(*_notes(item, table), *(_scale(bands) if bands else ())),
    )


def _banded(bands: Bands, value: float | None) -> Line:
    """Return the band of the firm's policy that an index lies in."""
    if value is None:
        return (Absent(wanted="band", reason="none"),)
    found = next(band for band in bands.bands if band.below is None or value < band.below)
    return (Words(text=found.name),)


def _scale(bands: Bands) -> Iterator[Line]:
    """Yield the firm's bands with their source and what is to be done."""
    for band in bands.bands:
        limit = "and above" if band.below is None else f"below {band.below:g}"
        yield (Words(text=f"Band {band.name}: {limit}{f'. {band.action}' if band.action else ''}"),)
    yield (Words(text=f"Bands of the firm: {bands.source}. They know neither n nor bins."),)


def _cell(item: Evidence, table: Table, row: tuple[Scalar, ...], key: str) -> Line:
    value = row[table.index(key)]
    match key:
        case "column":
            return (Shown(value=value, evidence=item.id, format="code"),)
        case "low" if value is not None:
            high = Shown(value=row[table.index("high")], evidence=item.id, format="number")
            return (Shown(value=value, evidence=item.id, format="number"), Words(text=" to "), high)
        case "note" if not value:
            return ()
        case _ if row[table.index("index")] is None and key not in {"role", "note"}:
            return (Absent(wanted=key, reason="none"),)
        case _:
            return cell(value, table.columns[table.index(key)], item.id)


def _notes(item: Evidence, table: Table) -> Iterator[Line]:
    yield (
        Words(
            text="The index holds what chance adds to it; the interval is that of the population without this part, so "
            "that it may lie below the index."
        ),
    )
    labels = (("level", "Level: "), ("method", "Method: "), ("rule", "Bins: "), ("epsilon", "An empty bin counts as: "))
    for key, label in labels:
        if (value := table.attribute(key)) is not None:
            shown: Inline = Shown(value=value, evidence=item.id, format="percent" if key == "level" else "number")
            yield (Words(text=label), shown)


def _number(value: Scalar) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
