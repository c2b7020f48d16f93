"""Bootstrap stability at each number of clusters: which numbers give clusters that all come back."""

import numpy as np
from numpy.typing import NDArray

from cxlab.clusters.criterion import MOST_WHOLE, Criterion, replicate_rows
from cxlab.clusters.kmeans import (
    STARTS,
    count_different,
    k_means,
    nearest,
    one_thread,
    sample_rows,
    settle,
)
from cxlab.clusters.stability import STABLE, best_jaccard, refit, resampled
from cxlab.language import tr

Array = NDArray[np.float64]


def stability_by_number(matrix: Array, *, k_max: int, seed: int, n_bootstrap: int = 25) -> Criterion:
    """Measure, at each number of clusters, how much of the least stable one comes back in resamples.

    The figure is the mean Jaccard of the cluster that comes back least, and the number taken that with the highest
    figure; 1 where even that is below .75 (Hennig's "valid"). As in `cluster_stability`, the search is helped, so that
    its luck is left out. One cloud, cut at its widest each time, comes back as well: stability says which number is
    firm, not that there are groups.

    Parameters
    ----------
    matrix : shape (n, d).
    k_max : the largest number tried, from 2.
    seed : for the resamples and the starts.
    n_bootstrap : resamples; up to 10,000 customers with replacement, beyond that fresh samples of 5,000 without.

    References
    ----------
    Hennig (2007), Cluster-wise assessment of cluster stability, Computational Statistics & Data Analysis 52. Fang and
    Wang (2012), Selection of the number of clusters via the bootstrap method, the same journal 56.
    """
    tried = np.arange(2, k_max + 1)
    whole = matrix[sample_rows(len(matrix), MOST_WHOLE, seed)]
    with one_thread():
        most = count_different(whole, k_max)
        fits = [k_means(whole, min(int(k), most), starts=STARTS, seed=seed) for k in tried]
        middles = [settle(whole, model.labels_)[1] for model in fits]
        kept = [_resample(matrix, middles, seed, draw) for draw in range(n_bootstrap)]
    draws = [np.array(each) for each in zip(*kept, strict=True)]
    least = [int(each.mean(0).argmin()) for each in draws]
    worst = np.column_stack([each[:, c] for each, c in zip(draws, least, strict=True)])
    worst[:, [len(centres) < k for centres, k in zip(middles, tried, strict=True)]] = 0.0  # there are not so many
    value = worst.mean(0)
    low, high = np.quantile(worst, [0.025, 0.975], axis=0)
    # Of equal figures the larger number's.
    firmest = int(tried[len(tried) - 1 - value[::-1].argmax()]) if value.max() >= STABLE else 1
    return Criterion(
        "stability", tr("bootstrap stability"), tried, value, worst.std(0) / np.sqrt(n_bootstrap), low, high,
        firmest, tr("the highest, of the cluster that comes back least"),
        len(replicate_rows(len(matrix), seed, 0)),
    )  # fmt: skip


def _resample(matrix: Array, middles: list[Array], seed: int, draw: int) -> list[Array]:
    """Return, at each number of clusters, how much of each cluster comes back in one resample."""
    rows, weights = resampled(len(matrix), seed, draw)
    part = matrix[rows]
    return [
        best_jaccard(nearest(part, centres), refit(part, weights, centres, seed + draw), len(centres))
        for centres in middles
    ]
