"""Contingency tables of customers drawn anew, for intervals of what is reckoned from such a table."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.contingency import Array, Counts
from cxlab.estimate import Estimate

Statistic = Callable[[Counts], float]


@dataclass(frozen=True)
class DrawnTables:
    """A table of counts and what it might have been with other customers, from `draw_tables`.

    Attributes
    ----------
    counts : shape (R, C, ...), customers by two groupings or more.
    draws : shape (B, R, C, ...), resamples of them.
    """

    counts: Counts
    draws: Counts

    @property
    def n(self) -> int:
        """Number of customers."""
        return int(self.counts.sum())

    def draws_of(self, statistic: Statistic) -> Array:
        """Reckon a statistic from each draw; shape (B,).

        What is reckoned from counts as they are, such as information, grows with the noise of drawing. The draws are
        shifted by their mean excess over the statistic of the table that they are drawn from.
        """
        drawn = np.array([statistic(draw) for draw in self.draws])
        drawn_from = statistic(self.counts * self.counts.size + 1)
        return np.asarray(drawn - (drawn.mean() - drawn_from), float)

    def estimate(self, statistic: Statistic, *, unit: str) -> Estimate:
        """Estimate an index of agreement, which is at most 1, with the percentile interval of its draws."""
        value = statistic(self.counts)
        low, high = np.quantile(self.draws_of(statistic), [0.025, 0.975])
        ends = min(value, max(-1.0, float(low))), max(value, min(1.0, float(high)))
        return Estimate(value, *ends, n=self.n, unit=unit)


def draw_tables(counts: NDArray[np.int64], n_bootstrap: int, seed: int) -> DrawnTables:
    """Resample the customers of a contingency table, the groupings kept as they are.

    Parameters
    ----------
    counts : shape (R, C, ...), at least one customer.
    n_bootstrap, seed : of the resamples.

    Notes
    -----
    With fixed groupings a bootstrap sample of the customers is a multinomial draw of the table, so that is what is
    drawn; one customer is first spread over all cells (Perks 1947), so that a cell that nobody is in is not taken to be
    impossible.

    References
    ----------
    Perks (1947), Some observations on inverse probability including a new indifference rule, J. Institute of Actuaries.
    """
    n = int(counts.sum())
    shares = (counts.ravel() + 1 / counts.size) / (n + 1)
    draws = np.random.default_rng(seed).multinomial(n, shares, size=n_bootstrap).reshape(-1, *counts.shape)
    return DrawnTables(counts, draws)
