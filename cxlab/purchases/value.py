"""What each customer is expected to bring in the weeks ahead, and who brings most of it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from cxlab.customers import Customers
from cxlab.digits import enough_digits
from cxlab.estimate import Estimate, Findings
from cxlab.language import tr
from cxlab.purchases.each_interval import alive_ends, ends_of_each, log_expected_of_each
from cxlab.purchases.gamma_gamma import SpendModel
from cxlab.purchases.histories import Array, Counts, look_ahead
from cxlab.purchases.kept import kept_of_purchases
from cxlab.purchases.left import left_of_each, shop_rate
from cxlab.purchases.maximum import ROUNDING, positive_estimate
from cxlab.purchases.model import PurchaseModel
from cxlab.purchases.money_of_each import MoneyDraws
from cxlab.purchases.rule import LEVEL_BAND, OUTCOME, Check, level_of, within
from cxlab.words import money, money_between, number, number_between, percent, percent_between

N_PARTS = 5
NAMES = ("highest fifth", "second fifth", "third fifth", "fourth fifth", "lowest fifth")
_Z = float(norm.ppf(0.975))
_ALIKE = 0.005  # of a share: less is not seen in whole percents


@dataclass(frozen=True)
class ValueForecast:
    """Expected revenue of each customer, and of fifths of customers from the highest forecast to the lowest.

    Attributes
    ----------
    customers : one row a customer: customer_id, repeat_purchases, days_since_last_order, probability_alive,
        chance_of_purchase, expected_purchases, expected_value (of a purchase), expected_revenue, expected_contribution;
        all of them net of returns, and with purchases of no value counted in. _low and _high (of all but
        chance_of_purchase) are the ends of 95 % intervals of the fits (see `ends_of_each` and `MoneyDraws`), not of
        what a single customer may do.
    table : one row a fifth: group, customers, expected_revenue, expected_share, actual_revenue, actual_share,
        actual_low,
        actual_high (of the share); actual is NaN without a hold-out window.
    expected, actual : revenue of all, net of returns; actual a bare verdict without a hold-out window.
    level : expected / actual revenue; a bare verdict without revenue after the cut.
    kept : what a purchase leaves, returns taken off and purchases of no value counted, as a share of the mean value of
        those above 0.
    top_share, actual_top_share : share of expected and of actual revenue that the highest fifth holds.
    currency : ISO 4217 code.
    margin_rate : contribution as a share of revenue, and whether it is assumed.
    horizon_days : how far ahead.
    """

    customers: pd.DataFrame
    table: pd.DataFrame
    expected: Estimate
    actual: Estimate
    level: Estimate
    kept: Estimate
    top_share: Estimate
    actual_top_share: Estimate
    currency: str
    margin_rate: float
    margin_is_assumed: bool
    horizon_days: int

    @property
    def n(self) -> int:
        """Customers."""
        return len(self.customers)

    @property
    def has_actual(self) -> bool:
        """Whether there is revenue after the cut to compare with."""
        return self.actual_top_share.value is not None

    @property
    def are_alike(self) -> bool:
        """Whether the fifth with the highest forecasts is expected to bring no more than any fifth, to a percent."""
        return self.top_share.number - float(self.table["customers"].iloc[0]) / self.n < _ALIKE

    @property
    def n_best_costly(self) -> int:
        """Customers of the fifth with the highest forecasts who are expected to cost more than they bring.

        It goes by the contribution of their own purchases so far, with its whole interval below zero.
        """
        best = self.customers.nlargest(int(self.table["customers"].iloc[0]), "expected_revenue")
        return int((best["expected_contribution_high"] < 0).sum())

    @property
    def revenue_is_off(self) -> str:
        """Say by how much the revenue was foreseen too high or too low, where that is more than chance; else empty."""
        if not self.level.has_interval or self.level.ends[0] <= 1 <= self.level.ends[1]:
            return ""
        low, high = sorted(abs(end - 1) for end in self.level.ends)
        digits = enough_digits((100 * low, 100 * high), (0.0,), 0)
        much = percent(abs(self.level.number - 1), digits)
        interval = percent_between(low, high, digits)
        if self.level.number > 1:
            return tr("{much} too high (95% interval {interval})", much=much, interval=interval)
        return tr("{much} too low (95% interval {interval})", much=much, interval=interval)

    @property
    def revenue_check(self) -> Check:
        """Whether the revenue foreseen lies within the band that the written rule allows for the level of purchases."""
        return within(self.level, LEVEL_BAND)

    @property
    def findings(self) -> Findings:
        """Revenue expected and actual, and the share of the highest fifth, as `value.*`."""
        found = {"value.expected": self.expected, "value.top_share": self.top_share, "value.kept": self.kept}
        if self.actual.value is not None:
            found["value.actual"] = self.actual
        if self.has_actual:
            found["value.actual_top_share"] = self.actual_top_share
            found["value.level"] = self.level
        return found

    @property
    def heading(self) -> str:
        """What heads the section."""
        if self.are_alike:
            return tr("No customer is expected to bring much more than another")
        share = percent(self.top_share.number)
        return tr("The fifth with the highest forecasts is expected to bring {share} of the revenue", share=share)

    @property
    def reading(self) -> str:
        """What is expected of all, how much of it of the highest fifth, and what came."""
        fifth = int(self.table["customers"].iloc[0])
        said = tr(
            "The {n} customers are expected to bring {expected} in {days} days, net of returns. "
            "The {fifth} with the highest forecasts are expected to bring {share} of it{interval}. "
            "These 95% intervals hold the uncertainty of the fit alone, not how much one stretch of "
            "time differs from another. ",
            n=number(self.n),
            expected=_money(self.expected, self.currency),
            days=number(self.horizon_days),
            fifth=number(fifth),
            share=percent(self.top_share.number),
            interval=_shares(self.top_share),
        )
        if round(self.kept.number, 2) < 1:
            said += tr(
                "After returns and purchases of no value, {kept} of what a purchase is usually worth is "
                "left, and that is what is counted. ",
                kept=percent(self.kept.number),
            )
        if self.has_actual:
            said += tr(
                "In fact {came} came, {share} of it from those {fifth}{interval}. ",
                came=_money(self.actual, self.currency),
                share=percent(self.actual_top_share.number),
                fifth=number(fifth),
                interval=_shares(self.actual_top_share),
            )
        if self.level.low is not None and self.level.high is not None:
            digits = enough_digits((self.level.low, self.level.high), LEVEL_BAND)
            said += tr(
                "Revenue foreseen is {level} ({interval}) of what came, where {allowed} is allowed "
                "for a budget: {outcome}. ",
                level=number(self.level.number, digits),
                interval=number_between(self.level.low, self.level.high, digits),
                allowed=number_between(*LEVEL_BAND, 2),
                outcome=OUTCOME[self.revenue_check],
            )
        rate = percent(self.margin_rate)
        return said + (
            tr("Contribution is taken as {rate} of revenue, an assumption of the study.", rate=rate)
            if self.margin_is_assumed
            else tr("Contribution is taken as {rate} of revenue, as it has been so far.", rate=rate)
        )


def forecast_value(
    model: PurchaseModel, spend: SpendModel, customers: Customers, *, horizon_days: int | None = None
) -> ValueForecast:
    """Multiply expected purchases by the expected value of a purchase, net of returns (see `kept_of_purchases`).

    Contribution goes by what the customer's own purchases contributed so far (see `contribution_per_purchase`), where
    costs are known; else it is the share of revenue that the shop is taken to keep.

    Parameters
    ----------
    model, spend : fitted on these customers.
    horizon_days : how far to look ahead; None: as far as the hold-out window, with which it is then compared.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> model = cx.fit_bgnbd(kit.customers)
    >>> value = cx.forecast_value(model, cx.fit_gamma_gamma(kit.customers), kit.customers)
    >>> print(value.heading)
    The fifth with the highest forecasts is expected to bring 66% of the revenue
    """
    horizon_days = look_ahead(customers, horizon_days)
    frame = customers.frame
    kept = kept_of_purchases(customers)
    purchases, gross = model.expected_purchases(horizon_days), spend.expected_values()
    values = kept.share * gross
    revenue = purchases * values
    assumed = customers.margin_rate is not None
    rate = shop_rate(customers)
    alive_low, alive_high = alive_ends(model)
    sure, draws, left = (
        log_expected_of_each(model, horizon_days),
        MoneyDraws(model.maximum),
        left_of_each(customers, spend),
    )
    low, high = ends_of_each(sure)
    spent = draws.spent(spend, kept)
    value_low, value_high = draws.ends_of_amounts(spent, len(frame))
    revenue_low, revenue_high = draws.ends(sure, spent)
    left_low, left_high = draws.ends(sure, draws.left(left, customers, spend))
    own = pd.DataFrame(
        {
            "customer_id": frame["customer_id"],
            "repeat_purchases": frame["repeat_purchases"],
            "days_since_last_order": frame["days_since_last_order"],
            "probability_alive": model.probability_alive(),
            "probability_alive_low": alive_low,
            "probability_alive_high": alive_high,
            "chance_of_purchase": model.chance_of_purchase(horizon_days),
            "expected_purchases": purchases,
            "expected_purchases_low": low,
            "expected_purchases_high": high,
            "expected_value": values,
            "expected_value_low": value_low,
            "expected_value_high": value_high,
            "expected_revenue": revenue,
            "expected_revenue_low": revenue_low,
            "expected_revenue_high": revenue_high,
            "expected_contribution": purchases * left.amounts,
            "expected_contribution_low": left_low,
            "expected_contribution_high": left_high,
        }
    )
    order = np.argsort(-purchases * gross, kind="stable")
    part = np.empty(len(order), dtype=np.int64)
    part[order] = np.arange(len(order)) * N_PARTS // len(order)
    totals, covariance = _totals(model, spend, purchases, gross, part, horizon_days)
    known = customers.holdout_days > 0 and horizon_days == customers.holdout_days
    actual = frame["holdout_revenue"].to_numpy(np.float64) if known else None
    sums, all_gross = [float(kept.share * totals[g]) for g in range(N_PARTS)], float(totals.sum())
    rows = []
    for g, name in enumerate(NAMES):
        share = _share_of_sum(actual, part == g) if actual is not None else Estimate()
        came = float(actual[part == g].sum()) if actual is not None else np.nan
        mine = int((part == g).sum()), sums[g], float(totals[g]) / all_gross
        rows.append((name, *mine, came, share.number, share.low, share.high))
    columns = ["group", "customers", "expected_revenue", "expected_share", "actual_revenue"]
    table = pd.DataFrame(rows, columns=[*columns, "actual_share", "actual_low", "actual_high"])
    n, unit = len(frame), customers.currency
    everyone = np.ones(N_PARTS)
    relative = np.hypot(np.sqrt(everyone @ covariance @ everyone) / all_gross, kept.relative_error)
    error = float(relative) * sum(sums)
    top = float(totals[0]) / all_gross
    slope = (np.eye(N_PARTS)[0] - top) / all_gross
    reach = _Z * float(np.sqrt(slope @ covariance @ slope))
    return ValueForecast(
        own, table.astype({"actual_low": float, "actual_high": float}),
        positive_estimate(sum(sums), error, n=n, unit=unit),
        Estimate() if actual is None else _sum(actual, unit),
        Estimate(n=n, verdict="cannot_tell") if actual is None or actual.sum() <= 0 or sum(sums) <= 0
        else level_of(revenue, actual, error, "revenue"),
        kept.estimate(n),
        Estimate(top, n=n, unit="share of expected revenue") if reach <= ROUNDING
        else Estimate(top, max(0.0, top - reach), min(1.0, top + reach), n=n, unit="share of expected revenue"),
        Estimate() if actual is None else _share_of_sum(actual, part == 0),
        customers.currency, rate, assumed, horizon_days,
    )  # fmt: skip


def _totals(
    model: PurchaseModel, spend: SpendModel, purchases: Array, values: Array, part: Counts, horizon_days: int
) -> tuple[Array, Array]:
    """Revenue expected of each fifth and its covariance; the errors of the two models are taken as unrelated."""
    members = (part[None] == np.arange(N_PARTS)[:, None]).astype(np.float64)
    totals, of_spend = spend.expected_totals(members * purchases)
    _, of_model = model.expected_weighted(values, part, horizon_days)
    return totals, of_spend + of_model


def _sum(values: Array, unit: str) -> Estimate:
    n, total = len(values), float(values.sum())
    return positive_estimate(total, float(np.sqrt(n) * np.std(values, ddof=1)), n=n, unit=unit)


def _share_of_sum(values: Array, members: Array) -> Estimate:
    """Share of the sum that the members hold; its interval is that of a ratio of means."""
    n, total, unit = len(values), float(values.sum()), "share of actual revenue"
    if total <= 0:
        return Estimate()
    share = float(values[members].sum()) / total
    reach = _Z * float(np.sqrt(((values * (members - share)) ** 2).sum())) / total
    if reach <= ROUNDING:  # nobody of them, or only they, brought anything: how far others would is not told
        return Estimate(share, n=n, unit=unit)
    return Estimate(share, max(0.0, share - reach), min(1.0, share + reach), n=n, unit=unit)


def _money(estimate: Estimate, currency: str) -> str:
    text = money(estimate.number, currency, 0)
    if estimate.low is None or estimate.high is None:
        return text
    return f"{text} ({money_between(estimate.low, estimate.high, currency, 0)})"


def _shares(estimate: Estimate) -> str:
    return "" if estimate.low is None or estimate.high is None else f" ({percent_between(estimate.low, estimate.high)})"
