"""Who the customers of a made-up shop are: what is drawn for each before the first day."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.simulate.settings import KINDS, Kind, Settings

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
DAYS_A_YEAR, DAYS_A_WEEK = 365.25, 7.0
_CORNERS = np.array([
    [1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1], [-1, -1, -1], [-1, 1, 1], [1, -1, 1], [1, 1, -1],
], dtype=float)  # fmt: skip
"""Of a cube: any two of the first four lie apart on two of its three axes."""


@dataclass(frozen=True, eq=False)
class Traits:
    """What each customer is like, latent and unchanging; all of shape (n,).

    Attributes
    ----------
    kind : number of the planted segment in `KINDS`.
    cluster : number of the planted group from 0; -1 where there are none.
    joins : day of the first order.
    referred : whether somebody recommended the shop.
    pace : purchases a day while a customer and without gestures or failures: a day's order has the probability
        1 - exp(-pace).
    leaving : probability of leaving after a purchase.
    log_value : mean of the logarithm of an order's value.
    goods : cost of goods as a share of revenue.
    hours : mean hours of work an order takes.
    home : number of the store where the customer mostly buys.
    """

    kind: Whole
    cluster: Whole
    joins: Whole
    referred: NDArray[np.bool_]
    pace: Array
    leaving: Array
    log_value: Array
    goods: Array
    hours: Array
    home: Whole

    @property
    def n(self) -> int:
        """Number of customers."""
        return len(self.pace)


def draw_traits(settings: Settings) -> Traits:
    """Draw every customer of a shop."""
    rng = np.random.default_rng([settings.seed, 0])
    n = settings.customers
    joins = _joins(settings, rng)
    referred = (rng.random(n) < settings.referrals.share) & (joins > 0)
    cluster = np.full(n, -1)
    if settings.segments == "four":
        kind, pace, leaving, log_value, goods, hours = _of_four_kinds(settings, rng)
    else:
        kind = np.full(n, KINDS.index("everybody"))
        if settings.clusters is None:
            pace, leaving, log_value, hours = _of_one_kind(settings, rng)
        else:
            cluster, pace, leaving, log_value, hours = _of_clusters(settings, rng)
        goods = np.full(n, settings.buyers.goods_share)
    pace = np.where(referred, pace * (1 + settings.referrals.more_purchases), pace)
    home = rng.integers(0, settings.stores, n)
    return Traits(kind, cluster, joins, referred, pace, leaving, log_value, goods, hours, home)


def _joins(settings: Settings, rng: np.random.Generator) -> Whole:
    given = settings.arrivals
    n, all_days = settings.customers, settings.days
    early = rng.random(n) < given.early_share
    among = np.where(early, min(given.early_days, all_days), min(given.days or all_days, all_days))
    joins = np.floor(rng.random(n) * among).astype(np.int64)
    joins[0] = 0  # the shop opens with an order
    return joins


def _leaving(mean: float, alike: float, n: int, rng: np.random.Generator) -> Array:
    return np.zeros(n) if mean == 0 else rng.beta(mean * alike, (1 - mean) * alike, n)


def _hours(mean: float, spread: float, n: int, rng: np.random.Generator) -> Array:
    return mean * np.exp(spread * rng.standard_normal(n) - spread**2 / 2)


def _of_four_kinds(settings: Settings, rng: np.random.Generator) -> tuple[Whole, Array, Array, Array, Array, Array]:
    kinds: list[Kind] = [kind for _, kind in settings.kinds]
    shares = np.array([kind.share for kind in kinds])
    n = settings.customers
    kind = rng.choice(len(kinds), size=n, p=shares / shares.sum())
    pace, leaving, log_value, goods, hours = (np.zeros(n) for _ in range(5))
    for number, one in enumerate(kinds):
        mine = kind == number
        m = int(mine.sum())
        pace[mine] = rng.gamma(one.pace_shape, one.purchases_a_year / DAYS_A_YEAR / one.pace_shape, m)
        leaving[mine] = _leaving(one.leaving, one.leaving_alike, m, rng)
        log_value[mine] = np.log(one.order_value) + one.value_spread * rng.standard_normal(m)
        goods[mine] = one.goods_share
        hours[mine] = _hours(one.hours, one.hours_spread, m, rng)
    return kind.astype(np.int64), pace, leaving, log_value, goods, hours


def _of_one_kind(settings: Settings, rng: np.random.Generator) -> tuple[Array, Array, Array, Array]:
    one, n = settings.buyers, settings.customers
    return (
        rng.gamma(one.r, 1 / one.alpha, n) / DAYS_A_WEEK,
        rng.beta(one.a, one.b, n),
        np.log(one.order_value) + one.value_spread * rng.standard_normal(n),
        _hours(one.hours, one.hours_spread, n, rng),
    )


def _of_clusters(settings: Settings, rng: np.random.Generator) -> tuple[Whole, Array, Array, Array, Array]:
    """Draw groups of equal size in the corners of a cube, whose edges are as long as the separation says."""
    one, n = settings.buyers, settings.customers
    assert settings.clusters is not None
    k, spread = settings.clusters.k, settings.clusters.spread
    corners = _CORNERS[[0, 4]] if k == 2 else _CORNERS[:k]
    cluster = rng.permutation(np.arange(n) % k).astype(np.int64)
    centre = settings.clusters.separation / 2 * corners[cluster]
    value, hours, pace = spread * (centre + rng.standard_normal((n, 3))).T
    return (
        cluster,
        one.r / one.alpha / DAYS_A_WEEK * np.exp(pace),
        rng.beta(one.a, one.b, n),
        np.log(one.order_value) + value,
        one.hours * np.exp(hours),
    )
