"""Drivers made ready to be held against each other: in standard deviations, what is missing at the mean."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.errors import MissingDataError, NotEnoughDataError
from cxlab.followed import Followed
from cxlab.language import tr
from cxlab.words import number

Array = NDArray[np.float64]
LEAST_ANSWERS, LEAST_CUSTOMERS, LEAST_PURCHASES = 100, 50, 50
"""Below these nothing is said of drivers."""
FEW_VALUES = 10
"""A driver with more different values than this is held within its outermost ones but for half a percent."""
OUTERMOST = 0.005
_TOLD = 0.9999
"""Share of a driver's variance from which on the others tell it."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """Drivers in standard deviations from their mean, over the answers that can be used.

    Attributes
    ----------
    names : of the drivers, as the study has them.
    values : shape (n, p), standardised; 0 where a value is missing.
    purchases, customers : shape (n,), purchases after each answer, and the number of its customer from 0.
    missing : how many values each driver lacks, by name.
    left_out : drivers that cannot be looked at, with the reason.
    used : which of the answers that were followed count.
    """

    names: tuple[str, ...]
    values: Array
    purchases: Array
    customers: NDArray[np.int64]
    missing: Mapping[str, int]
    left_out: Mapping[str, str]
    used: NDArray[np.bool_]

    @property
    def n(self) -> int:
        """How many answers there are."""
        return len(self.purchases)

    @property
    def n_customers(self) -> int:
        """How many customers gave them."""
        return int(self.customers.max()) + 1

    def column(self, name: str) -> Array:
        """Return one driver, shape (n,)."""
        return self.values[:, self.names.index(name)]


def prepare(followed: Followed | None) -> Prepared:
    """Standardise the drivers of a study.

    Raises
    ------
    MissingDataError : there are no drivers. NotEnoughDataError : too few answers, customers or purchases, or no driver
        that tells them apart.
    """
    if followed is None:
        raise MissingDataError(
            tr(
                "the study does not say which columns of its answers are drivers of repeat purchase: add `drivers` to "
                "study.yml, each a numeric column of `feedback` with its tags, as care: [hedonic, benefit, experience]"
            )
        )
    names = list(followed.tags)
    raw = followed.values[names].to_numpy(np.float64)
    used = np.asarray(np.isfinite(raw).any(axis=1), dtype=np.bool_)
    purchases = followed.frame["purchases"].to_numpy(np.float64)[used]
    customers = numbered(followed.customers[used])
    counts = (len(purchases), int(customers.max(initial=-1)) + 1, int(purchases.sum()))
    if any(n < least for n, least in zip(counts, (LEAST_ANSWERS, LEAST_CUSTOMERS, LEAST_PURCHASES), strict=True)):
        raise NotEnoughDataError(
            tr(
                "drivers are judged from {answers} answers by {customers} customers with {purchases} purchases in the "
                "{days} days after, and there are {n}, {people} and {bought}: bring more `feedback`, or a longer "
                "history of orders",
                answers=LEAST_ANSWERS,
                customers=LEAST_CUSTOMERS,
                purchases=LEAST_PURCHASES,
                days=followed.outcome_days,
                n=number(counts[0]),
                people=number(counts[1]),
                bought=number(counts[2]),
            )
        )
    if purchases.min() == purchases.max():
        raise NotEnoughDataError(
            tr(
                "everybody bought as often after their answers, so there is nothing to tell apart: bring more "
                "`feedback`"
            )
        )
    kept: list[str] = []
    columns: list[Array] = []
    missing, left_out = {}, {}
    for j, name in enumerate(names):
        column = raw[used, j]
        there = np.isfinite(column)
        missing[name] = int((~there).sum())
        if np.count_nonzero(np.bincount(customers[there])) < LEAST_CUSTOMERS:
            left_out[name] = tr("fewer than {n} customers have a value of it", n=LEAST_CUSTOMERS)
            continue
        scaled = standardised(column)
        if scaled is None:
            left_out[name] = tr("all answers have one value of it")
        elif columns and _is_told(scaled, columns):
            left_out[name] = tr("the others tell it")
        else:
            kept.append(name)
            columns.append(scaled)
    if not kept:
        raise NotEnoughDataError(
            tr("no driver tells answers apart: bring columns whose values differ, for customers enough")
        )
    return Prepared(tuple(kept), np.column_stack(columns), purchases, customers, missing, left_out, used)


def numbered(customers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give some of the customers numbers from 0 on, in their order.

    Examples
    --------
    >>> numbered(np.array([7, 2, 7, 9])).tolist()
    [1, 0, 1, 2]
    """
    there = np.bincount(customers) > 0
    return np.asarray((np.cumsum(there) - 1)[customers], dtype=np.int64)


def standardised(column: Array) -> Array | None:
    """Put a driver in standard deviations from its mean, what is missing at the mean; None where it has one value.

    Examples
    --------
    >>> standardised(np.array([1.0, 3.0, np.nan])).tolist()
    [-1.0, 1.0, 0.0]
    """
    there = np.isfinite(column)
    values = column[there]
    if len(np.unique(values)) > FEW_VALUES:
        values = np.clip(values, *np.quantile(values, [OUTERMOST, 1 - OUTERMOST]))
    spread = float(values.std()) if len(values) else 0.0
    if spread <= 1e-12 * (1 + float(np.abs(values).max(initial=0.0))):
        return None
    found = np.zeros(len(column))
    found[there] = (values - values.mean()) / spread
    return found


def _is_told(column: Array, others: list[Array]) -> bool:
    """Whether a driver is a sum of others, as good as."""
    products = np.array([[one @ other for other in others] for one in others])
    with_it = np.array([one @ column for one in others])
    whole = float(column @ column)
    told = float(with_it @ np.linalg.solve(products + 1e-9 * whole * np.eye(len(others)), with_it))
    return told > _TOLD * whole
