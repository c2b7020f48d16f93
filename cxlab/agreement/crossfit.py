"""Losses on customers that a description was not fitted on."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import xlogy
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from cxlab.agreement.ceiling import FitLabels
from cxlab.agreement.predictors import Fold, Target, refitted_labels

Array = NDArray[np.float64]
Way = Callable[[Fold], Array]
N_FOLDS = 10
N_DIVISIONS = 3  # into folds, their losses averaged: a single one moves what is foreseen of a few thousand customers
SETTLED_FROM = 20_000  # customers from which on a single division is enough


def folds(n: int, seed: int) -> list[NDArray[np.int64]]:
    """Divide n rows into ten folds at random, sizes differing by one at most; row numbers in order."""
    order = np.random.default_rng(seed).permutation(n)
    return [np.sort(part).astype(np.int64) for part in np.array_split(order, N_FOLDS)]


def parted(n: int, seed: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the rows to learn from and the rows to foresee of each fold."""
    return [(np.setdiff1d(np.arange(n), test), test) for test in folds(n, seed)]


def labels_in_folds(frame: pd.DataFrame, fit_labels: FitLabels, k: int, seed: int) -> list[pd.Series]:
    """Fit clusters in each fold once, whatever is foreseen with them afterwards: labels of all customers a fold."""
    with threadpool_limits(limits=1):
        return [
            refitted_labels(frame, train, fit_labels, k, seed + number)
            for number, (train, _) in enumerate(parted(len(frame), seed))
        ]


def divisions(n: int, seed: int) -> list[int]:
    """Return a seed for each division of n customers into folds; none of the seeds within them is used twice."""
    return [seed + N_FOLDS * i for i in range(N_DIVISIONS if n < SETTLED_FROM else 1)]


def cross_fitted_losses(
    frame: pd.DataFrame, actual: Array, target: Target, ways: Mapping[str, Way], seed: int
) -> dict[str, Array]:
    """Loss of each customer under each way, fitted on the other folds: shape (n,) each.

    On one thread: the fits are small, and sums are then added in the same order on every machine.
    """
    losses = {name: np.zeros(len(frame)) for name in ways}
    with threadpool_limits(limits=1):
        for number, (train, test) in enumerate(parted(len(frame), seed)):
            fold = Fold(frame, train, test, actual, target, seed + number, number)
            for name, way in ways.items():
                foreseen = way(fold)
                losses[name][test] = (
                    poisson_deviance(actual[test], foreseen)
                    if target == "purchases"
                    else (actual[test] - foreseen) ** 2
                )
    return losses


def poisson_deviance(actual: Array, mean: Array) -> Array:
    """Deviance of each count from its mean, shape (n,); a mean is taken to be at least 1e-6.

    Examples
    --------
    >>> poisson_deviance(np.array([0.0, 1.0]), np.array([0.5, 1.0])).tolist()
    [1.0, 0.0]
    """
    mean = np.maximum(mean, 1e-6)
    return np.asarray(2 * (xlogy(actual, actual / mean) - (actual - mean)), float)
