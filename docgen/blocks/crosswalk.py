"""Where each row of an older regime went in the newer one, and where each row of the newer one came from."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.model.assessment import Verdict
from docgen.model.crosswalk import Crosswalk, CrosswalkLink
from docgen.model.document import Absent, Badge, Block, Dossier, Grid, Inline, Line, Link, Paragraph, Words

_BASIS = {"": "", "read": "read", "secondary": "from commentators", "recalled": "from memory"}


def crosswalk(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the crosswalks of the regimes, both ways, with the verdict where a regime was assessed."""
    if not dossier.crosswalks:
        return (Paragraph(line=(Words(text="No crosswalk leads from or to this regime."),)),)
    verdicts = _verdicts(dossier)
    blocks: list[Block] = []
    for item in dossier.crosswalks:
        blocks += [Paragraph(line=(Words(text=f"{item.note} Compared on {item.checked_on}."),))]
        blocks += [_forward(item, verdicts), _backward(item, verdicts)]
    return tuple(blocks)


def _verdicts(dossier: Dossier) -> dict[str, Verdict]:
    """Return the verdict of every row that has one in this dossier; only such rows can be linked to."""
    assessments = (*dossier.assessments, *(assessment for _, assessment in dossier.beside))
    return {result.requirement: result.verdict for assessment in assessments for result in assessment.results}


def _forward(item: Crosswalk, verdicts: dict[str, Verdict]) -> Grid:
    rows = tuple(_link(item, link, verdicts) for link in item.links if link.from_row is not None)
    columns = (f"Row of {item.from_regime}", "Became", f"Rows of {item.to_regime}", "Note", "Known from")
    return Grid(caption=f"From {item.from_regime} to {item.to_regime}", columns=columns, rows=rows)


def _link(item: Crosswalk, link: CrosswalkLink, verdicts: dict[str, Verdict]) -> tuple[Line, ...]:
    return (
        _row(item, link.from_row or "", verdicts),
        (Words(text=f"{link.status}, {link.direction}" if link.direction != link.status else link.status),),
        _rows(item, link.to_rows, verdicts),
        (Words(text=link.note),),
        (Words(text=_BASIS[link.basis]),),
    )


def _backward(item: Crosswalk, verdicts: dict[str, Verdict]) -> Grid:
    newer = [entry.row for entry in item.rows if entry.regime == item.to_regime]
    rows: list[tuple[Line, ...]] = []
    for row in newer:
        links = [link for link in item.links if row in link.to_rows]
        sources = tuple(link.from_row for link in links if link.from_row is not None)
        how = ", ".join(dict.fromkeys(link.status for link in links))
        rows.append((_row(item, row, verdicts), (Words(text=how),), _rows(item, sources, verdicts)))
    columns = (f"Row of {item.to_regime}", "Came about as", f"Rows of {item.from_regime}")
    return Grid(caption=f"From {item.to_regime} back to {item.from_regime}", columns=columns, rows=tuple(rows))


def _rows(item: Crosswalk, rows: tuple[str, ...], verdicts: dict[str, Verdict]) -> Line:
    line: list[Inline] = []
    for row in rows:
        line += [Words(text="; ")] if line else []
        line += _row(item, row, verdicts)
    return tuple(line) or (Absent(wanted="row", reason="none"),)


def _row(item: Crosswalk, row: str, verdicts: dict[str, Verdict]) -> Line:
    if row not in verdicts:
        return (Words(text=f"{row} {item.title(row)}"),)
    link = Link(label=f"need:{row}", text=row)
    return link, Words(text=f" {item.title(row)} "), Badge(verdict=verdicts[row])
