"""The history of a model as one page that needs nothing else: a line of time for each version, and its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from docgen.gates.history import Event
from docgen.gates.retention import Kept, Service
from docgen.model.canonical import Digest
from docgen.render.alone import render_alone, source
from docgen.render.text import one_line
from docgen.resources import templates_dir

WIDTH, LEFT, RIGHT, LANE, TOP = 960, 110, 30, 46, 34
"""Of the figure, in its own units: its width, the edges of the axis, the height of a lane, the space above."""

MARKS: Mapping[str, str] = {
    "capture": "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0",
    "sign off": "M0,-6L6,5L-6,5Z",
    "waiver": "M0,-6L6,0L0,6L-6,0Z",
    "export": "M-5,-5H5V5H-5Z",
    "release": "M-5,-7L6,0L-5,7Z",
    "rollback": "M5,-7L-6,0L5,7Z",
    "other": "M-6,-2H6V2H-6Z",
}
"""Shape of each kind of event, so that they are told apart without colour."""

_TICKS = 5
_FORMS = ((timedelta(hours=1), "%Y-%m-%d %H:%M:%S"), (timedelta(days=4), "%Y-%m-%d %H:%M"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """An event's mark in the figure."""

    x: float
    y: float
    kind: str
    path: str
    sha256: Digest
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A time in which a version served."""

    x: float
    y: float
    width: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The figure: a lane for each version, the newest on top."""

    height: float
    lanes: tuple[tuple[str, float], ...]
    """Version, empty for what is about all of them, and the height of its lane's middle."""
    ticks: tuple[tuple[float, str], ...]
    bars: tuple[Bar, ...]
    spots: tuple[Spot, ...]
    kinds: tuple[tuple[str, str], ...]
    """Kind and shape of what occurs, for the legend."""


def render_history(
    model: str,
    events: tuple[Event, ...],
    services: tuple[Service, ...],
    kept: tuple[Kept, ...],
    *,
    links: Mapping[str, str],
) -> str:
    """Return the page; the same input gives the same bytes.

    Args:
        model: the registered model's name.
        events: oldest first, at least one.
        services: when which alias was on which version.
        kept: how long the records of each version are kept.
        links: SHA-256 of an entry, an archive or a snapshot, or the name of a record -> address of what can be opened.
    """
    folder = templates_dir() / "history"
    style, style_hash = source(folder / "history.css")
    return render_alone(
        folder / "page.html.j2",
        {
            "model": model,
            "events": events,
            "services": services,
            "kept": kept,
            "links": links,
            "figure": timeline(events, services),
            "width": WIDTH,
            "style": style,
            "style_hash": style_hash,
        },
    )


def timeline(events: tuple[Event, ...], services: tuple[Service, ...]) -> Timeline:
    """Return where each event and each time of service stands in the figure."""
    moments = [_moment(event.at) for event in events]
    first, last = min(moments), max(moments)
    span = max(last - first, timedelta(minutes=1))

    def place(moment: datetime) -> float:
        return round(LEFT + (moment - first) / span * (WIDTH - LEFT - RIGHT), 1)

    versions = tuple(dict.fromkeys(event.version for event in events))
    heights = {version: TOP + LANE * (number + 0.5) for number, version in enumerate(reversed(versions))}
    return Timeline(
        height=TOP + LANE * len(versions) + 30,
        lanes=tuple(heights.items()),
        ticks=_ticks(first, span, place(first), place(first + span)),
        bars=tuple(
            Bar(
                x=place(_moment(item.since)),
                y=heights[item.version],
                width=round(max(place(_moment(item.until) if item.until else last) - place(_moment(item.since)), 3), 1),
                title=f"{item.alias} on version {item.version} from {item.since} to {item.until or 'now'}",
            )
            for item in services
        ),
        spots=tuple(_spots(events, heights, [place(moment) for moment in moments])),
        kinds=tuple((kind, path) for kind, path in MARKS.items() if any(_kind(event) == kind for event in events)),
    )


def _spots(events: tuple[Event, ...], heights: Mapping[str, float], places: list[float]) -> list[Spot]:
    """Return the marks; what would cover the mark before it on the lane is set off to its right."""
    found: list[Spot] = []
    taken: dict[str, float] = {}
    for event, place in zip(events, places, strict=True):
        x = max(place, taken.get(event.version, 0.0) + 13) if event.version in taken else place
        taken[event.version] = x
        kind = _kind(event)
        title = f"{event.at} {event.kind}: {one_line(event.what)}"
        found.append(
            Spot(x=round(x, 1), y=heights[event.version], kind=kind, path=MARKS[kind], sha256=event.sha256, title=title)
        )
    return found


def _kind(event: Event) -> str:
    return event.kind if event.kind in MARKS else "other"


def _ticks(first: datetime, span: timedelta, left: float, right: float) -> tuple[tuple[float, str], ...]:
    form = next((form for limit, form in _FORMS if span < limit), "%Y-%m-%d")
    return tuple(
        (round(left + (right - left) * number / (_TICKS - 1), 1), f"{first + span * number / (_TICKS - 1):{form}}")
        for number in range(_TICKS)
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
