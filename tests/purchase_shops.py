"""Shops whose customers follow the purchase model, or pointedly do not: what the tests of repeat purchases look at."""

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.customers import Customers
from cxlab.purchases import Histories

CUT = dt.date(2024, 6, 30)
TRUTH = np.array([0.24, 44.0, 0.80, 2.40])  # r, alpha in weeks, a, b: slow buyers, so that whole days do no harm
WINDOW = 2_700  # days up to the cut


def buying_days(
    n: int,
    seed: int,
    *,
    truth: NDArray[np.float64] = TRUTH,
    window: int = WINDOW,
    after: int = 900,
    leaves: bool = True,
) -> list[NDArray[np.int64]]:
    """Simulate the days on which each of `n` customers buys, counted from the customer's own first order."""
    rng = np.random.default_rng(seed)
    r, alpha, a, b = truth
    pace = rng.gamma(r, 1 / alpha, n) / 7
    leaving = rng.beta(a, b, n) if leaves else np.zeros(n)
    found = []
    for i in range(n):
        day, days = 0.0, [0]
        while True:
            day += rng.exponential(1 / pace[i]) if pace[i] > 1e-12 else np.inf
            if day > window + after:
                break
            days.append(int(np.ceil(day)))
            if rng.random() < leaving[i]:
                break
        found.append(np.unique(days))
    return found


def draw_histories(
    n: int, seed: int, *, truth: tuple[float, ...] = (0.2426, 4.4135, 0.7929, 2.4258), after: int = 273
) -> tuple[Histories, NDArray[np.int64]]:
    """Draw many histories at once, followed for 190 to 272 days, and each customer's purchases `after` the cut."""
    rng = np.random.default_rng(seed)
    r, alpha, a, b = truth
    pace, leaving = rng.gamma(r, 1 / alpha, n) / 7, rng.beta(a, b, n)
    age = rng.integers(190, 273, n)
    frequency, last, latest, later = (np.zeros(n, np.int64) for _ in range(4))
    at, buying = np.zeros(n), np.arange(n)
    while len(buying):
        at[buying] += rng.exponential(1 / np.maximum(pace[buying], 1e-12))
        buying = buying[at[buying] <= age[buying] + after]
        day = np.ceil(at[buying]).astype(np.int64)
        is_new, is_known = day > latest[buying], day <= age[buying]
        frequency[buying] += is_new & is_known
        later[buying] += is_new & ~is_known
        last[buying] = np.where(is_known, day, last[buying])
        latest[buying] = day
        buying = buying[rng.random(len(buying)) >= leaving[buying]]
    return Histories(frequency, last, age), later


def shop(
    days: list[NDArray[np.int64]], *, window: int = WINDOW, after: int = 900, value: float = 20.0, seed: int = 1
) -> Customers:
    """Make one row a customer of the days on which they bought; all start within the first tenth of the window."""
    rng = np.random.default_rng(seed)
    n = len(days)
    starts = np.sort(rng.integers(0, window // 10 + 1, n))
    starts[0] = 0
    rows, again = [], []
    for i, own in enumerate(days):
        at = own + starts[i]
        known = at[at <= window]
        later = at[(at > window) & (at <= window + after)]
        again += [*known[1:], *later]
        values = value * rng.gamma(4.0, 0.25, len(at))
        paid = values[: len(known)]
        repeat = paid[1:]
        rows.append(
            {
                "customer_id": f"{i:06d}", "first_order": int(known[0]), "last_order": int(known[-1]),
                "n_orders": len(known),
                "repeat_purchases": len(known) - 1, "tenure_days": int(window - known[0]),
                "days_since_last_order": int(window - known[-1]), "revenue": float(paid.sum()), "returns": 0.0,
                "contribution": 0.3 * float(paid.sum()),
                "mean_repeat_value": float(repeat.mean()) if len(repeat) else np.nan,
                "n_repeat_values": len(repeat), "holdout_purchases": len(later),
                "holdout_last_day": int(later[-1] - window) if len(later) else 0,
                "holdout_revenue": float(values[len(known) : len(known) + len(later)].sum()),
                "holdout_contribution": 0.3 * float(values[len(known) : len(known) + len(later)].sum()),
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows)
    start = CUT - dt.timedelta(days=window)
    for name in ("first_order", "last_order"):
        frame[name] = pd.Timestamp(start) + pd.to_timedelta(frame[name], unit="D")
    day, purchases = np.unique(np.asarray(again, dtype=np.int64), return_counts=True)
    repeat_days = pd.DataFrame({"day": pd.Timestamp(start) + pd.to_timedelta(day, unit="D"), "purchases": purchases})
    return Customers(
        frame,
        start,
        CUT,
        CUT + dt.timedelta(days=after),
        "EUR",
        costs_known=False,
        margin_rate=0.3,
        repeat_days=repeat_days,
    )
