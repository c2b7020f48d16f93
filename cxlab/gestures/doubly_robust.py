"""The effect of a gesture that was chosen: doubly robust means with and without it, from one pass of the models."""

import numpy as np
from numpy.typing import NDArray

from cxlab.gestures.means import Array, Codes, TwoMeans, fewer_degrees, fewest_clusters, pooled
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
    return pooled([_on_treated(outcome, treated, one, clusters, mine) for one in nuisance.each])


def _on_treated(outcome: Array, treated: Mask, nuisance: Nuisance, clusters: Codes, mine: Mask) -> TwoMeans:
    with_it = treated & mine
    odds = nuisance.propensity / (1 - nuisance.propensity)
    weight = np.where(~treated & mine, odds, 0.0)
    share, total = with_it.mean(), weight.mean()
    residual = outcome - nuisance.control
    mean_with = float(outcome[with_it].mean())
    correction = float((weight * residual).mean() / total) if total > 0 else 0.0
    foreseen = float(nuisance.control[with_it].mean())
    influence_with = np.where(with_it, outcome - mean_with, 0.0) / share
    influence_without = np.where(with_it, nuisance.control - foreseen, 0.0) / share
    if total > 0:
        influence_without = influence_without + weight * (residual - correction) / total
    return _two_means(mean_with, foreseen + correction, influence_with, influence_without, treated, clusters, mine)


def average_effect(
    outcome: Array, treated: Mask, nuisance: Nuisance, clusters: Codes, *, among: Mask | None = None
) -> TwoMeans:
    """Compare a gesture at every occasion with none at any.

    Parameters
    ----------
    among : bool, shape (n,), the occasions meant, by what was known before them; None: all.

    References
    ----------
    Chernozhukov et al. (2018), Double/debiased machine learning, The Econometrics Journal 21(1), equation 5.3; weights
    normalised.
    """
    mine = np.ones(len(outcome), dtype=bool) if among is None else among
    return pooled(
        [
            _weighted(
                outcome, treated, one, clusters, mine, mine.astype(np.float64),
                np.where(mine & treated, 1 / one.propensity, 0.0),
                np.where(mine & ~treated, 1 / (1 - one.propensity), 0.0),
            )
            for one in nuisance.each
        ]
    )  # fmt: skip


def overlap_effect(outcome: Array, treated: Mask, nuisance: Nuisance, clusters: Codes) -> TwoMeans:
    """Compare a gesture with none where both happen: each occasion counts by e(1 - e), e its chance of a gesture.

    No occasion is left out and no weight can be large, so it holds also where few of those with a gesture have others
    alike without one; but it tells of occasions at which it was open whether there would be one.

    Notes
    -----
    What the outcome models foresee is averaged with (T - e)^2 in the place of e(1 - e), T being 1 with a gesture: the
    two have the same mean, and with the first an error in e changes the effect to second order only.

    References
    ----------
    Li, Morgan and Zaslavsky (2018), Balancing covariates via propensity score weighting, Journal of the American
    Statistical Association 113(521). Crump, Hotz, Imbens and Mitnik (2006), Moving the goalposts, NBER technical paper
    330, for the influence function.
    """
    everyone = np.ones(len(outcome), dtype=bool)
    return pooled(
        [
            _weighted(
                outcome, treated, one, clusters, everyone, (treated - one.propensity) ** 2,
                np.where(treated, 1 - one.propensity, 0.0), np.where(treated, 0.0, one.propensity),
            )
            for one in nuisance.each
        ]
    )  # fmt: skip


def doubly_robust_scores(outcome: Array, treated: Mask, nuisance: Nuisance) -> Array:
    """Give each occasion a noisy figure of its own effect, right on average over any part of them: shape (n,).

    References
    ----------
    Robins, Rotnitzky and Zhao (1994), Journal of the American Statistical Association 89(427).
    """
    chance = nuisance.propensity
    with_it = np.where(treated, (outcome - nuisance.treated) / chance, 0.0)
    without = np.where(treated, 0.0, (outcome - nuisance.control) / (1 - chance))
    return np.asarray(nuisance.treated - nuisance.control + with_it - without)


def _weighted(
    outcome: Array, treated: Mask, nuisance: Nuisance, clusters: Codes, mine: Mask, counted: Array, *weights: Array
) -> TwoMeans:
    """Average what the models foresee, and correct it by the weighted residuals of each arm.

    Parameters
    ----------
    counted : shape (n,), how much each occasion counts. weights : of the treated and of the controls, shape (n,) each.
    """
    counted = counted / counted.mean()
    means, influences = [], []
    for weight, foreseen in zip(weights, (nuisance.treated, nuisance.control), strict=True):
        weight = weight / weight.mean()
        residual = outcome - foreseen
        centre, correction = float((counted * foreseen).mean()), float((weight * residual).mean())
        means.append(centre + correction)
        influences.append(counted * (foreseen - centre) + weight * (residual - correction))
    return _two_means(means[0], means[1], influences[0], influences[1], treated, clusters, mine)


def _two_means(
    with_it: float, without: float, by_with: Array, by_without: Array, treated: Mask, clusters: Codes, mine: Mask
) -> TwoMeans:
    """Put two means together with the rows' influence on each; weights may let much of it hang on a few customers."""
    most = max(fewest_clusters(clusters[mine], treated[mine]) - 1, 1)
    return TwoMeans(
        with_it, without, by_with, by_without, clusters, int((treated & mine).sum()), int((~treated & mine).sum()),
        fewer_degrees(by_with - by_without, clusters, most),
    )  # fmt: skip
