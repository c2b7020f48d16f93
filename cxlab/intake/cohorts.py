"""Customers by the time of their first order: how many came, and how many of them came back."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency

from cxlab.engine import Engine
from cxlab.estimate import Estimate, wilson_interval
from cxlab.words import capital, count, percent, percent_between

Period = Literal["week", "month", "quarter", "year"]
BACK_WITHIN_DAYS = 90
MOST_ROWS = 15
"""Cohorts are as short as possible, while there are at most so many (years may be more)."""
COMPARED_FROM = 30
"""Cohorts with fewer customers than this are not named as the best or the worst."""
CHANCE = 0.01
"""Cohorts count as different when chance alone makes them differ as much less often than this (chi-squared test)."""
_CODES: dict[Period, str] = {"week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
_LONGEST: Period = "year"
_COLUMNS = ["period", "customers", "came_back", "followed", "back_within"]


@dataclass(frozen=True)
class Cohorts:
    """Customers by the period of their first order.

    Attributes
    ----------
    table : period (first day of it), customers (whose first order lies in it), came_back (of these, by the end of
        observation), followed (of these, for `within_days` at least), back_within (of the followed, who came back in
        that time).
    period : what a row is.
    within_days : days in which coming back is compared.
    minimum_group : customers fewer than this are not counted out on a page.
    """

    table: pd.DataFrame
    period: Period
    within_days: int
    minimum_group: int = 5

    @property
    def n(self) -> int:
        """All customers."""
        return int(self.table["customers"].sum())

    @property
    def back(self) -> Estimate | None:
        """Share of the followed who came back within the days, with Wilson's interval; None where none was followed."""
        followed, back = int(self.table["followed"].sum()), int(self.table["back_within"].sum())
        if not followed:
            return None
        return wilson_interval(back, followed, unit=f"share who came back within {self.within_days} days")

    @property
    def reading(self) -> str:
        """How many customers a period brought, and how many of them came back."""
        if self.table.empty:
            return "The study brings no orders, so nobody can be seen to come back."
        came, back = int(self.table["came_back"].sum()), self.back
        text = (
            f"{capital(self._people(self.n))} ordered for the first time within {count(len(self.table), self.period)}, "
            f"and {self._share(came, self.n)} of them have ordered on a later day as well."
        )
        if back is None or back.low is None or back.high is None:
            return f"{text} None of them could be followed for {self.within_days} days yet."
        n_back, n_followed = (int(self.table[name].sum()) for name in ("back_within", "followed"))
        text += (
            f" Of the {self._people(n_followed)} who could be followed for {self.within_days} days, "
            f"{self._share(n_back, n_followed)} came back in that time"
        )
        if self._is_told(n_back, n_followed):
            text += f" (95% interval {percent_between(back.low, back.high)}){self._ends()}"
        return f"{text}."

    def _is_told(self, n: int, of: int) -> bool:
        """Whether a page may say a share: it is of enough customers, and gives no few of them away."""
        return of >= self.minimum_group and not 0 < n < self.minimum_group

    def _people(self, n: int) -> str:
        return f"under {self.minimum_group} customers" if 0 < n < self.minimum_group else count(n, "customer")

    def _share(self, n: int, of: int) -> str:
        return percent(n / of) if self._is_told(n, of) else "some" if n else "none"

    def _ends(self) -> str:
        """Name the cohorts of which the fewest and the most came back, where they differ by more than chance."""
        compared = self.table[self.table["followed"] >= COMPARED_FROM]
        back, followed = compared["back_within"].to_numpy(float), compared["followed"].to_numpy(float)
        if len(compared) < 2 or not 0 < back.sum() < followed.sum():
            return ""
        if chi2_contingency(np.stack([back, followed - back])).pvalue > CHANCE:
            return f", and the {self.period}s differ in that no more than by chance"
        share = back / followed
        worst, best = int(share.argmin()), int(share.argmax())
        names = [self.name(start) for start in compared["period"]]
        return (
            f", from {percent(float(share[worst]))} of those of {names[worst]} to {percent(float(share[best]))} of "
            f"those of {names[best]}"
        )

    @property
    def heading(self) -> str:
        """How many came back, in a few words."""
        if self.table.empty:
            return "There are no customers to follow"
        back, of = ("came_back", "customers") if self.back is None else ("back_within", "followed")
        n_back, n = (int(self.table[name].sum()) for name in (back, of))
        if not self._is_told(n_back, n):
            return f"{'Few' if n_back else 'None'} of the customers have come back so far"
        if self.back is None:
            return f"{percent(n_back / n)} of the customers have come back so far"
        return f"{percent(n_back / n)} of new customers came back within {self.within_days} days"

    @property
    def findings(self) -> dict[str, Estimate]:
        """The share who came back, over all cohorts."""
        return {} if self.back is None else {"back_within_days": self.back}

    def name(self, start: dt.date) -> str:
        """Name the period that starts on a day."""
        if self.period == "week":
            return f"the week from {start.day} {start:%B %Y}"
        if self.period == "quarter":
            return f"{start:%B} to {start.replace(month=start.month + 2):%B %Y}"
        return f"{start:%B %Y}" if self.period == "month" else f"{start:%Y}"


def empty_cohorts() -> Cohorts:
    """Return the cohorts of a study without orders."""
    return Cohorts(pd.DataFrame({name: [] for name in _COLUMNS}), "month", BACK_WITHIN_DAYS)


def order_cohorts(engine: Engine, *, last_day: int, minimum_group: int, within_days: int = BACK_WITHIN_DAYS) -> Cohorts:
    """Count customers by the time of their first order, and how many of them came back.

    Coming back is an order on a later day than the first. A customer who first ordered before the data begin counts
    as new at the first order in them.

    Parameters
    ----------
    last_day : of observation, in days since 1970.
    minimum_group : of the study.
    within_days : days in which coming back is compared; only customers who were followed for so long count in that.
    """
    days = engine.frame(
        "SELECT first_day, COUNT(CASE WHEN day = first_day THEN 1 END) AS customers, "
        "COUNT(CASE WHEN previous_day = first_day THEN 1 END) AS came_back, "
        "COUNT(CASE WHEN previous_day = first_day AND day - first_day <= ? THEN 1 END) AS back_within "
        "FROM sales WHERE n_orders > 0 GROUP BY first_day ORDER BY first_day",
        [within_days],
    )
    followed = days["first_day"].to_numpy(np.int64) + within_days <= last_day
    days["followed"] = np.where(followed, days["customers"], 0)
    days["back_within"] = np.where(followed, days["back_within"], 0)
    starts = pd.to_datetime(days["first_day"], unit="D")
    period, periods = _periods(starts)
    row = periods.get_indexer(pd.PeriodIndex(starts, freq=_CODES[period]))
    summed = {name: np.zeros(len(periods), dtype=np.int64) for name in _COLUMNS[1:]}
    for name, total in summed.items():
        np.add.at(total, row, days[name].to_numpy(np.int64))
    table = pd.DataFrame({"period": periods.to_timestamp().astype("datetime64[s]"), **summed})
    return Cohorts(table, period, within_days, minimum_group)


def _periods(starts: "pd.Series[pd.Timestamp]") -> tuple[Period, pd.PeriodIndex]:
    """Return the shortest periods of which at most `MOST_ROWS` hold all first orders, and what one of them is."""
    found: dict[Period, pd.PeriodIndex] = {
        period: pd.PeriodIndex(pd.period_range(starts.iloc[0], starts.iloc[-1], freq=code))
        for period, code in _CODES.items()
    }
    period = next((period for period, periods in found.items() if len(periods) <= MOST_ROWS), _LONGEST)
    return period, found[period]
