"""What the steps of a qualification share: where they work, and what a step is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from docgen.config import Config
from docgen.errors import DocgenError
from docgen.model.qualification import Found, Part, StepResult
from docgen.render.text import one_line

if TYPE_CHECKING:
    from docgen.qualify.desk import Sealed


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where a qualification is run."""

    config: Config
    """Names the store that must be writable."""
    work: Path
    """A temporary folder."""
    lock: Path | None = None
    """A file of pinned requirements to hold the installed versions against."""

    @cached_property
    def dossier(self) -> Path:
        """The golden dossier, built here when a step first asks for it. Nobody may change it."""
        from docgen.qualify.rebuild import rebuild  # an installation is qualified without what builds pages

        return rebuild(self.work / "golden")

    @cached_property
    def sealed(self) -> Sealed:
        """The golden dossier signed at every gate and sealed, made here when a step first asks for it."""
        from docgen.qualify.desk import signed_and_sealed

        return signed_and_sealed(self.dossier, self.work / "sealed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step."""

    id: str
    title: str
    shows: str
    """What it shows when it passes."""
    expected: str
    run: Callable[[Bench], Found]

    @property
    def part(self) -> Part:
        """Which qualification it belongs to."""
        return "iq" if self.id.startswith("IQ-") else "oq"


def carried_out(step: Step, bench: Bench, rows: tuple[str, ...]) -> StepResult:
    """Run a step and return its result; a step that cannot be finished has failed, and says why.

    Args:
        step: what to run.
        bench: where.
        rows: ids of the requirements that it serves.
    """
    try:
        found = step.run(bench)
    except DocgenError as err:
        found = Found(outcome="failed", got=f"refused: {err.message}")
    except Exception as err:  # noqa: BLE001  # whatever stops a step is a result of the qualification
        found = Found(outcome="failed", got=f"stopped: {type(err).__name__}: {err}")
    return StepResult(
        id=step.id,
        part=step.part,
        title=step.title,
        shows=step.shows,
        expected=step.expected,
        got=one_line(found.got),
        outcome=found.outcome,
        details=tuple(one_line(line) for line in found.details),
        rows=rows,
    )


def judged(faults: tuple[str, ...], good: str, details: tuple[str, ...] = ()) -> Found:
    """Return that a step passed, or each fault.

    Args:
        faults: empty when it passed.
        good: what was found when it passed.
        details: what was looked at.
    """
    if not faults:
        return Found(outcome="passed", got=good, details=details)
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return Found(outcome="failed", got=f"{faults[0]}{more}", details=faults)
