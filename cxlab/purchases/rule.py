"""The written rule: when the purchase model holds for a shop (docs/decisions/0002-purchase-model-verdict.md)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from cxlab.estimate import Estimate, Findings, normal_interval
from cxlab.purchases.histories import Array
from cxlab.purchases.maximum import positive_estimate
from cxlab.words import number, number_between, percent, percent_between

Check = Literal["passed", "failed", "open"]
Verdict = Literal["holds", "partly", "fails", "cannot_tell"]
LEVEL_BAND = (0.80, 1.25)
SPREAD_BAND = (0.67, 1.50)
ORDER_BAND = (0.0, 1.0)
FEWEST_PURCHASES = 30
OUTCOME = {"passed": "passed", "failed": "failed", "open": "open, for the interval reaches over the edge"}


@dataclass(frozen=True)
class ThreeChecks:
    """Level, spread and order of the forecasts against what came.

    Attributes
    ----------
    level : expected / actual purchases.
    slope : of actual on expected purchases over customers.
    error_share : mean squared error as a share of that of the better simple rule.
    simple_rule : which rule that was, as a clause.
    is_enough : whether there was enough to judge by; the three are bare verdicts otherwise.
    """

    level: Estimate
    slope: Estimate
    error_share: Estimate
    simple_rule: str
    is_enough: bool

    @property
    def checks(self) -> dict[str, Check]:
        """Outcome of each check: passed, failed or open."""
        return {
            "level": _within(self.level, LEVEL_BAND),
            "spread": _within(self.slope, SPREAD_BAND),
            "order": _within(self.error_share, ORDER_BAND),
        }

    @property
    def verdict(self) -> Verdict:
        """What the rule says."""
        return judge(self.checks) if self.is_enough else "cannot_tell"

    @property
    def table(self) -> pd.DataFrame:
        """One row a check: check, estimate, low, high, allowed_low, allowed_high, outcome."""
        rows = [
            (name, e.number, e.low, e.high, *band, self.checks[name])
            for name, e, band in (
                ("level", self.level, LEVEL_BAND),
                ("spread", self.slope, SPREAD_BAND),
                ("order", self.error_share, ORDER_BAND),
            )
        ]
        columns = ["check", "estimate", "low", "high", "allowed_low", "allowed_high", "outcome"]
        return pd.DataFrame(rows, columns=columns).astype({"low": float, "high": float})

    @property
    def findings(self) -> Findings:
        """The three figures and the verdict, as `holdout.*`."""
        return {
            "holdout.level": self.level,
            "holdout.slope": self.slope,
            "holdout.error_share": self.error_share,
            "holdout.verdict": Estimate(n=self.level.n, verdict=self.verdict),
        }

    @property
    def reading(self) -> str:
        """Return a sentence on each check."""
        if not self.is_enough:
            return f"There is too little to judge the forecasts by: the rule asks for {FEWEST_PURCHASES} purchases."
        checks, said = self.checks, ""
        if self.level.has_interval:
            said += (
                f"Level: expected is {_figures(self.level)} of actual, where the rule allows "
                f"{number(LEVEL_BAND[0], 2)} to {number(LEVEL_BAND[1], 2)}: {OUTCOME[checks['level']]}. "
            )
        if self.slope.has_interval:
            said += (
                "Spread: customers whose forecasts differ by one purchase differ by "
                f"{_figures(self.slope)}, where the rule allows {number(SPREAD_BAND[0], 2)} to "
                f"{number(SPREAD_BAND[1], 2)}: {OUTCOME[checks['spread']]}. "
            )
        if self.error_share.low is not None and self.error_share.high is not None:
            said += (
                f"Order: the squared error is {percent(self.error_share.number)} "
                f"({percent_between(self.error_share.low, self.error_share.high)}) of that of the simple rule that "
                f"{self.simple_rule}, where the rule asks for less than 100%: {OUTCOME[checks['order']]}."
            )
        return said.strip()


def judge(checks: dict[str, Check]) -> Verdict:
    """Apply the written rule to the outcomes of level, spread and order.

    Examples
    --------
    >>> judge({"level": "passed", "spread": "passed", "order": "passed"})
    'holds'
    >>> judge({"level": "failed", "spread": "open", "order": "passed"})
    'partly'
    >>> judge({"level": "open", "spread": "open", "order": "open"})
    'cannot_tell'
    """
    level, spread, order = checks["level"], checks["spread"], checks["order"]
    if level == spread == order == "passed":
        return "holds"
    amounts_failed = [level, spread].count("failed")
    if order == "failed" or amounts_failed == 2 or (order == "open" and amounts_failed):
        return "fails"
    return "partly" if order == "passed" else "cannot_tell"


def level_of(expected: Array, actual: Array, error: float) -> Estimate:
    """Divide the expected by the actual total.

    Parameters
    ----------
    expected, actual : shape (n,), purchases.
    error : standard error of the expected total, from the model's parameters; it adds to the spread of actual -
        expected.
    """
    ratio = float(expected.sum() / actual.sum())
    spread = len(actual) * float(np.var(actual - expected, ddof=1))
    relative = np.hypot(np.sqrt(spread) / actual.sum(), error / expected.sum())
    return positive_estimate(ratio, float(relative) * ratio, n=len(actual), unit="expected / actual purchases")


def slope_of(expected: Array, actual: Array) -> Estimate:
    """Regress actual on expected: slope with White's standard error, or a bare verdict when all forecasts are equal."""
    n = len(actual)
    x = expected - expected.mean()
    square = float(x @ x)
    if square <= 1e-12 * n:
        return Estimate(n=n, verdict="cannot_tell")
    slope = float(x @ actual) / square
    rest = actual - actual.mean() - slope * x
    error = float(np.sqrt((x**2 * rest**2).sum() * n / (n - 2))) / square
    return normal_interval(slope, error, n=n, unit="actual purchases per expected purchase")


def error_share_of(expected: Array, actual: Array, simple: dict[str, Array]) -> tuple[Estimate, str]:
    """Divide the mean squared error by that of the better of the simple forecasts, named; return the name as well."""
    errors = {name: (actual - forecast) ** 2 for name, forecast in simple.items()}
    better = min(errors, key=lambda name: float(errors[name].mean()))
    mine, theirs = (actual - expected) ** 2, errors[better]
    n = len(actual)
    if theirs.mean() == 0 or mine.mean() == 0:
        return Estimate(n=n, verdict="cannot_tell"), better
    share = float(mine.mean() / theirs.mean())
    error = float(np.std(mine - share * theirs, ddof=1)) / (float(theirs.mean()) * np.sqrt(n))
    return positive_estimate(share, error, n=n, unit="share of the better simple rule's squared error"), better


def _within(estimate: Estimate, band: tuple[float, float]) -> Check:
    low, high = band
    if estimate.low is None or estimate.high is None:
        return "open"
    if low < estimate.low and estimate.high < high:
        return "passed"
    return "failed" if estimate.high < low or estimate.low > high else "open"


def _figures(estimate: Estimate) -> str:
    return f"{number(estimate.number, 2)} ({number_between(estimate.low or 0.0, estimate.high or 0.0, 2)})"
