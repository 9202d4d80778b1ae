"""What `docgen qualify` does, for `docs/qualification.md`."""

from __future__ import annotations

from docgen.qualify.catalogue import features, serves
from docgen.qualify.run import STEPS
from support.markdown import table


def steps() -> str:
    return table(
        ("Step", "What it shows", "Expected", "Serves"),
        [(f"`{item.id}`", item.shows, item.expected, ", ".join(serves(item.id))) for item in STEPS],
    )


def assurance() -> str:
    rows = [
        (
            f"{item.feature} ({item.id})",
            item.intended_use,
            f"{item.risk}: {item.why}",
            item.assurance,
            "<br>".join(f"`{name}`" for name in (*item.steps, *item.tests)),
            item.yours,
        )
        for item in features()
    ]
    return table(("Feature", "Intended use", "Process risk", "How it is tested", "Steps and tests", "Yours"), rows)
