"""Any kind of evidence as it is: a table as a table, quantities as measures. For kinds without a block of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from docgen.assessment.select import parts
from docgen.blocks.origin import headed
from docgen.blocks.tables import grid, measures
from docgen.blocks.values import gap_wanting, missing_box, of_split, splits, text
from docgen.errors import UsageError
from docgen.model.document import Block, Dossier, Facts, Heading, Line, Shown, Words
from docgen.model.evidence import Evidence, Quantity, Table, Text


def evidence_of(dossier: Dossier, options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return all evidence of one kind, split by split, or the gap that says how to supply it.

    Options: `evidence` is the kind, `wanted` says in words what is missing when there is none, `supply` how it comes to
    be there.

    Raises:
        UsageError: no kind was named.
    """
    kind = options.get("evidence")
    if not kind:
        raise UsageError("block 'evidence-of' needs the option evidence")
    every = dossier.snapshot.of_kind(kind)
    blocks: list[Block] = [box for item in every if (box := missing_box(item))]
    found = tuple(item for item in every if not item.missing)
    for split in splits(found):
        mine = of_split(found, split)
        if split is not None:
            blocks += headed("On the data named", split, mine)
        if any(isinstance(item.value, Quantity) for item in mine):
            blocks.append(measures(mine, "Measures"))
        for item in mine:
            blocks += shown_evidence(item)
    if blocks:
        return tuple(blocks)
    box = gap_wanting(dossier, options.get("wanted", kind), kind)
    return (replace(box, supply=options.get("supply", box.supply)),)


def shown_evidence(item: Evidence) -> tuple[Block, ...]:
    """Return a table or a text as a block; other values stand in the list of evidence."""
    name = Shown(value=parts(item.id).name, evidence=item.id, format="code")
    if isinstance(item.value, Table):
        return Heading(text="", value=name), grid(item, item.value, "Values", notes=_remarks(item, item.value))
    if isinstance(item.value, Text):
        return (Facts(rows=(((name,), text(item.value.text, item.id)),)),)
    return ()


def _remarks(item: Evidence, table: Table) -> tuple[Line, ...]:
    return tuple(
        (Words(text=f"{attribute.key.replace('_', ' ')}: "), Shown(value=attribute.value, evidence=item.id))
        for attribute in table.attributes
        if attribute.value not in {None, ""}
    )
