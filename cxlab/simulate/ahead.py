"""What channels will bring by customers who are sent ahead, and who may take them up on the way."""

from dataclasses import dataclass

import numpy as np

from cxlab.simulate.crowd import Crowd, Flags
from cxlab.simulate.settings import Settings
from cxlab.simulate.taking_up import chance_of_taking_up
from cxlab.simulate.traits import Array, Traits, Whole


@dataclass(eq=False)
class Uptake:
    """How far customers have taken up the channels that bring purchases; `live_day` changes it in place.

    Taking up is not drawn: the probability is carried along, as that of still being a customer is. It follows the
    orders that there would be anyway; what one channel brings makes nobody take up another one here.

    Attributes
    ----------
    settings : of the shop.
    since : shape (n,), the day that is day 0 of each customer.
    share : by channel that brings purchases, shape (n,), the probability that the customer has taken it up.
    """

    settings: Settings
    since: Whole
    share: dict[str, Array]

    @classmethod
    def as_of(cls, settings: Settings, days: tuple[Whole, ...], who: Whole, day: Whole) -> "Uptake":
        """Say what customers have really taken up by a day, at the order of that day included.

        Parameters
        ----------
        days : by channel, shape (customers,), day on which each was taken up; -1 for never.
        who, day : shape (n,).
        """
        taken = zip(settings.touchpoints.items(), days, strict=True)
        share = {
            name: ((up[who] >= 0) & (up[who] <= day)).astype(np.float64) for (name, one), up in taken if one.more > 0
        }
        return cls(settings, day, share)

    def take(self, rows: Whole) -> "Uptake":
        """Return some of the customers."""
        return Uptake(self.settings, self.since[rows], {name: share[rows] for name, share in self.share.items()})

    def live_day(self, crowd: Crowd, rows: Whole, day: int) -> Array:
        """Return the probability that a channel brings an order today, where there is no other; shape (n,).

        Parameters
        ----------
        crowd : the customers at the end of today; `rows` those of them who ordered.
        day : today, counted from day 0.
        """
        none = np.ones(crowd.n)
        for name, share in self.share.items():
            one = self.settings.touchpoints[name]
            today = self.since + day
            none *= 1 + np.where(today <= one.last_day, share * np.expm1(-one.more * crowd.pace), 0.0)
            recent = np.bitwise_count(crowd.near[rows]).astype(np.float64) + np.bitwise_count(crowd.far[rows])
            takes = chance_of_taking_up(one, crowd.orders[rows] - 1, recent, crowd.log_pace[rows])
            is_open = (today[rows] >= one.opens_after) & (today[rows] <= one.last_day)
            share[rows] += (1 - share[rows]) * np.where(is_open, takes, 0.0)
        return 1 - none


def brought_after(
    settings: Settings, traits: Traits, days: tuple[Whole, ...], who: Whole, day: Whole, may_leave: Flags
) -> Array:
    """Purchases that channels are expected to bring in the `outcome_days` after an order of each of some customers.

    Given is when they really took the channels up, on that day or after it; gestures and failures are left aside.

    Parameters
    ----------
    days : by channel, shape (customers,), day on which each was taken up; -1 for never.
    who, day : shape (n,), the customers and the days of the orders.
    may_leave : shape (n,), whether the order is one after which a customer may leave.
    """
    pace, leaves = traits.pace[who], traits.leaving[who]
    buys = -np.expm1(-pace)
    brought = np.zeros(len(who))
    for one, up in zip(settings.touchpoints.values(), days, strict=True):
        waits = np.clip(up[who] - day, 0, settings.outcome_days)
        ends = np.clip(one.last_day - day, 0, settings.outcome_days)
        left = np.where(up[who] >= 0, np.maximum(ends - waits, 0), 0)
        stays = np.where(may_leave | (waits > 0), 1 - leaves, 1.0)
        there = np.where(
            leaves * buys > 0, -np.expm1(left * np.log1p(-buys * leaves)) / np.maximum(buys * leaves, 1e-12), left
        )
        brought += stays * there * (1 - buys) * -np.expm1(-one.more * pace)
    return brought
