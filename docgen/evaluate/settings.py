"""What an evaluation computes and how: the options of `log_evidence` and of the evaluator plug-in."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from docgen.errors import Problem, ProblemsError
from docgen.evaluate.calibration import BinRule
from docgen.evaluate.intervals import Method, Proportion
from docgen.model.formats import Task

ScoreKind = Literal["probability", "ranking"]
SPLITS = ("train", "validation", "test", "out_of_time", "external_<site>")
"""Names that docgen knows; others are taken as they are, unless they look like a slip of the pen."""

TRAINING = ("train", "training")
"""Splits whose rows the model was trained on."""

_SPLIT = re.compile(r"[a-z0-9][a-z0-9_-]*")
_ALIKE = 0.8
"""Likeness, by difflib, from which a name is taken for a slip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What to compute and how; the same keys as `evaluator_config["docgen"]`."""

    split: str = "test"
    """train, validation, test, out_of_time, external_<site>, ... : evidence of different splits is never mixed."""
    task: Task | None = None
    """binary, multiclass or regression; told from the labels when None."""
    positive_label: object = None
    """The label that counts as 1; the larger one of two when None."""
    classes: tuple[Any, ...] = ()
    """Labels in the order of the columns of a score matrix; the sorted labels when empty."""
    threshold: float = 0.5
    """A score at or above it is a positive prediction, when there are no predictions."""
    score_kind: ScoreKind = "probability"
    """probability: of the positive label, 0 to 1; ranking: any number, larger for the positive label, such as a
    margin. A ranking has no calibration and no Brier score, and needs predictions of its own to be called."""
    interval: Proportion = "wilson"
    """Of rates: wilson or clopper-pearson."""
    level: float = 0.95
    draws: int = 1000
    seed: int = 0
    bins: int = 10
    """Of the calibration curve."""
    bin_rule: BinRule = "uniform"
    """uniform: bins of equal width; quantile: of equally many rows."""
    unit: str = ""
    """Of a regression's target."""
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
    explain_label: object = None
    """The class whose output is explained; a binary task's positive label, else the model's last class, when None."""
    explain_seeds: int = 3
    """How many backgrounds and seeds the ranking of the features is compared over; 1: none but the first."""
    explain_budget: int = 5_000_000
    """Predictions that a slow explainer may ask the model for; rows are cut to it."""
    permutation_repeats: int = 5
    """How often each column is shuffled for the permutation importance; 0: it is left out."""
    permutation_rows: int = 2_000
    """Held-out rows that the permutation importance uses at most."""
    reason_codes: Mapping[str, str] | str | None = None
    """Feature -> the reason for adverse action that it stands for, or a JSON file of it."""
    reasons_top: int = 4
    """Principal reasons that a decision is given at most."""
    dataset_name: str = ""

    @property
    def method(self) -> Method:
        """How intervals are formed."""
        return Method(level=self.level, draws=self.draws, seed=self.seed, proportion=self.interval)


_WHOLE = (
    "draws",
    "bins",
    "explain_rows",
    "background_rows",
    "explain_seeds",
    "explain_budget",
    "permutation_rows",
    "reasons_top",
    "min_group_size",
    "suppress_below",
)
"""Options that are whole numbers of 1 or more."""


def settings_of(options: dict[str, Any]) -> Settings:
    """Return the settings that a user's options make.

    Raises:
        ProblemsError: options are unknown or have values that cannot be used; all of them are named.
    """
    known = sorted(Settings.__slots__)
    problems = [
        Problem(f"unknown option {name!r} ({near_or_known(name, known)})") for name in options if name not in known
    ]
    chosen = Settings(**{name: value for name, value in options.items() if name in known})
    problems += _problems(chosen)
    if problems:
        raise ProblemsError("options of docgen's evaluator", tuple(problems))
    return chosen


def near_or_known(word: str, known: list[str]) -> str:
    """Return what a reader who typed `word` may have meant."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"


def _problems(chosen: Settings) -> Iterator[Problem]:
    shares = ("level",) if chosen.score_kind == "ranking" else ("level", "threshold")
    for name in shares:
        value = getattr(chosen, name)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
            yield Problem(f"{name} is {value!r}, expected a number between 0 and 1")
    for name in _WHOLE:
        value = getattr(chosen, name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            yield Problem(f"{name} is {value!r}, expected a whole number of 1 or more")
    for name in ("seed", "permutation_repeats"):
        value = getattr(chosen, name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            yield Problem(f"{name} is {value!r}, expected a whole number of 0 or more")
    if not isinstance(chosen.reference_groups, Mapping):  # it comes from a user's dictionary
        yield Problem(f"reference_groups is {chosen.reference_groups!r}, expected feature -> group")
    for name, words in (
        ("interval", get_args(Proportion)),
        ("bin_rule", get_args(BinRule)),
        ("score_kind", get_args(ScoreKind)),
        ("task", (None, *get_args(Task))),
    ):
        if getattr(chosen, name) not in words:
            listed = ", ".join(str(word) for word in words if word)
            yield Problem(f"{name} is {getattr(chosen, name)!r}, expected one of {listed}")
    yield from split_problems(chosen.split)


def split_problems(split: object) -> Iterator[Problem]:
    """Yield what is wrong with the name of a split."""
    if not isinstance(split, str) or not _SPLIT.fullmatch(split):
        yield Problem(f"split is {split!r}, expected {', '.join(SPLITS)} or another name of a-z, 0-9, _ and -")
        return
    slip = difflib.get_close_matches(split, SPLITS[:-1], n=1, cutoff=_ALIKE)
    if slip and split != slip[0]:
        yield Problem(f"split is {split!r}, did you mean {slip[0]!r}?")
