"""K-Means and silhouettes that give the same numbers whatever the number of threads."""

import functools
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.cluster import KMeans, kmeans_plusplus
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
STARTS = 10  # one start misses the optimum at every size tried
MANY, PART = 20_000, 5_000  # of more than so many rows each start searches a part
_BLOCK = 1000
_NEAR = 0.1  # standard deviations between centres that are as good as the same


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: sums are then added in the same order on every machine.

    What is fitted is finite and well asked for, so that thousands of small fits need not be checked one by one.
    """
    with (
        _pools().limit(limits=1),
        config_context(skip_parameter_validation=True, assume_finite=True),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def k_means(matrix: Array, k: int, *, starts: int, seed: int) -> KMeans:
    """Fit K-Means from `starts` random starts (k-means++) and keep the tightest.

    Of more than 20,000 rows each start searches 5,000, drawn by lot for it; the one that comes out tightest over all
    rows is then fitted to all of them.

    Parameters
    ----------
    matrix : shape (n, d).
    k : number of clusters, at most the number of distinct rows.
    starts, seed : how many starts, and what makes them repeatable.

    References
    ----------
    Kaufman and Rousseeuw (1990), Finding Groups in Data, chapter 3 (CLARA, which searches samples for medoids); Bradley
    and Fayyad (1998), Refining Initial Points for K-Means Clustering, ICML.
    """
    if len(matrix) <= MANY:
        return KMeans(k, n_init=starts, random_state=seed, algorithm="lloyd").fit(matrix)
    parts = [(draw_part(matrix, PART, seed, start), seed + start) for start in range(starts)]
    found = [KMeans(k, n_init=1, random_state=one, algorithm="lloyd").fit(part).cluster_centers_ for part, one in parts]
    return _from(matrix, min(found, key=lambda centres: float(_nearness(matrix, centres).min(1).sum())))


def draw_part(matrix: Array, size: int, seed: int, start: int) -> Array:
    """Draw the rows that one start searches where there are many: shape (size, d)."""
    return matrix[np.random.default_rng([seed, start]).choice(len(matrix), size, replace=False, shuffle=False)]


def _from(matrix: Array, centres: Array) -> KMeans:
    return KMeans(len(centres), init=centres, n_init=1, algorithm="lloyd").fit(matrix)


def resting_places(matrix: Array, k: int, *, starts: int, seed: int) -> tuple[Array, Array]:
    """Find where K-Means comes to rest from random starts (k-means++), places that are nearly the same taken as one.

    Returns
    -------
    places : shape (m, k, d), centres; m is at most the number of starts.
    shares : shape (m,), of the starts that come to rest there.
    """
    seeds = np.random.default_rng(seed).integers(2**31, size=starts)
    places: list[Array] = []
    counts: list[int] = []
    for one in seeds:
        centres = centres_from(matrix, np.asarray(kmeans_plusplus(matrix, k, random_state=int(one))[0], float))
        known = next((i for i, place in enumerate(places) if _are_near(centres, place)), None)
        if known is None:
            places.append(centres)
            counts.append(1)
        else:
            counts[known] += 1
    return np.array(places), np.array(counts) / starts


def _are_near(centres: Array, others: Array) -> bool:
    """Whether each centre has one of the others for itself next to it."""
    apart = np.sqrt(((centres[:, None] - others[None]) ** 2).sum(2))
    return len(np.unique(apart.argmin(1))) == len(centres) and bool(apart.min(1).max() < _NEAR)


def tightest_from(matrix: Array, places: Array) -> KMeans:
    """Fit K-Means from each of several places, shape (m, k, d), and keep the tightest."""
    return min((_from(matrix, place) for place in places), key=lambda model: float(model.inertia_))


def centres_from(matrix: Array, start: Array) -> Array:
    """Return where K-Means comes to rest from these centres: shape (k, d)."""
    return np.asarray(_from(matrix, start).cluster_centers_, float)


def nearest(matrix: Array, centres: Array) -> Codes:
    """Return the number of the nearest centre of each row: shape (n,)."""
    return np.asarray(_nearness(matrix, centres).argmin(1), np.int64)


def _nearness(matrix: Array, centres: Array) -> Array:
    """Squared distances to each centre, less the row's own square: shape (n, k)."""
    distance: Array = (centres**2).sum(1) - 2.0 * matrix @ centres.T
    return distance


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


def silhouettes(matrix: Array, partitions: Sequence[Codes]) -> list[Array]:
    """Silhouette widths of each row in each of several partitions (Rousseeuw 1987); 0 for a cluster of one.

    Distances are computed once, a block of rows at a time.

    Parameters
    ----------
    matrix : shape (n, d).
    partitions : each of shape (n,), clusters numbered from 0 without gaps.
    """
    members = [np.eye(int(codes.max()) + 1)[codes] for codes in partitions]
    ends = np.cumsum([0, *(member.shape[1] for member in members)])
    together = np.hstack(members)
    total = np.empty_like(together)
    square = (matrix**2).sum(1)
    for start in range(0, len(matrix), _BLOCK):
        rows = slice(start, start + _BLOCK)
        gap: Array = square[rows, None] + square[None, :] - 2.0 * matrix[rows] @ matrix.T
        np.sqrt(np.maximum(gap, 0.0, out=gap), out=gap)
        gap[np.arange(len(gap)), np.arange(start, start + len(gap))] = 0.0
        total[rows] = gap @ together
    return [_widths(total[:, ends[i] : ends[i + 1]], codes, members[i].sum(0)) for i, codes in enumerate(partitions)]


def _widths(total: Array, codes: Codes, size: Array) -> Array:
    rows = np.arange(len(codes))
    inside = total[rows, codes] / np.maximum(size[codes] - 1.0, 1.0)
    mean = total / size
    mean[rows, codes] = np.inf
    outside = mean.min(1)
    width = (outside - inside) / np.maximum(np.maximum(outside, inside), np.finfo(float).tiny)
    return np.where(size[codes] > 1, width, 0.0)


def simplified_silhouette(matrix: Array, centres: Array) -> float:
    """Return the mean of 1 - (distance to the nearest centre) / (distance to the next), in [0, 1].

    It reads like the silhouette and costs n x k distances where that one costs n x n.

    References
    ----------
    Hruschka, Campello and de Castro (2006), Evolving clusters in gene-expression data, Information Sciences 176.
    """
    square = (matrix**2).sum(1)[:, None] + (centres**2).sum(1) - 2.0 * matrix @ centres.T
    two = np.sqrt(np.maximum(np.partition(square, 1, axis=1)[:, :2], 0.0))
    return float((1.0 - two[:, 0] / np.maximum(two[:, 1], np.finfo(float).tiny)).mean())


def count_different(matrix: Array, most: int) -> int:
    """Count the different rows, up to `most`; where a single column has as many values, the rows need no sorting."""
    if any(len(np.unique(column)) >= most for column in matrix.T):
        return most
    return min(most, len(np.unique(matrix, axis=0)))


def sample_rows(n: int, most: int, seed: int) -> Codes:
    """Return row numbers in order: all of them, or `most` drawn without replacement."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, most, replace=False))


@functools.cache
def _pools() -> ThreadpoolController:
    return ThreadpoolController()
