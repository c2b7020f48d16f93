"""Whether it can be foretold who gains most: predicted effects held against those that came about."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from cxlab.estimate import Estimate
from cxlab.gestures.doubly_robust import average_effect, doubly_robust_scores
from cxlab.gestures.means import Array, Codes, fewest_clusters
from cxlab.gestures.nuisance import Nuisance
from cxlab.gestures.verdict import LEAST_CUSTOMERS, LEVEL

FIFTHS = 5
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Foretold:
    """Occasions in fifths by their predicted effect, and what came of each fifth.

    Attributes
    ----------
    predicted : mean predicted effect of each fifth, the smallest first.
    realised : effect in each, doubly robust.
    slope : how much more effect comes about for each unit more that is predicted: 1 where predictions hold, 0 where
        they tell nothing of who gains more.
    """

    predicted: tuple[float, ...]
    realised: tuple[Estimate, ...]
    slope: Estimate

    @property
    def tells(self) -> bool:
        """Whether those of whom more is predicted surely gain more."""
        return (self.slope.low or 0.0) > 0


def hold_against_realised(
    outcome: Array, treated: Mask, nuisance: Nuisance, clusters: Codes, unit: str, *, among: Mask | None = None
) -> Foretold | None:
    """Sort occasions by predicted effect, and estimate the effect within fifths of them.

    The prediction is what the outcome model, which has not seen the customer, foresees with a gesture, less what it
    foresees without one. The slope is that of the least-squares line of the doubly robust scores on it (the best linear
    predictor of the effect).

    Parameters
    ----------
    among : bool, shape (n,), the occasions meant; None: all.

    Returns
    -------
    None where a fifth has fewer than 20 customers with or without a gesture, or the same effect is predicted for all.

    References
    ----------
    Chernozhukov, Demirer, Duflo and Fernández-Val (2018), Generic machine learning inference on heterogeneous treatment
    effects in randomized experiments, NBER working paper 24678.
    """
    mine = np.ones(len(outcome), dtype=bool) if among is None else among
    predicted = nuisance.treated - nuisance.control
    edges = np.quantile(predicted[mine], np.arange(1, FIFTHS) / FIFTHS)
    if len(np.unique(edges)) < FIFTHS - 1:
        return None
    which = np.searchsorted(edges, predicted, side="right")
    fifths = [mine & (which == k) for k in range(FIFTHS)]
    if any(fewest_clusters(clusters[rows], treated[rows]) < LEAST_CUSTOMERS for rows in fifths):
        return None
    realised = [average_effect(outcome, treated, nuisance, clusters, among=rows) for rows in fifths]
    return Foretold(
        tuple(float(predicted[rows].mean()) for rows in fifths),
        tuple(means.estimate(unit) for means in realised),
        _slope(predicted[mine], doubly_robust_scores(outcome, treated, nuisance)[mine], treated[mine], clusters[mine]),
    )


def _slope(predicted: Array, scores: Array, treated: Mask, clusters: Codes) -> Estimate:
    """Least squares, its error clustered by customer."""
    x = predicted - predicted.mean()
    slope = float(x @ scores / (x @ x))
    residual = scores - scores.mean() - slope * x
    error = float(np.sqrt((np.bincount(clusters, weights=x * residual) ** 2).sum()) / (x @ x))
    reach = float(student.ppf(0.5 + LEVEL / 2, max(fewest_clusters(clusters, treated) - 1, 1))) * error
    return Estimate(slope, slope - reach, slope + reach, LEVEL, len(x), "effect that comes about by unit predicted")
