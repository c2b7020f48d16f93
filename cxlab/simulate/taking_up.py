"""Channels that customers take up: who does, which orders are made in them, and what it brings."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.simulate.findings import Finding, finding
from cxlab.simulate.history import STILL_THERE, History, Orders
from cxlab.simulate.settings import Settings, TakenUp
from cxlab.simulate.traits import Array, Traits, Whole

AS_BEFORE = -1
RECENT_DAYS = 90
_TYPICAL_ORDERS, _TYPICAL_RECENT = 4.0, 2.0
_STREAM = 41


@dataclass(frozen=True, eq=False)
class Taken:
    """What came of the channels.

    Attributes
    ----------
    orders : all orders, in lots: those that there would be anyway, then those that each channel brought.
    lots : number of the first order behind each lot.
    channel : shape (orders,), number of the channel in the settings; -1 for orders made as if there were none.
    days : by channel, shape (customers,), day on which it was taken up; -1 for never.
    """

    orders: Orders
    lots: tuple[int, ...]
    channel: NDArray[np.int8]
    days: tuple[Whole, ...]


def take_up(settings: Settings, traits: Traits, history: History) -> Taken:
    """Let customers take up channels, one channel after the other; without any the orders are as they were.

    A channel is taken up at an order after the first one, with a probability that follows what is known of the customer
    by then, and nothing else. It moves later orders into it, also from the channels before it in the settings; and,
    where it brings purchases, new ones come besides, at a share of the customer's own pace, up to the day on which the
    customer leaves or it closes. These count for who takes up the channels behind it in the settings.
    """
    orders, days, lots = history.orders, list[Whole](), [history.orders.n]
    channel = np.full(orders.n, AS_BEFORE, np.int8)
    for number, one in enumerate(settings.touchpoints.values()):
        rng = np.random.default_rng([settings.seed, _STREAM, number])
        up = _taken_up_on(one, traits, orders, rng)
        since = up[orders.customer]
        first = (since >= 0) & (orders.day == since)
        later = (since >= 0) & (orders.day > since) & (rng.random(orders.n) < one.use) & (orders.day <= one.last_day)
        channel = np.where(first | later, np.int8(number), channel)
        if one.more > 0:
            new = _brought(settings, one, traits, history.left_on, orders, up, rng)
            orders = Orders(*(np.concatenate([old, more]) for old, more in zip(_arrays(orders), new, strict=True)))
            channel = np.concatenate([channel, np.full(orders.n - len(channel), number, np.int8)])
        lots.append(orders.n)
        days.append(up)
    return Taken(orders, tuple(lots), channel, tuple(days))


def taking_up_truth(settings: Settings, traits: Traits, left_on: Whole, days: tuple[Whole, ...]) -> dict[str, Finding]:
    """Say what taking up each channel brings in the `outcome_days` after, to those who did and can be followed.

    Expected are the days with an order that there would not be without it, given how long each customer stayed and how
    long it was open.
    """
    found: dict[str, Finding] = {}
    for (name, one), up in zip(settings.touchpoints.items(), days, strict=True):
        mine = np.flatnonzero((up >= 0) & (up + settings.outcome_days <= settings.last_day))
        if not len(mine):
            continue
        until = _until(settings, one, left_on[mine])
        there = np.clip(until - up[mine] - 1, 0, settings.outcome_days)
        pace = traits.pace[mine]
        more = there * (np.exp(-pace) - np.exp(-(1 + one.more) * pace))
        found[f"touchpoint_effect.{name}"] = finding(
            float(more.mean()), len(mine), "purchases per customer who took it up"
        )
    return found


def chance_of_taking_up(one: TakenUp, earlier: Whole, recent: Array | Whole, log_pace: Array) -> Array:
    """Return the probability that a channel is taken up at an order after the first one.

    Parameters
    ----------
    earlier, recent : shape (orders,), orders of the same customer before it, and those of the last `RECENT_DAYS`.
    log_pace : shape (orders,), logarithm of the customer's own pace against the usual one.
    """
    logit = (
        np.log(one.share / (1 - one.share))
        + one.orders * (np.log1p(earlier) - np.log1p(_TYPICAL_ORDERS))
        + one.recent_orders * (recent - _TYPICAL_RECENT)
        + one.hidden * log_pace
    )
    return np.asarray(1 / (1 + np.exp(-logit)))


def _taken_up_on(one: TakenUp, traits: Traits, orders: Orders, rng: np.random.Generator) -> Whole:
    """Draw at which of their orders customers take a channel up: shape (customers,), -1 for never."""
    customer, day = orders.customer.astype(np.int64), orders.day.astype(np.int64)
    row = np.lexsort((day, customer))
    customer, day = customer[row], day[row]
    starts = np.flatnonzero(np.r_[True, customer[1:] != customer[:-1]])
    earlier = np.arange(len(row)) - np.repeat(starts, np.diff(np.r_[starts, len(row)]))
    key = customer * (int(day.max(initial=0)) + RECENT_DAYS + 2) + day + RECENT_DAYS
    recent = np.arange(len(row)) - np.searchsorted(key, key - RECENT_DAYS)
    log_pace = np.log(np.maximum(traits.pace, 1e-12)) - np.log(traits.pace.mean())
    takes = rng.random(len(row)) < chance_of_taking_up(one, earlier, recent, log_pace[customer])
    takes &= (earlier > 0) & (day >= one.opens_after) & (day <= one.last_day)
    up = np.full(traits.n, AS_BEFORE, np.int64)
    first = np.flatnonzero(takes)[::-1]  # of several the earliest is written last
    up[customer[first]] = day[first]
    return up


def _brought(
    settings: Settings, one: TakenUp, traits: Traits, left_on: Whole, orders: Orders, up: Whole,
    rng: np.random.Generator,
) -> tuple[NDArray[np.generic], ...]:  # fmt: skip
    """Draw the orders that a channel brings: at days without one, from the day after it was taken up to the leaving."""
    who = np.flatnonzero(up >= 0)
    until = _until(settings, one, left_on[who])
    there = np.maximum(until - up[who] - 1, 0)
    times = rng.poisson(one.more * traits.pace[who] * there)
    customer = np.repeat(who, times)
    day = np.repeat(up[who] + 1, times) + np.floor(rng.random(len(customer)) * np.repeat(there, times)).astype(np.int64)
    key = np.unique(customer * settings.days + day)
    key = key[~np.isin(key, orders.customer.astype(np.int64) * settings.days + orders.day)]
    customer, day = key // settings.days, key % settings.days
    normal: Array = rng.standard_normal(len(key))
    cents = np.exp(traits.log_value[customer] + settings.money.value_spread * normal)
    return (
        customer.astype(orders.customer.dtype), day.astype(orders.day.dtype),
        np.maximum(np.rint(100 * cents), 1).astype(orders.cents.dtype),
        rng.random(len(key)) < settings.failures.share, np.zeros(len(key), orders.gesture.dtype),
        np.full(len(key), -1, orders.assigned.dtype),
    )  # fmt: skip


def _until(settings: Settings, one: TakenUp, left_on: Whole) -> Whole:
    """Return the first day on which a channel brings each customer no order any more."""
    return np.minimum(np.where(left_on == STILL_THERE, settings.days, left_on), one.last_day + 1)


def _arrays(orders: Orders) -> tuple[NDArray[np.generic], ...]:
    return orders.customer, orders.day, orders.cents, orders.failed, orders.gesture, orders.assigned
