"""How sure the money of every single customer is: the purchases expected and what each is worth, drawn together."""

from collections.abc import Callable

import numpy as np
from scipy.stats.qmc import MultivariateNormalQMC

from cxlab.customers import Customers
from cxlab.purchases.credibility import drawn_credible_means
from cxlab.purchases.each_interval import SlopesOfEach
from cxlab.purchases.gamma_gamma import SpendModel
from cxlab.purchases.histories import Array
from cxlab.purchases.kept import Kept, kept_of_purchases
from cxlab.purchases.left import LeftOfEach, left_of_purchases, shop_rate
from cxlab.purchases.maximum import BOX, Maximum

Amounts = Callable[[slice], Array]
"""Draws of what a purchase of some customers is worth: rows -> shape (rows, draws) or (1, draws)."""

N_DRAWS = 256  # evenly spread over the errors (Sobol), so that they say as much as some thousand drawn by chance
_ENDS = (0.025, 0.975)
_ROWS = 2_048  # customers at a time
_OF_AMOUNTS = 7  # independent errors that what a purchase is worth hangs on, at most


class MoneyDraws:
    """Draws of the errors of two fits, that of purchases and that of what a purchase is worth; they are unrelated.

    The purchases of each customer follow the draws along their slopes on the log scale, as their own interval does;
    what a purchase is worth is worked out anew for each draw. As everywhere with single customers, the intervals hold
    the uncertainty of the fits alone: how far the mean that is expected of such a customer would move with other
    customers to learn from.

    Parameters
    ----------
    maximum : of the purchase model.
    seed : of the draws.
    """

    def __init__(self, maximum: Maximum, *, seed: int = 1) -> None:
        k = len(maximum.log_parameters)
        normal = MultivariateNormalQMC(mean=np.zeros(k + _OF_AMOUNTS), seed=np.random.default_rng(seed))
        drawn = normal.random(N_DRAWS)
        self._moves = drawn[:, :k] @ _root(maximum.covariance).T
        self._of_amounts = drawn[:, k:]

    def spent(self, spend: SpendModel, kept: Kept, rate: float = 1.0) -> Amounts:
        """Draw what the model of spending expects of a purchase, net of returns, times a rate."""
        moves = self._of_amounts[:, :3] @ _root(spend.maximum.covariance).T
        parameters = np.exp(np.clip(spend.maximum.log_parameters + moves, *BOX)).T
        share = rate * kept.share * np.exp(kept.relative_error * self._of_amounts[:, 3])
        return lambda rows: share * spend.values_by(parameters, rows)

    def left(self, left: LeftOfEach, customers: Customers, spend: SpendModel | None) -> Amounts:
        """Draw what a purchase is expected to contribute, see `left_of_each`."""
        if left.basis == "spend" and spend is not None:
            return self.spent(spend, kept_of_purchases(customers), shop_rate(customers))
        if left.basis == "costs":
            return drawn_credible_means(customers, self._of_amounts)
        influence = left_of_purchases(customers).influence[:, 1]
        amount = left.amounts[:1] + np.sqrt(influence @ influence) * self._of_amounts[:, 0]
        return lambda rows: amount[None]

    def ends(self, purchases: SlopesOfEach, amounts: Amounts) -> tuple[Array, Array]:
        """Return the ends of the 95 % interval of purchases x amount of each customer: two of shape (n,).

        Percentiles of the draws; NaN where the data does not settle the purchases.
        """
        found = np.full((len(purchases.which), 2), np.nan)
        for start in range(0, len(found), _ROWS):
            rows = slice(start, start + _ROWS)
            of = purchases.which[rows]
            log = purchases.value[of, None] + purchases.slopes[of] @ self._moves.T
            found[rows] = _percentiles(np.exp(log) * amounts(rows))
        found[~purchases.is_sure] = np.nan
        return found[:, 0], found[:, 1]

    def ends_of_amounts(self, amounts: Amounts, n: int) -> tuple[Array, Array]:
        """Return the ends of the 95 % interval of the amount alone, of n customers: two of shape (n,)."""
        found = np.empty((n, 2))
        for start in range(0, n, _ROWS):
            rows = slice(start, start + _ROWS)
            found[rows] = _percentiles(amounts(rows))
        return found[:, 0], found[:, 1]


def _percentiles(draws: Array) -> Array:
    """Both ends of each row of draws, shape (n, 2); sorting is quicker here than picking."""
    ordered = np.sort(draws, axis=1)
    at = np.array(_ENDS) * (draws.shape[1] - 1)
    below = np.floor(at).astype(np.int64)
    part = at - below
    return np.asarray(ordered[:, below] * (1 - part) + ordered[:, below + 1] * part, dtype=np.float64)


def _root(covariance: Array) -> Array:
    """Return a matrix whose product with its transpose is the covariance."""
    size, axes = np.linalg.eigh(covariance)
    return np.asarray(axes * np.sqrt(np.maximum(size, 0.0)), dtype=np.float64)
