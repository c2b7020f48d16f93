"""Customers who take service and bring money, both drawn; and the four segments of them."""

import datetime as dt

import numpy as np
import pandas as pd

from cxlab.customers import Customers
from cxlab.segments import Segments, assign_segments


def served_customers(n: int, seed: int, *, served: bool = True) -> Customers:
    """Draw customers whose cost to serve has little to do with what they bring."""
    rng = np.random.default_rng(seed)
    brought = rng.lognormal(3.0, 0.7, n)
    spent = np.where(rng.random(n) < 0.6, rng.lognormal(2.0, 0.9, n), 0.0) if served else np.zeros(n)
    later = brought * rng.lognormal(-0.5, 0.5, n) - spent * rng.lognormal(-0.5, 0.5, n)
    frame = pd.DataFrame(
        {
            "customer_id": [f"{i:06d}" for i in range(n)],
            "first_order": pd.Timestamp("2024-01-01"),
            "last_order": pd.Timestamp("2024-06-01"),
            "n_orders": 1,
            "days_since_last_order": rng.integers(0, 180, n),
            "repeat_purchases": rng.poisson(1.0, n),
            "median_gap_days": np.nan,
            "revenue": 2 * brought,
            "contribution": brought - spent,
            "cost_to_serve": spent,
            "gesture_cost": 0.0,
            "holdout_purchases": 0,
            "holdout_contribution": later,
        }
    )
    days = dt.date(2024, 1, 1), dt.date(2024, 6, 28), dt.date(2024, 12, 31)
    return Customers(frame, *days, "EUR", served, None if served else 0.3, 40.0)


def four(customers: Customers) -> Segments:
    return assign_segments(customers, profitability="break_even")
