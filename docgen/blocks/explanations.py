"""What drives the predictions: attributions with unit, background and direction, and what stands beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from docgen.assessment.select import parts
from docgen.blocks.fairness import number, suppression_note
from docgen.blocks.origin import headed
from docgen.blocks.ranks import rank_correlation
from docgen.blocks.values import cell, gap_wanting, left_out, missing_box, of_split, previous, splits
from docgen.model.document import (
    Absent,
    Block,
    Dossier,
    Facts,
    Figure,
    Grid,
    Heading,
    Line,
    Mark,
    Panel,
    Paragraph,
    Plot,
    Shown,
    ValueFormat,
    Words,
)
from docgen.model.evidence import Evidence, Scalar, Table
from docgen.model.snapshot import PREVIOUS

_FACTS: tuple[tuple[str, str, ValueFormat], ...] = (
    ("explainer", "Explainer", "text"),
    ("unit", "Unit", "text"),
    ("output", "Output explained", "text"),
    ("n", "Rows explained", "count"),
    ("rows_asked", "Rows asked for", "count"),
    ("budget", "Why fewer", "text"),
    ("additivity_error", "Largest miss of base value plus attributions to the output", "number"),
    ("additivity_tolerance", "Miss that rounding explains", "number"),
    ("background_rows", "Background rows", "count"),
    ("background_choice", "Background chosen", "text"),
    ("background_sha256", "Background SHA-256", "digest"),
    ("seed", "Seed", "text"),
    ("level", "Level of the intervals", "percent"),
    ("method", "Intervals", "text"),
    ("names", "Feature names", "text"),
    ("column", "Column of the file", "text"),
)

MAX_FEATURES = 10
"""Features in the figure by group."""

_LOCAL = (
    "Explanations of single decisions describe persons and are not kept here. They are made on demand with the "
    "explainer, the output and the background named above: docgen.evaluate.explain_rows(model, rows, background)."
)


def explanations(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return global attributions, split by split, with how they were computed and how they changed."""
    every = dossier.snapshot.of_kind("explanation")
    blocks: list[Block] = [box for item in every if (box := missing_box(item))]
    found = tuple(item for item, _ in tables(dossier, "global"))
    for place, split in enumerate(splits(found), 1):
        for part, item in enumerate(of_split(found, split), 1):
            if isinstance(item.value, Table):
                blocks += _one(dossier, item, item.value, f"{place}-{part}")
    blocks += left_out(every)
    return tuple(blocks) or (gap_wanting(dossier, "what drives the predictions", "explanation"),)


def tables(dossier: Dossier, name: str) -> Iterator[tuple[Evidence, Table]]:
    """Yield the tables of one name, and of names that begin with it and a space or slash."""
    for item in dossier.snapshot.of_kind("explanation"):
        found = parts(item.id).name
        if isinstance(item.value, Table) and (found == name or found.startswith((f"{name} ", f"{name}/"))):
            yield item, item.value


def _one(dossier: Dossier, item: Evidence, table: Table, name: str) -> list[Block]:
    split = parts(item.id).split
    marks = tuple(
        Mark(label=str(row[0]), value=float(row[1]), low=number(row[2]), high=number(row[3]))
        for row in table.rows
        if isinstance(row[1], (int, float))
    )
    unit = table.attribute("unit")
    blocks: list[Block] = []
    if split is not None:
        blocks += headed("On the data named", split, (item,))
    if marks:
        blocks.append(
            Figure(
                name=f"explanation-{name}",
                plot=Plot(kind="bars", x_title=f"Mean |SHAP|{f', {unit}' if unit else ''}", marks=marks),
                caption="Global attributions",
                alt=f"Bars of mean absolute SHAP value for {len(marks)} features; the largest is {marks[0].label}; "
                "values in the table below.",
                evidence=(item.id,),
            )
        )
    blocks += [_grid(item, table), _facts(item, table)]
    blocks += _since_previous(dossier, item, table)
    if split is not None and table.attribute("background_choice"):
        blocks.append(Paragraph(line=(Words(text=_LOCAL),)))
    return blocks


def _grid(item: Evidence, table: Table) -> Grid:
    keys = [column.key for column in table.columns]
    rows = []
    for row in table.rows:
        cells = [
            _direction(value, item.id) if key == "direction" else cell(value, column, item.id)
            for key, value, column in zip(keys, row, table.columns, strict=True)
        ]
        rows.append(tuple(cells))
    notes: tuple[Line, ...] = ()
    if "direction" in keys:
        text = (
            "Direction: rank correlation of the feature's values with its attributions; positive means that higher "
            "values raise the output explained."
        )
        notes = ((Words(text=text),),)
    return Grid(
        caption="Global attributions",
        columns=tuple(column.title for column in table.columns),
        rows=tuple(rows),
        numeric=tuple(range(1, len(keys))),
        notes=notes,
    )


def _direction(value: Scalar, evidence: str) -> Line:
    found = number(value)
    if found is None:
        return (Absent(wanted="direction", reason="none"),)
    return (Shown(value=found, evidence=evidence, format="number"),)


def _facts(item: Evidence, table: Table) -> Facts:
    facts: list[tuple[str, Line]] = [
        (label, (Shown(value=value, evidence=item.id, format=form),))
        for key, label, form in _FACTS
        if (value := table.attribute(key)) not in {None, ""}
    ]
    error, tolerance = number(table.attribute("additivity_error")), number(table.attribute("additivity_tolerance"))
    if tolerance is not None:
        words = (
            "not checked: the model does not give the output"
            if error is None
            else "they add up to the model's output"
            if error <= tolerance
            else "they do not add up to the model's output: do not rely on them"
        )
        facts.append(("Additivity", (Words(text=words),)))
    return Facts(rows=tuple(facts), caption="How it was computed")


def _since_previous(dossier: Dossier, item: Evidence, table: Table) -> Iterator[Block]:
    """Yield how the ranking of the features compares with that of the previous version."""
    before = previous(dossier, item.id)
    if before is None or not isinstance(before.value, Table):
        return
    old = {str(row[0]): size for row in before.value.rows if (size := number(row[1])) is not None}
    new = {str(row[0]): size for row in table.rows if (size := number(row[1])) is not None}
    common = sorted(old.keys() & new.keys())
    source = f"computed:rank_correlation/{PREVIOUS}{item.id}/{item.id}"
    rho = rank_correlation([old[name] for name in common], [new[name] for name in common])
    line: Line = (
        (Shown(value=rho, evidence=source, format="number"),)
        if rho is not None
        else (Absent(wanted="rank correlation", reason="needs three features in common whose sizes differ"),)
    )
    units = (before.value.attribute("unit"), table.attribute("unit"))
    note: Line = () if units[0] == units[1] else (Words(text="; the units differ, the ranks can still be compared"),)
    yield Facts(
        caption="Ranking against the previous version",
        rows=(
            ("Spearman's rank correlation of mean |SHAP|", (*line, *note)),
            ("Features in common", (Shown(value=len(common), evidence=source, format="count"),)),
            *(
                ((label, _names(names, where)),)[0]
                for label, names, where in (
                    ("Only in this version", sorted(new.keys() - old.keys()), item.id),
                    ("Only in the previous version", sorted(old.keys() - new.keys()), PREVIOUS + item.id),
                )
                if names
            ),
        ),
    )


def _names(names: list[str], evidence: str) -> Line:
    line: list[Shown | Words] = []
    for position, name in enumerate(names):
        line += [*((Words(text=", "),) if position else ()), Shown(value=name, evidence=evidence)]
    return tuple(line)


def by_group(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return attributions by group, features as panels."""
    blocks: list[Block] = []
    for place, (item, table) in enumerate(tables(dossier, "by_group"), 1):
        found = parts(item.id)
        sensitive = found.name.partition("/")[2] + (f" on {found.split}" if found.split else "")
        blocks.append(Heading(text="By", value=Shown(value=sensitive, evidence=item.id)))
        blocks += [*_group_figure(item, table, place), _group_grid(item, table)]
    return tuple(blocks) or nothing("attributions by group")


def _group_figure(item: Evidence, table: Table, place: int) -> Iterator[Figure]:
    features = list(dict.fromkeys(str(row[1]) for row in table.rows))[:MAX_FEATURES]
    groups = tuple(dict.fromkeys(str(row[0]) for row in table.rows))
    panels = tuple(
        Panel(
            title=group,
            marks=tuple(
                Mark(label=str(row[1]), value=value)
                for row in table.rows
                if row[0] == group and row[1] in features and (value := number(row[2])) is not None
            ),
        )
        for group in groups
    )
    if any(panel.marks for panel in panels):
        yield Figure(
            name=f"attributions-by-group-{place}",
            plot=Plot(kind="panels", x_title="", panels=panels, rows=tuple(features), shared=True),
            caption="Mean |SHAP| of the leading features by group",
            alt=f"Dots of mean absolute SHAP value of {len(features)} features in {len(groups)} groups. "
            "The table below gives the values.",
            evidence=(item.id,),
        )


def _group_grid(item: Evidence, table: Table) -> Grid:
    groups = list(dict.fromkeys(str(row[0]) for row in table.rows))
    features = list(dict.fromkeys(str(row[1]) for row in table.rows))
    values = {(str(row[0]), str(row[1])): row[2] for row in table.rows}
    sizes = {str(row[0]): row[3] for row in table.rows}

    def shown(value: Scalar, form: ValueFormat) -> Line:
        if value is None:
            return (Absent(wanted="value", reason="suppressed"),)
        return (Shown(value=value, evidence=item.id, format=form),)

    rows: list[tuple[Line, ...]] = [
        (
            (Shown(value=feature, evidence=item.id),),
            *(shown(values.get((group, feature)), "number") for group in groups),
        )
        for feature in features
    ]
    rows.append(((Words(text="Rows"),), *(shown(sizes[group], "count") for group in groups)))
    return Grid(
        caption="Mean |SHAP| by group",
        columns=("Feature", *((Shown(value=group, evidence=item.id),) for group in groups)),
        rows=tuple(rows),
        numeric=tuple(range(1, len(groups) + 1)),
        notes=tuple(suppression_note(item, table)),
    )


def nothing(what: str) -> tuple[Block, ...]:
    """Return a line that says that there is none."""
    return (Paragraph(line=(Absent(wanted=what, reason=f"No {what} were logged."),)),)
