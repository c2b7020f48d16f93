"""Does the purchase model hold for this shop? Its forecasts against the purchases of the hold-out window."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm

from cxlab.customers import Customers
from cxlab.estimate import Estimate, Findings, normal_interval
from cxlab.purchases.bgnbd import PurchaseModel
from cxlab.purchases.groups import merge_small
from cxlab.purchases.histories import Array, Counts, PurchaseModelError
from cxlab.purchases.maximum import positive_estimate
from cxlab.words import number, number_between, percent

Check = Literal["passed", "failed", "open"]
Verdict = Literal["holds", "partly", "fails", "cannot_tell"]
LEVEL_BAND = (0.80, 1.25)
SLOPE_BAND = (0.67, 1.50)
FEWEST_PURCHASES = 30
_Z = float(norm.ppf(0.975))


@dataclass(frozen=True)
class HoldoutCheck:
    """Forecast against fact.

    Attributes
    ----------
    table : one row a number of repeat purchases so far: repeat_purchases (words), customers; expected, actual and their
        expected_low … actual_high, in purchases per customer.
    expected, actual : purchases in the window of all customers together.
    level : expected / actual; slope : of actual on expected over customers; error_share : mean squared error as a
        share of that of the better simple rule; each a bare verdict where it cannot be computed.
    mean_absolute_error, root_mean_squared_error, bias : of the purchases per customer; bias is expected - actual.
    simple_rule : which of the two was the better one.
    days : length of the window.
    checks : of level, spread and order: passed, failed or open.
    verdict : by the rule of docs/decisions/0002-purchase-model-verdict.md.
    """

    table: pd.DataFrame
    expected: Estimate
    actual: Estimate
    level: Estimate
    slope: Estimate
    error_share: Estimate
    mean_absolute_error: float
    root_mean_squared_error: float
    bias: float
    simple_rule: str
    days: int
    checks: dict[str, Check]
    verdict: Verdict

    @property
    def findings(self) -> Findings:
        """Totals and checks as `holdout.*`; the verdict stands with the level."""
        n = self.expected.n
        return {
            "holdout.expected": self.expected,
            "holdout.actual": self.actual,
            "holdout.level": self.level,
            "holdout.slope": self.slope,
            "holdout.error_share": self.error_share,
            "holdout.mean_absolute_error": Estimate(self.mean_absolute_error, n=n, unit="purchases per customer"),
            "holdout.root_mean_squared_error": Estimate(
                self.root_mean_squared_error, n=n, unit="purchases per customer"
            ),
            "holdout.bias": Estimate(self.bias, n=n, unit="purchases per customer"),
            "holdout.verdict": Estimate(n=n, verdict=self.verdict),
        }

    @property
    def heading(self) -> str:
        """What heads the section."""
        if self.days <= 0 or self.level.value is None:
            return "There is too little after the cut to try the forecast on"
        off = self.level.number - 1
        side = "below" if off < 0 else "above"
        return f"The forecast came out {percent(abs(off))} {side} what customers then bought"

    @property
    def reading(self) -> str:
        """The totals, the three checks and the verdict, in sentences."""
        n = number(self.expected.n or 0)
        if self.days <= 0:
            return (
                f"There is no hold-out window to try the forecasts for the {n} customers on: put calibration_end before the "
                "last order in study.yml."
            )
        said = (
            f"In the {number(self.days)} days after the cut the {n} customers were expected to buy "
            f"{_with_interval(self.expected, 0)} times and bought {_with_interval(self.actual, 0)} times. "
        )
        if self.level.value is None or not self.level.has_interval:
            return (
                f"{said}That is too little to judge the forecasts by: the rule asks for {FEWEST_PURCHASES} purchases."
            )
        low, high = LEVEL_BAND
        said += (
            f"Expected is {number(self.level.number, 2)} of actual (95% interval {_ends(self.level, 2)}), where the rule allows "
            f"{number(low, 2)} to {number(high, 2)}: {_SAID[self.checks['level']]}. "
        )
        if self.slope.has_interval:
            said += (
                f"Customers whose forecasts differ by one purchase differ by {_with_interval(self.slope, 2)}, where the rule "
                f"allows {number(SLOPE_BAND[0], 2)} to {number(SLOPE_BAND[1], 2)}: {_SAID[self.checks['spread']]}. "
            )
        if self.error_share.has_interval:
            said += (
                f"The squared error is {percent(self.error_share.number)} of that of the simple rule that {self.simple_rule} "
                f"({percent(self.error_share.low or 0)} to {percent(self.error_share.high or 0)}), where the rule asks for "
                f"less than 100%: {_SAID[self.checks['order']]}."
            )
        return said.strip()


_SAID = {"passed": "passed", "failed": "failed", "open": "open, the interval reaches both sides"}


def check_holdout(model: PurchaseModel, customers: Customers, *, minimum_group: int = 5) -> HoldoutCheck:
    """Compare the purchases expected in the hold-out window with those that came.

    Parameters
    ----------
    model : fitted on these customers' purchases up to `calibration_end`.
    minimum_group : groups of fewer customers are joined with their neighbours.

    Raises
    ------
    PurchaseModelError : the model was fitted on other customers.
    """
    if model.histories.n != customers.n or model.calibration_end != customers.calibration_end:
        raise PurchaseModelError(
            f"The model was fitted on {model.histories.n:,} customers as of {model.calibration_end}, the hold-out has "
            f"{customers.n:,} as of {customers.calibration_end}: fit it on the same customers."
        )
    actual = customers.frame["holdout_purchases"].to_numpy(np.float64)
    frequency = model.histories.frequency
    days = customers.holdout_days
    expected = model.expected_purchases(days) if days > 0 else np.zeros(customers.n)
    groups, names = merge_small(frequency, minimum_group)
    table = _by_group(model, expected, actual, groups, names, max(days, 0))
    n = customers.n
    totals, covariance = model.expected_totals(max(days, 0))
    error = float(np.sqrt(covariance[0, 0]))
    unit = "purchases"
    foreseen = positive_estimate(float(totals[0]), error, n=n, unit=unit)
    came = _total(actual, unit)
    enough = days > 0 and actual.sum() >= FEWEST_PURCHASES
    level = _level(expected, actual, error) if enough else Estimate(n=n, verdict="cannot_tell")
    slope = _slope(expected, actual) if enough else Estimate(n=n, verdict="cannot_tell")
    share, rule = _error_share(model, expected, actual, days) if enough else (Estimate(n=n, verdict="cannot_tell"), "")
    checks: dict[str, Check] = {
        "level": _within(level, *LEVEL_BAND), "spread": _within(slope, *SLOPE_BAND), "order": _within(share, 0.0, 1.0)
    }  # fmt: skip
    miss = expected - actual
    return HoldoutCheck(
        table, foreseen, came, level, slope, share,
        mean_absolute_error=float(np.abs(miss).mean()), root_mean_squared_error=float(np.sqrt((miss**2).mean())),
        bias=float(miss.mean()), simple_rule=rule, days=days, checks=checks,
        verdict=judge(checks) if enough and model.is_settled else "cannot_tell",
    )  # fmt: skip


def judge(checks: dict[str, Check]) -> Verdict:
    """Apply the written rule to the three checks.

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


def _within(estimate: Estimate, low: float, high: float) -> Check:
    if estimate.low is None or estimate.high is None:
        return "open"
    if low < estimate.low and estimate.high < high:
        return "passed"
    return "failed" if estimate.high < low or estimate.low > high else "open"


def _level(expected: Array, actual: Array, error: float) -> Estimate:
    """Expected / actual; its log varies with the sum of actual - expected and with the parameters."""
    ratio = float(expected.sum() / actual.sum())
    spread = len(actual) * float(np.var(actual - expected, ddof=1))
    relative = np.hypot(np.sqrt(spread) / actual.sum(), error / expected.sum())
    return positive_estimate(ratio, float(relative) * ratio, n=len(actual), unit="expected / actual purchases")


def _slope(expected: Array, actual: Array) -> Estimate:
    """Least-squares slope of actual on expected, with White's standard error."""
    n = len(actual)
    x = expected - expected.mean()
    square = float(x @ x)
    if square <= 1e-12 * n:
        return Estimate(n=n, verdict="cannot_tell")
    slope = float(x @ actual) / square
    rest = actual - actual.mean() - slope * x
    error = float(np.sqrt((x**2 * rest**2).sum() * n / (n - 2))) / square
    return normal_interval(slope, error, n=n, unit="actual purchases per expected purchase")


def _error_share(model: PurchaseModel, expected: Array, actual: Array, days: int) -> tuple[Estimate, str]:
    """Squared error against the better of the two simple rules, with the interval of a ratio of means."""
    frequency, age = model.histories.frequency.astype(np.float64), model.histories.age_days.astype(np.float64)
    own = frequency / np.maximum(age, 1.0) * days
    rules = {
        "each customer goes on at the own pace so far": own,
        "every customer buys as often as the average one has so far": np.full(
            len(actual), frequency.sum() / age.sum() * days
        ),
    }
    errors = {name: (actual - forecast) ** 2 for name, forecast in rules.items()}
    rule = min(errors, key=lambda name: float(errors[name].mean()))
    mine, theirs = (actual - expected) ** 2, errors[rule]
    n = len(actual)
    if theirs.mean() == 0 or mine.mean() == 0:
        return Estimate(n=n, verdict="cannot_tell"), rule
    share = float(mine.mean() / theirs.mean())
    error = float(np.std(mine - share * theirs, ddof=1)) / (float(theirs.mean()) * np.sqrt(n))
    return positive_estimate(share, error, n=n, unit="share of the better simple rule's squared error"), rule


def _total(values: Array, unit: str) -> Estimate:
    """Sum over customers, with the interval from drawing others like them; of no purchase at all, Poisson's upper end."""
    n, total = len(values), float(values.sum())
    if total == 0:
        return Estimate(0.0, 0.0, float(chi2.ppf(0.975, 2) / 2), n=n, unit=unit)
    return positive_estimate(total, float(np.sqrt(n) * np.std(values, ddof=1)), n=n, unit=unit)


def _by_group(
    model: PurchaseModel, expected: Array, actual: Array, groups: Counts, names: list[str], days: int
) -> pd.DataFrame:
    _, covariance = model.expected_totals(days, groups)
    rows = []
    for group, name in enumerate(names):
        mine = groups == group
        n, mean, came = int(mine.sum()), float(expected[mine].mean()), float(actual[mine].mean())
        reach = _Z * float(np.sqrt(covariance[group, group])) / n
        spread = _Z * float(np.std(actual[mine], ddof=1)) / np.sqrt(n) if n > 1 else np.nan
        rows.append((name, n, mean, mean - reach, mean + reach, came, max(came - spread, 0.0), came + spread))
    columns = ["repeat_purchases", "customers"]
    columns += [f"{what}{end}" for what in ("expected", "actual") for end in ("", "_low", "_high")]
    return pd.DataFrame(rows, columns=columns)


def _ends(estimate: Estimate, digits: int) -> str:
    return number_between(estimate.low or 0.0, estimate.high or 0.0, digits)


def _with_interval(estimate: Estimate, digits: int) -> str:
    text = number(estimate.number, digits)
    return f"{text} ({_ends(estimate, digits)})" if estimate.has_interval else text
