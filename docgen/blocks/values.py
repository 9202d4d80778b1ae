"""How single facts become lines: a quantity with its interval and n, a gap with how to fill it."""

from __future__ import annotations

from docgen.assessment.select import parts
from docgen.model.assessment import Gap
from docgen.model.checks import (
    Bound,
    Check,
    DatasetManifest,
    FeedInTime,
    FreshWithin,
    NarrativeWritten,
    Present,
    leaves,
)
from docgen.model.document import (
    Absent,
    Block,
    Bullets,
    Dossier,
    GapBox,
    Inline,
    Line,
    Paragraph,
    Shown,
    ValueFormat,
    Words,
)
from docgen.model.evidence import Column, Evidence, Missing, Quantity, Scalar, Text
from docgen.model.snapshot import PREVIOUS

HELD_OUT_FIRST = ("test", "out_of_time", "holdout", "validation")
TRAINING = ("train", "training")

SPECIAL = {
    "nan": "not a number",
    "+inf": "infinite",
    "-inf": "minus infinite",
    "+inf (clamped)": "infinite (clamped by the store)",
    "-inf (clamped)": "minus infinite (clamped by the store)",
    "undefined": "undefined",
}
"""Words for a quantity without a finite value; never 0."""

NONE = (Absent(wanted="value"),)

_SUPPLY = "Log it in the run that trains or evaluates the model: docgen.log_evidence(...) or docgen.log_dataset(...)."
"""How to supply what no requirement of the regime asks for."""


def text(value: str | None, evidence: str, form: ValueFormat = "text") -> Line:
    """Return a text fact, or its absence."""
    return (Shown(value=value, evidence=evidence, format=form),) if value else (Absent(wanted="value"),)


def quantity(value: Quantity, evidence: str) -> Line:
    """Return a number as people quote it: value (95% interval), or why there is none."""
    if value.value is None:
        return (Absent(wanted="value", reason=SPECIAL.get(value.special or "", "not recorded")),)
    return (Shown(value=value.value, evidence=evidence, format="number", unit=_unit(value.unit)),)


def interval(value: Quantity, evidence: str) -> Line:
    """Return `low to high`, or that there is no interval."""
    if value.interval is None:
        return (Absent(wanted="interval", reason="none"),)
    return (
        Shown(value=value.interval.low, evidence=evidence, format="number"),
        Words(text=" to "),
        Shown(value=value.interval.high, evidence=evidence, format="number"),
    )


def full(value: Quantity, evidence: str) -> Line:
    """Return `value (95% CI low to high, n = ...)` with what there is."""
    line: list[Inline] = list(quantity(value, evidence))
    if value.value is None or (value.interval is None and value.n is None):
        return tuple(line)
    line.append(Words(text=" ("))
    if value.interval is not None:
        line.append(Shown(value=value.interval.level, evidence=evidence, format="percent"))
        line += [Words(text=" CI "), *interval(value, evidence)]
    if value.n is not None:
        line.append(Words(text=", n = " if value.interval is not None else "n = "))
        line.append(Shown(value=value.n, evidence=evidence, format="count"))
    line.append(Words(text=")"))
    return tuple(line)


def cell(value: Scalar, column: Column, evidence: str) -> Line:
    """Return a cell of an evidence table."""
    if value is None or value == "":
        return (Absent(wanted=column.title),) if value is None else ()
    if isinstance(value, bool):
        return (Shown(value="yes" if value else "no", evidence=evidence),)
    forms: dict[str, ValueFormat] = {"count": "count", "number": "number", "fraction": "number", "digest": "digest"}
    form = forms.get(column.kind, "text")
    return (
        Shown(
            value=value,
            evidence=evidence,
            format=form if isinstance(value, (int, float)) or form == "digest" else "text",
        ),
    )


def _unit(unit: str) -> str:
    """Fractions and ratios read as plain numbers."""
    return "" if unit in {"fraction", "ratio", ""} else unit


def name_of(item: Evidence) -> Line:
    """Return what a metric is called: docgen's title where the file gives one, else its key as logged."""
    value = item.value
    if isinstance(value, Quantity) and value.title:
        return (Shown(value=value.title, evidence=item.id),)
    return (Shown(value=parts(item.id).name, evidence=item.id, format="code"),)


def splits(items: tuple[Evidence, ...]) -> tuple[str | None, ...]:
    """Return the splits named by some ids: held-out ones first, unnamed and training ones last."""
    found = {parts(item.id).split for item in items}

    def rank(split: str | None) -> tuple[int, str]:
        if split in HELD_OUT_FIRST:
            return HELD_OUT_FIRST.index(split), ""
        last = 30 if split in TRAINING else 20 if split is None else 10
        return last, split or ""

    return tuple(sorted(found, key=rank))


def of_split(items: tuple[Evidence, ...], split: str | None) -> tuple[Evidence, ...]:
    """Return the items of one split."""
    return tuple(item for item in items if parts(item.id).split == split)


def previous(dossier: Dossier, evidence: str) -> Evidence | None:
    """Return the same fact of the previous version."""
    return dossier.snapshot.find(PREVIOUS + evidence)


def parts_of_fact(dossier: Dossier, evidence: str) -> Line:
    """Return what a tag says, as it was logged."""
    found = dossier.snapshot.find(evidence)
    if found is None or not isinstance(found.value, Text):
        return ()
    return Shown(value=found.value.text.strip(), evidence=evidence), Words(text=" ")


def gap_wanting(dossier: Dossier, wanted: str, kind: str, *, feature: str | None = None) -> GapBox:
    """Return the gap box for a missing kind of evidence: supplied as the requirement says that looks for this kind.

    A requirement that looks for this kind of feature goes first.
    """
    for regime, assessment in zip(dossier.regimes, dossier.assessments, strict=True):
        asking = {row.id: _features(row.check) for row in regime.requirements if kind in _kinds(row.check)}
        found = [gap for gap in assessment.gaps if gap.requirement in asking]
        if found:
            return _box(min(found, key=lambda gap: feature not in {None, *asking[gap.requirement]}), wanted)
    return GapBox(wanted=wanted, why="nothing of the kind was found", supply=_SUPPLY)


def _kinds(check: Check) -> frozenset[str]:
    """Return the kinds of evidence that a check looks for."""
    return frozenset(
        "dataset" if isinstance(part, DatasetManifest) else part.select.kind or (part.select.id or "").partition(":")[0]
        for part in leaves(check)
        if isinstance(part, (DatasetManifest, Present, Bound, FreshWithin, FeedInTime))
    )


def _features(check: Check) -> frozenset[str]:
    """Return the features that a check looks for."""
    return frozenset(part.select.feature or "" for part in leaves(check) if isinstance(part, (Present, Bound)))


def asking(dossier: Dossier, slot: str) -> tuple[str, ...]:
    """Return the requirements that ask for a narrative."""
    return tuple(row.id for regime in dossier.regimes for row in regime.requirements if slot in slots_of(row.check))


def slots_of(check: Check) -> frozenset[str]:
    """Return the narratives that a check asks for."""
    return frozenset(part.slot for part in leaves(check) if isinstance(part, NarrativeWritten))


def _box(gap: Gap, wanted: str) -> GapBox:
    return GapBox(wanted=wanted, why=gap.why, owner=gap.owner, supply=gap.supply, requirements=(gap.requirement,))


def left_out(items: tuple[Evidence, ...]) -> tuple[Block, ...]:
    """Return what an evaluation left out of its own accord, and why: remarks, not gaps."""
    lines: list[Line] = [
        (
            Shown(value=item.value.wanted, evidence=item.id),
            Words(text=": "),
            Shown(value=item.value.detail, evidence=item.id),
            Words(text="."),
        )
        for item in items
        if _is_left_out(item) and isinstance(item.value, Missing)
    ]
    return (Paragraph(line=(Words(text="Left out:"),)), Bullets(items=tuple(lines))) if lines else ()


def _is_left_out(item: Evidence) -> bool:
    return parts(item.id).name.split("/")[0] == "left_out"


def missing_box(item: Evidence) -> GapBox | None:
    """Return the gap box of evidence that is `Missing`, or None."""
    value = item.value
    if not isinstance(value, Missing) or _is_left_out(item):
        return None
    return GapBox(wanted=value.wanted, why=value.reason.replace("_", " "), supply=value.supply)
