"""Do relationships last longer than they used to? Cohorts followed equally long, and their trend over time."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from cxlab import words
from cxlab.cohorts.joining import Joining, group_joining, name_of, usual_gap
from cxlab.contingency import Array, Counts
from cxlab.engine import Engine
from cxlab.estimate import Estimate, Findings, columns_of, normal_interval, wilson_interval
from cxlab.intake.cohorts import COMPARED_FROM
from cxlab.intake.hiding import shares_to_hide
from cxlab.language import tr
from cxlab.phrases import span

MOST_OPEN = 0.15  # share of the customers a year: where a larger change is left open, it cannot be told
Verdict = Literal["longer", "shorter", "no_change_seen", "cannot_tell"]
Missing = Literal["", "cohorts", "span", "short", "repeats"]
HORIZONS = (730, 365, 180, 90)
"""Days that every customer is followed for: the longest of these that leaves enough to compare."""
LEAST_COHORTS = 3
LEAST_SPAN, WHOLE_YEAR = 180, 365
"""Days from the first joining compared to the last one: at least; and from which on all seasons are in it."""
LEAST_STILL = 10
"""Customers who still bought, and others who did not, that it takes in all."""
STRETCH_DAYS = 30
"""Days of a stretch of life of which it is asked whether a purchase lies in it."""
_YEAR = 365.25
_Z = float(norm.ppf(0.975))


@dataclass(frozen=True)
class Trend:
    """How something goes with the time of joining, over cohorts.

    Attributes
    ----------
    slope : change a year later.
    start, end : what the line says of the first and the last cohort; with seasons, of their mean season.
    spread : how much more cohorts scatter around the line than chance makes them, as a factor of the error; 1 where
        they do not.
    """

    slope: Estimate
    start: float
    end: float
    spread: float


@dataclass(frozen=True)
class Lasting:
    """Cohorts of which everybody is followed for the same time, and the trend over them.

    Attributes
    ----------
    joining : the cohorts.
    horizon_days : how long everybody is followed; 0 where no time leaves enough to compare.
    cohorts : shape (c,), places of the compared cohorts among all.
    joined : shape (c,), mean day of joining of each, in days since 1970.
    followed : shape (c,), customers of each who could be followed so long.
    still : shape (c,), of these, who bought in the second half of that time.
    stretches : shape (c,), mean number of stretches of `STRETCH_DAYS` with a purchase in it after the first one.
    shares : share still buying in the second half, of each.
    trend : of that share; None where it cannot be told. activity : of the stretches; None likewise.
    by_season : whether only cohorts of the same season are held against each other.
    missing : why it cannot be told; empty where it can.
    gap_days : days that four in five gaps between purchases stay within; None where nobody came back.
    """

    joining: Joining
    horizon_days: int
    cohorts: Counts
    joined: Array
    followed: Counts
    still: Counts
    stretches: Array
    shares: tuple[Estimate, ...]
    trend: Trend | None
    activity: Trend | None
    by_season: bool
    missing: Missing
    gap_days: float | None

    @property
    def half_days(self) -> int:
        """Days of the first half of the time."""
        return self.horizon_days // 2

    @property
    def second_half(self) -> str:
        """The second half of the time in words."""
        return tr(
            "days {first} to {last} after the first order",
            first=words.number(self.half_days + 1),
            last=words.number(self.horizon_days),
        )

    @property
    def starts(self) -> tuple[dt.date, ...]:
        """First day of each cohort compared."""
        return tuple(self.joining.starts[int(i)] for i in self.cohorts)

    @property
    def hidden(self) -> NDArray[np.bool_]:
        """Which shares a page must not show, shape (c,)."""
        return shares_to_hide(self.still, self.followed, self.joining.minimum_group)

    @property
    def n(self) -> int:
        """Customers compared."""
        return int(self.followed.sum())

    @property
    def verdict(self) -> Verdict:
        """What the written rule says."""
        if self.trend is None:
            return "cannot_tell"
        low, high = self.trend.slope.ends
        if low > 0 or high < 0:
            return "longer" if low > 0 else "shorter"
        return "no_change_seen" if max(-low, high) <= MOST_OPEN else "cannot_tell"

    @property
    def table(self) -> pd.DataFrame:
        """One row a cohort: cohort (first day), joined (mean day), followed, still, share and its ends, stretches."""
        return pd.DataFrame(
            {
                "cohort": pd.to_datetime(pd.Series(self.starts, dtype="object")).astype("datetime64[s]"),
                "joined": pd.to_datetime(pd.Series(np.round(self.joined)), unit="D").astype("datetime64[s]"),
                "followed": self.followed,
                "still": self.still,
                **columns_of("share", self.shares),
                "stretches": self.stretches,
            }
        )

    @property
    def heading(self) -> str:
        """The verdict as a sentence."""
        return {
            "longer": tr("Relationships last longer than they used to"),
            "shorter": tr("Relationships do not last as long as they used to"),
            "no_change_seen": tr("No change is seen in how long relationships last"),
            "cannot_tell": tr("Whether relationships last longer than they used to cannot be told"),
        }[self.verdict]

    @property
    def reading(self) -> str:
        """The trend with its interval, and what is mixed with it."""
        if self.trend is None:
            return self._why_not()
        slope, (low, high) = self.trend.slope, self.trend.slope.ends
        last = len(self.starts) - 1
        text = tr(
            "Of {n} customers in {n_cohorts} cohorts, each followed for {days}, it is asked who still "
            "bought in the second half of that time ({second_half}). By the line through the cohorts "
            "this went from {start} of those who joined in {first} to {end} of those of {last}, a "
            "change of {points} percentage points for each year later (95% interval {interval}).",
            n=words.number(self.n),
            n_cohorts=words.number(len(self.starts)),
            days=span(self.horizon_days),
            second_half=self.second_half,
            start=words.percent(self.trend.start),
            first=self._name(0),
            end=words.percent(self.trend.end),
            last=self._name(last),
            points=words.number(100 * slope.number, 1),
            interval=words.number_between(100 * low, 100 * high, 1),
        )
        if self.verdict in ("no_change_seen", "cannot_tell"):
            text += tr(
                " Chance alone can make that much. A rise of up to {rise} points a year cannot be ruled "
                "out, nor a fall of up to {fall}.",
                rise=words.number(100 * high),
                fall=words.number(-100 * low),
            )
        if self.trend.spread > 1:
            text += tr(" The cohorts scatter more than chance makes them, and the interval was widened for that.")
        return f"{text} {self._activity()}{self._season()}{self.joining.left_out(1)}".replace("  ", " ")

    def _activity(self) -> str:
        if self.activity is None:
            return ""
        slope, (low, high) = self.activity.slope, self.activity.slope.ends
        figures = {
            "n": words.number(self.horizon_days // STRETCH_DAYS), "days": STRETCH_DAYS,
            "change": words.number(slope.number, 2), "interval": words.number_between(low, high, 2),
        }  # fmt: skip
        by_chance, rose = low <= 0 <= high, slope.number > 0
        if by_chance and rose:
            return tr(
                "The number of their first {n} stretches of {days} days with a purchase rose, but no more than "
                "by chance "
                "({change} a year, 95% interval {interval}). ",
                **figures,
            )
        if by_chance:
            return tr(
                "The number of their first {n} stretches of {days} days with a purchase fell, but no more than "
                "by chance "
                "({change} a year, 95% interval {interval}). ",
                **figures,
            )
        if rose:
            return tr(
                "The number of their first {n} stretches of {days} days with a purchase rose ({change} a year, 95% "
                "interval {interval}). ",
                **figures,
            )
        return tr(
            "The number of their first {n} stretches of {days} days with a purchase fell ({change} a year, 95% "
            "interval "
            "{interval}). ",
            **figures,
        )

    def _season(self) -> str:
        """Say what the season of joining does to the trend, and that the calendar stays in it."""
        calendar = tr("Whatever else changed in the shop in that time is part of the trend.")
        if self.by_season:
            said = tr("Only those who joined in the same season are held against each other.")
        elif self.joining.period == "year":
            said = tr("Cohorts are whole years, so the season of joining does not matter.")
        elif _span(self.joined) < WHOLE_YEAR:
            said = tr(
                "The season in which somebody joined cannot be kept apart from the trend, for these cohorts joined in "
                "less than a year: who joins before Christmas may be another customer than who joins in spring."
            )
        else:
            said = tr(
                "The season in which somebody joined cannot be kept apart from the trend, for too few seasons come "
                "twice in these cohorts: who joins before Christmas may be another customer than who joins in spring."
            )
        return f"{said} {calendar}"

    def _why_not(self) -> str:
        return tr("Whether relationships last longer than they used to cannot be told: {why}", why=self._lacking())

    def _lacking(self) -> str:
        if self.gap_days is None:
            return tr("nobody came back.")
        gap = span(int(np.ceil(self.gap_days)))
        if self.missing == "short":
            return tr(
                "the cohorts that can be compared can be followed for too short a time. It takes twice the {gap} that "
                "four in five gaps between purchases stay within, else who is only slow would look lost. Bring a "
                "longer history.",
                gap=gap,
            )
        if self.missing == "span":
            return tr(
                "the customers that can be followed long enough all joined within less than half a year. Bring a "
                "longer history."
            )
        if self.missing == "repeats":
            return tr(
                "in {second_half}, fewer than {least} customers still bought, or fewer than {least} did not.",
                second_half=self.second_half,
                least=LEAST_STILL,
            )
        return tr(
            "it takes {n} cohorts of {least} customers or more beside that of {first}, which may hold old customers, "
            "followed for twice the {gap} that four in five gaps between purchases stay within. Bring a longer "
            "history.",
            n=LEAST_COHORTS,
            least=max(COMPARED_FROM, self.joining.minimum_group),
            first=self.joining.names[0],
            gap=gap,
        )

    def _name(self, i: int) -> str:
        return name_of(self.starts[i], self.joining.period)

    @property
    def findings(self) -> Findings:
        """The verdict with the trend as `lasting`, and the trend of the stretches as `lasting.stretches`."""
        if self.trend is None:
            return {"lasting": Estimate(verdict=self.verdict)}
        slope = self.trend.slope
        unit = f"change in the share still buying in the second half of {self.horizon_days} days, a year of joining"
        found = {
            "lasting": Estimate(slope.value, slope.low, slope.high, n=self.n, unit=unit, verdict=self.verdict),
        }
        return found if self.activity is None else found | {"lasting.stretches": self.activity.slope}


@dataclass(frozen=True)
class _Lives:
    """What is known of the cohorts over one horizon, each array of shape (c,)."""

    horizon: int
    cohorts: Counts
    joined: Array
    followed: Counts
    still: Counts
    stretches: Array
    variance: Array

    @property
    def span(self) -> float:
        """Days over which the customers joined, about."""
        return _span(self.joined)


def compare_lasting(engine: Engine, *, observation_end: dt.date, minimum_group: int = 5) -> Lasting:
    """Compare how long the relationships of customers last who joined at different times.

    Parameters
    ----------
    engine : with the table `sales`.
    observation_end : last day, inclusive; all orders up to it count.
    minimum_group : of the study.

    Raises
    ------
    NotEnoughDataError : nobody ordered up to that day.

    Notes
    -----
    Nobody says when a relationship ends, so it is asked who still bought in the second half of a time that everybody
    compared was followed for. The first cohort is left out, because its customers may have bought before the data
    begin, and so are cohorts of which fewer than `COMPARED_FROM` customers could be followed so long. Of `HORIZONS`
    that one is taken whose second half is as long as the gap that four in five stay within, with at least
    `LEAST_COHORTS` cohorts: the longest with which the same seasons can be compared, else the longest that keeps
    joinings over `WHOLE_YEAR` days, else over `LEAST_SPAN`.

    The trend is a line through the cohorts' shares, weighted by their customers; with seasons each has a level of its
    own. Its error is the robust one, from the spread of customers within their cohorts (one row a customer), and is
    widened where the cohorts scatter more around the line than that lets expect (by the square root of chi-squared
    over its degrees of freedom, where that is above 1). The rule: `longer` or `shorter` where the 95 % interval lies
    on one side of 0, else `no_change_seen`; `cannot_tell` where no horizon leaves enough, or fewer than `LEAST_STILL`
    customers did or did not still buy.

    References
    ----------
    White (1980), A heteroskedasticity-consistent covariance matrix estimator, Econometrica 48, 817-838; Birge (1932),
    The calculation of errors by the method of least squares, Physical Review 40, 207-227.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> end = kit.customers.observation_end
    >>> lasting = cx.compare_lasting(kit.intake.engine, observation_end=end)
    >>> print(lasting.heading)
    Whether relationships last longer than they used to cannot be told
    """
    joining = group_joining(engine, observation_end=observation_end, minimum_group=minimum_group)
    gap = usual_gap(engine, observation_end=observation_end)
    chosen, missing = _choose(engine, joining, gap)
    if chosen is None:
        nothing = np.zeros(0, dtype=np.int64)
        return Lasting(
            joining, 0, nothing, np.zeros(0), nothing, nothing, np.zeros(0), (), None, None, False, missing, gap
        )
    n, still = int(chosen.followed.sum()), int(chosen.still.sum())
    if min(still, n - still) < LEAST_STILL:
        missing = "repeats"
    unit = f"share still buying in the second half of {chosen.horizon} days"
    shares = tuple(
        wilson_interval(int(k), int(m), unit=unit) for k, m in zip(chosen.still, chosen.followed, strict=True)
    )
    by_season = _compares_seasons(joining, chosen)
    seasons = _seasons(joining, chosen) if by_season else np.zeros(len(chosen.joined), dtype=np.int64)
    trend = activity = None
    if not missing:
        size = chosen.followed.astype(np.float64)
        smoothed = (chosen.still + 0.5) / (size + 1)
        unit = "change a year of joining in the share still buying"
        trend = _trend(chosen, chosen.still / size, smoothed * (1 - smoothed), seasons, unit)
        unit = f"change a year of joining in the stretches of {STRETCH_DAYS} days with a purchase"
        activity = _trend(chosen, chosen.stretches, chosen.variance, seasons, unit)
    return Lasting(
        joining, chosen.horizon, chosen.cohorts, chosen.joined, chosen.followed, chosen.still, chosen.stretches, shares,
        trend, activity, by_season, missing, gap,
    )  # fmt: skip


def _choose(engine: Engine, joining: Joining, gap: float | None) -> tuple[_Lives | None, Missing]:
    """Choose the horizon by the rule that `compare_lasting` names, or say what is missing for any."""
    if gap is None:
        return None, "repeats"
    observed = joining.last_day - int(joining.first_days[0])
    lives = [_follow(engine, joining, horizon) for horizon in HORIZONS if horizon <= observed]
    many = [one for one in lives if len(one.cohorts) >= LEAST_COHORTS]
    if not many:
        return None, "cohorts"
    long = [one for one in many if one.horizon // 2 >= gap]
    if not long:
        return None, "short"
    best = max(long, key=lambda one: _keeps(joining, one))  # of equals the first, which is the longest
    return (best, "") if _keeps(joining, best) else (None, "span")


def _keeps(joining: Joining, lives: _Lives) -> int:
    """Tell what a horizon keeps: 3 seasons to compare, 2 joinings over a whole year, 1 over half of one, 0 neither."""
    if _compares_seasons(joining, lives) or (joining.period == "year" and lives.span >= WHOLE_YEAR):
        return 3
    return 2 if lives.span >= WHOLE_YEAR else int(lives.span >= LEAST_SPAN)


def _follow(engine: Engine, joining: Joining, horizon: int) -> _Lives:
    """Sum up by cohort, the first left out, those who could be followed so long."""
    half, stretches = horizon // 2, horizon // STRETCH_DAYS
    found = engine.frame(
        "SELECT first_day, COUNT(*) AS followed, CAST(SUM(still) AS BIGINT) AS still, CAST(SUM(active) AS BIGINT) AS "
        "active, CAST(SUM(active * active) AS BIGINT) AS squares FROM (SELECT customer_id, first_day, "
        "MAX(CASE WHEN day - first_day > ? AND day - first_day <= ? THEN 1 ELSE 0 END) AS still, "
        "COUNT(DISTINCT CASE WHEN day > first_day AND day - first_day <= ? THEN "
        "FLOOR(CAST(day - first_day - 1 AS DOUBLE) / ?) END) AS active "
        "FROM sales WHERE n_orders > 0 AND first_day <= ? GROUP BY customer_id, first_day) AS l "
        "GROUP BY first_day ORDER BY first_day",
        [half, horizon, stretches * STRETCH_DAYS, STRETCH_DAYS, joining.last_day - horizon],
    )
    days = found["first_day"].to_numpy(np.int64)
    names = ("followed", "still", "active", "squares")
    followed, still, active, squares = (joining.summed(days, found[name].to_numpy(np.int64)) for name in names)
    joined = joining.summed(days, (days - days[:1].sum()) * found["followed"].to_numpy(np.int64))
    used = followed >= max(COMPARED_FROM, joining.minimum_group)
    used[0] = False
    size = followed[used].astype(np.float64)
    mean = active[used] / size
    variance = (squares[used] - size * mean**2) / (size - 1)
    begin = float(days[0]) if len(days) else 0.0
    return _Lives(
        horizon, np.flatnonzero(used), begin + joined[used] / size, followed[used], still[used], mean,
        np.maximum(variance, 0.0),
    )  # fmt: skip


def _span(joined: Array) -> float:
    """Return the days between the first and the last cohort's middle, plus what one of them takes."""
    n = len(joined)
    return 0.0 if n < 2 else float(joined[-1] - joined[0]) * n / (n - 1)


def _seasons(joining: Joining, lives: _Lives) -> Counts:
    """Return each cohort's season, shape (c,): its quarter or month of the year, or all alike where it has none."""
    starts = [joining.starts[int(i)] for i in lives.cohorts]
    if joining.period == "year":
        return np.zeros(len(starts), dtype=np.int64)
    return np.array([start.month for start in starts], dtype=np.int64)


def _compares_seasons(joining: Joining, lives: _Lives) -> bool:
    """Whether at least half of the year's seasons were seen in two years or more, and something is left to judge by."""
    if joining.period not in ("quarter", "month"):
        return False
    _, times = np.unique(_seasons(joining, lives), return_counts=True)
    return int((times > 1).sum()) >= (2 if joining.period == "quarter" else 6)


def _trend(lives: _Lives, values: Array, variance: Array, seasons: Counts, unit: str) -> Trend:
    """Fit the line.

    Parameters
    ----------
    values : shape (c,), of the cohorts. variance : shape (c,), of customers within each.
    seasons : shape (c,); each has a level of its own.
    """
    n, years = lives.followed.astype(np.float64), lives.joined / _YEAR
    inside = (seasons[:, None] == np.unique(seasons)[None, :]).astype(np.float64)

    def within(x: Array) -> Array:
        return np.asarray(x - inside @ ((inside.T @ (n * x)) / (inside.T @ n)))

    x, y = within(years), within(values)
    total = float((n * x**2).sum())
    slope = float((n * x * y).sum()) / total
    error = float(np.sqrt((n * x**2 * variance).sum())) / total
    left = y - slope * x
    pooled = float((n * variance).sum() / n.sum())
    free = len(x) - inside.shape[1] - 1
    ratio = float((n * left**2).sum()) / pooled / free if free > 0 and pooled > 0 else 1.0
    spread = max(1.0, float(np.sqrt(ratio)))
    middle, centre = float(np.average(values, weights=n)), float(np.average(years, weights=n))
    ends = [middle + slope * (float(years[i]) - centre) for i in (0, -1)]
    return Trend(normal_interval(slope, error * spread, n=int(n.sum()), unit=unit), ends[0], ends[1], spread)
