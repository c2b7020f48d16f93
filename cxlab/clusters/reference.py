"""Customers as they would look without groups: what structure and the number of clusters are measured against.

The reference is a Gaussian copula: each measure keeps exactly its own values (skew, ties and all), and the measures go
together as closely as in the data, but in one smooth cloud. Customers who bought once are drawn apart from the others:
that split is known without looking for groups, and it makes the day of the last order the day of the first.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from cxlab.clusters.features import Features

Array = NDArray[np.float64]
LEAST_PART = 10  # one-time buyers (or others) fewer than this are not drawn apart
_POINTS = 4000  # normal pairs by which a latent correlation is matched to the measured one
_LATENT = np.linspace(-0.995, 0.995, 25)


@dataclass(frozen=True)
class _Copula:
    """Values of each measure, sorted, shape (n, d); and the factor of the latent correlation, shape (d, d)."""

    values: Array
    factor: Array

    def draw(self, rng: np.random.Generator) -> Array:
        n, d = self.values.shape
        order = np.argsort(rng.standard_normal((n, d)) @ self.factor.T, axis=0, kind="stable")
        drawn = np.empty((n, d))
        np.put_along_axis(drawn, order, self.values, axis=0)
        return drawn


@dataclass(frozen=True)
class Reference:
    """Draws customers without groups, as many as there are rows in the data; see the module."""

    parts: tuple[_Copula, ...]

    def draw(self, rng: np.random.Generator) -> Array:
        """Draw once: shape (n, d), one-time buyers first."""
        return np.vstack([part.draw(rng) for part in self.parts])


def fit_reference(features: Features, rows: NDArray[np.int64], seed: int) -> Reference:
    """Fit the reference to the given rows of the features.

    Parameters
    ----------
    features : the customers on a common scale.
    rows : row numbers, shape (n,).
    seed : for the points by which correlations are matched.

    References
    ----------
    Cario and Nelson (1997), Modeling and generating random vectors with arbitrary marginal distributions and
    correlation matrix.
    """
    matrix, once = features.matrix[rows], features.one_time[rows]
    apart = min(once.sum(), (~once).sum()) >= LEAST_PART
    parts = (matrix[once], matrix[~once]) if apart else (matrix,)
    pairs = np.random.default_rng(seed).standard_normal((2, _POINTS))
    return Reference(tuple(_fit(part, pairs) for part in parts))


def _fit(part: Array, pairs: Array) -> _Copula:
    values = np.sort(part, axis=0)
    d = part.shape[1]
    latent = np.eye(d)
    for i, j in combinations(range(d), 2):
        latent[i, j] = latent[j, i] = _latent_correlation(part[:, i], part[:, j], pairs)
    roots, axes = np.linalg.eigh(latent)
    latent = (axes * np.maximum(roots, 1e-6)) @ axes.T
    size = np.sqrt(np.diag(latent))
    return _Copula(values, np.linalg.cholesky(latent / np.outer(size, size)))


def _latent_correlation(a: Array, b: Array, pairs: Array) -> float:
    """Find the correlation of two normals that, given the margins of a and b, correlate as a and b do."""
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    first = _from_margin(a, pairs[0])
    reached = [_correlation(first, _from_margin(b, rho * pairs[0] + np.sqrt(1 - rho**2) * pairs[1])) for rho in _LATENT]
    return float(np.interp(_correlation(a, b), np.maximum.accumulate(reached), _LATENT))


def _from_margin(values: Array, normal: Array) -> Array:
    place = np.minimum((norm.cdf(normal) * len(values)).astype(np.int64), len(values) - 1)
    return np.asarray(np.sort(values)[place])


def _correlation(a: Array, b: Array) -> float:
    spread = float(a.std() * b.std())
    return float(((a - a.mean()) * (b - b.mean())).mean() / spread) if spread > 0 else 0.0
