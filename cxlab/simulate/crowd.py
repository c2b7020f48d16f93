"""Customers as they live from day to day: what changes about them, and what an order does."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from cxlab.simulate.draws import Draws
from cxlab.simulate.rules import Rules
from cxlab.simulate.traits import Array, Traits, Whole

NEVER = -100_000
"""The day of an order that was not made yet."""
Flags = NDArray[np.bool_]
_FAR = np.uint64((1 << 26) - 1)
_WORD, _ONE = np.uint64(64), np.uint64(1)


@dataclass(eq=False)
class Crowd:
    """Customers side by side, each array of shape (n,); `live_day` and `visit` change it in place.

    Attributes
    ----------
    who : number of the customer.
    pace, leaving, log_value : as in `Traits`; `pace` is 0 for who has left for good.
    push : what a first gesture adds to `mood`.
    log_pace : logarithm of the pace against the usual one, for a choice that rests on what no record shows.
    alive : 1 for who is still a customer, 0 for who is not; between them the probability, where leaving is not drawn.
    mood : what gestures and failures have added to the logarithm of the pace, as of today.
    orders, gestures : how many so far.
    last : day of the last order.
    near, far : order days before the last one, a bit each: 1 to 64 days and 65 to 90 days before it.
    revenue : of the orders so far, in units of currency.
    arm : number of the arm of the trial, -1 before it.
    shielded : last day on which the trial keeps chosen gestures away.
    """

    who: Whole
    pace: Array
    leaving: Array
    log_value: Array
    push: Array
    log_pace: Array
    alive: Array
    mood: Array
    orders: Whole
    gestures: Whole
    last: Whole
    near: NDArray[np.uint64]
    far: NDArray[np.uint64]
    revenue: Array
    arm: Whole
    shielded: Whole

    @classmethod
    def of(cls, traits: Traits, rules: Rules, who: Whole) -> "Crowd":
        """Start customers who have not ordered yet."""
        n = len(who)
        pace = traits.pace[who]
        log_pace = np.log(np.maximum(pace, 1e-12)) - np.log(traits.pace.mean())
        return cls(
            who, pace, traits.leaving[who], traits.log_value[who], rules.push[traits.kind[who]], log_pace, np.ones(n),
            np.zeros(n), np.zeros(n, np.int64), np.zeros(n, np.int64), np.full(n, NEVER), np.zeros(n, np.uint64),
            np.zeros(n, np.uint64), np.zeros(n), np.full(n, -1), np.full(n, NEVER),
        )  # fmt: skip

    @property
    def n(self) -> int:
        """Number of customers."""
        return len(self.who)

    def take(self, rows: Whole | Flags | slice) -> "Crowd":
        """Return some of the customers; with a slice, changes to them are changes here as well."""
        return Crowd(*(getattr(self, one.name)[rows] for one in fields(self)))

    def seen_from(self, rows: Whole | Flags, day: int) -> "Crowd":
        """Return a copy of some of the customers for whom `day` is day 0, and the trial is over."""
        return replace(self.take(rows), last=self.last[rows] - day, shielded=np.full(len(self.who[rows]), NEVER))

    def chance(self, rows: Whole | slice = slice(None)) -> Array:
        """Probability of an order today of each customer who has not left."""
        return np.asarray(-np.expm1(-self.pace[rows] * np.exp(self.mood[rows])))


@dataclass(frozen=True, eq=False)
class Visits:
    """The orders of a day, each array of shape (orders,); what is known of the history is from before the order.

    Attributes
    ----------
    rows : who orders, as rows of the crowd.
    given : strength of the gesture that comes with it, 0 where there is none.
    chosen : whether it is one that staff chose to give; `chance` the probability of that.
    cents : value of the order, in hundredths of the currency's unit.
    assigned : number of the arm into which the customer is put at this order, -1 for most.
    stays : probability of staying a customer after it (0 or 1 where leaving is drawn).
    before : the customers as they were just before what came with the order, where that was asked for; their `last`
        counts from today.
    """

    rows: Whole
    failed: Flags
    given: Array
    chosen: Flags
    chance: Array
    cents: Whole
    assigned: Whole
    stays: Array
    before: "Crowd | None" = None


@dataclass(frozen=True, eq=False)
class Forced:
    """What is laid down about the orders of a day and not drawn: gesture, its strength, failure and value."""

    gets: Flags
    given: Array
    failed: Flags
    cents: Whole


def live_day(
    crowd: Crowd, day: int, rules: Rules, draws: Draws, *, joining: Whole | None = None, outlook: bool = False,
    remember: bool = False,
) -> tuple[Visits, Array | None]:  # fmt: skip
    """Live one day: who orders, what comes with the order, and what it does to the days after.

    Parameters
    ----------
    joining : rows of customers who make their first order today.
    outlook : look ahead instead of making a history: nobody is taken into the trial, leaving lowers `alive` instead of
        being drawn, and the orders that were to be expected today are returned as well, shape (n,).
    remember : return the customers as they were before their orders.
    """
    drawn = draws.days(crowd.n)
    if outlook:
        chance = crowd.chance()
        rows = np.flatnonzero(drawn < chance)
        expected = crowd.alive * chance
    else:
        expected = None
        at_most = np.exp(crowd.mood.max(initial=0.0))
        near = np.flatnonzero(drawn < crowd.pace * at_most)  # 1 - exp(-x) <= x
        rows = near[drawn[near] < crowd.chance(near)]
        if joining is not None:
            rows = np.concatenate([rows[crowd.orders[rows] > 0], joining])
    crowd.mood *= rules.decay
    return visit(crowd, rows, day, rules, draws, outlook=outlook, remember=remember), expected


def visit(
    crowd: Crowd, rows: Whole, day: int, rules: Rules, draws: Draws, *, outlook: bool = False,
    forced: Forced | None = None, remember: bool = False,
) -> Visits:  # fmt: skip
    """Let some customers order today, after the day's fading of their mood: what comes with it, what it changes."""
    before = crowd.seen_from(rows, day) if remember else None
    (u_fail, u_gesture, u_arm, u_leave), normal = draws.visits(rows, crowd.n)
    earlier, gifts, gap = crowd.orders[rows], crowd.gestures[rows], day - crowd.last[rows]
    near, far = _aged(crowd.near[rows], crowd.far[rows], gap)
    recent = np.bitwise_count(near).astype(np.float64) + np.bitwise_count(far)
    failed = (u_fail < rules.failure_share) if forced is None else forced.failed
    chance = rules.chance_of_gesture(earlier, gap, recent, crowd.revenue[rows], failed, crowd.log_pace[rows])
    chance = np.where(day > crowd.shielded[rows], chance, 0.0)
    assigned = np.full(len(rows), -1)
    if forced is not None:
        chosen, gets, given, cents = forced.gets, forced.gets, forced.given, forced.cents
    else:
        if not outlook and rules.opens <= day <= rules.closes:
            assigned = np.where(crowd.arm[rows] < 0, rules.draw_arm(u_arm), -1)
            taken = rows[assigned >= 0]
            crowd.arm[taken] = assigned[assigned >= 0]
            crowd.shielded[taken] = day + rules.outcome_days
        chosen = (u_gesture < chance) & (assigned < 0)
        gets = chosen | (assigned > 0)
        given = chosen.astype(np.float64) if assigned.max(initial=-1) < 0 else rules.strength(chosen, assigned)
        cents = rules.value_in_cents(crowd.log_value[rows], normal)
    crowd.mood[rows] += rules.jump(crowd.push[rows], gifts, given, gets, failed)
    leaving = crowd.leaving[rows] if rules.leaves_at_once else np.where(earlier > 0, crowd.leaving[rows], 0.0)
    if outlook:
        stays = 1.0 - leaving
        crowd.alive[rows] *= stays
    else:
        stays = (u_leave >= leaving).astype(np.float64)
        gone = rows[stays == 0]
        crowd.alive[gone] = 0.0
        crowd.pace[gone] = 0.0
    crowd.orders[rows] += 1
    crowd.gestures[rows] += gets
    crowd.last[rows] = day
    crowd.near[rows], crowd.far[rows] = near, far
    crowd.revenue[rows] += cents / 100
    return Visits(rows, failed, given, chosen, chance, cents, assigned, stays, before)


def _aged(near: NDArray[np.uint64], far: NDArray[np.uint64], gap: Whole) -> tuple[NDArray[np.uint64], ...]:
    """Move the marks of order days `gap` days back and mark the last order; a shift beyond a word leaves nothing."""
    days = np.minimum(gap, 200).astype(np.uint64)
    moved = (far << days) | (near >> (_WORD - days)) | (near << (days - _WORD))
    return (near << days) | (_ONE << (days - _ONE)), (moved | (_ONE << (days - _WORD - _ONE))) & _FAR
