"""What of an assessment is open, and the line of a file where a person can act on it."""

from __future__ import annotations

from dataclasses import dataclass

from docgen.model.assessment import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of a file."""

    file: str
    """As a reader finds it: below the working directory where it lies there; a regime that comes with docgen as
    `regimes/<id>/requirements.yaml`."""
    line: int
    """From 1; 1 where the file is not there yet."""
    installed: bool = False
    """It comes with docgen, and lies where docgen is installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One thing that keeps a requirement open, or closes the gate beside the requirements."""

    regime: str
    requirement: str
    """Its id; `finding <id>` of an overdue finding, `drift` where the registry is not as the ledger says."""
    check: str
    """`<requirement id>.<n>`; empty where no check is open and a person is to decide."""
    verdict: Verdict
    reason: str
    owner: str
    supply: str
    place: Place
