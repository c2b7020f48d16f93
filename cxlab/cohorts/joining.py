"""Customers by the time of their first order, and the equal stretches of days that their lives are counted in."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxlab.contingency import Counts
from cxlab.engine import Engine
from cxlab.errors import NotEnoughDataError
from cxlab.intake.cohorts import COMPARED_FROM, Period, group_by_period
from cxlab.language import tr
from cxlab.phrases import day_in_short, months, months_in_short
from cxlab.words import day, number

EPOCH = dt.date(1970, 1, 1)
DAYS_OF: dict[Period, int] = {"week": 7, "month": 30, "quarter": 90, "year": 365}
"""Days of a period of life, by the period that a cohort's first orders lie in."""
MOST_COHORTS, MOST_PERIODS = 15, 18
"""Cohorts are as short as possible, while they and their periods of life are at most so many (years may be more)."""


@dataclass(frozen=True)
class Joining:
    """The cohorts of a shop: when each begins, and who may be compared.

    Attributes
    ----------
    period : what a cohort's first orders lie in.
    length_days : of a period of life.
    starts : first day of each cohort, ascending; cohorts without customers are none.
    first_days : shape (d,), days since 1970 on which customers ordered for the first time, ascending.
    customers : shape (d,), how many on each.
    cohort : shape (d,), place of each day's cohort in `starts`.
    last_day : of observation, in days since 1970.
    minimum_group : customers fewer than this are not counted out on a page.
    """

    period: Period
    length_days: int
    starts: tuple[dt.date, ...]
    first_days: Counts
    customers: Counts
    cohort: Counts
    last_day: int
    minimum_group: int = 5

    @property
    def n(self) -> int:
        """All customers."""
        return int(self.customers.sum())

    @property
    def sizes(self) -> Counts:
        """Customers of each cohort, shape (c,)."""
        return self.summed(self.first_days, self.customers)

    @property
    def latest(self) -> Counts:
        """Last day on which somebody of each cohort joined, shape (c,), in days since 1970."""
        found = np.zeros(len(self.starts), dtype=np.int64)
        found[self.cohort] = self.first_days  # ascending, so that the last one stays
        return found

    @property
    def names(self) -> list[str]:
        """Name of each cohort."""
        return [name_of(start, self.period) for start in self.starts]

    def summed(self, first_days: ArrayLike, values: ArrayLike) -> NDArray[np.int64]:
        """Sum up whole numbers that stand by the day of the first order, by cohort; shape (c,)."""
        rows = self.cohort[np.searchsorted(self.first_days, np.asarray(first_days, dtype=np.int64))]
        found = np.zeros(len(self.starts), dtype=np.int64)
        np.add.at(found, rows, np.asarray(values, dtype=np.int64))
        return found

    def n_followed(self, days: int, *, since: int = 0) -> int:
        """Count the customers of cohort `since` and later who are followed for so many days after the first order."""
        counted = (self.cohort >= since) & (self.first_days + days <= self.last_day)
        return int(self.customers[counted].sum())

    def first_compared(self, days: int) -> int:
        """Tell from which cohort on customers are compared over so many days: 1, or 0 where the others do not suffice.

        Customers of the first one may have ordered before the data begin.
        """
        enough = max(COMPARED_FROM, self.minimum_group)
        return int(len(self.starts) > 1 and self.n_followed(days, since=1) >= enough)

    def begin_of(self, cohort: int) -> int:
        """Return the first day on which somebody of a cohort joined, in days since 1970."""
        return int(self.first_days[np.searchsorted(self.cohort, cohort)])

    def left_out(self, first: int) -> str:
        """Say that the first cohort is left out, where it is; an empty text else."""
        if not first:
            return ""
        return tr(
            " Customers of {period} are left out, because they may have ordered before the data begin.",
            period=self.names[0],
        )


def group_joining(engine: Engine, *, observation_end: dt.date, minimum_group: int = 5) -> Joining:
    """Group the customers of the table `sales` by the time of their first order.

    Parameters
    ----------
    observation_end : last day, inclusive; orders after it do not count.
    minimum_group : of the study.

    Raises
    ------
    NotEnoughDataError : nobody ordered up to that day.
    """
    last_day = (observation_end - EPOCH).days
    found = engine.frame(
        "SELECT first_day, COUNT(*) AS customers FROM sales WHERE n_orders > 0 AND day = first_day AND day <= ? "
        "GROUP BY first_day ORDER BY first_day",
        [last_day],
    )
    if found.empty:
        raise NotEnoughDataError(tr("nobody ordered up to {date}: bring orders", date=observation_end))
    first_days = found["first_day"].to_numpy(np.int64)
    followed = last_day - int(first_days[0])
    too_short = [period for period in DAYS_OF if period != "year" and followed // DAYS_OF[period] > MOST_PERIODS]
    period, periods, place = group_by_period(first_days, most_rows=MOST_COHORTS, apart_from=too_short)
    used, cohort = np.unique(place, return_inverse=True)
    starts = tuple(pd.Timestamp(start).date() for start in periods[used].to_timestamp())
    customers = found["customers"].to_numpy(np.int64)
    return Joining(
        period, DAYS_OF[period], starts, first_days, customers, cohort.astype(np.int64), last_day, minimum_group
    )


def usual_gap(engine: Engine, *, observation_end: dt.date) -> float | None:
    """Return the days that four in five gaps between two order days of a customer stay within; None without gaps."""
    (gap,) = engine.row(
        "SELECT PERCENTILE_CONT(0.8) WITHIN GROUP (ORDER BY day - previous_day) FROM sales "
        "WHERE previous_day IS NOT NULL AND day <= ?",
        [(observation_end - EPOCH).days],
    )
    return None if gap is None else float(gap)


def life_of(period: int, length_days: int) -> str:
    """Name a period of life by its days.

    Examples
    --------
    >>> life_of(1, 30), life_of(12, 30)
    ('the first 30 days', 'days 331 to 360')
    """
    if period == 1:
        return tr("the first {n} days", n=number(length_days))
    return tr(
        "days {first} to {last}",
        first=number((period - 1) * length_days + 1),
        last=number(period * length_days),
    )


def name_of(start: dt.date, period: Period) -> str:
    """Name a cohort, by its first day.

    Examples
    --------
    >>> [name_of(dt.date(2024, 4, 1), period) for period in ("week", "month", "quarter", "year")]
    ['the week from 1 April 2024', 'April 2024', 'April to June 2024', '2024']
    """
    if period == "week":
        return tr("the week from {day}", day=day(start))
    return f"{start:%Y}" if period == "year" else months(start, _last_month(start, period))


def _last_month(start: dt.date, period: Period) -> dt.date:
    return start.replace(month=start.month + 2) if period == "quarter" else start


def short_name(start: dt.date, period: Period) -> str:
    """Name a cohort in as few letters as a figure has room for.

    Examples
    --------
    >>> [short_name(dt.date(2024, 4, 1), period) for period in ("week", "month", "quarter", "year")]
    ['1 Apr 2024', 'Apr 2024', 'Apr–Jun 2024', '2024']
    """
    if period == "week":
        return day_in_short(start)
    return f"{start:%Y}" if period == "year" else months_in_short(start, _last_month(start, period))
