"""One way of counting groups: its figure at each number of clusters, and the number that it takes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
MOST_WHOLE = 10_000  # customers of whom all are divided again in each replicate; beyond that a fresh sample is
TINY = 1e-9  # an error of no more is none: the figure is what it is by its making
REPLICATE = 5_000  # customers of such a sample


@dataclass(frozen=True)
class Criterion:
    """One criterion for the number of clusters.

    Attributes
    ----------
    name, words : as in tables' columns, and as a reader says it.
    tried : numbers of clusters, shape (m,).
    value : its figure at each: shape (m,).
    error : standard error of each figure, or of its difference from the best: shape (m,). It is over replicates where
        these differ by chance, and holds what sampling adds where each of them takes a fresh sample.
    low, high : where the figure may lie; of replicates, the middle 95 %: shape (m,) each.
    k : the number that it takes; 1 says no groups.
    rule : by which, in words.
    n : customers that each figure rests on.
    """

    name: str
    words: str
    tried: NDArray[np.int64]
    value: Array
    error: Array
    low: Array
    high: Array
    k: int
    rule: str
    n: int


def replicate_rows(n: int, seed: int, draw: int) -> NDArray[np.int64]:
    """Row numbers that a replicate divides: all up to 10,000 customers, else 5,000 drawn afresh each time."""
    if n <= MOST_WHOLE:
        return np.arange(n)
    return np.sort(np.random.default_rng([seed, draw]).choice(n, REPLICATE, replace=False))


def largest_reaching(tried: NDArray[np.int64], value: Array, least: float) -> int:
    """Return the largest number whose figure is `least` or more; 1 where none is.

    Examples
    --------
    >>> largest_reaching(np.array([2, 3, 4]), np.array([0.9, 0.82, 0.4]), 0.8)
    3
    """
    enough = tried[value >= least]
    return int(enough.max()) if len(enough) else 1
