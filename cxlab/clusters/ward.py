"""Ward's hierarchical clustering in memory that grows with the customers, not with their square."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


def ward(matrix: Array, k: int) -> Codes:
    """Join the two clusters that lose least by it, again and again, until k are left.

    The chain of nearest neighbours finds the same tree as joining the nearest pair each time, for Ward's loss never
    falls when others are joined first. Equal rows are joined beforehand, which loses nothing.

    Parameters
    ----------
    matrix : shape (n, d).
    k : number of clusters, 1 to the number of different rows.

    Returns
    -------
    codes : shape (n,), 0 to k - 1.

    References
    ----------
    Ward (1963), Hierarchical grouping to optimize an objective function. Murtagh and Legendre (2014), Ward's
    hierarchical agglomerative clustering method: which algorithms implement Ward's criterion?, Journal of
    Classification 31.

    Examples
    --------
    >>> ward(np.array([[0.0], [0.1], [5.0], [5.2], [5.1]]), 2).tolist()
    [0, 0, 1, 1, 1]
    """
    rows, place, size = np.unique(matrix, axis=0, return_inverse=True, return_counts=True)
    pairs, loss = _tree(rows, size.astype(float))
    order = np.argsort(loss, kind="stable")[: len(rows) - k]
    return _cut(len(rows), pairs[order])[place.reshape(-1)]


def _tree(centres: Array, size: Array) -> tuple[Codes, Array]:
    """Join all clusters; return for each joining one row of either part, shape (m - 1, 2), and its loss."""
    m = len(centres)
    centres, size = centres.copy(), size.copy()
    square = (centres**2).sum(1)
    row = np.arange(m)  # a row that each living cluster holds
    alive = np.ones(m, bool)
    pairs, losses = np.empty((m - 1, 2), np.int64), np.empty(m - 1)
    chain: list[int] = []
    for joined in range(m - 1):
        if alive.sum() <= len(alive) // 2:
            new = np.cumsum(alive) - 1
            chain = [int(new[i]) for i in chain]
            centres, size, square, row = centres[alive], size[alive], square[alive], row[alive]
            alive = np.ones(len(row), bool)
        if not chain:
            chain.append(int(alive.argmax()))
        while True:
            one = chain[-1]
            loss = square + square[one]
            loss -= 2.0 * (centres @ centres[one])
            np.maximum(loss, 0.0, out=loss)
            loss *= size * size[one] / (size + size[one])
            loss[~alive] = np.inf
            loss[one] = np.inf
            other = int(loss.argmin())
            if len(chain) > 1 and loss[chain[-2]] <= loss[other]:
                other = chain[-2]
                break
            chain.append(other)
        del chain[-2:]
        pairs[joined], losses[joined] = (row[one], row[other]), loss[other]
        both = size[one] + size[other]
        centres[one] = (size[one] * centres[one] + size[other] * centres[other]) / both
        size[one], square[one], alive[other] = both, float(centres[one] @ centres[one]), False
    return pairs, losses


def _cut(m: int, pairs: Codes) -> Codes:
    """Return the number of the part of each row that the joinings leave, by their first rows: shape (m,)."""
    parent = list(range(m))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for one, other in pairs.tolist():
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    return np.unique([root(i) for i in range(m)], return_inverse=True)[1].astype(np.int64)
