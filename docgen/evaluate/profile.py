"""A profile of a frame: what is in each column, in figures that point at no single row.

The rule for all of it: no figure rests on fewer than `suppress_below` rows. A quantile is told when so many rows lie on
either side of it, an extreme when so many rows hold it (else a percentile stands in its place), a value by name when so
many rows have it. Rare values stand together, with a common one if need be, so that the rest cannot be told by
subtraction. Numbers are rounded to four significant digits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from docgen.errors import UsageError
from docgen.evaluate.digest import as_texts, is_number
from docgen.model.formats import ColumnProfile, Level, Precision

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MAX_LEVELS = 12
"""Values of one column that are told by name."""

_TAILS = (("1st", "99th", 0.01), ("5th", "95th", 0.05), ("10th", "90th", 0.10))
_UNITS: tuple[tuple[Precision, int], ...] = (("day", 10), ("month", 7), ("year", 4))
"""Units of time, and how many characters of an ISO date each takes."""


def profile(frame: pd.DataFrame, *, suppress_below: int) -> tuple[tuple[ColumnProfile, ...], tuple[Level, ...]]:
    """Return the profile of each column in order, and the levels of the columns that have some.

    Args:
        frame: (rows, columns).
        suppress_below: rows that every figure rests on, 1 or more.
    """
    columns: list[ColumnProfile] = []
    levels: list[Level] = []
    for position, name in enumerate(frame.columns):
        series = frame.iloc[:, position]
        found = _column(str(name), series, suppress_below)
        columns.append(found)
        if found.sort == "category" or (found.distinct or 0) in range(1, MAX_LEVELS + 1):
            levels += _levels(str(name), series.dropna(), suppress_below)
    return tuple(columns), tuple(levels)


def span(series: pd.Series, suppress_below: int) -> tuple[str, str, Precision] | None:
    """Return the first and last day, month or year in which enough rows lie, in the finest unit that has them.

    Args:
        series: (rows,), times or text in ISO 8601; times with a zone are told in UTC.
        suppress_below: rows wanted at either end.

    Raises:
        UsageError: a value is no time.
    """
    days = _days(series.dropna())
    if days.empty:
        return None
    for unit, width in _UNITS:
        counts = days.str.slice(0, width).value_counts()
        first, last = str(counts.index.min()), str(counts.index.max())
        if min(counts[first], counts[last]) >= suppress_below:
            return first, last, unit
    return None


def _days(present: pd.Series) -> pd.Series:
    import pandas as pd
    from pandas.api import types

    times = present
    if not types.is_datetime64_any_dtype(times):
        try:
            times = pd.to_datetime(times, format="ISO8601", utc=True)
        except (ValueError, TypeError) as err:
            raise UsageError(
                f"time column {present.name!r}: a value is no time in ISO 8601",
                hint="convert the column with pandas.to_datetime first",
            ) from err
    if isinstance(times.dtype, pd.DatetimeTZDtype):
        times = times.dt.tz_convert("UTC")
    days: pd.Series = times.dt.strftime("%Y-%m-%d").astype("str")
    return days


def _column(name: str, series: pd.Series, least: int) -> ColumnProfile:
    from pandas.api import types

    missing = int(series.isna().sum())
    if types.is_datetime64_any_dtype(series):
        found = span(series, least)
        first, last, precision = found or (None, None, None)
        return ColumnProfile(
            name=name,
            sort="time",
            n=len(series) - missing,
            missing=missing,
            distinct=int(series.nunique()),
            first=first,
            last=last,
            precision=precision,
        )
    if types.is_bool_dtype(series) or not is_number(series):
        distinct = as_texts(series.dropna()).nunique()
        return ColumnProfile(
            name=name, sort="category", n=len(series) - missing, missing=missing, distinct=int(distinct)
        )
    return _number(name, series, missing, least)


def _number(name: str, series: pd.Series, missing: int, least: int) -> ColumnProfile:
    import numpy as np

    values = series.dropna().to_numpy(dtype="float64")
    finite = values[np.isfinite(values)]
    n = len(finite)
    with np.errstate(over="ignore"):  # what outgrows a float is left out
        mean, deviation = (finite.mean(), finite.std()) if n >= least else (math.nan, math.nan)
    low, low_is = _end(finite, least, lower=True)
    high, high_is = _end(finite, least, lower=False)
    lower, median, upper = (_quantile(finite, share, least) for share in (0.25, 0.5, 0.75))
    return ColumnProfile(
        name=name,
        sort="number",
        n=n,
        missing=missing,
        infinite=len(values) - n,
        distinct=len(np.unique(finite)),
        mean=_rounded(mean),
        deviation=_rounded(deviation),
        low=low,
        low_is=low_is,
        lower_quartile=lower,
        median=median,
        upper_quartile=upper,
        high=high,
        high_is=high_is,
    )


def _end(values: Floats, least: int, *, lower: bool) -> tuple[float | None, str]:
    """Return the extreme where enough rows hold it, else the outermost percentile beyond which enough rows lie."""
    if not len(values):
        return None, ""
    extreme = values.min() if lower else values.max()
    if int((values == extreme).sum()) >= least:
        return float(extreme), "minimum" if lower else "maximum"
    for below, above, share in _TAILS:
        if (value := _quantile(values, share if lower else 1 - share, least)) is not None:
            return value, f"{below if lower else above} percentile"
    return None, ""


def _quantile(values: Floats, share: float, least: int) -> float | None:
    import numpy as np

    if round(len(values) * min(share, 1 - share), 6) < least:
        return None
    return _rounded(np.quantile(values, share))


def _rounded(value: float) -> float | None:
    """Return a number to four significant digits; None where it has outgrown a float."""
    return float(f"{value:.4g}") if math.isfinite(value) else None


def _levels(name: str, present: pd.Series, least: int) -> Iterator[Level]:
    counts = as_texts(present).value_counts()
    common = sorted(counts[counts >= least].items(), key=lambda item: (-item[1], str(item[0])))[:MAX_LEVELS]
    rest = len(present) - sum(count for _, count in common)
    while common and 0 < rest < least:  # too small to stand alone, and subtraction would tell it
        rest += common.pop()[1]
    yield from (Level(column=name, value=str(value), n=int(count)) for value, count in common)
    if common and rest:
        yield Level(column=name, value=None, n=int(rest), merged=len(counts) - len(common))
