"""What force the instrument behind a document has, before anything is claimed under it."""

from __future__ import annotations

from collections.abc import Mapping

from docgen.model.document import Block, Dossier, Line, Notice, Words

_TITLES = {
    "in_force": "Status of the instrument: in force",
    "superseded": "Superseded",
    "adopted_future": "Adopted, not in force yet",
    "draft": "Draft",
    "voluntary": "Voluntary",
}


def status(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return what force each regime's instrument has; that it was superseded cannot be overlooked."""
    blocks: list[Block] = []
    for regime, assessment in zip(dossier.regimes, dossier.assessments, strict=True):
        lines: list[Line] = [(Words(text=f"{regime.instrument}, {regime.edition}."),)]
        if regime.force:
            lines.append((Words(text=regime.force),))
        if regime.superseded_by:
            words = f"Superseded on {regime.superseded_on}; the regime in its place is {regime.superseded_by}."
            lines.append((Words(text=words, strong=True),))
        if assessment.stale_regime:
            words = f"These rows were last compared with the instrument on {regime.checked_on}: they are out of date."
            lines.append((Words(text=words, strong=True),))
        grave = regime.status == "superseded" or assessment.stale_regime
        blocks.append(Notice(title=_TITLES[regime.status], lines=tuple(lines), grave=grave))
    return tuple(blocks)
