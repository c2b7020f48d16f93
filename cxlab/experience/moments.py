"""What drivers explain of purchases, from sums over customers: as it is, in customers drawn anew, and by chance alone.

Purchases are Poisson with a log link. To the second order in the slopes, what a set of drivers explains of the deviance
is n m p' S^-1 p: n answers, m their mean purchases, S the covariance of the drivers in the set, and p their covariance
with purchases over m (Rao's score statistic). It is what a linear model explains, over the mean; for drivers that are
jointly normal it holds at every strength. So sums of products are all that is needed, and customers can be drawn anew
without a fit.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cxlab.experience.shapley import Array, explained_by_each

MOST_UNITS = 4_000
"""Beyond so many customers they are put together at random to so many lots, and these are drawn."""
DRAWS = 500
CHANCE_DRAWS = 999


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over customers, or over lots of them.

    Attributes
    ----------
    n, purchases : shape (units,), answers, and purchases after them.
    values, products : shape (units, p), sums of the drivers, and of drivers times purchases.
    squares : shape (units, p (p + 1) / 2), sums of products of two drivers, the upper triangle row by row.
    """

    n: Array
    purchases: Array
    values: Array
    products: Array
    squares: Array

    @property
    def p(self) -> int:
        """How many drivers there are."""
        return int(self.values.shape[1])

    @property
    def units(self) -> int:
        """How many units can be drawn."""
        return len(self.n)

    @cached_property
    def _all(self) -> Array:
        parts = (self.n[:, None], self.purchases[:, None], self.values, self.products, self.squares)
        return np.concatenate(parts, axis=1)

    def explained(self, weights: Array | None = None, *, seed: int = 1) -> Array:
        """Return the deviance that each driver explains, as it is or in drawn units.

        Parameters
        ----------
        weights : shape (k, units), how often each unit is drawn; None: each once.

        Returns
        -------
        Shape (k, p).
        """
        sums = (np.ones((1, self.units)) if weights is None else weights) @ self._all
        p, (upper, right) = self.p, np.triu_indices(self.p)
        n, bought = sums[:, :1], sums[:, 1:2]
        mean = sums[:, 2 : 2 + p] / n
        pull = sums[:, 2 + p : 2 + 2 * p] / np.maximum(bought, 1e-12) - mean
        covariance = np.zeros((len(sums), p, p))
        covariance[:, upper, right] = covariance[:, right, upper] = sums[:, 2 + 2 * p :] / n
        covariance -= mean[:, :, None] * mean[:, None, :]
        return bought * explained_by_each(covariance, pull, seed=seed)

    def drawn(self, seed: int) -> Array:
        """Return the deviance that each driver explains in units drawn anew, shape (`DRAWS`, p)."""
        rng = np.random.default_rng([seed, 1])
        weights = rng.multinomial(self.units, np.full(self.units, 1 / self.units), size=DRAWS)
        return self.explained(weights.astype(np.float64), seed=seed)

    def by_chance(self, seed: int) -> Array:
        """Return what all drivers together explain where purchases do not hang on them, shape (`CHANCE_DRAWS`,).

        Each customer's part of the score keeps its size and gets a sign by lot (a wild bootstrap under the null;
        Kline and Santos 2012), so that purchases may vary more than a Poisson count, and one customer's answers may be
        alike.
        """
        rng = np.random.default_rng([seed, 2])
        n, bought = float(self.n.sum()), float(self.purchases.sum())
        mean, rate = self.values.sum(axis=0) / n, bought / n
        score = (
            self.products - rate * self.values - np.outer(self.purchases, mean) + rate * np.outer(self.n, mean)
        )  # fmt: skip
        upper, right = np.triu_indices(self.p)
        covariance = np.zeros((self.p, self.p))
        covariance[upper, right] = covariance[right, upper] = self.squares.sum(axis=0) / n
        covariance += 1e-9 * np.eye(self.p) - np.outer(mean, mean)
        signs = rng.integers(0, 2, size=(CHANCE_DRAWS, self.units)).astype(np.float64) * 2 - 1
        drawn = signs @ score
        return np.asarray((drawn * np.linalg.solve(covariance, drawn.T).T).sum(axis=1) / bought)


def sum_moments(values: Array, purchases: Array, customers: NDArray[np.int64], *, seed: int) -> Moments:
    """Sum over customers what the drivers explain rests on.

    Parameters
    ----------
    values : shape (n, p), standardised drivers. purchases : shape (n,). customers : shape (n,), numbers from 0.
    seed : of the lots into which customers are put where there are more than `MOST_UNITS`.
    """
    units = int(customers.max()) + 1
    if units > MOST_UNITS:
        lots = np.random.default_rng([seed, 0]).permutation(np.arange(units) % MOST_UNITS)
        customers, units = lots[customers], MOST_UNITS
    p = values.shape[1]

    def total(column: Array | None) -> Array:
        return np.bincount(customers, column, minlength=units).astype(np.float64)

    return Moments(
        total(None),
        total(purchases),
        np.column_stack([total(values[:, j]) for j in range(p)]),
        np.column_stack([total(values[:, j] * purchases) for j in range(p)]),
        np.column_stack([total(values[:, i] * values[:, j]) for i, j in zip(*np.triu_indices(p), strict=True)]),
    )
