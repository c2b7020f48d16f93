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
from cxlab.language import Texts, tr, trn
from cxlab.words import capital, count, day, few, month, number, percent_between, percent_of

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
_FEW_AS_WELL = Texts(
    {
        "week": "{period} may hold old customers, from before the data begin, and is left out here, as is a week of "
        "which under {n} could be followed:",
        "month": "{period} may hold old customers, from before the data begin, and is left out here, as is a month of "
        "which under {n} could be followed:",
        "quarter": "{period} may hold old customers, from before the data begin, and is left out here, as is a quarter "
        "of which under {n} could be followed:",
        "year": "{period} may hold old customers, from before the data begin, and is left out here, as is a year of "
        "which under {n} could be followed:",
    }
)
_ALIKE = Texts(
    {
        "week": ", and the weeks differ in that no more than by chance",
        "month": ", and the months differ in that no more than by chance",
        "quarter": ", and the quarters differ in that no more than by chance",
        "year": ", and the years differ in that no more than by chance",
    }
)
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
            return tr("The study brings no orders, so nobody can be seen to come back.")
        came, back = int(self.table["came_back"].sum()), self.back
        came_in = {"people": capital(self._people(self.n)), "time": self._time(len(self.table))}
        if came or not self.n:
            share = self._share(came, self.n)
            text = tr(
                "{people} ordered for the first time {time}, and {share} of them have ordered on a later day as "
                "well.",
                **came_in, share=share,
            )  # fmt: skip
        else:
            text = tr(
                "{people} ordered for the first time {time}, and none of them have ordered on a later day as "
                "well.",
                **came_in,
            )  # fmt: skip
        if back is None or back.low is None or back.high is None:
            none = tr("None of them could be followed for {n} days yet.", n=self.within_days)
            return f"{text} {none}"
        first = capital(self.name(self.table["period"].iloc[0]))
        if not self.leaves_first_out:
            text += " " + tr("{period} may hold old customers, from before the data begin.", period=first)
        elif self.table["followed"].between(1, self.minimum_group - 1).any():
            text += " " + _FEW_AS_WELL[self.period].format(period=first, n=self.minimum_group)
        else:
            text += " " + tr(
                "{period} may hold old customers, from before the data begin, and is left out here:", period=first
            )
        return f"{text} {self._came_back(back)}"

    def _came_back(self, back: Estimate) -> str:
        """Say how many of the compared came back; it goes on after a colon where the first row is left out."""
        (n_back, n_followed), told = self._sums(), self._n_people(self._sums()[1])
        values = {"n": told[0], "days": self.within_days, "share": self._share(n_back, n_followed)}
        if not n_back:
            text = trn(
                "Of the {n} customer who could be followed for {days} days, none came back in that time",
                "Of the {n} customers who could be followed for {days} days, none came back in that time",
                told[1], **values,
            )  # fmt: skip
        else:
            text = trn(
                "Of the {n} customer who could be followed for {days} days, {share} came back in that time",
                "Of the {n} customers who could be followed for {days} days, {share} came back in that time",
                told[1], **values,
            )  # fmt: skip
        if self.leaves_first_out:
            text = f"{text[:1].lower()}{text[1:]}"
        if self.is_told(n_back, n_followed):
            assert back.low is not None and back.high is not None
            interval = tr("95% interval {interval}", interval=percent_between(back.low, back.high))
            text += f" ({interval}){self._ends()}"
        return f"{text}."

    def _time(self, n: int) -> str:
        """Say within how many periods."""
        written = number(n)
        return {
            "week": trn("within {n} week", "within {n} weeks", n, n=written),
            "month": trn("within {n} month", "within {n} months", n, n=written),
            "quarter": trn("within {n} quarter", "within {n} quarters", n, n=written),
            "year": trn("within {n} year", "within {n} years", n, n=written),
        }[self.period]

    def _n_people(self, n: int) -> tuple[str, int]:
        """Write a number of people, hidden where they are few, and return it as the words around it are to be bent."""
        return few(n, self.minimum_group), 2 if 0 < n < self.minimum_group else n

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
        return tr("under {n} customers", n=self.minimum_group) if 0 < n < self.minimum_group else count(n, "customer")

    def _share(self, n: int, of: int) -> str:
        if self.is_told(n, of):
            return percent_of(n, of)
        return tr("most") if of >= self.minimum_group <= n else tr("some") if n else tr("none")

    def _ends(self) -> str:
        """Name the cohorts of which the fewest and the most came back, where they differ by more than chance."""
        is_told = self.is_compared & ~self.hidden_of("back_within", "followed")
        compared = self.table[is_told & (self.table["followed"] >= COMPARED_FROM)]
        back, followed = compared["back_within"].to_numpy(float), compared["followed"].to_numpy(float)
        if len(compared) < 2 or not 0 < back.sum() < followed.sum():
            return ""
        if chi2_contingency(np.stack([back, followed - back])).pvalue > CHANCE:
            return _ALIKE[self.period]
        share = back / followed
        worst, best = (int(at) for at in (share.argmin(), share.argmax()))
        names = [self.name(start) for start in compared["period"]]
        return tr(
            ", from {fewest} of those of {worst} to {most} of those of {best}",
            fewest=percent_of(back[worst], followed[worst]), worst=names[worst],
            most=percent_of(back[best], followed[best]), best=names[best],
        )  # fmt: skip

    @property
    def heading(self) -> str:
        """How many came back, in a few words."""
        if self.table.empty:
            return tr("There are no customers to follow")
        n_back, n = (int(self.table["came_back"].sum()), self.n) if self.back is None else self._sums()
        if not self.is_told(n_back, n):
            if not n_back:
                return tr("None of the customers have come back so far")
            if n_back < self.minimum_group:
                return tr("Few of the customers have come back so far")
            return tr("Most of the customers have come back so far")
        if self.back is None:
            return tr("{share} of the customers have come back so far", share=percent_of(n_back, n))
        values = {"share": percent_of(n_back, n), "n": self.within_days}
        if self.leaves_first_out:
            return tr("{share} of new customers came back within {n} days", **values)
        return tr("{share} of the customers came back within {n} days", **values)

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
        return tr("the week from {day}", day=day(start))
    if period == "quarter":
        first, last = month(start, year=False), month(start.replace(month=start.month + 2))
        return tr("{first} to {last}", first=first, last=last)
    return month(start) if period == "month" else f"{start:%Y}"


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
