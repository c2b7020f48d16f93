"""Customers in four clear groups that the lines of the four segments cut across, and that decide who buys again."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.made.grouped import customers_of
from cxlab.customers import Customers
from cxlab.segments import Segments, assign_segments

MIDDLES: Final = np.array([[3.2, 0.0, 0.0], [0.0, 0.0, 2.8], [3.2, 4.0, 0.0], [0.0, 4.0, 2.8]])
"""Middles of the groups in standard deviations: repeats, silence, value of an order. What they brought is the same."""
RATES: Final = np.array([2.4, 0.4, 0.3, 0.8])
"""Purchases in the hold-out window: those of the first group go on, and some of the last come back."""
ACTIVE_DAYS, PROFIT, LONG_KNOWN = 10, 22.0, 400


def crossed(n: int, seed: int) -> tuple[Customers, NDArray[np.int64]]:
    """Draw the customers, and the number of each one's group: shape (n,)."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, n)
    z = MIDDLES[truth] + rng.normal(size=(n, 3))
    repeats = np.asarray(np.round(np.expm1(np.maximum(1.2 + 0.35 * z[:, 0], 0))), float)
    customers = customers_of(repeats, np.exp(1.5 + 0.4 * z[:, 1]), np.exp(2 + 0.4 * z[:, 2]))
    frame = customers.frame
    frame["tenure_days"] = frame["days_since_last_order"] + np.where(repeats > 0, LONG_KNOWN, 0)
    frame["first_order"] = frame["last_order"] - pd.to_timedelta(np.where(repeats > 0, LONG_KNOWN, 0), unit="D")
    frame["holdout_purchases"] = rng.poisson(RATES[truth])
    frame["holdout_revenue"] = frame["holdout_purchases"] * frame["mean_order_value"]
    frame["holdout_contribution"] = 0.3 * frame["holdout_revenue"]
    return customers, truth


def crossing_segments(customers: Customers) -> Segments:
    """Put them into the four segments by lines that stand still: ten days of silence, half of the customers above."""
    return assign_segments(customers, active_days=ACTIVE_DAYS, profitability="amount", min_profit=PROFIT)
