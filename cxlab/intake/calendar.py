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
from cxlab.words import capital, count, day, number, number_between

EPOCH = dt.date(1970, 1, 1)
NO_ORDERS = "The study brings no orders, only outcomes that were summed already; there is nothing to lay out in time."
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
    """

    table: pd.DataFrame
    period: Literal["month", "week"]
    calibration_end: dt.date | None
    minimum_group: int = 5
    weeks: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=_COLUMNS))
    gaps: Gaps = field(default_factory=lambda: Gaps((), 0, weeks_judged=False))

    @property
    def reading(self) -> str:
        """How many orders a week brought (the median, the least and the most), and which gaps stand out."""
        return NO_ORDERS if self.table.empty else f"{self._rhythm()} {self.gaps.reading}"

    def _rhythm(self) -> str:
        whole = self._whole_weeks()
        if len(whole) < 2:
            return "The orders cover less than two whole weeks."
        n = whole["orders"].to_numpy(np.int64)
        least, most = int(n.min()), int(n.max())
        if least == most:
            return f"Each of the {number(len(n))} whole weeks brought {count(most, 'order')}."
        fewest, fewest_weeks = self._weeks_with(whole, least)
        each, most_weeks = self._weeks_with(whole, most)
        return (
            f"At least half of the {number(len(n))} whole weeks brought {_middle(n)}; the median is "
            f"{number(float(np.median(n)), _half(n))}. {capital(fewest_weeks)} brought "
            f"{f'the fewest, {number(least)}{fewest}' if least else 'none'}, and {most_weeks} the most, "
            f"{number(most)}{each}."
        )

    @staticmethod
    def _weeks_with(whole: pd.DataFrame, orders: int) -> tuple[str, str]:
        """Name the week that brought so many orders, or count the weeks if there are several, which are then "each"."""
        found = whole.loc[whole["orders"] == orders, "period"]
        return ("", f"the week from {day(found.iloc[0])}") if len(found) == 1 else (" each", count(len(found), "week"))

    def name(self, start: dt.date) -> str:
        """Name the period that starts on a day."""
        return f"{start:%B %Y}" if self.period == "month" else f"the week from {day(start)}"

    @property
    def heading(self) -> str:
        """How many orders a usual week brought, in a few words."""
        if self.table.empty:
            return "There are no orders to count"
        n = self._whole_weeks()["orders"].to_numpy(np.int64)
        if len(n) < 2:
            return "The orders cover less than two whole weeks"
        text = f"A usual week brought {_middle(n)}"
        return f"{text}, but {count(len(self.gaps.found), 'gap')} must be explained" if self.gaps.found else text

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
    return count(low, "order") if low == high else f"{number_between(low, high)} orders"


def _half(n: NDArray[np.int64]) -> int:
    """Return the decimals that a median of counts needs: it can lie between two of them."""
    return 0 if float(np.median(n)).is_integer() else 1


def _date(days_since_1970: int) -> dt.date:
    return EPOCH + dt.timedelta(days=days_since_1970)
