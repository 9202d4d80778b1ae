"""The inventory's page: one file that sorts and filters by itself, opened from anywhere, with no word of it run."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import date

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from docgen.model.inventory import Summary
from docgen.render.text import one_line
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
    style, script = ((folder / name).read_text("utf-8") for name in ("inventory.css", "inventory.js"))
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["seen"] = one_line
    return environment.get_template("index.html.j2").render(
        entries=entries,
        day=day,
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        models=len({entry.name for entry in entries}),
        states=sorted({entry.state for entry in entries}),
    )


def _hash(text: str) -> str:
    """Return a source as a content security policy names it, so that nothing else on the page can run."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode()}"
