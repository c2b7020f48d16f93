"""Time ahead in steps of a month, and what an amount in each step counts for today."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cxlab.purchases.histories import Array, PurchaseModelError
from cxlab.purchases.outlook import STEP_DAYS

DAYS_A_YEAR = 365.25


@dataclass(frozen=True, eq=False)
class Steps:
    """Equal steps of a month, or a little less, that make up a horizon.

    Attributes
    ----------
    edges : shape (k + 1,), days from now; from 0 to the horizon.
    weights : shape (k,), what 1 in the middle of each step counts for today.
    horizon_days : how far they reach.
    discount_rate : rate a year: what comes t days from now counts (1 + discount_rate)^(-t / 365.25).
    """

    edges: Array
    weights: Array
    horizon_days: int
    discount_rate: float

    def discounted(self, until: Callable[[Array], Array], *, slower: float = 1.0) -> Array:
        """Sum up what comes in the steps, each by its weight.

        Parameters
        ----------
        until : days, shape (k + 1,) -> what has come by each of them, shape (..., k + 1).
        slower : factor on how fast customers leave.

        Notes
        -----
        A customer who buys at a pace and leaves at a rate m has bought pace (1 - exp(-m t)) / m times by t. With c m in
        place of m that is 1 / c of the purchases by c t: so a slower leaving is no other model, only another clock.
        """
        return np.asarray(np.diff(until(slower * self.edges), axis=-1) @ self.weights / slower, dtype=np.float64)

    def added_up(self, until: Callable[[Array], Array]) -> Array:
        """Add up what comes, each step by its weight: shape (..., k + 1), from 0 on."""
        each = np.diff(until(self.edges), axis=-1) * self.weights
        return np.concatenate([np.zeros((*each.shape[:-1], 1)), np.cumsum(each, axis=-1)], axis=-1)


def steps_ahead(horizon_days: int, discount_rate: float) -> Steps:
    """Cut a horizon into months.

    Raises
    ------
    PurchaseModelError : a horizon of less than a day, or a discount rate below 0.

    Examples
    --------
    >>> steps = steps_ahead(365, 0.1)
    >>> len(steps.weights), steps.weights[[0, -1]].round(3).tolist()
    (12, [0.996, 0.913])
    """
    if horizon_days < 1 or not discount_rate >= 0:
        raise PurchaseModelError(
            f"A value ahead needs a horizon of at least a day and a discount rate of 0 or more, got horizon_days = "
            f"{horizon_days} and discount_rate = {discount_rate}."
        )
    edges = np.linspace(0.0, float(horizon_days), int(np.ceil(horizon_days / STEP_DAYS)) + 1)
    middle = (edges[:-1] + edges[1:]) / 2
    return Steps(edges, (1 + discount_rate) ** (-middle / DAYS_A_YEAR), horizon_days, discount_rate)
