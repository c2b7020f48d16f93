"""Whom a trial may draw from, as they stood on any day."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from cxlab.blocks import SEGMENTS
from cxlab.customers import EPOCH, Customers, customer_table
from cxlab.errors import did_you_mean
from cxlab.intake import Intake
from cxlab.parameters import Parameters
from cxlab.plan import KINDS, PlanError, customers_in_trials, make_strata, recent_purchases
from cxlab.segments import assign_segments
from cxlab.study import Study
from cxlab.words import harmless

ACTIVE = ("profit_bringers", "candidates")


@dataclass(frozen=True)
class Pool:
    """The customers of some segments.

    Attributes
    ----------
    customers : as of the end of calibration; by them the line of the active is drawn, as on the pages.
    among : segments that may be drawn from.
    kinds : what the strata are made of.
    """

    study: Study
    parameters: Parameters
    intake: Intake
    customers: Customers
    among: tuple[str, ...] = ACTIVE
    kinds: Collection[str] = KINDS

    @cached_property
    def active_days(self) -> int:
        """A customer is active whose last order is at most so many days old."""
        chosen = self.parameters
        return assign_segments(
            self.customers, active_days=chosen.active_days, profitability=chosen.profitability,
            min_profit=chosen.min_profit,
        ).active_days  # fmt: skip

    @property
    def who(self) -> str:
        """What they are, in the plural and in English: pages say it by `cxlab.plan.nouns`."""
        if set(self.among) == set(SEGMENTS):
            return "customers"
        return "active customers" if set(self.among) == set(ACTIVE) else "customers of these segments"

    def as_of(self, day: dt.date, *, until: dt.date, start: dt.date, length: int) -> pd.DataFrame:
        """List them by what is known on a day, sorted by customer_id.

        Parameters
        ----------
        until : last day of the time after; `day` for none.
        start, length : the time before are the `length` days before `start`.

        Returns
        -------
        customer_id, segment, recent (purchases in the time before), stratum, purchases (in the time after).
        """
        chosen = self.parameters
        known = customer_table(
            self.intake.engine, calibration_end=day, observation_end=until, currency=self.study.currency,
            margin_rate=chosen.margin_rate, with_variance=False,
        )  # fmt: skip
        segments = assign_segments(
            known, active_days=self.active_days, profitability=chosen.profitability, min_profit=chosen.min_profit
        ).labels
        mine = segments.isin(self.among).to_numpy(bool)
        ids, labels = known.frame["customer_id"][mine].reset_index(drop=True), segments[mine].to_numpy(object)
        recent = recent_purchases(self.intake.engine, ids, day=(start - EPOCH).days, days=length)
        return pd.DataFrame(
            {
                "customer_id": ids,
                "segment": labels,
                "recent": recent,
                "stratum": make_strata(labels, recent, self.kinds),
                "purchases": known.frame["holdout_purchases"][mine].to_numpy(np.int64),
            }
        )


@dataclass(frozen=True, eq=False)
class Eligible:
    """The customers who could be drawn on a day.

    Attributes
    ----------
    frame : one row a customer, sorted by customer_id: customer_id, segment, recent (purchases in the outcome_days
        before), stratum.
    start : the day of the draw.
    n_in_trials : customers left out because their time in another trial is not over then.
    n_unsafe : customers left out because a spreadsheet would change their ids.
    """

    frame: pd.DataFrame
    start: dt.date
    n_in_trials: int
    n_unsafe: int

    @property
    def n(self) -> int:
        """Number of customers."""
        return len(self.frame)


def eligible_customers(pool: Pool, start: dt.date | None = None, drawn: Collection[str] = ()) -> Eligible:
    """List who could be drawn, by what is known on the last day of orders.

    Parameters
    ----------
    start : day of the draw; by default the day after the observation.
    drawn : customers in trials that the study does not name yet.

    Raises
    ------
    PlanError : the draw would not lie after the last order.
    """
    end, days, intake = pool.customers.observation_end, pool.parameters.outcome_days, pool.intake
    start = start or end + dt.timedelta(days=1)
    if start <= end:
        raise PlanError(
            f"--start {start}: orders are known up to {end}, and a draw must come after them; give a later day"
        )
    frame = pool.as_of(end, until=end, start=start, length=days)
    busy: tuple[str, ...] = ()
    if "assignments" in intake.tables:
        busy = customers_in_trials(intake.engine, day=(start - EPOCH).days, outcome_days=days)
    is_busy = frame["customer_id"].isin([*busy, *drawn]).to_numpy(bool)
    is_unsafe = frame["customer_id"].map(lambda one: harmless(one) != one).to_numpy(bool) & ~is_busy
    left = frame[~is_busy & ~is_unsafe].drop(columns="purchases").reset_index(drop=True)
    return Eligible(left, start, int(is_busy.sum()), int(is_unsafe.sum()))


def read_among(text: str) -> tuple[str, ...]:
    """Read which segments may be drawn from: `active`, `everyone`, or names of segments.

    Raises
    ------
    PlanError : a name that is no segment.

    Examples
    --------
    >>> read_among("lost, candidates"), read_among("active")
    (('candidates', 'lost'), ('profit_bringers', 'candidates'))
    """
    words = [word.strip() for word in text.split(",")]
    if words in (["active"], ["everyone"]):
        return ACTIVE if words == ["active"] else SEGMENTS
    for word in words:
        if word not in SEGMENTS:
            near = (
                did_you_mean(word, SEGMENTS) or f"; there are {', '.join(SEGMENTS)}, and the words active and everyone"
            )
            raise PlanError(f"--among: no segment is called `{word}`{near}")
    return tuple(segment for segment in SEGMENTS if segment in words)
