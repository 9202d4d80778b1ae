"""What `docgen qualify` does, for `docs/qualification.md`."""

from __future__ import annotations

from docgen.qualify.catalogue import serves
from docgen.qualify.run import STEPS
from support.markdown import table


def steps() -> str:
    return table(
        ("Step", "What it shows", "Expected", "Serves"),
        [(f"`{item.id}`", item.shows, item.expected, ", ".join(serves(item.id))) for item in STEPS],
    )
