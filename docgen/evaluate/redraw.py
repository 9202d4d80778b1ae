"""Groups of clustered rows: what each draw of whole clusters gives them, one set of draws for all groups and measures.

A cluster may hold rows of several groups, and a group's measures share its rows. Drawn together, the intervals of
differences and ratios know of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from docgen.evaluate.measures import Mean, Rate
from docgen.evaluate.protection import Drawn, Group

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from docgen.evaluate.measures import Measure
    from docgen.evaluate.outcomes import Counting
    from docgen.evaluate.protection import Shown
    from docgen.evaluate.resample import Clusters, Resampling

    Floats = NDArray[np.float64]


def redrawn(every: Sequence[Shown], counted: Counting, how: Resampling) -> tuple[Shown, ...]:
    """Return the groups with what each draw gives them; as they are where rows form no clusters.

    Args:
        every: groups of features, intersections and periods.
        counted: what the rows were counted into.
        how: level, draws, seed and clusters.
    """
    import numpy as np

    if how.clusters is None or not every:
        return tuple(every)
    table = _table(every, counted, how.clusters)
    drawn = np.concatenate([weights @ table for weights in how.of_clusters()])
    ends = np.cumsum([len(one.groups) for one in every])
    width = counted.n_cells + len(counted.numbers)
    blocks = np.split(drawn.reshape(len(drawn), -1, width), ends[:-1], axis=1)
    return tuple(
        replace(one, groups=tuple(_with(group, block[:, place]) for place, group in enumerate(one.groups)))
        for one, block in zip(every, blocks, strict=True)
    )


def _with(group: Group, drawn: Floats) -> Group:
    cells = len(group.counts)
    return replace(group, drawn=Drawn(counts=drawn[:, :cells], sums=drawn[:, cells:]))


def _table(every: Sequence[Shown], counted: Counting, clusters: Clusters) -> csr_array:
    """Return what each cluster adds to each group, (clusters, groups * (cells + numbers)).

    Sparse: most clusters have a few rows in a few groups.
    """
    import numpy as np
    from scipy.sparse import coo_array

    width = counted.n_cells + len(counted.numbers)
    one = np.ones(len(counted.cells))
    columns, values, before = [], [], 0
    for shown in every:
        start = (shown.member + before) * width
        columns += [start + counted.cells, *(start + counted.n_cells + n for n in range(len(counted.numbers)))]
        values += [one, *counted.numbers]
        before += len(shown.groups)
    rows = np.tile(clusters.codes, len(columns))
    return coo_array(
        (np.concatenate(values), (rows, np.concatenate(columns))), shape=(clusters.count, before * width)
    ).tocsr()


def values_of(measure: Measure, group: Group) -> Floats:
    """Return a measure of a group in each draw, (draws,); not finite where it is undefined.

    Raises:
        TypeError: the group was not drawn again.
    """
    import numpy as np

    drawn = _drawn(group)
    with np.errstate(invalid="ignore", divide="ignore"):
        if isinstance(measure, Rate):
            return np.asarray(drawn.counts[:, measure.hits].sum(axis=1) / drawn.counts[:, measure.base].sum(axis=1))
        return np.asarray(measure.offset + drawn.sums[:, measure.column] / drawn.counts.sum(axis=1))


def moments_of(measure: Mean, group: Group) -> tuple[Floats, Floats]:
    """Return mean and variance (denominator n - 1) of a number in a group in each draw, (draws,) both."""
    import numpy as np

    drawn = _drawn(group)
    n, total = drawn.counts.sum(axis=1), drawn.sums[:, measure.column]
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.maximum(drawn.sums[:, measure.column + 1] - total**2 / n, 0) / (n - 1)
        return measure.offset + total / n, variance


def _drawn(group: Group) -> Drawn:
    if group.drawn is None:
        raise TypeError(f"{group.name!r} was not drawn again")
    return group.drawn
