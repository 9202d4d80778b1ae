"""Legal overlays inside a base report: their rows, their status, and that none was built in where none was."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.blocks.sections import row_line, table
from docgen.model.document import Block, Dossier, Heading, Line, Paragraph, Words

_NONE = (
    "No legal overlay was built in. Name one beside the regime, for example --regime us_fair_lending, where law on the "
    "treatment of groups or on reasons given to applicants may apply to the model."
)


def overlays(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the rows of each overlay that was built with the regime of this page."""
    pairs = (*zip(dossier.regimes, dossier.assessments, strict=True), *dossier.beside)
    found = tuple((regime, assessment) for regime, assessment in pairs if regime.kind == "overlay")
    if not found:
        return (Paragraph(line=(Words(text=_NONE),)),)
    blocks: list[Block] = []
    for regime, assessment in found:
        results = {result.requirement: result for result in assessment.results}
        rows: tuple[tuple[Line, ...], ...] = tuple(
            row_line(regime, results[row.id], row.title) for row in regime.requirements
        )
        blocks.append(Heading(text=regime.title))
        blocks.append(Paragraph(line=(Words(text=f"{regime.instrument}, {regime.edition}. {regime.force}"),)))
        blocks.append(table("Rows of the overlay", rows))
    return tuple(blocks)
