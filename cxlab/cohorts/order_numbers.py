"""Repeat rate by order number: how many come for one more purchase in time, after the first, the second and so on."""

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from cxlab import words
from cxlab.cohorts.joining import Joining, group_joining, usual_gap
from cxlab.engine import Engine, fill
from cxlab.estimate import Estimate, Findings, columns_of, wilson_interval
from cxlab.intake.cohorts import BACK_WITHIN_DAYS, COMPARED_FROM
from cxlab.intake.hiding import are_few, written_within
from cxlab.language import Texts, tr
from cxlab.phrases import span

MOST_NUMBERS = 10
"""Purchases are numbered up to this one."""
ROUND_DAYS = 30
"""The days to come back in are a multiple of this, where there is time for so many."""
MANY = 0.1
"""Many got to a purchase that at least this share of those after the first one did; the reading goes up to it."""
SAME_FROM, SAME_UPTO = 3, 5
"""The same customers are compared up to a purchase whose number lies between these."""
_Z = float(norm.ppf(0.975))
_ORDINALS = Texts(
    {
        "1": "first",
        "2": "second",
        "3": "third",
        "4": "fourth",
        "5": "fifth",
        "6": "sixth",
        "7": "seventh",
        "8": "eighth",
        "9": "ninth",
        "10": "tenth",
    }
)
_NUMBERED = (
    "SELECT customer_id, day, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY day) AS k, "
    "LEAD(day) OVER (PARTITION BY customer_id ORDER BY day) - day AS gap "
    "FROM sales WHERE n_orders > 0 AND day <= ? AND first_day >= ?"
)
_RATES = fill(
    "SELECT k, COUNT(*) AS n, COUNT(CASE WHEN gap <= ? THEN 1 END) AS came FROM ({!numbered}) AS o "
    "WHERE k <= ? AND day + ? <= ? GROUP BY k ORDER BY k",
    numbered=_NUMBERED,
)
_SAME = fill(
    "SELECT early, late, COUNT(*) AS n FROM (SELECT customer_id, "
    "MAX(CASE WHEN k = 1 AND gap <= ? THEN 1 ELSE 0 END) AS early, "
    "MAX(CASE WHEN k = ? AND gap <= ? THEN 1 ELSE 0 END) AS late "
    "FROM ({!numbered}) AS o GROUP BY customer_id HAVING MAX(k) > ?) AS c "
    "GROUP BY early, late ORDER BY early, late",
    numbered=_NUMBERED,
)


@dataclass(frozen=True)
class SameCustomers:
    """The same customers after their first and after a later purchase; all of them went on to buy after that one.

    Attributes
    ----------
    upto : number of the later purchase.
    first, last : share whose next purchase came in time, after the first and after that one.
    rise : last - first, of the same customers.
    """

    upto: int
    first: Estimate
    last: Estimate
    rise: Estimate


@dataclass(frozen=True)
class RepeatRates:
    """Who came for one more purchase in time, by the number of the purchase.

    Attributes
    ----------
    rates : share who came back in time after purchase 1, 2, ...; n are the customers followed for so long after it.
    came : shape (k,), how many of them came. followed : shape (k,), of how many.
    within_days : the time they had.
    joining : the cohorts. first : the cohort that the customers counted begin with.
    same : the same customers early and later; None where too few bought so often.
    """

    rates: tuple[Estimate, ...]
    came: NDArray[np.int64]
    followed: NDArray[np.int64]
    within_days: int
    joining: Joining
    first: int
    same: SameCustomers | None

    @property
    def told(self) -> NDArray[np.bool_]:
        """Which rates a page may show, shape (k,): those that give no few customers away."""
        return ~are_few(self.came, self.followed, self.joining.minimum_group) & (self.followed > 0)

    @property
    def table(self) -> pd.DataFrame:
        """One row a number of purchase: purchase, followed, came, share, share_low, share_high."""
        return pd.DataFrame(
            {
                "purchase": np.arange(1, len(self.rates) + 1, dtype=np.int64),
                "followed": self.followed,
                "came": self.came,
                **columns_of("share", self.rates),
            }
        )

    @property
    def ends(self) -> tuple[int, int] | None:
        """Numbers of the first purchase told and of the last one that many got to; None where there are not two."""
        shown = np.flatnonzero(self.told & (self.followed >= MANY * self.followed.max(initial=0))) + 1
        return (int(shown[0]), int(shown[-1])) if len(shown) > 1 else None

    @property
    def heading(self) -> str:
        """How the rate goes with the number of the purchase, in a few words."""
        if not self.told.any():
            return tr("How many come for one more purchase cannot be told")
        if self.ends is None:
            k = int(np.flatnonzero(self.told)[0]) + 1
            return tr(
                "{share} came back within {days} days of their {ordinal} purchase",
                share=self._percent(k),
                days=self.within_days,
                ordinal=ordinal(k),
            )
        first, last = self.ends
        low, high = self.rates[first - 1], self.rates[last - 1]
        how = (
            tr("The more often customers have bought, the likelier they come again")
            if self.rises
            else tr("Who has bought often comes again less")
            if high.ends[1] < low.ends[0]
            else tr("Whether the next purchase is likelier after many than after one cannot be told")
        )
        return tr(
            "{how}: {first_share} after the {first}, {last_share} after the {last}",
            how=how,
            first_share=self._percent(first),
            first=ordinal(first),
            last_share=self._percent(last),
            last=ordinal(last),
        )

    @property
    def reading(self) -> str:
        """The rates at both ends, and why they are no proof of habit."""
        within = span(self.within_days)
        if not self.told.any():
            return tr(
                "Too few customers could be followed for {within} after a purchase, or too few of them "
                "did or did not come back, to tell how many come for the next one.",
                within=within,
            )
        numbers = self.ends or (int(np.flatnonzero(self.told)[0]) + 1,)
        said = [self._said(k, i) for i, k in enumerate(numbers)]
        text = f"{tr(', and ').join(said)}. {self.joining.left_out(self.first)[1:]}".strip()
        if self.ends is None:
            return text
        selection = (
            tr(
                "Such a rise is selection as much as habit: those who come seldom drop out on the way, so whoever has "
                "bought often is another kind of customer."
            )
            if self.rises
            else tr(
                "This is selection as much as habit: those who come seldom drop out on the way, so whoever has bought "
                "often is another kind of customer."
            )
        )
        return f"{text} {selection} {self._of_the_same()}"

    @property
    def rises(self) -> bool:
        """Whether the rate after the last purchase told lies clearly above that after the first."""
        return self.ends is not None and self.rates[self.ends[1] - 1].ends[0] > self.rates[self.ends[0] - 1].ends[1]

    def _said(self, k: int, place: int) -> str:
        rate = self.rates[k - 1]
        figures = {
            "n": self.counted(k), "share": self._percent(k), "interval": words.percent_between(*rate.ends),
            "within": span(self.within_days), "times": _TIMES.get(str(k), ""),
        }  # fmt: skip
        if place:
            if k == 2:
                return tr(
                    "of the {n} customers who had bought twice, {share} came back (95% interval {interval})", **figures
                )
            return tr(
                "of the {n} customers who had bought {times} times, {share} came back (95% interval {interval})",
                **figures,
            )
        if k == 1:
            return tr(
                "Of the {n} customers who had bought once, {share} came back within {within} (95% interval {interval})",
                **figures,
            )
        if k == 2:
            return tr(
                "Of the {n} customers who had bought twice, {share} came back within {within} (95% interval "
                "{interval})",
                **figures,
            )
        return tr(
            "Of the {n} customers who had bought {times} times, {share} came back within {within} (95% interval "
            "{interval})",
            **figures,
        )

    def _of_the_same(self) -> str:
        """Say what became of the same customers, which no selection can move."""
        same = self.same
        if same is None:
            return tr("Too few bought often enough to compare the same customers early and later.")
        low, high = same.rise.ends
        change = tr(
            "The {n} customers who bought at least {times} times are the same people early and later: {first} of them "
            "came back in time after their first purchase, {last} after their {ordinal} (difference: 95% interval "
            "{interval} percentage points).",
            n=words.number(same.first.n or 0),
            times=_TIMES[str(same.upto + 1)],
            interval=words.number_between(100 * low, 100 * high),
            first=words.percent(same.first.number),
            last=words.percent(same.last.number),
            ordinal=ordinal(same.upto),
        )
        if low > 0:
            said = tr("They came back sooner, which is habit, or the season or the shop has changed meanwhile.")
        elif high < 0 and self.rises:
            said = tr("They came back later, not sooner, so the rise comes from who is left, as far as can be seen.")
        elif high < 0:
            said = tr("They came back later, not sooner, so nothing speaks for habit.")
        elif self.rises:
            said = tr(
                "They did not clearly come back sooner or later, so the rise comes from who is left, as far as can be "
                "seen."
            )
        else:
            said = tr("They did not clearly come back sooner or later, so nothing speaks for habit.")
        return f"{change} {said}"

    def counted(self, k: int) -> str:
        """Write how many could be followed after a purchase, by its number."""
        return written_within(int(self.followed[k - 1]), self.joining.n, self.joining.minimum_group)

    def _percent(self, k: int) -> str:
        return words.percent_of(int(self.came[k - 1]), int(self.followed[k - 1]))

    @property
    def findings(self) -> Findings:
        """Each rate told as `repeat_rate.<number of purchase>`, and the change of the same customers."""
        found = {f"repeat_rate.{k}": rate for k, rate in enumerate(self.rates, 1) if self.told[k - 1]}
        return found if self.same is None else found | {"repeat_rate.same_customers": self.same.rise}


_TIMES = Texts(
    {
        "3": "three",
        "4": "four",
        "5": "five",
        "6": "six",
        "7": "seven",
        "8": "eight",
        "9": "nine",
        "10": "ten",
        "11": "eleven",
    }
)


def ordinal(k: int) -> str:
    """Name a number of purchase, up to `MOST_NUMBERS`.

    Examples
    --------
    >>> ordinal(1), ordinal(10)
    ('first', 'tenth')
    """
    return _ORDINALS[str(k)]


def repeat_rates(
    engine: Engine, *, observation_end: dt.date, minimum_group: int = 5, within_days: int | None = None
) -> RepeatRates:
    """Estimate how many come for one more purchase in time, by the number of the purchase.

    Parameters
    ----------
    engine : with the table `sales`; several orders on one day are one purchase.
    observation_end : last day, inclusive; all orders up to it count.
    minimum_group : of the study.
    within_days : time to come back in. None: the days that four in five gaps between purchases stay within, up to the
        next multiple of `ROUND_DAYS`, but at most half of the time observed.

    Raises
    ------
    NotEnoughDataError : nobody ordered up to that day.

    Notes
    -----
    Each customer stands at most once behind a number, so Wilson's interval holds. Only those count who could be
    followed for so many days after the purchase, whether they came or not. That rates rise with the number is what
    unlike customers of constant habits show, too. The comparison of the same customers is free of this: where nobody's
    habits change, the gaps of a customer are exchangeable, also given that so many of them fitted into the time
    observed, so a difference between the first and a later one is none of selection. Its interval is that of Agresti
    and Min for paired shares.

    References
    ----------
    Agresti and Min (2005), Simple improved confidence intervals for comparing matched proportions, Statistics in
    Medicine 24, 729-740.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> end = kit.customers.observation_end
    >>> rates = cx.repeat_rates(kit.intake.engine, observation_end=end)
    >>> print(rates.heading)
    The more often customers have bought, the likelier they come again: 59% after the first, 91% after the ninth
    """
    joining = group_joining(engine, observation_end=observation_end, minimum_group=minimum_group)
    within = _days_to_come(engine, joining, observation_end) if within_days is None else within_days
    first = joining.first_compared(within)
    begin = joining.begin_of(first)
    counted = engine.rows(
        _RATES,
        [within, joining.last_day, begin, MOST_NUMBERS, within, joining.last_day],
    )
    enough = max(COMPARED_FROM, minimum_group)
    shown = [row for row in counted if row[1] >= (enough if row[0] > 1 else 1)]
    followed, came = (np.array([row[i] for row in shown], dtype=np.int64) for i in (1, 2))
    unit = f"share who came for one more purchase within {within} days"
    rates = tuple(wilson_interval(int(c), int(n), unit=unit) for c, n in zip(came, followed, strict=True))
    same = _same_customers(engine, joining, begin, within, min(len(rates), SAME_UPTO))
    return RepeatRates(rates, came, followed, within, joining, first, same)


def _days_to_come(engine: Engine, joining: Joining, observation_end: dt.date) -> int:
    gap = usual_gap(engine, observation_end=observation_end)
    wished = BACK_WITHIN_DAYS if gap is None else ROUND_DAYS * math.ceil(gap / ROUND_DAYS)
    observed = joining.last_day - int(joining.first_days[0])
    return max(1, min(wished, observed // 2))


def _same_customers(engine: Engine, joining: Joining, begin: int, within: int, most: int) -> SameCustomers | None:
    """Compare the first gap with the last one of customers who bought often enough, as often as enough of them did."""
    least = joining.minimum_group
    for upto in range(most, SAME_FROM - 1, -1):
        found = engine.rows(
            _SAME,
            [within, upto, within, joining.last_day, begin, upto],
        )
        cells = {(int(early), int(late)): int(n) for early, late, n in found}
        n = sum(cells.values())
        if n < max(COMPARED_FROM, least):
            continue
        only_late, only_early = cells.get((0, 1), 0), cells.get((1, 0), 0)
        early, late = (cells.get((1, 1), 0) + some for some in (only_early, only_late))
        if are_few([early, late], [n, n], least).any():
            return None
        unit = "share whose next purchase came in time"
        rise = _paired(only_late, only_early, n)
        return SameCustomers(upto, wilson_interval(early, n, unit=unit), wilson_interval(late, n, unit=unit), rise)
    return None


def _paired(gained: int, lost: int, n: int) -> Estimate:
    """Difference of two shares of the same `n` people, of whom some are in only one of them.

    Examples
    --------
    >>> rise = _paired(20, 10, 100)
    >>> round(rise.value, 2), round(rise.low, 3), round(rise.high, 3)
    (0.1, -0.007, 0.203)
    """
    b, c, m = gained + 0.5, lost + 0.5, n + 2
    centre = (b - c) / m
    reach = _Z * math.sqrt(max(b + c - (b - c) ** 2 / m, 0.0)) / m
    return Estimate((gained - lost) / n, centre - reach, centre + reach, n=n, unit="difference in the share who came")
