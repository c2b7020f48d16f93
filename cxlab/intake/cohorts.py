"""Customers by the time of their first order: how many came, and how many of them came back."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2_contingency

from cxlab.engine import Engine
from cxlab.estimate import Estimate, wilson_interval
from cxlab.intake.hiding import to_hide
from cxlab.words import capital, count, percent_between, percent_of

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
    def leaves_first_out(self) -> bool:
        """Whether the later periods suffice; customers of the first one may have ordered before the data begin."""
        return bool((self.table["followed"].iloc[1:] >= max(1, self.minimum_group)).any())

    @property
    def is_compared(self) -> NDArray[np.bool_]:
        """Which rows are summed when it is said how many came back in time; shape (rows,).

        The first is left out unless it is needed, and so are those that would give a few customers away.
        """
        enough = self.table["followed"].to_numpy(np.int64) >= self.minimum_group
        if not enough.any():
            return np.ones(len(enough), dtype=bool)
        enough[0] &= not self.leaves_first_out
        return enough

    @property
    def back(self) -> Estimate | None:
        """Share of the compared who came back within the days, with Wilson's interval; None where none was followed."""
        back, followed = self._sums()
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
        (n_back, n_followed), first = self._sums(), self.name(self.table["period"].iloc[0])
        text += f" {capital(first)} may hold old customers, from before the data begin"
        few = self.table["followed"].between(1, self.minimum_group - 1).any()
        also = f", as is a {self.period} of which under {self.minimum_group} could be followed" if few else ""
        text += f", and is left out here{also}: of" if self.leaves_first_out else ". Of"
        text += (
            f" the {self._people(n_followed)} who could be followed for {self.within_days} days, "
            f"{self._share(n_back, n_followed)} came back in that time"
        )
        if self.is_told(n_back, n_followed):
            text += f" (95% interval {percent_between(back.low, back.high)}){self._ends()}"
        return f"{text}."

    def _sums(self) -> tuple[int, int]:
        """Return how many of the compared came back in time, and how many of them were followed."""
        compared = self.table[self.is_compared]
        return int(compared["back_within"].sum()), int(compared["followed"].sum())

    def is_told(self, n: int, of: int) -> bool:
        """Whether a page may say a share: it gives no few customers away, neither these nor the others."""
        return of >= self.minimum_group and not any(0 < part < self.minimum_group for part in (n, of - n))

    def hidden_of(self, back: str, of: str) -> NDArray[np.bool_]:
        """Tell in which rows a page must not say how many came back; shape (rows,).

        Parameters
        ----------
        back, of : columns of the table: who came back, and of how many.
        """
        counts, whole = (self.table[name].to_numpy(np.int64) for name in (back, of))
        rows = to_hide(self.table["customers"].tolist(), self.minimum_group)
        rows |= [n > 0 and not self.is_told(k, n) for k, n in zip(counts.tolist(), whole.tolist(), strict=True)]
        summed = self.is_compared if back == "back_within" else np.ones(len(rows), dtype=bool)
        rows[summed] = to_hide(counts[summed].tolist(), self.minimum_group, small=rows[summed])
        return rows

    def _people(self, n: int) -> str:
        return f"under {self.minimum_group} customers" if 0 < n < self.minimum_group else count(n, "customer")

    def _share(self, n: int, of: int) -> str:
        if self.is_told(n, of):
            return percent_of(n, of)
        return "most" if of >= self.minimum_group <= n else "some" if n else "none"

    def _ends(self) -> str:
        """Name the cohorts of which the fewest and the most came back, where they differ by more than chance."""
        is_told = self.is_compared & ~self.hidden_of("back_within", "followed")
        compared = self.table[is_told & (self.table["followed"] >= COMPARED_FROM)]
        back, followed = compared["back_within"].to_numpy(float), compared["followed"].to_numpy(float)
        if len(compared) < 2 or not 0 < back.sum() < followed.sum():
            return ""
        if chi2_contingency(np.stack([back, followed - back])).pvalue > CHANCE:
            return f", and the {self.period}s differ in that no more than by chance"
        share = back / followed
        worst, best = (int(at) for at in (share.argmin(), share.argmax()))
        names = [self.name(start) for start in compared["period"]]
        return (
            f", from {percent_of(back[worst], followed[worst])} of those of {names[worst]} to "
            f"{percent_of(back[best], followed[best])} of those of {names[best]}"
        )

    @property
    def heading(self) -> str:
        """How many came back, in a few words."""
        if self.table.empty:
            return "There are no customers to follow"
        n_back, n = (int(self.table["came_back"].sum()), self.n) if self.back is None else self._sums()
        if not self.is_told(n_back, n):
            many = "None" if not n_back else "Few" if n_back < self.minimum_group else "Most"
            return f"{many} of the customers have come back so far"
        if self.back is None:
            return f"{percent_of(n_back, n)} of the customers have come back so far"
        who = "new customers" if self.leaves_first_out else "the customers"
        return f"{percent_of(n_back, n)} of {who} came back within {self.within_days} days"

    @property
    def findings(self) -> dict[str, Estimate]:
        """The share who came back in time."""
        return {} if self.back is None else {"back_within_days": self.back}

    def name(self, start: dt.date) -> str:
        """Name the period that starts on a day."""
        return period_name(start, self.period)


def period_name(start: dt.date, period: Period) -> str:
    """Name the period that starts on a day.

    Examples
    --------
    >>> period_name(dt.date(2024, 4, 1), "quarter"), period_name(dt.date(2024, 4, 1), "month")
    ('April to June 2024', 'April 2024')
    """
    if period == "week":
        return f"the week from {start.day} {start:%B %Y}"
    if period == "quarter":
        return f"{start:%B} to {start.replace(month=start.month + 2):%B %Y}"
    return f"{start:%B %Y}" if period == "month" else f"{start:%Y}"


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
    period, periods, row = group_by_period(days["first_day"].to_numpy(np.int64))
    summed = {name: np.zeros(len(periods), dtype=np.int64) for name in _COLUMNS[1:]}
    for name, total in summed.items():
        np.add.at(total, row, days[name].to_numpy(np.int64))
    table = pd.DataFrame({"period": periods.to_timestamp().astype("datetime64[s]"), **summed})
    return Cohorts(table, period, within_days, minimum_group)


def group_by_period(
    first_days: NDArray[np.int64], *, most_rows: int = MOST_ROWS, apart_from: Collection[Period] = ()
) -> tuple[Period, pd.PeriodIndex, NDArray[np.int64]]:
    """Group days by the shortest periods of which at most so many hold all of them; by years where none do.

    Parameters
    ----------
    first_days : shape (n,), ascending, in days since 1970.
    most_rows : periods at most, but of the longest.
    apart_from : periods that are too short for another reason.

    Returns
    -------
    What a period is, all periods from the first day to the last, and the place of each day among them, shape (n,).
    """
    starts = pd.to_datetime(pd.Series(first_days), unit="D")
    found: dict[Period, pd.PeriodIndex] = {
        period: pd.PeriodIndex(pd.period_range(starts.iloc[0], starts.iloc[-1], freq=code))
        for period, code in _CODES.items()
        if period not in apart_from
    }
    period = next((period for period, periods in found.items() if len(periods) <= most_rows), _LONGEST)
    rows = found[period].get_indexer(pd.PeriodIndex(starts, freq=_CODES[period]))
    return period, found[period], rows.astype(np.int64)
