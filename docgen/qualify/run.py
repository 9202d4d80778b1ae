"""One qualification: its steps one after the other, and what they mean for each row of the matrices."""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from docgen import __version__
from docgen.config import Config
from docgen.model.qualification import Part, Qualification, StepResult, feature_state, row_state
from docgen.packages import read_lock
from docgen.qualify.bench import Bench, Step, carried_out
from docgen.qualify.catalogue import features, part11, serves
from docgen.qualify.collecting import STEPS as COLLECTING
from docgen.qualify.golden import STEPS as GOLDEN
from docgen.qualify.installation import STEPS as INSTALLATION
from docgen.qualify.refusals import STEPS as REFUSALS
from docgen.qualify.releasing import STEPS as RELEASING
from docgen.qualify.stamps import STEPS as STAMPS
from docgen.qualify.tamper import STEPS as TAMPER

STEPS: tuple[Step, ...] = (*INSTALLATION, *COLLECTING, *GOLDEN, *TAMPER, *STAMPS, *REFUSALS, *RELEASING)
"""Every step, in the order in which they are run."""

LIMITS = (
    "RECORD lies beside the files that it lists: who changes both is not found by it.",
    "The SHA-256 that IQ-FILES prints is the same for every installation of one wheel: compare it with another one's.",
    "What Python compiles (__pycache__) is listed by nothing.",
    "Hashes of pinned versions are those of downloaded archives: install with pip --require-hashes.",
    "The golden digests come with docgen: they show that this installation does what the released one did.",
    "No registry of yours is asked, and no alias of yours moved: rehearse both with --dry-run on it.",
    "A regime, template, policy or file of gates of your own is content that you developed: it needs its own check.",
)
"""What a run cannot show."""

_NO_LOCK = "No file of pinned versions was given, so versions were held against what packages ask for, and no closer."


def qualify(
    parts: tuple[Part, ...],
    *,
    config: Config,
    lock: Path | None = None,
    now: datetime,
    step: Callable[[str], None],
) -> Qualification:
    """Run a qualification on this machine; nothing is left behind but what it returns.

    Args:
        parts: installation, operation or both.
        config: names the store that must be writable.
        lock: file of pinned requirements to hold the installed versions against.
        now: the time of the run.
        step: told what is being done.

    Raises:
        UsageError: the file of pinned requirements is at fault.
    """
    if lock is not None:
        read_lock(lock)
    wanted = tuple(item for item in STEPS if item.part in parts)
    results: list[StepResult] = []
    with tempfile.TemporaryDirectory(prefix="docgen-qualify-") as work:
        bench = Bench(config=config, work=Path(work), lock=lock)
        for number, item in enumerate(wanted, start=1):
            step(f"{number} of {len(wanted)}: {item.id}, {item.title}")
            results.append(carried_out(item, bench, serves(item.id)))
    outcomes = {item.id: item.outcome for item in results}
    return Qualification(
        docgen=__version__,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        platform=platform.platform(),
        at=f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        parts=parts,
        steps=tuple(results),
        part11=tuple(row_state(row, outcomes) for row in part11()),
        features=tuple(feature_state(item, outcomes) for item in features()),
        limits=(*_unshown(results), *(() if lock else (_NO_LOCK,)), *LIMITS),
    )


def _unshown(results: list[StepResult]) -> Iterator[str]:
    """Yield what kept a step from being judged here: a known limit of this run."""
    yield from (f"{item.id}: {item.got}." for item in results if item.outcome == "not_shown")
