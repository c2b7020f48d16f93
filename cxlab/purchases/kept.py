"""What is left of the value of purchases: returns are taken off, and purchases of no value count."""

from dataclasses import dataclass, replace

import numpy as np

from cxlab.customers import Customers
from cxlab.estimate import Estimate
from cxlab.purchases.maximum import positive_estimate

_UNIT = "share of the mean value of purchases above 0"


@dataclass(frozen=True)
class Kept:
    """Net revenue of a repeat purchase as a share of the mean value of those above 0.

    Attributes
    ----------
    share : 1 where nobody returns anything and no purchase is worth 0.
    relative_error : its standard error as a share of it, from customers being a sample; 0 where nothing is left.
    """

    share: float
    relative_error: float

    def estimate(self, n: int) -> Estimate:
        """Return the share as a finding that rests on `n` customers."""
        if self.share <= 0:
            return Estimate(0.0, n=n, unit=_UNIT)
        found = positive_estimate(self.share, self.relative_error * self.share, n=n, unit=_UNIT)
        return replace(found, high=None if found.high is None else min(found.high, 1.0))


def kept_of_purchases(customers: Customers) -> Kept:
    """Work out from the time up to the cut what a purchase leaves.

    The model of spending knows purchases above 0, returns not deducted. Revenue has both: so the model's value of a
    purchase is multiplied by the share of repeat purchases that are above 0, and by the share of sales that was not
    returned. A return names no purchase, so repeat purchases are taken to bear as much of the returns as first ones
    do; then the product is net revenue of repeat purchases / (their number x mean value of those above 0).
    """
    frame = customers.frame
    above, all_of = (frame[name].to_numpy(np.float64) for name in ("n_repeat_values", "repeat_purchases"))
    net = frame["revenue"].to_numpy(np.float64)
    gross = net + frame["returns"].to_numpy(np.float64)
    if min(above.sum(), all_of.sum(), net.sum(), gross.sum()) <= 0:
        return Kept(0.0, 0.0)
    influence = above / above.sum() - all_of / all_of.sum() + net / net.sum() - gross / gross.sum()
    share = above.sum() / all_of.sum() * net.sum() / gross.sum()
    return Kept(float(share), float(np.sqrt((influence**2).sum())))
