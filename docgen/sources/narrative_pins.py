"""`docgen narratives pin`: what a narrative was written against goes into its front matter, with digests and values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from docgen.assessment.pins import pinned
from docgen.errors import Problem, ProblemsError, UsageError
from docgen.model.evidence import EvidenceId, Narrative, Pin
from docgen.model.regime import NarrativeSlot
from docgen.model.snapshot import Snapshot
from docgen.sources.narratives import narrative_parser, read_narratives
from docgen.store.files import write_atomic

_PREFIX = {"docgen:metric": "metric:", "docgen:value": "", "docgen:evidence": ""}
_BLOCK = re.compile(r"^evidence:[^\n]*\n(?:[ \t#-][^\n]*\n|\n)*", re.MULTILINE)


def pin_narrative(
    folder: Path, slot: NarrativeSlot, snapshot: Snapshot, extra: tuple[str, ...] = ()
) -> tuple[Pin, ...]:
    """Write into a narrative's front matter the evidence that it names, is pinned to, or is to be pinned to.

    Args:
        folder: of the narratives.
        slot: whose narrative.
        snapshot: the evidence as it is now.
        extra: further evidence ids.

    Returns:
        What now stands there, in order of ids.

    Raises:
        UsageError: the narrative is not written, or the snapshot does not hold what it names.
        StorageError: the file cannot be written; it is as it was.
    """
    (found,) = read_narratives(folder, (slot,))
    path = folder / f"{slot.slot}.md"
    if not isinstance(found.value, Narrative):
        raise UsageError(f"{path}: nothing is written yet, so there is nothing to pin", hint=f"write {path} first")
    named = dict.fromkeys((*named_in(found.value.text), *(pin.id for pin in found.value.evidence), *extra))
    pins = _pins(sorted(named), snapshot, path)
    text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    head, body = text[: text.index("\n---", 3) + 1], text[text.index("\n---", 3) + 1 :]
    write_atomic(path, (_BLOCK.sub("", head) + "".join(_lines(pins)) + body).encode("utf-8"))
    return pins


def named_in(text: str) -> tuple[str, ...]:
    """Return the evidence ids that the roles of a narrative name."""
    names: dict[str, None] = {}
    for token in narrative_parser().parse(text):
        for item in token.children or ():
            if item.type == "myst_role" and item.meta.get("name") in _PREFIX:
                names[_PREFIX[item.meta["name"]] + item.content.partition("#")[0]] = None
    return tuple(names)


def _pins(names: Iterable[str], snapshot: Snapshot, path: Path) -> tuple[Pin, ...]:
    found = [(name, snapshot.find(EvidenceId(name))) for name in names]
    lost = [name for name, item in found if item is None or item.missing or not name.isprintable()]
    if lost:
        raise ProblemsError(
            str(path),
            tuple(Problem(f"{name!r}: snapshot {snapshot.digest()[:12]} does not hold it") for name in lost),
            hint="correct the text or its front matter; the ids stand in the list of evidence of the dossier",
        )
    return tuple(pinned(item) for _, item in found if item is not None)


def _lines(pins: tuple[Pin, ...]) -> Iterable[str]:
    """Yield the lines of the front matter; JSON's text and numbers are YAML's too."""
    if pins:
        yield "evidence:\n"
    for pin in pins:
        yield f"  - id: {json.dumps(pin.id, ensure_ascii=False)}\n    sha256: {pin.sha256}\n"
        if isinstance(pin.value, str):
            yield f"    value: {json.dumps(pin.value, ensure_ascii=False)}\n"
        elif pin.value is not None:
            yield f"    value: {_number(json.dumps(pin.value))}\n"


def _number(text: str) -> str:
    """Return a number as strict YAML wants it: 1.0e-07, where JSON has 1e-07."""
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}.0e{exponent}" if e and "." not in mantissa else text
