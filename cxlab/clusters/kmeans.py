"""K-Means and silhouettes that give the same numbers whatever the number of threads."""

import functools
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
STARTS = 10  # one start misses the optimum at every size tried


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: sums are then added in the same order on every machine."""
    with _pools().limit(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def k_means(matrix: Array, k: int, *, starts: int, seed: int) -> KMeans:
    """Fit K-Means from `starts` random starts (k-means++) and keep the tightest.

    Parameters
    ----------
    matrix : shape (n, d).
    k : number of clusters, at most the number of distinct rows.
    starts, seed : how many starts, and what makes them repeatable.
    """
    return KMeans(k, n_init=starts, random_state=seed, algorithm="lloyd").fit(matrix)


def nearest(matrix: Array, centres: Array) -> Codes:
    """Return the number of the nearest centre of each row: shape (n,)."""
    distance = (centres**2).sum(1) - 2.0 * matrix @ centres.T
    return np.asarray(distance.argmin(1), np.int64)


def settle(matrix: Array, codes: Codes, steps: int = 100) -> tuple[Codes, Array]:
    """Move rows to the nearest mean until none moves, so that centres and clusters agree exactly.

    Returns
    -------
    codes : shape (n,), numbered from 0 without gaps.
    centres : shape (k, d), the means.
    """
    for _ in range(steps):
        codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
        centres = means(matrix, codes)
        moved = nearest(matrix, centres)
        if (moved == codes).all():
            break
        codes = moved
    return codes, centres


def means(matrix: Array, codes: Codes) -> Array:
    """Return the mean row of each cluster: shape (k, d)."""
    size = np.bincount(codes).astype(float)
    return np.column_stack([np.bincount(codes, column) / size for column in matrix.T])


def distances(matrix: Array) -> Array:
    """Euclidean distances between all rows: shape (n, n)."""
    square = (matrix**2).sum(1)
    gap: Array = square[:, None] + square[None, :] - 2.0 * matrix @ matrix.T
    np.maximum(gap, 0.0, out=gap)
    np.sqrt(gap, out=gap)
    np.fill_diagonal(gap, 0.0)
    return gap


def silhouette_widths(between: Array, codes: Codes) -> Array:
    """Silhouette width of each row (Rousseeuw 1987); 0 for a cluster of one.

    Parameters
    ----------
    between : shape (n, n), from `distances`.
    codes : shape (n,), the number of each row's cluster, from 0.
    """
    n, k = len(codes), int(codes.max()) + 1
    member = np.zeros((n, k))
    member[np.arange(n), codes] = 1.0
    size = member.sum(0)
    total = between @ member
    own = size[codes]
    inside = total[np.arange(n), codes] / np.maximum(own - 1.0, 1.0)
    mean = total / np.maximum(size, 1.0)
    mean[np.arange(n), codes] = np.inf
    mean[:, size == 0] = np.inf
    outside = mean.min(1)
    width = (outside - inside) / np.maximum(np.maximum(outside, inside), np.finfo(float).tiny)
    return np.where(own > 1, width, 0.0)


@functools.cache
def _pools() -> ThreadpoolController:
    return ThreadpoolController()
