"""The one root of docgen's errors, each with the exit code of its kind and the next step.

A message says what, where, got and expected, in lower case without a full stop; the hint says what to do next.
Trouble that does not stop the work is no error: it is returned as data (`Finding`, `Problem`).
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells its caller."""

    DONE = 0
    """Everything asked for was done and every asked gate is open."""
    GATE_CLOSED = 1
    """Assessed, and a gate is closed: the gaps are listed."""
    USAGE = 2
    """The command line, the configuration or a regime file is at fault."""
    INDETERMINATE = 3
    """`docgen decide` only: evidence is missing, and unknown blocks."""
    RISK_REVIEW = 4
    """`docgen decide` only: the impact assessment no longer covers the change."""
    DO_NOT_IMPLEMENT = 5
    """`docgen decide` only: a pre-defined criterion failed."""
    OUTSIDE_PLAN = 6
    """`docgen decide` only: outside the plan, or there is no authorized one."""
    DEVIATION = 7
    """`docgen decide` only: the protocol was not followed, or a version in the field misses its criteria."""
    NEW_SUBMISSION = 8
    """`docgen decide` only: the intended use changed."""
    SOURCE = 9
    """A source could not be read: down, not found, refused. Nothing was written."""
    INTEGRITY = 10
    """A digest, chain or signature does not hold."""
    UNSAFE = 11
    """Refused as unsafe: a path, scheme, size, type or directive that is not allowed."""
    STORAGE = 12
    """Disk full, no permission, lock not obtained: nothing is claimed as saved."""
    BUG = 70
    """A fault of docgen's own: a report file is written and its path printed."""
    INTERRUPTED = 130
    """Interrupted: nothing half-written."""


class DocgenError(Exception):
    """Work cannot continue.

    Args:
        message: what, where, got, expected.
        hint: the next step for the reader, one sentence or command.
    """

    code: ExitCode = ExitCode.BUG

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(DocgenError):
    """The command line, `docgen.toml`, a policy, a narrative or a regime file is at fault."""

    code = ExitCode.USAGE


class Problem(str):
    """One fault found in a file, as a line `where: what (expected ...)`."""

    __slots__ = ()


class ProblemsError(UsageError):
    """Several faults of one input, reported together.

    Args:
        subject: the file or input at fault.
        problems: every fault found, in reading order; never empty.
        hint: the next step.
    """

    def __init__(self, subject: str, problems: tuple[Problem, ...], *, hint: str = "") -> None:
        count = len(problems)
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"{subject}: {count} problem{'s' if count != 1 else ''}\n{lines}", hint=hint)
        self.subject = subject
        self.problems = problems


class SourceError(DocgenError):
    """A source (MLflow, git, a file) could not be read or does not hold what was asked for."""

    code = ExitCode.SOURCE


class GateClosedError(DocgenError):
    """A gate is closed, so what was asked for is not done."""

    code = ExitCode.GATE_CLOSED


class IntegrityError(DocgenError):
    """Bytes do not have the digest that was recorded for them."""

    code = ExitCode.INTEGRITY


class UnsafeError(DocgenError):
    """An input was refused because following it could harm the machine or the document."""

    code = ExitCode.UNSAFE


class StorageError(DocgenError):
    """Something could not be written or synced; nothing is claimed as saved."""

    code = ExitCode.STORAGE
