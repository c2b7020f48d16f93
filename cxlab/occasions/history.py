"""For any customer and day: what was known before it, and what the customer did in the days after it."""

from collections.abc import Callable, Collection, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.occasions.timeline import Events, Timeline, Whole

Window = tuple[Whole, Whole]
NEVER = -1
"""Stands for days since something that never was."""
HISTORY = (
    "earlier_purchases", "recent_purchases", "tenure_days", "days_since_last_order", "earlier_revenue",
    "mean_day_value", "earlier_contribution", "earlier_gestures", "days_since_gesture", "earlier_failures",
)  # fmt: skip
"""What was known of a customer before a day."""


def read_history(timeline: Timeline, *, outcome_days: int, margin_rate: float, tables: Collection[str]) -> pd.DataFrame:
    """Look back and ahead from each customer and day that a timeline is asked about.

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
    sales, returns, gestures, bought = timeline.sales, timeline.returns, timeline.gestures, timeline.purchases
    end = outcome_days + 1

    def net(name: str, window: Callable[[Events], Window]) -> Whole:
        return sales.sum(name, *window(sales)) - returns.sum(name, *window(returns))

    def contribution(window: Callable[[Events], Window]) -> NDArray[np.float64]:
        revenue, cost, uncosted = (net(name, window) for name in ("revenue", "cost", "uncosted"))
        effort = timeline.effort
        spent = cost + effort.sum("serve", *window(effort)) + gestures.sum("cost", *window(gestures))
        return np.asarray((revenue - uncosted - spent + margin_rate * uncosted) / 100, dtype=np.float64)

    def earlier(events: Events) -> Window:
        return events.start, events.earlier

    def older(events: Events) -> Window:
        return events.start, events.before(-outcome_days)

    def on_the_day(events: Events) -> Window:
        return events.earlier, events.up_to

    def later(events: Events) -> Window:
        return events.up_to, events.before(end)

    revenue = net("revenue", earlier) / 100
    old, last = bought.before(-outcome_days), bought.earlier
    purchases = last - bought.start
    tenure = bought.days_since(*earlier(bought), NEVER, first=True)
    older_last = bought.days_since(bought.start, old, NEVER)
    frame = {
        "customer_id": timeline.customer_id,
        "day": timeline.day,
        "earlier_purchases": purchases,
        "recent_purchases": last - old,
        "tenure_days": tenure,
        "days_since_last_order": bought.days_since(*earlier(bought), NEVER),
        "earlier_revenue": revenue,
        "mean_day_value": revenue / np.maximum(purchases, 1),
        "earlier_contribution": contribution(earlier),
        "earlier_gestures": gestures.earlier - gestures.start,
        "days_since_gesture": gestures.days_since(*earlier(gestures), NEVER),
        "older_purchases": old - bought.start,
        "older_revenue": net("revenue", older) / 100,
        "older_tenure_days": np.where(tenure > outcome_days, tenure - outcome_days, NEVER),
        "older_days_since_last_order": np.where(older_last == NEVER, NEVER, older_last - outcome_days),
        "older_gestures": gestures.before(-outcome_days) - gestures.start,
        "day_value": net("revenue", on_the_day) / 100,
        "gesture_cost": gestures.sum("cost", *on_the_day(gestures)) / 100,
        "uncosted_gestures": gestures.sum("uncosted", *on_the_day(gestures)),
        "purchases": bought.before(end) - bought.up_to,
        "revenue": net("revenue", later) / 100,
        "contribution": contribution(later),
        "later_gesture_cost": gestures.sum("cost", *later(gestures)) / 100,
        "later_uncosted_gestures": gestures.sum("uncosted", *later(gestures)),
    }
    none = np.zeros(len(timeline.day), dtype=np.int64)
    frame |= {"earlier_failures": none, "failed": none}
    if "incidents" in tables:
        failed = timeline.incidents
        frame["earlier_failures"] = failed.earlier - failed.start
        frame["failed"] = np.minimum(failed.up_to - failed.earlier, 1)
    return pd.DataFrame({name: frame[name] for name in _COLUMNS}, copy=False)


def costs_are_known(tables: Mapping[str, Collection[str]]) -> bool:
    """Whether contribution rests on costs from the data, not on a share of revenue alone.

    Parameters
    ----------
    tables : the study's tables, each with its columns.
    """
    return "costs" in tables or "cost" in tables.get("orders", ())


_COLUMNS = (
    "customer_id", "day", *HISTORY, "older_purchases", "older_revenue", "older_tenure_days",
    "older_days_since_last_order", "older_gestures", "day_value", "failed", "gesture_cost", "uncosted_gestures",
    "purchases", "revenue", "contribution", "later_gesture_cost", "later_uncosted_gestures",
)  # fmt: skip
