"""A whole shop: its customers, what happened, and all that the records tell of it."""

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cxlab.simulate.felt import Felt, feel
from cxlab.simulate.history import STILL_THERE, History, Orders, live_through
from cxlab.simulate.rules import Rules
from cxlab.simulate.settings import CHANNELS, KINDS, Settings
from cxlab.simulate.taking_up import AS_BEFORE, take_up
from cxlab.simulate.traits import Array, Traits, Whole, draw_traits

OPENING, OPEN_HOURS = 8, 12
"""Hours of the day at which orders begin, and how long they go on."""
CATEGORIES = ("pantry", "bakery", "fresh", "household", "gifts")
FAILURES = ("late", "damaged", "wrong item", "unfriendly")
AT_HOME, ON_THE_WEB = 0.9, 0.25
_FARTHEST_RESOLVED = 6


@dataclass(frozen=True, eq=False)
class Details:
    """What the records say of each order beside the history; each array of shape (orders,), but for `felt`.

    Attributes
    ----------
    minute : of the day.
    goods_cents : cost of the goods.
    milli_hours, serve_cents : work it took, in thousandths of an hour and in hundredths of the currency's unit.
    back_on : day on which it came back; -1 for most.
    channel, store, category, employee : numbers. made_in : number of the channel in which it was made, those that were
        taken up after `CHANNELS`; where the customer was served and asked rests on `channel`.
    felt : by those who answered whether they would recommend the shop.
    failure : what went wrong; resolved_on: day on which that was put right, -1 for never or nothing.
    """

    minute: NDArray[np.int16]
    goods_cents: NDArray[np.int32]
    milli_hours: NDArray[np.int32]
    serve_cents: NDArray[np.int32]
    back_on: NDArray[np.int16]
    channel: NDArray[np.int8]
    store: NDArray[np.int8]
    category: NDArray[np.int8]
    employee: NDArray[np.int16]
    felt: Felt
    failure: NDArray[np.int8]
    resolved_on: NDArray[np.int16]
    made_in: NDArray[np.int8]

    @cached_property
    def score(self) -> NDArray[np.int8]:
        """Answer to the question whether one would recommend the shop; -1 for none."""
        return self.felt.scores(len(self.minute))


@dataclass(frozen=True, eq=False)
class Shop:
    """A made-up shop with all that is known about it, and all that really is so.

    Attributes
    ----------
    history : its `orders` are in order of day, time and customer.
    details : of each order, in the same order.
    watched : numbers of the orders, in the order of `history.orders`, to which the rows of `history.before` belong.
    referrers : shape (customers,), who recommended the shop to each; -1 for nobody.
    taken_up : by channel that customers take up, shape (customers,), the day on which each did; -1 for never.
    """

    settings: Settings
    rules: Rules
    traits: Traits
    history: History
    details: Details
    watched: Whole
    referrers: Whole
    taken_up: tuple[Whole, ...]

    @property
    def orders(self) -> Orders:
        """All orders, in order of day, time and customer."""
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


def simulate_shop(settings: Settings) -> Shop:
    """Make up a shop: draw its customers and let them live through all days.

    Parameters
    ----------
    settings : what the shop is like. The same settings give the same shop.
    """
    rules = Rules.of(settings)
    traits = draw_traits(settings)
    history = live_through(traits, rules)
    rng = np.random.default_rng([settings.seed, 2])
    taken = take_up(settings, traits, history)
    orders = taken.orders
    minute = (60 * OPENING + np.floor(60 * OPEN_HOURS * rng.beta(2, 2, orders.n))).astype(np.int16)
    order = np.lexsort((orders.customer, minute, orders.day))
    n_watched = history.before.n
    place = np.empty(orders.n, np.int64)
    place[order] = np.arange(orders.n)
    orders = Orders(*(getattr(orders, one.name)[order] for one in fields(Orders)))
    history = replace(history, orders=orders)
    details = _details(settings, traits, orders, minute[order], taken.channel[order], rng)
    return Shop(
        settings, rules, traits, history, details, place[:n_watched], _referrers(settings, traits, history), taken.days
    )


def _details(
    settings: Settings, traits: Traits, orders: Orders, minute: NDArray[np.int16], taken: NDArray[np.int8],
    rng: np.random.Generator,
) -> Details:  # fmt: skip
    n, money, who = orders.n, settings.money, orders.customer
    noise = np.exp(money.hours_spread * rng.standard_normal(n) - money.hours_spread**2 / 2)
    milli_hours = np.rint(1000 * traits.hours[who] * noise).astype(np.int32)
    back = orders.day + rng.integers(1, money.return_days + 1, n, np.int16)
    back_on = np.where((rng.random(n, np.float32) < money.returned_share) & (back <= settings.last_day), back, -1)
    elsewhere = rng.random(n, np.float32) >= AT_HOME
    store = np.where(elsewhere, rng.integers(0, settings.stores, n, np.int8), traits.home[who]).astype(np.int8)
    employee = (store * settings.feedback.employees + rng.integers(0, settings.feedback.employees, n)).astype(np.int16)
    failure = np.where(orders.failed, rng.integers(0, len(FAILURES), n, np.int8), np.int8(-1))
    resolved = orders.day + rng.integers(0, _FARTHEST_RESOLVED + 1, n, np.int16)
    settled = orders.failed & (rng.random(n, np.float32) < 0.8) & (resolved <= settings.last_day)
    return Details(
        minute=minute,
        goods_cents=np.rint(orders.cents * traits.goods[who]).astype(np.int32),
        milli_hours=milli_hours,
        serve_cents=np.floor(milli_hours / 1000 * round(100 * money.hourly_rate) + 0.5).astype(np.int32),
        back_on=back_on.astype(np.int16),
        channel=(channel := (rng.random(n, np.float32) < ON_THE_WEB).astype(np.int8)),
        made_in=np.where(taken == AS_BEFORE, channel, taken + len(CHANNELS)).astype(np.int8),
        store=store,
        category=rng.choice(len(CATEGORIES), n, p=[0.3, 0.25, 0.25, 0.12, 0.08]).astype(np.int8),
        employee=employee,
        felt=feel(settings, orders, store, employee, rng),
        failure=failure,
        resolved_on=np.where(settled, resolved, -1).astype(np.int16),
    )


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
