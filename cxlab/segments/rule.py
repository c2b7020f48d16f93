"""Two plain questions, is the customer active and is the customer profitable, make four segments."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxlab.blocks import SEGMENTS
from cxlab.customers import Customers
from cxlab.errors import InputError
from cxlab.estimate import Estimate
from cxlab.language import tr
from cxlab.segments.together import rank_correlation
from cxlab.segments.words import (
    Activity,
    Profitability,
    costs_in_words,
    line_in_words,
    money_in_words,
    together_in_words,
)

OWN_RHYTHM_MULTIPLE = 2  # active: silent for at most twice the customer's own usual gap
OWN_RHYTHM_FROM = 2  # gaps between orders from which on a customer's own rhythm is believed
ALIVE_FROM = 0.5  # active: more likely alive than not


class KnowsWhoIsAlive(Protocol):
    """A purchase model, as far as it matters here."""

    def probability_alive(self) -> NDArray[np.float64]:
        """Return, shape (n,), the probability that each customer is still one."""


class SegmentError(InputError):
    """The rule that draws the segments does not fit the customers."""


@dataclass(frozen=True)
class Segments:
    """Each customer's segment, and the two lines that were drawn.

    Attributes
    ----------
    labels : shape (n,), one of `SEGMENTS`; same index as the customers' frame.
    score : shape (n,), the measure of activity: days since the last order (`recency`), those days as a multiple of
        the days allowed (`cadence`), or P(alive) (`p_alive`).
    contribution : shape (n,), up to the end of calibration, in units of currency.
    activity, profitability : the definitions that were applied.
    line : where `score` parts active from passive.
    threshold : contribution above which a customer is profitable, in units of currency.
    active_days : days of silence that are still active, for customers without a rhythm of their own.
    together : rank correlation of being recent (or alive) and contribution; None when one of them is constant.
    costs_known, margin_rate, costed_share, currency : how contribution is reckoned, as in `Customers`.
    """

    labels: pd.Series
    score: pd.Series
    contribution: pd.Series
    activity: Activity
    profitability: Profitability
    line: float
    threshold: float
    active_days: int
    together: Estimate | None
    costs_known: bool
    margin_rate: float | None
    currency: str
    costed_share: float | None = None

    @property
    def n(self) -> int:
        """Number of customers."""
        return len(self.labels)

    @property
    def table(self) -> pd.DataFrame:
        """One row a customer: segment, the measure of activity and contribution."""
        return pd.DataFrame({"segment": self.labels, "activity": self.score, "contribution": self.contribution})

    @property
    def reading(self) -> str:
        """How the two lines are drawn, and how far they measure the same thing."""
        parts = [
            tr("Active means {line}.", line=line_in_words(self.activity, self.active_days)),
            tr("Profitable means {line}.", line=money_in_words(self.profitability, self.threshold, self.currency)),
            together_in_words(self.together),
            costs_in_words(costs_known=self.costs_known, costed_share=self.costed_share, margin_rate=self.margin_rate),
        ]
        return " ".join(part for part in parts if part)

    @property
    def findings(self) -> dict[str, Estimate]:
        """The correlation of the two questions, where it is defined."""
        return {} if self.together is None else {"activity_profitability_correlation": self.together}


def assign_segments(
    customers: Customers,
    *,
    activity: Activity = "recency",
    active_days: int | None = None,
    profitability: Profitability | None = None,
    min_profit: float | None = None,
    alive: ArrayLike | None = None,
    purchase_model: Callable[[Customers], KnowsWhoIsAlive] | None = None,
) -> Segments:
    """Put each customer into one of the four segments, by what is known at the end of calibration.

    Parameters
    ----------
    customers : one row a customer.
    activity : `recency`: the last order is at most `active_days` old. `cadence`: the silence is at most twice the
        customer's own median gap, from two gaps on; the others are judged by `active_days`. `p_alive`: `alive` is
        at least one half.
    active_days : by default the 80th percentile of all gaps between orders up to the end of calibration, rounded
        down to whole days, at most half of the calibration window.
    profitability : `break_even`: contribution above 0 (the default where costs are known). `median`: above the median
        of all customers (the default otherwise). `amount`: above `min_profit` (the default where it is given).
    min_profit : contribution in units of currency, for `amount`.
    alive : shape (n,), P(alive) in the order of the customers' frame, for `p_alive`.
    purchase_model : fits a model that knows P(alive); called for `p_alive` when `alive` is not given, and only then.

    Raises
    ------
    SegmentError : no customers; an unknown definition; `amount` without `min_profit`; `p_alive` without `alive` and
        `purchase_model`, or with probabilities that are not as many as the customers or lie outside 0 to 1.

    Notes
    -----
    The four fields are those of Löytänä & Kortesuo (2011), Asiakaskokemus.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> segments.labels.value_counts().to_dict()
    {'misunderstood': 227, 'profit_bringers': 121, 'lost': 93, 'candidates': 40}
    """
    if customers.n == 0:
        raise SegmentError(
            f"No customer has an order up to {customers.calibration_end}: set a later calibration_end in study.yml"
        )
    _known("activity", activity, get_args(Activity))
    chosen = _profitability(customers, profitability, min_profit)
    days = _active_days(customers, active_days)
    if activity == "p_alive" and alive is None and purchase_model is not None:
        alive = purchase_model(customers).probability_alive()
    score, line, is_active = _activity(customers, activity, days, alive)
    contribution = customers.frame["contribution"].astype(float)
    threshold = {
        "break_even": 0.0,
        "median": float(contribution.median()),
        "amount": math.nan if min_profit is None else float(min_profit),
    }[chosen]
    index = customers.frame.index
    return Segments(
        labels=fields(is_active, contribution.to_numpy() > threshold, index),
        score=pd.Series(score, index=index, name="activity"),
        contribution=contribution,
        activity=activity,
        profitability=chosen,
        line=line,
        threshold=threshold,
        active_days=days,
        together=rank_correlation(score if activity == "p_alive" else -score, contribution.to_numpy(float)),
        costs_known=customers.costs_known,
        margin_rate=customers.margin_rate,
        currency=customers.currency,
        costed_share=customers.costed_share,
    )


def fields(active: NDArray[np.bool_], profitable: NDArray[np.bool_], index: pd.Index) -> pd.Series:
    """Name the field of each customer, shape (n,), from the answers to the two questions."""
    picked = np.select([active & profitable, ~active & profitable, active & ~profitable], [0, 1, 2], 3)
    return pd.Series(np.array(SEGMENTS, dtype=object)[picked], index=index, name="segment", dtype="str")


def _profitability(customers: Customers, given: Profitability | None, min_profit: float | None) -> Profitability:
    if given is None:
        if min_profit is not None:
            return "amount"
        return "break_even" if customers.costs_known else "median"
    _known("profitability", given, get_args(Profitability))
    if given == "amount" and min_profit is None:
        raise SegmentError(
            "profitability is amount, but no amount is given: set min_profit, or choose median or break_even"
        )
    return given


def _active_days(customers: Customers, given: int | None) -> int:
    """Return the days of silence that are still active: as given, or the typical gap, at most half of the window."""
    if given is not None:
        if given < 1:
            raise SegmentError(f"active_days is {given}: give at least 1 day, or leave it out")
        return int(given)
    half = max(1, customers.calibration_days // 2)
    gap = customers.typical_gap_days
    return half if gap is None or not math.isfinite(gap) else min(half, max(1, math.floor(gap)))


def _activity(
    customers: Customers, activity: Activity, days: int, alive: ArrayLike | None
) -> tuple[NDArray[np.float64], float, NDArray[np.bool_]]:
    """Return the measure of activity, the line on it, and who is active."""
    silent = customers.frame["days_since_last_order"].to_numpy(float)
    if activity == "recency":
        return silent, float(days), silent <= days
    if activity == "cadence":
        own = OWN_RHYTHM_MULTIPLE * customers.frame["median_gap_days"].to_numpy(float)
        believed = customers.frame["repeat_purchases"].to_numpy() >= OWN_RHYTHM_FROM
        allowed = np.maximum(1.0, np.where(believed & np.isfinite(own), own, float(days)))
        score = silent / allowed
        return score, 1.0, score <= 1
    if alive is None:
        raise SegmentError(
            "activity is p_alive, but no probabilities are given: pass alive or purchase_model, or choose recency"
        )
    probability = np.asarray(alive, dtype=float)
    if probability.shape != (customers.n,):
        raise SegmentError(f"alive has shape {probability.shape}, but there are {customers.n} customers: give one each")
    if not ((probability >= 0) & (probability <= 1)).all():
        raise SegmentError("alive holds values outside 0 to 1: give probabilities")
    return probability, ALIVE_FROM, probability >= ALIVE_FROM


def _known(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SegmentError(f"{name} is {value!r}: choose one of {', '.join(choices)}")
