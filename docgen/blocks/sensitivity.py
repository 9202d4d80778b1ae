"""How the output answers to changed inputs: one at a time as a tornado, and scenarios, each beside its table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from docgen.assessment.select import parts
from docgen.blocks.fairness import number
from docgen.blocks.origin import headed
from docgen.blocks.performance import EVALUATED
from docgen.blocks.values import full, gap_wanting, missing_box, of_split, splits
from docgen.model.document import (
    Absent,
    Block,
    Dossier,
    Facts,
    Figure,
    Grid,
    Heading,
    Inline,
    Line,
    Mark,
    Plot,
    Shown,
    ValueFormat,
    Words,
)
from docgen.model.evidence import Evidence, EvidenceId, Quantity, Scalar, Table, evidence_id

GROUPS = {
    "shock": "One input shifted or scaled",
    "range": "One input at its extremes or set to a value",
    "missing": "One input without values",
    "joint": "Scenarios: several inputs changed together",
}
"""Name of a table -> our words for it."""

_ASKED: dict[str, tuple[str, ValueFormat]] = {**EVALUATED, "output": ("Score", "text"), "seed": ("Seed", "text")}

_ENDS = {
    "mean": ("mean_low", "mean_high"),
    "flips": ("flips_low", "flips_high"),
    "metric": ("metric_low", "metric_high"),
}

_WAYS = (
    ("score_method", "Interval of the mean change"),
    ("flips_method", "Interval of the share that flips"),
    ("metric_method", "Interval of the change of the measure"),
)


def sensitivity(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return how the model answers to changed inputs, split by split."""
    every = dossier.snapshot.of_kind("sensitivity")
    blocks: list[Block] = [box for item in every if (box := missing_box(item))]
    found = tuple(item for item in every if not item.missing)
    for place, split in enumerate(splits(found), 1):
        mine = {item.id: item for item in of_split(found, split)}
        blocks += headed("On the data named", split, tuple(mine.values()))
        blocks += _asked(mine, split)
        for group, words in GROUPS.items():
            item = mine.get(evidence_id("sensitivity", group, split))
            if item is not None and isinstance(item.value, Table):
                heading = Heading(text=f"{words}, on", value=Shown(value=split, evidence=item.id))
                blocks += [heading, *_figure(item, item.value, f"{group}-{place}"), _grid(item, item.value)]
    return tuple(blocks) or (gap_wanting(dossier, "how the output answers to changed inputs", "sensitivity"),)


def _asked(mine: Mapping[EvidenceId, Evidence], split: str | None) -> Iterator[Facts]:
    """Yield what the model was asked, and the measure before any change."""
    rows: list[tuple[str | Line, Line]] = []
    item = mine.get(evidence_id("sensitivity", "evaluation", split))
    if item is not None and isinstance(item.value, Table):
        for key, value in item.value.rows:
            words, form = _ASKED[str(key)]
            rows.append((words, (Shown(value=value, evidence=item.id, format=form),)))
    before = mine.get(evidence_id("sensitivity", "before", split))
    if before is not None and isinstance(before.value, Quantity):
        title: Line = (Shown(value=before.value.title, evidence=before.id), Words(text=" before any change"))
        rows.append((title, full(before.value, before.id)))
    if rows:
        yield Facts(rows=tuple(rows), caption="What was asked")


def _figure(item: Evidence, table: Table, name: str) -> Iterator[Figure]:
    keys = ("name", "direction", "mean", "mean_low", "mean_high")
    places = [table.index(key) for key in keys]
    marks = tuple(
        Mark(label=str(label), value=value, low=number(low), high=number(high), emphasis=direction == "lowered")
        for label, direction, mean, low, high in ([row[place] for place in places] for row in table.rows)
        if (value := number(mean)) is not None
    )
    if not marks:
        return
    widest = max(marks, key=lambda mark: abs(mark.value))
    unit = table.attribute("unit")
    yield Figure(
        name=f"sensitivity-{name}",
        plot=Plot(kind="tornado", x_title=f"Mean change of the score{f', {unit}' if unit else ''}", marks=marks),
        caption="Mean change of the score, widest first",
        alt=f"Bars from 0 of {len(marks)} changes; the widest is that of {widest.label}. The table below gives values.",
        evidence=(item.id,),
    )


def _grid(item: Evidence, table: Table) -> Grid:
    title: Line = (Words(text="Change of "), Shown(value=table.attribute("metric_title"), evidence=item.id))
    return Grid(
        caption="Answers to changed inputs",
        columns=(
            *("Change", "Mean change of the score (interval)", "Largest in a row"),
            *("Decisions that flip (interval)", (*title, Words(text=" (interval)")), "Beyond the data"),
        ),
        rows=tuple(_row(item, table, row) for row in table.rows),
        numeric=(1, 2, 3, 4, 5),
        notes=tuple(_notes(item, table)),
    )


def _row(item: Evidence, table: Table, row: tuple[Scalar, ...]) -> tuple[Line, ...]:
    by = dict(zip((column.key for column in table.columns), row, strict=True))

    def told(value: Scalar, form: ValueFormat = "number") -> Line:
        return (Absent(wanted="value", reason="none"),) if value is None else (_shown(item, value, form),)

    def measured(key: str) -> Line:
        low, high = (by[end] for end in _ENDS[key])
        if by[key] is None or low is None or high is None:
            return told(by[key])
        ends: tuple[Inline, ...] = (_shown(item, low), Words(text=" to "), _shown(item, high))
        return (*told(by[key]), Words(text=" ("), *ends, Words(text=")"))

    scenario = parts(item.id).name == "joint"
    return (
        (_shown(item, by["name"], "text" if scenario else "code"), Words(text=" "), _shown(item, by["what"], "text")),
        measured("mean"),
        told(by["largest"]),
        measured("flips"),
        measured("metric"),
        told(by["outside"], "count"),
    )


def _shown(item: Evidence, value: Scalar, form: ValueFormat = "number") -> Shown:
    return Shown(value=value, evidence=item.id, format=form)


def _notes(item: Evidence, table: Table) -> Iterator[Line]:
    """Yield n and how intervals were formed, and each remark once with the changes that it is about."""
    line: list[Inline] = [Words(text="Each over "), _shown(item, table.attribute("n"), "count"), Words(text=" rows")]
    if table.attribute("level") is not None:
        line += [Words(text=", intervals of "), _shown(item, table.attribute("level"), "percent")]
    yield (*line, Words(text=". A change is that after the inputs changed minus that before, on the same rows."))
    for key, words in _WAYS:
        if (way := table.attribute(key)) is not None:
            yield (Words(text=f"{words}: "), _shown(item, way, "text"), Words(text="."))
    said: dict[str, list[tuple[Scalar, Scalar]]] = {}
    for row in table.rows:
        if note := row[table.index("note")]:
            said.setdefault(str(note), []).append((row[table.index("name")], row[table.index("what")]))
    for note, changes in said.items():
        names: list[Inline] = []
        for place, (name, what) in enumerate(changes):
            names += [Words(text=", " if place else ""), _shown(item, name, "text"), Words(text=" ")]
            names.append(_shown(item, what, "text"))
        yield (*names, Words(text=": "), _shown(item, note, "text"), Words(text="."))
    yield (
        Words(
            text="Beyond the data: rows whose input lies beyond every value that the rows had; there it extrapolates."
        ),
    )
