"""Champion versus challenger on identical rows: how far the measures lie apart, and who decided rightly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from docgen.assessment.select import parts
from docgen.blocks.origin import headed
from docgen.blocks.performance import EVALUATED, place_of
from docgen.blocks.tables import grid, methods, remarks
from docgen.blocks.values import gap_wanting, interval, missing_box, name_of, of_split, quantity, splits
from docgen.model.document import (
    Absent,
    Block,
    Dossier,
    Facts,
    Figure,
    GapBox,
    Grid,
    Line,
    Mark,
    Paragraph,
    Plot,
    Shown,
    ValueFormat,
    Words,
)
from docgen.model.evidence import Evidence, Quantity, Table

MODELS: dict[str, tuple[str, ValueFormat]] = {
    "champion": ("Champion", "text"),
    "champion_threshold": ("Champion's threshold", "number"),
    "challenger": ("Challenger", "text"),
    "challenger_threshold": ("Challenger's threshold", "number"),
    "keys_sha256": ("SHA-256 of the row keys, found equal", "digest"),
    **EVALUATED,
}
"""Item of `comparison:models@<split>` -> our word for it, and how its value looks."""

SUPPLY = "docgen.log_comparison(y_true=..., champion=..., challenger=..., split='test') inside the run."
_APART = frozenset({"models", "decisions", "mcnemar"})


@dataclass(frozen=True, slots=True)
class Sides:
    """What the two models of a comparison are to each other."""

    first: str
    second: str
    difference: str
    caption: str


CONTEST = Sides("Champion", "Challenger", "Challenger minus champion", "Champion and challenger")
REPLICATION = Sides("Developer", "Validator", "Validator minus developer", "Developer and validator")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Which comparison it is."""

    split: str | None
    against: str
    number: int
    sides: Sides


def comparison(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return each comparison of each split."""
    return _every(dossier, "comparison", CONTEST) or (_none(dossier),)


def replication(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the validator's own run beside the developer's, on identical rows."""
    wanted = "the validator's own run beside the developer's"
    return _every(dossier, "replication", REPLICATION) or (gap_wanting(dossier, wanted, "replication"),)


def _every(dossier: Dossier, kind: str, sides: Sides) -> tuple[Block, ...]:
    every = dossier.snapshot.of_kind(kind)
    blocks: list[Block] = [box for item in every if (box := missing_box(item))]
    found = tuple(item for item in every if not item.missing)
    number = 0
    for split in splits(found):
        mine = of_split(found, split)
        for against in sorted({_against(item) for item in mine}):
            number += 1
            place = _Place(split=split, against=against, number=number, sides=sides)
            blocks += _one(tuple(item for item in mine if _against(item) == against), place)
    return tuple(blocks)


def _none(dossier: Dossier) -> Block:
    """Return the gap, or that there is nothing to compare with yet."""
    if dossier.snapshot.previous is None:
        return Paragraph(line=(Words(text="There is no earlier version that this one could be compared with."),))
    return GapBox(
        wanted="a comparison with the model before it on identical rows",
        why="nothing of the kind was found",
        supply=SUPPLY,
    )


def _against(item: Evidence) -> str:
    return parts(item.id).name.rpartition("/")[0]


def _key(item: Evidence) -> str:
    return parts(item.id).name.rpartition("/")[2]


def _one(items: tuple[Evidence, ...], place: _Place) -> list[Block]:
    by_key = {_key(item): item for item in items}
    differences = sorted(
        (item for key, item in by_key.items() if "." not in key and key not in _APART), key=lambda i: place_of(_key(i))
    )
    blocks: list[Block] = headed("On the data named", place.split, items)
    if place.against:
        line = (Words(text="Against: "), Shown(value=place.against, evidence=items[0].id), Words(text="."))
        blocks.append(Paragraph(line=line))
    models = by_key.get("models")
    if models is not None and isinstance(models.value, Table):
        blocks.append(_models(models, models.value, place.sides))
    figure = _figure(differences, place)
    blocks += [figure] if figure else []
    blocks.append(_measures(differences, by_key, place.sides))
    return [*blocks, *_decisions(by_key)]


def _models(item: Evidence, table: Table, sides: Sides) -> Facts:
    rows: list[tuple[str, Line]] = []
    for key, value in table.rows:
        words, form = MODELS[str(key)]
        words = words.replace(CONTEST.first, sides.first).replace(CONTEST.second, sides.second)
        rows.append((words, (Shown(value=value, evidence=item.id, format=form),)))
    return Facts(rows=tuple(rows), caption="What was compared")


def _figure(differences: list[Evidence], place: _Place) -> Figure | None:
    """Return the differences of shares on a common axis around 0."""
    marks = tuple(
        Mark(
            label=(value.title or _key(item)).removesuffix(" difference"),
            value=value.value,
            low=value.interval.low,
            high=value.interval.high,
        )
        for item in differences
        if isinstance(value := item.value, Quantity)
        and value.value is not None
        and value.interval
        and value.unit == "fraction"
    )
    if not marks:
        return None
    plot = Plot(kind="dots", x_title=place.sides.difference, marks=marks, reference=0.0)
    return Figure(
        name=f"{differences[0].kind}-{place.number}",
        plot=plot,
        caption="Differences with their paired intervals",
        alt=f"Dot plot of {len(marks)} differences, {place.sides.difference.lower()}, around 0; values in the table.",
        evidence=tuple(item.id for item in differences),
    )


def _measures(differences: list[Evidence], by_key: Mapping[str, Evidence], sides: Sides) -> Grid:
    columns = ("Measure", "Better", sides.first, sides.second, "Difference", "Interval", "p")
    said: Line = (Words(text=f"A difference is {sides.difference.lower()} on the same rows."),)
    rows = tuple(_row(item, item.value, by_key) for item in differences if isinstance(item.value, Quantity))
    items = tuple(differences)
    notes = (said, *methods(items), *_tests(by_key), *remarks(items))
    return Grid(caption=sides.caption, columns=columns, rows=rows, numeric=(2, 3, 4, 5, 6), notes=notes)


def _row(item: Evidence, value: Quantity, by_key: Mapping[str, Evidence]) -> tuple[Line, ...]:
    key = _key(item)
    better = {True: "higher", False: "lower", None: ""}[value.higher_is_better]
    p = by_key.get(f"{key}.p")
    return (
        name_of(by_key[f"{key}.champion"]) if f"{key}.champion" in by_key else name_of(item),
        (Words(text=better),) if better else (),
        _value(by_key.get(f"{key}.champion")),
        _value(by_key.get(f"{key}.challenger")),
        quantity(value, item.id),
        interval(value, item.id),
        _value(p) if p is not None else (),
    )


def _value(item: Evidence | None) -> Line:
    if item is None or not isinstance(item.value, Quantity):
        return (Absent(wanted="value"),)
    return quantity(item.value, item.id)


def _tests(by_key: Mapping[str, Evidence]) -> list[Line]:
    """Return which test gave the p-values of measures."""
    return [
        (Shown(value=item.value.title, evidence=item.id), Words(text=": two-sided, of no difference."))
        for key, item in sorted(by_key.items())
        if key.endswith(".p") and isinstance(item.value, Quantity)
    ]


def _decisions(by_key: Mapping[str, Evidence]) -> list[Block]:
    item, test = by_key.get("decisions"), by_key.get("mcnemar")
    if item is None or not isinstance(item.value, Table):
        return []
    notes: tuple[Line, ...] = ()
    if test is not None and isinstance(test.value, Quantity):
        said: Line = (Words(text=" ("), Shown(value=test.value.note, evidence=test.id), Words(text=")."))
        notes = ((*name_of(test), Words(text=": "), *quantity(test.value, test.id), *said),)
    return [grid(item, item.value, "Rows by which model decided rightly", notes=notes)]
