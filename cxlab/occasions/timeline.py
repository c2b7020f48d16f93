"""What happened to customers, in order of time, and the customers and days that are asked about: sums up to any day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.engine import Engine, Value, fill
from cxlab.occasions.ties import TIED

Whole = NDArray[np.int64]
_DAYS = 1 << 20
"""A place in time is the customer's number times so many days, and the day; no day lies half of them from 1970."""


@dataclass(frozen=True, eq=False)
class Events:
    """What happened of one kind, and how much of it up to the days that are asked about.

    Attributes
    ----------
    place : shape (m,), customer and day of each as one number, ascending.
    totals : by name, shape (m + 1,): the running total before each, and after the last.
    asked : shape (n,), the places that are asked about.
    """

    place: Whole
    totals: dict[str, Whole]
    asked: Whole
    _counts: dict[int, Whole] = field(default_factory=dict)

    def before(self, after_days: int = 0) -> Whole:
        """Count all that lies before each day asked about, or so many days after it: shape (n,)."""
        if after_days not in self._counts:
            self._counts[after_days] = np.searchsorted(self.place, self.asked + after_days)
        return self._counts[after_days]

    @cached_property
    def start(self) -> Whole:
        """All that lies before the customer's first: shape (n,)."""
        return np.searchsorted(self.place, self.asked & -_DAYS)

    @property
    def earlier(self) -> Whole:
        """All that lies before the day itself: shape (n,)."""
        return self.before()

    @property
    def up_to(self) -> Whole:
        """All up to the day itself, which is counted in: shape (n,)."""
        return self.before(1)

    def sum(self, name: str, low: Whole, high: Whole) -> Whole:
        """Sum what lies between two counts of `before`: shape (n,)."""
        total = self.totals[name]
        return np.asarray(total[high] - total[low])

    def only(self, name: str) -> "Events":
        """Keep those in which something is not 0."""
        kept = np.flatnonzero(np.diff(self.totals[name]))
        return Events(self.place[kept], {}, self.asked)

    def days_since(self, low: Whole, high: Whole, never: int, *, first: bool = False) -> Whole:
        """Days from the last event between two counts of `before`, or from the first, to the day: shape (n,)."""
        there = high > low
        which = np.where(there, low if first else high - 1, 0)
        then = self.place[which] if len(self.place) else self.asked
        return np.where(there, self.asked - then, never)

    def days_until(self, low: Whole, high: Whole, never: int) -> Whole:
        """Days from the day to the first event between two counts of `before`: shape (n,)."""
        return -self.days_since(low, high, -never, first=True)


class Timeline:
    """What happened to the customers of a table of the engine (customer_id, day), which asks about them and days.

    Attributes
    ----------
    customer_id, day : shape (n,), each customer and day that is asked about, once, sorted by both.
    """

    def __init__(self, engine: Engine, index: str) -> None:
        self._engine, self._numbers = engine, f"{index}_customers"
        engine.run(fill(_NUMBER, numbers=self._numbers, index=index))
        ids = engine.frame(fill("SELECT customer_id FROM {numbers} ORDER BY number", numbers=self._numbers))
        asked = engine.frame(fill(_ASKED, numbers=self._numbers, index=index))
        number, self.day = (asked[name].to_numpy(np.int64) for name in ("number", "day"))
        self.customer_id: pd.Series = ids["customer_id"].astype("str").take(number).reset_index(drop=True)
        self._asked = _places(number, self.day)

    def read(self, sql: str, names: Sequence[str], values: Sequence[Value] = ()) -> Events:
        """Read what happened of one kind.

        Parameters
        ----------
        sql : selects customer_id, day and the named columns, whole numbers; several rows may be of one day.
        """
        summed = "".join(f", CAST(e.{name} AS BIGINT) AS {name}" for name in names)
        found = self._engine.frame(fill(_EVENTS, events=sql, summed=summed, numbers=self._numbers), values)
        columns = {name: found[name].to_numpy(np.int64) for name in ("number", "day", *names)}
        totals = {name: np.concatenate([[0], np.cumsum(columns[name])]) for name in names}
        return Events(_places(columns["number"], columns["day"]), totals, self._asked)

    @cached_property
    def sales(self) -> Events:
        """Days with a sale: buys (1 where an order was opened), orders, revenue, cost, uncosted (cents)."""
        sql = (
            "SELECT customer_id, day, CASE WHEN n_orders > 0 THEN 1 ELSE 0 END AS buys, n_orders AS orders, revenue, "
            "cost, uncosted FROM sales"
        )
        return self.read(sql, ("buys", "orders", "revenue", "cost", "uncosted"))

    @cached_property
    def purchases(self) -> Events:
        """Days on which an order was opened."""
        return self.sales.only("buys")

    @cached_property
    def returns(self) -> Events:
        """Days on which something came back: revenue, cost, uncosted (cents, 0 or more)."""
        return self.read(
            "SELECT customer_id, day, revenue, cost, uncosted FROM returns", ("revenue", "cost", "uncosted")
        )

    @cached_property
    def effort(self) -> Events:
        """Days on which the customer was served: serve (cents)."""
        return self.read("SELECT customer_id, day, serve FROM effort", ("serve",))

    @cached_property
    def gestures(self) -> Events:
        """Gestures on the day they were given, or on that of the later order they name: gestures, cost, uncosted."""
        sql = (
            "SELECT customer_id, CASE WHEN order_day > day THEN order_day ELSE day END AS day, 1 AS gestures, cost, "
            "uncosted FROM {tied}"
        )
        return self.read(fill(sql, tied=TIED), ("gestures", "cost", "uncosted"))

    @cached_property
    def gesture_orders(self) -> Events:
        """Days of the orders that gestures belong to."""
        sql = "SELECT DISTINCT customer_id, order_day AS day FROM {tied} WHERE order_day IS NOT NULL"
        return self.read(fill(sql, tied=TIED), ())

    @cached_property
    def incidents(self) -> Events:
        """What went wrong: failures (1)."""
        sql = (
            "SELECT customer_id, CAST(FLOOR(CAST(occurred_at AS DOUBLE) / 86400) AS BIGINT) AS day, 1 AS failures "
            "FROM incidents"
        )
        return self.read(sql, ("failures",))


def _places(number: Whole, day: Whole) -> Whole:
    return number * _DAYS + (day + _DAYS // 2)


_NUMBER = (
    "CREATE OR REPLACE TABLE {numbers} AS SELECT customer_id, ROW_NUMBER() OVER (ORDER BY customer_id) - 1 AS number "
    "FROM (SELECT DISTINCT customer_id FROM {index}) AS c"
)
_ASKED = (
    "SELECT DISTINCT CAST(n.number AS BIGINT) AS number, CAST(i.day AS BIGINT) AS day "
    "FROM {index} AS i JOIN {numbers} AS n ON n.customer_id = i.customer_id ORDER BY number, day"
)
_EVENTS = (
    "SELECT CAST(n.number AS BIGINT) AS number, CAST(e.day AS BIGINT) AS day{!summed} "
    "FROM ({!events}) AS e JOIN {numbers} AS n ON n.customer_id = e.customer_id ORDER BY number, day"
)
