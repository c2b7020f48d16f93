"""How much each of several drivers explains, averaged over every order in which they can be taken in.

With drivers of covariance S, and p for how purchases go with them, a set of drivers explains p' S^-1 p. What a driver
adds to the sets before it is averaged over all orders, so that no driver is favoured by its place: Shapley's value of
a game in which the gain of a coalition is what it explains.
"""

from math import factorial

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
MOST_EXACT = 10
"""Drivers up to which every set of them is looked at; beyond it orders are drawn."""
N_ORDERS = 200
"""Orders that are drawn beyond it; each is taken backwards as well."""
_LEAST = 1e-9


def explained_by_each(covariance: Array, pull: Array, *, seed: int = 1) -> Array:
    """Share out what all drivers explain together.

    Parameters
    ----------
    covariance : shape (k, p, p), of p drivers in each of k draws.
    pull : shape (k, p), covariance of each driver with what is explained, in the same units.
    seed : of the orders that are drawn where there are more than `MOST_EXACT` drivers.

    Returns
    -------
    Shape (k, p), what each explains, 0 or more; the sum over drivers is what all explain.

    References
    ----------
    Lindeman, Merenda and Gold (1980), Introduction to bivariate and multivariate analysis, p. 119. Grömping (2007),
    Estimators of relative importance in linear regression based on variance decomposition, The American Statistician
    61(2). Castro, Gómez and Tejada (2009), Polynomial calculation of the Shapley value based on sampling, Computers &
    Operations Research 36(5), for orders that are drawn.

    Examples
    --------
    Two drivers that do not go together explain the squares of their correlations; two that are nearly the same, half of
    it each:

    >>> explained_by_each(np.eye(2)[None], np.array([[0.4, 0.3]])).round(3).tolist()
    [[0.16, 0.09]]
    >>> explained_by_each(np.array([[[1, 0.999], [0.999, 1]]]), np.array([[0.4, 0.4]])).round(2).tolist()
    [[0.08, 0.08]]
    """
    p = pull.shape[1]
    steady = covariance + _LEAST * np.eye(p)
    return _over_sets(steady, pull) if p <= MOST_EXACT else _over_orders(steady, pull, seed)


def _over_sets(covariance: Array, pull: Array) -> Array:
    """Look at every set of drivers; sets are numbered by which bits are set."""
    k, p = pull.shape
    gain = np.zeros((2**p, k))
    for number in range(1, 2**p):
        members = [j for j in range(p) if number >> j & 1]
        mine = pull[:, members]
        solved = np.linalg.solve(covariance[:, members][:, :, members], mine[:, :, None])[:, :, 0]
        gain[number] = (mine * solved).sum(axis=1)
    each = np.zeros((k, p))
    for number in range(2**p):
        size = number.bit_count()
        for j in (j for j in range(p) if not number >> j & 1):
            weight = factorial(size) * factorial(p - size - 1) / factorial(p)
            each[:, j] += weight * (gain[number | 1 << j] - gain[number])
    return np.maximum(each, 0.0)


def _over_orders(covariance: Array, pull: Array, seed: int) -> Array:
    """Take drivers in one by one, in orders that are drawn and the same backwards."""
    k, p = pull.shape
    rng = np.random.default_rng([seed, p])
    each = np.zeros((k, p))
    for _ in range(N_ORDERS):
        order = rng.permutation(p)
        for way in (order, order[::-1]):
            root = np.linalg.cholesky(covariance[:, way][:, :, way])
            each[:, way] += np.linalg.solve(root, pull[:, way, None])[:, :, 0] ** 2
    return each / (2 * N_ORDERS)
