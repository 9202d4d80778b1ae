"""Reasons for adverse action: which text stands for which feature, and which reasons the explained rows would be given.

A reason is principal when its feature is among the largest contributions towards the adverse outcome. Only counts over
rows are kept. The texts are the firm's own; whether they are specific enough is for people to judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from docgen.errors import UsageError
from docgen.evaluate.attributions import Attributions
from docgen.evaluate.settings import Settings
from docgen.model.canonical import parse
from docgen.model.formats import ReasonCodes, ReasonRow

if TYPE_CHECKING:
    from collections import Counter

    from docgen.evaluate.outcomes import Outcomes

MAX_TEXT = 500
"""Characters of a reason."""


def read_reasons(given: object) -> dict[str, str]:
    """Return feature -> reason from a mapping, or from a JSON file of one.

    Raises:
        UsageError: it is neither, or a feature or reason is no text; all faults are named.
    """
    if isinstance(given, (str, Path)):
        path = Path(given)
        try:
            content: object = parse(path.read_bytes(), where=str(path))
        except OSError as err:
            raise UsageError(f"reason_codes: {str(path)!r} cannot be read: {err.strerror}") from err
    else:
        content = given
    if not isinstance(content, Mapping):
        raise UsageError(
            f"reason_codes is a {type(content).__name__}, expected feature -> reason, or a JSON file of it"
        )
    wrong = [
        repr(feature)
        for feature, reason in content.items()
        if not isinstance(feature, str) or not isinstance(reason, str) or not reason.strip() or len(reason) > MAX_TEXT
    ]
    if wrong:
        raise UsageError(f"reason_codes: expected a text of 1 to {MAX_TEXT} characters for each of {', '.join(wrong)}")
    return {str(feature): str(reason).strip() for feature, reason in content.items()}


def reason_of(feature: str, reasons: Mapping[str, str]) -> str | None:
    """Return the reason for a feature as the model sees it: its own, else that of the column it was made of.

    scikit-learn names what a column transformer makes `step__column` and `step__column_value`.
    """
    column = feature.rpartition("__")[2]
    if feature in reasons or column in reasons:
        return reasons.get(feature, reasons.get(column))
    made_of = [name for name in reasons if column.startswith(f"{name}_")]
    return reasons[max(made_of, key=len)] if made_of else None


def reason_codes(
    found: Attributions, outcomes: Outcomes, settings: Settings
) -> tuple[ReasonCodes | None, tuple[str, ...]]:
    """Return the reasons and how often each is principal; or nothing, with why.

    Raises:
        UsageError: the reasons cannot be used.
    """
    import numpy as np

    if settings.reason_codes is None:
        return None, ()
    reasons = read_reasons(settings.reason_codes)
    if outcomes.task != "binary" or outcomes.predicted is None:
        return None, ("a decision is adverse only for two labels with predictions",)
    favourable = outcomes.labels[-1] if settings.favourable_label is None else str(settings.favourable_label)
    adverse = next(label for label in outcomes.labels if label != favourable)
    called = np.asarray(outcomes.predicted)[found.seen.index.to_numpy()]
    rows = called == outcomes.labels.index(adverse)
    n = int(rows.sum())
    if n < max(settings.suppress_below, 1):
        return None, (
            f"fewer than {max(settings.suppress_below, 1)} of the explained rows have the adverse prediction",
        )
    towards = found.phi[rows] * (1 if found.output == adverse else -1)  # an array of ours
    counts = _principal(towards, found.names, settings.reasons_top)
    return _codes(counts, reasons, found.names, adverse=adverse, n=n, settings=settings), ()


def _principal(towards: object, names: tuple[str, ...], top: int) -> Counter[str]:
    """Return how often each feature is among the `top` largest contributions above 0 of a row."""
    from collections import Counter

    import numpy as np

    found: Counter[str] = Counter()
    for row in np.asarray(towards):
        leading = sorted(range(len(names)), key=lambda place: (-row[place], place))[:top]
        found.update(names[place] for place in leading if row[place] > 0)
    return found


def _codes(
    counts: Counter[str],
    reasons: Mapping[str, str],
    names: tuple[str, ...],
    *,
    adverse: str,
    n: int,
    settings: Settings,
) -> ReasonCodes:
    texts = {name: reason_of(name, reasons) for name in names}
    hidden = _hidden(counts, n, settings.suppress_below)
    rows = tuple(
        ReasonRow(
            feature=name,
            reason=texts[name],
            events=None if name in hidden else counts[name],
            share=None if name in hidden else counts[name] / n,
            note="suppressed" if name in hidden else "",
        )
        for name in sorted(names, key=lambda name: (name in hidden, 0 if name in hidden else -counts[name], name))
        if counts[name] or texts[name]
    )
    told = sum(counts[name] for name in names if texts[name])
    return ReasonCodes(
        adverse=adverse,
        top=settings.reasons_top,
        n=n,
        principal=counts.total(),
        with_reason=told if told == counts.total() or not hidden else None,
        rows=rows,
        suppress_below=settings.suppress_below,
    )


def _hidden(counts: Counter[str], n: int, k: int) -> set[str]:
    """Return whose counts are not shown: small ones, and as many of the next as keep them apart from the total."""
    by_size = sorted((name for name in counts if counts[name]), key=lambda name: (counts[name], name))
    hidden = {name for name in by_size if counts[name] < k or 0 < n - counts[name] < k}
    for name in by_size:
        if not hidden or (len(hidden) > 1 and sum(counts[other] for other in hidden) >= k):
            break
        hidden.add(name)
    return hidden
