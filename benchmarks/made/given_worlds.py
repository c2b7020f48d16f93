"""Customers who are given gestures: smooth ones, rugged ones with heavy tails, and such who come again and again."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.made.given import Array, Given, Names, Way, World, chance_of

VALUE = 20.0
LOG_RATIO = {"a": 0.30, "b": 0.20, "c": 0.10, "d": 0.05}
"""What a gesture adds to the logarithm of the purchase rate, by group."""
REVERSED = {"a": 0.40, "b": -0.40, "c": 0.0, "d": 0.0}
_WEAR_OFF, _FADE = 0.7, 0.5
_MOST_OCCASIONS = 6


def smooth(n: int, rng: np.random.Generator, way: Way, strength: float) -> Given:
    """Draw counts whose logarithm of the mean is a line in what is known, as is the logit of the choice."""
    return _once(n, rng, way, strength, LOG_RATIO)


def turned(n: int, rng: np.random.Generator, way: Way, strength: float) -> Given:
    """Draw the same customers, but what a gesture does to the first group is turned round in the second."""
    return _once(n, rng, way, strength, REVERSED)


def _once(n: int, rng: np.random.Generator, way: Way, strength: float, ratio: dict[str, float]) -> Given:
    z = rng.normal(size=(n, 4))
    z[:, 1] = 0.5 * z[:, 0] + np.sqrt(0.75) * z[:, 1]
    loyal = rng.random(n) < 0.4
    without = np.exp(0.2 + 0.4 * z[:, 0] - 0.2 * z[:, 1] + 0.2 * z[:, 2] + 0.3 * loyal)
    pull = -0.7 + 0.5 * z[:, 0] + 0.3 * z[:, 2] - 0.2 * z[:, 3] + 0.4 * loyal
    known = pd.DataFrame(z, columns=["x1", "x2", "x3", "x4"]).assign(loyal=loyal)
    group = _quarters(z[:, 0] > 0, loyal)
    gain = without * np.expm1(strength * _by_group(group, ratio))
    chance = chance_of(way, pull)
    treated = rng.random(n) < chance
    purchases = rng.poisson(without + treated * gain)
    return Given(
        known, group, treated, purchases.astype(float), _paid(rng, purchases, 4.0), np.arange(n), without, gain, chance,
        VALUE,
    )  # fmt: skip


def rugged(n: int, rng: np.random.Generator, way: Way, strength: float) -> Given:
    """Draw counts with a pace of each one's own, by steps, folds and a product of what is known; spend is Pareto's.

    The same steps decide who gets a gesture, so a model without them is wrong twice.
    """
    x = rng.normal(size=(n, 3))
    spent = rng.lognormal(3.0, 1.0, n)
    orders = rng.poisson(rng.gamma(0.8, 3.0, n)).astype(float)
    high, late, rich = x[:, 0] > 0.5, x[:, 1] > 1.0, spent > 40.0
    both = high & (orders >= 3)
    without = np.exp(
        0.7 * both - 0.6 * late + 0.3 * np.abs(x[:, 2]) + 0.25 * x[:, 0] * x[:, 1] + 0.15 * np.log1p(orders)
    )
    without = np.minimum(without, 12.0)
    pull = -1.0 + 1.0 * both - 0.6 * late + 0.5 * rich + 0.4 * np.minimum(np.abs(x[:, 2]), 2.0)
    known = pd.DataFrame(x, columns=["x1", "x2", "x3"]).assign(spent=spent, orders=orders)
    group = _quarters(high, orders >= 3)
    gain = without * np.expm1(strength * _by_group(group, LOG_RATIO))
    chance = chance_of(way, pull)
    treated = rng.random(n) < chance
    pace = rng.gamma(1.5, 1 / 1.5, n)  # of each one's own: counts are overdispersed
    purchases = rng.poisson(pace * (without + treated * gain))
    return Given(
        known, group, treated, purchases.astype(float), _paid(rng, purchases, None), np.arange(n), without, gain,
        chance, VALUE,
    )  # fmt: skip


def repeated(n: int, rng: np.random.Generator, way: Way, strength: float) -> Given:
    """Draw customers with one to six occasions each; who bought more gets more gestures, and each works less.

    Purchases of one customer hang together by a pace that no record shows. The k-th gesture adds `_WEAR_OFF` to the
    power k - 1 of what the first one did, and the one before fades on into the next window.
    """
    pace, times = rng.gamma(1.5, 1 / 1.5, n), rng.integers(1, _MOST_OCCASIONS + 1, n)
    older, recent = rng.poisson(pace).astype(float), rng.poisson(pace).astype(float)
    so_far, last, parts = np.zeros(n, np.int64), np.zeros(n), list[list[Any]]()
    for k in range(_MOST_OCCASIONS):
        here = times > k
        known = pd.DataFrame({"recent": recent, "older": older, "occasion": float(k), "earlier": so_far.astype(float)})
        group = _quarters(recent >= 2, older >= (k + 1))
        adds = strength * _by_group(group, LOG_RATIO) * _WEAR_OFF**so_far
        without = pace * np.exp(_FADE * last)
        gain = without * np.expm1(adds)
        chance = chance_of(way, -1.2 + 0.5 * np.log1p(recent) + 0.3 * np.log1p(older) + 0.3 * np.minimum(so_far, 2))
        treated = rng.random(n) < chance
        purchases = rng.poisson(without + treated * gain)
        rows: list[Any] = [known, group, treated, purchases, without, gain, chance, so_far + 1]
        parts.append([np.flatnonzero(here), *(one[here] for one in rows)])
        older, recent = older + recent, np.asarray(purchases, np.float64)
        so_far, last = so_far + treated, np.where(treated, adds, 0.0)
    who, group, treated, purchases, without, gain, chance, ordinals = (
        np.concatenate([part[j] for part in parts]) for j in (0, *range(2, 9))
    )  # fmt: skip
    known = pd.concat([part[1] for part in parts], ignore_index=True)
    return Given(
        known, group, treated, purchases.astype(float), _paid(rng, purchases, 4.0),
        np.unique(who, return_inverse=True)[1].astype(np.int64), without, gain, chance, VALUE,
        recent=known["recent"].to_numpy(float), older=known[["older", "occasion"]], ordinals=ordinals.astype(np.int64),
    )  # fmt: skip


WORLDS: dict[str, World] = {"smooth": smooth, "rugged": rugged, "repeated": repeated}


def _quarters(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> Names:
    return np.select([one & other, one, other], ["a", "b", "c"], "d").astype(object)


def _by_group(group: Names, values: dict[str, float]) -> Array:
    return np.select([group == name for name in values], list(values.values()))


def _paid(rng: np.random.Generator, purchases: NDArray[np.int64], shape: float | None) -> Array:
    """Return what was paid for so many purchases: gamma of this shape, or Pareto (Lomax) of shape 3; mean VALUE."""
    if shape is not None:
        return np.where(purchases > 0, rng.gamma(shape * np.maximum(purchases, 1)) * VALUE / shape, 0.0)
    each = 2 * VALUE * rng.pareto(3.0, int(purchases.sum()))
    who = np.repeat(np.arange(len(purchases)), purchases)
    return np.bincount(who, each, len(purchases)).astype(np.float64)
