"""Retention and revenue by cohort: who of those who joined together bought in each period of their lives."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab import words
from cxlab.cohorts.joining import Joining, group_joining, life_of
from cxlab.contingency import Array, Counts
from cxlab.engine import Engine, fill
from cxlab.estimate import Estimate, Findings, normal_interval, wilson_interval
from cxlab.intake.hiding import are_few, shares_to_hide, written_within
from cxlab.language import tr
from cxlab.phrases import span

LEAST_PART = 0.5
"""The course is told up to the last period for which at least this share of the compared could be followed."""
LEAST_FALL, MOST_OF = 0.02, 0.5
"""A smaller fall of the share is not spoken of; and most of it is more than this part of it."""
_ROUNDING = 1e-12
"""Variance as a share of the squared mean: a smaller one is an error of rounding."""
_PERIOD = "CAST(FLOOR(CAST(day - {!first} - 1 AS DOUBLE) / ?) AS BIGINT) + 1"
"""The period of life that a day lies in; the day of the first order is in period 0."""
_FLOWS = (
    "SELECT f.customer_id, j.first_day, f.day, f.revenue FROM "
    "(SELECT customer_id, day, revenue FROM sales WHERE day <= ? UNION ALL "
    "SELECT customer_id, day, -revenue AS revenue FROM returns WHERE day <= ?) AS f "
    "JOIN (SELECT customer_id, first_day FROM sales WHERE n_orders > 0 AND day = first_day AND first_day <= ?) AS j "
    "ON f.customer_id = j.customer_id WHERE f.day >= j.first_day"
)
"""What came in and what was given back since each customer's first order."""
_BUYERS = fill(
    "SELECT first_day, period, COUNT(DISTINCT customer_id) AS buyers FROM (SELECT customer_id, first_day, "
    "{!period} AS period FROM sales WHERE n_orders > 0 AND day > first_day AND day <= ?) AS l "
    "GROUP BY first_day, period ORDER BY first_day, period",
    period=fill(_PERIOD, first="first_day"),
)
_MONEY = fill(
    "SELECT first_day, period, CAST(SUM(revenue) AS BIGINT) AS revenue FROM (SELECT first_day, {!period} AS period, "
    "revenue FROM ({!flows}) AS m) AS l GROUP BY first_day, period ORDER BY first_day, period",
    period=fill(_PERIOD, first="first_day"),
    flows=_FLOWS,
)
_SQUARES = fill(
    "SELECT CAST(SUM(total * total) AS DOUBLE) FROM (SELECT customer_id, CAST(SUM(revenue) AS DOUBLE) AS total "
    "FROM ({!flows}) AS m WHERE first_day >= ? AND day <= first_day + ? GROUP BY customer_id) AS t",
    flows=_FLOWS,
)


@dataclass(frozen=True)
class Retention:
    """What the customers of each cohort did in each period of their lives.

    A period of life is an equal stretch of days, counted from each customer's own first order; the day of that order
    is period 0, and belongs to none of the others.

    Attributes
    ----------
    joining : the cohorts, and who is compared.
    bought : shape (c, p), customers of each cohort with an order in period 1, 2, ...
    revenue : shape (c, p + 1), money of each cohort in period 0, 1, ..., returns deducted.
    seen : shape (c, p), whether all customers of the cohort could be followed to the end of the period.
    followed : shape (c,), cohorts whose customers make up the course.
    course : share of these who bought in period 1, 2, ..., up to the last period told; always of the same customers.
    brought : what one of these brought from the first order to the end of that period.
    at_first : what one of these brought on the day of the first order.
    currency : ISO 4217 code.
    """

    joining: Joining
    bought: Counts
    revenue: Array
    seen: NDArray[np.bool_]
    followed: NDArray[np.bool_]
    course: tuple[Estimate, ...]
    brought: Estimate | None
    at_first: float
    currency: str

    @property
    def is_followed(self) -> bool:
        """Whether a whole cohort could be followed through a period."""
        return bool(self.seen.any())

    @property
    def share(self) -> Array:
        """Share of each cohort with an order in each period, shape (c, p); NaN where not all could be followed."""
        return np.where(self.seen, self.bought / self.joining.sizes[:, None], np.nan)

    @property
    def revenue_each(self) -> Array:
        """Money per customer of the cohort in period 0, 1, ..., shape (c, p + 1); NaN as in `share`."""
        seen = np.column_stack([np.ones(len(self.seen), dtype=bool), self.seen])
        return np.where(seen, self.revenue / self.joining.sizes[:, None], np.nan)

    @property
    def cumulative_each(self) -> Array:
        """The same, added up from the first order on."""
        return np.cumsum(self.revenue_each, axis=1)

    @property
    def hidden(self) -> NDArray[np.bool_]:
        """Which cells a page must not show, shape (c, p): they would tell what a few customers did.

        Neither do they by the course's total, nor by that of all cohorts but the first, which other pages tell.
        """
        sizes, least = self.joining.sizes, self.joining.minimum_group
        found = np.zeros(self.seen.shape, dtype=bool)
        for k in range(self.seen.shape[1]):
            seen = self.seen[:, k]
            found[seen, k] = are_few(self.bought[seen, k], sizes[seen], least)
            for rows in (seen & (np.arange(len(sizes)) > 0), self.followed & (k < len(self.course))):
                found[rows, k] = shares_to_hide(self.bought[rows, k], sizes[rows], least, small=found[rows, k])
        return found

    @property
    def hidden_money(self) -> NDArray[np.bool_]:
        """Which cells of `cumulative_each` a page must not show, shape (c, p + 1).

        What is added up is shown again only after a period in which enough customers bought.
        """
        few, pending = self.hidden, self.joining.sizes < self.joining.minimum_group
        columns = [pending]
        for k in range(few.shape[1]):
            pending = few[:, k] | (pending & (self.bought[:, k] == 0))
            columns.append(pending)
        return np.column_stack(columns)

    @property
    def table(self) -> pd.DataFrame:
        """One row a cohort and period of life that all of it were followed through; period 0 is the first day.

        cohort (first day), customers, period, from_day, to_day, bought, share, revenue and cumulative_revenue (per
        customer of the cohort).
        """
        length, cohorts = self.joining.length_days, len(self.seen)
        sizes = self.joining.sizes
        all_seen = np.column_stack([np.ones(cohorts, dtype=bool), self.seen])
        rows, columns = np.nonzero(all_seen)
        bought = np.column_stack([sizes, self.bought])[rows, columns]
        return pd.DataFrame(
            {
                "cohort": pd.to_datetime(pd.Series(self.joining.starts)).astype("datetime64[s]").to_numpy()[rows],
                "customers": sizes[rows],
                "period": columns,
                "from_day": np.where(columns == 0, 0, (columns - 1) * length + 1),
                "to_day": columns * length,
                "bought": bought,
                "share": bought / sizes[rows],
                "revenue": self.revenue_each[rows, columns],
                "cumulative_revenue": self.cumulative_each[rows, columns],
            }
        ).astype({"period": "int64", "from_day": "int64", "to_day": "int64", "bought": "int64"})

    @property
    def heading(self) -> str:
        """How many buy after some time, in a few words."""
        if not self.course:
            return tr("Nobody can be followed for long enough yet")
        first, last, length = self.course[0], self.course[-1], self.joining.length_days
        if (first.n or 0) < self.joining.minimum_group:
            return tr("Too few customers can be followed to tell how many come back")
        if not self.is_told(first):
            if first.number <= 0.5:
                return tr("Not more than half of new customers buy again in {life}", life=life_of(1, length))
            return tr("More than half of new customers buy again in {life}", life=life_of(1, length))
        if len(self.course) == 1 or not self.is_told(last):
            return tr("{share} of new customers buy again in {life}", share=_percent(first), life=life_of(1, length))
        return tr(
            "{share} of new customers buy again in {life}, {last_share} in {last_life}",
            share=_percent(first),
            life=life_of(1, length),
            last_share=_percent(last),
            last_life=life_of(len(self.course), length),
        )

    @property
    def reading(self) -> str:
        """The course of those who could be followed, and what they brought."""
        joining, length = self.joining, self.joining.length_days
        if not self.course:
            return tr(
                "The data end less than {days} after most customers’ first orders, so it cannot be told "
                "how many of them come back later on.",
                days=span(length),
            )
        n, told, k = self.course[0].n or 0, len(self.course), len(self.course)
        followed = span(told * length)
        many = words.capital(written_within(n, joining.n, joining.minimum_group))
        text = tr(
            "{n} customers could be followed for {followed} after their first order. {said}",
            n=many,
            followed=followed,
            said=self._said(1),
        )
        if told > 1:
            text += f" {self._said(k)}"
        if told > 2:
            text += self._where_lost()
        if self.brought is not None and n >= max(joining.minimum_group, 2):
            brought, currency = self.brought, self.currency
            sure = tr(", each of them the same")
            if brought.has_interval:
                sure = tr(" (95% interval {interval})", interval=words.money_between(*brought.ends, currency))
            text += tr(
                " In all that time one of them brought {brought} on average, returns taken off{sure}. Of "
                "this, {at_first} came with the first order.",
                brought=words.money(brought.number, currency),
                sure=sure,
                at_first=words.money(self.at_first, currency),
            )
        return text + joining.left_out(int(not self.followed[0]))

    def _said(self, period: int) -> str:
        share, life = self.course[period - 1], life_of(period, self.joining.length_days)
        if not self.is_told(share):
            if (share.n or 0) < self.joining.minimum_group:
                return (
                    tr("They are too few to tell how many of them bought.")
                    if period == 1
                    else tr("It is not told later, either.")
                )
            if share.number <= 0.5:
                if period == 1:
                    return tr("In {life} of this, not more than half of them bought.", life=life)
                return tr("In {life} it was not more than half of them who bought.", life=life)
            if period == 1:
                return tr("In {life} of this, more than half of them bought.", life=life)
            return tr("In {life} it was more than half of them who bought.", life=life)
        written, interval = _percent(share), words.percent_between(*share.ends)
        if period == 1:
            return tr(
                "In {life} of this, {share} of them bought again (95% interval {interval}).",
                life=life, share=written, interval=interval,
            )  # fmt: skip
        return tr("In {life} it was {share} (95% interval {interval}).", life=life, share=written, interval=interval)

    def _where_lost(self) -> str:
        """Say by when more than half of the decline is over; an empty text where there is none."""
        shares = [share.number for share in self.course]
        fall, last = shares[0] - shares[-1], len(shares)
        if not all(self.is_told(share) for share in self.course):
            return ""
        if fall <= LEAST_FALL:
            rose = self.course[-1].ends[0] > self.course[0].ends[1]
            return tr(" That it rose may be the season, in which those days of life fell.") if rose else ""
        if self.course[0].ends[0] <= self.course[-1].ends[1]:
            return tr(" That difference may be chance.")
        over = next(k for k, share in enumerate(shares, 1) if share - shares[-1] < (1 - MOST_OF) * fall)
        if over == last:
            return tr(" More than half of that decline came in the last of these stretches.")
        life = life_of(over, self.joining.length_days)
        return tr(
            " More than half of that decline is over by {life}, with {shares}.",
            life=life,
            shares=words.percent(shares[over - 1]),
        )

    def is_told(self, share: Estimate) -> bool:
        """Whether a share gives no few customers away."""
        n, least = share.n or 0, self.joining.minimum_group
        some = round(share.number * n)
        return n >= least and not any(0 < part < least for part in (some, n - some))

    @property
    def findings(self) -> Findings:
        """Share who bought in each period told, as `cohort_retention.<period>`, and what they brought."""
        found = {f"cohort_retention.{k}": share for k, share in enumerate(self.course, 1) if self.is_told(share)}
        return found if self.brought is None else found | {"cohort_revenue": self.brought}


def follow_cohorts(engine: Engine, *, observation_end: dt.date, currency: str, minimum_group: int = 5) -> Retention:
    """Follow the customers of each cohort through the periods of their lives.

    Parameters
    ----------
    engine : with the tables `sales` and `returns`.
    observation_end : last day, inclusive; all orders up to it count.
    currency : of the study.
    minimum_group : of the study.

    Raises
    ------
    NotEnoughDataError : nobody ordered up to that day.

    Notes
    -----
    A cell is known where every customer of the cohort could be followed to the period's end; a mixture of long and
    short followed ones would fall by itself. Returns are deducted on their own day; those before a customer's first
    order belong to a purchase that the data do not hold, and are left out.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> end = kit.customers.observation_end
    >>> cohorts = cx.follow_cohorts(kit.intake.engine, observation_end=end, currency="EUR")
    >>> print(cohorts.heading)
    64% of new customers buy again in the first 90 days, 40% in days 271 to 360
    """
    joining = group_joining(engine, observation_end=observation_end, minimum_group=minimum_group)
    end, length = joining.last_day, joining.length_days
    periods = (end - int(joining.first_days[0])) // length
    cohorts = len(joining.starts)
    reach = joining.latest[:, None] + length * np.arange(1, periods + 1)[None, :]
    seen = reach <= end
    bought = np.zeros((cohorts, periods), dtype=np.int64)
    revenue = np.zeros((cohorts, periods + 1), dtype=np.int64)
    buyers = engine.frame(_BUYERS, [length, end])
    money = engine.frame(_MONEY, [length, end, end, end])
    for k in range(periods + 1):
        mine = money[money["period"] == k]
        revenue[:, k] = joining.summed(mine["first_day"], mine["revenue"])
        mine = buyers[buyers["period"] == k]
        if k:
            bought[:, k - 1] = joining.summed(mine["first_day"], mine["buyers"])
    last = int(seen.sum(axis=1).max(initial=0))
    bought, revenue, seen = bought[:, :last], revenue[:, : last + 1], seen[:, :last]
    rows, told = _followed(joining, seen)
    course, brought, at_first = _course(engine, joining, bought[rows, :told], revenue[rows, : told + 1], rows, currency)
    return Retention(joining, bought, revenue / 100, seen, rows, course, brought, at_first, currency)


def _followed(joining: Joining, seen: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], int]:
    """Return the cohorts that the course is told of, shape (c,), and through how many periods; none where 0."""
    sizes = joining.sizes
    if not seen.any():
        return np.zeros(len(sizes), dtype=bool), 0
    compared = np.arange(len(sizes)) >= joining.first_compared(joining.length_days)
    if not (seen[:, 0] & compared).any():  # the first cohort alone can be followed
        compared[:] = True
    in_period = (seen & compared[:, None]).T @ sizes
    told = int(np.flatnonzero(in_period >= LEAST_PART * in_period[0])[-1]) + 1
    return seen[:, told - 1] & compared, told


def _course(
    engine: Engine, joining: Joining, bought: Counts, revenue: Counts, rows: NDArray[np.bool_], currency: str
) -> tuple[tuple[Estimate, ...], Estimate | None, float]:
    """Follow the same customers, those of cohorts `rows`, through as many periods as there are columns in `bought`."""
    told, n = bought.shape[1], int(joining.sizes[rows].sum())
    if not told:
        return (), None, 0.0
    unit = f"share with an order in that period of {_days(joining.length_days)}"
    course = tuple(wilson_interval(int(bought[:, k].sum()), n, unit=unit) for k in range(told))
    (squares,) = engine.row(
        _SQUARES,
        [joining.last_day, joining.last_day, int(joining.latest[rows].max()), joining.begin_of(int(rows.argmax())),
         told * joining.length_days],
    )  # fmt: skip
    total = float(revenue.sum())
    mean = total / n
    unit = f"{currency} per customer in {_days(told * joining.length_days)}"
    variance = max(float(squares) - n * mean**2, 0.0) / max(n - 1, 1)
    brought = (
        normal_interval(mean / 100, float(np.sqrt(variance / n)) / 100, n=n, unit=unit)
        if variance > _ROUNDING * mean**2  # where each brought the same, nothing tells how others would differ
        else Estimate(mean / 100, n=n, unit=unit)
    )
    return course, brought, float(revenue[:, 0].sum()) / n / 100


def _days(n: int) -> str:
    return "1 day" if n == 1 else f"{n:,} days"


def _percent(share: Estimate) -> str:
    n = share.n or 1
    return words.percent_of(round(share.number * n), n)
