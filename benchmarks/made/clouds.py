"""Customers without groups, in shapes that are hard on a test for groups: one smooth cloud each."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.stats import gamma, lognorm, nbinom, norm

from benchmarks.made.grouped import customers_of, leaving
from benchmarks.made.planted import planted_customers
from cxlab.customers import Customers

Array = NDArray[np.float64]
DEGREES = 3  # of freedom, of the heavy tails
CLOSE = 0.8  # correlation of the measures that go together closely


def bell(n: int, seed: int, *, correlation: float = 0.0, degrees: float = np.inf) -> Customers:
    """Draw one cloud in the logarithms of the measures: a bell curve, or with heavier tails of so many degrees."""
    rng = np.random.default_rng(seed)
    spread = np.full((3, 3), correlation) + (1 - correlation) * np.eye(3)
    z = rng.multivariate_normal(np.zeros(3), spread, n)
    if np.isfinite(degrees):
        z *= np.sqrt(degrees / rng.chisquare(degrees, n))[:, None]
        z = np.clip(z, -12, 12)  # beyond that, days and money are larger than any calendar or till
    repeats = np.asarray(np.round(np.expm1(np.clip(1.8 + 0.4 * z[:, 0], 0, 5))), float)
    return customers_of(repeats, np.minimum(np.exp(3.0 + 0.5 * z[:, 1]), 800), np.exp(3.0 + 0.5 * z[:, 2]))


def skewed(n: int, seed: int) -> Customers:
    """Draw one cloud whose measures are lopsided, loosely correlated: most customers small, a few very large."""
    rng = np.random.default_rng(seed)
    spread = np.array([[1.0, -0.4, 0.3], [-0.4, 1.0, 0.0], [0.3, 0.0, 1.0]])
    share = norm.cdf(rng.multivariate_normal(np.zeros(3), spread, n))
    repeats = 1 + np.minimum(nbinom.ppf(share[:, 0], 0.6, 0.08), 120)
    return customers_of(repeats, gamma.ppf(share[:, 1], 0.7) * 90, lognorm.ppf(share[:, 2], 1.2) * 30)


def mostly_once(n: int, seed: int) -> Customers:
    """Draw one cloud in which three in four bought but once."""
    rng = np.random.default_rng(seed)
    spread = np.array([[1.0, -0.3, 0.2], [-0.3, 1.0, 0.0], [0.2, 0.0, 1.0]])
    share = norm.cdf(rng.multivariate_normal(np.zeros(3), spread, n))
    repeats = np.minimum(nbinom.ppf(share[:, 0], 0.3, 0.38), 60)
    return customers_of(repeats, gamma.ppf(share[:, 1], 2.0) * 60, lognorm.ppf(share[:, 2], 0.7) * 30)


def _heavy(n: int, seed: int) -> Customers:
    return bell(n, seed, degrees=DEGREES)


def _correlated(n: int, seed: int) -> Customers:
    return bell(n, seed, correlation=CLOSE)


def _with_service(n: int, seed: int) -> Customers:
    return planted_customers(n, seed, driver="nothing")


CLOUDS: Mapping[str, tuple[str, Callable[[int, int], Customers]]] = MappingProxyType(
    {
        "bell": ("one bell-shaped cloud", bell),
        "heavy": (f"heavy tails (t with {DEGREES} degrees of freedom)", _heavy),
        "skewed": ("skewed margins", skewed),
        "correlated": (f"measures correlated at {CLOSE}".replace("0.", "."), _correlated),
        "once": ("three in four bought once", mostly_once),
        "leaving": ("customers who leave one by one (BG/NBD)", leaving),
        "service": ("with cost to serve, and returns by one in three", _with_service),
    }
)
"""By name: what the cloud is like, and how n customers of it are drawn from a seed."""
