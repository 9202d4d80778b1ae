"""Whose numbers stand below a heading: the data that they are of, and the run and the file that they were read from."""

from __future__ import annotations

from docgen.model.document import Block, Heading, Inline, Link, Paragraph, Shown, Words
from docgen.model.evidence import Evidence

MOST = 3
"""Files that are named; the list of evidence names all."""


def headed(text: str, value: str | None, items: tuple[Evidence, ...]) -> list[Block]:
    """Return a heading ended by a value of the first item, and where the items were read."""
    return [Heading(text=text, value=Shown(value=value, evidence=items[0].id)), read_from(items)]


def read_from(items: tuple[Evidence, ...]) -> Paragraph:
    """Return the runs and files that some evidence was read from, each with the SHA-256 of its bytes."""
    places = list({item.provenance.uri: item for item in reversed(items)}.values())[::-1]
    line: list[Inline] = [Words(text="Read from ")]
    for position, item in enumerate(places[:MOST]):
        line += [Words(text=", "), *_place(item)] if position else _place(item)
    if len(places) > MOST:
        line += [Words(text=" and "), Link(label="section:evidence", text="more in the list of evidence")]
    return Paragraph(line=(*line, Words(text=".")), quiet=True)


def _place(item: Evidence) -> list[Inline]:
    where = item.provenance
    line: list[Inline] = [Shown(value=where.uri, evidence=item.id, format="code")]
    if where.sha256:
        line += [
            Words(text=" (SHA-256 "),
            Shown(value=where.sha256, evidence=item.id, format="digest"),
            Words(text=")"),
        ]
    return line
