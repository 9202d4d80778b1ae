"""Archives of sealed dossiers as somebody makes them who should not."""

from __future__ import annotations

from docgen.bundle.seal import ARCHIVE, SUMS, content_digest, sums
from docgen.model.canonical import canonical, parse, sha256


def relisted(made: dict[str, bytes]) -> dict[str, bytes]:
    """The members with both lists of digests made anew, as somebody who covers their traces does."""
    head = parse(made[ARCHIVE], where=ARCHIVE)
    head["members"] = [
        {"path": path, "size": len(made[path]), "sha256": sha256(made[path])}
        for path in sorted(made) if path not in {ARCHIVE, SUMS}
    ]  # fmt: skip
    head["content"] = content_digest(made)
    made = {**made, ARCHIVE: canonical(head)}
    return {**made, SUMS: sums(made)}
