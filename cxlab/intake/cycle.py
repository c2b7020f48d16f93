"""The purchase cycle: how long customers let pass between two orders, and whether the hold-out outlasts it."""

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.engine import Engine
from cxlab.estimate import Estimate
from cxlab.language import tr
from cxlab.words import capital, count, day

TYPICAL_SHARE = 0.8
"""A gap is typical that this share of all gaps between two order days stays within."""


@dataclass(frozen=True)
class PurchaseCycle:
    """Days between two order days of one customer, up to the end of calibration, against the hold-out window.

    Attributes
    ----------
    table : days (between one order day and the next), gaps (how many), share (of all gaps, at most so long).
    first_order, calibration_end, observation_end : days; None without orders.
    minimum_group : gaps fewer than this are not counted out on a page.
    """

    table: pd.DataFrame
    first_order: dt.date | None = None
    calibration_end: dt.date | None = None
    observation_end: dt.date | None = None
    minimum_group: int = 5

    @property
    def n_gaps(self) -> int:
        """Number of gaps; 0 where nobody came back."""
        return int(self.table["gaps"].sum())

    @property
    def median_days(self) -> float | None:
        """Median gap."""
        return self.quantile(0.5)

    @property
    def typical_days(self) -> float | None:
        """Gap that `TYPICAL_SHARE` of them stay within, as in the customer table."""
        return self.quantile(TYPICAL_SHARE)

    @property
    def typical(self) -> str:
        """The typical gap in words."""
        return "" if self.typical_days is None else whole_days(self.typical_days)

    @property
    def is_long_enough(self) -> bool:
        """Whether the hold-out window outlasts a typical gap."""
        return self.typical_days is not None and self.holdout_days >= self.typical_days

    @property
    def holdout_days(self) -> int:
        """Days of the hold-out window."""
        if self.calibration_end is None or self.observation_end is None:
            return 0
        return (self.observation_end - self.calibration_end).days

    @property
    def over_by_then(self) -> float:
        """Share of the gaps that are no longer than the hold-out window."""
        within = self.table.loc[self.table["days"] <= self.holdout_days, "gaps"].sum()
        return float(within) / max(1, self.n_gaps)

    def quantile(self, share: float) -> float | None:
        """Return a quantile of the gaps, between two of them where it falls there; None without gaps."""
        if not self.n_gaps:
            return None
        upto = self.table["gaps"].to_numpy(np.int64).cumsum()
        days = self.table["days"].to_numpy(np.int64)
        at = share * (self.n_gaps - 1)
        low, high = (int(days[np.searchsorted(upto, math.floor(at) + i, side="right")]) for i in (0, at % 1 > 0))
        return low + (at % 1) * (high - low)

    @property
    def enough(self) -> tuple[dt.date, dt.date | None]:
        """The observation_end from which on the hold-out outlasts a typical gap, and the calibration_end up to which.

        The second is None where the calibration window would then be shorter than that itself.
        """
        assert self.first_order and self.calibration_end and self.observation_end and self.typical_days is not None
        needed = dt.timedelta(days=math.ceil(self.typical_days))
        earlier = self.observation_end - needed
        return self.calibration_end + needed, earlier if earlier - self.first_order >= needed else None

    @property
    def reading(self) -> str:
        """How long customers let pass, against the length of the hold-out."""
        if self.calibration_end is None:
            return tr("The study brings no orders, so there is no time between two of them.")
        holdout = tr(
            "the hold-out window, from then to the end of the data, has {days}", days=count(self.holdout_days, "day")
        )
        if self.median_days is None or self.typical_days is None:
            return tr(
                "Nobody had come back by {calibration_end}; {holdout}.",
                calibration_end=day(self.calibration_end),
                holdout=holdout,
            )
        return tr(
            "Up to {calibration_end}, customers came back {times}: half of these within {median} "
            "of the order before, four in five within {typical}. {holdout}. {judgement}",
            calibration_end=day(self.calibration_end), times=self._times(), median=whole_days(self.median_days),
            typical=self.typical, holdout=capital(holdout), judgement=self._judgement(),
        )  # fmt: skip

    def _times(self) -> str:
        few = self.n_gaps < self.minimum_group
        return tr("under {n} times", n=self.minimum_group) if few else count(self.n_gaps, "time")

    def _judgement(self) -> str:
        assert self.median_days is not None and self.typical_days is not None
        if self.is_long_enough:
            return tr("So who is silent all through it has let more than a usual gap pass.")
        who = (
            tr("even half of those who do come back would not be back by its end")
            if self.holdout_days < self.median_days
            else tr("more than one in five of those who do come back would not be back by its end")
        )
        later, earlier = self.enough
        also = tr(", or a calibration that ends on {earlier} at the latest", earlier=day(earlier)) if earlier else ""
        return tr(
            "That is too short to tell who is lost: {who}. It takes orders up to {later} at the least{also}.",
            who=who,
            later=day(later),
            also=also,
        )

    @property
    def heading(self) -> str:
        """Whether the hold-out outlasts a usual gap, in a few words."""
        if self.calibration_end is None:
            return tr("There is no time between orders to measure")
        if self.typical_days is None:
            return tr("Nobody came back, so there is no cycle to go by")
        if self.is_long_enough:
            return tr("The hold-out is long enough to tell who stays away")
        return tr("The hold-out is too short to tell who stays away")

    @property
    def findings(self) -> dict[str, Estimate]:
        """The gaps and the length of the hold-out: counts, nothing is estimated."""
        if self.calibration_end is None:
            return {}
        found = {"holdout_days": Estimate(self.holdout_days, unit="days")}
        if self.median_days is not None:
            found["median_gap_days"] = Estimate(self.median_days, n=self.n_gaps, unit="days")
            found["typical_gap_days"] = Estimate(self.typical_days, n=self.n_gaps, unit="days")
        return found


def whole_days(n: float) -> str:
    """Write the whole days that so many days lie within.

    Examples
    --------
    >>> whole_days(46.5), whole_days(1.0)
    ('47 days', '1 day')
    """
    return count(math.ceil(n), "day")


def empty_cycle() -> PurchaseCycle:
    """Return the cycle of a study without orders."""
    return PurchaseCycle(_table(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)))


def purchase_cycle(
    engine: Engine,
    *,
    first_order: dt.date,
    calibration_end: dt.date,
    observation_end: dt.date,
    minimum_group: int,
) -> PurchaseCycle:
    """Count the days between two order days of one customer, up to the end of calibration.

    Parameters
    ----------
    first_order, calibration_end, observation_end : days, inclusive.
    minimum_group : of the study.
    """
    found = engine.rows(
        "SELECT day - previous_day AS gap, COUNT(*) AS n FROM sales WHERE previous_day IS NOT NULL AND day <= ? "
        "GROUP BY gap ORDER BY gap",
        [(calibration_end - dt.date(1970, 1, 1)).days],
    )
    days, gaps = np.array(found, dtype=np.int64).reshape(-1, 2).T
    return PurchaseCycle(_table(days, gaps), first_order, calibration_end, observation_end, minimum_group)


def _table(days: NDArray[np.int64], gaps: NDArray[np.int64]) -> pd.DataFrame:
    return pd.DataFrame({"days": days, "gaps": gaps, "share": gaps.cumsum() / max(1, int(gaps.sum()))})
