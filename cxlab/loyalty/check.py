"""The hold-out check: what fans were foreseen to bring by a forecast that saw nothing of it, and what they brought."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from cxlab.customers import Customers
from cxlab.estimate import Estimate, Findings, normal_interval
from cxlab.loyalty.evidence import FEWEST_PURCHASES, SHORTEST_DAYS, Outlook
from cxlab.loyalty.fans import Fans
from cxlab.loyalty.ratio import fieller_interval
from cxlab.loyalty.weigh import carry_forward
from cxlab.loyalty.words import amount, amount_between, miss, miss_between
from cxlab.words import count

Outcome = Literal["passed", "open", "failed", "not_made"]
LEVEL_BAND = (0.8, 1.25)  # of expected / actual: a fifth either way, even on the log scale
_SAID = {
    "passed": "all of that lies within it",
    "failed": "all of that lies outside it",
    "open": "that reaches over its edge, so the check is open",
}


@dataclass(frozen=True)
class FanCheck:
    """What fans were foreseen to bring in the hold-out window, against what they brought.

    Attributes
    ----------
    expected : per fan: purchases that the model foresees, times the contribution per purchase of all fans up to the
        cut; a bare verdict without a check.
    actual : contribution per fan in the window; likewise.
    level : expected / actual; likewise, and where fans brought nothing to divide by.
    holdout_days, holdout_purchases : length of the window, and fans' purchases in it.
    """

    expected: Estimate
    actual: Estimate
    level: Estimate
    holdout_days: int
    holdout_purchases: int
    currency: str

    @property
    def outcome(self) -> Outcome:
        """Whether the level lies within the band: passed or failed by its whole interval; open; or not made at all."""
        if self.actual.value is None:
            return "not_made"
        if not self.level.has_interval:
            return "open"
        low, high = self.level.ends
        if LEVEL_BAND[0] <= low and high <= LEVEL_BAND[1]:
            return "passed"
        return "failed" if high < LEVEL_BAND[0] or low > LEVEL_BAND[1] else "open"

    @property
    def table(self) -> pd.DataFrame:
        """One row a figure: figure, estimate, low, high, n."""
        rows = [("expected", self.expected), ("actual", self.actual), ("expected / actual", self.level)]
        return pd.DataFrame(
            [(name, e.number, e.low, e.high, e.n) for name, e in rows],
            columns=["figure", "estimate", "low", "high", "n"],
        ).astype({"low": float, "high": float})

    @property
    def findings(self) -> Findings:
        """Expected and actual contribution per fan, and the level, as `holdout_check.*`."""
        verdict = Estimate(verdict=self.outcome)
        if self.outcome == "not_made":
            return {"holdout_check": verdict}
        found = {"holdout_check.expected": self.expected, "holdout_check.actual": self.actual}
        return found | {"holdout_check.level": self.level, "holdout_check": verdict}

    @property
    def reading(self) -> str:
        """What was foreseen, what came, and whether the check is passed."""
        if self.outcome == "not_made":
            return (
                f"No check is made: it takes a hold-out window of {SHORTEST_DAYS} days and {FEWEST_PURCHASES} "
                f"purchases by fans in it, and there are {count(self.holdout_days, 'day')} and "
                f"{count(self.holdout_purchases, 'purchase')}."
            )
        said = (
            f"Held against the {count(self.holdout_days, 'day')} after the cut: from what was known at the cut alone, "
            f"{amount(self.expected, self.currency)} was foreseen of a fan "
            f"({amount_between(self.expected, self.currency)}), and {amount(self.actual, self.currency)} came "
            f"({amount_between(self.actual, self.currency)})."
        )
        if not self.level.has_interval:
            return f"{said} What came is too near to zero to say how many times too much was foreseen."
        return (
            f"{said} So the forecast was {miss(self.level.number)} (95% interval {miss_between(*self.level.ends)}), "
            f"where {miss_between(*LEVEL_BAND)} is allowed: {_SAID[self.outcome]}."
        )


def check_fans(customers: Customers, fans: Fans, outlook: Outlook) -> FanCheck:
    """Foresee what fans bring in the hold-out window from the time before it, and hold it against what came.

    Parameters
    ----------
    customers, fans : as of the cut.
    outlook : purchases foreseen of the fans, with the hold-out window as its window.

    Raises
    ------
    NotEnoughDataError : too few fans or one-time buyers.

    Notes
    -----
    The intervals of expected and level hold the fit and that fans are a sample; expected and actual are of the same
    fans and covary. The model is fitted on the time before the window, so the fit does not covary with what came.
    """
    fans.require_enough()
    own = customers.frame.loc[fans.are_fans]
    n, came = len(own), int(own["holdout_purchases"].sum())
    if customers.holdout_days < SHORTEST_DAYS or came < FEWEST_PURCHASES:
        none = Estimate(n=n, verdict="not_made")
        return FanCheck(none, none, none, customers.holdout_days, came, customers.currency)
    weights = np.eye(1 + len(outlook.days))[0]
    so_far, made = (own[name].to_numpy(np.float64) for name in ("contribution", "repeat_purchases"))
    foreseen = carry_forward(so_far, made + 1, outlook, weights, base_is_foreseen=False)
    actual = own["holdout_contribution"].to_numpy(np.float64)
    pull = (actual - actual.mean()) / np.sqrt(n * (n - 1))
    variances = float(foreseen.influence @ foreseen.influence) + foreseen.fit_variance, float(pull @ pull)
    unit = f"{customers.currency} per fan in the hold-out window"
    mean = float(actual.mean())
    return FanCheck(
        expected=normal_interval(foreseen.value, float(np.sqrt(variances[0])), n=n, unit=unit),
        actual=normal_interval(mean, float(np.sqrt(variances[1])), n=n, unit=unit),
        level=fieller_interval(
            foreseen.value, mean, *variances, float(foreseen.influence @ pull), n=n, unit="expected / actual"
        )
        if mean > 0
        else Estimate(n=n, verdict="no_number"),
        holdout_days=customers.holdout_days,
        holdout_purchases=came,
        currency=customers.currency,
    )
