"""The history of a shop: every customer from the first order on, day by day."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from cxlab.simulate.crowd import Crowd, Flags, Visits, live_day
from cxlab.simulate.draws import Draws
from cxlab.simulate.rules import Rules
from cxlab.simulate.traits import Traits, Whole

BLOCK = 50_000
"""Customers who live through the days together; as many have what is needed for the truth kept."""
_GONE = 0.15  # share of a block that has left, from which on it is closed up
STILL_THERE = -1


@dataclass(frozen=True, eq=False)
class Orders:
    """The orders of a shop in order of block and day; each array of shape (orders,).

    Attributes
    ----------
    customer, day, cents : who, when, for how much (hundredths of the currency's unit).
    failed : whether it went wrong.
    gesture : 0 without one, 1 a chosen one, 1 + number of the arm for one that the trial gave.
    assigned : number of the arm into which the customer was put at this order, -1 for most.
    """

    customer: Whole
    day: Whole
    cents: Whole
    failed: Flags
    gesture: Whole
    assigned: Whole

    @property
    def n(self) -> int:
        """Number of orders."""
        return len(self.customer)

    def take(self, rows: Whole | slice) -> "Orders":
        """Return some of the orders."""
        return Orders(*(getattr(self, one.name)[rows] for one in fields(self)))


@dataclass(frozen=True, eq=False)
class History:
    """What happened.

    Attributes
    ----------
    orders : all orders.
    left_on : shape (customers,), day of the order after which the customer left; -1 for who is still there.
    before : states of the customers of the first block just before what came with each of their orders, in the order
        of `orders`; `last` counts from the order's day, which is its day 0.
    at_cut : the customers of the first block who are still there at the end of the last day of calibration.
    """

    orders: Orders
    left_on: Whole
    before: Crowd
    at_cut: Crowd


def live_through(traits: Traits, rules: Rules) -> History:
    """Let every customer live through all days, in blocks that know nothing of each other."""
    pieces: list[Orders] = []
    left_on = np.full(traits.n, STILL_THERE)
    before: list[Crowd] = []
    at_cut: list[Crowd] = []
    for first in range(0, traits.n, BLOCK):
        who = np.arange(first, min(first + BLOCK, traits.n))
        crowd = Crowd.of(traits, rules, who[np.argsort(traits.joins[who], kind="stable")])
        draws = Draws(np.random.default_rng([rules.settings.seed, 1, first // BLOCK]))
        there = 0  # customers who have joined: the first rows of the crowd
        for day in range(rules.settings.days):
            come = int(np.searchsorted(traits.joins[crowd.who], day, side="right"))
            present, joining = crowd.take(slice(0, come)), np.arange(there, come)
            visits, _ = live_day(present, day, rules, draws, joining=joining, remember=first == 0)
            pieces.append(_orders(present, visits, day))
            left_on[present.who[visits.rows[visits.stays == 0]]] = day
            there = come
            if visits.before is not None:
                before.append(visits.before)
                if day == rules.settings.cut:
                    at_cut.append(present.seen_from(present.alive > 0, day))
            if (present.alive == 0).sum() > _GONE * come:
                there = int((present.alive > 0).sum())
                crowd = crowd.take(crowd.alive > 0)
    return History(_side_by_side(Orders, pieces), left_on, _side_by_side(Crowd, before), _side_by_side(Crowd, at_cut))


def _orders(crowd: Crowd, visits: Visits, day: int) -> Orders:
    return Orders(
        crowd.who[visits.rows].astype(np.int32),
        np.full(len(visits.rows), day, np.int16),
        visits.cents.astype(np.int32),
        visits.failed,
        np.where(visits.assigned > 0, 1 + visits.assigned, visits.chosen).astype(np.int8),
        visits.assigned.astype(np.int8),
    )


def _side_by_side(kind: type[Any], pieces: list[Any]) -> Any:
    return kind(*(np.concatenate([getattr(piece, one.name) for piece in pieces]) for one in fields(kind)))
