"""Whether being active and being profitable are two things among these customers, or nearly one."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import spearmanr

from cxlab.customers import Customers
from cxlab.estimate import Estimate, normal_interval
from cxlab.intake.questions import Question, costs_needed, no_orders, orders_needed
from cxlab.language import tr
from cxlab.segments.words import STRONG, costs_in_words, together_in_words
from cxlab.words import number, percent_of

_LEAST = 10


@dataclass(frozen=True)
class Together:
    """Activity held against profitability, as of the end of calibration.

    Attributes
    ----------
    correlation : Spearman's, of the last order's day and contribution; None with fewer than ten customers, or where
        all are alike in one of them.
    table : one row a half of the customers by their last order (recent: later than the median, silent: the others):
        half, profitable (how many of it brought more than the median contribution), unprofitable (the others).
    n : customers; 0 without orders.
    costs_known, costed_share, margin_rate : how contribution is reckoned, as in `Customers`.
    serving_known : whether something is known to have been spent to serve them.
    minimum_group : customers fewer than this are not counted out on a page.
    """

    correlation: Estimate | None
    table: pd.DataFrame
    n: int = 0
    costs_known: bool = False
    costed_share: float | None = None
    margin_rate: float | None = None
    serving_known: bool = False
    minimum_group: int = 5

    @property
    def crossed(self) -> tuple[float, float]:
        """Share of the customers who are above one median but not above the other; and what it would be by chance."""
        counts = self.table[["profitable", "unprofitable"]].to_numpy(float) / max(1, self.n)
        by_chance = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0)
        found, chance = (float(shares[0, 1] + shares[1, 0]) for shares in (counts, by_chance))
        return found, chance

    @property
    def is_hidden(self) -> bool:
        """Whether some of the four groups is so small that a page shows none: those of a half give each other away."""
        counts = self.table[["profitable", "unprofitable"]].to_numpy(np.int64)
        return bool(((counts > 0) & (counts < self.minimum_group)).any())

    @property
    def is_one(self) -> bool:
        """Whether the two are nearly one."""
        return self.correlation is not None and self.correlation.number >= STRONG

    @property
    def reading(self) -> str:
        """How far the two go together, what that does to the segments, and what to bring."""
        if not self.n:
            return tr("The study brings no orders, so nobody can be called active or profitable.")
        if self.correlation is None:
            return tr("The customers are too few, or too much alike, to tell active from profitable ones.")
        what = together_in_words(self.correlation, tr("Being active and being profitable"))
        costs = costs_in_words(
            costs_known=self.costs_known, costed_share=self.costed_share, margin_rate=self.margin_rate
        )
        return " ".join(part for part in (what, self._halves(), self._so(), costs) if part)

    def _halves(self) -> str:
        """Say how many customers are above one median and not above the other."""
        if self.is_hidden:
            return tr(
                "How many are above the median in one but not in the other is not said here, because some of these "
                "groups hold under {minimum_group} customers.",
                minimum_group=self.minimum_group,
            )
        found, chance = (percent_of(share, 1) for share in self.crossed)
        return tr(
            "{found} of the customers are above the median in one but not in the other; it would be about {chance} if "
            "the two had nothing to do with each other, and next to nobody if they were one.",
            found=found,
            chance=chance,
        )

    def _so(self) -> str:
        """Say what it does to the segments if the two are nearly one."""
        if not self.is_one:
            return ""
        return tr(
            "Those who are have to fill two of the four segments, the misunderstood and the candidates, so expect "
            "those to be small, and do not take them for a finding."
        )

    @property
    def heading(self) -> str:
        """Whether the two are one, in a few words."""
        if self.correlation is None:
            return tr("Active and profitable cannot be told apart")
        if self.is_one:
            return tr("Active and profitable customers are nearly the same ones")
        low, high = self.correlation.low, self.correlation.high
        if low is None or high is None or high < 0:
            return tr("Active customers are rather the unprofitable ones")
        if low <= 0:
            return tr("Active and profitable have nothing to do with each other")
        return tr("Active and profitable go together, but are two things")

    @property
    def findings(self) -> dict[str, Estimate]:
        """The correlation, where it is defined."""
        return {} if self.correlation is None else {"activity_profitability_correlation": self.correlation}

    @property
    def question(self) -> Question:
        """Whether the data can tell the two apart, and what to bring if they cannot."""
        asked = tr("Do the data tell active customers from profitable ones?")
        if not self.n:
            return Question(asked, "no", no_orders(), orders_needed())
        if self.correlation is None:
            why = tr("the customers are too few, or too much alike in one of them")
            return Question(asked, "no", why, tr("a longer period, or more customers"))
        correlation = number(self.correlation.number, 2)
        if self.is_one:
            why = tr("the two are nearly one here (rank correlation {correlation})", correlation=correlation)
        else:
            why = tr("the two are two different things here (rank correlation {correlation})", correlation=correlation)
        if not self.costs_known:
            why = tr("{why}, and without costs, profitable means having spent much", why=why)
            return Question(asked, "partly", why, costs_needed())
        if not self.is_one:
            return Question(asked, "yes", why)
        return Question(asked, "partly", why, "" if self.serving_known else tr("what serving costs (a costs table)"))


def activity_against_profit(customers: Customers | None, *, minimum_group: int = 5) -> Together:
    """Hold activity against profitability, to see whether the data tell active customers from profitable ones.

    Parameters
    ----------
    customers : one row a customer; None where a study brings no orders.
    minimum_group : of the study.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> print(cx.activity_against_profit(kit.customers, minimum_group=5).heading)
    Active and profitable go together, but are two things
    """
    if customers is None:
        return Together(None, _halves(np.zeros(0), np.zeros(0)), minimum_group=minimum_group)
    active = -customers.frame["days_since_last_order"].to_numpy(float)
    contribution = customers.frame["contribution"].to_numpy(float)
    return Together(
        rank_correlation(active, contribution),
        _halves(active, contribution),
        customers.n,
        customers.costs_known,
        customers.costed_share,
        customers.margin_rate,
        bool((customers.frame["cost_to_serve"] > 0).any()),
        minimum_group,
    )


def rank_correlation(active: NDArray[np.floating], contribution: NDArray[np.floating]) -> Estimate | None:
    """Return Spearman's correlation; standard error on Fisher's scale as in Bonett & Wright (2000).

    Parameters
    ----------
    active, contribution : shape (n,), more is more. With n below ten, or where one of them is constant, it is None.
    """
    n = len(active)
    if n < _LEAST or np.ptp(active) == 0 or np.ptp(contribution) == 0:
        return None
    rho = float(spearmanr(active, contribution).statistic)
    if abs(rho) >= 1 - 1e-12:
        return Estimate(math.copysign(1.0, rho), n=n, unit="rank correlation")
    z = normal_interval(math.atanh(rho), math.sqrt((1 + rho**2 / 2) / (n - 3)), n=n)
    assert z.low is not None and z.high is not None
    return Estimate(rho, math.tanh(z.low), math.tanh(z.high), n=n, unit="rank correlation")


def _halves(active: NDArray[np.float64], contribution: NDArray[np.float64]) -> pd.DataFrame:
    """Count the customers above and not above the median of each."""
    recent, profitable = (values > (np.median(values) if len(values) else 0) for values in (active, contribution))
    return pd.DataFrame(
        {
            "half": ["recent", "silent"],
            "profitable": [int((side & profitable).sum()) for side in (recent, ~recent)],
            "unprofitable": [int((side & ~profitable).sum()) for side in (recent, ~recent)],
        }
    )
