"""What the records say of each order beside the history: when in the day, where, by whom, and what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cxlab.simulate.felt import Felt, Places, feel
from cxlab.simulate.history import Orders
from cxlab.simulate.settings import CHANNELS, Settings
from cxlab.simulate.taking_up import AS_BEFORE
from cxlab.simulate.traits import Traits

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

    @classmethod
    def joined(cls, lots: Sequence["Details"]) -> "Details":
        """Put the details of several lots of orders behind each other."""
        starts = np.cumsum([0, *(len(lot.minute) for lot in lots[:-1])])
        felt = Felt.joined([lot.felt for lot in lots], starts.tolist())
        arrays = {
            one.name: np.concatenate([getattr(lot, one.name) for lot in lots])
            for one in fields(cls)
            if one.name != "felt"
        }
        return cls(felt=felt, **arrays)

    @cached_property
    def score(self) -> NDArray[np.int8]:
        """Answer to the question whether one would recommend the shop; -1 for none."""
        return self.felt.scores(len(self.minute))


def draw_minutes(n: int, rng: np.random.Generator) -> NDArray[np.int16]:
    """Draw at which minutes of their days n orders are made."""
    return (60 * OPENING + np.floor(60 * OPEN_HOURS * rng.beta(2, 2, n))).astype(np.int16)


def draw_details(
    settings: Settings, traits: Traits, orders: Orders, minute: NDArray[np.int16], taken: NDArray[np.int8],
    rng: np.random.Generator, places: Places | None = None,
) -> tuple[Details, Places]:  # fmt: skip
    """Draw the details of a lot of orders.

    Parameters
    ----------
    minute, taken : shape (orders,), minute of the day, and number of the channel that was taken up, or `AS_BEFORE`.
    places : how those who serve differ; None: they are drawn as well. They are returned for the next lot.
    """
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
    channel = (rng.random(n, np.float32) < ON_THE_WEB).astype(np.int8)
    category = rng.choice(len(CATEGORIES), n, p=[0.3, 0.25, 0.25, 0.12, 0.08]).astype(np.int8)
    places = Places.drawn(settings, rng) if places is None else places
    details = Details(
        minute=minute,
        goods_cents=np.rint(orders.cents * traits.goods[who]).astype(np.int32),
        milli_hours=milli_hours,
        serve_cents=np.floor(milli_hours / 1000 * round(100 * money.hourly_rate) + 0.5).astype(np.int32),
        back_on=back_on.astype(np.int16),
        channel=channel,
        made_in=np.where(taken == AS_BEFORE, channel, taken + len(CHANNELS)).astype(np.int8),
        store=store,
        category=category,
        employee=employee,
        felt=feel(settings, orders, store, employee, places, rng),
        failure=failure,
        resolved_on=np.where(settled, resolved, -1).astype(np.int16),
    )
    return details, places
