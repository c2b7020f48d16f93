"""The written rule: when the purchase model holds for a shop (docs/decisions/0002-purchase-model-verdict.md)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from cxlab.digits import enough_digits
from cxlab.estimate import Estimate, Findings, normal_interval
from cxlab.language import Texts, tr
from cxlab.purchases.histories import Array
from cxlab.purchases.maximum import positive_estimate
from cxlab.words import number, number_between, percent, percent_between

Check = Literal["passed", "failed", "open"]
Verdict = Literal["holds", "partly", "fails", "cannot_tell"]
Missing = Literal["", "window", "purchases", "forecast", "fit"]
LEVEL_BAND = (0.80, 1.25)
SPREAD_BAND = (0.67, 1.50)
ORDER_BAND = (0.0, 1.0)
FEWEST_PURCHASES = 30
_ALIKE = 1e-12  # share of squares: all that is left of them is rounding
_WHY = Texts(
    {
        "window": "there is no time after the cut",
        "purchases": "the rule asks for {n} purchases after the cut, and there are fewer",
        "forecast": "the model foresees no purchases at all",
        "fit": "the search for the best fit of the model did not settle",
    }
)
OWN = "each customer goes on at the pace so far"
SAME = "every customer buys as often as the average one has so far"
RULES_IN_WORDS = Texts(
    {
        OWN: "each customer goes on at the pace so far",
        SAME: "every customer buys as often as the average one has so far",
    }
)
"""The two rules by their names, to stand after "the rule that"."""
OUTCOME = Texts({"passed": "passed", "failed": "failed", "open": "open, for the interval reaches over the edge"})
OUTCOME_IN_SHORT = Texts({"passed": "passed", "failed": "failed", "open": "open"})


@dataclass(frozen=True)
class ThreeChecks:
    """Level, spread and order of the forecasts against what came.

    Attributes
    ----------
    level : expected / actual purchases.
    slope : of actual on expected purchases over customers.
    error_share : mean squared error as a share of that of the better simple rule.
    simple_rule : which rule that was, as a clause.
    missing : what a judgement lacks: time after the cut (window), purchases in it, a forecast above 0, or a fit that
        settled; empty when it lacks nothing. Without the first three the figures are bare verdicts.
    """

    level: Estimate
    slope: Estimate
    error_share: Estimate
    simple_rule: str
    missing: Missing = ""

    @property
    def is_enough(self) -> bool:
        """Whether there is enough to judge by."""
        return not self.missing

    @property
    def checks(self) -> dict[str, Check]:
        """Outcome of each check: passed, failed or open."""
        return {
            "level": within(self.level, LEVEL_BAND),
            "spread": within(self.slope, SPREAD_BAND),
            "order": within(self.error_share, ORDER_BAND),
        }

    @property
    def verdict(self) -> Verdict:
        """What the rule says."""
        if not self.is_enough:
            return "cannot_tell"
        return judge(self.checks, reversed_order=self.is_reversed, ranks=self.ranks)

    @property
    def trust(self) -> str:
        """Say how far forecasts can be believed, for pages that rest on them."""
        return _TRUST[self.verdict]

    @property
    def is_reversed(self) -> bool:
        """Whether who was expected to buy more is shown to have bought less."""
        return self.slope.high is not None and self.slope.high < 0

    @property
    def ranks(self) -> bool:
        """Whether who was expected to buy more is shown to have bought more."""
        return self.slope.low is not None and self.slope.low > 0

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
            return tr("The forecasts cannot be judged: {why}.", why=why_not_judged(self.missing))
        checks, said = self.checks, ""
        if self.level.has_interval:
            said += tr(
                "Level: expected is {figures} of actual, where the rule allows {low} to {high}: {outcome}. ",
                figures=_figures(self.level, LEVEL_BAND),
                low=number(LEVEL_BAND[0], 2),
                high=number(LEVEL_BAND[1], 2),
                outcome=OUTCOME[checks["level"]],
            )
        if self.slope.has_interval:
            said += tr(
                "Spread: customers whose forecasts differ by one purchase differ by {figures}, where the "
                "rule allows {low} to {high}: {outcome}. ",
                figures=_figures(self.slope, SPREAD_BAND),
                low=number(SPREAD_BAND[0], 2),
                high=number(SPREAD_BAND[1], 2),
                outcome=OUTCOME[checks["spread"]],
            )
        else:
            said += tr(
                "Spread: cannot be told, for all forecasts are alike, or all customers then bought "
                "equally often: {outcome}. ",
                outcome=OUTCOME_IN_SHORT[checks["spread"]],
            )
        if self.error_share.low is not None and self.error_share.high is not None:
            low, high = self.error_share.low, self.error_share.high
            digits = enough_digits((100 * low, 100 * high), (100 * ORDER_BAND[1],), 0)
            said += tr(
                "Order: the squared error is {share} ({interval}) of that of the better of two "
                "simple rules, that {rule}, where the rule asks for less than 100%: {outcome}. ",
                share=percent(self.error_share.number, digits),
                interval=percent_between(low, high, digits),
                rule=RULES_IN_WORDS.get(self.simple_rule, self.simple_rule),
                outcome=OUTCOME[checks["order"]],
            )
        else:
            said += tr("Order: cannot be told, for there is no error to compare that differs between customers: open. ")
        if not self.ranks and not self.is_reversed:
            said += tr(
                "That who was expected to buy more did buy more is not shown, so nobody comes first by the forecast."
            )
        return said.strip()


_TRUST = Texts(
    {
        "holds": "The purchase model was tried over the time after the cut, and its forecast holds (see the report on "
        "repeat purchases).",
        "partly": "The purchase model was tried over the time after the cut, and its forecast holds only partly (see "
        "the report on repeat purchases): it may tell who buys more, but take the amounts as rough.",
        "fails": "The purchase model was tried over the time after the cut, and its forecast does not hold (see the "
        "report on repeat purchases). Who is a fan and what lies ahead of them both rest on it: they are what would "
        "follow if it were right.",
        "cannot_tell": "Whether the purchase model’s forecast holds for the customers of this shop cannot be told (see "
        "the report on repeat purchases). Who is a fan and what lies ahead of them both rest on it, so take all of it "
        "as rough.",
    }
)


def why_not_judged(missing: Missing) -> str:
    """Say what a judgement lacks, as the end of a sentence."""
    return _WHY[missing].format(n=FEWEST_PURCHASES)


def judge(checks: dict[str, Check], *, reversed_order: bool = False, ranks: bool = True) -> Verdict:
    """Apply the written rule to the outcomes of level, spread and order.

    Parameters
    ----------
    checks : outcome of each.
    reversed_order : whether who was expected to buy more is shown to have bought less; then the forecast fails.
    ranks : whether who was expected to buy more is shown to have bought more; else the forecast holds at no part.

    Examples
    --------
    >>> judge({"level": "passed", "spread": "passed", "order": "passed"})
    'holds'
    >>> judge({"level": "failed", "spread": "open", "order": "passed"})
    'partly'
    >>> judge({"level": "open", "spread": "open", "order": "open"})
    'cannot_tell'
    >>> judge({"level": "passed", "spread": "failed", "order": "passed"}, ranks=False)
    'cannot_tell'
    """
    level, spread, order = checks["level"], checks["spread"], checks["order"]
    if level == spread == order == "passed":
        return "holds"
    amounts_failed = [level, spread].count("failed")
    if reversed_order or order == "failed" or amounts_failed == 2 or (order == "open" and amounts_failed):
        return "fails"
    return "partly" if order == "passed" and ranks else "cannot_tell"


def level_of(expected: Array, actual: Array, error: float, what: str = "purchases") -> Estimate:
    """Divide the expected by the actual total.

    Parameters
    ----------
    expected, actual : shape (n,), of each customer; actual adds up to more than 0.
    what : is counted.
    error : standard error of the expected total, from the model's parameters; it adds to the spread of actual -
        expected.
    """
    ratio = float(expected.sum() / actual.sum())
    spread = len(actual) * float(np.var(actual - expected, ddof=1))
    relative = np.hypot(np.sqrt(spread) / actual.sum(), error / expected.sum())
    return positive_estimate(ratio, float(relative) * ratio, n=len(actual), unit=f"expected / actual {what}")


def slope_of(expected: Array, actual: Array, error_of: Callable[[Array], float]) -> Estimate:
    """Regress actual on expected purchases; a bare verdict when all forecasts, or all that came, are equal.

    Parameters
    ----------
    expected, actual : shape (n,).
    error_of : weights, shape (n,) -> standard error of the sum of weights x expected from the model's parameters. What
        comes after the cut adds nothing to that error, so it is added to the one from customers being a sample.

    References
    ----------
    MacKinnon and White (1985), Some heteroskedasticity-consistent covariance matrix estimators with improved finite
    sample properties, Journal of Econometrics 29, 305-325 (HC3).
    """
    n = len(actual)
    x = expected - expected.mean()
    square = float(x @ x)
    if square <= _ALIKE * float(expected @ expected) or np.ptp(actual) == 0:
        return Estimate(n=n, verdict="cannot_tell")
    slope = float(x @ actual) / square
    rest = actual - actual.mean() - slope * x
    leverage = np.minimum(1 / n + x**2 / square, 1 - 1e-9)
    from_customers = float(np.sqrt(((x * rest / (1 - leverage)) ** 2).sum())) / square
    by_forecast = (actual - actual.mean() - 2 * slope * x) / square
    error = float(np.hypot(from_customers, error_of(by_forecast)))
    return normal_interval(slope, error, n=n, unit="actual purchases per expected purchase")


def error_share_of(expected: Array, actual: Array, simple: dict[str, Array]) -> tuple[Estimate, str]:
    """Divide the mean squared error by that of the better of the simple forecasts, named; return the name as well."""
    errors = {name: (actual - forecast) ** 2 for name, forecast in simple.items()}
    better = min(errors, key=lambda name: float(errors[name].mean()))
    mine, theirs = (actual - expected) ** 2, errors[better]
    n = len(actual)
    if min(theirs.mean(), mine.mean()) <= _ALIKE * float(np.mean(actual**2)):
        return Estimate(n=n, verdict="cannot_tell"), better
    share = float(mine.mean() / theirs.mean())
    error = float(np.std(mine - share * theirs, ddof=1)) / (float(theirs.mean()) * np.sqrt(n))
    return positive_estimate(share, error, n=n, unit="share of the better simple rule's squared error"), better


def within(estimate: Estimate, band: tuple[float, float]) -> Check:
    """Say whether the whole interval lies within the band (passed), outside it (failed), or neither (open)."""
    low, high = band
    if estimate.low is None or estimate.high is None:
        return "open"
    if low < estimate.low and estimate.high < high:
        return "passed"
    return "failed" if estimate.high < low or estimate.low > high else "open"


def _figures(estimate: Estimate, band: tuple[float, float]) -> str:
    low, high = estimate.low or 0.0, estimate.high or 0.0
    digits = enough_digits((low, high), band)
    return f"{number(estimate.number, digits)} ({number_between(low, high, digits)})"
