"""How the model treats groups: rates with intervals, against a reference group, and how far they lie apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from docgen.assessment.select import ANY, INTERSECTION, JOIN, parts
from docgen.blocks.origin import headed
from docgen.blocks.tables import methods
from docgen.blocks.values import full, gap_wanting, left_out, missing_box, splits
from docgen.model.document import (
    Absent,
    Block,
    Dossier,
    Figure,
    Grid,
    Inline,
    Line,
    Mark,
    Panel,
    Plot,
    Shown,
    Words,
)
from docgen.model.evidence import Evidence, Quantity, Scalar, Table, Value

ORDER = (
    "selection_rate",
    "base_rate",
    "true_positive_rate",
    "false_positive_rate",
    "positive_predictive_value",
    "accuracy",
    "roc_auc",
    "mean_error",
    "mean_absolute_error",
    "mean_prediction",
)
"""How measures follow each other; others come after them by name."""

TO_REFERENCE, BY_PERIOD, IMPACT, SCORES = ".to_reference", ".by_period", ".air_by_group", ".smd_by_group"
SUPPRESSED = "suppressed"

_EQUAL = (
    "An interval that ends at no difference, or at a ratio of one, ends there because neither can lie beyond it: the "
    "groups may be equal."
)

_AS_FOUND = (
    "Another tool made these figures: small groups stand here as its file has them. Nothing was suppressed, and mostly "
    "the file does not say how many rows a group has."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """What there is on one feature or intersection of one split."""

    name: str
    split: str | None
    items: tuple[Evidence, ...]

    @property
    def heading(self) -> list[Block]:
        """`By sex on test`, and where that was read."""
        return headed("By", self.name + (f" on {self.split}" if self.split else ""), self.items)

    def tables(self, suffix: str) -> tuple[tuple[str, Evidence, Table], ...]:
        """Return (measure, evidence, table) of each table whose name ends so; with "" those of plain measures."""
        found = []
        for item in self.items:
            name = parts(item.id).name
            plain = not name.endswith((TO_REFERENCE, BY_PERIOD, IMPACT, SCORES))
            if isinstance(item.value, Table) and (name.endswith(suffix) if suffix else plain):
                found.append((name.removesuffix(suffix), item, item.value))
        return tuple(sorted(found, key=lambda entry: _rank(entry[0])))


def features(dossier: Dossier) -> Iterator[Feature]:
    """Yield every feature and intersection, split by split, in a stable order."""
    every = tuple(item for item in dossier.snapshot.of_kind("fairness") if not item.missing)
    for split in splits(every):
        mine = [item for item in every if parts(item.id).split == split]
        for name in sorted({parts(item.id).feature or "" for item in mine}):
            items = tuple(item for item in mine if (parts(item.id).feature or "") == name)
            yield Feature(name=name, split=split, items=items)


def fairness(dossier: Dossier, options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return rates by group and disparities; `kind` is `unitary` (single features) or `intersectional`."""
    crossed = options.get("kind") == "intersectional"
    every = dossier.snapshot.of_kind("fairness")
    blocks: list[Block] = [] if crossed else [box for item in every if (box := missing_box(item))]
    chosen = [feature for feature in features(dossier) if (JOIN in feature.name) is crossed]
    for number, feature in enumerate(chosen, 1):
        blocks += _feature(feature, f"{'crossed' if crossed else 'group'}-{number}")
    wanted = "rates by intersection of sensitive features" if crossed else "rates by sensitive feature"
    found = tuple(blocks) or (gap_wanting(dossier, wanted, "fairness", feature=INTERSECTION if crossed else ANY),)
    return (*found, *left_out(every)) if crossed else found


def _feature(feature: Feature, stem: str) -> list[Block]:
    tables = feature.tables("")
    disparities = _disparities(feature)
    if not tables and not disparities:
        return []
    blocks: list[Block] = [*feature.heading]
    figure = _figure(tables, stem)
    blocks += [figure] if figure else []
    blocks += [_rates(feature, tables)] if tables else []
    blocks += [disparities] if disparities else []
    return blocks


def _rank(name: str) -> tuple[int, str]:
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)


def number(value: Scalar) -> float | None:
    """Return a number of a table's cell, or None."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def cells(table: Table, row: tuple[Scalar, ...]) -> dict[str, Scalar]:
    """Return a row by column key."""
    return {column.key: value for column, value in zip(table.columns, row, strict=True)}


def title_of(name: str, table: Table) -> str:
    """Return the name of a measure for people."""
    return str(table.attribute("metric_title") or name)


def _figure(tables: tuple[tuple[str, Evidence, Table], ...], stem: str) -> Figure | None:
    """Return each measure as a panel of dots, groups as rows."""
    panels, rows, told = [], dict[str, None](), []
    for name, _, table in tables:
        marks = tuple(_marks(table))
        rows |= dict.fromkeys(str(row[0]) for row in table.rows)
        reference = next((mark.value for mark in marks if mark.emphasis), None)
        panels.append(Panel(title=title_of(name, table), marks=marks, reference=reference))
        if len(marks) > 1:
            low, high = min(marks, key=lambda mark: mark.value), max(marks, key=lambda mark: mark.value)
            told.append(f"{title_of(name, table)}: lowest for {low.label}, highest for {high.label}")
    if not told:
        return None
    return Figure(
        name=f"fairness-{stem}",
        plot=Plot(kind="panels", x_title="", panels=tuple(panels), rows=tuple(rows)),
        caption=f"Measures by group{_seen(tuple(mark for panel in panels for mark in panel.marks))}",
        alt=f"Dots by group. {'; '.join(told)}. The table below gives the values.",
        evidence=tuple(item.id for _, item, _ in tables),
    )


def _seen(marks: tuple[Mark, ...]) -> str:
    """Return what the marks of a figure show beside values."""
    intervals = " with their intervals" if any(mark.low is not None for mark in marks) else ", without intervals"
    reference = "; the reference group is the diamond on the broken line"
    return intervals + (reference if any(mark.emphasis for mark in marks) else "")


def _marks(table: Table) -> Iterator[Mark]:
    reference = table.attribute("reference")
    for row in table.rows:
        by = cells(table, row)
        value = number(by["value"])
        if value is not None:
            yield Mark(
                label=str(by["group"]),
                value=value,
                low=number(by["low"]),
                high=number(by["high"]),
                emphasis=by["group"] == reference,
            )


def _rates(feature: Feature, tables: tuple[tuple[str, Evidence, Table], ...]) -> Grid:
    """Return every measure of every group, beside how it differs from the reference group."""
    against = {name: (item, table) for name, item, table in feature.tables(TO_REFERENCE)}
    rows = []
    for name, item, table in tables:
        other = against.get(name)
        compared = {str(row[0]): cells(other[1], row) for row in other[1].rows} if other else {}
        for row in table.rows:
            by = cells(table, row)
            line: tuple[Line, ...] = (
                (Shown(value=title_of(name, table), evidence=item.id),),
                group_name(by, item.id),
                value_with_interval(by, "value", item.id, note=True),
                rows_shown(by["n"], item.id),
            )
            if against:
                line += _compared(compared.get(str(by["group"])), other[0].id if other else item.id)
            rows.append(line)
    columns = ("Measure", "Group", "Value", "Rows")
    return Grid(
        caption="Measures by group",
        columns=(*columns, "Minus reference", "Divided by reference") if against else columns,
        rows=tuple(rows),
        numeric=(2, 3, 4, 5) if against else (2, 3),
        notes=tuple(_notes(feature, tables)),
    )


def _compared(by: dict[str, Scalar] | None, evidence: str) -> tuple[Line, Line]:
    """Return difference and ratio to the reference group, or why there is none.

    Nothing for a suppressed group, which its value says, nor for the ratio of measures that have none.
    """
    if by is None or by["note"] == SUPPRESSED:
        return (), ()
    if by["note"] == "reference":
        return (Words(text="reference"),), ()
    difference, ratio = (
        value_with_interval({**by, "low": by[f"{key}_low"], "high": by[f"{key}_high"]}, key, evidence, note=True)
        for key in ("difference", "ratio")
    )
    explained = by["ratio"] is not None or (by["difference"] is not None and by["note"])
    return difference, ratio if explained else ()


def group_name(by: Mapping[str, Scalar], evidence: str) -> Line:
    """Return a group's name, with the remark that it is small."""
    line: Line = (Shown(value=by["group"], evidence=evidence),)
    note = str(by.get("note") or "")
    if not note.startswith("small"):
        return line
    return (*line, Words(text=" ("), Shown(value=note, evidence=evidence), Words(text=")"))


def value_with_interval(by: Mapping[str, Scalar], key: str, evidence: str, *, note: bool = False) -> Line:
    """Return `value (low to high)` of a row; where there is none, that it is suppressed, or the row's own reason."""
    value, low, high = by[key], by.get("low"), by.get("high")
    if value is None:
        reason = str(by.get("note") or "")
        if reason == SUPPRESSED:
            return (Absent(wanted="value", reason=SUPPRESSED),)
        return (
            (Shown(value=reason, evidence=evidence),) if note and reason else (Absent(wanted="value", reason="none"),)
        )
    line: Line = (Shown(value=value, evidence=evidence, format="number"),)
    if low is None or high is None:
        why = str(by.get("note") or "")
        told = note and why.startswith("no interval")
        return (*line, Words(text=" ("), Shown(value=why, evidence=evidence), Words(text=")")) if told else line
    return (
        *line,
        Words(text=" ("),
        Shown(value=low, evidence=evidence, format="number"),
        Words(text=" to "),
        Shown(value=high, evidence=evidence, format="number"),
        Words(text=")"),
    )


def rows_shown(value: Scalar, evidence: str) -> Line:
    """Return a count, or nothing."""
    return () if value is None else (Shown(value=value, evidence=evidence, format="count"),)


def _notes(feature: Feature, tables: tuple[tuple[str, Evidence, Table], ...]) -> Iterator[Line]:
    """Yield how the table came about, each remark once."""
    _, item, table = tables[0]
    level, reference, smallest = (table.attribute(key) for key in ("level", "reference", "min_group_size"))
    against = feature.tables(TO_REFERENCE)
    if level is not None:
        yield (
            Words(text="Intervals: "),
            Shown(value=level, evidence=item.id, format="percent"),
            Words(text=", "),
            Shown(value=table.attribute("method"), evidence=item.id),
            *(_methods(against[0][1], against[0][2]) if against else ()),
            *_other_methods(tables, {name: (other, found) for name, other, found in against}),
            Words(text="."),
        )
    if reference:
        yield (Words(text="Reference group: "), Shown(value=reference, evidence=item.id), Words(text="."))
    if smallest is not None:
        yield (
            Words(text="Groups below "),
            Shown(value=smallest, evidence=item.id, format="count"),
            Words(text=" rows are called small and left out of what follows."),
        )
    if table.attribute("suppress_below") is None:
        yield (Words(text=_AS_FOUND),)
    yield from suppression_note(item, table)


def _methods(item: Evidence, table: Table) -> Line:
    line: Line = (
        Words(text="; of differences, "),
        Shown(value=table.attribute("difference_method"), evidence=item.id),
    )
    ratio = table.attribute("ratio_method")
    return (*line, Words(text="; of ratios, "), Shown(value=ratio, evidence=item.id)) if ratio else line


def _other_methods(
    tables: tuple[tuple[str, Evidence, Table], ...], against: Mapping[str, tuple[Evidence, Table]]
) -> Iterator[Inline]:
    """Yield how intervals were formed of measures that differ from the first in this."""
    usual = tables[0][2].attribute("method")
    for name, item, table in tables[1:]:
        if table.attribute("method") == usual:
            continue
        yield Words(text="; of ")
        yield Shown(value=title_of(name, table), evidence=item.id)
        yield Words(text=", ")
        yield Shown(value=table.attribute("method"), evidence=item.id)
        if name in against:
            other, compared = against[name]
            yield Words(text=" and, of its differences, ")
            yield Shown(value=compared.attribute("difference_method"), evidence=other.id)


def suppression_note(item: Evidence, table: Table) -> Iterator[Line]:
    """Yield below which count cells are suppressed, where any may be."""
    smallest = number(table.attribute("suppress_below"))
    if smallest is not None and smallest > 1:
        yield (
            Words(text="Suppressed: counts below "),
            Shown(value=smallest, evidence=item.id, format="count"),
            Words(text=", and as many more as it takes that they cannot be worked out."),
        )


def _disparities(feature: Feature) -> Grid | None:
    rows = []
    items = tuple(sorted(feature.items, key=lambda item: _rank(parts(item.id).name.partition(".")[0])))
    for item in items:
        if isinstance(item.value, Quantity):
            name = item.value.title or parts(item.id).name.replace("_", " ").replace(".", " ")
            rows.append((
                (Shown(value=name, evidence=item.id),),
                full(item.value, item.id),
                (Shown(value=item.value.note, evidence=item.id),) if item.value.note else (),
            ))  # fmt: skip
    if not rows:
        return None
    return Grid(
        caption="How far the groups lie apart",
        columns=("Measure", "Value", "How it was formed"),
        rows=tuple(rows),
        numeric=(1,),
        notes=(
            *methods(items),
            *(((Words(text=_EQUAL),),) if any(_reaches_equality(item.value) for item in items) else ()),
        ),
    )


def _reaches_equality(value: Value) -> bool:
    """Whether the interval of a disparity ends where groups are equal."""
    if not isinstance(value, Quantity) or value.interval is None:
        return False
    return value.interval.high == 1.0 if value.unit == "ratio" else value.interval.low == 0.0
