"""Orders to one row a customer, as of a day."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.engine import Engine
from cxlab.errors import InputError

EPOCH = dt.date(1970, 1, 1)
LEAST_COSTED = 0.5  # share of the revenue with a known cost from which on costs count as known


@dataclass(frozen=True)
class Customers:
    """One row a customer as of `calibration_end`, and what each did in the hold-out window after it.

    Attributes
    ----------
    frame : shape (n customers, columns below), sorted by customer_id, RangeIndex.
    first_order, calibration_end, observation_end : days, all inclusive; the hold-out window is
        (calibration_end, observation_end].
    currency : ISO 4217 code.
    costs_known : whether contribution rests on costs from the data: at least `LEAST_COSTED` of the revenue up to
        calibration_end has a known cost, or something was spent up to then to serve these customers.
    margin_rate : share of revenue that is left after the cost of goods, for lines without a known cost; None where
        every line up to calibration_end brings its cost.
    typical_gap_days : 80th percentile of the days between two order days of one customer, over all customers' gaps
        up to calibration_end; None where nobody came back.
    repeat_days : one row a day on which customers bought again, up to observation_end: day (datetime64), purchases (how
        many of the customers in `frame` did); None where it was not asked for.
    costed_share : share of the revenue up to calibration_end, before returns, that has a known cost of goods; None
        where it was not reckoned.

    Notes
    -----
    Columns known at `calibration_end` (money in units of currency, float64; counts int64; days int64 or float64):

    ===================== ====================================================================
    customer_id           str, as it stands in the data
    first_order           datetime64, day of the first order
    last_order            datetime64, day of the last order up to calibration_end
    n_orders              orders
    repeat_purchases      days with an order, less one
    tenure_days           calibration_end - first_order
    days_since_last_order calibration_end - last_order
    median_gap_days       median days between order days; NaN with fewer than two order days
    iqr_gap_days          their interquartile range; NaN with fewer than two gaps
    revenue               sum, returns deducted
    returns               value of returns, >= 0
    cost_of_goods         0 where not known
    cost_to_serve         0 where not known
    gesture_cost          0 where not known
    contribution          revenue - costs; margin_rate x revenue for what has no known cost of goods
    mean_order_value      revenue / n_orders
    mean_repeat_value     mean day total of repeat-purchase days above 0; NaN where there are none
    n_repeat_values       number of those days
    ===================== ====================================================================

    and in the hold-out window: holdout_purchases (days with an order), holdout_revenue, holdout_contribution.
    Customers whose first order lies after calibration_end are no rows.
    """

    frame: pd.DataFrame
    first_order: dt.date
    calibration_end: dt.date
    observation_end: dt.date
    currency: str
    costs_known: bool
    margin_rate: float | None
    typical_gap_days: float | None = None
    repeat_days: pd.DataFrame | None = None
    costed_share: float | None = None

    @property
    def n(self) -> int:
        """Number of customers."""
        return len(self.frame)

    @property
    def calibration_days(self) -> int:
        """Days from the first order to calibration_end, both counted."""
        return (self.calibration_end - self.first_order).days + 1

    @property
    def holdout_days(self) -> int:
        """Days of the hold-out window."""
        return (self.observation_end - self.calibration_end).days


class CustomersError(InputError):
    """There are no customers to look at: no orders, or none up to the end of the calibration window."""


def customer_table(
    engine: Engine,
    *,
    calibration_end: dt.date,
    observation_end: dt.date,
    currency: str,
    margin_rate: float,
) -> Customers:
    """Compute one row a customer from the engine's tables `sales`, `returns` and `effort`.

    Parameters
    ----------
    calibration_end, observation_end : days, inclusive. Nothing but the hold-out columns depends on anything after the
        first.
    margin_rate : share of revenue that is left after the cost of goods, for lines without a known cost.

    Raises
    ------
    CustomersError : nobody ordered up to `calibration_end`.
    """
    start, end = (calibration_end - EPOCH).days, (observation_end - EPOCH).days
    found = engine.frame(_CUSTOMERS, [start, start, start, start, start, end, start, end, start, end])
    if not len(found):
        raise CustomersError(f"nobody ordered up to calibration_end {calibration_end}: move it to a later day")
    cents = {name: found[name].to_numpy(np.int64) for name in _CENTS}
    every_line, costed_share = _costed(cents)

    def contribution(window: str) -> NDArray[np.float64]:
        revenue, uncosted = cents[f"{window}revenue"], cents[f"{window}uncosted"]
        spent = cents[f"{window}cost_of_goods"] + cents[f"{window}cost_to_serve"] + cents[f"{window}gesture_cost"]
        return np.asarray(((revenue - uncosted - spent) + margin_rate * uncosted) / 100, dtype=np.float64)

    day = np.timedelta64(1, "D")
    first, last = found["first_day"].to_numpy(np.int64), found["last_day"].to_numpy(np.int64)
    n_orders, n_values = found["n_orders"].to_numpy(np.int64), found["n_repeat_values"].to_numpy(np.int64)
    frame = pd.DataFrame(
        {
            "customer_id": found["customer_id"].astype("str"),
            "first_order": (np.datetime64(EPOCH) + first * day).astype("datetime64[s]"),
            "last_order": (np.datetime64(EPOCH) + last * day).astype("datetime64[s]"),
            "n_orders": n_orders,
            "repeat_purchases": found["n_days"].to_numpy(np.int64) - 1,
            "tenure_days": start - first,
            "days_since_last_order": start - last,
            "median_gap_days": found["median_gap_days"].to_numpy(np.float64),
            "iqr_gap_days": found["iqr_gap_days"].to_numpy(np.float64),
            "revenue": cents["revenue"] / 100,
            "returns": cents["returns"] / 100,
            "cost_of_goods": cents["cost_of_goods"] / 100,
            "cost_to_serve": cents["cost_to_serve"] / 100,
            "gesture_cost": cents["gesture_cost"] / 100,
            "contribution": contribution(""),
            "mean_order_value": cents["revenue"] / 100 / n_orders,
            "mean_repeat_value": np.where(n_values > 0, cents["repeat_value"] / 100 / np.maximum(n_values, 1), np.nan),
            "n_repeat_values": n_values,
            "holdout_purchases": found["holdout_purchases"].to_numpy(np.int64),
            "holdout_revenue": cents["holdout_revenue"] / 100,
            "holdout_contribution": contribution("holdout_"),
        }
    )
    (typical,) = engine.row(_TYPICAL_GAP, [start])
    return Customers(
        frame,
        first_order=EPOCH + dt.timedelta(days=int(first.min())),
        calibration_end=calibration_end,
        observation_end=observation_end,
        currency=currency,
        costs_known=costed_share >= LEAST_COSTED or bool((cents["cost_to_serve"] > 0).any()),
        margin_rate=None if every_line else margin_rate,
        typical_gap_days=None if typical is None else float(typical),
        repeat_days=_repeat_days(engine, start, end),
        costed_share=costed_share,
    )


def _costed(cents: Mapping[str, NDArray[np.int64]]) -> tuple[bool, float]:
    """Tell whether every line up to the end of calibration brings its cost, and what share of the sales do."""
    sold, uncosted = int(cents["sold"].sum()), int(cents["sold_uncosted"].sum())
    returned = bool((cents["sold_uncosted"] != cents["uncosted"]).any())  # something without a cost came back
    if sold <= 0:  # everything was given away: a cost that is known shows all the same
        known = bool((cents["cost_of_goods"] != 0).any())
        return known and not returned, float(known)
    return uncosted == 0 and not returned, 1 - uncosted / sold


def _repeat_days(engine: Engine, start: int, end: int) -> pd.DataFrame:
    found = engine.frame(_REPEAT_DAYS, [end, start])
    days = np.datetime64(EPOCH) + found["day"].to_numpy(np.int64) * np.timedelta64(1, "D")
    return pd.DataFrame({"day": days.astype("datetime64[s]"), "purchases": found["purchases"].to_numpy(np.int64)})


_CENTS = (
    "revenue", "uncosted", "returns", "cost_of_goods", "cost_to_serve", "gesture_cost", "repeat_value",
    "sold", "sold_uncosted",
    "holdout_revenue", "holdout_uncosted", "holdout_cost_of_goods", "holdout_cost_to_serve", "holdout_gesture_cost",
)  # fmt: skip
_GAPS = (
    "SELECT customer_id, day - LAG(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap "
    "FROM (SELECT DISTINCT customer_id, day FROM sales WHERE opens AND day <= ?) AS d"
)
_TYPICAL_GAP = f"SELECT PERCENTILE_CONT(0.8) WITHIN GROUP (ORDER BY gap) FROM ({_GAPS}) AS g WHERE gap IS NOT NULL"  # noqa: S608
_REPEAT_DAYS = """
SELECT day, COUNT(*) AS purchases
FROM (
  SELECT day, MIN(day) OVER (PARTITION BY customer_id) AS first_day
  FROM (SELECT DISTINCT customer_id, day FROM sales WHERE opens AND day <= ?) AS d
) AS n
WHERE first_day <= ? AND day > first_day
GROUP BY day ORDER BY day
"""
_CUSTOMERS = f"""
WITH days AS (
  SELECT customer_id, day, SUM(revenue) AS revenue, SUM(cost) AS cost, SUM(uncosted) AS uncosted,
    SUM(CASE WHEN opens THEN 1 ELSE 0 END) AS n_orders
  FROM sales WHERE day <= ? GROUP BY customer_id, day
), numbered AS (
  SELECT *, MIN(CASE WHEN n_orders > 0 THEN day END) OVER (PARTITION BY customer_id) AS first_day FROM days
), so_far AS (
  SELECT customer_id, MIN(first_day) AS first_day, MAX(CASE WHEN n_orders > 0 THEN day END) AS last_day,
    SUM(n_orders) AS n_orders, SUM(CASE WHEN n_orders > 0 THEN 1 ELSE 0 END) AS n_days,
    SUM(revenue) AS revenue, SUM(cost) AS cost, SUM(uncosted) AS uncosted,
    SUM(CASE WHEN n_orders > 0 AND day > first_day AND revenue > 0 THEN revenue ELSE 0 END) AS repeat_value,
    SUM(CASE WHEN n_orders > 0 AND day > first_day AND revenue > 0 THEN 1 ELSE 0 END) AS n_repeat_values
  FROM numbered GROUP BY customer_id
), gaps AS (
  SELECT customer_id, PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY gap) AS median_gap_days,
    CASE WHEN COUNT(*) > 1 THEN PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY gap)
      - PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY gap) END AS iqr_gap_days
  FROM ({_GAPS}) AS g WHERE gap IS NOT NULL GROUP BY customer_id
), back AS (
  SELECT customer_id, SUM(revenue) AS revenue, SUM(cost) AS cost, SUM(uncosted) AS uncosted
  FROM returns WHERE day <= ? GROUP BY customer_id
), spent AS (
  SELECT customer_id, SUM(serve) AS serve, SUM(gesture) AS gesture FROM effort WHERE day <= ? GROUP BY customer_id
), after AS (
  SELECT customer_id, COUNT(DISTINCT CASE WHEN opens THEN day END) AS purchases,
    SUM(revenue) AS revenue, SUM(cost) AS cost, SUM(uncosted) AS uncosted
  FROM sales WHERE day > ? AND day <= ? GROUP BY customer_id
), after_back AS (
  SELECT customer_id, SUM(revenue) AS revenue, SUM(cost) AS cost, SUM(uncosted) AS uncosted
  FROM returns WHERE day > ? AND day <= ? GROUP BY customer_id
), after_spent AS (
  SELECT customer_id, SUM(serve) AS serve, SUM(gesture) AS gesture
  FROM effort WHERE day > ? AND day <= ? GROUP BY customer_id
)
SELECT s.customer_id, s.first_day, s.last_day, s.n_orders, s.n_days, g.median_gap_days, g.iqr_gap_days,
  s.repeat_value, s.n_repeat_values,
  s.revenue - COALESCE(b.revenue, 0) AS revenue, COALESCE(b.revenue, 0) AS returns,
  s.cost - COALESCE(b.cost, 0) AS cost_of_goods, s.uncosted - COALESCE(b.uncosted, 0) AS uncosted,
  s.revenue AS sold, s.uncosted AS sold_uncosted,
  COALESCE(e.serve, 0) AS cost_to_serve, COALESCE(e.gesture, 0) AS gesture_cost,
  COALESCE(a.purchases, 0) AS holdout_purchases,
  COALESCE(a.revenue, 0) - COALESCE(ab.revenue, 0) AS holdout_revenue,
  COALESCE(a.cost, 0) - COALESCE(ab.cost, 0) AS holdout_cost_of_goods,
  COALESCE(a.uncosted, 0) - COALESCE(ab.uncosted, 0) AS holdout_uncosted,
  COALESCE(ae.serve, 0) AS holdout_cost_to_serve, COALESCE(ae.gesture, 0) AS holdout_gesture_cost
FROM so_far AS s
LEFT JOIN gaps AS g ON g.customer_id = s.customer_id
LEFT JOIN back AS b ON b.customer_id = s.customer_id
LEFT JOIN spent AS e ON e.customer_id = s.customer_id
LEFT JOIN after AS a ON a.customer_id = s.customer_id
LEFT JOIN after_back AS ab ON ab.customer_id = s.customer_id
LEFT JOIN after_spent AS ae ON ae.customer_id = s.customer_id
ORDER BY s.customer_id
"""  # noqa: S608
