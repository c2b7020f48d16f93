"""How sure the share of those is who are more probably customers than not: a count of what a model says."""

import numpy as np

from cxlab.estimate import Estimate, percentile_interval, wilson_interval
from cxlab.purchases.bgnbd import PurchaseModel
from cxlab.purchases.histories import DAYS_A_WEEK, Array, Histories
from cxlab.purchases.maximum import BOX

LIKELY = 0.5
N_DRAWS = 400


def likely_share(model: PurchaseModel, *, seed: int = 1, n_draws: int = N_DRAWS) -> Estimate:
    """Share of repeaters who are more probably customers than not, sure of it as far as customers and fit are.

    Other customers would give other parameters, and with them another verdict on each history: counting the verdicts
    of one fit as if they were facts gives intervals that cover two times in three. Here the parameters and the error
    of the share are drawn together, because both come from the same customers.

    Parameters
    ----------
    seed, n_draws : of the draws.

    Returns
    -------
    Estimate : percentile interval of the draws, at least as wide as that of a plain share. None, but a verdict
        (at_bound, not_settled), where the data does not settle the parameters.
    """
    influence, histories, counts = model.influence()
    again = histories.frequency > 0
    few = Histories(histories.frequency[again], histories.recency_days[again], histories.age_days[again])
    weight = counts[again] / counts[again].sum()
    n, unit = int(counts[again].sum()), "share of those who came back"
    at = model.maximum.log_parameters
    likely = _log_odds_gone(np.exp(at), few) < 0
    share = float(weight @ likely)
    if not model.is_settled or model.maximum.bound.any():
        return Estimate(share, n=n, unit=unit, verdict="at_bound" if model.is_settled else "not_settled")
    own = np.zeros(len(counts))
    own[again] = (likely - share) / n
    together = np.column_stack([influence, own])
    covariance = (together.T * counts) @ together
    rng = np.random.default_rng(seed)
    moves = rng.multivariate_normal(np.zeros(len(covariance)), covariance, size=n_draws, method="eigh")
    drawn = [
        float(weight @ (_log_odds_gone(np.exp(np.clip(at + move[:-1], *BOX)), few) < 0)) + move[-1] for move in moves
    ]
    found = percentile_interval(share, np.clip(drawn, 0.0, 1.0), n=n, unit=unit)
    plain = wilson_interval(int((counts[again] * likely).sum()), n)
    low, high = min(found.low or 0.0, plain.low or 0.0), max(found.high or 0.0, plain.high or 0.0)
    return Estimate(share, low, high, n=n, unit=unit)


def _log_odds_gone(parameters: Array, histories: Histories) -> Array:
    """Log odds that repeaters have left: shape (n,); the logarithms are taken once for each different day."""
    r, alpha, a, b = parameters
    largest = int(histories.age_days.max(initial=0))
    log_of = np.log(alpha + np.arange(largest + 1) / DAYS_A_WEEK)
    silence = (r + histories.frequency) * (log_of[histories.age_days] - log_of[histories.recency_days])
    return np.asarray(np.log(a) - np.log(b + histories.frequency - 1) + silence, dtype=np.float64)
