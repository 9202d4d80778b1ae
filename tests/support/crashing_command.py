"""A command that dies like a killed process at a named moment: `crashing_command.py <moment> <arguments of docgen>`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from docgen import decisions, releases
from docgen.cli import main
from docgen.sources.mlflow_.registry import Registry
from docgen.store.ledger import Ledger

PLACES: dict[str, tuple[Any, str]] = {
    "journal": (releases, "write_atomic"),
    "tag": (Registry, "set_tag"),
    "alias": (Registry, "set_alias"),
    "record": (Ledger, "append"),
    "forget": (releases, "_forget"),
    "row": (decisions, "_append"),
}


def dying(call: Callable[..., Any], *, before: bool) -> Callable[..., Any]:
    def run(*arguments: Any, **options: Any) -> Any:
        if not before:
            call(*arguments, **options)
        os._exit(99)

    return run


if __name__ == "__main__":
    when, _, place = sys.argv[1].partition("-")
    owner, name = PLACES[place]
    setattr(owner, name, dying(getattr(owner, name), before=when == "before"))
    sys.exit(main(sys.argv[2:]))
