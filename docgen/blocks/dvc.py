"""What DVC locks at the run's commit, and which data set is which of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from docgen.blocks.values import cell, missing_box
from docgen.model.document import Absent, Block, Dossier, Grid, Inline, Line, Paragraph, Shown, Words
from docgen.model.evidence import Dataset, Evidence, Scalar, Table
from docgen.model.snapshot import Snapshot

MAX_ROWS = 200
"""Rows that a page shows; the snapshot holds all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A data set and what DVC locks under the path that its source names."""

    item: Evidence
    path: str
    digest: str | None


def locked_as(snapshot: Snapshot, data: Evidence) -> Joined | None:
    """Return what DVC locks of a data set: the output with the longest path that the data set's source ends with.

    A source is compared by whole parts of its path. Inside a folder that DVC tracks as one, the folder is the match.
    Two hashes under one path are no match. The hash is DVC's own, over the file; it says nothing about the digest of
    the frame.
    """
    source = data.value.source if isinstance(data.value, Dataset) else ""
    found = [entry for entry in _outputs(snapshot) if source and _names(source, entry)]
    if not found:
        return None
    best = max(found, key=lambda entry: len(entry.path))
    same = {entry.digest for entry in found if entry.path == best.path}
    return best if len(same) == 1 else None


def _outputs(snapshot: Snapshot) -> Iterator[Joined]:
    for item in snapshot.of_kind("dvc"):
        if isinstance(item.value, Table):
            role, name, digest = (item.value.index(key) for key in ("role", "name", "digest"))
            for row in item.value.rows:
                if row[role] == "out":
                    value = row[digest]
                    yield Joined(item=item, path=str(row[name]), digest=None if value is None else str(value))


def _names(source: str, entry: Joined) -> bool:
    place = "/" + source.removeprefix("file://").replace("\\", "/").removeprefix("./").lstrip("/")
    if place.endswith(f"/{entry.path.lstrip('/')}"):
        return True
    folder = entry.digest is not None and entry.digest.endswith(".dir")
    return folder and f"/{entry.path.lstrip('/')}/" in place


def dvc(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return dependencies, outputs and parameters of each stage and data file, and the commands."""
    items = dossier.snapshot.of_kind("dvc")
    if not items:
        return (Paragraph(line=(Words(text="The repository of the training code has no DVC files."),)),)
    blocks: list[Block] = [box for item in items if (box := missing_box(item))]
    tables = [(item, item.value) for item in items if isinstance(item.value, Table)]
    if tables:
        blocks.append(_locked(dossier.snapshot, tables))
    commands = [(item, command) for item, table in tables if (command := table.attribute("command"))]
    if commands:
        blocks.append(
            Grid(
                caption="Commands of the stages; docgen runs none of them",
                columns=("Stage", "Command"),
                rows=tuple(
                    (_name(item), (Shown(value=text, evidence=item.id, format="code"),)) for item, text in commands
                ),
            )
        )
    return tuple(blocks)


def _name(item: Evidence) -> Line:
    return (Shown(value=item.id.partition(":")[2], evidence=item.id, format="code"),)


def _locked(snapshot: Snapshot, tables: list[tuple[Evidence, Table]]) -> Grid:
    joined: dict[tuple[str, str], list[Evidence]] = {}
    for data in snapshot.of_kind("dataset"):
        if (found := locked_as(snapshot, data)) is not None:
            joined.setdefault((found.item.id, found.path), []).append(data)
    every = [(item, table, row) for item, table in tables for row in table.rows]
    rows = tuple(
        (
            _name(item),
            *(cell(row[table.index(key)], table.columns[table.index(key)], item.id) for key in ("role", "name")),
            _value(item, table, row),
            *(_count(item, table, row, key) for key in ("size", "files")),
            _data(joined, item, table, row),
        )
        for item, table, row in every[:MAX_ROWS]
    )
    notes: tuple[Line, ...] = (
        (Words(text="The hashes are DVC's own, over files; the digest of a data set is over its values."),),
    )
    if len(every) > MAX_ROWS:
        more = Shown(value=len(every) - MAX_ROWS, evidence="snapshot:evidence", format="count")
        notes = (*notes, (more, Words(text=" more rows stand in the snapshot.")))
    return Grid(
        caption="What DVC locks at the run's commit",
        columns=("Stage or file", "Role", "Path or parameter", "Hash or value", "Bytes", "Files", "Data set"),
        rows=rows,
        numeric=(4, 5),
        notes=notes,
    )


def _value(item: Evidence, table: Table, row: tuple[Scalar, ...]) -> Line:
    kind, digest, value = (row[table.index(key)] for key in ("algorithm", "digest", "value"))
    if digest is not None:
        shown = Shown(value=digest, evidence=item.id, format="digest")
        return (Shown(value=kind, evidence=item.id), Words(text=" "), shown)
    if value is not None:
        return (Shown(value=value, evidence=item.id, format="code"),)
    return (Absent(wanted="hash", reason="not locked"),)


def _count(item: Evidence, table: Table, row: tuple[Scalar, ...], key: str) -> Line:
    value = row[table.index(key)]
    return (Shown(value=value, evidence=item.id, format="count"),) if value is not None else ()


def _data(
    joined: Mapping[tuple[str, str], list[Evidence]], item: Evidence, table: Table, row: tuple[Scalar, ...]
) -> Line:
    """Return the data sets that lie under an output."""
    out = row[table.index("role")] == "out"
    line: list[Inline] = []
    for data in joined.get((item.id, str(row[table.index("name")])), []) if out else []:
        line += [Words(text=", ")] if line else []
        line.append(Shown(value=data.id.partition(":")[2], evidence=data.id))
    return tuple(line)
