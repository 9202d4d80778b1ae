"""The inventory's page: one file that sorts and filters by itself, opened from anywhere, with no word of it run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from docgen.model.inventory import Summary
from docgen.render.alone import render_alone, source
from docgen.resources import templates_dir


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the inventory."""

    uri: str
    name: str
    version: str | None
    captured_at: str
    """ISO 8601 UTC; empty where the dossier cannot be trusted."""
    state: str
    place: str
    """The dossier's folder, relative to the page; empty without one. Made of harmless characters."""
    summary: Summary | None = None


def render_inventory(entries: tuple[Entry, ...], day: date) -> str:
    """Return the page.

    Args:
        entries: in the order that they are shown in.
        day: on which overdue is counted.
    """
    folder = templates_dir() / "inventory"
    style, style_hash = source(folder / "inventory.css")
    script, script_hash = source(folder / "inventory.js")
    return render_alone(
        folder / "index.html.j2",
        {
            "entries": entries,
            "day": day,
            "style": style,
            "script": script,
            "style_hash": style_hash,
            "script_hash": script_hash,
            "models": len({entry.name for entry in entries}),
            "states": sorted({entry.state for entry in entries}),
        },
    )
