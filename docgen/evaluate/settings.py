"""What an evaluation computes and how: the options of `log_evidence` and of the evaluator plug-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from docgen.errors import UsageError
from docgen.model.formats import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What to compute and how; the same keys as `evaluator_config["docgen"]`."""

    split: str = "test"
    """train, validation, test, out_of_time, ... : evidence of different splits is never mixed."""
    task: Task | None = None
    """binary, multiclass or regression; told from the labels when None."""
    positive_label: object = None
    """The label that counts as 1; the larger one of two when None."""
    threshold: float = 0.5
    """A score at or above it is a positive prediction, when there are no predictions."""
    level: float = 0.95
    draws: int = 1000
    seed: int = 0
    bins: int = 10
    min_group_size: int = 30
    """Groups with fewer rows are called small and left out of disparities."""
    suppress_below: int = 5
    """Counts of 1 to this number less one are not written, nor what gives them away; 11 for health data (CMS)."""
    reference_groups: Mapping[str, str] = field(default_factory=dict)
    """Feature, or features joined by ` & ` -> the group that others are compared with; else the largest one."""
    favourable_label: object = None
    """The prediction that counts as being selected in adverse impact ratios; the positive label when None."""
    explain: bool = True
    explain_rows: int = 200
    background_rows: int = 100
    dataset_name: str = ""


def settings_of(options: dict[str, Any]) -> Settings:
    """Return the settings that a user's options make.

    Raises:
        UsageError: an option is unknown or has a value that cannot be used.
    """
    import difflib

    known = sorted(Settings.__slots__)
    for name in options:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            advice = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
            raise UsageError(f"docgen's evaluator: unknown option {name!r} ({advice})")
    chosen = Settings(**options)
    for name in ("threshold", "level"):
        value = getattr(chosen, name)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
            raise UsageError(f"docgen's evaluator: {name} is {value!r}, expected a number between 0 and 1")
    for name in ("draws", "bins", "explain_rows", "background_rows", "min_group_size", "suppress_below"):
        value = getattr(chosen, name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise UsageError(f"docgen's evaluator: {name} is {value!r}, expected a whole number of 1 or more")
    if not isinstance(chosen.reference_groups, Mapping):  # it comes from a user
        raise UsageError(
            f"docgen's evaluator: reference_groups is {chosen.reference_groups!r}, expected feature -> group"
        )
    if (
        not isinstance(chosen.split, str)  # type: ignore[redundant-expr]  # it comes from a user's dictionary
        or not chosen.split
        or set(chosen.split) - set("abcdefghijklmnopqrstuvwxyz0123456789_-")
    ):
        raise UsageError(f"docgen's evaluator: split is {chosen.split!r}, expected a name of a-z, 0-9, _ and -")
    return chosen
