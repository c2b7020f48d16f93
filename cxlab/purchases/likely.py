"""How sure the share of those is who are more probably customers than not: a count of what a model says."""

from collections.abc import Callable

import numpy as np

from cxlab.estimate import Estimate, percentile_interval, wilson_interval
from cxlab.purchases.histories import Array, Histories
from cxlab.purchases.maximum import BOX
from cxlab.purchases.model import PurchaseModel

LIKELY = 0.5
N_DRAWS = 400
_MOVE = 1e-4  # of a logarithm, for slopes by central differences


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
    few = histories.take(again)
    weight = counts[again] / counts[again].sum()
    n, unit = int(counts[again].sum()), "share of those who came back"
    at = model.maximum.log_parameters
    likely = model.family.log_odds_gone(np.exp(at), few) < 0
    share = float(weight @ likely)
    if not model.is_settled or model.maximum.bound.any():
        return Estimate(share, n=n, unit=unit, verdict="at_bound" if model.is_settled else "not_settled")
    own = np.zeros(len(counts))
    own[again] = (likely - share) / n
    together = np.column_stack([influence, own])
    covariance = (together.T * counts) @ together
    rng = np.random.default_rng(seed)
    moves = rng.multivariate_normal(np.zeros(len(covariance)), covariance, size=n_draws, method="eigh")
    odds = _drawn_odds(model, few)
    drawn = [float(weight @ (odds(move[:-1]) < 0)) + move[-1] for move in moves]
    found = percentile_interval(share, np.clip(drawn, 0.0, 1.0), n=n, unit=unit)
    plain = wilson_interval(int((counts[again] * likely).sum()), n)
    low, high = min(found.low or 0.0, plain.low or 0.0), max(found.high or 0.0, plain.high or 0.0)
    return Estimate(share, low, high, n=n, unit=unit)


def _drawn_odds(model: PurchaseModel, histories: Histories) -> Callable[[Array], Array]:
    """Return the log odds of having left as a function of a move of the logarithms of the parameters, shape (n,).

    Where they take an integral each, the odds follow the move along their slopes, which are worked out once.
    """
    at, odds = model.maximum.log_parameters, model.family.log_odds_gone
    if model.family.odds_are_quick:
        return lambda move: odds(np.exp(np.clip(at + move, *BOX)), histories)
    middle = odds(np.exp(at), histories)
    known = np.isfinite(middle)  # who has just bought has not left, whatever the parameters
    jacobian = np.zeros((histories.n, len(at)))
    some = histories.take(known)
    for k, step in enumerate(_MOVE * np.eye(len(at))):
        jacobian[known, k] = (odds(np.exp(at + step), some) - odds(np.exp(at - step), some)) / (2 * _MOVE)
    return lambda move: np.asarray(middle + jacobian @ (np.clip(at + move, *BOX) - at), dtype=np.float64)
