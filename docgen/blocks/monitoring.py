"""What was seen of the model in use, series by series: what is stale, what went beyond a limit, what was seen last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby

from docgen.assessment.select import parts
from docgen.blocks.values import HELD_OUT_FIRST, gap_wanting
from docgen.model.assessment import Verdict
from docgen.model.document import (
    Absent,
    Badge,
    Block,
    Dossier,
    GapBox,
    Grid,
    Inline,
    Line,
    Paragraph,
    Shown,
    Words,
)
from docgen.model.evidence import Evidence, EvidenceId, Missing, Quantity, Scalar, Table
from docgen.model.monitoring import KINDS, PLACE, kind_of, last_seen, overdue

KIND = "monitoring"
TITLES = {
    "performance": "Performance",
    "drift": "Drift",
    "fairness": "Fairness",
    "data_quality": "Quality of the data",
    "other": "Other measures",
}

MAX_BOXES = 8

Series = tuple[Evidence, Table]


def feeds(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return what is stale or beyond a limit, then each series with its last value and when it was last seen."""
    found = series_of(dossier)
    blocks: list[Block] = [
        _missing_box(item, item.value) for item in dossier.snapshot.of_kind(KIND) if isinstance(item.value, Missing)
    ]
    if not found:
        return (*blocks, *_none(dossier))
    stale = [item for item in found if _late(dossier, item[1])]
    blocks += [_stale_box(dossier, item) for item in stale[:MAX_BOXES]]
    if len(stale) > MAX_BOXES:
        blocks.append(Paragraph(line=(Words(text="More feeds are stale: the tables show which."),)))
    blocks.append(_beyond(found))
    blocks += [_feeds(dossier, kind, mine) for kind, mine in by_kind(found)]
    return tuple(blocks)


def _feeds(dossier: Dossier, kind: str, found: list[Series]) -> Grid:
    """Return the series of a kind; beside the last value the one before use, where it was measured."""
    before = [_before_use(dossier, evidence) for evidence, _ in found]
    rows = [_feed(dossier, *item) for item in found]
    columns = ["Series", "Last value", "Interval", "Last seen", "Points", "Beyond limits", "In time"]
    if any(before):
        columns.insert(1, "Before use")
        rows = [(row[0], _was(item), *row[1:]) for row, item in zip(rows, before, strict=True)]
    return Grid(
        caption=f"Feeds: {TITLES[kind].lower()}",
        columns=tuple(columns),
        rows=tuple(rows),
        numeric=tuple(number for number, name in enumerate(columns) if name in _NUMERIC),
        notes=((Words(text="Before use: the same measure on the data that the version was evaluated on."),),)
        if any(before)
        else (),
    )


_NUMERIC = {"Before use", "Last value", "Interval", "Points"}

_MEASURED = {"performance": ("metric", "calibration"), "fairness": ("fairness",)}
"""What a series watches -> kinds of evidence that hold the same measure of held-out data."""


def _before_use(dossier: Dossier, evidence: Evidence) -> Evidence | None:
    """Return the measure that a series watches, as it was on held-out data."""
    key = evidence.id.partition("/")[2]
    kinds = _MEASURED.get(kind_of(evidence.id), ())
    names = (EvidenceId(f"{kind}:{key}@{split}") for split in HELD_OUT_FIRST for kind in kinds)
    found = (dossier.snapshot.find(name) for name in names)
    return next((item for item in found if item and _value(item) is not None), None)


def _value(item: Evidence) -> float | None:
    return item.value.value if isinstance(item.value, Quantity) else None


def _was(measured: Evidence | None) -> Line:
    if measured is None:
        return (Absent(wanted="value", reason="not measured"),)
    return (
        Shown(value=_value(measured), evidence=measured.id, format="number"),
        Words(text=" on "),
        Shown(value=parts(measured.id).split, evidence=measured.id),
    )


def by_kind(found: list[Series]) -> Iterator[tuple[str, list[Series]]]:
    """Yield the series of each kind."""
    for kind, mine in groupby(found, key=lambda item: kind_of(item[0].id)):
        yield kind, list(mine)


def series_of(dossier: Dossier) -> list[Series]:
    """Return the series kind by kind; of a kind, those with most breaches first, then those with limits."""
    order = (*KINDS, "other")

    def rank(item: Series) -> tuple[int, int, int, bool, str]:
        reds, ambers = (count if isinstance(count := item[1].attribute(key), int) else 0 for key in ("reds", "ambers"))
        return order.index(kind_of(item[0].id)), -reds, -ambers, not _is_judged(item[1]), item[0].id

    found = [(item, item.value) for item in dossier.snapshot.of_kind(KIND) if isinstance(item.value, Table)]
    return sorted(found, key=rank)


def _is_judged(series: Table) -> bool:
    return any(cells[PLACE["state"]] is not None for cells in series.rows)


def _beyond(found: list[Series]) -> Block:
    """Return the series that went beyond a limit, with the limits; or that none did, or that nobody set limits."""
    if not any(_is_judged(series) for _, series in found):
        return Paragraph(line=(Words(text="Nobody set limits: nothing here has been judged.", strong=True),))
    beyond = [item for item in found if item[1].attribute("reds") or item[1].attribute("ambers")]
    if not beyond:
        return Paragraph(line=(Words(text="No series that has limits went beyond them."),))
    return Grid(
        caption="Beyond limits",
        columns=("Series", "State when last seen", "Last value", "Amber", "Red", "Points beyond", "Limits from"),
        rows=tuple(_breach(evidence, series) for evidence, series in beyond),
        numeric=(2, 3, 4),
        notes=((Words(text=f"{_AT_LIMIT} A limit is what somebody set; docgen has none of its own."),),),
    )


_AT_LIMIT = "A point that equals its limit is not beyond it."


def _breach(evidence: Evidence, series: Table) -> tuple[Line, ...]:
    last = series.rows[-1]
    state, source = last[PLACE["state"]], series.attribute("limits_source")
    return (
        name_of(evidence, series),
        (Words(text=str(state), strong=state in {"amber", "red"}),)
        if state
        else (Absent(wanted="state", reason="none"),),
        _last_value(evidence, series),
        *(
            (Shown(value=last[PLACE[key]], evidence=evidence.id, format="number"),)
            if last[PLACE[key]] is not None
            else (Absent(wanted="limit", reason="none"),)
            for key in ("amber", "red")
        ),
        _breaches(evidence, series),
        (Shown(value=source, evidence=evidence.id),) if source else (Absent(wanted="source", reason="not said"),),
    )


def _none(dossier: Dossier) -> tuple[Block, ...]:
    """Return that nothing need be watched, where every requirement that asks for it says so, or else the gap."""
    asked = [
        result
        for regime, assessment in zip(dossier.regimes, dossier.assessments, strict=True)
        for result in assessment.results
        if result.requirement in {row.id for row in regime.requirements if row.page == KIND}
    ]
    if asked and all(result.verdict is Verdict.NOT_APPLICABLE for result in asked):
        line: Line = (Badge(verdict=asked[0].verdict), Words(text=f" {asked[0].requirement}: {asked[0].reason}."))
        return (Paragraph(line=line),)
    return (gap_wanting(dossier, "monitoring of the version in use", KIND),)


def _late(dossier: Dossier, series: Table) -> bool:
    late = overdue(series, _today(dossier))
    return late is not None and late > 0


def _today(dossier: Dossier) -> date:
    """Return the day of the assessment; that of the capture where nothing was assessed."""
    day = dossier.assessments[0].as_of if dossier.assessments else dossier.snapshot.captured_at
    return date.fromisoformat(day[:10])


def _missing_box(evidence: Evidence, gap: Missing) -> GapBox:
    name = evidence.provenance.uri if gap.reason == "unreadable" else parts(evidence.id).name
    wanted: Line = (Words(text=f"{gap.wanted}: "), Shown(value=name, evidence=evidence.id, format="code"))
    return GapBox(wanted=wanted, why=gap.reason.replace("_", " "), supply=gap.supply)


def _stale_box(dossier: Dossier, item: Series) -> GapBox:
    evidence, series = item
    wanted: Line = (Words(text="a newer point of "), *name_of(evidence, series))
    why: Line = (
        Words(text="last seen "),
        Shown(value=last_seen(series), evidence=evidence.id, format="time"),
        Words(text=", and a point is due every "),
        Shown(value=series.attribute("cadence_days"), evidence=evidence.id, format="count"),
        Words(text=" days"),
    )
    asking = gap_wanting(dossier, "", KIND)
    return GapBox(
        wanted=wanted,
        why=why,
        owner=asking.owner,
        supply="run the monitoring again, or find out why it stopped",
        requirements=asking.requirements,
    )


def name_of(evidence: Evidence, series: Table) -> Line:
    """Return what a series is called: its title and feature, else its key."""
    title, feature = series.attribute("title"), series.attribute("feature")
    if not title:
        return (Shown(value=parts(evidence.id).name, evidence=evidence.id, format="code"),)
    if not feature:
        return (Shown(value=title, evidence=evidence.id),)
    return (Shown(value=title, evidence=evidence.id), Words(text=", "), Shown(value=feature, evidence=evidence.id))


def _feed(dossier: Dossier, evidence: Evidence, series: Table) -> tuple[Line, ...]:
    return (
        name_of(evidence, series),
        _last_value(evidence, series),
        _interval(evidence, series.rows[-1]),
        (Shown(value=last_seen(series), evidence=evidence.id, format="time"),),
        (Shown(value=series.attribute("points"), evidence=evidence.id, format="count"),),
        _breaches(evidence, series),
        _timely(dossier, evidence, series),
    )


def _last_value(evidence: Evidence, series: Table) -> Line:
    last = series.rows[-1]
    if last[PLACE["value"]] is None:
        return (Absent(wanted="value", reason=str(last[PLACE["note"]]) or "not recorded"),)
    return (Shown(value=last[PLACE["value"]], evidence=evidence.id, format="number"), *_unit(evidence, series))


def _breaches(evidence: Evidence, series: Table) -> Line:
    """Return how many points went beyond a limit; or that nothing was judged."""
    if not _is_judged(series):
        return (Absent(wanted="limits", reason="no limits"),)
    line: list[Inline] = []
    for key, word in (("reds", "red"), ("ambers", "amber")):
        if series.attribute(key):
            line += [Words(text=", ")] if line else []
            line += [Shown(value=series.attribute(key), evidence=evidence.id, format="count"), Words(text=f" {word}")]
    return tuple(line) or (Words(text="none"),)


def _timely(dossier: Dossier, evidence: Evidence, series: Table) -> Line:
    cadence = series.attribute("cadence_days")
    if cadence is None:
        return (Absent(wanted="cadence", reason="no cadence"),)
    late = overdue(series, _today(dossier))
    state = "lies ahead" if late is None else "stale" if late > 0 else "yes"
    return (
        Words(text=state, strong=state != "yes"),
        Words(text="; due every "),
        Shown(value=cadence, evidence=evidence.id, format="count"),
        Words(text=" days"),
    )


def _interval(evidence: Evidence, cells: tuple[Scalar, ...]) -> Line:
    low, high = cells[PLACE["low"]], cells[PLACE["high"]]
    if low is None or high is None:
        return (Absent(wanted="interval", reason="none"),)
    return (
        Shown(value=low, evidence=evidence.id, format="number"),
        Words(text=" to "),
        Shown(value=high, evidence=evidence.id, format="number"),
    )


def _unit(evidence: Evidence, series: Table) -> Line:
    """Return the unit; fractions and ratios read as plain numbers."""
    unit = series.attribute("unit")
    plain = unit in {None, "", "fraction", "ratio"}
    return () if plain else (Words(text=" "), Shown(value=unit, evidence=evidence.id))
