"""Customers who move between segments by a known matrix: two periods with the labels planted."""

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.customers import Customers
from cxlab.segments import Periods

DAYS, GAP = 120, 40.0
START = np.array([0.3, 0.2, 0.15, 0.35])
MATRIX = np.array(
    [[0.60, 0.25, 0.05, 0.10], [0.15, 0.45, 0.05, 0.35], [0.20, 0.05, 0.40, 0.35], [0.03, 0.02, 0.05, 0.90]]
)
MEANS = np.array([80.0, 20.0, 10.0, 2.0])
"""Mean contribution in the second period of those who were in each segment at the end of the first."""
MIDDLE = dt.date(2024, 6, 30)


def moved(n: int, seed: int, matrix: NDArray[np.float64] = MATRIX) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw n customers' segments at both ends: numbers in the order of the four."""
    rng = np.random.default_rng(seed)
    first = rng.choice(4, size=n, p=START)
    ladder = matrix.cumsum(axis=1)
    second = (rng.random(n)[:, None] > ladder[first]).sum(axis=1)
    return first.astype(np.int64), np.minimum(second, 3).astype(np.int64)


def periods_of(first: NDArray[np.int64], second: NDArray[np.int64], seed: int = 0, *, missing: str = "") -> Periods:
    """Make customers whose silence and contribution put them into these segments; break-even at 0, silence of 40 days.

    What they bring in the second period is skewed, and its sign is that of the second segment; see `brought`.
    """
    n = len(first)
    later = brought(first, seed)
    frame = pd.DataFrame(
        {
            "customer_id": [f"{i:06d}" for i in range(n)],
            "last_order": pd.Timestamp(MIDDLE),
            "days_since_last_order": np.where(np.isin(first, (0, 2)), 10, 90),
            "repeat_purchases": 0,
            "median_gap_days": np.nan,
            "contribution": np.where(first < 2, 5.0, -5.0),
            "revenue": 10.0,
            "holdout_purchases": 0,
            "holdout_contribution": later,
        }
    )
    day = dt.timedelta(days=1)
    one = Customers(frame, MIDDLE - (DAYS - 1) * day, MIDDLE, MIDDLE + DAYS * day, "EUR", True, None, GAP)
    silence = np.where(np.isin(second, (0, 2)), 10, 90)
    frame_two = frame.assign(days_since_last_order=silence, contribution=np.where(second < 2, 5.0, -5.0))
    two = Customers(frame_two, MIDDLE + day, MIDDLE + DAYS * day, MIDDLE + DAYS * day, "EUR", True, None, GAP)
    return Periods(one, two, one, two, DAYS, missing)


def brought(first: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """Draw what each brought in the second period: half of them nothing, the others lognormal with means `MEANS`."""
    rng = np.random.default_rng([seed, 1])
    amounts = 2 * MEANS[first] * rng.lognormal(-0.32, 0.8, len(first))
    return np.where(rng.random(len(first)) < 0.5, amounts, 0.0)
