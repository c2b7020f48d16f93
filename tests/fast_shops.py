"""Shops drawn at once whose customers follow the purchase model and spend as planted: many of them in little time."""

import datetime as dt

import numpy as np
import pandas as pd

from cxlab.customers import Customers
from tests.purchase_shops import draw_histories

CUT = dt.date(2024, 6, 30)
FIRST, REPEAT, MARGIN = 30.0, 20.0, 0.3
TRUTH = np.array([0.2426, 4.4135, 0.7929, 2.4258])
"""What is planted: mean value of a first and of a repeat purchase, share that is left, and r, alpha, a, b."""


def fast_shop(n: int, seed: int, *, after: int = 273, margin: float = MARGIN) -> Customers:
    """Draw a shop; the values of purchases have nothing to do with their number, and nothing is returned."""
    histories, later = draw_histories(n, seed, after=after)
    rng = np.random.default_rng([seed, 1])
    times = histories.frequency
    first = FIRST * rng.gamma(4.0, 0.25, n)
    again = np.where(times > 0, REPEAT * rng.gamma(8.0, 1 / 8, n) * rng.gamma(np.maximum(4.0 * times, 1), 0.25), 0.0)
    frame = pd.DataFrame(
        {
            "customer_id": [f"{i:06d}" for i in range(n)],
            "repeat_purchases": times,
            "tenure_days": histories.age_days,
            "days_since_last_order": histories.age_days - histories.recency_days,
            "n_repeat_values": times,
            "mean_repeat_value": np.where(times > 0, again / np.maximum(times, 1), np.nan),
            "revenue": first + again,
            "returns": 0.0,
            "contribution": margin * (first + again),
            "holdout_purchases": later,
            "holdout_revenue": REPEAT * later,
        }
    )
    start = CUT - dt.timedelta(days=272)
    return Customers(
        frame, start, CUT, CUT + dt.timedelta(days=after), "EUR", costs_known=False, margin_rate=MARGIN
    )  # fmt: skip
