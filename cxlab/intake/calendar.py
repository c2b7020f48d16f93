"""Orders over time: how many in each month (or week), and how many of their customers were new."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.engine import Engine
from cxlab.estimate import Estimate
from cxlab.words import count, day, number

EPOCH = dt.date(1970, 1, 1)
NO_ORDERS = "The study brings no orders, only outcomes that were summed already; there is nothing to lay out in time."
WEEKLY_UP_TO_DAYS = 182
"""A span of up to half a year is counted in weeks, a longer one in months."""


@dataclass(frozen=True)
class OrderCalendar:
    """Orders by month or week.

    Attributes
    ----------
    table : period (first day of it), orders, new_customers (first order in it), revenue (units of currency, returns not
        deducted), complete (whether the orders' span covers all its days).
    period : what a row is.
    calibration_end : last day of what the reports may know; None without orders.
    minimum_group : customers fewer than this are not counted out on a page.
    """

    table: pd.DataFrame
    period: Literal["month", "week"]
    calibration_end: dt.date | None
    minimum_group: int = 5

    @property
    def reading(self) -> str:
        """How many orders a period brought, from the least to the most, over complete periods."""
        if self.table.empty:
            return NO_ORDERS
        whole = self.table[self.table["complete"]]
        if len(whole) < 2:
            return f"The orders cover less than two whole {self.period}s."
        n = whole["orders"]
        least, most = (self._name(whole["period"].iloc[int(i)]) for i in (n.to_numpy().argmin(), n.to_numpy().argmax()))
        return (
            f"A {self.period} brought between {count(int(n.min()), 'order')} ({least}) and "
            f"{count(int(n.max()), 'order')} ({most}), over {len(whole)} whole {self.period}s."
        )

    @property
    def heading(self) -> str:
        """How much the orders of a period differ, in a few words."""
        if self.table.empty:
            return "There are no orders to count"
        n = self.table.loc[self.table["complete"], "orders"].to_numpy()
        if len(n) < 2:
            return f"The orders cover less than two whole {self.period}s"
        return f"A {self.period} brought between {count(int(n.min()), 'order')} and {number(int(n.max()))}"

    def _name(self, start: dt.date) -> str:
        return f"{start:%B %Y}" if self.period == "month" else f"from {day(start)}"

    @property
    def findings(self) -> dict[str, Estimate]:
        """Counts only: nothing is estimated."""
        return {}


def empty_calendar() -> OrderCalendar:
    """Return the calendar of a study without orders."""
    columns = ["period", "orders", "new_customers", "revenue", "complete"]
    return OrderCalendar(pd.DataFrame(columns=columns), "month", None)


def order_calendar(engine: Engine, *, calibration_end: int, last_day: int, minimum_group: int) -> OrderCalendar:
    """Count orders, new customers and revenue by month, or by week where the span is short.

    Parameters
    ----------
    calibration_end, last_day : last days of calibration and of observation, in days since 1970.
    minimum_group : of the study.
    """
    days = engine.frame(
        "SELECT s.day, CAST(SUM(s.n_orders) AS BIGINT) AS orders, CAST(SUM(s.revenue) AS BIGINT) AS cents, "
        "CAST(SUM(CASE WHEN s.day = f.first_day THEN 1 ELSE 0 END) AS BIGINT) AS new_customers "
        "FROM (SELECT customer_id, day, SUM(CASE WHEN opens THEN 1 ELSE 0 END) AS n_orders, SUM(revenue) AS revenue "
        "FROM sales GROUP BY customer_id, day) AS s JOIN (SELECT customer_id, MIN(day) AS first_day FROM sales "
        "WHERE opens GROUP BY customer_id) AS f ON f.customer_id = s.customer_id GROUP BY s.day ORDER BY day"
    )
    first = int(days["day"].iloc[0])
    period: Literal["month", "week"] = "week" if last_day - first <= WEEKLY_UP_TO_DAYS else "month"
    code = "W-SUN" if period == "week" else "M"
    span = pd.PeriodIndex(pd.period_range(_date(first), _date(last_day), freq="D")).asfreq(code)
    periods = pd.PeriodIndex(span.unique())
    row = periods.get_indexer(pd.PeriodIndex(pd.to_datetime(days["day"], unit="D"), freq=code))
    full = np.full(len(periods), 7) if period == "week" else periods.days_in_month.to_numpy()

    def summed(column: str) -> NDArray[np.int64]:
        total = np.zeros(len(periods), dtype=np.int64)
        np.add.at(total, row, days[column].to_numpy(np.int64))
        return total

    table = pd.DataFrame(
        {
            "period": periods.to_timestamp().astype("datetime64[s]"),
            "orders": summed("orders"),
            "new_customers": summed("new_customers"),
            "revenue": summed("cents") / 100,
            "complete": np.bincount(periods.get_indexer(span), minlength=len(periods)) == full,
        }
    )
    return OrderCalendar(table, period, _date(calibration_end), minimum_group)


def _date(days_since_1970: int) -> dt.date:
    return EPOCH + dt.timedelta(days=days_since_1970)
