"""The occasions of a made-up shop that the truth of gestures is about, and the segment each fell into."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.blocks import SEGMENTS
from cxlab.simulate.crowd import Crowd, Flags
from cxlab.simulate.frame import money_by_day
from cxlab.simulate.history import BLOCK
from cxlab.simulate.shop import Shop
from cxlab.simulate.traits import Whole

NEW = "new"
MEASURED = (*SEGMENTS, NEW)
"""Segments as the records show them before an occasion; `new` without an earlier order."""


@dataclass(frozen=True, eq=False)
class Occasions:
    """Orders of the watched customers; each array of shape (n,).

    Attributes
    ----------
    before : the customers just before what came with the order, for whom its day is day 0.
    day : of the order.
    failed, cents : of the order; `gesture` as in `Orders`, `assigned` likewise.
    segment : number in `MEASURED`, by what the records say of the days before.
    eligible : whether the outcome window lies within the observation and the customer was not put into an arm of the
        trial on that day or in the `outcome_days` before it.
    """

    before: Crowd
    day: Whole
    failed: Flags
    cents: Whole
    gesture: Whole
    assigned: Whole
    segment: Whole
    eligible: Flags

    def take(self, rows: Whole | Flags) -> "Occasions":
        """Return some of them."""
        return Occasions(
            self.before.take(rows), self.day[rows], self.failed[rows], self.cents[rows], self.gesture[rows],
            self.assigned[rows], self.segment[rows], self.eligible[rows],
        )  # fmt: skip

    @property
    def n(self) -> int:
        """Number of occasions."""
        return len(self.failed)


def find_occasions(shop: Shop, active_days: int) -> Occasions:
    """List the orders of the watched customers at which a gesture could come: none does where a channel brought them.

    Parameters
    ----------
    active_days : days since the last order within which a customer counts as active.
    """
    orders, rows, settings = shop.orders, shop.watched, shop.settings
    customer, day = orders.customer[rows].astype(np.int64), orders.day[rows].astype(np.int64)
    before = shop.history.before
    is_active = _days_since_last(shop, customer, day) <= active_days
    is_profitable = _earned_before(shop, customer, day) > 0
    segment = np.select(
        [before.orders == 0, is_active & is_profitable, ~is_active & is_profitable, is_active],
        [MEASURED.index(NEW), 0, 1, 2],
        3,
    )
    assigned_on = np.full(min(BLOCK, shop.traits.n), settings.days * 2)
    put = orders.assigned[rows] >= 0
    assigned_on[customer[put]] = day[put]
    since = day - assigned_on[customer]
    apart = (since < 0) | (since > settings.outcome_days)
    return Occasions(
        before, day, orders.failed[rows], orders.cents[rows].astype(np.int64), orders.gesture[rows].astype(np.int64),
        orders.assigned[rows].astype(np.int64), segment, apart & (day + settings.outcome_days <= settings.last_day),
    )  # fmt: skip


def _days_since_last(shop: Shop, customer: Whole, day: Whole) -> Whole:
    """Days since the last order of each customer before a day, orders that a channel brought among them."""
    mine = shop.orders.customer < BLOCK
    wide = 2 * shop.settings.days  # before a customer's first order lies nobody's within so many days
    known = np.sort(shop.orders.customer[mine].astype(np.int64) * wide + shop.orders.day[mine])
    key = customer * wide + day
    place = np.searchsorted(known, key)
    last = np.where(place > 0, known[np.maximum(place - 1, 0)], -wide)
    return np.asarray(key - last)


def _earned_before(shop: Shop, customer: Whole, day: Whole) -> NDArray[np.int64]:
    """Contribution of each customer from the days before a day, in hundredths of the currency's unit."""
    who, days, cents, sign = money_by_day(shop, most=BLOCK)
    earned = sign * (cents[0] - cents[1]) - cents[2] - cents[3]
    wide = shop.settings.days + 1
    key = who * wide + days
    order = np.argsort(key, kind="stable")
    key, total = key[order], np.concatenate([[0], np.cumsum(earned[order])])
    until, since = np.searchsorted(key, customer * wide + day), np.searchsorted(key, customer * wide)
    return np.asarray(total[until] - total[since], dtype=np.int64)
