"""Customers drawn as groups of neighbours, so that no dot is a person."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

MOST_DOTS = 500


def groups_of_neighbours(
    x: ArrayLike, y: ArrayLike, *, at_least: int = 5, n_all: int | None = None
) -> NDArray[np.float64]:
    """Put customers who lie near each other into groups of `at_least` to 2 x `at_least` - 1, each at its mean.

    The wider side is halved until it can be halved no more. Nobody is left out, but for all when they are fewer than
    `at_least`: then there is no group. With very many customers the groups grow, so that 500 dots are enough.

    Parameters
    ----------
    x, y : shape (n,), places in comparable units (shares of the axes, say).
    at_least : fewest customers in a group.
    n_all : customers in the whole picture, when it is drawn in parts; decides how large the groups must be.

    Returns
    -------
    shape (groups, 3): mean x, mean y, customers.

    Examples
    --------
    >>> groups_of_neighbours([0, 1, 2, 3], [0, 0, 0, 0]).shape
    (0, 3)
    >>> groups_of_neighbours(range(10), [0] * 10).tolist()
    [[2.0, 0.0, 5.0], [7.0, 0.0, 5.0]]
    """
    places = np.column_stack([np.asarray(x, float), np.asarray(y, float)])
    least = max(at_least, -(-(n_all or len(places)) // MOST_DOTS))
    if len(places) < at_least:
        return np.zeros((0, 3))
    waiting, groups = [np.arange(len(places))], []
    while waiting:
        rows = waiting.pop()
        if len(rows) < 2 * least:
            groups.append((*places[rows].mean(axis=0), len(rows)))
            continue
        side = int(np.ptp(places[rows, 1]) > np.ptp(places[rows, 0]))
        order = rows[np.argsort(places[rows, side], kind="stable")]
        waiting += [order[len(order) // 2 :], order[: len(order) // 2]]
    return np.array(groups, dtype=float)
