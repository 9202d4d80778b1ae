"""Measures of the model in use over time: small plots with limits, and the tables behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from docgen.assessment.select import parts
from docgen.blocks.monitoring import TITLES, Series, by_kind, name_of, series_of
from docgen.blocks.values import cell
from docgen.model.document import (
    Absent,
    Block,
    Dossier,
    Figure,
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
from docgen.model.monitoring import PLACE

SHOWN = 24
"""Newest points of a series that pages show."""

DRAWN = 8
"""Series of one kind whose points pages show: those with most breaches first, then those with limits."""


def trends(dossier: Dossier, options: Mapping[str, str]) -> tuple[Block, ...]:
    """Return measures over time, kind by kind: a figure, and the table behind it."""
    found = series_of(dossier)
    blocks: list[Block] = []
    drawn: list[Series] = []
    for kind, mine in by_kind(found):
        if options.get("kind") in {None, kind}:
            some = [item for item in mine if _drawable(item[1])][:DRAWN]
            drawn += some
            blocks += [Heading(text=TITLES[kind]), *_figure(kind, some)]
            blocks += [_points(some, left_out=len(some) < len(mine))] if some else []
    if not drawn:
        return (Paragraph(line=(Absent(wanted="series", reason="Nothing was measured over time."),)),)
    return (*blocks, _sources(drawn))


def _figure(kind: str, some: list[Series]) -> Iterator[Block]:
    """Yield small multiples."""
    beyond = sum(1 for _, series in some if series.attribute("reds") or series.attribute("ambers"))
    alt = (
        f"{len(some)} measures over time, each in a plot of its own with its interval and, where there are limits, "
        f"the zones beyond them; {beyond} of them went beyond a limit. The table below gives every point."
    )
    if some:
        yield Figure(
            name=f"monitoring-{kind.replace('_', '-')}",
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


def _points(found: list[Series], *, left_out: bool) -> Grid:
    """Return every point that the figures draw, and what is needed to read it; a column without content is left out."""
    every = [(evidence, series, cells) for evidence, series in found for cells in series.rows[-SHOWN:]]
    keys = [key for key in _COLUMNS if key in _ALWAYS or any(cells[PLACE[key]] is not None for *_, cells in every)]
    rows = [
        (name_of(evidence, series), *(_cell(evidence, series, cells, key) for key in keys))
        for evidence, series, cells in every
    ]
    notes = list(_notes(found))
    if any(len(series.rows) > SHOWN for _, series in found):
        notes.append((Words(text="Older points of long series are left out here; the snapshot holds them."),))
    if left_out:
        notes.append((Words(text="Of the other series, the last value stands in the table of feeds."),))
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
            line += [*([Words(text="; ")] if line else []), *name_of(evidence, series)]
        for number, (words, value) in enumerate(answers):
            line += [Words(text=f"{', ' if number else ': '}{words} "), Shown(value=value, evidence=some[0][0].id)]
        if line:
            yield (*line, Words(text="."))


_SAID = {
    "method": "measured by",
    "limits_source": "limits from",
    "limits_file": "read from",
    "reference": "against",
    "system": "reported by",
}
