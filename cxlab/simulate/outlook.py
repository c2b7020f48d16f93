"""What is to be expected: the same customers sent ahead through several worlds with the same luck."""

from dataclasses import dataclass

import numpy as np

from cxlab.simulate.ahead import Uptake
from cxlab.simulate.crowd import Crowd, Flags, Forced, live_day, visit
from cxlab.simulate.draws import Draws
from cxlab.simulate.rules import Rules
from cxlab.simulate.traits import DAYS_A_YEAR, Array, Traits, Whole

ROWS = 150_000
"""Customers times repetitions that are sent through each world, at least."""
MOST_REPEATS, AT_ONCE = 400, 60_000


@dataclass(frozen=True)
class World:
    """What comes with the order of today; every later day follows the rules.

    Attributes
    ----------
    strength : of the gesture; None: there is none.
    failed : whether today's order goes wrong; None: as it really did.
    shielded : whether chosen gestures are kept away all the days ahead, as in the trial.
    """

    strength: float | None = None
    failed: bool | None = None
    shielded: bool = False


@dataclass(frozen=True, eq=False)
class FirstOrders:
    """The order of today of each customer, and the worlds that begin with it.

    Attributes
    ----------
    failed, cents : shape (n,), whether it really went wrong, and for how much it was.
    worlds : what comes with it.
    """

    failed: Flags
    cents: Whole
    worlds: tuple[World, ...]


@dataclass(frozen=True, eq=False)
class Outlook:
    """What was to be expected in each repetition; each array of shape (repeats, worlds, n), each day discounted.

    Attributes
    ----------
    purchases : days with an order, those among them that channels bring.
    contribution : in units of currency, later gestures paid, but not what comes with today's order.
    days : days as a customer.
    """

    purchases: Array
    contribution: Array
    days: Array


def look_ahead(
    crowd: Crowd, traits: Traits, rules: Rules, *, days: int, seed: tuple[int, ...], rows: int = ROWS,
    first: FirstOrders | None = None, discount_rate: float = 0.0, uptake: Uptake | None = None,
) -> Outlook:  # fmt: skip
    """Send customers ahead and add up what is to be expected of each day, given the days before it.

    Every world deals the same customer the same luck. Leaving is not drawn: the probability of still being a customer
    is carried along instead. Both keep the Monte Carlo error of differences small.

    Parameters
    ----------
    crowd : the customers on their day 0: at its end or, with `first`, just before what comes with that day's order.
    days : how many days after it are looked at.
    seed : of the luck.
    rows : customers times repetitions sent through each world: more rows, smaller Monte Carlo error.
    discount_rate : what a year's delay takes off an amount: divided by (1 + rate) to the power of years.
    uptake : of the channels that bring purchases, by the same customers; None: there are none.
    """
    worlds = 1 if first is None else len(first.worlds)
    repeats = int(np.clip(-(-rows // max(crowd.n, 1)), 2, MOST_REPEATS))
    found = np.zeros((3, repeats, worlds, crowd.n))
    width = max(1, AT_ONCE // worlds)
    for begin in range(0, crowd.n, width):
        end = min(begin + width, crowd.n)
        deep = max(1, width // (end - begin))
        for start in range(0, repeats, deep):
            now = min(deep, repeats - start)
            own = np.tile(np.arange(begin, end), now)
            together = crowd.take(np.tile(own, worlds))
            draws = Draws(np.random.default_rng([*seed, begin, start]), worlds)
            if first is not None:
                _order_today(together, own, first, days, rules, draws)
            channels = None if uptake is None else uptake.take(np.tile(own, worlds))
            sums = _live_on(together, traits, rules, draws, days, discount_rate, channels)
            found[:, start : start + now, :, begin:end] = sums.reshape(3, worlds, now, -1).transpose(0, 2, 1, 3)
    return Outlook(*found)


def _order_today(together: Crowd, own: Whole, first: FirstOrders, days: int, rules: Rules, draws: Draws) -> None:
    """Make the order of today in every world."""
    n, worlds = len(own), first.worlds
    gets = np.repeat([world.strength is not None for world in worlds], n)
    given = np.repeat([world.strength or 0.0 for world in worlds], n)
    failed = [first.failed[own] if world.failed is None else np.full(n, world.failed) for world in worlds]
    together.shielded[:] = np.repeat([days if world.shielded else -1 for world in worlds], n)
    forced = Forced(gets, given, np.concatenate(failed), np.tile(first.cents[own], len(worlds)))
    visit(together, np.arange(together.n), 0, rules, draws, outlook=True, forced=forced)


def _live_on(
    together: Crowd, traits: Traits, rules: Rules, draws: Draws, days: int, discount_rate: float,
    channels: Uptake | None,
) -> Array:  # fmt: skip
    """Add up the days: expected purchases, contribution and days as a customer, shape (3, rows)."""
    money, cost = rules.settings.money, rules.settings.gestures.cost
    mean_value = np.exp(together.log_value + money.value_spread**2 / 2)
    margin = mean_value * (1 - traits.goods[together.who])
    serve = traits.hours[together.who] * money.hourly_rate
    sums = np.zeros((3, together.n))
    for day in range(1, days + 1):
        factor = (1 + discount_rate) ** (-day / DAYS_A_YEAR)
        alive = together.alive.copy()
        visits, expected = live_day(together, day, rules, draws, outlook=True)
        assert expected is not None
        if channels is not None:  # they bring orders at days without one, and nobody leaves after these
            expected = expected + (alive - expected) * channels.live_day(together, visits.rows, day)
        kept = 1 - money.returned_share * min(days - day, money.return_days) / money.return_days
        sums[0] += factor * expected
        sums[1] += factor * expected * (kept * margin - serve)
        sums[1, visits.rows] -= factor * cost * alive[visits.rows] * visits.chance
        sums[2] += factor * alive
    return sums
