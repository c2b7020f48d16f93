"""Purchases as they would be had a channel not been taken up in the days after, of those who did later as well."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.gestures.basis import as_numbers
from cxlab.gestures.means import Array, cluster_codes
from cxlab.gestures.nuisance import fit_propensity, make_deals, make_features, over_deals
from cxlab.gestures.until_next import LARGEST_WEIGHT


def purchases_without_it(
    frame: pd.DataFrame, covariates: pd.DataFrame, *, outcome_days: int, seed: int
) -> tuple[Array, float]:
    """Return, for each order, purchases in the time after such that their mean is that of who never took it up.

    Who had not taken the channel up at an order may do so at the next one. From then on it is the channel's purchases
    that would be counted, so the customer is followed up to that order. An order at which it was not taken up stands
    also for those like it at which it was: a later purchase counts 1 / (1 - p) for each order that was passed on the
    way, p being the chance to take it up there, foreseen from what was known just before that order by models that
    have not seen the customer.

    Parameters
    ----------
    frame : as in `Adoption`. covariates : of its rows that are at risk, known before each.
    seed : deals customers into folds.

    Returns
    -------
    purchases : shape (n,), of orders with which it was taken up all purchases as they were; of the others the sum of
        the weights, a purchase counting `LARGEST_WEIGHT` at most.
    cut : share of their purchases whose weight is cut: too few are left to stand for the others where it is large.

    References
    ----------
    Hernan, Brumback and Robins (2001), Marginal structural models to estimate the joint causal effect of nonrandomized
    treatments, Journal of the American Statistical Association 96(454). Hernan and Robins (2016), Using big data to
    emulate a target trial when a randomized trial is not available, American Journal of Epidemiology 183(8).
    """
    day = frame["day"].to_numpy(np.int64)
    up = frame["taken_up_on"].to_numpy(np.float64)
    treated = frame["treated"].to_numpy(bool)
    customer = cluster_codes(frame["customer_id"].to_numpy(object), len(frame))
    stays = 1 / (1 - np.minimum(_chances(frame, covariates, seed), 1 - 1 / LARGEST_WEIGHT))
    total, weight, going = np.zeros(len(frame)), np.ones(len(frame)), ~treated & (day < up)
    n_cut = n_all = 0
    for k in range(1, len(frame)):
        at = np.minimum(np.arange(len(frame)) + k, len(frame) - 1)
        going &= (np.arange(len(frame)) + k < len(frame)) & (customer[at] == customer)
        going &= (day[at] <= day + outcome_days) & (day[at] <= up)
        if not going.any():
            break
        total += np.where(going, np.minimum(weight, LARGEST_WEIGHT), 0.0)
        n_cut, n_all = n_cut + int((going & (weight > LARGEST_WEIGHT)).sum()), n_all + int(going.sum())
        weight = np.where(going, np.minimum(weight * stays[at], 2 * LARGEST_WEIGHT), weight)
    return np.where(treated, frame["purchases"].to_numpy(np.float64), total), n_cut / max(n_all, 1)


def _chances(frame: pd.DataFrame, covariates: pd.DataFrame, seed: int) -> Array:
    """Foresee the chance to take the channel up at each order, shape (n,); 0 where it could not be taken up."""
    risk: NDArray[np.bool_] = frame["at_risk"].to_numpy(bool)
    treated = frame["treated"].to_numpy(bool)[risk]
    found = np.zeros(len(frame))
    if treated.any() and not treated.all():
        who = cluster_codes(frame["customer_id"].to_numpy(object)[risk], int(risk.sum()))
        matrix, _ = as_numbers(covariates)
        features = make_features(matrix, treated, frame["purchases"].to_numpy(np.float64)[risk])
        found[risk] = over_deals(fit_propensity(treated, features, make_deals(who, seed), seed))
    return found
