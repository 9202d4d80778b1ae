"""Pages that stand alone: one file with its style and script in it, which load nothing and run nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from docgen.render.text import one_line


def source(path: Path) -> tuple[str, str]:
    """Return a style or script and its digest as a content security policy names it, so that nothing else applies."""
    text = path.read_text("utf-8")
    return text, f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode()}"


def render_alone(
    template: Path, content: Mapping[str, object], filters: Mapping[str, Callable[..., str]] | None = None
) -> str:
    """Return a page; whatever was logged stands on it as text.

    Args:
        template: the file; it may use others beside it.
        content: what its expressions name.
        filters: beside `seen`, which shows a logged text on one line with nothing in it hidden.
    """
    environment = Environment(
        loader=FileSystemLoader(template.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"seen": one_line, **(filters or {})}
    return environment.get_template(template.name).render(content)
