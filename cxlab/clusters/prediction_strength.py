"""Prediction strength: whether clusters found in one half of the customers foretell those of the other half."""

import numpy as np
from numpy.typing import NDArray

from cxlab.clusters.criterion import Criterion, largest_reaching, replicate_rows
from cxlab.clusters.kmeans import count_different, k_means, nearest, one_thread
from cxlab.language import tr
from cxlab.words import number

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
STRONG = 0.80  # Tibshirani and Walther: .8 to .9 counts as strong, a rule of thumb
STARTS_EACH = 5  # random starts in each half


def prediction_strength(matrix: Array, *, k_max: int, seed: int, n_splits: int = 20) -> Criterion:
    """Measure how well the clusters of one half foretell who is together in the other.

    The customers are split in halves, each half is divided into k clusters, and each is put into the clusters of the
    other. The strength of a cluster is the share of pairs of its members whom the other half's clusters put together
    too; that of a split is its weakest cluster's, mean of both directions. The number taken is the largest with a mean
    strength of .8 or more, a rule of thumb; 1, which is foretold by nature, where there is none. One stretched cloud is
    cut at its middle each time, so that two may be strong without being groups.

    Parameters
    ----------
    matrix : shape (n, d).
    k_max : the largest number tried, from 2.
    seed : for the splits, the starts and, beyond 10,000 customers, a fresh sample of 5,000 for each split.
    n_splits : random splits.

    References
    ----------
    Tibshirani and Walther (2005), Cluster validation by prediction strength, Journal of Computational and Graphical
    Statistics 14.
    """
    tried = np.arange(2, k_max + 1)
    with one_thread():
        draws = np.array([_split(matrix, tried, seed, draw) for draw in range(n_splits)])
    value = draws.mean(0)
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    return Criterion(
        "prediction_strength", tr("prediction strength"), tried, value, draws.std(0) / np.sqrt(n_splits), low, high,
        largest_reaching(tried, value, STRONG),
        tr("the largest number at {strength} or more", strength=number(STRONG, 1)),
        len(replicate_rows(len(matrix), seed, 0)),
    )  # fmt: skip


def foretold(found: Codes, foreseen: Codes) -> float:
    """Share of pairs within a cluster that are foreseen to be together, in the weakest cluster.

    A cluster of one has no pair and counts as not foretold.

    Parameters
    ----------
    found : shape (n,), the clusters of these customers.
    foreseen : shape (n,), where the other half's clusters put them.

    Examples
    --------
    >>> foretold(np.array([0, 0, 1, 1, 1]), np.array([1, 1, 0, 0, 1])).__round__(2)
    0.33
    """
    width = int(foreseen.max()) + 1
    both = np.bincount(found * width + foreseen, minlength=(int(found.max()) + 1) * width).reshape(-1, width)
    size = both.sum(1)
    pairs = (both * (both - 1)).sum(1) / np.maximum(size * (size - 1), 1)
    return float(pairs[size > 0].min())


def _split(matrix: Array, tried: Codes, seed: int, draw: int) -> list[float]:
    """Return the strength at each number of clusters in one split; 0 where a half has fewer different customers."""
    mixed = np.random.default_rng([seed, draw, 1]).permutation(replicate_rows(len(matrix), seed, draw))
    one, other = matrix[mixed[::2]], matrix[mixed[1::2]]
    most = min(count_different(half, int(tried[-1])) for half in (one, other))
    return [_strength(one, other, int(k), seed + draw) if k <= most else 0.0 for k in tried]


def _strength(one: Array, other: Array, k: int, seed: int) -> float:
    first, second = (
        np.asarray(k_means(half, k, starts=STARTS_EACH, seed=seed).cluster_centers_, float) for half in (one, other)
    )
    there = foretold(nearest(other, second), nearest(other, first))
    back = foretold(nearest(one, first), nearest(one, second))
    return (there + back) / 2
