"""What differs from the previous version: measures, parameters, data; and which versions came before."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.assessment.select import parts
from docgen.blocks.values import cell, full, previous
from docgen.model.document import Absent, Block, Dossier, Grid, Line, Paragraph, Shown, Words
from docgen.model.evidence import Column, Dataset, Evidence, Quantity, Scalar, Table, Text
from docgen.model.snapshot import PREVIOUS


def change(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return what differs from the previous version: measures, parameters, data, code."""
    before = dossier.snapshot.previous
    if before is None:
        return (Paragraph(line=(Words(text="There is no previous version to compare with."),)),)
    blocks: list[Block] = [
        Paragraph(
            line=(
                Words(text="Compared with version "),
                Shown(value=before.subject.version, evidence="snapshot:previous"),
                Words(text="."),
            )
        )
    ]
    blocks += [block for block in (_metrics(dossier), _params(dossier), _data(dossier)) if block]
    return tuple(blocks)


def _metrics(dossier: Dossier) -> Grid | None:
    rows: list[tuple[Line, ...]] = []
    for item in dossier.snapshot.of_kind("metric"):
        old = previous(dossier, item.id)
        if isinstance(item.value, Quantity) and item.value.interval and old and isinstance(old.value, Quantity):
            label = (
                Shown(value=f"{item.value.title or parts(item.id).name} on {parts(item.id).split}", evidence=item.id),
            )
            rows.append((label, full(old.value, PREVIOUS + item.id), full(item.value, item.id)))
    note: Line = (
        Words(
            text="Overlapping intervals do not show that two versions are equal; "
            "a paired comparison on the same rows would."
        ),
    )
    return (
        Grid(
            caption="Measures before and now",
            columns=("Measure", "Previous version", "This version"),
            rows=tuple(rows),
            numeric=(1, 2),
            notes=(note,),
        )
        if rows
        else None
    )


def _params(dossier: Dossier) -> Block | None:
    before = (
        {item.id: item for item in dossier.snapshot.previous.evidence if item.kind == "param"}
        if dossier.snapshot.previous
        else {}
    )
    now = {item.id: item for item in dossier.snapshot.of_kind("param")}
    rows: list[tuple[Line, ...]] = []
    for name in sorted({*before, *now}):
        old, new = before.get(name), now.get(name)
        if _text(old) != _text(new):
            shown = new or old
            key = (Shown(value=name.partition(":")[2], evidence=name if new else PREVIOUS + name, format="code"),)
            gone, added = (Absent(wanted="value", reason="not set"),), (Absent(wanted="value", reason="not set"),)
            left: Line = (Shown(value=_text(old), evidence=PREVIOUS + name, format="code"),) if old else added
            right: Line = (Shown(value=_text(new), evidence=name, format="code"),) if new else gone
            if shown:
                rows.append((key, left, right))
    return (
        Grid(
            caption="Parameters that differ",
            columns=("Parameter", "Previous version", "This version"),
            rows=tuple(rows),
        )
        if rows
        else None
    )


def _text(item: Evidence | None) -> str | None:
    return item.value.text if item and isinstance(item.value, Text) else None


def _data(dossier: Dossier) -> Block | None:
    rows: list[tuple[Line, ...]] = []
    for item in dossier.snapshot.of_kind("dataset"):
        old = previous(dossier, item.id)
        if isinstance(item.value, Dataset) and old and isinstance(old.value, Dataset):
            both = item.value.sha256 and old.value.sha256
            same = (
                "unknown: no full digest of both"
                if not both
                else "same content"
                if item.value.sha256 == old.value.sha256
                else "changed"
            )
            rows.append(
                (
                    (Shown(value=item.id.partition(":")[2], evidence=item.id),),
                    _proof(old.value, PREVIOUS + item.id),
                    _proof(item.value, item.id),
                    (Words(text=same),),
                )
            )
    return (
        Grid(
            caption="Data before and now",
            columns=("Data set", "Previous SHA-256", "SHA-256 now", "Result"),
            rows=tuple(rows),
        )
        if rows
        else None
    )


def _proof(value: Dataset, name: str) -> Line:
    return (
        (Shown(value=value.sha256, evidence=name, format="digest"),)
        if value.sha256
        else (Absent(wanted="SHA-256", reason="not logged"),)
    )


def versions(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the versions of the model below this one, newest first."""
    item = dossier.snapshot.find("versions:earlier")
    if item is None or not isinstance(item.value, Table):
        return (Paragraph(line=(Words(text="No earlier version of the model is registered."),)),)
    table = item.value
    total = Shown(value=table.attribute("total"), evidence=item.id, format="count")
    return (
        Grid(
            caption="Earlier versions of the model",
            columns=tuple(column.title for column in table.columns),
            rows=tuple(
                tuple(_version_cell(value, column, item) for value, column in zip(row, table.columns, strict=True))
                for row in table.rows
            ),
            notes=((Words(text="Earlier versions in all: "), total, Words(text=".")),),
        ),
    )


def _version_cell(value: Scalar, column: Column, item: Evidence) -> Line:
    if column.key == "created" and value is not None:
        return (Shown(value=value, evidence=item.id, format="time"),)
    return cell(value, column, item.id)
