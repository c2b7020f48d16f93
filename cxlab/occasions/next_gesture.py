"""What a customer bought up to the next gesture."""

import numpy as np
import pandas as pd

from cxlab.engine import Engine, fill
from cxlab.occasions.ties import TIED


def read_next_gestures(engine: Engine, index: str, *, outcome_days: int) -> pd.DataFrame:
    """Look ahead from each customer and day of the table `index` (customer_id, day) to the customer's next gesture.

    Returns
    -------
    One row a customer and day, sorted by both: purchases_until_gesture (days with an order in (day, day + outcome_days]
    up to the next order with a gesture, it among them; all where there is none), gesture_follows (0 or 1).
    """
    found = engine.frame(fill(_NEXT, index=index, tied=TIED, days=str(int(outcome_days))))
    return pd.DataFrame(
        {
            "customer_id": found["customer_id"].astype("str"),
            "day": found["day"].to_numpy(np.int64),
            "purchases_until_gesture": found["purchases"].fillna(0).to_numpy(np.int64),
            "gesture_follows": found["follows"].to_numpy(np.int64),
        }
    )


_NEXT = """
WITH happened AS (
  SELECT customer_id, day, CASE WHEN n_orders > 0 THEN 1 ELSE 0 END AS buys, 0 AS gives, 0 AS is_index FROM sales
  UNION ALL SELECT customer_id, order_day, 0, 1, 0 FROM {tied} WHERE order_day IS NOT NULL
  UNION ALL SELECT customer_id, day, 0, 0, 1 FROM {index}
), days AS (
  SELECT customer_id, day, MAX(buys) AS buys, MAX(gives) AS gives, MAX(is_index) AS is_index
  FROM happened GROUP BY customer_id, day
), counted AS (
  SELECT customer_id, day, buys, gives, is_index, SUM(buys) OVER (
    PARTITION BY customer_id ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS bought
  FROM days
), looked AS (
  SELECT customer_id, day, is_index, bought, SUM(buys) OVER after_it AS purchases,
    MIN(CASE WHEN gives = 1 THEN bought END) OVER after_it AS bought_then
  FROM counted
  WINDOW after_it AS (PARTITION BY customer_id ORDER BY day RANGE BETWEEN 1 FOLLOWING AND {!days} FOLLOWING)
)
SELECT customer_id, day, CASE WHEN bought_then IS NULL THEN purchases ELSE bought_then - bought END AS purchases,
  CASE WHEN bought_then IS NULL THEN 0 ELSE 1 END AS follows
FROM looked WHERE is_index = 1 ORDER BY customer_id, day
"""
