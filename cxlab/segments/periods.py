"""The same customers in two periods of equal length that do not overlap."""

import datetime as dt
import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxlab import words
from cxlab.customers import Customers, customer_table
from cxlab.engine import Engine
from cxlab.language import tr, trn

LEAST_DAYS = 28  # of a period: in less, pay days and week-ends decide more than loyalty does
LEAST_CUSTOMERS = 30
_IN_PERIOD = ("revenue", "returns", "cost_of_goods", "cost_to_serve", "gesture_cost", "contribution")
_PRECISION = 9  # decimals: differences of sums that are equal shall be zero


@dataclass(frozen=True)
class Periods:
    """Customers known at the end of a first period, as they were then and at the end of the period after it.

    Attributes
    ----------
    first : shape (n customers,) as of the end of the first period. Money columns hold what came in that period only,
        the others what was known at its end; the hold-out columns hold the second period.
    second : the same customers in the same order as of the end of the second period, with `contribution` of that period
        only. Gaps and repeat purchases are those known at the end of the first, so that a rule which goes by a
        customer's own rhythm goes by the same one twice.
    known_first, known_second : everything known of them at the two ends, for models that need whole histories.
    days : length of each period.
    missing : why nothing can be said of movement; empty where it can.
    """

    first: Customers
    second: Customers
    known_first: Customers
    known_second: Customers
    days: int
    missing: str = ""

    @property
    def n(self) -> int:
        """Number of customers known at the end of the first period."""
        return self.first.n

    @property
    def middle(self) -> dt.date:
        """Last day of the first period."""
        return self.first.calibration_end

    @property
    def end(self) -> dt.date:
        """Last day of the second period."""
        return self.second.calibration_end


def two_periods(engine: Engine, customers: Customers, *, margin_rate: float) -> Periods:
    """Divide the time around `calibration_end` into two periods of equal length.

    The first ends with the calibration window, the second begins the day after. Each is as long as the hold-out window,
    or as the calibration window where that is the shorter one. What came before the first period counts for neither.

    Parameters
    ----------
    engine : with the study's tables `sales`, `returns` and `effort`.
    customers : as of `calibration_end`.
    margin_rate : share of revenue left after the cost of goods, for lines without a known cost.
    """
    days = max(0, min(customers.calibration_days, customers.holdout_days))
    middle, span = customers.calibration_end, dt.timedelta(days=days)

    def table(end: dt.date, ahead: dt.date) -> Customers:
        return customer_table(
            engine, calibration_end=end, observation_end=ahead, currency=customers.currency, margin_rate=margin_rate,
            with_variance=False,
        )  # fmt: skip

    known = customers if middle + span == customers.observation_end else table(middle, middle + span)
    before = table(middle - span, middle) if middle - span >= customers.first_order else None
    after = table(middle + span, middle + span) if days else known
    return _periods(known, None if before is None else before.frame, after, days)


def _periods(known: Customers, before: pd.DataFrame | None, after: Customers, days: int) -> Periods:
    """Take what came before the first period away, and put the second one beside it.

    Parameters
    ----------
    known : as of the end of the first period, with the second as its hold-out window.
    before : customers as of the day before the first period; None where nobody was known.
    after : as of the end of the second period.
    """
    frame = known.frame.copy()
    if before is not None:
        earlier = before.set_index("customer_id").reindex(frame["customer_id"])
        for name in _IN_PERIOD:
            frame[name] = (frame[name] - earlier[name].fillna(0.0).to_numpy(float)).round(_PRECISION)
    later = after.frame.set_index("customer_id").reindex(frame["customer_id"]).reset_index()
    begin = known.calibration_end - dt.timedelta(days=days - 1)
    first = replace(known, frame=frame, first_order=begin, repeat_days=None)
    second = replace(
        first,
        frame=frame.assign(
            last_order=later["last_order"].to_numpy(),
            days_since_last_order=later["days_since_last_order"].to_numpy(np.int64),
            revenue=frame["holdout_revenue"],
            contribution=frame["holdout_contribution"].round(_PRECISION),
        ),
        first_order=known.calibration_end + dt.timedelta(days=1),
        calibration_end=after.calibration_end,
        observation_end=after.calibration_end,
    )
    return Periods(first, second, known, replace(after, frame=later), days, _missing(known, days))


def _missing(known: Customers, days: int) -> str:
    """Say why two such periods tell nothing of movement; empty where they do."""
    if days < LEAST_DAYS:
        return trn(
            "Movement between segments cannot be told: it takes two periods of {least} days or more, one before and "
            "one after {middle}, and there is {n} day on the shorter side. Bring a longer history, or set "
            "calibration_end nearer to its middle.",
            "Movement between segments cannot be told: it takes two periods of {least} days or more, one before and "
            "one after {middle}, and there are {n} days on the shorter side. Bring a longer history, or set "
            "calibration_end nearer to its middle.",
            days,
            least=LEAST_DAYS,
            middle=words.day(known.calibration_end),
            n=words.number(days),
        )
    gap = known.typical_gap_days
    if gap is not None and math.isfinite(gap) and gap > days:
        return tr(
            "Movement between segments cannot be told: the periods are {days} long, but one gap in five between two "
            "orders is longer than {gap}. Whoever kept that pace could look lost. Bring a longer history.",
            days=words.count(days, "day"),
            gap=words.days(math.floor(gap)),
        )
    if known.n < LEAST_CUSTOMERS:
        return trn(
            "Movement between segments cannot be told from {n} customer: it takes {least}.",
            "Movement between segments cannot be told from {n} customers: it takes {least}.",
            known.n,
            n=words.number(known.n),
            least=LEAST_CUSTOMERS,
        )
    return ""
