"""How far each group of each table is shown: features first, then intersections, periods, and all together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docgen.evaluate.groups import Axis, Cube, View, count, views_of
from docgen.evaluate.outcomes import Counting
from docgen.evaluate.suppression import Rules, Steps, Table, own_steps, protect, too_hard
from docgen.model.formats import LeftOut

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bits = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

FEATURE, PAIR, PERIOD = 0, 1, 2
"""Ranks of tables: what is more detailed gives way first."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """What each draw of whole clusters gives a group."""

    counts: Floats
    """(draws, n_cells)."""
    sums: Floats
    """(draws, n_sums)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of a view with what may be shown of it."""

    name: str
    parts: tuple[str, ...]
    """Its name on each axis of the view."""
    counts: Integers
    """(n_cells,)."""
    sums: Floats
    """(n_sums,)."""
    step: int
    """Of suppression: 0 shows nothing."""
    drawn: Drawn | None = None
    """Where rows form clusters."""

    @property
    def rows(self) -> int:
        """How many rows it has; to be shown from step 1 on."""
        return int(self.counts.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The groups of one feature, one intersection, or one feature by period."""

    features: tuple[str, ...]
    groups: tuple[Group, ...]
    member: Integers
    """(n_rows,), the group of each row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """What may be published."""

    views: tuple[Shown, ...]
    timed: tuple[Shown, ...]
    """Each feature by period; the period is the last part of a group."""
    left_out: tuple[LeftOut, ...]


def protected(axes: Sequence[Axis], times: Axis | None, counted: Counting, k: int) -> Protected:
    """Return features, intersections and features by period with what may be shown of each group.

    Args:
        axes: the sensitive features.
        times: the period of each row, or None.
        counted: what the rows are counted into.
        k: the smallest positive count that may be shown; 1 shows everything.
    """
    rules = Rules(steps=counted.steps, k=k)
    base = _count(axes, counted)
    singles, pairs = views_of(base, len(axes))
    tables = [_table(base, view, FEATURE) for view in singles]
    levels = [_alone(table, rules) for table in tables]
    crossed = [_table(base, view, PAIR) for view in pairs]
    left_out = []
    if pairs and too_hard([*tables, *crossed], rules):
        left_out.append(_too_hard("intersections", "give fewer or coarser features"))
        pairs = ()
    elif pairs:
        levels += [own_steps(table, rules) for table in crossed]
        protect(_totals(base), [*tables, *crossed], levels, rules)
    views = (*singles, *pairs)
    timed: tuple[Shown, ...] = ()
    if times is not None:
        timed, absent = _over_time(_count([*axes, times], counted), views, levels, rules)
        left_out += absent
    return Protected(
        views=tuple(_shown(base, view, level) for view, level in zip(views, levels, strict=True)),
        timed=timed,
        left_out=tuple(left_out),
    )


def sizes_shown(sizes: Integers, k: int) -> Bits:
    """Return which sizes of groups may be shown when nothing but these and their total is published, (n_groups,)."""
    import numpy as np

    one = np.ones((1, 1), dtype=bool)
    table = Table(member=_places(len(sizes)), counts=np.asarray(sizes, dtype=np.int64)[:, None])
    shown: Bits = _alone(table, Rules(steps=Steps(shows=(one,), guards=(one,)), k=k)) > 0
    return shown


def _alone(table: Table, rules: Rules) -> Integers:
    """Return the steps of the groups of a feature, protected as if nothing else were published."""
    level = own_steps(table, rules)
    sizes = len(table.counts)
    alone = Table(member=_places(sizes), counts=table.counts)
    total = Table(member=_places(sizes) * 0, counts=table.counts.sum(axis=0, keepdims=True))
    protect(total, [alone], [level], rules)
    return level


def _over_time(
    full: Cube, views: Sequence[View], levels: list[Integers], rules: Rules
) -> tuple[tuple[Shown, ...], list[LeftOut]]:
    """Return each feature by period; what is shown of features and intersections may go back in `levels`."""
    period = len(full.axes) - 1
    timed, timed_levels, left_out = [], [], []
    for number, axis in enumerate(full.axes[:-1]):
        view = full.view((number, period))
        level = _by_period(full, view, levels[number], rules)
        if level is None:
            left_out.append(_too_hard(f"{axis.name} by period", "give longer periods"))
        else:
            timed.append(view)
            timed_levels.append(level)
    tables = [_table(full, full.view(view.axes), len(view.axes) - 1) for view in views]
    tables += [_table(full, view, PERIOD) for view in timed]
    if too_hard(tables, rules):
        return (), [_too_hard("groups by period", "give longer periods, or fewer features")]
    protect(_totals(full), tables, [*levels, *timed_levels], rules)
    return tuple(_shown(full, view, level) for view, level in zip(timed, timed_levels, strict=True)), left_out


def _by_period(full: Cube, view: View, level: Integers, rules: Rules) -> Integers | None:
    """Return the steps of one feature by period, with all that is known of its groups and of the periods."""
    feature, period = view.axes
    small = full.only((feature, period))
    cells = _table(small, small.view((0, 1)), PERIOD)
    groups = _table(small, small.view((0,)), FEATURE)
    if too_hard([groups, cells], rules):
        return None
    own = own_steps(cells, rules)
    protect(_table(small, small.view((1,)), FEATURE), [groups, cells], [level, own], rules)
    return own


def _count(axes: Sequence[Axis], counted: Counting) -> Cube:
    return count(axes, counted.cells, counted.n_cells, *counted.numbers)


def _table(cube: Cube, view: View, rank: int) -> Table:
    return Table(member=view.member, counts=cube.of(view)[0], rank=rank)


def _totals(cube: Cube) -> Table:
    return Table(member=_places(len(cube.counts)) * 0, counts=cube.counts.sum(axis=0, keepdims=True))


def _places(size: int) -> Integers:
    import numpy as np

    return np.arange(size, dtype=np.int64)


def _shown(cube: Cube, view: View, level: Integers) -> Shown:
    counts, sums = cube.of(view)
    groups = tuple(
        Group(name=name, parts=view.parts[i], counts=counts[i], sums=sums[i], step=int(level[i]))
        for i, name in enumerate(view.groups)
    )
    features = tuple(cube.axes[axis].name for axis in view.axes)
    return Shown(features=features, groups=groups, member=view.member[cube.rows])


def _too_hard(what: str, advice: str) -> LeftOut:
    reason = f"too many small counts to prove that none of them can be worked out; {advice}"
    return LeftOut(feature=what, reason=reason)
