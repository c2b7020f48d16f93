"""For any customer and day: what was known before it, and what the customer did in the days after it."""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.engine import Engine, fill
from cxlab.occasions.ties import TIED

NEVER = -1
"""Stands for days since something that never was."""
HISTORY = (
    "earlier_purchases", "recent_purchases", "tenure_days", "days_since_last_order", "earlier_revenue",
    "mean_day_value", "earlier_contribution", "earlier_gestures", "days_since_gesture", "earlier_failures",
)  # fmt: skip
"""What was known of a customer before a day."""


def read_history(
    engine: Engine, index: str, *, outcome_days: int, margin_rate: float, tables: Collection[str]
) -> pd.DataFrame:
    """Look back and ahead from each customer and day of the table `index` (customer_id, day), each once.

    Parameters
    ----------
    outcome_days : length of the time after the day that is looked at, and of the recent time before it.
    margin_rate : share of revenue left after the cost of goods, for lines without a known cost.
    tables : the study's tables; `incidents` are counted where they are there. A gesture happened on the day it was
        given; one that names a later order, on that order's day.

    Returns
    -------
    One row a customer and day, sorted by both. Before the day and never on it: earlier_purchases (days with an order),
    recent_purchases (those in the outcome_days before), tenure_days (since the first order; -1: no order yet),
    days_since_last_order (-1: none), earlier_revenue (net of returns), mean_day_value (earlier_revenue by order day),
    earlier_contribution, earlier_gestures, days_since_gesture (-1: none), earlier_failures; and older_purchases,
    older_revenue, older_tenure_days, older_days_since_last_order, older_gestures: the same as they stood outcome_days
    earlier. On the day: day_value (revenue), failed (0 or 1), gesture_cost, uncosted_gestures (those without a recorded
    cost). After it, in (day, day + outcome_days]:
    purchases (days with an order), revenue, contribution (less all costs but that of gestures of the day itself),
    later_gesture_cost, later_uncosted_gestures. Money in units of currency.
    """
    incidents = ""
    if "incidents" in tables:
        incidents = (
            " UNION ALL SELECT customer_id, CAST(FLOOR(CAST(occurred_at AS DOUBLE) / 86400) AS BIGINT), "
            "0, 0, 0, 0, 0, 0, 0, 0, 1, 0 FROM incidents"
        )
    found = engine.frame(
        fill(_HISTORY, index=index, tied=TIED, incidents=incidents, days=str(int(outcome_days)),
             older=str(int(outcome_days) + 1))
    )  # fmt: skip
    return _in_units(found, outcome_days, margin_rate)


def costs_are_known(tables: Mapping[str, Collection[str]]) -> bool:
    """Whether contribution rests on costs from the data, not on a share of revenue alone.

    Parameters
    ----------
    tables : the study's tables, each with its columns.
    """
    return "costs" in tables or "cost" in tables.get("orders", ())


def _in_units(found: pd.DataFrame, outcome_days: int, margin_rate: float) -> pd.DataFrame:
    day = found["day"].to_numpy(np.int64)
    old_day = day - outcome_days
    whole = {
        name: found[name].fillna(0).to_numpy(np.int64)
        for name in found.columns
        if name not in ("customer_id", "day", "first_day", "last_day", "gesture_day", "older_last_day")
    }
    first, last, older_last, gesture = (
        found[name].to_numpy(np.float64) for name in ("first_day", "last_day", "older_last_day", "gesture_day")
    )
    older_first = np.where(first < old_day, first, np.nan)
    purchases = whole["earlier_purchases"]
    revenue = whole["earlier_revenue"] / 100
    return pd.DataFrame(
        {
            "customer_id": found["customer_id"].astype("str"),
            "day": day,
            "earlier_purchases": purchases,
            "recent_purchases": whole["recent_purchases"],
            "tenure_days": _since(day, first),
            "days_since_last_order": _since(day, last),
            "earlier_revenue": revenue,
            "mean_day_value": revenue / np.maximum(purchases, 1),
            "earlier_contribution": _contribution(whole, "earlier_", margin_rate),
            "earlier_gestures": whole["earlier_gestures"],
            "days_since_gesture": _since(day, gesture),
            "earlier_failures": whole["earlier_failures"],
            "older_purchases": whole["older_purchases"],
            "older_revenue": whole["older_revenue"] / 100,
            "older_tenure_days": _since(old_day, older_first),
            "older_days_since_last_order": _since(old_day, older_last),
            "older_gestures": whole["older_gestures"],
            "day_value": whole["day_value"] / 100,
            "failed": np.minimum(whole["failures"], 1),
            "gesture_cost": whole["gesture_cost"] / 100,
            "uncosted_gestures": whole["uncosted_gestures"],
            "purchases": whole["purchases"],
            "revenue": whole["later_revenue"] / 100,
            "contribution": _contribution(whole, "later_", margin_rate),
            "later_gesture_cost": whole["later_gesture_cost"] / 100,
            "later_uncosted_gestures": whole["later_uncosted_gestures"],
        }
    )


def _contribution(cents: Mapping[str, NDArray[np.int64]], window: str, margin_rate: float) -> NDArray[np.float64]:
    revenue, uncosted = cents[f"{window}revenue"], cents[f"{window}uncosted"]
    spent = cents[f"{window}cost"] + cents[f"{window}serve"] + cents[f"{window}gesture_cost"]
    return np.asarray((revenue - uncosted - spent + margin_rate * uncosted) / 100, dtype=np.float64)


def _since(day: NDArray[np.int64], then: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.where(np.isfinite(then), day - np.nan_to_num(then), NEVER).astype(np.int64)


_SUMMED = ("revenue", "cost", "uncosted", "serve", "gesture_cost")
_EARLIER = ", ".join(f"SUM({name}) OVER before_it AS earlier_{name}" for name in _SUMMED)
_LATER = ", ".join(f"SUM({name}) OVER after_it AS later_{name}" for name in (*_SUMMED, "uncosted_gestures"))
_HISTORY = f"""
WITH happened AS (
  SELECT customer_id, day, CASE WHEN n_orders > 0 THEN 1 ELSE 0 END AS buys, revenue, cost, uncosted, 0 AS serve,
    0 AS gesture_cost, 0 AS uncosted_gestures, 0 AS gestures, 0 AS failures, 0 AS is_index FROM sales
  UNION ALL SELECT customer_id, day, 0, -revenue, -cost, -uncosted, 0, 0, 0, 0, 0, 0 FROM returns
  UNION ALL SELECT customer_id, day, 0, 0, 0, 0, serve, 0, 0, 0, 0, 0 FROM effort
  UNION ALL SELECT customer_id, CASE WHEN order_day > day THEN order_day ELSE day END, 0, 0, 0, 0, 0, cost, uncosted,
    1, 0, 0
  FROM {{tied}}{{!incidents}}
  UNION ALL SELECT customer_id, day, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 FROM {{index}}
), days AS (
  SELECT customer_id, day, MAX(buys) AS buys, SUM(revenue) AS revenue, SUM(cost) AS cost, SUM(uncosted) AS uncosted,
    SUM(serve) AS serve, SUM(gesture_cost) AS gesture_cost, SUM(uncosted_gestures) AS uncosted_gestures,
    SUM(gestures) AS gestures, SUM(failures) AS failures,
    MAX(is_index) AS is_index
  FROM happened GROUP BY customer_id, day
), looked AS (
  SELECT customer_id, day, is_index, revenue AS day_value, failures, gesture_cost, uncosted_gestures,
    SUM(buys) OVER before_it AS earlier_purchases, SUM(buys) OVER recently AS recent_purchases,
    MIN(CASE WHEN buys = 1 THEN day END) OVER before_it AS first_day,
    MAX(CASE WHEN buys = 1 THEN day END) OVER before_it AS last_day,
    {_EARLIER},
    SUM(gestures) OVER before_it AS earlier_gestures,
    MAX(CASE WHEN gestures > 0 THEN day END) OVER before_it AS gesture_day,
    SUM(failures) OVER before_it AS earlier_failures,
    SUM(buys) OVER long_before AS older_purchases, SUM(revenue) OVER long_before AS older_revenue,
    MAX(CASE WHEN buys = 1 THEN day END) OVER long_before AS older_last_day,
    SUM(gestures) OVER long_before AS older_gestures,
    SUM(buys) OVER after_it AS purchases,
    {_LATER}
  FROM days
  WINDOW before_it AS (PARTITION BY customer_id ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
    recently AS (PARTITION BY customer_id ORDER BY day RANGE BETWEEN {{!days}} PRECEDING AND 1 PRECEDING),
    long_before AS (PARTITION BY customer_id ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND {{!older}} PRECEDING),
    after_it AS (PARTITION BY customer_id ORDER BY day RANGE BETWEEN 1 FOLLOWING AND {{!days}} FOLLOWING)
)
SELECT * FROM looked WHERE is_index = 1 ORDER BY customer_id, day
"""  # noqa: S608
