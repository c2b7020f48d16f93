"""Indices of agreement between two partitions of the same customers, reckoned from their contingency table."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlogy
from sklearn.metrics.cluster import expected_mutual_information

from cxlab.different import codes_of

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
EXACT_WITHOUT_SMALL, LEAST_EXPECTED = 10_000, 5.0  # the same where by chance every cell holds so many or more
EXACT_UP_TO = 20_000  # customers up to which the mutual information expected by chance is summed, not approximated


def contingency(labels_a: ArrayLike, labels_b: ArrayLike) -> Counts:
    """Count the customers by pair of labels: shape (R, C), groups in sorted order."""
    (a, rows), (b, columns) = codes_of(labels_a), codes_of(labels_b)
    return np.bincount(rows * b + columns, minlength=a * b).reshape(a, b).astype(np.int64)


def adjusted_mutual_information(labels_a: ArrayLike, labels_b: ArrayLike) -> float:
    """Mutual information above chance, as a share of what is possible (arithmetic mean of the entropies).

    Examples
    --------
    >>> adjusted_mutual_information(["x", "x", "y", "y"], [1, 1, 0, 0])
    1.0
    """
    return adjusted_mutual_information_of(contingency(labels_a, labels_b))


def adjusted_rand_index(labels_a: ArrayLike, labels_b: ArrayLike) -> float:
    """Pairs of customers on which two partitions agree, above chance.

    Examples
    --------
    >>> adjusted_rand_index(["x", "x", "y", "y"], [1, 1, 0, 0])
    1.0
    """
    return adjusted_rand_index_of(contingency(labels_a, labels_b))


def adjusted_mutual_information_of(counts: Counts) -> float:
    """Reckon it from a contingency table, shape (R, C); two partitions of one group each agree fully."""
    table = _without_empty(counts)
    if min(table.shape) == 1:
        return float(table.shape == (1, 1))
    if len(table) == table.shape[1] == table.sum():
        return 1.0  # everybody is alone in both
    expected = _expected_information(table)
    mean_entropy = (_entropy(table.sum(axis=1)) + _entropy(table.sum(axis=0))) / 2
    possible = mean_entropy - expected
    if abs(possible) < np.finfo(float).eps:
        return 0.0
    value = (_information(table) - expected) / possible
    return float(1.0 if abs(value - 1) < 1e-12 else value)


def adjusted_rand_index_of(counts: Counts) -> float:
    """Reckon it from a contingency table, shape (R, C)."""
    return float(adjusted_rand_indices_of(counts[None])[0])


def adjusted_rand_indices_of(tables: Counts) -> Array:
    """Reckon it from each of several contingency tables: shape (B, R, C) to (B,).

    Two partitions into a single group each, or into customers alone, agree at 1.
    """
    cells = tables.astype(float)
    together, a, b = _pairs(cells).sum((1, 2)), _pairs(cells.sum(2)).sum(1), _pairs(cells.sum(1)).sum(1)
    chance = a * b / np.maximum(_pairs(cells.sum((1, 2))), 1.0)
    possible = (a + b) / 2 - chance
    index = np.ones(len(cells))
    np.divide(together - chance, possible, out=index, where=possible > np.finfo(float).eps)
    return index


def homogeneity_of(counts: Counts) -> float:
    """Share of the row partition's entropy that the column partition explains; 1 where there is none."""
    entropy = _entropy(counts.sum(axis=1))
    return 1.0 if entropy < np.finfo(float).eps else float(min(1.0, _information(counts) / entropy))


def completeness_of(counts: Counts) -> float:
    """Homogeneity with the two partitions changed about."""
    return homogeneity_of(counts.T)


def standardised_residuals(counts: Counts) -> Array:
    """How many standard deviations each cell is from independence, shape (R, C); 0 in empty rows and columns."""
    n = counts.sum()
    a, b = counts.sum(axis=1) / n, counts.sum(axis=0) / n
    expected = n * np.outer(a, b)
    spread = np.sqrt(expected * np.outer(1 - a, 1 - b))
    residuals: Array = np.divide(counts - expected, spread, out=np.zeros(counts.shape), where=spread > 0)
    return residuals


def jaccard_overlaps(counts: Counts) -> Array:
    """Share of the customers in either group who are in both, for each pair of groups: shape (R, C)."""
    union = counts.sum(axis=1, keepdims=True) + counts.sum(axis=0, keepdims=True) - counts
    return np.asarray(counts / np.maximum(union, 1), float)


def _pairs(size: Array) -> Array:
    """How many pairs so many customers make."""
    return np.asarray(size * (size - 1) / 2)


def _without_empty(counts: Counts) -> Counts:
    return np.asarray(counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0], np.int64)


def _entropy(sizes: Counts) -> float:
    p = sizes / sizes.sum()
    return float(-xlogy(p, p).sum())


def _information(counts: Counts) -> float:
    """Mutual information in nats."""
    return _entropy(counts.sum(axis=1)) + _entropy(counts.sum(axis=0)) - _entropy(counts.ravel())


def _expected_information(counts: Counts) -> float:
    """Mutual information expected by chance under fixed margins; for many customers its first term in 1/n."""
    n = int(counts.sum())
    expected = np.outer(counts.sum(1), counts.sum(0)) / n
    if n > EXACT_UP_TO or (n > EXACT_WITHOUT_SMALL and expected.min() >= LEAST_EXPECTED):
        return float((counts.shape[0] - 1) * (counts.shape[1] - 1) / (2 * n))
    return float(expected_mutual_information(counts, n))
