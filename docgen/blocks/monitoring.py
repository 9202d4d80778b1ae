"""What was seen of the model in use: how fresh each feed is, and each measure over time with its limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from docgen.assessment.select import parts
from docgen.blocks.values import cell, gap_wanting, missing_box
from docgen.model.assessment import Verdict
from docgen.model.document import (
    Absent,
    Badge,
    Block,
    Dossier,
    Figure,
    GapBox,
    Grid,
    Heading,
    Inline,
    Line,
    Paragraph,
    Plot,
    Shown,
    Trend,
    TrendPoint,
    Words,
)
from docgen.model.evidence import Evidence, Scalar, Table
from docgen.model.monitoring import KINDS, PLACE, kind_of, last_seen, overdue

KIND = "monitoring"
TITLES = {
    "performance": "Performance",
    "drift": "Drift",
    "fairness": "Fairness",
    "data_quality": "Quality of the data",
    "other": "Other measures",
}

SHOWN = 24
"""Newest points of a series that pages show."""

PER_FIGURE = 8
MAX_TRENDS = 24
"""Series of one kind that are drawn: those with most breaches first; tables show all."""

Series = tuple[Evidence, Table]


def feeds(dossier: Dossier, _options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return each series with its last value, when it was last seen, its breaches and whether it is in time."""
    found = _series(dossier)
    blocks: list[Block] = [box for item in dossier.snapshot.of_kind(KIND) if (box := missing_box(item))]
    if not found:
        return (*blocks, *_none(dossier))
    stale = [item for item in found if _late(dossier, item[1])]
    blocks += [_stale_box(dossier, item) for item in stale[:PER_FIGURE]]
    if len(stale) > PER_FIGURE:
        blocks.append(Paragraph(line=(Words(text="More feeds are stale: the table shows which."),)))
    columns = ("Series", "Last value", "Interval", "Last seen", "Points", "Beyond limits", "In time")
    note = "A point that equals its limit is not beyond it. There are no limits but those that somebody set."
    blocks.append(
        Grid(
            caption="Feeds",
            columns=columns,
            rows=tuple(_feed(dossier, item, table) for item, table in found),
            numeric=(1, 2, 4),
            notes=((Words(text=note),),),
        )
    )
    return tuple(blocks)


def trends(dossier: Dossier, options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return each measure over time, kind by kind: figures, and the table behind them."""
    found = _series(dossier)
    blocks: list[Block] = []
    for kind in (*KINDS, "other"):
        mine = [item for item in found if kind_of(item[0].id) == kind]
        if mine and options.get("kind") in {None, kind}:
            blocks += [Heading(text=TITLES[kind]), *_figures(kind, mine), _points(mine)]
    return (*blocks, _sources(found)) if blocks else _none(dossier)


def _series(dossier: Dossier) -> list[Series]:
    """Return the series, those of one kind together."""
    order = (*KINDS, "other")
    found = [(item, item.value) for item in dossier.snapshot.of_kind(KIND) if isinstance(item.value, Table)]
    return sorted(found, key=lambda item: (order.index(kind_of(item[0].id)), item[0].id))


def _none(dossier: Dossier) -> tuple[Block, ...]:
    """Return that nothing need be watched, where every requirement that asks for it says so, or else the gap."""
    for regime, assessment in zip(dossier.regimes, dossier.assessments, strict=True):
        asking = {row.id for row in regime.requirements if row.page == KIND}
        found = [result for result in assessment.results if result.requirement in asking]
        if found and all(result.verdict is Verdict.NOT_APPLICABLE for result in found):
            line: Line = (Badge(verdict=found[0].verdict), Words(text=f" {found[0].requirement}: {found[0].reason}."))
            return (Paragraph(line=line),)
    return (gap_wanting(dossier, "monitoring of the version in use", KIND),)


def _late(dossier: Dossier, series: Table) -> bool:
    late = overdue(series, _today(dossier))
    return late is not None and late > 0


def _today(dossier: Dossier) -> date:
    """Return the day of the assessment; that of the capture where nothing was assessed."""
    day = dossier.assessments[0].as_of if dossier.assessments else dossier.snapshot.captured_at
    return date.fromisoformat(day[:10])


def _stale_box(dossier: Dossier, item: Series) -> GapBox:
    evidence, series = item
    wanted: Line = (Words(text="a newer point of "), *_name(evidence, series))
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


def _name(evidence: Evidence, series: Table) -> Line:
    title, feature = series.attribute("title"), series.attribute("feature")
    if not title:
        return (Shown(value=parts(evidence.id).name, evidence=evidence.id, format="code"),)
    if not feature:
        return (Shown(value=title, evidence=evidence.id),)
    return (Shown(value=title, evidence=evidence.id), Words(text=", "), Shown(value=feature, evidence=evidence.id))


def _feed(dossier: Dossier, evidence: Evidence, series: Table) -> tuple[Line, ...]:
    last = series.rows[-1]
    value: Line = (Absent(wanted="value", reason=str(last[PLACE["note"]]) or "not recorded"),)
    if last[PLACE["value"]] is not None:
        value = (Shown(value=last[PLACE["value"]], evidence=evidence.id, format="number"), *_unit(evidence, series))
    return (
        _name(evidence, series),
        value,
        _interval(evidence, last),
        (Shown(value=last_seen(series), evidence=evidence.id, format="time"),),
        (Shown(value=series.attribute("points"), evidence=evidence.id, format="count"),),
        _breaches(evidence, series),
        _timely(dossier, evidence, series),
    )


def _breaches(evidence: Evidence, series: Table) -> Line:
    """Return how many points went beyond a limit; or that nothing was judged."""
    if not any(cells[PLACE["state"]] is not None for cells in series.rows):
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


def _figures(kind: str, found: list[Series]) -> Iterator[Block]:
    """Yield small multiples, those with most breaches first."""

    def rank(item: Series) -> tuple[int, int, str]:
        reds, ambers = (
            series if isinstance(series := item[1].attribute(key), int) else 0 for key in ("reds", "ambers")
        )
        return -reds, -ambers, item[0].id

    drawn = sorted((item for item in found if _drawable(item[1])), key=rank)[:MAX_TRENDS]
    for number, start in enumerate(range(0, len(drawn), PER_FIGURE), 1):
        some = drawn[start : start + PER_FIGURE]
        beyond = sum(1 for _, series in some if series.attribute("reds") or series.attribute("ambers"))
        alt = (
            f"{len(some)} measures over time, each in a plot of its own with its interval and, where there are limits, "
            f"the zones beyond them; {beyond} of them went beyond a limit. The table below gives every point."
        )
        yield Figure(
            name=f"monitoring-{kind.replace('_', '-')}-{number}",
            plot=Plot(kind="trends", x_title="Time", trends=tuple(_trend(*item) for item in some)),
            caption=f"{TITLES[kind]} over time",
            alt=alt,
            evidence=tuple(item.id for item, _ in some),
        )


def _drawable(series: Table) -> bool:
    return any(cells[PLACE["value"]] is not None for cells in series.rows[-SHOWN:])


def _trend(evidence: Evidence, series: Table) -> Trend:
    worse = series.attribute("worse")

    def number(cells: tuple[Scalar, ...], key: str) -> float | None:
        value = cells[PLACE[key]]
        return float(value) if isinstance(value, (int, float)) else None

    title, feature = series.attribute("title"), series.attribute("feature")
    return Trend(
        title=f"{title}{f', {feature}' if feature else ''}" if title else parts(evidence.id).name,
        points=tuple(
            TrendPoint(
                day=_day(str(cells[PLACE["time"]])),
                value=number(cells, "value"),
                low=number(cells, "low"),
                high=number(cells, "high"),
                amber=number(cells, "amber"),
                red=number(cells, "red"),
                state=str(cells[PLACE["state"]] or ""),
            )
            for cells in series.rows[-SHOWN:]
        ),
        worse=worse if worse in {"high", "low"} else "",  # type: ignore[arg-type]  # a literal
    )


def _day(text: str) -> float:
    """Return days since 0001-01-01 with the time of day as a fraction."""
    found = datetime.fromisoformat(text)
    return found.toordinal() + (found.hour * 60 + found.minute) / 1440


def _points(found: list[Series]) -> Grid:
    """Return every point that the figures draw, and what is needed to read it; a column without content is left out."""
    every = [(evidence, series, cells) for evidence, series in found for cells in series.rows[-SHOWN:]]
    keys = [key for key in _COLUMNS if key in _ALWAYS or any(cells[PLACE[key]] is not None for *_, cells in every)]
    rows = [
        (_name(evidence, series), *(_cell(evidence, series, cells, key) for key in keys))
        for evidence, series, cells in every
    ]
    notes = list(_notes(found))
    if any(len(series.rows) > SHOWN for _, series in found):
        notes.append((Words(text="Older points of long series are left out here; the snapshot holds them."),))
    return Grid(
        caption="Points",
        columns=("Series", *(_COLUMNS[key] for key in keys)),
        rows=tuple(rows),
        numeric=tuple(number for number, key in enumerate(keys, 1) if key not in {"time", "state"}),
        notes=tuple(notes),
    )


_COLUMNS = {
    "time": "Time", "value": "Value", "low": "Low", "high": "High", "n": "Rows", "amber": "Amber", "red": "Red",
    "state": "State",
}  # fmt: skip
_ALWAYS = {"time", "value"}


def _cell(evidence: Evidence, series: Table, cells: tuple[Scalar, ...], key: str) -> Line:
    value, column = cells[PLACE[key]], series.columns[PLACE[key]]
    if key == "time":
        return (Shown(value=value, evidence=evidence.id, format="time"),)
    if key == "value" and value is None:
        return (Absent(wanted="value", reason=str(cells[PLACE["note"]]) or "not recorded"),)
    if key == "state" and value in {"amber", "red"}:
        return (Words(text=str(value), strong=True),)
    return () if value is None else cell(value, column, evidence.id)


def _sources(found: list[Series]) -> Grid:
    """Return where each point was read, each place once: a run or a file, with the digest of its bytes."""
    places: dict[tuple[Scalar, ...], str] = {}
    for evidence, series in found:
        for cells in series.rows[-SHOWN:]:
            places.setdefault(tuple(cells[PLACE[key]] for key in ("time", "source", "sha256")), evidence.id)
    rows = tuple(
        (
            (Shown(value=time, evidence=name, format="time"),),
            (Shown(value=source, evidence=name, format="code"),),
            (Shown(value=digest, evidence=name, format="digest"),) if digest else (Words(text="metrics of the run"),),
        )
        for (time, source, digest), name in sorted(places.items(), key=lambda item: tuple(map(str, item[0])))
    )
    return Grid(caption="Where the points were read", columns=("Time", "Read from", "SHA-256 of the bytes"), rows=rows)


def _notes(found: list[Series]) -> Iterator[Line]:
    """Yield how series are measured and where their limits come from, those with the same answer in one line."""
    alike: dict[tuple[tuple[str, Scalar], ...], list[Series]] = {}
    for evidence, series in found:
        said = tuple((words, value) for key, words in _SAID.items() if (value := series.attribute(key)))
        alike.setdefault(said, []).append((evidence, series))
    for answers, some in alike.items():
        line: list[Inline] = []
        for evidence, series in some if answers else ():
            line += [*([Words(text="; ")] if line else []), *_name(evidence, series)]
        for number, (words, value) in enumerate(answers):
            line += [Words(text=f"{', ' if number else ': '}{words} "), Shown(value=value, evidence=some[0][0].id)]
        if line:
            yield (*line, Words(text="."))


_SAID = {"method": "measured by", "limits_source": "limits from", "reference": "against", "system": "reported by"}
