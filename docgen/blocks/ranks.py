"""Rank correlation, computed where pages are made: of figures of two versions, which no single run knows."""

from __future__ import annotations

import math
from collections.abc import Sequence


def rank_correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return Spearman's rank correlation of two series of one length; None when it is undefined.

    Ties share the mean of their ranks; the correlation is Pearson's of the ranks (Kendall, Rank Correlation Methods,
    chapter 3). It needs three values, and some that differ in either series.
    """
    if len(first) < 3:
        return None
    one, other = _ranks(first), _ranks(second)
    middle = (len(one) + 1) / 2
    spread = math.sqrt(sum((a - middle) ** 2 for a in one) * sum((b - middle) ** 2 for b in other))
    if spread == 0:
        return None
    return sum((a - middle) * (b - middle) for a, b in zip(one, other, strict=True)) / spread


def _ranks(values: Sequence[float]) -> list[float]:
    ordered = sorted(values)
    return [ordered.index(value) + (ordered.count(value) + 1) / 2 for value in values]
