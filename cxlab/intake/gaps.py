"""Gaps in the calendar: days without any order, and weeks with far too few, for the shop's own rhythm."""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.language import tr
from cxlab.words import capital, count, day, number

SILENT_DAYS = 7
"""A silence no longer than this is never a gap."""
SILENT_TIMES, SILENT_SHARE = 3, 0.99
"""Nor is one of at most so many times the silence that this share of all other silences stays within."""
DIP_SHARE = 0.2
"""A week is a dip that brought less than this share of the weeks before it, and of those after it."""
AROUND, LEAST_AROUND = 8, 4
"""So many weeks on each side are looked at; with fewer than the second on a side, a week is not judged."""
LEAST_USUAL = 15
"""Where fewer orders a week than this are usual, chance alone can bring a week far below it."""
_NAMED = 4
_HOLIDAYS_DAYS, _FREE_DAYS = 21, 3


@dataclass(frozen=True)
class Gap:
    """A stretch of days, both ends in it, with no order or with few.

    Attributes
    ----------
    orders : how many it holds all the same.
    usual : orders a week around it, for weeks with few; None for a silence.
    meaning : what it probably is.
    """

    start: dt.date
    end: dt.date
    orders: int
    usual: float | None
    meaning: str

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days + 1

    @property
    def span(self) -> str:
        """Its days."""
        return tr("{start} to {end}", start=day(self.start), end=day(self.end))

    @property
    def words(self) -> str:
        """Name it with its days, and what it probably is."""
        if self.usual is None:
            return tr(
                "no order from {span} ({days}): {meaning}",
                span=self.span,
                days=count(self.days, "day"),
                meaning=self.meaning,
            )
        values = {
            "orders": count(self.orders, "order"), "span": self.span, "usual": number(self.usual),
            "meaning": self.meaning,
        }  # fmt: skip
        if self.days <= 7:
            return tr("only {orders} from {span}, where about {usual} a week are usual: {meaning}", **values)
        return tr(
            "only {orders} in the {weeks} from {span}, where about {usual} a week are usual: {meaning}",
            weeks=count(self.days // 7, "week"), **values,
        )  # fmt: skip


@dataclass(frozen=True)
class Gaps:
    """The gaps in the calendar, in order of time.

    Attributes
    ----------
    found : the gaps.
    longest_other : days in a row without an order, at most, outside them.
    weeks_judged : whether there were weeks enough, with orders enough, to look for weeks with far too few.
    """

    found: tuple[Gap, ...]
    longest_other: int
    weeks_judged: bool

    @property
    def table(self) -> pd.DataFrame:
        """One row a gap: first_day, last_day, days, orders, usual_orders_a_week, meaning."""
        return pd.DataFrame(
            {
                "first_day": pd.Series([gap.start for gap in self.found], dtype="datetime64[s]"),
                "last_day": pd.Series([gap.end for gap in self.found], dtype="datetime64[s]"),
                "days": np.array([gap.days for gap in self.found], dtype=np.int64),
                "orders": np.array([gap.orders for gap in self.found], dtype=np.int64),
                "usual_orders_a_week": np.array([gap.usual for gap in self.found], dtype=np.float64),
                "meaning": pd.Series([gap.meaning for gap in self.found], dtype="str"),
            }
        )

    @property
    def reading(self) -> str:
        """Name every gap with its days, or say that none stands out."""
        rest = tr("no more than {days} in a row went without an order", days=count(self.longest_other, "day"))
        if not self.longest_other:
            rest = tr("not a single day went without an order")
        if not self.found:
            weeks = tr(", and no week brought less than a fifth of the weeks around it") if self.weeks_judged else ""
            return tr("No gap stands out in the calendar: {rest}{weeks}.", rest=rest, weeks=weeks)
        named = "; ".join(gap.words for gap in self.found[:_NAMED])
        more = len(self.found) - _NAMED
        if more > 0:
            named += tr("; and {more} more, all in the table calendar_gaps", more=number(more))
        return tr(
            "{named}. Apart from that, {rest}. If the shop was open then, the files lack orders: "
            "bring them, or mind the gap in every count by time.",
            named=capital(named),
            rest=rest,
        )

    @property
    def question(self) -> str:
        """What must be settled about them, for those who know the shop; empty where there is none."""
        return tr("Few orders or none: {spans}. Was the shop closed?", spans=self.spans()) if self.found else ""

    def spans(self, most: int = _NAMED) -> str:
        """Name the days of up to so many gaps, and count the others."""
        named, more = ", ".join(gap.span for gap in self.found[:most]), len(self.found) - most
        return tr("{named} and {more} more", named=named, more=number(more)) if more > 0 else named


def find_gaps(order_days: NDArray[np.int64], weeks: pd.DataFrame, *, last_day: int) -> Gaps:
    """Find the stretches that hold no order, or far too few, by the shop's own rhythm.

    Parameters
    ----------
    order_days : shape (n,), the days with an order, in days since 1970, ascending, each once.
    weeks : one row a week: period (its Monday), orders, complete (whether all its days were observed).
    last_day : last day of observation, in days since 1970.

    Notes
    -----
    A silence is the days between one day with an order and the next, or the end of observation; most are of length 0.
    It is a gap when it is longer than `SILENT_DAYS`, and than `SILENT_TIMES` times the `SILENT_SHARE` quantile of all
    others. Were orders to fall by chance at an even rate, one silence in a million would be. A week is a dip when it
    lies wholly outside such gaps and holds less than `DIP_SHARE` of the median of up to `AROUND` weeks before it, and
    of those after it, both at least `LEAST_USUAL`. Dips that follow one another are one gap.
    """
    ends = np.append(order_days[1:], last_day + 1)
    silences = ends - order_days - 1
    is_gap = _too_long(silences)
    silent = [
        (int(start) + 1, int(start) + int(length))
        for start, length in zip(order_days[is_gap], silences[is_gap], strict=True)
    ]
    dips, judged = _dips(weeks, silent)
    found = [_silence(start, end, last_day) for start, end in silent] + dips
    rest = silences[~is_gap]
    return Gaps(tuple(sorted(found, key=lambda gap: gap.start)), int(rest.max()) if len(rest) else 0, judged)


def _too_long(silences: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which silences are too long for the others; shape (n,)."""
    is_gap = np.zeros(len(silences), dtype=bool)
    for i in np.flatnonzero(silences > SILENT_DAYS):
        others = np.delete(silences, i)
        usual = float(np.quantile(others, SILENT_SHARE)) if len(others) else 0.0
        is_gap[i] = silences[i] > SILENT_TIMES * usual
    return is_gap


def _dips(weeks: pd.DataFrame, silent: list[tuple[int, int]]) -> tuple[list[Gap], bool]:
    """Find the weeks with far too few orders, and tell whether there was any to judge."""
    starts = weeks["period"].to_numpy().astype("datetime64[D]").astype(np.int64)
    clear = weeks["complete"].to_numpy(bool).copy()
    for first, last in silent:
        clear &= (starts + 6 < first) | (starts > last)
    starts, orders = starts[clear], weeks["orders"].to_numpy(np.int64)[clear]
    usual = {i: around for i in range(len(orders)) if (around := _usual(orders, i)) is not None}
    low = [i for i, around in usual.items() if orders[i] < DIP_SHARE * min(around)]
    breaks = [0, *(j for j, (a, b) in enumerate(pairwise(low), 1) if starts[b] - starts[a] != 7), len(low)]
    found = [
        Gap(
            _date(int(starts[run[0]])),
            _date(int(starts[run[-1]]) + 6),
            int(orders[run].sum()),
            float(np.mean([usual[i] for i in run])),
            tr("closed for days, or a file or a store that the export lacks"),
        )
        for run in (low[a:b] for a, b in pairwise(breaks))
        if run
    ]
    return found, bool(usual)


def _usual(orders: NDArray[np.int64], i: int) -> tuple[float, float] | None:
    """Return the medians of the weeks before week `i` and after it; None where there is too little to go by."""
    sides = orders[max(0, i - AROUND) : i], orders[i + 1 : i + 1 + AROUND]
    if min(map(len, sides)) < LEAST_AROUND:
        return None
    before, after = (float(np.median(side)) for side in sides)
    return (before, after) if min(before, after) >= LEAST_USUAL else None


def _silence(first: int, last: int, last_day: int) -> Gap:
    start, end = _date(first), _date(last)
    if last == last_day:
        meaning = tr(
            "the orders end before the time observed does, so the shop was closed, the export ends "
            "early, or the study sets the end of observation too late"
        )
    elif whole := _whole_months(start, end):
        meaning = (
            tr("a whole month, so probably a file that the export lacks")
            if whole == 1
            else tr("whole months, so probably a file that the export lacks")
        )
    elif (end - start).days < _HOLIDAYS_DAYS and (end.year > start.year or start <= dt.date(start.year, 12, 25) <= end):
        meaning = tr("around the turn of the year, so probably a closed shop")
    else:
        meaning = tr("a closed shop, or days that the export lacks")
    return Gap(start, end, 0, None, meaning)


def _whole_months(start: dt.date, end: dt.date) -> int:
    """Count the months that a stretch is made of, but for a few days at its ends; 0: it is made of something else."""
    first = start if start.day == 1 else (start.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    after = (end + dt.timedelta(days=1)).replace(day=1)
    if (first - start).days > _FREE_DAYS or (end + dt.timedelta(days=1) - after).days > _FREE_DAYS:
        return 0
    return max(0, 12 * (after.year - first.year) + after.month - first.month)


def _date(days_since_1970: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=days_since_1970)
