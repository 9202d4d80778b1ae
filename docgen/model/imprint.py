"""What a PDF carries with it so that it can be matched, alone, with the dossier and the snapshot it was made from."""

from __future__ import annotations

from dataclasses import dataclass

from docgen.model.assessment import Assessment
from docgen.model.canonical import Digest
from docgen.model.manifest import Tool
from docgen.model.snapshot import Snapshot

IMPRINT_FORMAT = 1
"""Version of `imprint.json`; to change it raise the number and keep a reader of the old one in `docgen.publish`."""

IMPRINT_NAME = "imprint.json"
"""Name under which it is attached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """What identifies the document of one regime; the manifest cannot stand in it, as it lists the PDF's own digest."""

    format: int = IMPRINT_FORMAT
    subject: str
    """`models:/<name>/<version>` or `runs:/<id>`."""
    captured_at: str
    """ISO 8601 UTC: when the snapshot was taken."""
    snapshot: Digest
    regime: str
    edition: str
    regime_digest: Digest
    policy: Digest | None
    as_of: str
    """ISO date of the assessment."""
    verdicts: dict[str, int]
    """Verdict -> how many requirements have it; every verdict is there."""
    tools: tuple[Tool, ...]


def imprint_of(snapshot: Snapshot, assessment: Assessment, tools: tuple[Tool, ...]) -> Imprint:
    """Return the imprint of the document about an assessment."""
    return Imprint(
        subject=snapshot.subject.uri,
        captured_at=snapshot.captured_at,
        snapshot=assessment.snapshot,
        regime=assessment.regime,
        edition=assessment.edition,
        regime_digest=assessment.regime_digest,
        policy=assessment.policy,
        as_of=assessment.as_of,
        verdicts=assessment.counts,
        tools=tools,
    )
