"""The effect of a gesture that was chosen: doubly robust means with and without it, from one pass of the models."""

import numpy as np
from numpy.typing import NDArray

from cxlab.gestures.means import Array, Codes, TwoMeans, fewest_clusters
from cxlab.gestures.nuisance import Nuisance

Mask = NDArray[np.bool_]


def effect_on_treated(
    outcome: Array, treated: Mask, nuisance: Nuisance, clusters: Codes, *, among: Mask | None = None
) -> TwoMeans:
    """Compare what came of the gestures with what would have come of the same occasions without them.

    Occasions without a gesture stand in for those with one, each weighted by its odds of a gesture, and what the
    outcome model foresees of them is taken out before; so one of the two models may be wrong (augmented inverse
    probability weighting, weights normalised).

    Parameters
    ----------
    outcome, treated, clusters : shape (n,).
    nuisance : cross-fitted; only its propensity and its outcome without the gesture are used.
    among : bool, shape (n,), the occasions meant, by what was known before them; None: all.

    References
    ----------
    Robins, Rotnitzky and Zhao (1994); for the treated, with weights that add up to 1: Sant'Anna and Zhao (2020).
    """
    mine = np.ones(len(outcome), dtype=bool) if among is None else among
    with_it = treated & mine
    odds = nuisance.propensity / (1 - nuisance.propensity)
    weight = np.where(~treated & mine, odds, 0.0)
    n, share, total = len(outcome), with_it.mean(), weight.mean()
    residual = outcome - nuisance.control
    mean_with = float(outcome[with_it].mean())
    correction = float((weight * residual).mean() / total) if total > 0 else 0.0
    foreseen = float(nuisance.control[with_it].mean())
    influence_with = np.where(with_it, outcome - mean_with, 0.0) / share
    influence_without = np.where(with_it, nuisance.control - foreseen, 0.0) / share
    if total > 0:
        influence_without = influence_without + weight * (residual - correction) / total
    customers = np.unique(clusters[mine], return_inverse=True)[1] if among is not None else clusters
    fewest = fewest_clusters(customers, treated[mine]) if among is not None else fewest_clusters(clusters, treated)
    assert len(influence_with) == n
    return TwoMeans(
        mean_with, foreseen + correction, influence_with, influence_without, clusters,
        int(with_it.sum()), int((~treated & mine).sum()), max(fewest - 1, 1),
    )  # fmt: skip


def average_effect(outcome: Array, treated: Mask, nuisance: Nuisance, clusters: Codes) -> TwoMeans:
    """Compare a gesture at every occasion with none at any.

    References
    ----------
    Chernozhukov et al. (2018), Double/debiased machine learning, The Econometrics Journal 21(1), equation 5.3; weights
    normalised.
    """
    means, influences = [], []
    for arm, foreseen, chance in (
        (treated, nuisance.treated, nuisance.propensity),
        (~treated, nuisance.control, 1 - nuisance.propensity),
    ):
        weight = np.where(arm, 1 / chance, 0.0)
        weight = weight / weight.mean()
        residual = outcome - foreseen
        correction = float((weight * residual).mean())
        mean = float(foreseen.mean()) + correction
        means.append(mean)
        influences.append(foreseen - foreseen.mean() + weight * (residual - correction))
    return TwoMeans(
        means[0], means[1], influences[0], influences[1], clusters, int(treated.sum()), int((~treated).sum()),
        max(fewest_clusters(clusters, treated) - 1, 1),
    )  # fmt: skip
