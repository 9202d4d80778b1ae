"""Records of approvals as HTML and PDF: one content, two templates; nothing logged becomes markup in either."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from docgen.render.pdf import set_pdf
from docgen.resources import templates_dir

Content = dict[str, Any]
"""What both templates show, every value as text."""


def page(template: str, content: Content) -> str:
    """Return a record as one page that needs nothing else.

    Args:
        template: name in `templates/approvals`, without `.html.j2`.
        content: what it shows.
    """
    environment = Environment(
        loader=FileSystemLoader(templates_dir() / "approvals"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(f"{template}.html.j2").render(content)


def paper(template: str, content: Content, at: str) -> bytes:
    """Return a record as PDF/A.

    Args:
        template: name in `templates/approvals`, without `.typ`.
        content: what it shows.
        at: ISO 8601 with an offset: the only clock.
    """
    return set_pdf((templates_dir() / "approvals" / f"{template}.typ").read_bytes(), content, at=at)
