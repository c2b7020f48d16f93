"""What one more click goes with: the odds of going on from a step, by the records of a session up to it."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from cxlab.errors import MissingDataError, NotEnoughDataError
from cxlab.estimate import Estimate
from cxlab.experience.funnel import require_steps
from cxlab.journey import Journey
from cxlab.language import tr
from cxlab.words import number, number_between, percent, percent_between

ClickVerdict = Literal["less", "more", "no_effect", "cannot_tell"]
LEAST_SESSIONS = 100
"""Sessions that reached a step, from which on what a click goes with is asked."""
MARGIN = 0.05
"""Change of the odds below which one more click goes with nothing."""
_ROUNDS, _NEAR = 50, 1e-10
Array = NDArray[np.float64]


@dataclass(frozen=True)
class StepClicks:
    """What one more click before a step goes with.

    Attributes
    ----------
    step : the step that was reached; next : the one that it leads to.
    n : sessions that reached it. mean : records up to it, on average.
    odds : odds of going on with one more record, against those without.
    """

    step: str
    next: str
    n: int
    mean: float
    odds: Estimate


@dataclass(frozen=True, eq=False)
class Clicks:
    """What one more click goes with.

    Attributes
    ----------
    odds : odds of going on with one more record up to a step, against those without; over all steps of the way.
    by_step : the same at each step at which it can be told.
    verdict : by the written rule.
    shares : one row a step and number of records: step, clicks, sessions, went_on.
    """

    odds: Estimate
    by_step: tuple[StepClicks, ...]
    verdict: ClickVerdict
    shares: pd.DataFrame

    @property
    def percent(self) -> Estimate:
        """Change of the odds in percent of them, as a share."""
        low, high = self.odds.ends
        return Estimate(self.odds.number - 1, low - 1, high - 1, n=self.odds.n)

    @property
    def findings(self) -> dict[str, Estimate]:
        """The odds ratio a click, over all steps and by step, and the verdict."""
        e = self.odds
        found = {"click_effect": Estimate(e.value, e.low, e.high, e.level, e.n, e.unit, self.verdict)}
        return found | {f"click_effect.{one.step}": one.odds for one in self.by_step}

    @property
    def table(self) -> pd.DataFrame:
        """One row a step, and one for all: sessions, odds ratio a click."""
        rows = [("", "", self.odds)] + [(one.step, one.next, one.odds) for one in self.by_step]
        return pd.DataFrame(
            {
                "step": [step for step, _, _ in rows], "next": [after for _, after, _ in rows],
                "sessions": [e.n for _, _, e in rows], "odds_ratio": [e.number for _, _, e in rows],
                "odds_ratio_low": [e.low for _, _, e in rows], "odds_ratio_high": [e.high for _, _, e in rows],
            }
        )  # fmt: skip

    @property
    def heading(self) -> str:
        """What one more click goes with, in a line."""
        if self.verdict == "less":
            return tr("Each further click went with fewer sessions going on")
        if self.verdict == "more":
            return tr("Each further click went with more sessions going on")
        if self.verdict == "no_effect":
            return tr("A further click went with neither more nor fewer sessions going on")
        return tr("What a further click goes with cannot be told")

    @property
    def reading(self) -> str:
        """The odds with their interval, and why that is no effect of clicks."""
        e, interval = self.percent, percent_between(*self.percent.ends, 1)
        if self.verdict == "cannot_tell":
            said = tr(
                "Whether the odds of going on to the next step change with each further record before it cannot be "
                "told: anything from {interval} fits the data, step and channel alike, in {n} arrivals at a step.",
                interval=interval,
                n=number(self.odds.n or 0),
            )
        else:
            said = tr(
                "With each further record before a step, the odds of going on to the next change by {size} "
                "({interval}), step and channel alike, in {n} arrivals at a step.",
                size=f"+{percent(e.number, 1)}" if e.number > 0 else percent(e.number, 1),
                interval=interval,
                n=number(self.odds.n or 0),
            )
        each = ", ".join(
            tr("{step} {odds} ({interval})", step=tr("“{name}”", name=one.step), odds=number(one.odds.number, 2),
               interval=number_between(*one.odds.ends, 2))
            for one in self.by_step
        )  # fmt: skip
        more = tr(
            "As odds ratios with 95% intervals, from each step on: {each}. Only records before a step count, so that a "
            "session is not long because it went far. It is what went together: who looks around for longer may have "
            "wanted less, or more, from the start.",
            each=each,
        )
        return f"{said} {more}"


def weigh_clicks(journey: Journey | None) -> Clicks:
    """Find what one more click before a step goes with: the odds of going on from it to the next.

    Parameters
    ----------
    journey : visits as sums; None: none are on record.

    Raises
    ------
    MissingDataError : there are no visits, or they have no times of day. NotEnoughDataError : too few sessions come to
        a step by different numbers of records, or go on from it.

    Notes
    -----
    Over the whole way long sessions reach more steps by construction. So at each step those that reached it are
    compared, by how many records they had before: a logistic regression of going on, with an intercept for each step
    and channel and one slope. The standard error is over people (Liang and Zeger 1986). The written rule: *less* or
    *more* where the 95% interval of the odds ratio lies below or above 1; *no effect* where its 90% interval lies
    within 5% either way; else the data *cannot tell*.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> clicks = cx.weigh_clicks(kit.journey)
    >>> sorted(clicks.findings)[0], clicks.verdict in ("less", "more", "no_effect", "cannot_tell")
    ('click_effect', True)
    """
    if journey is None:
        raise MissingDataError(
            tr("without visits no click can be counted: add `events` to the sources (session_id, occurred_at, step)")
        )
    require_steps(journey)
    if not journey.are_clocked:
        raise MissingDataError(
            tr("the visits have days and no times, so nobody knows what came first: bring `occurred_at` with its time")
        )
    cells, names = journey.clicks, journey.steps.names
    pooled = _slope(journey, cells, None)
    if pooled is None:
        raise NotEnoughDataError(
            tr(
                "fewer than {least} sessions came to a step by different numbers of clicks and could go on: bring more "
                "`events`",
                least=LEAST_SESSIONS,
            )
        )
    by_step = []
    for k in range(journey.steps.last):
        mine = cells[cells["step"] == k]
        odds = _slope(journey, mine, k)
        if odds is not None:
            sessions = mine["sessions"].to_numpy(np.float64)
            mean = float((sessions * mine["clicks"].to_numpy()).sum() / sessions.sum())
            by_step.append(StepClicks(names[k], names[k + 1], int(sessions.sum()), mean, odds))
    shares = cells.groupby(["step", "clicks"], as_index=False)[["sessions", "went_on"]].sum()
    shares["step"] = [names[k] for k in shares["step"]]
    return Clicks(pooled, tuple(by_step), judge_clicks(pooled), shares)


def judge_clicks(odds: Estimate) -> ClickVerdict:
    """Judge an odds ratio a click by the written rule.

    Examples
    --------
    >>> judge_clicks(Estimate(0.9, 0.85, 0.95)), judge_clicks(Estimate(1.0, 0.97, 1.03))
    ('less', 'no_effect')
    >>> judge_clicks(Estimate(1.0, 0.9, 1.1))
    'cannot_tell'
    """
    low, high = odds.ends
    if high < 1:
        return "less"
    if low > 1:
        return "more"
    middle = math.log(odds.number)
    reach = (math.log(high) - math.log(low)) / 2 * float(norm.ppf(0.95) / norm.ppf(0.975))
    return "no_effect" if max(abs(middle - reach), abs(middle + reach)) < math.log(1 + MARGIN) else "cannot_tell"


def fit_clicks(cells: pd.DataFrame) -> tuple[float, float, pd.DataFrame] | None:
    """Fit the logistic regression of going on, an intercept for each step and channel, one slope on clicks.

    Parameters
    ----------
    cells : one row a step, channel and number of clicks: step, channel, clicks, sessions, went_on.

    Returns
    -------
    The slope; what is known of it (the inverse of its variance were sessions drawn by themselves); one row a step and
    channel: step, channel, intercept, mean (of clicks, weighted). None where nothing can be told: in no step and
    channel some went on, some did not, and clicks differ.
    """
    told = [
        part
        for _, part in cells.groupby(["step", "channel"], sort=True)
        if 0 < part["went_on"].sum() < part["sessions"].sum()
    ]
    if not told or not any(len(part) > 1 for part in told):
        return None
    kept = pd.concat(told)
    group = np.repeat(np.arange(len(told)), [len(part) for part in told])
    x, n, y = (kept[name].to_numpy(np.float64) for name in ("clicks", "sessions", "went_on"))
    rates = np.bincount(group, y) / np.bincount(group, n)
    slope, intercepts = 0.0, np.log(rates / (1 - rates))
    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(intercepts[group] + slope * x, -30, 30)))
        w, rest = n * p * (1 - p), y - n * p
        weight = np.maximum(np.bincount(group, w), 1e-300)
        mean = np.bincount(group, w * x) / weight
        known = float((w * (x - mean[group]) ** 2).sum())
        if known <= 0:
            return None
        step = float((rest * (x - mean[group])).sum()) / known
        step = math.copysign(min(abs(step), 1.0), step)
        intercepts = intercepts + np.clip(np.bincount(group, rest) / weight - mean * step, -2, 2)
        slope += step
        if abs(step) < _NEAR:
            break
    constants = pd.DataFrame(
        {
            "step": [int(part["step"].iloc[0]) for part in told],
            "channel": [int(part["channel"].iloc[0]) for part in told], "intercept": intercepts, "mean": mean,
        }
    )  # fmt: skip
    return (slope, known, constants) if abs(slope) < 20 else None


def _slope(journey: Journey, cells: pd.DataFrame, step: int | None) -> Estimate | None:
    """Return the odds ratio a click with its interval; None where it cannot be told."""
    varied = cells.groupby(["step", "channel"])["clicks"].transform("size") > 1  # the others tell nothing of the slope
    arrivals = int(cells["sessions"][varied].sum())
    fitted = fit_clicks(cells) if arrivals >= LEAST_SESSIONS else None
    if fitted is None:
        return None
    slope, known, constants = fitted
    squares, people = journey.squared_scores(step, constants, slope)
    if people < 2:
        return None
    variance = max(squares * people / (people - 1) / known**2, 1 / known)
    reach = float(norm.ppf(0.975)) * math.sqrt(variance)
    if reach > 20:
        return None
    return Estimate(
        math.exp(slope), math.exp(slope - reach), math.exp(slope + reach), n=arrivals, unit="odds ratio per click"
    )
