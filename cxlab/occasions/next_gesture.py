"""What a customer bought up to the next gesture."""

import numpy as np
import pandas as pd

from cxlab.occasions.timeline import Timeline


def read_next_gestures(timeline: Timeline, *, outcome_days: int) -> pd.DataFrame:
    """Look ahead from each customer and day that a timeline is asked about to the customer's next gesture.

    Returns
    -------
    One row a customer and day, sorted by both: purchases_until_gesture (days with an order in (day, day + outcome_days]
    up to the next order with a gesture, it among them; all where there is none), gesture_follows (0 or 1).
    """
    bought, given = timeline.purchases, timeline.gesture_orders
    end = outcome_days + 1
    waited = given.days_until(given.up_to, given.before(end), outcome_days)
    follows = given.before(end) > given.up_to
    bought_then = np.searchsorted(bought.place, bought.asked + waited, side="right")
    return pd.DataFrame(
        {
            "customer_id": timeline.customer_id,
            "day": timeline.day,
            "purchases_until_gesture": bought_then - bought.up_to,
            "gesture_follows": follows.astype(np.int64),
        },
        copy=False,
    )
