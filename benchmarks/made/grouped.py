"""Customers of whom it is known whether there are groups among them, and which."""

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import gamma, lognorm, nbinom, norm

from cxlab.customers import Customers

Array = NDArray[np.float64]


def customers_of(
    repeats: Array, days: Array, value: Array, *, gaps: Array | None = None, currency: str = "EUR"
) -> Customers:
    """Make customers of their repeat purchases, days since the last order, mean order value and usual gap in days."""
    n, end = len(repeats), pd.Timestamp("2024-06-30")
    silent = np.asarray(np.floor(days), np.int64)
    tenure = silent + np.where(repeats > 0, 30, 0)
    revenue = value * (repeats + 1)
    frame = pd.DataFrame(
        {
            "customer_id": [f"{i:06d}" for i in range(n)],
            "first_order": end - pd.to_timedelta(tenure, unit="D"),
            "last_order": end - pd.to_timedelta(silent, unit="D"),
            "n_orders": (repeats + 1).astype(np.int64),
            "repeat_purchases": repeats.astype(np.int64),
            "tenure_days": tenure,
            "days_since_last_order": silent,
            "median_gap_days": np.nan if gaps is None else gaps,
            "iqr_gap_days": np.nan,
            "revenue": revenue,
            "returns": 0.0,
            "cost_of_goods": 0.0,
            "cost_to_serve": 0.0,
            "gesture_cost": 0.0,
            "contribution": 0.3 * revenue,
            "mean_order_value": value,
            "mean_repeat_value": np.where(repeats > 0, value, np.nan),
            "n_repeat_values": repeats.astype(np.int64),
            "holdout_purchases": 0,
            "holdout_revenue": 0.0,
            "holdout_contribution": 0.0,
        }
    )
    return Customers(frame, dt.date(2022, 1, 1), end.date(), dt.date(2024, 12, 31), currency, False, 0.3)


def ungrouped(n: int, seed: int) -> Customers:
    """Draw customers without groups: one bell-shaped cloud, skewed margins, most of them one-time buyers."""
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(3, 3))
    spread = mixing @ mixing.T + np.eye(3)
    size = np.sqrt(np.diag(spread))
    share = norm.cdf(rng.multivariate_normal(np.zeros(3), spread / np.outer(size, size), n))
    repeats = np.minimum(nbinom.ppf(share[:, 0], 0.5, 0.3), 60)
    return customers_of(repeats, gamma.ppf(share[:, 1], 2.0) * 60, lognorm.ppf(share[:, 2], 0.7) * 30)


def leaving(n: int, seed: int, *, window: int = 500) -> Customers:
    """Draw customers who buy at a pace of their own until they leave for good (BG/NBD); few of them buy but once."""
    rng = np.random.default_rng(seed)
    pace, drop = rng.gamma(2.0, 1 / 40, n), rng.beta(0.3, 12.0, n)  # purchases a day; chance to leave at each of them
    day = rng.uniform(0, window / 5, n)
    here = np.ones(n, bool)
    days = [np.floor(day)]
    while here.any():
        here &= rng.random(n) >= drop
        day = day + rng.exponential(1 / pace)
        here &= day < window
        days.append(np.where(here, np.floor(day), days[-1]))
    between = np.diff(np.array(days), axis=0).T  # 0 for a second purchase of a day, and for those who have left
    usual = [float(np.median(own[own > 0])) if own.any() else np.nan for own in between]
    repeats = (between > 0).sum(1).astype(float)
    return customers_of(repeats, window - 1 - days[-1], rng.lognormal(3.3, 0.5, n), gaps=np.array(usual))


def grouped(n: int, seed: int, k: int, *, apart: float = 4.0) -> tuple[Customers, NDArray[np.int64]]:
    """Draw customers in k round groups whose middles are at least `apart` standard deviations from each other."""
    rng = np.random.default_rng(seed)
    while True:
        middles = rng.uniform(0, 1.7 * apart, size=(k, 3))
        away = np.linalg.norm(middles[:, None] - middles[None], axis=2)[np.triu_indices(k, 1)]
        if away.min() >= apart:
            break
    truth = rng.integers(0, k, n)
    z = middles[truth] + rng.normal(size=(n, 3))
    repeats = np.asarray(np.round(np.expm1(np.maximum(1.2 + 0.35 * z[:, 0], 0))), float)
    return customers_of(repeats, np.exp(1.5 + 0.4 * z[:, 1]), np.exp(2 + 0.4 * z[:, 2])), truth
