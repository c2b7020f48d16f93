"""Shops whose customers join over time: put into an engine as the tables that orders are summed up to."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import gamma

from cxlab.engine import Engine
from cxlab.intake.sales import name_sales

EPOCH = dt.date(1970, 1, 1)
Row = tuple[str, int, int, bool]
"""Customer, day since 1970, cents, whether it is a return."""

_OPENED: list[Engine] = []


@pytest.fixture(autouse=True)
def closed_engines() -> Iterator[None]:
    """Close what a test has opened; a module that imports this has it for each of its tests."""
    yield
    while _OPENED:
        _OPENED.pop().close()


def engine_of(rows: Iterable[Row]) -> Engine:
    """Put days of customers into an engine; several orders of a customer on one day must be summed before."""
    ordered = sorted(rows, key=lambda row: (row[0], row[3], row[1]))
    first, previous = [], []
    seen: dict[str, tuple[int, int]] = {}
    for customer, day, _, is_return in ordered:
        if is_return:
            first.append(None)
            previous.append(None)
            continue
        start, last = seen.get(customer, (day, None))
        first.append(start)
        previous.append(last)
        seen[customer] = (start, day)  # type: ignore[assignment]
    return _engine(
        [row[0] for row in ordered], [row[1] for row in ordered], [row[2] for row in ordered],
        [row[3] for row in ordered], first, previous,
    )  # fmt: skip


def _engine(customers: list, days: list, cents: list, returned: list, first: list, previous: list) -> Engine:  # type: ignore[type-arg]
    engine = Engine(threads=1)
    _OPENED.append(engine)
    columns = {
        "customer_id": customers, "is_return": returned, "day": days, "longest": [0] * len(days),
        "n_orders": [0 if is_return else 1 for is_return in returned], "revenue": cents, "cost": [0] * len(days),
        "uncosted": cents, "first_day": first, "previous_day": previous,
    }  # fmt: skip
    kinds = dict.fromkeys(columns, "int64") | {"customer_id": "string", "is_return": "bool"}
    engine.take("days", columns, kinds)
    name_sales(engine)
    return engine


@dataclass(frozen=True)
class Shop:
    """Customers who join evenly, buy at a gamma-distributed pace and leave after an exponential time.

    Attributes
    ----------
    begin : the first day; customers join from then on, over `joining_days`.
    joining_days, days : how long customers join, and how long all are followed.
    pace : mean orders a day while a customer; unlike, if `unlike`, by a gamma distribution of shape 2.
    stay : mean days until a customer leaves, of those who join on the first day.
    longer : by how much this grows in a year of joining, as a factor.
    """

    n: int = 1500
    begin: dt.date = dt.date(2021, 1, 1)
    joining_days: int = 730
    days: int = 1095
    pace: float = 0.03
    unlike: bool = True
    stay: float = 200.0
    longer: float = 1.0

    @property
    def end(self) -> dt.date:
        """The last day."""
        return self.begin + dt.timedelta(days=self.days - 1)

    def stays(self, joined: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean days until a customer leaves, by the day of joining."""
        return np.asarray(self.stay * self.longer ** (joined / 365.25))

    def draw(self, seed: int) -> Engine:
        """Draw the shop's orders."""
        rng = np.random.default_rng(seed)
        joined = np.sort(rng.integers(0, self.joining_days, self.n))
        pace = rng.gamma(2.0, self.pace / 2.0, self.n) if self.unlike else np.full(self.n, self.pace)
        until = np.minimum(joined + rng.exponential(self.stays(joined.astype(float))), self.days - 1)
        number = rng.poisson(pace * (until - joined))
        whose = np.repeat(np.arange(self.n), number)
        at = joined[whose] + rng.uniform(0, 1, len(whose)) * (until - joined)[whose]
        both = np.stack([np.r_[np.arange(self.n), whose], np.r_[joined, np.ceil(at).astype(np.int64)]])
        who, day = np.unique(both, axis=1)
        start = (self.begin - EPOCH).days
        is_first = np.r_[True, who[1:] != who[:-1]]
        previous = [None if f else int(d) + start for f, d in zip(is_first, np.r_[0, day[:-1]], strict=True)]
        n = len(who)
        names = np.array([f"c{i:06d}" for i in range(self.n)])
        return _engine(
            names[who].tolist(), (day + start).tolist(), [2000] * n, [False] * n, (joined[who] + start).tolist(),
            previous,
        )  # fmt: skip

    def still(self, joined: NDArray[np.float64], half: int, whole: int) -> NDArray[np.float64]:
        """Probability of an order after day `half` and up to day `whole` of a life, by the day of joining."""
        leaving = 1 / self.stays(joined)[:, None]
        pace = np.array([self.pace])
        if self.unlike:
            grid = (np.arange(400) + 0.5) / 400
            pace = gamma.ppf(grid, 2.0, scale=self.pace / 2.0)
        span = whole - half
        both = leaving + pace[None, :]
        none = np.exp(-leaving * half) * (leaving / both * (1 - np.exp(-both * span)) + np.exp(-both * span))
        return np.asarray((np.exp(-leaving * half) - none).mean(axis=1))
