"""Small groups: which counts may be shown, so that no small one can be worked out from those that are.

A count of 1 to k - 1 is not shown; 0 is (CMS cell size policy, as ResDAC describes it, where k is 11). What is shown
of a group comes in steps: nothing, its size, its size and predictions, everything. A step that would show a small
count is not taken. Then it is checked by linear programming that each small count can still lie anywhere in a range at
least k wide, given all that is shown and the totals. Where it cannot, a group whose shown counts narrow the range goes
one step back as well (complementary suppression). Nothing tells one suppressed group from the other. Where the totals
alone leave a narrower range, as with 3 errors in all, what is shown of groups must not narrow that one further.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bits = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

MAX_UNKNOWN = 6_000
MAX_SMALL = 200
"""Unknown counts, and small ones among them, that the check takes on; it would take minutes with more."""

_SLACK = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What a step shows of a group, and what must not be small for it; masks over cells, from step 1 on."""

    shows: tuple[Bits, ...]
    """Each (n_counts, n_cells)."""
    guards: tuple[Bits, ...]
    """Each (n_counts, n_cells): what the step would give away, complements included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table over the combinations of groups."""

    member: Integers
    """(n_combinations,), group of each combination."""
    counts: Integers
    """(n_groups, n_cells)."""
    rank: int = 0
    """Tables of a higher rank are stepped back first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What there is to show, and the smallest positive count that may be shown; 1 shows everything."""

    steps: Steps
    k: int


def own_steps(table: Table, rules: Rules) -> Integers:
    """Return the step of each group that its own counts allow, (n_groups,)."""
    import numpy as np

    level = np.zeros(len(table.counts), dtype=np.int64)
    going = np.ones(len(table.counts), dtype=bool)
    for guard in rules.steps.guards:
        going &= ~_small(table.counts @ guard.T.astype(np.int64), rules.k).any(axis=1)
        level += going
    return level


def protect(known: Table, tables: Sequence[Table], levels: Sequence[Integers], rules: Rules) -> None:
    """Step groups back, in place, until the range of each small count is at least k wide.

    Args:
        known: a table that a reader is taken to know in full: the totals.
        tables: what is published.
        levels: the step of each group of each table, (n_groups,).
        rules: what may be shown.
    """
    if rules.k > 1:
        _Audit(known, tables, rules).protect(levels)


def too_hard(tables: Sequence[Table], rules: Rules) -> bool:
    """Whether the check of these tables would take too long."""
    import numpy as np

    small = sum(
        int(_small(table.counts @ guard.T.astype(np.int64), rules.k).sum())
        for table in tables
        for guard in rules.steps.guards
    )
    unknown = len(tables[0].member) * tables[0].counts.shape[1]
    return small > MAX_SMALL or (small > 0 and unknown > MAX_UNKNOWN)


def _small(values: NDArray[Any], k: int) -> Bits:
    small: Bits = (values > 0) & (values < k)
    return small


class _Audit:
    """What a reader could work out: bounds of each small count under all that is shown.

    To show less only widens the bounds, so every solution found stays one, and is held against all small counts: most
    need no programme of their own.
    """

    def __init__(self, known: Table, tables: Sequence[Table], rules: Rules) -> None:
        import numpy as np
        from scipy import sparse

        self.known, self.tables, self.steps, self.k = known, tables, rules.steps, rules.k
        self.groups = [_incidence(table) for table in (*tables, known)]
        self.cells = known.counts.shape[1]
        self.everything = self._sums(len(tables), slice(None), np.eye(self.cells))
        self.small = [item for number in range(len(tables)) for item in self._small(number)]
        rows = [self._sums(number, [group], mask) for number, group, mask in self.small]
        self.watched: Any = sparse.vstack(rows, "csr") if rows else None
        truth = [mask @ tables[number].counts[group] for number, group, mask in self.small]
        self.low = self.high = np.concatenate(truth).astype(float) if truth else np.zeros(0)
        self.wanted = np.minimum(rules.k, [self._room(*item) for item in self.small])

    def protect(self, levels: Sequence[Integers]) -> None:
        """Step groups back, in place, until no range is too narrow."""
        for position in range(len(self.small)):
            self._settle(levels)
            while self._narrow()[position] and self._widen(levels, position):
                pass

    def _narrow(self) -> Bits:
        """Return which small counts are not yet known to range widely enough."""
        narrow: Bits = self.high - self.low < self.wanted - _SLACK
        return narrow

    def _room(self, number: int, group: int, mask: Bits) -> int:
        """Return how wide a count's range is when nothing but the totals is known: all of those it only shares in."""
        import numpy as np

        inside = self.tables[number].member == group
        totals = np.unique(self.known.member)
        shared = [total for total in totals if 0 < inside[self.known.member == total].mean() < 1]
        return int((self.known.counts[shared] @ mask[0]).sum())

    def _settle(self, levels: Sequence[Integers]) -> None:
        """Look for solutions that widen many ranges at once, as long as they widen some."""
        import numpy as np

        chance = np.random.default_rng(0)
        before = -1
        while before != (left := int(self._narrow().sum())) and left:
            before = left
            for sign in (1.0, -1.0):
                signs = chance.choice(np.array([-1.0, 1.0]), size=len(self.small))
                self._solve(levels, np.where(self._narrow(), sign * signs, 0.0).astype(np.float64))

    def _solve(self, levels: Sequence[Integers], aim: Floats) -> set[tuple[int, int]]:
        """Push a weighted sum of the small counts down; return the groups whose shown counts stand in the way."""
        import numpy as np

        system, values, owners = self._shown(levels)
        solved = _extreme(system, values, aim @ self.watched)
        found = self.watched @ solved.x
        self.low, self.high = np.minimum(self.low, found), np.maximum(self.high, found)
        return {owners[row] for row in np.flatnonzero(np.abs(solved.eqlin.marginals) > _SLACK)}

    def _stretch(self, levels: Sequence[Integers], position: int) -> set[tuple[int, int]]:
        """Find the range of one small count; return the groups whose shown counts narrow it."""
        import numpy as np

        aim = np.eye(len(self.small))[position]
        return self._solve(levels, aim) | self._solve(levels, -aim)

    def _widen(self, levels: Sequence[Integers], position: int) -> bool:
        """Show less of one group that narrows a range: of the finest tables the smallest other."""
        binding = self._stretch(levels, position)
        own = self.small[position][:2]
        choices = [(number, group) for number, group in binding if number >= 0 and levels[number][group] > 0]
        if not choices or not self._narrow()[position]:
            return False

        def rank(item: tuple[int, int]) -> tuple[int, bool, int, tuple[int, int]]:
            table = self.tables[item[0]]
            return -table.rank, item == own, int(table.counts[item[1]].sum()), item

        number, group = min(choices, key=rank)
        levels[number][group] -= 1
        return True

    def _shown(self, levels: Sequence[Integers]) -> tuple[Any, Floats, list[tuple[int, int]]]:
        """Return what a reader knows: sums (n_sums, n_combinations * n_cells), their values, the group of each."""
        import numpy as np
        from scipy import sparse

        rows, values = [self.everything], [self.known.counts.reshape(-1)]
        owners = [(-1, -1)] * self.everything.shape[0]
        for number, level in enumerate(levels):
            for step, mask in enumerate(self.steps.shows, 1):
                groups = np.flatnonzero(level == step)
                rows.append(self._sums(number, groups, mask))
                values.append((self.tables[number].counts[groups] @ mask.T).reshape(-1))
                owners += [(number, int(group)) for group in groups for _ in mask]
        return sparse.vstack(rows, "csr"), np.concatenate(values).astype(float), owners

    def _sums(self, number: int, groups: Any, masks: NDArray[Any]) -> Any:  # noqa: ANN401  # scipy's have no types
        """Return rows that sum the masked cells of some groups of a table."""
        from scipy import sparse

        return sparse.kron(self.groups[number][groups], masks.astype(float), format="csr")

    def _small(self, number: int) -> Iterator[tuple[int, int, Bits]]:
        import numpy as np

        for guard in self.steps.guards:
            small = _small(self.tables[number].counts @ guard.T.astype(np.int64), self.k)
            for group, count in zip(*np.nonzero(small), strict=True):
                yield number, int(group), guard[[count]]


def _incidence(table: Table) -> Any:  # noqa: ANN401
    """Return which combinations belong to which group, (n_groups, n_combinations)."""
    import numpy as np
    from scipy import sparse

    place = np.arange(len(table.member))
    shape = (len(table.counts), len(table.member))
    return sparse.csr_array((np.ones(len(place)), (table.member, place)), shape=shape)


def _extreme(system: Any, values: Floats, aim: Floats) -> Any:  # noqa: ANN401
    """Return counts that agree with all that is shown and make `aim @ counts` as small as can be."""
    from scipy.optimize import linprog

    found = linprog(aim, A_eq=system, b_eq=values, bounds=(0, None), method="highs")
    if found.x is None:
        raise RuntimeError(f"the check of suppressed counts failed: {found.message}")
    return found
