"""How far forecasts of single customers are off: the usual error figures, beside those of two simple rules."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import xlogy

from cxlab.customers import Customers
from cxlab.estimate import Estimate, Findings, bootstrap_sums, columns_of, percentile_interval
from cxlab.language import tr
from cxlab.phrases import span
from cxlab.purchases.histories import Array
from cxlab.purchases.model import PurchaseModel
from cxlab.purchases.rule import OWN, RULES_IN_WORDS, SAME, Missing, error_share_of, why_not_judged
from cxlab.purchases.window import HoldoutWindow, open_window
from cxlab.words import count, number, number_between, percent, percent_between

RULES = ("model", "own_pace", "everybody_alike")
MEASURES = ("mean_absolute_error", "root_mean_squared_error", "bias", "deviance_explained", "error_share")
LEAST_DRAWS = 1000
_MANY = 50_000  # customers from which on no more resamples are drawn than asked for
_EACH = 4  # sums that each rule needs
_NOTHING = 1e-12  # share of what sums are made of: all that is left of it is rounding


@dataclass(frozen=True)
class RuleErrors:
    """Error figures of one way to foresee each customer's purchases.

    Attributes
    ----------
    rule : one of `RULES`.
    mean_absolute_error, root_mean_squared_error : in purchases per customer.
    bias : mean of expected - actual, in purchases per customer.
    deviance_explained : share of the Poisson deviance that is left when everybody is given the mean of what came, and
        that this forecast takes away: 1 for a perfect one, below 0 for one worse than that mean. The verdict
        `ruled_out` alone where it calls purchases impossible that came.
    error_share : mean squared error as a share of that of the better one of the two simple rules.
    """

    rule: str
    mean_absolute_error: Estimate
    root_mean_squared_error: Estimate
    bias: Estimate
    deviance_explained: Estimate
    error_share: Estimate


@dataclass(frozen=True)
class ForecastErrors:
    """Error figures of the model and of the two simple rules.

    Attributes
    ----------
    rules : one a rule, in the order of `RULES`; empty where nothing can be compared.
    better : the simple rule with the smaller squared error.
    n : customers.
    days : length of the window.
    missing : what a judgement lacks; empty when it lacks nothing.
    """

    rules: tuple[RuleErrors, ...]
    better: str
    n: int
    days: int
    missing: Missing = ""

    def rule(self, name: str) -> RuleErrors:
        """Return the figures of one rule."""
        return next(rule for rule in self.rules if rule.rule == name)

    @property
    def table(self) -> pd.DataFrame:
        """One row a rule: rule, and each measure with the ends of its interval."""
        columns: dict[str, list[str] | list[float]] = {"rule": [rule.rule for rule in self.rules]}
        for name in MEASURES:
            columns |= columns_of(name, (getattr(rule, name) for rule in self.rules))
        return pd.DataFrame(columns)

    @property
    def findings(self) -> Findings:
        """Each measure of each rule, as `forecast_errors.<measure>.<rule>`."""
        if not self.rules:
            return {"forecast_errors": Estimate(n=self.n, verdict="cannot_tell")}
        return {
            f"forecast_errors.{name}.{rule.rule}": estimate
            for rule in self.rules
            for name in MEASURES
            if (estimate := getattr(rule, name)).value is not None or estimate.verdict == "cannot_tell"
        }

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if not self.rules:
            return tr("How far single forecasts are off cannot be told")
        share = self.rule("model").error_share
        if not share.has_interval:
            return tr("Whether the model beats two simple rules cannot be told")
        low, high = share.ends
        if high < 1:
            return tr(
                "The model’s squared error is {share} smaller than that of the better simple rule",
                share=percent(1 - share.number),
            )
        if low > 1:
            return tr(
                "A simple rule foresees single customers better than the model, by {share}",
                share=percent(share.number - 1),
            )
        return tr("Whether the model beats the better simple rule cannot be told")

    @property
    def reading(self) -> str:
        """How far the model is off on average, how much it explains, and how that compares."""
        if not self.rules:
            return tr(
                "How far single forecasts are off cannot be told: {why}.",
                why=why_not_judged(self.missing),
            )
        own = self.rule("model")
        said = tr(
            "In the {days} after the cut, a customer’s forecast is off by {off} purchases on "
            "average ({customers}), and all forecasts together lie {bias}. ",
            days=span(self.days),
            off=_number(own.mean_absolute_error),
            customers=count(self.n, "customer"),
            bias=_bias(own.bias),
        )
        explained = own.deviance_explained
        if explained.has_interval:
            said += tr(
                "Of how unlike customers’ purchases are, the model explains {explained} ({interval}). ",
                explained=percent(explained.number),
                interval=percent_between(*explained.ends),
            )
            other = self.rule(self.better).deviance_explained
            if other.verdict == "ruled_out":
                said += tr(
                    "The rule that each customer goes on at the pace so far explains nothing by this measure: it "
                    "rules out purchases that came. "
                )
        elif explained.verdict == "cannot_tell":
            said += tr("Customers’ purchases hardly differ, so how much of that the model explains cannot be told. ")
        if own.error_share.has_interval:
            said += tr(
                "The model’s squared error is {share} ({interval}) of that of the better simple rule, that {rule}. ",
                share=percent(own.error_share.number),
                interval=percent_between(*own.error_share.ends),
                rule=RULES_IN_WORDS[OWN if self.better == "own_pace" else SAME],
            )
        if self.missing == "fit":
            said += tr("The search for the best fit did not settle, so these figures say little of the model. ")
        if not own.mean_absolute_error.has_interval:
            said += tr(
                "Where there is no interval, all customers are alike, so nothing tells how others would differ. "
            )
        return said + tr("The 95% intervals are for other customers like these, with the model as it was fitted.")


def measure_errors(
    model: PurchaseModel, customers: Customers, *, n_bootstrap: int = 200, seed: int = 0
) -> ForecastErrors:
    """Measure how far the forecasts of the hold-out window are off, customer by customer.

    Parameters
    ----------
    model : fitted on these customers' purchases up to `calibration_end`.
    n_bootstrap : resamples of the customers; at least `LEAST_DRAWS` are drawn of a shop that is not large.
    seed : of the resamples.

    Raises
    ------
    PurchaseModelError : the model was fitted on other customers.

    Notes
    -----
    The unit Poisson deviance of y purchases where m were expected is 2 (y log(y / m) - y + m). In each resample the
    mean of what came is that of its own customers. The squared error as a share of the better simple rule's, and its
    interval, are those of the check of the forecast (`error_share_of`).

    References
    ----------
    Cameron and Windmeijer (1996), R-squared measures for count data regression models with applications to health-care
    utilization, Journal of Business and Economic Statistics 14(2), 209-220 (deviance explained).

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> errors = cx.measure_errors(cx.fit_bgnbd(kit.customers), kit.customers, seed=1)
    >>> print(errors.heading)
    The model’s squared error is 55% smaller than that of the better simple rule
    """
    window = open_window(model, customers)
    if window.missing in ("window", "purchases", "forecast"):
        return ForecastErrors((), "", window.n, window.days, window.missing)
    forecasts = (window.expected, window.simple[OWN], window.simple[SAME])
    columns = _columns(window, forecasts)
    draws = n_bootstrap if window.n > _MANY else max(n_bootstrap, LEAST_DRAWS)
    sums = np.vstack([columns.sum(axis=0), bootstrap_sums(columns, draws, seed)])
    shares = [error_share_of(forecast, window.actual, window.simple) for forecast in forecasts]
    rules = tuple(
        _rule(name, sums, 2 + _EACH * k, shares[k][0], window.n, ruled_out=bool(_ruled_out(window, forecast)))
        for k, (name, forecast) in enumerate(zip(RULES, forecasts, strict=True))
    )
    better = "own_pace" if shares[0][1] == OWN else "everybody_alike"
    return ForecastErrors(rules, better, window.n, window.days, window.missing)


def _columns(window: HoldoutWindow, forecasts: tuple[Array, ...]) -> Array:
    """Lay out what is summed over customers: y, y log y, then of each rule four sums."""
    y = window.actual
    columns = [y, xlogy(y, y)]
    for forecast in forecasts:
        miss = forecast - y
        safe = np.where(forecast > 0, forecast, 1.0)  # where nothing is expected: never looked at if something came
        columns += [np.abs(miss), miss**2, miss, xlogy(y, y / safe) + miss]
    return np.column_stack(columns)


def _ruled_out(window: HoldoutWindow, forecast: Array) -> bool:
    return bool(((forecast <= 0) & (window.actual > 0)).any())


def _rule(name: str, sums: Array, start: int, share: Estimate, n: int, *, ruled_out: bool) -> RuleErrors:
    """Turn sums, of the customers first and then of each resample, into the figures of one rule."""
    unit = "purchases per customer"
    absolute, square, miss, deviance = (sums[:, start + k] for k in range(_EACH))
    mean = sums[:, 0] / n
    left = sums[:, 1] - xlogy(sums[:, 0], mean)  # half of the deviance from the mean of what came
    explained = Estimate(n=n, verdict="ruled_out")
    if not ruled_out:
        explained = _of(_divide(left - deviance, left, sums[:, 1] + sums[:, 0]), n, "share of deviance")
    return RuleErrors(
        name,
        _of(absolute / n, n, unit),
        _of(np.sqrt(square / n), n, unit),
        _of(miss / n, n, f"{unit}, expected - actual"),
        explained,
        share,
    )


def _divide(above: Array, below: Array, scale: Array) -> Array:
    """Divide; NaN throughout unless all that is divided by is more than an error of rounding of numbers on `scale`."""
    return above / below if (below > _NOTHING * scale).all() else np.full(len(above), np.nan)


def _of(values: Array, n: int, unit: str) -> Estimate:
    if not np.isfinite(values).all():
        return Estimate(n=n, verdict="cannot_tell")
    if np.ptp(values) <= _NOTHING * abs(float(values[0])):  # all customers are alike: no telling how others would be
        return Estimate(float(values[0]), n=n, unit=unit)
    return percentile_interval(float(values[0]), values[1:], n=n, unit=unit)


def _number(estimate: Estimate) -> str:
    ends = f" ({number_between(*estimate.ends, 2)})" if estimate.has_interval else ""
    return f"{number(estimate.number, 2)}{ends}"


def _bias(bias: Estimate) -> str:
    off = number(abs(bias.number), 2)
    if not bias.has_interval:
        if bias.number < 0:
            return tr("{off} purchases a customer too low", off=off)
        return tr("{off} purchases a customer too high", off=off)
    low, high = bias.ends
    interval = number_between(low, high, 2)
    if not (low > 0 or high < 0):
        interval = tr("{interval}, which may be chance", interval=interval)
    if bias.number < 0:
        return tr("{off} purchases a customer too low ({interval})", off=off, interval=interval)
    return tr("{off} purchases a customer too high ({interval})", off=off, interval=interval)
