"""Customers who buy and leave by a purchase model with known parameters, drawn all at once."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.customers import Customers

Array = NDArray[np.float64]
Days = NDArray[np.int64]
Family = Literal["bgnbd", "mbgnbd", "pareto_nbd"]

TRUTHS: dict[Family, tuple[float, float, float, float]] = {
    "bgnbd": (0.60, 40.0, 0.80, 2.40),
    "mbgnbd": (0.90, 40.0, 0.60, 2.40),
    "pareto_nbd": (0.60, 40.0, 0.70, 60.0),
}
"""Parameters, in weeks: buyers so slow that whole days, of which one is one purchase at most, do no harm."""
WINDOW, AFTER = 1_400, 700
"""Days up to the cut and after it; customers come in the first half of the former."""
CUT = dt.date(2024, 6, 30)
MARGIN, VALUE, SHAPE, PER_CUSTOMER = 0.3, 20.0, 4.0, 3.0
_DAYS_A_WEEK = 7.0


@dataclass(frozen=True, eq=False)
class Buyers:
    """Customers and what they bought, drawn.

    Attributes
    ----------
    customers : as the kit knows them at the cut, followed for `AFTER` days.
    value : shape (n,), mean value of a purchase of each.
    stays_until : shape (n,), day on which each leaves for good, counted like those of `who_when`; inf: not in sight.
    who, when : shape (m,), customer and day of each purchase, the first ones too, counted from the first day of all.
    """

    customers: Customers
    value: Array
    stays_until: Array
    who: Days
    when: Days


def draw_buyers(family: Family, n: int, seed: int, *, far: int = AFTER) -> Buyers:
    """Draw n customers of a family and follow them.

    Parameters
    ----------
    family : whose parameters are taken from `TRUTHS`.
    n, seed : how many, and of the draw.
    far : days after the cut up to which purchases are drawn; the customers are followed for `AFTER` of them.
    """
    rng = np.random.default_rng(seed)
    r, alpha, third, fourth = TRUTHS[family]
    start = np.sort(rng.integers(0, WINDOW // 2, n))
    start[0] = 0
    pace = rng.gamma(r, 1 / alpha, n) / _DAYS_A_WEEK
    chance, until = np.zeros(n), np.full(n, np.inf)
    if family == "pareto_nbd":
        until = start + rng.exponential(1.0, n) / np.maximum(rng.gamma(third, 1 / fourth, n), 1e-12) * _DAYS_A_WEEK
    else:
        chance = rng.beta(third, fourth, n)
    at, buying = start.astype(float), np.arange(n)
    if family == "mbgnbd":
        until, buying = _who_stays(rng, chance, until, at, buying)
    who, when = [np.arange(n)], [start.astype(np.int64)]
    while len(buying):
        at[buying] += rng.exponential(1.0, len(buying)) / np.maximum(pace[buying], 1e-12)
        buying = buying[at[buying] <= np.minimum(until[buying], WINDOW + far)]
        who.append(buying)
        when.append(np.ceil(at[buying]).astype(np.int64))
        if family != "pareto_nbd":
            until, buying = _who_stays(rng, chance, until, at, buying)
    pairs = np.unique(np.column_stack([np.concatenate(who), np.concatenate(when)]), axis=0)
    value = VALUE * PER_CUSTOMER / rng.gamma(PER_CUSTOMER + 1, 1.0, n)
    paid = value[pairs[:, 0]] * rng.gamma(SHAPE, 1 / SHAPE, len(pairs))
    return Buyers(_customers(n, pairs[:, 0], pairs[:, 1], paid), value, until, pairs[:, 0], pairs[:, 1])


def _who_stays(rng: np.random.Generator, chance: Array, until: Array, at: Array, buying: Days) -> tuple[Array, Days]:
    """Let some of those who just bought leave; return when each leaves and who still buys."""
    leaves = rng.random(len(buying)) < chance[buying]
    until = until.copy()
    until[buying[leaves]] = at[buying[leaves]]
    return until, buying[~leaves]


def _customers(n: int, who: Days, when: Days, paid: Array) -> Customers:
    """Sum up to the cut and in the window after it."""
    order = np.lexsort((when, who))
    who, when, paid = who[order], when[order], paid[order]
    known, later = when <= WINDOW, (when > WINDOW) & (when <= WINDOW + AFTER)
    is_first = np.r_[True, who[1:] != who[:-1]]
    again = known & ~is_first
    first = when[is_first]
    count, last = np.bincount(who[known], minlength=n), np.zeros(n, np.int64)
    np.maximum.at(last, who[known], when[known])
    latest = np.zeros(n, np.int64)
    np.maximum.at(latest, who[later], when[later] - WINDOW)
    revenue, repeat = np.bincount(who[known], paid[known], n), np.bincount(who[again], paid[again], n)
    after = np.bincount(who[later], paid[later], n)
    with np.errstate(invalid="ignore"):
        mean = repeat / (count - 1)
    start = CUT - dt.timedelta(days=WINDOW)
    frame = pd.DataFrame(
        {
            "customer_id": [f"{i:07d}" for i in range(n)],
            "first_order": pd.Timestamp(start) + pd.to_timedelta(first, unit="D"),
            "last_order": pd.Timestamp(start) + pd.to_timedelta(last, unit="D"),
            "n_orders": count,
            "repeat_purchases": count - 1,
            "tenure_days": WINDOW - first,
            "days_since_last_order": WINDOW - last,
            "median_gap_days": np.nan,
            "revenue": revenue,
            "returns": 0.0,
            "contribution": MARGIN * revenue,
            "mean_order_value": revenue / count,
            "mean_repeat_value": mean,
            "n_repeat_values": count - 1,
            "holdout_purchases": np.bincount(who[later], minlength=n),
            "holdout_last_day": latest,
            "holdout_revenue": after,
            "holdout_contribution": MARGIN * after,
        }
    )
    found = Customers(frame, start, CUT, CUT + dt.timedelta(days=AFTER), "EUR", costs_known=False, margin_rate=MARGIN)
    return replace(found, repeat_days=_repeat_days(when[~is_first], start))


def _repeat_days(when: Days, start: dt.date) -> pd.DataFrame:
    day, purchases = np.unique(when[when <= WINDOW + AFTER], return_counts=True)
    return pd.DataFrame({"day": pd.Timestamp(start) + pd.to_timedelta(day, unit="D"), "purchases": purchases})
