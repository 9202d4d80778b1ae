"""How far one data set lies from another, column by column, and how far chance alone would take it.

The population stability index (PSI) of a score or target and the characteristic stability index (CSI) of a feature are
one formula. If nothing has shifted, it is about (1/n + 1/m) times a chi-square variable with bins - 1 degrees of
freedom (Yurdakul and Naranjo, Statistical properties of the population stability index, Journal of Risk Model
Validation 14(4), 2020). Turned around for a shifted population, the noncentral chi-square gives an interval of the
index itself (as Steiger and Fouladi 1997 do for effect sizes); simulations in the tests hold its coverage. The usual
bounds 0.1 and 0.25 are a habit that knows neither n nor bins, so that they are left to a firm's policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from docgen.errors import UsageError
from docgen.evaluate.data import SUPPRESS_BELOW, named
from docgen.evaluate.digest import as_texts, frame_digest, is_number
from docgen.evaluate.files import log_files
from docgen.model.formats import DataRef, Row, ShiftCell, ShiftColumn, ShiftFile, ShiftRole

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]

METHOD = (
    "scaled chi-square with bins - 1 degrees of freedom (Yurdakul and Naranjo 2020); "
    "interval by the noncentral chi-square"
)
MISSING, OTHER = "(missing)", "(other values)"
MAX_CATEGORIES = 20
FEW = 5
"""Rows expected in a bin below which the chi-square is a poor guide (Cochran 1954)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binned:
    """Rows of both data sets by bin."""

    labels: tuple[str, ...]
    reference: Counts
    current: Counts


def shift(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    *,
    names: tuple[str, str] = ("train", "test"),
    score: str = "",
    target: str = "",
    columns: Sequence[str] | None = None,
    bins: int = 10,
    epsilon: float = 1e-4,
    level: float = 0.95,
    suppress_below: int = SUPPRESS_BELOW,
) -> ShiftFile:
    """Return the stability index of each column.

    Args:
        reference: (rows, columns), what the model was made on.
        current: (rows, columns), what it is held against: a holdout, a portfolio, last month.
        names: of both, as in `log_dataset`'s context.
        score: the column of the model's output.
        target: the column of the outcome.
        columns: what is compared; every column of either frame by default.
        bins: numbers are cut at so many quantiles of the reference; text by its values.
        epsilon: share that an empty bin counts as, so that its logarithm exists.
        level: confidence level, 0 to 1.
        suppress_below: rows that a value needs to be a bin of its own, and that a cell needs to be told.

    Raises:
        UsageError: a frame is empty, a column is in neither, or an option is out of range.
    """
    first, second = (named(name, "name") for name in names)
    for what, value, good in (
        ("bins", bins, bins >= 2),
        ("epsilon", epsilon, 0 < epsilon < 0.01),
        ("level", level, 0 < level < 1),
        ("suppress_below", suppress_below, suppress_below >= 1),
    ):
        if not good:
            raise UsageError(f"shift: {what} is {value!r}, out of range")
    for name, frame in ((first, reference), (second, current)):
        if not len(frame):
            raise UsageError(f"shift: {name!r} has no rows, expected at least one")
    every = list(dict.fromkeys([*reference.columns, *current.columns]))
    wanted = every if columns is None else list(columns)
    for column in [*filter(None, (score, target)), *wanted]:
        if column not in every:
            raise UsageError(f"shift: there is no column {column!r}, expected one of {', '.join(map(str, every))}")
    roles: dict[str, ShiftRole] = {**dict.fromkeys(wanted, "feature"), **({target: "target"} if target else {})}
    roles |= {score: "score"} if score else {}
    found: list[ShiftColumn] = []
    cells: list[ShiftCell] = []
    for column in sorted(roles, key=lambda name: ("score", "target", "feature").index(roles[name])):
        binned = _binned(reference, current, column, bins, suppress_below)
        if isinstance(binned, str):
            found.append(ShiftColumn(column=str(column), role=roles[column], index=None, note=binned))
            continue
        found.append(_compared(str(column), roles[column], binned, epsilon, level))
        cells += _cells(str(column), binned, suppress_below)
    return ShiftFile(
        reference=DataRef(name=first, rows=len(reference), sha256=frame_digest(reference)),
        current=DataRef(name=second, rows=len(current), sha256=frame_digest(current)),
        rule=f"numbers at {bins} quantiles of the reference, rounded to 4 digits; text by value, at most "
        f"{MAX_CATEGORIES}, rare and new values together; missing values apart",
        epsilon=epsilon,
        level=level,
        method=METHOD,
        suppress_below=suppress_below,
        columns=tuple(found),
        cells=tuple(cells),
    )


def log_shift(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    *,
    names: tuple[str, str] = ("train", "test"),
    score: str = "",
    target: str = "",
    columns: Sequence[str] | None = None,
    bins: int = 10,
    epsilon: float = 1e-4,
    level: float = 0.95,
    suppress_below: int = SUPPRESS_BELOW,
    run_id: str | None = None,
) -> ShiftFile:
    """Log to a run how far one data set lies from another, column by column. Arguments are those of `shift`.

    Args:
        reference: (rows, columns), what the model was made on.
        current: (rows, columns), what it is held against.
        names: of both.
        score: the column of the model's output.
        target: the column of the outcome.
        columns: what is compared.
        bins: of numbers.
        epsilon: share that an empty bin counts as.
        level: confidence level, 0 to 1.
        suppress_below: rows that a cell needs to be told.
        run_id: the run; the active one by default.

    Raises:
        UsageError: there is no run, or the arguments do not fit the frames.
    """
    record = shift(
        reference,
        current,
        names=names,
        score=score,
        target=target,
        columns=columns,
        bins=bins,
        epsilon=epsilon,
        level=level,
        suppress_below=suppress_below,
    )
    rows: tuple[Row, ...] = tuple(
        {"column": cell.column, "bin": cell.bin, "reference": cell.reference, "current": cell.current}
        for cell in record.cells
    )
    log_files({f"docgen/shift/{record.reference.name}~{record.current.name}": (record, rows)}, run_id=run_id)
    return record


def stability_index(reference: Counts, current: Counts, epsilon: float) -> float:
    """Return the sum over bins of (q - p) * ln(q / p): the Kullback-Leibler divergences of both directions together.

    Args:
        reference: (bins,), rows.
        current: (bins,), rows.
        epsilon: share that an empty bin counts as.
    """
    import numpy as np
    from scipy.stats import entropy

    p, q = (np.where(rows > 0, rows / rows.sum(), epsilon) for rows in (reference, current))
    return float(entropy(p, q) + entropy(q, p))


def noise(n: int, m: int, bins: int, level: float) -> tuple[float, float]:
    """Return mean and upper bound of the index if nothing has shifted.

    Args:
        n: rows of the reference.
        m: rows of the current data.
        bins: 2 or more.
        level: confidence level of the bound.
    """
    from scipy.stats import chi2

    scale = 1 / n + 1 / m
    return scale * (bins - 1), scale * float(chi2.ppf(level, bins - 1))


def interval(index: float, n: int, m: int, bins: int, level: float) -> tuple[float, float]:
    """Return the confidence interval of the population's index; it begins at 0 where chance explains all of it.

    Args:
        index: as observed.
        n: rows of the reference.
        m: rows of the current data.
        bins: 2 or more.
        level: confidence level.
    """
    scale, tail = 1 / n + 1 / m, (1 - level) / 2
    low, high = (_noncentrality(index / scale, bins - 1, share) for share in (1 - tail, tail))
    return low * scale, high * scale


def _noncentrality(value: float, freedom: int, share: float) -> float:
    """Return the noncentrality with which a chi-square lies below `value` in this share of draws; 0 if none has."""
    from scipy.optimize import brentq
    from scipy.stats import chi2, ncx2

    if chi2.cdf(value, freedom) <= share:
        return 0.0
    far = value + 10
    while ncx2.cdf(value, freedom, far) > share:
        far *= 2
    return float(brentq(lambda shift: ncx2.cdf(value, freedom, shift) - share, 1e-12, far))


def _compared(column: str, role: ShiftRole, binned: Binned, epsilon: float, level: float) -> ShiftColumn:
    n, m, bins = int(binned.reference.sum()), int(binned.current.sum()), len(binned.labels)
    index = stability_index(binned.reference, binned.current, epsilon)
    expected, bound = noise(n, m, bins, level)
    low, high = interval(index, n, m, bins, level)
    empty = int(((binned.reference == 0) | (binned.current == 0)).sum())
    pooled = (binned.reference + binned.current) / (n + m)
    notes = [f"{empty} empty bins count as {epsilon:g}"] if empty else []
    if float(pooled.min()) * min(n, m) < FEW:
        notes.append(f"a bin expects fewer than {FEW} rows: the noise is rough")
    return ShiftColumn(
        column=column,
        role=role,
        index=index,
        low=low,
        high=high,
        expected=expected,
        noise=bound,
        bins=bins,
        empty=empty,
        n_reference=n,
        n_current=m,
        note="; ".join(notes),
    )


def _cells(column: str, binned: Binned, least: int) -> list[ShiftCell]:
    """Return the cells of a column; none of them when one is small."""
    import numpy as np

    rows = np.concatenate((binned.reference, binned.current))
    if ((rows > 0) & (rows < least)).any():
        return []
    return [
        ShiftCell(column=column, bin=label, reference=int(before), current=int(after))
        for label, before, after in zip(binned.labels, binned.reference, binned.current, strict=True)
    ]


def _binned(reference: pd.DataFrame, current: pd.DataFrame, column: str, bins: int, least: int) -> Binned | str:
    """Return the rows by bin, or why the column cannot be compared."""
    for what, frame in (("reference", reference), ("current", current)):
        if list(frame.columns).count(column) != 1:
            return f"not a column of the {what} data, or twice"
    before, after = reference[column], current[column]
    if {before.dtype.kind, after.dtype.kind} & set("mM"):
        return "a column of times is not compared"
    numeric = [is_number(series) and series.dtype.kind != "b" for series in (before, after)]
    if any(numeric) and not all(numeric):
        return "a number in one of the data sets and text in the other"
    labels, codes = _by_quantile(before, after, bins) if all(numeric) else _by_value(before, after, least)
    return _counted(labels, *codes)


def _counted(labels: list[str], before: Counts, after: Counts) -> Binned | str:
    import numpy as np

    rows = [np.bincount(codes, minlength=len(labels)) for codes in (before, after)]
    used = (rows[0] + rows[1]) > 0
    if used.sum() < 2:
        return "all rows fall into one bin: nothing varies, or every value is rare"
    kept = tuple(label for label, there in zip(labels, used, strict=True) if there)
    return Binned(labels=kept, reference=rows[0][used], current=rows[1][used])


def _by_quantile(before: pd.Series, after: pd.Series, bins: int) -> tuple[list[str], tuple[Counts, Counts]]:
    """Return labels and the bin of each row: at most an edge, and above the edge before it."""
    import numpy as np

    values = [series.to_numpy(dtype="float64", na_value=np.nan) for series in (before, after)]
    present = values[0][~np.isnan(values[0])]
    cuts = np.quantile(present, np.arange(1, bins) / bins, method="inverted_cdf") if len(present) else np.array([])
    edges = np.unique([float(f"{cut:.4g}") for cut in cuts])
    codes = [np.where(np.isnan(v), len(edges) + 1, np.searchsorted(edges, v, side="left")) for v in values]
    texts = [f"{edge:.0f}" if edge.is_integer() and abs(edge) < 1e15 else repr(float(edge)) for edge in edges]
    middle = [f"{low} to {high}" for low, high in pairwise(texts)]
    labels = [f"up to {texts[0]}", *middle, f"above {texts[-1]}"] if texts else ["any"]
    return [*labels, MISSING], (codes[0], codes[1])


def _by_value(before: pd.Series, after: pd.Series, least: int) -> tuple[list[str], tuple[Counts, Counts]]:
    """Return labels and the bin of each row: common values of the reference, all others, missing."""
    import numpy as np

    texts = [as_texts(series) for series in (before, after)]
    counts = texts[0][before.notna()].value_counts()
    ranked = sorted(counts[counts >= least].items(), key=lambda item: (-item[1], str(item[0])))
    labels = [str(value) for value, _ in ranked[:MAX_CATEGORIES]]
    place = {label: position for position, label in enumerate(labels)}
    codes = [
        np.where(series.isna(), len(labels) + 1, text.map(place).fillna(len(labels))).astype(np.int64)
        for series, text in zip((before, after), texts, strict=True)
    ]
    return [*labels, OTHER, MISSING], (codes[0], codes[1])
