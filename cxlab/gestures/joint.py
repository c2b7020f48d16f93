"""Intervals of several groups that hold all at once: each is as much wider as their number and likeness ask for."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm

from cxlab.estimate import Estimate
from cxlab.gestures.means import Array, TwoMeans

LEVEL = 0.95
_DRAWS = 50_000


def joint_intervals(groups: Sequence[TwoMeans], unit: str, *, seed: int = 1) -> list[Estimate]:
    """Give each group's difference an interval such that all of them hold at once in 95 of 100 such studies.

    The largest of the groups' t values is drawn from the normal distribution that their errors have together (max-t);
    its quantile becomes a level for each interval, whose own degrees of freedom are kept.

    Parameters
    ----------
    groups : the groups' means, shape (n,) influences on the same rows, or each on its own.
    seed : of the draws, where errors go together; where they do not, there is a formula and nothing is drawn.

    References
    ----------
    Hothorn, Bretz and Westfall (2008), Simultaneous inference in general parametric models, Biometrical Journal 50(3).
    Šidák (1967), Journal of the American Statistical Association 62(318), for errors that do not go together.
    """
    each = pointwise_level(covariance_of(groups), seed)
    found = (group.estimate(unit, level=each) for group in groups)
    return [Estimate(e.value, e.low, e.high, LEVEL, e.n, e.unit) for e in found]


def pointwise_level(covariance: Array, seed: int = 1, level: float = LEVEL) -> float:
    """Return the level of each interval at which all of them hold at once with `level`.

    Examples
    --------
    Four groups of different customers; and four times the same group:

    >>> round(pointwise_level(np.eye(4)), 4), round(pointwise_level(np.ones((4, 4))), 2)
    (0.9873, 0.95)
    """
    errors = np.sqrt(np.diag(covariance))
    alike = covariance / np.outer(errors, errors)
    if np.abs(alike - np.eye(len(alike))).max() < 1e-9:
        return float(level ** (1 / len(alike)))
    values, vectors = np.linalg.eigh(alike)
    drawn = np.random.default_rng(seed).standard_normal((_DRAWS, len(alike)))
    farthest = np.abs(drawn @ (vectors * np.sqrt(np.maximum(values, 0))).T).max(axis=1)
    return float(1 - 2 * norm.sf(np.quantile(farthest, level)))


def covariance_of(groups: Sequence[TwoMeans]) -> Array:
    """Covariance of the groups' differences; off the diagonal where they rest on the same rows and customers."""
    if any(m.clusters is not groups[0].clusters for m in groups):
        return np.diag([m.standard_error**2 for m in groups])
    influence = np.column_stack([m.influence_treated - m.influence_control for m in groups])
    sums = np.column_stack([np.bincount(groups[0].clusters, weights=column) for column in influence.T])
    return np.asarray(sums.T @ sums / len(influence) ** 2)
