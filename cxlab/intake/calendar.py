"""Orders over time: how many in each week and month, how many of their customers were new, and where a gap is."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.engine import Engine
from cxlab.estimate import Estimate
from cxlab.intake.gaps import Gaps, find_gaps
from cxlab.language import tr, trn
from cxlab.words import capital, count, day, month, number, number_between

EPOCH = dt.date(1970, 1, 1)
WEEKLY_UP_TO_DAYS = 182
"""A span of up to half a year is drawn by weeks, a longer one by months."""
_COLUMNS = ["period", "orders", "new_customers", "revenue", "complete"]


@dataclass(frozen=True)
class OrderCalendar:
    """Orders by month or week.

    Attributes
    ----------
    table : period (first day of it), orders, new_customers (first order in it), revenue (units of currency, returns not
        deducted), complete (whether the orders' span covers all its days).
    period : what a row is.
    calibration_end : last day of what the reports may know; None without orders.
    minimum_group : customers fewer than this are not counted out on a page.
    weeks : the same by week (from Monday), whatever `period` is.
    gaps : what stands out as missing.
    n_drawn : customers drawn by lot, whose orders alone are counted; None: those of all are.
    """

    table: pd.DataFrame
    period: Literal["month", "week"]
    calibration_end: dt.date | None
    minimum_group: int = 5
    weeks: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=_COLUMNS))
    gaps: Gaps = field(default_factory=lambda: Gaps((), 0, weeks_judged=False))
    n_drawn: int | None = None

    @property
    def reading(self) -> str:
        """How many orders a week brought (the median, the least and the most), and which gaps stand out."""
        if self.table.empty:
            return tr("The study brings no orders, but outcomes summed already; there is nothing to lay out in time.")
        return f"{self._rhythm()} {self.gaps.reading}"

    def _rhythm(self) -> str:
        whole = self._whole_weeks()
        if len(whole) < 2:
            return tr("The orders cover less than two whole weeks.")
        n = whole["orders"].to_numpy(np.int64)
        least, most = int(n.min()), int(n.max())
        if least == most:
            return tr("Each of the {n} whole weeks brought {orders}.", n=number(len(n)), orders=count(most, "order"))
        return tr(
            "At least half of the {n} whole weeks brought {middle}; the median is {median}. {fewest}, and {most}.",
            n=number(len(n)), middle=_middle(n), median=number(float(np.median(n)), _half(n)),
            fewest=capital(self._said(whole, least, most=False)), most=self._said(whole, most, most=True),
        )  # fmt: skip

    @staticmethod
    def _said(whole: pd.DataFrame, orders: int, *, most: bool) -> str:
        """Say which week brought so many orders, or how many weeks did if there are several."""
        found = whole.loc[whole["orders"] == orders, "period"]
        is_one, n = len(found) == 1, number(orders)
        which = day(found.iloc[0]) if is_one else count(len(found), "week")
        if most:
            one, many = (
                tr("the week from {day} the most, {n}", day=which, n=n),
                tr("{weeks} the most, {n} each", weeks=which, n=n),
            )
        elif orders:
            one, many = (
                tr("the week from {day} brought the fewest, {n}", day=which, n=n),
                tr("{weeks} brought the fewest, {n} each", weeks=which, n=n),
            )
        else:
            one, many = tr("the week from {day} brought none", day=which), tr("{weeks} brought none", weeks=which)
        return one if is_one else many

    def name(self, start: dt.date) -> str:
        """Name the period that starts on a day."""
        return month(start) if self.period == "month" else tr("the week from {day}", day=day(start))

    @property
    def heading(self) -> str:
        """How many orders a usual week brought, in a few words."""
        if self.table.empty:
            return tr("There are no orders to count")
        n = self._whole_weeks()["orders"].to_numpy(np.int64)
        if len(n) < 2:
            return tr("The orders cover less than two whole weeks")
        n_gaps = len(self.gaps.found)
        text = (
            tr("A usual week brought {middle}", middle=_middle(n))
            if self.n_drawn is None
            else tr(
                "A usual week brought {middle} by the {n} customers drawn", middle=_middle(n), n=number(self.n_drawn)
            )
        )
        if not n_gaps:
            return text
        more = trn("but {n} gap must be explained", "but {n} gaps must be explained", n_gaps, n=number(n_gaps))
        return f"{text}, {more}"

    def _whole_weeks(self) -> pd.DataFrame:
        return self.weeks[self.weeks["complete"].astype(bool)]

    @property
    def findings(self) -> dict[str, Estimate]:
        """The median of the weeks, and how many gaps stand out: counts, nothing is estimated."""
        if self.table.empty:
            return {}
        n = self._whole_weeks()["orders"].to_numpy(float)
        found = {"calendar_gaps": Estimate(len(self.gaps.found), unit="gaps")}
        if len(n) >= 2:
            found["orders_per_week"] = Estimate(float(np.median(n)), n=len(n), unit="orders")
        return found


def empty_calendar() -> OrderCalendar:
    """Return the calendar of a study without orders."""
    return OrderCalendar(pd.DataFrame(columns=_COLUMNS), "month", None)


def order_calendar(engine: Engine, *, calibration_end: int, last_day: int, minimum_group: int) -> OrderCalendar:
    """Count orders, new customers and revenue by week and by month, and look for gaps.

    Parameters
    ----------
    calibration_end, last_day : last days of calibration and of observation, in days since 1970.
    minimum_group : of the study.
    """
    days = engine.frame(
        "SELECT day, CAST(SUM(n_orders) AS BIGINT) AS orders, CAST(SUM(revenue) AS BIGINT) AS cents, "
        "COUNT(CASE WHEN day = first_day THEN 1 END) AS new_customers FROM sales GROUP BY day ORDER BY day"
    )
    weeks = _summed(days, last_day, "week")
    period: Literal["month", "week"] = "week" if last_day - int(days["day"].iloc[0]) <= WEEKLY_UP_TO_DAYS else "month"
    return OrderCalendar(
        weeks if period == "week" else _summed(days, last_day, period),
        period,
        _date(calibration_end),
        minimum_group,
        weeks,
        find_gaps(days.loc[days["orders"] > 0, "day"].to_numpy(np.int64), weeks, last_day=last_day),
    )


def _summed(days: pd.DataFrame, last_day: int, period: Literal["month", "week"]) -> pd.DataFrame:
    """Sum days to periods: shape (number of periods, columns of `OrderCalendar.table`)."""
    code = "W-SUN" if period == "week" else "M"
    span = pd.PeriodIndex(pd.period_range(_date(int(days["day"].iloc[0])), _date(last_day), freq="D")).asfreq(code)
    periods = pd.PeriodIndex(span.unique())
    row = periods.get_indexer(pd.PeriodIndex(pd.to_datetime(days["day"], unit="D"), freq=code))
    full = np.full(len(periods), 7) if period == "week" else periods.days_in_month.to_numpy()
    summed = {name: np.zeros(len(periods), dtype=np.int64) for name in ("orders", "new_customers", "cents")}
    for name, total in summed.items():
        np.add.at(total, row, days[name].to_numpy(np.int64))
    return pd.DataFrame(
        {
            "period": periods.to_timestamp().astype("datetime64[s]"),
            "orders": summed["orders"],
            "new_customers": summed["new_customers"],
            "revenue": summed["cents"] / 100,
            "complete": np.bincount(periods.get_indexer(span), minlength=len(periods)) == full,
        }
    )


def _middle(n: NDArray[np.int64]) -> str:
    """Write between which counts of orders the middle half lies."""
    low, high = (int(end) for end in np.quantile(n, [0.25, 0.75], method="closest_observation"))
    return count(low, "order") if low == high else tr("{interval} orders", interval=number_between(low, high))


def _half(n: NDArray[np.int64]) -> int:
    """Return the decimals that a median of counts needs: it can lie between two of them."""
    return 0 if float(np.median(n)).is_integer() else 1


def _date(days_since_1970: int) -> dt.date:
    return EPOCH + dt.timedelta(days=days_since_1970)
