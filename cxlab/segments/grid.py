"""Every reasonable way to draw the two lines: the grid over which a verdict on the segments is looked at."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab import words
from cxlab.customers import Customers
from cxlab.errors import InputError
from cxlab.language import Texts, tr, trn
from cxlab.segments.rule import KnowsWhoIsAlive, Segments, assign_segments, fields
from cxlab.segments.words import Activity, Profitability

SILENCE = (0.5, 1.0, 2.0)
"""Strict, usual and lenient: the silence allowed to active customers, as a multiple of the usual one."""
CHANCES = (0.75, 0.5, 0.25)
"""The same for P(alive): from which chance on a customer is active."""
LEAST_SIDE = 0.05
"""Share of the customers that each side of a line has to hold: nobody draws one that parts off a handful."""
_RHYTHM = Texts(
    {
        "strict": "silent for at most once their own usual gap",
        "usual": "silent for at most twice their own usual gap",
        "lenient": "silent for at most four times their own usual gap",
    }
)
_UNDRAWN = Texts(
    {
        "recency": "active by the last order, {strictness}",
        "cadence": "active by their own rhythm, {strictness}",
        "p_alive": "active by the purchase model, {strictness}",
    }
)
_STRICTNESS = Texts({"strict": "strict", "usual": "usual", "lenient": "lenient"})
_NOBODY = Texts(
    {
        "active": "nobody is active by it",
        "passive": "nobody is passive by it",
        "profitable": "nobody is profitable by it",
        "unprofitable": "nobody is unprofitable by it",
    }
)
_HARDLY_ANYBODY = Texts(
    {
        "active": "under {share} of the customers are active by it",
        "passive": "under {share} of the customers are passive by it",
        "profitable": "under {share} of the customers are profitable by it",
        "unprofitable": "under {share} of the customers are unprofitable by it",
    }
)
Reason = Callable[[], str] | None
"""Says why lines cannot be drawn, in the language that is spoken then; None where they can."""
STRICTNESS = ("strict", "usual", "lenient")


@dataclass(frozen=True)
class Lines:
    """One way to draw the two lines.

    Attributes
    ----------
    activity, strictness, profitability : the definitions, and where the line of activity lies among three.
    line, threshold : on the measure of activity (days; multiples of a customer's own allowance; P(alive)) and on
        contribution, in units of currency; NaN where they cannot be drawn.
    labels : shape (n,), each customer's segment; None where the lines cannot be drawn.
    reason : says why not; None where they can.
    is_chosen : whether these are the lines of the page.
    """

    activity: Activity
    strictness: str
    profitability: Profitability
    line: float
    threshold: float
    labels: pd.Series | None
    currency: str
    reason: Reason = None
    is_chosen: bool = False

    @property
    def choices(self) -> tuple[str, str, str]:
        """How activity is measured, how strictly, and how profitability is."""
        return self.activity, self.strictness, self.profitability

    @property
    def name(self) -> str:
        """The lines in a few words."""
        return f"{self._active()}; {self._profitable()}"

    @property
    def missing(self) -> str:
        """Why they cannot be drawn; empty where they can."""
        return "" if self.reason is None else self.reason()

    def _active(self) -> str:
        if math.isnan(self.line):
            return _UNDRAWN[self.activity].format(strictness=_STRICTNESS[self.strictness])
        if self.activity == "recency":
            days = math.floor(self.line)
            return trn("ordered in the last {n} day", "ordered in the last {n} days", days, n=words.number(days))
        if self.activity == "cadence":
            return _RHYTHM[self.strictness]
        return tr("still a customer with a chance of {chance}", chance=words.percent(self.line))

    def _profitable(self) -> str:
        if self.profitability == "break_even":
            return tr("brought more than break-even")
        if self.profitability == "median":
            return tr("brought more than the median")
        return tr("brought more than {amount}", amount=words.money(self.threshold, self.currency))


def draw_lines(
    customers: Customers,
    chosen: Segments,
    *,
    purchase_model: Callable[[Customers], KnowsWhoIsAlive] | None = None,
) -> tuple[Lines, ...]:
    """Draw the lines in 27 ways: three definitions of activity, each at three places, by three of profitability.

    Parameters
    ----------
    customers : one row a customer.
    chosen : the segments of the page. Its `active_days` is the usual silence of the grid, and its amount the grid's
        where it goes by one; else the amount is the mean contribution.
    purchase_model : fits a model that knows P(alive); without one, the lines that go by it are missing. It should be
        one in which somebody who bought once may have left, as Pareto/NBD.

    Returns
    -------
    tuple : one a way, activity first, then strictness, then profitability; none of them looks at what came after the
        end of calibration. The chosen one is marked.

    Notes
    -----
    Ways that nobody would choose are missing, with the reason: a line of which one side holds fewer than `LEAST_SIDE`
    of the customers, and break-even where no costs are known, for then everybody who paid is above it.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> lines = cx.draw_lines(kit.customers, segments)
    >>> len(lines), sum(not one.missing for one in lines)
    (27, 18)
    """
    contribution = customers.frame["contribution"].to_numpy(float)
    amount = chosen.threshold if chosen.profitability == "amount" else float(contribution.mean())
    thresholds: dict[Profitability, float] = {
        "break_even": 0.0,
        "median": float(np.median(contribution)),
        "amount": amount,
    }
    drawn = []
    for activity in get_args(Activity):
        score, at, why = _measure(customers, chosen, activity, purchase_model)
        for place, strictness in enumerate(STRICTNESS):
            for profitability, threshold in thresholds.items():
                is_chosen = (activity, strictness, profitability) == (chosen.activity, "usual", chosen.profitability)
                labels, reason, line = None, why, math.nan
                if score is not None:
                    if profitability == "break_even" and not customers.costs_known:
                        reason = _without_costs
                    line = at[place]
                    active = score >= line if activity == "p_alive" else score <= line
                    reason = reason or _divides(active, contribution > threshold)
                    labels = None if reason else fields(active, contribution > threshold, customers.frame.index)
                if is_chosen:
                    labels, reason = chosen.labels, None
                drawn.append(
                    Lines(
                        activity, strictness, profitability, line, threshold, labels, customers.currency, reason,
                        is_chosen,
                    )
                )  # fmt: skip
    return tuple(drawn)


def _measure(
    customers: Customers,
    chosen: Segments,
    activity: Activity,
    purchase_model: Callable[[Customers], KnowsWhoIsAlive] | None,
) -> tuple[NDArray[np.float64] | None, tuple[float, ...], Reason]:
    """Return the measure of activity and its three lines, or why there is none."""
    if activity == chosen.activity:
        score = chosen.score.to_numpy(float)
    elif activity == "p_alive" and purchase_model is None:
        return None, (), _without_model
    else:
        try:
            segments = assign_segments(
                customers, activity=activity, active_days=chosen.active_days, purchase_model=purchase_model
            )
        except InputError as fault:
            return None, (), partial(str, fault)
        score = segments.score.to_numpy(float)
    if activity == "p_alive":
        return score, CHANCES, None
    usual = float(chosen.active_days) if activity == "recency" else 1.0
    return score, tuple(usual * times for times in SILENCE), None


def _without_model() -> str:
    return tr("there is no purchase model to go by")


def _without_costs() -> str:
    return tr("without costs everybody who paid is above break-even")


def _divides(active: NDArray[np.bool_], profitable: NDArray[np.bool_]) -> Reason:
    """Say which of the two questions leaves next to nobody on one side; None where neither does."""
    sides = {"active": active, "passive": ~active, "profitable": profitable, "unprofitable": ~profitable}
    for side, members in sides.items():
        if members.mean() < LEAST_SIDE:
            return partial(_hardly_anybody, side, nobody=not members.any())
    return None


def _hardly_anybody(side: str, *, nobody: bool) -> str:
    return _NOBODY[side] if nobody else _HARDLY_ANYBODY[side].format(share=words.percent(LEAST_SIDE))
