"""Every warning that docgen's Sphinx extension can give, and the one way to give it."""

from __future__ import annotations

from enum import Enum

from docutils import nodes
from sphinx.util import logging

_LOGGER = logging.getLogger(__name__)


class Warn(Enum):
    """Warning types; suppress one with `suppress_warnings = ["docgen.<value>"]`."""

    UNKNOWN_EVIDENCE = "evidence"
    """A role names evidence that the dossier does not hold; the page shows a gap there."""
    BLOCK = "block"
    """A directive names a block or an option that does not exist."""
    IMAGE = "image"
    """A page wants an image from outside its own folder; it is left out."""
    LINK = "link"
    """A page links to an address that is not http, https or mailto; the link is left out, its text stays."""


def warn(kind: Warn, message: str, *, location: nodes.Node | tuple[str, int] | str | None = None) -> None:
    """Give a warning."""
    _LOGGER.warning("%s", message, type="docgen", subtype=kind.value, location=location)
