"""What the late are expected to contribute, what came of the same forecast before, and what a letter may cost."""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cxlab import words
from cxlab.contingency import Array
from cxlab.customers import Customers
from cxlab.estimate import Estimate, Findings, normal_interval
from cxlab.intake.hiding import shares_to_hide
from cxlab.language import tr

GONE = 0.05
"""Whose probability of being a customer still is below this is in all likelihood gone, beyond what a letter wakes."""
LEAST_FOR_MONEY = 50
"""Customers from which on sums of money have an interval: of fewer, they are too skewed for one."""


@dataclass(frozen=True)
class LateMoney:
    """What those late and worth waking at a cut were expected to contribute in the time after it, and what they did.

    Attributes
    ----------
    foreseen, came : sums over them, each with the interval from drawing the customers anew; `foreseen` is empty where
        nothing was expected, both where they would tell of a few.
    as_of : the cut.
    currency : ISO 4217 code.
    """

    foreseen: Estimate
    came: Estimate
    as_of: dt.date
    currency: str

    @property
    def is_off(self) -> bool:
        """Whether more or less came than was foreseen, beyond chance."""
        if self.foreseen.value is None or not self.came.has_interval:
            return False
        low, high = self.came.ends
        return not low <= self.foreseen.number <= high

    @property
    def reading(self) -> str:
        """What came, beside what was foreseen; empty where either is not known."""
        if self.foreseen.value is None:
            return ""
        foreseen = words.money(self.foreseen.number, self.currency, 0)
        return tr(
            "Of those found by the same rule on {as_of}, {foreseen} was foreseen, and {in_money} came.",
            as_of=words.day(self.as_of),
            foreseen=foreseen,
            in_money=in_money(self.came, self.currency),
        )

    @property
    def findings(self) -> Findings:
        """Both sums, as `late.foreseen_at_cut` and `late.came_after_cut`; none where nothing was foreseen."""
        if self.foreseen.value is None:
            return {}
        return {"late.foreseen_at_cut": self.foreseen, "late.came_after_cut": self.came}


def follow_money(
    customers: Customers, worth: NDArray[np.bool_], foreseen: Array | None, *, minimum_group: int
) -> LateMoney:
    """Add up what those worth waking contributed in the hold-out window; empty where that would tell of a few.

    Parameters
    ----------
    worth : shape (n,), who they are. foreseen : shape (n,), what was expected of each in that window; None: nothing.
    """
    frame, currency, none = customers.frame, customers.currency, Estimate()
    n, back = int(worth.sum()), int((frame["holdout_purchases"].to_numpy(np.int64)[worth] > 0).sum())
    few = n < max(1, minimum_group) or bool(shares_to_hide([back], [n], minimum_group).any())
    if few or customers.holdout_days < 1:
        return LateMoney(none, none, customers.calibration_end, currency)
    came = total(frame["holdout_contribution"].to_numpy(np.float64), worth, currency)
    told = none if foreseen is None else Estimate(float(foreseen[worth].sum()), unit=currency)
    return LateMoney(told, replace(came, n=None), customers.calibration_end, currency)


def at_stake(pace: Array, contribution: Array, purchases: Array, expected: Array | None, days: int) -> Array:
    """Return what is lost if a customer stays away, at most; shape (n,).

    That is what each would contribute in the `days` ahead at their own pace, a purchase as much as theirs did so far,
    less what is expected of them if nothing is done. It is counted up to what they have contributed so far, for a pace
    learnt from a short burst would promise more than anybody ever brought.

    Parameters
    ----------
    pace : shape (n,), purchases a day while a customer. contribution, purchases : so far. expected : shape (n,).

    Examples
    --------
    >>> pace, brought, bought = np.array([0.1, 0.1]), np.array([60.0, -60.0]), np.array([3.0, 3.0])
    >>> at_stake(pace, brought, bought, np.array([50.0, 0.0]), 30).tolist()
    [10.0, 0.0]
    >>> at_stake(pace, brought, bought, None, 90).tolist()
    [60.0, 0.0]
    """
    full = np.minimum(pace * days / purchases, 1.0) * contribution
    return np.asarray(np.maximum(full - (0.0 if expected is None else expected), 0.0), dtype=np.float64)


def total(values: Array, mine: NDArray[np.bool_], currency: str) -> Estimate:
    """Sum over some of the customers, with the interval from drawing the customers anew."""
    n, counted = int(mine.sum()), values * mine
    if n < LEAST_FOR_MONEY:
        return Estimate(float(counted.sum()), n=n, unit=currency)
    error = float(np.sqrt(len(values)) * np.std(counted, ddof=1))
    return normal_interval(float(counted.sum()), error, n=n, unit=currency)


def in_money(estimate: Estimate, currency: str) -> str:
    """Write a sum in whole units, with its interval if it has one."""
    amount = words.money(estimate.number, currency, 0)
    if not estimate.has_interval:
        return amount
    return tr(
        "{amount} (95% interval {interval})", amount=amount, interval=words.money_between(*estimate.ends, currency, 0)
    )
