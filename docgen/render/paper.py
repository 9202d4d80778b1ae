"""Records of approvals as HTML and PDF: one content, two templates; nothing logged becomes markup in either."""

from __future__ import annotations

from typing import Any

from docgen.render.alone import render_alone
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
    return render_alone(templates_dir() / "approvals" / f"{template}.html.j2", content)


def paper(template: str, content: Content, at: str) -> bytes:
    """Return a record as PDF/A.

    Args:
        template: name in `templates/approvals`, without `.typ`.
        content: what it shows.
        at: ISO 8601 with an offset: the only clock.
    """
    return set_pdf((templates_dir() / "approvals" / f"{template}.typ").read_bytes(), content, at=at)
