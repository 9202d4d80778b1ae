"""Counting: rows become counts by combination of groups once, and all that is said of groups rests on the counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from docgen.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

JOIN = " & "
"""Joins the features and the groups of an intersection."""

NOT_STATED = "not stated"
"""The group of rows whose sensitive feature is missing: shown, never dropped."""

MAX_GROUPS = 50
"""Groups of one feature; more are no groups but a measurement that wants bands."""

MAX_PERIODS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One feature, or the period: the group of each row."""

    name: str
    groups: tuple[str, ...]
    codes: Integers
    """(n_rows,), positions in `groups`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The groups of one feature, one intersection, or one feature by period."""

    axes: tuple[int, ...]
    groups: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]
    """Each group taken apart: its name on each axis."""
    member: Integers
    """(n_combinations,), the group of each combination."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cube:
    """Counts of every combination of groups that occurs."""

    axes: tuple[Axis, ...]
    combinations: Integers
    """(n_combinations, n_axes), codes."""
    counts: Integers
    """(n_combinations, n_cells)."""
    rows: Integers
    """(n_rows,), the combination of each row."""
    sums: Floats
    """(n_combinations, n_sums) of the numbers that were summed along."""

    def view(self, axes: tuple[int, ...]) -> View:
        """Return the groups that some axes span; only those that occur."""
        import numpy as np

        spans = [self.axes[axis] for axis in axes]
        rows, member = np.unique(self.combinations[:, axes], axis=0, return_inverse=True)
        parts = tuple(tuple(span.groups[code] for span, code in zip(spans, row, strict=True)) for row in rows)
        return View(
            axes=axes,
            groups=tuple(JOIN.join(part) for part in parts),
            parts=parts,
            member=member.reshape(-1),
        )

    def only(self, axes: tuple[int, ...]) -> Cube:
        """Return the counts of some axes only."""
        import numpy as np

        view = self.view(axes)
        counts, sums = self.of(view)
        chosen = tuple(self.axes[axis] for axis in axes)
        codes = [[axis.groups.index(name) for axis, name in zip(chosen, part, strict=True)] for part in view.parts]
        rows = view.member[self.rows]
        return Cube(axes=chosen, combinations=np.array(codes, dtype=np.int64), counts=counts, sums=sums, rows=rows)

    def of(self, view: View) -> tuple[Integers, Floats]:
        """Return counts (n_groups, n_cells) and sums (n_groups, n_sums) of a view's groups."""
        return _grouped(self.counts, view), _grouped(self.sums, view)


def _grouped(values: NDArray[Any], view: View) -> NDArray[Any]:
    import numpy as np

    found = np.zeros((len(view.groups), values.shape[1]), dtype=values.dtype)
    np.add.at(found, view.member, values)
    return found


def axes_of(sensitive: Any, rows: int) -> tuple[Axis, ...]:  # noqa: ANN401  # array-likes of several kinds
    """Return each sensitive feature as an axis.

    Args:
        sensitive: a DataFrame, a Series or a mapping of columns; missing values form a group of their own.
        rows: how many rows the labels have.

    Raises:
        UsageError: another kind of object, no column, another length, a name twice or one that cannot be told from an
            intersection, or too many groups. All problems at once.
    """
    frame = _frame(sensitive)
    names = [str(name) for name in frame.columns]
    problems = [] if names else ["it has no columns"]
    if len(frame) != rows:
        problems.append(f"it has {len(frame)} rows, expected {rows} as in y_true")
    problems += [f"column {name!r} stands twice" for name in sorted({name for name in names if names.count(name) > 1})]
    problems += [f"column {name!r} holds {JOIN!r}, which joins features" for name in names if JOIN in name]
    if problems:
        raise UsageError(f"sensitive_features: {'; '.join(problems)}", hint="give one named column for each feature")
    axes = tuple(_axis(name, frame.iloc[:, position]) for position, name in enumerate(names))
    wide = [axis for axis in axes if len(axis.groups) > MAX_GROUPS]
    if wide:
        told = "; ".join(f"{axis.name!r} has {len(axis.groups)} groups" for axis in wide)
        raise UsageError(
            f"sensitive_features: {told}, expected at most {MAX_GROUPS}", hint="cut it into bands: pandas.cut(...)"
        )
    return axes


def period_axis(periods: Any, rows: int) -> Axis:  # noqa: ANN401  # array-likes of several kinds
    """Return the period of each row as an axis: times by month, anything else as given.

    Raises:
        UsageError: another length, or too many periods.
    """
    import pandas as pd

    series = pd.Series(periods).reset_index(drop=True)
    if len(series) != rows:
        raise UsageError(f"periods has {len(series)} rows, expected {rows} as in y_true")
    if pd.api.types.is_datetime64_any_dtype(series):
        series = series.dt.strftime("%Y-%m")
    axis = _axis("period", series)
    if len(axis.groups) > MAX_PERIODS:
        raise UsageError(
            f"periods has {len(axis.groups)} different values, expected at most {MAX_PERIODS}",
            hint="give months or quarters, or datetimes, which are taken by month",
        )
    return axis


def _frame(sensitive: Any) -> pd.DataFrame:  # noqa: ANN401
    import pandas as pd

    if isinstance(sensitive, pd.Series):
        return sensitive.to_frame("group" if sensitive.name is None else sensitive.name).reset_index(drop=True)
    if isinstance(sensitive, pd.DataFrame):
        return sensitive.reset_index(drop=True)
    if isinstance(sensitive, dict):
        columns = {name: pd.Series(values).reset_index(drop=True) for name, values in sensitive.items()}
        if len({len(column) for column in columns.values()}) > 1:
            told = ", ".join(f"{name!r} has {len(column)}" for name, column in columns.items())
            raise UsageError(f"sensitive_features: columns of several lengths: {told}")
        return pd.DataFrame(columns)
    raise UsageError(
        f"sensitive_features is a {type(sensitive).__name__}, expected a DataFrame, a Series or a mapping of columns"
    )


def _axis(name: str, column: pd.Series) -> Axis:
    import numpy as np
    import pandas as pd

    codes, values = pd.factorize(column)
    names = [str(value) for value in values] + [NOT_STATED]
    groups = sorted({names[code] for code in np.unique(codes)})
    place = {group: position for position, group in enumerate(groups)}
    to = np.array([place.get(group, -1) for group in names], dtype=np.int64)
    return Axis(name=name, groups=tuple(groups), codes=to[codes])


def count(axes: Sequence[Axis], cells: Integers, n_cells: int, *numbers: Floats) -> Cube:
    """Return the counts.

    Args:
        axes: at least one.
        cells: (n_rows,), 0 to `n_cells` - 1: for example which truth and prediction a row has.
        n_cells: how many cells there are.
        numbers: (n_rows,) each; summed by combination.
    """
    import numpy as np

    rows = np.stack([axis.codes for axis in axes], axis=1)
    key = np.zeros(len(rows), dtype=np.int64)
    for position, axis in enumerate(axes):
        key = np.unique(key, return_inverse=True)[1].reshape(-1) * len(axis.groups) + rows[:, position]
    _, first, member = np.unique(key, return_index=True, return_inverse=True)
    member = member.reshape(-1)
    counts = np.bincount(member * n_cells + cells, minlength=len(first) * n_cells).reshape(len(first), n_cells)
    sums = [np.bincount(member, weights=number, minlength=len(first)) for number in numbers]
    return Cube(
        axes=tuple(axes),
        combinations=rows[first],
        counts=counts.astype(np.int64),
        sums=np.stack(sums, axis=1) if sums else np.zeros((len(first), 0)),
        rows=member,
    )


def views_of(cube: Cube, features: int) -> tuple[tuple[View, ...], tuple[View, ...]]:
    """Return the views of the first `features` axes: each alone, and each pair."""
    singles = tuple(cube.view((axis,)) for axis in range(features))
    return singles, tuple(cube.view(pair) for pair in combinations(range(features), 2))
