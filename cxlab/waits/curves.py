"""How long customers wait until they buy again: Kaplan-Meier curves and restricted means, by group."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit
from scipy.stats import norm

from cxlab import words
from cxlab.contingency import Array, Counts
from cxlab.different import codes_of
from cxlab.errors import NotEnoughDataError
from cxlab.estimate import Estimate, Findings
from cxlab.language import tr

_Z = float(norm.ppf(0.975))
_TAIL = 0.025
_ALIKE = 1e-9  # of the horizon: an error of the mean below it is one of rounding
MARKS = 4
"""Days at which the numbers still waiting are told, beside the beginning: so many, evenly up to the horizon."""


@dataclass(frozen=True)
class WaitingCurve:
    """How one group waits.

    Attributes
    ----------
    group : its name.
    days : shape (h + 1,), 0 to the horizon.
    waiting : shape (h + 1,), share that has not bought again by the end of each day.
    low, high : shape (h + 1,), 95 % interval of it, even on the scale of log(-log); while nobody or everybody has
        bought, the exact one of a share of none or of all.
    at_risk : shape (h + 1,), waits that still go on before each day.
    restricted_mean : mean days to the next purchase, a wait beyond the horizon counted as the horizon.
    median : days by which half have bought again; no value where fewer have within the horizon.
    bought_by : shape (h + 1,), waits that have ended in a purchase by the end of each day.
    n, n_customers : waits, and customers who had them.
    """

    group: str
    days: Counts
    waiting: Array
    low: Array
    high: Array
    at_risk: Counts
    restricted_mean: Estimate
    median: Estimate
    bought_by: Counts
    n: int
    n_customers: int

    @property
    def n_bought(self) -> int:
        """Waits that ended in a purchase within the horizon."""
        return int(self.bought_by[-1])

    @property
    def go_on(self) -> Counts:
        """Waits that go on at the end of each day, and can be followed: shape (h + 1,)."""
        return np.asarray(self.at_risk - np.diff(self.bought_by, prepend=0), dtype=np.int64)


@dataclass(frozen=True)
class Waiting:
    """How groups wait until the next purchase.

    Attributes
    ----------
    curves : one a group, in the order given.
    horizon_days : how far the waits are followed.
    too_small : groups of fewer customers than are shown.
    minimum_group : customers that a group needs.
    covariance : shape (groups, groups), of their restricted means; apart from 0 beside the diagonal where a customer
        has waits in two groups.
    """

    curves: tuple[WaitingCurve, ...]
    horizon_days: int
    too_small: tuple[str, ...]
    minimum_group: int
    covariance: Array

    def curve(self, group: str) -> WaitingCurve:
        """Return the curve of a group."""
        return next(curve for curve in self.curves if curve.group == group)

    @property
    def marks(self) -> list[int]:
        """Days at which the numbers still waiting are told."""
        return [round(self.horizon_days * k / MARKS) for k in range(MARKS + 1)]

    @property
    def table(self) -> pd.DataFrame:
        """One row a group and day: share waiting, its ends, waits that go on."""
        parts = [
            pd.DataFrame(
                {
                    "group": curve.group, "day": curve.days, "waiting": curve.waiting, "waiting_low": curve.low,
                    "waiting_high": curve.high, "at_risk": curve.at_risk,
                }
            )
            for curve in self.curves
        ]  # fmt: skip
        return pd.concat(parts, ignore_index=True)

    @property
    def reading(self) -> str:
        """Mean days to the next purchase of each group, within the horizon."""
        said = "; ".join(f"{curve.group} {_mean_in_words(curve.restricted_mean)}" for curve in self.curves)
        few = tr(" Too few to be shown: {join}.", join=", ".join(self.too_small)) if self.too_small else ""
        return tr(
            "Days to the next purchase within {days}, on average, a longer wait counted as "
            "{horizon_days}: {said}.{few}",
            days=words.count(self.horizon_days, "day"),
            horizon_days=self.horizon_days,
            said=said,
            few=few,
        )

    @property
    def findings(self) -> Findings:
        """Restricted mean and median of each group."""
        found = {f"restricted_mean.{curve.group}": curve.restricted_mean for curve in self.curves}
        return found | {f"median_wait.{c.group}": c.median for c in self.curves if c.median.value is not None}


def wait_for_purchases(
    days: ArrayLike,
    bought: ArrayLike,
    *,
    horizon_days: int,
    groups: ArrayLike | None = None,
    customers: ArrayLike | None = None,
    order: Sequence[str] = (),
    minimum_group: int = 5,
) -> Waiting:
    """Estimate how long customers wait until they buy again.

    Parameters
    ----------
    days : shape (n,), whole days from the beginning of each wait to the purchase, or to the last day that was seen.
    bought : shape (n,), whether a purchase ended it; else it was still going on.
    horizon_days : how far to follow the waits.
    groups : shape (n,), the group of each; None: all are one, named "all".
    customers : shape (n,), whose wait each is: waits of one customer are alike, and the intervals take that in. None:
        each wait is another customer's.
    order : groups in the order wanted; by default sorted.
    minimum_group : groups of fewer customers are not shown.

    Raises
    ------
    NotEnoughDataError : no group has that many customers.

    Notes
    -----
    Standard errors are robust: each customer's influence on the curve, or on its area, is squared and summed up. With
    one wait a customer they are Greenwood's but for terms of a smaller order.

    They are 0 while nobody has bought, and when everybody has. Then the ends are those of Clopper and Pearson: of m
    customers who were followed so far and did not buy, the share who would buy may be up to 1 - 0.025^(1/m). Who could
    be followed for a shorter time only is not counted, nor is a second wait of a customer. The interval of the
    restricted mean is even on the scale of a logit, and made of those ends where all waits are alike.

    References
    ----------
    Clopper and Pearson (1934), The use of confidence or fiducial limits illustrated in the case of the binomial,
    Biometrika 26, 404-413; Kaplan and Meier (1958), Nonparametric estimation from incomplete observations, JASA 53,
    457-481; Ying and Wei (1994), The Kaplan-Meier estimate for dependent failure time observations, J. Multivariate
    Analysis 50, 17-29; Royston and Parmar (2013), Restricted mean survival time, BMC Medical Research Methodology 13,
    152.
    """
    lengths, ended = np.asarray(days, dtype=np.int64), np.asarray(bought, dtype=bool)
    n = len(lengths)
    names = np.full(n, "all") if groups is None else np.asarray(groups, dtype=str)
    whose = np.arange(n) if customers is None else codes_of(customers)[1]
    n_whose = int(whose.max(initial=-1)) + 1
    shown, too_small, moved = [], [], []
    for name in order or sorted(set(names.tolist())):
        mine = names == name
        if len(np.unique(whose[mine])) < max(1, minimum_group):
            too_small.append(name)
            continue
        curve, influence = _curve(name, lengths[mine], ended[mine], whose[mine], horizon_days)
        shown.append(curve)
        moved.append(np.bincount(np.unique(whose[mine]), influence, minlength=n_whose))
    if not shown:
        raise NotEnoughDataError(
            tr(
                "How long customers wait cannot be told from fewer than {n} of them: bring more orders",
                n=minimum_group,
            )
        )
    each = np.stack(moved)
    return Waiting(tuple(shown), horizon_days, tuple(too_small), minimum_group, np.einsum("ic,jc->ij", each, each))


def _curve(
    name: str, lengths: Counts, bought: NDArray[np.bool_], whose: Counts, horizon: int
) -> tuple[WaitingCurve, Array]:
    """Return the curve of a group, and how far each of its customers moves the restricted mean."""
    ended = bought & (lengths <= horizon)
    last = np.minimum(lengths, horizon)
    purchases = np.bincount(last[ended], minlength=horizon + 1).astype(np.float64)
    leaving = np.bincount(last, minlength=horizon + 1)
    at_risk = len(lengths) - np.concatenate([[0], leaving.cumsum()[:-1]])
    seen = np.maximum(at_risk, 1)
    hazard = purchases / seen
    waiting = np.cumprod(1 - hazard)
    n_customers, codes = codes_of(whose)
    influence = _Influence(last, ended, codes, n_customers, purchases, seen.astype(np.float64))
    steps = np.zeros(horizon + 1)
    steps[:-1] = waiting[:-1]  # the area of day d to d + 1
    area = float(steps.sum())
    ahead = steps[::-1].cumsum()[::-1]
    grid = np.arange(horizon + 1)
    errors = np.array([influence.error(np.where(grid <= day, waiting[day], 0.0)) for day in grid])
    followed = purchases.cumsum() + at_risk - purchases  # waits whose state at the end of each day is known
    low, high = _ends(waiting, errors, followed * n_customers / len(lengths))
    mean = _mean(area, influence.error(ahead), low, high, len(lengths))
    curve = WaitingCurve(
        name, grid, waiting, low, high, at_risk.astype(np.int64), mean,
        _median(waiting, low, high, len(lengths)), purchases.cumsum().astype(np.int64), len(lengths), n_customers,
    )  # fmt: skip
    return curve, influence.each(ahead)


class _Influence:
    """How far each customer moves a sum over the hazards of the days."""

    def __init__(
        self, last: Counts, ended: NDArray[np.bool_], codes: Counts, n: int, purchases: Array, seen: Array
    ) -> None:
        self._last, self._ended, self._codes, self._n = last, ended, codes, n
        left = 1 - purchases / seen
        self._seen = seen * np.where(left > 0, left, 1.0)  # of those at risk, what one more purchase counts for
        self._expected = purchases / seen / self._seen
        self._bought, self._others = (np.bincount(last[part], minlength=len(seen)) for part in (ended, ~ended))

    def each(self, weight: Array) -> Array:
        """Return how far each customer moves a sum in which the hazard of each day counts by `weight`: shape (n,)."""
        own = np.where(self._ended, (weight / self._seen)[self._last], 0.0)
        own -= (weight * self._expected).cumsum()[self._last]
        return np.asarray(np.bincount(self._codes, own, minlength=self._n), dtype=np.float64)

    def error(self, weight: Array) -> float:
        """Return the standard error of that sum."""
        if self._n < len(self._last):
            return float(np.sqrt((self.each(weight) ** 2).sum()))
        going = (weight * self._expected).cumsum()  # one wait a customer: waits that end alike move it alike
        squares = self._bought * (weight / self._seen - going) ** 2 + self._others * going**2
        return float(np.sqrt(squares.sum()))


def _ends(waiting: Array, errors: Array, followed: Array) -> tuple[Array, Array]:
    """Interval that is even on the scale of log(-log), so that it stays between 0 and 1; at 0 and 1 the exact one.

    Parameters
    ----------
    followed : shape (h + 1,), customers whose state at the end of each day is known.
    """
    inside = (waiting > 0) & (waiting < 1)
    safe = np.where(inside, waiting, 0.5)
    reach = np.where(inside, _Z * errors / (safe * -np.log(safe)), 0.0)
    least = np.where(followed > 0, _TAIL ** (1 / np.maximum(followed, 1.0)), 0.0)
    least[0] = 1.0  # before the first day nobody can have bought
    low = np.where(inside, safe ** np.exp(reach), np.where(waiting >= 1, least, 0.0))
    high = np.where(inside, safe ** np.exp(-reach), np.where(waiting <= 0, 1 - least, 1.0))
    return low, high


def _mean(area: float, error: float, low: Array, high: Array, n: int) -> Estimate:
    """Restricted mean, its interval even on the scale of log(mean / (horizon - mean)), so that it stays within them.

    Where all waits are alike the error is 0, and the ends are the areas under those of the curve.
    """
    horizon, unit = float(len(low) - 1), "days to the next purchase"
    if error <= _ALIKE * horizon:
        return Estimate(area, float(low[:-1].sum()), float(high[:-1].sum()), n=n, unit=unit)
    reach = _Z * error * horizon / (area * (horizon - area))
    ends = horizon * expit(logit(area / horizon) + np.array([-reach, reach]))
    return Estimate(area, float(ends[0]), float(ends[1]), n=n, unit=unit)


def _median(waiting: Array, low: Array, high: Array, n: int) -> Estimate:
    """First day by which half have bought; its ends where the ends of the curve get there (Brookmeyer & Crowley)."""
    days = [next((int(d) for d in np.flatnonzero(curve <= 0.5)), None) for curve in (waiting, low, high)]
    value, first, last = days
    return Estimate(n=n) if value is None else Estimate(value, first, last, n=n, unit="days")


def _mean_in_words(mean: Estimate) -> str:
    assert mean.low is not None and mean.high is not None
    return f"{words.number(mean.number, 0)} ({words.number_between(mean.low, mean.high, 0)})"
