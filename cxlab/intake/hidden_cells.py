"""Which counts of a table a page hides, and what can still be told of them from all that it shows."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from cxlab.intake.hiding import GroupSizes, to_hide, withheld
from cxlab.words import few, number

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class HiddenCells:
    """A table of people as a page may show it beside the totals of its rows and columns.

    Attributes
    ----------
    mask : shape (r, c), which cells are hidden.
    written : shape (r, c), each count as it is shown: in digits, or by a word where it is hidden.
    least, most : shape (r, c), ends of what a reader can find out of each count, by the totals and all that is shown;
        the count itself where it is shown. Whatever is reckoned from these alone tells nothing of what is hidden.
    """

    mask: Mask
    written: list[list[str]]
    least: Counts
    most: Counts


def hide_cells(counts: ArrayLike, minimum_group: int) -> HiddenCells:
    """Hide what `cells_to_hide` names, and tell what can be found out all the same.

    Parameters
    ----------
    counts : shape (r, c), people in each cell; nobody is in two.

    Notes
    -----
    A small count is written as such where nothing more can be told of it then; otherwise all hidden ones are alike.
    Totals are taken to be shown as in `GroupSizes`, and the number of all people to be known.

    Examples
    --------
    >>> cells = hide_cells([[2, 179], [100, 40]], 5)
    >>> cells.written, cells.least[0].tolist()
    ([['under 5', 'hidden'], ['hidden', 'hidden']], [1, 177])
    """
    sizes = np.asarray(counts, dtype=np.int64)
    mask, small = cells_to_hide(sizes, minimum_group), _are_small(sizes, minimum_group)
    plain = _is_plain(sizes, mask, minimum_group)
    word = few(1, minimum_group) if plain else withheld()
    low, high = _ends(sizes, mask)
    if plain:
        low[small], high[small] = 1, minimum_group - 1
    totals = _totals(sizes, minimum_group)
    least, most = sizes.copy(), sizes.copy()
    for i, j in np.argwhere(mask):
        least[i, j], most[i, j] = _range_of((i, j), low, high, totals)
    cells = zip(sizes.ravel(), mask.ravel(), small.ravel(), strict=True)
    texts = [(word if is_small else withheld()) if hide else number(int(n)) for n, hide, is_small in cells]
    return HiddenCells(mask, np.array(texts, dtype=object).reshape(sizes.shape).tolist(), least, most)


def cells_to_hide(counts: ArrayLike, minimum_group: int) -> Mask:
    """Tell which counts of a table a page must not show beside the totals of its rows and columns; shape (r, c).

    Parameters
    ----------
    counts : shape (r, c), people in each cell; nobody is in two.

    Notes
    -----
    Row by row and column by column as in `to_hide`. Then each small count is asked for what all totals together leave
    open to it, by linear programmes: it has to be anything from 1 to under `minimum_group`, or as much of that as it
    could be with the whole table hidden. Where it is not, the corners of a rectangle are hidden with it, for its count
    can then go up and down without a change of any total; zeros only where no other rectangle does. Where none does,
    the whole table is hidden.

    Examples
    --------
    >>> cells_to_hide([[40, 3, 30], [20, 10, 0], [9, 8, 7]], 5).tolist()  # 3 could be had by taking away, twice over
    [[False, True, True], [False, False, False], [False, True, True]]
    >>> cells_to_hide([[40, 30, 0], [20, 3, 0], [0, 50, 90]], 5).tolist()
    [[True, True, False], [True, True, False], [False, False, False]]
    """
    sizes = np.asarray(counts, dtype=np.int64)
    small = _are_small(sizes, minimum_group)
    hidden, everything = _line_by_line(sizes, small, minimum_group), np.ones(sizes.shape, dtype=bool)
    for i, j in np.argwhere(small):  # to hide more leaves no less open to those that were asked before
        low, high = _open_to((i, j), sizes, everything, minimum_group)
        aim = max(low, 1), min(high, minimum_group - 1)
        if _leaves(aim, (i, j), sizes, hidden, minimum_group):
            continue
        opened = (hidden | corners for corners in _rectangles((i, j), sizes, hidden))
        hidden = next((mask for mask in opened if _leaves(aim, (i, j), sizes, mask, minimum_group)), everything)
        hidden = _line_by_line(sizes, hidden, minimum_group)
    return hidden


def surely_largest(least: ArrayLike, most: ArrayLike) -> int | None:
    """Tell which of several numbers is the largest by the ends of what is known of each; None where none is for sure.

    Examples
    --------
    >>> surely_largest([177, 1, 0], [180, 4, 0]), surely_largest([10, 8, 0], [10, 12, 2])
    (0, None)
    """
    first = int(np.argmax(least))
    return first if bool((np.delete(np.asarray(most), first) <= np.asarray(least)[first]).all()) else None


def _line_by_line(sizes: Counts, hidden: Mask, minimum_group: int) -> Mask:
    """Hide more until no row's or column's total by itself gives a small count away."""
    hidden, before = hidden.copy(), None
    while before is None or (hidden != before).any():
        before = hidden.copy()
        for lines, masks in ((sizes, hidden), (sizes.T, hidden.T)):
            for line, mask in zip(lines, masks, strict=True):
                mask[:] = to_hide(line.tolist(), minimum_group, small=mask)
    return hidden


def _rectangles(cell: tuple[int, int], sizes: Counts, hidden: Mask) -> list[Mask]:
    """Corners of all rectangles that have a cell for one, those first that take least from the reader."""
    i, j = cell
    rows, columns = sizes.shape
    found = []
    for k, m in product(set(range(rows)) - {i}, set(range(columns)) - {j}):
        corners = np.zeros(sizes.shape, dtype=bool)
        corners[np.ix_([i, k], [j, m])] = True
        taken = sizes[corners & ~hidden]
        found.append(((int((taken == 0).sum()), len(taken), int(taken.sum()), k, m), corners))
    return [corners for _, corners in sorted(found, key=lambda one: one[0])]


def _leaves(aim: tuple[int, int], cell: tuple[int, int], sizes: Counts, hidden: Mask, minimum_group: int) -> bool:
    """Whether a count could still be anything within two ends."""
    low, high = _open_to(cell, sizes, hidden, minimum_group)
    return low <= aim[0] and high >= aim[1]


def _open_to(cell: tuple[int, int], sizes: Counts, hidden: Mask, minimum_group: int) -> tuple[int, int]:
    """Least and most that a count can be for someone who knows the totals and which of the hidden ones are zeros."""
    low, high = _ends(sizes, hidden)
    return _range_of(cell, np.where(hidden & (sizes > 0), 1, low), high, _totals(sizes, minimum_group))


def _is_plain(sizes: Counts, hidden: Mask, minimum_group: int) -> bool:
    """Whether those small counts that are written as such could all still be anything from 1 to under the least."""
    small = _are_small(sizes, minimum_group)
    low, high = _ends(sizes, hidden)
    low[hidden & (sizes > 0)] = minimum_group
    low[small], high[small] = 1, minimum_group - 1
    totals, wanted = _totals(sizes, minimum_group), (1, minimum_group - 1)
    return all(_range_of((i, j), low, high, totals) == wanted for i, j in np.argwhere(small))


def _ends(sizes: Counts, hidden: Mask) -> tuple[Counts, Counts]:
    """Tell the ends of what each cell can be: all that there is where it is hidden, and itself where it is shown."""
    return np.where(hidden, 0, sizes), np.where(hidden, sizes.sum(), sizes)


def _totals(sizes: Counts, minimum_group: int) -> list[tuple[Counts, Counts]]:
    """Least and most that the totals of the rows, of the columns and of all can be, for all that a page tells."""
    found = []
    for totals in (sizes.sum(axis=1), sizes.sum(axis=0)):
        shown = GroupSizes(tuple(totals.tolist()), minimum_group)
        ends = np.array([shown.ends(i) for i in range(len(totals))], dtype=np.int64)
        found.append((ends[:, 0], ends[:, 1]))
    return [*found, (np.array([sizes.sum()]), np.array([sizes.sum()]))]


def _range_of(cell: tuple[int, int], low: Counts, high: Counts, totals: list[tuple[Counts, Counts]]) -> tuple[int, int]:
    """Least and most of a cell, whole numbers of themselves, where every cell and total lies between two ends."""
    rows, columns = low.shape
    sums = np.vstack([np.kron(np.eye(rows), np.ones(columns)), np.tile(np.eye(columns), rows), np.ones(low.size)])
    limits = LinearConstraint(sums, *(np.concatenate(ends) for ends in zip(*totals, strict=True)))
    goal, bounds = np.zeros(low.shape), Bounds(low.ravel(), high.ravel())
    goal[cell] = 1
    ends = []
    for sign in (1, -1):
        at = milp(sign * goal.ravel(), constraints=limits, bounds=bounds).x
        assert at is not None, "the table itself is a solution"
        ends.append(round(float(at @ goal.ravel())))
    return ends[0], ends[1]


def _are_small(sizes: Counts, minimum_group: int) -> Mask:
    return (sizes > 0) & (sizes < minimum_group)
