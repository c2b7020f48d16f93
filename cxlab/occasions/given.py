"""Which gestures customers got from the day they were drawn on, and of how many of them the cost is recorded."""

import numpy as np
import pandas as pd

from cxlab.engine import Engine, fill
from cxlab.occasions.ties import TIED


def read_given(engine: Engine, index: str, *, outcome_days: int) -> pd.DataFrame:
    """Count the gestures in [day, day + outcome_days] of each customer and day of the table `index`.

    Returns
    -------
    One row a customer, day and kind of gesture, sorted by them: customer_id, day, kind ("" where not given), n
    (gestures), costed (those whose cost is recorded).
    """
    found = engine.frame(fill(_GIVEN, index=index, tied=TIED, days=str(int(outcome_days))))
    return pd.DataFrame(
        {
            "customer_id": found["customer_id"].astype("str"),
            "day": found["day"].to_numpy(np.int64),
            "kind": found["kind"].astype("str"),
            "n": found["n"].to_numpy(np.int64),
            "costed": found["costed"].to_numpy(np.int64),
        }
    )


_GIVEN = """
SELECT i.customer_id, i.day, COALESCE(g.kind, '') AS kind, COUNT(*) AS n, CAST(SUM(1 - g.uncosted) AS BIGINT) AS costed
FROM (SELECT DISTINCT customer_id, day FROM {index}) AS i
JOIN (
  SELECT customer_id, CASE WHEN order_day > day THEN order_day ELSE day END AS day, kind, uncosted FROM {tied}
) AS g ON g.customer_id = i.customer_id AND g.day >= i.day AND g.day <= i.day + {!days}
GROUP BY i.customer_id, i.day, COALESCE(g.kind, '') ORDER BY customer_id, day, kind
"""
