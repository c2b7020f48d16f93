"""What customers felt and answered, and how much of it hangs on who served, where and when."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from cxlab.simulate.findings import Finding, finding
from cxlab.simulate.history import Orders
from cxlab.simulate.settings import Settings
from cxlab.simulate.traits import Array, Whole

TOUCHPOINTS = ("till", "delivery")
HIGHEST = 10
LITTLE = 0.1
"""Share of the variance up to which an experience is led, as in the report."""
_POINTS = 400
_LEAST = 100  # answers of a touchpoint that is judged


@dataclass(frozen=True, eq=False)
class Felt:
    """The answers that were given; each array but the first of shape (answers,).

    Attributes
    ----------
    answers : numbers of the orders that were answered.
    felt : what was felt, before it became a whole number from 0 to 10.
    of_store, of_employee, of_week : what each of them added to it.
    """

    answers: Whole
    felt: Array
    of_store: Array
    of_employee: Array
    of_week: Array

    @classmethod
    def joined(cls, lots: Sequence["Felt"], starts: Sequence[int]) -> "Felt":
        """Put the answers to several lots of orders behind each other; `starts`: number of each lot's first order."""
        arrays = [np.concatenate([getattr(lot, one.name) for lot in lots]) for one in fields(cls)[1:]]
        return cls(np.concatenate([lot.answers + start for lot, start in zip(lots, starts, strict=True)]), *arrays)

    def scores(self, n: int) -> NDArray[np.int8]:
        """Return the answer to each of n orders; -1 for none."""
        score = np.full(n, -1, np.int8)
        score[self.answers] = answered(self.felt).astype(np.int8)
        return score


@dataclass(frozen=True, eq=False)
class Places:
    """How much those who serve differ in what they add; shapes (stores,) and (employees of all stores,)."""

    store: Array
    employee: Array

    @classmethod
    def drawn(cls, settings: Settings, rng: np.random.Generator) -> "Places":
        """Draw stores and their employees."""
        asked = settings.feedback
        store = asked.store_spread * rng.standard_normal(settings.stores)
        return cls(store, asked.employee_spread * rng.standard_normal(settings.stores * asked.employees))


def answered(felt: Array) -> Array:
    """Return the score that is given: a whole number from 0 to 10."""
    return np.clip(np.rint(felt), 0, HIGHEST)


def feel(
    settings: Settings, orders: Orders, store: NDArray[np.int8], employee: NDArray[np.int16], places: Places,
    rng: np.random.Generator,
) -> Felt:  # fmt: skip
    """Draw the answers: lower after a failure, higher after a gesture, different by store, employee and week."""
    asked = settings.feedback
    answers = np.flatnonzero(rng.random(orders.n, np.float32) < asked.share)
    own = asked.spread * rng.standard_normal(len(answers))
    weeks = np.random.default_rng([settings.seed, 4]).standard_normal(settings.days // 7 + 2)
    monday = settings.start.weekday()
    of_week = asked.week_spread * weeks[(orders.day[answers].astype(np.int64) + monday) // 7]
    of_store, of_employee = places.store[store[answers]], places.employee[employee[answers]]
    hurt = asked.failure * orders.failed[answers] + asked.gesture * (orders.gesture[answers] > 0)
    return Felt(answers, asked.mean + of_store + of_employee + of_week + hurt + own, of_store, of_employee, of_week)


def experience_truth(found: Felt, channel: NDArray[np.int8]) -> dict[str, Finding]:
    """Say how much of the variance of the scores lies between the people, places and weeks there were.

    A point felt is less than a point of the score where the scale ends, so what counts is the score that is expected.
    """
    n = len(found.answers)
    score = answered(found.felt)
    if n < _LEAST or not score.var():
        return {}
    parts = {"employee": found.of_employee, "store": found.of_store, "week": found.of_week}
    each = {f"variance_share.{name}": finding(_share(part, found.felt), n, "share of variance")
            for name, part in parts.items()}  # fmt: skip
    for number, name in enumerate(TOUCHPOINTS):
        mine = channel[found.answers] == number
        if mine.sum() < _LEAST:
            continue
        share = _share(sum(parts.values(), np.zeros(n))[mine], found.felt[mine])
        known = _share(found.of_store[mine], found.felt[mine])
        hidden = _share((found.of_employee + found.of_week)[mine], found.felt[mine])
        kind = "managed" if share <= LITTLE else "expected" if known > hidden else "random"
        each[f"kind.{name}"] = {**finding(share, int(mine.sum()), "share of variance"), "verdict": kind}
    return each


def _share(part: Array, felt: Array) -> float:
    """Return the variance of the score that is expected given a part of what is felt, over that of all scores.

    What else is felt is taken as it would come in other answers, whoever serves: that it goes with the part by chance
    among these few is no share of anybody's.
    """
    if not part.var():
        return 0.0
    rest = np.quantile(felt - part, (np.arange(_POINTS) + 0.5) / _POINTS)
    places = np.linspace(part.min(), part.max(), _POINTS)
    scores = answered(places[:, None] + rest)
    expected, within = (np.interp(part, places, each) for each in (scores.mean(axis=1), scores.var(axis=1)))
    return float(expected.var() / (expected.var() + within.mean()))
