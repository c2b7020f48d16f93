"""Does the purchase model hold for this shop? Its forecasts against the purchases of the hold-out window."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from cxlab.customers import Customers
from cxlab.estimate import Estimate, Findings
from cxlab.intake.hiding import means_to_hide
from cxlab.language import tr
from cxlab.purchases.groups import merge_small
from cxlab.purchases.histories import Array, Counts
from cxlab.purchases.maximum import OF_NONE, positive_estimate
from cxlab.purchases.model import PurchaseModel
from cxlab.purchases.rule import ThreeChecks, Verdict, error_share_of, level_of, slope_of
from cxlab.purchases.window import HoldoutWindow, open_window
from cxlab.words import number, number_between, percent

_Z = float(norm.ppf(0.975))


@dataclass(frozen=True)
class HoldoutCheck:
    """Forecast against fact.

    Attributes
    ----------
    table : one row a number of repeat purchases so far: repeat_purchases (words), customers; expected, actual and their
        expected_low … actual_high, in purchases per customer.
    expected, actual : purchases in the window of all customers together.
    mean_absolute_error, root_mean_squared_error, bias : of the purchases per customer; bias is expected - actual.
    days : length of the window.
    three : level, spread and order, and the verdict.
    minimum_group : of the study.
    """

    table: pd.DataFrame
    expected: Estimate
    actual: Estimate
    mean_absolute_error: float
    root_mean_squared_error: float
    bias: float
    days: int
    three: ThreeChecks
    minimum_group: int = 5

    @property
    def verdict(self) -> Verdict:
        """What the written rule says: holds, partly, fails or cannot_tell."""
        return self.three.verdict

    @property
    def told(self) -> NDArray[np.bool_]:
        """Of which rows a page shows what came: of those where it tells of no few customers; shape (n rows,)."""
        came = np.rint(self.table["actual"] * self.table["customers"]).astype(np.int64)
        return ~means_to_hide(came, self.table["customers"], self.minimum_group)

    @property
    def findings(self) -> Findings:
        """Totals and errors as `holdout.*`."""
        n, unit = self.expected.n, "purchases per customer"
        return {
            "holdout.expected": self.expected,
            "holdout.actual": self.actual,
            "holdout.mean_absolute_error": Estimate(self.mean_absolute_error, n=n, unit=unit),
            "holdout.root_mean_squared_error": Estimate(self.root_mean_squared_error, n=n, unit=unit),
            "holdout.bias": Estimate(self.bias, n=n, unit=unit),
        }

    @property
    def heading(self) -> str:
        """What heads the section."""
        if self.three.missing == "fit":
            return tr("The model did not settle, so its forecast is not judged")
        if self.days <= 0 or self.three.level.value is None:
            return tr("There is too little after the cut to try the forecast on")
        off = self.three.level.number - 1
        share = percent(abs(off))
        if off < 0:
            return tr("The forecast came out {share} below what customers then bought", share=share)
        return tr("The forecast came out {share} above what customers then bought", share=share)

    @property
    def reading(self) -> str:
        """The two totals and how far single forecasts are off."""
        n = number(self.expected.n or 0)
        if self.days <= 0:
            return tr(
                "There is no hold-out window to try the forecasts for the {n} customers on: put "
                "calibration_end before the last order in study.yml.",
                n=n,
            )
        return tr(
            "In the {days} days after the cut the {n} customers were expected to buy {foreseen} "
            "times and bought {came} times (in brackets 95% intervals: of the fit, and of "
            "customers like these). A single customer’s forecast is off by {off} "
            "purchases on average.",
            days=number(self.days),
            n=n,
            foreseen=_total_words(self.expected),
            came=_total_words(self.actual),
            off=number(self.mean_absolute_error, 2),
        )


def check_holdout(model: PurchaseModel, customers: Customers, *, minimum_group: int = 5) -> HoldoutCheck:
    """Compare the purchases expected in the hold-out window with those that came.

    Parameters
    ----------
    model : fitted on these customers' purchases up to `calibration_end`.
    minimum_group : groups of fewer customers are joined with their neighbours.

    Raises
    ------
    PurchaseModelError : the model was fitted on other customers.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> check = cx.check_holdout(cx.fit_bgnbd(kit.customers), kit.customers)
    >>> print(check.heading)
    The forecast came out 5% above what customers then bought
    """
    window = open_window(model, customers)
    n, days, expected, actual = window.n, window.days, window.expected, window.actual
    groups, names = merge_small(model.histories.frequency, minimum_group)
    totals, covariance = model.expected_totals(days)
    error = float(np.sqrt(covariance[0, 0]))
    miss = expected - actual
    return HoldoutCheck(
        _by_group(model, expected, actual, groups, names, days),
        positive_estimate(float(totals[0]), error, n=n, unit="purchases"),
        _total(actual),
        mean_absolute_error=float(np.abs(miss).mean()),
        root_mean_squared_error=float(np.sqrt((miss**2).mean())),
        bias=float(miss.mean()),
        days=days,
        three=_three(model, window, error),
        minimum_group=minimum_group,
    )


def _three(model: PurchaseModel, window: HoldoutWindow, error: float) -> ThreeChecks:
    expected, actual, missing = window.expected, window.actual, window.missing
    if missing in ("window", "purchases", "forecast"):
        none = Estimate(n=window.n, verdict="cannot_tell")
        return ThreeChecks(none, none, none, "", missing)
    everybody = np.zeros(window.n, dtype=np.int64)

    def error_of(weights: Array) -> float:
        return float(np.sqrt(model.expected_weighted(weights, everybody, window.days)[1][0, 0]))

    share, better = error_share_of(expected, actual, window.simple)
    return ThreeChecks(level_of(expected, actual, error), slope_of(expected, actual, error_of), share, better, missing)


def _total(values: Array) -> Estimate:
    """Sum with the interval from drawing others like them; of no purchase at all, Poisson's upper end."""
    n, total = len(values), float(values.sum())
    if total == 0:
        return Estimate(0, 0.0, OF_NONE, n=n, unit="purchases")
    return positive_estimate(total, float(np.sqrt(n) * np.std(values, ddof=1)), n=n, unit="purchases")


def _by_group(
    model: PurchaseModel, expected: Array, actual: Array, groups: Counts, names: list[str], days: int
) -> pd.DataFrame:
    _, covariance = model.expected_totals(days, groups)
    rows = []
    for group, name in enumerate(names):
        mine = groups == group
        n, mean, came = int(mine.sum()), float(expected[mine].mean()), float(actual[mine].mean())
        reach = _Z * float(np.sqrt(covariance[group, group])) / n
        spread = _Z * float(np.std(actual[mine], ddof=1)) / np.sqrt(n) if np.ptp(actual[mine]) > 0 else np.nan
        if came == 0:
            spread = OF_NONE / n
        rows.append((name, n, mean, max(mean - reach, 0.0), mean + reach, came, max(came - spread, 0.0), came + spread))
    columns = ["repeat_purchases", "customers"]
    columns += [f"{what}{end}" for what in ("expected", "actual") for end in ("", "_low", "_high")]
    return pd.DataFrame(rows, columns=columns)


def _total_words(estimate: Estimate) -> str:
    text = number(estimate.number)
    if estimate.low is None or estimate.high is None:
        return text
    return f"{text} ({number_between(estimate.low, estimate.high)})"
