"""A whole shop: its customers, what happened, and all that the records tell of it."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from cxlab.simulate.ahead import Uptake
from cxlab.simulate.details import Details, draw_details, draw_minutes
from cxlab.simulate.history import STILL_THERE, History, Orders, live_through
from cxlab.simulate.rules import Rules
from cxlab.simulate.settings import KINDS, Settings
from cxlab.simulate.taking_up import take_up
from cxlab.simulate.traits import Array, Traits, Whole, draw_traits

_BROUGHT = 42


@dataclass(frozen=True, eq=False)
class Shop:
    """A made-up shop with all that is known about it, and all that really is so.

    Attributes
    ----------
    history : its `orders` are in order of day, time and customer, lot by lot.
    details : of each order, in the same order.
    watched : numbers of the orders, in the order of `history.orders`, to which the rows of `history.before` belong.
    referrers : shape (customers,), who recommended the shop to each; -1 for nobody.
    lots : number of the first order behind each lot. The first lot are the orders that there would be anyway; then come
        those that each channel brought.
    taken_up : by channel that customers take up, shape (customers,), the day on which each did; -1 for never.
    """

    settings: Settings
    rules: Rules
    traits: Traits
    history: History
    details: Details
    watched: Whole
    referrers: Whole
    lots: tuple[int, ...]
    taken_up: tuple[Whole, ...]

    @property
    def orders(self) -> Orders:
        """All orders, lot by lot in order of day, time and customer."""
        return self.history.orders

    @property
    def gesture_cents(self) -> Whole:
        """Cost of what came with each order, shape (orders,), in hundredths of the currency's unit."""
        costs = [0.0, self.settings.gestures.cost, *self.rules.arm_cost[1:]]
        return np.asarray(np.rint(100 * np.array(costs)).astype(np.int64)[self.orders.gesture])

    @property
    def first_id(self) -> int:
        """Id of customer 0; the ids of all have the same number of digits."""
        return int(10 ** len(str(self.traits.n)))

    def uptake(self, who: Whole, day: Whole) -> Uptake | None:
        """Say which channels that bring purchases customers had taken up by a day; None where no channel does."""
        if not any(one.more for one in self.settings.touchpoints.values()):
            return None
        return Uptake.as_of(self.settings, self.taken_up, who, day)


def simulate_shop(settings: Settings) -> Shop:
    """Make up a shop: draw its customers and let them live through all days.

    Parameters
    ----------
    settings : what the shop is like. The same settings give the same shop.
    """
    rules = Rules.of(settings)
    traits = draw_traits(settings)
    history = live_through(traits, rules)
    taken = take_up(settings, traits, history)
    order, details = np.arange(taken.orders.n), list[Details]()
    places = None
    for number, (first, end) in enumerate(pairwise((0, *taken.lots))):
        # The details of each lot come from a stream of their own, so that what a channel brings moves nothing else.
        rng = np.random.default_rng([settings.seed, 2] if number == 0 else [settings.seed, _BROUGHT, number])
        minute = draw_minutes(end - first, rng)
        lot = np.lexsort((taken.orders.customer[first:end], minute, taken.orders.day[first:end]))
        order[first:end] = first + lot
        mine = taken.orders.take(order[first:end])
        found, places = draw_details(settings, traits, mine, minute[lot], taken.channel[order[first:end]], rng, places)
        details.append(found)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return Shop(
        settings, rules, traits, replace(history, orders=taken.orders.take(order)), Details.joined(details),
        place[: history.before.n], _referrers(settings, traits, history), taken.lots, taken.days,
    )  # fmt: skip


def recommends(settings: Settings) -> Array:
    """How readily customers of each kind recommend the shop, shape (kinds,)."""
    return np.array([*(kind.recommends for _, kind in settings.kinds), 1.0][: len(KINDS)])


def _referrers(settings: Settings, traits: Traits, history: History) -> Whole:
    """Choose, for everyone who was recommended, one of those who were customers on that day."""
    rng = np.random.default_rng([settings.seed, 3])
    weight = recommends(settings)[traits.kind]
    ready = weight / max(float(weight.max()), 1e-12)
    until = np.where(history.left_on == STILL_THERE, settings.days, history.left_on)
    referrers = np.full(traits.n, -1)
    open_ = np.flatnonzero(traits.referred)
    for _ in range(200):
        if not len(open_):
            break
        drawn = rng.integers(0, traits.n, len(open_))
        day = traits.joins[open_]
        fits = (traits.joins[drawn] < day) & (until[drawn] >= day) & (rng.random(len(open_)) < ready[drawn])
        referrers[open_[fits]] = drawn[fits]
        open_ = open_[~fits]
    return referrers  # where nobody was found there was hardly anybody: that recommendation came from outside
