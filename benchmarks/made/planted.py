"""Customers whose truth is planted: what drives their next purchases is known."""

import datetime as dt
from typing import Literal

import numpy as np
import pandas as pd

from cxlab.customers import Customers
from cxlab.segments import assign_segments

Driver = Literal["segments", "returns", "nothing"]
RATES = {"profit_bringers": 2.4, "misunderstood": 0.5, "candidates": 1.1, "lost": 0.1}


def planted_customers(n: int, seed: int, *, driver: Driver = "segments", costs_known: bool = True) -> Customers:
    """Draw customers whose hold-out purchases are driven by their segment, by what they sent back, or by nothing."""
    rng = np.random.default_rng(seed)
    repeats = rng.poisson(rng.gamma(0.7, 3.0, n))
    tenure = rng.integers(120, 270, n)
    silent = np.where(repeats > 0, np.floor(tenure * rng.beta(0.8, 1.6, n)), tenure).astype(np.int64)
    orders = repeats + 1
    value = rng.lognormal(3.0, 0.6, n)
    returns = np.where(rng.random(n) < 0.35, rng.gamma(2.0, 0.15, n) * value, 0.0)
    revenue = value * orders
    service = rng.gamma(2.0, 2.0, n) * orders
    contribution = 0.4 * revenue - service - returns if costs_known else 0.3 * revenue
    end = pd.Timestamp("2024-06-30")
    frame = pd.DataFrame(
        {
            "customer_id": [f"{i:06d}" for i in range(n)],
            "first_order": end - pd.to_timedelta(tenure, unit="D"),
            "last_order": end - pd.to_timedelta(silent, unit="D"),
            "n_orders": orders,
            "repeat_purchases": repeats,
            "tenure_days": tenure,
            "days_since_last_order": silent,
            "median_gap_days": np.where(repeats > 0, (tenure - silent) / np.maximum(repeats, 1), np.nan),
            "iqr_gap_days": np.where(repeats > 0, 5.0, np.nan),
            "revenue": revenue,
            "returns": returns,
            "cost_of_goods": 0.6 * revenue if costs_known else 0.0,
            "cost_to_serve": service if costs_known else 0.0,
            "gesture_cost": 0.0,
            "contribution": contribution,
            "mean_order_value": value,
            "mean_repeat_value": np.where(repeats > 0, value, np.nan),
            "n_repeat_values": repeats,
            "holdout_purchases": 0,
            "holdout_revenue": 0.0,
            "holdout_contribution": 0.0,
        }
    )
    start = dt.date(2023, 10, 1)
    customers = Customers(
        frame, start, end.date(), dt.date(2024, 12, 31), "EUR", costs_known, None if costs_known else 0.3, 60.0
    )
    if driver == "segments":
        rate = assign_segments(customers).labels.map(RATES).to_numpy(float)
    elif driver == "returns":
        rate = np.where(returns > 0, 2.0, 0.15)
    else:
        rate = np.full(n, 0.8)
    frame["holdout_purchases"] = rng.poisson(rate)
    frame["holdout_revenue"] = frame["holdout_purchases"] * value
    frame["holdout_contribution"] = 0.3 * frame["holdout_revenue"]
    return customers
